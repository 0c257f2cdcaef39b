"""The demo's own funds: two years of cases, appropriation and support, and what central's services cost.

What is expected is worked out from the story in `benchmarks/demo/fund_texts.py`: day of payment, instalments paid, and
the formula of SPEC 9 with the turnover and result that `docs/demo.md` tells.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal

import pytest

from benchmarks.demo import centres
from benchmarks.demo.fund_texts import APPLICATIONS
from ledger.books import load_books, open_workspace
from ledger.provisional import full_entries
from tests.demo.conftest import sambok

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
    done = sambok(root, *words, "--json")
    assert done.return_value in {0, 3}, done.output
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
    done = sambok(sealed_copy, *words)
    assert done.return_value == 0, done.output
    assert {p: p.read_bytes() for p in (sealed_copy / "units").rglob("*.beancount")} == before
    assert not load_books(open_workspace(sealed_copy)).problems


def blocks(root, slug, text):
    """Vouchers of a book in which a text stands, by file: what is left without them, and they themselves."""
    for file in sorted((root / "units" / slug / "books" / "2026").glob("*.beancount")):
        parts = file.read_text(encoding="utf-8").split("\n\n")
        found = [part for part in parts if text in part]
        if found:
            yield file, "\n\n".join(part for part in parts if text not in part), found


def test_a_closed_year_is_booked_as_it_was_decided(sealed_copy):
    """Without what the books have of it, the command books the same support anew, and it is owed until it is paid."""
    for slug in ("gemensamt", *SUPPORT):
        for file, rest, found in list(blocks(sealed_copy, slug, "solidarity-2025-")):
            assert len(found) == (4 if slug == "gemensamt" else 2)
            file.write_text(rest.rstrip() + "\n", encoding="utf-8")
        for file in (sealed_copy / "units" / slug / "books" / "2026").glob("*.beancount"):
            lines = file.read_text(encoding="utf-8").split("\n")  # the money is on its way, until the bank says so
            file.write_text("\n".join(line for line in lines if " balance " not in line), encoding="utf-8")
    words = ["solidarity", "book", "--year", "2025", "--decision", "FS-2026-05-19-§10", "--date", "2026-06-02"]
    done = sambok(sealed_copy, *words)
    assert done.return_value == 0, done.output
    assert "syateljen: F-1" in done.stderr.replace("bokfört som ", "").replace("bokförd som ", ""), done.stderr
    for slug, (*_, claim) in SUPPORT.items():
        ((_, _, found),) = blocks(sealed_copy, slug, f"funds:solidarity-2025:claim:{slug}")
        assert f"{claim} SEK" in found[0]
        settled = ["solidarity", "settle", slug, "--year", "2025", "--date", "2026-06-16"]
        assert sambok(sealed_copy, *settled).return_value == 0
    assert asked(sealed_copy, "solidarity", "compute", "--year", "2025")["units"][6]["booked"] == "7921.88"
    assert not load_books(open_workspace(sealed_copy)).problems


def test_the_close_makes_interest_final_whatever_is_decided_later(sealed_copy):
    """January 2026: ten nights of 54 000 and 21 of 52 000, at 2 %: 89.42, or an öre beside it.

    The sum to date is what is rounded.
    """
    assert sambok(sealed_copy, "close", "2026-01", "--by", "ekonomi").return_value == 0
    exact = (D(54_000) * 10 + D(52_000) * 21) * 2 / 100 / 365
    for slug, account in (("gemensamt", "Income:8360"), ("tradgarden", "Expenses:8460")):
        ((_, _, found),) = blocks(sealed_copy, slug, 'source-id: "close:funds')
        (line,) = [line for line in found[0].split("\n") if account in line]
        assert abs(abs(D(line.split()[1])) - exact) <= D("0.01")
    before = asked(sealed_copy, "fund", "case", "IF-2025-001", "--date", "2026-01-31")["interest_due"]
    file = sealed_copy / "units" / "policy.beancount"
    text = file.read_text(encoding="utf-8")
    at = text.index('2025-02-18 custom "fund-agreement" "IF-2025-001"')
    agreement = text[at : text.index("\n2025-09", at)].replace("2025-02-18", "2026-01-01", 1)
    changed = agreement.replace("interest: 0.02", "interest: 0.09") + "\n  changes: TRUE\n"
    file.write_text(f"{text}{changed}", encoding="utf-8")
    after = asked(sealed_copy, "fund", "case", "IF-2025-001", "--date", "2026-01-31")["interest_due"]
    assert after == before
    later = asked(sealed_copy, "fund", "case", "IF-2025-001", "--date", "2026-02-28")["interest_due"]
    assert D(later) > 4 * D(before)  # January's difference falls on February: nothing of what is sealed moves


def table(root, folder, *words):
    """The rows that a command writes as CSV; on standard output stands nothing then."""
    out = folder / "table.csv"
    done = sambok(root, *words, "--csv", str(out))
    assert done.return_value in {0, 3}, done.output
    assert done.stdout == ""
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_for_a_spreadsheet_have_the_figures_of_the_answers(demo_root, tmp_path):
    """Levy by component, and both statements of the solidarity fund: what is summed there is the answer's total."""
    levy = table(demo_root, tmp_path, "levy", "--year", "2025")
    for one in asked(demo_root, "levy", "--year", "2025")["units"]:
        own = [row for row in levy if row["unit"] == one["unit"]]
        assert len(own) == len(one["months"]) == (0 if one["unit"] == "nystart" else 12)
        assert sum(D(row["posted"]) for row in own) == D(one["posted"])
        parts = [D(row[name]) for row in own for name in ("service", "investment", "solidarity")]
        assert sum(parts) == D(one["posted"])
    year = table(demo_root, tmp_path, "solidarity", "compute", "--year", "2025")
    answer = asked(demo_root, "solidarity", "compute", "--year", "2025")["units"]
    assert [(r["unit"], r["claim"], r["call"]) for r in year] == [(u["unit"], u["claim"], u["call"]) for u in answer]
    status = table(demo_root, tmp_path, "solidarity", "status", "--date", OCTOBER)
    assert next(row["closing"] for row in status if row["year"]) == "153964.73"
    assert sum(D(row["got"]) for row in status if row["unit"]) == sum(row[-1] for row in SUPPORT.values())
