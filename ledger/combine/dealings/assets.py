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

A limit: where the buyer sells on to a third unit, that is a disposal like any other, and the first seller's gain counts
as earned, though the asset is still in the group; an adjustment takes out what is left of it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction

from ledger.combine.dealings.elimination import Gap, Names, gap
from ledger.combine.dealings.items import ASSET, BALANCE, WINDOW, Item
from ledger.combine.flows import DAY, RETAINED
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.scope import Scope
from ledger.rules.rounding import EXACT, half_away

Cell = tuple[Place, str, str]  # place, source, unit
Voucher = tuple[bool, int]  # provisional?, ordinal


@dataclass(frozen=True)
class Sold:
    """What a dealing says of assets: the seller's gain, the buyer's postings."""

    seller: str
    gain: tuple[Item, ...]
    carrying: tuple[Item, ...]  # the seller's own asset accounts, where it has tagged those
    bought: tuple[Item, ...]
    gone: tuple[Item, ...]  # the buyer's credits on the same accounts
    credited: tuple[Item, ...]  # those of them that the seller answers with a credit note
    answers: tuple[Item, ...]  # its gain in those

    def until(self, day: dt.date) -> Sold:
        """What was booked by then."""
        every = self.gain, self.carrying, self.bought, self.gone, self.credited, self.answers
        return Sold(self.seller, *(tuple(i for i in part if i.date <= day) for part in every))

    @property
    def begun(self) -> bool:
        """Whether both sides have booked."""
        return bool(self.gain and self.bought)


def sold(items: Iterable[Item]) -> Sold:
    """Take the postings of one dealing apart; the unit with a gain is the seller."""
    known = sorted(items, key=lambda i: i.key)
    chosen = [i for i in known if i.section == ASSET]
    sellers = sorted({i.unit for i in chosen if i.place.is_result})
    seller = sellers[0] if len(sellers) == 1 else ""
    own = [i for i in chosen if not i.place.is_result]
    gain = [i for i in chosen if i.place.is_result]
    back = [i for i in own if i.unit != seller and i.amount <= 0]
    credited, answers = _credit_notes(known, gain, back)
    return Sold(
        seller,
        tuple(gain),
        tuple(i for i in own if i.unit == seller),
        tuple(i for i in own if i.unit != seller and i.amount > 0),
        tuple(i for i in back if i.transaction not in credited),
        tuple(i for i in back if i.transaction in credited),
        tuple(i for i in gain if i.transaction in answers),
    )


def _credit_notes(
    items: Sequence[Item], gain: Iterable[Item], back: Iterable[Item]
) -> tuple[set[Voucher], set[Voucher]]:
    """The buyer's vouchers that lower the price or give the asset back, and the seller's.

    Which is which says the claim or debt between the two in the same voucher: a disposal has none. Where it was paid at
    once, the other side's voucher of the same amount says it, or its credit note of those days, whatever its amount.
    The carrying amount is a debit of the seller's, too; but it stands beside a larger price, and nothing answers it.
    """
    owed: dict[tuple[str, Voucher], Decimal] = defaultdict(Decimal)
    for item in items:
        if item.section == BALANCE:
            owed[item.unit, item.transaction] += item.amount
    debits: dict[Voucher, list[Item]] = defaultdict(list)
    for item in gain:
        debits[item.transaction].append(item)
    theirs: dict[Voucher, list[Item]] = defaultdict(list)
    for item in back:
        theirs[item.transaction].append(item)
    sure = {v for v, found in debits.items() if owed[found[0].unit, v] < 0}
    credited = {v for v, found in theirs.items() if owed[found[0].unit, v] > 0}
    sale = min((i.date for found in debits.values() for i in found if i.amount < 0), default=dt.date.max)
    notes: dict[tuple[str, Decimal], list[Voucher]] = defaultdict(list)
    waiting: dict[Voucher, dt.date] = {}
    for voucher, found in sorted(debits.items(), key=lambda d: d[0] not in sure):
        most = max(found, key=lambda i: i.document_amount)
        if voucher in sure or most.document_amount > max(-i.document_amount for i in found):
            notes[most.currency, most.document_amount].append(voucher)
            if voucher in sure or most.date > sale:
                waiting[voucher] = most.date
    answers, left = set(sure), []
    for voucher, found in sorted(theirs.items(), key=lambda t: t[0] not in credited):
        same = notes[found[0].currency, -sum((i.document_amount for i in found), ZERO)]
        if same:
            credited.add(voucher)
            answers.add(same[0])
            waiting.pop(same.pop(0), None)
        else:
            left.append((voucher, found[0].date))
    for voucher, day in left:
        near = [n for n, its in waiting.items() if abs(its - day) <= WINDOW and (n in sure or voucher not in credited)]
        if near:
            credited.add(voucher)
            answers.add(near[0])
            del waiting[near[0]]
    return credited, answers


def price_gap(items: Iterable[Item], names: Names, currency: str) -> Gap:
    """Price as the seller has it against the buyer's, less what credit notes have taken off either.

    Proceeds are the credits of the seller's gain, and the debits of its credit notes; where its asset accounts are
    tagged, too, all that it has tagged. A sale that was taken back leaves nothing on either side.
    """
    found = sold(items)
    total = sum((i.amount for i in found.gain), ZERO)
    back = sum((i.amount for i in (*found.bought, *found.gone, *found.credited)), ZERO)
    if (found.gone or found.credited) and not total and not back:
        return gap([], [], currency)
    proceeds = (*found.gain, *found.carrying) if found.carrying else _prices(found)
    cost = (*found.bought, *found.credited)
    if found.seller == names.units[0]:
        return gap(proceeds, cost, currency)
    return gap(cost, proceeds, currency)


def _prices(found: Sold) -> list[Item]:
    notes = set(found.answers)
    return [i for i in found.gain if (i.amount > 0) == (i in notes)]


def profits(
    names: Names, items: Sequence[Item], scope: Scope, currency: str, depreciation: Callable[[str], Place]
) -> list[GroupEntry]:
    """ELIM entries of a dealing's assets in the period.

    Args:
        names: kind, key and units of the dealing.
        items: its postings until the end of the period.
        scope: the run's period.
        currency: the reporting currency.
        depreciation: a unit's account for it.

    Returns:
        Entries of the section "asset" that name the seller; Σ of all = what isn't earned at the period's end.
    """
    dealing = sold(items)
    if not dealing.seller or not dealing.begun:
        return []
    cost = depreciation(dealing.bought[0].unit)
    made = _Profit(dealing, scope, currency, cost)
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
        days = {end, *(i.date for i in (*self.dealing.gain, *self.dealing.bought, *self.dealing.gone))}
        day = start
        while day <= end:
            following = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
            days.add(min(following - DAY, end))
            day = following
        before = self.dealing.until(start - DAY)
        for day in sorted(d for d in days if start <= d <= end):
            now = self.dealing.until(day)
            if now.begun:
                self._step(before, now, day)
                found.append((day, self._written()))
            before = now
        return found

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


def _life_left(item: Item, day: dt.date) -> Fraction:
    """The part of the useful life that is left on the evening of a day."""
    if item.months is None:
        return Fraction(1)
    after = day + DAY
    whole = (after.year - item.date.year) * 12 + after.month - item.date.month - (after.day < item.date.day)
    return max(Fraction(item.months - max(whole, 0), item.months), Fraction(0))
