"""The investment fund's limits on a day, and how much room they leave (SPEC 9).

| limit | actual | allowed |
|---|---|---|
| exposure | a unit's loans before allowance, stakes, commitments, a part of its guarantees | ≤ a part of the fund |
| business-line | the same of all units of a line | ≤ a part of the fund |
| of-turnover | loans and promised loans of one unit | ≤ a part of its turnover of the year before |
| liquidity | in the bank | ≥ a part of the fund |
| grants | granted in the fiscal year | ≤ a part of the inflow of the year before, repayments apart |
| own-part | what the unit puts in itself | ≥ a part of the budget |
| project-share | what the fund pays | ≤ a part of the budget |

The room for something new is what stands the limits twice: when it has been agreed on, and when everything that is
promised has been paid out. A grant that is paid makes the fund smaller, and so what every unit may have of it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from math import floor
from typing import Literal

from ledger.rules.funds.movements import Fund, State, Unit
from ledger.rules.funds.terms import AgreementTerms, FundTerms, Kind
from ledger.rules.rounding import EXACT, unit_of

ZERO = Decimal(0)
NONE = Unit()
#: More than this part of the fund is for the assembly, whatever the amount.
ASSEMBLY_PART = Decimal("0.25")
Body = Literal["director", "committee", "board", "assembly"]
BODIES: tuple[Body, ...] = ("director", "committee", "board", "assembly")
Name = Literal["exposure", "business-line", "of-turnover", "liquidity", "grants", "own-part", "project-share"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on a day; amounts in central's currency, exact.

    Attributes:
        of: whom it is about: a unit's slug, a business line, a case; "" = the fund.
        least: whether `allowed` is the least (liquidity, own part) rather than the most.
        base: what it is a part of: the fund, a turnover, an inflow, a budget.
        part: the part of the base that is allowed.
    """

    name: Name
    of: str
    actual: Decimal
    base: Decimal
    part: Decimal
    least: bool = False

    @property
    def allowed(self) -> Decimal:
        """The amount that is allowed; of a base below nothing, nothing."""
        with localcontext(EXACT):
            return self.part * max(ZERO, self.base)

    @property
    def headroom(self) -> Decimal:
        """What is left to the limit; negative: by how much it is broken."""
        with localcontext(EXACT):
            return self.actual - self.allowed if self.least else self.allowed - self.actual

    @property
    def ok(self) -> bool:
        """Whether it is kept; what is exactly at the limit is."""
        return self.headroom >= 0

    @property
    def ratio(self) -> Fraction | None:
        """Actual ÷ base; None of nothing."""
        return Fraction(self.actual) / Fraction(self.base) if self.base else None


@dataclass(frozen=True)
class Surroundings:
    """What limits look at besides the fund.

    Attributes:
        lines: a unit's business line, by slug.
        turnover: of the fiscal year before, by slug, in central's currency. A unit that isn't named has no such limit.
    """

    lines: Mapping[str, str] = field(default_factory=dict)
    turnover: Mapping[str, Decimal] = field(default_factory=dict)


NOTHING = Surroundings()


def limits(fund: Fund, day: dt.date, around: Surroundings = NOTHING) -> tuple[Limit, ...]:
    """Every limit of the fund's terms at the end of a day; agreements as far as they have begun."""
    state = fund.state(day)
    own = [_of_agreement(agreement, fund.terms) for agreement in fund.agreed(day)]
    return (*limits_of(state, fund.terms, around), *(limit for found in own for limit in found))


def limits_of(state: State, terms: FundTerms, around: Surroundings = NOTHING) -> tuple[Limit, ...]:
    """The limits that the fund as a whole is held to."""
    found = [Limit("liquidity", "", state.bank, state.worth, terms.liquidity, least=True)]
    found.append(Limit("grants", "", state.granted, state.inflow, terms.grants))
    lines: dict[str, Decimal] = defaultdict(Decimal)
    with localcontext(EXACT):
        for slug, unit in state.units.items():
            exposure = unit.exposure(terms.guarantee_weight)
            lines[around.lines.get(slug, "")] += exposure
            found.append(Limit("exposure", slug, exposure, state.worth, terms.exposure))
            if terms.of_turnover is not None and slug in around.turnover:
                lent = unit.loans + unit.committed_loans
                found.append(Limit("of-turnover", slug, lent, around.turnover[slug], terms.of_turnover))
    if terms.business_line is not None:
        found += [
            Limit("business-line", line, lines[line], state.worth, terms.business_line)
            for line in sorted(lines)
            if line
        ]
    return tuple(found)


def _of_agreement(agreement: AgreementTerms, terms: FundTerms) -> Iterator[Limit]:
    yield Limit("own-part", agreement.case, agreement.own_part, agreement.budget, terms.own_part, least=True)
    if terms.project_share is not None:
        yield Limit("project-share", agreement.case, agreement.amount, agreement.budget, terms.project_share)


@dataclass(frozen=True, slots=True)
class Room:
    """How much more a unit may get of the fund.

    Attributes:
        amount: the most, in whole units of the currency, never negative; None: nothing limits it.
        binds: the limit that sets it; None: nothing does.
        each: what each limit would leave by itself, exact; negative where it is broken already.
    """

    unit: str
    kind: Kind
    amount: Decimal | None
    binds: Name | None
    each: tuple[tuple[Name, Fraction], ...]


def room(
    state: State,
    terms: FundTerms,
    unit: str,
    kind: Kind,
    currency: str,
    *,
    around: Surroundings = NOTHING,
    budget: Decimal | None = None,
) -> Room:
    """The largest further amount of a kind for a unit on the day of `state`.

    Only limits that the amount itself moves count: where another unit already has more than its part, that is no
    reason to refuse a loan to this one, but one to refuse a grant, which makes the fund smaller.

    Args:
        state: the fund on the day.
        terms: of the fund.
        unit: slug of who asks.
        kind: what it asks for.
        currency: central's.
        around: business lines and turnover.
        budget: of the project, for the limits that are parts of it; None: these don't count.
    """
    each: dict[Name, Fraction] = {}
    for name, most in _rooms(state, terms, unit, kind, around, budget):
        each[name] = min(each.get(name, most), most)
    if not each:
        return Room(unit, kind, None, None, ())
    binds = min(each, key=lambda name: each[name])
    quantum = unit_of(currency)
    with localcontext(EXACT):
        amount = max(0, floor(each[binds] / Fraction(quantum))) * quantum
    return Room(unit, kind, amount, binds, tuple(each.items()))


def _rooms(
    state: State, terms: FundTerms, unit: str, kind: Kind, around: Surroundings, budget: Decimal | None
) -> Iterator[tuple[Name, Fraction]]:
    weight = _weight(terms, kind)
    own = state.units.get(unit, NONE)
    if weight:
        for name, part, members in _groups(terms, unit, around):
            used = _exposure(state, terms, members, paid=False)
            yield name, (Fraction(part) * _of(state.worth) - used) / weight
    yield from _once_paid(state, terms, unit, kind, around)
    if kind == "grant":
        yield "grants", Fraction(terms.grants) * _of(state.inflow) - Fraction(state.granted)
    if kind == "loan" and terms.of_turnover is not None and unit in around.turnover:
        lent = Fraction(own.loans + own.committed_loans)
        yield "of-turnover", Fraction(terms.of_turnover) * _of(around.turnover[unit]) - lent
    if budget is not None:
        yield "own-part", (1 - Fraction(terms.own_part)) * Fraction(budget)
        if terms.project_share is not None:
            yield "project-share", Fraction(terms.project_share) * Fraction(budget)


def _once_paid(
    state: State, terms: FundTerms, unit: str, kind: Kind, around: Surroundings
) -> Iterator[tuple[Name, Fraction]]:
    """What is left when everything promised is paid out, this too."""
    promised = sum((Fraction(u.committed_grants) for u in state.units.values()), Fraction(0))
    worth, bank = Fraction(state.worth) - promised, Fraction(state.bank) - Fraction(state.committed)
    least = Fraction(terms.liquidity)
    if kind == "grant":
        yield "liquidity", _grant_from_bank(bank, worth, least)
    elif kind != "guarantee":
        yield "liquidity", bank - least * max(Fraction(0), worth)
    weight = _weight(terms, kind)
    for other in {unit, *state.units} if kind == "grant" else {unit}:
        for name, part, members in _groups(terms, other, around):
            used, allowed = _exposure(state, terms, members, paid=True), Fraction(part)
            if kind != "grant":
                if weight:
                    yield name, (allowed * max(Fraction(0), worth) - used) / weight
            elif used > 0:  # used <= allowed * (worth - grant)
                yield name, worth - used / allowed if allowed else -used


def _grant_from_bank(bank: Fraction, worth: Fraction, least: Fraction) -> Fraction:
    """The largest grant x with bank - x >= least * max(0, worth - x)."""
    if bank >= worth:
        return bank
    return (bank - least * worth) / (1 - least) if least < 1 else bank - worth


def _groups(terms: FundTerms, unit: str, around: Surroundings) -> Iterator[tuple[Name, Decimal, frozenset[str]]]:
    yield "exposure", terms.exposure, frozenset({unit})
    line = around.lines.get(unit, "")
    if terms.business_line is not None and line:
        of_line = frozenset(slug for slug, name in around.lines.items() if name == line)
        yield "business-line", terms.business_line, of_line


def _exposure(state: State, terms: FundTerms, members: frozenset[str], *, paid: bool) -> Fraction:
    """What is at stake with some units; `paid`: once everything promised is paid out, grants are gone."""
    found = Fraction(0)
    for slug in members & state.units.keys():
        own = state.units[slug]
        with localcontext(EXACT):
            found += Fraction(own.exposure(terms.guarantee_weight) - (own.committed_grants if paid else ZERO))
    return found


def _weight(terms: FundTerms, kind: Kind) -> Fraction:
    return Fraction(terms.guarantee_weight) if kind == "guarantee" else Fraction(1)


def _of(base: Decimal) -> Fraction:
    return Fraction(max(ZERO, base))


def body_for(amount: Decimal, worth: Decimal, terms: FundTerms) -> Body | None:
    """Who decides on an amount: the first whose limit it doesn't pass; None: the terms name no limits.

    What is more than a quarter of the fund is for the assembly, whatever the amount (research: funds, 3.1).

    Args:
        amount: what is applied for, in central's currency.
        worth: of the fund on the day of the decision.
        terms: of the fund.
    """
    steps: list[tuple[Body, Decimal | None]] = [
        ("director", terms.director),
        ("committee", terms.committee),
        ("board", terms.board),
    ]
    asked = [(body, limit) for body, limit in steps if limit is not None]
    if not asked:
        return None
    with localcontext(EXACT):
        if amount > ASSEMBLY_PART * max(ZERO, worth):
            return "assembly"
    return next((body for body, limit in asked if amount <= limit), "assembly")


def may_decide(body: Body, needed: Body) -> bool:
    """Whether a body may decide what `needed` would: every body decides what a smaller one may."""
    return BODIES.index(body) >= BODIES.index(needed)


def is_recused(agreement: AgreementTerms) -> bool:
    """Whether the unit's own representatives are recorded as having taken no part in the decision."""
    return agreement.unit in agreement.recused
