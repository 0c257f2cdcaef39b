"""What is to be paid on a loan and when, what has been paid, and what is left of it (SPEC 8).

The plan is as it was agreed on the day of the loan. Beside it stands what came of it, instalment by instalment:

- What was paid back, set off or given up counts for the oldest instalment first; charges likewise, apart from it.
- A declining charge is on what is left: of periods that are over it is what was earned; of the one that runs, what is
  earned if nothing is paid before its end; of later ones, what is due if all else is paid on its day.
- What is earned after the term, while a loan is overdue, stands on days of its own.
- So principal + charge = paid + left, in each line and in all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.errors import Problem
from ledger.reports.loans import Opened
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.loan import Loan, until
from ledger.rules.loans.schedules import Instalment
from ledger.rules.rounding import cycle_unit, nearest

ZERO = Decimal(0)


@dataclass(frozen=True)
class Step:
    """An instalment, and what came of it; amounts in the cycle's currency.

    Attributes:
        due: the day.
        agreed: what it was on the day of the loan; None: a charge that was earned after the term.
        principal: to be paid back. `charge`: as it is now, what was paid early taken into account.
        paid: of both, or set off, or given up. `left`: of both.
        late: days late on the day; 0 where nothing is left of it, or it isn't over.
    """

    due: dt.date
    agreed: Instalment | None
    principal: Decimal
    charge: Decimal
    paid: Decimal
    left: Decimal
    late: int


@dataclass(frozen=True)
class Plan:
    """A loan with its schedule, on a day.

    Attributes:
        charges: that have accrued by the day.
        paid: what was paid or set off of them.
        steps: instalment by instalment.
    """

    opened: Opened
    day: dt.date
    loan: Loan
    charges: Decimal
    paid: Decimal
    steps: tuple[Step, ...]

    @property
    def owed(self) -> Decimal:
        """Principal that is left."""
        return self.loan.outstanding(self.day)

    @property
    def late(self) -> int:
        """Days late."""
        return self.loan.late_days(self.day)


def plan_of(opened: Opened, asked: str, day: dt.date) -> Plan:
    """A loan by its id, on a day.

    Raises:
        CycleLoanUnknown: there is none.
    """
    day = max(day, opened.cycle.terms.begins)
    fund = opened.fund(day)
    loan = opened.loan(fund, asked)
    paid = until(loan.charges_paid, day)
    return Plan(opened, day, loan, loan.charges_owed(day) + paid, paid, _steps(fund, loan, day))


def _steps(fund: Fund, loan: Loan, day: dt.date) -> tuple[Step, ...]:
    """What came of each instalment by a day."""
    outstanding = loan.outstanding(day) if day >= loan.given else loan.principal
    back = loan.principal - outstanding
    gone = until(loan.charges_paid, day) + until(loan.charges_lost, day)
    lefts = []
    for one in loan.schedule:
        covered = min(back, one.principal)
        back -= covered
        lefts.append(one.principal - covered)
    charges = _charges(fund, loan, lefts, day)
    lefts += [ZERO] * (len(charges) - len(lefts))
    found = []
    for (due, agreed, charge), left in zip(charges, lefts, strict=True):
        paid = min(max(gone, ZERO), charge)
        gone -= paid
        principal = agreed.principal if agreed else ZERO
        rest = left + charge - paid
        late = (day - due).days if rest and due < day else 0
        found.append(Step(due, agreed, principal, charge, principal - left + paid, rest, late))
    return tuple(found)


def _charges(
    fund: Fund, loan: Loan, lefts: Sequence[Decimal], day: dt.date
) -> list[tuple[dt.date, Instalment | None, Decimal]]:
    """The charge of each instalment as it is now, and those after the term."""
    terms, over = fund.terms, not any(lefts)
    if terms.method != "declining":
        return [(one.due, one, one.charge) for one in loan.schedule]
    unit = cycle_unit(terms.currency, terms.rounding)
    runs = next((one.due for one in loan.schedule if one.due > day), day)
    earned = fund.earned(loan, day if over else runs)
    found: list[tuple[dt.date, Instalment | None, Decimal]] = []
    before = dt.date.min
    for number, one in enumerate(loan.schedule):
        charge = sum((amount for date, amount in earned if before < date <= one.due), ZERO)
        if one.due > runs and not over:
            charge = nearest(Fraction(terms.charge) * Fraction(sum(lefts[number:], ZERO)), unit)
        found.append((one.due, one, charge))
        before = one.due
    return [*found, *((date, None, amount) for date, amount in earned if date > before)]


def as_json(made: Plan, problems: Iterable[Problem]) -> dict[str, Any]:
    """The answer of `sambok loans schedule --json`."""
    loan, money = made.loan, made.opened.money
    return {
        "schema": 1,
        "cycle": made.opened.name,
        "currency": made.opened.currency,
        "loan": loan.id,
        **made.opened.named(loan.participant),
        "date": made.day.isoformat(),
        "given": loan.given.isoformat(),
        "principal": money(loan.principal),
        "term": loan.term,
        "due": loan.due.isoformat(),
        "instalments": [
            {
                "number": one.number,
                "due": one.due.isoformat(),
                "principal": money(one.principal),
                "charge": money(one.charge),
                "total": money(one.total),
                "balance": money(one.balance),
                **_came(made, step),
            }
            for one, step in zip(loan.schedule, made.steps, strict=False)
        ],
        "after_term": [{"due": step.due.isoformat(), **_came(made, step)} for step in made.steps if not step.agreed],
        "repaid": [
            {"date": date.isoformat(), "amount": money(amount)} for date, amount in loan.repaid if date <= made.day
        ],
        "written_off": money(sum((amount for date, amount in loan.written_off if date <= made.day), Decimal(0))),
        "outstanding": money(made.owed),
        "charges": money(made.charges),
        "charges_paid": money(made.paid),
        "days_late": made.late,
        "errors": [problem.as_json() for problem in problems],
    }


def _came(made: Plan, step: Step) -> dict[str, Any]:
    """What came of an instalment."""
    money = made.opened.money
    return {
        "charge_now": money(step.charge),
        "paid": money(step.paid),
        "left": money(step.left),
        "days_late": step.late,
    }


def loans_of(opened: Opened, day: dt.date) -> tuple[tuple[Loan, Decimal], ...]:
    """All loans given by a day, each with what is left of it, those of which something is left first.

    Raises:
        CycleDay: the cycle hadn't begun.
    """
    given = [(loan, loan.outstanding(day)) for loan in opened.fund(day).loans if loan.given <= day]
    return tuple(sorted(given, key=lambda row: row[1] <= 0))


def list_json(opened: Opened, day: dt.date, problems: Iterable[Problem]) -> dict[str, Any]:
    """The answer of `sambok loans schedule CYCLE --json`."""
    return {
        "schema": 1,
        "cycle": opened.name,
        "currency": opened.currency,
        "date": day.isoformat(),
        "loans": [
            {
                "loan": loan.id,
                **opened.named(loan.participant),
                "given": loan.given.isoformat(),
                "principal": opened.money(loan.principal),
                "due": loan.due.isoformat(),
                "outstanding": opened.money(left),
                "days_late": loan.late_days(day),
            }
            for loan, left in loans_of(opened, day)
        ],
        "errors": [problem.as_json() for problem in problems],
    }
