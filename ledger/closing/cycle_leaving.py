"""Who leaves a cycle before its end, and what nobody will pay any more (SPEC 8; research: leaving, death, write-off).

A leaver hands the shares in for what was agreed on; what is owed is set off, the rest is paid out, to the heir of who
has died. A loan that is given up is a loss of all, with the charges that are owed on it. Both need a decision.

What is given up after a share-out in proportion is the loss of those who still wait for it: they get so much less.

Each is booked once: whoever has left has nothing more, and of a loan that was given up nothing is left. What was taken
back may be booked again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from beancount.core import data

from ledger.books import Workspace
from ledger.books.write import Note, source_ids
from ledger.closing.cycle_end import (
    Asked,
    deal_of,
    done_of,
    propose,
    refuse_banks,
    refuse_earlier,
    refuse_unclear,
    text,
    unit_event,
    unknown,
)
from ledger.closing.cycle_rest import lost_of
from ledger.closing.loan_deeds import Done, book_deed, check_decision
from ledger.closing.loans import Event
from ledger.closing.problems_share_out import LeaverOwes, LoanRepaid
from ledger.closing.share_out import Booking
from ledger.loans.dealings import SOURCE_ID, Accounts, Both, Owed, give_up_still_due, write_off
from ledger.loans.group_accounts import GroupAccounts
from ledger.reports.loans import Opened, open_cycle
from ledger.reports.loans_share_out import holders_of
from ledger.rules.loans.leaving import Leaver, leaver
from ledger.rules.loans.loan import Loan
from ledger.rules.loans.shareout import Debts, Payout

ZERO = Decimal(0)


def leaving(opened: Opened, whom: str, day: dt.date) -> Leaver:
    """What somebody gets who leaves on a day.

    Raises:
        LeaverOwes: it can't be paid yet.
    """
    fund = opened.fund(day)
    state, holders = fund.state(day), holders_of(fund, day)
    own = next((one for one in holders if one.participant == whom), None)
    shown = opened.shown(whom)
    if own is None:
        raise LeaverOwes(case="nothing", participant=shown, cycle=opened.name, day=day)
    found = leaver(opened.cycle.terms, own, fund=state.fund, charges=state.charges, shares=holders)
    if found.payout < 0:
        raise LeaverOwes(
            participant=shown,
            cycle=opened.name,
            gross=text(found.gross, opened),
            debts=text(found.debts, opened),
            amount=text(-found.payout, opened),
        )
    if found.payout > state.cash:
        amount, cash = text(found.payout, opened), text(state.cash, opened)
        raise LeaverOwes(case="cash", participant=shown, cycle=opened.name, amount=amount, cash=cash)
    return found


def book_leaver(
    ws: Workspace, cycle: str, name: str, asked: Asked, *, heir: str, by: str, today: dt.date, dry_run: bool = False
) -> Done:
    """Book that somebody leaves: the shares are handed in, debts set off, the rest paid out.

    Args:
        ws: the workspace.
        cycle: its name.
        name: who leaves.
        asked: the day, and the decision.
        heir: who is paid where somebody has died; "" else.
        by: who does it.
        today: the day of registration.
        dry_run: nothing is written.

    Raises:
        LeaverOwes: it can't be paid yet.
        LaterDealings: the fund has some after that day.
        Problem: as `book_share_out`.
    """
    opened = open_cycle(ws, cycle)
    check_decision(ws, opened.policy, asked.decision, asked.day)
    whom = opened.participant(name)
    number = opened.cycle.fund.participants.index(whom) + 1
    if not opened.cycle.persons:
        payout = _leaver_paid(opened, whom, asked.day)
        event = unit_event(ws, opened, asked, payout)
        return done_of(ws, opened, [event], by=by, today=today, dry_run=dry_run)
    refuse_banks(opened, asked)
    source = f"{SOURCE_ID}{opened.name}:leaves:{number}:{asked.day}"

    def make(now: Opened, accounts: GroupAccounts) -> Sequence[data.Transaction]:
        known = source_ids(ws.unit(now.cycle.book_slug))
        if source in known and not has_any(now, whom, asked.day):
            return ()
        payout = _leaver_paid(now, whom, asked.day)
        booking = Booking(propose(now, asked), asked.decision, accounts, ws.language)
        return [booking.leaves(_fresh(source, known), payout, heir)]

    note = Note("loan", f"{opened.name} {asked.day}", details={"cycle": opened.name, "decision": asked.decision})
    return book_deed(ws, opened.name, make, kind="", note=note, by=by, today=today, dry_run=dry_run)


def has_any(opened: Opened, whom: str, day: dt.date) -> bool:
    """Whether somebody has shares, or owes something, on a day."""
    return any(one.participant == whom for one in holders_of(opened.fund(day), day))


def _fresh(source: str, known: Collection[str]) -> str:
    """A `source-id` that the book doesn't have; what has the first one there was taken back."""
    number, found = 1, source
    while found in known:
        number += 1
        found = f"{source}:{number}"
    return found


def _leaver_paid(opened: Opened, whom: str, day: dt.date) -> Payout:
    """What a leaver is paid, where it can be.

    Raises:
        LeaverOwes, LaterDealings: it can't.
        Problem: the book leaves it open who has how much.
    """
    refuse_unclear(opened)
    its = leaving(opened, whom, day)
    refuse_earlier(opened, day)
    return _payout_of(opened, its, day)


def _payout_of(opened: Opened, its: Leaver, day: dt.date) -> Payout:
    """A leaver's payout, as a share-out has it."""
    standing = opened.fund(day).standing(its.participant, day)
    debts = Debts(loans=standing.loans, charges=standing.charges_due, fines=standing.fines_due)
    assert debts.total == its.debts
    return Payout(
        participant=its.participant,
        shares=its.shares,
        cost=standing.savings,
        gross=its.gross,
        debts=its.debts,
        payout=its.payout,
        exact=Fraction(its.payout),
        paid_now=its.payout,
        still_due=ZERO,
        owed_in=ZERO,
        written_off=ZERO,
        set_off=debts,
        remaining=Debts(),
        lost=Debts(),
    )


def book_write_off(
    ws: Workspace, cycle: str, loan: str, asked: Asked, *, by: str, today: dt.date, dry_run: bool = False
) -> Done:
    """Book that a loan is given up: what is left of it, and the charges that are owed on it, is a loss of all.

    Args:
        ws: the workspace.
        cycle: its name.
        loan: its id.
        asked: the day, and the decision.
        by: who does it.
        today: the day of registration.
        dry_run: nothing is written.

    Raises:
        LoanRepaid: nothing is left of it.
        Problem: as `book_share_out`.
    """
    opened = open_cycle(ws, cycle)
    check_decision(ws, opened.policy, asked.decision, asked.day)
    found = opened.loan(opened.fund(asked.day), loan)
    source = f"{SOURCE_ID}{opened.name}:write-off:{found.id}:{asked.day}"
    if not opened.cycle.persons:
        owed, known = _owed(opened, found, asked.day), source_ids(ws.unit(opened.cycle.book_slug))

        def both(book: Accounts, unit: Accounts) -> Both:
            # Two loans of one unit, of one amount, may be given up on one day.
            deal = replace(deal_of(ws, opened.cycle.terms, asked, book, unit), number=found.id)
            return unknown(deal, lambda one: write_off(one, owed, loans=[found.id]), known)

        events = [Event(ws.unit(found.participant), both)]
        for whom, less in lost_of(opened, owed.total, asked.day).items():

            def lost(book: Accounts, unit: Accounts, less: Decimal = less) -> Both:
                deal = replace(deal_of(ws, opened.cycle.terms, asked, book, unit), number=found.id)
                return unknown(deal, lambda one: give_up_still_due(one, less), known)

            events.append(Event(ws.unit(whom), lost))
        return done_of(ws, opened, events, by=by, today=today, dry_run=dry_run)

    def make(now: Opened, accounts: GroupAccounts) -> Sequence[data.Transaction]:
        known, still = source_ids(ws.unit(now.cycle.book_slug)), now.loan(now.fund(asked.day), loan)
        if source in known and not _left_of(still, asked.day).total:
            return ()
        booking = Booking(propose(now, asked), asked.decision, accounts, ws.language)
        owed = _owed(now, still, asked.day)
        made = [booking.given_up(_fresh(source, known), still, owed)]
        for number, (whom, less) in enumerate(lost_of(now, owed.total, asked.day).items(), 1):
            made.append(booking.lost_rest(_fresh(f"{source}:rest:{number}", known), whom, less))
        return made

    note = Note("loan", f"{opened.name} {found.id}", details={"cycle": opened.name, "decision": asked.decision})
    return book_deed(ws, opened.name, make, kind="", note=note, by=by, today=today, dry_run=dry_run)


def _left_of(loan: Loan, day: dt.date) -> Owed:
    """What is owed on a loan on a day."""
    return Owed(loans=loan.outstanding(day), charges=max(loan.charges_owed(day), ZERO))


def _owed(opened: Opened, loan: Loan, day: dt.date) -> Owed:
    """What is left of a loan, where it can be given up.

    Raises:
        LoanRepaid: nothing.
        LaterDealings: the fund has some after that day.
    """
    owed = _left_of(loan, day)
    if not owed.total:
        raise LoanRepaid(loan=loan.id, day=day)
    refuse_earlier(opened, day)
    return owed
