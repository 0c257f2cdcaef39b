"""Another levy, as a policy: what `sambok levy simulate` puts in the place of what was decided (SPEC 6).

The changes count from the first day of the first simulated fiscal year to the last day of the last one; before and
after them everything is as decided. What isn't named stays: a unit's own rate where only the federation's changes, its
own cap beside another one for all, and every component but `service`, which takes the difference to the rate. Nothing
here is written down anywhere.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from ledger.books import Unit, Workspace, last_day
from ledger.charts.ranges import Range
from ledger.policy import EVERY_UNIT, AmountEntry, BaseEntry, ComponentEntry, Policy, RateEntry
from ledger.policy.model import Limit
from ledger.policy.read import HIGHEST_RATE
from ledger.reports.problems_levy import SimulationComponents, SimulationLimit, SimulationRate, SimulationUnit
from ledger.rules.levy import SERVICE, ZERO
from ledger.rules.years import fiscal_months

#: Components that a federation may try without having them yet: the two funds of SPEC 9.
FUNDS = ("investment", "solidarity")
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Changes:
    """What shall be otherwise. Scopes are slugs, or `"*"` for every unit without a value of its own.

    Attributes:
        rates: by scope; 0.14 is 14 %.
        components: shares of the federation's rate by name.
        limits: yearly amounts by kind and scope, in the unit's currency (of `"*"` the reporting currency); None takes
            the limit away.
        include, exclude: codes of accounts that shall count as turnover, or shall not.
        first, last: fiscal years, named by the year in which they begin; None: the first and last recorded.
    """

    rates: Mapping[str, Decimal] = field(default_factory=dict)
    components: Mapping[str, Decimal] = field(default_factory=dict)
    limits: Mapping[tuple[Limit, str], Decimal | None] = field(default_factory=dict)
    include: tuple[Range, ...] = ()
    exclude: tuple[Range, ...] = ()
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class WhatIf(Policy):
    """A policy with changes: as any other, but limits that are taken away are none, not even the federation's.

    Attributes:
        waived: kinds and scopes of those limits.
        begins: first day of the simulated years; `ends`: the last.
    """

    waived: frozenset[tuple[Limit, str]] = frozenset()
    begins: dt.date = dt.date.min
    ends: dt.date = dt.date.max

    def limit_entry(self, kind: Limit, slug: str, currency: str, day: dt.date) -> AmountEntry | None:
        """As of any policy, without those that are taken away."""
        entry = super().limit_entry(kind, slug, currency, day)
        if entry is None or not self.begins <= day <= self.ends:
            return entry
        return None if {(kind, slug), (kind, entry.scope)} & self.waived else entry


def levied_units(ws: Workspace) -> list[Unit]:
    """The units that owe levy at all: whose books are combined, central apart; by slug."""
    central = ws.central.slug if ws.central else ""
    return [unit for slug, unit in sorted(ws.units.items()) if unit.combine and slug != central]


def check_changes(ws: Workspace, policy: Policy, changes: Changes) -> None:
    """Refuse what can be refused without books.

    Raises:
        UnitUnknown, SimulationUnit: a unit that isn't there, or owes no levy.
        SimulationRate: a rate or share beyond what policy allows.
        SimulationComponents: a component that the levy doesn't have.
        SimulationLimit: an amount below zero.
    """
    owing = [unit.slug for unit in levied_units(ws)]
    for scope in (*changes.rates, *(scope for _, scope in changes.limits)):
        if scope != EVERY_UNIT and ws.unit(scope).slug not in owing:
            raise SimulationUnit(slug=scope, known=", ".join(owing) or "-")
    for rate in (*changes.rates.values(), *changes.components.values()):
        if not (rate.is_finite() and 0 <= rate <= HIGHEST_RATE):
            raise SimulationRate(rate=rate, highest=HIGHEST_RATE)
    known = list(dict.fromkeys([*(entry.name for entry in policy.components), SERVICE, *FUNDS]))
    for name in changes.components:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0)[0]
            raise SimulationComponents(case="unknown", name=name, nearest=near, known=", ".join(known))
    for (kind, scope), amount in changes.limits.items():
        if amount is not None and not (amount.is_finite() and amount >= 0):
            raise SimulationLimit(case="negative", kind=kind, slug=scope, amount=str(amount))


def changed_policy(ws: Workspace, policy: Policy, changes: Changes, first: dt.date, last: dt.date) -> WhatIf:
    """The policy that would be in force.

    Args:
        ws: whose units and currency the limits are of.
        policy: what was decided.
        changes: checked (`check_changes`).
        first: first day of the simulated years.
        last: their last day.

    Raises:
        SimulationComponents: the components don't make the rate on some day.
        SimulationLimit: a floor above a cap.
    """
    # dated after everything: the later decision goes before
    common: dict[str, Any] = {
        "dated": dt.date.max,
        "start": first,
        "until": last,
        "decision": "",
        "file": "",
        "line": 0,
    }
    rates = tuple(RateEntry(scope=scope, rate=rate, **common) for scope, rate in changes.rates.items())
    amounts = tuple(
        AmountEntry(kind=kind, scope=scope, amount=amount, currency=_currency(ws, scope), **common)
        for (kind, scope), amount in changes.limits.items()
        if amount is not None
    )
    base = tuple(BaseEntry(include=True, codes=codes, **common) for codes in changes.include)
    base += tuple(BaseEntry(include=False, codes=codes, **common) for codes in changes.exclude)
    components = (
        tuple(_components(policy, changes, common)) if changes.components or EVERY_UNIT in changes.rates else ()
    )
    said = {one.name: getattr(policy, one.name) for one in fields(policy) if not one.name.startswith("_")}
    said["rates"] += rates
    said["amounts"] += amounts
    said["base"] += base
    said["components"] += components
    waived = frozenset(limit for limit, amount in changes.limits.items() if amount is None)
    found = WhatIf(**said, waived=waived, begins=first, ends=last)  # with a memory of its own
    if changes.limits:
        _check_limits(ws, found)
    return found


def _currency(ws: Workspace, scope: str) -> str:
    return ws.currency if scope == EVERY_UNIT else ws.units[scope].currency


def _components(policy: Policy, changes: Changes, common: dict[str, Any]) -> Iterator[ComponentEntry]:
    """The components of each stretch of days on which nothing of what was decided changes."""
    first, last = common["start"], common["until"]
    federation = [entry for entry in policy.rates if entry.scope == EVERY_UNIT]
    turns = {day for entry in (*federation, *policy.components) for day in _ends(entry.start, entry.until)}
    days = sorted({first, *(day for day in turns if first < day <= last)})
    for start, following in zip(days, [*days[1:], None], strict=True):
        until = last if following is None else following - DAY
        rate = changes.rates.get(EVERY_UNIT, policy.rate(EVERY_UNIT, start))
        shares = {entry.name: entry.share for entry in policy.component_entries(start)}
        if not shares and not changes.components:
            continue  # nothing splits it: all is service
        if EVERY_UNIT not in changes.rates and policy.rate_entry(EVERY_UNIT, start) is None:
            continue  # nothing was decided yet, so there is nothing to split
        for name, share in _completed(shares, changes.components, rate, start).items():
            vat = policy.vat(name, start)
            yield ComponentEntry(name=name, share=share, vat=vat, **{**common, "start": start, "until": until})


def _ends(start: dt.date, until: dt.date) -> Iterable[dt.date]:
    """The days on which a value begins to count, and on which it counts no more."""
    return (start,) if until == dt.date.max else (start, until + DAY)


def _completed(
    shares: Mapping[str, Decimal], named: Mapping[str, Decimal], rate: Decimal, day: dt.date
) -> dict[str, Decimal]:
    """Shares that make the rate: those named, those that stay, and `service` with the difference unless it is named."""
    found = {**shares, **named}
    if SERVICE not in named:
        others = sum((share for name, share in found.items() if name != SERVICE), ZERO)
        if SERVICE in found or others < rate:
            found[SERVICE] = max(rate - others, ZERO)
    total = sum(found.values(), ZERO)
    if total != rate:
        raise SimulationComponents(day=day, total=total, rate=rate)
    return found


def _check_limits(ws: Workspace, policy: WhatIf) -> None:
    """No floor above a cap in any month: what is in force on its last day rules the year to date."""
    firsts = [policy.begins.replace(year=year) for year in range(policy.begins.year, policy.ends.year + 1)]
    months = [month for first in firsts if first <= policy.ends for month in fiscal_months(first)]
    for unit in levied_units(ws):
        for month in months:
            day = last_day(month)
            floor = policy.limit("floor", unit.slug, unit.currency, day)
            cap = policy.limit("cap", unit.slug, unit.currency, day)
            if floor is not None and cap is not None and floor > cap:
                raise SimulationLimit(slug=unit.slug, month=month, floor=floor, cap=cap, currency=unit.currency)
