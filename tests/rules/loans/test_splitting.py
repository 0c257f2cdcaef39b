"""How one sum is split between principal and charge: the example of the samples, and what holds for every split."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.loans.schedules import of_terms
from ledger.rules.loans.splitting import overpaid, split_payment
from ledger.rules.loans.terms import Terms

D = Decimal
SPLITS = ("charge-first", "principal-first", "pro-rata")


def terms(**agreed) -> Terms:
    return Terms(
        name="T26",
        share_value=D(100),
        begins=dt.date(2026, 1, 1),
        **{"currency": "SEK", "rounding": D("0.01"), **agreed},
    )


def test_the_samples_pro_rata_split(samples):
    """S6: 50 000 at 5 % flat for two months; each payment in proportion to principal and charge, in whole pesos."""
    example = {e["id"]: e for e in json.loads((samples / "vsla/shareout-examples.json").read_text())["examples"]}[
        "S6-partial-payment-split"
    ]
    said, published = example["inputs"], example["published"]
    agreed = terms(
        currency="PHP", rounding=D(1), split="pro-rata", method="flat", charge=D(said["monthly_flat_percent"]) / 100
    )
    (row,) = of_terms(agreed, D(said["principal"]), dt.date(2026, 1, 1), said["months"])
    assert (row.charge, row.total) == (D(published["charge"]), D(published["total"]))
    principal, charge, found = row.principal, row.charge, []
    for paid in said["payments"]:
        to_principal, to_charge = split_payment(agreed, D(paid), principal, charge)
        found.append([to_principal, to_charge])
        principal, charge = principal - to_principal, charge - to_charge
    assert found == [[D(amount) for amount in parts] for parts in published["split"]]
    assert (principal, charge) == (0, 0)


@pytest.mark.parametrize(
    ("split", "paid", "principal", "charge", "to_principal", "to_charge"),
    [
        ("charge-first", "330", "600", "30", "300", "30"),
        ("charge-first", "20", "600", "30", "0", "20"),
        ("charge-first", "630", "600", "30", "600", "30"),
        ("charge-first", "650", "600", "30", "620", "30"),  # 20 too much
        ("charge-first", "100", "600", "-5", "100", "0"),  # a charge paid ahead is no debt
        ("charge-first", "100", "0", "0", "100", "0"),
        ("principal-first", "330", "600", "30", "330", "0"),
        ("principal-first", "610", "600", "30", "600", "10"),
        ("principal-first", "650", "600", "30", "620", "30"),
        ("pro-rata", "315", "600", "30", "300", "15"),
        ("pro-rata", "100", "600", "30", "95.24", "4.76"),  # 30/630 of 100 = 4.7619…
        ("pro-rata", "0.01", "600", "30", "0.01", "0"),
        ("pro-rata", "630", "600", "30", "600", "30"),
        ("pro-rata", "650", "600", "30", "620", "30"),
        ("pro-rata", "100", "0", "30", "70", "30"),
        ("pro-rata", "0", "0", "0", "0", "0"),
    ],
)
def test_splits(split, paid, principal, charge, to_principal, to_charge):
    assert split_payment(terms(split=split), D(paid), D(principal), D(charge)) == (D(to_principal), D(to_charge))


@pytest.mark.parametrize(
    ("paid", "principal", "charge", "too_much"),
    [("650", "600", "30", "20"), ("630", "600", "30", "0"), ("10", "600", "30", "0"), ("10", "-5", "-5", "10")],
)
def test_what_is_paid_too_much_is_told(paid, principal, charge, too_much):
    assert overpaid(D(paid), D(principal), D(charge)) == D(too_much)


def test_a_unit_coarser_than_the_debt():
    """4 of 100 owed, tens: 30 paid is 1.2 of charge, which is nothing; 99 paid is all of the principal and 3 of it."""
    agreed = terms(split="pro-rata", rounding=D(10))
    assert split_payment(agreed, D(30), D(96), D(4)) == (D(30), D(0))
    assert split_payment(agreed, D(99), D(96), D(4)) == (D(96), D(3))


amounts = st.decimals(min_value=0, max_value=10**7, places=2, allow_nan=False, allow_infinity=False)


@settings(max_examples=200, deadline=None)
@given(
    split=st.sampled_from(SPLITS),
    unit=st.sampled_from(["0.001", "0.01", "1", "10"]),
    currency=st.sampled_from(["SEK", "CLP", "JOD", "KES"]),
    paid=amounts,
    principal=amounts,
    charge=amounts,
)
def test_parts_add_up_and_exceed_nothing(split, unit, currency, paid, principal, charge):
    agreed = terms(split=split, rounding=D(unit), currency=currency)
    to_principal, to_charge = split_payment(agreed, paid, principal, charge)
    too_much = overpaid(paid, principal, charge)
    assert to_principal + to_charge == paid
    assert 0 <= to_charge <= charge
    assert 0 <= to_principal - too_much <= principal
    if too_much:
        assert (to_principal - too_much, to_charge) == (principal, charge)


@settings(max_examples=100, deadline=None)
@given(split=st.sampled_from(SPLITS), payments=st.lists(amounts, max_size=6), principal=amounts, charge=amounts)
def test_payments_in_turn_leave_nothing_below_zero(split, payments, principal, charge):
    left, due = principal, charge
    for paid in [*payments, principal + charge]:
        paid = min(paid, left + due)  # noqa: PLW2901 - nobody pays more than is owed here
        to_principal, to_charge = split_payment(terms(split=split), paid, left, due)
        left, due = left - to_principal, due - to_charge
        assert left >= 0
        assert due >= 0
    assert (left, due) == (0, 0)
