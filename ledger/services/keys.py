"""The keys that the books have themselves: by what services are shared without asking anybody (research: showback).

- `turnover`: the levy's base of the year.
- `levy`: what the unit has paid of it in the year (posted).
- `vouchers`: transactions in the unit's book.
- `invoices`: postings that make a customer's claim or a supplier's debt grow, one for each invoice.
- `members`: 1 for each unit that is a member on a day of the year; whole months count as twelfths.

Everything else (headcount, payslips, hours, seats) comes from a small dated sheet that policy keeps (`allocation-key`).
Nothing of it is about a person.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal, localcontext

import polars as pl

from ledger.books import Books, Unit, UnitBook
from ledger.books.columns import read
from ledger.charts import load_chart
from ledger.provisional import ProvisionalRun
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT
from ledger.rules.years import fiscal_months

ZERO = Decimal(0)


def book_keys(
    books: Books, run: ProvisionalRun, units: list[Unit], period: tuple[dt.date, dt.date]
) -> dict[str, dict[str, Decimal]]:
    """Keys by name and unit's slug.

    Args:
        books: loaded.
        run: with the levy's statements.
        units: members of the year, with books without errors.
        period: the fiscal year's first and last day.

    Raises:
        MissingRate: a foreign unit's turnover can't be translated.
    """
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    rates = Rates.from_entries(books.central_text.prices, books.workspace.currency)
    for unit in units:
        base, paid = _levy(run, unit, rates, period[0])
        found["turnover"][unit.slug] = max(base, ZERO)
        found["levy"][unit.slug] = max(paid, ZERO)
        book = books.units[unit.slug]
        vouchers, invoices = _counts(book, period)
        found["vouchers"][unit.slug] = Decimal(vouchers)
        found["invoices"][unit.slug] = Decimal(invoices)
        found["members"][unit.slug] = Decimal(_months(unit, period[0]))
    return dict(found)


def _levy(run: ProvisionalRun, unit: Unit, rates: Rates, first: dt.date) -> tuple[Decimal, Decimal]:
    """Turnover and levy of a year, in the reporting currency."""
    statement = run.statements.get(unit.slug)
    year = None if statement is None else statement.year(first.year)
    base = paid = ZERO
    with localcontext(EXACT):
        for month in year.months if year is not None else ():
            if not month.base and not month.posted:
                continue  # and no rate is needed
            rate = rates.average(unit.currency, month.month)
            base += month.base * rate
            paid += month.posted * rate
    return base, paid


def _counts(book: UnitBook, period: tuple[dt.date, dt.date]) -> tuple[int, int]:
    """Transactions, and invoices, in a book within a period."""
    inside = pl.col("date").is_between(*period)
    vouchers = read(book.table("transactions"), "transactions", ["date"]).filter(inside).height
    chart = load_chart(book.unit.chart, book.unit.folder)
    assert book.summary is not None
    claims = [row.account for row in book.summary.accounts if chart.is_in("receivables", row.code)]
    debts = [row.account for row in book.summary.accounts if chart.is_in("payables", row.code)]
    frame = read(book.table("postings"), "postings", ["date", "account", "number"]).filter(inside)
    below = pl.col("number").str.starts_with("-")
    more = (pl.col("account").is_in(claims) & ~below) | (pl.col("account").is_in(debts) & below)
    return vouchers, frame.filter(more).height


def _months(unit: Unit, first: dt.date) -> int:
    """Months of a fiscal year in which a unit is a member on a day at least."""
    joined = f"{unit.joined:%Y-%m}" if unit.joined else ""
    left = f"{unit.left:%Y-%m}" if unit.left else "9999-12"
    return sum(1 for month in fiscal_months(first) if joined <= month <= left)
