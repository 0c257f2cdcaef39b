"""A short mark for each voucher of a book: what is the same keeps it, wherever in the files it stands.

A mark is made of the day, the accounts and the amounts, and of nothing else: a comment, a text, another file or another
line changes no mark, and neither does the order of the postings or a zero at the end of an amount. By its marks a book
is compared with what it was when a run was locked (SPEC 10): which vouchers are new, which are gone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from ledger.books.columns import joinable, read
from ledger.books.unitbook import UnitBook

#: Hexadecimal digits of a mark: two of a book's vouchers are taken for one another once in a million books.
DIGITS = 12
_SEPARATOR = "\x1f"
_OF_TRANSACTIONS = ["date", "postings", "file", "line"]
_OF_POSTINGS = [
    *("account", "number", "currency", "cost", "price", "price_currency", "file", "line"),
    *("weight", "weight_currency"),
]


@dataclass(frozen=True, slots=True)
class Marked:
    """A voucher with its mark.

    Attributes:
        amount: Σ of what it debits in its first posting's currency.
        accounts: those that it posts to, sorted.
    """

    date: dt.date
    mark: str
    file: str
    line: int
    accounts: tuple[str, ...]
    amount: Decimal
    currency: str


def marked(book: UnitBook, start: dt.date, end: dt.date) -> list[Marked]:
    """The vouchers of a book dated from `start` to `end`, both inside, in its order; out of its columns."""
    transactions, postings = joinable(
        read(book.table("transactions"), "transactions", _OF_TRANSACTIONS),
        read(book.table("postings"), "postings", _OF_POSTINGS),
    )
    chosen = transactions.filter(pl.col("date").is_between(start, end))
    number = pl.col("number")
    short = number.str.strip_chars_end("0").str.strip_chars_end(".")
    said = [
        pl.col("account"),
        pl.when(number.str.contains(".", literal=True)).then(short).otherwise(number),
        *map(pl.col, ("currency", "cost", "price", "price_currency")),
    ]
    kept = postings.filter(pl.col("transaction").is_in(chosen["transaction"].implode())).with_columns(
        pl.concat_str([part.fill_null("") for part in said], separator=_SEPARATOR).alias("said"),
        pl.coalesce("weight_currency", "currency").alias("weight_currency"),
    )
    rows = kept.group_by("transaction", maintain_order=True).agg(
        pl.col("said").sort().str.join("\n"),
        pl.col("account").unique().sort().alias("accounts"),
        pl.col("weight_currency").first().alias("currency"),
        pl.col("weight")
        .filter((pl.col("weight") > 0) & (pl.col("weight_currency") == pl.col("weight_currency").first()))
        .sum()
        .alias("amount"),
    )
    found = chosen.join(rows, on="transaction", how="left", maintain_order="left")
    return [
        Marked(
            date, _mark(date, text or ""), file or "", line or 0, tuple(accounts or ()), amount or Decimal(0), cur or ""
        )
        for date, text, file, line, accounts, amount, cur in zip(
            *(found[name].to_list() for name in ("date", "said", "file", "line", "accounts", "amount", "currency")),
            strict=True,
        )
    ]


def _mark(date: dt.date, text: str) -> str:
    return hashlib.blake2b(f"{date}\n{text}".encode(), digest_size=DIGITS // 2).hexdigest()


@dataclass(frozen=True, slots=True)
class Placed:
    """One posting of an account, and where it stands."""

    date: dt.date
    account: str
    file: str
    line: int


def placed(book: UnitBook, accounts: set[str], start: dt.date, end: dt.date) -> list[Placed]:
    """The postings of some accounts dated from `start` to `end`, in the book's order, with their places."""
    transactions, postings = joinable(
        read(book.table("transactions"), "transactions", _OF_TRANSACTIONS),
        read(book.table("postings"), "postings", ["date", "account", "file", "line"]),
    )
    chosen = postings.filter(pl.col("account").is_in(list(accounts)) & pl.col("date").is_between(start, end))
    files = transactions.select("transaction", pl.col("file").alias("whole"), pl.col("line").alias("head"))
    found = chosen.join(files, on="transaction", how="left", maintain_order="left")
    columns = (found[name].to_list() for name in ("date", "account", "file", "whole", "line", "head"))
    return [
        Placed(date, account, own or whole or "", line or head or 0)
        for date, account, own, whole, line, head in zip(*columns, strict=True)
    ]
