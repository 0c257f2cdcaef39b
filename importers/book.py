"""What importers look up in the book that they feed: its accounts, what came in before, where similar lines went."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeVar

from beancount.core import data

from importers.identity import folded
from importers.problems import ImportBookBroken
from ledger.books import Unit, Workspace, account_code, load_books
from ledger.books.concerned import Concerned
from ledger.books.sealed import sealed_months
from ledger.books.summariser import read_file
from ledger.charts import Chart, load_chart
from ledger.charts.problems import ChartRoleMissing
from ledger.errors import Problem
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import Rates
from ledger.subledger.movements import accounts_of, clearing_of

Made = TypeVar("Made")
#: Last part of the account for what an opening balance lacks; it shares a code with an account of the books.
UNTRANSFERRED = "Untransferred"
#: On what came late of a closed month: its own day. It is booked in an open one.
DATED = "dated"
#: Where such an entry stands in the book, in what importers see of it.
BOOKED = "__booked__"
#: Accounts that importers open are open from the first day a book may have: an older file can still come.
FIRST_DAY = dt.date(2000, 1, 1)


class AccountLog:
    """Postings to one account in one currency, by date; those of one day stand in the order of the book.

    What is asked per day of a file is found by halving, never by going through the book: 100,000 lines would otherwise
    be compared with 100,000 others one by one.
    """

    __slots__ = ("dates", "rows", "sums")

    def __init__(self, rows: Iterable[tuple[data.Transaction, Decimal]]) -> None:
        self.rows = sorted(rows, key=lambda row: row[0].date)
        self.dates = [entry.date for entry, _ in self.rows]
        self.sums = list(accumulate((number for _, number in self.rows), initial=Decimal(0)))

    def before(self, day: dt.date) -> Decimal:
        """Σ postings dated before a day."""
        return self.sums[bisect_left(self.dates, day)]

    def on(self, day: dt.date) -> list[tuple[data.Transaction, Decimal]]:
        """The postings of a day."""
        return self.rows[bisect_left(self.dates, day) : bisect_right(self.dates, day)]

    def days(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """The days from `first` to `last`, both inside, that have postings."""
        return list(dict.fromkeys(self.dates[bisect_left(self.dates, first) : bisect_right(self.dates, last)]))

    def last_day(self, before: dt.date) -> dt.date | None:
        """The last day before another one that has postings."""
        found = bisect_left(self.dates, before)
        return self.dates[found - 1] if found else None


@dataclass
class BookView:
    """A unit's booked entries, as importers see them: what came late of a closed month stands on its own day.

    Attributes:
        closed: months that are sealed ("2026-03").
        ws: the workspace with the other units; None where only this book is known.
    """

    unit: Unit
    entries: list[data.Directive]
    closed: frozenset[str] = frozenset()
    ws: Workspace | None = None
    _opened: list[data.Open] = field(default_factory=list)
    _logs: dict[tuple[str, str], AccountLog] = field(default_factory=dict, repr=False)
    _shared: dict[object, Any] = field(default_factory=dict, repr=False)

    def place(self, entry: data.Directive) -> str:
        """Where an entry stands, as users know it: `units/repris/books/2026/2026-03.beancount:12`."""
        file, line = str(entry.meta.get("filename", "")), entry.meta.get("lineno", "")
        return f"{file.removeprefix(f'{self.unit.folder.parent.parent}/')}:{line}"

    @cached_property
    def chart(self) -> Chart:
        """The unit's chart."""
        return load_chart(self.unit.chart, self.unit.folder)

    @cached_property
    def transactions(self) -> list[data.Transaction]:
        """In the order of the book."""
        return [e for e in self.entries if isinstance(e, data.Transaction)]

    @cached_property
    def opens(self) -> dict[str, data.Open]:
        """Accounts by name, as the book opens them."""
        return {e.account: e for e in self.entries if isinstance(e, data.Open)}

    @cached_property
    def closes(self) -> dict[str, dt.date]:
        """Accounts that are closed, and since when."""
        return {e.account: e.date for e in self.entries if isinstance(e, data.Close)}

    @cached_property
    def codes(self) -> dict[str, str]:
        """Account by code: the first that the book opens."""
        found: dict[str, str] = {}
        for name, entry in self.opens.items():
            code = account_code(name, entry.meta)
            if code is not None and name not in self.closes and not name.endswith(f":{UNTRANSFERRED}"):
                found.setdefault(code, name)
        return found

    @cached_property
    def sources(self) -> dict[str, data.Directive]:
        """Entries by `source-id`."""
        return {str(e.meta["source-id"]): e for e in self.entries if e.meta and "source-id" in e.meta}

    @cached_property
    def documents(self) -> set[str]:
        """Every `document:` that an entry names."""
        return {str(e.meta["document"]) for e in self.entries if e.meta and "document" in e.meta}

    @cached_property
    def corrected(self) -> frozenset[int]:
        """Vouchers that others correct, by identity: what a file says of them now was seen by a person."""
        concerned = Concerned(read_file)
        concerned.add(self.transactions)
        targets = (concerned.target(e) for e in self.transactions if "corrects" in e.meta)
        return frozenset(id(target) for target in targets if target is not None)

    def is_corrected(self, entry: data.Directive) -> bool:
        """Whether another entry corrects this one, which is of this view."""
        return id(entry) in self.corrected

    @cached_property
    def linked(self) -> dict[str, list[data.Transaction]]:
        """Transactions by link, in the order of the book."""
        found: dict[str, list[data.Transaction]] = defaultdict(list)
        for entry in self.transactions:
            for link in entry.links or ():
                found[link].append(entry)
        return found

    @cached_property
    def _by_account(self) -> dict[str, list[tuple[data.Transaction, Decimal, str]]]:
        found: dict[str, list[tuple[data.Transaction, Decimal, str]]] = defaultdict(list)
        for entry in self.transactions:
            for posting in entry.postings:
                if posting.units is not None and posting.units.number is not None:
                    found[posting.account].append((entry, posting.units.number, posting.units.currency))
        return found

    def log(self, account: str, currency: str) -> AccountLog:
        """Every posting to `account` in `currency`, by date."""
        found = self._logs.get((account, currency))
        if found is None:
            rows = [(e, number) for e, number, unit in self._by_account.get(account, ()) if unit == currency]
            found = self._logs[account, currency] = AccountLog(rows)
        return found

    def postings(self, account: str, currency: str) -> list[tuple[data.Transaction, Decimal]]:
        """Every posting to `account` in `currency`, with its transaction, by date."""
        return self.log(account, currency).rows

    def balance(self, account: str, currency: str, before: dt.date) -> Decimal:
        """Σ postings to `account` dated before a day."""
        return self.log(account, currency).before(before)

    @cached_property
    def _assertions(self) -> dict[tuple[str, str], list[data.Balance]]:
        found: dict[tuple[str, str], list[data.Balance]] = defaultdict(list)
        for entry in self.entries:
            if isinstance(entry, data.Balance):
                found[entry.account, entry.amount.currency].append(entry)
        return found

    def assertions(self, account: str, currency: str) -> list[data.Balance]:
        """The `balance` directives of an account, in the order of the book."""
        return list(self._assertions.get((account, currency), ()))

    def is_open(self, account: str, day: dt.date, currency: str) -> bool:
        """Whether `account` takes postings in `currency` on `day`."""
        entry = self.opens.get(account)
        closed = self.closes.get(account)
        if entry is None or (entry.currencies and currency not in entry.currencies):
            return False
        return entry.date <= day and (closed is None or day < closed)

    @cached_property
    def suspense(self) -> str | None:
        """The account for what nothing places; None where the chart has none."""
        return self.chart.role_account("suspense", self.codes) if self.chart.has_role("suspense") else None

    def role(self, *names: str) -> str:
        """The account of the first role that the chart knows: the unit's own with that code, else the chart's, opened.

        Raises:
            ChartRoleMissing: the chart knows none of them.
        """
        name = next((n for n in names if self.chart.has_role(n)), None)
        if name is None:
            raise ChartRoleMissing(name=self.chart.name, role=names[0])
        account = self.chart.role_account(name, self.codes)
        self.open(account)
        return account

    def untransferred(self) -> str:
        """The account for what an opening balance lacks, below the chart's account for it and with its code."""
        role = self.chart.role("opening_equity")
        account = f"{role.account}:{UNTRANSFERRED}"
        self.open(account, meta={"code": role.code})
        return account

    def open(self, account: str, currencies: Iterable[str] = (), meta: dict[str, str] | None = None) -> None:
        """Open an account that the book lacks; it comes with the import's entries."""
        if account not in self.opens:
            entry = data.Open(dict(meta or {}), FIRST_DAY, account, list(currencies), None)
            self.opens[account] = entry
            self._opened.append(entry)
            for name in ("codes", "followed"):
                self.__dict__.pop(name, None)

    def take_opened(self) -> list[data.Open]:
        """The accounts opened by `open` since the last call."""
        taken, self._opened = self._opened, []
        return taken

    @cached_property
    def followed(self) -> Mapping[str, str]:
        """Accounts that are followed item by item, and their kind: `receivable`, `payable` or `clearing`."""
        codes = {name: code for name, e in self.opens.items() if (code := account_code(name, e.meta))}
        return accounts_of(self.chart, codes, clearing_of(self.unit)).kinds

    @cached_property
    def rates(self) -> Rates:
        """Central's prices in the unit's currency; this book's own where only it is known."""
        prices = load_books(self.ws, []).central_text.prices if self.ws else self.entries
        return Rates.from_entries(prices, self.unit.currency)

    def spot(self, currency: str, day: dt.date) -> Decimal:
        """Central's price of a currency in the unit's own, at most seven days old.

        Raises:
            MissingRate: there is none.
        """
        try:
            return self.rates.spot(currency, day)
        except MissingRate as problem:
            problem.file = self.ws.shown(self.ws.prices_file) if self.ws else None
            raise

    def shared(self, make: Callable[[BookView], Made]) -> Made:
        """What is made of this view once, for all that work on it: what one of them settles, the others see."""
        if make not in self._shared:
            self._shared[make] = make(self)
        made: Made = self._shared[make]
        return made

    @cached_property
    def _habits(self) -> dict[tuple[str, bool], data.Transaction]:
        found: dict[tuple[str, bool], data.Transaction] = {}
        for entry in self.transactions:
            if entry.flag == "*" and entry.payee and len(entry.postings) >= 2:
                for posting in entry.postings:
                    if posting.units is not None and posting.units.number:
                        found[folded(entry.payee) + "\x1f" + posting.account, posting.units.number > 0] = entry
        return found

    def suggestion(self, account: str, counterparty: str, *, incoming: bool) -> tuple[str, data.Transaction] | None:
        """The account of the last similar line (same counterparty and direction) that nobody waits for, and it."""
        if not counterparty:
            return None
        entry = self._habits.get((folded(counterparty) + "\x1f" + account, incoming))
        others = [p for p in entry.postings if p.account != account and p.units] if entry else []
        if not entry or not others:
            return None
        sizes = [abs(p.units.number) if p.units and p.units.number else Decimal(0) for p in others]
        return others[sizes.index(max(sizes))].account, entry


def day_said(value: object) -> dt.date | None:
    """The day that `dated:` says; Fava's import page makes a text of it."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, dt.date) else None


def own_day(entry: data.Directive) -> data.Directive:
    """An entry on the day that it is of: a bank's line on the bank's, though its month was closed when it came."""
    day = day_said((entry.meta or {}).get(DATED))
    if not isinstance(entry, data.Transaction) or day is None:
        return entry
    return entry._replace(date=day, meta={**entry.meta, BOOKED: entry.date})


def load_view(ws: Workspace, unit: Unit, *, own_days: bool = True) -> BookView:
    """The unit's book as it stands.

    Args:
        ws: the workspace.
        unit: whose.
        own_days: False for who changes entries where they stand.

    Raises:
        ImportBookBroken: the guard refuses its text.
    """
    books = load_books(ws, [unit.slug])
    book = books.units[unit.slug]
    if book.summary is None:
        reason = "; ".join(str(p) for p in book.problems[:2])
        raise ImportBookBroken(unit=unit.slug, slug=unit.slug, reason=reason)
    entries = map(own_day, book.entries()) if own_days else book.entries()
    return BookView(unit, list(entries), books.closed.get(unit.slug, frozenset()), ws)


def view_of(unit: Unit, entries: Iterable[data.Directive], ws: Workspace | None = None) -> BookView:
    """A view of entries that somebody else loaded (beangulp, Fava); provisional entries are no part of the book."""
    own = [own_day(e) for e in entries if not str((e.meta or {}).get("filename", "")).startswith("<")]
    try:
        closed: frozenset[str] = sealed_months(unit.folder)
    except Problem:  # the writer says so, should it come to that
        closed = frozenset()
    return BookView(unit, own, closed, ws)
