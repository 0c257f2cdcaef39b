"""What board and assembly have decided, and from when it counts (SPEC 4).

A value under `"*"` is for every unit; a unit's own value replaces it. `until` is inclusive. A value counts from the
date of its directive, a rate or component from `from:` where given (assemblies meet in spring and decide for the year).
Of several values of `"*"` that cover a day, the one of the latest directive counts: a later decision goes before.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from ledger.charts.ranges import Range
from ledger.errors import Problem, order
from ledger.policy.entry import ALWAYS, EVERY_UNIT, Entry
from ledger.policy.funds import FundPolicy
from ledger.rules.levy import SERVICE
from ledger.rules.loans.terms import Terms

Limit = Literal["cap", "floor", "threshold"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A dated resolution that allows money to move.

    Attributes:
        amount: used up by what is booked on it, in `currency`; None is no limit.
        until: the last day on which something may be booked on it.
        recused: slugs of units whose representatives took no part in it.
        document: where its minutes are kept, below `units/`.
    """

    id: str
    date: dt.date
    body: str
    text: str
    amount: Decimal | None
    currency: str | None
    file: str
    line: int
    until: dt.date = ALWAYS
    document: str | None = None
    recused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RateEntry(Entry):
    """`levy-rate`: 0.15 is 15 % of turnover."""

    scope: str
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentEntry(Entry):
    """`levy-component`: a part of the rate of `"*"`. `vat` is `standard`, `none` or a rate."""

    name: str
    share: Decimal
    vat: Decimal | Literal["standard", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountEntry(Entry):
    """`levy-cap`, `levy-floor`, `levy-threshold`: an amount per fiscal year."""

    kind: Limit
    scope: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseEntry(Entry):
    """`levy-base`: account codes that count as turnover although the chart leaves them out, or the other way round."""

    include: bool
    codes: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpairmentEntry(Entry):
    """`goodwill-impairment`: what the goodwill of an owned unit is written down by, in that unit's currency."""

    unit: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleEntry(Entry):
    """`loan-cycle`: a rotating loan fund's cycle, in the book of the unit `book`; `until` is its `ends:` (SPEC 8).

    Attributes:
        terms: what its participants have agreed on.
        turns: of a rotation, who gets the pot in which order, where that is fixed. `seed`: of its lottery.
    """

    name: str
    book: str
    terms: Terms
    turns: tuple[str, ...] = ()
    seed: str = ""


@dataclass(frozen=True, eq=False)
class InForce:
    """A rate and its parts by component. One object for all days on which they are the same: told apart by identity."""

    rate: Decimal
    shares: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True)
class Policy:
    """All of it, as a value: the same text gives an equal policy with an equal `key`.

    Attributes:
        rates: and the other tuples, in the order of their directives.
        problems: what is wrong; a faulty directive is in no tuple.
        impairment_problems: those of them that the combined statements lack a figure for, and not the levy.
        faulty: scopes whose levy can't be worked out for it: slugs, or `"*"` for all.
        cycles: rotating loan funds' cycles.
        funds: the federation's own funds and shared services.
        unread: ids of decisions that policy has, but that can't be read.
    """

    decisions: dict[str, Decision] = field(default_factory=dict)
    rates: tuple[RateEntry, ...] = ()
    components: tuple[ComponentEntry, ...] = ()
    amounts: tuple[AmountEntry, ...] = ()
    base: tuple[BaseEntry, ...] = ()
    problems: tuple[Problem, ...] = ()
    faulty: frozenset[str] = frozenset()
    impairments: tuple[ImpairmentEntry, ...] = ()
    impairment_problems: tuple[Problem, ...] = ()
    cycles: tuple[CycleEntry, ...] = ()
    funds: FundPolicy = field(default_factory=FundPolicy)
    unread: frozenset[str] = frozenset()
    _shares: dict[tuple[Decimal, dt.date], tuple[tuple[str, Fraction], ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _days: dict[tuple[str, dt.date], InForce] = field(default_factory=dict, repr=False, compare=False)
    _made: dict[tuple[Decimal, Any], InForce] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def refused(self) -> tuple[Problem, ...]:
        """What is wrong with directives that count for nothing; other problems tell of some that count."""
        return tuple(sorted((p for p in self.problems if p.code.startswith("POLICY_")), key=order))

    @cached_property
    def own_rates(self) -> frozenset[str]:
        """Slugs that have a rate of their own on some day."""
        return frozenset(entry.scope for entry in self.rates)

    def in_force(self, slug: str, day: dt.date) -> InForce:
        """A unit's rate on a day, split over the components; remembered, because every day of turnover asks."""
        scope = slug if slug in self.own_rates else EVERY_UNIT
        found = self._days.get((scope, day))
        if found is None:
            rate = self.rate(slug, day)
            shares = self.shares(rate, day)
            found = self._days[scope, day] = self._made.setdefault((rate, shares), InForce(rate, shares))
        return found

    @property
    def key(self) -> str:
        """Digest of everything that it says."""
        said = (sorted(self.decisions.items()), self.rates, self.components, self.amounts, self.base, self.impairments)
        text = repr((said, self.cycles, self.funds, sorted(self.faulty), [p.to_dict() for p in self.problems]))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def rate_entry(self, slug: str, day: dt.date) -> RateEntry | None:
        """The rate in force for a unit on a day, with its decision; None where there is none."""
        for scope in (slug, EVERY_UNIT):
            found = [e for e in self.rates if e.scope == scope and e.covers(day)]
            if found:
                return max(found, key=lambda e: e.order)
        return None

    def rate(self, slug: str, day: dt.date) -> Decimal:
        """The rate in force for a unit on a day; 0 where nothing was decided."""
        entry = self.rate_entry(slug, day)
        return entry.rate if entry else Decimal(0)

    def component_entries(self, day: dt.date) -> tuple[ComponentEntry, ...]:
        """The components in force on a day, in the order in which policy names them first."""
        found: dict[str, ComponentEntry] = {}
        for entry in self.components:
            if entry.covers(day) and (entry.name not in found or found[entry.name].order < entry.order):
                found[entry.name] = entry
        return tuple(found.values())

    def shares(self, rate: Decimal, day: dt.date) -> tuple[tuple[str, Fraction], ...]:
        """`rate` split like the rate of `"*"` on that day; empty where nothing splits it (all is service)."""
        known = self._shares.get((rate, day))  # every unit asks for every day of its turnover
        if known is None:
            entries = self.component_entries(day)
            whole = sum((Fraction(e.share) for e in entries), Fraction(0))
            parts = ((e.name, Fraction(e.share) * Fraction(rate) / whole) for e in entries) if whole else ()
            known = self._shares[rate, day] = tuple(parts)
        return known

    def vat(self, component: str, day: dt.date) -> Decimal | Literal["standard", "none"]:
        """How a component bears VAT between legal persons on a day."""
        for entry in self.component_entries(day):
            if entry.name == component:
                return entry.vat
        return default_vat(component)

    def limit(self, kind: Limit, slug: str, currency: str, day: dt.date) -> Decimal | None:
        """The cap, floor or threshold of a unit per fiscal year; one of `"*"` binds units of its currency only."""
        entry = self.limit_entry(kind, slug, currency, day)
        return entry.amount if entry else None

    def limit_entry(self, kind: Limit, slug: str, currency: str, day: dt.date) -> AmountEntry | None:
        """As `limit`, with its decision."""
        for scope in (slug, EVERY_UNIT):
            found = [
                e
                for e in self.amounts
                if e.kind == kind and e.scope == scope and e.currency == currency and e.covers(day)
            ]
            if found:
                return max(found, key=lambda e: e.order)
        return None

    def counts(self, code: str, day: dt.date, *, by_chart: bool) -> bool:
        """Whether an income account's code is turnover on a day: what the chart says, unless a decision says other."""
        answer = by_chart
        for entry in sorted(self.base, key=lambda e: e.order):
            if entry.covers(day) and code in entry.codes:
                answer = entry.include
        return answer


def default_vat(component: str) -> Literal["standard", "none"]:
    """`standard` for services, `none` for what feeds a fund."""
    return "standard" if component == SERVICE else "none"
