"""What recognition works on and gives: one payment with its day and currency, and the other side found for it.

What isn't certain is flagged: the entry `!`, and where its posting is no longer on suspense (an invoice paid twice,
money from another unit without an invoice) that posting, too. A waiting posting keeps what the bank said of its
payment, so that it can be placed again when more is known (`importers.recognise.replace`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beancount.core import data

from importers.bank.model import Part
from importers.booktext import clean
from importers.postings import weighs
from importers.recognise.references import fold_reference, words

#: Metadata of a waiting posting that says what the bank said of the payment, by the part's field.
PART_KEYS = {
    "counterparty": "counterparty",
    "counterparty_account": "counterparty-account",
    "reference": "reference",
    "text": "text",
    "invoice": "invoice",
}
#: And the payment's amount, as the bank has it: whoever splits the posting by hand has taken it over.
PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Placed:
    """The other side of one payment.

    Attributes:
        postings: they weigh the payment's amount with the sign turned.
        sure: nobody needs to look at it; else the entry is flagged `!`.
        narration: the entry's text instead of the bank's; `payee`: who the other party is.
        suggestion: where it may belong, and why; only where it isn't sure.
        links: of the entry: what it settles, or the dealing that it is one side of.
        meta: of the entry.
    """

    postings: tuple[data.Posting, ...]
    sure: bool
    narration: str | None = None
    payee: str | None = None
    suggestion: str | None = None
    links: frozenset[str] = frozenset()
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment that looks for its other side; money in is positive.

    Attributes:
        part: what the bank said, its texts as they may stand in a book.
        alone: its transaction holds no other payment, so what the bank said stands on the transaction.
        exact: references that stand in fields of their own, folded.
        words: every word of reference and text that may be a number of something, folded.
        hints: where it may belong, best first; steps that aren't certain add theirs.
        dealing: `partner`, `ic` and link (`item`) of a dealing with another unit whose account isn't known: the posting
            on suspense keeps them, so that they are there when a person puts the account in its place.
    """

    part: Part
    day: dt.date
    currency: str
    alone: bool
    exact: tuple[str, ...]
    words: frozenset[str]
    hints: list[str] = field(default_factory=list)
    dealing: dict[str, str] = field(default_factory=dict)

    @property
    def amount(self) -> Decimal:
        """Signed."""
        return self.part.amount

    @property
    def said(self) -> dict[str, Any]:
        """What a posting that waits keeps of the payment."""
        if self.alone:
            kept = {"counterparty": self.part.counterparty, "invoice": self.part.invoice}
            return {key: text for key, text in kept.items() if text}
        texts = {key: getattr(self.part, name) for name, key in PART_KEYS.items()}
        return {**{key: text for key, text in texts.items() if text}, PAYMENT: self.amount}


def payment(part: Part, day: dt.date, currency: str, *, alone: bool) -> Payment:
    """A payment as recognition looks at it."""
    told = tidy(part)
    exact = [fold_reference(r) for r in (told.reference, told.invoice) if r]
    text = f"{told.reference} {told.invoice} {told.text}"
    return Payment(told, day, currency, alone, tuple(r for r in dict.fromkeys(exact) if r), frozenset(words(text)))


def tidy(part: Part) -> Part:
    """A part with its texts as they stand in a book: the same whether it comes from a file or from the book."""
    return Part(
        part.amount,
        clean(part.counterparty) if part.counterparty else "",
        clean(part.text) if part.text else "",
        clean(part.counterparty_account, 60) if part.counterparty_account else "",
        clean(part.reference, 80) if part.reference else "",
        clean(part.invoice, 80) if part.invoice else "",
    )


def ties(placed: Placed, pay: Payment) -> bool:
    """Whether the other side weighs what was paid."""
    return weighs(placed.postings, pay.currency) == -pay.amount
