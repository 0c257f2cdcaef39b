"""Adjustments in a currency that they aren't written in (`--currency`): translated like a unit's book (IAS 21.39-42).

An adjustment is translated at one rate: its month's average where it has income or expense, its day's spot where it
moves equity. What it leaves on assets and debts stands at the closing rate; the difference goes to CTA, and is proven
by roll-forward to the last unit, adjustment by adjustment: what stood before the period × change of rate + what came
and went × (closing − its own rate). What rounding single postings does stands on CTA's rounding account. Where figures
are in the currency that adjustments are written in, every rate is 1, and nothing of this shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from ledger.books import month_of
from ledger.combine.adjusting.adjustment import AdjustedPosting
from ledger.combine.model import ADJ, ZERO, Translation
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away, unit_of

NET = frozenset({"Assets", "Liabilities"})


@dataclass(frozen=True)
class Booked:
    """An adjustment on its day (`sign` 1), or its taking back (-1).

    Attributes:
        rate: its one rate.
        amounts: of its postings, in the run's currency, without `sign`.
    """

    date: dt.date
    sign: int
    rate: Decimal
    amounts: tuple[Decimal, ...]

    @property
    def rest(self) -> Decimal:
        """What rounding left over."""
        return -self.sign * sum(self.amounts, ZERO)


@dataclass(frozen=True)
class Stand:
    """What postings on assets and debts stand at on one day.

    Attributes:
        own: Σ in the currency they are written in.
        rate: the closing rate; 0 where nothing stands.
        worth: each posting's, by its place in the group.
        remeasured: what each is worth more than as it was translated.
        exact: translation difference of unrounded amounts, debit positive.
    """

    own: Decimal
    rate: Decimal
    worth: dict[int, Decimal]
    remeasured: dict[int, Decimal]
    exact: Decimal


#: Before there was anything.
NOTHING = Stand(ZERO, ZERO, {}, {}, ZERO)


@dataclass(frozen=True)
class Difference:
    """What rates made of some postings in a time: amounts by posting, on CTA, and its rounding; debit positive."""

    remeasured: dict[int, Decimal]
    posted: Decimal
    rounding: Decimal


@dataclass(frozen=True)
class AdjustmentRates:
    """Translates adjustments.

    Attributes:
        rates: against the run's currency.
        written: the currency of the adjustments.
    """

    rates: Rates
    written: str

    def booked(self, group: Sequence[AdjustedPosting], day: dt.date, sign: int) -> Booked:
        """The amounts of an adjustment on a day.

        Raises:
            MissingRate: it has no rate.
        """
        rate = self._rate(group, day)
        with localcontext(EXACT):
            return Booked(day, sign, rate, tuple(half_away(p.amount * rate, self.rates.base) for p in group))

    def _rate(self, group: Sequence[AdjustedPosting], day: dt.date) -> Decimal:
        if any(p.place.is_result for p in group):
            return self.rates.average(self.written, month_of(day))
        if any(p.place.group.root not in NET for p in group):
            return self.rates.spot(self.written, day)
        try:  # both sides are remeasured: the rate only has to be the same for both
            return self.rates.average(self.written, month_of(day))
        except MissingRate:
            return self.rates.spot(self.written, day)

    def item(self, posting: AdjustedPosting, day: dt.date, end: dt.date) -> Decimal:
        """What a posting is worth as one side of a dealing: income at average, equity at spot, claims at closing.

        Raises:
            MissingRate: it has no rate.
        """
        if posting.place.is_result:
            rate = self.rates.average(self.written, month_of(day))
        else:
            rate = self.rates.spot(self.written, end if posting.place.group.root in NET else day)
        with localcontext(EXACT):
            return half_away(posting.amount * rate, self.rates.base)

    def stand(
        self, group: Sequence[AdjustedPosting], which: Sequence[int], moves: Sequence[Booked], day: dt.date
    ) -> Stand:
        """What the postings `which` of a group stand at on a day.

        Raises:
            MissingRate: something stands, and there is no rate.
        """
        before = [m for m in moves if m.date <= day]
        left = sum(m.sign for m in before)
        own = left * sum((group[i].amount for i in which), ZERO)
        rate = self.rates.spot(self.written, day) if left and which else ZERO
        with localcontext(EXACT):
            worth = {i: half_away(left * group[i].amount * rate, self.rates.base) for i in which}
            done = {i: sum((m.sign * m.amounts[i] for m in before), ZERO) for i in which}
            exact = -sum((group[i].amount * m.sign * (rate - m.rate) for i in which for m in before), ZERO)
        return Stand(own, rate, worth, {i: worth[i] - done[i] for i in which}, exact)

    @property
    def same(self) -> bool:
        """Whether the run is in the currency that they are written in: nothing is translated."""
        return self.rates.base == self.written

    def difference(self, opening: Stand, closing: Stand) -> Difference:
        """What rates did between two days."""
        base = self.rates.base
        moved = {i: amount - opening.remeasured.get(i, ZERO) for i, amount in closing.remeasured.items()}
        posted = half_away(closing.exact, base) - half_away(opening.exact, base)
        return Difference({i: a for i, a in moved.items() if a}, posted, -sum(moved.values(), ZERO) - posted)

    def proof(
        self,
        group: Sequence[AdjustedPosting],
        which: Sequence[int],
        moves: Sequence[Booked],
        stands: tuple[Stand, Stand],
    ) -> Translation:
        """The roll-forward from one day to another, and that it meets what was posted.

        Args:
            group: an adjustment's postings.
            which: those on assets and debts.
            moves: what was booked after the first day, until the second.
            stands: on the two days.
        """
        base, (opening, closing) = self.rates.base, stands
        net = sum((group[i].amount for i in which), ZERO)
        with localcontext(EXACT):
            told = opening.own * (closing.rate - opening.rate)
            told += sum((m.sign * net * (closing.rate - m.rate) for m in moves), ZERO)
            proof = half_away(opening.exact - told, base) - half_away(opening.exact, base)
        made = self.difference(opening, closing)
        assert made.posted == proof, (made, proof)
        assert abs(made.rounding) <= unit_of(base) * (2 + len(which) * (2 + len(moves))), made
        stood = -sum(opening.remeasured.values(), ZERO)
        return Translation(ADJ, self.written, opening.own, made.posted, proof, made.rounding, stood)
