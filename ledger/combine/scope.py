"""Which units count, and when (SPEC 10: `joined` and `left` are both inside).

A unit counts between `joined` and `left`. A legal entity brings its net assets when it joins and takes them when it
leaves: the balance sheet of `left` still has them, and they go out the day after. Control of an owned unit ends with
`left` itself (IFRS 10.25): its sale is booked by then, so its net assets go out on that day. A division belongs to its
legal person before and after, so its balances stand until they are moved. Who is out of scope on a day is an outsider
on that day, like any other customer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ledger.books import Unit
from ledger.combine.ownership.stakes import Stakes

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Scope:
    """Units of one run.

    Attributes:
        known: every unit of the workspace.
        units: those that count in the period and whose books are right.
        broken: slugs that would count, but whose books have errors.
        level: only units at or below this level, as a path; None = all.
        date_from: first day of income and expense.
        date_to: day of the balance sheet.
    """

    known: Mapping[str, Unit]
    units: Mapping[str, Unit]
    broken: frozenset[str]
    level: tuple[str, ...] | None
    date_from: dt.date
    date_to: dt.date

    @cached_property
    def stakes(self) -> Stakes:
        """Which units of the run own which."""
        whole = {slug: unit for slug, unit in self.known.items() if unit.combine}
        return Stakes(self.units, None if self.level is None else Stakes(whole))

    def member(self, slug: str, day: dt.date) -> bool:
        """Whether `slug` is in scope on `day` and part of this run."""
        return slug in self.units and self.units[slug].in_scope(day)

    def standing(self, slug: str) -> bool:
        """Whether the unit's balances are in the group's balance sheet at `date_to`."""
        unit = self.units.get(slug)
        if unit is None:
            return False
        return unit.entity == "division" or (unit.in_scope(self.date_to) and self.leaves(slug) is None)

    def leaves(self, slug: str) -> dt.date | None:
        """The day on which a legal entity of the run takes its net assets with it; None = not by `date_to`."""
        unit = self.units[slug]
        if unit.entity == "division" or unit.left is None or unit.left > self.date_to:
            return None
        if slug in self.stakes.begins:
            return unit.left
        return unit.left + DAY if unit.left < self.date_to else None

    def until(self, slug: str) -> dt.date:
        """The last day on which the unit's book counts."""
        left = self.units[slug].left
        return self.date_to if left is None else min(self.date_to, left)

    def internal(self, one: str, other: str) -> bool:
        """Whether two units are one legal person (SPEC 1)."""
        return self.units[one].legal_person == self.units[other].legal_person

    def one_person(self, slugs: Sequence[str]) -> bool:
        """Whether a dealing of these units is one within a legal person; a division's own posting is one, too."""
        known = [self.known[slug] for slug in slugs if slug in self.known]
        within = len(known) > 1 or any(unit.entity == "division" for unit in known)
        return within and len({unit.legal_person for unit in known}) == 1


def counting(
    units: Mapping[str, Unit], date_from: dt.date, date_to: dt.date, level: tuple[str, ...] | None
) -> dict[str, Unit]:
    """The units that have figures in the period, sorted; who leaves as it begins is in its opening balance."""
    found = {slug: unit for slug, unit in sorted(units.items()) if _counts(unit, date_from, date_to, level)}
    controlled = Stakes(found).begins
    return {s: u for s, u in found.items() if not (s in controlled and u.left is not None and u.left < date_from)}


def _counts(unit: Unit, date_from: dt.date, date_to: dt.date, level: tuple[str, ...] | None) -> bool:
    if not unit.combine or (level is not None and unit.levels[: len(level)] != level):
        return False
    if unit.joined is not None and unit.joined > date_to:
        return False
    gone = unit.left is not None and unit.left < date_from - DAY
    return not (gone and unit.entity != "division")
