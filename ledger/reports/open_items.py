"""Open items and their age, of each unit and of the federation: who owes what, since when (issue: open items).

A unit's list is its subledgers on a day; Σ items of an account is the account's balance, which is added up by itself
and must be the same. Dealings with other units of the federation stand apart, set off against what was paid on them:
they are the federation's own money on both sides, so its totals count what is owed to and by others only. What stands
on an internal account without `partner` is internal, too; a unit that isn't a member on that day is an outsider. Totals
are per currency: nothing is translated.

In the federation's view, the name of a counterparty that the chart masks (payees of payroll and of persons' loans)
isn't given (SPEC 10); a unit's own list has it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ledger.books import Books, Unit, UnitBook
from ledger.charts import load_chart
from ledger.errors import Problem, order
from ledger.memo import memo_of
from ledger.messages import N_
from ledger.reports.levy import money
from ledger.subledger import (
    BUCKETS,
    OpenItem,
    ageing,
    book_accounts,
    clearing_of,
    open_items,
    scan_balances_of,
    scan_movements,
    set_off,
)

ZERO = Decimal(0)
#: Kinds of subledger, in the order of the list, and their headings.
KINDS: dict[str, str] = {
    "receivable": N_("Receivables"),
    "payable": N_("Payables"),
    "clearing": N_("Money on its way"),
}
#: Headings of the ages.
AGES: dict[str, str] = {
    "not_due": N_("Not due"),
    "1-30": N_("1-30 days"),
    "31-60": N_("31-60 days"),
    "61-90": N_("61-90 days"),
    "over_90": N_("Over 90 days"),
}
_RANKS = {kind: rank for rank, kind in enumerate(KINDS)}
assert list(AGES) == [name for name, _ in BUCKETS]


@dataclass(frozen=True)
class Balance:
    """An account's balance in one currency, which its items add up to."""

    account: str
    kind: str
    currency: str
    amount: Decimal


@dataclass(frozen=True)
class Total:
    """Σ open of one kind and currency, by age."""

    kind: str
    currency: str
    open: Decimal
    ages: dict[str, Decimal]
    items: int


@dataclass(frozen=True)
class UnitItems:
    """A unit's open items at the end of a day.

    Attributes:
        external: owed to and by others.
        internal: owed to and by other units of the federation, set off.
        balances: of every account that has been posted to.
        totals: of `external`, per kind and currency.
        internal_totals: likewise of `internal`.
    """

    unit: Unit
    day: dt.date
    external: tuple[OpenItem, ...]
    internal: tuple[OpenItem, ...]
    balances: tuple[Balance, ...]
    totals: tuple[Total, ...]
    internal_totals: tuple[Total, ...]

    def of(self, kind: str | None) -> UnitItems:
        """Only items and balances of one kind; None = all."""
        if kind is None:
            return self
        return replace(
            self,
            external=tuple(i for i in self.external if i.kind == kind),
            internal=tuple(i for i in self.internal if i.kind == kind),
            balances=tuple(b for b in self.balances if b.kind == kind),
            totals=tuple(t for t in self.totals if t.kind == kind),
            internal_totals=tuple(t for t in self.internal_totals if t.kind == kind),
        )


@dataclass(frozen=True)
class OpenItems:
    """What was found.

    Attributes:
        units: by slug; those whose books have errors are missing.
        whole: all units were asked for, so that there are totals of the federation.
        kind: the only one that was asked for; None = all.
        problems: what is wrong in the books.
    """

    day: dt.date
    units: tuple[UnitItems, ...]
    whole: bool
    problems: tuple[Problem, ...]
    kind: str | None = None

    @property
    def counted(self) -> tuple[UnitItems, ...]:
        """Units that count in the federation's totals: its members on the day."""
        return tuple(u for u in self.units if u.unit.in_scope(self.day))

    @property
    def apart(self) -> tuple[UnitItems, ...]:
        """The others."""
        return tuple(u for u in self.units if not u.unit.in_scope(self.day))

    def totals(self, *, internal: bool = False) -> tuple[Total, ...]:
        """The federation's, per kind and currency."""
        groups: dict[tuple[str, str], list[Total]] = defaultdict(list)
        for unit in self.counted:
            for total in unit.internal_totals if internal else unit.totals:
                groups[total.kind, total.currency].append(total)
        return tuple(
            Total(
                kind,
                currency,
                sum((t.open for t in own), ZERO),
                {age: sum((t.ages[age] for t in own), ZERO) for age in AGES},
                sum(t.items for t in own),
            )
            for (kind, currency), own in sorted(groups.items(), key=lambda group: (_RANKS[group[0][0]], group[0][1]))
        )

    def differences(self) -> list[tuple[str, Decimal]]:
        """(currency, amount) by which claims and debts between units differ; only where all kinds were asked for."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for total in self.totals(internal=True):
            sums[total.currency] += total.open
        return [(currency, amount) for currency, amount in sorted(sums.items()) if amount and self.kind is None]


def list_open_items(
    books: Books, slugs: Sequence[str] | None = None, *, day: dt.date, kind: str | None = None
) -> OpenItems:
    """The open items of units at the end of a day.

    Args:
        books: the loaded books.
        slugs: which units; None = all, with the federation's totals.
        day: the last day that counts, by which age is reckoned.
        kind: a key of `KINDS`; None = all.

    Returns:
        Units by slug. A unit whose book has errors is left out; the errors say so.
    """
    problems: set[Problem] = set()
    found = []
    for slug in sorted(books.units if slugs is None else set(slugs)):
        book = books.units[slug]
        problems.update(book.problems)
        if book.ok:
            try:
                found.append(unit_items(books, book, day).of(kind))
            except Problem as problem:
                problems.add(problem)
    if slugs is None:
        problems.update(books.problems)
    return OpenItems(day, tuple(found), slugs is None, tuple(sorted(problems, key=order)), kind)


def unit_items(books: Books, book: UnitBook, day: dt.date) -> UnitItems:
    """One unit's open items.

    Args:
        books: the loaded books, for who is a unit.
        book: the unit's, without errors.
        day: the last day that counts.

    Raises:
        Problem: the unit's chart can't be used.
    """
    ws, unit = books.workspace, book.unit
    chart = load_chart(unit.chart, unit.folder)

    def work() -> tuple[tuple[OpenItem, ...], tuple[Balance, ...]]:
        items = open_items(scan_movements(book, ws.shown, day), day)
        accounts = book_accounts(book)
        balances = tuple(
            Balance(account, accounts.kinds[account], currency, amount)
            for (account, currency), amount in scan_balances_of(book, accounts, day).items()
        )
        _check(items, balances)
        return items, balances

    setting = (book.key, chart.digest, clearing_of(unit), day)
    items, balances = memo_of(ws.root).get(("open items", unit.slug), work, equal=setting)
    codes = {row.account: row.code for row in book.summary.accounts} if book.summary else {}
    members = {slug for slug, other in ws.units.items() if other.in_scope(day)}
    external: list[OpenItem] = []
    internal: list[OpenItem] = []
    for item in items:
        untold = not item.partner and chart.is_in("internal_balance", codes[item.account])
        (internal if untold or item.partner in members else external).append(item)
    netted = set_off(internal)
    _check((*external, *netted), balances)
    return UnitItems(unit, day, tuple(external), netted, balances, totals_of(external, day), totals_of(netted, day))


def _check(items: Iterable[OpenItem], balances: Iterable[Balance]) -> None:
    """Nothing is lost: items add up to the balance of their account."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for item in items:
        sums[item.account, item.currency] += item.open
    for balance in balances:
        assert sums.pop((balance.account, balance.currency), ZERO) == balance.amount, balance
    assert not any(sums.values()), sums


def totals_of(items: Iterable[OpenItem], day: dt.date) -> tuple[Total, ...]:
    """Σ open per kind and currency, by age on a day."""
    groups: dict[tuple[str, str], list[OpenItem]] = defaultdict(list)
    for item in items:
        groups[item.kind, item.currency].append(item)
    found = []
    for kind in KINDS:
        for currency in sorted(c for k, c in groups if k == kind):
            own = groups[kind, currency]
            total = Total(kind, currency, sum((i.open for i in own), ZERO), dict(ageing(own, day)), len(own))
            assert sum(total.ages.values(), ZERO) == total.open
            found.append(total)
    return tuple(found)


def as_json(found: OpenItems) -> dict[str, Any]:
    """The answer of `sambok open-items --json`; debit is positive."""
    return {
        "schema": 1,
        "date": found.day.isoformat(),
        "units": [_unit_json(unit, masked=found.whole) for unit in found.units],
        "federation": {
            "units": [unit.unit.slug for unit in found.counted],
            "external": [_total_json(total) for total in found.totals()],
            "internal": [_total_json(total) for total in found.totals(internal=True)],
            "differences": [
                {"currency": currency, "amount": money(amount, currency)} for currency, amount in found.differences()
            ],
        }
        if found.whole
        else None,
        "errors": [problem.as_json() for problem in found.problems],
    }


def _unit_json(unit: UnitItems, *, masked: bool) -> dict[str, Any]:
    return {
        "unit": unit.unit.slug,
        "name": unit.unit.name,
        "currency": unit.unit.currency,
        "balances": [
            {"account": b.account, "kind": b.kind, "currency": b.currency, "balance": money(b.amount, b.currency)}
            for b in unit.balances
        ],
        **{
            name: {
                "totals": [_total_json(total) for total in totals],
                "items": [item_json(item, unit.day, masked=masked) for item in items],
            }
            for name, items, totals in (
                ("external", unit.external, unit.totals),
                ("internal", unit.internal, unit.internal_totals),
            )
        },
    }


def _total_json(total: Total) -> dict[str, Any]:
    return {
        "kind": total.kind,
        "currency": total.currency,
        "open": money(total.open, total.currency),
        "items": total.items,
        "ages": {name: money(amount, total.currency) for name, amount in total.ages.items()},
    }


def item_json(item: OpenItem, day: dt.date, *, masked: bool) -> dict[str, Any]:
    """One item; `masked`: without names that are for the unit alone."""
    return {
        "kind": item.kind,
        "account": item.account,
        "currency": item.currency,
        "number": item.number,
        "reference": next((r for r in item.references if r != item.number), ""),
        "counterparty": counterparty(item, masked=masked),
        "partner": item.partner or None,
        "date": item.date.isoformat(),
        "due": item.due.isoformat() if item.due else None,
        "days_late": item.days_late(day),
        "age": item.bucket(day),
        "amount": money(item.amount, item.currency),
        "open": money(item.open, item.currency),
        "link": item.key,
        "where": item.where,
    }


def counterparty(item: OpenItem, *, masked: bool) -> str | None:
    """Whose item it is; None where the name is for the unit alone."""
    return None if masked and item.masked else item.counterparty
