"""Who gets the pot when, and why; what each has paid in and got (SPEC 8; research: fair rotation).

A round is a meeting: what was paid for shares on its day is what was paid in, the pot is lent without charge, and both
are set off at the end. Rounds that are still to come stand as planned. The order is what policy says: fixed, by a
lottery whose seed stands there, or by the need scores of applications; in an auction it is who has got the pot so far,
since the others' turns come about round by round.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.books.excerpt import quote
from ledger.errors import Problem
from ledger.messages import say
from ledger.reports.loans import Opened
from ledger.reports.loans_proposal import proposal
from ledger.reports.problems_loans import CycleNoRotation, CycleNoSeed, CycleParticipantUnknown
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.ranking import Reason
from ledger.rules.loans.rotation import REASONS, Round, Turn, auctioned, by_lottery, by_need, fixed, rounds

ZERO = Decimal(0)


@dataclass(frozen=True)
class RotationSheet:
    """A rotation on a day.

    Attributes:
        turns: the order, with reasons.
        rounds: each turn's round: as it went up to the day, as planned from then on.
        done: how many rounds have been.
        seed: of the lottery; "" where there is none.
    """

    opened: Opened
    day: dt.date
    turns: tuple[Turn, ...]
    rounds: tuple[Round, ...]
    done: int
    seed: str


def rotation_of(opened: Opened, day: dt.date) -> RotationSheet:
    """A cycle's rotation on a day.

    Raises:
        CycleNoRotation: its participants have agreed on none.
        CycleNoSeed: the order is drawn by lot, and policy names no seed.
        CycleDay: the cycle hadn't begun.
    """
    terms, entry = opened.cycle.terms, opened.cycle.entry
    if terms.rotation is None:
        raise CycleNoRotation(cycle=opened.name)
    if terms.rotation in {"lottery", "need"} and not entry.seed:
        lacking = CycleNoSeed(file=entry.file, line=entry.line, cycle=opened.name)
        quote(opened.ws, [lacking])
        raise lacking
    fund = opened.fund(day)
    turns = _turns(opened, fund, day)
    dates = [one for one in fund.meetings if one <= day][: len(turns)]
    paid = _paid(opened, fund, dates, turns)
    made = rounds(turns, terms.share_value, dates=fund.meetings[: len(turns)], payments=paid)
    return RotationSheet(opened, day, turns, made, len(dates), entry.seed)


def _turns(opened: Opened, fund: Fund, day: dt.date) -> tuple[Turn, ...]:
    terms, entry = opened.cycle.terms, opened.cycle.entry
    names = fund.participants
    if terms.rotation == "lottery":
        return by_lottery(names, entry.seed)
    if terms.rotation == "need":
        asked = {one.application.participant: one.application.need for one in proposal(opened, day).asked}
        return by_need({name: asked.get(name, ZERO) for name in names}, entry.seed)
    if terms.rotation == "auction":
        got = [loan.participant for loan in fund.loans if loan.given <= day]
        return auctioned(list(dict.fromkeys(got)), [name for name in names if name not in got])
    return fixed([_known(opened, name) for name in entry.turns] or list(names))


def _known(opened: Opened, name: str) -> str:
    """Who is meant; who hasn't paid anything yet is known by name alone."""
    try:
        return opened.participant(name)
    except CycleParticipantUnknown:
        return name


def _paid(opened: Opened, fund: Fund, dates: list[dt.date], turns: tuple[Turn, ...]) -> dict[int, dict[str, Decimal]]:
    """What each paid in, by round; what is more than was due by then counts for the rounds to come."""
    value = opened.cycle.terms.share_value
    given: dict[dt.date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for one in fund.movements:
        if one.part == "shares" and one.amount < 0:
            given[one.date][one.participant] -= one.amount
    found: dict[int, dict[str, Decimal]] = {}
    before = opened.cycle.terms.begins
    ahead: dict[str, Decimal] = defaultdict(lambda: ZERO)
    behind: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for turn, date in zip(turns, dates, strict=False):
        own: dict[str, Decimal] = {}
        for name in {one.participant for one in turns}:
            come = ahead[name] + sum((by.get(name, ZERO) for on, by in given.items() if before <= on <= date), ZERO)
            counted = min(come, value + behind[name])
            ahead[name] = come - counted
            behind[name] += value - counted
            own[name] = counted
        found[turn.round] = own
        before = date + dt.timedelta(days=1)
    return found


def reason_text(reason: Reason, money: Callable[[Decimal], str]) -> str:
    """A reason in words."""
    said: dict[str, object] = {}
    for key, value in reason.values.items():
        if key == "lot":
            said[key] = str(value)[:12]
        elif isinstance(value, Decimal):
            said[key] = f"{value.normalize():f}" if key == "need" else money(value)
        else:
            said[key] = value
    return say(REASONS[reason.key], **said)


def as_json(made: RotationSheet, problems: Iterable[Problem]) -> dict[str, Any]:
    """The answer of `sambok loans rotation --json`."""
    opened, money = made.opened, made.opened.money
    last = made.rounds[made.done - 1] if made.done else None
    return {
        "schema": 1,
        "cycle": opened.name,
        "currency": opened.currency,
        "date": made.day.isoformat(),
        "order": opened.cycle.terms.rotation,
        "seed": made.seed or None,
        "rounds_done": made.done,
        "rounds": [
            {
                "round": one.number,
                "date": one.date.isoformat() if one.date and number <= made.done else None,
                **opened.named(one.receiver),
                "why": [{"key": why.key, "text": reason_text(why, money)} for why in turn.reasons],
                "pot": money(one.pot),
                "received": money(one.received) if number <= made.done else None,
                "set_off": money(one.set_off) if number <= made.done else None,
            }
            for number, (one, turn) in enumerate(zip(made.rounds, made.turns, strict=True), 1)
        ],
        "participants": [
            {
                **opened.named(name),
                "due": money(its.due),
                "paid_in": money(its.paid_in),
                "missed": money(its.missed),
                "received": money(its.received),
                "balance": money(its.balance),
                "remaining": money(its.remaining),
            }
            for name, its in (last.positions if last else {}).items()
        ],
        "errors": [problem.as_json() for problem in problems],
    }
