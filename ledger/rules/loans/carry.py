"""What participants leave in when a cycle is shared out: whole shares of the next one (SPEC 8; research: next cycle).

Who stays may leave any part of what is paid to them. It buys whole shares at the new cycle's value; the rest is paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ledger.rules.loans.shareout import Shared
from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import in_units

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftIn:
    """What a participant leaves in for the next cycle.

    Attributes:
        participant: who.
        wished: what they asked to leave in.
        shares: whole shares of the new cycle; amount: what they cost.
        paid: what is paid out of the share-out after all.
    """

    participant: str
    wished: Decimal
    shares: int
    amount: Decimal
    paid: Decimal


def leave_in(
    shared: Shared, wishes: Mapping[str, Decimal | None], new: Terms, *, most: int | None = None
) -> tuple[LeftIn, ...]:
    """What participants leave in: whole shares of the new cycle only, the rest is paid to them.

    Args:
        shared: the share-out.
        wishes: amount by participant; None is all of it. Who is not named leaves nothing in.
        new: the new cycle's terms; of the same currency.
        most: how many shares a participant may bring along; None is no limit.

    Returns:
        Those who leave something in or asked to, in the share-out's order.

    Raises:
        ValueError: the new cycle has another currency; a cycle never converts.
    """
    if new.currency != shared.currency:
        raise ValueError(f"{shared.currency} can't be left in a cycle in {new.currency}")
    found = []
    for payout in shared.payouts:
        if payout.participant not in wishes:
            continue
        wish = wishes[payout.participant]
        wished = payout.paid_now if wish is None else wish
        shares = int(max(min(wished, payout.paid_now), ZERO) // new.share_value)
        if most is not None:
            shares = min(shares, most)
        amount = in_units(shares * new.share_value, shared.currency)
        found.append(
            LeftIn(
                participant=payout.participant,
                wished=wished,
                shares=shares,
                amount=amount,
                paid=payout.paid_now - amount,
            )
        )
    return tuple(found)
