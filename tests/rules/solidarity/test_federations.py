"""Random federations of 50 units: what the solidarity fund promises holds for each of them.

Some are drawn by default; the campaign in full is `SAMBOK_FEDERATIONS=10000 pytest tests/rules/solidarity`.
"""

from __future__ import annotations

import time
from decimal import Decimal
from random import Random

import pytest

from ledger.rules.solidarity.compute import Member, compute
from ledger.rules.solidarity.pooling import Pooling, pool
from ledger.rules.solidarity.terms import SolidarityTerms
from tests.rules.solidarity.federations import FEDERATIONS, UNITS, draw_fund, draw_members, draw_terms, second

D = Decimal
PARTS = 10
CURRENCIES = {"SEK": 2, "EUR": 2, "CLP": 0, "KWD": 3}


def drawn(number: int):
    """The federation of that number, always the same one."""
    random = Random(number)  # noqa: S311  no cryptography
    currency = random.choice(sorted(CURRENCIES))
    members = draw_members(random, CURRENCIES[currency])
    return random, members, draw_fund(random, members, CURRENCIES[currency]), draw_terms(random), currency


def numbers(part: int) -> range:
    """The federations of a part of the campaign."""
    return range(part, FEDERATIONS, PARTS)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_fund_keeps_what_it_promises(part):
    for number in numbers(part):
        random, members, fund, terms, currency = drawn(number)
        found = compute(members, fund, terms, currency)
        claims, calls = sum(s.claim for s in found.steps), sum(s.call for s in found.steps)
        assert len(found.steps) == UNITS
        assert fund + calls - claims == found.fund_close >= 0, number
        base = max(fund, terms.floor * sum(max(D(0), m.base) for m in members))
        for step in found.steps:
            assert 0 <= step.claim <= min(step.need, terms.cap * step.turnover, terms.share * base), (number, step)
            assert 0 <= step.call <= terms.call * max(D(0), step.result), (number, step)
            assert not step.claim or step.result + step.claim <= 0, (number, step)
        places = CURRENCIES[currency]
        coins = {s.unit: (s.claim.scaleb(places), s.call.scaleb(places)) for s in found.steps}
        assert coins == second(members, fund, terms, places), number
        random.shuffle(members)
        assert compute(members, fund, terms, currency) == found, number


@pytest.mark.parametrize("part", range(PARTS))
def test_what_pooling_moves_sums_to_nothing(part):
    for number in numbers(part):
        random, members, _, terms, currency = drawn(number)
        pooling = [Pooling(m.unit, m.result, m.base) for m in members]
        alpha = random.choice([terms.pooled, D("0.15"), D("0.333"), D(1), D(0)])
        found = pool(pooling, alpha, currency)
        assert sum(t.amount for t in found.transfers) == 0, number
        random.shuffle(pooling)
        assert pool(pooling, alpha, currency) == found, number


def test_all_kinds_of_years_are_drawn():
    """A fund that does, a call that does, claims that are cut; units stopped by each of the limits."""
    kinds, limits = set(), set()
    for number in range(50):
        _, members, fund, terms, currency = drawn(number)
        found = compute(members, fund, terms, currency)
        kinds.add("cut" if found.scaled else "called" if found.called else "enough")
        limits |= {step.binds for step in found.steps if step.claim}
    assert kinds == {"cut", "called", "enough"}
    assert limits == {"need", "turnover", "fund"}


def test_fifty_units_take_no_time():
    """10 ms a year is asked for; the best of some runs, so that a busy machine doesn't fail it."""
    results = [D(n * 7919 % 100_003) * (-1) ** n for n in range(1, UNITS + 1)]
    members = [Member(f"u{n}", D(1_000_000), result, D(0)) for n, result in enumerate(results)]
    best = 1.0
    for _ in range(10):
        began = time.perf_counter()
        found = compute(members, D(0), SolidarityTerms(), "SEK")
        best = min(best, time.perf_counter() - began)
    assert found.called
    assert best < 0.010
