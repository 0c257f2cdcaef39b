"""Ratios: each with what it is a part of; nothing is divided by nothing."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.loans.ratios import NAMES, TERMS, Figures, LoanBalance, Meeting, months_passed, ratios

D = Decimal
F = Fraction
BEGINS, DAY = dt.date(2026, 1, 1), dt.date(2026, 6, 30)
NOTHING = Figures(begins=BEGINS, day=DAY, members=0)
#: Half a year of a group; every ratio of it is worked out by hand below.
GROUP = Figures(
    begins=BEGINS,
    day=DAY,
    members=20,
    members_at_start=16,
    stayed=15,
    dropouts=5,
    savings=D(10_000),
    equity=D(11_000),
    profit=D(1_000),
    cash=D(3_000),
    loans=D(8_000),
    social_fund=D(1_500),
    lent=D(24_000),
    loan_count=16,
    balances=[
        LoanBalance(outstanding=D(4_000)),
        LoanBalance(outstanding=D(3_000), late_days=1),
        LoanBalance(outstanding=D(1_000), late_days=31),
        LoanBalance(outstanding=D(0), late_days=99),
    ],
    borrowers=3,
    written_off=D(600),
    written_off_count=2,
    average_loans=D(6_000),
    grants=D(500),
    shares=100,
    meetings=[
        Meeting(attended=0, represented=0, members=16),
        Meeting(attended=15, represented=2, members=20),
        Meeting(attended=20, represented=0, members=20),
        Meeting(attended=16, represented=4, members=20),
        Meeting(attended=17, represented=0, members=20),
    ],
)


def of(figures, key, **params):
    [found] = [r for r in ratios(figures) if r.key == key and dict(r.params) == params]
    return found


def test_s10_a_return_that_its_source_cuts_off(samples):
    text = (samples / "vsla" / "shareout-examples.json").read_text(encoding="utf-8")
    example = next(e for e in json.loads(text)["examples"] if e["id"].startswith("S10-"))
    amounts = {
        name: D(example["inputs"][name]) for name in ("cumulative_savings", "members_equity", "cumulative_loans")
    }
    figures = replace(
        NOTHING,
        savings=amounts["cumulative_savings"],
        equity=amounts["members_equity"],
        lent=amounts["cumulative_loans"],
    )
    returned, turnover = of(figures, "return-on-savings"), of(figures, "capital-turnover")
    assert returned.value == F(49_007, 217_070)
    assert f"{returned.shown()}%" == example["derived"]["return_on_savings_exact"]
    assert str(turnover.shown()) == example["derived"]["capital_turnover"]
    # 22 % is what stands there: cut, where rounding makes 23.
    assert f"{int(returned.value * 100)}%" == example["published"]["return_on_savings"]
    assert returned.shown(D(1)) == 23


@pytest.mark.parametrize(
    ("key", "params", "numerator", "denominator", "shown"),
    [
        ("attendance", {}, 68, 80, "85.00"),
        ("attendance-represented", {}, 74, 80, "92.50"),
        ("retention", {}, 15, 16, "93.75"),
        ("dropout", {}, 5, 25, "20.00"),
        ("growth", {}, 4, 16, "25.00"),
        ("savings-per-member", {}, 10_000, 20, "500.00"),
        ("return-on-savings", {}, 1_000, 10_000, "10.00"),
        # six months: × 12 ÷ 6
        ("return-on-savings-year", {}, 2_000, 10_000, "20.00"),
        ("return-on-assets", {}, 1_000, 12_500, "8.00"),
        ("return-on-assets-year", {}, 2_000, 12_500, "16.00"),
        ("share-value", {}, 11_000, 100, "110.00"),
        ("utilisation", {}, 8_000, 11_000, "72.73"),
        ("capital-turnover", {}, 24_000, 10_000, "2.40"),
        ("loan-size", {}, 24_000, 16, "1500.00"),
        ("loans-per-member", {}, 3, 20, "0.15"),
        # not 20 ÷ 3, as it is printed elsewhere
        ("members-with-loan", {}, 3, 20, "15.00"),
        # the whole balance of a loan that is late, from its first day
        ("at-risk", {"days": 0}, 4_000, 8_000, "50.00"),
        ("at-risk", {"days": 30}, 1_000, 8_000, "12.50"),
        ("written-off-count", {}, 2, 16, "12.50"),
        ("written-off-value", {}, 600, 6_000, "10.00"),
        ("social-per-member", {}, 1_500, 20, "75.00"),
        ("grants", {}, 500, 20, "25.00"),
    ],
)
def test_each_ratio_by_hand(key, params, numerator, denominator, shown):
    found = of(GROUP, key, **params)
    assert (found.numerator, found.denominator) == (numerator, denominator)
    assert str(found.shown()) == shown


def test_all_ratios_are_named_and_of_a_period():
    found = ratios(GROUP)
    assert {r.key for r in found} == set(NAMES)
    assert {r.above for r in found} | {r.below for r in found} == set(TERMS)
    assert len({(r.key, r.params) for r in found}) == len(found) == 22
    for r in found:
        assert "{" not in NAMES[r.key].format(**dict(r.params))
        assert r.ends == DAY
        assert r.begins in {BEGINS, DAY}
    on_the_day = {"share-value", "utilisation", "loans-per-member", "members-with-loan", "at-risk", "social-per-member"}
    assert {r.key for r in found if r.begins == DAY} == on_the_day


def test_nothing_is_divided_by_nothing():
    assert len(ratios(NOTHING)) == 22
    assert [(r.value, r.shown()) for r in ratios(NOTHING)] == [(None, None)] * 22


def test_what_is_not_known_is_no_ratio():
    unknown = replace(
        GROUP, members_at_start=None, stayed=None, dropouts=None, average_loans=None, grants=None, meetings=()
    )
    assert {r.key for r in ratios(unknown) if r.value is None} == {
        *("attendance", "attendance-represented", "retention", "dropout", "growth", "written-off-value", "grants"),
    }


def test_fewer_than_four_meetings_count_as_they_are():
    assert of(replace(GROUP, meetings=GROUP.meetings[-2:]), "attendance").value == F(33, 40)


def test_how_late_is_too_late_is_the_groups_to_say():
    found = [r for r in ratios(replace(GROUP, late=(7, 30, 90))) if r.key == "at-risk"]
    assert [(dict(r.params)["days"], r.shown()) for r in found] == [(7, D("12.50")), (30, D("12.50")), (90, D("0.00"))]


@pytest.mark.parametrize(
    ("begins", "day", "months"),
    [
        ("2026-01-01", "2026-12-31", 12),
        ("2026-01-01", "2026-01-31", 1),
        ("2026-01-01", "2026-01-01", F(1, 31)),
        ("2026-02-01", "2026-02-14", F(1, 2)),
        ("2026-01-15", "2026-02-14", 1),
        ("2026-01-15", "2026-02-28", 1 + F(14, 28)),
        ("2025-11-10", "2026-03-09", 4),
        ("2026-01-20", "2026-02-09", F(21, 31)),
        ("2026-01-31", "2026-02-27", 1),
        ("2026-01-01", "2025-12-31", 0),
        ("2026-03-01", "2025-12-31", 0),
    ],
)
def test_months_of_a_cycle(begins, day, months):
    assert months_passed(dt.date.fromisoformat(begins), dt.date.fromisoformat(day)) == months


money = st.integers(-1000, 1000).map(D)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(money, min_size=9, max_size=9), st.lists(st.integers(0, 30), min_size=4, max_size=4), st.integers(0, 400)
)
def test_a_value_is_its_numerator_by_its_denominator(amounts, counts, days):
    savings, equity, profit, cash, loans, social, lent, written_off, average = amounts
    members, shares, loan_count, borrowers = counts
    figures = Figures(
        begins=BEGINS,
        day=BEGINS + dt.timedelta(days=days),
        members=members,
        shares=shares,
        loan_count=loan_count,
        borrowers=borrowers,
        savings=savings,
        equity=equity,
        profit=profit,
        cash=cash,
        loans=loans,
        social_fund=social,
        lent=lent,
        written_off=written_off,
        average_loans=average,
    )
    for r in ratios(figures):
        assert (r.value is None) == (r.numerator is None or not r.denominator)
        if r.value is not None:
            assert r.value * F(r.denominator) == F(r.numerator)
            assert abs(F(r.shown()) / (100 if r.kind == "rate" else 1) - r.value) <= F(1, 200)
