"""camt.053 bank statements into books: every statement checked, its booked entries as bank lines.

The bank's entry is the posting; details are its parts where they sum to it in its own currency. Pending and informing
entries are left out: they come again once booked. A statement must add up to the smallest unit, in one currency.
"""

from __future__ import annotations

from decimal import Decimal

from importers.bank.importer import BankImporter
from importers.bank.model import BankLine, BankStatement, Part
from importers.bank.problems import BankBalanceDiffers, BankCountDiffers, BankCurrency
from importers.base import Source
from importers.camt.model import Detail, Entry, Statement
from importers.camt.problems import CamtIncomplete
from importers.camt.read import looks_like_camt, read_camt053
from importers.problems import ImportAmountUnit
from ledger.messages import N_, say
from ledger.rules.rounding import unit_of


class Camt053Importer(BankImporter):
    """camt.053, versions 02 to 13. One file may hold statements of several accounts of the unit."""

    FORMAT = "camt053"

    def recognises(self, head: bytes) -> bool:
        """Whether it may be a camt message; which one, the reader says."""
        return looks_like_camt(head)

    def read(self, source: Source) -> tuple[BankStatement, ...]:
        """Every statement of the file."""
        return tuple(check_statement(s, source.shown) for s in read_camt053(source.data, source.shown))


def check_statement(statement: Statement, shown: str) -> BankStatement:
    """A statement that is whole.

    Raises:
        BankCurrency: its entries or balances are in several currencies.
        ImportAmountUnit: an amount is finer than the currency's unit.
        BankCountDiffers: the bank counted other entries.
        BankBalanceDiffers: opening + booked isn't closing.
        CamtIncomplete: it names no currency at all.
    """
    at = f"Stmt {statement.id}"
    opening, closing = statement.opening, statement.closing
    first = next((x for x in (opening, closing, *statement.entries) if x is not None), None)
    currency = statement.currency or (first.currency if first else None)
    if currency is None:
        raise CamtIncomplete(file=shown, line=statement.line or None, position=at, what="Acct/Ccy")
    amounts: list[tuple[str, Decimal, str, int | None]] = [
        (f"Bal {b.type}", b.amount, b.currency, None) for b in (opening, closing) if b is not None
    ]
    amounts += [(e.position, e.amount, e.currency, e.line or None) for e in statement.booked]
    for position, amount, unit, line in amounts:
        if unit != currency:
            raise BankCurrency(
                file=shown, line=line, position=position, currency=unit, account=statement.account, expected=currency
            )
        if amount != amount.quantize(unit_of(currency)):
            raise ImportAmountUnit(
                file=shown, line=line, amount=amount, currency=currency, position=position, smallest=unit_of(currency)
            )
    _counts(statement, shown)
    if opening is not None and closing is not None and not statement.adds_up:
        raise BankBalanceDiffers(
            file=shown,
            line=statement.line or None,
            statement=statement.id,
            account=statement.account,
            opening=opening.amount,
            net=statement.net,
            computed=opening.amount + statement.net,
            closing=closing.amount,
            difference=closing.amount - opening.amount - statement.net,
            currency=currency,
        )
    unit_amount = unit_of(currency)
    return BankStatement(
        id=statement.id,
        account=statement.account,
        currency=currency,
        lines=tuple(bank_line(entry, currency) for entry in statement.booked),
        opening=opening.amount.quantize(unit_amount) if opening else None,
        closing=closing.amount.quantize(unit_amount) if closing else None,
        first_day=statement.date_from,
        last_day=closing.date if closing else statement.date_to,
        line=statement.line or None,
    )


def _counts(statement: Statement, shown: str) -> None:
    """The bank's own counts and sums, over all entries or over the booked ones (banks differ)."""
    said = statement.summary
    for what, declared, pick in (
        (N_("entries"), said.count, lambda e: e is not None),
        (N_("entries in"), said.credits, lambda e: e.amount >= 0),
        (N_("entries out"), said.debits, lambda e: e.amount < 0),
    ):
        found = {sum(1 for e in some if pick(e)) for some in (statement.entries, statement.booked)}
        if declared is not None and declared not in found:
            _differs(statement, shown, say(what), declared, max(found))
    for what, total, sign in ((N_("a sum in of"), said.credit_sum, 1), (N_("a sum out of"), said.debit_sum, -1)):
        sums = {
            sum((abs(e.amount) for e in some if (e.amount >= 0) == (sign > 0)), Decimal(0))
            for some in (statement.entries, statement.booked)
        }
        if total is not None and total not in sums:
            _differs(statement, shown, say(what), total, max(sums))


def _differs(statement: Statement, shown: str, what: str, declared: object, found: object) -> None:
    raise BankCountDiffers(
        file=shown,
        line=statement.line or None,
        statement=statement.id,
        account=statement.account,
        what=what,
        declared=declared,
        found=found,
    )


def bank_line(entry: Entry, currency: str) -> BankLine:
    """An entry as a line; its details are parts where they are several and sum to it in its own currency."""
    unit = unit_of(currency)
    parts: tuple[Part, ...] = ()
    if len(entry.details) > 1 and all(d.currency == currency and d.amount for d in entry.details):
        amounts = [d.amount for d in entry.details if d.amount is not None]
        if sum(amounts, Decimal(0)) == entry.amount and all(a == a.quantize(unit) for a in amounts):
            parts = tuple(
                Part(
                    amount.quantize(unit),
                    d.counterparty,
                    " ".join(dict.fromkeys(t for t in (d.text, d.invoice, d.reference) if t)),
                    d.counterparty_account,
                    d.reference,
                    d.invoice,
                )
                for d, amount in zip(entry.details, amounts, strict=True)
            )
    only = entry.details[0] if len(entry.details) == 1 else Detail()
    return BankLine(
        date=entry.date,
        amount=entry.amount.quantize(unit),
        counterparty=entry.counterparty,
        text=entry.description,
        bank_ref=entry.reference,
        value_date=entry.value_date,
        reversal=entry.reversal,
        parts=parts,
        position=entry.position,
        line=entry.line or None,
        counterparty_account=only.counterparty_account,
        reference=only.reference,
        invoice=only.invoice,
    )
