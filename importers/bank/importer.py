"""What the importers of all bank formats share: from statements that were read to a plan against the book.

A format's own importer says how a file is recognised and read; which source a statement belongs to, whether it adds
up, whether statements overlap, and what of it the book holds already, is one and the same for all.
"""

from __future__ import annotations

import abc
import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from importers.bank.model import BankStatement
from importers.bank.planner import balance_before, number_of, plan_bank
from importers.bank.statements import (
    check_currency,
    check_overlap,
    check_whole,
    in_order,
    source_of,
    unknown_account,
    without_repeats,
)
from importers.base import SambokImporter, Source
from importers.book import BookView
from importers.plan import Plan
from ledger.books.engine import quiet
from ledger.books.sources import SourceTable
from ledger.errors import Problem


class BankImporter(SambokImporter):
    """A bank format. One file may hold statements of several accounts of the unit.

    A format gives `FORMAT` (as in `unit.toml`), `recognises` and `read`.
    """

    FORMAT: ClassVar[str]
    #: Whether a file tells its last day whole; a list may be made at any hour, and end in the middle of a day.
    FINAL: ClassVar[bool] = True
    #: Whether what is read depends on the source's table, too; else all sources of the format read a file once.
    OF_TABLE: ClassVar[bool] = True

    @property
    def reader(self) -> object:
        """Itself, or all sources of the format."""
        return self if self.OF_TABLE else type(self)

    @abc.abstractmethod
    def read(self, source: Source) -> tuple[BankStatement, ...]:
        """Every statement of a file, or one typed problem; statements are checked by `check_whole` afterwards.

        It must be a function of the file and of this source's table alone: the result is kept.
        """

    def statements(self, source: Source) -> tuple[BankStatement, ...]:
        """Every statement of a file, each of them whole.

        Raises:
            Problem: the file is damaged, cut off, or doesn't add up.
        """
        return self.once(source, self._whole)

    def _whole(self, source: Source) -> tuple[BankStatement, ...]:
        with quiet():
            return tuple(check_whole(s, source.shown) for s in self.read(source))

    def owns(self, source: Source) -> bool:
        """Whether the first statement is of this source's account; a damaged file is the first source's."""
        try:
            first = self.statements(source)[0]
            return source_of(self.unit, first, self.FORMAT, source.shown) == self.source
        except Problem:
            return self.is_first

    def day(self, source: Source) -> dt.date | None:
        """The last day that a statement speaks of."""
        return max((d for s in self.statements(source) for d in s.days), default=None)

    def settled(self, source: Source, today: dt.date) -> tuple[BankStatement, ...]:
        """The statements as they count on the day of their import; lists whose last day may go on override it."""
        del today
        return self.statements(source)

    def by_account(
        self, statements: Sequence[BankStatement], shown: str
    ) -> list[tuple[SourceTable, list[BankStatement]]]:
        """The statements of a file by the account that they are of, each said once, with its source.

        Raises:
            Problem: one is of an account or in a currency that is no source's.
        """
        groups: dict[tuple[str, str, str], tuple[SourceTable, list[BankStatement]]] = {}
        for statement in statements:
            table = source_of(self.unit, statement, self.FORMAT, shown)
            check_currency(self.unit, table, statement, shown)
            number = number_of(table, statement)
            if any(name == table.name and other != number for name, other, _ in groups):
                raise unknown_account(self.unit, statement, self.FORMAT, shown)  # it takes one, not any number
            found = groups.setdefault((table.name, number, statement.currency), (table, []))[1]
            found.append(statement if self.FINAL else replace(statement, final=False))
        return [(table, without_repeats(found)) for table, found in groups.values()]

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """All statements of the file: all come in, or none."""
        whole = Plan()
        for table, found in self.by_account(self.settled(source, today), source.shown):
            ordered = in_order(found, balance_before(view, table, found))
            check_overlap(ordered, source.shown)
            with quiet():
                whole.extend(plan_bank(view, table, ordered, file=source.shown, document=source.document, today=today))
        return whole
