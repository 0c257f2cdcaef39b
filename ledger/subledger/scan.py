"""The movements of a loaded book, read from its columns: no entry is built of what doesn't touch a subledger.

`movements_of` says the same from the entries; a test holds both to each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl

from ledger.books import UnitBook
from ledger.books.cells import loads, unpack
from ledger.books.columns import joinable, read
from ledger.charts import load_chart
from ledger.rules.open_items import Movement
from ledger.subledger.movements import SAID, Accounts, accounts_of, clearing_of, movement

_TRANSACTIONS = ["date", "payee", "links", "postings", "file", "line", "meta"]
_POSTINGS = ["account", "number", "currency", "meta"]
_ASKED = tuple(f'"{key}"' for key in SAID)


def book_accounts(book: UnitBook) -> Accounts:
    """The accounts of a loaded book that its subledgers look at.

    Raises:
        Problem: the unit's chart can't be used.
    """
    assert book.summary is not None
    codes = {row.account: row.code for row in book.summary.accounts if row.code is not None}
    return accounts_of(load_chart(book.unit.chart, book.unit.folder), codes, clearing_of(book.unit))


def scan_movements(book: UnitBook, shown: Callable[[str], str], until: dt.date | None = None) -> list[Movement]:
    """The movements of a book's subledgers.

    Args:
        book: a loaded book.
        shown: a file as users know it (`Workspace.shown`).
        until: the last day that counts; None = everything.

    Returns:
        In the order of the book.
    """
    accounts = book_accounts(book)
    if not accounts.kinds:
        return []
    transactions = read(book.table("transactions"), "transactions", _TRANSACTIONS)
    transactions, postings = joinable(transactions, read(book.table("postings"), "postings", _POSTINGS))
    moved = postings.filter(pl.col("account").is_in(list(accounts.kinds)))
    opening, masked = _marked(postings, accounts)
    rows = moved.join(transactions, on="transaction", suffix="_whole", maintain_order="left")
    if until is not None:
        rows = rows.filter(pl.col("date") <= until)
    return list(_movements(rows, accounts, opening, masked, cache(shown)))


def scan_balances_of(
    book: UnitBook, accounts: Accounts, until: dt.date | None = None
) -> dict[tuple[str, str], Decimal]:
    """Balances of a book's subledger accounts in the postings' own units, straight from the column of numbers.

    Args:
        book: a loaded book.
        accounts: which.
        until: the last day that counts; None = everything.

    Returns:
        `{(account, currency): balance}`, debit positive, by account and currency.
    """
    frame = read(book.table("postings"), "postings", ["date", "account", "number", "currency"])
    frame = frame.filter(pl.col("account").is_in(list(accounts.kinds)))
    if until is not None:
        frame = frame.filter(pl.col("date") <= until)
    sums: dict[tuple[str, str], Decimal] = {}
    for account, currency, numbers in frame.group_by("account", "currency").agg("number").iter_rows():
        sums[account, currency] = sum(map(Decimal, numbers), Decimal(0))
    return dict(sorted(sums.items()))


def _marked(postings: pl.DataFrame, accounts: Accounts) -> tuple[set[int], set[int]]:
    """Transactions that are opening balances, and those that touch accounts whose payees are persons."""
    equity = pl.col("account").str.starts_with("Equity:") | pl.col("account").is_in(list(accounts.earlier))
    asked = postings.filter(equity)["transaction"].unique()
    groups: dict[int, set[str]] = {}
    for transaction, account in (
        postings.filter(pl.col("transaction").is_in(asked.implode())).select("transaction", "account").iter_rows()
    ):
        groups.setdefault(transaction, set()).add(account)
    masked = postings.filter(pl.col("account").is_in(list(accounts.masked)))["transaction"]
    return {number for number, names in groups.items() if accounts.opening(names)}, set(masked.to_list())


def _movements(
    rows: pl.DataFrame, accounts: Accounts, opening: set[int], masked: set[int], shown: Callable[[str], str]
) -> Iterator[Movement]:
    names = ("transaction", "account", "number", "currency", "meta", "date", "payee", "links", "file", "line")
    columns = [rows[name].to_list() for name in (*names, "meta_whole")]
    for transaction, account, number, currency, own, date, payee, links, file, line, whole in zip(
        *columns, strict=True
    ):
        yield movement(
            account,
            accounts.kinds[account],
            date,
            (Decimal(number), currency),
            _said(own),
            _said(whole),
            payee="" if transaction in opening else payee or "",
            links=links.split(" ") if links else (),
            where=f"{shown(file)}:{line}",
            masked=transaction in masked,
        )


def _said(text: str | None) -> Mapping[str, Any]:
    """What metadata says of an item; most say nothing."""
    if text is None or not any(key in text for key in _ASKED):
        return {}
    return {key: value if type(value) is str else unpack(value) for key, value in loads(text) if key in SAID}
