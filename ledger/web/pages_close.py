"""The page Close: a board of units and months, and what the next month of each lacks, in plain words (SPEC 7).

It only shows. A month is closed on the command line: whoever closes says who they are, and by which decision.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.books import clock
from ledger.closing.status import Board, Cell, Row, board, in_short, in_words
from ledger.errors import Problem
from ledger.messages import N_
from ledger.web.page import Page

#: So many things that a month lacks are told; the command line has all.
SHOWN = 20
#: What somebody may do something about.
OPEN = ("ready", "not_ready", "waits")


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

    def waiting(self, row: Row) -> list[Cell]:
        """The months to tell more of: the first open one, and those of which something is to be settled.

        On the page of all units only the first of these.
        """
        found = [cell for cell in row.cells if cell.state in OPEN]
        lacking = [cell for cell in found[1:] if cell.state == "not_ready"]
        return found[:1] + (lacking if self.slug else lacking[:1])

    def lacks(self, cell: Cell) -> Sequence[Problem]:
        """What is to be settled before it can be closed."""
        return cell.own[:SHOWN]

    def more(self, cell: Cell) -> int:
        """How many things aren't told."""
        return max(0, len(cell.own) - SHOWN)
