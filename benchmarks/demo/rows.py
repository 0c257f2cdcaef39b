"""Lines of November's bank statements, before any bank has written them down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.demo.book import LAST_BOOKED, YEAR, Book, Voucher
from benchmarks.demo.papers import nobodys

#: The month that waits, and when the banks made their files.
FIRST, LAST = LAST_BOOKED + dt.timedelta(days=1), dt.date(YEAR, 11, 30)
CREATED = dt.datetime(YEAR, 12, 1, 5, 30)  # noqa: DTZ001  banks write local time without a zone


@dataclass(frozen=True)
class Row:
    """A line; money in is positive.

    Attributes:
        account: the other party's number.
        reference: OCR number or whatever else the payer quotes in a field of its own; `invoice`: an invoice's number.
    """

    date: dt.date
    amount: Decimal
    who: str
    text: str
    account: str = ""
    reference: str = ""
    invoice: str = ""


def november(day: int) -> dt.date:
    """A day of the month that waits."""
    return dt.date(YEAR, 11, day)


def bank_day(date: dt.date, later: int = 0) -> dt.date:
    """The first day from Monday to Friday that isn't before a date; with `later`, so many such days after that."""
    while date.weekday() > 4:
        date += dt.timedelta(days=1)
    return bank_day(date + dt.timedelta(days=1), later - 1) if later else date


def waiting(book: Book) -> list[Voucher]:
    """The vouchers of the month that waits."""
    return [voucher for voucher in book.waiting() if voucher.date <= LAST]


def rows_of(book: Book, more: Iterable[Row] = (), *, code: str = "") -> list[Row]:
    """November's lines of an account (`code`; else the book's bank), by date; those after its last day are left out."""
    account = code or book.bank
    found = [
        Row(bank_day(v.date), v.amount(account), v.payee, v.narration, reference=v.quoted)
        for v in waiting(book)
        if v.amount(account)
    ]
    return by_day([*found, *more])


def by_day(rows: Iterable[Row]) -> list[Row]:
    """Lines as a statement has them: of a day, money in comes first."""
    return sorted((r for r in rows if FIRST <= r.date <= LAST), key=lambda r: (r.date, -r.amount, r.who, r.text))


def balances(opening: Decimal, rows: Iterable[Row]) -> list[Decimal]:
    """The balance after each line."""
    found = []
    for row in rows:
        opening += row.amount
        found.append(opening)
    return found


def iban(number: int) -> str:
    """A Swedish IBAN with right check digits at bank 999, which there isn't."""
    body = f"999{number:017d}"
    check = 98 - int(f"{body}281400") % 97
    return f"SE{check:02d}{body}"


def bankgiro(number: int) -> str:
    """A bankgiro number that nobody can have."""
    return nobodys(f"5999{number:03}")
