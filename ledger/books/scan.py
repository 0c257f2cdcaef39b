"""Balances between any two dates, added up over the units' columns.

Month balances are in every summary; exact dates need the postings. Polars adds them a unit at a time, so that memory
stays that of one unit. `scan_balances_slowly` says the same from the entries; `scan_balances` is tested against it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

import polars as pl
from beancount.core import data

from ledger.books.columns import read, sum_weights
from ledger.books.summary import weight
from ledger.books.unitbook import Books

Balances = dict[tuple[str, str, str], Decimal]
_COLUMNS = ["date", "account", "number", "currency", "weight", "weight_text", "weight_currency"]


def scan_balances(books: Books, slugs: Iterable[str], date_from: dt.date, date_to: dt.date) -> Balances:
    """Σ booked weight of postings from `date_from` to `date_to`, both inside.

    Args:
        books: loaded books.
        slugs: which of them; those that are not ok are left out.
        date_from: first day.
        date_to: last day.

    Returns:
        `{(slug, account, currency): amount}`, debit positive, without zeros, sorted by key.
    """
    found: Balances = {}
    for slug in slugs:
        book = books.units[slug]
        if not book.ok:
            continue
        frame = read(book.table("postings"), "postings", _COLUMNS)
        frame = frame.filter(pl.col("date").is_between(date_from, date_to))
        for (account, currency), amount in sum_weights(frame).items():
            if amount:
                found[slug, account, currency] = amount
    return dict(sorted(found.items()))


def scan_balances_slowly(books: Books, slugs: Iterable[str], date_from: dt.date, date_to: dt.date) -> Balances:
    """The same, from the booked entries."""
    sums: Balances = defaultdict(Decimal)
    for slug in slugs:
        book = books.units[slug]
        if not book.ok:
            continue
        for entry in book.entries():
            if isinstance(entry, data.Transaction) and date_from <= entry.date <= date_to:
                for posting in entry.postings:
                    amount, currency = weight(posting)
                    sums[slug, posting.account, currency] += amount
    return {key: sums[key] for key in sorted(sums) if sums[key]}
