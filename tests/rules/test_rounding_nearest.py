"""Rounding to multiples that were agreed on: tens of shillings, whole kronor, thousandths of a dinar."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.rounding import cycle_unit, nearest, nearest_even

D = Decimal


@pytest.mark.parametrize(
    ("amount", "unit", "away", "even"),
    [
        ("15.625", "0.01", "15.63", "15.62"),
        ("15.635", "0.01", "15.64", "15.64"),
        ("-15.625", "0.01", "-15.63", "-15.62"),
        ("12.5", "1", "13", "12"),
        ("-0.5", "1", "-1", "0"),
        ("25", "10", "30", "20"),
        ("24.999999999999999999999999999999999", "10", "20", "20"),
        ("-35", "10", "-40", "-40"),
        ("12", "25", "0", "0"),
        ("12.5", "25", "25", "0"),
        ("0.0005", "0.001", "0.001", "0.000"),
        ("1/3", "0.01", "0.33", "0.33"),
        (
            "200000000000000000000000000000001/2",
            "1",
            "100000000000000000000000000000001",
            "100000000000000000000000000000000",
        ),
    ],
)
def test_nearest(amount, unit, away, even):
    assert (nearest(Fraction(amount), D(unit)), nearest_even(Fraction(amount), D(unit))) == (D(away), D(even))


def test_results_are_written_plainly():
    assert (str(nearest(D(27), D("1E+1"))), str(nearest(D("-0.001"), D("0.01")))) == ("30", "0.00")
    assert str(nearest(D("0.3"), D("0.01"))) == "0.30"


@pytest.mark.parametrize(
    ("currency", "agreed", "unit"),
    [
        ("SEK", "0.01", "0.01"),
        ("SEK", "10", "10"),
        ("SEK", "0.001", "0.01"),
        ("CLP", "0.01", "1"),
        ("JOD", "0.001", "0.001"),
        ("JOD", "0.01", "0.01"),
        ("KES", "1", "1"),
    ],
)
def test_a_cycle_never_rounds_finer_than_its_currency(currency, agreed, unit):
    assert cycle_unit(currency, D(agreed)) == D(unit)


@settings(max_examples=200, deadline=None)
@given(
    amount=st.fractions(-(10**9), 10**9, max_denominator=10**6),
    unit=st.sampled_from(["0.001", "0.01", "1", "10", "25"]),
)
def test_half_a_unit_at_most(amount, unit):
    for rounding in (nearest, nearest_even):
        found = rounding(amount, D(unit))
        assert found % D(unit) == 0
        assert abs(Fraction(found) - amount) <= Fraction(unit) / 2
        assert rounding(-amount, D(unit)) == -found
