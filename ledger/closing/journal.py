"""Vouchers in the order of registration, and account by account (grundbok and huvudbok: BFL 5 kap. 1 §; BFNAR 2013:2).

*By registration*: every voucher in the order in which it was registered, with its number, date, who, text, accounts and
amounts. *By account*: what stood on an account, every movement with the balance after it, and what it came to. Both say
the same: their sums of debits and of credits are equal, which is asserted each time one is made.

How this module reads the contract where it leaves room:

- Registered is what `registered:` says, else the voucher's date; on one day, series and number decide. Vouchers are
  counted through each fiscal year.
- Amounts are in the currency in which a posting weighs. One in another currency is worth what its price or cost says,
  rounded to the currency's unit posting by posting, so that printed columns add up; what that rounding leaves between
  debits and credits is told as such.
- Income and expense begin each fiscal year with nothing. What earlier years have left on them, where nobody has moved
  it to equity, is one line, without which the opening balances wouldn't add up.
- Where all books are shown together, nobody is named: texts of vouchers with an account that the unit's chart masks are
  left out, and such accounts are called by their number (SPEC 10).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any

from beancount.core import data

from ledger.books import Books, Unit, UnitBook, last_day, month_of
from ledger.books.concerned import Concerned
from ledger.books.summariser import read_file
from ledger.books.summary import weight
from ledger.charts import load_chart
from ledger.messages import N_, translate
from ledger.rules import vouchers as rule
from ledger.rules.rounding import EXACT, half_away
from ledger.rules.years import year_start

ZERO = Decimal(0)
RESULT = ("Income:", "Expenses:")
MASKED = N_("Text left out: it may name a person")


@dataclass(frozen=True, slots=True)
class Row:
    """A posting.

    Attributes:
        amount: what it weighs, in `currency`; debit positive.
        units: number and currency of its own, where that is another one; else None.
    """

    account: str
    amount: Decimal
    currency: str
    units: tuple[Decimal, str] | None = None

    @property
    def debit(self) -> Decimal:
        """What it debits; 0 of a credit."""
        return max(self.amount, ZERO)

    @property
    def credit(self) -> Decimal:
        """What it credits; 0 of a debit."""
        return max(-self.amount, ZERO)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as journals show it.

    Attributes:
        order: in which it was registered, from 1 in each fiscal year.
        number: series and number; "" where it has none yet.
        registered: None where it doesn't say.
        corrects: number of the voucher that it corrects; `corrected_by`: numbers, or places, of those that correct it.
        concerns: the month that it says it belongs to.
    """

    order: int
    number: str
    date: dt.date
    registered: dt.date | None
    by: str
    flag: str
    payee: str
    text: str
    rows: tuple[Row, ...]
    file: str
    line: int
    corrects: str = ""
    corrected_by: tuple[str, ...] = ()
    concerns: str = ""
    document: str = ""

    @property
    def where(self) -> str:
        """`units/repris/books/2026/2026-03.beancount:12`."""
        return f"{self.file}:{self.line}"

    @property
    def words(self) -> str:
        """Payee and text in one."""
        return ": ".join(part for part in (self.payee, self.text) if part)


@dataclass(frozen=True, slots=True)
class Total:
    """Σ of debits and of credits in a currency; `rounding` is what rounding leaves between them."""

    currency: str
    debit: Decimal
    credit: Decimal

    @property
    def rounding(self) -> Decimal:
        """Debits less credits: 0 where nothing was in another currency."""
        return self.debit - self.credit


@dataclass(frozen=True)
class Journal:
    """The vouchers of a period in the order of registration."""

    unit: Unit
    start: dt.date
    end: dt.date
    vouchers: tuple[Voucher, ...]
    totals: tuple[Total, ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """A posting on an account, and the balance after it."""

    voucher: Voucher
    row: Row
    balance: Decimal


@dataclass(frozen=True)
class Account:
    """An account in a currency."""

    account: str
    currency: str
    opening: Decimal
    movements: tuple[Movement, ...]

    @property
    def debit(self) -> Decimal:
        """Σ debits of the period."""
        return _sum(m.row.debit for m in self.movements)

    @property
    def credit(self) -> Decimal:
        """Σ credits of the period."""
        return _sum(m.row.credit for m in self.movements)

    @property
    def closing(self) -> Decimal:
        """The balance at the period's end."""
        return self.movements[-1].balance if self.movements else self.opening


@dataclass(frozen=True)
class Ledger:
    """The accounts of a period.

    Attributes:
        carried: by currency, what earlier years have left on income and expense.
        totals: as those of the journal of the same period.
    """

    unit: Unit
    start: dt.date
    end: dt.date
    accounts: tuple[Account, ...]
    carried: Mapping[str, Decimal]
    totals: tuple[Total, ...]


def vouchers_of(books: Books, slug: str, *, discreet: bool = False) -> list[Voucher]:
    """All vouchers of a unit's book, in the order of registration.

    Args:
        books: loaded.
        slug: the unit, whose book has no errors.
        discreet: nobody is named.
    """
    ws, book = books.workspace, books.units[slug]
    entries = [e for e in book.entries() if isinstance(e, data.Transaction)]
    concerned = Concerned(read_file)
    concerned.add(entries)
    by: dict[int, list[str]] = defaultdict(list)
    for entry in entries:
        target = concerned.target(entry) if "corrects" in entry.meta else None
        if target is not None:
            by[id(target)].append(
                _text(entry, "voucher") or f"{ws.shown(entry.meta['filename'])}:{entry.meta['lineno']}"
            )
    masked = _masked(book) if discreet else {}
    hidden = translate(MASKED)
    found = []
    for entry in entries:
        rows = tuple(_row(posting, masked) for posting in entry.postings)
        quiet = bool(masked) and any(posting.account in masked for posting in entry.postings)
        registered = entry.meta.get("registered")
        concerns = concerned.month(entry)
        found.append(
            Voucher(
                order=0,
                number=_text(entry, "voucher"),
                date=entry.date,
                registered=registered if isinstance(registered, dt.date) else None,
                by=_text(entry, "by"),
                flag=entry.flag or "*",
                payee="" if quiet else entry.payee or "",
                text=hidden if quiet else entry.narration or "",
                rows=rows,
                file=ws.shown(entry.meta["filename"]),
                line=int(entry.meta["lineno"]),
                corrects=_text(entry, "corrects"),
                corrected_by=tuple(by.get(id(entry), ())),
                concerns=concerns or _text(entry, "concerns"),
                document="" if quiet else _text(entry, "document"),
            )
        )
    return _ordered(found, ws.first_month)


def journal(books: Books, slug: str, start: dt.date, end: dt.date, *, discreet: bool = False) -> Journal:
    """A unit's vouchers dated from `start` to `end`, both inside, in the order of registration."""
    found = tuple(v for v in vouchers_of(books, slug, discreet=discreet) if start <= v.date <= end)
    return Journal(books.workspace.units[slug], start, end, found, _totals(r for v in found for r in v.rows))


def ledger(books: Books, slug: str, start: dt.date, end: dt.date, *, discreet: bool = False) -> Ledger:
    """A unit's accounts from `start` to `end`, both inside: those with a balance or movements, by name."""
    book, year = books.units[slug], year_start(start, books.workspace.first_month)
    opening: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    carried: dict[str, Decimal] = defaultdict(Decimal)
    moved: dict[tuple[str, str], list[tuple[Voucher, Row]]] = defaultdict(list)
    vouchers = vouchers_of(books, slug, discreet=discreet)
    with localcontext(EXACT):
        for voucher in sorted(vouchers, key=lambda v: (v.date, v.order)):
            for row in voucher.rows if voucher.date <= end else ():
                if voucher.date >= start:
                    moved[row.account, row.currency].append((voucher, row))
                elif voucher.date < year and row.account.startswith(RESULT):
                    carried[row.currency] += row.amount
                else:
                    opening[row.account, row.currency] += row.amount
        accounts = tuple(_account(key, opening[key], moved[key]) for key in sorted({*opening, *moved}))
    accounts = tuple(a for a in accounts if a.opening or a.movements)
    totals = _totals(row for rows in moved.values() for _, row in rows)
    found = Ledger(
        books.workspace.units[slug], start, end, accounts, {c: a for c, a in sorted(carried.items()) if a}, totals
    )
    _check(found, book, [v for v in vouchers if start <= v.date <= end], discreet=discreet)
    return found


def _account(key: tuple[str, str], opening: Decimal, moved: Sequence[tuple[Voucher, Row]]) -> Account:
    balance = opening
    movements = []
    for voucher, row in moved:
        balance += row.amount
        movements.append(Movement(voucher, row, balance))
    return Account(*key, opening, tuple(movements))


def _check(found: Ledger, book: UnitBook, vouchers: Sequence[Voucher], *, discreet: bool) -> None:
    """Assert that both orders tie, and that accounts close where the book's own sums of months do."""
    assert found.totals == _totals(row for voucher in vouchers for row in voucher.rows)
    with localcontext(EXACT):
        for account in found.accounts:
            assert account.closing == account.opening + account.debit - account.credit, account.account
        for total in found.totals:
            mine = [a for a in found.accounts if a.currency == total.currency]
            moved = _sum(a.closing for a in mine) - _sum(a.opening for a in mine)
            assert moved == total.rounding, total.currency
    if discreet or found.end != last_day(month_of(found.end)) or book.summary is None:
        return
    until = month_of(found.end)
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in book.summary.balances:
        if row.month <= until:
            sums[row.account, row.currency] += row.amount
    # Sums of what was in another currency are rounded posting by posting here, and nowhere else.
    rounded = {(row.account, row.currency) for row in book.summary.foreign}
    for account in found.accounts:
        key = account.account, account.currency
        if not account.account.startswith(RESULT) and key not in rounded:
            assert sums[key] == account.closing, key


def _totals(rows: Iterable[Row]) -> tuple[Total, ...]:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    with localcontext(EXACT):
        for row in rows:
            sums[row.currency][0] += row.debit
            sums[row.currency][1] += row.credit
    return tuple(Total(currency, debit, credit) for currency, (debit, credit) in sorted(sums.items()))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(amounts, ZERO)


def _row(posting: data.Posting, masked: Mapping[str, str]) -> Row:
    amount, currency = weight(posting)
    units = posting.units
    assert units is not None
    assert isinstance(units.number, Decimal)
    account = masked.get(posting.account, posting.account)
    if posting.price is None and posting.cost is None:
        return Row(account, amount, currency)
    return Row(account, half_away(amount, currency), currency, (units.number, units.currency))


def _ordered(vouchers: Iterable[Voucher], first_month: int) -> list[Voucher]:
    """In the order of registration, counted through each fiscal year."""
    counted: dict[dt.date, int] = defaultdict(int)
    found = []
    for voucher in sorted(vouchers, key=_registration):
        year = year_start(voucher.date, first_month)
        counted[year] += 1
        found.append(replace(voucher, order=counted[year]))
    return found


def _registration(voucher: Voucher) -> tuple[Any, ...]:
    name = rule.parse(voucher.number) if voucher.number else None
    numbered = (0, name.series, name.number) if name else (1, "", 0)
    return (voucher.registered or voucher.date, *numbered, voucher.date, voucher.file, voucher.line)


def _masked(book: UnitBook) -> dict[str, str]:
    """What accounts are called whose vouchers may name persons."""
    assert book.summary is not None
    chart = load_chart(book.unit.chart, book.unit.folder)
    codes = {row.account: row.code for row in book.summary.accounts if row.code and chart.is_in("masked", row.code)}
    return {account: f"{account.partition(':')[0]}:{code}-…" for account, code in codes.items()}


def _text(entry: data.Transaction, key: str) -> str:
    value = entry.meta.get(key)
    return "" if value is None else str(value)
