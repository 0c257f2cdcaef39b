"""`[[owner]]` of `unit.toml`: which units own a unit, how much of it, and since when (IFRS 10.5-7; ÅRL 1:4).

Units that together own more than half of a legal entity control it. It belongs to the combined statements from the day
on which they do, so that this day is its `joined`; units of which no owner is a unit are nobody's but their members'.
A later table of the same owner replaces the earlier one from its day on.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator, model_validator

from ledger.books.problems_owners import (
    OwnershipControlLost,
    OwnershipCycle,
    OwnershipDates,
    OwnershipDivision,
    OwnershipGap,
    OwnershipLeft,
    OwnershipOwnerLeft,
    OwnerUnknown,
)
from ledger.books.tables import Number, Table, Text
from ledger.errors import Problem
from ledger.messages import N_, say

if TYPE_CHECKING:
    from ledger.books.workspace import Unit

#: More than this is control.
HALF = Decimal("0.5")
ALWAYS = dt.date.min
#: What the tables of one unit say alike wherever they say it.
SHARED = ("net_assets", "minority", "minority_value", "goodwill_months")


class OwnerTable(Table):
    """`[[owner]]`: one unit's share of another, from a day on."""

    unit: Text
    share: Annotated[Number, Field(ge=0, le=1)]  # 0: it has sold all of it
    since: dt.date | None = None  # None: since the owned unit was founded
    net_assets: Number | None = None  # at `since`, where the owned unit's book begins later; its currency
    minority: Literal["proportionate", "fair-value"] | None = None
    minority_value: Annotated[Number, Field(ge=0)] | None = None  # owned unit's currency
    goodwill_months: Annotated[int, Field(ge=1, le=600)] | None = None

    @field_validator("since")
    @classmethod
    def _day(cls, value: dt.date | None) -> dt.date | None:
        if value is not None and not 1900 <= value.year <= 2199:
            raise ValueError("a day from 1900-01-01 to 2199-12-31 is needed")
        return value

    @model_validator(mode="after")
    def _value(self) -> OwnerTable:
        if (self.minority == "fair-value") != (self.minority_value is not None):
            raise ValueError('minority = "fair-value" and minority_value belong together')
        if self.since is None and self.net_assets is not None:
            raise ValueError("net_assets are those of the day of acquisition: give since, too")
        if not self.share and self.since is None:
            raise ValueError("share is more than 0; who has sold all of it gets a later table with 0, and since")
        return self

    @property
    def start(self) -> dt.date:
        """The first day on which it counts."""
        return self.since or ALWAYS


def check_tables(tables: tuple[OwnerTable, ...]) -> tuple[OwnerTable, ...]:
    """The tables of one unit, if they agree.

    Raises:
        ValueError: two of one owner begin on one day, or two say different things of the unit.
    """
    seen = set()
    for table in tables:
        if not table.share and not any(t.unit == table.unit and t.start < table.start for t in tables):
            raise ValueError(f"{table.unit} has no share before that it could have sold")
        if (table.unit, table.start) in seen:
            raise ValueError(f"two tables of {table.unit} begin on the same day; a later one needs a later since")
        seen.add((table.unit, table.start))
    for name in SHARED:
        if len({getattr(table, name) for table in tables} - {None}) > 1:
            raise ValueError(f"{name} is the unit's own: say it once, or the same in each table")
    return tables


def shares_on(tables: Iterable[OwnerTable], day: dt.date) -> dict[str, Decimal]:
    """Each owner's share on `day`, by slug; who has none isn't there."""
    found: dict[str, OwnerTable] = {}
    for table in sorted(tables, key=lambda t: t.start):
        if table.start <= day:
            found[table.unit] = table
    return {slug: table.share for slug, table in sorted(found.items()) if table.share}


def days_of(tables: Iterable[OwnerTable]) -> list[dt.date]:
    """Days on which shares begin, in order; the first may be `ALWAYS`."""
    return sorted({table.start for table in tables})


def settle_owners(units: Mapping[str, Unit], unread: frozenset[str]) -> tuple[dict[str, Unit], list[Problem]]:
    """Units with `joined` as their owners' control has it, and what is wrong with owners.

    Args:
        units: all units that could be read, by slug.
        unread: units that couldn't: to name them is no mistake.

    Returns:
        The same units; an owned one without `joined` gets the day on which it came under control.
    """
    done = dict(units)
    problems: list[Problem] = []
    for slug in _owners_first(units):
        unit = done[slug]
        if not unit.owners:
            continue
        fault = _fault(units, slug, unread) or _left_behind(units, unit)
        if fault is None:
            day = control_day(done, unit)
            if day is not None and unit.left is not None and unit.left < day:
                fault = _problem(unit, 0, "since", OwnershipLeft(slug=slug, left=unit.left, since=day))
            elif day not in {None, ALWAYS} and unit.joined is None:
                done[slug] = replace(unit, joined=day)
            elif day not in {None, ALWAYS} and unit.joined != day:
                fault = _problem(unit, 0, "since", OwnershipDates(slug=slug, joined=unit.joined, since=day))
        if fault is not None:
            problems.append(fault)
    return done, problems


def control_day(units: Mapping[str, Unit], unit: Unit) -> dt.date | None:
    """The first day on which members of the combination own more than half of a unit; None = never.

    An owner counts from the day on which it joined: what a unit brings with it comes on that day. `ALWAYS`: those who
    founded it own it from its beginning.
    """
    tables = [table for table in unit.owners if table.unit in units]
    return first_control(tables, {table.unit: units[table.unit].joined or ALWAYS for table in tables}, unit.joined)


def first_control(
    tables: Iterable[OwnerTable], members: Mapping[str, dt.date], joined: dt.date | None
) -> dt.date | None:
    """The first day on which owners control a unit; None = never.

    Args:
        tables: the unit's.
        members: from when on each owner counts.
        joined: the unit's own first day, where its settings say it: whom members found later, they have always had.
    """
    tables = tuple(tables)
    for day in sorted({max(day, other) for day in days_of(tables) for other in [ALWAYS, *members.values()]}):
        held = (share for slug, share in shares_on(tables, day).items() if members[slug] <= day)
        if sum(held, Decimal(0)) > HALF:
            founders = (s for slug, s in shares_on(tables, ALWAYS).items() if joined and members[slug] <= joined)
            return ALWAYS if joined and day < joined and sum(founders, Decimal(0)) > HALF else day
    return None


def _owners_first(units: Mapping[str, Unit]) -> list[str]:
    """Slugs, each after its owners; members of a circle anywhere."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(slug: str) -> None:
        if slug in seen or slug not in units:
            return
        seen.add(slug)
        for table in units[slug].owners:
            visit(table.unit)
        order.append(slug)

    for slug in sorted(units):
        visit(slug)
    return order


def _fault(units: Mapping[str, Unit], slug: str, unread: frozenset[str]) -> Problem | None:
    """The first thing that is wrong with a unit's owners."""
    unit = units[slug]
    if unit.entity == "division":
        return _problem(unit, 0, "unit", OwnershipDivision(slug=slug))
    for number, table in enumerate(unit.owners):
        if table.unit not in units and table.unit not in unread:
            near = difflib.get_close_matches(table.unit, sorted(set(units) - {slug}), n=1, cutoff=0) or ["-"]
            return _problem(unit, number, "unit", OwnerUnknown(slug=slug, owner=table.unit, nearest=near[0]))
        circle = _circle(units, (slug, table.unit))
        if circle:
            return _problem(unit, number, "unit", OwnershipCycle(slug=slug, path=" < ".join(circle)))
    controlled = False
    for day in days_of(unit.owners):
        number = next(n for n, table in enumerate(unit.owners) if table.start == day)
        total = sum(shares_on(unit.owners, day).values(), Decimal(0))
        since = say(N_("its beginning")) if day == ALWAYS else day
        if total > 1:
            return _problem(unit, number, "share", OwnershipGap(slug=slug, date=since, total=total))
        if controlled and total <= HALF and not (unit.left and unit.left < day):
            return _problem(unit, number, "share", OwnershipControlLost(slug=slug, date=since, total=total))
        controlled = controlled or total > HALF
    return None


def _left_behind(units: Mapping[str, Unit], unit: Unit) -> Problem | None:
    """An owner that left, and took the unit with it, while the unit stays."""
    if control_day(units, unit) is None:
        return None
    for number, table in enumerate(unit.owners):
        left = units[table.unit].left if table.unit in units else None
        if left is None or (unit.left is not None and unit.left <= left):
            continue
        if shares_on(unit.owners, left).get(table.unit) == table.share and table.start <= left:
            return _problem(unit, number, "unit", OwnershipOwnerLeft(slug=unit.slug, owner=table.unit, left=left))
    return None


def _circle(units: Mapping[str, Unit], path: tuple[str, ...]) -> tuple[str, ...]:
    """The way from a unit over owners of owners back to itself; () where there is none."""
    if path[-1] in path[:-1]:
        return path if path[-1] == path[0] else ()
    owners = sorted({table.unit for table in units[path[-1]].owners}) if path[-1] in units else []
    return next((found for owner in owners if (found := _circle(units, (*path, owner)))), ())


def _problem(unit: Unit, number: int, key: str, problem: Problem) -> Problem:
    """The problem with the place of the table's key in `unit.toml`."""
    from ledger.books.config import line_of  # noqa: PLC0415  config reads this module's tables

    problem.file, problem.unit = f"units/{unit.slug}/unit.toml", unit.slug
    problem.line, problem.excerpt = line_of(unit.folder / "unit.toml", ("owner", number, key))
    return problem
