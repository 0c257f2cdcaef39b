"""Which of two units' unlinked sides belong together by their amount: the closest in time first (SPEC 10, Matching).

The definition is a list of all pairs of sides that may belong together (same class, at most ten days apart, one's debit
the other's credit), sorted by how well they agree (equal in both currencies, equal in the document's, within the
tolerance), then by the days between them, then by date, file and line; from its head on, each pair is taken whose two
sides are still free. That list is never made: it grows with the square of the sides. What may answer a side is looked
up instead, among the sides of one amount, one day and one class, or of a range of amounts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeAlias

from ledger.combine.dealings.items import BALANCE, RESULT, WINDOW

#: Document currency, Σ in it and Σ in the reporting currency.
Net: TypeAlias = tuple[str, Decimal, Decimal]


class Nature(NamedTuple):
    """What decides, besides date and amount, whether two sides may belong together."""

    kinds: frozenset[str]
    linked: bool
    claims: bool  # it has claims or debts in one currency, which are compared before income and cost

    def meets(self, other: Nature) -> bool:
        """Whether the classes agree, and not each has a link of its own."""
        classes = not self.kinds or not other.kinds or self.kinds == other.kinds
        return classes and not (self.linked and other.linked)


@dataclass(frozen=True, slots=True)
class Offer:
    """One side that looks for its other: `key` its place in the order, `day` an ordinal, `nets` by section."""

    key: Any
    day: int
    nature: Nature
    nets: Mapping[str, Net]


class Shelf(Protocol):
    """Sides of one day and nature among which the first that fits is looked up."""

    def add(self, number: int, amount: Decimal) -> None:
        """Put a side here; in the order of their keys."""

    def first(self, amount: Decimal, taken: set[int]) -> int | None:
        """The first free side that answers a side of `amount` (reporting currency)."""


@dataclass(slots=True)
class Equal:
    """All sides here answer."""

    waiting: deque[int] = field(default_factory=deque)

    def add(self, number: int, amount: Decimal) -> None:
        """Put a side here."""
        del amount
        self.waiting.append(number)

    def first(self, amount: Decimal, taken: set[int]) -> int | None:
        """The first that is free."""
        del amount
        while self.waiting and self.waiting[0] in taken:
            self.waiting.popleft()
        return self.waiting[0] if self.waiting else None


@dataclass(slots=True)
class Near:
    """Sides whose amounts differ by no more than the tolerance answer: a tree of smallest numbers over the amounts."""

    tolerance: Decimal
    sides: list[tuple[Decimal, int]] = field(default_factory=list)
    amounts: list[Decimal] = field(default_factory=list)
    tree: list[int | None] = field(default_factory=list)

    def add(self, number: int, amount: Decimal) -> None:
        """Put a side here."""
        self.sides.append((amount, number))

    def _grow(self) -> None:
        self.sides.sort()
        self.amounts = [amount for amount, _ in self.sides]
        size = len(self.sides)
        self.tree = [None] * size + [number for _, number in self.sides]
        for node in range(size - 1, 0, -1):
            self.tree[node] = _least(self.tree[2 * node], self.tree[2 * node + 1])

    def first(self, amount: Decimal, taken: set[int]) -> int | None:
        """The first free side whose amount and `amount` come to no more than the tolerance."""
        if not self.tree:
            self._grow()
        low = bisect_left(self.amounts, -amount - self.tolerance)
        high = bisect_right(self.amounts, -amount + self.tolerance)
        while (found := self._query(low, high)) is not None:
            number, node = found
            if number not in taken:
                return number
            self._drop(node)
        return None

    def _query(self, low: int, high: int) -> tuple[int, int] | None:
        """The smallest number between two places, and the leaf it is in."""
        size = len(self.sides)
        low, high = low + size, high + size
        best: int | None = None
        top = 0
        while low < high:
            for node, edge in ((low, low & 1), (high - 1, high & 1)):
                number = self.tree[node]
                if edge and number is not None and (best is None or number < best):
                    best, top = number, node
            low, high = (low + 1) // 2, high // 2
        if best is None:
            return None
        while top < size:
            top = 2 * top if self.tree[2 * top] == best else 2 * top + 1
        return best, top

    def _drop(self, node: int) -> None:
        self.tree[node] = None
        node //= 2
        while node:
            self.tree[node] = _least(self.tree[2 * node], self.tree[2 * node + 1])
            node //= 2


def _least(one: int | None, other: int | None) -> int | None:
    return one if other is None or (one is not None and one < other) else other


@dataclass
class Pass:
    """One pass: sides of the right that may answer, by what they must agree in, day and nature.

    Attributes:
        tolerance: None = equal amounts; else what the amounts in the reporting currency may differ by.
        both: with equal amounts: equal in the reporting currency, too.
    """

    tolerance: Decimal | None
    both: bool
    shelves: dict[tuple[Any, ...], dict[int, dict[Nature, Shelf]]] = field(default_factory=dict)
    within: dict[tuple[Any, ...], list[Decimal]] = field(default_factory=lambda: defaultdict(list))

    def fill(self, right: Sequence[Offer], taken: set[int]) -> None:
        """Put all free sides of the right, in their order, where a side of the left looks for them."""
        for number, offer in enumerate(right):
            if number in taken:
                continue
            for section, net in offer.nets.items():
                name = self._name(section, net, 1)
                shelf = self.shelves.setdefault(name, {}).setdefault(offer.day, {})
                if offer.nature not in shelf:
                    shelf[offer.nature] = Equal() if self.tolerance is None else Near(self.tolerance)
                shelf[offer.nature].add(number, net[2])
                if self.tolerance is not None:
                    self.within[name].append(net[2])
        for amounts in self.within.values():
            amounts.sort()

    def _name(self, section: str, net: Net, sign: int) -> tuple[Any, ...]:
        currency, document, amount = net
        if self.tolerance is not None:
            return section, currency, document * sign > 0
        return (section, currency, document * sign, *((amount * sign,) if self.both else ()))

    def places(self, offer: Offer) -> list[tuple[str, Decimal, dict[int, dict[Nature, Shelf]]]]:
        """Where the answer to a side of the left may be: section, its own amount, sides by day."""
        found = []
        for section, net in offer.nets.items():
            name = self._name(section, net, -1)
            if name not in self.shelves:
                continue
            if self.tolerance is not None:
                amounts = self.within[name]
                if bisect_left(amounts, -net[2] - self.tolerance) == bisect_right(amounts, -net[2] + self.tolerance):
                    continue
            found.append((section, net[2], self.shelves[name]))
        return found


def closest(left: Sequence[Offer], right: Sequence[Offer], tolerance: Decimal) -> list[tuple[int, int]]:
    """Pair the sides of two units.

    Args:
        left: of one unit, in the order of their keys.
        right: of the other, likewise.
        tolerance: what the amounts of a pair may differ by, in the reporting currency.

    Returns:
        Places in `left` and `right`, in the order in which the pairs are taken.
    """
    found: list[tuple[int, int]] = []
    mine: set[int] = set()
    theirs: set[int] = set()
    for step in (Pass(None, both=True), Pass(None, both=False), Pass(tolerance, both=False)):
        step.fill(right, theirs)
        waiting = [(n, places) for n, offer in enumerate(left) if n not in mine and (places := step.places(offer))]
        for apart in range(WINDOW.days + 1):
            for number, places in waiting:
                if number in mine:
                    continue
                answer = _answer(left[number], places, apart, theirs)
                if answer is not None:
                    mine.add(number)
                    theirs.add(answer)
                    found.append((number, answer))
    return found


def _answer(
    offer: Offer, places: Sequence[tuple[str, Decimal, dict[int, dict[Nature, Shelf]]]], apart: int, taken: set[int]
) -> int | None:
    """The first free side of the right so many days before the offer, else after it."""
    for day in (offer.day - apart, offer.day + apart) if apart else (offer.day,):
        best = min(_on_day(offer, places, day, taken), default=None)
        if best is not None:
            return best
    return None


def _on_day(
    offer: Offer, places: Sequence[tuple[str, Decimal, dict[int, dict[Nature, Shelf]]]], day: int, taken: set[int]
) -> Iterator[int]:
    """The first free side of each nature on a day."""
    for section, amount, days in places:
        for nature, shelf in days.get(day, {}).items():
            compared = BALANCE if offer.nature.claims and nature.claims else RESULT
            if section == compared and offer.nature.meets(nature):
                number = shelf.first(amount, taken)
                if number is not None:
                    yield number
