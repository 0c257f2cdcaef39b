"""Card settlements into books: each payout one deposit, the acquirer's fees a cost, refunds and chargebacks apart.

A payout's id stands for one payout within four weeks: with another day it is the same one, told differently. Ids that
begin anew with the month or the year are others; where they begin anew with each day, the day is the payout's id.
"""

from __future__ import annotations

import datetime as dt

from importers.base import Source
from importers.book import BookView
from importers.clearing.importer import ClearingImporter, Reading
from importers.clearing.till import TillSide
from importers.letters import read_text
from importers.takings.card_read import AMOUNTS, CardReader
from importers.takings.declared import Declared
from importers.takings.sheet import Sheet
from importers.takings.tills import till_side
from ledger.books.sources import SourceTable
from ledger.messages import N_, say

NEEDED = ("date", "amount")


class CardImporter(Declared, ClearingImporter):
    """Any acquirer's settlement by `[source.takings.columns]`."""

    ROLE = "card_clearing"
    ALONE = dt.timedelta(days=27)  # ids that begin anew each month come again after 28 days at the earliest

    def read(self, source: Source) -> Reading:
        """Every payout of the file."""
        takings = self.takings
        text = read_text(source.data, source.shown, takings.encoding)
        header, columns, writing = self.layout(text, source.shown, NEEDED)
        reader = CardReader(
            Sheet(text, source.shown, header, columns, AMOUNTS, writing),
            takings.types,
            fee_minus=takings.fee_minus,
            currency=self.source.kept_in(self.unit.currency),
            source=(self.source.name, self.unit.slug),
        )
        payouts = reader.payouts()
        remarks = []
        if reader.waiting:
            text = N_("Rows that are in no payout yet are left out: {count}; they come again with their payout.")
            remarks.append(say(text, count=reader.waiting))
        return Reading(tuple(payouts), tuple(remarks))

    def till(self, table: SourceTable, view: BookView) -> TillSide | None:
        """The account on which the unit's till books card sales."""
        return till_side(view, table, "card")
