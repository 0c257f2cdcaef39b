"""What a deposit is made of, as a short key: kept on its entry, and compared when it comes again.

A deposit whose sum stands, but whose payments are others, is another deposit: the invoices that it settles and the days
of sale that it pays in are others. The key is the same whatever the order of the rows, and however blanks, case and
punctuation are written. It says nothing of the accounts that a person has chosen.

Numbers that banks change (their own references) are no part of it. Of a person who pays, no more goes into it than may
stand in a book: the last digits of the telephone number.
"""

from __future__ import annotations

from decimal import Decimal

from importers.clearing.model import Deposit, Payment
from importers.clearing.sides import masked
from importers.identity import digest, folded

#: Metadata of entries that keeps the key; its length.
CONTENT, LENGTH = "content", 12


def content_of(deposit: Deposit) -> str:
    """The key of a deposit's payments and fees."""
    rows = deposit.told or tuple(_row(payment) for payment in deposit.payments)
    return key_of((deposit.fees,), *rows)


def key_of(*rows: tuple[object, ...]) -> str:
    """The key of some rows, in any order; each is a row of amounts, days and texts."""
    return digest(*sorted(digest(*map(_plain, row)) for row in rows))[:LENGTH]


def _row(payment: Payment) -> tuple[object, ...]:
    """What a payment says of itself."""
    part = payment.part
    payer: tuple[str, ...] = (part.counterparty, part.counterparty_account)
    if payment.private:
        payer = (masked(part.counterparty_account),) if part.counterparty_account else (part.counterparty,)
    return (part.amount, payment.kind, payment.day or "", part.reference, part.invoice, part.text, *payer)


def _plain(said: object) -> str:
    """An amount as it counts; a text without what is written at will."""
    if isinstance(said, Decimal):
        return f"{(said + 0).normalize():f}"
    return "".join(folded(str(said)).split())
