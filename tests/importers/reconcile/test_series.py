"""Statements of one account in a row: what they cover, where they don't meet, which numbers are missing."""

import datetime as dt

import pytest

from importers.bank.model import BankLine, BankStatement
from importers.reconcile.documents import Archived
from importers.reconcile.series import Series, Stretch, series_of
from tests.importers.reconcile.statements import NUMBER, TABLE, D, march, told


def series(*statements):
    return Series("1", statements, ())


def stretch(*statements, first=1, last=31):
    """`from-to opening closing whole` of the days from `first` to `last` of March."""
    found = series(*statements).stretch(march(first), march(last))
    return found and f"{found.first.day}-{found.last.day} {found.opening} {found.closing} {found.whole}"


def until_10(opening):
    """A statement of 1 to 10 March on which nothing moved."""
    return told("", opening, days=(1, 10))


def since(day, opening):
    """A statement from a day to the end of March, with 5.00 on the 20th."""
    return told("20 5 A", opening, days=(day, 31), file="b")


# March 2026 begins on a Sunday; 7-8, 14-15, 21-22 and 28-29 are weekends.
@pytest.mark.parametrize(
    ("case", "statements", "expected"),
    [
        ("all of it", [told("3 5 A; 30 1 B", 100, days=(1, 31))], "1-31 100 106 True"),
        ("without a line", [told("", 100, days=(1, 31))], "1-31 100 100 True"),
        ("from Monday the 2nd", [told("3 5 A", 100, days=(2, 31))], "1-31 100 105 True"),
        ("from Tuesday the 3rd", [told("3 5 A", 100, days=(3, 31))], "3-31 100 105 False"),
        ("until the 30th", [told("3 5 A", 100, days=(1, 30))], "1-30 100 105 False"),
        ("by its lines alone", [told("3 5 A; 20 1 B", 100)], "3-20 100 106 False"),
        ("two that meet", [until_10(100), since(20, 100)], "1-31 100 105 True"),
        ("two that don't", [until_10(100), since(20, 90)], "1-31 100 95 False"),
        ("over a weekend, but not met", [told("", 100, days=(1, 6)), since(9, 90)], "1-31 100 95 True"),
        ("without balances", [told("3 5 A", days=(1, 31))], "1-31 None None True"),
        ("two without balances", [until_10(None), since(20, None)], "1-31 None None False"),
        ("nothing of it", [], None),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value and "-" not in value else "",
)  # fmt: skip
def test_what_a_month_is_told(case, statements, expected):
    if not statements:
        assert series_of([], ()) == []
        return
    assert stretch(*statements) == expected, case


def test_days_of_a_longer_statement():
    one = told("2 5 A; 10 1 B; 20 3 C", 100, days=(1, 31))
    assert stretch(one, first=5, last=15) == "5-15 105 106 True"
    assert stretch(one, first=2, last=2) == "2-2 100 105 True"
    assert series(told("20 3 C", 100)).stretch(march(1), march(10)) is None


def test_what_stood_before_and_after():
    one = series(told("10 1 B", 100, days=(10, 20)))
    assert (one.rest(march(9)), one.rest(march(15)), one.rest(march(21))) == (D(100), None, D(101))


def test_a_gap_is_between_balances_that_dont_meet():
    found = series(
        told("2 5 A", 100, days=(1, 6)),
        told("9 5 B", 105, days=(9, 13), file="b"),
        told("16 5 C", 90, days=(16, 20), file="c"),
        told("23 5 D", 95, days=(24, 27), file="d"),
    ).gaps
    assert [(g.last.day, g.first.day, g.before, g.after, g.difference, g.ended, g.begun) for g in found] == [
        (13, 16, D(110), D(90), D(-20), "b", "c")
    ]


def test_overlapping_statements_leave_no_gap():
    one = told("2 5 A; 9 5 B", 100, days=(1, 13))
    two = told("9 5 B; 16 5 C", 105, days=(9, 20), file="b")
    assert series(one, two).gaps == ()
    assert series(two, one).covered == [(march(1), march(20))]


@pytest.mark.parametrize(
    ("case", "first", "second", "uncovered"),
    [
        ("a weekend", ("", 100, (1, 6)), ("", 100, (9, 13)), []),
        ("the day after", ("", 100, (1, 5)), ("", 100, (6, 13)), []),
        ("a Friday", ("", 100, (1, 5)), ("", 100, (9, 13)), [(6, 8)]),
        ("told by the gap", ("", 100, (1, 5)), ("", 90, (9, 13)), []),
        ("balances unknown", ("", None, (1, 5)), ("", None, (9, 13)), [(6, 8)]),
    ],
)
def test_days_that_no_statement_covers(case, first, second, uncovered):
    statements = [
        told(lines, opening, days=days, file=file) for file, (lines, opening, days) in (("a", first), ("b", second))
    ]
    assert [(u.first.day, u.last.day) for u in series(*statements).uncovered] == uncovered, case


@pytest.mark.parametrize(
    ("numbers", "skipped"),
    [
        ((1, 2, 3), []),
        ((1, 3), [(2, 2)]),
        ((1, 2, 5, 6, 9), [(3, 4), (7, 8)]),
        ((52, 1, 2), []),  # a new year begins anew
        ((1, 1, 2), []),
        ((1, None, 3), [(2, 2)]),
        ((20260302, 20260331), []),  # dates are no series
    ],
)
def test_numbers_that_are_missing(numbers, skipped):
    statements = [
        told("", 100, days=(day, day), sequence=number, file=f"f{day}") for day, number in enumerate(numbers, 2)
    ]
    assert [(s.first, s.last) for s in series(*statements).skipped] == skipped


def test_one_account_by_iban_and_by_national_number():
    iban, national = "SE4550000000058398257466", "58398257466"
    found = series_of([told("2 5 A", 100, number=iban), told("3 5 A", 105, number=national, file="b")], ())
    assert len(found) == 1
    two = series_of([told("2 5 A", 100, number="111111111111"), told("3 5 A", 105, number="222222222222")], ())
    assert [one.number for one in two] == ["111111111111", "222222222222"]


def test_a_statement_of_no_day_is_none():
    assert series_of([told("", 100)], ()) == []


def test_years_of_daily_statements_are_put_in_a_row_quickly():
    """A line a day for ten years, and each year once more: nothing is doubled."""
    first, statements = dt.date(2016, 1, 1), []
    lines = [BankLine(first + dt.timedelta(days=n), D(1), "A") for n in range(3650)]
    for size in (1, 365):
        for at in range(0, len(lines), size):
            part = tuple(lines[at : at + size])
            made = BankStatement("", NUMBER, "SEK", part, D(at), D(at + len(part)), part[0].date, part[-1].date)
            statements.append(Archived(f"{size}-{at}", f"{size}-{at}", "camt053", TABLE, NUMBER, 0, made))
    one = series(*statements)
    assert len(one.days) == 3650
    assert one.gaps == () == one.uncovered
    assert one.stretch(first, lines[-1].date) == Stretch(first, lines[-1].date, D(0), D(3650), whole=True)


@pytest.mark.parametrize("begun", [False, True])
def test_a_list_whose_beginning_was_cut_off_tells_the_days_from_its_first_line_on(begun):
    """300.00 went out on the 3rd; the list that lacks it opens with 700.00. A bank's statement would contradict it."""
    cut = told("4 50 C; 5 -10 D", 700, days=(1, 6), begun=begun)
    whole = told("3 -300 B; 4 50 C; 5 -10 D", 1000, days=(1, 6), file="b", begun=False)
    found = series(cut, whole)
    restated = [day.date.day for day in found.days if day.restated]
    assert (len(found.gaps), restated) == ((0, []) if not begun else (1, [3]))
    assert stretch(cut, whole, last=6) == f"1-6 {1000 if not begun else 700} 740 True"


def test_a_list_that_begins_late_tells_that_nothing_moved_before():
    assert stretch(told("4 50 C; 30 1 B", 700, days=(1, 31), begun=False)) == "1-31 700 751 True"
