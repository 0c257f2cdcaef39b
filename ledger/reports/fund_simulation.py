"""What other rules would have made of the funds over the recorded years: today's and the simulated, side by side.

Two things may be changed: the levy (rate, components, caps: `ledger.reports.levy_simulation`) and the solidarity fund's
terms. The years are worked out again in a row: another levy changes what flows into the funds and what every unit has
left (its result R, and in later years its own accumulated result E); other claims and calls change the fund and E of
the years after. What was really booked is taken out before the replay's own figures are put in, so with nothing changed
each year is what `sambok solidarity compute` says, as far as earlier years are booked as computed (SPEC 9).

The books stay untouched. Gifts, grants, loans and what else moves the funds is taken as recorded.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ledger.errors import Problem, order
from ledger.federation import Federation
from ledger.funds.rows import INVESTMENT, SOLIDARITY
from ledger.reports.levy import money
from ledger.reports.levy_changes import Changes
from ledger.reports.levy_simulated import Pair, Simulated
from ledger.reports.levy_simulation import simulate_levy
from ledger.rules.solidarity.compute import Member
from ledger.rules.solidarity.pooling import Pooling, pool
from ledger.rules.solidarity.terms import SolidarityTerms
from ledger.rules.solidarity.years import Replayed, YearInput, replay
from ledger.solidarity.fund_year import FundYear, fund_year

ZERO = Decimal(0)
NOTHING = Pair()


@dataclass(frozen=True)
class UnitEffect:
    """A unit's year: levy, and claim less call, by today's rules and by the simulated; in the reporting currency."""

    unit: str
    levy: Pair
    result: Pair
    transfer: Pair


@dataclass(frozen=True)
class YearEffect:
    """A year; amounts in the reporting currency.

    Attributes:
        solidarity_open, solidarity_close: the solidarity fund before claims, and after claims and calls.
        claims, called: of all units.
        supported: how many units get something.
        investment: the investment fund at the year's end (of a running year: so far).
        units: by slug.
    """

    year: int
    solidarity_open: Pair
    solidarity_close: Pair
    claims: Pair
    called: Pair
    supported: tuple[int, int]
    investment: Pair
    units: tuple[UnitEffect, ...]


@dataclass(frozen=True)
class FundSimulation:
    """The answer: each year, and what keeps units from being among them."""

    currency: str
    terms: SolidarityTerms
    years: tuple[YearEffect, ...]
    problems: tuple[Problem, ...]


def simulate_funds(
    federation: Federation, changes: Changes, terms: Mapping[str, Any] | None = None, *, years: Sequence[int]
) -> FundSimulation:
    """Work the funds out as they are and as they would be.

    Args:
        federation: as it stands; nothing of it is changed.
        changes: of the levy.
        terms: of the solidarity fund, by the name of the field; what isn't named stays as it is in each year. None: all
            stay.
        years: in order, without a gap.
    """
    books, policy, run = federation.books, federation.policy, federation.run
    recorded = [fund_year(books, policy, run, year) for year in years]
    levy = simulate_levy(books, policy, replace(changes, first=years[0], last=years[-1]), run)
    own = _by_unit(levy)
    today, simulated = (
        _Replay(recorded, levy, own, {}, changed=False),
        _Replay(recorded, levy, own, terms or {}, changed=True),
    )
    before, after = today.run(), simulated.run()
    found = []
    more = ZERO
    for n, year in enumerate(recorded):
        inflow = _inflow(levy, INVESTMENT, year)
        more += inflow.difference
        found.append(_effect(federation, year, (before[n], after[n]), own.get(year.year, {}), more))
    problems = {*levy.problems, *(problem for year in recorded for problem in year.problems)}
    return FundSimulation(
        recorded[0].currency, simulated.terms_of(recorded[-1]), tuple(found), tuple(sorted(problems, key=order))
    )


def _by_unit(levy: Simulated) -> dict[int, dict[str, Pair]]:
    """Each unit's levy by year, in the reporting currency."""
    found: dict[int, dict[str, Pair]] = defaultdict(dict)
    for year in levy.years:
        for one in year.units:
            if year.year is not None and one.group is not None:
                found[year.year][one.unit.slug] = one.group.levy
    return found


def _inflow(levy: Simulated, component: str, year: FundYear) -> Pair:
    """What a component brings in a year."""
    first, last = f"{year.first:%Y-%m}", f"{year.last:%Y-%m}"
    total = NOTHING
    for month, pair in levy.inflow(component).items():
        if first <= month <= last:
            total = total.plus(pair)
    return total


@dataclass(frozen=True)
class _Done:
    """A replayed year: the fund before and after, and by unit result and claim less call."""

    opening: Decimal
    closing: Decimal
    results: Mapping[str, Decimal]
    transfers: Mapping[str, Decimal]
    called: Decimal


class _Replay:
    """The recorded years in a row, by one set of rules."""

    def __init__(
        self,
        recorded: Sequence[FundYear],
        levy: Simulated,
        own: Mapping[int, Mapping[str, Pair]],
        terms: Mapping[str, Any],
        *,
        changed: bool,
    ) -> None:
        self.recorded, self.levy, self.own, self.terms, self.changed = recorded, levy, own, terms, changed

    def terms_of(self, year: FundYear) -> SolidarityTerms:
        """The terms of a year, with what is changed of them."""
        return replace(year.terms, **self.terms)

    def run(self) -> list[_Done]:
        """Each year begins with what the one before left."""
        first = self.recorded[0]
        opening = first.computed.fund_open - self._component(first)
        inputs = [self._input(n, year) for n, year in enumerate(self.recorded)]
        done = replay(inputs, opening, self.terms_of(first), first.currency)
        return [self._of_year(year, one) for year, one in zip(self.recorded, done, strict=True)]

    def _input(self, n: int, year: FundYear) -> YearInput:
        """What was recorded of a year, with the other levy's effect on every unit and on the fund."""
        terms = self.terms_of(year)
        members = [self._member(year, member) for member in year.members]
        if terms.mode == "pooling":  # the fund gives and calls nothing then
            members = [replace(member, result=ZERO) for member in members]
        if n == 0:
            inflow = self._component(year)
        else:
            last = self.recorded[n - 1]
            moved = sum(last.booked.values(), ZERO)
            inflow = year.computed.fund_open - (last.computed.fund_open - moved)
        inflow += self._more(year)
        return YearInput(year.year, members, inflow, year.booked, year.candidates, year.last, terms)

    def _member(self, year: FundYear, member: Member) -> Member:
        own = member.own
        for earlier in self.recorded:
            if earlier.year < year.year:
                own -= self._levy(earlier, member.unit)
        return replace(member, result=member.result - self._levy(year, member.unit), own=own)

    def _levy(self, year: FundYear, unit: str) -> Decimal:
        """What a unit pays more than it did."""
        return self.own.get(year.year, {}).get(unit, NOTHING).difference if self.changed else ZERO

    def _component(self, year: FundYear) -> Decimal:
        return _inflow(self.levy, SOLIDARITY, year).today

    def _more(self, year: FundYear) -> Decimal:
        return _inflow(self.levy, SOLIDARITY, year).difference if self.changed else ZERO

    def _of_year(self, year: FundYear, done: Replayed) -> _Done:
        results = {member.unit: self._member(year, member).result for member in year.members}
        transfers = {step.unit: step.net for step in done.computed.steps}
        called, terms = done.computed.called, self.terms_of(year)
        if terms.mode == "pooling":
            taking = {slug for slug, standing in done.standings.items() if standing.takes_part}
            chosen = [Pooling(m.unit, results[m.unit], m.base) for m in year.members if m.unit in taking]
            transfers = {one.unit: one.amount for one in pool(chosen, terms.pooled, year.currency).transfers}
            called = -sum((amount for amount in transfers.values() if amount < 0), ZERO)
        return _Done(done.computed.fund_open, done.computed.fund_close, results, transfers, called)


def _effect(
    federation: Federation, year: FundYear, done: tuple[_Done, _Done], levy: Mapping[str, Pair], more: Decimal
) -> YearEffect:
    """A year, both sides."""
    today, simulated = done
    fund = federation.funds.get(INVESTMENT)
    worth = fund.worth(year.last) if fund is not None else ZERO

    def claims(one: _Done) -> Decimal:
        return sum((amount for amount in one.transfers.values() if amount > 0), ZERO)

    units = tuple(
        UnitEffect(
            slug,
            levy.get(slug, NOTHING),
            Pair(today.results[slug], simulated.results[slug]),
            Pair(today.transfers.get(slug, ZERO), simulated.transfers.get(slug, ZERO)),
        )
        for slug in sorted(year.units)
    )
    return YearEffect(
        year=year.year,
        solidarity_open=Pair(today.opening, simulated.opening),
        solidarity_close=Pair(today.closing, simulated.closing),
        claims=Pair(claims(today), claims(simulated)),
        called=Pair(today.called, simulated.called),
        supported=(
            sum(amount > 0 for amount in today.transfers.values()),
            sum(amount > 0 for amount in simulated.transfers.values()),
        ),
        investment=Pair(worth, worth + more),
        units=units,
    )


def as_json(found: FundSimulation, problems: Sequence[Problem]) -> dict[str, Any]:
    """The answer of `sambok fund simulate --json`."""

    def pair(one: Pair) -> dict[str, str]:
        said = {"today": one.today, "simulated": one.simulated, "difference": one.difference}
        return {key: money(amount, found.currency) for key, amount in said.items()}

    return {
        "schema": 1,
        "currency": found.currency,
        "years": [
            {
                "year": one.year,
                "solidarity_open": pair(one.solidarity_open),
                "claims": pair(one.claims),
                "called": pair(one.called),
                "solidarity_close": pair(one.solidarity_close),
                "supported": {"today": one.supported[0], "simulated": one.supported[1]},
                "investment": pair(one.investment),
                "units": [
                    {"unit": u.unit, "levy": pair(u.levy), "result": pair(u.result), "transfer": pair(u.transfer)}
                    for u in one.units
                ],
            }
            for one in found.years
        ],
        "errors": [problem.as_json() for problem in problems],
    }


def as_csv(found: FundSimulation) -> str:
    """A row a year and unit; the funds stand under the unit's name `investment` and `solidarity`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["year", "unit", "figure", "today", "simulated", "difference", "currency"])

    def put(year: int, name: str, figure: str, pair: Pair) -> None:
        amounts = [money(a, found.currency) for a in (pair.today, pair.simulated, pair.difference)]
        writer.writerow([year, name, figure, *amounts, found.currency])

    for one in found.years:
        for figure in ("open", "close"):
            put(one.year, SOLIDARITY, figure, getattr(one, f"solidarity_{figure}"))
        put(one.year, SOLIDARITY, "claims", one.claims)
        put(one.year, SOLIDARITY, "called", one.called)
        put(one.year, INVESTMENT, "close", one.investment)
        for unit in one.units:
            for figure in ("levy", "result", "transfer"):
                put(one.year, unit.unit, figure, getattr(unit, figure))
    return out.getvalue()


def year_range(federation: Federation, first: int | None, last: int | None) -> list[int]:
    """The recorded years that were asked for; all of them where nothing was."""
    known = sorted({year.year for levy in federation.run.statements.values() for year in levy.years})
    return [year for year in known if (first is None or first <= year) and (last is None or year <= last)]
