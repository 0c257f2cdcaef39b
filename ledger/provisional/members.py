"""What the funds ask of the levy's run: since when a unit owes levy, and what their limits look at besides (SPEC 9)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import accumulate

from ledger.books import Books, last_day
from ledger.provisional.levy import LevyRun, owed
from ledger.rules.funds.limits import Surroundings

ZERO = Decimal(0)


def levy_since(books: Books, run: LevyRun, slug: str, day: dt.date) -> dt.date | None:
    """The last day of the oldest month whose levy isn't paid on a day; None: nothing is owed.

    What is paid covers the oldest month first. A unit whose book can't be read owes nothing here.
    """
    book = books.units.get(slug)
    if book is None or not book.ok:
        return None
    levy = owed(books, run, slug, day)
    statement = run.statements.get(slug)
    months = [(m.month, m.posted) for year in (statement.years if statement else ()) for m in year.months]
    months = [(month, amount) for month, amount in months if last_day(month) <= day]
    if levy <= 0 or not months:
        return None
    paid = sum((amount for _, amount in months), ZERO) - levy
    for (month, _), total in zip(months, accumulate(amount for _, amount in months), strict=True):
        if total > paid:
            return last_day(month)
    return last_day(months[-1][0])


def surroundings(books: Books, run: LevyRun, day: dt.date) -> Surroundings:
    """Business lines, and the turnover of the year before of units in central's currency."""
    ws = books.workspace
    year = ws.fiscal_year(day)[0].year - 1
    currency = ws.central.currency if ws.central is not None else ws.currency
    turnover = {
        slug: found.base
        for slug, levy in run.statements.items()
        if (found := levy.year(year)) is not None and levy.unit.currency == currency
    }
    lines = {slug: unit.business_line for slug, unit in ws.units.items() if unit.business_line}
    return Surroundings(lines, turnover)
