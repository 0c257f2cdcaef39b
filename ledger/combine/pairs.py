"""The dealings of all units with each other, pair by pair (SPEC 10): tagged postings, matched, settled.

A pair's dealings depend on the two books, the scope, the rates and the limits alone, so a pair of which neither book
has changed since the last look isn't gone through again. Only what no link has brought together is tried anew each
time, because a link may lead to a third unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from ledger.books import Workspace
from ledger.combine.elimination import Names
from ledger.combine.flows import Part
from ledger.combine.items import Collector, Item
from ledger.combine.matching import Dealing, Linked, Pair, by_links, in_order, without_links
from ledger.combine.model import ZERO, GroupEntry, Unmatched
from ledger.combine.rests import even
from ledger.combine.scope import Scope
from ledger.combine.settle import Settled, Settler
from ledger.combine.transit import in_transit
from ledger.memo import memo_of
from ledger.rules.rates import Rates


@dataclass(frozen=True)
class Tagged:
    """One unit's tagged postings.

    Attributes:
        items: by pair.
        unrounded: exact amounts of what is translated at the closing rate, by pair and place in its `items`.
        findings: what can't become an item.
    """

    items: Mapping[Pair, list[Item]]
    unrounded: Mapping[Pair, dict[int, Decimal]]
    findings: Sequence[Unmatched]


@dataclass
class Pairs:
    """All pairs of a run.

    Attributes:
        ws: the workspace and its limits.
        parts: units of the run.
        scope: units and period.
        rates: exchange rates.
        setting: a digest of everything but `parts` that the dealings depend on.
    """

    ws: Workspace
    parts: Mapping[str, Part]
    scope: Scope
    rates: Rates
    setting: object
    linked: dict[Pair, Linked] = field(default_factory=dict)

    def settle(self) -> Settler:
        """Match and settle everything; the settler is to be finished by the caller."""
        memo = memo_of(self.ws.root)
        tagged = {
            slug: memo.get(("tagged", slug), partial(self._tagged, part), same=(part,), equal=self.setting)
            for slug, part in self.parts.items()
        }
        self.linked = {
            pair: memo.get(
                ("linked", pair),
                partial(self._linked, pair, tagged[pair[0]], tagged[pair[1]]),
                same=(tagged[pair[0]], tagged[pair[1]]),
            )
            for pair in sorted({pair for found in tagged.values() for pair in found.items})
        }
        others: dict[Pair, list[Dealing]] = defaultdict(list)
        for dealing in without_links(self.linked.values(), self.tolerance):
            others[dealing.sides[0].pair].append(dealing)
        settler = self._settler()
        settler.done.findings += [said for found in tagged.values() for said in found.findings]
        for pair in sorted({pair for pair, found in self.linked.items() if found.dealings} | others.keys()):
            concerned = sorted({*pair, *(item.unit for d in others[pair] for side in d.sides for item in side.items)})
            done = memo.get(
                ("settled", pair),
                partial(self._settled, pair, others[pair]),
                same=(self.linked[pair], *(self.parts[slug] for slug in concerned)),
                equal=(self.setting, others[pair]),
            )
            settler.done.entries += done.entries
            settler.done.findings += done.findings
            settler.done.within += done.within
        given = sum(len(items) for found in tagged.values() for items in found.items.values())
        dealings = [d for found in self.linked.values() for d in found.dealings]
        dealings += [d for found in others.values() for d in found]
        assert sum(len(side.items) for d in dealings for side in d.sides) == given
        return settler

    def tolerance(self, one: str, other: str) -> Decimal:
        """What a pair may differ by: nothing within one legal person."""
        return ZERO if self.scope.internal(one, other) else self.ws.config.intragroup.tolerance

    def _settler(self) -> Settler:
        return Settler(self.scope, self.ws.currency, self.tolerance, self._transit)

    def _transit(self, names: Names, late: Iterable[Item]) -> list[GroupEntry]:
        return in_transit(self.parts, self.scope, self.ws.currency, names, list(late))

    def _tagged(self, part: Part) -> Tagged:
        collector = Collector(self.ws, self.scope, self.rates, [], [])
        collector.take(part)
        items: dict[Pair, list[Item]] = defaultdict(list)
        unrounded: dict[Pair, dict[int, Decimal]] = defaultdict(dict)
        for index, item in enumerate(collector.items):
            pair = min(item.unit, item.partner), max(item.unit, item.partner)
            if index in collector.unrounded:
                unrounded[pair][len(items[pair])] = collector.unrounded[index]
            items[pair].append(item)
        return Tagged(dict(items), dict(unrounded), collector.findings)

    def _linked(self, pair: Pair, *sides: Tagged) -> Linked:
        items: list[Item] = []
        unrounded: dict[int, Decimal] = {}
        for side in sides:
            exact = side.unrounded.get(pair, {})
            unrounded |= {len(items) + index: amount for index, amount in exact.items()}
            items += side.items.get(pair, ())
        even(items, unrounded, self.ws.currency)
        return by_links(items)

    def _settled(self, pair: Pair, others: Sequence[Dealing]) -> Settled:
        settler = self._settler()
        for dealing in in_order([*self.linked[pair].dealings, *others]):
            settler.settle(dealing)
        return settler.done
