"""What a unit has to do with a rotating loan fund, asked for by hand: shares, a loan, a repayment (SPEC 8).

Both books are written in one job (`ledger.closing.loans`). A loan that the cycle's terms don't allow on its day isn't
booked; a repayment is split into principal and charges as the terms say, and isn't more than what is owed, on its day
and after what was paid later. Charges that have accrued and aren't booked yet count as owed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.books import Unit, Workspace
from ledger.closing.cycle_end import Asked, done_of, shared_out, text
from ledger.closing.cycle_rest import book_paid_in, owed_of
from ledger.closing.loan_deeds import Done, check_decision
from ledger.closing.loans import Event
from ledger.closing.problems_share_out import CycleNoPart, CycleOfPersons, LoanRefused
from ledger.loans import dealings
from ledger.loans.dealings import Accounts, Both, Deal
from ledger.reports.loans import Opened, open_cycle, unit_meant
from ledger.reports.loans_proposal import applicant, reason_text
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.loan import Loan
from ledger.rules.loans.ranking import Application, grant, rank
from ledger.rules.loans.schedules import of_terms

ZERO = Decimal(0)


@dataclass(frozen=True)
class Terms:
    """What all dealings are asked with.

    Attributes:
        day: of both books' vouchers.
        decision: that allows it; "": the cycle's own.
        bank, unit_bank: accounts that the money is on, in the fund's book and in the unit's; None: it is on its way.
    """

    day: dt.date
    decision: str = ""
    bank: str | None = None
    unit_bank: str | None = None


def buy(
    ws: Workspace, cycle: str, unit: str, shares: int, asked: Terms, *, by: str, today: dt.date, dry_run: bool = False
) -> Done:
    """A unit buys shares.

    Args:
        ws: the workspace.
        cycle: its name.
        unit: who buys.
        shares: how many.
        asked: day, decision, accounts.
        by: who does it.
        today: the day of registration.
        dry_run: nothing is written.

    Raises:
        Problem: why it can't be; nothing was written.
    """
    opened, its = _of_units(ws, cycle, unit, asked, "buy")

    def make(book: Accounts, own: Accounts) -> Both:
        return dealings.buy_shares(_deal(opened, asked, book, own), shares)

    return _book(opened, [Event(its, make)], by=by, today=today, dry_run=dry_run)


def lend(
    ws: Workspace,
    cycle: str,
    unit: str,
    amount: Decimal,
    months: int | None,
    loan: str,
    asked: Terms,
    *,
    by: str,
    today: dt.date,
    dry_run: bool = False,
) -> Done:
    """A unit borrows.

    Args:
        ws: the workspace.
        cycle: its name.
        unit: who borrows.
        amount: in the cycle's currency.
        months: agreed periods; None: the cycle's default, else 1.
        loan: its id; "": the next.
        asked: day, decision, accounts.
        by: who does it.
        today: the day of registration.
        dry_run: nothing is written.

    Raises:
        LoanRefused: the cycle's terms don't allow it.
        Problem: why it can't be else; nothing was written.
    """
    opened, its = _of_units(ws, cycle, unit, asked, "lend")
    terms, fund = opened.cycle.terms, opened.fund(asked.day)
    term = months or terms.default_term or terms.max_term or 1
    name = loan or next_loan(fund)
    if all(known.id != name for known in fund.loans):  # the same loan booked again is known below
        _refuse(opened, fund, its, amount, term, asked.day)
    charge = ZERO
    if terms.method != "declining":
        plan = of_terms(terms, amount, asked.day, term, fund.meetings)
        charge = sum((one.charge for one in plan), ZERO)

    def make(book: Accounts, own: Accounts) -> Both:
        return dealings.lend(_deal(opened, asked, book, own), name, amount, term, charge)

    return _book(opened, [Event(its, make)], by=by, today=today, dry_run=dry_run)


def repay(
    ws: Workspace,
    cycle: str,
    unit: str,
    amount: Decimal,
    asked: Terms,
    *,
    by: str,
    today: dt.date,
    dry_run: bool = False,
) -> Done:
    """A unit pays on its loans: fines first, then split as the cycle's terms say; after the share-out a person, too.

    Args:
        ws: the workspace.
        cycle: its name.
        unit: who pays.
        amount: in the cycle's currency.
        asked: day, decision, accounts.
        by: who does it.
        today: the day of registration.
        dry_run: nothing is written.

    Raises:
        RepaidTooMuch: it is more than what is owed.
        Problem: why it can't be else; nothing was written.
    """
    opened = open_cycle(ws, cycle)
    if opened.cycle.persons and shared_out(opened, asked.day):
        its_own = Asked(day=asked.day, decision=asked.decision, bank=asked.bank, unit_bank=asked.unit_bank)
        return book_paid_in(ws, opened, unit, amount, its_own, by=by, today=today, dry_run=dry_run)
    opened, its = _of_units(ws, cycle, unit, asked, "repay")
    owed = owed_of(opened, its.slug, its.name, amount, asked.day)
    principal, charge, fines = owed.loans, owed.charges, owed.fines
    loans = _paid_on(opened.fund(asked.day).loans_of(its.slug), asked.day, principal, charge)

    def make(book: Accounts, own: Accounts) -> Both:
        return dealings.repay(_deal(opened, asked, book, own), principal, charge, loans=loans, fines=fines)

    return _book(opened, [Event(its, make)], by=by, today=today, dry_run=dry_run)


def _paid_on(loans: Sequence[Loan], day: dt.date, principal: Decimal, charge: Decimal) -> list[str]:
    """Ids of the loans that a payment is on, the oldest first, as the rules will spread it."""
    found = []
    for loan in loans:
        parts = min(principal, loan.outstanding(day)), min(charge, loan.charges_owed(day))
        if max(parts) > 0:
            found.append(loan.id)
        principal, charge = (left - max(part, ZERO) for left, part in zip((principal, charge), parts, strict=True))
    return found


def next_loan(fund: Fund) -> str:
    """The next loan's id: `RF26-L02`."""
    known = {loan.id for loan in fund.loans}
    number = 1
    while f"{fund.terms.name}-L{number:02d}" in known:
        number += 1
    return f"{fund.terms.name}-L{number:02d}"


def _of_units(ws: Workspace, cycle: str, unit: str, asked: Terms, command: str) -> tuple[Opened, Unit]:
    """The cycle, and the unit that takes part.

    Raises:
        CycleOfPersons: its participants are persons.
        UnitUnknown: there is no such unit.
        CycleNoPart: it can't take part.
        CloseDecisionUnknown, CloseDecisionLater, CloseDecisionEnded: the decision that is named doesn't allow it.
    """
    opened = open_cycle(ws, cycle)
    if opened.cycle.persons:
        raise CycleOfPersons(cycle=opened.name, command=f"sambok loans {command}")
    if asked.decision:
        check_decision(ws, opened.policy, asked.decision, asked.day)
    opened.fund(asked.day)
    its = unit_meant(ws, unit)
    if its.slug == opened.cycle.book_slug:
        raise CycleNoPart(case="own", participant=its.name, cycle=opened.name)
    if not its.combine or not its.in_scope(asked.day):
        raise CycleNoPart(participant=its.name, cycle=opened.name, day=asked.day)
    return opened, its


def _refuse(opened: Opened, fund: Fund, unit: Unit, amount: Decimal, term: int, day: dt.date) -> None:
    """Refuse a loan that limit, money, term or day don't allow.

    Raises:
        LoanRefused: why.
    """
    asked = Application(participant=unit.slug, amount=amount, term=term, date=day)
    standings = {unit.slug: applicant(fund, unit.slug, day)}
    terms = opened.cycle.terms
    (found,) = grant(rank([asked], standings, "-"), standings, terms, cash=fund.at_hand(day), day=day)
    if found.granted != amount and found.outcome is not None:
        reason = reason_text(found.outcome, lambda value: text(value, opened))
        raise LoanRefused(participant=unit.name, amount=text(amount, opened), cycle=opened.name, day=day, reason=reason)


def _deal(opened: Opened, asked: Terms, book: Accounts, own: Accounts) -> Deal:
    return Deal(
        terms=opened.cycle.terms,
        book=book,
        unit=own,
        date=asked.day,
        bank=asked.bank,
        unit_bank=asked.unit_bank,
        decision=asked.decision,
        language=opened.ws.language,
    )


def _book(opened: Opened, events: Sequence[Event], *, by: str, today: dt.date, dry_run: bool) -> Done:
    return done_of(opened.ws, opened, events, by=by, today=today, dry_run=dry_run)
