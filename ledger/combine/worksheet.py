"""The worksheet: a row for each line, and how the units, ELIM, ADJ and CTA make up the group (SPEC 10)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from ledger.charts import Line, line
from ledger.combine.combined import Combined
from ledger.combine.model import PSEUDO, ZERO

#: Column of all units together.
UNITS = "units"


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


def worksheet(combined: Combined) -> Worksheet:
    """The worksheet of combined figures: each row's columns add up to its total."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in combined.trial_balance:
        sums[row.line][row.unit] += row.amount
    columns = {row.unit for row in combined.trial_balance}
    ordered = (*sorted(columns - set(PSEUDO)), *(name for name in PSEUDO if name in columns))
    rows = []
    for name, total in combined.lines.items():
        assert sum(sums[name].values(), ZERO) == total
        rows.append(WorksheetRow(line(name), dict(sums[name]), total))
    return Worksheet(ordered, tuple(rows))
