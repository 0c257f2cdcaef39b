"""Payments that M-Pesa called back, until the statement shows them: the receipt tells that both are one payment.

A callback proves nothing: whoever knows the address that callbacks go to can send one. So what it tells stands beside
the wallet, on an account for money on its way, flagged `!` and tagged `#unconfirmed`, and belongs to nobody. The wallet
itself is moved by its statement alone. A line of it with the same receipt and amount takes the money off that account:
the callback is confirmed by it, once, and only then is placed like any payment. No other line is ever set off against
it, whatever its amount or reference.

A line with the receipt but another amount waits for a person: one of the two is false.
"""

from __future__ import annotations

import datetime as dt

from beancount.core import data

from importers.bank.model import BankStatement
from importers.book import BookView
from importers.booktext import clean
from importers.identity import account_number
from importers.postings import posting
from importers.recognise.placed import Payment, Placed
from importers.recognise.pool import Claim, Pool
from ledger.loans.reading import UNCONFIRMED
from ledger.messages import N_, say

__all__ = ["RECEIPT", "SHORT_CODE", "UNCONFIRMED", "Callbacks", "confirm", "is_shown", "is_unconfirmed", "unshown"]

#: Metadata of it: the paybill's or till's short code.
SHORT_CODE = "short-code"
#: Metadata of a bank's line and of a callback: the receipt.
RECEIPT = "bank-ref"


class Callbacks:
    """The unconfirmed callbacks of a book.

    Args:
        view: the book.
    """

    def __init__(self, view: BookView) -> None:
        self.entries = [e for e in view.transactions if is_unconfirmed(e)]
        self._by_receipt = {str(e.meta.get(RECEIPT, "")): e for e in self.entries}
        #: Items on the account for money on its way.
        self.items = frozenset(item_of(e) for e in self.entries)

    def of(self, receipt: str) -> data.Transaction | None:
        """What was called back of a receipt."""
        return self._by_receipt.get(receipt) if receipt else None


def is_unconfirmed(entry: data.Transaction) -> bool:
    """Whether only a callback tells of a payment, as far as the entry itself says."""
    return UNCONFIRMED in (entry.tags or ()) and bool(entry.postings)


def item_of(entry: data.Transaction) -> str:
    """The item of a callback's money on its way."""
    return str((entry.postings[0].meta or {}).get("item", ""))


def is_shown(view: BookView, entry: data.Transaction) -> bool:
    """Whether a statement's line has confirmed a callback."""
    others = view.linked.get(item_of(entry), ())
    return any(e is not entry and str(e.meta.get("source-id", "")).startswith("bank-") for e in others)


def unshown(view: BookView, statement: BankStatement, code: str) -> list[data.Transaction]:
    """Callbacks of days that a statement tells whole, whose receipts neither it nor the book's statements show.

    Its first day counts where it says that it begins with it, its last one never: it may be told in part.

    Args:
        view: the book, before the statement is booked.
        statement: of a wallet.
        code: the wallet's short code.
    """
    if not statement.lines:
        return []
    first, last = statement.lines[0].date, statement.lines[-1].date
    if statement.first_day is None or statement.first_day > first:
        first += dt.timedelta(days=1)
    shown = {line.bank_ref for line in statement.lines}
    return [
        entry
        for entry in view.shared(Callbacks).entries
        if first <= entry.date < last
        and account_number(str(entry.meta.get(SHORT_CODE, ""))) == code
        and entry.meta.get(RECEIPT) not in shown
        and not is_shown(view, entry)
    ]


def confirm(view: BookView, pool: Pool, line: Payment, receipt: str) -> Placed | None:
    """The account for money on its way, where a callback told of a statement's line.

    Args:
        view: the book.
        pool: its items.
        line: of a statement.
        receipt: the line's.

    Returns:
        What stands against the line; None where no callback told of it, or it is confirmed already.
    """
    entry = view.shared(Callbacks).of(receipt) if line.amount > 0 else None
    claim = pool.by_key(entry.postings[0].account, line.currency, item_of(entry)) if entry is not None else None
    if claim is None or not claim.open:
        return None
    if claim.open != line.amount:
        return _contradicted(view, line, claim)
    pool.settle(claim, -line.amount, line.day)
    own = posting(claim.account, -line.amount, line.currency)
    return Placed((own,), sure=True, links=frozenset({claim.key}))


def _contradicted(view: BookView, line: Payment, claim: Claim) -> Placed:
    text = N_("the callback of this receipt told of {open} {currency}: the statement counts, take the callback out")
    reason = say(text, open=claim.open, currency=claim.currency)
    other = posting(view.role("suspense"), -line.amount, line.currency, line.said)
    return Placed((other,), sure=False, suggestion=clean(f"{claim.account}: {reason}"))
