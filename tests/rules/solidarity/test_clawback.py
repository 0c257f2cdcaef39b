"""Support on condition: what comes back of it, year by year."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.solidarity.clawback import Support, claw_back, follow
from ledger.rules.solidarity.clawback import given as support_of
from ledger.rules.solidarity.terms import SolidarityTerms
from tests.rules.solidarity.federations import rows

D = Decimal
#: Half of a support is given on condition; a quarter of later surpluses comes back, for three years.
TERMS = SolidarityTerms(claw_back=D("0.5"), claw_back_rate=D("0.25"), claw_back_years=3)


def test_by_default_support_is_given_for_good():
    support = support_of(2026, D("1000.00"), SolidarityTerms(), "SEK")
    assert (support.conditional, support.left, support.until) == (0, 0, 2031)
    assert claw_back([support], 2027, D(10**6), SolidarityTerms(), "SEK").amount == 0


@pytest.mark.parametrize(
    ("amount", "currency", "conditional"), [("100.01", "SEK", "50.00"), ("101", "CLP", "50"), ("0.003", "KWD", "0.001")]
)
def test_what_is_given_on_condition_is_cut(amount, currency, conditional):
    support = support_of(2026, D(amount), TERMS, currency)
    assert (str(support.conditional), support.until) == (conditional, 2029)


# 1000.00 was given for 2026 and 400.00 for 2027: on condition 500.00 until 2029, and 200.00 until 2030.
FOLLOWED = """
year  result    | at-most  2026    2027    | left-2026 left-2027 released
2027  100.00    | 25.00    25.00   0       | 475.00    200.00    0
2028  -70.00    | 0        0       0       | 475.00    200.00    0
2029  1000.03   | 250.00   250.00  0       | 225.00    200.00    225.00
2030  500.00    | 125.00   0       125.00  | 225.00    75.00     75.00
2031  9000.00   | 2250.00  0       0       | 225.00    75.00     0
"""


def test_year_by_year():
    supports = [support_of(2027, D(400), TERMS, "SEK"), support_of(2026, D(1000), TERMS, "SEK")]
    table = rows(FOLLOWED)[1:]
    years = follow(supports, {int(year): D(result) for year, result, *_ in reversed(table)}, TERMS, "SEK")
    for found, (year, result, at_most, oldest, later, *left, released) in zip(years, table, strict=True):
        paid = {part.support: part.amount for part in found.returning}
        assert (found.year, found.result, found.at_most) == (int(year), D(result), D(at_most))
        assert (paid.get(2026, 0), paid.get(2027, 0)) == (D(oldest), D(later))
        assert found.amount == D(oldest) + D(later)
        assert [s.left for s in found.supports] == list(map(D, left))
        assert sum(part.released for part in found.returning) == D(released)


def test_the_oldest_support_first_then_the_next():
    """A quarter of 2400 is 600: 500 of the older one, 100 of the younger; nothing is asked for twice."""
    supports = [support_of(2026, D(1000), TERMS, "SEK"), support_of(2027, D(400), TERMS, "SEK")]
    first, second = follow(supports, {2028: D(2400), 2029: D(2400)}, TERMS, "SEK")
    assert [(p.support, p.before, p.amount, p.left) for p in first.returning] == [
        (2026, 500, 500, 0),
        (2027, 200, 100, 100),
    ]
    assert [(p.support, p.before, p.amount, p.left) for p in second.returning] == [(2027, 100, 100, 0)]


def test_a_year_s_own_support_is_not_asked_for_in_that_year():
    supports = [support_of(2026, D(1000), TERMS, "SEK")]
    for year in (2025, 2026):
        assert claw_back(supports, year, D(10_000), TERMS, "SEK").returning == ()


def test_what_was_paid_back_before_counts():
    support = support_of(2026, D(1000), TERMS, "SEK", returned=D("480.00"))
    found = claw_back([support], 2028, D(10_000), TERMS, "SEK")
    assert (found.amount, found.supports[0].returned) == (20, 500)


def test_who_paid_back_too_much_is_asked_for_nothing():
    assert claw_back([Support(2026, D(10), D(5), 2029, D(6))], 2027, D(100), TERMS, "SEK").amount == 0


def test_terms_that_are_decided_later_leave_the_condition_as_it_was():
    """Given for good is given for good; how much of a surplus is asked for follows the year's own terms."""
    kept = support_of(2026, D(1000), replace(TERMS, claw_back=D(0)), "SEK")
    assert claw_back([kept], 2027, D(1000), TERMS, "SEK").amount == 0
    bound = support_of(2026, D(1000), TERMS, "SEK")
    assert claw_back([bound], 2027, D(1000), replace(TERMS, claw_back=D(0), claw_back_years=0), "SEK").amount == 250


amounts = st.integers(0, 10**6).map(lambda n: D(n) / 100)
results = st.dictionaries(st.integers(2024, 2036), st.integers(-(10**6), 10**6).map(lambda n: D(n) / 100), max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.integers(2024, 2032), amounts, max_size=4), results)
def test_never_more_than_the_condition_nor_than_a_part_of_the_surplus(given_for, results):
    supports = [support_of(year, amount, TERMS, "SEK") for year, amount in given_for.items()]
    years = follow(supports, results, TERMS, "SEK")
    for found in years:
        assert 0 <= found.amount <= max(D(0), found.result) / 4
        assert all(found.year - 3 <= part.support < found.year for part in found.returning)
        oldest_open = [part.left > 0 for part in found.returning]
        paid = [part.amount for part in found.returning]
        assert not any(open_ and more for open_, more in zip(oldest_open, paid[1:], strict=False)), "oldest first"
    back = {year: sum(p.amount for f in years for p in f.returning if p.support == year) for year in given_for}
    assert all(amount <= given_for[year] / 2 for year, amount in back.items())
    if years:
        assert {s.year: s.returned for s in years[-1].supports} == back
