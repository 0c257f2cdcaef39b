"""Goodwill: what was paid for a unit beyond its net assets, and what has become of it (IFRS 3.32; K3 9.14, 18; ÅRL 7).

It is an asset of the unit that was bought, in its currency: it stands at the closing rate, and the difference goes to
CTA (IAS 21.47). It is amortised in equal parts over `goodwill_months`, the month of the acquisition being the first,
or not at all; a decision writes it down. Both are expense at the average of their month.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from ledger.books import last_day, month_of
from ledger.combine.flows import DAY
from ledger.combine.model import ZERO
from ledger.combine.ownership.equity import Slot
from ledger.combine.ownership.problems import GoodwillImpairment
from ledger.policy import ImpairmentEntry
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away, unit_of


@dataclass(frozen=True, slots=True)
class Loss:
    """Goodwill that is gone: in the unit's currency and in the reporting currency. `source`: the decision's place."""

    day: dt.date
    local: Decimal
    amount: Decimal
    source: str


@dataclass
class Goodwill:
    """One unit's goodwill, from the acquisition to the end. Reporting currency where nothing else is said.

    Attributes:
        local: at the acquisition, in the unit's currency.
        start: the same at the spot of its eve.
        losses: amortisation and write-downs, by day.
        translated: exchange differences, up to the opening (False) and of the period (True); a gain is positive.
        closing: what it stands at.
    """

    local: Decimal = ZERO
    start: Decimal = ZERO
    losses: list[Loss] = field(default_factory=list)
    translated: dict[bool, Decimal] = field(default_factory=lambda: {False: ZERO, True: ZERO})
    closing: Decimal = ZERO

    def spent(self, date_from: dt.date, cuts: Sequence[dt.date]) -> dict[Slot, Decimal]:
        """Σ of the losses, by opening or period and number of changes of shares before."""
        found: dict[Slot, Decimal] = defaultdict(Decimal)
        for loss in self.losses:
            found[loss.day >= date_from, bisect_right(cuts, loss.day)] += loss.amount
        return found


@dataclass(frozen=True)
class Terms:
    """What the course of a goodwill depends on.

    Attributes:
        currency: the unit's.
        begins: day of the acquisition.
        months: over how many it is amortised; None = it isn't.
        date_from, date_to: the period; `date_to` is the last day under control.
    """

    currency: str
    begins: dt.date
    months: int | None
    date_from: dt.date
    date_to: dt.date


def follow(start: Decimal, local: Decimal, terms: Terms, written: Iterable[ImpairmentEntry], rates: Rates) -> Goodwill:
    """The course of a goodwill.

    Args:
        start: at the acquisition, in the reporting currency.
        local: the same in the unit's currency.
        terms: dates, currency, amortisation.
        written: the decisions that write it down.
        rates: exchange rates.

    Raises:
        GoodwillImpairment: more is written down than is left.
        MissingRate: a rate isn't there.
    """
    found = Goodwill(local, start)
    _lose(found, terms, sorted(written, key=lambda e: (e.start, e.line)), rates)
    lost = sum((loss.amount for loss in found.losses), ZERO)
    if terms.currency == rates.base:
        found.closing = start - lost
        return found
    early = [loss for loss in found.losses if loss.day < terms.date_from]
    opening = start
    if terms.begins < terms.date_from:
        rest = local - sum((loss.local for loss in early), ZERO)
        opening = _at(rest, terms, rates, terms.date_from - DAY)
        found.translated[False] = opening - start + sum((loss.amount for loss in early), ZERO)
    rest = local - sum((loss.local for loss in found.losses), ZERO)
    found.closing = _at(rest, terms, rates, terms.date_to)
    found.translated[True] = found.closing - start + lost - found.translated[False]
    _prove(found, terms, rates)
    return found


def _at(local: Decimal, terms: Terms, rates: Rates, day: dt.date) -> Decimal:
    if not local:
        return ZERO
    with localcontext(EXACT):
        return half_away(local * rates.spot(terms.currency, day), rates.base)


def _lose(found: Goodwill, terms: Terms, written: Sequence[ImpairmentEntry], rates: Rates) -> None:
    """Amortisation month by month of what is left, and what decisions take."""
    months = terms.months or 0
    events: list[tuple[dt.date, bool, ImpairmentEntry | None]] = [
        (entry.start, True, entry) for entry in written if entry.start <= terms.date_to
    ]
    end = last_day(month_of(terms.begins))
    for _ in range(months):
        events.append((end, False, None))
        end = last_day(month_of(end + DAY))
    left = base = found.local  # base: what is spread over the months from the first, or from the last write-down on
    since = done = 0
    for day, _, entry in sorted((e for e in events if e[0] <= terms.date_to), key=lambda e: e[:2]):
        if entry is None:
            done += 1
            with localcontext(EXACT):  # to date, so that rounding doesn't add up
                amount = left - base + half_away(base * (done - since) / (months - since), terms.currency)
        else:
            amount = entry.amount
            _check(entry, terms, left if day >= terms.begins else ZERO)
        left -= amount
        if entry is not None:
            base, since = left, done
        if amount:
            with localcontext(EXACT):
                booked = half_away(amount * rates.average(terms.currency, month_of(day)), rates.base)
            found.losses.append(Loss(day, amount, booked, f"{entry.file}:{entry.line}" if entry else ""))


def _check(entry: ImpairmentEntry, terms: Terms, left: Decimal) -> None:
    """No more is written down than is left."""
    if entry.amount > left:
        raise GoodwillImpairment(
            file=entry.file,
            line=entry.line,
            slug=entry.unit,
            date=entry.start,
            amount=entry.amount,
            left=left,
            currency=terms.currency,
        )


def _prove(found: Goodwill, terms: Terms, rates: Rates) -> None:
    """Roll-forward: goodwill × change of rate − Σ losses × (closing − their rate) = what CTA has, but for rounding."""
    with localcontext(EXACT):
        end = rates.spot(terms.currency, terms.date_to)
        proof = found.local * end - found.start
        for loss in found.losses:
            proof -= loss.local * (end - rates.average(terms.currency, month_of(loss.day)))
    posted = sum(found.translated.values(), ZERO)
    assert abs(posted - proof) <= unit_of(rates.base) * (len(found.losses) + 2), (posted, proof)
