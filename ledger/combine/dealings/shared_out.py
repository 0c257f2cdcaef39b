"""Dividends and patronage refunds between units, whatever their rates are (IFRS 10.B86(c), K3 9; SPEC 10).

The payer's equity has the rate of its day, the receiver's income the month's average. Where both sides have booked it
alike, the group has earned nothing and paid nothing out: each side is eliminated with what it was translated to, and
what the two rates make of it is a translation difference, on an account of its own. Later periods have it in their
opening balance: there it stands between the receiver's earlier result and that account.

Alike is what is equal in the document's currency, or in that of both invoices. Two books that have no currency of the
dealing in common are compared at the spot of the day: on each posting's own, or on that of one of them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import TypeAlias

from ledger.combine.dealings.cutoff import late_items
from ledger.combine.dealings.elimination import Names, answered, gap, receiver
from ledger.combine.dealings.items import RESULT, WINDOW, Item
from ledger.combine.dealings.judge import agreed
from ledger.combine.flows import DAY, DIVIDENDS, LEFT, RETAINED, SOLD
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting
from ledger.combine.scope import Scope
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rounding import EXACT, unit_of

Spot: TypeAlias = Callable[[str, dt.date], Decimal]


def is_shared_out(items: Iterable[Item]) -> bool:
    """Whether a side of a dealing is equity that is shared out."""
    return any(i.section == RESULT and i.place.group.root == "Equity" for i in items)


@dataclass(frozen=True)
class SharedOut:
    """Looks at what is shared out.

    Attributes:
        scope: the run's period.
        currency: the reporting currency.
        spot: the rate of a currency on a day.
        tolerance: what two units may differ by.
        year: first day of the fiscal year that holds a day.
    """

    scope: Scope
    currency: str
    spot: Spot
    tolerance: Callable[[str, str], Decimal]
    year: Callable[[dt.date], dt.date]

    def alike(self, units: Sequence[str], items: Iterable[Item]) -> bool:
        """Whether both sides of what is shared out have booked the same.

        Args:
            units: both, sorted.
            items: of a period; those of other sections are passed over.
        """
        chosen = [i for i in items if i.section == RESULT]
        one = [i for i in chosen if i.unit == units[0]]
        found = gap(one, [i for i in chosen if i.unit != units[0]], self.currency)
        if not found.mixed:
            return not found.open
        allowed = self.tolerance(units[0], units[1])
        days = (None, *sorted({i.date for i in chosen}))
        return agreed(chosen) or any(self._equal(chosen, day, allowed) for day in days)

    def _equal(self, items: Sequence[Item], day: dt.date | None, allowed: Decimal) -> bool:
        """Whether both sides are worth the same at the spot of a day, or of each posting's own."""
        rest = rounding = ZERO
        try:
            with localcontext(EXACT):
                for item in items:
                    if item.place.group.root == "Equity":  # that is what it is worth
                        rest += item.amount
                        continue
                    rate = Decimal(1) if item.currency == self.currency else self.spot(item.currency, day or item.date)
                    rest += item.document_amount * rate
                    rounding += unit_of(item.currency) * rate
        except MissingRate:
            return False
        return abs(rest) <= max(allowed, rounding + unit_of(self.currency))

    def earlier(self, names: Names, items: Sequence[Item]) -> list[GroupEntry]:
        """What rates have made of a dealing before the period, as the runs of those years have it.

        Args:
            names: kind, key and units of the dealing.
            items: all its postings.
        """
        if not is_shared_out(items):
            return []
        eve, rest = self.scope.date_from - DAY, ZERO
        for chosen in self._years(names, items, eve).values():
            if self.alike(names.units, chosen):
                rest += sum((i.amount for i in chosen), ZERO)
        if not rest:
            return []
        unit = receiver(names.units, items)
        where = answered(unit, (i for i in items if i.date <= eve + WINDOW))
        postings = (GroupPosting(RETAINED, ELIM, -rest, where, unit), GroupPosting(DIVIDENDS, ELIM, rest, where, unit))
        return [GroupEntry(eve, ELIM, names.kind, names.key, names.units, postings)]

    def left_behind(self, names: Names, made: Iterable[GroupEntry]) -> list[GroupEntry]:
        """One of the two has left: what rates have made goes with it, into the gain where it was owned (IAS 21.48).

        Args:
            names: kind, key and units of the dealing.
            made: its entries.
        """
        rests = [p for e in made for p in e.postings if p.place == DIVIDENDS]
        rest = sum((p.amount for p in rests), ZERO)
        if not rest:
            return []
        days = {slug: day for slug in names.units if (day := self.scope.leaves(slug)) is not None}
        if not days:
            return []
        slug = min(days, key=lambda s: (days[s], s))
        owned = slug in self.scope.stakes.begins and list(days.values()).count(days[slug]) == 1
        unit, where = rests[0].unit, rests[0].source
        postings = (
            GroupPosting(DIVIDENDS, ELIM, -rest, where, unit),
            GroupPosting(SOLD if owned else LEFT, ELIM, rest, where, unit),
        )
        return [GroupEntry(days[slug], slug, "left", names.key, names.units, postings)]

    def _years(self, names: Names, items: Sequence[Item], eve: dt.date) -> Mapping[dt.date, list[Item]]:
        """Income and equity until `eve` by fiscal year, each with what it has taken in of the next one's first days."""
        moved: dict[tuple[str, tuple[bool, int]], dt.date] = {}
        past = [i for i in items if i.section == RESULT and i.date <= eve]
        for first in sorted({self.year(i.date) for i in past}):
            for item in late_items(items, first - DAY, names.units, self.currency):
                moved[item.unit, item.transaction] = self.year(first - DAY)
        opening = [i.on_opening() for i in items]
        late = late_items(opening, eve, names.units, self.currency)
        past += [replace(i, date=eve) for i in late if i.section == RESULT]
        found: dict[dt.date, list[Item]] = defaultdict(list)
        for item in past:
            found[moved.get((item.unit, item.transaction), self.year(item.date))].append(item)
        return found
