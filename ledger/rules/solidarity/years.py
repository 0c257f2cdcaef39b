"""The solidarity fund over several years: what other terms would have made of them (SPEC 9).

A year's claims and calls change the fund that the next year begins with, and the own result of each unit that the next
year reckons with. What was recorded of a unit's own result already holds what was really booked of earlier years; it is
taken out before what the replay makes of them is put in. So the terms that were in force, with what was recorded, give
what was computed then, to the last digit.

What the fund gets and gives besides (components, gifts, what is paid back of earlier support) is taken as recorded.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from itertools import pairwise

from ledger.rules.rounding import EXACT
from ledger.rules.solidarity.compute import Computed, Member, compute, group_of
from ledger.rules.solidarity.conditions import Candidate, Standing, judge
from ledger.rules.solidarity.terms import SolidarityTerms

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class YearInput:
    """What was recorded of a year; amounts in the reporting currency.

    Attributes:
        year: what it is named after.
        members: all; of units in `candidates` the terms say who takes part.
        inflow: what moved the fund in the year besides claims and calls of the years replayed: the year's component,
            gifts, what was paid back, less what was moved to other funds.
        booked: by unit, claim less call of *this* year as later years' `own` already holds it.
        candidates: by unit, what decides whether it takes part. Those named are judged anew by the terms of the
            replay, with the support that the replay gave; for all others `at_most` stands as recorded.
        last_day: of the year, for `candidates`; None: 31 December.
        terms: of this year, where they aren't those of the whole replay.
    """

    year: int
    members: Sequence[Member]
    inflow: Decimal = ZERO
    booked: Mapping[str, Decimal] = field(default_factory=dict)
    candidates: Mapping[str, Candidate] = field(default_factory=dict)
    last_day: dt.date | None = None
    terms: SolidarityTerms | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """A year as the terms of the replay make it: the computation, and by unit what its conditions were judged to be."""

    year: int
    computed: Computed
    standings: Mapping[str, Standing]


def replay(years: Sequence[YearInput], opening: Decimal, terms: SolidarityTerms, currency: str) -> tuple[Replayed, ...]:
    """Compute several years in a row by the same terms.

    Args:
        years: in the order of time, each year once.
        opening: the fund before the first year's inflow.
        terms: to compute all years by.
        currency: the reporting currency.

    Returns:
        A computation for each year; each one's fund opens with what the one before left, and its own inflow.
    """
    assert all(a.year < b.year for a, b in pairwise(years)), "years follow one another"
    changed: dict[str, Decimal] = defaultdict(lambda: ZERO)
    given: dict[str, dict[int, Decimal]] = defaultdict(lambda: {year.year: ZERO for year in years})
    fund, done = opening, []
    for year in years:
        by = year.terms or terms
        standings = {
            unit: _judged(candidate, year, given[unit], by, currency) for unit, candidate in year.candidates.items()
        }
        with localcontext(EXACT):
            members = [m for member in year.members if (m := _now(member, standings.get(member.unit), changed))]
            computed = compute(members, fund + year.inflow, by, currency, group_turnover=group_of(year.members))
            for unit in year.booked.keys() | computed.by_unit.keys():
                step = computed.by_unit.get(unit)
                given[unit][year.year] = step.claim if step else ZERO
                changed[unit] += (step.net if step else ZERO) - year.booked.get(unit, ZERO)
        fund = computed.fund_close
        done.append(Replayed(year.year, computed, standings))
    return tuple(done)


def _judged(
    candidate: Candidate, year: YearInput, given: Mapping[int, Decimal], terms: SolidarityTerms, currency: str
) -> Standing:
    """A unit's conditions, with the support that the replay gave instead of what was recorded for those years."""
    last_day = year.last_day or dt.date(year.year, 12, 31)
    return judge(replace(candidate, supports={**candidate.supports, **given}), year.year, last_day, terms, currency)


def _now(member: Member, standing: Standing | None, changed: Mapping[str, Decimal]) -> Member | None:
    """A member with the own result that the replay leaves it; None: it takes no part."""
    if standing and not standing.takes_part:
        return None
    limit = standing.at_most if standing else member.at_most
    return replace(member, own=member.own + changed[member.unit], at_most=limit)
