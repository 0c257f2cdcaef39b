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
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction

from ledger.combine.dealings.abroad import Abroad
from ledger.combine.dealings.elimination import Gap, Names, gap
from ledger.combine.dealings.items import ASSET, BALANCE, WINDOW, Item
from ledger.combine.flows import DAY, RETAINED
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.scope import Scope
from ledger.rules.rounding import EXACT, half_away, unit_of

#: What rates make of gains in assets of books in other currencies.
RATES = Place("CTA", "Internal-asset")
Cell = tuple[Place, str, str]  # place, source, unit
Rated = Callable[[str], Abroad | None]  # a unit's rates, where its book is in another currency than the report
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


def price_gap(items: Iterable[Item], names: Names, currency: str, abroad: Rated = lambda _: None) -> Gap:
    """Price as the seller has it against the buyer's, less what credit notes have taken off either.

    Proceeds are the credits of the seller's gain, and the debits of its credit notes; where its asset accounts are
    tagged, too, all that it has tagged. A sale that was taken back leaves nothing on either side.

    Args:
        items: postings of the dealing.
        names: kind, key and units of the dealing.
        currency: the reporting currency.
        abroad: a unit's rates, where its book is in another one.
    """
    found = sold(items)
    total = sum((i.amount for i in found.gain), ZERO)
    back = sum((i.amount for i in (*found.bought, *found.gone, *found.credited)), ZERO)
    if (found.gone or found.credited) and not total and not back:
        return gap([], [], currency)
    proceeds = [*found.gain, *found.carrying] if found.carrying else _prices(found)
    cost = [*found.bought, *found.credited]
    rates = abroad(cost[0].unit) if cost else None
    if found.seller == names.units[0]:
        return _compared(proceeds, cost, currency, rates)
    return _compared(cost, proceeds, currency, rates)


def _compared(one: Sequence[Item], other: Sequence[Item], currency: str, abroad: Abroad | None) -> Gap:
    """The two sides' prices in the currency of the claim, where it is told; else at the rates of the days.

    An asset isn't eliminated, so that sides that agree in a currency of theirs have nothing open.
    """
    sides = _as_invoiced(one), _as_invoiced(other)
    told = {i.currency for side in sides for i in side}
    if len(told) > 1:
        return gap(_of_their_days(one, abroad), _of_their_days(other, abroad), currency)
    document = min(told, default=currency)
    nets = [sum((i.document_amount for i in side), ZERO) for side in sides]
    left, changed = sum(nets, ZERO), sum(i not in (*one, *other) for side in sides for i in side)
    if abs(left) <= unit_of(document) * max(changed - 1, 0):  # each posting was rounded by itself
        nets[1] = -nets[0]
    worths = [sum((i.amount for i in side), ZERO) for side in (one, other)]
    if nets[0] and nets[1] and document != currency:
        with localcontext(EXACT):
            worths[1] = half_away(nets[1] * worths[0] / nets[0], currency)
    return Gap(document, (nets[0], nets[1]), (worths[0], worths[1]), mixed=False)


def _as_invoiced(items: Sequence[Item]) -> list[Item]:
    """Postings in the currency of their vouchers' claims, where that is another."""
    known: dict[tuple[str, Voucher], tuple[str, Decimal]] = {}
    with localcontext(EXACT):
        for item in sorted(items, key=lambda i: abs(i.document_amount)):
            if item.invoiced and item.document_amount:
                known[item.unit, item.transaction] = item.invoiced[0], item.invoiced[1] / item.document_amount
        found = []
        for item in items:
            its = known.get((item.unit, item.transaction))
            if its is not None:
                amount = item.invoiced[1] if item.invoiced else half_away(item.document_amount * its[1], its[0])
                item = replace(item, currency=its[0], document_amount=amount)  # noqa: PLW2901 - the same posting
            found.append(item)
    return found


def _of_their_days(items: Sequence[Item], abroad: Abroad | None) -> list[Item]:
    """Assets of a book in another currency at the rates of their days, like the price that they answer."""
    if abroad is None:
        return [*items]
    found = []
    for item in items:
        foreign = not item.place.is_result and item.currency == abroad.currency
        rate = abroad.average(item.date) if foreign else None
        with localcontext(EXACT):
            worth = item.amount if rate is None else half_away(item.document_amount * rate, abroad.rates.base)
        found.append(replace(item, amount=worth))
    return found


def _prices(found: Sold) -> list[Item]:
    notes = set(found.answers)
    return [i for i in found.gain if (i.amount > 0) == (i in notes)]


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
