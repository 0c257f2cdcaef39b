"""Who gets the pot of a rotation's round when it is auctioned (SPEC 8; research: auction with discount).

Who waits for the pot bids a discount: what they let go of to have it now. The highest discount wins; equal ones, and a
round in which nobody bids, are decided by lot. A discount above the cap counts as the cap. The pot is divided:

    pot = what the winner receives + the organiser's commission (a part of the pot) + the dividend (the discount)

The dividend goes to all, to all but the winner, or to those who still wait for the pot; it lowers what they pay in the
next round.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

from ledger.rules.loans.lottery import METHOD, drawn, lot
from ledger.rules.loans.ranking import Reason
from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import EXACT, cycle_unit, in_quanta, in_units, nearest

ZERO = Decimal(0)
#: Who shares a discount: everybody; everybody but who wins it; those who still wait for the pot, the winner not.
Dividend = Literal["all", "others", "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """What somebody lets go of to have the pot now, in the cycle's currency."""

    participant: str
    discount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Auctioned:
    """How an auction ended; amounts in the cycle's currency.

    Attributes:
        round, winner: whose round it is.
        pot: all instalments of the round.
        discount: what the winner lets go of. commission: the organiser's.
        receives: pot − discount − commission.
        dividends: who gets which part of the discount.
        next_pays: what each pays in the next round, the dividend taken off; negative where that is more.
        reasons: why the winner is the winner.
        refused: bids that don't count: by who has had the pot, or isn't one of those who wait.
    """

    round: int
    winner: str
    pot: Decimal
    discount: Decimal
    commission: Decimal
    receives: Decimal
    dividends: dict[str, Decimal]
    next_pays: dict[str, Decimal]
    reasons: tuple[Reason, ...]
    refused: tuple[Bid, ...]


def auction(
    terms: Terms,
    number: int,
    bids: Sequence[Bid],
    *,
    participants: Sequence[str],
    had: Collection[str] = (),
    behind: Collection[str] = (),
    commission: Decimal = ZERO,
    cap: Decimal | None = None,
    dividend: Dividend = "all",
    seed: str,
) -> Auctioned:
    """Decide a round.

    Args:
        terms: the cycle's; its share value is what each pays a round.
        number: which round.
        bids: in any order; of several by one participant the highest counts.
        participants: all, in the order in which what can't be divided is given.
        had: who has had the pot, and may not bid.
        behind: who is behind with instalments, and may not bid either.
        commission: of the pot, 0.05 is 5 %; the winner pays it.
        cap: of the pot, the highest discount that counts; None is the whole pot less the commission.
        dividend: who shares the discount.
        seed: of the lots; each round draws with the seed, a colon and its number.

    Raises:
        ValueError: nobody waits for the pot; or the commission is more than the pot.
    """
    waiting = [name for name in participants if name not in had and name not in behind]
    if not waiting:
        raise ValueError("nobody waits for the pot")
    if not 0 <= commission <= 1:
        raise ValueError("the commission is more than the pot")
    with localcontext(EXACT):
        unit = cycle_unit(terms.currency, terms.rounding)
        pot = terms.share_value * len(participants)
        fee = min(nearest(Fraction(pot) * Fraction(commission), unit), pot)
        most = pot - fee if cap is None else min(nearest(Fraction(pot) * Fraction(cap), unit), pot - fee)
        counted = {
            name: max(b.discount for b in bids if b.participant == name)
            for name in waiting
            if any(b.participant == name and b.discount >= 0 for b in bids)
        }
        winner, discount, reasons = _winner(counted, most, waiting, f"{seed}:{number}")
        shared = _shared(dividend, participants, had, winner)
        parts = in_quanta(discount, [Fraction(discount) / len(shared)] * len(shared), unit) if shared else []
        dividends = dict(zip(shared, parts, strict=True))
        money = {name: in_units(part, terms.currency) for name, part in dividends.items()}
        receives = pot - discount - fee + (discount if not shared else ZERO)
    assert pot == receives + fee + sum(money.values(), ZERO)
    return Auctioned(
        round=number,
        winner=winner,
        pot=in_units(pot, terms.currency),
        discount=in_units(discount, terms.currency),
        commission=in_units(fee, terms.currency),
        receives=in_units(receives, terms.currency),
        dividends=money,
        next_pays={name: in_units(terms.share_value - money.get(name, ZERO), terms.currency) for name in participants},
        reasons=reasons,
        refused=tuple(b for b in bids if b.participant not in waiting or b.discount < 0),
    )


def _winner(
    counted: dict[str, Decimal], most: Decimal, waiting: Sequence[str], seed: str
) -> tuple[str, Decimal, tuple[Reason, ...]]:
    """Who wins, with which discount, and why."""
    if not counted:
        winner = drawn(waiting, seed)[0]
        return winner, ZERO, (Reason("no-bid"), *_lots(seed, winner, waiting))
    discount = min(max(counted.values()), most)
    best = [name for name, bid in counted.items() if min(bid, most) == discount]
    winner = drawn(best, seed)[0]
    bid = counted[winner]
    why = (
        Reason("capped", (("bid", bid), ("discount", discount)))
        if bid > discount
        else Reason("bid", (("discount", discount),))
    )
    return winner, discount, (why, *_lots(seed, winner, best))


def _lots(seed: str, winner: str, among: Sequence[str]) -> tuple[Reason, ...]:
    """The winner's lot, where there was one to draw."""
    return (Reason("lot", (("lot", lot(seed, winner)), ("method", METHOD))),) if len(among) > 1 else ()


def _shared(dividend: Dividend, participants: Sequence[str], had: Collection[str], winner: str) -> list[str]:
    """Who shares the discount."""
    if dividend == "all":
        return list(participants)
    return [name for name in participants if name != winner and (dividend == "others" or name not in had)]
