"""Files that begin or end in the middle of a day: balances tell where, and what they can't tell is said here."""

from collections import Counter
from decimal import Decimal

import pytest
from beancount.core import data

from importers.bank.problems import BankBalanceEarly, BankBeforeOpening, BankRestated
from importers.bank.standing import FileDay, _choose, stand
from importers.identity import LineKey
from tests.importers.bank.conftest import Book, by_hand, march, statement

#: Booked so far (100.00 before it) | the file's opening | its lines | a list? | what the book holds then, or a refusal.
CASES = [
    # the whole day again, with one line more; equal lines are counted
    ("2 -30.00 kaffe", "100.00", "2 -30.00 kaffe; 2 -30.00 kaffe", False, "2 -30.00 kaffe; 2 -30.00 kaffe"),
    # the afternoon alone: its opening balance is what the morning left
    ("2 -30.00 kaffe", "70.00", "2 -30.00 kaffe; 2 5.00 te", False, "2 -30.00 kaffe; 2 -30.00 kaffe; 2 5.00 te"),
    # it begins after the first line, and repeats the second
    ("2 -30.00 kaffe; 2 5.00 te", "70.00", "2 5.00 te; 2 1.00 x", False, "2 -30.00 kaffe; 2 5.00 te; 2 1.00 x"),
    (
        "2 -30.00 a; 2 5.00 b; 2 -5.00 b",
        "75.00",
        "2 -5.00 b; 3 1.00 x",
        True,
        "2 -30.00 a; 2 5.00 b; 2 -5.00 b; 3 1.00 x",
    ),
    # the book has the day from the newest line to the oldest, or in no order at all
    ("2 5.00 te; 2 -30.00 kaffe", "70.00", "2 5.00 te; 2 1.00 x", False, "2 5.00 te; 2 -30.00 kaffe; 2 1.00 x"),
    (
        "2 -1.00 c; 2 -30.00 a; 2 5.00 b",  # really a, c, b
        "69.00",
        "2 5.00 b; 2 -30.00 a",
        False,
        "2 -1.00 c; 2 -30.00 a; 2 5.00 b; 2 -30.00 a",
    ),
    # a list ends in the middle of a day that the book has whole; it may begin there, too
    ("2 -30.00 kaffe; 2 5.00 te", "100.00", "2 -30.00 kaffe", True, "2 -30.00 kaffe; 2 5.00 te"),
    ("2 -30.00 a; 2 5.00 b; 2 7.00 c", "70.00", "2 5.00 b", True, "2 -30.00 a; 2 5.00 b; 2 7.00 c"),
    # a statement tells its last day whole: fewer lines are the bank's change of mind
    ("2 -30.00 kaffe; 2 5.00 te", "100.00", "2 -30.00 kaffe", False, BankRestated),
    # and a day between others is told whole by a list, too
    ("2 -30.00 kaffe; 2 5.00 te", "100.00", "2 -30.00 kaffe; 3 1.00 x", True, BankRestated),
    # a list that ends within the day with a line that the book lacks
    ("2 -30.00 kaffe; 2 5.00 te", "100.00", "2 -30.00 kaffe; 2 9.00 x", True, BankRestated),
    # of what a list is, the reading counts by which nothing is new: made after x, not after all three
    ("2 1.00 x; 2 5.00 a; 2 -5.00 z", "101.00", "2 5.00 a", True, "2 1.00 x; 2 5.00 a; 2 -5.00 z"),
    # other words for the same amounts, also where they cancel out
    ("2 5.00 a; 2 -5.00 b", "100.00", "2 5.00 aa; 2 -5.00 bb", False, BankRestated),
    # after lines that cancel out a file opens like the day itself: it can't be told, and is refused
    ("2 5.00 a; 2 -5.00 b; 2 1.00 c", "100.00", "2 1.00 c; 2 2.00 d", False, BankRestated),
    # without an opening balance the first day must be there whole
    ("2 -30.00 kaffe; 2 5.00 te", None, "2 5.00 te; 3 1.00 x", True, BankRestated),
    (
        "2 -30.00 kaffe; 2 5.00 te",
        None,
        "2 5.00 te; 2 -30.00 kaffe; 3 1.00 x",
        True,
        "2 -30.00 kaffe; 2 5.00 te; 3 1.00 x",
    ),
    ("2 -30.00 kaffe; 2 5.00 te", None, "2 -30.00 kaffe", True, BankRestated),
    # what no balance tells: a pair that cancels out, and comes again after the file was cut, is taken for the same
    ("2 5.00 a; 2 -5.00 b", "100.00", "2 5.00 a; 2 -5.00 b", False, "2 5.00 a; 2 -5.00 b"),
    ("2 1.00 c; 2 5.00 a; 2 -5.00 b", "101.00", "2 5.00 a; 2 -5.00 b", False, "2 1.00 c; 2 5.00 a; 2 -5.00 b"),
]


@pytest.mark.parametrize(("booked", "opening", "text", "a_list", "result"), CASES)
def test_where_a_file_stands_on_a_day(book, booked, opening, text, a_list, result):
    book.take(statement("100.00", booked, closes=False))
    given = statement(opening, text, final=not a_list)
    if isinstance(result, str):
        plan = book.take(given)
        assert book.lines == result
        assert plan.notes == []
    else:
        with pytest.raises(result) as caught:
            book.plan(given)
        assert type(caught.value) is result


def test_a_list_of_a_days_beginning_asserts_nothing_about_its_end(book):
    book.take(statement("100.00", "2 -30.00 kaffe; 2 5.00 te", closes=False))
    plan = book.take(statement("100.00", "2 -30.00 kaffe", final=False))
    assert book.asserted == []
    assert plan.remarks == ["On 2026-03-02 the books hold more than this file, which was made before the day was over."]


def test_a_balance_that_was_asserted_too_early_is_named(book):
    """The first file was made at noon and imported days later: nobody could know that the day went on."""
    book.take(statement("100.00", "2 -30.00 kaffe", final=False))
    assert book.asserted == [(3, "70.00")]
    with pytest.raises(BankBalanceEarly) as caught:
        book.plan(statement("100.00", "2 -30.00 kaffe; 2 5.00 te"))
    assert type(caught.value) is BankBalanceEarly
    assert caught.value.params["amount"] == "70.00 SEK"
    assert caught.value.params["difference"].startswith("5.00")
    book.entries = [e for e in book.entries if not isinstance(e, data.Balance)]  # as the remedy says
    book.take(statement("100.00", "2 -30.00 kaffe; 2 5.00 te"))
    assert book.asserted == [(3, "75.00")]


def test_a_place_is_found_by_the_banks_own_balances_where_the_books_are_off():
    """Nobody booked the opening balance, so the books are 100.00 short of the bank; its last balance tells."""
    book = Book(by_hand(1, "1.00"))
    book.take(statement("100.00", "2 -30.00 kaffe"))
    book.take(statement("70.00", "3 -30.00 kaffe", closes=False))
    book.take(statement("40.00", "3 -30.00 kaffe"))
    assert book.lines == "2 -30.00 kaffe; 3 -30.00 kaffe; 3 -30.00 kaffe"


def test_what_is_booked_by_hand_on_the_day_may_stand_before_or_after_the_file(book):
    book.entries.append(by_hand(2, "11.00"))
    book.take(statement("111.00", "2 -30.00 kaffe", closes=False))
    plan = book.take(statement("81.00", "2 -30.00 kaffe"))
    assert book.lines == "2 -30.00 kaffe; 2 -30.00 kaffe"
    assert plan.notes == []


def test_of_several_places_the_one_counts_at_which_nothing_is_new(book):
    """After a and b, which cancel out, 1.00 leads to 101.00; so it does before them, and then a and b are known."""
    book.take(statement("100.00", "2 1.00 c; 2 5.00 a; 2 -5.00 b; 2 3.00 d", closes=False))
    book.take(statement("101.00", "2 5.00 a; 2 -5.00 b; 2 3.00 d; 2 1.00 x"))
    assert book.lines == "2 1.00 c; 2 5.00 a; 2 -5.00 b; 2 3.00 d; 2 1.00 x"
    # by the first place a list of d alone would bring a second one
    book.take(statement("101.00", "2 3.00 d", final=False))
    assert book.lines == "2 1.00 c; 2 5.00 a; 2 -5.00 b; 2 3.00 d; 2 1.00 x"


def day_of(opening, *texts, early=False):
    keys = [LineKey("SE1", march(2), Decimal(amount), "SEK", text) for amount, text in texts]
    return FileDay(march(2), keys, Decimal(opening), early), [(key, key.amount) for key in keys]


def test_of_several_balances_that_a_day_may_begin_with_the_one_counts_at_which_nothing_is_new():
    """By 20.00 the file begins after a and b, and b would come in again; by 0.00 it begins after a, and repeats."""
    day, (b, c) = day_of("-10.00", ("-20.00", "b"), ("-10.00", "c"))
    rows = [(None, Decimal("-10.00")), b, c]
    found = stand(day, rows, (Decimal("20.00"), Decimal("0.00")))
    assert (found.start, found.passed, found.new) == (Decimal("0.00"), Decimal("-10.00"), 0)
    assert stand(day, rows, (Decimal("20.00"),)).new == 1


def test_the_fewest_lines_are_chosen_and_not_among_too_many_ways():
    one, two, three = (Decimal(n) for n in (1, 2, 3))
    assert _choose(Counter([one, two, three]), three) == Counter([three])
    assert _choose(Counter([one, two, two]), Decimal(5)) == Counter([one, two, two])
    assert _choose(Counter([two, two]), three) is None
    powers = Counter(Decimal(2**n) for n in range(20))
    assert _choose(powers, Decimal(2**20 - 1)) is None


@pytest.mark.parametrize(
    ("covers", "opening", "text", "result"),
    [
        # a statement from the 1st on can't begin within the 2nd, whatever its balance
        ("1-3", "70.00", "2 -30.00 kaffe", "2 -30.00 kaffe"),
        ("2-3", "70.00", "2 -30.00 kaffe", "2 -30.00 kaffe; 2 -30.00 kaffe"),
    ],
)
def test_the_days_before_its_first_line_that_a_statement_covers(book, covers, opening, text, result):
    book.take(statement("100.00", "2 -30.00 kaffe", closes=False))
    book.take(statement(opening, text, covers=covers))
    assert book.lines == result


def test_a_list_of_a_period_that_goes_on_after_its_last_line_tells_that_day_whole(book):
    book.take(statement("100.00", "2 -30.00 kaffe; 2 5.00 te", closes=False))
    with pytest.raises(BankRestated):
        book.plan(statement("100.00", "2 -30.00 kaffe", covers="2-5", final=False))
    assert book.plan(statement("100.00", "2 -30.00 kaffe", covers="2-2", final=False)).transactions == []


def test_known_lines_may_stand_before_an_opening_balance_that_was_moved():
    book = Book()
    book.take(statement("100.00", "2 -30.00 kaffe; 5 1.00 x"))
    moved = [
        e._replace(date=march(4)) if getattr(e, "narration", "").startswith("Opening") else e for e in book.entries
    ]
    book.entries = sorted(moved, key=lambda e: e.date)
    assert book.plan(statement("100.00", "2 -30.00 kaffe; 5 1.00 x")).transactions == []


def test_a_long_day_is_searched_in_order_forwards_and_backwards(book):
    """200 lines with other sums each: far more ways than are looked at, but for the two orders."""
    rows = [f"2 {2 ** (i % 40)}.{i % 100:02} x{i}" for i in range(200)]
    for order in (rows, rows[::-1]):
        again = Book(*book.entries)
        again.take(statement("0.00", "; ".join(order), closes=False))
        start = Decimal("100.00") + sum(Decimal(row.split()[1]) for row in rows[:150])
        plan = again.take(statement(start, "; ".join([*rows[150:], "2 7.00 new", rows[149]])))
        assert len(plan.transactions) == 2


def test_a_list_that_begins_with_the_newest_line_is_turned_round(book):
    book.take(statement("100.00", "3 1.00 c; 2 5.00 b; 2 -30.00 a"))
    assert book.lines == "2 -30.00 a; 2 5.00 b; 3 1.00 c"


def test_lines_of_several_days_in_no_order_are_taken_by_day(book):
    book.take(statement("100.00", "2 -30.00 a; 4 2.00 d; 2 5.00 b; 3 1.00 c"))
    assert book.lines == "2 -30.00 a; 2 5.00 b; 3 1.00 c; 4 2.00 d"


@pytest.mark.parametrize(("opening", "text"), [("90.00", "1 10.00 x"), ("90.00", "2 10.00 x; 2 -30.00 kaffe")])
def test_what_is_older_than_the_opening_balance_is_refused_by_name(opening, text):
    book = Book()
    book.take(statement("100.00", "2 -30.00 kaffe"))
    with pytest.raises(BankBeforeOpening) as caught:
        book.plan(statement(opening, text))
    assert type(caught.value) is BankBeforeOpening
    assert (caught.value.params["amount"], caught.value.params["day"]) == ("100.00 SEK", str(march(2)))


def test_the_opening_balance_may_be_given_an_older_day():
    """As the refusal says: the entry gets the date and the amount with which the older file opens."""
    book = Book()
    book.take(statement("100.00", "2 -30.00 kaffe"))
    opening = next(e for e in book.entries if getattr(e, "narration", "") == "Opening balance per bank")
    older = by_hand(1, "90.00")._replace(meta=opening.meta, narration=opening.narration)
    book.entries = [older if e is opening else e for e in book.entries]
    plan = book.take(statement("90.00", "1 10.00 x"))
    assert plan.notes == []
    assert book.view.balance("Assets:1930-Bank", "SEK", march(3)) == Decimal("70.00")
