"""Loans that are overdue, as things to do: who keeps the fund asks for them, a unit that has borrowed pays (SPEC 8).

A group's members are persons: their names are said in the group's own list alone. Elsewhere a loan is a code such as
`NK26-L01`; one that is called otherwise, perhaps by somebody's name, isn't called anything there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import urlencode

from ledger.loans import Cycle
from ledger.messages import N_, say
from ledger.reports.levy import in_full
from ledger.reports.task import Task
from ledger.rules.loans.loan import Loan

ZERO = Decimal(0)


def overdue(cycles: Mapping[str, Cycle], unit: str | None = None, *, today: dt.date) -> tuple[Task, ...]:
    """A task for each loan of which something should have been paid back before today.

    Args:
        cycles: those whose books are without errors, by name.
        unit: whose list it is for (slug): the fund's, or the borrower's; None = the federation's, each loan once.
        today: what is due today isn't late yet.
    """
    found = []
    for _, cycle in sorted(cycles.items()):
        for loan in cycle.fund.loans:
            since = loan.late_since(today)
            if since is None:
                continue
            if unit in {None, cycle.book_slug}:
                found.append(_task(cycle, loan, since, today, cycle.book_slug, _whom(cycle, loan, unit)))
            elif not cycle.persons and loan.participant == unit:
                found.append(_task(cycle, loan, since, today, unit, ""))
    return tuple(found)


def late_principal(loan: Loan, today: dt.date) -> Decimal:
    """What should have been paid back of a loan before today, and wasn't."""
    should = sum((one.principal for one in loan.schedule if one.due < today), ZERO)
    return (loan.principal if loan.due < today else should) - (loan.principal - loan.outstanding(today))


def _whom(cycle: Cycle, loan: Loan, unit: str | None) -> str:
    """Who has borrowed, as far as the list may say it; "" where it may not."""
    if unit == cycle.book_slug or (not cycle.persons and loan.participant in cycle.ws.units):
        return cycle.names.get(loan.participant, loan.participant)
    return ""


def _task(cycle: Cycle, loan: Loan, since: dt.date, today: dt.date, unit: str, whom: str) -> Task:
    """What is to be paid back, and who sees to it."""
    code, amount, currency = _code(cycle, loan), late_principal(loan, today), cycle.terms.currency
    text = N_("{loan} is overdue since {date}: {amount} {currency} to be paid back.")
    if whom:
        text = N_("{participant}: {loan} is overdue since {date}: {amount} {currency} to be paid back.")
    told = say(
        text,
        participant=whom,
        loan=code or say(N_("A loan of {cycle}"), cycle=cycle.name),
        date=since,
        amount=in_full(amount, currency),
        currency=currency,
    )
    return Task(
        kind="overdue",
        unit=unit,
        text=told,
        command=f"sambok loans schedule {cycle.name} {code}" if code else f"sambok loans schedule {cycle.name}",
        page=f"/{unit}/extension/Loans/?{urlencode({'cycle': cycle.name})}",
        date=since,
        amount=(amount, currency),
    )


def _code(cycle: Cycle, loan: Loan) -> str:
    """A loan's code, where it is one: anything else may be somebody's name."""
    return loan.id if re.fullmatch(rf"{re.escape(cycle.name)}-L[0-9]{{1,6}}", loan.id, re.ASCII) else ""
