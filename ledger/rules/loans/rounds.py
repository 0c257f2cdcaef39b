"""The rounds of a rotation: who pays, who gets the pot, how all stand after it (SPEC 8; research: fair rotation).

Everybody pays their instalment in every round, who gets the pot too. What isn't paid stays a claim on who hasn't paid
it. Until then the pot of that round is short, or a reserve tops it up; a late payment goes to the oldest round that
lacks one, and so to who got too little, or back to the reserve. Who is behind gets no further loan; when their turn
comes, what they owe is set off from the pot. At the end all is set off as in any share-out: what was paid in counts as
shares, pots as loans.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from ledger.rules.loans.division import Holder
from ledger.rules.loans.turns import Turn

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How a participant stands after a round; amounts in the cycle's currency.

    Attributes:
        due: instalments that were due so far.
        paid_in: of them, paid. Set-off from an own pot counts as paid.
        missed: due and not paid: a claim of the fund.
        received: pots received.
        short: what own pots lacked and nobody has made good yet.
        remaining: instalments still to come.
        turns_left: pots still to come.
    """

    due: Decimal
    paid_in: Decimal
    missed: Decimal
    received: Decimal
    short: Decimal
    remaining: Decimal
    turns_left: int

    @property
    def balance(self) -> Decimal:
        """What was paid in less what was received; negative for who has had the pot and still has to pay."""
        return self.paid_in - self.received

    @property
    def may_borrow(self) -> bool:
        """Whether nothing that is due is unpaid."""
        return self.missed <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round: who paid, who got what, and how all stand after it.

    Attributes:
        number: 1 is the first. date: of its meeting, where one is known.
        receiver: who gets the pot. pot: all instalments.
        pays: what each is to pay in this round.
        paid: what each paid for this round, on its day or set off.
        topped_up: what the reserve added.
        received: what the receiver got on the day, what was set off included; pot − received is short.
        set_off: of it, what the receiver owed for earlier rounds and this one.
        late: what came in late in this round for earlier ones, by who it goes to; "" is the reserve.
        positions: of all, after the round.
    """

    number: int
    date: dt.date | None
    receiver: str
    pot: Decimal
    pays: Mapping[str, Decimal]
    paid: Mapping[str, Decimal]
    topped_up: Decimal
    received: Decimal
    set_off: Decimal
    late: Mapping[str, Decimal]
    positions: Mapping[str, Position]


@dataclass(slots=True)
class _Gap:
    """What one participant has not paid for one round."""

    participant: str
    receiver: str
    short: Decimal
    topped: Decimal


@dataclass(slots=True)
class _Book:
    """What has happened so far."""

    due: dict[str, Decimal]
    paid_in: dict[str, Decimal]
    received: dict[str, Decimal]
    gaps: list[_Gap] = field(default_factory=list)

    def missed(self, participant: str) -> Decimal:
        """What is due and not paid."""
        return sum((g.short + g.topped for g in self.gaps if g.participant == participant), ZERO)

    def make_good(self, participant: str, amount: Decimal) -> tuple[Decimal, dict[str, Decimal]]:
        """A payment for earlier rounds, the oldest first; what is left of it, and who it goes to."""
        goes: dict[str, Decimal] = {}
        for gap in self.gaps:
            if gap.participant != participant:
                continue
            # Who got too little comes before the reserve.
            for name, whose in (("short", gap.receiver), ("topped", "")):
                part = min(amount, getattr(gap, name))
                if part > 0:
                    setattr(gap, name, getattr(gap, name) - part)
                    goes[whose] = goes.get(whose, ZERO) + part
                    amount -= part
        for whose, part in goes.items():
            if whose:
                self.received[whose] += part
        self.paid_in[participant] += sum(goes.values(), ZERO)
        self.gaps = [g for g in self.gaps if g.short or g.topped]
        return amount, goes


def rounds(
    turns: Sequence[Turn],
    instalment: Decimal,
    *,
    dates: Sequence[dt.date] = (),
    payments: Mapping[int, Mapping[str, Decimal]] | None = None,
    reserve: Decimal = ZERO,
) -> tuple[Round, ...]:
    """The plan of a rotation, or how it went.

    Args:
        turns: whose round is which.
        instalment: what one share pays a round; who has two turns pays two.
        dates: of the rounds, as far as they are known.
        payments: by round, what each paid in it. A round that isn't named goes as planned. More than is due pays for
            earlier rounds; less is missed.
        reserve: money that tops up pots that are short; what comes in late goes back to it.

    Raises:
        ValueError: somebody paid more than is due.
    """
    shares: dict[str, int] = {}
    for turn in turns:
        shares[turn.participant] = shares.get(turn.participant, 0) + 1
    pays = {name: instalment * count for name, count in shares.items()}
    book = _Book(dict.fromkeys(shares, ZERO), dict.fromkeys(shares, ZERO), dict.fromkeys(shares, ZERO))
    found = []
    for index, turn in enumerate(turns):
        given = (payments or {}).get(turn.round)
        day = dates[index] if index < len(dates) else None
        made, reserve = _round(turn, day, pays, given, book, reserve)
        later = turns[index + 1 :]
        found.append(_with_positions(made, pays, book, later))
    return tuple(found)


def _round(
    turn: Turn,
    day: dt.date | None,
    pays: Mapping[str, Decimal],
    given: Mapping[str, Decimal] | None,
    book: _Book,
    reserve: Decimal,
) -> tuple[Round, Decimal]:
    """One round, without positions; and the reserve after it."""
    late: dict[str, Decimal] = {}
    paid: dict[str, Decimal] = {}
    for name, due in pays.items():
        amount = due if given is None else given.get(name, ZERO)
        over, goes = book.make_good(name, max(amount - due, ZERO))
        for whose, part in goes.items():
            late[whose] = late.get(whose, ZERO) + part
        if over:
            raise ValueError(f"{name} paid {over} more than is due in round {turn.round}")
        book.due[name] += due
        paid[name] = min(amount, due)
    reserve += late.get("", ZERO)
    pot = sum(pays.values(), ZERO)
    # Who gets the pot owes its own instalment to itself: what is lacking of it is set off at once.
    own = pays[turn.participant] - paid[turn.participant]
    paid[turn.participant] = pays[turn.participant]
    short = {name: pays[name] - paid[name] for name in pays if paid[name] < pays[name]}
    lacking = sum(short.values(), ZERO)
    topped = min(reserve, lacking)
    for name, amount in paid.items():
        book.paid_in[name] += amount
    rest = topped
    for name, amount in short.items():
        part = min(rest, amount)
        rest -= part
        book.gaps.append(_Gap(name, turn.participant, amount - part, part))
    received = pot - lacking + topped
    book.received[turn.participant] += received
    earlier = min(book.missed(turn.participant), received - own)
    _, goes = book.make_good(turn.participant, earlier)
    for whose, part in goes.items():
        late[whose] = late.get(whose, ZERO) + part
    reserve = reserve - topped + goes.get("", ZERO)
    made = Round(
        number=turn.round,
        date=day,
        receiver=turn.participant,
        pot=pot,
        pays=dict(pays),
        paid=paid,
        topped_up=topped,
        received=received,
        set_off=own + earlier,
        late=late,
        positions={},
    )
    return made, reserve


def _with_positions(made: Round, pays: Mapping[str, Decimal], book: _Book, later: Sequence[Turn]) -> Round:
    """The round with how all stand after it."""
    positions = {
        name: Position(
            due=book.due[name],
            paid_in=book.paid_in[name],
            missed=book.missed(name),
            received=book.received[name],
            short=sum((g.short for g in book.gaps if g.receiver == name), ZERO),
            remaining=amount * len(later),
            turns_left=sum(1 for turn in later if turn.participant == name),
        )
        for name, amount in pays.items()
    }
    for name, position in positions.items():
        assert position.due == position.paid_in + position.missed, name
    return replace(made, positions=positions)


def holders(last: Round, instalment: Decimal) -> tuple[Holder, ...]:
    """Everybody as a share-out sees them: what was paid in as shares, pots as loans; both are set off at the end.

    Args:
        last: the round after which all is set off.
        instalment: what one share pays a round: the share value.
    """
    return tuple(
        Holder(
            participant=name,
            shares=Fraction(position.paid_in) / Fraction(instalment),
            loans=position.received,
            order=order,
        )
        for order, (name, position) in enumerate(last.positions.items())
    )
