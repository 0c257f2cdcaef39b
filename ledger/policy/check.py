"""What several directives of policy say together: overlaps, sums of components, floors above caps (SPEC 4, 6)."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from ledger.books import Unit
from ledger.errors import Problem
from ledger.policy.entry import ALWAYS, EVERY_UNIT, Entry
from ledger.policy.model import AmountEntry, ComponentEntry, Policy, RateEntry
from ledger.policy.problems import PolicyComponentSum, PolicyFloorAboveCap, PolicyOverlap

ZERO = Decimal(0)


def find_conflicts(policy: Policy, units: Mapping[str, Unit]) -> Iterator[tuple[str, Problem]]:
    """Yield what contradicts itself, each with the scope whose levy can't be worked out for it."""
    yield from _overlaps(policy.rates, "levy-rate")
    for kind in ("cap", "floor", "threshold"):
        yield from _overlaps([e for e in policy.amounts if e.kind == kind], f"levy-{kind}")
    for name in dict.fromkeys(e.name for e in policy.components):
        yield from _overlaps([e for e in policy.components if e.name == name], "levy-component")
    yield from _sums(policy)
    yield from _floors(policy, units)


def _scope(entry: Entry) -> str:
    return entry.scope if isinstance(entry, RateEntry | AmountEntry) else EVERY_UNIT


def _named(entry: Entry) -> str:
    return entry.name if isinstance(entry, ComponentEntry) else _scope(entry)


def _overlaps(entries: Sequence[Entry], kind: str) -> Iterator[tuple[str, Problem]]:
    """A unit's own values may not overlap where an end is given; nor may two of one scope begin as of one decision."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        currency = entry.currency if isinstance(entry, AmountEntry) else ""
        groups.setdefault((_scope(entry), currency), []).append(entry)
    for (scope, _), group in groups.items():
        ordered = sorted(group, key=lambda e: (e.start, e.dated, e.line))
        for before, after in itertools.pairwise(ordered):
            twice = (before.start, before.dated) == (after.start, after.dated)
            ended = before.until != ALWAYS and after.start <= before.until
            if twice or (ended and scope != EVERY_UNIT):
                problem = PolicyOverlap(
                    file=after.file,
                    line=after.line,
                    unit=None if scope == EVERY_UNIT else scope,
                    kind=kind,
                    scope=_named(after),
                    start=after.start,
                    other=before.line,
                )
                yield scope, problem


def _turns(entries: Iterable[Entry]) -> list[dt.date]:
    """Days on which something begins, or has just ended."""
    days = set()
    for entry in entries:
        days.add(entry.start)
        if entry.until != ALWAYS:
            days.add(entry.until + dt.timedelta(days=1))
    return sorted(days)


def _sums(policy: Policy) -> Iterator[tuple[str, Problem]]:
    """From the first component on, the components in force make the rate of `"*"`; one problem for each wrong sum."""
    if not policy.components:
        return
    told = None
    federation = [e for e in policy.rates if e.scope == EVERY_UNIT]
    for day in _turns([*policy.components, *federation]):
        parts = policy.component_entries(day)
        total = sum((e.share for e in parts), ZERO)
        rate = policy.rate_entry(EVERY_UNIT, day)
        wanted = rate.rate if rate else ZERO
        if not parts or total == wanted or told == (total, wanted):
            continue
        told = (total, wanted)
        blamed = max((e for e in (*parts, rate) if e), key=lambda e: (e.start, e.line))
        yield (
            EVERY_UNIT,
            PolicyComponentSum(file=blamed.file, line=blamed.line, date=day, total=total, rate=wanted),
        )


def _floors(policy: Policy, units: Mapping[str, Unit]) -> Iterator[tuple[str, Problem]]:
    """No unit's floor may be above its cap on any day; each pair of directives is named once."""
    limits = [e for e in policy.amounts if e.kind != "threshold"]
    told = set()
    for day in _turns(limits):
        for slug, unit in sorted(units.items()):
            floor = policy.limit_entry("floor", slug, unit.currency, day)
            cap = policy.limit_entry("cap", slug, unit.currency, day)
            if floor is None or cap is None or floor.amount <= cap.amount:
                continue
            pair = (floor.file, floor.line, cap.line)
            own = EVERY_UNIT not in {floor.scope, cap.scope} or floor.scope != cap.scope
            scope = slug if own else EVERY_UNIT
            if pair in told and not own:
                continue
            told.add(pair)
            yield (
                scope,
                PolicyFloorAboveCap(
                    file=floor.file,
                    line=floor.line,
                    unit=slug if own else None,
                    date=day,
                    floor=floor.amount,
                    cap=cap.amount,
                    currency=unit.currency,
                    scope=scope,
                    other=cap.line,
                ),
            )
