"""Months to close: what comes after one, what a period means, who is a member in it, and with which a book begins."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from ledger.closing.months import between, first_month, following, is_member, open_months, read_period
from ledger.closing.problems import ClosePeriodInvalid


@pytest.mark.parametrize(
    ("month", "after"), [("2026-01", "2026-02"), ("2026-12", "2027-01"), ("2024-02", "2024-03"), ("2026-11", "2026-12")]
)
def test_the_month_after(month, after):
    assert following(month) == after


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-01", "2026-01", ["2026-01"]),
        ("2026-11", "2027-02", ["2026-11", "2026-12", "2027-01", "2027-02"]),
        ("2026-02", "2026-01", []),
        ("2026-02", "2025-12", []),
    ],
)
def test_months_between(first, last, months):
    assert between(first, last) == months


def test_no_book_goes_on_for_longer_than_a_century():
    found = between("1926-01", "2999-12")
    assert (len(found), found[0], found[-1]) == (1200, "1926-01", "2025-12")
    assert len(between("2026-01", "2125-12")) == 1200


JULY = ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12"]
JULY += ["2027-01", "2027-02", "2027-03", "2027-04", "2027-05", "2027-06"]


@pytest.mark.parametrize(
    ("text", "first", "months"),
    [
        ("2026-03", 1, ["2026-03"]),
        ("2026-12", 7, ["2026-12"]),
        ("2026", 1, [f"2026-{month:02d}" for month in range(1, 13)]),
        ("2026", 7, JULY),
        ("1999-01", 1, ["1999-01"]),
    ],
)
def test_a_period(text, first, months):
    assert read_period(SimpleNamespace(first_month=first), text) == months


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-00", "2026-1", "26-01", "202", "20266", "3026", "0999", "2026-03-01", " 2026", "2026\n"],
)
def test_what_is_no_period(text):
    with pytest.raises(ClosePeriodInvalid) as caught:
        read_period(SimpleNamespace(first_month=1), text)
    assert caught.value.params["period"] == text


def unit(joined: str | None = None, left: str | None = None, *, combine: bool = True) -> SimpleNamespace:
    dates = [dt.date.fromisoformat(day) if day else None for day in (joined, left)]
    return SimpleNamespace(joined=dates[0], left=dates[1], combine=combine, slug="repris")


@pytest.mark.parametrize(
    ("joined", "left", "member"),
    [
        (None, None, True),
        ("2026-03-01", None, True),
        ("2026-03-31", None, True),
        ("2026-04-01", None, False),
        (None, "2026-03-31", True),
        (None, "2026-03-01", True),
        (None, "2026-02-28", False),
        ("2026-01-01", "2026-12-31", True),
        ("2026-03-15", "2026-03-15", True),
        ("2025-01-01", "2025-12-31", False),
    ],
)
def test_who_is_a_member_in_march(joined, left, member):
    """On any day of it; a book that isn't combined is closed month by month, whatever it says of a membership."""
    assert is_member(unit(joined, left), "2026-03") is member
    assert is_member(unit(joined, left, combine=False), "2026-03") is True


def book(first: str | None, of: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(unit=of, summary=SimpleNamespace(first=dt.date.fromisoformat(first) if first else None))


@pytest.mark.parametrize(
    ("booked", "joined", "combine", "closed", "begins"),
    [
        ("2026-02-10", None, True, (), "2026-02"),
        ("2026-02-10", "2026-04-01", True, (), "2026-04"),  # what was before isn't the federation's
        ("2026-05-10", "2026-04-01", True, (), "2026-05"),
        ("2026-02-10", "2026-04-01", False, (), "2026-02"),
        (None, "2026-04-15", True, (), "2026-04"),
        (None, None, True, (), None),
        (None, "2026-04-15", False, (), None),
        ("2026-02-10", "2026-04-01", True, ("2026-03", "2026-01", "2026-02"), "2026-01"),
    ],
)
def test_the_month_with_which_a_book_begins(booked, joined, combine, closed, begins):
    assert first_month(book(booked, unit(joined, combine=combine)), closed) == begins


def test_a_book_that_cannot_be_read_begins_when_its_unit_joined():
    nothing = SimpleNamespace(unit=unit("2026-04-15"), summary=None)
    assert first_month(nothing) == "2026-04"


@pytest.mark.parametrize(
    ("of", "closed", "until", "months"),
    [
        (unit(), (), "2026-03", ["2026-02", "2026-03"]),
        (unit(), ("2026-02",), "2026-04", ["2026-03", "2026-04"]),
        (unit(), ("2026-02", "2026-04"), "2026-05", ["2026-03", "2026-05"]),
        (unit(left="2026-03-10"), (), "2026-06", ["2026-02", "2026-03"]),
        (unit(joined="2026-03-10"), (), "2026-04", ["2026-03", "2026-04"]),
        (unit(), (), "2026-01", []),
    ],
)
def test_months_that_are_open(of, closed, until, months):
    books = SimpleNamespace(units={"repris": book("2026-02-10", of)}, closed={"repris": closed} if closed else {})
    assert open_months(books, "repris", until) == months


def test_a_book_without_entries_has_nothing_to_close():
    books = SimpleNamespace(units={"repris": book(None, unit())}, closed={})
    assert open_months(books, "repris", "2026-03") == []
