"""The nouns of a bank statement (ISO 20022, camt.053 "Bank to Customer Statement"): statement, balance, entry, detail.

Amounts are signed from the account holder's side: credit (money in) is positive. The entry is what the bank booked;
details say what a collected entry is made of, and never count beside it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """`Bal`. Type: OPBD opening, CLBD closing, PRCD previous closing, ITBD at a page's end; others inform only."""

    type: str
    amount: Decimal
    currency: str
    date: dt.date | None


@dataclass(frozen=True, slots=True)
class Paid:
    """`Strd`: a document that a payment pays; its amount has no sign but that of a credit note (minus)."""

    amount: Decimal | None = None
    currency: str | None = None
    reference: str = ""
    invoice: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a payment was in another currency, as the bank writes it, and the rate that it used (where it says so)."""

    amount: str
    currency: str
    rate: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """`NtryDtls/Btch`: what the bank says of a group of details, and what the group holds.

    Attributes:
        count, total: as declared; None where it isn't.
        found: how many details there are.
        net: their sum with its sign; None where one of them has no amount in the batch's currency.
    """

    count: int | None
    total: Decimal | None
    currency: str | None
    found: int
    net: Decimal | None


@dataclass(frozen=True, slots=True)
class Detail:
    """`TxDtls`: one payment of an entry. The amount is signed like the entry's; None where the bank gives none.

    `reference` is the creditor's (OCR number), `invoice` the document's number, `end_to_end` the payer's own id; a
    payment of several documents names each of them in `paid` (one of a single document: in the fields themselves).
    """

    amount: Decimal | None = None
    currency: str | None = None
    counterparty: str = ""
    counterparty_account: str = ""
    text: str = ""
    reference: str = ""
    invoice: str = ""
    end_to_end: str = ""
    paid: tuple[Paid, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """`Ntry`. `reversal`: the bank takes an earlier entry back; the sign is already that of this entry.

    Attributes:
        reference: the bank's own reference: evidence, not identity (banks reuse and change them).
        batches: the groups of its details that the bank counted.
        exchange: what it was in another currency, where it is one payment.
        position: where it stands in the file, `Stmt[1]/Ntry[3]`.
        line: its line in the file.
    """

    amount: Decimal
    currency: str
    date: dt.date
    status: str = "BOOK"
    value_date: dt.date | None = None
    reversal: bool = False
    reference: str = ""
    text: str = ""
    details: tuple[Detail, ...] = ()
    batches: tuple[Batch, ...] = ()
    exchange: Exchange | None = None
    position: str = ""
    line: int = 0

    @property
    def counterparty(self) -> str:
        """Its one counterparty; empty where details name several."""
        if len(self.details) == 1:
            return self.details[0].counterparty
        names = {detail.counterparty for detail in self.details if detail.counterparty}
        return names.pop() if len(names) == 1 else ""

    @property
    def description(self) -> str:
        """What the bank says of it, without repeating itself."""
        parts = [self.text]
        for detail in self.details:
            parts += [detail.text, detail.invoice, detail.reference, *_numbers(detail)]
        return " ".join(dict.fromkeys(part for part in (" ".join(part.split()) for part in parts) if part))

    @property
    def itemised(self) -> bool:
        """Whether its details are all of its payments: some banks name the first one of many."""
        return all(batch.count is None or batch.count == batch.found for batch in self.batches)


def _numbers(detail: Detail) -> list[str]:
    return [number for paid in detail.paid for number in (paid.invoice, paid.reference)]


@dataclass(frozen=True, slots=True)
class Summary:
    """`TxsSummry`: what the bank counted itself. None where it doesn't say; sums without sign."""

    count: int | None = None
    credits: int | None = None
    credit_sum: Decimal | None = None
    debits: int | None = None
    debit_sum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """`Stmt`: one account over one period.

    Attributes:
        account: its IBAN, or the bank's own number.
        pages: numbers of the pages that it was read from; empty where the bank doesn't number them.
        more: whether the bank says that the last of them isn't the last one.
        apart: whether its message is one of several pages: it may go on in another file, or begin in one.
    """

    id: str
    account: str
    currency: str | None
    balances: tuple[Balance, ...]
    entries: tuple[Entry, ...]
    sequence: str = ""
    date_from: dt.date | None = None
    date_to: dt.date | None = None
    owner: str = ""
    summary: Summary = Summary()
    pages: tuple[int, ...] = ()
    more: bool = False
    apart: bool = False
    line: int = 0

    def balance(self, *types: str, last: bool = False) -> Balance | None:
        """The first (or last) balance of the first type that the statement has."""
        for wanted in types:
            found = [b for b in self.balances if b.type == wanted]
            if found:
                return found[-1] if last else found[0]
        return None

    @property
    def opening(self) -> Balance | None:
        """The balance before the first entry."""
        return self.balance("OPBD", "PRCD")

    @property
    def closing(self) -> Balance | None:
        """The balance after the last booked entry."""
        return self.balance("CLBD", last=True)

    @property
    def complete(self) -> bool:
        """Whether all of its pages are there, as far as the bank numbers them."""
        return not self.apart and not self.more and self.pages in {(), tuple(range(1, len(self.pages) + 1))}

    @property
    def booked(self) -> tuple[Entry, ...]:
        """Entries that the bank has booked; pending and informing ones are none of the books' business."""
        return tuple(entry for entry in self.entries if entry.status == "BOOK")

    @property
    def net(self) -> Decimal:
        """Σ booked entries."""
        return sum((entry.amount for entry in self.booked), Decimal(0))

    @property
    def adds_up(self) -> bool | None:
        """Whether opening + net = closing, in one currency; None where either balance is missing."""
        if self.opening is None or self.closing is None:
            return None
        return self.opening.currency == self.closing.currency and self.opening.amount + self.net == self.closing.amount
