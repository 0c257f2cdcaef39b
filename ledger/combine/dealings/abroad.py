"""Rates of a book in another currency, as its own translation takes them (SPEC 10; IAS 21.39-40)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from ledger.books import month_of
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import Rates


@dataclass(frozen=True)
class Abroad:
    """A book's currency, and rates whose base is the reporting currency."""

    currency: str
    rates: Rates

    def average(self, day: dt.date) -> Decimal | None:
        """The average of the day's month, else the spot of the day; None = neither is there."""
        try:
            return self.rates.average(self.currency, month_of(day))
        except MissingRate:
            return self.spot(day)

    def spot(self, day: dt.date) -> Decimal | None:
        """The rate of the day; None = it isn't there, and the unit's own translation says so where it matters."""
        try:
            return self.rates.spot(self.currency, day)
        except MissingRate:
            return None
