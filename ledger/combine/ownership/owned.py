"""Units that are owned by another unit: capital against its cost, goodwill, non-controlling interest (SPEC 10).

What a unit's owners have booked as its cost goes out against the equity that they bought, as it stood on the eve of the
acquisition, at that day's spot. What the cost is beyond it is goodwill; what it falls short by is income of that year
(IFRS 3.32-34; K3 9.14). The minority has its part of what was bought, or its fair value (IFRS 3.19). Of a unit that its
owners founded, the cost goes out against what they paid in, and all that it earned stays the group's.

A federation without owned units pays nothing for this: nothing is looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext

from ledger.books import Books
from ledger.books.config import line_of
from ledger.combine.flows import DAY, Part
from ledger.combine.model import ZERO, GroupEntry, Share
from ledger.combine.ownership.cost import Cost, costs_of, late_sales, opening_day
from ledger.combine.ownership.entries import (
    acquisition_entries,
    disposal_entries,
    exchange_entries,
    founding_entries,
    goodwill_entries,
    staying_entries,
    step_entries,
)
from ledger.combine.ownership.equity import OWNERS, Taker, rates_of_received
from ledger.combine.ownership.gone import Gone, gone_before, gone_entries
from ledger.combine.ownership.goodwill import Terms, follow
from ledger.combine.ownership.minority import minority_entries, share_entries
from ledger.combine.ownership.model import Owned
from ledger.combine.ownership.problems import (
    GoodwillImpairment,
    OwnershipCapital,
    OwnershipNetAssets,
    OwnershipNoCost,
    OwnershipNoEquity,
    OwnershipNoSale,
    OwnershipStepEarlier,
)
from ledger.combine.ownership.rows import received
from ledger.combine.ownership.shares import prove, shares_of
from ledger.combine.scope import Scope
from ledger.errors import Problem
from ledger.messages import N_, say
from ledger.policy import ImpairmentEntry, Policy, read_policy
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away


@dataclass(frozen=True)
class Ownership:
    """What ownership makes of a run's figures.

    Attributes:
        entries: in column ELIM; kinds acquisition, goodwill, minority.
        shares: who owns what, with what it comes to.
        problems: what can't be worked out; nothing is eliminated of such a unit.
    """

    entries: Sequence[GroupEntry] = ()
    shares: Sequence[Share] = ()
    problems: Sequence[Problem] = ()


def ownership(
    books: Books, parts: Mapping[str, Part], scope: Scope, rates: Rates, entries: Sequence[GroupEntry]
) -> Ownership:
    """Eliminate what units hold of units that they control.

    Args:
        books: all books.
        parts: units of the run.
        scope: the run's units and period.
        rates: exchange rates.
        entries: what has been made so far: eliminations, adjustments, translation differences.
    """
    late = late_sales(parts, scope, books.workspace)
    gone: tuple[Gone, ...] = ()
    try:
        gone = gone_before(parts, scope, rates)
    except Problem as problem:
        late["-"] = problem
    left = tuple(gone_entries(gone, parts, scope))
    if not any(unit.owners for unit in scope.units.values()):
        return Ownership(left, problems=tuple(late.values()))
    policy = read_policy(books.central_text, books.workspace)
    found = _Worker(books, parts, scope, rates, entries, policy, late, gone).run()
    return replace(found, entries=(*left, *found.entries))


@dataclass
class _Worker:
    books: Books
    parts: Mapping[str, Part]
    scope: Scope
    rates: Rates
    given: Sequence[GroupEntry]
    policy: Policy
    late: Mapping[str, Problem]  # of units whose sale is booked too late
    gone: Sequence[Gone]
    held: list[Cost] = field(default_factory=list)  # of units that are done
    made: dict[str, list[GroupEntry]] = field(default_factory=dict)  # the entries of these
    sold: dict[str, list[tuple[dt.date, Decimal, Decimal, Decimal]]] = field(
        default_factory=dict
    )  # by owner that stays

    def run(self) -> Ownership:
        """All owned units, each before its owners."""
        done: dict[str, Owned] = {}
        found: list[GroupEntry] = []
        problems: list[Problem] = [*self.policy.impairment_problems, *self.late.values()]
        carried: dict[str, Decimal] = {}
        for slug in self.scope.stakes.owned:
            if slug in self.late or self.scope.stakes.begins[slug] > self.scope.until(slug):  # not owned yet
                continue
            try:
                owned = self._owned(slug, carried)
                made = self._entries(owned)
            except Problem as problem:
                problem.unit = slug
                if problem.file is None:
                    place = line_of(self.parts[slug].unit.folder / "unit.toml", ("owner", 0, "unit"))
                    problem.file, problem.line, problem.excerpt = f"units/{slug}/unit.toml", *place
                problems.append(problem)
                continue
            done[slug] = owned
            self.held += owned.costs
            self.made[slug] = made
            found += made
            if owned.carried:
                buyer = min(o for o in owned.stakes.owners(slug) if owned.stakes.begins.get(o) == owned.begins)
                carried[buyer] = carried.get(buyer, ZERO) + owned.carried
        prove(done, found)
        return Ownership(tuple(found), shares_of(done, found), tuple(problems))

    def _owned(self, slug: str, carried: Mapping[str, Decimal]) -> Owned:
        """Everything that one unit's entries are made of."""
        stakes, part = self.scope.stakes, self.parts[slug]
        costs = costs_of(self.parts, stakes, slug, self.rates, self.books.workspace)
        self._check_cost(slug, costs)
        opening = opening_day(self.parts, slug)
        equity = Taker(part, stakes, self.rates, self.given, opening, self._stated(slug)).take()
        equity.hold([cost for cost in self.held if cost.owner == slug], self.scope.date_from)
        for its in self.gone:
            if its.owner == slug:
                equity.went(its.left, its.amount)
        for day, exchange, got, between in self.sold.get(slug, ()):
            equity.sold(day, exchange, got, between)
        whole = self.books.workspace.config.intragroup.indirect_goodwill == "full"
        plain = Owned(slug, part.unit.code, self.scope, stakes, self.rates.base, equity, costs, opening, whole=whole)
        if stakes.founded(slug):
            self._check_capital(plain)
            self._nothing_to_write_down(plain)
            return plain
        if slug in carried:
            equity.pool[plain.begins >= self.scope.date_from, 0][OWNERS] -= carried[slug]
        return self._bought(plain)

    def _bought(self, plain: Owned) -> Owned:
        """With the minority as it came, and the goodwill."""
        slug, begins, rates = plain.slug, plain.begins, self.rates
        unit, eve = self.parts[slug].unit, begins - DAY
        fair = next((t.minority_value for t in unit.owners if t.minority_value is not None), None)
        months = next((t.goodwill_months for t in unit.owners if t.goodwill_months is not None), None)
        bought, part = plain.equity.bought, plain.stakes.minority(slug, begins)
        with localcontext(EXACT):
            spot = rates.spot(unit.currency, eve)
            its = plain.part(part * bought)
            first = its if fair is None else plain.part(fair * spot)
            paid = [cost for cost in plain.costs if cost.event == begins]
            start = sum((cost.worth for cost in paid), ZERO) + first - bought
        owned = replace(plain, first=first, measured=fair is not None, fair=first - its)
        if any(table.start < begins for table in unit.owners) and self._brought(slug, begins):
            return replace(owned, carried=start)
        if start <= 0:
            self._nothing_to_write_down(owned)
            return replace(owned, bargain=-start)
        with localcontext(EXACT):  # all of it is worth what net assets are on the eve: they entered at that rate
            local = half_away(start / spot, unit.currency)
        terms = Terms(unit.currency, begins, months, self.scope.date_from, plain.end)
        return replace(owned, goodwill=follow(start, local, terms, self._written(owned), rates))

    def _written(self, owned: Owned) -> list[ImpairmentEntry]:
        return [e for e in self.policy.impairments if e.unit == owned.slug and e.start <= owned.end]

    def _nothing_to_write_down(self, owned: Owned) -> None:
        """No decision writes down goodwill that there is none of."""
        for entry in self._written(owned):
            raise GoodwillImpairment(
                file=entry.file,
                line=entry.line,
                slug=owned.slug,
                date=entry.start,
                amount=entry.amount,
                left=ZERO,
                currency=entry.currency,
            )

    def _late(self, slug: str) -> Decimal | None:
        """What a bought unit had then, in its currency, where its book begins no earlier; None where the book tells.

        Raises:
            OwnershipNoEquity: neither the book nor the settings say so, or the book begins after the period.
            OwnershipNetAssets: both do.
        """
        begins, opened = self.scope.stakes.begins[slug], self.parts[slug].source.summaries[0].first
        stated = next((t.net_assets for t in self.parts[slug].unit.owners if t.net_assets is not None), None)
        if self.scope.stakes.founded(slug):
            return None
        if opened is not None and opened < begins:
            if stated is not None:
                raise OwnershipNetAssets(slug=slug, since=begins)
            return None
        if stated is None or opened is None or opened > self.scope.until(slug):
            raise OwnershipNoEquity(slug=slug, date=begins)
        return stated

    def _stated(self, slug: str) -> Decimal | None:
        """The same in the reporting currency."""
        stated, currency = self._late(slug), self.parts[slug].unit.currency
        if stated is None:
            return None
        with localcontext(EXACT):
            spot = self.rates.spot(currency, self.scope.stakes.begins[slug] - DAY)
            return half_away(stated * spot, self.rates.base)

    def _brought(self, slug: str, begins: dt.date) -> bool:
        """Whether it came with an owner that was bought itself on that day."""
        stakes = self.scope.stakes
        return any(stakes.begins.get(owner) == begins for owner in stakes.owners(slug))

    def _check_cost(self, slug: str, costs: Sequence[Cost]) -> None:
        """Each owner has booked what it paid for each of its tables, and when a sale is due, that."""
        stakes, unit = self.scope.stakes, self.parts[slug].unit
        begins, booked = stakes.begins[slug], {(cost.owner, cost.event) for cost in costs}
        for table in unit.owners:
            event = max(table.start, begins)
            if table.unit in stakes.units and event <= self.scope.until(slug) and (table.unit, event) not in booked:
                opened = self.parts[table.unit].source.summaries[0].first
                if begins < event and opened is not None and event < opened:
                    raise OwnershipStepEarlier(slug=slug, owner=table.unit, date=event)
                day = unit.joined or say(N_("its beginning")) if event == dt.date.min else event
                raise OwnershipNoCost(slug=slug, owner=table.unit, date=day)
        left = self.scope.leaves(slug)
        keep = any(self.scope.leaves(owner) != left for owner in stakes.shares(slug, self.scope.until(slug)))
        if left is not None and keep and not any(cost.event == left for cost in costs):
            raise OwnershipNoSale(slug=slug, left=left)

    def _check_capital(self, owned: Owned) -> None:
        """What the owners of a founded unit have paid is their part of its capital."""
        pool, parts = owned.equity.pool, [owned.stakes.minority(owned.slug, day) for day in owned.edges]
        with localcontext(EXACT):
            theirs = sum(((1 - parts[s[1]]) * a for s, places in pool.items() for a in places.values()), ZERO)
        capital = owned.part(theirs) if owned.equity.paid_in is None else owned.equity.paid_in
        cost = sum((c.worth for c in owned.costs if c.event == owned.begins), ZERO)
        if abs(cost - capital) > self.books.workspace.config.intragroup.tolerance:
            raise OwnershipCapital(slug=owned.slug, cost=cost, capital=capital, currency=owned.base)

    def _entries(self, owned: Owned) -> list[GroupEntry]:
        codes = {slug: part.unit.code for slug, part in self.parts.items()}
        found = (
            founding_entries(owned, codes) if owned.stakes.founded(owned.slug) else acquisition_entries(owned, codes)
        )
        found += [
            *step_entries(owned),
            *exchange_entries(owned, codes),
            *goodwill_entries(owned),
            *minority_entries(owned, codes),
            *share_entries(owned, codes),
        ]
        if owned.gone:
            below = [e for s, entries in self.made.items() if owned.slug in owned.stakes.owners(s) for e in entries]
            below += gone_entries([its for its in self.gone if its.owner == owned.slug], self.parts, self.scope)
            staying = staying_entries(owned, codes, found)
            found += [*disposal_entries(owned, self.parts[owned.slug], found, below), *staying]
            self._leave_behind(owned)
        return found

    def _leave_behind(self, owned: Owned) -> None:
        """What owners that stay have got of a unit, as their own result from now on; they come after it."""
        for owner in owned.stakes.owners(owned.slug):
            if not owned.leaves_too(owner):
                given = received(self.parts[owner], owned.stakes, owned.slug, self.rates)
                got = sum((amount for _, _, amount in given), ZERO)
                its = rates_of_received(self.given, owner, owned.slug, self.scope.date_from)
                between = sum((amount for _, amount in its), ZERO)
                self.sold.setdefault(owner, []).append((owned.end, owned.exchange(owner), got, between))
