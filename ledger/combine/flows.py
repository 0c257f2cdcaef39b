"""What each unit brings to the group's trial balance (SPEC 10).

Balance-sheet accounts stand at the end of the period, income and expense are those of the period, earlier years'
result is one line. What lies outside `joined`-`left` is left out: a division's entries as such, while a legal entity
brings what it had as net assets (line Joined) and takes them with it (line Left), nothing through the result.

Two ways to the same figures: where every boundary is a month's and every amount is in the reporting currency, monthly
sums are enough; otherwise each entry is looked at.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from beancount.core import data

from ledger.books import BalanceRow, Summary, Unit, UnitBook, last_day
from ledger.books.summary import weight
from ledger.combine.mapping import Mapper
from ledger.combine.model import CTA, EARLIER, ENTERED, GroupEntry, Place, Translation
from ledger.combine.reopening import Closings, closings, without
from ledger.combine.scope import Scope
from ledger.errors import Problem
from ledger.rules.rounding import half_away, unit_of

RETAINED = Place("RetainedResult", EARLIER)
JOINED = Place("Joined", ENTERED)
LEFT = Place("Left", ENTERED)
#: Where the gain of an owned unit that was sold stands.
SOLD = Place("IncomeFromFinancialAssets", "Disposal")
#: Where the difference stands that rates make of what units share out among each other.
DIVIDENDS = Place("CTA", "Dividends")
#: The same of capital that one unit holds in another.
CAPITAL_HELD = Place("CTA", "Capital-held")
DAY = dt.timedelta(days=1)
#: What dividing a total price by its units may leave in the last digits.
TRACE = Decimal("1e-12")
#: Finer amounts than this aren't written by anybody.
FINEST = Decimal("1e-9")
#: Not an account: the rest of a unit's rounded entries.
REST = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """An amount of one of the unit's own accounts, on a day, in the reporting currency.

    `transfer`: the entry only moves the result to equity, so that it is no part of the result.
    """

    account: str
    date: dt.date
    amount: Decimal
    transfer: bool = False


@dataclass(frozen=True)
class Source:
    """A unit's two stages: booked and provisional; and what keeps provisional entries from being made.

    Vouchers that close and re-open the whole balance sheet aren't there (`ledger.combine.reopening`).
    """

    book: UnitBook
    provisional: Summary | None
    provisional_entries: Callable[[], Sequence[data.Directive]]
    problems: tuple[Problem, ...] = ()
    first_month: int = 1  # of fiscal years

    @cached_property
    def closings(self) -> Closings:
        """What the book has of such vouchers."""
        return closings(self.book, self.first_month)

    @cached_property
    def summaries(self) -> tuple[Summary, ...]:
        """Booked, then provisional."""
        assert self.book.summary is not None
        booked = without(self.book.summary, self.closings.vouchers)
        return (booked, *((self.provisional,) if self.provisional else ()))

    def balances(self) -> Iterator[BalanceRow]:
        """Monthly sums of both stages."""
        for summary in self.summaries:
            yield from summary.balances

    def transactions(self) -> list[data.Transaction]:
        """Transactions of both stages, by date; entries are read from the cache each time."""
        booked = (e for e in self.book.entries() if isinstance(e, data.Transaction))
        found = [e for number, e in enumerate(booked) if number not in self.closings.vouchers]
        found += [e for e in self.provisional_entries() if isinstance(e, data.Transaction)]
        found.sort(key=data.entry_sortkey)
        return found


class Translated(NamedTuple):
    """A transaction in the reporting currency: amounts of its postings, rounding rest, rates as text.

    `transfer`: it only moves the result to equity.
    """

    amounts: tuple[Decimal, ...]
    rest: Decimal
    rates: str
    transfer: bool


@dataclass(frozen=True)
class Part:
    """One unit's share of a run.

    Attributes:
        flows: amounts by account and day.
        entries: translation differences, and its coming and going.
        translations: proof of the translation difference, by currency.
        translated: the reporting amounts of each transaction's postings and its rounding rest, in the order of
            `source.transactions()`; None where monthly sums were enough.
    """

    unit: Unit
    mapper: Mapper
    source: Source
    scope: Scope
    flows: tuple[Flow, ...]
    entries: tuple[GroupEntry, ...] = ()
    translations: tuple[Translation, ...] = ()
    translated: tuple[Translated, ...] | None = field(default=None, repr=False)

    def assign(self, account: str, day: dt.date, *, transfer: bool = False) -> Place | None:
        """Where an amount of the unit's account on a day stands in the group; None = outside the scope."""
        unit, scope = self.unit, self.scope
        if day > scope.until(unit.slug):
            return None
        place = rounding_place(unit.code) if account == REST else self.mapper.at(account)
        before = unit.joined is not None and day < unit.joined
        if before and unit.entity == "division":
            return None
        equity = place.group.root == "Equity"
        if before and (place.is_result or equity) and unit.joined is not None and unit.joined >= scope.date_from:
            return JOINED
        if place.is_result and (before or day < scope.date_from):
            return RETAINED
        return Place("ResultTransfer", place.account) if transfer and place.is_result else place

    def cell(self, flow: Flow) -> tuple[Place, str] | None:
        """Place and column of the worksheet that a flow belongs to; None = outside the scope."""
        place = self.assign(flow.account, flow.date, transfer=flow.transfer)
        return (place, self.column(flow.account)) if place is not None else None

    @cached_property
    def sums(self) -> dict[tuple[Place, str], Decimal]:
        """Σ of the flows by place and column of the worksheet; it is taken once."""
        alike: dict[tuple[bool, ...], dt.date] = {}  # days on the same side of every boundary are one to `assign`
        first_alike: dict[dt.date, dt.date] = {}
        joined, until = self.unit.joined or dt.date.min, self.scope.until(self.unit.slug)
        totals: dict[tuple[str, dt.date, bool], Decimal] = defaultdict(Decimal)
        for flow in self.flows:
            day = first_alike.get(flow.date)
            if day is None:
                side = flow.date < joined, flow.date < self.scope.date_from, flow.date > until
                day = first_alike[flow.date] = alike.setdefault(side, flow.date)
            totals[flow.account, day, flow.transfer] += flow.amount
        found: dict[tuple[Place, str], Decimal] = defaultdict(Decimal)
        for (account, day, transfer), amount in totals.items():
            place = self.assign(account, day, transfer=transfer)
            if place is not None:
                found[place, self.column(account)] += amount
        return dict(found)

    @property
    def opening(self) -> dt.date | None:
        """The day of its book's opening balance: its first, where that is the first of a month."""
        first = self.source.summaries[0].first
        return first if first is not None and first.day == 1 else None

    @property
    def entered(self) -> bool:
        """Whether the unit joined within the period, bringing its net assets."""
        unit = self.unit
        return unit.entity != "division" and unit.joined is not None and unit.joined >= self.scope.date_from

    def column(self, account: str) -> str:
        """The worksheet's column of an amount on `account`."""
        return CTA if account == REST else self.unit.slug


def cta_place(code: str) -> Place:
    """Where a unit's translation difference stands."""
    return Place("CTA", f"Translation-{code}")


def rounding_place(code: str) -> Place:
    """Where the rest of a unit's rounded entries stands."""
    return Place("CTA", f"Rounding-{code}")


def boundaries_are_months(unit: Unit, scope: Scope) -> bool:
    """Whether no month is cut by the period, by the unit's coming and going, or by its changing hands."""
    starts = (scope.date_from, unit.joined, *scope.stakes.days(unit.slug))
    ends = (scope.date_to, unit.left)
    return all(d is None or d.day == 1 for d in starts) and all(d is None or (d + DAY).day == 1 for d in ends)


def months_are_enough(source: Source, mapper: Mapper, scope: Scope) -> bool:
    """Whether no boundary of a run cuts a month: then `whole_months` give the same figures as entries."""
    return boundaries_are_months(mapper.unit, scope) and not _opens_owned(source, mapper.unit.slug, scope)


def whole_months(source: Source, mapper: Mapper, currency: str) -> tuple[Flow, ...] | None:
    """A unit's flows by monthly sums; None where they wouldn't give the same figures as entries, posting by posting."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    moved: dict[str, Decimal] = defaultdict(Decimal)
    for row in source.balances():
        amount = whole(row.amount, currency) if row.currency == currency else None
        if amount is None:
            return None
        sums[row.month] += amount
        if mapper.is_in("result_equity", row.account) or mapper.at(row.account).line == "ResultTransfer":
            moved[row.month] += amount
    first = min(sums, default="")  # opening balances
    straight = any(amount for month, amount in moved.items() if month != first)  # result closed without 899x
    return None if straight or any(sums.values()) else month_flows(source.balances())


def _opens_owned(source: Source, slug: str, scope: Scope) -> bool:
    """Whether an owned unit's opening balance must be told from what its first month has beside it."""
    first, begins = source.summaries[0].first, scope.stakes.begins.get(slug)
    return begins is not None and first is not None and (first >= scope.date_from or dt.date.min < begins <= first)


def whole(amount: Decimal, currency: str) -> Decimal | None:
    """`amount` in whole units of its currency; None where it is finer. A total price leaves a trace of its division."""
    quick = amount.quantize(unit_of(currency))
    if quick == amount:
        return quick
    rounded = half_away(amount, currency)
    return rounded if abs(rounded - amount) < TRACE else None


def without_trace(amount: Decimal, currency: str) -> Decimal:
    """`amount` in whole units of its currency; one that is finer stands as it is, but for the trace of a division.

    So postings add up to what monthly sums say, where these are whole.
    """
    found = whole(amount, currency)
    if found is not None:
        return found
    shorter = amount.quantize(FINEST)
    return shorter if abs(shorter - amount) < TRACE else amount


class WholeAmounts:
    """Vouchers of a book in the run's own currency, in whole units of it, where monthly sums are enough.

    A posting that is finer (a price per unit) is rounded so that its account's sums of the month, voucher by voucher,
    are what they are, rounded: the month's is the figure that the group has, to the unit.
    """

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.sums: dict[tuple[str, int, int], tuple[Decimal, Decimal]] = {}

    def of(self, entry: data.Transaction) -> tuple[Decimal, ...]:
        """Amounts of the next voucher's postings; vouchers come in the order of the book."""
        return tuple(self._next(entry.date, posting) for posting in entry.postings)

    def _next(self, day: dt.date, posting: data.Posting) -> Decimal:
        key = posting.account, day.year, day.month
        exact, told = self.sums.get(key, (Decimal(0), Decimal(0)))
        exact += without_trace(weight(posting)[0], self.currency)
        stands = half_away(without_trace(exact, self.currency), self.currency)
        self.sums[key] = exact, stands
        return stands - told


def month_flows(rows: Iterable[BalanceRow]) -> tuple[Flow, ...]:
    """Flows dated on their month's last day; their amounts are whole units of the currency already."""
    days: dict[str, dt.date] = {}
    found = []
    for row in rows:
        if row.amount:
            day = days.get(row.month) or days.setdefault(row.month, last_day(row.month))
            amount = whole(row.amount, row.currency)
            assert amount is not None
            found.append(Flow(row.account, day, amount))
    return tuple(found)
