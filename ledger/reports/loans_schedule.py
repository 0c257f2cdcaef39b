"""What is to be paid on a loan and when, and what has become of it (SPEC 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.errors import Problem
from ledger.reports.loans import Opened
from ledger.rules.loans.loan import Loan


@dataclass(frozen=True)
class Plan:
    """A loan with its schedule, on a day.

    Attributes:
        charges: that have accrued by the day.
        paid: what was paid or set off of them.
    """

    opened: Opened
    day: dt.date
    loan: Loan
    charges: Decimal
    paid: Decimal

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
    loan = opened.loan(opened.fund(day), asked)
    paid = sum((amount for date, amount in loan.charges_paid if date <= day), Decimal(0))
    return Plan(opened, day, loan, loan.charges_owed(day) + paid, paid)


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
            }
            for one in loan.schedule
        ],
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
