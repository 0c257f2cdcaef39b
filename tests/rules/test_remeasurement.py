"""The closing rate on what is held in another currency, on decimals alone; figures worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, localcontext

import pytest
from beancount.core import data
from beancount.core.amount import Amount
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import UnitRates
from ledger.rules.remeasurement import Holding
from ledger.rules.rounding import EXACT, half_away

D = Decimal


@pytest.mark.parametrize(
    ("booked", "closing", "currency", "moved", "old", "gain"),
    [
        ([("1500.00", "17400.00")], "11.50", "SEK", "1500.00", "11.6", "-150.00"),
        ([("1500.00", "17400.00")], "11.60", "SEK", None, None, None),
        # a debt: worth less is a gain
        ([("-1500.00", "-17400.00")], "11.50", "SEK", "1500.00", "11.4", "150.00"),
        # bought at 11.00 and 12.00: 300 EUR stand at 3,400 and are worth 3,450
        ([("200.00", "2200.00"), ("100.00", "1200.00")], "11.50", "SEK", "300.00", "11.33333333333333333", "50.00"),
        # 100 of 300 EUR sold at 11.80: what is left of 3,400 is 2,220, worth 2,300
        ([("300.00", "3400.00"), ("-100.00", "-1180.00")], "11.50", "SEK", "200.00", "11.1", "80.00"),
        # all sold: 20 kr are left, and go out by the largest amount that ever moved
        ([("300.00", "3400.00"), ("-300.00", "-3380.00")], "11.50", "SEK", "300.00", "11.56666666666666667", "-20.00"),
        # the peso has no decimals: 1,000 EUR at 1,208.35 are 1,208,350 CLP
        ([("1000.00", "1120000")], "1208.35", "CLP", "1000.00", "1120", "88350"),
        # 0.03 EUR stood at 0.36, and at 12.345 are 0.37035, rounded once: 0.37
        ([("0.03", "0.36")], "12.345", "SEK", "0.03", "12", "0.01"),
    ],
)
def test_what_is_held_stands_at_the_closing_rate(booked, closing, currency, moved, old, gain):
    holding = Holding()
    for document, weight in booked:
        holding.moves(D(document), D(weight))
    done = holding.at(D(closing), currency)
    if moved is None:
        assert done is None
        return
    assert (str(done.moved), str(done.old), str(done.gain)) == (moved, old, gain)
    assert half_away(done.moved * done.new, currency) == half_away(done.moved * D(closing), currency)
    assert holding.carried == half_away(holding.held * D(closing), currency)
    assert holding.at(D(closing), currency) is None  # a second time nothing changes


def test_a_closing_rate_that_gives_whole_units_is_written_as_it_stands():
    holding = Holding()
    holding.moves(D("100.00"), D("1120.00"))
    assert str(holding.at(D("11.60"), "SEK").new) == "11.60"
    # 100.01 EUR at 11.237 are 1,123.812...: 1,123.81, which is 11.2369763... for each
    holding.moves(D("0.01"), D("0.12"))
    done = holding.at(D("11.237"), "SEK")
    assert str(done.new)[:10] == "11.2369763"
    assert str(done.gain) == "-36.31"


def test_without_a_rate_what_is_held_stays_and_what_is_settled_goes():
    holding = Holding()
    holding.moves(D("100.00"), D("1120.00"))
    assert holding.at(None, "SEK") is None
    holding.moves(D("-100.00"), D("-1150.00"))
    done = holding.at(None, "SEK")
    assert (done.moved, done.new, done.gain, holding.carried) == (100, D("11.2"), 30, 0)


AMOUNTS = st.integers(-(10**9), 10**9).filter(bool)


@settings(max_examples=200, deadline=None)
@example([(1, 1), (1, 1), (1, 1), (6534997, 11)], 1, "JOD")  # 65,350.00 at 0.00001 end on a half
@given(
    st.lists(st.tuples(AMOUNTS, st.integers(1, 10**9)), min_size=1, max_size=6),
    st.integers(1, 10**7),
    st.sampled_from(["SEK", "CLP", "JOD"]),
)
def test_both_sides_rounded_differ_by_the_gain_exactly(booked, rate, currency):
    closing = D(rate).scaleb(-5)
    holding = Holding()
    for cents, at in booked:
        document = D(cents).scaleb(-2)
        holding.moves(document, half_away(document * D(at).scaleb(-6), currency))
    before = holding.carried
    done = holding.at(closing, currency)
    assert holding.carried == half_away(holding.held * closing, currency)
    if done is None:
        assert before == holding.carried
        return
    assert done.gain == holding.carried - before
    with localcontext(EXACT):
        out, back = done.moved * done.old, done.moved * done.new
        assert half_away(back, currency) - half_away(out, currency) == done.gain
        for each in (back, out):  # Beancount, which rounds nothing, has whole units as well
            assert abs(each - half_away(each, currency)) < D("1e-12")
        # a trace: Beancount's tolerance lets it pass, and monthly sums are whole
        assert abs(back - out - done.gain) < D("1e-12")


def price(day, currency, number, base):
    return data.Price({}, dt.date.fromisoformat(day), currency, Amount(D(number), base))


PRICES = [
    price("2026-03-31", "EUR", "11.60", "SEK"),
    price("2026-03-31", "KES", "0.0800", "SEK"),
    price("2026-03-28", "KES", "0.0070", "EUR"),
    price("2026-04-30", "KES", "0.0071", "EUR"),
]


@pytest.mark.parametrize(
    ("base", "currency", "day", "rate"),
    [
        ("SEK", "EUR", "2026-03-31", "11.60"),
        ("EUR", "SEK", "2026-03-31", "0.0862068965517241"),  # 1 / 11.60
        ("KES", "EUR", "2026-03-31", "145"),  # 11.60 / 0.08
        ("EUR", "KES", "2026-03-31", "0.0068965517241379"),  # 0.08 / 11.60: the group's own prices go before
        ("EUR", "KES", "2026-04-30", "0.0071"),  # then the price that is stated
        ("EUR", "EUR", "2020-01-01", "1"),
    ],
)
def test_rates_of_a_unit_go_through_the_reporting_currency(base, currency, day, rate):
    rates = UnitRates.from_entries(PRICES, base, "SEK")
    assert str(rates.spot(currency, dt.date.fromisoformat(day))) == rate


@pytest.mark.parametrize(
    ("base", "currency", "named"),
    [("SEK", "EUR", "EUR"), ("EUR", "SEK", "EUR"), ("EUR", "USD", "USD"), ("CLP", "EUR", "EUR")],
)
def test_the_price_that_is_missing_is_named(base, currency, named):
    rates = UnitRates.from_entries(PRICES, base, "SEK")
    with pytest.raises(MissingRate) as raised:
        rates.spot(currency, dt.date(2026, 4, 30))
    assert (raised.value.params["currency"], raised.value.params["base"]) == (named, "SEK")
