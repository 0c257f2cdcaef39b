"""When a unit pays back what the fund has lent: the plan of an agreement, and what is late (SPEC 9).

The plan begins with the first payment: one instalment a month, on the same day of the month (31 January, 28 February,
31 March). While `grace` lasts only interest is due. Principal comes back in equal parts, in equal instalments
(annuity) or at the end; the last instalment takes what rounding left. The plan's interest is what is due where
everybody pays on the day; what is booked is what has accrued (`interest`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice, pairwise
from typing import Final

from ledger.rules.funds.interest import Basis
from ledger.rules.funds.terms import AgreementTerms, Repayment
from ledger.rules.loans import terms as loan_terms
from ledger.rules.loans.periods import LONGEST, ends_of
from ledger.rules.loans.schedules import Instalment, schedule
from ledger.rules.rounding import unit_of

REPAID: Final[dict[Repayment, loan_terms.Repayment]] = {
    "equal-principal": "equal-principal",
    "annuity": "equal-instalments",
    "at-end": "bullet",
}
ZERO = Decimal(0)


def plan(
    agreement: AgreementTerms,
    first: dt.date,
    currency: str,
    *,
    amount: Decimal | None = None,
    basis: Basis = "actual/365",
) -> tuple[Instalment, ...]:
    """The plan of a loan.

    Args:
        agreement: of kind loan; one without a term has no plan.
        first: the day of the first payment.
        currency: central's.
        amount: what has been paid out, where that isn't the whole amount of the agreement.
        basis: how the days of a month count for its interest.

    Returns:
        An instalment for each month of the term; Σ principal is the amount, to the currency's unit.
    """
    if agreement.kind != "loan" or agreement.term <= 0:
        return ()
    lent = agreement.amount if amount is None else amount
    month = loan_terms.Terms(name=agreement.case, currency=currency, share_value=Decimal(1), begins=first)
    dues = tuple(islice(ends_of(month, first), min(agreement.term, LONGEST)))
    parts = [Fraction((end - start).days * 12, 365) for start, end in pairwise((first, *dues))]
    rows = schedule(
        principal=lent,
        rate=Fraction(agreement.interest) / 12,
        dues=dues,
        repayment=REPAID[agreement.repayment],
        grace=agreement.grace,
        parts=parts if basis == "actual/365" else (),
        unit=unit_of(currency),
    )
    assert sum((row.principal for row in rows), ZERO) == lent
    return rows


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is late of a plan on a day.

    Attributes:
        amount: principal; 0 where nothing is late.
        since: the day on which the oldest instalment that isn't covered was due.
        days: that have passed since then.
        instalments: how many aren't covered.
    """

    amount: Decimal = ZERO
    since: dt.date | None = None
    days: int = 0
    instalments: int = 0


def overdue(instalments: Iterable[Instalment], paid: Decimal, day: dt.date) -> Overdue:
    """What of the principal is late at the end of a day; on the day it is due it isn't yet.

    Args:
        instalments: the plan.
        day: the day.
        paid: all principal that has been paid back (or written off) by then; it covers the oldest instalments first.
    """
    left, late, since, count = paid, ZERO, None, 0
    for row in sorted((row for row in instalments if row.due < day), key=lambda row: row.due):
        covered = min(max(left, ZERO), row.principal)
        left -= covered
        if covered < row.principal:
            late += row.principal - covered
            since = since or row.due
            count += 1
    return Overdue(late, since, (day - since).days if since else 0, count)
