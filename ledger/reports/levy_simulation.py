"""What another levy would have brought over the recorded years: unit by unit, and for services and funds (SPEC 6, 9).

Both sides are worked out anew by the same rule from the same booked turnover, as if nothing of the levy were booked and
no month closed: *today* by what policy says, *simulated* by what it would say (`ledger.reports.levy_changes`). So a
difference is never anything but the change's effect. What stands in the books is told beside them: `booked` is what is
booked and provisional, as `sambok levy` has it, and closed months in which it isn't what the rule gives are named.

A year's levy is what is posted in it, corrections of earlier years among it (`prior_years`); they are no part of the
base. Amounts are ex VAT. A unit's own figures are in its currency. Those of the federation are in the reporting
currency: each month's levy at the month's average, rounded once and then split over the components, as central's income
is booked; the base of a unit and year at the same averages, rounded once.

How this module reads the contract where it leaves room:

- Turnover that came late to a closed month counts where it counts today.
- A rate that is missing leaves the unit out of the federation's sums, with the problem that says so.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import NamedTuple

from ledger.books import Books, Unit
from ledger.charts import load_chart
from ledger.errors import Problem, order
from ledger.policy import Policy
from ledger.provisional import LevyRun, ProvisionalRun, UnitLevy, YearStatement, levies
from ledger.provisional.statement import levy_anew
from ledger.reports.levy_changes import Changes, WhatIf, changed_policy, check_changes, levied_units
from ledger.reports.levy_simulated import (
    NOTHING,
    Deviation,
    Figures,
    Pair,
    Simulated,
    SimulatedUnit,
    SimulatedYear,
    sum_of,
    together,
)
from ledger.reports.problems_levy import SimulationBase, SimulationYear
from ledger.rules.levy import ZERO
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away, largest_remainder

__all__ = ["Changes", "Figures", "Pair", "Simulated", "SimulatedUnit", "SimulatedYear", "simulate_levy"]


class _Row(NamedTuple):
    """A month's levy, or a correction of an earlier year posted in it."""

    month: str
    base: Decimal
    levy: Decimal
    components: Mapping[str, Decimal]
    prior: bool = False


@dataclass(frozen=True, slots=True)
class _Sides:
    """A unit's years: as they stand in the books, by the rule, and as they would be."""

    booked: UnitLevy
    today: tuple[YearStatement, ...]
    simulated: tuple[YearStatement, ...]


def simulate_levy(
    books: Books, policy: Policy, changes: Changes, run: LevyRun | ProvisionalRun | None = None
) -> Simulated:
    """Work the levy out as it is and as it would be. Nothing is written.

    Args:
        books: loaded; all units, for the funds' figures to be whole.
        policy: what was decided.
        changes: what shall be otherwise.
        run: what the levy makes of the books, where it is known already.

    Returns:
        Both levies, year by year. Units with errors are left out and named in `problems`.

    Raises:
        Problem: one of `ledger.reports.problems_levy`, or UnitUnknown: what was asked makes no sense.
    """
    check_changes(books.workspace, policy, changes)
    return _Simulation(books, policy, changes, run or levies(books, policy)).run()


class _Simulation:
    def __init__(self, books: Books, policy: Policy, changes: Changes, run: LevyRun | ProvisionalRun) -> None:
        self.books, self.policy, self.changes, self.levied = books, policy, changes, run
        self.ws = books.workspace
        self.rates = Rates.from_entries(books.central_text.prices, self.ws.currency)
        self.units = [unit for unit in levied_units(self.ws) if unit.slug in run.statements]
        lacking = {unit.slug for unit in levied_units(self.ws)} - run.statements.keys()
        self.problems = {problem for problem in run.problems if problem.unit in {None, *lacking}}

    def run(self) -> Simulated:
        self._check_codes()
        years = self._years()
        made: list[SimulatedYear] = []
        if years:
            first = dt.date(years[0], self.ws.first_month, 1)
            last = first.replace(year=years[-1] + 1) - dt.timedelta(days=1)
            simulated = changed_policy(self.ws, self.policy, self.changes, first, last)
            sides = {unit.slug: found for unit in self.units if (found := self._sides(unit, simulated)) is not None}
            made = [one for year in years if (one := self._year(year, sides)).units]
        return Simulated(
            changes=self.changes,
            currency=self.ws.currency,
            years=tuple(made),
            whole=together(made, self.ws.currency),
            problems=tuple(sorted(self.problems, key=order)),
        )

    def _check_codes(self) -> None:
        """A code that no book has income on is a slip of the pen, as long as all books can be read."""
        if self.problems:
            return
        summaries = [self.books.units[unit.slug].summary for unit in self.units]
        used = {row.account for summary in summaries if summary for row in summary.turnover}
        codes = {row.code for summary in summaries if summary for row in summary.accounts if row.account in used}
        for wanted in (*self.changes.include, *self.changes.exclude):
            if not any(code in wanted for code in codes):
                raise SimulationBase(codes=str(wanted))

    def _recorded(self) -> list[int]:
        """The fiscal years in which a book has income or levy."""
        found = {year.year for unit in self.units for year in self.levied.statements[unit.slug].years}
        for unit in self.units:
            summary = self.books.units[unit.slug].summary
            rows = summary.turnover if summary else ()
            found |= {self.ws.fiscal_year(day)[0].year for day in {row.date for row in rows} if unit.in_scope(day)}
        return sorted(found)

    def _years(self) -> list[int]:
        """The years that are simulated; none where books with errors leave it open which there are."""
        recorded = self._recorded()
        if not recorded:
            self.problems |= set(self.books.problems)
            if self.problems:
                return []
            raise SimulationYear(case="none")
        first = recorded[0] if self.changes.first is None else self.changes.first
        last = recorded[-1] if self.changes.last is None else self.changes.last
        if self.changes.first is not None and self.changes.last is not None and first > last:
            raise SimulationYear(case="order", first=first, last=last)
        for year in (first, last):
            if year not in recorded:
                if self.problems:
                    return []
                raise SimulationYear(year=year, known=", ".join(map(str, recorded)))
        if first > last:
            raise SimulationYear(case="order", first=first, last=last)
        return [year for year in recorded if first <= year <= last]

    def _sides(self, unit: Unit, simulated: WhatIf) -> _Sides | None:
        """Both sides of a unit; None (with the problem) where one can't be worked out."""
        summary = self.books.units[unit.slug].summary
        assert summary is not None
        chart = load_chart(unit.chart, unit.folder)
        closed = self.books.closed.get(unit.slug, frozenset())
        found = []
        for policy in (self.policy, simulated):
            years, problems = levy_anew(self.ws, unit, summary, chart, policy, closed)
            if problems:
                self.problems.update(problems)
                return None
            found.append(years)
        return _Sides(self.levied.statements[unit.slug], *found)

    def _year(self, year: int, sides: Mapping[str, _Sides]) -> SimulatedYear:
        units = []
        months: dict[str, dict[str, Pair]] = defaultdict(dict)
        for unit in self.units:
            if unit.slug not in sides:
                continue
            its = sides[unit.slug]
            booked, today, simulated = (_rows(years, year) for years in (its.booked.years, its.today, its.simulated))
            if not (booked or today or simulated):
                continue
            own = self._figures(unit.currency, booked, today, simulated)
            group = self._in_group(unit, booked, today, simulated, months)
            units.append(SimulatedUnit(unit, own, group, tuple(_deviations(its, year))))
        groups = (one.group for one in units if one.group is not None)
        return SimulatedYear(year, tuple(units), sum_of(groups, self.ws.currency), months)

    def _in_group(
        self,
        unit: Unit,
        booked: Sequence[_Row],
        today: Sequence[_Row],
        simulated: Sequence[_Row],
        months: dict[str, dict[str, Pair]],
    ) -> Figures | None:
        """A unit's year in the reporting currency, its components added to `months`; None where a rate is missing."""
        try:
            translated = [[self._translated(row, unit) for row in rows] for rows in (booked, today, simulated)]
        except Problem as problem:
            problem.unit = unit.slug
            problem.file = problem.file or self.ws.shown(self.ws.prices_file)
            self.problems.add(problem)
            return None
        for now, rows in zip((True, False), translated[1:], strict=True):
            for row in rows:
                for name, amount in row.components.items():
                    added = Pair(amount, ZERO) if now else Pair(ZERO, amount)
                    months[row.month][name] = months[row.month].get(name, NOTHING).plus(added)
        found = self._figures(self.ws.currency, *translated)
        base = (half_away(side, self.ws.currency) for side in (found.base.today, found.base.simulated))
        return replace(found, base=Pair(*base))

    def _translated(self, row: _Row, unit: Unit) -> _Row:
        """A month in the reporting currency: its levy rounded once and then split, its base not rounded yet.

        Raises:
            MissingRate: the month's average isn't there.
        """
        own = self.ws.currency
        if unit.currency == own or not (row.base or row.levy or any(row.components.values())):
            return row
        with localcontext(EXACT):
            average = self.rates.average(unit.currency, row.month)
            levy = half_away(row.levy * average, own)
            parts = largest_remainder(levy, row.components, own) if row.levy else dict.fromkeys(row.components, ZERO)
            return row._replace(base=row.base * average, levy=levy, components=parts)

    def _figures(
        self, currency: str, booked: Sequence[_Row], today: Sequence[_Row], simulated: Sequence[_Row]
    ) -> Figures:
        """Rows of one currency, summed up."""
        known = [entry.name for entry in self.policy.components]
        used = [name for row in (*today, *simulated) for name in row.components]
        names = [name for name in dict.fromkeys([*known, *used]) if name in used]
        with localcontext(EXACT):
            bases = Pair(*(sum((row.base for row in rows), ZERO) for rows in (today, simulated)))
            levy = Pair(*(sum((row.levy for row in rows), ZERO) for rows in (today, simulated)))
            prior = Pair(*(sum((row.levy for row in rows if row.prior), ZERO) for rows in (today, simulated)))
            stands = sum((row.levy for row in booked), ZERO)
            sides = (today, simulated)
            parts = {
                name: Pair(*(sum((row.components.get(name, ZERO) for row in rows), ZERO) for rows in sides))
                for name in names
            }
            found = Figures(currency, bases, levy, stands, prior, tuple(parts.items()))
            assert sum((pair.today for pair in parts.values()), ZERO) == levy.today
            assert sum((pair.simulated for pair in parts.values()), ZERO) == levy.simulated
        return found


def _rows(years: Iterable[YearStatement], year: int) -> list[_Row]:
    """A year's months and the corrections of earlier years posted in it."""
    found: list[_Row] = []
    for one in years:
        if one.year == year:
            found += [_Row(month.month, month.base, month.posted, month.components) for month in one.months]
            found += [_Row(line.month, ZERO, line.amount, line.components, prior=True) for line in one.prior_years]
    return found


def _deviations(its: _Sides, year: int) -> Iterator[Deviation]:
    """Months of a year whose booked levy isn't what the rule gives; what only follows from them isn't named."""
    rule = {month.month: month.posted for one in its.today if one.year == year for month in one.months}
    for one in its.booked.years:
        if one.year == year:
            for month in one.months:
                wanted = rule.get(month.month, ZERO)
                if (month.closed or month.booked) and month.posted != wanted:
                    yield Deviation(month.month, month.posted, wanted)
