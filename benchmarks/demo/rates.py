"""`units/prices.beancount` of the demo: plausible rates, none of them quoted anywhere (SPEC 10).

A spot price every Friday and on each month's last bank day, so that none is ever more than seven days old; the
average of a month is the mean of its spots, stated by central.
"""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

FIRST, LAST = dt.date(2025, 12, 26), dt.date(2026, 11, 30)
#: Of the year before, month ends are enough: what the books of 2025 need.
EARLIER = ("EUR", "CLP")
START = {"EUR": Decimal("11.0200"), "CLP": Decimal("0.010150"), "KES": Decimal("0.073400")}


def draw(rng: random.Random, low: int, high: int) -> int:
    """A whole number from `low` to `high`; from `random()` alone, whose sequence Python guarantees for a seed."""
    return low + int(rng.random() * (high - low + 1))


def last_bank_day(year: int, month: int) -> dt.date:
    """The month's last day that is no Saturday or Sunday."""
    day = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    while day.weekday() > 4:
        day -= dt.timedelta(days=1)
    return day


class Rates:
    """Spot and average rates of the demo year, in SEK."""

    def __init__(self, seed: int) -> None:
        """Draw all of them from `seed`."""
        days = {FIRST + dt.timedelta(days=7 * i) for i in range(200)}
        days |= {last_bank_day(2026, month) for month in range(1, 12)} | {dt.date(2025, 12, 31)}
        self.days = sorted(day for day in days if FIRST <= day <= LAST)
        self.spots: dict[str, dict[dt.date, Decimal]] = {}
        for currency, start in START.items():
            rng = random.Random(f"{seed}:{currency}")
            rate, series = start, {}
            for day in self.days:
                rate = (rate * (1000 + draw(rng, -7, 7)) / 1000).quantize(start)
                series[day] = rate
            self.spots[currency] = series
        self._earlier(seed)

    def _earlier(self, seed: int) -> None:
        """Month ends of the year before, drawn backwards from where this year begins."""
        days = [last_bank_day(2024, 12), *(last_bank_day(2025, month) for month in range(1, 12))]
        for currency in EARLIER:
            rng, rate = random.Random(f"{seed}:{currency}:2025"), START[currency]
            for day in reversed(days):
                rate = (rate * (1000 + draw(rng, -12, 12)) / 1000).quantize(START[currency])
                self.spots[currency][day] = rate
        self.days = sorted({*self.days, *days})

    def spot(self, currency: str, day: dt.date) -> Decimal:
        """The latest spot on or before `day`, at most seven days old."""
        found = max(known for known in self.spots[currency] if known <= day)
        assert (day - found).days <= 7, day
        return self.spots[currency][found]

    def average(self, currency: str, month: int) -> Decimal:
        """The mean of a month's spots."""
        return self.average_of(currency, 2026, month)

    def average_of(self, currency: str, year: int, month: int) -> Decimal:
        """The mean of a month's spots; in the year before, of its first and its last."""
        rates = [rate for day, rate in self.spots[currency].items() if (day.year, day.month) == (year, month)]
        if year < 2026:
            rates = [self.spot(currency, dt.date(year, month, 1)), self.spots[currency][last_bank_day(year, month)]]
        return (sum(rates, Decimal(0)) / len(rates)).quantize(START[currency])

    def text(self) -> str:
        """The file."""
        lines = ["; Exchange rates: central's own file. Spot on Fridays and month ends, averages per month.\n"]
        for day in self.days:
            quoted = [currency for currency in START if day in self.spots[currency]]
            lines += [f"{day} price {currency}  {self.spots[currency][day]} SEK" for currency in quoted]
            if day.year >= 2025 and day == last_bank_day(day.year, day.month):
                end = dt.date(day.year + day.month // 12, day.month % 12 + 1, 1) - dt.timedelta(days=1)
                lines += [
                    f'{end} custom "average-rate" "{currency}" {self.average_of(currency, day.year, day.month)} SEK'
                    for currency in (START if day.year == 2026 else EARLIER)
                ]
                lines.append("")
        return "\n".join(lines).rstrip("\n") + "\n"
