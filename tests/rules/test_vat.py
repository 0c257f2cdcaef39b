"""VAT between legal persons: by the two countries, rounded once per invoice, deducted in part."""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.rules.vat import (
    EU,
    STANDARD_RATES,
    Purchase,
    Vat,
    country_of,
    deductible,
    included,
    invoice_vat,
    on_purchase,
    reverse_charge,
    standard_rate,
    treatment,
)

D = Decimal


@pytest.mark.parametrize(
    ("seller", "buyer", "kind"),
    [
        ("SE", "SE", Vat.DOMESTIC),
        ("CL", "CL", Vat.DOMESTIC),
        ("SE", "ES", Vat.REVERSE),
        ("SE", "CL", Vat.NONE),
        ("KE", "SE", Vat.NONE),
        ("SE", "NO", Vat.NONE),
    ],
)
def test_who_accounts_for_vat(seller, buyer, kind):
    assert treatment(seller, buyer) is kind


@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("SE", "2026-01-01", "0.25"),
        ("ES", "2026-01-01", "0.21"),
        ("FI", "2024-08-31", "0.24"),
        ("FI", "2024-09-01", "0.255"),
        ("ES", "2012-08-31", None),
        ("NO", "2026-01-01", None),
    ],
)
def test_standard_rates_on_a_day(country, day, rate):
    assert standard_rate(country, dt.date.fromisoformat(day)) == (D(rate) if rate else None)


def test_every_country_of_the_union_has_a_rate():
    assert len(EU) == 27
    for country in EU:
        assert D("0.17") <= (standard_rate(country, dt.date(2026, 1, 1)) or 0) <= D("0.27")
    for rates in STANDARD_RATES.values():
        assert list(rates) == sorted(rates)


@pytest.mark.parametrize(
    ("net", "rates", "vat"),
    [
        ({"service": "50000.00", "fund": "10000.00"}, {"service": "0.25"}, "12500.00"),
        ({"a": "0.02", "b": "0.02"}, {"a": "0.25", "b": "0.25"}, "0.01"),  # 0.005 twice: once rounded, not 0.02
        ({"a": "-0.02"}, {"a": "0.25"}, "-0.01"),  # half away from zero: a credit note mirrors its invoice
        ({"a": "100.00", "b": "100.00"}, {"a": "0.25", "b": "0.06"}, "31.00"),
        ({"a": "100.00"}, {}, "0.00"),
    ],
)
def test_an_invoice_is_rounded_once(net, rates, vat):
    found = invoice_vat({n: D(a) for n, a in net.items()}, {n: D(r) for n, r in rates.items()}, "SEK")
    assert str(found) == vat


@pytest.mark.parametrize(
    ("vat", "share", "back"),
    [
        ("12500.00", "0.40", "5000.00"),
        ("0.09", "0.37", "0.03"),
        ("0.09", "0.65", "0.05"),  # 0.0585: nearer to 0.06, and yet 0.05
        ("-0.09", "0.65", "-0.05"),  # a credit note mirrors its invoice
        ("9.99", "1", "9.99"),
    ],
)
def test_what_is_deducted_is_rounded_down(vat, share, back):
    assert str(deductible(D(vat), D(share), "SEK")) == back


@pytest.mark.parametrize(
    ("gross", "rate", "vat"),
    [
        ("1250.00", "0.25", "250.00"),
        ("-99.99", "0.25", "-20.00"),  # 19.998
        ("0.02", "0.25", "0.00"),  # 0.004
        ("1.12", "0.12", "0.12"),
        ("100.00", "0.06", "5.66"),  # 5.6603...
        ("0.00", "0.25", "0.00"),
    ],
)
def test_the_vat_that_an_amount_holds(gross, rate, vat):
    assert str(included(D(gross), D(rate), "SEK")) == vat


@pytest.mark.parametrize(
    ("category", "seller", "buyer", "treated"),
    [
        ("S", "SE", "SE", Purchase.DEDUCT),
        ("S", "", "SE", Purchase.DEDUCT),  # nobody says otherwise
        ("S", "NL", "SE", Purchase.COST),
        ("S", "NO", "SE", Purchase.COST),
        ("L", "ES", "ES", Purchase.COST),
        ("M", "ES", "SE", Purchase.COST),
        ("AE", "SE", "SE", Purchase.REVERSE),  # building work, scrap
        ("AE", "DE", "SE", Purchase.REVERSE),
        ("K", "DE", "SE", Purchase.REVERSE),
        ("G", "NO", "SE", Purchase.REVERSE),
        ("O", "US", "SE", Purchase.REVERSE),
        ("Z", "GB", "SE", Purchase.REVERSE),
        ("E", "GB", "SE", Purchase.NONE),  # exempt at home and abroad
        ("O", "SE", "SE", Purchase.NONE),
        ("Z", "SE", "SE", Purchase.NONE),
        ("E", "SE", "SE", Purchase.NONE),
    ],
)
def test_what_a_buyer_does_with_the_vat_of_a_purchase(category, seller, buyer, treated):
    assert on_purchase(category, seller, buyer) is treated


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("SE556677889901", "SE"),
        (" nl8200.98.395.B.01", "NL"),
        ("EL123456789", "GR"),
        ("XI123456789", "GB"),
        ("556677-8899", ""),
        ("", ""),
        ("S", ""),
        ("ÅÄ1", ""),
    ],
)
def test_the_country_of_a_vat_number(number, country):
    assert country_of(number) == country


def test_reverse_charge_is_rounded_once():
    assert reverse_charge(D("100.02"), D("0.25"), "SEK") == D("25.01")  # 25.005
    assert reverse_charge(D("-100.02"), D("0.25"), "SEK") == D("-25.01")
    assert reverse_charge(D("1003"), D("0.19"), "CLP") == D(191)  # 190.57
