"""What an acquirer keeps for its service: a cost of its own, not less sales (gross principle, ÅRL 2 kap. 4 §)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from beancount.core import data

from importers.book import BookView
from importers.checks import check_open
from importers.postings import posting
from ledger.books.sources import SourceTable
from ledger.messages import N_, say
from ledger.rules.vat import deductible, included


class Fees:
    """Where the fees of a source are booked: `fee_account`, else the chart's role; VAT only where it is declared.

    Args:
        view: the book.
        source: whose settings count.
    """

    def __init__(self, view: BookView, source: SourceTable) -> None:
        self.view = view
        self.source = source

    def postings(self, fees: Decimal, day: dt.date, currency: str) -> list[data.Posting]:
        """The cost, and the deductible part of VAT within it.

        Args:
            fees: with VAT, where there is any; positive is a cost.
            day: of the entry.
            currency: of the deposit.

        Raises:
            ImportAccountMissing: the account in the settings isn't open on `day`.
            ChartRoleMissing: the chart has no account for fees.
        """
        if not fees:
            return []
        takings = self.source.takings
        if takings and takings.fee_account:
            account = takings.fee_account
            check_open(self.view, account, day, currency, by=say(N_("source {name}"), name=self.source.name))
        else:
            account = self.view.role("card_fees", "bank_fees")
        rate = Decimal(takings.fee_vat) / 100 if takings and takings.fee_vat else Decimal(0)
        vat = deductible(included(fees, rate, currency), self.view.unit.vat_deduction, currency)
        found = [posting(account, fees - vat, currency)]
        return [*found, posting(self.view.role("input_vat"), vat, currency)] if vat else found
