"""Files of rows and columns (CSV) from bytes to cells, with nothing guessed and nothing lost on the way.

Such files say nothing about themselves: not their letters, not what parts the columns, not whether they are whole. So
every doubt is an error: bytes that may be two encodings, a quote that is never closed (a careless reader swallows the
rest of the file into one cell), a row with other columns than the header, a last row that isn't ended. What can't be
seen is a file that was cut exactly between two rows; only a balance, sum or period in the file tells of that.

Amounts and days are read by `importers.cells`. A format reads so:

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
    TableEncoding,
    TableHeader,
    TableTooLong,
)
from ledger.books.guard_bytes import clip
from ledger.errors import Problem
from ledger.messages import N_, say

#: Encodings that a source may declare, as users write them -> as Python names them.
ENCODINGS: Final = {"utf-8": "utf-8", "cp1252": "cp1252", "latin-1": "latin-1", "utf-16": "utf-16"}
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
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_FOREIGN = re.compile("[\x00\x80-\x9f]")


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


def read_text(data: bytes, shown: str, encoding: str | None = None) -> str:
    """The letters of a file, without a byte order mark.

    Not declared, a byte order mark decides; else it is UTF-8 where it holds valid UTF-8, and cp1252 (which older banks'
    programs write) where it holds none at all. A mixture is refused: it is UTF-8 that was cut off or damaged, and would
    give wrong letters.

    Args:
        data: the file's bytes.
        shown: its name in problems.
        encoding: one of `ENCODINGS`, where the source declares it.

    Raises:
        TableEncoding: the bytes aren't that, or may be several.
    """
    mark = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    if encoding and mark and encoding != mark:
        reason = say(N_("it is declared as {encoding} and says itself that it is {mark}"), encoding=encoding, mark=mark)
        raise TableEncoding(file=shown, reason=reason)
    name = encoding or mark or _decide(data, shown)
    if name == "utf-16" and not mark:
        raise TableEncoding(file=shown, reason=say(N_("it isn't {encoding}"), encoding=name))
    try:
        text = data.decode(ENCODINGS[name]).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = None if name == "utf-16" else data.count(b"\n", 0, error.start) + 1
        reason = say(N_("it isn't {encoding}"), encoding=name)
        raise TableEncoding(file=shown, line=line, reason=reason) from None
    if encoding in {"cp1252", "latin-1"} and not data.isascii() and _multibyte(data) is not None:
        reason = say(
            N_("it is declared as {encoding} and says itself that it is {mark}"), encoding=encoding, mark="UTF-8"
        )
        raise TableEncoding(file=shown, reason=reason)
    if wrong := _FOREIGN.search(text):
        reason = say(N_("it holds the control character {code}"), code=f"U+{ord(wrong[0]):04X}")
        line = text.count("\n", 0, wrong.start()) + 1
        raise TableEncoding(file=shown, line=line, reason=reason)
    return text


def _multibyte(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _decide(data: bytes, shown: str) -> str:
    """UTF-8 or cp1252, of bytes without a mark.

    Raises:
        TableEncoding: some of it is UTF-8 and some isn't.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        told = data.decode("utf-8", "replace")
        wrong = told.count("\ufffd")
        right = len(told) - wrong - len(told.encode("ascii", "ignore"))
        at_end = error.reason == "unexpected end of data"
        if at_end or right >= wrong:
            reason = say(N_("some of it is UTF-8, and some isn't"))
            raise TableEncoding(file=shown, line=line, reason=reason) from None
        return "cp1252"
    return "utf-8"


def head_text(head: bytes) -> str:
    """The beginning of a file as well as it can be read, to tell formats apart; its last line may be cut."""
    name = next((name for bom, name in _BOMS if head.startswith(bom)), None)
    if name is None:
        name = "utf-8" if "\ufffd" not in head.decode("utf-8", "replace")[:-4] else "cp1252"
    return head.decode(name, "replace").removeprefix("\ufeff")


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
