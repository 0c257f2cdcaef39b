"""Interest to a day: months worked by hand, months that add up, and no rounding beyond half of the smallest unit."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.funds.interest import PrincipalChange, Rate, accrued, exact, monthly

D = Decimal


def day(text):
    return dt.date.fromisoformat(text)


LENT = (PrincipalChange(day("2026-01-01"), D(100_000)), PrincipalChange(day("2026-04-10"), D(-40_000)))
TWO = (Rate(day("2026-01-01"), D("0.02")),)
RAISED = (*TWO, Rate(day("2026-05-01"), D("0.03")))


@pytest.mark.parametrize(
    ("on", "basis", "total"),
    [
        ("2025-12-31", "actual/365", "0.00"),
        ("2026-01-01", "actual/365", "0.00"),  # the first night is still to come
        ("2026-01-02", "actual/365", "5.48"),  # 100 000 * 2 % / 365
        ("2026-04-10", "actual/365", "542.47"),  # 99 nights
        ("2026-01-01", "30/360", "0.00"),
        ("2026-01-30", "30/360", "161.11"),  # 29 days of 5.5555...
        ("2026-01-31", "30/360", "161.11"),  # the 31st counts as the 30th
        ("2026-02-28", "30/360", "316.67"),  # 57
        ("2026-03-31", "30/360", "494.44"),  # 89
    ],
)
def test_accrued_on_a_day(on, basis, total):
    assert accrued(LENT, RAISED, day(on), "SEK", basis) == D(total)


@pytest.mark.parametrize("basis", ["actual/365", "30/360"])
def test_a_whole_year_bears_the_whole_rate(basis):
    assert accrued(LENT[:1], TWO, day("2027-01-01"), "SEK", basis) == 2000


def test_month_by_month():
    rows = monthly(LENT, RAISED, day("2026-05-31"), "SEK")
    assert [(row.day.isoformat(), str(row.amount), str(row.total)) for row in rows] == [
        ("2026-01-31", "164.38", "164.38"),  # 30 nights of 100 000: 164.3835...
        ("2026-02-28", "153.43", "317.81"),  # 58: 317.8082...
        ("2026-03-31", "169.86", "487.67"),  # 89: 487.6712...
        ("2026-04-30", "120.55", "608.22"),  # 99 of 100 000, 20 of 60 000: 608.2191...
        ("2026-05-31", "151.23", "759.45"),  # 1 night at 2 %, 30 at 3 %: 759.4520...
    ]


def test_a_month_that_is_not_over_ends_on_the_day_asked_for():
    rows = monthly(LENT, TWO, day("2026-02-10"), "SEK")
    assert [row.day for row in rows] == [day("2026-01-31"), day("2026-02-10")]
    assert monthly(LENT, TWO, day("2025-12-31"), "SEK") == ()
    assert monthly((), TWO, day("2026-12-31"), "SEK") == ()


def test_before_the_first_rate_nothing_is_borne():
    late = (Rate(day("2026-01-21"), D("0.0365")),)
    assert accrued(LENT[:1], late, day("2026-01-31"), "SEK") == 100  # ten nights of 10


dates = st.dates(day("2024-01-01"), day("2028-12-31"))
changes = st.lists(st.builds(PrincipalChange, dates, st.integers(-(10**8), 10**8).map(lambda n: D(n).scaleb(-2))))
rates = st.lists(st.builds(Rate, dates, st.integers(0, 30).map(lambda n: D(n).scaleb(-3))), unique_by=lambda r: r.since)
bases = st.sampled_from(["actual/365", "30/360"])


@given(changes, changes, rates, dates, bases)
def test_interest_of_two_loans_is_the_sum(one, other, known, on, basis):
    assert exact([*one, *other], known, on, basis) == exact(one, known, on, basis) + exact(other, known, on, basis)


@given(changes, rates, dates)
def test_interest_is_what_each_night_bears(paid, known, on):
    total, night = Fraction(0), min((c.date for c in paid), default=on)
    while night < on:
        in_force = [r for r in known if r.since <= night]
        rate = max(in_force, key=lambda r: r.since).rate if in_force else 0
        total += Fraction(sum(c.amount for c in paid if c.date <= night)) * Fraction(rate) / 365
        night += dt.timedelta(days=1)
    assert exact(paid, known, on) == total


@given(changes, rates, dates, bases, st.sampled_from([("SEK", Fraction(1, 200)), ("CLP", Fraction(1, 2))]))
def test_months_add_up_and_rounding_never_passes_half_a_unit(paid, known, on, basis, currency):
    name, half = currency
    rows = monthly(paid, known, on, name, basis)
    before = D(0)
    for row in rows:
        assert row.amount == row.total - before
        before = row.total
        assert abs(Fraction(row.total) - exact(paid, known, row.day, basis)) <= half
    assert before == accrued(paid, known, on, name, basis)
