"""What M-Pesa takes for a payment: rows of its statement that are a charge by their own words, and nobody's payment."""

from __future__ import annotations

import re

from importers.book import BookView
from importers.postings import posting
from importers.recognise.placed import Payment, Placed
from ledger.books.sources import SourceTable

#: `Pay Bill Charge`, `Customer Transfer of Funds Charge`, `Withdrawal Charge`.
_CHARGE = re.compile(r"\bcharges?$", re.IGNORECASE)


def wallet_fee(view: BookView, source: SourceTable, pay: Payment) -> Placed | None:
    """Bank charges, for a charge of the wallet's own keeper; None of any other payment.

    Args:
        view: the book.
        source: whose line it is.
        pay: the payment.
    """
    somebody = pay.part.counterparty or pay.part.counterparty_account or pay.part.reference
    if source.format != "mpesa" or pay.amount >= 0 or somebody or not _CHARGE.search(pay.part.text):
        return None
    if not view.chart.has_role("bank_fees"):
        return None
    account = view.role("bank_fees")
    if not view.is_open(account, pay.day, view.unit.currency):
        return None
    return Placed((posting(account, -pay.amount, pay.currency),), sure=True)
