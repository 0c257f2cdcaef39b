"""What is eliminated of a dealing, on each day (SPEC 10; samples 3.a).

A matched pair is eliminated for the smaller of its amounts in the document's currency; the rest stays on its account
under its unit. Claims against debts gross, account by account; income against cost net per dealing. On every day on
which one side books something, what is eliminated is brought to the smaller of both sides' sums to date, so that any
day's balance sheet is right; each entry sums to zero, because both sides give up the same amount.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TypeAlias

from ledger.combine.flows import DAY
from ledger.combine.items import BALANCE, RESULT, Item
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


def gap(one: Sequence[Item], other: Sequence[Item], currency: str) -> Gap:
    """Compare two sides (items of one section)."""
    currencies = [{item.currency for item in side} for side in (one, other)]
    alike = len(currencies[0] | currencies[1]) <= 1
    worths = tuple(sum((item.amount for item in side), ZERO) for side in (one, other))
    pair = (worths[0], worths[1])
    if not alike:
        return Gap(currency, pair, pair, mixed=True)
    nets = tuple(sum((item.document_amount for item in side), ZERO) for side in (one, other))
    shared = min(currencies[0] | currencies[1], default=currency)
    return Gap(shared, (nets[0], nets[1]), pair, mixed=False)


def eliminated(one: Sequence[Item], other: Sequence[Item], currency: str) -> dict[Cell, Decimal]:
    """What must stand in ELIM for two sides (items of one section); Σ = 0.

    Args:
        one: postings of one unit.
        other: postings of the other.
        currency: the reporting currency.
    """
    found = gap(one, other, currency)
    a, b = found.nets
    if a * b >= 0 or found.worths[0] * found.worths[1] >= 0:
        return {}
    smaller = min(abs(a), abs(b))
    shares = []
    with localcontext(EXACT):
        for net, worth in zip(found.nets, found.worths, strict=True):
            shares.append(abs(worth) if abs(net) == smaller else half_away(abs(worth) * smaller / abs(net), currency))
    amount = min(shares)
    cells: dict[Cell, Decimal] = {}
    for side, worth in zip((one, other), found.worths, strict=True):
        cells |= _side(side, worth, amount)
    assert sum(cells.values(), ZERO) == 0
    return cells


def _side(items: Sequence[Item], worth: Decimal, amount: Decimal) -> dict[Cell, Decimal]:
    """Take `amount` (positive) off a side that is worth `worth`: all accounts, but the largest keeps the rest."""
    standing: dict[Cell, Decimal] = defaultdict(Decimal)
    for item in items:
        standing[item.unit, item.place] += item.amount
    sign = 1 if worth > 0 else -1
    left = abs(worth) - amount
    cells: dict[Cell, Decimal] = {}
    for cell, value in sorted(standing.items(), key=lambda c: (-c[1] * sign, c[0])):
        kept = min(left, max(value * sign, ZERO))
        left -= kept
        if value - kept * sign:
            cells[cell] = -(value - kept * sign)
    assert left == 0
    return cells


@dataclass(frozen=True)
class Names:
    """How a dealing is called in its entries."""

    kind: str
    key: str
    units: tuple[str, ...]


def entries(names: Names, items: Sequence[Item], scope: Scope, currency: str) -> list[GroupEntry]:
    """ELIM entries of a dealing, one for each day and section on which something changes.

    Args:
        names: kind, key and units of the dealing.
        items: its postings until the end of the period, both sides.
        scope: the run's period.
        currency: the reporting currency.
    """
    found: list[GroupEntry] = []
    for section in (BALANCE, RESULT):
        chosen = [item for item in items if item.section == section]
        before: dict[Cell, Decimal] = {}
        days = sorted({_day(item, scope) for item in chosen})
        for day in days:
            seen = [item for item in chosen if _day(item, scope) <= day]
            one = [item for item in seen if item.unit == names.units[0]]
            other = [item for item in seen if item.unit != names.units[0]]
            now = eliminated(one, other, currency)
            postings = []
            for cell in sorted(now.keys() | before.keys()):
                change = now.get(cell, ZERO) - before.get(cell, ZERO)
                if change:
                    postings.append(GroupPosting(cell[1], ELIM, change, _source(seen, cell, day, scope), cell[0]))
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


def _source(seen: Sequence[Item], cell: Cell, day: dt.date, scope: Scope) -> str:
    """The posting that a change removes: the day's own of that account, else the latest before."""
    own = [item for item in seen if (item.unit, item.place) == cell]
    today = [item for item in own if _day(item, scope) == day]
    return today[0].source if today else own[-1].source
