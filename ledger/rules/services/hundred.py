"""Where 100 kr of a unit's turnover went: everything that came in and went out, for each 100.00 of turnover.

Turnover is 100.00; beside it stands what else came in, such as grants. What went out are the unit's own groups of cost
and the levy by its components, the service component split as the services' cost is; what is left is the unit's (below
zero: what it lacked). Parts are rounded by largest remainder, so that in and out are the same, to the öre.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from ledger.rules.rounding import EXACT, largest_remainder, nearest, parts_of

HUNDRED, SMALLEST, PLACES = Decimal("100.00"), Decimal("0.01"), "SEK"  # hundredths, whatever currency it is about
#: Names of the parts that are neither a group nor a component.
TURNOVER, LEFT = "turnover", "left"


@dataclass(frozen=True)
class Hundred:
    """Parts of each 100.00 of turnover.

    Attributes:
        amounts: of everything named below, what it was, in the unit's currency.
        income: `turnover`, and what else came in, by name.
        costs: by group, the levy apart.
        levy: by component.
        services: the service component's part by service; empty where the services cost nothing.
        left: what is left of all income.
        total: Σ income = Σ costs + Σ levy + left.
    """

    amounts: Mapping[str, Decimal]
    income: Mapping[str, Decimal]
    costs: Mapping[str, Decimal]
    levy: Mapping[str, Decimal]
    services: Mapping[str, Decimal]
    left: Decimal
    total: Decimal


def hundred(
    turnover: Decimal,
    income: Mapping[str, Decimal],
    costs: Mapping[str, Decimal],
    levy: Mapping[str, Decimal],
    services: Mapping[str, Decimal],
    service: str = "service",
) -> Hundred:
    """Parts of each 100.00 of turnover.

    Args:
        turnover: above zero; all amounts of the unit in one currency.
        income: what else came in, by name; below zero: it was lost.
        costs: by group, without the levy.
        levy: by component.
        services: what each service cost, in any currency: only the proportion counts.
        service: the component that pays for services.

    Raises:
        ValueError: turnover isn't above zero, or a name stands for two things.
    """
    names = [TURNOVER, *income, *costs, *levy, LEFT]
    if turnover <= 0 or len({*names}) != len(names):
        raise ValueError("parts of 100 are of turnover above zero, and every part has a name of its own")
    with localcontext(EXACT):
        received = turnover + sum(income.values(), Decimal(0))
        left = received - sum(costs.values(), Decimal(0)) - sum(levy.values(), Decimal(0))
    amounts = {TURNOVER: turnover, **income, **costs, **levy, LEFT: left}
    exact = {name: Fraction(amount) * 100 / Fraction(turnover) for name, amount in amounts.items()}
    total = nearest(sum((exact[name] for name in (TURNOVER, *income)), Fraction(0)), SMALLEST)
    coming = parts_of(total, {name: exact[name] for name in (TURNOVER, *income)}, PLACES)
    going = parts_of(total, {name: exact[name] for name in (*costs, *levy, LEFT)}, PLACES)
    assert coming[TURNOVER] == HUNDRED
    whole = sum(services.values(), Decimal(0))
    split = largest_remainder(going[service], services, PLACES) if service in levy and whole > 0 else {}
    return Hundred(
        amounts=amounts,
        income=coming,
        costs={name: going[name] for name in costs},
        levy={name: going[name] for name in levy},
        services=split,
        left=going[LEFT],
        total=total,
    )
