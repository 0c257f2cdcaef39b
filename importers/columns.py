"""The columns of a table as amounts and days; what can't be read is told with its row and its column.

What a source declares of how its sender writes (delimiter, decimal and thousands signs) means the same in every
format that reads tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from importers.cells import Days, NumberStyle
from importers.problems import ImportAmountInvalid, ImportDateInvalid
from importers.tables import DELIMITERS, Row, Table
from ledger.messages import N_, say

#: What may stand between groups of three digits, as settings call it.
THOUSANDS: Final = {"none": "", "space": " ", "apostrophe": "'", ".": ".", ",": ","}


def delimiters_of(declared: str | None) -> str:
    """What may part columns: what the source declares, else any of those that are known."""
    return DELIMITERS if declared is None else declared.replace("tab", "\t")


class Columns:
    """Reads the cells of one table.

    Attributes:
        table: whose cells.
        style: how its amounts are written.
        days: the forms of its dates.
        numeric: places of the columns that hold amounts.
    """

    table: Table
    style: NumberStyle
    days: Days
    numeric: Sequence[int]

    def name(self, place: int) -> str:
        """A column as it is called in problems."""
        return self.table.header.names[place] or say(N_("column {number}"), number=place + 1)

    def number(self, row: Row, place: int) -> Decimal | None:
        """The amount in a cell; None where it is empty.

        Raises:
            ImportAmountInvalid: it is none.
        """
        text = row.cells[place]
        found = self.style.number(text)
        if found is None and text.strip():
            raise self.table.problem(ImportAmountInvalid, row.line, text=text, position=self.name(place))
        return found

    def day_in(self, row: Row, place: int) -> dt.date:
        """The day in a cell.

        Raises:
            ImportDateInvalid: it is none.
        """
        found = self.days.day(row.cells[place])
        if found is None:
            text = row.cells[place] or '""'
            raise self.table.problem(ImportDateInvalid, row.line, text=text, position=self.name(place))
        return found

    def whole(self, cell: str) -> bool:
        """Whether the last cell can't be the beginning of a longer one: an amount with the decimals of all others."""
        if len(self.table.header.names) - 1 not in self.numeric:
            return False
        cells = (row.cells[p] for row in self.table.rows for p in self.numeric)
        return self.style.all_decimals(cells, cell)
