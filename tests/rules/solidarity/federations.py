"""Random federations, and the formula a second time: whole units of the smallest coin and fractions, written apart."""

from __future__ import annotations

import os
from decimal import Decimal
from fractions import Fraction
from math import floor
from random import Random

from ledger.rules.solidarity.compute import Member
from ledger.rules.solidarity.terms import SolidarityTerms

#: Federations of the campaign; in full: `SAMBOK_FEDERATIONS=10000 pytest tests/rules/solidarity`.
FEDERATIONS = int(os.environ.get("SAMBOK_FEDERATIONS", "50"))
UNITS = 50
RATES = {
    "deductible": ["0", "0.01", "0.005", "0.03"],
    "free": ["0", "0.02", "0.1"],
    "cover": ["0.5", "0.5", "0.333", "1", "0"],
    "cap": ["0.10", "0.10", "0.0175", "1"],
    "share": ["0.25", "0.25", "0.01", "1"],
    "call": ["0.20", "0.20", "0.0333", "1", "0"],
    "floor": ["0.015", "0.015", "0", "0.2"],
}


def rows(table: str) -> list[list[str]]:
    """The cells of an aligned table; `|` only parts columns for the eye."""
    return [line.replace("|", " ").split() for line in table.strip().splitlines()]


def draw_terms(random: Random) -> SolidarityTerms:
    """What SPEC 9 says in one of three, else any terms."""
    if random.random() < 1 / 3:
        return SolidarityTerms()
    return SolidarityTerms(**{name: Decimal(random.choice(rates)) for name, rates in RATES.items()})


def draw_members(random: Random, places: int, count: int = UNITS) -> list[Member]:
    """Units from some coins to millions; equal ones, refunds, nothing at all, a bad or a good year among them."""
    size = 10 ** random.choice([2, 5, 8, 9])
    luck = random.choice([0.1, 0.5, 0.5, 0.9, 1.0, 0.0])
    found: list[Member] = []
    for number in random.sample(range(1000), count):
        if found and random.random() < 0.15:
            one = random.choice(found)
            base, result, own = one.base, one.result, one.own
        else:
            sign = 1 if random.random() < luck else -1
            result = _coins(sign * random.randrange(size), places)
            base = _coins(random.choice([0, -1, 1, 1, 1, 5]) * random.randrange(2 * size), places)
            own = _coins(random.choice([0, -1, 1, 1]) * random.randrange(size), places)
        found.append(Member(f"u{number:03d}", base, result, own))
    return found


def draw_fund(random: Random, members: list[Member], places: int) -> Decimal:
    """Empty, too little, much."""
    lost = int(sum((-m.result for m in members if m.result < 0), Decimal(0)).scaleb(places)) + 2
    return _coins(random.choice([0, 1, random.randrange(lost), random.randrange(lost) // 10, 100 * lost]), places)


def _coins(number: int, places: int) -> Decimal:
    return Decimal(number).scaleb(-places)


def second(members: list[Member], fund: Decimal, terms: SolidarityTerms, places: int) -> dict[str, tuple[int, int]]:
    """By unit, claim and call in whole smallest units."""
    coins = 10**places
    turnover = {m.unit: Fraction(m.base) * coins if m.base > 0 else Fraction(0) for m in members}
    result = {m.unit: Fraction(m.result) * coins for m in members}
    has = Fraction(fund) * coins
    of_fund = Fraction(terms.share) * max(has, Fraction(terms.floor) * sum(turnover.values()))
    claims, caps = {}, {}
    for m in members:
        spare = Fraction(m.own) * coins - Fraction(terms.free) * turnover[m.unit]
        need = -result[m.unit] - Fraction(terms.deductible) * turnover[m.unit] - max(0, spare)
        bounds = Fraction(terms.cover) * need, Fraction(terms.cap) * turnover[m.unit], of_fund
        claims[m.unit] = floor(min(bounds)) if need > 0 else 0
        caps[m.unit] = floor(Fraction(terms.call) * result[m.unit]) if result[m.unit] > 0 else 0
    lacking = max(0, sum(claims.values()) - int(has))
    called = min(lacking, sum(caps.values()))
    calls = dealt(called, {u: r for u, r in result.items() if r > 0}, caps)
    if called < lacking:
        claims = dealt(int(has) + called, {u: Fraction(c) for u, c in claims.items() if c}, claims)
    return {m.unit: (claims.get(m.unit, 0), calls.get(m.unit, 0)) for m in members}


def dealt(total: int, weights: dict[str, Fraction], caps: dict[str, int]) -> dict[str, int]:
    """Deal out coins: the whole ones of each exact part, then one at a time to whose remainder is the largest."""
    if sum(caps.values()) == total:
        return dict(caps)
    whole = sum(weights.values(), Fraction(0))
    parts = {u: floor(total * w / whole) for u, w in weights.items()}
    queue = sorted(weights, key=lambda u: (parts[u] - total * weights[u] / whole, -weights[u], u))
    while sum(parts.values()) < total:
        turn = queue.pop(0)
        queue.append(turn)
        if parts[turn] < caps[turn]:
            parts[turn] += 1
    return parts
