"""Schedules of loans: every one of the samples to the cent, examples worked by hand, and what holds for all."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.loans.periods import LONGEST, end_of
from ledger.rules.loans.schedules import Instalment, of_terms, schedule
from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import cycle_unit, nearest, nearest_even

D = Decimal
FIRST = dt.date(2026, 1, 14)
SAMPLES = (
    "F1-flat-18m",
    "F2-declining-ei-18m",
    "F3-declining-ep-18m",
    "F4-flat-rounding-4m",
    "F5-emi-100-9.4822-6m",
    "F6-flat-with-installment-fee-3m",
)
METHODS = {"FLAT": "flat", "DECLINING_BALANCE": "declining"}
REPAYMENTS = {"EQUAL_INSTALLMENTS": "equal-instalments", "EQUAL_PRINCIPAL_PAYMENTS": "equal-principal"}


def terms(**agreed) -> Terms:
    return Terms(name="T26", share_value=D(100), begins=FIRST, **{"currency": "SEK", **agreed})


def months(count: int, first: dt.date = FIRST) -> list[dt.date]:
    return [end_of(terms(), first, number) for number in range(1, count + 1)]


def rows(found: tuple[Instalment, ...]) -> list[tuple[Decimal, Decimal, Decimal]]:
    return [(row.principal, row.charge, row.balance) for row in found]


def decimals(table: str) -> list[tuple[Decimal, ...]]:
    return [tuple(map(D, line.split())) for line in table.strip().splitlines()]


# -- the samples ------------------------------------------------------------------------------------------------------


def in_samples(samples):
    return {s["id"]: s for s in json.loads((samples / "vsla/loan-schedules.json").read_text())["schedules"]}


def test_every_schedule_of_the_samples_is_looked_at(samples):
    assert tuple(in_samples(samples)) == SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_schedules(samples, name):
    """A bank's engine: halves to even, instalments in whole multiples, the last one takes the rest."""
    sample = in_samples(samples)[name]
    said = sample["inputs"]
    assert (said["repay_frequency"], said["repay_every"], said["grace_on_interest"]) == ("MONTHS", 1, 0)
    multiple = said["installment_in_multiples_of"]
    found = schedule(
        principal=D(said["principal"]),
        rate=Fraction(said["annual_rate_percent"]) / 1200,
        dues=months(said["number_of_installments"], dt.date.fromisoformat(said["disbursement_date"])),
        method=METHODS[said["interest_method"]],
        repayment=REPAYMENTS[said["amortization"]],
        grace=said["grace_on_principal"],
        unit=D(1).scaleb(-said["digits"]),
        multiple=D(multiple) if multiple else None,
        fee=D(said.get("installment_fee_percent_of_principal_plus_interest", "0")) / 100,
        rounding=nearest_even,
    )
    assert [
        (
            row.number,
            row.due.isoformat(),
            str(row.principal),
            str(row.charge),
            str(row.total),
            str(row.balance),
        )
        for row in found
    ] == [
        (row["nr"], row["due_date"], row["principal"], row["interest"], row["total_due"], row["balance_after"])
        for row in sample["installments"]
    ]
    assert [row.fee for row in found] == [D(row.get("fees", "0")) for row in sample["installments"]]
    totals = {
        "Principal due": sum(row.principal for row in found),
        "Interest": sum(row.charge for row in found),
        "Fees": sum(row.fee for row in found),
        "Penalties": D(0),
        "Due": sum(row.total for row in found),
    }
    assert {name: D(amount) for name, amount in sample["totals"].items()} == {
        name: totals[name] for name in sample["totals"]
    }


# -- worked by hand ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "repayment", "grace", "expected"),
    [
        ("flat", "equal-principal", 0, "300 45 600\n300 45 300\n300 45 0"),
        ("roll-over", "equal-principal", 0, "300 45 600\n300 45 300\n300 45 0"),
        ("flat", "equal-instalments", 0, "300 45 600\n300 45 300\n300 45 0"),
        ("flat", "equal-principal", 1, "0 45 900\n450 45 450\n450 45 0"),
        # at once, at the end: nobody is late before
        ("flat", "free", 0, "900 135 0"),
        ("flat", "bullet", 0, "900 135 0"),
        ("roll-over", "free", 0, "900 135 0"),
        ("declining", "equal-principal", 0, "300 45 600\n300 30 300\n300 15 0"),
        ("declining", "equal-principal", 1, "0 45 900\n450 45 450\n450 22.50 0"),
        ("declining", "equal-principal", 2, "0 45 900\n0 45 900\n900 45 0"),
        ("declining", "equal-principal", 9, "0 45 900\n0 45 900\n900 45 0"),
        # 45 ÷ (1 − 1.05⁻³) = 330.4877…; 5 % of 614.51 = 30.7255, of 314.75 = 15.7375; charges are 91.463 in all
        ("declining", "equal-instalments", 0, "285.49 45 614.51\n299.76 30.73 314.75\n314.75 15.74 0"),
        # 45 ÷ (1 − 1.05⁻²) = 484.0243…; principal 439.02, then 460.98 with 5 % of it, 23.049
        ("declining", "equal-instalments", 1, "0 45 900\n439.02 45 460.98\n460.98 23.05 0"),
        ("declining", "free", 0, "0 45 900\n0 45 900\n900 45 0"),
        ("declining", "bullet", 0, "0 45 900\n0 45 900\n900 45 0"),
    ],
)
def test_nine_hundred_at_five_percent_for_three_months(method, repayment, grace, expected):
    agreed = terms(method=method, repayment=repayment, grace=grace, charge=D("0.05"))
    found = of_terms(agreed, D(900), FIRST, 3)
    assert rows(found) == decimals(expected)
    assert [row.number for row in found] == list(range(1, len(found) + 1))
    assert found[-1].due == dt.date(2026, 4, 14)
    assert all(row.total == row.principal + row.charge for row in found)


def test_the_federations_example():
    """Samples: 24 000 at 1 % a month in three parts; charges 240, 160, 80."""
    agreed = terms(charge=D("0.01"), repayment="equal-principal")
    found = of_terms(agreed, D(24000), dt.date(2026, 2, 10), 3)
    assert rows(found) == decimals("8000 240 16000\n8000 160 8000\n8000 80 0")
    assert [row.due.isoformat() for row in found] == ["2026-03-10", "2026-04-10", "2026-05-10"]


def test_dues_are_meetings():
    wednesdays = [FIRST + dt.timedelta(days=7 * week) for week in range(20)]
    found = of_terms(terms(repayment="equal-principal"), D(900), FIRST, 3, wednesdays)
    # the 14th is a Saturday in February and March, a Tuesday in April
    assert [row.due.isoformat() for row in found] == ["2026-02-11", "2026-03-11", "2026-04-15"]


def test_without_charge_instalments_are_principal():
    for repayment in ("equal-principal", "equal-instalments"):
        found = of_terms(terms(repayment=repayment), D(100), FIRST, 3)
        assert rows(found) == decimals("33.33 0 66.67\n33.33 0 33.34\n33.34 0 0")


def test_a_first_period_that_is_half_as_long():
    found = schedule(principal=D(900), rate=D("0.05"), dues=months(3), parts=[Fraction(1, 2)])
    assert [row.charge for row in found] == [D("22.50"), 30, 15]
    flat = schedule(principal=D(900), rate=D("0.05"), dues=months(3), parts=[Fraction(1, 2)], method="flat")
    assert [row.charge for row in flat] == [D("22.50"), 45, 45]
    free = schedule(principal=D(900), rate=D("0.05"), dues=months(3), parts=[Fraction(0), Fraction(1)])
    assert [row.charge for row in free] == [0, 30, 15]


@pytest.mark.parametrize(
    ("multiple", "expected"),
    [
        # 330.4877… in tens: 330. 5 % of 615 = 30.75, of 315.75 = 15.79 (15.7875)
        ("10", "285 45 615\n299.25 30.75 315.75\n315.75 15.79 0"),
        # in hundreds: 300. 5 % of 645 = 32.25, of 377.25 = 18.86 (18.8625)
        ("100", "255 45 645\n267.75 32.25 377.25\n377.25 18.86 0"),
        # rounded to nothing: the charge is paid, all principal comes last
        ("1000", "0 45 900\n0 45 900\n900 45 0"),
    ],
)
def test_instalments_in_multiples(multiple, expected):
    found = schedule(
        principal=D(900), rate=D("0.05"), dues=months(3), repayment="equal-instalments", multiple=D(multiple)
    )
    assert rows(found) == decimals(expected)


def test_roundings_differ_at_halves():
    """5 % of 250.50 is 12.525: 12.53 away from zero, 12.52 to even."""
    for rounding, charge in ((nearest, "12.53"), (nearest_even, "12.52")):
        (row,) = schedule(principal=D("250.50"), rate=D("0.05"), dues=months(1), rounding=rounding)
        assert row.charge == D(charge)


def test_each_charge_is_rounded_by_itself():
    """5 % of 333.33 is 16.6665: whoever works it out again gets the same, period after period."""
    found = of_terms(terms(charge=D("0.05"), repayment="bullet"), D("333.33"), FIRST, 4)
    assert [row.charge for row in found] == [D("16.67")] * 4


@pytest.mark.parametrize(("term", "count"), [(0, 1), (-5, 1), (1, 1), (LONGEST, LONGEST), (10**9, LONGEST)])
def test_terms_that_nobody_means(term, count):
    assert len(of_terms(terms(period="week", repayment="equal-principal"), D(900), FIRST, term)) == count


# -- what holds for all -----------------------------------------------------------------------------------------------

principals = st.decimals(min_value=1, max_value=10**8, places=2, allow_nan=False, allow_infinity=False)
rates = st.sampled_from([D(0), D("0.01"), D("0.05"), D("0.10"), D("0.033"), D("0.00123")])
agreements = st.builds(
    terms,
    currency=st.sampled_from(["SEK", "KES", "CLP", "JOD"]),
    charge=rates,
    repayment=st.sampled_from(["free", "equal-principal", "equal-instalments", "bullet"]),
    rounding=st.sampled_from([D("0.001"), D("0.01"), D(1), D(10)]),
    grace=st.integers(0, 5),
    period=st.sampled_from(["month", "4-weeks", "week"]),
)
lengths = st.integers(1, 36)


@settings(max_examples=200, deadline=None)
@given(
    agreed=agreements, method=st.sampled_from(["flat", "declining", "roll-over"]), principal=principals, term=lengths
)
def test_all_is_paid_and_nothing_twice(agreed, method, principal, term):
    agreed = replace(agreed, method=method)
    found = of_terms(agreed, principal, FIRST, term)
    unit = cycle_unit(agreed.currency, agreed.rounding)
    assert sum(row.principal for row in found) == principal
    assert found[-1].balance == 0
    balances = [principal, *(row.balance for row in found)]
    assert all(before >= after >= 0 for before, after in pairwise(balances))
    assert all(before - after == row.principal for (before, after), row in zip(pairwise(balances), found, strict=True))
    assert all(row.principal >= 0 and row.charge >= 0 and row.charge % unit == 0 for row in found)
    assert found[-1].due == end_of(agreed, FIRST, term)
    assert all(one.due < other.due for one, other in pairwise(found))


@settings(max_examples=200, deadline=None)
@given(agreed=agreements, principal=principals, term=lengths)
def test_declining_never_costs_more_than_flat(agreed, principal, term):
    flat, declining = (of_terms(replace(agreed, method=m), principal, FIRST, term) for m in ("flat", "declining"))
    costs = sum(row.charge for row in flat)
    half = Fraction(cycle_unit(agreed.currency, agreed.rounding)) / 2  # each charge is rounded by itself
    assert Fraction(sum(row.charge for row in declining)) <= Fraction(costs) + half * (term + 1)
    exact = Fraction(agreed.charge) * Fraction(principal) * term
    assert abs(Fraction(costs) - exact) <= half


@settings(max_examples=150, deadline=None)
@given(principal=principals, rate=rates, term=lengths, grace=st.integers(0, 3))
def test_equal_instalments_are_equal(principal, rate, term, grace):
    """All but the last, which takes what rounding left: less than a unit for each instalment, with its charges."""
    found = schedule(
        principal=principal, rate=rate, dues=months(term), repayment="equal-instalments", grace=grace, unit=D("0.01")
    )
    paying = found[min(grace, term - 1) :]
    if len(paying) > 1 and paying[-1].principal:
        assert len({row.total for row in paying[:-1]}) == 1
        allowed = D("0.01") * len(paying) * (1 + rate) ** len(paying)
        assert abs(paying[-1].total - paying[0].total) <= allowed
