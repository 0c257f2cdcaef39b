"""Support on condition: what a unit pays back of what it got, out of later surpluses (SPEC 9; research: funds, 3.2).

A part of each support is given on condition. Of each later year's surplus a part goes back to the fund, the oldest
support first, until all that was given on condition is returned, or the years of the condition are over: then the
rest is the unit's. A year without a surplus pays nothing, but it counts as one of the years. There is no interest.
What a support's condition is was settled when it was given; terms that are decided later don't change it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from ledger.rules.rounding import EXACT, down
from ledger.rules.solidarity.terms import SolidarityTerms

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Support:
    """What a unit got for a year, and on what condition; amounts in the reporting currency.

    Attributes:
        year: of the deficit that it was given for.
        amount: the claim.
        conditional: the part of it that is given on condition.
        until: the last year whose surplus is asked for.
        returned: what was paid back of it.
    """

    year: int
    amount: Decimal
    conditional: Decimal
    until: int
    returned: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        """What the condition still holds, while it holds."""
        return self.conditional - self.returned


@dataclass(frozen=True, slots=True)
class Returning:
    """What a year brings back of one support: `before` it was still to be returned, `amount` is paid, `left` remains.

    `released` is what the unit may keep for good, because the years of the condition are over with this one.
    """

    support: int
    before: Decimal
    amount: Decimal
    left: Decimal
    released: Decimal


@dataclass(frozen=True, slots=True)
class ClawBack:
    """A unit's claw-back of a year.

    Attributes:
        year, result: of the unit.
        at_most: claw_back_rate · R⁺, cut to the currency's unit.
        returning: by support, oldest first; those of which nothing is left are not among them.
        supports: all supports as they stand afterwards.
    """

    year: int
    result: Decimal
    at_most: Decimal
    returning: tuple[Returning, ...]
    supports: tuple[Support, ...]

    @property
    def amount(self) -> Decimal:
        """What the unit pays back for the year."""
        return sum((part.amount for part in self.returning), ZERO)


def given(year: int, amount: Decimal, terms: SolidarityTerms, currency: str, *, returned: Decimal = ZERO) -> Support:
    """The support of a year by the terms of that year; what is given on condition is cut to the currency's unit."""
    with localcontext(EXACT):
        conditional = down(terms.claw_back * amount, currency)
    return Support(year, amount, conditional, year + terms.claw_back_years, returned)


def claw_back(
    supports: Sequence[Support], year: int, result: Decimal, terms: SolidarityTerms, currency: str
) -> ClawBack:
    """What a unit pays back for a year.

    Args:
        supports: of the unit; those of this year and later ones are left as they are.
        year: whose surplus is asked for.
        result: the unit's R of that year.
        terms: of that year, for the part of the surplus that is paid back.
        currency: the reporting currency, which all amounts are in.
    """
    with localcontext(EXACT):
        at_most = down(terms.claw_back_rate * max(ZERO, result), currency)
    room, returning, after = at_most, [], []
    for support in sorted(supports, key=lambda s: s.year):
        if support.year < year <= support.until and support.left > 0:
            amount = min(support.left, room)
            room -= amount
            left = support.left - amount
            released = left if year == support.until else ZERO
            returning.append(Returning(support.year, support.left, amount, left, released))
            after.append(replace(support, returned=support.returned + amount))
        else:
            after.append(support)
    done = ClawBack(year, result, at_most, tuple(returning), tuple(after))
    assert ZERO <= done.amount <= at_most
    assert all(part.left >= 0 for part in returning)
    return done


def follow(
    supports: Sequence[Support], results: Mapping[int, Decimal], terms: SolidarityTerms, currency: str
) -> tuple[ClawBack, ...]:
    """What a unit pays back for each year of `results`, in the order of years: each begins where the last one ended."""
    done: list[ClawBack] = []
    for year in sorted(results):
        done.append(claw_back(done[-1].supports if done else supports, year, results[year], terms, currency))
    return tuple(done)
