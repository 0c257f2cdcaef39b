"""What is in transit at the end of a period (SPEC 10; samples 3.c): a late voucher, taken into ADJ for one day.

The unit that books within ten days after the period has its voucher shown as if it had been booked: the claim falls,
the cost or income comes in, and where the money wasn't in the bank yet, it is cash in transit. In a foreign currency
money on its way is worth what the claim is; otherwise income at the average rate and claims at the closing rate leave
a difference of rates, which stands on an account of its own. The next period has the same in its opening balance, and
takes it back on its first day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from typing import TypeAlias

from beancount.core import data

from ledger.books import month_of
from ledger.books.summary import weight
from ledger.combine.dealings.elimination import Names
from ledger.combine.dealings.items import Item
from ledger.combine.flows import DAY, RETAINED, Part, without_trace
from ledger.combine.model import ADJ, IN_TRANSIT, ZERO, GroupEntry, GroupPosting, Place
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away

CASH_IN_TRANSIT = Place("CashAndBank", IN_TRANSIT)
#: Between the average rate and the closing rate of a late voucher.
RATES = Place("CTA", IN_TRANSIT)
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


def in_transit(vouchers: Vouchers, rates: Rates, day: dt.date, names: Names, late: Sequence[Item]) -> list[GroupEntry]:
    """ADJ entries of late items, one per voucher, dated on the period's last day.

    Args:
        vouchers: of the units of the run.
        rates: exchange rates; their base is the reporting currency.
        day: the period's last.
        names: the dealing.
        late: one unit's items of it, dated after the period, each worth what it was on `day`.
    """
    found = []
    by_voucher: dict[Voucher, list[Item]] = defaultdict(list)
    for item in late:
        by_voucher[item.transaction].append(item)
    for voucher, items in sorted(by_voucher.items()):
        part = vouchers.parts[items[0].unit]
        postings = [GroupPosting(item.place, ADJ, item.amount, item.source, item.unit) for item in items]
        rest = _others(part, vouchers.get(part.unit.slug, voucher), len(items), rates, day)
        missing = -sum((p.amount for p in postings), ZERO) - sum((amount for _, amount in rest or ()), ZERO)
        sums: dict[Place, Decimal] = defaultdict(Decimal)
        for place, amount in rest or ():
            sums[place] += amount
        sums[CASH_IN_TRANSIT if rest is None or CASH_IN_TRANSIT in sums else RATES] += missing
        postings += [
            GroupPosting(place, ADJ, amount, items[0].source, items[0].unit)
            for place, amount in sorted(sums.items())
            if amount
        ]
        found.append(GroupEntry(day, ADJ, "transit", names.key, names.units, tuple(postings), reverses=day + DAY))
    return found


def taken_back(entries: Iterable[GroupEntry]) -> list[GroupEntry]:
    """Last period's entries in this one: they stand in the opening balance, and are taken back on the next day.

    Entries that touch balance accounts alone leave nothing in the period, and aren't there.
    """
    found = []
    for entry in entries:
        if not any(p.place.is_result or p.place.group.root == "Equity" for p in entry.postings if p.place != RATES):
            continue
        assert entry.reverses is not None
        opening = tuple(replace(p, place=RETAINED) if p.place.is_result else p for p in entry.postings)
        back = tuple(replace(p, amount=-p.amount) for p in entry.postings)
        found += [
            replace(entry, postings=opening),
            replace(entry, date=entry.reverses, postings=back, reverses=None),
        ]
    return found


def _others(
    part: Part, entry: data.Transaction, tagged: int, rates: Rates, day: dt.date
) -> list[tuple[Place, Decimal]] | None:
    """The voucher's other postings, what they are worth on a day; None where it isn't about this dealing alone."""
    others = [p for p in entry.postings if "partner" not in (p.meta or {}) and "ic" not in (p.meta or {})]
    if len(entry.postings) - len(others) != tagged:
        return None
    found = []
    for posting in others:
        amount, its = weight(posting)
        liquid = part.mapper.is_in("bank", posting.account) or part.mapper.is_in("cash", posting.account)
        place = CASH_IN_TRANSIT if liquid else part.mapper.at(posting.account)
        if its == rates.base:
            worth = without_trace(amount, its)
        else:
            try:
                rate = rates.average(its, month_of(day)) if place.is_result else rates.spot(its, day)
            except MissingRate:  # the unit's own translation says so
                return None
            with localcontext(EXACT):
                worth = half_away(amount * rate, rates.base)
        found.append((place, worth))
    return found
