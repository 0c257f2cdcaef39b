"""How a rule for the share-out divides a loan fund of any size among those who hold shares (SPEC 8: share-out).

All of it by shares; what was paid for shares to each and the profit in equal parts; or what was paid for shares and
one's own charges back to each, and the rest of the profit by shares. A fund that is worth less than was paid for the
shares is divided by shares whatever the rule: a loss is borne by what one put in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ledger.rules.loans.terms import Terms

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who takes part in a share-out, and how they stand on its day.

    Attributes:
        participant: name or slug.
        shares: whole shares (fractions are counted as exactly). 0 for who has left and still owes.
        loans, charges, fines: what they owe, in the cycle's currency: principal, charges due, unpaid fines.
        paid_charges: charges they have paid in the cycle (for `interest-back`).
        order: place in the order of first share purchase; decides ties.
    """

    participant: str
    shares: Fraction | int
    loans: Decimal = ZERO
    charges: Decimal = ZERO
    fines: Decimal = ZERO
    paid_charges: Decimal = ZERO
    order: int = 0

    @property
    def debts(self) -> Decimal:
        """All that they owe the fund."""
        return self.loans + self.charges + self.fines


class Division:
    """How a rule divides a fund of any size: each one's part grows with the fund, straight between a few corners.

    Args:
        terms: share value and rule.
        holders: those among whom it is divided.
    """

    def __init__(self, terms: Terms, holders: Sequence[Holder]) -> None:
        self.rule = terms.share_out
        self.holders = holders
        self.price = Fraction(terms.share_value)
        self.shares = sum((Fraction(h.shares) for h in holders), Fraction(0))
        self.members = sum(1 for h in holders if h.shares)
        self.cost = self.price * self.shares
        self.refunds = sum((_refund(h) for h in holders), Fraction(0))

    def part(self, holder: Holder, fund: Fraction) -> Fraction:
        """What of a `fund` is one holder's, before debts; the parts of all add up to it."""
        if not self.shares:
            return Fraction(0)
        own = Fraction(holder.shares) / self.shares
        profit = fund - self.cost
        if self.rule == "shares" or profit <= 0:
            return own * fund
        if self.rule == "equal":
            return own * self.cost + (profit / self.members if holder.shares else 0)
        refunded = min(profit, self.refunds)
        back = _refund(holder) * refunded / self.refunds if self.refunds else Fraction(0)
        return own * (self.cost + profit - refunded) + back

    def level(self, net: Decimal, fund: Fraction) -> Fraction:
        """The largest fund, not above `fund`, whose parts above debts are no more than `net` in all.

        Between two corners (where the rule changes its slope or a part reaches its holder's debts) what is paid grows
        in a straight line, so the level is exact.
        """
        corners = sorted({Fraction(0), fund, *(c for c in self._corners() if 0 < c < fund)})
        below = corners[0]
        for corner in corners[1:]:
            high = self._paid(corner)
            if high > net:
                low = self._paid(below)
                return below + (Fraction(net) - low) * (corner - below) / (high - low)
            below = corner
        return fund

    def _paid(self, fund: Fraction) -> Fraction:
        """What is paid out at a level of the fund where debts are not worth more than the shares behind them."""
        return sum((max(self.part(h, fund) - Fraction(h.debts), Fraction(0)) for h in self.holders), Fraction(0))

    def _corners(self) -> list[Fraction]:
        """Levels where what is paid changes its slope."""
        bends = [Fraction(0), self.cost]
        if self.rule == "interest-back":
            bends.append(self.cost + self.refunds)
        corners = list(bends)
        for holder in self.holders:
            # One straight piece reaches the debts, if any does: the last one goes on for ever.
            for low, high in zip(bends, [*bends[1:], None], strict=True):
                start = self.part(holder, low)
                slope = self.part(holder, low + 1) - start if high is None else None
                if slope is None and high is not None and high > low:
                    slope = (self.part(holder, high) - start) / (high - low)
                if slope:
                    corners.append(low + (Fraction(holder.debts) - start) / slope)
        return corners


def _refund(holder: Holder) -> Fraction:
    """A holder's own charges: those paid, and those that the share-out settles."""
    return Fraction(holder.paid_charges + holder.charges) if holder.shares else Fraction(0)
