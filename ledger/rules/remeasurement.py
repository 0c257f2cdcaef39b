"""Remeasurement: what a book holds in another currency follows the closing rate (IAS 21.23 and 28; SPEC 6, 10).

A monetary item in another currency is booked at the rate of its day and stands in the book's own currency. At a
period's end it is worth what it holds at the closing rate; the difference is an exchange gain or loss of the period,
also where the item is a claim on another unit: eliminating the claim doesn't take the risk away (IAS 21.45).

A remeasurement says this without changing what is held: the amount leaves its account at one rate and comes back at
the closing rate, in its own currency. What leaves and what comes back are whole units of the book's currency, so that
plain Beancount, which rounds nothing, shows the same balance: where the closing rate itself would give less than a
unit, the rate is that of the rounded worth, as if it were written as a total (`@@`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from ledger.rules.rates import rate_of
from ledger.rules.rounding import EXACT, half_away

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Remeasured:
    """One remeasurement.

    Attributes:
        moved: what leaves and comes back, in the item's currency; positive.
        old: the rate at which it leaves.
        new: the rate at which it comes back: the closing rate, or that of what is held rounded at it.
        gain: the difference, in the book's currency; positive is a debit of the item (a claim that is worth more, or
            a debt that is worth less).
    """

    moved: Decimal
    old: Decimal
    new: Decimal
    gain: Decimal


@dataclass(slots=True)
class Holding:
    """What stands on one account in one other currency.

    Attributes:
        held: in that currency, debit positive.
        carried: what it stands at in the book's own.
        most: the largest amount that ever moved it, and `most_rate` at what rate: what is moved to bring the
            exchange rest of a settled item to nothing.
    """

    held: Decimal = ZERO
    carried: Decimal = ZERO
    most: Decimal = ZERO
    most_rate: Decimal = ZERO

    def moves(self, document: Decimal, weight: Decimal) -> None:
        """Add what was booked: `document` in the item's currency, `weight` in the book's, rounded as it stands."""
        self.held += document
        self.carried += weight
        if abs(document) > self.most:
            self.most = abs(document)
            with localcontext(EXACT):
                self.most_rate = rate_of(abs(weight), abs(document))

    def at(self, closing: Decimal | None, currency: str) -> Remeasured | None:
        """Bring the holding to the closing rate; it carries the difference afterwards.

        Args:
            closing: the rate, in the book's currency; None where none is known. What is held then stays as it is; of
                what is settled only an exchange rest stands, which needs no rate.
            currency: the book's.

        Returns:
            The remeasurement, or None where nothing changes.
        """
        new = closing
        if new is None:
            if self.held:
                return None
            new = self.most_rate
        with localcontext(EXACT):
            gain = half_away(self.held * new, currency) - half_away(self.carried, currency)  # each as it stands
            moved = abs(self.held) or self.most
            if not gain or not moved:
                return None
            worth = half_away(moved * new, currency)
            old, new = rate_of(worth - gain, moved), rate_of(worth, moved, new)
        self.carried += gain
        return Remeasured(moved, old, new, gain)
