"""What each unit paid for the shared services, and what it used of them (research: cost of shared services, reports).

Net solidarity = paid - used: above zero, a unit carried others; below, it was carried. As a part of its turnover it is
comparable, and the units are parted in four by it: 1 is the quarter that was carried most. Equal ones are in the same
quarter, to a hundredth of a percent (an öre makes no difference), so the order of units changes nothing. A unit
without turnover has neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from ledger.rules.rounding import EXACT, nearest
from ledger.rules.services.allocate import Allocation
from ledger.rules.services.terms import CostCentre

ZERO = Decimal(0)
FINE = Decimal("0.0001")


@dataclass(frozen=True)
class Usage:
    """One unit's year; amounts in the allocation's currency.

    Attributes:
        paid: the levy's service component.
        used: Σ `by_centre`.
        net: net solidarity, paid less used.
        of_turnover: `net` as a part of turnover; None: it has none.
        quartile: 1 to 4; None: it has no turnover.
    """

    unit: str
    turnover: Decimal
    paid: Decimal
    used: Decimal
    net: Decimal
    of_turnover: Fraction | None
    quartile: int | None
    by_centre: Mapping[str, Decimal]


def usage(allocation: Allocation, paid: Mapping[str, Decimal], turnover: Mapping[str, Decimal]) -> dict[str, Usage]:
    """Paid and used, by unit.

    Args:
        allocation: of the year.
        paid: by unit, the service component.
        turnover: by unit, the levy's base.
    """
    used = allocation.by_unit
    with localcontext(EXACT):
        net = {unit: paid.get(unit, ZERO) - amount for unit, amount in used.items()}
        assert sum(net.values(), ZERO) == sum((paid.get(u, ZERO) for u in used), ZERO) - sum(used.values(), ZERO)
    parts = {u: Fraction(net[u]) / Fraction(turnover[u]) for u in used if turnover.get(u, ZERO) > 0}
    return {
        unit: Usage(
            unit=unit,
            turnover=turnover.get(unit, ZERO),
            paid=paid.get(unit, ZERO),
            used=amount,
            net=net[unit],
            of_turnover=parts.get(unit),
            quartile=_quartile(parts, unit),
            by_centre=allocation.used[unit],
        )
        for unit, amount in used.items()
    }


def _quartile(parts: Mapping[str, Fraction], unit: str) -> int | None:
    if unit not in parts:
        return None
    own = nearest(parts[unit], FINE)
    lower = sum(1 for part in parts.values() if nearest(part, FINE) < own)
    return 1 + 4 * lower // len(parts)


def unit_prices(allocation: Allocation, centre: CostCentre) -> dict[str, Fraction]:
    """What one of each of a centre's keys cost: so much a voucher, so much a payslip. Exact.

    Other centres' use counts as the units' does; cost that was done for one unit alone is in no price. A key without
    any value has no price.
    """
    weights = sum(map(Fraction, centre.key.values()), Fraction(0))
    return {
        key: allocation.shared[centre.name] * Fraction(weight) / weights / allocation.measured[centre.name, key]
        for key, weight in centre.key.items()
        if (centre.name, key) in allocation.measured
    }
