"""Journals for other programs: JSON as `sambok journal --json` gives it, and CSV with a row a posting (SPEC 5)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from ledger.closing.journal import Account, Journal, Ledger, Movement, Row, Total, Voucher
from ledger.rules.rounding import in_units

#: What spreadsheets take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
REGISTRATION_HEAD = tuple(
    "unit order voucher date registered by flag payee text account debit credit currency amount amount_currency "
    "corrects corrected_by concerns document file line".split()
)
ACCOUNT_HEAD = tuple(
    "unit account currency kind date voucher order payee text debit credit balance amount amount_currency "
    "file line".split()
)


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency's decimals, more only where it has them."""
    return f"{in_units(amount, currency):f}"


def journal_json(found: Journal) -> dict[str, Any]:
    """A unit's journal by registration."""
    return {
        "unit": found.unit.slug,
        "name": found.unit.name,
        "currency": found.unit.currency,
        "from": found.start.isoformat(),
        "to": found.end.isoformat(),
        "vouchers": [_voucher(one) for one in found.vouchers],
        "totals": [_total(one) for one in found.totals],
    }


def ledger_json(found: Ledger) -> dict[str, Any]:
    """A unit's accounts."""
    return {
        "unit": found.unit.slug,
        "name": found.unit.name,
        "currency": found.unit.currency,
        "from": found.start.isoformat(),
        "to": found.end.isoformat(),
        "accounts": [_account(one) for one in found.accounts],
        "earlier_years": {currency: money(amount, currency) for currency, amount in found.carried.items()},
        "totals": [_total(one) for one in found.totals],
    }


def _voucher(one: Voucher) -> dict[str, Any]:
    return {
        "order": one.order,
        "voucher": one.number or None,
        "date": one.date.isoformat(),
        "registered": one.registered.isoformat() if one.registered else None,
        "by": one.by or None,
        "flag": one.flag,
        "payee": one.payee,
        "text": one.text,
        "postings": [
            {
                "account": row.account,
                "debit": money(row.debit, row.currency),
                "credit": money(row.credit, row.currency),
                "currency": row.currency,
                **_units(row),
            }
            for row in one.rows
        ],
        "corrects": one.corrects or None,
        "corrected_by": list(one.corrected_by),
        "concerns": one.concerns or None,
        "document": one.document or None,
        "file": one.file,
        "line": one.line,
    }


def _units(row: Row) -> dict[str, str]:
    """What a posting has in a currency of its own."""
    return {"amount": f"{row.units[0]:f}", "amount_currency": row.units[1]} if row.units else {}


def _account(one: Account) -> dict[str, Any]:
    return {
        "account": one.account,
        "currency": one.currency,
        "opening": money(one.opening, one.currency),
        "debit": money(one.debit, one.currency),
        "credit": money(one.credit, one.currency),
        "closing": money(one.closing, one.currency),
        "movements": [_movement(m) for m in one.movements],
    }


def _movement(one: Movement) -> dict[str, Any]:
    voucher, row = one.voucher, one.row
    return {
        "date": voucher.date.isoformat(),
        "voucher": voucher.number or None,
        "order": voucher.order,
        "payee": voucher.payee,
        "text": voucher.text,
        "debit": money(row.debit, row.currency),
        "credit": money(row.credit, row.currency),
        "balance": money(one.balance, row.currency),
        **_units(row),
        "file": voucher.file,
        "line": voucher.line,
    }


def _total(one: Total) -> dict[str, str]:
    return {
        "currency": one.currency,
        "debit": money(one.debit, one.currency),
        "credit": money(one.credit, one.currency),
        "rounding": money(one.rounding, one.currency),
    }


def journals_csv(found: Iterable[Journal]) -> str:
    """Journals by registration: a row a posting."""
    return _csv(REGISTRATION_HEAD, (row for one in found for row in _registration_rows(one)))


def ledgers_csv(found: Iterable[Ledger]) -> str:
    """Accounts: for each a row of its opening balance, one a movement, and one of its closing balance."""
    return _csv(ACCOUNT_HEAD, (row for one in found for row in _account_rows(one)))


def _registration_rows(one: Journal) -> Iterator[Sequence[str]]:
    slug = one.unit.slug
    for v in one.vouchers:
        head = (slug, str(v.order), v.number, str(v.date), str(v.registered or ""), v.by, v.flag, v.payee, v.text)
        tail = (v.corrects, " ".join(v.corrected_by), v.concerns, v.document, v.file, str(v.line))
        for row in v.rows:
            own = (f"{row.units[0]:f}", row.units[1]) if row.units else ("", "")
            amounts = (money(row.debit, row.currency), money(row.credit, row.currency), row.currency)
            yield (*map(plain, head), plain(row.account), *amounts, *own, *map(plain, tail))


def _account_rows(one: Ledger) -> Iterator[Sequence[str]]:
    for account in one.accounts:
        name, currency = plain(account.account), account.currency
        head = (one.unit.slug, name, currency)
        yield (*head, "opening", str(one.start), *[""] * 6, money(account.opening, currency), *[""] * 4)
        for m in account.movements:
            v, row = m.voucher, m.row
            own = (f"{row.units[0]:f}", row.units[1]) if row.units else ("", "")
            texts = (plain(v.number), str(v.order), plain(v.payee), plain(v.text))
            amounts = tuple(money(amount, currency) for amount in (row.debit, row.credit, m.balance))
            yield (*head, "movement", str(v.date), *texts, *amounts, *own, plain(v.file), str(v.line))
        sums = tuple(money(amount, currency) for amount in (account.debit, account.credit, account.closing))
        yield (*head, "closing", str(one.end), *[""] * 4, *sums, *[""] * 4)


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula; one that it would has an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """RFC 4180; the first row names the columns."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return buffer.getvalue()
