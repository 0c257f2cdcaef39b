"""Statements follow on each other, by their balances and by their numbers; what is missing between is said once."""

from decimal import Decimal

import pytest

from importers.bank.problems import BankBalanceOff, BankGap, BankRestated, BankSequence
from importers.bank.problems_chain import BankListBegins
from tests.importers.bank.conftest import Book, by_hand, lines, statement


def notes(plan):
    return [type(note) for note in plan.notes]


def test_a_gap_is_said_once_with_its_days_and_amount(book):
    """The bank closes at 70.00 on the 2nd and opens at 65.00 on the 5th: 5.00 went out in between."""
    book.take(statement("100.00", "2 -30.00 kaffe"))
    plan = book.take(statement("65.00", "5 1.00 x"))
    assert notes(plan) == [BankGap]
    told = plan.notes[0].params
    assert (told["last"], told["first"]) == ("2026-03-02", "2026-03-05")
    assert (told["opening"], told["books"], told["difference"], told["currency"]) == ("65.00", "70.00", "-5.00", "SEK")
    assert book.asserted == [(3, "70.00"), (6, "66.00")]


def test_what_fills_the_gap_makes_the_balance_right(book):
    book.take(statement("100.00", "2 -30.00 kaffe"))
    book.take(statement("65.00", "5 1.00 x"))
    assert notes(book.take(statement("70.00", "3 -5.00 te"))) == []
    assert book.view.balance("Assets:1930-Bank", "SEK", lines("6 1.00")[0].date) == Decimal("66.00")


def test_a_gap_between_statements_of_one_file(book):
    plan = book.take(statement("100.00", "2 -30.00 kaffe"), statement("65.00", "5 1.00 x"))
    assert [note.params["difference"] for note in plan.notes] == ["-5.00"]
    assert notes(plan) == [BankGap]


def test_a_gap_within_a_file_is_the_banks_own_whatever_the_books_are_off():
    """The books have 5.00 too much before; the bank goes from 70.00 to 65.00 between its statements."""
    book = Book(by_hand(1, "105.00"))
    plan = book.take(statement("100.00", "2 -30.00 kaffe"), statement("65.00", "5 1.00 x"))
    assert [(type(note), note.params["difference"]) for note in plan.notes] == [
        (BankGap, "-5.00"),
        (BankBalanceOff, "-5.00"),
        (BankBalanceOff, "-10.00"),
    ]


def test_a_gap_within_a_file_that_another_file_has_filled_in_part():
    """The file goes from the 2nd to the 5th; of the -5.00 between, -2.00 are booked."""
    book = Book(by_hand(1, "100.00"))
    book.take(statement("70.00", "3 -2.00 te", closes=False))
    plan = book.take(statement("100.00", "2 -30.00 kaffe"), statement("65.00", "5 1.00 x"))
    assert [(type(note), note.params["difference"]) for note in plan.notes] == [(BankGap, "-3.00")]


def test_a_gap_that_begins_in_the_middle_of_a_booked_day(book):
    """70.00 at the end of the booked morning, but the evening's list opens with 65.00."""
    book.take(statement("100.00", "2 -30.00 kaffe", closes=False))
    plan = book.take(statement("65.00", "2 -30.00 kaffe; 2 1.00 x", closes=False))
    assert notes(plan) == [BankGap]


def test_books_that_were_off_before_have_no_gap_between_statements():
    """The opening balance was never booked right: said by the balance, each time, and no statement is missing."""
    book = Book(by_hand(1, "90.00"))
    assert notes(book.take(statement("100.00", "2 -30.00 kaffe"))) == [BankBalanceOff]
    plan = book.take(statement("70.00", "5 1.00 x"))
    assert notes(plan) == [BankBalanceOff]
    assert plan.notes[0].params["difference"] == "10.00"


def test_a_gap_beside_books_that_were_off_before_is_another_thing():
    """10.00 were off before; from 70.00 to 65.00 another 5.00 are missing."""
    book = Book(by_hand(1, "90.00"))
    book.take(statement("100.00", "2 -30.00 kaffe"))
    plan = book.take(statement("65.00", "5 1.00 x"))
    assert notes(plan) == [BankGap, BankBalanceOff]
    assert [note.params["difference"] for note in plan.notes] == ["-5.00", "5.00"]


@pytest.mark.parametrize(
    ("opening", "covers", "expected"),
    [("70.00", "5-5", []), ("71.00", "5-5", [BankGap]), ("70.00", "2-5", []), ("100.00", "2-5", "refused")],
)
def test_a_statement_without_lines_shows_a_gap_too(book, opening, covers, expected):
    book.take(statement("100.00", "2 -30.00 kaffe"))
    if expected == "refused":  # it covers a day with a line, and has none
        with pytest.raises(Exception, match="BANK_RESTATED"):
            book.plan(statement(opening, "", covers=covers))
    else:
        assert notes(book.take(statement(opening, "", covers=covers))) == expected


@pytest.mark.parametrize(
    ("numbers", "opening", "expected"),
    [
        ((17, 18), "70.00", []),
        ((17, 17), "70.00", []),  # the same number again
        ((17, 20), "70.00", [(BankSequence, "20", "17")]),
        ((365, 1), "70.00", []),  # a new year
        ((None, 5), "70.00", []),
        ((17, None), "70.00", []),
    ],
)
def test_numbers_of_statements_follow_on_each_other(book, numbers, opening, expected):
    before, after = numbers
    book.take(statement("100.00", "2 -30.00 kaffe", sequence=before))
    plan = book.take(statement(opening, "5 1.00 x", sequence=after))
    assert [(type(n), n.params["number"], n.params["before"]) for n in plan.notes] == expected


def test_a_gap_says_which_number_it_follows_on(book):
    book.take(statement("100.00", "2 -30.00 kaffe", sequence=17))
    (note,) = book.take(statement("65.00", "5 1.00 x", sequence=20)).notes
    assert type(note) is BankGap
    assert note.params["numbers"] == "Statement 20 follows on statement 17."


def test_numbers_come_in_whatever_order_files_are_imported(book):
    """17, then 19 with a gap, then 18 between them: each looks at the one before it."""
    book.take(statement("100.00", "2 -30.00 kaffe", sequence=17))
    assert notes(book.take(statement("65.00", "5 1.00 x", sequence=19))) == [BankGap]
    assert notes(book.take(statement("70.00", "3 -5.00 te", sequence=18))) == []
    assert notes(book.take(statement("66.00", "7 1.00 y", sequence=20))) == []


def test_two_numbered_statements_of_a_day_in_one_file(book):
    plan = book.take(statement("100.00", "2 -30.00 kaffe", sequence=17), statement("70.00", "2 1.00 x", sequence=18))
    assert notes(plan) == []
    assert notes(book.take(statement("71.00", "3 1.00 x", sequence=19))) == []


# --- lists of a period, which may have been cut off before their first line


def listed(opening, text, covers):
    """A list that begins with the newest line: it may lack the oldest ones."""
    return statement(opening, text, covers=covers, final=False, begun=False)


@pytest.mark.parametrize(
    ("booked", "opening", "covers", "joins"),
    [
        ("100.00", "100.00", "2-31", True),  # nothing happened before the 5th, or it came to nothing
        ("100.00", "65.00", "2-31", False),  # -35.00 before the 5th: not in the list, or not in the books
        ("100.00", "65.00", "5-31", True),  # the list says nothing of the days before
        (None, "65.00", "2-31", True),  # the first list of its account: its opening balance waits for a person
        (None, "65.00", "5-31", True),
        (None, "0.00", "2-31", True),
    ],
)
def test_a_list_that_may_lack_its_first_lines_must_join_the_books(booked, opening, covers, joins):
    book = Book(*([by_hand(1, booked)] if booked else []))
    made = listed(opening, "5 1.00 x", covers)
    if joins:
        book.take(made)
        assert book.lines == "5 1.00 x"
    else:
        with pytest.raises(BankListBegins) as caught:
            book.plan(made)
        told = caught.value.params
        assert (told["since"], told["first"], told["opening"]) == ("2026-03-02", "2026-03-05", "65.00")
        assert told["books"] == (booked or "0")


def test_a_list_that_begins_with_the_oldest_line_lacks_none_before_it():
    book = Book(by_hand(1, "90.00"))
    assert notes(book.take(statement("100.00", "5 1.00 x", covers="2-31", final=False))) == [BankBalanceOff]


def test_a_list_of_booked_days_joins_them_though_the_books_were_off_before():
    """65.00 at the beginning of the 5th was the bank's balance when that day came in, whatever the books held."""
    book = Book(by_hand(1, "100.00"))
    book.take(listed("65.00", "5 1.00 x", "5-6"))
    assert notes(book.take(listed("65.00", "5 1.00 x; 8 2.00 y", "2-31"))) == [BankBalanceOff]
    assert book.lines == "5 1.00 x; 8 2.00 y"


def test_a_cut_list_of_booked_days_is_told_otherwise(book):
    book.take(listed("100.00", "2 -30.00 kaffe; 5 1.00 x", "1-31"))
    with pytest.raises(BankRestated):
        book.plan(listed("70.00", "5 1.00 x", "1-31"))


@pytest.mark.parametrize("opening", ["100.00", None])
def test_a_list_holds_all_lines_from_its_first_to_its_last(book, opening):
    """With balances or without: a booked day between them that it lacks is told otherwise than before."""
    book.take(statement("100.00", "2 -30.00 kaffe; 3 -1.00 te", final=False))
    for text in ("2 -30.00 kaffe; 4 2.00 x", "2 -30.00 kaffe; 3 -2.00 te; 4 2.00 x"):
        with pytest.raises(BankRestated) as caught:
            book.plan(statement(opening, text, final=False))
        assert caught.value.params["date"] == "2026-03-03"
    assert len(book.plan(statement(opening, "4 2.00 x", final=False)).transactions) == 1
