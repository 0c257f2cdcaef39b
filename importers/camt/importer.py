"""camt.053 bank statements into books: every statement checked, its booked entries as bank lines.

The bank's entry is the posting; details are its parts where they sum to it in its own currency. Pending and informing
entries are left out: they come again once booked. A statement must add up to the smallest unit, in one currency.
"""

from __future__ import annotations

from decimal import Decimal

from importers.bank.importer import BankImporter
from importers.bank.model import BankLine, BankStatement, Part
from importers.base import Source
from importers.camt.check import check_statement, join_pages
from importers.camt.model import Detail, Entry, Statement
from importers.camt.read import looks_like_camt, read_camt053
from ledger.rules.rounding import unit_of

NO_DETAIL = Detail()


class Camt053Importer(BankImporter):
    """camt.053, versions 02 to 13. One file may hold statements of several accounts of the unit."""

    FORMAT = "camt053"
    OF_TABLE = False

    def recognises(self, head: bytes) -> bool:
        """Whether it may be a camt message; which one, the reader says."""
        return looks_like_camt(head)

    def read(self, source: Source) -> tuple[BankStatement, ...]:
        """Every statement of the file."""
        found = join_pages(read_camt053(source.data, source.shown))
        return tuple(bank_statement(check_statement(s, source.shown)) for s in found)


def bank_statement(statement: Statement) -> BankStatement:
    """A checked statement as every bank format has it."""
    opening, closing, currency = statement.opening, statement.closing, statement.currency
    assert currency is not None
    unit = unit_of(currency)
    return BankStatement(
        id=statement.id,
        account=statement.account,
        currency=currency,
        lines=tuple(bank_line(entry, currency) for entry in statement.booked),
        opening=opening.amount.quantize(unit) if opening else None,
        closing=closing.amount.quantize(unit) if closing else None,
        first_day=statement.date_from,
        last_day=closing.date if closing else statement.date_to,
        sequence=int(statement.sequence) if _is_number(statement.sequence) else None,
        line=statement.line or None,
    )


def bank_line(entry: Entry, currency: str) -> BankLine:
    """An entry as a line; its payments are parts where they are several and sum to it in its own currency."""
    only = entry.details[0] if len(entry.details) == 1 else NO_DETAIL
    several = len(entry.details) > 1 or only.paid
    parts = [p for d in entry.details for p in payments(d, entry, currency)] if several and entry.itemised else []
    if len(parts) < 2 or sum((part.amount for part in parts), Decimal(0)) != entry.amount:
        parts = []
    exchange = entry.exchange
    extra = [("original-amount", exchange.amount), ("original-currency", exchange.currency)] if exchange else []
    return BankLine(
        date=entry.date,
        amount=entry.amount.quantize(unit_of(currency)),
        counterparty=entry.counterparty,
        text=entry.description,
        bank_ref=entry.reference,
        value_date=entry.value_date,
        reversal=entry.reversal,
        parts=tuple(parts),
        position=entry.position,
        line=entry.line or None,
        counterparty_account=only.counterparty_account,
        reference=only.reference,
        invoice=only.invoice,
        extra=(*extra, *([("rate", exchange.rate)] if exchange and exchange.rate else [])),
    )


def payments(detail: Detail, entry: Entry, currency: str) -> list[Part]:
    """The payments of a detail: one, or one for each document that it pays, where their amounts are its own.

    None where it has no amount in the entry's currency, or one finer than the currency's unit.
    """
    amount = entry.amount if detail.amount is None and len(entry.details) == 1 else detail.amount
    unit = unit_of(currency)
    if not amount or detail.currency not in {currency, None} or amount != amount.quantize(unit):
        return []

    def part(paid: Decimal, reference: str, invoice: str, *texts: str) -> Part:
        text = " ".join(dict.fromkeys(t for t in (detail.text, invoice, reference, *texts) if t))
        return Part(paid, detail.counterparty, text, detail.counterparty_account, reference, invoice)

    sums = [
        p.amount for p in detail.paid if p.amount and p.currency == currency and p.amount == p.amount.quantize(unit)
    ]
    if sums and len(sums) == len(detail.paid) and sum(sums) == abs(amount):
        sign = 1 if amount > 0 else -1
        paid = zip(detail.paid, sums, strict=True)
        return [part((sign * number).quantize(unit), p.reference, p.invoice) for p, number in paid]
    numbers = [number for p in detail.paid for number in (p.invoice, p.reference)]
    return [part(amount.quantize(unit), detail.reference, detail.invoice, *numbers)]


def _is_number(text: str) -> bool:
    """Whether a statement's sequence is one that can be counted from; `²` is a digit to Python and no number."""
    return text.isascii() and text.isdigit() and len(text) < 10
