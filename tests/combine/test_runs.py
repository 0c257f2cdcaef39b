"""Locked runs: the same bytes for the same input, refusals, and what is said when an input changes later (SPEC 10)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import pickle
import shutil
from pathlib import Path

import pytest
from beancount import loader

from ledger.books import Workspace, load_books, main_text, open_workspace
from ledger.books.marks import marked
from ledger.combine import combine
from ledger.combine.runs.lock import blockers, lock_run
from ledger.combine.runs.problems import RunBlocked, RunDamaged, RunIncomplete, RunName, RunTaken
from ledger.combine.runs.store import names, read_lock
from ledger.combine.runs.text import money, rows_of
from ledger.errors import Problem
from ledger.federation import Federation, load_federation

D = dt.date
MARCH = D(2026, 3, 31)
ACCOUNTS = """\
2026-01-01 open Assets:1660-Claim
2026-01-01 open Assets:1930-Bank
2026-01-01 open Liabilities:2860-Debt
2026-01-01 open Income:3001-Sales
2026-01-01 open Expenses:4010-Goods
2026-01-01 open Expenses:5010-Rent
"""
SALE = """\
2026-03-02 * "Chairs" ^ic-repris-1
  Assets:1660-Claim  100.00 SEK
    partner: "gemensamt"
    ic: "trade"
  Income:3001-Sales  -100.00 SEK
    partner: "gemensamt"
    ic: "trade"

2026-03-05 * "Sold to others"
  Assets:1930-Bank  700.00 SEK
  Income:3001-Sales  -700.00 SEK
"""
PURCHASE = """\
2026-03-03 * "Chairs" ^ic-repris-1
  Expenses:4010-Goods  {amount} SEK
    partner: "repris"
    ic: "trade"
  Liabilities:2860-Debt  -{amount} SEK
    partner: "repris"
    ic: "trade"
"""
RENT = """\
2026-03-09 * "Rent"
  Expenses:5010-Rent  40.00 SEK
  Assets:1930-Bank  -40.00 SEK
"""
AUDIT = """\
2026-03-31 * "Audit"
  author: "anna"
  reason: "Audit, invoiced in spring"
  approver: "bo"
  reverses: 2026-04-01
  Expenses:OtherExternalCosts:6420-Audit  25.00 SEK
  Liabilities:AccruedExpenses:2990-Audit  -25.00 SEK
"""
POLICY = """\
2026-01-01 custom "decision" "FS-1" "assembly"
2026-01-01 custom "levy-rate" "*" 0
  decision: "FS-1"
"""


@pytest.fixture
def ws(make_workspace) -> Workspace:
    """Two units that have dealt with each other, and an adjustment."""
    made = make_workspace(
        {
            "repris": {"accounts": ACCOUNTS, "2026-03": SALE},
            "gemensamt": {"accounts": ACCOUNTS, "2026-03": PURCHASE.format(amount="100.00")},
        },
        policy=POLICY,
    )
    made.adjustments_folder.mkdir()
    (made.adjustments_folder / "2026-03-audit.beancount").write_text(AUDIT)
    return made


def month(ws: Workspace, slug: str = "repris", name: str = "2026-03") -> Path:
    return ws.units[slug].books / name[:4] / f"{name}.beancount"


def lock(ws: Workspace, name: str = "2026-03", *, to: D = MARCH, start: D | None = None, level: str | None = None):
    federation = load_federation(open_workspace(ws.root))
    found = combine(federation.books, federation.run, date_from=start, date_to=to, level=level)
    assert found.complete, found.problems
    return lock_run(federation.books, found, name, complete=not federation.policy.problems)


def state(ws: Workspace, name: str = "2026-03"):
    return {found.name: found for found in load(ws).runs}[name]


def load(ws: Workspace) -> Federation:
    return load_federation(open_workspace(ws.root))


def contents(ws: Workspace, name: str = "2026-03") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (ws.runs_folder / name).iterdir()}


# --- what is locked --------------------------------------------------------------------------------------------------


def test_a_result_that_the_year_end_has_moved_to_equity_is_locked(ws):
    """Sold to others 700.00, audit adjusted 25.00: 675.00, whatever of repris' 800.00 stands in equity by now."""
    unit = ws.units["repris"]
    accounts = unit.folder / "accounts.beancount"
    accounts.write_text(f"{ACCOUNTS}2026-01-01 open Expenses:8999-Result\n2026-01-01 open Equity:2099-Result\n")
    moved = '2026-03-31 * "Result"\n  Expenses:8999-Result  800.00 SEK\n  Equity:2099-Result  -800.00 SEK\n'
    month(ws).write_text(f"{SALE}\n{moved}")
    assert lock(ws).lock.result == "675.00"
    assert read_lock(ws, "2026-03").result == "675.00"


def test_the_files_of_a_lock(ws):
    locked = lock(ws)
    assert locked.new
    files = contents(ws)
    assert sorted(files) == [
        "balances.csv",
        "eliminations.beancount",
        "manifest.json",
        "trial_balance.csv",
        "unmatched.csv",
        "vouchers.csv",
    ]
    assert files["trial_balance.csv"].decode().splitlines() == [
        "line,account,unit,amount",
        "NetSales,3001-Sales,ELIM,100.00",
        "NetSales,3001-Sales,repris,-800.00",
        "RawMaterials,4010-Goods,ELIM,-100.00",
        "RawMaterials,4010-Goods,gemensamt,100.00",
        "OtherExternalCosts,6420-Audit,ADJ,25.00",
        "InternalReceivables,1660-Claim,ELIM,-100.00",
        "InternalReceivables,1660-Claim,repris,100.00",
        "CashAndBank,1930-Bank,repris,700.00",
        "InternalPayables,2860-Debt,ELIM,100.00",
        "InternalPayables,2860-Debt,gemensamt,-100.00",
        "AccruedExpenses,2990-Audit,ADJ,-25.00",
    ]
    said = json.loads(files["manifest.json"])
    assert list(said["inputs"]) == [
        "fava.conf",
        "units/adjustments/2026-03-audit.beancount",
        "units/gemensamt/accounts.beancount",
        "units/gemensamt/books/2026/2026-03.beancount",
        "units/gemensamt/main.beancount",
        "units/gemensamt/unit.toml",
        "units/policy.beancount",
        "units/prices.beancount",
        "units/repris/accounts.beancount",
        "units/repris/books/2026/2026-03.beancount",
        "units/repris/main.beancount",
        "units/repris/unit.toml",
    ]
    assert (said["result"], said["from"], said["to"], said["currency"]) == ("675.00", "2026-01-01", "2026-03-31", "SEK")
    assert (said["eliminations"], said["adjustments"], said["unmatched"]) == (2, 1, {"disclosed": [], "settled": 0})
    assert set(said["versions"]) == {"sambok", "beancount", "rules"}
    assert said["digest"][:8] == locked.lock.mark
    assert str(ws.root).encode() not in b"".join(files.values())


def test_the_eliminations_are_a_ledger_that_beancount_reads(ws):
    lock(ws)
    file = ws.runs_folder / "2026-03" / "eliminations.beancount"
    entries, errors, _ = loader.load_file(str(file))
    assert errors == []
    made = [e for e in entries if hasattr(e, "postings")]
    assert [(e.payee, e.narration, e.date) for e in made] == [
        ("trade", "ic-repris-1", D(2026, 3, 3)),
        ("trade", "ic-repris-1", D(2026, 3, 3)),
        ("adjustment", "units/adjustments/2026-03-audit.beancount:1", D(2026, 3, 31)),
    ]
    assert made[2].meta["reverses"] == D(2026, 4, 1)
    sources = {p.meta["source"] for e in made[:2] for p in e.postings}
    assert sources == {
        "units/repris/books/2026/2026-03.beancount:2",
        "units/repris/books/2026/2026-03.beancount:5",
        "units/gemensamt/books/2026/2026-03.beancount:2",
        "units/gemensamt/books/2026/2026-03.beancount:5",
    }


def test_two_copies_give_the_same_bytes_wherever_they_lie(ws, tmp_path):
    """Another place, another order of the files on the disk, another time of writing."""
    month(ws, name="2026-02").write_text('2026-02-01 * "x"\n  Assets:1930-Bank  1.00 SEK\n  Income:3001-Sales\n')
    other = tmp_path / "another" / "place"
    names_ = [p.relative_to(ws.root) for p in ws.root.rglob("*") if p.is_file() and ".sambok" not in p.parts]
    for name in sorted(names_, key=lambda p: str(p)[::-1], reverse=True):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ws.root / name, other / name)
        os.utime(other / name, (1, 1))
    copy = open_workspace(other)
    assert lock(ws).lock.digest == lock(copy).lock.digest
    assert contents(ws) == contents(copy)


def test_locking_again_changes_nothing(ws):
    first = lock(ws)
    before = {p: p.stat().st_mtime_ns for p in ws.runs_folder.rglob("*")}
    again = lock(ws)
    assert not again.new
    assert again.lock.digest == first.lock.digest
    assert {p: p.stat().st_mtime_ns for p in ws.runs_folder.rglob("*")} == before
    assert names(ws) == ["2026-03"]


def test_another_content_under_the_same_name_is_refused(ws):
    lock(ws)
    before = contents(ws)
    month(ws).write_text(SALE + "\n" + RENT)
    with pytest.raises(RunTaken):
        lock(ws)
    assert contents(ws) == before
    assert lock(ws, "2026-03-b").new


@pytest.mark.parametrize("name", ["", "März", "a b", "../x", "a/b", "-a", "A", "a--b", "x" * 31, ".hidden"])
def test_a_name_that_is_no_folders_is_refused(ws, name):
    with pytest.raises(RunName):
        lock(ws, name)
    assert names(ws) == []


def test_a_level_can_be_locked(ws):
    toml = ws.units["repris"].folder / "unit.toml"
    toml.write_text(toml.read_text() + 'levels = ["Sverige", "Norrköping"]\n')
    assert lock(ws, level="Norrköping").lock.level == "Norrköping"
    rows = rows_of(contents(ws)["trial_balance.csv"], ("line", "account", "unit", "amount"))
    assert {row[2] for row in rows} == {"repris"}
    month(ws, "gemensamt").write_text(PURCHASE.format(amount="90.00"))
    assert state(ws).status == "unaffected"  # the other unit is an outsider there


# --- what keeps figures from being locked ----------------------------------------------------------------------------


def test_incomplete_figures_are_not_locked(ws):
    federation = load(ws)
    with pytest.raises(RunIncomplete):
        lock_run(federation.books, federation.combined, "x", complete=False)
    month(ws).write_text("nonsense\n")
    broken = load(ws)
    with pytest.raises(RunIncomplete):
        lock_run(broken.books, broken.combined, "x", complete=True)
    assert names(ws) == []


def test_a_difference_inside_one_legal_person_blocks(ws):
    month(ws, "gemensamt").write_text(PURCHASE.format(amount="90.00"))
    federation = load(ws)
    (problem,) = blockers(federation.combined)
    assert "10.00 SEK" in problem.text()
    assert (problem.params["found"], problem.exit_code) == ("AMOUNT_DIFF", 3)
    assert problem.file in {f"units/{s}/books/2026/2026-03.beancount" for s in ("repris", "gemensamt")}
    with pytest.raises(RunBlocked):
        lock_run(federation.books, federation.combined, "x", complete=True)
    assert names(ws) == []


def test_between_legal_persons_it_is_disclosed(ws):
    toml = ws.units["repris"].folder / "unit.toml"
    toml.write_text(toml.read_text() + 'entity = "legal_entity"\n')
    month(ws, "gemensamt").write_text(PURCHASE.format(amount="90.00"))
    said = lock(ws).lock.said
    assert said["unmatched"]["disclosed"] == [
        {
            "code": "AMOUNT_DIFF",
            "class": "trade",
            "key": "ic-repris-1",
            "units": ["gemensamt", "repris"],
            "amount": "10.00",
            "currency": "SEK",
        }
    ]
    assert b"AMOUNT_DIFF,trade,ic-repris-1,gemensamt repris,10.00,SEK,no," in contents(ws)["unmatched.csv"]


# --- what has become of it -------------------------------------------------------------------------------------------


def test_untouched_it_is_as_locked(ws):
    lock(ws)
    found = state(ws)
    assert (found.status, found.ok, found.touched) == ("same", True, False)
    assert found.as_json()["changed"] == found.as_json()["differences"] == []


def test_a_new_voucher_in_the_period_is_a_restatement(ws):
    """Rent of 40.00 booked into March after it was locked: bank and result differ by it."""
    lock(ws)
    month(ws).write_text(SALE + "\n" + RENT)
    found = state(ws)
    assert found.status == "restated"
    assert not found.ok
    assert found.changed == (("changed", "units/repris/books/2026/2026-03.beancount"),)
    assert [(d.line, d.account, d.unit, d.locked, d.now) for d in found.differences] == [
        ("OtherExternalCosts", "5010-Rent", "repris", "", "40.00"),
        ("CashAndBank", "1930-Bank", "repris", "700.00", "660.00"),
    ]
    place = "units/repris/books/2026/2026-03.beancount:13"
    assert [(d.unit, d.account, d.month, d.locked, d.now, d.sources) for d in found.units] == [
        ("repris", "Assets:1930-Bank", "2026-03", "700.00", "660.00", (place,)),
        ("repris", "Expenses:5010-Rent", "2026-03", "", "40.00", (place,)),
    ]
    (late,) = found.late
    assert (late.code, late.where, late.unit) == ("LATE_POSTING", place, "repris")
    assert (late.params["amount"], late.params["date"], late.params["month"]) == ("40.00", "2026-03-09", "2026-03")
    assert found.gone == ()


PERSON = """\
2026-03-25 * "Anna Andersson" "Anna's loan" #anna ^anna-1
  Liabilities:2393-Anna:Andersson  50.00 SEK
  Liabilities:2393-Loans:Anna-Andersson  5.00 SEK
  Assets:1930-Bank  -55.00 SEK
"""


def test_no_persons_name_reaches_a_lock_or_what_is_said_of_it(ws):
    """2393 is no account that the chart names; 2390 is the nearest one for persons."""
    accounts = ws.units["repris"].folder / "accounts.beancount"
    opened = '2026-01-01 open Liabilities:2393-Anna:Andersson\n  code: "2393"\n'
    opened += '2026-01-01 open Liabilities:2393-Loans:Anna-Andersson\n  code: "2393"\n'
    accounts.write_text(ACCOUNTS + opened)
    month(ws).write_text(SALE + "\n" + PERSON)
    lock(ws)
    assert b"Anna" not in b"".join(contents(ws).values())
    label = "2393-Långfristiga-skulder-övrigt"
    assert f"repris,Liabilities:{label},2026-03,SEK,55.00" in contents(ws)["balances.csv"].decode()
    month(ws).write_text(SALE + "\n" + PERSON.replace("50.00", "60.00").replace("55.00", "65.00"))
    found = state(ws)
    assert "nna" not in json.dumps(found.as_json(), ensure_ascii=False)
    assert [(d.account, d.locked, d.now, len(d.sources)) for d in found.units] == [
        ("Assets:1930-Bank", "645.00", "635.00", 1),
        (f"Liabilities:{label}", "55.00", "65.00", 1),
    ]
    assert [p.excerpt for p in found.late] == [None]


def test_what_is_found_is_kept_until_something_changes(ws, monkeypatch):
    from ledger.combine.runs import compare as runs_compare  # noqa: PLC0415  to count its calls

    calls = []
    real = runs_compare.combine
    monkeypatch.setattr(runs_compare, "combine", lambda *a, **k: calls.append(1) or real(*a, **k))
    lock(ws)
    assert state(ws).status == "same"
    assert calls == []  # digests were enough
    month(ws).write_text(SALE + "\n" + RENT)
    first = state(ws)
    again = state(ws)
    assert calls == [1]
    assert again.as_json() == first.as_json()
    month(ws).write_text(SALE)
    assert state(ws).status == "same"
    assert calls == [1]


def test_a_changed_amount_is_one_voucher_gone_and_one_new(ws):
    lock(ws)
    month(ws).write_text(SALE.replace("700.00", "710.00"))
    found = state(ws)
    assert found.status == "restated"
    assert [(p.where, p.params["amount"]) for p in found.late] == [
        ("units/repris/books/2026/2026-03.beancount:9", "710.00")
    ]
    assert found.gone == (("repris", "2026-03-05", 1),)


def test_a_voucher_that_is_gone(ws):
    lock(ws)
    month(ws).write_text(SALE.partition("\n\n")[0] + "\n")
    found = state(ws)
    assert found.gone == (("repris", "2026-03-05", 1),)
    assert found.late == ()
    assert [(d.account, d.locked, d.now) for d in found.differences] == [
        ("3001-Sales", "-800.00", "-100.00"),
        ("1930-Bank", "700.00", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "; a comment\n\n" + SALE,
        SALE.replace("Sold to others", "Sold to customers"),
        SALE.replace("700.00 SEK\n  Income:3001-Sales  -700.00 SEK", "700.000 SEK\n  Income:3001-Sales  -700.0 SEK"),
    ],
    ids=["comment", "text", "zeros"],
)
def test_what_changes_no_figure_is_no_restatement(ws, text):
    lock(ws)
    month(ws).write_text(text)
    found = state(ws)
    assert (found.status, found.ok, found.late, found.gone) == ("unaffected", True, (), ())
    assert found.changed == (("changed", "units/repris/books/2026/2026-03.beancount"),)


def test_a_later_months_file_is_no_input(ws):
    """Not new, not changed: the lock needs no second look."""
    lock(ws)
    later = month(ws, name="2026-05")
    later.write_text(RENT.replace("2026-03-09", "2026-05-09"))
    assert state(ws).status == "same"
    later.write_text(RENT.replace("2026-03-09", "2026-05-10"))
    assert state(ws).status == "same"


def test_a_new_file_that_holds_something_of_the_period(ws):
    lock(ws)
    month(ws, name="2026-05").write_text(RENT)
    found = state(ws)
    assert found.changed == (("new", "units/repris/books/2026/2026-05.beancount"),)
    assert found.status == "restated"
    assert [p.where for p in found.late] == ["units/repris/books/2026/2026-05.beancount:1"]


def test_a_file_of_the_next_days_is_looked_at_and_changes_nothing(ws):
    lock(ws)
    month(ws, name="2026-04").write_text(RENT.replace("2026-03-09", "2026-04-09"))
    found = state(ws)
    assert (found.status, found.changed) == ("unaffected", (("new", "units/repris/books/2026/2026-04.beancount"),))


def test_the_other_side_booked_in_the_next_days_is_shown_as_in_transit(ws):
    """Locked with a disclosed difference; the purchase comes on 5 April, and would be shown in transit in March."""
    toml = ws.units["repris"].folder / "unit.toml"
    toml.write_text(toml.read_text() + 'entity = "legal_entity"\n')
    month(ws, "gemensamt").write_text("; nothing yet\n")
    lock(ws)
    month(ws, "gemensamt", "2026-04").write_text(PURCHASE.format(amount="100.00").replace("2026-03-03", "2026-04-05"))
    found = state(ws)
    assert found.status == "restated"
    assert ("RawMaterials", "4010-Goods", "ADJ", "", "100.00") in [
        (d.line, d.account, d.unit, d.locked, d.now) for d in found.differences
    ]
    assert found.late == ()  # its date is outside the period


def test_a_removed_file(ws):
    lock(ws)
    (ws.adjustments_folder / "2026-03-audit.beancount").unlink()
    found = state(ws)
    assert found.changed == (("removed", "units/adjustments/2026-03-audit.beancount"),)
    assert [(d.account, d.unit, d.locked, d.now) for d in found.differences] == [
        ("6420-Audit", "ADJ", "25.00", ""),
        ("2990-Audit", "ADJ", "-25.00", ""),
    ]
    assert found.units == ()


def test_a_new_unit_restates(ws):
    lock(ws)
    folder = ws.units_folder / "kafe"
    (folder / "books" / "2026").mkdir(parents=True)
    (folder / "unit.toml").write_text('name = "Kafe"\ncode = "KAFE"\ncurrency = "SEK"\n')
    (folder / "accounts.beancount").write_text(ACCOUNTS)
    (folder / "books" / "2026" / "2026-03.beancount").write_text(RENT)
    unit = open_workspace(ws.root).units["kafe"]
    unit.main.write_text(main_text(unit))
    found = state(ws)
    assert found.status == "restated"
    assert {d.unit for d in found.differences} == {"kafe"}
    assert {kind for kind, _ in found.changed} == {"new"}


def test_a_later_rate_is_no_reason_to_look_again(ws, monkeypatch):
    from ledger.combine.runs import compare as runs_compare  # noqa: PLC0415  to see that it isn't called

    lock(ws)
    monkeypatch.setattr(runs_compare, "combine", None)
    ws.prices_file.write_text("; rates\n2026-05-02 price EUR 11.20 SEK\n")
    found = state(ws)
    assert (found.status, found.changed) == ("unaffected", (("changed", "units/prices.beancount"),))


def test_a_period_locked_before_its_last_month_is_looked_at_again(ws, monkeypatch):
    """What the rules add ends with the last month that has a posting: a posting of June may add to April and May."""
    from ledger.combine.runs import compare as runs_compare  # noqa: PLC0415  to count its calls

    calls = []
    real = runs_compare.combine
    monkeypatch.setattr(runs_compare, "combine", lambda *a, **k: calls.append(1) or real(*a, **k))
    assert lock(ws, "half-year", to=D(2026, 5, 31)).lock.reached == "2026-03"
    month(ws, name="2026-06").write_text(RENT.replace("2026-03-09", "2026-06-30"))
    why = (("later", "units/repris/books/2026/2026-06.beancount:1"),)
    assert (state(ws, "half-year").status, state(ws, "half-year").changed, calls) == ("unaffected", why, [1])


def test_what_makes_a_smallest_levy_go_further_is_named(ws):
    """1,200 a year are 100 a month: 300 until March, and 500 until May once something is sold after it.

    15 % of the 700 sold in March are 105, which is less.
    """
    (ws.root / "units/policy.beancount").write_text(
        POLICY.replace('"*" 0', '"*" 0.15') + '2026-01-01 custom "levy-floor" "*" 1200.00 SEK\n  decision: "FS-1"\n'
    )
    lock(ws, "spring", to=D(2026, 5, 31))
    month(ws, name="2026-06").write_text(SALE.partition("\n\n")[2].replace("2026-03-05", "2026-06-30"))
    found = state(ws, "spring")
    assert (found.status, found.changed) == ("restated", (("later", "units/repris/books/2026/2026-06.beancount:1"),))
    amounts = {(d.locked.lstrip("-"), d.now.lstrip("-")) for d in found.differences if d.unit == "repris"}
    assert ("300.00", "500.00") in amounts


def test_while_books_have_errors_nobody_can_tell(ws):
    lock(ws)
    month(ws).write_text("nonsense\n")
    found = state(ws)
    assert (found.status, found.ok, found.differences) == ("unchecked", False, ())
    assert [p.code for p in found.problems] == ["RUN_UNCHECKED"]
    month(ws).write_text(SALE)
    assert state(ws).status == "same"


def test_why_it_cant_be_told_is_in_the_readers_language(ws):
    """The reason is what another error says; it is kept as that error, also through caches and pipes."""
    lock(ws)
    month(ws).write_text("nonsense\n")
    (problem,) = state(ws).problems
    (why,) = load(ws).combined.problems
    for kept in (problem, Problem.from_dict(problem.to_dict()), pickle.loads(pickle.dumps(problem))):  # noqa: S301  own
        for language in ("sv", "es", "en"):
            assert why.text(language).rstrip(".") in kept.text(language)
    assert len({problem.text(language) for language in ("sv", "es", "en")}) == 3


def test_an_error_in_a_later_month_leaves_the_lock_as_it_is(ws):
    lock(ws)
    month(ws, name="2026-05").write_text("nonsense\n")
    assert state(ws).status == "same"


def test_other_rules_are_asked_once(ws, monkeypatch):
    from ledger.combine.runs import compare as runs_compare  # noqa: PLC0415  as if the program were another
    from ledger.combine.runs import store as runs_store  # noqa: PLC0415  as above

    lock(ws)
    for module in (runs_store, runs_compare):
        monkeypatch.setattr(module, "versions", lambda: {"sambok": "2", "beancount": "x", "rules": "other"})
    found = state(ws)
    assert (found.status, found.program, found.changed) == ("unaffected", True, ())


# --- damage ----------------------------------------------------------------------------------------------------------


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("damage", "file", "reason"),
    [
        (lambda f: edit(f / "eliminations.beancount", "100.00", "200.00"), "eliminations.beancount", "what was locked"),
        (lambda f: edit(f / "manifest.json", '"675.00"', '"700.00"'), "manifest.json", "what was locked"),
        (lambda f: (f / "manifest.json").write_text("{}"), "manifest.json", "can't be read"),
        (lambda f: (f / "manifest.json").write_text("nonsense"), "manifest.json", "can't be read"),
        (lambda f: (f / "manifest.json").unlink(), "manifest.json", "missing"),
        (lambda f: (f / "balances.csv").unlink(), "balances.csv", "missing"),
        (lambda f: (f / "notes.txt").write_text("x"), "notes.txt", "wasn't there"),
    ],
)
def test_damage_is_named(ws, damage, file, reason):
    lock(ws)
    damage(ws.runs_folder / "2026-03")
    found = state(ws)
    assert found.status == "damaged"
    (problem,) = found.problems
    assert (problem.code, problem.file) == ("RUN_DAMAGED", f"runs/2026-03/{file}")
    assert reason in problem.text()
    assert reason not in problem.text("sv")
    with pytest.raises(RunDamaged):
        lock(ws)


def test_a_renamed_lock_is_named(ws):
    lock(ws)
    (ws.runs_folder / "2026-03").rename(ws.runs_folder / "other")
    found = state(ws, "other")
    assert "another name" in found.problems[0].text()


def test_a_manifest_written_anew_has_another_mark(ws):
    """Somebody who reckons the digests, too, can't keep the mark that stands in the minutes."""
    from ledger.combine.runs.manifest import manifest_text  # noqa: PLC0415  what a forger would use

    mark = lock(ws).lock.mark
    path = ws.runs_folder / "2026-03" / "manifest.json"
    said = json.loads(path.read_text())
    path.write_text(manifest_text({**said, "eliminations": 3}))
    assert read_lock(ws, "2026-03").mark != mark


TRIAL = "trial_balance.csv"


@pytest.mark.parametrize(
    ("said", "file"),
    [
        ({"to": "9999-12-31"}, "manifest.json"),
        ({"from": "1999-12-31"}, "manifest.json"),
        ({"to": "2025-12-31"}, "manifest.json"),
        ({"to": "20260331"}, "manifest.json"),
        ({"result": "=cmd"}, "manifest.json"),
        ({"result": "1e999999"}, "manifest.json"),
        ({"result": "NaN"}, "manifest.json"),
        ({"result": "٣"}, "manifest.json"),
        ({"result": float("nan")}, "manifest.json"),
        ({"result": "700.00"}, TRIAL),
        ({"currency": "usd"}, "manifest.json"),
        ({"level": "../x"}, "manifest.json"),
        ({"level": 1}, "manifest.json"),
        ({"name": "2026-03\x1b[2J"}, "manifest.json"),
        ({"eliminations": "2"}, "manifest.json"),
        ({"unmatched": {"disclosed": [], "settled": 1}}, "unmatched.csv"),
        ({"unmatched": []}, "manifest.json"),
        ({"inputs": {"fava.conf": "x"}}, "manifest.json"),
        ({"inputs": {"a\nb": "0" * 64}}, "manifest.json"),
        ({"files": {}}, "manifest.json"),
        ({"reached": "now"}, "manifest.json"),
        ({"more": 1}, "manifest.json"),
    ],
)
def test_a_manifest_that_says_what_none_can_say_is_damage_of_that_run_alone(ws, said, file):
    """Its digest is right, and still nobody's figures are harmed: neither the command's nor another run's."""
    from ledger.combine.runs.manifest import manifest_text  # noqa: PLC0415  what a forger would use

    lock(ws)
    lock(ws, "other")
    path = ws.runs_folder / "2026-03" / "manifest.json"
    path.write_text(manifest_text({**json.loads(path.read_text()), **said}))
    month(ws).write_text(SALE + "\n" + RENT)
    found = {one.name: one for one in load(ws).runs}
    assert (found["2026-03"].status, found["other"].status) == ("damaged", "restated")
    (problem,) = found["2026-03"].problems
    assert (problem.code, problem.file) == ("RUN_DAMAGED", f"runs/2026-03/{file}")


@pytest.mark.parametrize("file", [TRIAL, "balances.csv"])
def test_a_table_whose_amount_is_none_is_damage(ws, file):
    from ledger.combine.runs.manifest import manifest_text  # noqa: PLC0415  what a forger would use

    lock(ws)
    folder = ws.runs_folder / "2026-03"
    edit(folder / file, ",700.00", ",=cmd")
    said = json.loads((folder / "manifest.json").read_text())
    said["files"][file] = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    said["trial_balance"] = said["files"][TRIAL]
    (folder / "manifest.json").write_text(manifest_text(said))
    month(ws).write_text(SALE + "\n" + RENT)
    found = state(ws)
    assert (found.status, found.problems[0].file) == ("damaged", f"runs/2026-03/{file}")


def test_a_run_of_another_currency_cant_be_compared(ws):
    lock(ws)
    edit(ws.root / "fava.conf", '"SEK"', '"EUR"')
    found = state(ws)
    assert (found.status, found.differences) == ("unchecked", ())
    assert "SEK" in found.problems[0].text()


def test_what_a_crash_left_is_no_lock_and_is_swept(ws):
    left = ws.runs_folder / ".tmp-2026-03"
    left.mkdir(parents=True)
    (left / "manifest.json").write_text("half")
    assert names(ws) == []
    assert load(ws).runs == ()
    assert lock(ws).new
    assert not left.exists()


# --- marks and texts -------------------------------------------------------------------------------------------------


def test_marks_tell_vouchers_apart_by_day_accounts_and_amounts(ws):
    def marks(text: str) -> list[str]:
        month(ws).write_text(text)
        book = load_books(open_workspace(ws.root)).units["repris"]
        assert book.ok, book.problems
        return [found.mark for found in marked(book, D(2026, 3, 1), MARCH)]

    one = marks(RENT)
    assert len(one) == 1
    turned = '2026-03-09 * "Hyra"\n  Assets:1930-Bank  -40 SEK\n  Expenses:5010-Rent  40.0 SEK\n'
    assert marks(turned) == one
    assert marks(RENT.replace("03-09", "03-10")) != one
    assert marks(RENT.replace("40.00", "400.00")) != one
    assert marks(RENT.replace("5010-Rent", "4010-Goods")) != one
    assert len(set(marks(RENT + "\n" + RENT))) == 1
    assert marks(RENT.replace("03-09", "02-27")) == []


def test_a_marked_voucher_says_what_it_moves(ws):
    book = load_books(ws).units["repris"]
    first, second = marked(book, D(2026, 3, 1), MARCH)
    assert (first.date, str(first.amount), first.currency, first.line) == (D(2026, 3, 2), "100.0000000000", "SEK", 1)
    assert second.accounts == ("Assets:1930-Bank", "Income:3001-Sales")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1", "SEK", "1.00"),
        ("1000", "CLP", "1000"),
        ("1.2300", "SEK", "1.23"),
        ("0.125", "SEK", "0.125"),
        ("1E+3", "EUR", "1000.00"),
    ],
)
def test_amounts_are_written_alike(amount, currency, text):
    from decimal import Decimal  # noqa: PLC0415  only here

    assert money(Decimal(amount), currency) == text
