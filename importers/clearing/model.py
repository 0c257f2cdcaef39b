"""The nouns of money on its way to the bank: payments, and the deposit in which the bank pays them in.

Amounts are signed from the receiver's side: money in is positive, what is taken back (a deduction, a refund, a
chargeback) negative. A deposit says what the bank is going to book in one sum: Σ payments - fees.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from importers.bank.model import Part


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of a deposit, or the sum of those that nobody tells apart.

    Attributes:
        part: amount before fees, payer, text, reference.
        day: when it was sold or paid; None where the file doesn't say.
        kind: a payment (or a refund); a fee, which is negative; a dispute, where the payer's bank takes a payment back
            (a chargeback) and no till knows of it.
        private: its payer is a person whose account (a telephone number) isn't kept in full.
        meta: more to be kept on its posting, as metadata (keys as Beancount takes them).
    """

    part: Part
    day: dt.date | None = None
    kind: Literal["payment", "fee", "dispute"] = "payment"
    private: bool = False
    meta: tuple[tuple[str, str | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Deposit:
    """What the bank pays in in one sum.

    Attributes:
        numbers: whose it is: bankgiro, Swish or merchant number, and the bank account it goes to; the first one that
            isn't empty is a part of its identity.
        serial: tells it from others of its day: the bank's serial number, a payout's or batch's id.
        reference: what the bank's statement may quote of it.
        date: when the bank books it.
        amount: what the bank books: Σ payments - fees.
        fees: what the acquirer keeps of it beside payments of that kind; positive is a cost.
        text: what it is, in words; the voucher's text.
        position, line: where it stands in the file.
        rows: how many payments the file tells, where they are put together in fewer; else 0.
        told: what each of them says then: amounts, days, texts.
    """

    numbers: tuple[str, ...]
    serial: str
    date: dt.date
    amount: Decimal
    currency: str
    payments: tuple[Payment, ...]
    fees: Decimal = Decimal(0)
    reference: str = ""
    text: str = ""
    position: str = ""
    line: int | None = None
    rows: int = 0
    told: tuple[tuple[object, ...], ...] = ()

    @property
    def number(self) -> str:
        """The number that it is known by."""
        return next((n for n in self.numbers if n), "")

    @property
    def gross(self) -> Decimal:
        """Σ payments, before fees."""
        return sum((p.part.amount for p in self.payments), Decimal(0))
