"""A cycle is shared out (SPEC 8); who leaves before, and what is given up, is `cycle_leaving`.

Between persons the book of the group alone is written, between units the fund's and the unit's in one job. Each needs a
decision in force on its day, is worked out under the lock from what the book holds then, and is booked once.

How this module reads the contract where it leaves room:

- A cycle is shared out where shares were sold and none are held any more: then a share-out books nothing.
- Who leaves money in buys whole shares of the next cycle, on the day of the share-out, with what would have been paid.
- Nothing is paid out, and no loan given up, on a day before a dealing of the fund that stands: figures of that day
  don't know what was paid, lent or given back since.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from beancount.core import data

from ledger.books import Workspace
from ledger.books.write import Note, source_ids
from ledger.closing.loan_deeds import Done, book_deed, check_decision
from ledger.closing.loans import Event, book_events
from ledger.closing.problems_share_out import CycleOfPersons, LaterDealings, ShareOutLeftIn, ShareOutWaits
from ledger.closing.share_out import Booking, source_of
from ledger.loans.dealings import Accounts, Both, Deal, Owed, SharedOut, buy_shares, share_out
from ledger.loans.group_accounts import GroupAccounts
from ledger.messages import number_text
from ledger.reports.loans import Opened, open_cycle
from ledger.reports.loans_share_out import UNCLEAR, Proposal, proposal_of
from ledger.rules.loans.carry import LeftIn, leave_in
from ledger.rules.loans.movements import SOCIAL
from ledger.rules.loans.shareout import Payout
from ledger.rules.loans.terms import ShareOut, Shortfall, Terms
from ledger.rules.rounding import decimals

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be booked.

    Attributes:
        day: of all vouchers.
        decision: that allows it.
        left: who leaves in how many shares of the cycle `into`, by name.
        rule, shortfall: where the meeting has decided otherwise than the terms say.
        bank, unit_bank: accounts that the money is on, in the book of a fund between units, and in the units'; None: it
            is on its way.
    """

    day: dt.date
    decision: str = ""
    left: Mapping[str, int] = field(default_factory=dict)
    into: str = ""
    rule: ShareOut | None = None
    shortfall: Shortfall | None = None
    bank: str | None = None
    unit_bank: str | None = None


def propose(opened: Opened, asked: Asked) -> Proposal:
    """The share-out that would be booked."""
    return proposal_of(opened, opened.fund(asked.day), asked.day, rule=asked.rule, shortfall=asked.shortfall)


def shared_out(opened: Opened, day: dt.date) -> bool:
    """Whether a cycle was shared out by a day."""
    fund = opened.fund(day)
    return bool(fund.first_shares) and fund.state(day).shares == 0


def book_share_out(ws: Workspace, cycle: str, asked: Asked, *, by: str, today: dt.date, dry_run: bool = False) -> Done:
    """Book a share-out, once.

    Args:
        ws: the workspace.
        cycle: its name.
        asked: what the meeting decided.
        by: who does it.
        today: the day of registration.
        dry_run: nothing is written.

    Raises:
        ShareOutWaits: it can't be booked yet.
        ShareOutLeftIn: money can't be left in so.
        CloseDecisionUnknown, CloseDecisionLater, CloseDecisionEnded: nothing allows it.
        Problem: a book has errors, or would have; nothing was written.
    """
    opened = open_cycle(ws, cycle)
    check_decision(ws, opened.policy, asked.decision, asked.day)
    if shared_out(opened, asked.day):
        return Done({}, "", len(opened.cycle.fund.first_shares))
    if opened.cycle.persons:
        refuse_banks(opened, asked)
    else:
        return _between_units(ws, opened, asked, by=by, today=today, dry_run=dry_run)

    def make(now: Opened, accounts: GroupAccounts) -> Sequence[data.Transaction]:
        if shared_out(now, asked.day):
            return ()
        proposal, left, new = _sound(ws, now, asked)
        source = _source(ws, now)
        return Booking(proposal, asked.decision, accounts, ws.language, source).entries(left, new)

    note = Note("loan", f"{opened.name} {asked.day}", details={"cycle": opened.name, "decision": asked.decision})
    return book_deed(ws, opened.name, make, kind="", note=note, by=by, today=today, dry_run=dry_run)


def _source(ws: Workspace, opened: Opened) -> str:
    """What the `source-id` of each voucher begins with: of a share-out that was taken back, and is done again, 2 ..."""
    first = source_of(opened.name)
    known = source_ids(ws.unit(opened.cycle.book_slug))
    if not any(source.startswith(first) for source in known):
        return first
    times = 2
    while any(source.startswith(f"{first}{times}:") for source in known):
        times += 1
    return f"{first}{times}:"


def _sound(ws: Workspace, opened: Opened, asked: Asked) -> tuple[Proposal, tuple[LeftIn, ...], Terms | None]:
    """A share-out that can be booked, with what is left in.

    Raises:
        LaterDealings, ShareOutWaits, ShareOutLeftIn: it can't.
    """
    refuse_unclear(opened)
    refuse_earlier(opened, asked.day)
    proposal = propose(opened, asked)
    refuse(proposal)
    new = _next(ws, opened, asked) if asked.into or asked.left else None
    return proposal, _left(opened, proposal, asked, new) if new is not None else (), new


def refuse_banks(opened: Opened, asked: Asked) -> None:
    """Refuse accounts that only a fund between units asks for: a group's money is where its book has it.

    Raises:
        CycleOfPersons: one is named.
    """
    named = "--bank" if asked.bank is not None else "--unit-bank" if asked.unit_bank is not None else ""
    if named:
        raise CycleOfPersons(case="option", cycle=opened.name, command=named)


def refuse_unclear(opened: Opened) -> None:
    """Refuse to pay anything out while the book leaves it open who has how much.

    Raises:
        Problem: the first thing that is unclear.
    """
    for problem in opened.problems:
        if problem.code in UNCLEAR:
            raise problem


def refuse_earlier(opened: Opened, day: dt.date) -> None:
    """Refuse what would be worked out without dealings that stand; what was taken back on their day is none.

    Raises:
        LaterDealings: the fund has some after `day`.
    """
    sums: dict[tuple[str, str, str, dt.date], Decimal] = defaultdict(lambda: ZERO)
    for one in opened.cycle.fund.movements:
        if one.date > day and one.part not in SOCIAL:
            sums[one.part, one.participant, one.loan, one.date] += one.amount
    later = [date for (_, _, _, date), amount in sums.items() if amount]
    if later:
        raise LaterDealings(cycle=opened.name, day=day, last=max(later))


def refuse(proposal: Proposal) -> None:
    """Refuse a share-out that can't be booked yet.

    Raises:
        ShareOutWaits: why.
    """
    opened, shared = proposal.opened, proposal.shared
    blocked = shared.blocked or ("" if shared.payouts else "no-shares")
    if not blocked:
        return
    owing = ", ".join(f"{opened.shown(p.participant)} {text(p.owed_in, opened)}" for p in proposal.owing)
    raise ShareOutWaits(
        case=blocked,
        cycle=opened.name,
        day=proposal.day,
        owing=owing,
        outside=text(shared.outside + shared.unpaid_expenses, opened),
        cash=text(shared.cash, opened),
    )


def text(amount: Decimal, opened: Opened) -> str:
    """An amount with its currency, as people read it."""
    return f"{number_text(amount, decimals(opened.currency))} {opened.currency}"


def _next(ws: Workspace, opened: Opened, asked: Asked) -> Terms:
    """The cycle that money is left in for.

    Raises:
        ShareOutLeftIn: it can't be.
        CycleNotFound: there is none of that name.
    """
    if not asked.into:
        raise ShareOutLeftIn(case="into")
    new = open_cycle(ws, asked.into).cycle
    said: dict[str, Any] = {"cycle": opened.name, "new": new.terms.name, "day": asked.day}
    if new.terms.name == opened.name:
        raise ShareOutLeftIn(case="same", **said)
    if new.book_slug != opened.cycle.book_slug:
        raise ShareOutLeftIn(case="book", book=new.book_slug, **said)
    assert new.terms.currency == opened.currency, "policy lets a cycle have no other currency than its book"
    if new.terms.begins > asked.day:
        raise ShareOutLeftIn(case="begins", begins=new.terms.begins, **said)
    return new.terms


def _left(opened: Opened, proposal: Proposal, asked: Asked, new: Terms) -> tuple[LeftIn, ...]:
    """What each leaves in, checked against what is paid out."""
    wished = {opened.participant(name): count for name, count in asked.left.items() if count}
    found = leave_in(proposal.shared, {who: count * new.share_value for who, count in wished.items()}, new)
    for one in found:
        count, shown = wished[one.participant], opened.shown(one.participant)
        if one.shares < count:
            raise ShareOutLeftIn(
                participant=shown,
                count=count,
                amount=text(one.wished, opened),
                paid=text(one.amount + one.paid, opened),
                most=one.shares,
            )
        if new.max_shares is not None and count > new.max_shares:
            raise ShareOutLeftIn(case="most", participant=shown, count=count, new=new.name, most=new.max_shares)
    return found


def _between_units(ws: Workspace, opened: Opened, asked: Asked, *, by: str, today: dt.date, dry_run: bool) -> Done:
    """A share-out of a fund between units: all books in one job."""
    proposal, left, new = _sound(ws, opened, asked)
    how = proposal.terms
    events = [unit_event(ws, opened, asked, payout, how) for payout in proposal.shared.payouts]
    known = source_ids(ws.unit(opened.cycle.book_slug))
    for one in left:
        assert new is not None

        def make(book: Accounts, unit: Accounts, one: LeftIn = one, new: Terms = new) -> Both:
            return unknown(deal_of(ws, new, asked, book, unit), lambda deal: buy_shares(deal, one.shares), known)

        events.append(Event(ws.unit(one.participant), make))
    return done_of(ws, opened, events, by=by, today=today, dry_run=dry_run)


def unit_event(ws: Workspace, opened: Opened, asked: Asked, payout: Payout, how: Terms | None = None) -> Event:
    """What a unit gets, as an event of both books; `how` it was shared out stands in them; without it the unit leaves.

    One that was booked, taken back, and is booked again gets an id of its own.
    """
    set_off, lost = payout.set_off, payout.lost
    debts = Owed(set_off.loans + lost.loans, set_off.charges + lost.charges, set_off.fines + lost.fines)
    its = SharedOut(
        shares=int(payout.shares),
        gross=payout.settled,
        debts=debts,
        still_due=payout.still_due,
        written_off=lost.total,
    )
    assert its.paid == payout.paid_now
    known = source_ids(ws.unit(opened.cycle.book_slug))

    def make(book: Accounts, unit: Accounts) -> Both:
        deal = deal_of(ws, opened.cycle.terms, asked, book, unit)
        if how is not None:
            deal = replace(deal, rule=how.share_out, rounding=f"{how.rounding:f}")
        return unknown(deal, lambda one: share_out(one, its, leaves=how is None), known)

    return Event(ws.unit(payout.participant), make)


def unknown(deal: Deal, make: Callable[[Deal], Both], known: Collection[str]) -> Both:
    """An event's entries, with ids that a book doesn't have: what has them there was taken back."""
    number, both = 1, make(deal)
    while any(entry.meta["source-id"] in known for entry in both.book):
        number += 1
        both = make(replace(deal, number=f"{deal.number}{'-' if deal.number else ''}{number}"))
    return both


def deal_of(ws: Workspace, terms: Terms, asked: Asked, book: Accounts, unit: Accounts) -> Deal:
    """What all dealings of what is asked have in common."""
    return Deal(
        terms=terms,
        book=book,
        unit=unit,
        date=asked.day,
        bank=asked.bank,
        unit_bank=asked.unit_bank,
        decision=asked.decision,
        language=ws.language,
    )


def done_of(ws: Workspace, opened: Opened, events: Sequence[Event], *, by: str, today: dt.date, dry_run: bool) -> Done:
    """Book events in both books."""
    book = ws.unit(opened.cycle.book_slug)
    said = {"currency": opened.currency, "cycle": opened.name, "by": by, "today": today}
    said["since"] = opened.cycle.terms.begins
    said["since"] = opened.cycle.terms.begins
    done = book_events(ws, book, events, dry_run=dry_run, **said)  # type: ignore[arg-type]
    return Done(done.vouchers, "\n".join(done.texts.values()), done.known)
