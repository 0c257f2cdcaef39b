"""Fiscal years and their months (SPEC 2: `fiscal_year_start` is the first day of any month).

A fiscal year is named after the calendar year in which it begins; a month is written `2026-03`, so that texts sort as
months do. What belongs to a closed month and can't stand there any more goes to the first month after it that is open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container


def year_start(day: dt.date, first_month: int) -> dt.date:
    """The first day of the fiscal year that holds `day`, where years begin with month `first_month` (1-12)."""
    return dt.date(day.year - (day.month < first_month), first_month, 1)


def fiscal_months(first: dt.date) -> tuple[str, ...]:
    """The twelve months of the fiscal year that begins on `first`."""
    return tuple(
        f"{first.year + (first.month + i - 1) // 12:04d}-{(first.month + i - 1) % 12 + 1:02d}" for i in range(12)
    )


def first_open(month: str, closed: Container[str]) -> str:
    """`month`, or the first one after it that isn't among the `closed`."""
    while month in closed:
        year, number = int(month[:4]), int(month[5:])
        month = f"{year + number // 12:04d}-{number % 12 + 1:02d}"
    return month
