"""What waits for whom: one workspace with one thing of each kind, and one with nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from ledger.books import load_books
from ledger.combine.runs.state import Difference, RunState
from ledger.errors import Problem
from ledger.reports import KINDS, Task, once, todo

TODAY = dt.date(2026, 4, 15)
UNIT = """\
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
"""
ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank SEK
2026-01-01 open Assets:1510-Kund SEK
2026-01-01 open Liabilities:2999-Observation SEK
2026-01-01 open Expenses:5010-Hyra SEK
"""
MARCH = """\
2026-03-02 * "Hyra"
  Expenses:5010-Hyra  100.00 SEK
  Assets:1930-Bank   -100.00 SEK

2026-03-20 ! "Okänd insättning"
  suggestion: "Expenses:5010-Hyra (booked so on 2026-03-02)"
  Assets:1930-Bank                  70.00 SEK
  Liabilities:2999-Observation     -70.00 SEK

2026-03-20 ! "Kund AB" "Betalt för mycket"
  suggestion: "Assets:1510-Kund: 1001 is paid with 50.00 SEK too much: pay it back or set it off."
  Assets:1930-Bank      50.00 SEK
  ! Assets:1510-Kund   -50.00 SEK
"""


class Wrong(Problem):
    """For this test alone."""

    code = "TEST_TODO_WRONG"
    message = "Something is wrong."
    remedy = "Mend it."


@pytest.fixture
def books(make_workspace):
    ws = make_workspace({"repris": {"unit": UNIT, "accounts": ACCOUNTS, "2026-03": MARCH}})
    inbox = ws.units["repris"].folder / "inbox" / "bank"
    inbox.mkdir(parents=True)
    (inbox / "2026-04.xml").write_text("<x/>", encoding="utf-8")
    return load_books(ws)


def kinds(tasks):
    return [task.kind for task in tasks]


def test_one_of_each_kind_in_the_order_in_which_they_should_be_taken(books):
    differs = SimpleNamespace(
        code="ONE_SIDED",
        units=("repris", "gemensamt"),
        amount=Decimal("5.00"),
        currency="SEK",
        sources=("units/repris/books/2026/2026-03.beancount:2",),
        remedy="Book it.",
    )
    late = Task("overdue", "repris", "A loan of RF26 is overdue.")
    fund = Task("fund", "repris", "IF-1 is on watch.")
    tasks = todo(books, [Wrong(unit="repris")], [differs], "repris", today=TODAY, loans=[late, fund])
    assert kinds(tasks) == [kind for kind in KINDS if kind != "restated"]  # that is the finance head's
    by_kind = {task.kind: task for task in tasks}
    assert by_kind["error"].command == "sambok check repris"
    assert by_kind["inbox"].command == "sambok import repris --inbox"
    assert by_kind["suspense"].where == "units/repris/books/2026/2026-03.beancount:5"
    assert by_kind["suspense"].amount == (Decimal("70.00"), "SEK")
    assert "Suggestion: Expenses:5010-Hyra" in by_kind["suspense"].text
    assert "in place of Liabilities:2999-Observation, and * for !" in by_kind["suspense"].text
    assert by_kind["confirm"].where == "units/repris/books/2026/2026-03.beancount:10"
    assert by_kind["confirm"].text == (
        "2026-03-20: 50.00 SEK is booked, but not for certain. Right? Then put * for !; else correct it. Why it waits: "
        "Assets:1510-Kund: 1001 is paid with 50.00 SEK too much: pay it back or set it off."
    )
    assert by_kind["unmatched"].where == "units/repris/books/2026/2026-03.beancount:2"
    assert by_kind["unreconciled"].date == dt.date(2026, 3, 20)
    assert by_kind["close"].date == dt.date(2026, 3, 31)


LATE = Wrong(file="units/repris/books/2026/2026-03.beancount", line=7)
RUN = RunState(
    "2026-03",
    "restated",
    date_to=dt.date(2026, 3, 31),
    changed=(("changed", "units/repris/books/2026/2026-03.beancount"),),
    differences=(Difference("CashAndBank", "1930-Bank", "repris", "1.00", "2.00"),),
    late=(LATE,),
)


@pytest.mark.parametrize(
    ("run", "where", "text"),
    [
        (RUN, "units/repris/books/2026/2026-03.beancount:7", "rows that differ: 1; vouchers that came since: 1."),
        (replace(RUN, late=()), "units/repris/books/2026/2026-03.beancount", "vouchers that came since: 0."),
        (RunState("2026-03", "damaged", problems=(LATE,)), LATE.where, "Something is wrong. Mend it."),
        (replace(RUN, status="unaffected"), None, ""),
        (replace(RUN, status="unchecked"), None, ""),
    ],
)
def test_a_locked_run_that_is_restated_is_the_finance_heads(books, run, where, text):
    tasks = [t for t in todo(books, [], [], today=TODAY, runs=[run]) if t.kind == "restated"]
    assert [(t.unit, t.where, t.command) for t in tasks] == ([(None, where, "sambok runs 2026-03")] if where else [])
    assert all(text in task.text for task in tasks)
    assert [t for t in todo(books, [], [], "repris", today=TODAY, runs=[run]) if t.kind == "restated"] == []


def test_a_deposit_of_which_a_part_waits_says_which_part(make_workspace):
    """Of 2 500.00, an invoice took 1 250.00; 1 000.00 and 250.00 wait."""
    march = (
        '2026-03-20 ! "Bankgiro, deposit 74"\n  Assets:1930-Bank  2500.00 SEK\n  Assets:1510-Kund  -1250.00 SEK\n'
        "  Liabilities:2999-Observation  -1000.00 SEK\n  Liabilities:2999-Observation  -250.00 SEK\n"
    )
    books = load_books(make_workspace({"repris": {"unit": UNIT, "accounts": ACCOUNTS, "2026-03": march}}))
    (task,) = [t for t in todo(books, [], [], "repris", today=TODAY) if t.kind == "suspense"]
    assert task.text == (
        "2026-03-20: 1,250.00 of 2,500.00 SEK waits for its account. "
        "Put the right account in place of Liabilities:2999-Observation, and * for !."
    )


@pytest.mark.parametrize(
    ("balance", "waits"),
    [
        ("", True),  # no statement at all
        ("2026-03-20 balance Assets:1930-Bank -100.00 SEK\n", True),  # asserted before the day's own line
        ("2026-03-21 balance Assets:1930-Bank 20.00 SEK\n", False),  # covers the last line
    ],
)
def test_an_account_is_reconciled_when_a_balance_stands_after_its_last_line(make_workspace, balance, waits):
    ws = make_workspace({"repris": {"unit": UNIT, "accounts": ACCOUNTS, "2026-03": MARCH + balance}})
    tasks = todo(load_books(ws), [], [], "repris", today=TODAY)
    assert ("unreconciled" in kinds(tasks)) is waits


@pytest.mark.parametrize(
    ("today", "waits"),
    [(dt.date(2026, 3, 31), False), (dt.date(2026, 4, 1), True)],
)
def test_a_month_is_over_when_its_last_day_has_passed(books, today, waits):
    assert ("close" in kinds(todo(books, [], [], "repris", today=today))) is waits


#: What the first open month of a unit is; what is said of it, and the command.
MONTHS = [
    ("ready", (), "2026-03 can be closed: nothing is missing.", "sambok close 2026-03 --unit repris"),
    (
        "waits",
        ("2026-02", "kafe"),
        "2026-03 lacks nothing of its own; it waits for 2026-02, kafe.",
        "sambok close --status 2026-03 --unit repris",
    ),
    (
        "not_ready",
        (),
        f"2026-03 can't be closed yet; to be settled: 2. {Wrong().text()}",
        "sambok close --status 2026-03 --unit repris",
    ),
]


@pytest.mark.parametrize(("state", "waits_for", "text", "command"), MONTHS)
def test_the_month_to_close_next(books, state, waits_for, text, command):
    """Whoever has looked at what it lacks says so; it is one task, in place of the months that are counted else."""
    own = (Wrong(), Wrong(line=2)) if state == "not_ready" else ()
    close = command if state == "ready" else ""
    month = SimpleNamespace(unit="repris", period="2026-03", state=state, own=own, waits_for=waits_for, close=close)
    (task,) = [task for task in todo(books, [], [], "repris", today=TODAY, months=[month]) if task.kind == "close"]
    assert (task.text, task.command, task.date) == (text, command, dt.date(2026, 3, 31))
    assert task.page == "/repris/extension/Close/"


def test_another_unit_has_nothing_to_do(books):
    assert todo(books, [Wrong(unit="repris")], [], "gemensamt", today=TODAY) == ()


def test_everything_is_listed_when_no_unit_is_named(books):
    assert {task.unit for task in todo(books, [], [], today=TODAY)} == {"repris"}


def test_both_places_of_a_dealing_are_named(books):
    """Each unit's task says where the other's side stands, too."""
    sides = ("units/gemensamt/books/2026/2026-03.beancount:7", "units/repris/books/2026/2026-03.beancount:2")
    waits = SimpleNamespace(
        code="ON_SUSPENSE", units=("gemensamt", "repris"), amount=Decimal("5.00"), currency="SEK", sources=sides,
        remedy="Put the right account in place of suspense.",
    )  # fmt: skip
    tasks = [t for t in todo(books, [], [waits], today=TODAY) if t.kind == "unmatched"]
    assert [(t.unit, t.where) for t in tasks] == list(zip(("gemensamt", "repris"), sides, strict=True))
    assert all(side in task.text for side in sides for task in tasks)


def test_a_dealing_of_two_units_is_on_both_lists_and_counts_once(books):
    """Two dealings that read alike are still two."""
    differs = SimpleNamespace(
        code="ONE_SIDED", units=("gemensamt", "repris"), amount=Decimal("1005.00"), currency="SEK", sources=(),
        remedy="Book it.",
    )  # fmt: skip
    tasks = [t for t in todo(books, [], [differs, differs], today=TODAY) if t.kind == "unmatched"]
    assert [t.unit for t in tasks] == ["gemensamt", "gemensamt", "repris", "repris"]
    assert [t.unit for t in once(tasks)] == ["gemensamt", "gemensamt"]
    own = [t for t in todo(books, [], [differs, differs], "repris", today=TODAY) if t.kind == "unmatched"]
    assert len(own) == len(once(own)) == 2
    assert {t.text for t in tasks} == {"gemensamt – repris: 1,005.00 SEK differ (ONE_SIDED). Book it."}


@pytest.mark.parametrize("where", ["Assets:1930-Bank", "Liabilities:2999-Observation"])
def test_what_is_suspense_the_chart_says_wherever_it_stands_in_the_entry(make_workspace, where):
    """With the suspense posting first, it is still the one to replace."""
    other = ({"Assets:1930-Bank", "Liabilities:2999-Observation"} - {where}).pop()
    text = f'2026-03-20 ! "Okänd"\n  {where}  70.00 SEK\n  {other}  -70.00 SEK\n'
    ws = make_workspace({"repris": {"unit": UNIT, "accounts": ACCOUNTS, "2026-03": text}})
    (task,) = [t for t in todo(load_books(ws), [], [], "repris", today=TODAY) if t.kind in {"suspense", "confirm"}]
    assert (task.kind, "in place of Liabilities:2999-Observation" in task.text) == ("suspense", True)
