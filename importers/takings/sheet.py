"""A CSV file of takings by the columns that its source declares: cells to texts, amounts and days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from importers.cells import Days, NumberStyle, decide_style
from importers.columns import THOUSANDS, Columns, delimiters_of
from importers.problems import ImportAmountInvalid
from importers.tables import DELIMITERS, Header, Row, check_end, folded_name, headers, read_table
from ledger.books.source_takings import TakingsTable

#: A column by what it holds: its name in the header, its number from 1, or several names that one of is there.
Column = int | str | tuple[str, ...]


def find_header(text: str, columns: Iterable[Column], delimiters: str = DELIMITERS) -> Header | None:
    """The first row that has all of some columns; None where there is none."""
    wanted = list(columns)
    return next((h for h in headers(text, delimiters) if all(place_of(h, c) is not None for c in wanted)), None)


def place_of(header: Header, column: Column) -> int | None:
    """Where a column stands; None where the header lacks it."""
    if isinstance(column, int):
        return column - 1 if column <= len(header.names) else None
    names = (column,) if isinstance(column, str) else column
    folded = (folded_name(name) for name in names)
    return next((header.names.index(name) for name in folded if name in header.names), None)


@dataclass(frozen=True)
class Writing:
    """How a sender writes: as `[source.takings]` says, else as the file shows."""

    delimiters: str = DELIMITERS
    style: NumberStyle | None = None
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    ended: bool = True


def writing_of(takings: TakingsTable | None) -> Writing:
    """How the files of a source are written."""
    if takings is None:
        return Writing()
    style = None
    if takings.decimal is not None:
        style = NumberStyle(takings.decimal, THOUSANDS[takings.thousands or "none"])
    return Writing(delimiters_of(takings.delimiter), style, takings.dates, takings.ended)


class Sheet(Columns):
    """The rows of a file below its header.

    Args:
        text: the file's letters.
        shown: its name in problems.
        header: as `find_header` found it.
        columns: by what they hold; those that the header lacks are left out.
        amounts: which of them hold amounts.
        writing: how the sender writes.

    Raises:
        Problem: the table isn't whole, or its amounts can't be read for certain.
    """

    def __init__(
        self,
        text: str,
        shown: str,
        header: Header,
        columns: Mapping[str, Column],
        amounts: Sequence[str],
        writing: Writing,
    ) -> None:
        self.table = read_table(text, shown, header)
        found = {name: place_of(header, column) for name, column in columns.items()}
        self.places = {name: place for name, place in found.items() if place is not None}
        self.numeric = sorted({self.places[name] for name in amounts if name in self.places})
        self.days = Days(*writing.dates)
        self.style = writing.style or self._style()
        if writing.ended:
            check_end(self.table, self.whole)

    @property
    def rows(self) -> list[Row]:
        """All rows."""
        return self.table.rows

    def _style(self) -> NumberStyle:
        cells = ((row.line, row.cells[place]) for row in self.rows for place in self.numeric)
        return decide_style(cells, self.table.shown, self.name(self.numeric[0]) if self.numeric else "")

    def has(self, name: str) -> bool:
        """Whether the file has a column."""
        return name in self.places

    def text(self, row: Row, name: str) -> str:
        """What stands in a column; empty where the file has none."""
        place = self.places.get(name)
        return "" if place is None else row.cells[place].strip()

    def amount(self, row: Row, name: str) -> Decimal | None:
        """An amount; None where the cell is empty or the file has no such column.

        Raises:
            ImportAmountInvalid: it is none.
        """
        place = self.places.get(name)
        return None if place is None else self.number(row, place)

    def need(self, row: Row, name: str) -> Decimal:
        """An amount that must be there.

        Raises:
            ImportAmountInvalid: it isn't, or is none.
        """
        found = self.amount(row, name)
        if found is None:
            place = self.places[name]
            raise self.table.problem(ImportAmountInvalid, row.line, text='""', position=self.name(place))
        return found

    def day(self, row: Row, name: str) -> dt.date:
        """A day.

        Raises:
            ImportDateInvalid: it is none.
        """
        return self.day_in(row, self.places[name])
