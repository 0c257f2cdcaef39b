"""Pooling of results: each unit puts a part of its result in, and gets its weight's part of what all put in (SPEC 9).

    transfer = α · (w · ΣR - R)

Surplus and deficit are pooled alike, and there is no fund: what some pay is what others get, to the smallest unit.
The weight follows turnover or payroll. Weak where many lose at once; meant beside the fund (research: funds, 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from ledger.rules.rounding import EXACT, in_quanta, unit_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pooling:
    """A unit whose result is pooled; amounts in the reporting currency.

    Attributes:
        unit: slug.
        result: R of the year; may be negative.
        weight: its turnover or payroll of the year; a negative one counts as none.
    """

    unit: str
    result: Decimal
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Transfer:
    """What pooling moves for a unit.

    Attributes:
        unit, result, weight: as they went in, the weight not below 0.
        part: w, its weight ÷ Σ weights, exact.
        exact: α · (w · ΣR - R) before rounding.
        amount: what it gets (+) or pays (-), in whole units of the currency.
    """

    unit: str
    result: Decimal
    weight: Decimal
    part: Fraction
    exact: Fraction
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Pooled:
    """A year's pooling: `total` is ΣR, `pooled` is α; `transfers` in the order of slugs, which sum to exactly 0."""

    total: Decimal
    pooled: Decimal
    transfers: tuple[Transfer, ...]


def pool(members: Sequence[Pooling], pooled: Decimal, currency: str) -> Pooled:
    """What each unit gets of the others, or pays to them.

    Args:
        members: each unit once, not central; the order changes nothing.
        pooled: α, between 0 and 1: the part of each result that is pooled.
        currency: the reporting currency, which all amounts are in.

    Returns:
        Transfers that sum to 0, each less than one unit of the currency from its exact amount; what rounding leaves
        goes to the largest remainders, ties to the larger result, then to the slug. Where nobody has a weight there
        is no share to pool by, and all are 0.
    """
    ordered = sorted(members, key=lambda member: (-member.result, member.unit))
    assert len({member.unit for member in ordered}) == len(ordered), "a unit takes part once"
    weights = [max(ZERO, member.weight) for member in ordered]
    with localcontext(EXACT):
        total = sum((member.result for member in ordered), ZERO)
    whole = sum(map(Fraction, weights), Fraction(0))
    parts = [Fraction(weight) / whole if whole else Fraction(0) for weight in weights]
    alpha = Fraction(pooled) if whole else Fraction(0)
    exact = [alpha * (part * Fraction(total) - Fraction(m.result)) for m, part in zip(ordered, parts, strict=True)]
    amounts = in_quanta(ZERO, exact, unit_of(currency))
    transfers = [
        Transfer(unit=m.unit, result=m.result, weight=weight, part=part, exact=share, amount=amount)
        for m, weight, part, share, amount in zip(ordered, weights, parts, exact, amounts, strict=True)
    ]
    assert sum((transfer.amount for transfer in transfers), ZERO) == 0
    return Pooled(total=total, pooled=pooled, transfers=tuple(sorted(transfers, key=lambda t: t.unit)))
