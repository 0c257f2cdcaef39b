"""What a share-out in proportion has left open is paid later: in by who owes it, out to whom it is due (SPEC 8).

Dr cash / Cr loans, charges due, unpaid fines (fines first, the rest split as the terms say); then Dr share-out not paid
yet / Cr cash. What has come in goes out in proportion to what is still due to each, rounded as payouts are, the largest
remainders first: nobody waits longer than anybody else. Between units both books are written.

A person pays before the share-out by the meeting's sheet alone; afterwards no meeting of the cycle is held any more.
Each is booked once: the same sum of one day and person, and what the box holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from beancount.core import data

from ledger.books import Workspace
from ledger.books.write import Note, source_ids
from ledger.closing.cycle_end import (
    Asked,
    deal_of,
    done_of,
    refuse_banks,
    refuse_earlier,
    refuse_unclear,
    text,
    unknown,
)
from ledger.closing.loan_deeds import Done, book_deed, check_decision
from ledger.closing.loans import Event
from ledger.closing.problems_share_out import RepaidTooMuch, RestWaits
from ledger.closing.share_out import Booking
from ledger.loans.dealings import SOURCE_ID, Accounts, Both, Owed, pay_still_due
from ledger.loans.group_accounts import GroupAccounts
from ledger.reports.loans import Opened, open_cycle
from ledger.reports.loans_share_out import proposal_of, still_due
from ledger.rules.loans.shortfall import in_proportion
from ledger.rules.loans.splitting import split_payment

ZERO = Decimal(0)


def owed_of(opened: Opened, whom: str, shown: str, amount: Decimal, day: dt.date) -> Owed:
    """What a payment on a day settles: fines first, then as the terms split it.

    Raises:
        RepaidTooMuch: it is more than is owed then, or than is left after what was paid later.
    """
    for one in sorted({day, max(day, opened.cycle.fund.last)}):
        standing = opened.fund(one).standing(whom, one)
        owed = standing.loans + standing.charges_due + standing.fines_due
        if amount > owed:
            has, asked = text(owed, opened), text(amount, opened)
            raise RepaidTooMuch(participant=shown, cycle=opened.name, owed=has, day=one, amount=asked)
    standing = opened.fund(day).standing(whom, day)
    fines = min(amount, max(standing.fines_due, ZERO))
    principal, charge = split_payment(opened.cycle.terms, amount - fines, standing.loans, standing.charges_due)
    return Owed(loans=principal, charges=charge, fines=fines)


def book_paid_in(
    ws: Workspace, opened: Opened, name: str, amount: Decimal, asked: Asked, *, by: str, today: dt.date, dry_run: bool
) -> Done:
    """Book that a person pays what is owed after the share-out.

    Args:
        ws: the workspace.
        opened: the cycle.
        name: who pays.
        amount: in the cycle's currency.
        asked: the day; `bank`: where the money is, else in the box.
        by: who does it.
        today: the day of registration.
        dry_run: nothing is written.

    Raises:
        RepaidTooMuch: it is more than what is owed.
        Problem: why it can't be else; nothing was written.
    """
    refuse_banks(opened, replace(asked, bank=None))
    whom = opened.participant(name)
    number = opened.cycle.fund.participants.index(whom) + 1
    source = f"{SOURCE_ID}{opened.name}:rest-in:{number}:{asked.day}:{opened.money(amount)}"

    def make(now: Opened, accounts: GroupAccounts) -> Sequence[data.Transaction]:
        owed = owed_of(now, whom, now.shown(whom), amount, asked.day)
        return [_booking(now, asked, accounts).pays_in(source, whom, owed, asked.bank)]

    return book_deed(ws, opened.name, make, kind=source, note=_note(opened, asked), by=by, today=today, dry_run=dry_run)


def book_rest(ws: Workspace, cycle: str, asked: Asked, *, by: str, today: dt.date, dry_run: bool = False) -> Done:
    """Book that what has come in after a share-out is paid to those to whom something is still due.

    Args:
        ws: the workspace.
        cycle: its name.
        asked: day, decision (none is needed: the share-out's is enough), accounts.
        by: who does it.
        today: the day of registration.
        dry_run: nothing is written.

    Raises:
        RestWaits: nothing is due, or there is no money.
        LaterDealings: the fund has some after that day.
        Problem: why it can't be else; nothing was written.
    """
    opened = open_cycle(ws, cycle)
    if asked.decision:
        check_decision(ws, opened.policy, asked.decision, asked.day)
    parts = _parts(opened, asked.day)
    if not opened.cycle.persons:
        known = source_ids(ws.unit(opened.cycle.book_slug))
        events = []
        for whom, amount in parts.items():

            def both(book: Accounts, unit: Accounts, amount: Decimal = amount) -> Both:
                deal = deal_of(ws, opened.cycle.terms, asked, book, unit)
                return unknown(deal, lambda one: pay_still_due(one, amount), known)

            events.append(Event(ws.unit(whom), both))
        return done_of(ws, opened, events, by=by, today=today, dry_run=dry_run)
    refuse_banks(opened, asked)

    def make(now: Opened, accounts: GroupAccounts) -> Sequence[data.Transaction]:
        booking, known = _booking(now, asked, accounts), source_ids(ws.unit(now.cycle.book_slug))
        first, times = f"{SOURCE_ID}{now.name}:rest-out", 1
        while any(source.startswith(f"{first}:{times}:") for source in known):
            times += 1
        return [
            booking.paid_rest(f"{first}:{times}:{number}", whom, amount)
            for number, (whom, amount) in enumerate(_parts(now, asked.day).items(), 1)
        ]

    return book_deed(ws, opened.name, make, kind="", note=_note(opened, asked), by=by, today=today, dry_run=dry_run)


def lost_of(opened: Opened, lost: Decimal, day: dt.date) -> dict[str, Decimal]:
    """By how much less each gets of the share-out, where so much of what was owed in is given up after it."""
    due = still_due(opened.fund(day), day)
    money = min(lost, sum(due.values(), ZERO))
    parts = in_proportion(opened.cycle.terms, list(due.values()), money) if due else []
    return {whom: amount for whom, amount in zip(due, parts, strict=True) if amount}


def _parts(opened: Opened, day: dt.date) -> dict[str, Decimal]:
    """Who gets how much of the money there is.

    Raises:
        RestWaits, LaterDealings: it can't be paid.
        Problem: the book leaves it open who has how much.
    """
    fund = opened.fund(day)
    due = still_due(fund, day)
    if not due:
        raise RestWaits(case="nothing", cycle=opened.name, day=day)
    refuse_unclear(opened)
    refuse_earlier(opened, day)
    state = fund.state(day)
    money = min(fund.at_hand(day) - state.outside - state.unpaid_expenses, sum(due.values(), ZERO))
    if money <= 0:
        whom = ", ".join(f"{opened.shown(one)} {text(amount, opened)}" for one, amount in due.items())
        raise RestWaits(cycle=opened.name, day=day, due=text(sum(due.values(), ZERO), opened), whom=whom)
    paid = in_proportion(opened.cycle.terms, list(due.values()), money)
    return {whom: amount for whom, amount in zip(due, paid, strict=True) if amount}


def _booking(opened: Opened, asked: Asked, accounts: GroupAccounts) -> Booking:
    proposal = proposal_of(opened, opened.fund(asked.day), asked.day)
    return Booking(proposal, asked.decision, accounts, opened.ws.language)


def _note(opened: Opened, asked: Asked) -> Note:
    return Note("loan", f"{opened.name} {asked.day}", details={"cycle": opened.name})
