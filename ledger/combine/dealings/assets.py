"""Profit in a fixed asset that one unit sold to another (SPEC 10; K3 9.5, IFRS 10 B86: profit within a group).

The group hasn't earned it yet: it is as if the asset had never been sold. The seller tags what makes its gain (proceeds
in credit, carrying amount in debit) with `ic: "asset"`, the buyer its asset posting, with `months:` of useful life. The
seller's postings are removed, and the gain is taken out of the asset. Then it is earned month by month, because the
buyer depreciates what the group never paid: the depreciation that is too much comes back, each month as much as makes
the whole to date right, rounded once. Months are whole ones from the buyer's day on. Without `months:` (land) nothing
comes back. In later periods what is left at their beginning is taken out of the asset against the retained result.

The buyer's credit on the same asset account under the same link says that the asset is gone, or that share of it: the
rest of the gain is earned then, and stands as the seller's gain. Where the same voucher lowers its debt to the seller,
or the seller has the same amount in debit, price or asset went back: a credit note, which changes the gain as if it had
been so from the start. A loss is a negative gain.

Where the buyer's book is in another currency, the asset stands there at what it has cost in that one, and so does the
gain in it: the seller's, by the average of the month of the purchase. What comes back of it comes at the average of its
month, what is left stands at the closing rate, and what rates alone do to it belongs to CTA (IAS 21.39, 41). Price and
cost are compared in the currency of the seller's claim: rates make no difference.

A limit: where the buyer sells on to a third unit, that is a disposal like any other, and the first seller's gain counts
as earned, though the asset is still in the group; an adjustment takes out what is left of it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction

from ledger.combine.dealings.abroad import Abroad
from ledger.combine.dealings.elimination import Names
from ledger.combine.dealings.items import ASSET, Item
from ledger.combine.dealings.sold import Rated, Sold, sold
from ledger.combine.flows import DAY, RETAINED
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.scope import Scope
from ledger.rules.rounding import EXACT, half_away

#: What rates make of gains in assets of books in other currencies.
RATES = Place("CTA", "Internal-asset")
Cell = tuple[Place, str, str]  # place, source, unit


def profits(
    names: Names,
    items: Sequence[Item],
    scope: Scope,
    currency: str,
    depreciation: Callable[[str], Place],
    abroad: Rated = lambda _: None,
) -> list[GroupEntry]:
    """ELIM entries of a dealing's assets in the period.

    Args:
        names: kind, key and units of the dealing.
        items: its postings until the end of the period.
        scope: the run's period.
        currency: the reporting currency.
        depreciation: a unit's account for it.
        abroad: a unit's rates, where its book is in another currency.

    Returns:
        Entries of the section "asset" that name the seller; Σ of all = what isn't earned at the period's end.
    """
    dealing = sold(items)
    if not dealing.seller or not dealing.begun:
        return []
    cost = depreciation(dealing.bought[0].unit)
    rates = abroad(dealing.bought[0].unit)
    made = _Profit(dealing, scope, currency, cost)
    if rates is not None:
        made = _Abroad(dealing, scope, currency, cost, rates)
    return [
        GroupEntry(day, ELIM, names.kind, names.key, names.units, postings, ASSET, seller=dealing.seller)
        for day, postings in made.run()
        if postings
    ]


class _Profit:
    """The steps of one dealing."""

    def __init__(self, dealing: Sold, scope: Scope, currency: str, depreciation: Place) -> None:
        self.dealing = dealing
        self.scope = scope
        self.currency = currency
        self.depreciation = depreciation
        self.left: dict[int, Decimal] = {}  # unearned gain by the place of its asset in `bought`
        self.cells: dict[Cell, Decimal] = defaultdict(Decimal)
        sums: dict[Place, Decimal] = defaultdict(Decimal)
        for item in dealing.gain:
            sums[item.place] += item.amount
        self.realised = max(sums, key=lambda p: (abs(sums[p]), p))

    def run(self) -> list[tuple[dt.date, tuple[GroupPosting, ...]]]:
        """Days and postings."""
        start, end = self.scope.date_from, self.scope.date_to
        found = [(start - DAY, self._opening(self.dealing.until(start - DAY)))]
        before = self.dealing.until(start - DAY)
        for day in self._days(start, end):
            now = self.dealing.until(day)
            if now.begun:
                self._step(before, now, day)
                found.append((day, self._written()))
            before = now
        return found

    def _days(self, start: dt.date, end: dt.date) -> list[dt.date]:
        """Days from `start` to `end` on which something may change: of its postings, the last of months, and `end`."""
        days = {end, *(i.date for i in (*self.dealing.gain, *self.dealing.bought, *self.dealing.gone))}
        day = start
        while day <= end:
            following = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
            days.add(min(following - DAY, end))
            day = following
        return sorted(d for d in days if start <= d <= end)

    def _opening(self, known: Sold) -> tuple[GroupPosting, ...]:
        """What earlier periods have left in the asset."""
        if not known.begun:
            return ()
        gain = max(known.gain, key=lambda i: abs(i.amount))  # what earlier years have earned too early begins there
        against = (RETAINED, gain.source, self.dealing.seller)
        self._bring(self._value(known, self.scope.date_from - DAY), against)
        return self._written()

    def _step(self, before: Sold, now: Sold, day: dt.date) -> None:
        """A day: the months that have passed, then what was disposed of, then what was sold."""
        own = self.dealing.bought[0]
        depreciation = (self.depreciation, own.source, own.unit)
        if before.begun:
            self._bring(self._value(before, day), depreciation)
            if len(now.gone) > len(before.gone):
                last = now.gone[-1]
                less = replace(before, gone=now.gone)
                self._bring(self._value(less, day), (self.realised, last.source, self.dealing.seller))
        removed = now.gain[len(before.gain) :] if before.begun else now.gain
        for item in removed:
            earlier = item.date < self.scope.date_from
            self.cells[RETAINED if earlier else item.place, item.source, item.unit] -= item.amount
        self._bring(self._value(now, day), depreciation, sum((i.amount for i in removed), ZERO))

    def _bring(self, value: dict[int, Decimal], against: Cell, removed: Decimal = ZERO) -> None:
        """Bring the unearned gain in the assets to `value`; what of the change wasn't `removed` stands `against`."""
        change = ZERO
        for number in value.keys() | self.left.keys():
            item = self.dealing.bought[number]
            step = value.get(number, ZERO) - self.left.get(number, ZERO)
            self.cells[item.place, item.source, item.unit] -= step
            change += step
        self.cells[against] += change + removed
        self.left = value

    def _value(self, known: Sold, day: dt.date) -> dict[int, Decimal]:
        """The gain that isn't earned on the evening of a day, by asset; the sum is rounded once."""
        gain = -sum((i.amount for i in known.gain), ZERO)
        costs: dict[Place, Decimal] = defaultdict(Decimal)  # what they have cost in the end
        gone: dict[Place, Decimal] = defaultdict(Decimal)
        for item in (*known.bought, *known.credited):
            costs[item.place] += item.amount
        for item in known.gone:
            gone[item.place] -= item.amount
        whole = Fraction(sum((i.amount for i in known.bought), ZERO))
        found: dict[int, Decimal] = {}
        share, before = Fraction(0), ZERO
        for number, item in enumerate(known.bought):
            cost = Fraction(costs[item.place])
            kept = max(1 - Fraction(gone[item.place]) / cost, Fraction(0)) if cost > 0 else Fraction(1)
            share += Fraction(item.amount) / whole * _life_left(item, day) * kept
            to_date = self._rounded(Fraction(gain) * share)
            found[number] = to_date - before
            before = to_date
        return found

    def _rounded(self, amount: Fraction) -> Decimal:
        with localcontext(EXACT):
            return half_away(Decimal(amount.numerator) / Decimal(amount.denominator), self.currency)

    def _written(self) -> tuple[GroupPosting, ...]:
        """The postings of a day, in a fixed order."""
        found = [GroupPosting(c[0], ELIM, amount, *c[1:]) for c, amount in sorted(self.cells.items()) if amount]
        self.cells = defaultdict(Decimal)
        return tuple(found)


class _Abroad(_Profit):
    """The steps where the buyer's book is in another currency: amounts of its assets, and what is left, are in that."""

    def __init__(self, dealing: Sold, scope: Scope, currency: str, depreciation: Place, rates: Abroad) -> None:
        def own(items: Iterable[Item]) -> tuple[Item, ...]:
            return tuple(replace(i, amount=i.document_amount) if i.currency == rates.currency else i for i in items)

        bought, gone, credited = own(dealing.bought), own(dealing.gone), own(dealing.credited)
        super().__init__(replace(dealing, bought=bought, gone=gone, credited=credited), scope, currency, depreciation)
        self.rates = rates
        self.bought_at = rates.average(bought[0].date) or rates.spot(scope.date_to) or Decimal(1)
        self.today = scope.date_from
        self.stands: dict[int, Decimal] = defaultdict(Decimal)  # what the group's assets lack, in its currency

    def _opening(self, known: Sold) -> tuple[GroupPosting, ...]:
        """What earlier periods have left in the asset, earned, and on CTA: they are gone through again."""
        if not known.begun:
            return ()
        end = self.scope.date_from - DAY
        before = known.until(dt.date.min)
        for day in self._days(min(i.date for i in (*known.gain, *known.bought)), end):
            now = known.until(day)
            if now.begun:
                self._step(before, now, day)
            before = now
        gain = max(known.gain, key=lambda i: abs(i.amount))
        earned = sum((a for c, a in self.cells.items() if c[0].is_result or c[0] == RETAINED), ZERO)
        self.cells = defaultdict(
            Decimal, {c: a for c, a in self.cells.items() if not c[0].is_result and c[0] != RETAINED}
        )
        self.cells[RETAINED, gain.source, self.dealing.seller] += earned
        self._remeasure(end)
        return self._written()

    def _step(self, before: Sold, now: Sold, day: dt.date) -> None:
        self.today = day
        super()._step(before, now, day)
        if day == self.scope.date_to:
            self._remeasure(day)

    def _bring(self, value: dict[int, Decimal], against: Cell, removed: Decimal = ZERO) -> None:
        rate = self.bought_at if removed else self.rates.average(self.today) or self.bought_at
        exact, done = ZERO, ZERO
        with localcontext(EXACT):
            for number in sorted(value.keys() | self.left.keys()):
                item = self.dealing.bought[number]
                exact += (value.get(number, ZERO) - self.left.get(number, ZERO)) * rate
                step = half_away(exact, self.currency) - done
                done += step
                self.stands[number] += step
                self.cells[item.place, item.source, item.unit] -= step
        self.cells[against] += done + removed
        self.left = value

    def _remeasure(self, day: dt.date) -> None:
        """Bring what the assets lack to the rate of a day, against CTA."""
        rate = self.rates.spot(day) or self.bought_at
        for number, stands in sorted(self.stands.items()):
            item = self.dealing.bought[number]
            with localcontext(EXACT):
                change = half_away(self.left.get(number, ZERO) * rate, self.currency) - stands
            self.stands[number] += change
            self.cells[item.place, item.source, item.unit] -= change
            self.cells[RATES, item.source, item.unit] += change

    def _rounded(self, amount: Fraction) -> Decimal:
        """A gain in the buyer's currency: it is rounded when it is translated."""
        with localcontext(EXACT):
            return Decimal(amount.numerator) / Decimal(amount.denominator) / self.bought_at


def _life_left(item: Item, day: dt.date) -> Fraction:
    """The part of the useful life that is left on the evening of a day."""
    if item.months is None:
        return Fraction(1)
    after = day + DAY
    whole = (after.year - item.date.year) * 12 + after.month - item.date.month - (after.day < item.date.day)
    return max(Fraction(item.months - max(whole, 0), item.months), Fraction(0))
