"""The nouns of a bank statement, whatever its format: statement, line, and the payments that a line is made of.

Amounts are signed from the account holder's side: money in is positive. A line is what the bank booked; its parts say
what a collected line is made of, sum to it, and never count beside it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """One payment: a bank line, or one of those that the bank booked together.

    Attributes:
        counterparty: who paid or was paid, as the bank names them.
        counterparty_account: their account: IBAN, bankgiro, national number.
        text: what the bank or the payer says.
        reference: structured: OCR number, creditor reference, invoice number. Matched against open items as it is.
        invoice: the document's number where the format has a field of its own for it.
    """

    amount: Decimal
    counterparty: str = ""
    text: str = ""
    counterparty_account: str = ""
    reference: str = ""
    invoice: str = ""


@dataclass(frozen=True, slots=True)
class BankLine:
    """A booked line.

    Attributes:
        date: the bank's booking day.
        bank_ref: the bank's own reference: evidence, not identity (banks reuse and change them).
        identity: what tells the line from others of its day where a format has something better than counterparty and
            text (an M-Pesa receipt); never a number that the bank may change.
        reversal: the bank takes an earlier line back; the sign is already this line's.
        parts: the payments of a collected line; they sum to it, or there are none.
        position, line: where it stands in the file.
        extra: more to be kept on the entry, as metadata (keys as Beancount takes them): original amount and currency.
    """

    date: dt.date
    amount: Decimal
    counterparty: str = ""
    text: str = ""
    bank_ref: str = ""
    value_date: dt.date | None = None
    reversal: bool = False
    parts: tuple[Part, ...] = ()
    position: str = ""
    line: int | None = None
    counterparty_account: str = ""
    reference: str = ""
    invoice: str = ""
    identity: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def payments(self) -> tuple[Part, ...]:
        """Its parts, or itself as the one part."""
        return self.parts or (self.whole,)

    @property
    def whole(self) -> Part:
        """All of it as one payment."""
        return Part(self.amount, self.counterparty, self.text, self.counterparty_account, self.reference, self.invoice)


@dataclass(frozen=True, slots=True)
class BankStatement:
    """One account over one period.

    Attributes:
        id: the bank's name for it; empty where there is none.
        account: its number as the file gives it; empty where the format doesn't say whose it is.
        opening, closing: balances; None where the file gives none.
        first_day, last_day: the period it covers, where the file says so.
        sequence: its number in the bank's series of statements.
        line: its line in the file.
        begun: whether it can lack no line of its period before its first one. A list that begins with the newest line
            may have been cut off, and its opening balance is then one of a later day.
        final: whether its last day is told whole, as a bank's statement does; a list may be made at any hour.
        running: the day on which it was made, if lines of it may follow: it closes with no balance then.
    """

    id: str
    account: str
    currency: str
    lines: tuple[BankLine, ...]
    opening: Decimal | None = None
    closing: Decimal | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    sequence: int | None = None
    line: int | None = None
    begun: bool = True
    final: bool = True
    running: dt.date | None = None

    @property
    def net(self) -> Decimal:
        """Σ lines."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def days(self) -> list[dt.date]:
        """The days that it speaks of: its lines' and its own."""
        return [line.date for line in self.lines] + [d for d in (self.first_day, self.last_day) if d]
