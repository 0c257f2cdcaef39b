"""Rates: spot at most seven days old, a month's stated average or the mean of ten prices, else MISSING_RATE."""

import datetime as dt
from decimal import Decimal

import pytest
from beancount.parser import parser

from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import CrossRates, Rates, stated_twice

PRICES = """
2026-03-24 price EUR 11.50 SEK
2026-03-31 price EUR 11.60 SEK
2026-03-31 price EUR 11.61 SEK
2026-03-31 price EUR 1.10 USD
2026-03-31 custom "average-rate" "EUR" 11.40 SEK
2026-03-31 custom "average-rate" "EUR" 1.08 USD
2026-03-01 commodity EUR
"""


def rates(text: str) -> Rates:
    return Rates.from_entries(parser.parse_string(text)[0], "SEK")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-03-23", None),
        ("2026-03-24", "11.50"),
        ("2026-03-30", "11.50"),
        ("2026-03-31", "11.61"),
        ("2026-04-07", "11.61"),
        ("2026-04-08", None),
    ],
)
def test_spot_is_the_latest_price_of_seven_days(day, expected):
    found = rates(PRICES)
    if expected is None:
        with pytest.raises(MissingRate) as error:
            found.spot("EUR", dt.date.fromisoformat(day))
        assert error.value.params == {"currency": "EUR", "base": "SEK", "date": day}
        assert day in error.value.text()
    else:
        assert found.spot("EUR", dt.date.fromisoformat(day)) == Decimal(expected)


def test_the_stated_average_counts_and_a_month_without_one_is_missing():
    assert rates(PRICES).average("EUR", "2026-03") == Decimal("11.40")
    with pytest.raises(MissingRate):
        rates(PRICES).average("EUR", "2026-04")


@pytest.mark.parametrize(("count", "expected"), [(9, None), (10, "10.45"), (11, "10.5")])
def test_ten_prices_make_a_mean(count, expected):
    """10.0, 10.1, 10.2 ...: the mean of ten is 10.45, of eleven 10.5."""
    text = "".join(f"2026-03-{d + 1:02d} price EUR {10 + Decimal(d) / 10} SEK\n" for d in range(count))
    if expected is None:
        with pytest.raises(MissingRate):
            rates(text).average("EUR", "2026-03")
    else:
        assert rates(text).average("EUR", "2026-03") == Decimal(expected)


def test_the_base_itself_is_one_and_nothing_is_turned_round():
    assert rates(PRICES).spot("SEK", dt.date(2026, 1, 1)) == 1
    assert rates(PRICES).average("SEK", "2026-01") == 1
    with pytest.raises(MissingRate):
        Rates.from_entries(parser.parse_string(PRICES)[0], "USD").spot("SEK", dt.date(2026, 3, 31))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-01-31 price EUR 11.00 SEK\n2026-01-31 price EUR 11.0 SEK\n", []),  # the same figure does no harm
        ("2026-01-31 price EUR 11.00 SEK\n2026-01-30 price EUR 11.10 SEK\n", []),
        ("2026-01-31 price EUR 11.00 SEK\n2026-01-31 price EUR 1.10 USD\n", []),
        (
            "2026-01-31 price EUR 11.00 SEK\n2026-02-01 price EUR 11.00 SEK\n2026-01-31 price EUR 11.20 SEK\n",
            [(3, "2026-01-31", "11.00", "1", "11.20")],
        ),
        (  # one average a month, whatever its day
            '2026-01-31 custom "average-rate" "EUR" 11.04 SEK\n2026-01-02 custom "average-rate" "EUR" 11.99 SEK\n',
            [(2, "2026-01", "11.04", "1", "11.99")],
        ),
        ('2026-01-31 custom "average-rate" "EUR" 11.04 SEK\n2026-01-31 price EUR 11.99 SEK\n', []),
    ],
)
def test_a_rate_that_is_stated_twice(text, said):
    found = stated_twice(parser.parse_string(text)[0])
    wanted = ("date", "other", "before", "number")
    assert [(p.line, *(p.params[name] for name in wanted)) for p in found] == said


CROSSED = """
2026-03-31 price EUR 12.50 SEK
2026-03-31 price KES 0.10 SEK
2026-03-31 custom "average-rate" "EUR" 12.00 SEK
2026-03-31 custom "average-rate" "KES" 0.09 SEK
"""
MARCH = dt.date(2026, 3, 31)


def test_rates_against_another_currency_are_both_divided():
    """In euro: a krona 1 ÷ 12.50, a shilling 0.10 ÷ 12.50; the averages 1 ÷ 12.00 (unrounded) and 0.09 ÷ 12.00."""
    found = CrossRates.of(rates(CROSSED), "EUR")
    assert [found.spot(c, MARCH) for c in ("EUR", "SEK", "KES")] == [1, Decimal("0.08"), Decimal("0.008")]
    assert found.average("KES", "2026-03") == Decimal("0.0075")
    assert abs(found.average("SEK", "2026-03") * 12 - 1) < Decimal("1e-27")
    assert str(found.average("SEK", "2026-03")).startswith("0.0" + "8" + "3" * 50)
    assert CrossRates.of(rates(CROSSED), "SEK") == rates(CROSSED)


def test_a_stated_rate_is_in_the_currency_of_the_prices():
    assert rates(CROSSED).historic("KES", MARCH, Decimal("0.20")) == Decimal("0.20")
    found = CrossRates.of(rates(CROSSED), "EUR")
    assert found.historic("KES", MARCH, Decimal("0.20")) == Decimal("0.016")
    assert [found.historic(c, MARCH, Decimal("11.00")) for c in ("EUR", "SEK")] == [1, Decimal("0.08")]
    assert found.historic("KES", MARCH) == Decimal("0.008")


@pytest.mark.parametrize(("currency", "base", "missing"), [("KES", "CLP", "CLP"), ("CLP", "EUR", "CLP")])
def test_of_two_rates_the_one_that_is_missing_is_named(currency, base, missing):
    found = CrossRates.of(rates(CROSSED), base)
    for ask in (lambda: found.spot(currency, MARCH), lambda: found.average(currency, "2026-03")):
        with pytest.raises(MissingRate) as error:
            ask()
        assert error.value.params["currency"] == missing
