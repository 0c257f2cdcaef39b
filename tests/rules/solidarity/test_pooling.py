"""Pooling of results: tables worked by hand, and sums that are exactly nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.solidarity.pooling import Pooling, pool
from tests.rules.solidarity.federations import rows

D = Decimal

# Results and weights of a, b and c; what each gets (+) or pays (-).
TABLE = """
alpha  | a      b      c      | a   b   c   | a       b       c
0.30   | 100    -50    10     | 1   1   2   | -25.50  19.50   6.00
1      | 100    -50    10     | 1   1   2   | -85.00  65.00   20.00
0      | 100    -50    10     | 1   1   2   | 0       0       0
0.30   | -60    -60    -60    | 1   2   3   | 9.00    0.00    -9.00
0.5    | 100    0      0      | 1   1   1   | -33.33  16.67   16.66
0.5    | 0      0      -100   | 1   1   1   | -16.66  -16.67  33.33
0.30   | 100    -50    10     | 0   0   5   | -30.00  15.00   15.00
0.30   | 100    -50    10     | -7  0   5   | -30.00  15.00   15.00
0.30   | 100    -50    10     | 0   0   0   | 0       0       0
0.15   | 0.01   0.01   0.01   | 1   1   4   | 0.00    0.00    0.00
"""


@pytest.mark.parametrize("row", rows(TABLE)[1:], ids=" ".join)
def test_transfers(row):
    alpha, *cells = map(D, row)
    results, weights, amounts = cells[:3], cells[3:6], cells[6:]
    members = [Pooling(u, r, w) for u, r, w in zip("abc", results, weights, strict=True)]
    found = pool(members[::-1], alpha, "SEK")
    assert [t.unit for t in found.transfers] == ["a", "b", "c"]
    assert [t.amount for t in found.transfers] == amounts
    assert (found.total, found.pooled) == (sum(results), alpha)


def test_a_transfer_tells_how_it_was_found():
    """α 0.30 of ΣR 60: unit c, with half of the weight, keeps 0.7 · 10 and gets 0.3 · 30."""
    found = pool([Pooling("a", D(50), D(2)), Pooling("c", D(10), D(2))], D("0.30"), "CLP")
    _, last = found.transfers
    assert (last.part, last.exact, last.amount) == (Fraction(1, 2), Fraction(6), D(6))
    assert (last.result, last.weight) == (D(10), D(2))


def test_pesos_have_no_decimals():
    found = pool([Pooling("a", D(100), D(1)), Pooling("b", D(0), D(2)), Pooling("c", D(0), D(2))], D("0.25"), "CLP")
    assert [str(t.amount) for t in found.transfers] == ["-20", "10", "10"]


def test_nobody_and_one_alone():
    assert pool([], D("0.3"), "SEK").transfers == ()
    (alone,) = pool([Pooling("a", D("-12.34"), D(9))], D("0.3"), "SEK").transfers
    assert alone.amount == 0


def test_a_unit_takes_part_once():
    with pytest.raises(AssertionError, match="once"):
        pool([Pooling("a", D(1), D(1))] * 2, D("0.3"), "SEK")


amounts = st.integers(-(10**9), 10**9).map(lambda n: D(n) / 100)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(amounts, amounts), min_size=1, max_size=8),
    st.sampled_from(["0", "0.15", "0.30", "0.333", "1"]).map(D),
    st.randoms(),
)
def test_nothing_is_created_or_lost(drawn, alpha, random):
    members = [Pooling(f"u{n}", result, weight) for n, (result, weight) in enumerate(drawn)]
    found = pool(members, alpha, "SEK")
    assert sum(t.amount for t in found.transfers) == sum(t.exact for t in found.transfers) == 0
    assert all(abs(Fraction(t.amount) - t.exact) < Fraction(1, 100) for t in found.transfers)
    has_weight = any(m.weight > 0 for m in members)
    assert sum(t.part for t in found.transfers) == (1 if has_weight else 0)
    if has_weight and alpha == 1:  # all is pooled: each is left with its part of the whole
        assert all(Fraction(t.result) + t.exact == t.part * Fraction(found.total) for t in found.transfers)
    random.shuffle(members)
    assert pool(members, alpha, "SEK") == found
