"""Whether the levy's service component pays for the services, and what could be done where it doesn't.

Cover = service component ÷ service cost. Beyond five percent off (a parameter) that is a proposal to the assembly,
never a booking: a rate for next year that would cover the cost, or what was too much back in proportion to what each
unit paid, or to a fund (research: cost of shared services, reports).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

from ledger.rules.rounding import EXACT, largest_remainder

#: Off by no more than this part of the cost, nothing is proposed.
LIMIT = Decimal("0.05")


@dataclass(frozen=True)
class Proposal:
    """What the assembly may decide.

    Attributes:
        kind: `over`: more was paid than the services cost; `under`: less.
        amount: by how much, above zero.
        rate: next year's service component that would have covered the cost exactly, a part of turnover; None where
            there is no turnover.
        refund: of `over`: by unit, what would go back to it, in proportion to what it paid; Σ = amount. The other
            way is that all of `amount` goes to a fund.
    """

    kind: Literal["over", "under"]
    amount: Decimal
    rate: Fraction | None
    refund: Mapping[str, Decimal]


@dataclass(frozen=True)
class Cover:
    """Paid and cost of a year, in one currency; `ratio` is None where nothing was spent."""

    paid: Decimal
    cost: Decimal
    ratio: Fraction | None
    proposal: Proposal | None


def cover(
    paid: Mapping[str, Decimal],
    cost: Decimal,
    turnover: Decimal,
    currency: str,
    *,
    rate: Decimal | None = None,
    limit: Decimal = LIMIT,
) -> Cover:
    """Compare a year's service component with what the services cost.

    Args:
        paid: the service component by unit; below zero where a unit got some back.
        cost: of all services, whether it has a centre or not.
        turnover: Σ of all units.
        currency: of all amounts, which are whole units of it.
        rate: the service component in force. Units with another rate, a cap or a floor keep their part of it, so the
            rate that covers is this one times cost ÷ paid; without one it is cost ÷ turnover.
        limit: what deviation, as a part of the cost, is none.
    """
    with localcontext(EXACT):
        whole = sum(paid.values(), Decimal(0))
        off = whole - cost
    if abs(Fraction(off)) <= Fraction(limit) * abs(Fraction(cost)):
        proposal = None
    elif off > 0:
        payers = {unit: amount for unit, amount in paid.items() if amount > 0}
        refund = largest_remainder(off, payers, currency) if payers else {}
        assert not payers or sum(refund.values(), Decimal(0)) == off
        proposal = Proposal("over", off, _rate(whole, cost, turnover, rate), refund)
    else:
        proposal = Proposal("under", -off, _rate(whole, cost, turnover, rate), {})
    return Cover(whole, cost, Fraction(whole) / Fraction(cost) if cost > 0 else None, proposal)


def _rate(paid: Decimal, cost: Decimal, turnover: Decimal, rate: Decimal | None) -> Fraction | None:
    """The part of turnover that would cover the cost; never below zero."""
    if cost <= 0:
        return Fraction(0)
    if rate and paid > 0:
        return Fraction(rate) * Fraction(cost) / Fraction(paid)
    return Fraction(cost) / Fraction(turnover) if turnover > 0 else None
