"""What a leaver's shares are worth, while the cycle goes on for the others (SPEC 8; research: leaving).

`cost`: what was paid for them; the profit stays. `charges`: with their part of the service charges earned so far.
`value`: what a share is worth on that day, as in a share-out. Debts are set off; who owes more has to pay in first.
Rounded to what the cycle pays in; what rounding leaves stays in the fund.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ledger.rules.loans.division import Holder
from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import cycle_unit, nearest

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """What a leaver gets.

    Attributes:
        cost: what was paid for the shares. gross: what they are worth now.
        debts: loans, charges due, unpaid fines. payout: gross less debts; negative: to be paid in.
    """

    participant: str
    shares: Fraction | int
    cost: Decimal
    gross: Decimal
    debts: Decimal
    payout: Decimal


def leaver(terms: Terms, holder: Holder, *, fund: Decimal, charges: Decimal, shares: Sequence[Holder]) -> Leaver:
    """What somebody gets who leaves.

    Args:
        terms: `leaving`, share value, rounding.
        holder: who leaves.
        fund: what the loan fund is worth: cash, loans, charges due, unpaid fines, less what is owed to others.
        charges: service charges earned so far.
        shares: everybody who holds shares, the leaver too.
    """
    own, every = Fraction(holder.shares), sum((Fraction(one.shares) for one in shares), Fraction(0))
    cost = own * Fraction(terms.share_value)
    worth = cost
    if terms.leaving == "charges" and every:
        worth = cost + Fraction(charges) * own / every
    elif terms.leaving == "value" and every:
        worth = Fraction(fund) * own / every
    gross = nearest(worth, cycle_unit(terms.currency, terms.rounding))
    paid = nearest(cost, cycle_unit(terms.currency, Decimal(0)))
    return Leaver(
        participant=holder.participant,
        shares=holder.shares,
        cost=paid,
        gross=gross if terms.leaving != "cost" else paid,
        debts=holder.debts,
        payout=(gross if terms.leaving != "cost" else paid) - holder.debts,
    )
