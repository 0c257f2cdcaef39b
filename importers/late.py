"""What a file brings of a closed month: it is booked on the first open day after it, and known by its own day (SPEC 7).

A month that is closed takes no new entry. What comes late of it (a bank's line, an invoice, a voucher of another
program) is dated on the first day of the first open month, and says of which month it is and of which day:

    2026-04-01 * "Hyra"
      concerns: "2026-03"
      dated: 2026-03-30

So the levy counts its turnover as a correction of March, and whoever compares the books with a bank's statements finds
it on the day on which the bank has it. Its identity is that of its own day: a file that comes again brings nothing.

A balance can't be moved: what a closed month asserts is sealed. Of an open day nothing is asserted while lines from
before it are booked on it or after it: Beancount would look for them where they aren't.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import Any

from beancount.core import data

from importers.book import DATED, BookView
from importers.plan import Plan
from importers.problems import ImportMonthClosed
from ledger.books import month_of
from ledger.messages import N_, say
from ledger.rules.years import first_open

CONCERNS = "concerns"
#: Whoever says so what an entry is about has said it: nothing is added.
ABOUT = frozenset({CONCERNS, "corrects"})


def booking_day(day: dt.date, closed: Collection[str]) -> dt.date:
    """The day on which something of `day` is booked: the first of the first open month where its own is closed."""
    month = first_open(month_of(day), closed)
    return day if month == month_of(day) else dt.date.fromisoformat(f"{month}-01")


def move_late(plan: Plan, view: BookView, file: str) -> None:
    """Move a plan's entries out of closed months, and say so.

    Args:
        plan: with every entry on its own day; it is changed.
        view: the book that it is for.
        file: the source file's name in problems.

    Raises:
        ImportMonthClosed: an account of an entry isn't open any more on the first open day.
    """
    if not any(month_of(entry.date) in view.closed for entry in plan.entries):
        return
    opened = {entry.account for entry in plan.opens}
    moved: Counter[tuple[str, dt.date]] = Counter()
    kept: list[data.Directive] = []
    for entry in plan.entries:
        day = booking_day(entry.date, view.closed)
        if day == entry.date:
            kept.append(entry)
        elif isinstance(entry, data.Transaction):
            if not all(_is_open(view, posting, day) for posting in entry.postings if posting.account not in opened):
                slug, month = view.unit.slug, month_of(entry.date)
                raise ImportMonthClosed(file=file, unit=slug, slug=slug, date=entry.date, month=month)
            kept.append(_moved(entry, day))
            moved[month_of(entry.date), day] += 1
    plan.entries[:] = kept
    for (month, day), count in sorted(moved.items()):
        text = N_("{month} is closed: its entries were booked on {day}, with concerns: and their own day ({count}).")
        plan.remarks.append(say(text, month=month, day=day, count=count))


def _is_open(view: BookView, posting: data.Posting, day: dt.date) -> bool:
    return posting.units is None or view.is_open(posting.account, day, posting.units.currency)


def _moved(entry: data.Transaction, day: dt.date) -> data.Transaction:
    said: dict[str, Any] = {} if ABOUT & entry.meta.keys() else {CONCERNS: month_of(entry.date)}
    said[DATED] = entry.date
    return entry._replace(date=day, meta={**said, **entry.meta})
