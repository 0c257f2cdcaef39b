"""The solidarity fund's year: what every unit gets or is asked for, from the books (SPEC 9).

The order of the year has no way back: base, levy, unit results, then this. A year is final once its twelve months are
closed in every book that takes part, and in central's; before that the figures say how it would be if the year ended
now. Nothing is booked here.

`fund_open` is the fund on the year's last day, the year's component in it. Claims and calls of earlier years that were
booked later are taken as if they had been booked then: a year's computation doesn't hang on when the one before it
came into the books.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from ledger.books import Books, Unit
from ledger.errors import Problem, order
from ledger.funds.book import FundBook, known_fund
from ledger.funds.rows import SOLIDARITY
from ledger.policy import Policy
from ledger.provisional import ProvisionalRun
from ledger.rules.rounding import EXACT, half_away
from ledger.rules.solidarity.band import Proposal, propose
from ledger.rules.solidarity.clawback import ClawBack, Support, claw_back, given
from ledger.rules.solidarity.compute import Computed, Member, compute, group_of
from ledger.rules.solidarity.conditions import AVERAGED, Candidate, Standing, judge
from ledger.rules.solidarity.pooling import Pooled, Pooling, pool
from ledger.rules.solidarity.terms import SolidarityTerms
from ledger.solidarity.problems import SolidarityUnitFaulty
from ledger.solidarity.results import UnitYear, YearsBooks, base_of, members, problem_of, unit_year, year_of

ZERO = Decimal(0)


@dataclass(frozen=True)
class FundYear:
    """A computed year; amounts in the reporting currency.

    Attributes:
        year: the calendar year in which it begins; `first`, `last`: its days.
        terms: in force on its last day.
        units: every member's figures on the last day, by slug, who takes no part as well.
        standings: what the conditions make of each.
        computed: claims and calls (of pooling: none, see `pooled`).
        pooled: in mode `pooling`, what is moved.
        returned: by unit, what is paid back of earlier support for this year.
        band: what next year's components should be.
        open_months: by slug, months of the year that aren't closed; empty: the figures are final.
        booked: by unit, what is booked of this year's claims less calls.
        problems: why a unit isn't among them: nobody's claim is final then.
        members: every member as the formula takes it, whether it takes part or not; `candidates`: what the conditions
            look at. Both are what other terms would be tried on.
    """

    year: int
    first: dt.date
    last: dt.date
    currency: str
    terms: SolidarityTerms
    units: Mapping[str, UnitYear]
    standings: Mapping[str, Standing]
    computed: Computed
    pooled: Pooled | None
    returned: Mapping[str, ClawBack]
    band: Proposal
    open_months: Mapping[str, tuple[str, ...]]
    booked: Mapping[str, Decimal]
    problems: tuple[Problem, ...] = ()
    members: tuple[Member, ...] = ()
    candidates: Mapping[str, Candidate] = field(default_factory=dict)

    @property
    def final(self) -> bool:
        """Whether it may be decided and booked."""
        return not self.open_months and not self.problems

    @property
    def transfers(self) -> dict[str, Decimal]:
        """What each unit gets (+) or pays (-) for the year, claw-back apart."""
        if self.pooled is not None:
            return {one.unit: one.amount for one in self.pooled.transfers}
        return {step.unit: step.net for step in self.computed.steps}


@dataclass
class _Known:
    """What is collected before anything is computed."""

    units: dict[str, UnitYear] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def fund_year(books: Books, policy: Policy, run: ProvisionalRun, year: int) -> FundYear:
    """Compute a year.

    Args:
        books: all books, loaded.
        policy: with the fund's terms and exceptions.
        run: provisional entries and the levy's statements.
        year: the fiscal year, by the calendar year in which it begins.

    Returns:
        All figures. A unit whose figures aren't known is a problem, never a zero; the others are worked out without it.

    Raises:
        FundUnknown: central's book, which has the fund, can't be read.
    """
    ws = books.workspace
    its = year_of(books, run, year)
    terms = policy.funds.solidarity_terms(its.last)
    fund = known_fund(books, SOLIDARITY, run.entries)
    found = _units(its)
    history = _History(books, policy, run, fund, found)
    candidates = {slug: history.candidate(slug, its) for slug in found.units}
    standings = {slug: judge(one, year, its.last, terms, ws.currency) for slug, one in candidates.items()}
    everyone = [
        Member(slug, one.base, one.result, one.own + history.later(slug, its), standings[slug].at_most)
        for slug, one in found.units.items()
    ]
    taking = [member for member in everyone if standings[member.unit].takes_part]
    opening = _opening(fund, its, ws.currency)
    pooling = terms.mode == "pooling"
    asked = [Member(m.unit, m.base, ZERO, m.own) for m in taking] if pooling else taking
    computed = compute(asked, opening, terms, ws.currency, group_turnover=group_of(everyone))
    pooled = None
    if pooling:
        pooled = pool([Pooling(m.unit, m.result, m.base) for m in taking], terms.pooled, ws.currency)
    returned = {slug: history.returning(slug, its, terms) for slug in found.units if standings[slug].takes_part}
    after = computed.fund_close + sum((one.amount for one in returned.values()), ZERO)
    return FundYear(
        year=year,
        first=its.first,
        last=its.last,
        currency=ws.currency,
        terms=terms,
        units=found.units,
        standings=standings,
        computed=computed,
        pooled=pooled,
        returned={slug: one for slug, one in returned.items() if one.amount},
        band=propose(
            after,
            computed.group_turnover,
            _components(policy, its.last),
            terms,
            ws.currency,
            usual=_usual(policy, its.last),
        ),
        open_months=_open(its, found),
        booked=_booked(fund, year),
        problems=tuple(sorted(found.problems, key=order)),
        members=tuple(everyone),
        candidates=candidates,
    )


def _units(its: YearsBooks) -> _Known:
    """Every member's year."""
    found, ws = _Known(), its.books.workspace
    for unit in members(its.books, its.last):
        book = its.books.units.get(unit.slug)
        if book is None or not book.ok or unit.slug in ws.faulty:
            found.problems.append(SolidarityUnitFaulty(file=ws.shown(unit.main), unit=unit.slug, slug=unit.slug))
            continue
        try:
            found.units[unit.slug] = unit_year(its, unit)
        except Problem as problem:
            found.problems.append(problem_of(unit, problem, ws.shown(ws.prices_file)))
    return found


class _History:
    """What units got and paid for earlier years, as central's book has it."""

    def __init__(self, books: Books, policy: Policy, run: ProvisionalRun, fund: FundBook, found: _Known) -> None:
        self.books, self.policy, self.run, self.fund, self.found = books, policy, run, fund, found
        self.supports: dict[str, dict[int, Decimal]] = defaultdict(dict)
        for row in fund.rows:
            if row.kind == "claim":
                year = fund.of_year(row)
                self.supports[row.unit][year] = self.supports[row.unit].get(year, ZERO) - row.amount

    def later(self, slug: str, its: YearsBooks) -> Decimal:
        """Claims less calls of earlier years that were booked after this one had ended."""
        after, year = its.last + dt.timedelta(days=1), its.first.year
        got = self.fund.support("claim", years=lambda of: of < year, since=after)
        paid = self.fund.support("call", years=lambda of: of < year, since=after)
        return got.get(slug, ZERO) - paid.get(slug, ZERO)

    def candidate(self, slug: str, its: YearsBooks) -> Candidate:
        """What the conditions look at."""
        unit, year = self.books.workspace.units[slug], its.first.year
        exceptions = frozenset(e.what for e in self.policy.funds.exceptions(year) if e.scope == slug)
        supports = {of: amount for of, amount in self.supports[slug].items() if of < year}
        return Candidate(slug, unit.joined, unit.left, supports, self._turnovers(unit, its), exceptions)

    def _turnovers(self, unit: Unit, its: YearsBooks) -> dict[int, Decimal]:
        """T of this year and of those before it that count for the limit of a lifetime."""
        year = its.first.year
        found = {year: max(ZERO, self.found.units[unit.slug].base)}
        for before in range(year - AVERAGED + 1, year):
            earlier = year_of(self.books, self.run, before)
            statement = self.run.statements.get(unit.slug)
            known = statement is not None and statement.year(before) is not None
            if known and (unit.joined is None or unit.joined <= earlier.last):
                found[before] = max(ZERO, base_of(earlier, unit))
        return found

    def returning(self, slug: str, its: YearsBooks, terms: SolidarityTerms) -> ClawBack:
        """What a unit pays back for a year of what it got for earlier ones."""
        year, currency = its.first.year, self.books.workspace.currency
        paid = self.fund.support("claw-back", years=lambda of: of < year).get(slug, ZERO)
        supports: list[Support] = []
        for of, amount in sorted(self.supports[slug].items()):
            day = self.books.workspace.fiscal_year(dt.date(of, self.books.workspace.first_month, 1))[1]
            its_own = given(of, amount, self.policy.funds.solidarity_terms(day), currency)
            back = min(paid, its_own.conditional)
            paid -= back
            supports.append(Support(of, its_own.amount, its_own.conditional, its_own.until, back))
        return claw_back(supports, year, self.found.units[slug].result, terms, currency)


def _opening(fund: FundBook, its: YearsBooks, currency: str) -> Decimal:
    """The fund on the year's last day, in the reporting currency, with all claims and calls of earlier years."""
    after, year = its.last + dt.timedelta(days=1), its.first.year
    later = [
        row.amount
        for row in fund.rows
        if row.kind in {"claim", "call", "claw-back"} and row.date >= after and fund.of_year(row) < year
    ]
    central = its.books.workspace.central
    assert central is not None
    with localcontext(EXACT):
        worth = fund.worth(its.last) + sum(later, ZERO)
        rate = its.closing_rate(central.currency)
        return half_away(worth * rate, currency)


def _components(policy: Policy, day: dt.date) -> tuple[Decimal, Decimal]:
    """The rates of the solidarity and the service component on a day."""
    shares = {entry.name: entry.share for entry in policy.component_entries(day)}
    return shares.get(SOLIDARITY, ZERO), shares.get("service", ZERO)


def _usual(policy: Policy, day: dt.date) -> Decimal:
    """The solidarity component when it last was not 0."""
    earlier = [e for e in policy.components if e.name == SOLIDARITY and e.start <= day and e.share]
    return max(earlier, key=lambda e: e.order).share if earlier else ZERO


def _open(its: YearsBooks, found: _Known) -> dict[str, tuple[str, ...]]:
    """Months that aren't closed, by slug; central's among them."""
    open_months = {slug: one.open_months for slug, one in found.units.items() if one.open_months}
    central = its.books.workspace.central
    if central is not None:
        closed = its.books.closed.get(central.slug, frozenset())
        own = tuple(month for month in its.months if month not in closed)
        open_months |= {central.slug: own} if own else {}
    return open_months


def _booked(fund: FundBook, year: int) -> dict[str, Decimal]:
    """What stands in central's book of a year's claims less calls, by unit."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in fund.rows:
        if row.kind in {"claim", "call"} and fund.of_year(row) == year:
            found[row.unit] -= row.amount
    return dict(found)
