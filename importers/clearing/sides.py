"""The other sides of a deposit: fees, what the till has booked, and each payment where it belongs."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beancount.core import data

from importers.book import BookView
from importers.booktext import clean
from importers.checks import check_open
from importers.clearing.fees import Fees
from importers.clearing.model import Deposit, Payment
from importers.clearing.till import TillSide
from importers.recognise.place import Placed, Recogniser
from importers.recognise.placed import PART_KEYS, PAYMENT, tidy
from ledger.books.sources import RuleTable, SourceTable
from ledger.messages import N_, say

ZERO = Decimal(0)
#: Digits of a person's telephone number that are kept.
KEPT = 3


@dataclass
class Other:
    """All other sides of one deposit.

    Attributes:
        postings: they sum to what the bank pays in, with the sign turned.
        links: what they settle.
        meta: of the entry.
        sure: nobody needs to look at it.
        payee: where all of it is from one payer, and none of it is the till's.
        narration: where one rule gives all of it a text.
        item: the deposit is this open item instead of one of its own.
    """

    postings: list[data.Posting] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    meta: dict[str, Any] = field(default_factory=dict)
    sure: bool = True
    payee: str | None = None
    narration: str | None = None
    item: str | None = None


class Sides:
    """Finds the other sides of one source's deposits, one after the other.

    Args:
        view: the book.
        source: whose rules and settings count.
        till: where takings go that a till report books, too; None = no till.
    """

    def __init__(self, view: BookView, source: SourceTable, till: TillSide | None) -> None:
        self.view = view
        self.till = till
        self.by = say(N_("source {name}"), name=source.name)
        self.fees = Fees(view, source)
        self.recogniser = Recogniser(view, source)
        # A rule for all payments (takings are sales) says nothing of what the acquirer or the payer's bank takes.
        told = source.model_copy(update={"rule": tuple(rule for rule in source.rule if speaks(rule))})
        self.strict = Recogniser(view, told)

    def of(self, deposit: Deposit) -> Other:
        """The other sides of a deposit.

        Raises:
            ImportAccountMissing, ChartRoleMissing: an account that they need isn't there.
        """
        other, fees = Other(), deposit.fees
        takings: list[Payment] = []
        placed: list[tuple[Payment, Placed]] = []
        for payment in deposit.payments:
            if not payment.part.amount:
                continue
            recogniser = self.recogniser if payment.kind == "payment" else self.strict
            one = recogniser.place(payment.part, deposit.date, deposit.currency)
            if payment.kind == "fee" and not one.sure:
                fees -= payment.part.amount
            elif self.till and payment.kind == "payment" and not (one.sure or one.links):
                takings.append(payment)
            else:
                placed.append((payment, one))
        other.postings += self.fees.postings(fees, deposit.date, deposit.currency)
        if self.till and takings:
            check_open(self.view, self.till.account, deposit.date, deposit.currency, by=self.by)
            against = self.till.against(takings, deposit)
            other.postings += against.postings
            other.links |= against.links
            other.item = against.item
        for payment, one in placed:
            self.add(other, payment, one)
        if not takings:
            payers = {one.payee or payment.part.counterparty for payment, one in placed}
            narrations = {one.narration for _, one in placed}
            other.payee = clean(payers.pop()) or None if len(payers) == 1 else None
            other.narration = narrations.pop() if len(narrations) == 1 else None
        return other

    def add(self, other: Other, payment: Payment, one: Placed) -> None:
        """A payment's postings; the first says whose it is."""
        for number, posting in enumerate(one.postings):
            meta = dict(posting.meta or ())
            if number == 0:
                say_of(payment, meta)
            if payment.kind == "dispute" and meta.pop(PAYMENT, None):
                # It isn't placed again by itself: rules for all payments would take it then.
                meta["dispute"] = True
            if payment.private and "counterparty-account" in meta:
                meta["counterparty-account"] = masked(meta["counterparty-account"])
            other.postings.append(posting._replace(meta=meta or None))
        other.links |= one.links
        other.meta |= one.meta
        other.sure = other.sure and one.sure
        if one.suggestion:
            other.meta.setdefault("suggestion", one.suggestion)


def say_of(payment: Payment, meta: dict[str, Any]) -> None:
    """Add what the file says of a payment to the metadata of its posting, where it doesn't stand there yet."""
    part = tidy(payment.part)
    for name, key in PART_KEYS.items():
        if key not in meta and (text := getattr(part, name)):
            meta[key] = text
    for key, value in payment.meta:
        meta[key] = clean(value, 80) if isinstance(value, str) else value


def speaks(rule: RuleTable) -> bool:
    """Whether a rule says which payments it means, and doesn't just take all."""
    return bool(rule.text or rule.counterparty or rule.reference or rule.direction == "out")


def masked(number: str) -> str:
    """A telephone number by which a person can't be called; a company's Swish number (123...) stands."""
    digits = "".join(c for c in number if c.isdigit())
    return number if digits.startswith("123") else f"*{digits[-KEPT:]}"
