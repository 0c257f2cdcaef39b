"""Who gets the pot when, and why; what each has paid in and got (SPEC 8; research: fair rotation).

A round is a meeting. What has been is the book's: shares bought are what was paid in, loans given are the pots that
were paid out, to whoever got them. What is still to come is the plan. The order is what policy says: fixed, by a
lottery whose seed stands there, or by the need scores of applications; in an auction it is who has got the pot so far,
since the others' turns come about round by round. Where the book has given a round to somebody else than the order
says, both are shown.

Who takes part is who the order lists; without a list, who has bought shares, and before the first round who may join.
Who hasn't paid all rounds that were held is behind; when their turn comes, what is missing is set off from the pot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.books.excerpt import quote
from ledger.errors import Problem
from ledger.messages import say
from ledger.reports.loan_sheet import may_join
from ledger.reports.loans import Opened
from ledger.reports.loans_proposal import proposal
from ledger.reports.problems_loans import CycleNoRotation, CycleNoSeed, CycleParticipantUnknown
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.ranking import Reason
from ledger.rules.loans.rotation import REASONS, Turn, auctioned, by_lottery, by_need, fixed

ZERO = Decimal(0)


@dataclass(frozen=True)
class Held:
    """A round that was held.

    Attributes:
        date: of its meeting.
        got: the loans that were given on that day, by participant: one, if all went as agreed on.
    """

    date: dt.date
    got: dict[str, Decimal]


@dataclass(frozen=True)
class Position:
    """How a participant stands; amounts in the cycle's currency.

    Attributes:
        due: one share for each round that was held. `paid_in`: for shares, by the book.
        received: loans given, by the book. `remaining`: of all rounds, what isn't paid in yet.
    """

    due: Decimal
    paid_in: Decimal
    received: Decimal
    remaining: Decimal

    @property
    def missed(self) -> Decimal:
        """What is due and not paid in."""
        return max(self.due - self.paid_in, ZERO)

    @property
    def balance(self) -> Decimal:
        """What was paid in less what was received."""
        return self.paid_in - self.received


@dataclass(frozen=True)
class RotationSheet:
    """A rotation on a day.

    Attributes:
        turns: the order, with reasons.
        held: the rounds that were held by the day.
        pot: of a whole round. `positions`: of all.
        seed: of the lottery; "" where there is none.
    """

    opened: Opened
    day: dt.date
    turns: tuple[Turn, ...]
    held: tuple[Held, ...]
    pot: Decimal
    positions: dict[str, Position]
    seed: str

    @property
    def next_turn(self) -> Turn | None:
        """Whose turn comes next; None where all have had theirs."""
        return self.turns[len(self.held)] if len(self.held) < len(self.turns) else None


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
    names = taking_part(opened, day)
    turns = _turns(opened, fund, day, names)
    held = tuple(Held(date, _given(fund, date)) for date in fund.meetings if date <= day)[: len(turns)]
    return RotationSheet(
        opened, day, turns, held, terms.share_value * len(names), _positions(opened, fund, day, turns, held), entry.seed
    )


def taking_part(opened: Opened, day: dt.date) -> tuple[str, ...]:
    """Who takes part: as the order lists them, or who has bought shares; before the first round, who may join."""
    listed = tuple(dict.fromkeys(_known(opened, name) for name in opened.cycle.entry.turns))
    bought = opened.cycle.fund.participants
    return (*listed, *(name for name in bought if name not in listed)) or may_join(opened, day)


def _known(opened: Opened, name: str) -> str:
    """Who is meant; who hasn't paid anything yet is known by name alone."""
    try:
        return opened.participant(name)
    except CycleParticipantUnknown:
        return name


def _turns(opened: Opened, fund: Fund, day: dt.date, names: tuple[str, ...]) -> tuple[Turn, ...]:
    terms, entry = opened.cycle.terms, opened.cycle.entry
    if terms.rotation == "lottery":
        return by_lottery(names, entry.seed)
    if terms.rotation == "need":
        asked = {one.application.participant: one.application.need for one in proposal(opened, day).asked}
        return by_need({name: asked.get(name, ZERO) for name in names}, entry.seed)
    if terms.rotation == "auction":
        got = dict.fromkeys(loan.participant for loan in fund.loans if loan.given <= day)
        return auctioned(list(got), [name for name in names if name not in got])
    return fixed(names)


def _given(fund: Fund, date: dt.date) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for loan in fund.loans:
        if loan.given == date:
            found[loan.participant] = found.get(loan.participant, ZERO) + loan.principal
    return found


def _positions(
    opened: Opened, fund: Fund, day: dt.date, turns: tuple[Turn, ...], held: tuple[Held, ...]
) -> dict[str, Position]:
    value = opened.cycle.terms.share_value
    found = {}
    for name in dict.fromkeys(turn.participant for turn in turns):
        paid = sum(
            (-m.amount for m in fund.movements if m.part == "shares" and m.participant == name and m.date <= day), ZERO
        )
        got = sum((loan.principal for loan in fund.loans_of(name) if loan.given <= day), ZERO)
        due = value * len(held)
        found[name] = Position(due, paid, got, max(value * len(turns) - max(paid, due), ZERO))
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
    rounds = []
    for number, turn in enumerate(made.turns):
        held = made.held[number] if number < len(made.held) else None
        given = held.got if held else {}
        rounds.append(
            {
                "round": number + 1,
                "date": held.date.isoformat() if held else None,
                **opened.named(turn.participant),
                "why": [{"key": why.key, "text": reason_text(why, money)} for why in turn.reasons],
                "pot": money(made.pot),
                "received": money(sum(given.values(), ZERO)) if held else None,
                "receivers": [{**opened.named(name), "amount": money(amount)} for name, amount in given.items()],
            }
        )
    return {
        "schema": 1,
        "cycle": opened.name,
        "currency": opened.currency,
        "date": made.day.isoformat(),
        "order": opened.cycle.terms.rotation,
        "seed": made.seed or None,
        "rounds_done": len(made.held),
        "rounds": rounds,
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
            for name, its in made.positions.items()
        ],
        "errors": [problem.as_json() for problem in problems],
    }
