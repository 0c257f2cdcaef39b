"""The band: what next year's component should be, by a table, and that the levy's rate stays."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.solidarity.band import propose
from ledger.rules.solidarity.terms import SolidarityTerms
from tests.rules.solidarity.federations import rows

D = Decimal
TERMS = SolidarityTerms()

# Turnover of the group 30 000 000: floor 450 000, target 900 000, ceiling 1 500 000. Rates in parts of 1000.
TABLE = """
fund        solidarity service usual | position       solidarity service  excess  hindrance
0           10         125     0     | below-floor    15         120      0       -
449999.99   10         125     0     | below-floor    15         120      0       -
450000      10         125     0     | within         10         125      0       -
700000      10         125     0     | within         10         125      0       -
900000      10         125     0     | within         10         125      0       -
900000.01   10         125     0     | above-target   0          135      0       -
1500000     10         125     0     | above-target   0          135      0       -
1500000.01  10         125     0     | above-ceiling  0          135      0.01    -
1500000.019 10         125     0     | above-ceiling  0          135      0.01    -
2000000     0          135     10    | above-ceiling  0          135      500000  -
700000      0          135     10    | within         0          135      0       -
100000      0          135     10    | below-floor    15         120      0       -
100000      0          135     0     | below-floor    0          135      0       nothing-to-raise
100000      10         135     40    | below-floor    15         130      0       -
100000      10         3       0     | below-floor    13         0        0       service-too-small
100000      10         0       0     | below-floor    10         0        0       service-too-small
700000      10         0       0     | within         10         0          0       -
100000      10         5       0     | below-floor    15         0          0       -
-5          15         120     0     | below-floor    22.5       112.5    0       -
"""


@pytest.mark.parametrize("row", rows(TABLE)[1:], ids=" ".join)
def test_next_year_s_components(row):
    fund, solidarity, service, usual, position, *after, excess, hindrance = row
    rates = [D(rate) / 1000 for rate in (solidarity, service, usual)]
    found = propose(D(fund), D(30_000_000), (rates[0], rates[1]), TERMS, "SEK", usual=rates[2])
    assert found.position == position
    assert [found.next_solidarity * 1000, found.next_service * 1000] == list(map(D, after))
    assert (found.excess, found.hindrance or "-") == (D(excess), hindrance)
    assert (found.floor, found.target, found.ceiling) == (450_000, 900_000, 1_500_000)
    assert found.part == Fraction(fund) / 30_000_000
    assert (found.solidarity, found.service) == (rates[0], rates[1])
    assert found.changed is (D(after[0]) != D(solidarity))


def test_without_turnover_there_is_nothing_to_measure_by():
    found = propose(D(5), D(0), (D("0.010"), D("0.125")), TERMS, "SEK")
    assert (found.position, found.part, found.excess, found.changed) == ("no-turnover", None, 0, False)


amounts = st.integers(-(10**6), 10**10).map(lambda n: D(n) / 100)
rates = st.integers(0, 1500).map(lambda n: D(n) / 10_000)


@settings(max_examples=200, deadline=None)
@given(amounts, amounts.map(abs), rates, rates, rates)
def test_the_rate_of_the_levy_stays(fund, turnover, solidarity, service, usual):
    found = propose(fund, turnover, (solidarity, service), TERMS, "SEK", usual=usual)
    assert found.next_solidarity + found.next_service == solidarity + service
    assert found.next_solidarity >= 0
    assert found.next_service >= 0
    assert fund - found.excess >= min(fund, found.ceiling)
    if found.position != "below-floor":
        assert found.next_solidarity in {0, solidarity}
    if found.hindrance is None and found.position == "below-floor":
        assert found.next_solidarity == (solidarity or usual) * 3 / 2
