"""Two levies side by side, as values: the figures of `ledger.reports.levy_simulation` and their sums.

Whatever is told of a unit, a year or the federation has both sides: by today's policy and by the simulated one. Sums of
years and units are sums of what is shown, to the last unit of the currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

from ledger.books import Unit
from ledger.errors import Problem
from ledger.reports.levy_changes import Changes
from ledger.rules.levy import ZERO
from ledger.rules.rounding import EXACT, nearest

#: A difference is told as a part of the base to a hundredth of a percent.
PART = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Pair:
    """The same figure by today's policy and by the simulated one."""

    today: Decimal = ZERO
    simulated: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """What the change makes."""
        return self.simulated - self.today

    def plus(self, other: Pair) -> Pair:
        """Both sides added."""
        with localcontext(EXACT):
            return Pair(self.today + other.today, self.simulated + other.simulated)


NOTHING = Pair()


@dataclass(frozen=True, slots=True)
class Figures:
    """A unit's year, or a sum, in one currency.

    Attributes:
        booked: what stands in the books, provisional entries counted.
        prior_years: the part of `levy` that comes of corrections of earlier years.
        components: the parts of `levy`, in policy's order.
    """

    currency: str
    base: Pair = NOTHING
    levy: Pair = NOTHING
    booked: Decimal = ZERO
    prior_years: Pair = NOTHING
    components: tuple[tuple[str, Pair], ...] = ()

    @property
    def part(self) -> Decimal | None:
        """The difference as a part of today's base, 0.0100 is 1 %; None where there is no base above zero."""
        return (
            nearest(Fraction(self.levy.difference) / Fraction(self.base.today), PART) if self.base.today > 0 else None
        )

    def plus(self, other: Figures) -> Figures:
        """Both added; they are of one currency."""
        assert self.currency == other.currency
        parts = dict(self.components)
        for name, pair in other.components:
            parts[name] = parts.get(name, NOTHING).plus(pair)
        with localcontext(EXACT):
            return Figures(
                self.currency,
                self.base.plus(other.base),
                self.levy.plus(other.levy),
                self.booked + other.booked,
                self.prior_years.plus(other.prior_years),
                tuple(parts.items()),
            )


class Deviation(NamedTuple):
    """A month whose booked levy isn't what the rule gives; in the unit's currency."""

    month: str
    booked: Decimal
    rule: Decimal


@dataclass(frozen=True, slots=True)
class SimulatedUnit:
    """A unit's year (or all its years): in its own currency, and in the reporting one (None: a rate is missing)."""

    unit: Unit
    own: Figures
    group: Figures | None
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class SimulatedYear:
    """A fiscal year (None: all of them together).

    Attributes:
        units: those that have turnover or levy in it, by slug.
        total: their sum in the reporting currency.
        months: each component by month, in the reporting currency: what flows to services and funds.
    """

    year: int | None
    units: tuple[SimulatedUnit, ...]
    total: Figures
    months: Mapping[str, Mapping[str, Pair]]


@dataclass(frozen=True, slots=True)
class Simulated:
    """The answer.

    Attributes:
        changes: what was asked.
        currency: the reporting currency.
        years: each of them, in order; those in which no unit has anything are left out.
        whole: all years together.
        problems: why units are missing; none: the figures are complete.
    """

    changes: Changes
    currency: str
    years: tuple[SimulatedYear, ...]
    whole: SimulatedYear
    problems: tuple[Problem, ...]

    def inflow(self, component: str) -> dict[str, Pair]:
        """What a component brings, month by month, in the reporting currency; months of nothing are left out."""
        found = {month: parts[component] for month, parts in self.whole.months.items() if component in parts}
        return {month: pair for month, pair in sorted(found.items()) if pair != NOTHING}


def sum_of(figures: Iterable[Figures], currency: str) -> Figures:
    """Figures of one currency, added up."""
    total = Figures(currency)
    for one in figures:
        total = total.plus(one)
    return total


def together(years: Sequence[SimulatedYear], currency: str) -> SimulatedYear:
    """All years as one."""
    units: dict[str, SimulatedUnit] = {}
    months: dict[str, Mapping[str, Pair]] = {}
    for year in years:
        months.update(year.months)
        for one in year.units:
            known = units.get(one.unit.slug)
            if known is None:
                units[one.unit.slug] = one
                continue
            group = None if known.group is None or one.group is None else known.group.plus(one.group)
            deviations = (*known.deviations, *one.deviations)
            units[one.unit.slug] = SimulatedUnit(one.unit, known.own.plus(one.own), group, deviations)
    total = sum_of((year.total for year in years), currency)
    return SimulatedYear(None, tuple(unit for _, unit in sorted(units.items())), total, months)
