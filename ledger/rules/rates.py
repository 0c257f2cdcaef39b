"""Exchange rates: which rate counts on which day (SPEC 10, Translation; IAS 21.21-22 for spot and average).

*Spot* on a day is the latest price given, at most seven days old. The *average* of a month is the one that the
finance head states (`2026-03-31 custom "average-rate" "EUR" 11.40 SEK`), else the mean of at least ten prices of that
month. Where neither is there, the figure is unknown: MISSING_RATE, never 1 and never an older rate. Only prices in
the reporting currency itself count (`price EUR 11.40 SEK`). Where figures are wanted in another currency than that,
both rates of the day (or both averages of the month) are divided by each other (`CrossRates`); no price is turned round
or chained in any other way.

The combined statements and the levy both ask here, so that a claim and the debt it mirrors meet at the same rate.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

from ledger.rules.problems_rates import MissingRate, RateTwice, RateUnreadable
from ledger.rules.rounding import EXACT

#: A spot price may be this old.
SPOT_DAYS = 7
#: A month's mean needs this many prices.
MEAN_PRICES = 10
#: A rate worked out of two prices has so many decimals: enough for a thousand millions of yen in dinars.
CROSS_DECIMALS = 16
ONE = Decimal(1)


class _Stated(NamedTuple):
    """A rate that somebody has stated; `month` of an average, "" of a price."""

    entry: Any
    currency: str
    base: str
    month: str
    number: Decimal


def _stated(directives: Iterable[Any]) -> Iterator[_Stated]:
    """The rates among directives, told apart by their shape."""
    for entry in directives:
        if getattr(entry, "type", None) == "average-rate":
            currency, amount = (value.value for value in entry.values)
            yield _Stated(entry, currency, amount.currency, f"{entry.date:%Y-%m}", amount.number)
        elif hasattr(entry, "currency") and hasattr(entry, "amount"):
            yield _Stated(entry, entry.currency, entry.amount.currency, "", entry.amount.number)


def stated_twice(directives: Iterable[Any]) -> list[RateTwice]:
    """Rates that are stated again with another figure: which of them counts would depend on their order alone.

    Args:
        directives: of the prices' file, in its order, with their lines.

    Returns:
        One problem for each that contradicts the one before, with both lines; the file is the caller's to name.
    """
    known: dict[tuple[str, str, str], _Stated] = {}
    found = []
    for stated in sorted(_stated(directives), key=lambda one: int(one.entry.meta["lineno"])):
        date = stated.month or stated.entry.date.isoformat()
        before = known.setdefault((stated.currency, stated.base, date), stated)
        if before.number != stated.number:
            line, first = int(stated.entry.meta["lineno"]), int(before.entry.meta["lineno"])
            found.append(
                RateTwice(
                    line=line,
                    currency=stated.currency,
                    base=stated.base,
                    date=date,
                    number=stated.number,
                    other=before.number,
                    before=first,
                )
            )
    return found


def rate_given(entry: Any, currency: str, base: str) -> Decimal | None:
    """The rate that an entry on equity gives with `rate:`: its first posting's that has one, else its own.

    Raises:
        RateUnreadable: what one of them gives is no rate; with file and line.
    """
    known = [(meta, meta["rate"]) for meta in (*(p.meta or {} for p in entry.postings), entry.meta) if "rate" in meta]
    given = [(meta, value) for meta, value in known if value is not None]
    for meta, value in given:
        if not isinstance(value, Decimal) or value <= 0:
            place = {**entry.meta, **meta}
            shown = f'"{value}"' if isinstance(value, str) else str(value)
            raise RateUnreadable(
                file=place["filename"], line=place["lineno"], value=shown, currency=currency, base=base
            )
    return given[0][1] if given else None


@dataclass(frozen=True)
class Rates:
    """Rates of every currency against `base`, as units of `base` per unit of the currency.

    Attributes:
        base: the currency that all rates are stated in.
        spots: per currency, dates and prices, by date; one price a day.
        averages: stated averages by currency and month (`2026-03`).
    """

    base: str
    spots: dict[str, tuple[tuple[dt.date, ...], tuple[Decimal, ...]]]
    averages: dict[tuple[str, str], Decimal]
    _means: dict[tuple[str, str], Decimal] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_entries(cls, directives: Iterable[Any], base: str) -> Rates:
        """Read `price` and `custom "average-rate"` directives, told apart by their shape; others are left alone.

        Of two prices of one day (or two averages of one month) the later in the file counts, as in Beancount.
        """
        prices: dict[str, dict[dt.date, Decimal]] = defaultdict(dict)
        averages: dict[tuple[str, str], Decimal] = {}
        for stated in _stated(directives):
            if stated.base == base and stated.month:
                averages[stated.currency, stated.month] = stated.number
            elif stated.base == base:
                prices[stated.currency][stated.entry.date] = stated.number
        spots = {}
        for currency, by_day in prices.items():
            days = tuple(sorted(by_day))
            spots[currency] = (days, tuple(by_day[day] for day in days))
        return cls(base, spots, averages)

    def spot(self, currency: str, day: dt.date) -> Decimal:
        """The price of `currency` on `day`: the latest one, at most seven days old; 1 for the base itself.

        Raises:
            MissingRate: there is none.
        """
        if currency == self.base:
            return ONE
        days, prices = self.spots.get(currency, ((), ()))
        found = bisect_right(days, day) - 1
        if found < 0 or (day - days[found]).days > SPOT_DAYS:
            raise MissingRate(currency=currency, base=self.base, date=day.isoformat())
        return prices[found]

    def average(self, currency: str, month: str) -> Decimal:
        """The average of `currency` in `month` (`2026-03`): stated, else the unrounded mean of ten or more prices.

        Raises:
            MissingRate: neither is there.
        """
        if currency == self.base:
            return ONE
        stated = self.averages.get((currency, month))
        if stated is not None:
            return stated
        if (currency, month) in self._means:  # asked once a posting, worked out once a month
            return self._means[currency, month]
        days, prices = self.spots.get(currency, ((), ()))
        found = [price for day, price in zip(days, prices, strict=True) if f"{day:%Y-%m}" == month]
        if len(found) < MEAN_PRICES:
            raise MissingRate(currency=currency, base=self.base, date=month)
        with localcontext(EXACT):
            mean = self._means[currency, month] = sum(found, Decimal(0)) / len(found)
        return mean

    @property
    def stated_in(self) -> str:
        """The currency that prices, and `rate:` of a voucher, are stated in."""
        return self.base

    def historic(self, currency: str, day: dt.date, stated: Decimal | None = None) -> Decimal:
        """The rate of equity: the one that its voucher states (`rate:`, like all in `prices`' currency), else spot.

        Raises:
            MissingRate: neither is there.
        """
        return self.spot(currency, day) if stated is None else stated


@dataclass(frozen=True)
class CrossRates(Rates):
    """Rates against another currency than the one that prices are stated in: one price divided by the other, unrounded.

    Attributes:
        base: the currency that is wanted.
        group: rates as they are stated.
    """

    group: Rates = field(kw_only=True)

    @classmethod
    def of(cls, group: Rates, base: str) -> Rates:
        """`group`'s rates against `base`."""
        return group if base == group.base else cls(base, {}, {}, group=group)

    @property
    def stated_in(self) -> str:
        """The currency that prices, and `rate:` of a voucher, are stated in."""
        return self.group.base

    def spot(self, currency: str, day: dt.date) -> Decimal:
        """The rate of `currency` on `day`, both prices being the latest, at most seven days old.

        Raises:
            MissingRate: one of the two is missing.
        """
        return self._crossed(currency, lambda each: self.group.spot(each, day))

    def average(self, currency: str, month: str) -> Decimal:
        """The average of `currency` in `month`: that of the one divided by that of the other.

        Raises:
            MissingRate: one of the two is missing.
        """
        return self._crossed(currency, lambda each: self.group.average(each, month))

    def historic(self, currency: str, day: dt.date, stated: Decimal | None = None) -> Decimal:
        """The rate of equity on `day`; a stated one is in the currency of the prices.

        Raises:
            MissingRate: one of the two is missing.
        """
        if stated is None or currency in {self.base, self.group.base}:
            return self.spot(currency, day)
        with localcontext(EXACT):
            return stated / self.group.spot(self.base, day)

    def _crossed(self, currency: str, rate: Callable[[str], Decimal]) -> Decimal:
        if currency == self.base:
            return ONE
        with localcontext(EXACT):
            return rate(currency) / rate(self.base)


@dataclass(frozen=True)
class UnitRates:
    """Spot rates against a unit's own currency, for what the unit holds in others.

    Central states prices in the reporting currency. A unit whose book is in another one takes both prices of the day,
    one divided by the other: so what it holds and what another unit owes it are worth the same in the combined
    statements. Only where one of the two is missing a price stated in the unit's own currency counts.

    Attributes:
        base: the unit's currency.
        group: rates against the reporting currency.
        own: prices stated in the unit's currency.
    """

    base: str
    group: Rates
    own: Rates

    @classmethod
    def from_entries(cls, directives: Sequence[Any], base: str, reporting: str) -> UnitRates:
        """Rates of a unit in `base` from central's prices, which are in `reporting`."""
        group = Rates.from_entries(directives, reporting)
        return cls(base, group, group if base == reporting else Rates.from_entries(directives, base))

    def spot(self, currency: str, day: dt.date) -> Decimal:
        """The rate of `currency` on `day`, in the unit's own; 1 for the unit's own.

        Raises:
            MissingRate: the price that is missing.
        """
        if currency == self.base:
            return ONE
        if self.base == self.group.base:
            return self.group.spot(currency, day)
        try:
            above, below = self.group.spot(currency, day), self.group.spot(self.base, day)
        except MissingRate:
            if currency in self.own.spots:
                return self.own.spot(currency, day)
            raise
        with localcontext(EXACT):
            return tidy(above / below, CROSS_DECIMALS)


def tidy(rate: Decimal, decimals: int = 10) -> Decimal:
    """A rate that was worked out, at ten decimals or more, without needless zeros and without an exponent."""
    with localcontext(EXACT):
        short = rate.quantize(ONE.scaleb(-decimals)).normalize()
        return short.quantize(ONE) if short == short.to_integral_value() else short


def rate_of(worth: Decimal, amount: Decimal, stated: Decimal | None = None) -> Decimal:
    """The rate at which `amount` is worth `worth`: the stated one, if it gives that, else with decimals enough.

    So many that the product leaves no more than a trace of the division, which no sum of vouchers brings to light.
    """
    with localcontext(EXACT):
        if stated is not None and amount * stated == worth:
            return stated
        return tidy(worth / amount, max(10, amount.adjusted() + 15))
