"""What a dealing says of fixed assets sold between units: gain, asset, credit notes, and whether the price agrees.

How the gain is earned by the group is `assets`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from ledger.combine.dealings.abroad import Abroad
from ledger.combine.dealings.elimination import Gap, Names, gap
from ledger.combine.dealings.items import ASSET, BALANCE, WINDOW, Item
from ledger.combine.model import ZERO
from ledger.rules.rounding import EXACT, half_away, unit_of

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
