"""Callbacks of M-Pesa into books, beside the wallet; `bank_account` is the short code of the paybill or till."""

from __future__ import annotations

import datetime as dt

from importers.base import SambokImporter, Source
from importers.book import BookView
from importers.daraja.planner import plan_callbacks
from importers.daraja.read import Callback, looks_like_daraja, read_callbacks
from importers.identity import account_number
from importers.plan import Plan
from ledger.errors import Problem


class DarajaImporter(SambokImporter):
    """Confirmations of payments to a paybill or till, as whoever receives them drops them into a file."""

    def recognises(self, head: bytes) -> bool:
        """Whether the file begins with an object that has a callback's keys."""
        return looks_like_daraja(head)

    def callbacks(self, source: Source) -> tuple[Callback, ...]:
        """Every callback of a file.

        Raises:
            Problem: one of them is damaged or made up.
        """
        return self.once(source, _read)

    def owns(self, source: Source) -> bool:
        """Whether the first callback is of this source's short code; one that is nobody's is the first source's."""
        try:
            code = account_number(self.callbacks(source)[0].code)
        except (Problem, IndexError):
            return self.is_first
        mine = [s for s in self.unit.sources if s.format == self.source.format]
        takers = [s for s in mine if account_number(s.bank_account or "") == code]
        return self.source == (takers or mine)[0]

    @property
    def reader(self) -> object:
        """All sources of the format read a file alike."""
        return type(self)

    def day(self, source: Source) -> dt.date | None:
        """The last day of a payment."""
        return max((one.when.date() for one in self.callbacks(source)), default=None)

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """All callbacks of the file: all come in, or none."""
        callbacks = self.callbacks(source)
        return plan_callbacks(view, self.source, callbacks, file=source.shown, document=source.document, today=today)


def _read(source: Source) -> tuple[Callback, ...]:
    return read_callbacks(source.data, source.shown)
