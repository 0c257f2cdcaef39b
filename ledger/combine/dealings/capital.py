"""Capital that one unit holds in another, where a book is in another currency (SPEC 10: `ic: "capital"`).

What was paid in stays in equity at the rate of its day; what the payer holds for it follows the closing rate, like all
assets of a foreign book. Neither side is wrong, and nothing was earned: of what both have booked all is eliminated, and
what the rates make of it goes to CTA, where the payer's own translation has it from (IAS 21.39-41; K3 chapter 9).

How much both have booked is asked in the document's currency where they have one in common, else in what each was worth
on its day, within the tolerance. What is paid back takes its part of what was paid in. What isn't agreed on is named,
with its worth on its day, and stays, at the closing rate. Where a stage of ownership takes what is held, it is no
dealing (`ledger.combine.ownership`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import TypeAlias

from ledger.combine.dealings.elimination import Names
from ledger.combine.dealings.items import BALANCE, CAPITAL, Item
from ledger.combine.flows import CAPITAL_HELD, DAY
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.scope import Scope
from ledger.rules.rounding import EXACT, half_away, unit_of

Posted: TypeAlias = tuple[str, Place, str]  # unit, place, source
ALL = Decimal(1)


def is_abroad(items: Sequence[Item]) -> bool:
    """Whether the claims of a dealing are capital alone, and in the book of a unit abroad."""
    claims = [item for item in items if item.section == BALANCE]
    return any(item.dated is not None for item in claims) and all(item.kind == CAPITAL for item in claims)


def on_its_day(items: Sequence[Item], tolerance: Decimal, currency: str) -> tuple[list[Item], Decimal]:
    """The postings of a dealing, those of capital that both sides have booked with their worth on their own days.

    Args:
        items: of a dealing, both sides.
        tolerance: what the two sides may differ by, where they have no currency in common.
        currency: the reporting currency.

    Returns:
        The postings; what both sides were apart, where they agree in no currency, and more than rounding makes.
    """
    its = [n for n, item in enumerate(items) if item.section == BALANCE]
    chosen = [items[n] for n in its]
    shares = _shares(chosen, tolerance, currency)
    if not any(shares.values()):
        return list(items), ZERO
    found = dict(zip(its, _worths(chosen, currency), strict=True))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for n in its:
        sums[items[n].unit] += found[n]
    # The part that both have booked is worth the same: what it isn't is given to what is held.
    largest = max(its, key=lambda n: (items[n].place.group.root != "Equity", abs(found[n]), items[n].key))
    with localcontext(EXACT):
        rest = sum((worth * shares[unit] for unit, worth in sums.items()), ZERO) / (shares[items[largest].unit] or ALL)
        rest = half_away(rest, currency)
    mixed = len({item.currency for item in chosen}) > 1
    both = all(share == ALL for share in shares.values())
    if not mixed or both:
        found[largest] -= rest
    apart = rest if mixed and both and abs(rest) > unit_of(currency) * len(its) else ZERO
    return [_at(item, found[n]) if n in found else item for n, item in enumerate(items)], apart


def _at(item: Item, worth: Decimal) -> Item:
    return replace(item, amount=worth, opening=None, held=_held(item))


def _held(item: Item) -> tuple[Decimal, Decimal]:
    """What the group has a posting at: now, and on the day before the period."""
    if item.held is not None:
        return item.held
    return item.amount, item.amount if item.opening is None else item.opening


def then(items: Sequence[Item], currency: str) -> list[Item]:
    """Each posting of a dealing of capital as it was on its day: what late vouchers are looked for by."""
    claims = [item for item in items if item.section == BALANCE]
    worths = dict(zip(map(id, claims), _worths(claims, currency), strict=True))
    return [_at(item, worths[id(item)]) if id(item) in worths else item for item in items]


def as_it_stands(item: Item) -> Item:
    """The posting with what the group has it at."""
    return item if item.held is None else replace(item, amount=item.held[0], opening=item.held[1], held=None)


def _worths(items: Sequence[Item], currency: str) -> list[Decimal]:
    """What each posting was worth on its day; what lessens a side takes its part of what was there."""
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    worth: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    found: dict[int, Decimal] = {}
    for item in sorted(items, key=lambda item: item.key):
        side = item.unit, item.currency
        before, amount = held[side], item.document_amount
        its = _held(item)[0] if item.dated is None else item.dated
        if before * amount < 0 and abs(amount) <= abs(before):
            with localcontext(EXACT):
                its = half_away(worth[side] * amount / before, currency)
        held[side] += amount
        worth[side] += its
        found[id(item)] = its
    return [found[id(item)] for item in items]


def _shares(items: Sequence[Item], tolerance: Decimal, currency: str) -> dict[str, Decimal]:
    """Which part of what each unit has booked the other has booked, too."""
    mixed = len({item.currency for item in items}) > 1
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item, worth in zip(items, _worths(items, currency), strict=True):
        sums[item.unit] += worth if mixed else item.document_amount
    nothing = dict.fromkeys(sums, ZERO)
    if len(sums) == 1:
        return nothing
    if not any(sums.values()):
        return dict.fromkeys(sums, ALL)
    smaller = min(map(abs, sums.values()))
    if not smaller or min(sums.values()) > 0 or max(sums.values()) < 0:
        return nothing
    allowed = max(unit_of(currency) * len(items), tolerance) if mixed else ZERO
    if abs(sum(sums.values(), ZERO)) <= allowed:
        return dict.fromkeys(sums, ALL)
    with localcontext(EXACT):
        return {unit: ALL if abs(total) == smaller else smaller / abs(total) for unit, total in sums.items()}


def capital_entries(
    names: Names, items: Sequence[Item], scope: Scope, tolerance: Decimal, currency: str
) -> list[GroupEntry]:
    """What is eliminated of capital abroad: to the day before the period, and on each day and at the end of it.

    Args:
        names: kind, key and units of the dealing.
        items: its postings until the end of the period, in the order of their days.
        scope: the run's period.
        tolerance: what the two sides may differ by, where they have no currency in common.
        currency: the reporting currency.
    """
    eve, end = scope.date_from - DAY, scope.date_to
    claims = [item for item in items if item.section == BALANCE]
    ordered = sorted(claims, key=lambda item: item.key)

    def opened(item: Item) -> Decimal:
        return _held(item)[item.date <= eve]

    found: list[GroupEntry] = []
    before: dict[Posted, Decimal] = {}
    for day in sorted({max(item.date, eve) for item in claims} | {end}):
        known = [item for item in ordered if item.date <= day]
        worth = opened if day < end else lambda item: _held(item)[0]
        now = _gone(known, _shares(known, tolerance, currency), worth, currency) if known else {}
        change = {posted: now.get(posted, ZERO) - before.get(posted, ZERO) for posted in now.keys() | before.keys()}
        postings = [
            GroupPosting(place, ELIM, amount, source, unit)
            for (unit, place, source), amount in sorted(change.items())
            if amount
        ]
        if postings:
            rest = sum((posting.amount for posting in postings), ZERO)
            if rest:
                holder = _holder(known)
                postings.append(GroupPosting(CAPITAL_HELD, ELIM, -rest, holder.source, holder.unit))
            found.append(GroupEntry(day, ELIM, names.kind, names.key, names.units, tuple(postings), BALANCE))
        before = now
    return found


def _holder(items: Sequence[Item]) -> Item:
    """The last posting of who holds the capital: what rates make of it is told of that."""
    return max(items, key=lambda item: (item.place.group.root != "Equity", item.key))


def _gone(
    items: Sequence[Item], shares: dict[str, Decimal], worth: Callable[[Item], Decimal], currency: str
) -> dict[Posted, Decimal]:
    """What stands in ELIM for each posting."""
    found: dict[Posted, Decimal] = defaultdict(Decimal)
    with localcontext(EXACT):
        for item in items:
            if share := shares[item.unit]:
                found[item.unit, item.place, item.source] -= half_away(worth(item) * share, currency)
    return found
