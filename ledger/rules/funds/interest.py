"""Interest on a loan of the fund, to a day (SPEC 9).

    interest = Σ principal · rate · days ÷ 365

A loan bears interest for every night that it is owed: from the day it is paid out to the day it is paid back. What has
accrued at the end of a day is rounded once, and a month's amount is the difference between two such sums; so the
months add up to what is owed, and rounding never passes half of the currency's unit. A rate holds from its day on.

`30/360` counts each month as 30 days (the 31st as the 30th) and the year as 360.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from ledger.rules.rounding import nearest, unit_of

Basis = Literal["actual/365", "30/360"]


@dataclass(frozen=True, slots=True)
class PrincipalChange:
    """What a payment changes: positive where it is paid out, negative where it is paid back or written off."""

    date: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """Interest a year (0.02 is 2 %) from a day on, until the next one."""

    since: dt.date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class MonthInterest:
    """Interest of a month, booked on its last day.

    Attributes:
        day: the month's last day (the last one asked for, where that is earlier).
        amount: of the month; `total`: accrued since the loan was paid out. Both in whole units of the currency.
    """

    day: dt.date
    amount: Decimal
    total: Decimal


def exact(
    changes: Iterable[PrincipalChange], rates: Sequence[Rate], day: dt.date, basis: Basis = "actual/365"
) -> Fraction:
    """What has accrued at the end of a day, not rounded.

    Args:
        changes: of principal, in any order; later ones than `day` don't count.
        rates: in any order; before the first one no interest is borne.
        day: the last one; the night after it doesn't count.
        basis: how days are counted.
    """
    known = [change for change in changes if change.date <= day]
    steps = sorted(rates, key=lambda rate: rate.since)
    turns = sorted({c.date for c in known} | {r.since for r in steps if r.since <= day} | {day})
    year = 365 if basis == "actual/365" else 360
    total = Fraction(0)
    for start, end in pairwise(turns):
        principal = sum((Fraction(c.amount) for c in known if c.date <= start), Fraction(0))
        rate = next((Fraction(r.rate) for r in reversed(steps) if r.since <= start), Fraction(0))
        total += principal * rate * (_number(end, basis) - _number(start, basis)) / year
    return total


def _number(day: dt.date, basis: Basis) -> int:
    """Days counted from some day far back, so that differences of them are days of the basis."""
    if basis == "actual/365":
        return day.toordinal()
    return day.year * 360 + day.month * 30 + min(day.day, 30)


def accrued(
    changes: Iterable[PrincipalChange],
    rates: Sequence[Rate],
    day: dt.date,
    currency: str,
    basis: Basis = "actual/365",
) -> Decimal:
    """What has accrued at the end of a day, rounded half away from zero to the currency's unit."""
    return nearest(exact(changes, rates, day, basis), unit_of(currency))


def monthly(
    changes: Iterable[PrincipalChange],
    rates: Sequence[Rate],
    until: dt.date,
    currency: str,
    basis: Basis = "actual/365",
) -> tuple[MonthInterest, ...]:
    """Interest month by month, from the month of the first payment to the day `until`.

    Returns:
        A row for each month, also where nothing accrues; Σ amount = what has accrued by `until`.
    """
    known = tuple(changes)
    first = min((c.date for c in known), default=None)
    rows: list[MonthInterest] = []
    before = Decimal(0)
    day = None if first is None or first > until else min(_month_end(first), until)
    while day is not None:
        total = accrued(known, rates, day, currency, basis)
        rows.append(MonthInterest(day, total - before, total))
        before = total
        day = None if day >= until else min(_month_end(day + dt.timedelta(days=1)), until)
    assert sum((row.amount for row in rows), Decimal(0)) == before
    return tuple(rows)


def _month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
