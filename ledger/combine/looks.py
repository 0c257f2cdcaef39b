"""Looks into whole vouchers and books, for what a dealing's own postings don't say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.books import Workspace
from ledger.books.summary import weight
from ledger.combine.elimination import Names
from ledger.combine.flows import Part
from ledger.combine.items import Item
from ledger.combine.model import ZERO, GroupEntry, Place
from ledger.combine.scope import Scope
from ledger.combine.transit import Vouchers, in_transit

DEPRECIATION = Place("Depreciation", "Internal-asset")


def largest(part: Part, chosen: Callable[[str], bool], default: Place) -> Place:
    """The place of the unit's account with the largest debit among the chosen ones; ties by name."""
    sums: dict[Place, Decimal] = defaultdict(Decimal)
    for flow in part.flows:
        if flow.account and chosen(flow.account):
            sums[part.mapper.at(flow.account)] += flow.amount
    return min(sums, key=lambda place: (-sums[place], place), default=default)


@dataclass
class BookLooks:
    """Into the books of a run."""

    ws: Workspace
    parts: Mapping[str, Part]
    scope: Scope
    vouchers: Vouchers = field(init=False)
    places: dict[str, Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """No book is read before it is asked for."""
        self.vouchers = Vouchers(self.parts)

    def transit(self, names: Names, late: Sequence[Item]) -> list[GroupEntry]:
        """Take late items of one side into the period: entries in ADJ."""
        return in_transit(self.vouchers, self.scope, self.ws.currency, names, late)

    def depreciation(self, slug: str) -> Place:
        """A unit's account for depreciation: its largest."""
        if slug not in self.places:
            part = self.parts[slug]
            self.places[slug] = largest(part, lambda a: part.mapper.at(a).line == DEPRECIATION.line, DEPRECIATION)
        return self.places[slug]

    def vat(self, items: Sequence[Item]) -> tuple[tuple[Decimal, str], list[str]]:
        """VAT in the vouchers of some postings: amount (of the first one's currency) and places."""
        total, currency = ZERO, ""
        places: list[str] = []
        for slug, voucher in sorted({(item.unit, item.transaction) for item in items}):
            entry = self.vouchers.get(slug, voucher)
            for posting in entry.postings:
                if not self.parts[slug].mapper.is_in("vat", posting.account):
                    continue
                amount, its = weight(posting)
                currency = currency or its
                at = {**entry.meta, **(posting.meta or {})}
                places.append(f"{self.ws.shown(at['filename'])}:{at['lineno']}")
                total += abs(amount) if its == currency else ZERO
        return (total, currency), places
