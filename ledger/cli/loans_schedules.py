"""A cycle's loans in the window: all of them, and the schedule of one with what came of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger.cli.context import stdout
from ledger.cli.loans_tables import tell, title, with_currency
from ledger.cli.tables import amount_text, print_table
from ledger.messages import N_, say

if TYPE_CHECKING:
    from ledger.reports.loans import Opened
    from ledger.reports.loans_schedule import Plan


def print_loans(opened: Opened, day: dt.date) -> None:
    """All loans, those of which something is left first."""
    from ledger.reports.loans_schedule import loans_of  # noqa: PLC0415  only for people

    console, currency, found = stdout(), opened.currency, loans_of(opened, day)
    title(console, say(N_("{cycle}: loans on {date}"), cycle=opened.name, date=day))
    if not found:
        tell(console, say(N_("No loan was given yet.")))
        return
    heads = N_("Loan"), N_("Participant"), N_("Given"), N_("Lent"), N_("Left"), N_("Due"), N_("Days late")
    rows = []
    for loan, left in found:
        amounts = amount_text(loan.principal, currency), amount_text(left, currency)
        days = str(loan.late_days(day) or "")
        rows.append([loan.id, opened.shown(loan.participant), str(loan.given), *amounts, str(loan.due), days])
    print_table(console, [say(head) for head in heads], rows, left={0, 1, 2, 5})


#: Columns of a schedule that add up.
SUMS = ("principal", "charge", "paid", "left")


def print_plan(made: Plan) -> None:
    """A loan's schedule, and what has become of it."""
    opened, loan, currency = made.opened, made.loan, made.opened.currency
    console = stdout()
    whom = opened.shown(loan.participant)
    title(console, say(N_("{loan}: {participant}, {date}"), loan=loan.id, participant=whom, date=loan.given))
    told = N_("Lent {amount} for {term} periods, to be paid back by {due}.")
    tell(console, say(told, amount=with_currency(opened, loan.principal), term=loan.term, due=loan.due))
    heads = (
        *(N_("Due"), N_("As agreed"), N_("Principal"), N_("Charge")),
        *(N_("Paid"), N_("Still to pay"), N_("Days late")),
    )
    rows = []
    for one in made.steps:
        planned = amount_text(one.agreed.total, currency) if one.agreed else ""
        amounts = [amount_text(a, currency) for a in (one.principal, one.charge, one.paid, one.left)]
        rows.append([one.due.isoformat(), planned, *amounts, str(one.late or "")])
    agreed = sum((one.agreed.total for one in made.steps if one.agreed), Decimal(0))
    sums = [sum((getattr(one, part) for one in made.steps), Decimal(0)) for part in SUMS]
    rows.append([say(N_("All")), *(amount_text(a, currency) for a in (agreed, *sums)), ""])
    print_table(console, [say(head) for head in heads], rows, left={0})
    for date, amount in loan.repaid:
        if date <= made.day:
            tell(
                console,
                say(N_("{date}: {amount} paid back or set off."), date=date, amount=with_currency(opened, amount)),
            )
    told = N_("On {date}: {left} of the loan is left; charges {charges}, of which {paid} is paid.")
    charges, paid = with_currency(opened, made.charges), with_currency(opened, made.paid)
    tell(console, say(told, date=made.day, left=with_currency(opened, made.owed), charges=charges, paid=paid))
    if made.late:
        since = loan.late_since(made.day)
        tell(console, say(N_("Overdue since {due}: {days} days late."), due=since, days=made.late))
