"""Fractions without an end beside an amount that is left open: what Beancount's booking would die of.

Beancount reckons with 28 digits. Where a voucher leaves an amount open, booking rounds what is missing to as many
decimals as the coarsest written fraction has; a third has 28. If the sum has digits before its point as well, the
result doesn't fit, and Beancount doesn't report an error of the voucher but stops. (A third alone fits: `1/3` with the
other side left open is fine.)
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from beancount.core.number import MISSING

#: Digits that Beancount's numbers have (`decimal`'s default context).
PRECISION = 28


def does_not_fit(postings: list[Any]) -> bool:
    """Whether rounding the open amount of a voucher could need more digits than there are.

    Args:
        postings: as the parser gives them, amounts and numbers possibly missing.
    """
    is_open = False
    total = Decimal(0)
    coarsest: dict[str, int] = {}
    for posting in postings:
        units = posting.units
        if units is MISSING or units.number is MISSING or units.currency is MISSING:
            is_open = True
        if units is MISSING or units.number is MISSING:
            continue
        number = units.number
        decimals = -number.as_tuple().exponent
        if decimals > 0:
            coarsest[units.currency] = min(decimals, coarsest.get(units.currency, decimals))
        total += abs(number) * max([Decimal(1), *_rates(posting)])
    if not is_open or not coarsest:
        return False
    return total.adjusted() + 1 + max(coarsest.values()) > PRECISION


def _rates(posting: Any) -> list[Decimal]:
    """What the units are multiplied by to get their weight."""
    amounts = [posting.price.number] if posting.price is not None else []
    if posting.cost is not None:
        amounts += [posting.cost.number_per, posting.cost.number_total]
    return [abs(amount) for amount in amounts if isinstance(amount, Decimal)]
