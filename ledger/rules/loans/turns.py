"""Whose turn it is in a rotation, and why (SPEC 8; research: fair rotation).

The order is agreed on before the first round: as the participants fix it; by lots that anybody can draw again
(`lottery.py`); or by need score, equal scores by lot. Two may swap their turns when both consent. In an auction the
order comes about round by round: `auction.py`.

Who is behind with instalments may be put last. What each pays and gets, round by round: `rounds.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.messages import N_
from ledger.rules.loans.lottery import METHOD, drawn, lot
from ledger.rules.loans.ranking import Reason

#: Why a turn is whose it is, by key; values go in by name.
REASONS = {
    "fixed": N_("agreed on"),
    "need": N_("need score {need}"),
    "lot": N_("drawn by lot: {lot} ({method})"),
    "swapped": N_("swapped with {other}, both consent"),
    "behind": N_("moved to the end: instalments are not paid"),
    "bid": N_("highest bid: {discount}"),
    "capped": N_("bid {bid}, counted as the highest allowed: {discount}"),
    "no-bid": N_("nobody bid"),
    "won": N_("won the auction"),
    "waits": N_("waits for the pot"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose round it is, and why.

    Attributes:
        round: 1 is the first.
        participant: who gets the pot. Who has two shares has two turns.
        reasons: in the order in which they came about.
    """

    round: int
    participant: str
    reasons: tuple[Reason, ...]


def fixed(participants: Sequence[str]) -> tuple[Turn, ...]:
    """The order that the participants agreed on."""
    return tuple(Turn(round=n, participant=p, reasons=(Reason("fixed"),)) for n, p in enumerate(participants, start=1))


def auctioned(winners: Sequence[str], waiting: Sequence[str]) -> tuple[Turn, ...]:
    """Who has won a round so far, then who waits: their turns come about round by round."""
    why = [*(("won", name) for name in winners), *(("waits", name) for name in waiting)]
    return tuple(Turn(round=n, participant=p, reasons=(Reason(key),)) for n, (key, p) in enumerate(why, start=1))


def by_lottery(participants: Iterable[str], seed: str) -> tuple[Turn, ...]:
    """The order of the lots; the same for any order that the list is written in.

    Raises:
        ValueError: there is no seed, or a name stands twice.
    """
    return tuple(
        Turn(round=n, participant=p, reasons=(_by_lot(seed, p),))
        for n, p in enumerate(drawn(participants, seed), start=1)
    )


def by_need(needs: Mapping[str, Decimal], seed: str) -> tuple[Turn, ...]:
    """The greatest need first, equal scores by lot.

    Args:
        needs: score by participant.
        seed: of the lots.

    Raises:
        ValueError: there is no seed.
    """
    scores = list(needs.values())
    ordered = sorted(drawn(needs, seed), key=lambda p: -needs[p])
    return tuple(
        Turn(
            round=n,
            participant=p,
            reasons=(
                Reason("need", (("need", needs[p]),)),
                *((_by_lot(seed, p),) if scores.count(needs[p]) > 1 else ()),
            ),
        )
        for n, p in enumerate(ordered, start=1)
    )


def _by_lot(seed: str, participant: str) -> Reason:
    return Reason("lot", (("lot", lot(seed, participant)), ("method", METHOD)))


def swap(turns: Sequence[Turn], one: int, other: int, consents: Collection[str]) -> tuple[Turn, ...]:
    """Two rounds change hands.

    Args:
        turns: the order so far.
        one: a round.
        other: another.
        consents: who has consented; both must have.

    Raises:
        ValueError: one of them hasn't consented, or there is no such round.
    """
    found = {turn.round: turn for turn in turns}
    if one not in found or other not in found:
        raise ValueError(f"there is no round {one if one not in found else other}")
    a, b = found[one], found[other]
    missing = {a.participant, b.participant} - set(consents)
    if missing:
        raise ValueError(f"a swap needs the consent of {', '.join(sorted(missing))}")
    found[one] = Turn(round=one, participant=b.participant, reasons=(*b.reasons, _swapped(a.participant)))
    found[other] = Turn(round=other, participant=a.participant, reasons=(*a.reasons, _swapped(b.participant)))
    return tuple(found[turn.round] for turn in turns)


def _swapped(other: str) -> Reason:
    return Reason("swapped", (("other", other),))


def put_last(turns: Sequence[Turn], behind: Collection[str], first: int) -> tuple[Turn, ...]:
    """From round `first` on, who is behind with instalments waits until the others have had the pot.

    Args:
        turns: the order so far.
        behind: who has not paid all instalments that are due.
        first: the next round; earlier ones stand as they are.
    """
    open_turns = [turn for turn in turns if turn.round >= first]
    moved = [turn for turn in open_turns if turn.participant in behind]
    order = [turn for turn in open_turns if turn.participant not in behind] + moved
    new = {
        place.round: Turn(
            round=place.round,
            participant=turn.participant,
            reasons=(*turn.reasons, Reason("behind")) if turn in moved and turn.round != place.round else turn.reasons,
        )
        for place, turn in zip(open_turns, order, strict=True)
    }
    return tuple(new.get(turn.round, turn) for turn in turns)
