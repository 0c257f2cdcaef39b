"""What is in transit at the end of a period (SPEC 10; samples 3.c): a late voucher, taken into ADJ for one day.

The unit that books within ten days after the period has its voucher shown as if it had been booked: the claim falls,
the cost or income comes in, and where the money wasn't in the bank yet, it is cash in transit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from beancount.core import data

from ledger.books.summary import weight
from ledger.combine.elimination import Names
from ledger.combine.flows import DAY, Part
from ledger.combine.items import Item
from ledger.combine.model import ADJ, IN_TRANSIT, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.scope import Scope

CASH_IN_TRANSIT = Place("CashAndBank", IN_TRANSIT)


def in_transit(
    parts: Mapping[str, Part], scope: Scope, currency: str, names: Names, late: Sequence[Item]
) -> list[GroupEntry]:
    """ADJ entries of late items, one per voucher, dated on the period's last day.

    Args:
        parts: units of the run.
        scope: the period.
        currency: the reporting currency.
        names: the dealing.
        late: one unit's items of it, dated after the period.
    """
    found = []
    counted = Counter(item.transaction for item in late)
    for voucher in sorted(counted):
        items = [item for item in late if item.transaction == voucher]
        part = parts[items[0].unit]
        postings = [GroupPosting(item.place, ADJ, item.amount, item.source) for item in items]
        rest = _others(part, voucher, len(items), currency)
        missing = -sum((p.amount for p in postings), ZERO) - sum((amount for _, amount in rest), ZERO)
        sums: dict[Place, Decimal] = {}
        for place, amount in rest:
            sums[place] = sums.get(place, ZERO) + amount
        if missing:
            sums[CASH_IN_TRANSIT] = sums.get(CASH_IN_TRANSIT, ZERO) + missing
        postings += [
            GroupPosting(place, ADJ, amount, items[0].source) for place, amount in sorted(sums.items()) if amount
        ]
        found.append(
            GroupEntry(
                scope.date_to, ADJ, "transit", names.key, names.units, tuple(postings), reverses=scope.date_to + DAY
            )
        )
    return found


def _others(part: Part, voucher: tuple[bool, int], tagged: int, currency: str) -> list[tuple[Place, Decimal]]:
    """The voucher's other postings, where it is about this dealing alone and in the reporting currency."""
    provisional, ordinal = voucher
    entries = part.source.provisional_entries() if provisional else part.source.book.entries()
    entry = [e for e in entries if isinstance(e, data.Transaction)][ordinal]
    others = [p for p in entry.postings if "partner" not in (p.meta or {}) and "ic" not in (p.meta or {})]
    if len(entry.postings) - len(others) != tagged:
        return []
    found = []
    for posting in others:
        amount, its = weight(posting)
        if its != currency:
            return []
        liquid = part.mapper.is_in("bank", posting.account) or part.mapper.is_in("cash", posting.account)
        found.append((CASH_IN_TRANSIT if liquid else part.mapper.at(posting.account), amount))
    return found
