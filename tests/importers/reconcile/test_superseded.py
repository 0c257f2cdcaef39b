"""Which statements a later one of the same days has taken the place of, as the books follow it."""

import datetime as dt

import pytest

from importers.reconcile.series import Series
from importers.reconcile.superseded import superseded
from tests.importers.reconcile.statements import D, ids, march, told

#: The 2nd to the 4th of March, 100 before; what the books assert on the 5th.
OLD = told("2 5 A; 3 9 B", 100, days=(2, 4))


@pytest.mark.parametrize(
    ("case", "new", "period", "booked", "asserted", "gone"),
    [
        ("another amount", "2 5 A; 3 8 B", (2, 4), "2 5 A; 3 8 B", 113, ["a.xml"]),
        ("a line less", "2 5 A", (2, 4), "2 5 A", 105, ["a.xml"]),
        ("a line more", "2 5 A; 3 9 B; 3 1 C", (2, 4), "2 5 A; 3 9 B; 3 1 C", 115, ["a.xml"]),
        ("other words", "2 5 A; 3 9 X", (2, 4), "2 5 A; 3 9 X", 114, ["a.xml"]),
        ("another day", "2 5 A; 4 9 B", (2, 4), "2 5 A; 4 9 B", 114, ["a.xml"]),
        ("a longer period", "1 0 Z; 2 5 A; 3 8 B", (1, 9), "1 0 Z; 2 5 A; 3 8 B", None, ["a.xml"]),
        ("a shorter one", "3 8 B", (3, 3), "2 5 A; 3 8 B", None, []),
        ("a line less, and merely missing from the books", "2 5 A", (2, 4), "2 5 A", 114, ["b"]),
        ("a line less, of which the books assert nothing", "2 5 A", (2, 4), "2 5 A", None, []),
        ("the books follow neither", "2 5 A; 3 8 B", (2, 4), "2 5 A", None, []),
        ("the books follow the old one", "2 5 A; 3 8 B", (2, 4), "2 5 A; 3 9 B", 114, ["b"]),
    ],
)
def test_what_takes_the_place_of_what(case, new, period, booked, asserted, gone):
    newer = told(new, 100, file="b", days=period)
    document = "a.xml" if asserted == 114 and gone == ["b"] else "b"
    books = {} if asserted is None else {march(5): (D(asserted), document)}
    assert [found.shown for found in superseded([OLD, newer], ids(booked), books)] == gone, case


def test_a_line_that_is_missing_from_the_books_is_still_told():
    """The bank had a line more the second time; somebody deleted it."""
    newer = told("2 5 A; 3 9 B; 3 1 C", 100, file="b", days=(2, 4))
    series = Series("1", [OLD, newer], ids("2 5 A; 3 9 B"), {march(5): (D(115), "b")})
    day = next(d for d in series.days if d.date == march(3))
    assert [line.amount for line, _ in day.version.lines] == [9, 1]


def test_no_gap_stands_between_a_statement_and_what_took_its_place():
    newer = told("2 5 A; 2 1 C; 3 9 B", 100, file="b", days=(2, 4))
    series = Series("1", [newer, OLD], ids("2 5 A; 2 1 C; 3 9 B"), {march(5): (D(115), "b")})
    assert series.gaps == ()
    assert not any(day.restated for day in series.days)
    assert series.stretch(march(2), march(4)).closing == 115
    assert series.covered == [(dt.date(2026, 3, 2), dt.date(2026, 3, 4))]
