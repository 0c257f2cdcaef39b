"""Lists that a bank makes for people (CSV, M-Pesa): made at any hour, and often without the number of their account.

- A list that names no account is of the source that alone reads such lists, or in whose inbox it lies. A guess would
  book one account's money to another, so where several sources may take it nothing is booked.
- Such lines are known again by the source's `bank_account`, or by the source's name where it has none: two accounts
  with the same fee on the same day stay two.
- A list may be cut off between two rows. Where its heading names its days, it must join the books
  (`importers.bank.gaps`), and nothing is asserted of days that its rows don't reach.
- The day on which a list is made isn't over: lines may follow. Its balance at the end of that day is not asserted;
  the next list brings the rest of the day, and asserts it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from importers.bank.chain import until
from importers.bank.importer import BankImporter
from importers.bank.model import BankStatement
from importers.bank.problems_chain import BankAccountUnclear
from importers.base import Source
from importers.book import BookView
from importers.plan import Plan
from ledger.books import Unit, Workspace
from ledger.books.sources import SourceTable
from ledger.messages import N_, say


class ListImporter(BankImporter):
    """A format whose files may name no account and may be made before the day is over.

    Attributes:
        left_out: how many rows of a file (by its digest) aren't booked (pending, failed) and came to nothing; `read`
            counts them.
    """

    FINAL = False

    def __init__(self, ws: Workspace, unit: Unit, source: SourceTable, *, with_opens: bool = False) -> None:
        super().__init__(ws, unit, source, with_opens=with_opens)
        self.left_out: dict[str, int] = {}

    def statements(self, source: Source) -> tuple[BankStatement, ...]:
        """Every statement of a file, each whole and of a known account.

        Raises:
            BankAccountUnclear: nothing tells which of several sources a file without account belongs to.
            Problem: the file is damaged, cut off, or doesn't add up.
        """
        found = super().statements(source)
        if all(statement.account for statement in found):
            return found
        number = self._own_number(source)
        return tuple(s if s.account else replace(s, account=number) for s in found)

    def settled(self, source: Source, today: dt.date) -> tuple[BankStatement, ...]:
        """The statements, with nothing asserted about a day that isn't over."""
        return tuple(part for statement in self.statements(source) for part in until(statement, today))

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """All statements of the file: all come in, or none; rows that aren't booked are counted."""
        whole = super().plan(source, view, today)
        if count := self.left_out.get(source.digest):
            text = N_("Rows that are pending or failed at the bank, and were left out: {count}.")
            whole.remarks.append(say(text, count=count))
        return whole

    def _own_number(self, source: Source) -> str:
        """What an account without number is known by, if the file is this source's.

        Raises:
            BankAccountUnclear: it may be another one's.
        """
        sources = [s for s in self.unit.sources if s.format == self.FORMAT]
        takers = [s for s in sources if type(self)(self.ws, self.unit, s).recognises(source.head)]
        inbox = self.unit.folder / "inbox" / self.source.name
        mine = takers == [self.source] or source.path.absolute().parent == inbox.absolute()
        clash = not self.source.bank_account and sum(not s.bank_account for s in sources) > 1
        if clash or not mine:
            raise BankAccountUnclear(
                file=source.shown,
                unit=self.unit.slug,
                slug=self.unit.slug,
                known=", ".join(s.name for s in takers or sources),
            )
        return self.source.bank_account or self.source.name
