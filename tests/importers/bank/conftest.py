"""A book in memory that takes bank statements one after the other."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core import data

from importers.bank.model import BankLine, BankStatement
from importers.bank.planner import plan_bank
from importers.book import BookView
from importers.postings import posting
from ledger.books import Unit
from ledger.books.sources import SourceTable

BANK, SUSPENSE, EQUITY = "Assets:1930-Bank", "Liabilities:2999-Observationskonto", "Equity:2091-Balanserat-resultat"
LATER = dt.date(2026, 12, 31)


def march(day):
    return dt.date(2026, 3, day)


def lines(text):
    """`2 -30.00 kaffe; 2 5.00`: day in March, amount, text."""
    rows = [row.split() for row in text.split(";") if row.strip()]
    return tuple(BankLine(march(int(day)), Decimal(amount), text=" ".join(words)) for day, amount, *words in rows)


def statement(opening, text, *, covers=None, closes=True, **more):
    """A statement of an account, which closes with what its lines come to; `covers` is `first-last` in March."""
    opening = None if opening is None else Decimal(opening)
    found = lines(text)
    closing = opening + sum((line.amount for line in found), Decimal(0)) if opening is not None and closes else None
    first, last = [march(int(day)) for day in covers.split("-")] if covers else (None, None)
    return BankStatement("S", "SE1", "SEK", found, opening, closing, first, last, **more)


class Book:
    """The book of one bank account."""

    def __init__(self, *entries):
        names = (BANK, SUSPENSE, EQUITY)
        self.entries = [data.Open({}, dt.date(2020, 1, 1), name, None, None) for name in names] + list(entries)
        self.unit = Unit("u", Path("/nowhere"), "U", "U", "division", "SEK", "bas")
        self.source = SourceTable(name="bank", format="camt053", account=BANK)
        self.closed = frozenset()

    @property
    def view(self):
        return BookView(self.unit, self.entries, self.closed)

    def plan(self, *statements, today=LATER):
        return plan_bank(self.view, self.source, statements, file="f", document="d/x", today=today)

    def take(self, *statements, today=LATER):
        """Import statements of one file; the plan."""
        plan = self.plan(*statements, today=today)
        entries = [*self.entries, *plan.opens, *plan.entries]
        self.entries = sorted(entries, key=lambda e: (e.date, data.SORT_ORDER.get(type(e), 0)))
        return plan

    @property
    def lines(self):
        """The bank's lines, as `lines` reads them."""
        found = [e for e in self.view.transactions if str(e.meta.get("source-id", "")).startswith("bank-")]
        found = [e for e in found if e.narration != "Opening balance per bank"]
        return "; ".join(f"{e.date.day} {e.postings[0].units.number} {e.narration}".strip() for e in found)

    @property
    def asserted(self):
        """Balances: day in March (31+ in April) and amount."""
        found = [e for e in self.entries if isinstance(e, data.Balance)]
        return [((e.date - march(1)).days + 1, str(e.amount.number)) for e in found]


def by_hand(day, amount):
    """An entry that a person made."""
    postings = [posting(BANK, Decimal(amount), "SEK"), posting(EQUITY, -Decimal(amount), "SEK")]
    return data.Transaction({}, march(day), "*", None, "by hand", data.EMPTY_SET, data.EMPTY_SET, postings)


@pytest.fixture
def book():
    """An account that begins with 100.00, booked by hand before March."""
    opened = by_hand(1, "100.00")._replace(date=dt.date(2026, 1, 1))
    return Book(opened)
