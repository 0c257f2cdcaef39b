"""What is in transit at the end of a period (SPEC 10; samples 3.c): a late voucher, taken into ADJ for one day.

The unit that books within ten days after the period has its voucher shown as if it had been booked: the claim falls,
the cost or income comes in, and where the money wasn't in the bank yet, it is cash in transit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from beancount.core import data

from ledger.books.summary import weight
from ledger.combine.elimination import Names
from ledger.combine.flows import DAY, Part, without_trace
from ledger.combine.items import Item
from ledger.combine.model import ADJ, IN_TRANSIT, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.scope import Scope

CASH_IN_TRANSIT = Place("CashAndBank", IN_TRANSIT)
Voucher: TypeAlias = tuple[bool, int]  # provisional?, ordinal


@dataclass
class Vouchers:
    """Whole vouchers of the units' books, read when the first of a book is asked for."""

    parts: Mapping[str, Part]
    known: dict[tuple[str, bool], list[data.Transaction]] = field(default_factory=dict)

    def get(self, slug: str, voucher: Voucher) -> data.Transaction:
        """One voucher."""
        provisional, ordinal = voucher
        if (slug, provisional) not in self.known:
            source = self.parts[slug].source
            entries = source.provisional_entries() if provisional else source.book.entries()
            self.known[slug, provisional] = [e for e in entries if isinstance(e, data.Transaction)]
        return self.known[slug, provisional][ordinal]


def in_transit(vouchers: Vouchers, scope: Scope, currency: str, names: Names, late: Sequence[Item]) -> list[GroupEntry]:
    """ADJ entries of late items, one per voucher, dated on the period's last day.

    Args:
        vouchers: of the units of the run.
        scope: the period.
        currency: the reporting currency.
        names: the dealing.
        late: one unit's items of it, dated after the period.
    """
    found = []
    by_voucher: dict[Voucher, list[Item]] = defaultdict(list)
    for item in late:
        by_voucher[item.transaction].append(item)
    for voucher, items in sorted(by_voucher.items()):
        part = vouchers.parts[items[0].unit]
        postings = [GroupPosting(item.place, ADJ, item.amount, item.source, item.unit) for item in items]
        rest = _others(part, vouchers.get(part.unit.slug, voucher), len(items), currency)
        missing = -sum((p.amount for p in postings), ZERO) - sum((amount for _, amount in rest), ZERO)
        sums: dict[Place, Decimal] = defaultdict(Decimal)
        for place, amount in rest:
            sums[place] += amount
        sums[CASH_IN_TRANSIT] += missing
        postings += [
            GroupPosting(place, ADJ, amount, items[0].source, items[0].unit)
            for place, amount in sorted(sums.items())
            if amount
        ]
        found.append(
            GroupEntry(
                scope.date_to, ADJ, "transit", names.key, names.units, tuple(postings), reverses=scope.date_to + DAY
            )
        )
    return found


def _others(part: Part, entry: data.Transaction, tagged: int, currency: str) -> list[tuple[Place, Decimal]]:
    """The voucher's other postings, where it is about this dealing alone and in the reporting currency."""
    others = [p for p in entry.postings if "partner" not in (p.meta or {}) and "ic" not in (p.meta or {})]
    if len(entry.postings) - len(others) != tagged:
        return []
    found = []
    for posting in others:
        amount, its = weight(posting)
        if its != currency:
            return []
        amount = without_trace(amount, its)
        liquid = part.mapper.is_in("bank", posting.account) or part.mapper.is_in("cash", posting.account)
        found.append((CASH_IN_TRANSIT if liquid else part.mapper.at(posting.account), amount))
    return found
