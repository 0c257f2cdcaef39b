"""UBL invoices and credit notes into books: read, checked, told whose they are, planned.

One file holds one invoice. A unit may have one source for all of them, or one for sales and one for purchases
(`direction` in `[source.invoices]`); a damaged file belongs to the first.
"""

from __future__ import annotations

import datetime as dt

from importers.base import SambokImporter, Source
from importers.book import BookView
from importers.plan import Plan
from importers.ubl.model import Invoice
from importers.ubl.planner import plan_invoice
from importers.ubl.problems import UblWrongDirection
from importers.ubl.read import looks_like_ubl, read_ubl
from importers.ubl.sides import Sides, sides_of
from importers.ubl.totals import check_adds_up
from ledger.errors import Problem


class UblImporter(SambokImporter):
    """Invoices and credit notes, sent and received."""

    def recognises(self, head: bytes) -> bool:
        """Whether it may be an electronic invoice; which kind, the reader says."""
        return looks_like_ubl(head)

    def owns(self, source: Source) -> bool:
        """Whether it goes the way that this source takes; what can't be told is the first source's."""
        try:
            self.sides(source)
        except UblWrongDirection:
            return False
        except Problem:
            return self.is_first
        return True

    def day(self, source: Source) -> dt.date | None:
        """The day of the invoice."""
        return self.invoice(source).issued

    def invoice(self, source: Source) -> Invoice:
        """The invoice of a file.

        Raises:
            Problem: it is damaged, no invoice, or doesn't add up.
        """
        return self.once(source, _read)

    def sides(self, source: Source) -> Sides:
        """The invoice as this unit sees it."""
        return sides_of(self.invoice(source), self.unit, self.ws, self.source, source.shown)

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """The one entry of the file, or what it repeats."""
        sides = self.sides(source)
        document = source.document
        invoice = self.invoice(source)
        return plan_invoice(view, self.source, invoice, sides, file=source.shown, document=document, today=today)


def _read(source: Source) -> Invoice:
    invoice = read_ubl(source.data, source.shown)
    check_adds_up(invoice, source.shown)
    return invoice
