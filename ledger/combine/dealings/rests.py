"""What rounding leaves between the parts of a claim and the whole of it (SPEC 10: each posting is rounded).

A unit's claim in a foreign currency stands in the group at the closing rate, rounded once; what is eliminated of it is
rounded dealing by dealing. Where both sides are left with the same rest, it belongs to one dealing of theirs: its two
postings take it, so that a claim that is met to the last cent leaves nothing behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from ledger.combine.dealings.items import Item
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
    mirrors: dict[tuple[str, str, str, Decimal], list[Group]] = defaultdict(list)
    for group in sorted(rests, reverse=True):  # so that the smallest is taken first
        mirrors[(*group[:3], rests[group])].append(group)
    for group in sorted(rests):
        unit, partner, document, _ = group
        if unit > partner:  # found from the other side
            continue
        others = mirrors[partner, unit, document, -rests[group]]
        if not others:
            continue
        shared = _largest(items, groups[group], groups[others[-1]])
        if shared:
            other = others.pop()
            for index in shared:
                taken = rests[group] if items[index].unit == unit else rests[other]
                items[index] = replace(items[index], amount=items[index].amount + taken)


def _largest(items: Sequence[Item], ours: Sequence[int], theirs: Sequence[int]) -> tuple[int, int] | None:
    """The two postings of the largest amount that both sides have under one link; ties by date, file and line."""
    mirrored: dict[tuple[str, Decimal], int] = {}
    for index in sorted(theirs, key=lambda i: items[i].key):
        for link in items[index].links:
            mirrored[link, items[index].document_amount] = index
    pairs = [
        (index, mirrored[link, -items[index].document_amount])
        for index in ours
        for link in items[index].links
        if (link, -items[index].document_amount) in mirrored
    ]
    return max(pairs, key=lambda p: (abs(items[p[0]].document_amount), items[p[0]].key, items[p[1]].key), default=None)
