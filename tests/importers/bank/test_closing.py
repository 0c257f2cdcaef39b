"""What a file brings may not break a balance that holds; where it is booked already by hand, the entry is named."""

import pytest

from importers.bank.problems import BankBalanceContradicted, BankBalanceEarly
from tests.importers.bank.conftest import Book, by_hand, statement

TWO = statement("100.00", "2 -30.00 kaffe; 5 7.00 bulle")


def without_id(entry):
    """What is left when a person deletes the `source-id`, in line 7 of their file."""
    return entry._replace(meta={"filename": "units/u/books/2026/2026-03.beancount", "lineno": 7})


def lost(book, text):
    """The book whose entry of this text has lost its id; the id that it had."""
    (old,) = [e for e in book.view.transactions if e.narration == text]
    book.entries = [without_id(e) if e is old else e for e in book.entries]
    return str(old.meta["source-id"])


def refused(book, *statements):
    with pytest.raises((BankBalanceContradicted, BankBalanceEarly)) as caught:
        book.plan(*statements)
    return caught.value


@pytest.mark.parametrize("text", ["kaffe", "bulle"])  # before the balance's own day, and on it
def test_an_entry_that_lost_its_id_is_named_with_it(book, text):
    """100.00 - 30.00 + 7.00 = 77.00 is asserted on 6 March, which the book reaches without a second line."""
    book.take(TWO)
    source_id = lost(book, text)
    problem = refused(book, TWO)
    assert type(problem) is BankBalanceContradicted
    assert problem.params["booked"] == (
        "Booked already by hand, as it seems: units/u/books/2026/2026-03.beancount:7 "
        f'(source-id of the line: "{source_id}").'
    )
    back = [
        e._replace(meta={**e.meta, "source-id": source_id}) if e.meta.get("lineno") == 7 else e for e in book.entries
    ]
    book.entries = back  # as the remedy says
    assert book.plan(TWO).entries == []


def test_an_entry_by_hand_of_another_day_is_named_without_an_id():
    """A person booked the bank's line of 5 March on the 3rd, and the balance of a list of the 5th was right."""
    opened = by_hand(1, "70.00")
    hand = without_id(by_hand(3, "7.00"))
    book = Book(opened, hand)
    book.take(statement("77.00", "5 3.00 x"))
    problem = refused(book, statement("70.00", "5 7.00 bulle; 5 3.00 x"))
    assert type(problem) is BankBalanceContradicted
    assert problem.params["booked"].endswith("as it seems: units/u/books/2026/2026-03.beancount:7.")


def test_a_day_that_went_on_is_told_from_an_entry_by_hand(book):
    """The list of the 5th closed with 77.00, and the bank booked 4.00 more; an entry of other amounts says nothing."""
    hand = without_id(by_hand(5, "9.00"))
    book.entries.append(hand)
    early = statement("109.00", "2 -30.00 kaffe; 5 7.00 bulle", final=False)
    book.take(early)
    problem = refused(book, statement("109.00", "2 -30.00 kaffe; 5 7.00 bulle; 5 4.00 x"))
    assert type(problem) is BankBalanceEarly


def test_each_entry_by_hand_stands_for_one_line(book):
    """Two equal lines, one of them booked by hand: one place is named, not one twice."""
    book.take(statement("100.00", "2 -30.00 kaffe; 5 7.00 bulle"))
    lost(book, "bulle")
    problem = refused(book, statement("100.00", "2 -30.00 kaffe; 5 7.00 bulle; 5 7.00 bulle", covers="2-5"))
    assert type(problem) is BankBalanceContradicted
    assert problem.params["booked"].count(":7 ") == 1


def test_where_nothing_by_hand_fits_it_says_so(book):
    book.entries.append(by_hand(3, "-15.00"))
    book.take(statement("85.00", "5 7.00 bulle"))
    problem = refused(book, statement("100.00", "2 -10.00 kaffe; 2 -5.00 te"))
    assert type(problem) is BankBalanceContradicted
    assert problem.params["difference"] == "-15.00"
    assert problem.params["booked"] == "No entry by hand has the amount of one of its lines."


@pytest.mark.parametrize(
    ("mine", "named"),
    [
        ([(5, "7.00")], ["5 bulle"]),  # the balance is 77.00, the books come to 84.00
        ([(2, "-30.00"), (5, "7.00")], ["2 kaffe", "5 bulle"]),
        ([(4, "7.00")], ["4"]),  # of another day: no source-id is told
        ([(5, "7.00"), (4, "1.00")], []),  # 8.00 too much: 7.00 alone isn't why
        ([(4, "1.00")], []),
    ],
)
def test_what_was_booked_by_hand_before_the_statement_came_is_named(book, mine, named):
    for line, (day, amount) in enumerate(mine):
        place = {"filename": "units/u/books/2026/2026-03.beancount", "lineno": line}
        book.entries.append(by_hand(day, amount)._replace(meta=place))
    (note,) = book.take(TWO).notes
    ids = {e.narration: e.meta["source-id"] for e in book.view.transactions if "source-id" in e.meta}
    places = []
    for line, text in enumerate(named):
        told = f' (source-id of the line: "{ids[text.split()[1]]}")' if " " in text else ""
        places.append(f"units/u/books/2026/2026-03.beancount:{line}{told}")
    assert note.params["booked"] == (
        f"Booked already by hand, as it seems: {', '.join(places)}." if named else "No entry by hand explains it."
    )
