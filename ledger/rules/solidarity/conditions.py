"""Who takes part in a year of the solidarity fund, and who gets nothing or less of it (SPEC 9; research: funds, 3.2).

- A unit that isn't a member on the year's last day takes no part. One that has been a member for less than the waiting
  time doesn't either: it pays no call and gets no support. Central never does; the caller leaves it out.
- A unit that has been supported so often that the stop rule holds gets nothing, but takes part: with a surplus it is
  called like all others.
- What a unit gets altogether is at most a part of its average turnover of three years: the year and the two before it,
  of those in which it was a member. That may cut a claim.

Each rule but the first gives way to an exception that was decided for the unit and the year. Every refusal is told as
data, so that a report can say it in words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from math import floor
from typing import Literal

from ledger.rules.rounding import EXACT, unit_of
from ledger.rules.solidarity.terms import SolidarityTerms

ZERO = Decimal(0)
#: What an exception can be decided from.
Rule = Literal["waiting", "supported", "lifetime"]
Reason = Literal["not-member", "waiting", "supported", "lifetime"]
#: The years whose turnover the limit of a lifetime is a part of.
AVERAGED = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rules look at; amounts in the reporting currency, years by what they are named after.

    Attributes:
        unit: slug.
        joined, left: first and last day of its membership; None: no bound.
        supports: what it got for earlier years, before anything was paid back.
        turnovers: T of this year and of earlier ones, where it was a member.
        exceptions: rules that a decision for this unit and year sets aside.
    """

    unit: str
    joined: dt.date | None = None
    left: dt.date | None = None
    supports: Mapping[int, Decimal] = field(default_factory=dict)
    turnovers: Mapping[int, Decimal] = field(default_factory=dict)
    exceptions: frozenset[Rule] = frozenset()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a unit takes no part, or gets nothing.

    Attributes:
        reason: which rule. `not-member`, `waiting`: takes no part; `supported`, `lifetime`: gets nothing.
        has: what the rule counts: months of membership, supported years, or what it got altogether.
        limit: what the rule asks for: months, years, or the most that it gets altogether.
        excepted: a decision sets the rule aside for this unit and year: it is told, but doesn't hold.
    """

    reason: Reason
    has: Decimal
    limit: Decimal
    excepted: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules make of a unit for a year.

    Attributes:
        unit: slug.
        takes_part: may it be called, and does its turnover count?
        at_most: the most that it can get; None: the conditions set no limit. For `compute.Member`.
        refusals: rules that it doesn't meet, those among them that are set aside.
    """

    unit: str
    takes_part: bool
    at_most: Decimal | None
    refusals: tuple[Refusal, ...]


def judge(candidate: Candidate, year: int, last_day: dt.date, terms: SolidarityTerms, currency: str) -> Standing:
    """Does a unit take part in a year, and how much may it get at most?

    Args:
        candidate: a unit, not central.
        year: the fiscal year, as `supports` and `turnovers` name it.
        last_day: the last day of that year.
        terms: of the year.
        currency: the reporting currency.
    """
    if not _is_member(candidate, last_day):
        return Standing(candidate.unit, takes_part=False, at_most=None, refusals=(Refusal("not-member", ZERO, ZERO),))
    refusals, at_most = [], None
    waiting = _waiting(candidate, last_day, terms)
    if waiting:
        refusals.append(waiting)
    stopped = _stopped(candidate, year, terms)
    if stopped:
        refusals.append(stopped)
        at_most = None if stopped.excepted else ZERO
    if terms.lifetime is not None:
        got, limit = _lifetime(candidate, year, terms.lifetime, currency)
        excepted = "lifetime" in candidate.exceptions
        if got >= limit:
            refusals.append(Refusal("lifetime", got, limit, excepted))
        if not excepted:
            room = max(ZERO, limit - got)
            at_most = room if at_most is None else min(at_most, room)
    takes_part = waiting is None or waiting.excepted
    return Standing(candidate.unit, takes_part, at_most if takes_part else None, tuple(refusals))


def full_months(joined: dt.date, last_day: dt.date) -> int:
    """Full months of membership from `joined` to `last_day`, both included: 1 January to 31 December are twelve."""
    after = last_day + dt.timedelta(days=1)
    return (after.year - joined.year) * 12 + after.month - joined.month - (after.day < joined.day)


def _is_member(candidate: Candidate, day: dt.date) -> bool:
    has_joined = candidate.joined is None or candidate.joined <= day
    return has_joined and (candidate.left is None or day <= candidate.left)


def _waiting(candidate: Candidate, last_day: dt.date, terms: SolidarityTerms) -> Refusal | None:
    if candidate.joined is None:
        return None
    months = full_months(candidate.joined, last_day)
    if months >= terms.waiting:
        return None
    return Refusal("waiting", Decimal(months), Decimal(terms.waiting), "waiting" in candidate.exceptions)


def _stopped(candidate: Candidate, year: int, terms: SolidarityTerms) -> Refusal | None:
    """No more than `supported` years within `within`: this year would be one more, so earlier ones must leave room."""
    if terms.supported is None:
        return None
    earlier = range(year - terms.within + 1, year)
    count = sum(candidate.supports.get(one, ZERO) > 0 for one in earlier)
    if count < terms.supported:
        return None
    return Refusal("supported", Decimal(count), Decimal(terms.supported), "supported" in candidate.exceptions)


def _lifetime(candidate: Candidate, year: int, part: Decimal, currency: str) -> tuple[Decimal, Decimal]:
    """What the unit got for earlier years, and the most it gets altogether, cut to the currency's unit."""
    years = range(year - AVERAGED + 1, year + 1)
    turnovers = [Fraction(max(ZERO, candidate.turnovers[one])) for one in years if one in candidate.turnovers]
    average = sum(turnovers, Fraction(0)) / (len(turnovers) or 1)
    with localcontext(EXACT):
        got = sum((amount for of, amount in candidate.supports.items() if of < year), ZERO)
        return got, floor(Fraction(part) * average / Fraction(unit_of(currency))) * unit_of(currency)
