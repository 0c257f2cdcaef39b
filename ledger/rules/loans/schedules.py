"""What a borrower is to pay and when: the schedule of a loan (SPEC 8; the samples' banks agree to the cent).

Flat: charge × principal × agreed periods, in equal parts. Declining: each period's charge is on what was left at its
beginning. Principal is paid back in equal parts, in equal instalments (annuity: principal and charge together stay
the same), or at the end (`bullet`; `free`, where people pay as they can, is due by the end at the latest). The last
instalment takes what rounding left, so that the principal paid is the principal lent, to the smallest unit.

Each charge is rounded by itself, so that whoever works one out gets what the schedule shows. A group that rounds to
whole tens knows that 4.90 is nothing to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Final

from ledger.rules.loans.periods import LONGEST, ends_of
from ledger.rules.loans.terms import Method, Repayment, Terms
from ledger.rules.rounding import cycle_unit, nearest

Rounding = Callable[[Fraction, Decimal], Decimal]

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Instalment:
    """What is due on one day. Amounts are in the loan's currency.

    Attributes:
        number: 1 for the first.
        due: the day.
        principal, charge, fee: what is to be paid of each.
        total: their sum.
        balance: principal that is left when it is paid.
    """

    number: int
    due: dt.date
    principal: Decimal
    charge: Decimal
    fee: Decimal
    total: Decimal
    balance: Decimal


def of_terms(
    terms: Terms, principal: Decimal, first: dt.date, term: int, meetings: Sequence[dt.date] = ()
) -> tuple[Instalment, ...]:
    """The schedule of a loan by its cycle's terms.

    Args:
        terms: of the cycle.
        principal: what is lent.
        first: the day of the loan.
        term: agreed periods; fewer than one counts as one, more than `LONGEST` as that.
        meetings: days of the participants' meetings, as far as they are known.

    Returns:
        An instalment for each period. One in all, at the end of the term, where charge and principal are both owed
        then: flat charges and roll-over when people pay as they can, or all at the end.
    """
    dues = tuple(islice(ends_of(terms, first, meetings), min(max(term, 1), LONGEST)))
    unit = cycle_unit(terms.currency, terms.rounding)
    if terms.method != "declining" and terms.repayment in {"free", "bullet"}:
        charge = nearest(Fraction(terms.charge) * Fraction(principal) * len(dues), unit)
        return (Instalment(1, dues[-1], principal, charge, NOTHING, principal + charge, NOTHING),)
    return schedule(
        principal=principal,
        rate=terms.charge,
        dues=dues,
        method=terms.method,
        repayment=terms.repayment,
        grace=terms.grace,
        unit=unit,
    )


def schedule(
    *,
    principal: Decimal,
    rate: Decimal | Fraction,
    dues: Sequence[dt.date],
    method: Method = "declining",
    repayment: Repayment = "equal-principal",
    grace: int = 0,
    parts: Sequence[Fraction] = (),
    unit: Decimal = Decimal("0.01"),
    multiple: Decimal | None = None,
    fee: Decimal = NOTHING,
    rounding: Rounding = nearest,
) -> tuple[Instalment, ...]:
    """A loan's schedule.

    Args:
        principal: what is lent.
        rate: the charge per period, 0.01 is 1 %.
        dues: the days on which the periods end, in order; one instalment each.
        method: `roll-over` is `flat` until the agreed periods are over.
        repayment: of the principal; `free` and `bullet` are due with the last instalment.
        grace: periods at the beginning in which no principal is due (charges are); the last one always has principal.
        parts: how much of each period is charged, 1 where nothing is said; 1/2 for a first period that is half as long.
        unit: what principal and charge are rounded to.
        multiple: what equal instalments (principal and charge together) are rounded to; `unit` where nothing is said.
        fee: of each instalment's principal and charge, 0.015 is 1.5 %.
        rounding: `nearest` (halves away from zero) or `nearest_even` (as the samples' banks do).

    Returns:
        The instalments. Σ principal = `principal`; balances never rise and end at 0.
    """
    count = len(dues)
    shares = [Fraction(p) for p in parts[:count]] + [Fraction(1)] * (count - len(parts))
    flat = method != "declining"
    grace = max(0, min(grace, count - 1))
    part = _part(principal, Fraction(rate), count - grace, flat=flat, repayment=repayment)
    whole = rounding(Fraction(rate) * Fraction(principal) * sum(shares), unit)
    charged, left = NOTHING, principal
    rows = []
    for number, (due, share) in enumerate(zip(dues, shares, strict=True), 1):
        exact = Fraction(rate) * Fraction(principal if flat else left) * share
        last = number == count
        if flat and last:
            charge = whole - charged
        else:
            charge = rounding(exact, unit)
            charge = min(charge, whole - charged) if flat else charge
        charged += charge
        if last:
            paid = left
        elif number <= grace or part is None:
            paid = NOTHING
        elif repayment == "equal-instalments":
            paid = rounding(part, multiple or unit) - charge
        else:
            paid = rounding(part, unit)
        paid = min(max(paid, NOTHING), left)
        left -= paid
        extra = rounding(Fraction(fee) * Fraction(paid + charge), unit)
        rows.append(Instalment(number, due, paid, charge, extra, paid + charge + extra, left))
    assert sum((r.principal for r in rows), NOTHING) == principal
    return tuple(rows)


def _part(principal: Decimal, rate: Fraction, count: int, *, flat: bool, repayment: Repayment) -> Fraction | None:
    """What is paid a period: with the charge where instalments are equal, else principal; None: all at the end."""
    if repayment in {"free", "bullet"}:
        return None
    lent = Fraction(principal)
    if repayment == "equal-principal":
        return lent / count
    if flat or rate == 0:
        return lent / count + lent * rate
    return lent * rate / (1 - (1 + rate) ** -count)
