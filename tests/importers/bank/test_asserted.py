"""A day has one balance: a statement that gives another one than the books assert doesn't come in."""

import dataclasses
from decimal import Decimal

import pytest
from beancount.core import data
from beancount.core.amount import Amount

from importers.bank.problems import BankBalanceContradicted, BankBalanceEarly, BankBalanceOff, BankBalanceRestated
from tests.importers.bank.conftest import BANK, by_hand, march, statement

TWO = statement("100.00", "2 -30.00 kaffe; 5 7.00 bulle", covers="1-5", line=4)


def moved(found, difference):
    """A statement whose balances are other ones, and which adds up all the same."""
    both = {name: getattr(found, name) + Decimal(difference) for name in ("opening", "closing")}
    return dataclasses.replace(found, **both)


def asserted(day, amount, tolerance=None, **meta):
    """A balance that stands in line 9 of a person's file."""
    meta = {"filename": "units/u/books/2026/2026-03.beancount", "lineno": 9, **meta}
    tolerance = None if tolerance is None else Decimal(tolerance)
    return data.Balance(meta, march(day), BANK, Amount(Decimal(amount), "SEK"), tolerance, None)


def refused(book, *statements):
    with pytest.raises(BankBalanceRestated) as caught:
        book.plan(*statements)
    return caught.value.params


def in_line_9(entry):
    return entry._replace(meta={"filename": "units/u/books/2026/2026-03.beancount", "lineno": 9, **entry.meta})


def test_known_lines_with_another_closing_balance_are_refused(book):
    """100.00 - 30.00 + 7.00 = 77.00 on the 5th; the same lines from 60.00 on come to 37.00."""
    book.take(TWO)
    book.entries = [in_line_9(entry) for entry in book.entries]
    with pytest.raises(BankBalanceRestated) as caught:
        book.plan(moved(TWO, "-40.00"))
    problem = caught.value
    assert (problem.file, problem.line) == ("f", 4)
    assert problem.params["place"] == "units/u/books/2026/2026-03.beancount:9"
    assert (problem.params["day"], str(problem.params["said"]), str(problem.params["amount"])) == (
        "2026-03-05",
        "37.00 SEK",
        "77.00 SEK",
    )


@pytest.mark.parametrize(
    ("text", "covers", "day", "said"),
    [
        ("2 -30.00 kaffe; 5 7.00 bulle", "1-9", 5, "37.00 SEK"),  # a longer period: the 5th is asserted within it
        ("2 -30.00 kaffe; 5 7.00 bulle; 9 1.00 te", "1-9", 5, "37.00 SEK"),  # with a new line after that day
        ("5 7.00 bulle", "3-5", 5, "67.00 SEK"),  # a shorter one: 60.00 + 7.00
    ],
)
def test_other_periods_that_contradict_are_refused(book, text, covers, day, said):
    book.take(TWO)
    params = refused(book, statement("60.00", text, covers=covers))
    assert (params["day"], str(params["said"]), str(params["amount"])) == (f"{march(day)}", said, "77.00 SEK")


def test_a_new_line_whose_day_somebody_asserted_otherwise(book):
    """By hand 90.00 at the end of the 5th, which the books don't reach; the bank says 77.00."""
    book.entries.append(asserted(6, "90.00"))
    params = refused(book, TWO)
    assert (str(params["said"]), str(params["amount"])) == ("77.00 SEK", "90.00 SEK")


@pytest.mark.parametrize("tolerance", [None, "0.50"])
def test_a_balance_by_hand_that_says_the_same_stays_the_only_one(book, tolerance):
    """77.00, or 77.40 within 0.50: no second assertion of the day; the lines come in."""
    amount = "77.40" if tolerance else "77.00"
    book.entries.append(asserted(6, amount, tolerance))
    plan = book.take(TWO)
    assert book.lines == "2 -30.00 kaffe; 5 7.00 bulle"
    assert book.asserted == [(6, amount)]
    assert [type(new).__name__ for new, _ in plan.known] == ["Balance"]
    assert book.plan(TWO).entries == []


def test_a_balance_by_hand_within_the_period_is_the_books_own_matter(book):
    """The 3rd was asserted by hand with 90.00; by the bank it is 70.00. The statement comes in, the check says it."""
    book.entries.append(asserted(4, "90.00"))
    book.take(TWO)
    assert book.asserted == [(4, "90.00"), (6, "77.00")]


def test_a_day_that_was_sealed_is_compared_too(book):
    """March is sealed with 77.00 on the 5th; the file is refused, though it would assert nothing there."""
    book.take(TWO)
    book.closed = frozenset({"2026-03"})
    refused(book, moved(TWO, "-40.00"))
    assert book.plan(TWO).entries == []


def test_a_balance_that_a_person_corrected_keeps_its_statement(book):
    """Its id is the statement's: the same file adds nothing, and isn't refused."""
    book.take(TWO)
    (old,) = (e for e in book.entries if isinstance(e, data.Balance))
    book.entries = [e if e is not old else old._replace(amount=Amount(Decimal("78.00"), "SEK")) for e in book.entries]
    assert book.plan(TWO).entries == []


def test_a_balance_that_was_early_is_told_so_where_the_books_are_off_as_well(book):
    """20.00 were never booked, so 57.00 fails from the start; the bank booked 4.00 more on the 5th."""
    early = statement("80.00", "2 -30.00 kaffe; 5 7.00 bulle", final=False)
    assert [type(note) for note in book.take(early).notes] == [BankBalanceOff]
    with pytest.raises(BankBalanceEarly) as caught:
        book.plan(statement("80.00", "2 -30.00 kaffe; 5 7.00 bulle; 5 4.00 te; 6 1.00 x"))
    assert caught.value.params["difference"] == "4.00 SEK"


def test_books_that_are_off_since_long_ago_go_on(book):
    """The bank has 20.00 less than the books before any statement: said once, and nothing is refused."""
    first, then = statement("80.00", "2 -30.00 kaffe", covers="1-2"), statement("50.00", "5 7.00 bulle", covers="3-5")
    book.take(first)
    plan = book.take(then)
    assert book.asserted == [(3, "50.00"), (6, "57.00")]
    assert [type(note) for note in plan.notes] == [BankBalanceOff]
    assert book.plan(first).entries == book.plan(then).entries == []
    assert book.plan(statement("80.00", "2 -30.00 kaffe; 5 7.00 bulle", covers="1-5")).entries == []


def test_a_list_of_an_early_hour_is_not_compared(book):
    """At noon of the 5th there were 77.00, at night 81.00: the early list comes again, and adds nothing."""
    book.take(statement("100.00", "2 -30.00 kaffe; 5 7.00 bulle; 5 4.00 te"))
    plan = book.plan(statement("100.00", "2 -30.00 kaffe; 5 7.00 bulle", final=False))
    assert (plan.entries, len(plan.known)) == ([], 2)
    assert len(plan.remarks) == 1


def test_lines_before_a_balance_that_holds_are_told_as_before(book):
    """The file moves what holds without it: that says more than that the balances differ."""
    book.take(TWO)
    book.entries.append(by_hand(3, "-5.00"))
    book.entries = [e if not isinstance(e, data.Balance) else asserted(6, "72.00") for e in book.entries]
    with pytest.raises(BankBalanceContradicted):
        book.plan(statement("100.00", "2 -30.00 kaffe; 3 -5.00 te; 5 7.00 bulle", covers="1-5"))
