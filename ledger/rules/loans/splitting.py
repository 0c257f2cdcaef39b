"""How one sum paid on a loan is split between principal and charge (SPEC 8; research 1.2 nr 4).

Three rules are in use: the charge first (declining balances), the principal first, or both in proportion to what is
owed of each. The rule decides in which period the fund has its income, so it is agreed on in the terms. The parts
always add up to what was paid; neither exceeds what is owed of it. What is paid beyond both is principal paid too
much: it is told, and stands with the borrower until it is paid out or lent again.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import cycle_unit, nearest


def split_payment(
    terms: Terms, amount: Decimal, principal_owed: Decimal, charge_owed: Decimal
) -> tuple[Decimal, Decimal]:
    """Split what was paid on a loan.

    Args:
        terms: whose `split` and rounding count; all amounts are in their currency.
        amount: what was paid.
        principal_owed: on that day, the payment not yet counted. Less than nothing counts as nothing.
        charge_owed: likewise.

    Returns:
        Principal and charge; their sum is `amount`. What exceeds both (`overpaid`) is in the principal.
    """
    principal, charge = max(principal_owed, Decimal(0)), max(charge_owed, Decimal(0))
    paid = min(max(amount, Decimal(0)), principal + charge)
    if terms.split == "charge-first":
        to_charge = min(paid, charge)
    elif terms.split == "principal-first":
        to_charge = paid - min(paid, principal)
    elif paid == principal + charge:
        to_charge = charge
    else:
        share = Fraction(paid) * Fraction(charge) / Fraction(principal + charge)
        # Rounded, it might come to more than is owed or was paid: the unit may be coarser than the debt.
        rounded = nearest(share, cycle_unit(terms.currency, terms.rounding))
        to_charge = min(max(rounded, paid - principal), charge, paid)
    return amount - to_charge, to_charge


def overpaid(amount: Decimal, principal_owed: Decimal, charge_owed: Decimal) -> Decimal:
    """What was paid beyond all that is owed; 0 where nothing was."""
    owed = max(principal_owed, Decimal(0)) + max(charge_owed, Decimal(0))
    return max(amount - owed, Decimal(0))
