"""The demo's own funds: two years of cases, appropriation and support, and what central's services cost.

What is expected is worked out from the story in `benchmarks/demo/fund_texts.py`: day of payment, instalments paid, and
the formula of SPEC 9 with the turnover and result that `docs/demo.md` tells.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from benchmarks.demo import centres
from benchmarks.demo.fund_texts import APPLICATIONS
from ledger.books import load_books, open_workspace
from ledger.cli.main import cli
from ledger.provisional import full_entries

D = Decimal
OCTOBER = "2026-10-31"
#: Lent less instalments of 2 000 (October 2025 to October 2026) and of 6 000 (May to August).
CASES = """
IF-2025-001 tradgarden  loan      performing  60000.00 34000.00 -
IF-2025-002 cykelbudet  guarantee performing  0.00     0.00     -
IF-2026-001 vaktmasteri loan      watch       72000.00 48000.00 12000.00
IF-2026-002 cykelbudet  grant     rejected    0.00     0.00     -
IF-2026-003 kafe-angen  grant     performing  45000.00 0.00     -
IF-2026-004 stadkraft   loan      complete    0.00     0.00     -
IF-2026-005 nystart     grant     draft       0.00     0.00     -
"""
#: Deficit, turnover and what was saved before, of docs/demo.md; need = D - 1 % T - max(0, E - 30 % T); half of it.
SUPPORT = {
    "syateljen": (D("69573.01"), D("886237.14"), D("310738.01"), D("7921.88")),
    "vaktmasteri": (D("87149.20"), D("1340881.74"), D("392487.20"), D("36870.19")),
}


def asked(root, *words):
    """The JSON answer of a command."""
    done = CliRunner().invoke(cli, [*words, "-w", str(root), "--json"])
    assert done.exit_code in {0, 3}, done.output
    return json.loads(done.stdout)


def test_the_cases_at_the_end_of_october(demo_root):
    found = asked(demo_root, "fund", "cases", "--date", OCTOBER)
    rows = [
        [c["case"], c["unit"], c["kind"], c["state"], c["paid"], c["owed"], c["late"]["amount"] if c["late"] else "-"]
        for c in found["cases"]
    ]
    assert rows == [line.split() for line in CASES.strip().splitlines()]
    assert [c["case"] for c in found["cases"] if c["asked"]] == sorted(
        text.split('"')[3] for own in APPLICATIONS.values() for _, text in own
    )


@pytest.mark.parametrize("slug", SUPPORT)
def test_support_by_the_formula(slug):
    """Before anything is compared with the program: the figures by themselves."""
    deficit, turnover, saved, claim = SUPPORT[slug]
    need = deficit - turnover / 100 - max(D(0), saved - turnover * 30 / 100)
    assert claim == (need / 2).quantize(D("0.01"), rounding="ROUND_DOWN")
    assert claim < turnover / 10


def test_what_was_booked_for_2025_is_what_the_formula_gives(demo_root):
    found = asked(demo_root, "solidarity", "compute", "--year", "2025")
    given = {u["unit"]: (u["result"], u["base"], u["own"], u["claim"], u["booked"]) for u in found["units"]}
    for slug, (deficit, turnover, saved, claim) in SUPPORT.items():
        assert given.pop(slug) == (f"-{deficit}", f"{turnover}", f"{saved}", f"{claim}", f"{claim}")
    assert {(claim, booked) for *_, claim, booked in given.values()} == {("0.00", "0.00")}


def test_the_assembly_moved_what_2025_had_brought(demo_root):
    """Investment: 1.5 of 14 parts of the levy, and interest; solidarity 0.5 parts, and 20 000 of the surplus."""
    funds = {name: asked(demo_root, "fund", "statement", "--from", "2025-01-01", "--to", "2025-12-31") for name in "i"}
    last = funds["i"]
    assert D(last["closing"]) == 520_000 + D(last["movements"]["component"]) + D(last["movements"]["interest"])
    now = asked(demo_root, "fund", "status", "--date", OCTOBER)
    assert (now["opening"], now["equity"]) == (last["closing"], last["closing"])
    assert list(now["earmarked"]) == ["2026"]
    years = asked(demo_root, "solidarity", "status")["years"]
    assert (years[0]["opening"], years[1]["other"]) == ("90000.00", "20000.00")
    assert D(years[1]["claims"]) == -sum(row[-1] for row in SUPPORT.values())


def test_every_limit_is_kept_and_nothing_is_at_fault(demo_root, federation):
    found = asked(demo_root, "fund", "status", "--date", OCTOBER)
    assert [row["limit"] for row in found["limits"] if not row["ok"]] == []
    assert {row["limit"] for row in found["limits"]} >= {"liquidity", "grants", "exposure", "business-line", "own-part"}
    assert federation.problems == ()


def test_2025_is_booked_as_closed_months_have_it(demo_root, federation):
    """Interest of closed months stands in the books: nothing of 2025 is left to be made up for."""
    first = dt.date(2026, 1, 1)
    for slug in ("gemensamt", "tradgarden"):
        made = [e for e in full_entries(federation.books, federation.run, slug) if e.date < first]
        assert not [e for e in made if "provisional" in (getattr(e, "tags", None) or ())]


def test_each_service_has_a_cost_and_the_course_is_nystarts(demo_root):
    found = asked(demo_root, "services", "status", "--year", "2026")
    costs = {row["service"]: D(row["cost"]) for row in found["services"]}
    assert list(costs) == [name for name, *_ in centres.SERVICES]
    assert [name for name, cost in costs.items() if cost <= 0] == ["memberships"]  # it is paid in March 2025
    assert found["not_placed"] == "0.00"
    (course,) = [row for row in found["services"] if D(row["direct"])]
    assert course["service"] == "development"
    last = asked(demo_root, "services", "status", "--year", "2025")
    assert D("0.95") < D(last["cover"]) < D("1.05")
    assert last["proposal"] is None
    assert D(found["cover"]) < D("0.95")
    assert found["proposal"]["kind"] == "under"


def test_asking_for_support_again_books_nothing(sealed_copy):
    before = {p: p.read_bytes() for p in (sealed_copy / "units").rglob("*.beancount")}
    words = ["solidarity", "book", "--year", "2025", "--decision", "FS-2026-05-19-§10", "--date", "2026-06-02"]
    done = CliRunner().invoke(cli, [*words, "-w", str(sealed_copy)])
    assert done.exit_code == 0, done.output
    assert {p: p.read_bytes() for p in (sealed_copy / "units").rglob("*.beancount")} == before
    assert not load_books(open_workspace(sealed_copy)).problems
