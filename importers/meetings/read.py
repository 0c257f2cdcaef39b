"""A meeting sheet from letters to figures: nothing is guessed, and nothing that is written is passed over.

The first row holds names and values by turns, the second one names the columns, then each participant has a row. Table
programs add empty columns and rows, a line `sep=;`, and formulas where a value was meant; the last are refused, since
nobody sees what they would have shown.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from importers.booktext import clean
from importers.cells import Days, NumberStyle, decide_style
from importers.columns import Columns
from importers.meetings.model import ZERO, Meeting, Row
from importers.meetings.problems import MeetingCell, MeetingLayout
from importers.meetings.words import (
    AMOUNTS,
    COLUMNS,
    CORRECTION,
    COUNTS,
    NEEDED,
    NEEDED_PAIRS,
    NO,
    PAIRS,
    TOTAL,
    YES,
    plain,
)
from importers.problems import ImportAmountInvalid
from importers.problems_tables import TableColumns, TableCutOff
from importers.tables import DELIMITERS, Header, Table, check_end, read_rows
from importers.tables import Row as Cells
from ledger.messages import N_, say
from ledger.rules.names import folded

#: Days with the year first, or with points, where the day comes first all over the world.
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y")
LONGEST_NAME = 60
#: Lines of a sheet; groups have some dozens of participants.
MOST = 2_000
#: Letters of a cell that a message repeats.
SAID = 120
_COUNT = re.compile("[0-9]{1,6}", re.ASCII)
_SEP = re.compile(r"\s*\"?sep=(.)\"?[;,\t|]*\s*")


def delimiter_of(text: str) -> tuple[str, int] | None:
    """What parts the columns, and how many lines stand before the first row; None where it is no meeting sheet."""
    for number, line in enumerate(text.splitlines()[:10]):
        if not line.strip(f' "{DELIMITERS}') or _SEP.fullmatch(line):
            continue
        for delimiter in DELIMITERS:
            cells = [plain(cell.strip(' "')) for cell in line.split(delimiter)]
            names = [PAIRS[cell] for cell in cells[::2] if cell in PAIRS]
            if len(cells) > 3 and len(set(names)) > 1 and cells[0] in PAIRS:
                return delimiter, number
        return None
    return None


def _short(text: str) -> str:
    """What fits a sentence, whatever a cell holds."""
    return text if len(text) <= SAID else text[:SAID] + "\N{HORIZONTAL ELLIPSIS}"


class SheetReader(Columns):
    """Reads one sheet.

    Args:
        text: the file's letters.
        shown: its name in problems.
    """

    def __init__(self, text: str, shown: str) -> None:
        self.text, self.shown = text, shown
        self.days = Days(*DAYS)
        self.numeric = ()

    def read(self) -> Meeting:
        """The meeting.

        Raises:
            Problem: it isn't whole, or a cell isn't what it must be.
        """
        found = delimiter_of(self.text)
        delimiter, before = found or (",", 0)
        empty = Table(self.shown, self.text, Header(before + 1, delimiter, ()))
        self.table = empty
        rows = list(islice(read_rows(self.text, self.shown, delimiter, after=before), MOST + 1))
        if len(rows) > MOST:
            raise self.layout(rows[-1].line, say(N_("it has more than {most} lines"), most=MOST))
        if found is None or not rows:
            raise self.layout(None, say(N_("its first row must begin with group and the cycle's name")))
        head, pairs = rows[0], self.pairs(rows[0])
        if len(rows) < 2:
            raise self.layout(head.line, say(N_("no row names the columns")))
        places = self.columns(rows[1])
        width = max(places.values()) + 1
        table = Table(self.shown, self.text, Header(rows[1].line, delimiter, tuple(places)))
        self.table = table
        for row in rows[2:]:
            if len({PAIRS.get(plain(cell)) for cell in row.cells[::2]} - {None, "date"}) > 1:
                raise self.layout(row.line, say(N_("another sheet begins here, and a file is of one meeting")))
            cells = row.cells[:width]
            if any(cell.strip() for cell in row.cells[width:]):
                raise table.problem(TableColumns, row.line, found=len(row.cells), expected=width)
            if len(cells) < width:
                if row is rows[-1] and not self.text.endswith(("\n", "\r")):
                    raise table.problem(TableCutOff, row.line)
                raise table.problem(TableColumns, row.line, found=len(cells), expected=width)
            table.rows.append(Cells(row.line, cells))
        check_end(table)
        self.formulas([head, *table.rows])
        money = [name for name in AMOUNTS if name in places]
        amounts: list[tuple[int, str, str]] = [
            (row.line, name, row.cells[places[name]]) for row in table.rows for name in money
        ]
        amounts += [(head.line, name, pairs[name]) for name in ("counted_loan_fund", "counted_social_fund")]
        self.style = self.styled(amounts)
        return self.meeting(head, pairs, places)

    def styled(self, amounts: Sequence[tuple[int, str, str]]) -> NumberStyle:
        """How its amounts are written; one that is none is told with its column."""
        try:
            return decide_style(((line, text) for line, _, text in amounts), self.shown, say(N_("an amount")))
        except ImportAmountInvalid as problem:
            line, name, text = next(
                (one for one in amounts if one[0] == problem.line and one[2] == problem.params["text"]), amounts[0]
            )
            raise self.cell(line, name, say(N_("{written} is no amount"), written=text)) from None

    def layout(self, line: int | None, reason: str) -> MeetingLayout:
        """A problem with the sheet as a whole."""
        return self.table.problem(MeetingLayout, line, reason=_short(reason))

    def cell(self, line: int, column: str, reason: str) -> MeetingCell:
        """A problem with one cell."""
        return self.table.problem(MeetingCell, line, column=_short(column), reason=_short(reason))

    def formulas(self, rows: Iterable[Cells]) -> None:
        """No cell is a formula."""
        for row in rows:
            for cell in row.cells:
                if cell.lstrip().startswith(("=", "@")):
                    raise self.cell(row.line, cell.strip(), say(N_("a formula stands where a value must")))

    def pairs(self, row: Cells) -> dict[str, str]:
        """The first row's values by name."""
        cells = [cell.strip() for cell in row.cells]
        while cells and not cells[-1]:
            cells.pop()
        found: dict[str, str] = {}
        for name, value in zip(cells[::2], [*cells[1::2], ""], strict=False):
            key = PAIRS.get(plain(name))
            if key is None:
                raise self.layout(row.line, self._unknown(name, PAIRS))
            if key in found:
                raise self.layout(row.line, say(N_("its first row names {name} twice"), name=key))
            found[key] = value
        missing = [name for name in NEEDED_PAIRS if not found.get(name)]
        if missing:
            raise self.layout(row.line, say(N_("its first row lacks {names}"), names=", ".join(missing)))
        return found

    def columns(self, row: Cells) -> dict[str, int]:
        """The place of each column."""
        found: dict[str, int] = {}
        for place, cell in enumerate(row.cells):
            if not cell.strip():
                continue
            key = COLUMNS.get(plain(cell))
            if key is None:
                raise self.layout(row.line, self._unknown(cell.strip(), COLUMNS))
            if key in found:
                raise self.layout(row.line, say(N_("two columns are called {name}"), name=key))
            found[key] = place
        needed = [*NEEDED, *(() if "paid" in found else ("repaid", "charge"))]
        missing = [name for name in needed if name not in found]
        if missing:
            raise self.layout(row.line, say(N_("it lacks the columns {names}"), names=", ".join(missing)))
        return found

    def _unknown(self, name: str, known: Mapping[str, str]) -> str:
        near = difflib.get_close_matches(plain(name), known, n=1, cutoff=0) or ["-"]
        return say(N_("nobody knows what {name} is (nearest: {nearest})"), name=name or '""', nearest=near[0])

    def meeting(self, head: Cells, pairs: Mapping[str, str], places: Mapping[str, int]) -> Meeting:
        """The figures."""
        number = self.count(head.line, "meeting", pairs["meeting"])
        officers = self.officers(head, pairs, number)
        day = self.days.day(pairs["date"])
        if day is None:
            text = N_("{written} is no day: write it as 2026-02-11")
            raise self.cell(head.line, "date", say(text, written=pairs["date"]))
        counted = [self.money(head.line, name, pairs[name]) for name in ("counted_loan_fund", "counted_social_fund")]
        rows: list[Row] = []
        total: Row | None = None
        for cells in self.table.rows:
            row = self.row(cells, places)
            if plain(row.member) in TOTAL:
                if total is not None or cells is not self.table.rows[-1]:
                    raise self.layout(cells.line, say(N_("the row of totals isn't its last one")))
                total = row
            else:
                rows.append(row)
        self.names(rows)
        if total is not None:
            self.total(total, rows, places)
        return Meeting(
            cycle=pairs["group"],
            number=number,
            date=day,
            counted=counted[0],
            counted_social=counted[1],
            currency=pairs.get("currency", ""),
            line=head.line,
            rows=tuple(sorted(rows, key=lambda row: folded(row.member))),
            corrects=bool(officers),
            entered_by=officers[0] if officers else "",
            signed_by=officers[1] if officers else "",
        )

    def officers(self, head: Cells, pairs: Mapping[str, str], number: int) -> tuple[str, str] | None:
        """Who wrote a correction and who signed it: two persons; None where the sheet is none."""
        said = [name for name in CORRECTION if pairs.get(name)]
        if not said:
            return None
        if len(said) < len(CORRECTION):
            text = N_("a correction says corrects, entered_by and signed_by, and its first row lacks {names}")
            raise self.layout(head.line, say(text, names=", ".join(sorted({*CORRECTION} - {*said}))))
        if self.count(head.line, "corrects", pairs["corrects"]) != number:
            text = N_("it corrects meeting {corrects}, but is of meeting {number}: both must be the same")
            raise self.cell(head.line, "corrects", say(text, corrects=pairs["corrects"], number=number))
        names = [" ".join(clean(pairs[name]).split()) for name in CORRECTION[1:]]
        if folded(names[0]) == folded(names[1]):
            text = N_("{name} can't sign what {name} has entered: another officer signs")
            raise self.cell(head.line, "signed_by", say(text, name=names[1]))
        return names[0], names[1]

    def names(self, rows: Sequence[Row]) -> None:
        """Each row is somebody's, and nobody has two."""
        seen: dict[str, int] = {}
        for row in rows:
            if not row.member:
                raise self.cell(row.line, "member", say(N_("the row is nobody's")))
            if clean(row.member, LONGEST_NAME) != row.member or not any(c.isalnum() for c in row.member):
                raise self.cell(row.line, "member", say(N_("{name} is no name"), name=row.member))
            first = seen.setdefault(folded(row.member), row.line)
            if first != row.line:
                text = N_("{name} has a row already (line {line})")
                raise self.cell(row.line, "member", say(text, name=row.member, line=first))

    def total(self, total: Row, rows: Sequence[Row], places: Mapping[str, int]) -> None:
        """What the row of totals says is what the rows come to."""
        cells = self.table.rows[-1].cells
        for name in (*AMOUNTS, "shares"):
            if name in places and cells[places[name]].strip():
                said = Decimal(getattr(total, name))
                computed = sum((Decimal(getattr(row, name)) for row in rows), ZERO)
                if said != computed:
                    text = N_("the totals say {said} for {name}, the rows come to {computed}")
                    raise self.layout(total.line, say(text, said=f"{said}", name=name, computed=f"{computed}"))

    def row(self, cells: Cells, places: Mapping[str, int]) -> Row:
        """A participant's row."""

        def text(name: str) -> str:
            return cells.cells[places[name]].strip() if name in places else ""

        said: dict[str, Any] = {name: self.money(cells.line, name, text(name)) for name in AMOUNTS}
        if said["paid"] and (said["repaid"] or said["charge"]):
            raise self.cell(cells.line, "paid", say(N_("repaid or charge is said beside it: one sum, or its parts")))
        total = plain(text("member")) in TOTAL
        months = text("months")
        for name in ("present", "joined"):
            word = plain(text(name))
            if word not in YES | NO and not total:
                raise self.cell(cells.line, name, say(N_("{written} is neither yes nor no"), written=text(name)))
            said[name] = word in YES
        return Row(
            member=" ".join(unicodedata.normalize("NFC", text("member")).split()),  # some systems part é into e and ´
            line=cells.line,
            shares=self.count(cells.line, "shares", text("shares") or "0"),
            months=self.count(cells.line, "months", months) if months and not total else None,
            represented=clean(text("represented")),
            note=clean(text("note")),
            **said,
        )

    def count(self, line: int, name: str, text: str) -> int:
        """A whole number."""
        if name in (*COUNTS, "meeting", "corrects") and _COUNT.fullmatch(text):
            return int(text)
        raise self.cell(line, name, say(N_("{written} is no whole number"), written=text))

    def money(self, line: int, name: str, text: str) -> Decimal:
        """An amount that isn't negative; nothing where the cell is empty."""
        if not text:
            return ZERO
        found = self.style.number(text)
        if found is None:
            raise self.cell(line, name, say(N_("{written} is no amount"), written=text))
        if found < 0:
            raise self.cell(line, name, say(N_("{written} is less than nothing"), written=text))
        return found or ZERO  # -0 is nothing


def read_meeting(text: str, shown: str) -> Meeting:
    """The meeting that a sheet tells of.

    Raises:
        Problem: it isn't whole, or a cell isn't what it must be.
    """
    return SheetReader(text, shown).read()
