"""What a loan cycle's participants have agreed on before it begins (SPEC 8; research: methodology of savings groups).

A cycle has one currency and one share value. Whatever isn't agreed on isn't limited; the defaults are what most savings
groups do: charges by declining balance, a started period counts whole, fines into the loan fund, profit by shares.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

#: `flat`: charge × principal × agreed periods, owed from the day of the loan, never worked out again. `declining`:
#: charge × what is left, at the end of each period (what was paid back within it: `PartPeriod`). `roll-over`: as flat
#: for the agreed periods; what is unpaid when they are over becomes a new loan, with a new charge.
Method = Literal["flat", "declining", "roll-over"]
#: A month runs to the same day of the next one, or to the meeting nearest to it.
Period = Literal["month", "4-weeks", "30-days", "2-weeks", "week"]
#: `free`: as people can, all by the end of the term. `bullet`: all at the end.
Repayment = Literal["free", "equal-principal", "equal-instalments", "bullet"]
#: How one sum that is paid on a loan is split: charge first; principal first; in proportion to what is owed of both.
Split = Literal["charge-first", "principal-first", "pro-rata"]
#: What is charged on principal that is paid back within a period: the whole period, by days, or nothing.
PartPeriod = Literal["whole", "days", "none"]
ShareOut = Literal["shares", "equal", "interest-back"]
Shortfall = Literal["wait", "pro-rata", "write-off"]
Fines = Literal["loan-fund", "social-fund"]
#: What a leaver gets: what was paid for the shares; with the share of charges earned so far; the value of that day.
Leaving = Literal["cost", "charges", "value"]
#: How who comes later buys: not at all; at the share value; at what a share is worth on that day.
Joining = Literal["no", "share-value", "value"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Rotation = Literal["fixed", "lottery", "auction", "need"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A cycle's terms. Amounts are in `currency`; `None` is no limit.

    Attributes:
        name: the cycle's, `NK26`.
        share_value: what one share costs, all through the cycle.
        begins, ends: first and last day; `ends` is None where it isn't agreed.
        max_shares, min_shares: per participant and meeting.
        loan_multiple: of the value of one's own shares: so much may be borrowed.
        charge: per period, 0.05 is 5 %.
        max_term: of a loan, in periods. `default_term`: where a loan says none.
        grace: periods at the beginning in which no principal is due.
        after_term: whether a declining charge runs on while a loan is overdue.
        rounding: the unit that share-outs and charges are rounded to: 0.01, 1, 10.
        outside_multiple: of a loan from outside, the multiple in force while the group owes one.
        last_shares, last_loans: the last day on which shares are sold, loans are given.
        late_may_borrow: whether who is late with a loan may have another one.
        social: what everybody pays into the social fund at each meeting.
        meetings: how often the participants meet; None where it isn't agreed.
        due_weekday: a period runs to the first such day on or after its nominal end (meetings then don't matter).
        rotation: how the order in which each gets the pot is found; None where this is none. A share is then what
            each pays a round, the pot is a loan without charge, and both are set off at the end.
    """

    name: str
    currency: str
    share_value: Decimal
    begins: dt.date
    ends: dt.date | None = None
    max_shares: int | None = None
    min_shares: int = 0
    loan_multiple: Decimal | None = None
    charge: Decimal = Decimal(0)
    method: Method = "declining"
    period: Period = "month"
    max_term: int | None = None
    default_term: int | None = None
    grace: int = 0
    repayment: Repayment = "free"
    split: Split = "charge-first"
    part_period: PartPeriod = "whole"
    after_term: bool = True
    rounding: Decimal = Decimal("0.01")
    share_out: ShareOut = "shares"
    shortfall: Shortfall = "wait"
    fines: Fines = "loan-fund"
    leaving: Leaving = "cost"
    joining: Joining = "share-value"
    outside_multiple: Decimal | None = None
    last_shares: dt.date | None = None
    last_loans: dt.date | None = None
    late_may_borrow: bool = True
    social: Decimal | None = None
    meetings: Period | None = None
    due_weekday: Weekday | None = None
    rotation: Rotation | None = None
