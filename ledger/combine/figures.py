"""Figures of some units and of what was made between them: a piece of the combined trial balance (SPEC 10).

A level, a business line, or the federation as a whole: each is the columns of its units, with those eliminations,
adjustments and translation differences that are its own. Pieces that leave nothing out add up to the combined figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

from ledger.charts import line, lines
from ledger.combine.model import ZERO, GroupEntry, Place, Row

#: Place and column of the worksheet.
Cell: TypeAlias = tuple[Place, str]


@dataclass(frozen=True)
class Figures:
    """Rows as in a trial balance, debit positive; Σ = 0."""

    rows: tuple[Row, ...]

    @cached_property
    def lines(self) -> dict[str, Decimal]:
        """Σ per line, in the order of the statements; lines without rows are left out."""
        return line_sums(self.rows)

    @cached_property
    def result(self) -> Decimal:
        """Income less expense, a surplus positive; transfers to equity left out."""
        return result_of(self.rows)

    def columns(self) -> dict[str, dict[str, Decimal]]:
        """Σ per line and column."""
        sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for row in self.rows:
            sums[row.line][row.unit] += row.amount
        return {name: dict(found) for name, found in sums.items()}


def line_sums(rows: Iterable[Row]) -> dict[str, Decimal]:
    """Σ per line, in the order of the statements."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row.line] += row.amount
    return {found.id: sums[found.id] for found in lines() if found.id in sums}


def is_result(name: str) -> bool:
    """Whether a line is part of the result: income and expense, transfers to equity apart."""
    return line(name).statement == "income" and name != "ResultTransfer"


def result_of(rows: Iterable[Row]) -> Decimal:
    """Income less expense, a surplus positive."""
    return -sum((row.amount for row in rows if is_result(row.line)), ZERO) + ZERO


def add(sums: dict[Cell, Decimal], cells: Mapping[Cell, Decimal]) -> None:
    """Add `cells` to `sums`."""
    for cell, amount in cells.items():
        sums[cell] = sums.get(cell, ZERO) + amount


def entry_cells(entries: Iterable[GroupEntry]) -> dict[Cell, Decimal]:
    """Σ of entries by place and column."""
    sums: dict[Cell, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for posting in entry.postings:
            sums[posting.place, posting.column] += posting.amount
    return dict(sums)


def figures_of(sums: Mapping[Cell, Decimal]) -> Figures:
    """Rows in the order of the statements, then account, then unit; nothing that is zero.

    Their sum is asserted to be zero: units and entries each balance, so any choice of them does.
    """
    rows = rows_of(sums)
    assert sum((row.amount for row in rows), ZERO) == 0
    return Figures(rows)


def rows_of(sums: Mapping[Cell, Decimal]) -> tuple[Row, ...]:
    """Rows in the order of the statements, then account, then unit; nothing that is zero."""
    chosen = sorted(sums.items(), key=lambda s: (s[0][0].group.order, s[0][0].account, s[0][1]))
    return tuple(Row(place.line, place.account, column, amount) for (place, column), amount in chosen if amount)
