"""Which posting of one unit answers which of another (SPEC 10, Matching).

First by link (`ic-…`): all postings of a pair of units that share links are one dealing. What has found no other side
is tried by document number, then by amount: same class, at most ten days apart, the closest first, in three passes:
equal in both currencies, equal in the document's currency, within the tolerance. Ties go by date, file and line, so
the same books give the same pairs whatever the order of units and files.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ledger.combine.dealings.closest import Nature, Offer, closest
from ledger.combine.dealings.items import BALANCE, RESULT, Item, Pair
from ledger.combine.model import ZERO


@dataclass(frozen=True)
class Side:
    """One unit's postings of one dealing."""

    items: tuple[Item, ...]

    @property
    def unit(self) -> str:
        """Whose they are."""
        return self.items[0].unit

    @property
    def partner(self) -> str:
        """With whom."""
        return self.items[0].partner

    @property
    def pair(self) -> Pair:
        """Both units, sorted."""
        return self.items[0].pair

    @property
    def kinds(self) -> frozenset[str]:
        """Classes named."""
        return frozenset(item.kind for item in self.items if item.kind)

    @property
    def documents(self) -> frozenset[str]:
        """Document numbers named."""
        return frozenset(item.document for item in self.items if item.document)

    @property
    def links(self) -> frozenset[str]:
        """Links carried."""
        return frozenset(link for item in self.items for link in item.links)

    def net(self, section: str) -> tuple[str, Decimal, Decimal] | None:
        """Document currency, Σ in it and Σ in the reporting currency, as booked; None: nothing, or a mixture."""
        chosen = [item for item in self.items if item.section == section]
        currencies = {item.currency for item in chosen}
        if len(currencies) != 1:
            return None
        document = sum((item.document_amount for item in chosen), ZERO)
        return currencies.pop(), document, sum((i.amount if i.booked is None else i.booked for i in chosen), ZERO)


@dataclass(frozen=True)
class Dealing:
    """Both sides of a dealing, or the one there is. `asymmetric`: the sides name different partners."""

    key: str
    sides: tuple[Side, ...]
    asymmetric: bool = False


@dataclass(frozen=True)
class Linked:
    """What links say of the items of one pair.

    Attributes:
        dealings: with both sides.
        single: sides whose links nobody answers.
        loose: items without a link.
    """

    dealings: tuple[Dealing, ...]
    single: tuple[Side, ...]
    loose: tuple[Item, ...]

    def items(self) -> Iterator[Item]:
        """All of them, each once."""
        for side in (*(side for dealing in self.dealings for side in dealing.sides), *self.single):
            yield from side.items
        yield from self.loose


def match(items: Iterable[Item], tolerance: Callable[[str, str], Decimal]) -> list[Dealing]:
    """Pair all items.

    Args:
        items: tagged postings between units of the run, in any order.
        tolerance: what the sides of a pair may differ by, in the reporting currency; 0 within one legal person.

    Returns:
        Dealings in a fixed order; each item is in exactly one of them.
    """
    pairs: dict[Pair, list[Item]] = defaultdict(list)
    for item in items:
        pairs[item.pair].append(item)
    linked = [by_links(members) for _, members in sorted(pairs.items())]
    found = in_order([*(d for one in linked for d in one.dealings), *without_links(linked, tolerance)])
    assert sum(len(side.items) for d in found for side in d.sides) == sum(map(len, pairs.values()))
    return found


def by_links(items: Iterable[Item]) -> Linked:
    """What links say of the items of one pair, in any order."""
    ordered = sorted(items, key=lambda item: item.key)
    found: list[Dealing] = []
    single: list[Side] = []
    for key, sides in _components([item for item in ordered if item.links], lambda item: item.links):
        if len(sides) == 2:
            found.append(Dealing(key, sides))
        else:
            single += sides
    return Linked(tuple(found), tuple(single), tuple(item for item in ordered if not item.links))


def without_links(linked: Iterable[Linked], tolerance: Callable[[str, str], Decimal]) -> list[Dealing]:
    """Dealings of all that no link has brought together.

    Args:
        linked: of every pair, in the order of the pairs.
        tolerance: as `match` takes it.

    Returns:
        Dealings, many of them with one side; each single side and loose item is in exactly one of them.
    """
    known = list(linked)
    found, single = _asymmetric([side for one in known for side in one.single])
    loose = [item for one in known for item in one.loose]
    single += [Side(tuple(group)) for group in _grouped(loose)]
    by_document, single = _by_document(single)
    found += by_document
    by_amount, single = _by_amount(single, tolerance)
    found += by_amount
    return found + [Dealing(_name((side,)), (side,)) for side in single]


def in_order(dealings: Iterable[Dealing]) -> list[Dealing]:
    """By pair, name and first posting."""
    return sorted(dealings, key=lambda d: (d.sides[0].pair, d.key, d.sides[0].items[0].key))


def _own(item: Item) -> str:
    """Without a document number each voucher stands for itself."""
    return "" if item.document else f"{item.transaction}{item.date}"


def _grouped(items: Iterable[Item]) -> list[list[Item]]:
    """Items of one unit and partner by document number."""
    found: dict[tuple[str, ...], list[Item]] = defaultdict(list)
    for item in items:
        found[item.unit, item.partner, item.document or "", _own(item)].append(item)
    return [group for _, group in sorted(found.items())]


def _components(
    items: Iterable[Item], names: Callable[[Item], Iterable[str]]
) -> Iterator[tuple[str, tuple[Side, ...]]]:
    """Items of each pair that hang together by shared names, as one or two sides; the key is the smallest name."""
    pairs: dict[Pair, list[Item]] = defaultdict(list)
    for item in items:
        pairs[item.pair].append(item)
    for _, members in sorted(pairs.items()):
        parent: dict[str, str] = {}
        for item in members:
            first, *rest = sorted(names(item))
            for name in (first, *rest):
                one, other = _root(parent, first), _root(parent, name)
                parent[max(one, other)] = min(one, other)
        components: dict[str, list[Item]] = defaultdict(list)
        for item in members:
            components[_root(parent, min(names(item)))].append(item)
        for key, group in sorted(components.items()):
            units = sorted({item.unit for item in group})
            yield key, tuple(Side(tuple(i for i in group if i.unit == unit)) for unit in units)


def _root(parent: dict[str, str], name: str) -> str:
    path = []
    while parent.setdefault(name, name) != name:
        path.append(name)
        name = parent[name]
    for passed in path:  # so that the next one finds it at once, however long the chain is
        parent[passed] = name
    return name


def _asymmetric(single: list[Side]) -> tuple[list[Dealing], list[Side]]:
    """One-sided links that another unit carries towards a third: A names B, B names C."""
    by_link: dict[str, list[Side]] = defaultdict(list)
    for side in single:
        by_link[min(side.links)].append(side)
    found, left = [], []
    for link, sides in sorted(by_link.items()):
        ordered = sorted(sides, key=lambda s: s.items[0].key)
        of_unit: dict[str, deque[int]] = defaultdict(deque)
        towards: dict[str, deque[int]] = defaultdict(deque)
        for number, side in enumerate(ordered):
            of_unit[side.unit].append(number)
            towards[side.partner].append(number)
        gone: set[int] = set()
        for number, side in enumerate(ordered):
            if number in gone:
                continue
            gone.add(number)
            other = min(_heads((of_unit[side.partner], towards[side.unit]), gone), default=None)
            if other is None:
                left.append(side)
            else:
                gone.add(other)
                found.append(Dealing(link, (side, ordered[other]), asymmetric=True))
    return found, left


def _heads(queues: Iterable[deque[int]], gone: set[int]) -> Iterator[int]:
    """The first of each queue that is still there."""
    for queue in queues:
        while queue and queue[0] in gone:
            queue.popleft()
        if queue:
            yield queue[0]


def _by_document(single: list[Side]) -> tuple[list[Dealing], list[Side]]:
    found, left = [], [side for side in single if not side.documents]
    owners = {id(item): side for side in single for item in side.items}
    numbered = [item for side in single if side.documents for item in side.items]
    names = {id(item): owners[id(item)].documents for item in numbered}
    for key, sides in _components(numbered, lambda item: names[id(item)]):
        if len(sides) == 2:
            found.append(Dealing(key, sides))
        else:
            left += list({id(owners[id(item)]): owners[id(item)] for item in sides[0].items}.values())
    return found, left


def _by_amount(single: list[Side], tolerance: Callable[[str, str], Decimal]) -> tuple[list[Dealing], list[Side]]:
    pairs: dict[Pair, tuple[list[Side], list[Side]]] = {}
    for side in sorted(single, key=lambda s: s.items[0].key):
        pairs.setdefault(side.pair, ([], []))[side.unit == side.pair[1]].append(side)
    found: list[Dealing] = []
    taken: set[int] = set()
    for pair, (left, right) in sorted(pairs.items()):
        if left and right:
            for one, other in closest([*map(_offer, left)], [*map(_offer, right)], tolerance(*pair)):
                a, b = left[one], right[other]
                taken |= {id(a), id(b)}
                found.append(Dealing(_name((a, b)), (a, b)))
    return found, [side for side in single if id(side) not in taken]


def _offer(side: Side) -> Offer:
    """What a side can be found by; what comes to nothing in the document's currency answers nothing."""
    nets = {section: net for section in (BALANCE, RESULT) if (net := side.net(section)) is not None}
    nature = Nature(side.kinds, bool(side.links), BALANCE in nets)
    first = side.items[0]
    return Offer(first.key, first.date.toordinal(), nature, {name: net for name, net in nets.items() if net[1]})


def _name(sides: tuple[Side, ...]) -> str:
    """What a dealing without a link is called: its document number, else the place of its first posting."""
    documents = sorted({document for side in sides for document in side.documents})
    links = sorted({link for side in sides for link in side.links})
    first = min((item for side in sides for item in side.items), key=lambda item: item.key)
    return (links or documents or [first.source])[0]
