"""Which months a unit has to close, and in which order (SPEC 7).

Months close in order, from the first in which the book has anything. A unit that joined later has nothing to close
before the month it joined in, and none after the month it left in. A book that no combined statement holds (`combine =
false`) is closed by itself, whenever its own people want it.

How this module reads the contract where it leaves room: what was booked before the first month that is closed is sealed
with that month, so a book may begin with any month once, and from then on none may be left out.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Collection

from ledger.books import Books, Unit, UnitBook, Workspace, last_day, month_of
from ledger.books.sealed import ClosedMonths, ever_closed
from ledger.closing.problems import ClosePeriodInvalid
from ledger.errors import Problem
from ledger.rules.years import fiscal_months

MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")
YEAR = re.compile(r"[12][0-9]{3}")
#: No book goes on for longer.
MOST = 1200


def following(month: str) -> str:
    """The month after `2026-03`."""
    return month_of(last_day(month) + dt.timedelta(days=1))


def between(first: str, last: str) -> list[str]:
    """Months from `first` to `last`, both inside; none where `last` is earlier."""
    found: list[str] = []
    month = first
    while month <= last and len(found) < MOST:
        found.append(month)
        month = following(month)
    return found


def read_period(ws: Workspace, text: str) -> list[str]:
    """The months of `2026-03`, or of fiscal year `2026`, named by the calendar year in which it begins.

    Raises:
        ClosePeriodInvalid: it is neither.
    """
    if MONTH.fullmatch(text):
        return [text]
    if YEAR.fullmatch(text):
        return list(fiscal_months(dt.date(int(text), ws.first_month, 1)))
    raise ClosePeriodInvalid(period=text)


def is_member(unit: Unit, month: str) -> bool:
    """Whether a unit is a member on any day of a month; a book that is nobody's but its members' always is."""
    first, last = dt.date.fromisoformat(f"{month}-01"), last_day(month)
    if not unit.combine:
        return True
    return (unit.joined is None or unit.joined <= last) and (unit.left is None or first <= unit.left)


def first_month(book: UnitBook, closed: Collection[str] = ()) -> str | None:
    """The month with which a book's closing begins; None where it has nothing to close yet.

    Args:
        book: loaded.
        closed: its closed months, as `Books.closed` has them.
    """
    ever = _ever_closed(book, closed)
    if ever:
        return min(ever)
    joined = month_of(book.unit.joined) if book.unit.joined and book.unit.combine else ""
    booked = book.summary.first if book.summary is not None else None
    if booked is None:
        return joined or None
    return max(month_of(booked), joined)


def _ever_closed(book: UnitBook, closed: Collection[str]) -> Collection[str]:
    """Months among which is the first that was ever closed: it may have been opened again."""
    if not isinstance(closed, ClosedMonths):
        return closed
    if closed.first:
        return (closed.first,)
    with contextlib.suppress(Problem):  # seals that can't be read are the book's problem
        return ever_closed(book.unit.folder)
    return ()


def open_months(books: Books, slug: str, until: str) -> list[str]:
    """The months that a unit has to close up to `until`, in order: those of its membership that aren't closed.

    Args:
        books: loaded.
        slug: the unit.
        until: the last month to look at.
    """
    book = books.units[slug]
    closed = books.closed.get(slug, frozenset())
    first = first_month(book, closed)
    if first is None:
        return []
    return [month for month in between(first, until) if month not in closed and is_member(book.unit, month)]


def apart(books: Books, until: str, today: dt.date) -> list[str]:
    """The books that no combined statement holds and that have a month to close, up to `until` and over by `today`.

    The close of a period without units closes none of them: it leaves them out, and says so.

    Args:
        books: loaded.
        until: the last month that is closed.
        today: a month is over when its last day lies before it.
    """
    last = min(until, month_of(today.replace(day=1) - dt.timedelta(days=1)))
    found = sorted(slug for slug, book in books.units.items() if not book.unit.combine)
    return [slug for slug in found if open_months(books, slug, last) or books.units[slug].summary is None]
