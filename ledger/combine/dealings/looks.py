"""Looks into whole vouchers and books, for what a dealing's own postings don't say."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from beancount.core import data

from ledger.books import Workspace
from ledger.combine.dealings.abroad import Abroad
from ledger.combine.dealings.elimination import Names
from ledger.combine.dealings.items import Item
from ledger.combine.dealings.transit import Vouchers, in_transit
from ledger.combine.dealings.vat_net import Taxed, taxed
from ledger.combine.flows import Part
from ledger.combine.model import GroupEntry, Place
from ledger.rules.rates import Rates

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
    rates: Rates
    vouchers: Vouchers = field(init=False)
    places: dict[str, Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """No book is read before it is asked for."""
        self.vouchers = Vouchers(self.parts)

    def transit(self, names: Names, day: dt.date, late: Sequence[Item]) -> list[GroupEntry]:
        """Take late items of one side into the period that ends on a day: entries in ADJ."""
        return in_transit(self.vouchers, self.rates, day, names, late)

    def depreciation(self, slug: str) -> Place:
        """A unit's account for depreciation: its largest."""
        if slug not in self.places:
            part = self.parts[slug]
            self.places[slug] = largest(part, lambda a: part.mapper.at(a).line == DEPRECIATION.line, DEPRECIATION)
        return self.places[slug]

    def abroad(self, slug: str) -> Abroad | None:
        """The rates of a unit whose book is in another currency than the report."""
        currency = self.parts[slug].unit.currency
        return None if currency == self.rates.base else Abroad(currency, self.rates)

    def vat(self, slug: str, items: Sequence[Item]) -> Taxed:
        """VAT in the unit's booked vouchers of a dealing (its items), net."""
        mine = {i.transaction for i in items if i.unit == slug and not i.column and not i.transaction[0]}
        return taxed(self.parts[slug], (self.vouchers.get(slug, voucher) for voucher in sorted(mine)), self._place)

    def _place(self, entry: data.Transaction, posting: data.Posting) -> str:
        at = {**entry.meta, **(posting.meta or {})}
        return f"{self.ws.shown(at['filename'])}:{at['lineno']}"
