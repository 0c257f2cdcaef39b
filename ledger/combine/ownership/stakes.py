"""Who owns which part of a unit on a day, over any number of steps (IFRS 10.5-7, B94; K3 9.2).

Units of the run that own more than half of a unit together control it. What they don't own is the minority's. An owner
that has a minority of its own hands a part of what it owns on to that minority: of T, of which S owns 75 %, while H
owns 80 % of S, 25 % belong to T's own minority, 15 % (20 % of 75 %) to that of S, and 60 % are the group's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

from ledger.books import Unit
from ledger.books.owners import ALWAYS, days_of, first_control, shares_on

#: How far from its day the price of a share may be booked.
NEAR = dt.timedelta(days=10)
ONE = Decimal(1)

#: From a unit over its owners to the one whose minority is meant: ("t",) is T's own, ("t", "s") that of S in T.
Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Stakes:
    """The owned units of a run.

    Attributes:
        units: all of the run, by slug.
        wider: of one level, the whole federation's: what is worked out there needs no other side here, either.
    """

    units: Mapping[str, Unit]
    wider: Stakes | None = None

    @cached_property
    def begins(self) -> dict[str, dt.date]:
        """The day on which each controlled unit came under control; `ALWAYS` where its owners founded it."""
        found: dict[str, dt.date] = {}
        seen: set[str] = set()

        def visit(slug: str) -> None:
            if slug in seen:
                return
            seen.add(slug)
            tables = [table for table in self.units[slug].owners if table.unit in self.units]
            for table in tables:
                visit(table.unit)
            own = {table.unit: found.get(table.unit, ALWAYS) for table in tables}
            day = first_control(tables, own, self.units[slug].joined)
            if day is not None:
                found[slug] = day

        for slug in sorted(slug for slug, unit in self.units.items() if unit.owners):
            visit(slug)
        return found

    @cached_property
    def owned(self) -> tuple[str, ...]:
        """Controlled units, each before its owners."""
        order: list[str] = []

        def visit(slug: str) -> None:
            if slug in order:
                return
            for other in self.begins:
                if slug in self.owners(other):
                    visit(other)
            if slug in self.begins:
                order.append(slug)

        for slug in sorted(self.begins):
            visit(slug)
        return tuple(order)

    def founded(self, slug: str) -> bool:
        """Whether the owners have had it from its beginning, so that all it earned is theirs."""
        return self.begins[slug] == ALWAYS

    def shares(self, slug: str, day: dt.date) -> dict[str, Decimal]:
        """Shares of the owners that are units of the run."""
        return {owner: share for owner, share in shares_on(self.units[slug].owners, day).items() if owner in self.units}

    def owners(self, slug: str) -> tuple[str, ...]:
        """All that ever own a part of it in this run, sorted."""
        return tuple(sorted({table.unit for table in self.units[slug].owners if table.unit in self.units}))

    def minority(self, slug: str, day: dt.date) -> Decimal:
        """What no unit of the run owns of it directly; 0 of a unit that isn't owned by units."""
        if slug not in self.begins or day < self.begins[slug]:
            return Decimal(0)
        return ONE - sum(self.shares(slug, day).values(), Decimal(0))

    def claims(self, slug: str, day: dt.date) -> dict[Path, Decimal]:
        """Minorities' parts of what the unit earns on `day`, by the way to them; nothing that is zero."""
        if slug not in self.begins or day < self.begins[slug]:
            return {}
        found: dict[Path, Decimal] = {(slug,): self.minority(slug, day)}
        for owner, share in self.shares(slug, day).items():
            found |= {(slug, *path): share * part for path, part in self.claims(owner, day).items()}
        return {path: part for path, part in found.items() if part}

    def effective(self, slug: str, day: dt.date) -> Decimal:
        """The group's part of a unit: what is left when all minorities have theirs."""
        return ONE - sum(self.claims(slug, day).values(), Decimal(0))

    def cuts(self, slug: str) -> list[dt.date]:
        """Days after the first on which somebody's part of the unit changes."""
        days: set[dt.date] = set()
        for other in self.above(slug):
            days |= {*days_of(self.units[other].owners), self.begins[other]}
        return sorted(day for day in days if day > self.begins[slug])

    def days(self, slug: str) -> list[dt.date]:
        """All days on which somebody's part of a unit changes; none of one that isn't owned."""
        if slug not in self.begins:
            return []
        return [*self.cuts(slug), *([] if self.founded(slug) else [self.begins[slug]])]

    def above(self, slug: str) -> tuple[str, ...]:
        """The unit, and all controlled units that own a part of it over any number of steps."""
        found = [slug]
        for each in found:
            found += [o for o in self.owners(each) if o in self.begins and o not in found]
        return tuple(found)

    def event(self, slug: str, day: dt.date, opened: dt.date | None) -> dt.date | None:
        """The day whose price a posting of the owner's cost belongs to: the first, a step, `left`; None = to none.

        `opened` is the first day of the owner's book: what stands there is an opening balance.
        """
        first, unit = self.begins[slug], self.units[slug]
        steps = [d for d in days_of(unit.owners) if d > first] + ([unit.left] if unit.left and day <= unit.left else [])
        near = [d for d in steps if abs(d - day) <= NEAR]
        if near:
            return min(near, key=lambda d: (abs(d - day), d))
        return first if first == ALWAYS or day - NEAR <= first or (day == opened and day > first) else None

    def step(self, slug: str, event: dt.date) -> bool:
        """Whether an event is a change of shares under control: no acquisition, no sale of the whole."""
        return event > self.begins[slug] and event != self.units[slug].left

    def explains(self, slug: str, partner: str, day: dt.date, opened: dt.date | None) -> bool:
        """Whether a posting of capital with a partner is worked out here, so that it needs no other side.

        `opened` is the first day of the book in which it stands.
        """
        if partner in self.begins and slug in self.owners(partner):
            return self.event(partner, day, opened) is not None
        if slug in self.begins and partner in self.owners(slug):
            return self.founded(slug) or day < self.begins[slug] or day == opened
        return self.wider is not None and partner in self.units and self.wider.explains(slug, partner, day, opened)
