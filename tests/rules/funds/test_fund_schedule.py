"""Plans of what units pay back, what is late of them, and how a case stands."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.funds.covenants import Covenant, Figures, covenants, last_asked, standing
from ledger.rules.funds.schedule import Overdue, overdue, plan
from ledger.rules.funds.terms import AgreementTerms, FundTerms

D = Decimal


def day(text):
    return dt.date.fromisoformat(text)


FIRST = day("2026-01-31")
LOAN = AgreementTerms(
    case="IF-1",
    unit="repris",
    kind="loan",
    amount=D(100_000),
    budget=D(150_000),
    own_part=D(15_000),
    begins=day("2026-01-15"),
    interest=D("0.0365"),  # 10 a day of 100 000
    term=4,
    grace=1,
)


def rows(found):
    return [f"{row.due} {row.principal} {row.charge} {row.balance}" for row in found]


def test_equal_parts_after_a_month_of_grace():
    assert rows(plan(LOAN, FIRST, "SEK")) == [
        "2026-02-28 0 280.00 100000",
        "2026-03-31 33333.33 310.00 66666.67",
        "2026-04-30 33333.33 200.00 33333.34",
        "2026-05-31 33333.34 103.33 0.00",
    ]


def test_months_of_thirty_days():
    assert [str(row.charge) for row in plan(LOAN, FIRST, "SEK", basis="30/360")] == [
        "304.17",
        "304.17",
        "202.78",
        "101.39",
    ]


def test_equal_instalments():
    loan = replace(LOAN, amount=D(1000), interest=D("0.12"), term=3, grace=0, repayment="annuity")
    found = plan(loan, FIRST, "SEK", basis="30/360")
    # 1 000 * 0.01 / (1 - 1.01^-3) = 340.0221...; the last one takes what rounding left
    assert [str(row.total) for row in found] == ["340.02", "340.02", "340.03"]
    assert [str(row.principal) for row in found] == ["330.02", "333.32", "336.66"]


def test_all_at_the_end():
    found = plan(replace(LOAN, repayment="at-end"), FIRST, "SEK")
    assert [row.principal for row in found] == [0, 0, 0, 100_000]


def test_only_loans_with_a_term_have_a_plan():
    assert plan(replace(LOAN, term=0), FIRST, "SEK") == ()
    assert plan(replace(LOAN, kind="grant"), FIRST, "SEK") == ()


def test_what_has_been_paid_out_so_far():
    assert sum(row.principal for row in plan(LOAN, FIRST, "SEK", amount=D(40_000))) == 40_000


@given(
    st.integers(1, 10**9),
    st.integers(1, 120),
    st.integers(0, 130),
    st.integers(0, 200),
    st.sampled_from(["equal-principal", "annuity", "at-end"]),
    st.sampled_from(["actual/365", "30/360"]),
    st.dates(day("2020-01-01"), day("2030-12-31")),
)
def test_what_is_lent_comes_back_to_the_smallest_unit(units, term, grace, rate, repayment, basis, first):
    loan = replace(
        LOAN, amount=D(units).scaleb(-2), term=term, grace=grace, interest=D(rate).scaleb(-3), repayment=repayment
    )
    found = plan(loan, first, "SEK", basis=basis)
    assert sum(row.principal for row in found) == loan.amount
    assert len(found) == term
    assert found[-1].balance == 0
    assert all(row.principal == 0 for row in found[: min(grace, term - 1)])
    assert all(row.principal >= 0 and row.charge >= 0 for row in found)


@pytest.mark.parametrize(
    ("paid", "on", "amount", "since", "days", "instalments"),
    [
        ("0", "2026-03-31", "0", None, 0, 0),  # on the day it isn't late
        ("0", "2026-04-01", "33333.33", "2026-03-31", 1, 1),
        ("33333.33", "2026-04-30", "0", None, 0, 0),
        ("40000", "2026-05-10", "26666.66", "2026-04-30", 10, 1),
        ("0.01", "2026-06-29", "99999.99", "2026-03-31", 90, 3),
        ("100000", "2027-01-01", "0", None, 0, 0),
        ("120000", "2027-01-01", "0", None, 0, 0),
    ],
)
def test_what_is_late(paid, on, amount, since, days, instalments):
    found = overdue(plan(LOAN, FIRST, "SEK"), D(paid), day(on))
    assert found == Overdue(D(amount), since and day(since), days, instalments)


TERMS = FundTerms(levy_days=60, closed_by=15, liquidity_days=30, deficit_quarters=2)
DAY = day("2026-06-30")


@pytest.mark.parametrize(
    ("figures", "name", "figure", "allowed", "met"),
    [
        (Figures(), "levy", 0, 60, True),
        (Figures(levy_owed=D(5), levy_since=day("2026-05-01")), "levy", 60, 60, True),
        (Figures(levy_owed=D(5), levy_since=day("2026-04-30")), "levy", 61, 60, False),
        (Figures(levy_owed=D(0), levy_since=day("2025-04-30")), "levy", 0, 60, True),
        (Figures(closed={day("2026-05-31"): day("2026-06-15")}), "books", 15, 15, True),
        (Figures(closed={day("2026-05-31"): day("2026-06-16")}), "books", 16, 15, False),
        (Figures(), "books", 30, 15, False),
        (Figures(closed={day("2026-04-30"): day("2026-05-02")}), "books", 30, 15, False),
        (Figures(money=D(30_000), costs=D(365_000)), "liquidity", 30, 30, True),
        (Figures(money=D(29_000), costs=D(365_000)), "liquidity", 29, 30, False),
        (Figures(quarters=[D(-1), D(5), D(-3)]), "result", 1, 1, True),
        (Figures(quarters=[D(5), D(-1), D(-3)]), "result", 2, 1, False),
        (Figures(quarters=[D(-1), D(-3), D(0)]), "result", 0, 1, True),
        (Figures(to_prove=D(1000), proven=D(1000)), "proof", 1000, 1000, True),
        (Figures(to_prove=D(1000), proven=D("999.99")), "proof", D("999.99"), 1000, False),
    ],
)
def test_each_covenant(figures, name, figure, allowed, met):
    [found] = [c for c in covenants(figures, TERMS, DAY) if c.name == name]
    assert (found.figure, found.allowed, found.met) == (figure, allowed, met)


def test_what_is_not_asked_or_not_known_is_left_out():
    assert [c.name for c in covenants(Figures(money=D(1), quarters=[D(-1)]), FundTerms(), DAY)] == ["levy"]
    assert [c.name for c in covenants(Figures(joined=day("2026-06-01")), TERMS, DAY)] == ["levy"]


@pytest.mark.parametrize(
    ("on", "closed_by", "month"),
    [
        ("2026-06-14", 15, "2026-04-30"),
        ("2026-06-15", 15, "2026-05-31"),
        ("2026-06-30", 15, "2026-05-31"),
        ("2026-06-30", 0, "2026-06-30"),
        ("2026-03-05", 5, "2026-02-28"),
    ],
)
def test_which_month_should_be_closed(on, closed_by, month):
    assert last_asked(day(on), closed_by) == day(month)


KEPT = Covenant("levy", met=True, figure=Fraction(0), allowed=Fraction(60))
BROKEN = Covenant("levy", met=False, figure=Fraction(61), allowed=Fraction(60))


@pytest.mark.parametrize(
    ("found", "late_days", "said", "stands"),
    [
        ([KEPT], 0, None, "performing"),
        ([], 0, None, "performing"),
        ([KEPT, BROKEN], 0, None, "watch"),
        ([KEPT], 1, None, "watch"),
        ([KEPT], 90, None, "watch"),
        ([KEPT], 91, None, "default"),
        ([KEPT], 0, "watch", "watch"),
        ([KEPT], 91, "watch", "default"),
        ([KEPT], 0, "default", "default"),
        ([BROKEN], 91, "closed", "closed"),
        ([BROKEN], 0, "rejected", "rejected"),
    ],
)
def test_how_a_case_stands(found, late_days, said, stands):
    late = Overdue(D(10), DAY, late_days, 1) if late_days else Overdue()
    assert standing(found, late, said) == stands
