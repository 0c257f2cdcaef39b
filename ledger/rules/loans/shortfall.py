"""What is paid out where somebody owes more than their shares are worth: three rules (SPEC 8: share-out).

`wait`: nothing is, until it is paid in. `pro-rata`: the money there is, in proportion to the positive payouts; the rest
remains due to them. `write-off`: what is above the debts at the level of the fund that the money reaches; debts that
are not covered there are a loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ledger.rules.loans.division import Division, Holder
from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import in_quanta, nearest, unit_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens to one payout."""

    paid_now: Decimal = ZERO
    still_due: Decimal = ZERO
    owed_in: Decimal = ZERO
    written_off: Decimal = ZERO


def wait(
    _terms: Terms,
    _division: Division,
    _holders: Sequence[Holder],
    rounded: Sequence[Decimal],
    _net: Decimal,
    _at: Fraction,
) -> list[Outcome]:
    """All is paid, or nothing while somebody has to pay in."""
    if any(payout < 0 for payout in rounded):
        return [Outcome(still_due=max(payout, ZERO), owed_in=max(-payout, ZERO)) for payout in rounded]
    return [Outcome(paid_now=payout) for payout in rounded]


def in_proportion(terms: Terms, due: Sequence[Decimal], money: Decimal) -> list[Decimal]:
    """Money that there is, in proportion to what is due to each; none of which is passed.

    Args:
        terms: whose rounding counts.
        due: to each, none below zero, in the order that ties are decided by; not all zero.
        money: at most all that is due.
    """
    whole = Fraction(sum(due, ZERO))
    return in_quanta(money, [Fraction(d) * Fraction(money) / whole for d in due], terms.rounding, at_most=due)


def pro_rata(
    terms: Terms,
    _division: Division,
    _holders: Sequence[Holder],
    rounded: Sequence[Decimal],
    net: Decimal,
    _at: Fraction,
) -> list[Outcome]:
    """The money there is, in proportion to the positive payouts; none of which is passed."""
    due = [max(payout, ZERO) for payout in rounded]
    if not any(due):
        return [Outcome(owed_in=max(-payout, ZERO)) for payout in rounded]
    paid = in_proportion(terms, due, net)
    return [
        Outcome(paid_now=p, still_due=d - p, owed_in=max(-payout, ZERO))
        for p, d, payout in zip(paid, due, rounded, strict=True)
    ]


def write_off(
    terms: Terms, division: Division, holders: Sequence[Holder], rounded: Sequence[Decimal], net: Decimal, at: Fraction
) -> list[Outcome]:
    """What is above the debts at the level that the money reaches; debts that it doesn't cover are lost."""
    if all(payout >= 0 for payout in rounded):
        return [Outcome(paid_now=payout) for payout in rounded]
    rest = [division.part(h, at) - Fraction(h.debts) for h in holders]
    paid = in_quanta(net, [max(r, Fraction(0)) for r in rest], terms.rounding)
    uncovered = [max(-r, Fraction(0)) for r in rest]
    # Rounded one by one: each is its own debtor's, and together they are what the fund is found to be worth less.
    return [
        Outcome(paid_now=p, written_off=min(nearest(u, unit_of(terms.currency)), h.debts))
        for p, u, h in zip(paid, uncovered, holders, strict=True)
    ]


SETTLE = {"wait": wait, "pro-rata": pro_rata, "write-off": write_off}
