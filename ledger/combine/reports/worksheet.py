"""The worksheet: a row for each line, and how the units, ELIM, ADJ and CTA make up the group (SPEC 10).

By unit, each column is a unit's own figures. By level or business line, a column is a level's or line's figures without
the dealings inside it; ELIM, ADJ and CTA then hold what lies between the columns. Levels are folded to a depth; units
that stand above it keep columns of their own. Either way the columns add up to the group's figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ledger.charts import Line, line
from ledger.combine.combined import Combined
from ledger.combine.figures import Figures
from ledger.combine.levels import MARK, asked, frontier, level_tree
from ledger.combine.model import PSEUDO, ZERO, Row
from ledger.combine.reports.segments import segments

#: Column of all units together.
UNITS = "units"
#: Ways to make columns.
BY_UNIT, BY_LEVEL, BY_LINE = "unit", "level", "line"
WAYS = (BY_UNIT, BY_LEVEL, BY_LINE)


@dataclass(frozen=True)
class WorksheetRow:
    """One line: amounts by column (slugs, ELIM, ADJ, CTA), debit positive; `total` is the group's."""

    line: Line
    amounts: dict[str, Decimal]
    total: Decimal

    @property
    def units(self) -> Decimal:
        """All units together, before adjustments and eliminations."""
        return sum((amount for column, amount in self.amounts.items() if column not in PSEUDO), ZERO)


@dataclass(frozen=True)
class Worksheet:
    """All rows in the order of the statements. `columns`: units in order of their slugs, then ELIM, ADJ, CTA."""

    columns: tuple[str, ...]
    rows: tuple[WorksheetRow, ...]


def worksheet(combined: Combined, *, by: str = BY_UNIT, depth: int = 1) -> Worksheet:
    """The worksheet of combined figures: each row's columns add up to its total.

    Args:
        combined: the figures.
        by: what a column is: `unit`, `level` or `line` (of business).
        depth: to which levels are folded, below the level that was asked for; 0 is that one, or the federation.

    Returns:
        Columns by unit are slugs; by level `/` and the path (`/Sverige/Östergötland`; `/` is the federation), and the
        slugs of units that stand higher; by business line `/` and its name (`/` is units without one).
    """
    if by == BY_LEVEL:
        nodes, units = frontier(level_tree(combined), len(asked(combined)) + depth)
        pieces = [(MARK + MARK.join(node.path), node.figures) for node in nodes]
        pieces += [(slug, _own(combined.trial_balance, slug)) for slug in units]
    elif by == BY_LINE:
        pieces = [(MARK + (each.name or ""), each.figures) for each in segments(combined).segments]
    else:
        units = sorted({row.unit for row in combined.trial_balance} - set(PSEUDO))
        pieces = [(slug, _own(combined.trial_balance, slug)) for slug in units]
    return _sheet(combined, pieces)


def _own(rows: Iterable[Row], slug: str) -> Figures:
    """A unit's own column."""
    return Figures(tuple(row for row in rows if row.unit == slug))


def _sheet(combined: Combined, pieces: list[tuple[str, Figures]]) -> Worksheet:
    """Pieces as columns; of ELIM, ADJ and CTA what isn't inside a piece."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in combined.trial_balance:
        if row.unit in PSEUDO:
            sums[row.line][row.unit] += row.amount
    for column, figures in pieces:
        for row in figures.rows:
            sums[row.line][column] += row.amount
            if row.unit in PSEUDO:
                sums[row.line][row.unit] -= row.amount
    # What is wholly inside a piece leaves nothing beside it; a unit's own zero stays, as it always has.
    used = {name for name in PSEUDO for found in sums.values() if found.get(name)}
    rows = []
    for name, total in combined.lines.items():
        amounts = {c: a for c, a in sums[name].items() if a or c not in PSEUDO}
        assert sum(amounts.values(), ZERO) == total
        rows.append(WorksheetRow(line(name), amounts, total))
    return Worksheet((*(column for column, _ in pieces), *(name for name in PSEUDO if name in used)), tuple(rows))
