"""camt.053 bank statements into books: every statement checked, its account found, its booked entries planned.

The bank's entry is the posting; details are its parts where they sum to it in its own currency. Pending and informing
entries are left out: they come again once booked. A statement must add up to the smallest unit, in one currency.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from importers.bank import BankLine, BankStatement, plan_bank
from importers.base import SambokImporter, Source
from importers.book import BookView
from importers.camt_model import Entry, Statement
from importers.camt_read import looks_like_camt, read_camt053
from importers.identity import account_number
from importers.placing import Part
from importers.plan import Plan
from importers.problems import (
    BankAccountUnknown,
    BankBalanceDiffers,
    BankCountDiffers,
    BankCurrency,
    BankStatementsOverlap,
    CamtIncomplete,
    ImportAmountUnit,
    ImportSourceIncomplete,
)
from ledger.books import Unit
from ledger.books.config import SourceTable
from ledger.errors import Problem
from ledger.messages import N_, say
from ledger.rules.rounding import unit_of

FORMAT = "camt053"


class Camt053Importer(SambokImporter):
    """camt.053, versions 02 to 13. One file may hold statements of several accounts of the unit."""

    def recognises(self, head: bytes) -> bool:
        """Whether it may be a camt message; which one, the reader says."""
        return looks_like_camt(head)

    def owns(self, source: Source) -> bool:
        """Whether the first statement is of this source's account; a damaged file is the first source's."""
        try:
            first = _read(source.data, source.shown)[0]
            return source_of(self.unit, first, source.shown) == self.source
        except Problem:
            return next(s for s in self.unit.sources if s.format == FORMAT) == self.source

    def day(self, source: Source) -> dt.date | None:
        """The last closing balance's or entry's day."""
        days = [d for s in _read(source.data, source.shown) for d in _days(s)]
        return max(days, default=None)

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """All statements of the file: all come in, or none."""
        statements = _read(source.data, source.shown)
        groups: dict[str, tuple[SourceTable, list[BankStatement]]] = {}
        for statement in statements:
            checked = check_statement(statement, source.shown)
            table = source_of(self.unit, statement, source.shown)
            _fits(self.unit, table, checked, source.shown)
            found = groups.setdefault(account_number(statement.account), (table, []))[1]
            if not any(_again(checked, other) for other in found):
                found.append(checked)
        whole = Plan()
        for table, ordered in ((table, in_order(found)) for table, found in groups.values()):
            check_overlap(ordered, source.shown)
            part = plan_bank(view, table, ordered, file=source.shown, document=source.document, today=today)
            for name in ("entries", "known", "opens", "notes", "remarks"):
                getattr(whole, name).extend(getattr(part, name))
        return whole


@lru_cache(maxsize=4)
def _read(content: bytes, name: str) -> tuple[Statement, ...]:
    return read_camt053(content, name)


def _days(statement: Statement) -> list[dt.date]:
    closing = statement.closing
    return [*(e.date for e in statement.booked), *([closing.date] if closing and closing.date else [])]


def source_of(unit: Unit, statement: Statement, shown: str) -> SourceTable:
    """The unit's source that a statement belongs to: by its bank account; one that names none takes what is left.

    Raises:
        BankAccountUnknown: none of them.
        ImportSourceIncomplete: it names no account of the books.
    """
    sources = [s for s in unit.sources if s.format == FORMAT]
    number = account_number(statement.account)
    named = [s for s in sources if s.bank_account and _same_account(number, account_number(s.bank_account))]
    nameless = [s for s in sources if not s.bank_account]
    found = named or (nameless if len(nameless) == 1 else [])
    if not found:
        known = ", ".join(s.bank_account or s.name for s in sources) or "-"
        raise BankAccountUnknown(
            file=shown,
            line=statement.line or None,
            unit=unit.slug,
            slug=unit.slug,
            account=statement.account,
            known=known,
        )
    if not found[0].account:
        file = f"units/{unit.slug}/unit.toml"
        raise ImportSourceIncomplete(file=file, unit=unit.slug, slug=unit.slug, name=found[0].name)
    return found[0]


def _same_account(one: str, other: str) -> bool:
    """Equal, or a Swedish IBAN and the clearing and account number at its end (SEB writes either)."""
    if one == other:
        return True
    iban, number = (one, other) if one.startswith("SE") else (other, one)
    return (
        len(iban) == 24 and iban.startswith("SE") and len(number) >= 10 and number.isdigit() and iban.endswith(number)
    )


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
                )
                for d, amount in zip(entry.details, amounts, strict=True)
            )
    return BankLine(
        date=entry.date,
        amount=entry.amount.quantize(unit),
        counterparty=entry.counterparty,
        text=entry.description,
        reference=entry.reference,
        value_date=entry.value_date,
        reversal=entry.reversal,
        parts=parts,
        position=entry.position,
        line=entry.line or None,
    )


def _again(one: BankStatement, other: BankStatement) -> bool:
    """Whether a file holds one statement twice: the bank's own id, days, balances and lines are the same.

    Lines are then not counted as equal payments, which are equal lines of one statement or of two that differ.
    """
    said = [
        (
            (s.id, s.currency, s.opening, s.closing, s.first_day, s.last_day),
            [(n.date, n.amount, n.counterparty, n.text, n.reference) for n in s.lines],
        )
        for s in (one, other)
    ]
    return bool(one.id) and said[0] == said[1]


def check_overlap(ordered: list[BankStatement], shown: str) -> None:
    """Refuse statements of one file that share days without following on each other.

    Raises:
        BankStatementsOverlap: lines of a shared day might stand in both.
    """
    for before, after in pairwise(ordered):
        last = max((line.date for line in before.lines), default=None)
        first = min((line.date for line in after.lines), default=None)
        if last is None or first is None or first > last:
            continue
        if None in {before.closing, after.opening} or before.closing != after.opening:
            raise BankStatementsOverlap(
                file=shown,
                line=after.lines[0].line,
                account=after.account,
                day=first,
                opening=after.opening,
                closing=before.closing,
            )


def in_order(statements: list[BankStatement]) -> list[BankStatement]:
    """Statements of one account by day; those of one day so that each opens where the one before closed."""
    days: dict[dt.date, list[BankStatement]] = {}
    for statement in statements:
        day = min((line.date for line in statement.lines), default=statement.last_day or dt.date.max)
        days.setdefault(day, []).append(statement)
    ordered: list[BankStatement] = []
    for day in sorted(days):
        left = days[day]
        while left:
            closings = [s.closing for s in left]
            follows = [s for s in left if ordered and s.opening == ordered[-1].closing]
            heads = [s for i, s in enumerate(left) if s.opening not in closings[:i] + closings[i + 1 :]]
            pick = (follows or heads or left)[0]
            ordered.append(pick)
            left = [s for s in left if s is not pick]
    return ordered


def _fits(unit: Unit, table: SourceTable, statement: BankStatement, shown: str) -> None:
    """The statement's currency is the source's (the unit's where it names none)."""
    expected = table.currency or unit.currency
    if statement.currency != expected:
        raise BankCurrency(
            file=shown,
            unit=unit.slug,
            position=f"Stmt {statement.id}",
            currency=statement.currency,
            account=table.account,
            expected=expected,
        )
