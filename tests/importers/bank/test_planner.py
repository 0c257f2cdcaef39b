"""The planner's own promises: sums tie, known lines settle nothing again, no date is out of bounds."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from importers.bank import compare, planner
from importers.bank.model import Part
from importers.bank.problems import BankOwnRule
from importers.late import move_late
from importers.problems import ImportAccountMissing, ImportDateRange
from ledger.books.sources import RuleTable
from tests.importers.bank.conftest import BANK, Book, march, statement

TWO = statement("100.00", "2 -30.00 kaffe; 2 -30.00 kaffe")


def halved(entry):
    first, other = entry.postings[:2]
    less = first._replace(units=first.units._replace(number=first.units.number / 2))
    more = other._replace(units=other.units._replace(number=other.units.number / 2))
    return entry._replace(postings=[less, more])


def drops(method):
    done = []

    def take(self, entry):
        if not done or "closing" in str(entry):
            method(self, entry)
        done.append(entry)

    return take


BREAKS = {
    "an amount is changed": ("entry", lambda method: lambda *args: halved(method(*args))),
    "a line is dropped": ("take", drops),
    "a line is booked twice": ("take", lambda method: lambda self, entry: [method(self, entry), method(self, entry)]),
    "a line goes to another account": (
        "entry",
        lambda method: (
            lambda *args: method(*args)._replace(
                postings=[p._replace(account="Assets:1940") for p in method(*args).postings]
            )
        ),
    ),
    "a known line is changed": ("again", lambda method: lambda *args: halved(method(*args))),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_plan_whose_sums_dont_tie_is_never_made(book, name, monkeypatch):
    book.take(TWO)
    given = statement("100.00", "2 -30.00 kaffe; 2 -30.00 kaffe; 3 7.00 x")
    assert len(book.plan(given).transactions) == 1
    method, broken = BREAKS[name]
    monkeypatch.setattr(planner._Planner, method, broken(getattr(planner._Planner, method)))
    with pytest.raises(AssertionError):
        book.plan(given)


def test_a_statement_that_doesnt_add_up_is_never_planned(book):
    """Readers refuse it with a typed problem; the planner trusts none of them."""
    with pytest.raises(AssertionError):
        book.plan(dataclasses.replace(TWO, closing=Decimal("41.00")))


def test_lines_with_the_same_id_twice_are_never_planned(book, monkeypatch):
    monkeypatch.setattr(compare, "numbered", lambda keys, _: [key.id(1) for key in keys])
    with pytest.raises(AssertionError):
        book.plan(TWO)


def test_only_new_lines_look_for_their_other_side(book, monkeypatch):
    """A line that settled an invoice before must not settle the next one of the same amount."""
    book.take(TWO)
    placed = []
    place = planner.Recogniser.place_line
    monkeypatch.setattr(
        planner.Recogniser,
        "place_line",
        lambda self, line, *args, **more: [placed.append(line), place(self, line, *args, **more)][1],
    )
    plan = book.plan(statement("100.00", "2 -30.00 kaffe; 2 -30.00 kaffe; 3 7.00 x"))
    assert [line.amount for line in placed] == [Decimal("7.00")]
    assert [new.postings for new, _ in plan.known[:2]] == [standing.postings for _, standing in plan.known[:2]]


def test_a_known_line_shows_the_other_side_that_a_person_gave_it(book):
    book.take(TWO)
    moved = [
        e._replace(flag="*", postings=[e.postings[0], e.postings[1]._replace(account="Expenses:5010")])
        if getattr(e, "narration", "") == "kaffe"
        else e
        for e in book.entries
    ]
    book.entries = moved
    plan = book.plan(TWO)
    assert {new.postings[1].account for new, _ in plan.known if hasattr(new, "postings")} == {"Expenses:5010"}


def test_a_rule_may_not_send_money_to_the_bank_account_itself(book):
    book.source = book.source.model_copy(update={"rule": (RuleTable(text="kaffe", account=BANK),)})
    with pytest.raises(BankOwnRule) as caught:
        book.plan(TWO)
    assert type(caught.value) is BankOwnRule


def test_parts_are_placed_one_by_one(book):
    parts = (Part(Decimal("-10.00"), "Anna"), Part(Decimal("-20.00"), "Bo"))
    given = dataclasses.replace(TWO, lines=(dataclasses.replace(TWO.lines[0], parts=parts),), closing=Decimal("70.00"))
    entry = book.plan(given).transactions[0]
    assert [str(p.units.number) for p in entry.postings] == ["-30.00", "10.00", "20.00"]


@pytest.mark.parametrize("last", [dt.date(2031, 1, 1), dt.date(9999, 12, 31)])
def test_a_statement_that_ends_when_no_book_does_is_refused(book, last):
    with pytest.raises(ImportDateRange):
        book.plan(dataclasses.replace(TWO, first_day=march(1), last_day=last))


def test_a_statement_without_lines_of_long_ago_is_refused():
    with pytest.raises(ImportDateRange):
        Book().plan(dataclasses.replace(statement("100.00", ""), last_day=dt.date(1999, 12, 31)))


def test_an_opening_balance_from_before_the_account_was_opened_is_refused():
    book = Book()
    book.entries = [e._replace(date=march(5)) for e in book.entries]
    with pytest.raises(ImportAccountMissing):
        book.plan(statement("100.00", "", covers="2-2"))


def test_an_opening_balance_of_a_closed_month_is_booked_on_the_first_open_day():
    book = Book()
    book.closed = frozenset({"2026-03"})
    plan = book.plan(statement("100.00", "", covers="2-2"))
    move_late(plan, book.view, "file.xml")
    assert [(str(e.date), str(e.meta["dated"])) for e in plan.entries] == [("2026-04-01", "2026-03-02")]


def test_nothing_is_asserted_in_a_closed_month(book):
    book.take(statement("100.00", "2 -30.00 kaffe; 2 -30.00 kaffe", closes=False))
    book.closed = frozenset({"2026-03"})
    plan = book.plan(TWO)
    assert plan.entries == []


def test_the_number_of_a_statement_stands_on_its_balance(book):
    plan = book.take(dataclasses.replace(TWO, sequence=17))
    assert plan.entries[-1].meta["statement"] == "17"
