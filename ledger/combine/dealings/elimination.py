"""What is eliminated of a dealing, on each day (SPEC 10; samples 3.a).

A matched pair is eliminated for the smaller of its amounts in the document's currency; the rest stays on its account
under its unit. Claims against debts gross, account by account; income against cost net per dealing. On every day on
which one side books something, what is eliminated is brought to the smaller of both sides' sums to date, so that any
day's balance sheet is right; each entry sums to zero, because both sides give up the same amount. A side that comes to
nothing, because claims were set off against debts, goes out account by account, whatever the other has booked. Each
posting in ELIM names the one it removes, and removes no more of it than there is.

Of what both sides have shared out and received alike all goes out, at each side's own rate (`shared_out`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import TypeAlias

from ledger.combine.dealings.items import BALANCE, RESULT, Item
from ledger.combine.flows import DAY, DIVIDENDS
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.scope import Scope
from ledger.rules.rounding import EXACT, half_away

Cell: TypeAlias = tuple[str, Place]  # unit, place


@dataclass(frozen=True)
class Gap:
    """How two sides of a dealing differ in one section, at the end.

    Attributes:
        currency: the document's where both sides have the same one, else the reporting currency.
        nets: each side's sum in it.
        worths: each side's sum in the reporting currency.
        mixed: the sides' documents are in different currencies.
    """

    currency: str
    nets: tuple[Decimal, Decimal]
    worths: tuple[Decimal, Decimal]
    mixed: bool

    @property
    def open(self) -> Decimal:
        """What doesn't meet, in `currency`."""
        return self.nets[0] + self.nets[1]

    @property
    def worth(self) -> Decimal:
        """What doesn't meet, in the reporting currency."""
        return self.worths[0] + self.worths[1]

    @property
    def size(self) -> Decimal:
        """What doesn't meet, without sign, in the reporting currency: `worth`, or `open` at the larger side's own rate.

        Two sides that are worth the same may still speak of different amounts in the document's currency.
        """
        larger = max((0, 1), key=lambda side: abs(self.nets[side]))
        if not self.nets[larger]:
            return abs(self.worth)
        with localcontext(EXACT):
            return max(abs(self.worth), abs(self.open * self.worths[larger] / self.nets[larger]))


@dataclass
class Sums:
    """One side to date: Σ in the document's currency (while there is one), in the reporting currency, by account."""

    currencies: set[str] = field(default_factory=set)
    document: Decimal = ZERO
    worth: Decimal = ZERO
    standing: dict[Cell, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, item: Item) -> None:
        """Take a posting in."""
        self.currencies.add(item.currency)
        self.document += item.document_amount
        self.worth += item.amount
        self.standing[item.unit, item.place] += item.amount


def sums_of(items: Iterable[Item]) -> Sums:
    """The sums of one side."""
    found = Sums()
    for item in items:
        found.add(item)
    return found


def gap(one: Iterable[Item], other: Iterable[Item], currency: str) -> Gap:
    """Compare two sides (items of one section)."""
    return gap_of(sums_of(one), sums_of(other), currency)


def gap_of(one: Sums, other: Sums, currency: str) -> Gap:
    """Compare two sides by their sums."""
    worths = one.worth, other.worth
    known = one.currencies | other.currencies
    if len(known) > 1:
        return Gap(currency, worths, worths, mixed=True)
    return Gap(min(known, default=currency), (one.document, other.document), worths, mixed=False)


def eliminated(one: Iterable[Item], other: Iterable[Item], currency: str) -> dict[Cell, Decimal]:
    """What must stand in ELIM for two sides (items of one section); Σ = 0.

    Args:
        one: postings of one unit.
        other: postings of the other.
        currency: the reporting currency.
    """
    return _eliminated(sums_of(one), sums_of(other), currency)


def _eliminated(one: Sums, other: Sums, currency: str) -> dict[Cell, Decimal]:
    found = gap_of(one, other, currency)
    a, b = found.nets
    if a * b >= 0 or one.worth * other.worth >= 0:
        return _netted(one) | _netted(other)
    smaller = min(abs(a), abs(b))
    shares = []
    with localcontext(EXACT):
        for net, worth in zip(found.nets, found.worths, strict=True):
            shares.append(abs(worth) if abs(net) == smaller else half_away(abs(worth) * smaller / abs(net), currency))
    amount = min(shares)
    cells = _side(one, amount) | _side(other, amount)
    assert sum(cells.values(), ZERO) == 0
    return cells


def _netted(side: Sums) -> dict[Cell, Decimal]:
    """What one side has set off: a claim on the other against a debt to it, both of which the group hasn't."""
    if side.document or side.worth or len(side.currencies) != 1:
        return {}
    return {cell: -amount for cell, amount in sorted(side.standing.items()) if amount}


def receiver(units: Sequence[str], items: Iterable[Item]) -> str:
    """Who of two units got what the other has shared out of its equity."""
    chosen = [item for item in items if item.section == RESULT]
    payers = {item.unit for item in chosen if item.place.group.root == "Equity"}
    others = [unit for unit in units if unit not in payers] or list(units)
    return min(others, key=lambda unit: (sum((i.amount for i in chosen if i.unit == unit), ZERO), unit))


def answered(unit: str, items: Iterable[Item]) -> str:
    """The place of the posting that a difference of rates is told of: the last one of who got it."""
    return max((i for i in items if i.section == RESULT), key=lambda i: (i.unit == unit, i.key)).source


def _whole(one: Sums, other: Sums, unit: str) -> dict[Cell, Decimal]:
    """All of both sides, and the difference of their rates, which stands with `unit`."""
    cells = {cell: -amount for side in (one, other) for cell, amount in side.standing.items()}
    return cells | {(unit, DIVIDENDS): -sum(cells.values(), ZERO)}


def _side(side: Sums, amount: Decimal) -> dict[Cell, Decimal]:
    """Take `amount` (positive) off a side: all accounts, but the largest keeps the rest."""
    sign = 1 if side.worth > 0 else -1
    left = abs(side.worth) - amount
    cells: dict[Cell, Decimal] = {}
    for cell, value in sorted(side.standing.items(), key=lambda c: (-c[1] * sign, c[0])):
        kept = min(left, max(value * sign, ZERO))
        left -= kept
        if value - kept * sign:
            cells[cell] = -(value - kept * sign)
    assert left == 0
    return cells


class Removed:
    """How much of each posting of one account has been removed, so that nothing is eliminated twice.

    Debits in ELIM remove credits, the earliest first; when there are none left, they bring back debits that had been
    removed (the other side has taken its own back), the latest first.
    """

    def __init__(self) -> None:
        self.there: dict[int, deque[tuple[str, Decimal]]] = {1: deque(), -1: deque()}
        self.gone: dict[int, list[tuple[str, Decimal]]] = {1: [], -1: []}

    def add(self, item: Item) -> None:
        """A posting that may be removed."""
        if item.amount:
            self.there[1 if item.amount > 0 else -1].append((item.source, abs(item.amount)))

    def take(self, change: Decimal) -> list[tuple[str, Decimal]]:
        """Change what is in ELIM: sources, and what is posted for each of them."""
        sign = 1 if change < 0 else -1  # of the postings that are removed
        left = abs(change)
        parts: dict[str, Decimal] = defaultdict(Decimal)
        while left and self.there[sign]:
            source, amount = self.there[sign].popleft()
            part = min(left, amount)
            if part < amount:
                self.there[sign].appendleft((source, amount - part))
            self.gone[sign].append((source, part))
            parts[source] -= sign * part
            left -= part
        while left:
            source, amount = self.gone[-sign].pop()
            part = min(left, amount)
            if part < amount:
                self.gone[-sign].append((source, amount - part))
            self.there[-sign].appendleft((source, part))
            parts[source] -= sign * part
            left -= part
        return [(source, amount) for source, amount in parts.items() if amount]


@dataclass(frozen=True)
class Names:
    """How a dealing is called in its entries."""

    kind: str
    key: str
    units: tuple[str, ...]


def entries(
    names: Names, items: Sequence[Item], scope: Scope, currency: str, *, shared: bool = False
) -> list[GroupEntry]:
    """ELIM entries of a dealing, one for each day and section on which something changes.

    Args:
        names: kind, key and units of the dealing.
        items: its postings until the end of the period, both sides.
        scope: the run's period.
        currency: the reporting currency.
        shared: of income and equity, all is taken out in the end: the sides differ by nothing but rates.
    """
    found: list[GroupEntry] = []
    for section in (BALANCE, RESULT):
        days: dict[dt.date, list[Item]] = defaultdict(list)
        for item in items:
            if item.section == section:
                days[_day(item, scope)].append(item)
        one, other = Sums(), Sums()
        removed: dict[Cell, Removed] = defaultdict(Removed)
        before: dict[Cell, Decimal] = {}
        for day in sorted(days):
            for item in days[day]:
                (one if item.unit == names.units[0] else other).add(item)
                removed[item.unit, item.place].add(item)
            now = _eliminated(one, other, currency)
            if shared and section == RESULT and day == max(days):
                now = _whole(one, other, receiver(names.units, items))
            postings = []
            for cell in sorted(now.keys() | before.keys()):
                change = now.get(cell, ZERO) - before.get(cell, ZERO)
                if cell[1] == DIVIDENDS:
                    postings += (
                        [GroupPosting(DIVIDENDS, ELIM, change, answered(cell[0], items), cell[0])] if change else []
                    )
                    continue
                for source, amount in removed[cell].take(change):
                    postings.append(GroupPosting(cell[1], ELIM, amount, source, cell[0]))
            if postings:
                found.append(GroupEntry(day, ELIM, names.kind, names.key, names.units, tuple(postings), section))
            before = now
    return found


def plain(names: Names, items: Sequence[Item], scope: Scope) -> list[GroupEntry] | None:
    """The entries of a dealing in which each posting meets its one opposite to the last unit; None of any other.

    They are what `entries` makes of it, found without sums to date: nearly all dealings are like this.
    """
    found = []
    for section in (BALANCE, RESULT):
        chosen = [item for item in items if item.section == section]
        if not chosen:
            continue
        if len(chosen) != 2:
            return None
        one, other = chosen
        met = one.amount == -other.amount and one.document_amount == -other.document_amount
        if not met or not one.amount or one.unit == other.unit or one.currency != other.currency:
            return None
        postings = tuple(
            GroupPosting(item.place, ELIM, -item.amount, item.source, item.unit)
            for item in sorted(chosen, key=lambda i: (i.unit, i.place))
        )
        day = max(_day(one, scope), _day(other, scope))
        found.append(GroupEntry(day, ELIM, names.kind, names.key, names.units, postings, section))
    return found


def _day(item: Item, scope: Scope) -> dt.date:
    """The day in the period on which an item shows: what lies before it stands in the opening balance."""
    return max(item.date, scope.date_from - DAY)
