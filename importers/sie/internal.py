"""Dealings between the divisions of one legal person, taken out of its vouchers (SPEC 1, 10).

A division's claim on another, and what one charges the other, are nothing in the legal person's own books. What the
combined statements eliminate of a dealing is taken off the rows that made it, both sides alike; what doesn't meet
stays where it is. A voucher from which only one side of something is taken (a payment: the bank's row stays, the debt's
row goes) no longer balances by itself, and neither does the one that answers it: both become one voucher, bank to
bank, each row with its own day. Where the other side isn't there (it falls into another year), what it left open comes
in as a row of its own, so that every voucher balances and every account ends as in the combined statements.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from importers.sie.export_book import Draft, Line
from importers.sie.model import ZERO
from ledger.books.summary import CODED_LEAF
from ledger.combine.dealings.elimination import Cell, eliminated
from ledger.combine.dealings.items import BALANCE, RESULT, Item
from ledger.combine.dealings.matching import Dealing
from ledger.combine.model import Place


@dataclass(eq=False)
class Voucher:
    """A draft with what was added to it."""

    draft: Draft
    added: list[Line] = field(default_factory=list)


@dataclass(eq=False)
class Posted:
    """An item with the row that it is."""

    item: Item
    line: Line
    voucher: Voucher

    def before(self, start: dt.date) -> bool:
        """Whether it is part of the opening balances of the year that begins on `start`."""
        return self.item.date < start or self.voucher.draft.opens == start


class Rows:
    """Rows of all divisions, found by the items that the matcher made of them."""

    def __init__(self, vouchers: Iterable[Voucher], place: Callable[[str, str], Place]) -> None:
        self.place = place
        self.by_key: dict[tuple[str, tuple[bool, int]], Voucher] = {(v.draft.slug, v.draft.key): v for v in vouchers}
        self.taken: set[int] = set()

    def find(self, item: Item) -> Posted:
        """The row of an item; its amount is the booked one then, whatever the matcher translated it to."""
        voucher = self.by_key[item.unit, item.transaction]
        for line in voucher.draft.lines:
            if (
                id(line) not in self.taken
                and line.units == item.document_amount
                and self.place(item.unit, line.account) == item.place
                and (line.source == item.source or line.source.startswith("<"))
            ):
                self.taken.add(id(line))
                return Posted(replace(item, amount=line.amount), line, voucher)
        raise AssertionError(f"no row for {item}")


@dataclass
class Taken:
    """What was taken out.

    Attributes:
        opening: what the eliminated claims and debts shift of the opening balances, by unit and account number.
        joins: vouchers that must become one.
        loose: rows that no voucher could take: one group each, summing to zero.
    """

    opening: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    joins: list[list[Voucher]] = field(default_factory=list)
    loose: list[list[Line]] = field(default_factory=list)


def posted(dealings: Iterable[Dealing], rows: Rows) -> list[list[Posted]]:
    """The rows of each dealing of which something is eliminated; what waits for a person stays as it is."""
    found = []
    for dealing in dealings:
        kinds = [side.kinds for side in dealing.sides]
        if len(kinds) == 2 and not dealing.asymmetric and (not all(kinds) or kinds[0] == kinds[1]):
            found.append([rows.find(item) for side in dealing.sides for item in side.items])
    return found


def take_out(dealings: Iterable[Sequence[Posted]], start: dt.date, end: dt.date, currency: str) -> Taken:
    """Take the dealings between divisions out of a year's vouchers; what is kept of their rows is changed.

    Args:
        dealings: the rows of each, of both sides.
        start: first day of the year.
        end: last day of the year.
        currency: of the books.
    """
    taken = Taken()
    for dealing in dealings:
        changes: dict[Voucher, Decimal] = defaultdict(Decimal)
        extra: list[Line] = []
        sections = [_section(dealing, name, start, end, currency) for name in (BALANCE, RESULT)]
        if not any(stood or stands for _, stood, stands in sections):
            continue  # the two sides don't meet in anything
        for within, stood, stands in sections:
            for (unit, place), amount in stood.items():
                taken.opening[unit, number_of(place)] += amount
            own = {(p.item.unit, p.item.place) for p in within}
            for cell in sorted(stands.keys() | stood.keys() | own):
                change = stands.get(cell, ZERO) - stood.get(cell, ZERO)
                extra += _adjust(cell, change, within, changes)
        _join(taken, changes, extra)
    return taken


def _section(
    dealing: Sequence[Posted], section: str, start: dt.date, end: dt.date, currency: str
) -> tuple[list[Posted], dict[Cell, Decimal], dict[Cell, Decimal]]:
    """A year's rows of a section, and what is eliminated of it when the year begins and when it ends."""
    chosen = [p for p in dealing if p.item.section == section and p.item.date <= end]
    before = [p for p in chosen if p.before(start)]
    within = [p for p in chosen if not p.before(start)]
    if section == RESULT:
        return within, {}, _eliminated(within, currency)
    return within, _eliminated(before, currency), _eliminated(chosen, currency)


def _eliminated(rows: Sequence[Posted], currency: str) -> dict[Cell, Decimal]:
    """What the combined statements eliminate of a dealing's rows."""
    units = sorted({p.item.unit for p in rows})
    if len(units) != 2:
        return {}
    one, other = ([p.item for p in rows if p.item.unit == unit] for unit in units)
    return eliminated(one, other, currency)


def number_of(place: Place) -> str:
    """The number in a place's label: `1660` of `1660-Intern-fordran`."""
    found = CODED_LEAF.match(place.account)
    assert found is not None, place
    return found[1]


def _adjust(cell: Cell, change: Decimal, within: Sequence[Posted], changes: dict[Voucher, Decimal]) -> list[Line]:
    """Bring a cell's rows to their sum plus `change`: latest rows stay longest; what no row can hold is a new one."""
    own = [p for p in within if (p.item.unit, p.item.place) == cell]
    left = sum((p.line.amount for p in own), ZERO) + change
    for posted in sorted(own, key=lambda p: p.item.key, reverse=True):
        amount = posted.line.amount
        kept = ZERO
        if left and (left > 0) == (amount > 0):
            kept = min(abs(left), abs(amount)).copy_sign(amount)
        left -= kept
        posted.line.kept = kept
        changes[posted.voucher] += kept - amount
    if not left:
        return []
    unit, place = cell
    return [Line(number_of(place), left, account="", source="", units=left, kept=left, unit=unit)]


def _join(taken: Taken, changes: Mapping[Voucher, Decimal], extra: Sequence[Line]) -> None:
    """Bring vouchers together that no longer balance alone: equal opposites first, nearest in time; then the rest."""
    open_ones = sorted((v for v, change in changes.items() if change), key=_when)
    rest = []
    while open_ones:
        voucher = open_ones.pop(0)
        answers = [v for v in open_ones if changes[v] == -changes[voucher]]
        if not answers:
            rest.append(voucher)
            continue
        answer = min(
            answers,
            key=lambda v: (v.draft.slug == voucher.draft.slug, abs(v.draft.date - voucher.draft.date), _when(v)),
        )
        open_ones.remove(answer)
        taken.joins.append([voucher, answer])
    assert sum((changes[v] for v in rest), ZERO) + sum((line.kept for line in extra), ZERO) == 0
    if rest:
        rest[0].added += extra
        taken.joins.append(rest)
    elif extra:
        taken.loose.append(list(extra))


def _when(voucher: Voucher) -> tuple[dt.date, str, tuple[bool, int]]:
    return voucher.draft.date, voucher.draft.slug, voucher.draft.key


def groups(vouchers: Sequence[Voucher], joins: Iterable[Sequence[Voucher]]) -> list[list[Voucher]]:
    """Vouchers that hang together, in the order of their first ones."""
    parent = {id(v): id(v) for v in vouchers}

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for members in joins:
        for other in members[1:]:
            parent[root(id(other))] = root(id(members[0]))
    found: dict[int, list[Voucher]] = defaultdict(list)
    for voucher in vouchers:
        found[root(id(voucher))].append(voucher)
    return [sorted(members, key=_when) for members in found.values()]
