"""The band that the solidarity fund is steered in: what next year's component of the levy should be (SPEC 9).

The fund is measured in parts of the group's turnover. Below the floor the component is raised by half; between floor
and target it stays; above the target it rests; what is above the ceiling goes to the investment fund, if so decided.
The service component takes the difference, so that the levy's rate stays. This is a proposal for the year to come:
a running year is never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

from ledger.rules.rounding import EXACT, down
from ledger.rules.solidarity.terms import SolidarityTerms

ZERO = Decimal(0)
#: What the component is raised by below the floor.
RAISE = Decimal("1.5")
#: Where the fund stands; `no-turnover`: there is nothing to measure it by.
Position = Literal["below-floor", "within", "above-target", "above-ceiling", "no-turnover"]
#: Why the proposal is not quite what the position asks for: there is no component to raise; the service component
#: doesn't hold the whole raise.
Hindrance = Literal["nothing-to-raise", "service-too-small"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Next year's components, and why; rates are parts of turnover, amounts in the reporting currency.

    Attributes:
        fund: what was measured; `turnover`: the group's.
        part: fund ÷ turnover, exact; None without turnover.
        floor, target, ceiling: the band in money, exact.
        position: where the fund stands. On a border it is within: exactly the floor is not below it, exactly the
            target or ceiling not above it.
        solidarity, service: the components as they are; `next_solidarity`, `next_service`: as proposed, same sum.
        excess: what is above the ceiling, cut to the currency's unit; to the investment fund, by decision.
        hindrance: why the component isn't raised as the position asks for; None: it is.
    """

    fund: Decimal
    turnover: Decimal
    part: Fraction | None
    floor: Decimal
    target: Decimal
    ceiling: Decimal
    position: Position
    solidarity: Decimal
    service: Decimal
    next_solidarity: Decimal
    next_service: Decimal
    excess: Decimal
    hindrance: Hindrance | None = None

    @property
    def changed(self) -> bool:
        """Is a component other than it was?"""
        return self.next_solidarity != self.solidarity


def propose(
    fund: Decimal,
    turnover: Decimal,
    components: tuple[Decimal, Decimal],
    terms: SolidarityTerms,
    currency: str,
    *,
    usual: Decimal = ZERO,
) -> Proposal:
    """What next year's solidarity and service components should be.

    Args:
        fund: after the year's claims and calls.
        turnover: ΣT of the year, not below 0.
        components: this year's rates, solidarity and service, not below 0.
        terms: the band, in parts of turnover; floor ≤ target ≤ ceiling.
        currency: the reporting currency, which fund and turnover are in.
        usual: what the solidarity component was when it last was not 0. A component that rests is raised from there:
            half more than nothing would be nothing for ever.
    """
    solidarity, service = components
    hindrance: Hindrance | None = None
    with localcontext(EXACT):
        floor, target, ceiling = terms.floor * turnover, terms.target * turnover, terms.ceiling * turnover
        position = _position(fund, turnover, floor, target, ceiling)
        wanted = solidarity
        if position == "below-floor":
            wanted = (solidarity or usual) * RAISE
            hindrance = None if wanted else "nothing-to-raise"
        elif position in ("above-target", "above-ceiling"):
            wanted = ZERO
        room = solidarity + service  # the service component can't be less than nothing
        if wanted > room:
            wanted, hindrance = room, "service-too-small"
        proposal = Proposal(
            fund=fund,
            turnover=turnover,
            part=Fraction(fund) / Fraction(turnover) if turnover else None,
            floor=floor,
            target=target,
            ceiling=ceiling,
            position=position,
            solidarity=solidarity,
            service=service,
            next_solidarity=wanted,
            next_service=service + solidarity - wanted,
            excess=down(fund - ceiling, currency) if position == "above-ceiling" else ZERO,
            hindrance=hindrance,
        )
        assert proposal.next_solidarity + proposal.next_service == solidarity + service
    return proposal


def _position(fund: Decimal, turnover: Decimal, floor: Decimal, target: Decimal, ceiling: Decimal) -> Position:
    if not turnover:
        return "no-turnover"
    if fund < floor:
        return "below-floor"
    if fund > ceiling:
        return "above-ceiling"
    return "above-target" if fund > target else "within"
