"""Files of rows and columns (CSV) from letters to cells, with nothing guessed and nothing lost on the way.

Such files say nothing about themselves: not their letters, not what parts the columns, not whether they are whole. So
every doubt is an error: a quote that is never closed (a careless reader swallows the rest of the file into one cell), a
row with other columns than the header, a last row that isn't ended. What can't be seen is a file that was cut exactly
between two rows; only a balance, sum or period in the file tells of that.

Letters are read by `importers.letters`, amounts and days by `importers.cells`. A format reads so:

    text = read_text(source.data, source.shown)
    header = next((h for h in headers(text) if {"datum", "belopp"} <= set(h.names)), None)
    table = read_table(text, source.shown, header)
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from importers.problems_tables import (
    TableColumns,
    TableCutOff,
    TableDamaged,
    TableHeader,
    TableTooLong,
)
from ledger.books.guard_bytes import clip
from ledger.errors import Problem
from ledger.messages import N_, say

DELIMITERS: Final = ";,\t|"
MOST_ROWS = 200_000
#: Cells of a table: 200 columns make shorter ones.
MOST_CELLS = 3_000_000
#: Lines of a file, blank ones included.
MOST_LINES = 1_000_000
MOST_COLUMNS = 200
#: Characters of one row, with all its lines: no real one comes near.
LONGEST_ROW = 20_000
#: A header stands among the first lines, or nowhere.
HEADER_WITHIN = 30

ProblemT = TypeVar("ProblemT", bound=Problem)


class Row(NamedTuple):
    """A row: the line of the file that it begins on, and its cells as they stand."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Header:
    """What names the columns.

    Attributes:
        line: its line in the file; 0 where the file has none.
        delimiter: what parts the columns.
        names: as `folded_name` makes them.
    """

    line: int
    delimiter: str
    names: tuple[str, ...]


@dataclass
class Table:
    """A whole table.

    Attributes:
        shown: the file, for problems.
        text: all of it.
        header: what names its columns.
        rows: blank ones left out; each has as many cells as the header has names.
        trailer: rows that the reader was told to take for the table's end (a sum), and what follows them.
    """

    shown: str
    text: str
    header: Header
    rows: list[Row] = field(default_factory=list)
    trailer: list[Row] = field(default_factory=list)

    @property
    def above(self) -> str:
        """The lines above the header: what some senders say of period and account."""
        return "".join(islice(io.StringIO(self.text, newline=""), max(0, self.header.line - 1)))

    def column(self, *names: str) -> int | None:
        """The first of these columns that the table has."""
        return next((self.header.names.index(n) for n in map(folded_name, names) if n in self.header.names), None)

    def need(self, *names: str) -> int:
        """The first of these columns that the table has.

        Raises:
            TableHeader: it has none.
        """
        found = self.column(*names)
        if found is None:
            reason = say(N_("no column {name}"), name=names[0])
            raise self.problem(TableHeader, self.header.line or None, reason=reason)
        return found

    def problem(self, kind: type[ProblemT], line: int | None, /, **params: Any) -> ProblemT:
        """A problem at a line of this file, with that line as its excerpt."""
        return problem_at(kind, self.text, self.shown, line, **params)


def problem_at(kind: type[ProblemT], text: str, shown: str, line: int | None, /, **params: Any) -> ProblemT:
    """A problem at a line of a text, with that line as its excerpt."""
    excerpt = next(islice(io.StringIO(text, newline=""), line - 1, line), "") if line else ""
    return kind(file=shown, line=line, excerpt=clip(excerpt.rstrip("\r\n")) if excerpt.strip() else None, **params)


def folded_name(name: str) -> str:
    """A column's name without case and width, white space folded."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def headers(text: str, delimiters: str = DELIMITERS, within: int = HEADER_WITHIN) -> Iterator[Header]:
    """Every line among the first ones that may name columns, by each delimiter that it holds.

    Args:
        text: the file's letters.
        delimiters: those that may part its columns.
        within: how many lines are looked at.
    """
    for number, line in enumerate(islice(io.StringIO(text, newline=""), within), 1):
        if len(line) > LONGEST_ROW:
            return
        for delimiter in delimiters:
            if delimiter not in line:
                continue
            try:
                cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
            except csv.Error:
                continue
            if 1 < len(cells) <= MOST_COLUMNS:
                yield Header(number, delimiter, tuple(map(folded_name, cells)))


def read_table(
    text: str,
    shown: str,
    header: Header,
    *,
    is_trailer: Callable[[Sequence[str]], bool] | None = None,
) -> Table:
    """Every row after the header.

    Args:
        text: the file's letters.
        shown: its name in problems.
        header: one of `headers`, or one made up for a file that has none (`line` is then the last line passed over).
        is_trailer: which row ends the table (a sum); it and what follows may have other columns.

    Raises:
        TableHeader, TableColumns, TableDamaged, TableCutOff, TableTooLong: as they say.
    """
    names = [name for name in header.names if name]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        reason = say(N_("two columns are called {name}"), name=twice)
        raise problem_at(TableHeader, text, shown, header.line, reason=reason)
    table = Table(shown, text, header)
    expected = len(header.names)
    most = MOST_CELLS // max(1, expected)
    rows = table.rows
    for row in read_rows(text, shown, header.delimiter, after=header.line):
        if is_trailer is not None and (table.trailer or is_trailer(row.cells)):
            table.trailer.append(row)
            continue
        if len(row.cells) != expected:
            if len(row.cells) < expected and not _ended(text) and row.line > text.count("\n"):
                raise table.problem(TableCutOff, row.line)
            raise table.problem(TableColumns, row.line, found=len(row.cells), expected=expected)
        rows.append(row)
        if len(rows) > most:
            raise TableTooLong(file=shown, line=row.line, limit=most)
    return table


def read_rows(text: str, shown: str, delimiter: str, after: int = 0) -> Iterator[Row]:
    """The rows after a line; blank ones (`;;;;`) are left out.

    Raises:
        TableDamaged: a quote is never closed or stands where none may, or a row is beyond all measure.
        TableTooLong: more rows than are read.
    """
    lines = _Lines(text, after)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    count = 0
    while True:
        lines.begin()
        try:
            cells = next(reader, None)
        except csv.Error:
            reason = say(N_("a quote stands where none may, or is never closed"))
            raise problem_at(TableDamaged, text, shown, lines.first, reason=reason) from None
        except _RowTooLongError:
            reason = say(N_("the row that begins here has more than {limit} characters"), limit=LONGEST_ROW)
            raise problem_at(TableDamaged, text, shown, lines.first, reason=reason) from None
        if cells is None:
            return
        if not any(map(str.strip, cells)):
            if lines.number > MOST_LINES:
                raise TableTooLong(file=shown, line=lines.first, limit=MOST_LINES)
            continue
        count += 1
        if count > MOST_ROWS:
            raise TableTooLong(file=shown, line=lines.first, limit=MOST_ROWS)
        yield Row(lines.first, cells)


class _RowTooLongError(Exception):
    """Raised through the CSV reader, which has no measure of its own for whole rows."""


class _Lines:
    """The lines of a text, one by one, and which of them the row at hand began on."""

    def __init__(self, text: str, after: int) -> None:
        self.lines = io.StringIO(text, newline="")
        for _ in islice(self.lines, after):
            pass
        self.number = after
        self.begin()

    def begin(self) -> None:
        self.first = self.number + 1
        self.size = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.lines.readline()
        if not line:
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if self.size > LONGEST_ROW:
            raise _RowTooLongError
        return line


def _ended(text: str) -> bool:
    return text.endswith(("\n", "\r"))


def check_end(table: Table, whole: Callable[[str], bool] = lambda _: False) -> None:
    """Refuse a file whose last row may go on: a download that was cut off within its last cell.

    Every row ends with a line end, or shows itself that it is whole: by a closing quote, by the empty cell of a
    trailing column without a name, or by its content.

    Args:
        table: as read.
        whole: whether the last cell's text can't be the beginning of a longer one: an amount with the decimals that
            all others have, a currency's code.

    Raises:
        TableCutOff: the last row isn't ended.
    """
    text, names = table.text, table.header.names
    if _ended(text):
        return
    rows = table.trailer or table.rows
    tail = re.split("[\r\n]", text[-LONGEST_ROW:])[-1]
    cells = [cell.strip(" \t") for cell in tail.split(table.header.delimiter)]
    if all(cell in {"", '""'} for cell in cells):  # a blank row, or the beginning of a row
        if cells == [""] or len(cells) == len(names):
            return
    elif rows:
        trailing = not names[-1] and len(rows[-1].cells) == len(names)
        if trailing or text.endswith('"') or (not table.trailer and whole(rows[-1].cells[-1].strip())):
            return
    raise table.problem(TableCutOff, rows[-1].line if rows else table.header.line or None)
