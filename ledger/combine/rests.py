"""What rounding leaves between the parts of a claim and the whole of it (SPEC 10: each posting is rounded).

A unit's claim in a foreign currency stands in the group at the closing rate, rounded once; what is eliminated of it is
rounded dealing by dealing. Where both sides are left with the same rest, it belongs to one dealing of theirs: its two
postings take it, so that a claim that is met to the last cent leaves nothing behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from ledger.combine.items import Item
from ledger.combine.model import ZERO, Place
from ledger.rules.rounding import half_away

Group: TypeAlias = tuple[str, str, str, Place]  # unit, partner, document currency, account


def even(items: list[Item], unrounded: Mapping[int, Decimal], currency: str) -> None:
    """Give the rests of rounding to the largest dealing that both sides share.

    Args:
        items: changed in place.
        unrounded: the exact amount of those translated at the closing rate, by their place in `items`.
        currency: the reporting currency.
    """
    groups: dict[Group, list[int]] = defaultdict(list)
    for index in unrounded:
        item = items[index]
        groups[item.unit, item.partner, item.currency, item.place].append(index)
    rests: dict[Group, Decimal] = {}
    for group, members in groups.items():
        whole = half_away(sum((unrounded[i] for i in members), ZERO), currency)
        rest = whole - sum((items[i].amount for i in members), ZERO)
        if rest:
            rests[group] = rest
    for group in sorted(rests):
        unit, partner, document, _ = group
        if unit > partner:  # found from the other side
            continue
        others = [g for g in rests if g[:3] == (partner, unit, document) and rests[g] == -rests[group]]
        if not others:
            continue
        other = min(others)
        pairs = [(i, j) for i in groups[group] for j in groups[other] if _mirrored(items[i], items[j])]
        if pairs:
            for index in max(pairs, key=lambda p: (abs(items[p[0]].document_amount), items[p[0]].key, items[p[1]].key)):
                taken = rests[group] if items[index].unit == unit else rests[other]
                items[index] = replace(items[index], amount=items[index].amount + taken)
            del rests[other]


def _mirrored(one: Item, other: Item) -> bool:
    """Whether two postings are the two sides of one amount."""
    return one.document_amount == -other.document_amount and not set(one.links).isdisjoint(other.links)
