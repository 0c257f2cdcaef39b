"""A payment as BgMax gives it, and what becomes of its references.

What further references amount to is never added to the payment: where they sum to it, they say how it is split; else
they only name what the payer says it is for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from importers.bank.model import Part
from importers.clearing.model import Payment

#: Codes of a reference: an OCR number that Bankgirot found right, or one in an agreed form.
STRUCTURED: Final = frozenset({"2", "4"})
#: Free text or several numbers; a number whose check digit or length is wrong.
FREE, WRONG = "3", "5"
#: A personal number has a month in its third and fourth place; only an organisation's number is kept.
ORGANISATION = re.compile(r"00([0-9]{2}[2-9][0-9]{7})", re.ASCII)


@dataclass(slots=True)
class Extra:
    """A further reference; its amount is signed."""

    reference: str
    code: str
    amount: Decimal


@dataclass(slots=True)
class Received:
    """A payment (20) or deduction (21), with the records that follow it.

    Attributes:
        amount: signed; a deduction is negative.
        bankgiro: the payer's, where Bankgirot knows it.
        code: what kind of reference it is.
        serial: Bankgirot's own number of the payment.
        image: whether there is an image of the payment slip.
        texts, names, organisation: of records 25, 26, 29.
    """

    amount: Decimal
    bankgiro: str
    reference: str
    code: str
    serial: str
    image: bool
    extras: list[Extra] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    organisation: str = ""

    def payments(self) -> list[Payment]:
        """As it is booked: whole, or split where its further references say how."""
        split = self.split() if self.extras else []
        if split:
            return [self.payment(part.amount, [part]) for part in split]
        return [self.payment(self.amount, [self, *self.extras])]

    def split(self) -> list[Extra]:
        """The further references with their amounts, where these sum to the payment; else none."""
        parts = [extra for extra in self.extras if extra.amount]
        total = sum((p.amount for p in parts), Decimal(0))
        if parts and total == self.amount:
            return parts
        if parts and self.amount < 0 and total == -self.amount:  # a deduction may name what it deducts without sign
            return [Extra(p.reference, p.code, -p.amount) for p in parts]
        return []

    @staticmethod
    def structured(sources: Sequence[Received | Extra]) -> tuple[str, ...]:
        """References that may be matched, each once."""
        found: list[str] = []
        for one in sources:
            if one.code in STRUCTURED:
                found.append(one.reference)
            elif one.code == FREE:
                found += re.split(r"[\s,;/]+", one.reference)
        return tuple(dict.fromkeys(filter(None, found)))

    def payment(self, amount: Decimal, said: Sequence[Received | Extra]) -> Payment:
        """All of it or a part, as what it pays.

        One reference is matched as it is. Several name what the payment pays together, and one that Bankgirot found
        wrong is no more than a hint: they stand in the text, where recognition looks for numbers that add up.
        """
        references = self.structured(said)
        texts = [" ".join(t.split()) for t in (*self.texts, *(one.reference for one in said if one.code == WRONG))]
        if len(references) > 1:
            told = set(" ".join(texts).split())
            texts += [r for r in references if r not in told]
        part = Part(
            amount=amount,
            counterparty=" ".join(" ".join(self.names).split()),
            text=" ".join(dict.fromkeys(filter(None, texts))) if texts else "",
            counterparty_account=self.bankgiro,
            reference=references[0] if len(references) == 1 else "",
        )
        meta: list[tuple[str, str | bool]] = [("bank-ref", self.serial)] if self.serial else []
        if self.organisation and (match := ORGANISATION.fullmatch(self.organisation)):
            meta.append(("organisation-number", match[1]))
        if self.image:
            meta.append(("image", True))
        return Payment(part, meta=tuple(meta))
