"""What the books hold of bank accounts: one row a transaction, read from the columns of a loaded book."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import accumulate

import polars as pl
from beancount.core import data

from importers.book import DATED, day_said
from ledger.books import UnitBook
from ledger.books.cells import loads, unpack, unpack_entry
from ledger.books.columns import joinable, read

ZERO = Decimal(0)
#: The beginning of a bank line's `source-id`; what comes of other files, or of hand, is no line of the bank.
BANK_LINE = "bank-"
_TRANSACTIONS = ["date", "payee", "narration", "postings", "file", "line", "meta"]


@dataclass(frozen=True, slots=True)
class Booked:
    """What a transaction moves on a bank account.

    Attributes:
        id: its `source-id`, empty where it has none.
        date: its own day, also where it came late and is booked in a later month.
        amount: Σ of its postings to the account.
        text: payee and narration.
        document: where the file that it came from is kept, below the unit's folder.
        where: `file:line`.
    """

    id: str
    date: dt.date
    amount: Decimal
    text: str
    document: str
    where: str

    @property
    def from_bank(self) -> bool:
        """Whether it came as a line of a statement."""
        return self.id.startswith(BANK_LINE)


class AccountBook:
    """The transactions of one account and currency, by date."""

    def __init__(self, rows: Iterable[Booked]) -> None:
        self.rows = sorted(rows, key=lambda row: row.date)
        self._days = [row.date for row in self.rows]
        self._sums = list(accumulate((row.amount for row in self.rows), initial=ZERO))

    def before(self, day: dt.date) -> Decimal:
        """The balance at the beginning of a day."""
        return self._sums[bisect_left(self._days, day)]

    def between(self, first: dt.date, last: dt.date) -> list[Booked]:
        """The transactions from `first` to `last`, both inside."""
        after = last + dt.timedelta(days=1)
        return self.rows[bisect_left(self._days, first) : bisect_left(self._days, after)]


@dataclass(frozen=True)
class BankBooks:
    """What a unit's book holds of its bank accounts.

    Attributes:
        accounts: by account and currency.
        lines: `file:line` by the `source-id` of every bank line of the book, wherever it is posted.
        documents: accounts that bank lines with this `document:` are posted to.
        asserted: by account and currency, the balances that imports asserted: by day, amount and `document:`.
    """

    accounts: Mapping[tuple[str, str], AccountBook]
    lines: Mapping[str, str]
    documents: Mapping[str, frozenset[str]]
    asserted: Mapping[tuple[str, str], Mapping[dt.date, tuple[Decimal, str]]] = field(default_factory=dict)

    def of(self, account: str, currency: str) -> AccountBook:
        """One account's; empty where nothing is posted to it."""
        return self.accounts.get((account, currency)) or AccountBook(())


def bank_books(book: UnitBook, accounts: Collection[str], shown: Callable[[str], str]) -> BankBooks:
    """Read what a loaded book holds of some accounts.

    Args:
        book: the loaded book.
        accounts: of the books.
        shown: a file as users know it (`Workspace.shown`).
    """
    transactions = read(book.table("transactions"), "transactions", _TRANSACTIONS)
    columns = ["account", "number", "currency"]
    transactions, postings = joinable(transactions, read(book.table("postings"), "postings", columns))
    name = cache(shown)
    lines: dict[str, str] = {}
    said: dict[int, tuple[str, str]] = {}
    days: dict[int, dt.date] = {}
    told = transactions.filter(pl.col("meta").str.contains('"source-id"', literal=True))
    for transaction, meta, file, line in told.select("transaction", "meta", "file", "line").iter_rows():
        values = dict(loads(meta))
        source_id, document = (str(values.get(key) or "") for key in ("source-id", "document"))
        said[transaction] = (source_id, document)
        if (own := day_said(unpack(values.get(DATED)))) is not None:  # it came when its month was closed
            days[transaction] = own
        if source_id.startswith(BANK_LINE):
            lines[source_id] = f"{name(file)}:{line}"
    found: dict[tuple[str, str], list[Booked]] = defaultdict(list)
    documents: dict[str, set[str]] = defaultdict(set)
    moved = postings.filter(pl.col("account").is_in(list(accounts)))
    moved = moved.group_by("account", "currency", "transaction", maintain_order=True).agg("number")
    for account, currency, transaction, numbers, date, payee, narration, file, line in (
        moved.join(transactions, on="transaction", maintain_order="left")
        .select("account", "currency", "transaction", "number", "date", "payee", "narration", "file", "line")
        .iter_rows()
    ):
        source_id, document = said.get(transaction, ("", ""))
        row = Booked(
            source_id,
            days.get(transaction, date),
            sum(map(Decimal, numbers), ZERO),
            " · ".join(filter(None, (payee, narration))),
            document,
            f"{name(file)}:{line}",
        )
        found[account, currency].append(row)
        if document and row.from_bank:
            documents[document].add(account)
    return BankBooks(
        {key: AccountBook(rows) for key, rows in found.items()},
        lines,
        {document: frozenset(names) for document, names in documents.items()},
        _asserted(book, accounts),
    )


def _asserted(
    book: UnitBook, accounts: Collection[str]
) -> Mapping[tuple[str, str], Mapping[dt.date, tuple[Decimal, str]]]:
    """The balances of some accounts that imports asserted."""
    found: dict[tuple[str, str], dict[dt.date, tuple[Decimal, str]]] = defaultdict(dict)
    directives = read(book.table("directives"), "directives", ["directive"])["directive"]
    for text in directives.filter(directives.str.starts_with('["Balance"')):
        entry = unpack_entry(loads(text))
        assert isinstance(entry, data.Balance)
        imported = str(entry.meta.get("source-id", "")).startswith(BANK_LINE)
        if imported and entry.account in accounts and entry.amount.number is not None:
            said = entry.amount.number, str(entry.meta.get("document", ""))
            found[entry.account, entry.amount.currency][entry.date] = said
    return found
