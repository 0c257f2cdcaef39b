"""Which periods can be locked (SPEC 10): those in which the federation has kept books, and that are over.

A lock of a period in which nothing is booked proves nothing: a mistyped year, or a level whose units joined later. A
period that ends after the last voucher may be right (nothing happened in its last days) or too early (they aren't
booked yet): while its end is still to come, and its last month is empty, it is refused; else it is said.
"""

from __future__ import annotations

import datetime as dt

from ledger.books import Books, month_of
from ledger.combine.combined import Combined
from ledger.combine.runs.manifest import YEARS
from ledger.combine.runs.problems import RunPeriod


def check_period(books: Books, combined: Combined, today: dt.date | None, *, booked: bool) -> None:
    """Refuse a period that can't be locked.

    Args:
        books: the books that the figures were made of.
        combined: the figures.
        today: the day on which they are locked; None = whatever the day.
        booked: whether any unit that counts has a voucher in the period.

    Raises:
        RunPeriod: its years aren't those of a lock, no unit counts in it, none has booked anything in it, or it isn't
            over and its last month is empty.
    """
    start, end = combined.date_from, combined.date_to
    if start.year not in YEARS or end.year not in YEARS:
        raise RunPeriod(case="years", start=start, end=end, first=YEARS.start, last=YEARS.stop - 1)
    if not combined.parts:
        raise RunPeriod(case="units", start=start, end=end)
    if not booked:
        raise RunPeriod(start=start, end=end)
    last = ends_after(books, combined)
    if today is not None and last is not None and end >= today and month_of(last) < month_of(end):
        raise RunPeriod(case="open", start=start, end=end, last=last)


def ends_after(books: Books, combined: Combined) -> dt.date | None:
    """The day of the last voucher of the units that count, where the period ends later; None where it doesn't."""
    found = (books.units[slug].summary for slug in combined.parts)
    last = max((summary.last for summary in found if summary is not None and summary.last), default=None)
    return last if last is not None and last < combined.date_to else None
