"""Till reports (Z) into books, by the columns and accounts of `[source.takings]`."""

from __future__ import annotations

import datetime as dt

from importers.base import SambokImporter, Source
from importers.book import BookView
from importers.letters import read_text
from importers.plan import Plan
from importers.takings.declared import Declared
from importers.takings.sheet import Column, Sheet
from importers.takings.till_model import Report
from importers.takings.till_plan import plan_reports
from importers.takings.till_read import TillReader, columns_of, key_of
from ledger.errors import Problem
from ledger.messages import N_, say

NEEDED = ("date", "number")


class TillImporter(Declared, SambokImporter):
    """Any till's list of Z reports: a row a report, or a row a figure."""

    @property
    def long(self) -> bool:
        """Whether a row is a figure (the column `item` says which)."""
        return "item" in self.columns

    def wanted(self) -> list[Column]:
        """Every column that the file must have; in long form the figures are rows, and may be missing."""
        own = [c for name, c in self.columns.items() if not self.long or name in {*NEEDED, "till", "item", "amount"}]
        return own if self.long else [*own, *(c for c in columns_of(self.takings) if c not in own)]

    def reports(self, source: Source) -> tuple[Report, ...]:
        """Every report of a file.

        Raises:
            Problem: it is damaged, or a report doesn't tie.
        """
        return self.once(source, self.read)

    def read(self, source: Source) -> tuple[Report, ...]:
        """Every report of a file, without remembering it."""
        takings = self.takings
        for what, there in (
            (N_("what is sold ([[source.takings.sale]])"), takings.sale),
            (N_("how customers pay ([[source.takings.payment]])"), takings.payment),
        ):
            if not there:
                raise self.incomplete(say(what))
        text = read_text(source.data, source.shown, takings.encoding)
        needed = (*NEEDED, "amount") if self.long else NEEDED
        header, columns, writing = self.layout(text, source.shown, needed)
        figures = {} if self.long else {key_of(column): column for column in columns_of(takings)}
        amounts = ["amount"] if self.long else list(figures)
        sheet = Sheet(text, source.shown, header, {**columns, **figures}, amounts, writing)
        currency = self.source.kept_in(self.unit.currency)
        return tuple(TillReader(sheet, takings, currency).reports())

    def owns(self, source: Source) -> bool:
        """Whether its columns read the file; a damaged one belongs to the first till of the unit."""
        try:
            self.reports(source)
        except Problem:
            return self.is_first
        return True

    def day(self, source: Source) -> dt.date | None:
        """The last day of a report."""
        return max((r.date for r in self.reports(source)), default=None)

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """All reports of the file: all come in, or none."""
        return plan_reports(
            view, self.source, self.reports(source), file=source.shown, document=source.document, today=today
        )
