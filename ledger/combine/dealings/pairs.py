"""The dealings of all units with each other, pair by pair (SPEC 10): tagged postings, matched, settled.

A pair's dealings depend on the two books, the scope, the rates and the limits alone, so a pair of which neither book
has changed since the last look isn't gone through again. Only what no link has brought together is tried anew each
time, because a link may lead to a third unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from ledger.books import Workspace
from ledger.combine.dealings.collector import Collector
from ledger.combine.dealings.items import ASSET, WINDOW, Item, Pair
from ledger.combine.dealings.looks import BookLooks
from ledger.combine.dealings.matching import Dealing, Linked, by_links, in_order, without_links
from ledger.combine.dealings.matrix import matrix_of
from ledger.combine.dealings.rests import even
from ledger.combine.dealings.settle import Settled, Settler
from ledger.combine.flows import Part
from ledger.combine.model import ADJ, ZERO, PairRow, Unmatched
from ledger.combine.scope import Scope
from ledger.memo import memo_of
from ledger.rules.rates import Rates


@dataclass(frozen=True)
class Tagged:
    """One unit's tagged postings.

    Attributes:
        items: by pair.
        unrounded: exact amounts of what is translated at the closing rate, by pair and place in its `items`.
        looked: pairs whose settling looks into whole vouchers and books: with items of the first days of this period
            or the next, fixed assets or VAT.
        findings: what can't become an item.
    """

    items: Mapping[Pair, list[Item]]
    unrounded: Mapping[Pair, dict[int, Decimal]]
    looked: frozenset[Pair]
    findings: Sequence[Unmatched]

    def of(self, pair: Pair) -> tuple[list[Item], dict[int, Decimal]]:
        """Items of one pair, and their exact amounts by their place in them."""
        return self.items.get(pair, []), self.unrounded.get(pair, {})


@dataclass
class Pairs:
    """All pairs of a run.

    Attributes:
        ws: the workspace and its limits.
        parts: units of the run.
        scope: units and period.
        rates: exchange rates.
        setting: a digest of everything but `parts` and `adjusted` that the dealings depend on.
        adjusted: postings of the finance head's adjustments that stand for a unit's own, by slug.
    """

    ws: Workspace
    parts: Mapping[str, Part]
    scope: Scope
    rates: Rates
    setting: object
    adjusted: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    linked: dict[Pair, Linked] = field(default_factory=dict)
    looks: BookLooks = field(init=False)

    def __post_init__(self) -> None:
        """One look into the books serves all pairs."""
        self.looks = BookLooks(self.ws, self.parts, self.rates)

    def settle(self) -> Settler:
        """Match and settle everything; the settler is to be finished by the caller."""
        memo = memo_of(self.ws.root)
        tagged = {
            slug: memo.get(("tagged", slug), partial(self._tagged, part), same=(part,), equal=self.setting)
            for slug, part in self.parts.items()
        }
        adjusted = self._adjusted()
        for pair in sorted({pair for found in tagged.values() for pair in found.items} | adjusted.keys()):
            added: tuple[list[Item], dict[int, Decimal]] = adjusted.get(pair, []), {}
            sides = tagged[pair[0]].of(pair), tagged[pair[1]].of(pair), added
            self.linked[pair] = memo.get(
                ("linked", pair), partial(self._linked, *sides), equal=(self.ws.currency, *sides)
            )
        others: dict[Pair, list[Dealing]] = defaultdict(list)
        for dealing in without_links(self.linked.values(), self.tolerance):
            others[dealing.sides[0].pair].append(dealing)
        settler = self._settler()
        settler.done.findings += [said for found in tagged.values() for said in found.findings]
        for pair in sorted({pair for pair, found in self.linked.items() if found.dealings} | others.keys()):
            looked = pair in tagged[pair[0]].looked | tagged[pair[1]].looked
            done = memo.get(
                ("settled", pair),
                partial(self._settled, pair, others[pair]),
                same=(self.linked[pair], *((self.parts[slug] for slug in pair) if looked else ())),
                equal=(self.setting, others[pair]),
            )
            settler.done.add(done)
        given = sum(len(items) for found in tagged.values() for items in found.items.values())
        self._check(given + sum(map(len, adjusted.values())), others)
        return settler

    def matrix(self, done: Settled, settler: Settler) -> tuple[PairRow, ...]:
        """The pair matrix of what became of all dealings."""
        known = [item for found in self.linked.values() for item in found.items()]
        return matrix_of(done, settler.early(known), (i for i in known if i.date > self.scope.date_to))

    def _adjusted(self) -> dict[Pair, list[Item]]:
        """Items of adjustments, by pair; one dated after the period is no voucher on its way."""
        found: dict[Pair, list[Item]] = defaultdict(list)
        for _, items in sorted(self.adjusted.items()):
            for item in items:
                if item.date <= self.scope.date_to:
                    found[item.pair].append(replace(item, column=ADJ))
        return dict(found)

    def _check(self, given: int, others: Mapping[Pair, Sequence[Dealing]]) -> None:
        """Assert that each item is in exactly one dealing."""
        dealings = [d for found in self.linked.values() for d in found.dealings]
        dealings += [d for found in others.values() for d in found]
        assert sum(len(side.items) for d in dealings for side in d.sides) == given

    def tolerance(self, one: str, other: str) -> Decimal:
        """What a pair may differ by: nothing within one legal person."""
        return ZERO if self.scope.internal(one, other) else self.ws.config.intragroup.tolerance

    def _settler(self) -> Settler:
        return Settler(
            self.scope,
            self.ws.currency,
            self.tolerance,
            self.looks,
            lambda day: self.ws.fiscal_year(day)[0],
            self.rates.spot,
        )

    def _tagged(self, part: Part) -> Tagged:
        collector = Collector(self.ws, self.scope, self.rates, [], [])
        collector.take(part)
        items: dict[Pair, list[Item]] = defaultdict(list)
        unrounded: dict[Pair, dict[int, Decimal]] = defaultdict(dict)
        for index, item in enumerate(collector.items):
            if index in collector.unrounded:
                unrounded[item.pair][len(items[item.pair])] = collector.unrounded[index]
            items[item.pair].append(item)
        looked = frozenset(pair for pair, found in items.items() if any(map(self._looked, found)))
        return Tagged(dict(items), dict(unrounded), looked, collector.findings)

    def _looked(self, item: Item) -> bool:
        start, end = self.scope.date_from, self.scope.date_to
        late = item.date > end or start <= item.date < start + WINDOW
        return late or item.of is not None or item.section == ASSET or bool(item.vat)

    def _linked(self, *sides: tuple[list[Item], dict[int, Decimal]]) -> Linked:
        items: list[Item] = []
        unrounded: dict[int, Decimal] = {}
        for side, exact in sides:
            unrounded |= {len(items) + index: amount for index, amount in exact.items()}
            items += side
        even(items, unrounded, self.ws.currency)
        return by_links(items)

    def _settled(self, pair: Pair, others: Sequence[Dealing]) -> Settled:
        settler = self._settler()
        for dealing in in_order([*self.linked[pair].dealings, *others]):
            settler.settle(dealing)
        return settler.done
