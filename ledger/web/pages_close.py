"""The page Close: a board of units and months, what is lacking, and the fingerprints of what is closed (SPEC 7).

It only shows. A month is closed on the command line: whoever closes says who they are, and by which decision.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books import clock
from ledger.closing.minutes import Entry, entries, federation_mark
from ledger.closing.status import OPEN, Board, Cell, Row, board, closable, in_short, in_words
from ledger.errors import Problem
from ledger.memo import memo_of
from ledger.messages import N_, say
from ledger.web.page import Page

#: So many things that a month lacks are told; the command line has all.
SHOWN = 20


class Close(Page):
    """Who has closed which month, who can, and why the others can't."""

    title = N_("Close")

    def board(self) -> Board:
        """The months of the fiscal year in which the first open one lies: of this unit, or of all."""
        return board(self.look.federation, (), [self.slug] if self.slug else [], today=clock.today())

    def short(self, cell: Cell) -> str:
        """A month's state in a few words."""
        return in_short(cell)

    def words(self, cell: Cell) -> str:
        """The same in a sentence."""
        return in_words(cell)

    def past(self, found: Board) -> set[str]:
        """The months that everybody has closed who closes together; narrow screens leave them out."""
        rows = [row for row in found.rows if row.member or self.slug]
        closed = [{cell.period for cell in row.cells if cell.state in {"closed", "none"}} for row in rows]
        return set.intersection(*closed) if closed else set()

    def closable(self, found: Board) -> list[tuple[str, str]]:
        """What can be closed now: a sentence, and the command."""
        text = N_("{period} can be closed: {units}.")
        return [
            (say(text, period=period, units=", ".join(self.unit_name(slug) for slug in units)), command)
            for period, units, command in closable(found)
        ]

    def lacking(self, row: Row) -> list[Cell]:
        """The months of which something is to be settled; on the page of all units only the first."""
        found = [cell for cell in row.cells if cell.state == "not_ready"]
        return found if self.slug else found[:1]

    def waiting(self, found: Board) -> list[Cell]:
        """First open months of which nothing is to be settled, but that come after others."""
        first = (next((cell for cell in row.cells if cell.state in OPEN), None) for row in found.rows)
        return [cell for cell in first if cell is not None and cell.state == "waits"]

    def lacks(self, cell: Cell) -> Sequence[Problem]:
        """What is to be settled before it can be closed."""
        return cell.own[:SHOWN]

    def more(self, cell: Cell) -> int:
        """How many things aren't told."""
        return max(0, len(cell.own) - SHOWN)

    def sealed(self, found: Board) -> list[tuple[Row, Entry]]:
        """What stands in the minutes: of a unit each month, the latest first; of all units the latest of each."""

        def work() -> list[tuple[Row, Entry]]:
            return [(row, entry) for row in found.rows for entry in entries(units[row.unit], last=not self.slug)[::-1]]

        units = self.look.workspace.units
        return memo_of(self.look.workspace.root).get(("minutes", self.slug), work, same=(found,))

    def mark(self, found: Board) -> str:
        """The fingerprint of all that is sealed in the federation by now."""
        ws = self.look.workspace
        return memo_of(ws.root).get(("minutes of all",), lambda: federation_mark(ws), same=(found,))
