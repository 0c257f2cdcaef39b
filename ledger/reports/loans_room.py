"""What somebody may borrow on a day: what the own shares allow, and no more than the fund has to lend (SPEC 8).

A limit alone promises what the box may not hold. So both are said: the multiple of the own shares less open loans, and
the money that can be lent (what is on its way in can't yet). Nothing is lent after the last day for loans, nor to who
is late where the participants have agreed so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ledger.rules.loans.fund import Fund, Standing

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Room:
    """What may be borrowed; amounts in the cycle's currency, none below 0.

    Attributes:
        amount: the most.
        limit: what the own shares allow still; None where nothing limits it.
        cash: what the fund has to lend.
        why: why it is nothing: `closed` = no loans are given any more, `late` = who is late gets none; "" otherwise.
        last: the last day on which loans are given, where there is one.
    """

    amount: Decimal
    limit: Decimal | None
    cash: Decimal
    why: Literal["", "closed", "late"] = ""
    last: dt.date | None = None


def room_of(fund: Fund, standing: Standing, day: dt.date) -> Room:
    """What a participant may borrow on a day.

    Args:
        fund: with the charges that have accrued by the day.
        standing: the participant's on the day.
        day: at its end.
    """
    terms = fund.terms
    limit = None if standing.limit is None else max(standing.limit, ZERO)
    cash = max(fund.at_hand(day), ZERO)
    last = min(filter(None, (terms.last_loans, terms.ends)), default=None)
    if last is not None and day > last:
        return Room(ZERO, limit, cash, "closed", last)
    if standing.late_days and not terms.late_may_borrow:
        return Room(ZERO, limit, cash, "late", last)
    return Room(cash if limit is None else min(limit, cash), limit, cash, "", last)
