"""What the solidarity fund gives and calls for a year: the formula, with every step of it (SPEC 9).

A unit bears a part of its turnover itself (the deductible) and what it has saved, but for a part that it may keep.
What is left of its deficit is its need; it gets the smallest of three: a part of the need, a part of its turnover, a
part of the fund (of the fund's floor, where the fund is below it). What the fund lacks for all claims is called from
units with a surplus; what is then still lacking is taken from all claims alike.

Claims and the most that is called are cut to the currency's unit; what is shared out is shared by largest remainder,
ties to the larger result (claim), then to the slug. Everything else is exact, so the order of units changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from ledger.rules.rounding import EXACT, down, in_quanta, largest_remainder, unit_of
from ledger.rules.solidarity.terms import SolidarityTerms

ZERO = Decimal(0)
#: Which of the limits a claim was set by: a part of the need, of the turnover, of the fund; or what the conditions of
#: support leave (`ledger.rules.solidarity.conditions`).
Limit = Literal["need", "turnover", "fund", "conditions"]


@dataclass(frozen=True, slots=True)
class Member:
    """A unit that takes part in a year's computation; amounts in the reporting currency.

    Attributes:
        unit: slug.
        base: its levy base of the year, prior-year lines apart; may be negative.
        result: R, after the year's levy, before tax, appropriations, solidarity, fund grants and gains on disposals.
        own: E, its own accumulated result at the year's end before R, with claims and calls of earlier years.
        at_most: the most that the conditions of support leave to it; None: they set no limit.
    """

    unit: str
    base: Decimal
    result: Decimal
    own: Decimal
    at_most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A unit's way through the formula; amounts in the reporting currency, exact unless said otherwise.

    Attributes:
        unit, base, result, own: as they went in.
        turnover: T = max(0, base).
        deductible: d · T, borne by the unit itself.
        kept: what it has saved beyond what it may keep, max(0, E - f · T): used before others help.
        need: max(0, -R - deductible - kept).
        limit_need, limit_turnover, limit_fund: c · need, k · T, g · max(fund, floor · ΣT).
        limit_conditions: what the conditions of support leave, None where they set no limit.
        binds: the smallest of the limits, the first one of equals; None: nothing is needed.
        claim_before_scaling: the smallest limit, cut to the currency's unit.
        claim: what it gets.
        call_cap: s · R of a unit with a surplus, cut to the currency's unit.
        call: what it pays.
    """

    unit: str
    base: Decimal
    result: Decimal
    own: Decimal
    turnover: Decimal
    deductible: Decimal
    kept: Decimal
    need: Decimal
    limit_need: Decimal
    limit_turnover: Decimal
    limit_fund: Decimal
    limit_conditions: Decimal | None
    binds: Limit | None
    claim_before_scaling: Decimal
    claim: Decimal
    call_cap: Decimal
    call: Decimal

    @property
    def net(self) -> Decimal:
        """What the year changes for the unit: got less paid."""
        return self.claim - self.call


@dataclass(frozen=True)
class Computed:
    """A year's claims and calls; amounts in `currency`.

    Attributes:
        terms: what was reckoned by.
        fund_open: the fund on the year's last day with the year's component, before claims.
        group_turnover: ΣT of all members, also of those who don't take part yet.
        fund_base: max(fund, floor · ΣT): what one unit's part of the fund is a part of.
        steps: by unit, in the order of slugs.
        shortfall: what the fund lacks for all claims as they were before scaling.
        called: Σ calls; less than `shortfall` where units with a surplus can't bear more.
        scaled: claims were cut, because fund and calls together didn't do.
        fund_close: fund_open + Σ calls - Σ claims.
    """

    terms: SolidarityTerms
    currency: str
    fund_open: Decimal
    group_turnover: Decimal
    fund_base: Decimal
    steps: tuple[Step, ...]
    shortfall: Decimal
    called: Decimal
    scaled: bool
    fund_close: Decimal

    @cached_property
    def by_unit(self) -> dict[str, Step]:
        """The steps by slug."""
        return {step.unit: step for step in self.steps}

    @cached_property
    def claimed(self) -> Decimal:
        """Σ claims."""
        return _sum(step.claim for step in self.steps)


def compute(
    members: Sequence[Member],
    fund_open: Decimal,
    terms: SolidarityTerms,
    currency: str,
    *,
    group_turnover: Decimal | None = None,
) -> Computed:
    """A year's claims and calls.

    Args:
        members: who takes part: each unit once, not central; the order changes nothing.
        fund_open: the fund on the year's last day with the year's component, before claims. A fund that is below
            nothing gives nothing, and no call fills it up.
        terms: of the year; rates between 0 and 1.
        currency: the reporting currency, which all amounts are in.
        group_turnover: ΣT of all members, whose components are in the fund; None: of `members`.
    """
    ordered = sorted(members, key=lambda member: member.unit)
    assert len({member.unit for member in ordered}) == len(ordered), "a unit takes part once"
    with localcontext(EXACT):
        turnover = group_of(ordered) if group_turnover is None else group_turnover
        fund_base = max(fund_open, terms.floor * turnover)
        steps = [_step(member, fund_base, terms, currency) for member in ordered]
        claims = {step["unit"]: step["claim_before_scaling"] for step in steps}
        wanted, has = _sum(claims.values()), down(max(ZERO, fund_open), currency)
        shortfall = max(ZERO, wanted - has)
        calls = _calls(ordered, {step["unit"]: step["call_cap"] for step in steps}, shortfall, currency)
        called = _sum(calls.values())
        scaled = called < shortfall
        if scaled:
            claims = largest_remainder(has + called, claims, currency)
        computed = Computed(
            terms=terms,
            currency=currency,
            fund_open=fund_open,
            group_turnover=turnover,
            fund_base=fund_base,
            steps=tuple(Step(**step, claim=claims[step["unit"]], call=calls[step["unit"]]) for step in steps),
            shortfall=shortfall,
            called=called,
            scaled=scaled,
            fund_close=fund_open + called - _sum(claims.values()),
        )
        _check(computed)
    return computed


def group_of(members: Iterable[Member]) -> Decimal:
    """ΣT; no turnover is below zero."""
    return _sum(max(ZERO, member.base) for member in members)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _step(member: Member, fund_base: Decimal, terms: SolidarityTerms, currency: str) -> dict[str, Any]:
    """All of a unit's step that doesn't hang on the others' claims."""
    turnover = max(ZERO, member.base)
    deductible = terms.deductible * turnover
    kept = max(ZERO, member.own - terms.free * turnover)
    need = max(ZERO, -member.result - deductible - kept)
    limits: dict[Limit, Decimal] = {
        "need": terms.cover * need,
        "turnover": terms.cap * turnover,
        "fund": terms.share * fund_base,
    }
    if member.at_most is not None:
        limits["conditions"] = max(ZERO, member.at_most)
    binds = min(limits, key=lambda limit: limits[limit])
    return {
        "unit": member.unit,
        "base": member.base,
        "result": member.result,
        "own": member.own,
        "turnover": turnover,
        "deductible": deductible,
        "kept": kept,
        "need": need,
        "limit_need": limits["need"],
        "limit_turnover": limits["turnover"],
        "limit_fund": limits["fund"],
        "limit_conditions": limits.get("conditions"),
        "binds": binds if need else None,
        "claim_before_scaling": down(limits[binds], currency),
        "call_cap": down(terms.call * max(ZERO, member.result), currency),
    }


def _calls(
    members: Sequence[Member], caps: dict[str, Decimal], shortfall: Decimal, currency: str
) -> dict[str, Decimal]:
    """The shortfall, shared over units with a surplus pro rata to it; no one above its cap.

    Where the caps hold less than the shortfall, each is called in full. Otherwise everyone's exact part is below
    s · R, so only what rounding adds may meet a cap; that goes to the next one.
    """
    unit = unit_of(currency)
    calls = {member.unit: ZERO.quantize(unit) for member in members}
    if shortfall >= _sum(caps.values()):
        return {**calls, **caps}
    payers = sorted((m for m in members if m.result > 0), key=lambda m: (-m.result, m.unit))
    surplus = sum((Fraction(m.result) for m in payers), Fraction(0))
    exact = [Fraction(shortfall) * Fraction(m.result) / surplus for m in payers]
    parts = in_quanta(shortfall, exact, unit, [caps[m.unit] for m in payers])
    return calls | {m.unit: part for m, part in zip(payers, parts, strict=True)}


def _check(computed: Computed) -> None:
    """Nothing is created or lost, and nobody pays or gets more than the rule says."""
    has, claims = computed.fund_open, computed.claimed
    assert has + _sum(step.call for step in computed.steps) - claims == computed.fund_close
    assert computed.fund_close >= min(has, ZERO), "the fund gives no more than it has and gets"
    for step in computed.steps:
        assert ZERO <= step.call <= computed.terms.call * max(ZERO, step.result), step
        assert ZERO <= step.claim <= step.claim_before_scaling <= step.need, step
        assert not step.claim or step.result + step.claim <= 0, step
