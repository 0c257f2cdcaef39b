"""How the worksheet's columns are laid out: units below their levels or business lines, each group to be folded.

A group's column holds the plain sum of its units, before anything is eliminated; ELIM, ADJ and CTA stand beside the
units once, for all of them. So each row's columns add up to the group's figure, whatever is folded or open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from ledger.books import Unit
from ledger.combine.model import ZERO, Row

#: Ways to put the units' columns together.
BY_UNIT = "unit"
BY_LEVEL = "level"
BY_BUSINESS = "business"
#: More units than these stand under their levels at first, and groups are folded until so many columns are left.
MANY_UNITS = 15
MANY_COLUMNS = 8
#: Between the names of a group's key in a page's address.
MARK = "/"

Sums: TypeAlias = Mapping[str, Decimal]


@dataclass(frozen=True)
class Column:
    """A column, or a group of columns.

    Attributes:
        key: what a page's address calls it.
        label: its heading.
        title: its full name, where the heading is short.
        columns: the combined figures' columns (slugs, ELIM, ...) that it is the sum of.
        inner: what it is made of; nothing for a single column.
        depth: 1 at the top.
    """

    key: str
    label: str
    title: str
    columns: tuple[str, ...]
    inner: tuple[Column, ...] = ()
    depth: int = 1

    def amount(self, sums: Sums) -> Decimal | None:
        """Σ of its columns; None where none of them has a figure."""
        found = [sums[name] for name in self.columns if name in sums]
        return sum(found, ZERO) if found else None

    def walk(self) -> Iterator[Column]:
        """The column and all that it is made of."""
        yield self
        for one in self.inner:
            yield from one.walk()


@dataclass(frozen=True)
class Head:
    """A heading: its place in the rows of headings, and whether its group is open (None: there is nothing to open)."""

    column: Column
    across: int
    down: int
    opened: bool | None


def unit_columns(units: Iterable[Unit], depth: int = 1, above: str = "") -> tuple[Column, ...]:
    """A column for each unit."""
    return tuple(Column(f"{above}{MARK}{u.slug}", u.code, u.name, (u.slug,), depth=depth) for u in units)


def level_columns(units: Sequence[Unit], above: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Units under the names of their levels, to any depth; those that name none stand by themselves."""
    depth, key = len(above) + 1, MARK.join(above)
    here = [unit for unit in units if len(unit.levels) < depth]
    names = sorted({unit.levels[depth - 1] for unit in units if len(unit.levels) >= depth})
    groups = []
    for name in names:
        path = (*above, name)
        own = [unit for unit in units if unit.levels[:depth] == path]
        slugs = tuple(unit.slug for unit in own)
        groups.append(Column(MARK.join(path), name, MARK.join(path), slugs, level_columns(own, path), depth))
    return (*unit_columns(here, depth, key), *groups)


def business_columns(units: Sequence[Unit]) -> tuple[Column, ...]:
    """Units under their business lines; those that name none stand by themselves."""
    names = sorted({unit.business_line for unit in units if unit.business_line})
    groups = []
    for name in names:
        own = [unit for unit in units if unit.business_line == name]
        groups.append(Column(name, name, name, tuple(unit.slug for unit in own), unit_columns(own, 2, name)))
    return (*groups, *unit_columns(unit for unit in units if not unit.business_line))


def deepest(columns: Iterable[Column]) -> int:
    """How many rows of headings there are when everything is open."""
    return max((one.depth for column in columns for one in column.walk()), default=1)


def fitting_depth(columns: Sequence[Column]) -> int:
    """The depth to which groups are open at first: as deep as leaves no more than `MANY_COLUMNS`."""
    fits = [1]
    for depth in range(2, deepest(columns) + 1):
        _, shown = lay_out(columns, lambda column, depth=depth: column.depth < depth)  # type: ignore[misc]
        if len(shown) <= MANY_COLUMNS:
            fits.append(depth)
    return fits[-1]


def lay_out(columns: Sequence[Column], is_open: Callable[[Column], bool]) -> tuple[list[list[Head]], list[Column]]:
    """Rows of headings, and the columns that are shown, from left to right."""
    shown: list[Column] = []

    def leaves(column: Column) -> list[Column]:
        if not (column.inner and is_open(column)):
            return [column]
        return [leaf for one in column.inner for leaf in leaves(one)]

    for column in columns:
        shown += leaves(column)
    rows = max((leaf.depth for leaf in shown), default=1)
    heads: list[list[Head]] = [[] for _ in range(rows)]

    def put(column: Column) -> None:
        opened = is_open(column) if column.inner else None
        across = len(leaves(column)) if opened else 1
        down = 1 if opened else rows - column.depth + 1
        heads[column.depth - 1].append(Head(column, across, down, opened))
        for one in column.inner if opened else ():
            put(one)

    for column in columns:
        put(column)
    return heads, shown


def sums_by(rows: Iterable[Row]) -> tuple[dict[str, dict[str, Decimal]], dict[tuple[str, str], dict[str, Decimal]]]:
    """Σ of the trial balance by line and column, and by line, account and column."""
    lines: dict[str, dict[str, Decimal]] = {}
    accounts: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in rows:
        for sums in (lines.setdefault(row.line, {}), accounts.setdefault((row.line, row.account), {})):
            sums[row.unit] = sums.get(row.unit, ZERO) + row.amount
    return lines, accounts
