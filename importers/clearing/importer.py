"""What the importers of all formats of deposits share: from deposits that were read to a plan against the book."""

from __future__ import annotations

import abc
import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from importers.base import SambokImporter, Source
from importers.book import BookView
from importers.clearing.model import Deposit
from importers.clearing.planner import NO_TIME, plan_deposits
from importers.clearing.sources import source_of
from importers.clearing.till import TillSide
from importers.plan import Plan
from ledger.books.sources import SourceTable
from ledger.errors import Problem


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: its deposits, and plain sentences on what of it is left out."""

    deposits: tuple[Deposit, ...]
    remarks: tuple[str, ...] = ()


class ClearingImporter(SambokImporter):
    """A format of deposits. One file may hold those of several numbers and currencies of the unit.

    A format gives `ROLE` (of the chart: its clearing account), `recognises` and `read`.
    """

    ROLE: ClassVar[str]
    #: How long before and after a deposit the sender gives its serial to no other one.
    ALONE: ClassVar[dt.timedelta] = NO_TIME

    @abc.abstractmethod
    def read(self, source: Source) -> Reading:
        """Every deposit of a file, or one typed problem.

        It must be a function of the file and of this source's table alone: the result is kept.
        """

    def till(self, table: SourceTable, view: BookView) -> TillSide | None:
        """Where takings go that a till report books, too; None where the format or the unit has no till."""
        del table, view
        return None

    def deposits(self, source: Source) -> tuple[Deposit, ...]:
        """Every deposit of a file.

        Raises:
            Problem: the file is damaged, cut off, or doesn't add up.
        """
        return self.once(source, self.read).deposits

    def owns(self, source: Source) -> bool:
        """Whether the first deposit is this source's; a damaged file, or one without any, is the first source's."""
        try:
            deposits = self.deposits(source)
            if deposits:
                return source_of(self.unit, deposits[0], self.source, source.shown) == self.source
        except Problem:
            pass
        return self.is_first

    def day(self, source: Source) -> dt.date | None:
        """The last day of a deposit."""
        return max((d.date for d in self.deposits(source)), default=None)

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """All deposits of the file: all come in, or none."""
        groups: dict[str, tuple[SourceTable, list[Deposit]]] = {}
        tables: dict[tuple[tuple[str, ...], str], SourceTable] = {}
        for deposit in self.deposits(source):
            key = (deposit.numbers, deposit.currency)
            if key not in tables:
                tables[key] = source_of(self.unit, deposit, self.source, source.shown)
            table = tables[key]
            groups.setdefault(table.name, (table, []))[1].append(deposit)
        whole = Plan(remarks=list(self.once(source, self.read).remarks))
        for table, deposits in groups.values():
            whole.extend(
                plan_deposits(
                    view,
                    table,
                    deposits,
                    role=self.ROLE,
                    file=source.shown,
                    document=source.document,
                    today=today,
                    till=self.till(table, view),
                    alone=self.ALONE,
                )
            )
        return whole
