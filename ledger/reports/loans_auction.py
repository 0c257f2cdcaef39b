"""A round of a rotation that is auctioned: who gets the pot, what they let go of, what is written down (SPEC 8).

Who waits for the pot bids what they let go of to have it now. The highest bid wins, equal ones are drawn by lot. The
pot is lent without charge, as in any rotation; the discount is paid back at once as a gift to the fund, so all shares
gain it when the cycle is shared out. It moves no money: what it says goes on the meeting's sheet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.books.excerpt import quote
from ledger.reports.loans import Opened, shortened
from ledger.reports.loans_rotation import reason_text, rotation_of, taking_part
from ledger.reports.problems_loans import AuctionBid, CycleNoAuction, CycleNoSeed, CycleParticipantUnknown
from ledger.rules.loans.auction import Auctioned, Bid, auction
from ledger.rules.names import folded

ZERO = Decimal(0)


@dataclass(frozen=True)
class Asked:
    """What a round is decided by.

    Attributes:
        bids: name and discount, in the cycle's currency.
        cap: the highest discount that counts, as a part of the pot; None is the whole pot.
        seed: of the lots; "" is what policy says.
    """

    bids: tuple[tuple[str, Decimal], ...]
    cap: Decimal | None = None
    seed: str = ""


@dataclass(frozen=True)
class AuctionSheet:
    """A decided round.

    Attributes:
        made: who won, and how the pot is divided.
        seed: of the lots, as it was named; the round's number follows it after a colon.
    """

    opened: Opened
    day: dt.date
    made: Auctioned
    seed: str


def auction_of(opened: Opened, day: dt.date, asked: Asked) -> AuctionSheet:
    """Decide the next round.

    Raises:
        CycleNoAuction: the cycle has no auction, or everybody has had the pot.
        CycleNoSeed: nobody could draw equal bids again.
        CycleParticipantUnknown: who bids takes no part.
        AuctionBid: who bids doesn't wait for the pot: they have had it, or are behind.
    """
    entry = opened.cycle.entry
    if entry.terms.rotation != "auction":
        raise CycleNoAuction(cycle=opened.name)
    seed = asked.seed.strip() or entry.seed
    if not seed:
        lacking = CycleNoSeed(file=entry.file, line=entry.line, cycle=opened.name)
        quote(opened.ws, [lacking])
        raise lacking
    fund = opened.fund(day)
    had = tuple(dict.fromkeys(loan.participant for loan in fund.loans if loan.given <= day))
    names = taking_part(opened, day)
    behind = {name for name, its in rotation_of(opened, day).positions.items() if its.missed}
    if not set(names) - set(had) - behind:
        raise CycleNoAuction(cycle=opened.name, case="over")
    bids = tuple(Bid(participant=_meant(opened, names, who), discount=what) for who, what in asked.bids)
    for bid in bids:
        if bid.participant in had or bid.participant in behind:
            why = "had" if bid.participant in had else "behind"
            raise AuctionBid(cycle=opened.name, participant=opened.shown(bid.participant), case=why)
    number = len(had) + 1
    made = auction(
        opened.cycle.terms, number, bids, participants=names, had=had, behind=behind, cap=asked.cap, seed=seed
    )
    return AuctionSheet(opened, day, made, seed)


def _meant(opened: Opened, names: Sequence[str], asked: str) -> str:
    """Who bids."""
    known = {folded(opened.shown(name)): name for name in names} | {folded(name): name for name in names}
    if folded(asked) in known:
        return known[folded(asked)]
    try:
        found = opened.participant(asked)
    except CycleParticipantUnknown:
        found = ""
    if found not in names:
        near = ", ".join(opened.shown(name) for name in names) or "-"
        raise CycleParticipantUnknown(cycle=opened.name, participant=shortened(asked), nearest=near)
    return found


def as_json(sheet: AuctionSheet) -> dict[str, Any]:
    """The answer of `sambok loans auction --json`."""
    opened, made, money = sheet.opened, sheet.made, sheet.opened.money
    return {
        "schema": 1,
        "cycle": opened.name,
        "currency": opened.currency,
        "date": sheet.day.isoformat(),
        "round": made.round,
        "seed": f"{sheet.seed}:{made.round}",
        **opened.named(made.winner),
        "why": [{"key": why.key, "text": reason_text(why, money)} for why in made.reasons],
        "pot": money(made.pot),
        "discount": money(made.discount),
        "receives": money(made.receives),
        "shared": [{**opened.named(name), "amount": money(amount)} for name, amount in made.dividends.items()],
        "errors": [problem.as_json() for problem in opened.problems],
    }
