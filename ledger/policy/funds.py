"""What board and assembly have decided of the federation's own funds and shared services, as values (SPEC 4, 9).

A later directive of the same name replaces the earlier one, as a whole, from its own day: what it doesn't say is as
SPEC 9 has it again. Nothing decided at all is the same as everything as SPEC 9 has it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from ledger.charts.ranges import CodeSet
from ledger.policy.entry import Entry
from ledger.rules.funds.terms import AgreementTerms, FundTerms, State
from ledger.rules.services.terms import CostCentre, KeyValue, Method
from ledger.rules.solidarity.conditions import Rule
from ledger.rules.solidarity.terms import SolidarityTerms

E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundEntry(Entry):
    """`fund "investment"`: what the investment fund works by."""

    terms: FundTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class SolidarityEntry(Entry):
    """`fund "solidarity"`: likewise."""

    terms: SolidarityTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreEntry(Entry):
    """`fund-score`: points that the committee gave, by criterion."""

    case: str
    points: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementEntry(Entry):
    """`fund-agreement`: what was agreed on with a unit; `reason`: why a limit is broken knowingly, "" = it isn't."""

    terms: AgreementTerms
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateEntry(Entry):
    """`fund-state`: what was decided of a case that the books can't say."""

    case: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionEntry(Entry):
    """`solidarity-exception`: a unit takes part in a year, or gets support, although a rule says no."""

    scope: str
    what: Rule
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreEntry(Entry):
    """`cost-centre`: a service of the central; `accounts`: whose cost is its own unless the posting says other."""

    centre: CostCentre
    accounts: CodeSet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry(Entry):
    """`allocation-key`: how much of a key a unit or a cost centre used from a day on."""

    value: KeyValue


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodEntry(Entry):
    """`service-method`: how cost is allocated."""

    method: Method


@dataclass(frozen=True)
class FundPolicy:
    """All of it, in the order of the directives."""

    funds: tuple[FundEntry, ...] = ()
    solidarity: tuple[SolidarityEntry, ...] = ()
    scored: tuple[ScoreEntry, ...] = ()
    agreed: tuple[AgreementEntry, ...] = ()
    states: tuple[StateEntry, ...] = ()
    excepted: tuple[ExceptionEntry, ...] = ()
    centres: tuple[CentreEntry, ...] = ()
    keys: tuple[KeyEntry, ...] = ()
    methods: tuple[MethodEntry, ...] = ()

    def fund_terms(self, day: dt.date) -> FundTerms:
        """What the investment fund works by on a day."""
        found = _latest(self.funds, day)
        return found.terms if found else FundTerms()

    def solidarity_terms(self, day: dt.date) -> SolidarityTerms:
        """What the solidarity fund works by on a day."""
        found = _latest(self.solidarity, day)
        return found.terms if found else SolidarityTerms()

    @cached_property
    def agreements(self) -> Mapping[str, AgreementEntry]:
        """By case; of one that was changed, the latest."""
        return {entry.terms.case: entry for entry in sorted(self.agreed, key=lambda e: e.order)}

    def agreement(self, case: str, day: dt.date) -> AgreementEntry | None:
        """What was agreed on of a case by a day, as it was changed last."""
        return _latest((e for e in self.agreed if e.terms.case == case), day)

    @cached_property
    def scores(self) -> Mapping[str, ScoreEntry]:
        """By case, the latest."""
        return {entry.case: entry for entry in sorted(self.scored, key=lambda e: e.order)}

    def state(self, case: str, day: dt.date) -> StateEntry | None:
        """What policy says of a case on a day."""
        return _latest((e for e in self.states if e.case == case), day)

    @cached_property
    def closed(self) -> Mapping[str, dt.date]:
        """By case, the day from which nothing more is paid out of it; what is agreed on or watched later is open."""
        found: dict[str, dt.date] = {}
        both: list[StateEntry | AgreementEntry] = [*self.states, *self.agreed]
        for entry in sorted(both, key=lambda e: e.order):
            if isinstance(entry, AgreementEntry):
                found.pop(entry.terms.case, None)
            elif entry.state in {"closed", "rejected"}:
                found.setdefault(entry.case, entry.start)
            else:
                found.pop(entry.case, None)
        return found

    def exceptions(self, year: int) -> tuple[ExceptionEntry, ...]:
        """Of a year of the solidarity fund."""
        return tuple(entry for entry in self.excepted if entry.year == year)

    def cost_centres(self, day: dt.date) -> dict[str, CentreEntry]:
        """The services of a day by name, in the order of the step-down."""
        found: dict[str, CentreEntry] = {}
        for entry in sorted(self.centres, key=lambda e: e.order):
            if entry.covers(day):
                found[entry.centre.name] = entry
        return dict(sorted(found.items(), key=lambda item: (item[1].centre.order, item[0])))

    def key_values(self, day: dt.date) -> dict[str, dict[str, Decimal]]:
        """By key and user, the latest value that counts on a day."""
        found: dict[str, dict[str, Decimal]] = {}
        for entry in sorted(self.keys, key=lambda e: e.order):
            if entry.covers(day):
                found.setdefault(entry.value.key, {})[entry.value.user] = entry.value.value
        return found

    def method(self, day: dt.date) -> Method:
        """How cost is allocated on a day."""
        found = _latest(self.methods, day)
        return found.method if found else "step-down"


def _latest(entries: Iterable[E], day: dt.date) -> E | None:
    """The one that counts on a day: of several, the latest directive."""
    return max((e for e in entries if e.covers(day)), key=lambda e: e.order, default=None)
