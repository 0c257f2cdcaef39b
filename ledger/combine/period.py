"""Where the figures end if nobody says: on the last day of the last month with a booked posting (SPEC 10).

No clock is read, so one voucher with a mistyped year moves the period, and with it the fiscal year. Whether it is a
mistake nobody can tell; but if it lies far beyond all others, it is named. What is stated of goods in stock is no
posting: a statement of a later day doesn't move the end, but is named, since it doesn't count yet.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from beancount.core import data

from ledger.books import Books, last_day, month_of

#: Two months without a posting in any book. Who books by the quarter is told each time, and knows why.
FAR = dt.timedelta(days=60)


@dataclass(frozen=True)
class Ahead:
    """The last voucher, where it lies far beyond the months before.

    Attributes:
        date: its day.
        where: its file and line.
        before: the last month with a posting before its own, such as 2026-03.
    """

    date: dt.date
    where: str
    before: str


def last_booked(books: Books) -> dt.date:
    """The end of the last month in which a combined unit has booked something; where none has, the policy's year."""
    days = [
        book.summary.last
        for book in books.units.values()
        if book.unit.combine and book.summary is not None and book.summary.last is not None
    ]
    if days:
        return last_day(month_of(max(days)))
    decided = max((entry.date for entry in books.central_text.policy), default=dt.date(2000, 1, 1))
    return books.workspace.fiscal_year(decided)[1]


def far_ahead(books: Books) -> Ahead | None:
    """The voucher that alone has moved the period's end, if there is one.

    Args:
        books: all books of the workspace.

    Returns:
        The last voucher of the combined units; None where the month before it with postings ends at most 60 days
        earlier, or where there is none.
    """
    combined = [book for _, book in sorted(books.units.items()) if book.unit.combine and book.summary is not None]
    end = month_of(last_booked(books))
    known = {row.month for book in combined if book.summary for row in book.summary.balances}
    before = max((month for month in known if month < end), default=None)
    ends = {book.unit.slug: book.summary.last for book in combined if book.summary and book.summary.last}
    last = max(ends.values(), default=None)
    if before is None or last is None or last - last_day(before) <= FAR:
        return None
    book = next(book for book in combined if ends.get(book.unit.slug) == last)
    found = [e.meta for e in book.entries() if isinstance(e, data.Transaction) and e.date == last]
    shown = books.workspace.shown
    where = min((shown(str(meta["filename"])), int(meta["lineno"])) for meta in found)
    return Ahead(last, f"{where[0]}:{where[1]}", before)


def stated_later(books: Books) -> tuple[dt.date, str] | None:
    """The first statement of internal stock after the end that nobody has chosen: its day, file and line."""
    end = last_booked(books)
    summaries = [b.summary for b in books.units.values() if b.unit.combine and b.summary is not None]
    rows = [row for summary in summaries for row in summary.stock if row.date > end]
    found = min(((row.date, books.workspace.shown(row.file), row.line) for row in rows), default=None)
    return (found[0], f"{found[1]}:{found[2]}") if found else None
