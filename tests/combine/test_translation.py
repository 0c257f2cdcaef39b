"""Rates, transfers of the result, coming and going in another currency: worked by hand (SPEC 10, Translation)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.combine.conftest import table, totals
from tests.combine.test_worked import ENTITY
from tests.conftest import FAVA_CONF

FOREIGN = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'
PRICES = """
2025-06-30 custom "average-rate" "EUR" 11.00 SEK
2025-12-31 price EUR 11.00 SEK
2025-12-31 custom "average-rate" "EUR" 10.90 SEK
2026-03-31 price EUR 11.50 SEK
2026-09-30 price EUR 12.00 SEK
2026-12-31 price EUR 12.00 SEK
"""
SALE = """
2025-06-10 * "Sale"
  Assets:572-Banco    100.00 EUR
  Income:700-Ventas  -100.00 EUR
"""
CLOSED = """
2025-12-31 * "Regularización"
  Income:700-Ventas       100.00 EUR
  Equity:129-Resultado   -100.00 EUR
"""
MOVED = """
2026-03-31 * "To earlier years"
  Equity:129-Resultado    100.00 EUR
  Equity:120-Remanente   -100.00 EUR
"""
YEAR_1, YEAR_2 = dt.date(2025, 12, 31), dt.date(2026, 12, 31)


def test_the_result_goes_to_equity_at_what_it_was_translated_to(combined):
    first = combined({"andel": (SALE + CLOSED, FOREIGN)}, prices=PRICES, date_to=YEAR_1)
    assert first.result == Decimal("1100.00")
    assert first.lines == {
        "NetSales": Decimal("-1100.00"),
        "ResultTransfer": Decimal("1100.00"),
        "CashAndBank": Decimal("1100.00"),
        "ResultForYear": Decimal("-1100.00"),
    }
    second = combined({"andel": (SALE + CLOSED + MOVED, FOREIGN)}, prices=PRICES, date_to=YEAR_2)
    assert second.result == 0
    assert second.lines == {
        "CashAndBank": Decimal("1200.00"),
        "RetainedResult": Decimal("-1100.00"),
        "CTA": Decimal("-100.00"),
    }
    (proof,) = second.translation
    assert (proof.opening_net_assets, proof.posted, proof.proof) == (100, Decimal(-100), Decimal(-100))


def test_a_transfer_in_kronor_is_left_out_of_the_result(combined):
    text = """
2025-06-10 * "Sale"
  Assets:1930-Bank    100.00 SEK
  Income:3001-Sales  -100.00 SEK
2025-12-31 * "Result"
  Expenses:8999-Result  100.00 SEK
  Equity:2099-Result   -100.00 SEK
"""
    first = combined({"repris": text}, date_to=YEAR_1)
    assert first.result == Decimal("100.00")
    assert (first.lines["ResultTransfer"], first.lines["ResultForYear"]) == (100, -100)
    second = combined({"repris": text}, date_to=YEAR_2)
    assert second.result == 0
    assert second.lines == {"CashAndBank": 100, "ResultForYear": -100}


def test_a_result_closed_without_a_transfer_account_is_left_out_too(combined):
    """
    Income closed straight into 2099, as BAS books seldom do: monthly sums couldn't tell.
    """
    text = """
2025-06-10 * "Sale"
  Assets:1930-Bank    100.00 SEK
  Income:3001-Sales  -100.00 SEK
2025-12-31 * "Result"
  Income:3001-Sales     100.00 SEK
  Equity:2099-Result   -100.00 SEK
"""
    found = combined({"repris": text}, date_to=YEAR_1)
    assert found.result == Decimal("100.00")
    assert found.lines["ResultTransfer"] == 100


def test_a_cost_booked_against_equity_is_a_cost(combined):
    text = """
2026-02-10 * "Rent"
  Expenses:5010-Rent   30.00 SEK
  Assets:1930-Bank    -30.00 SEK
2026-03-10 * "Rent of last year, booked against equity"
  Expenses:5010-Rent   20.00 SEK
  Equity:2091-Earlier -20.00 SEK
"""
    found = combined({"repris": text})
    assert found.result == Decimal("-50.00")
    assert "ResultTransfer" not in found.lines


def test_equity_with_two_histories_moves_without_a_difference(combined):
    """
    A loss of 150 EUR stands at 12.00 (1,800 SEK); the year's 100 EUR (1,100 SEK) are moved there: 700 SEK stay.
    """
    text = """
2025-12-31 * "Loss brought forward"
  rate: 12.00
  Equity:121-Perdidas    150.00 EUR
  Equity:100-Capital    -150.00 EUR
2026-06-10 * "Sale"
  Assets:572-Banco       100.00 EUR
  Income:700-Ventas     -100.00 EUR
2026-09-30 * "Closed"
  Income:700-Ventas      100.00 EUR
  Equity:129-Resultado  -100.00 EUR
2026-09-30 * "Moved"
  Equity:129-Resultado   100.00 EUR
  Equity:121-Perdidas   -100.00 EUR
"""
    prices = PRICES + '2026-06-30 custom "average-rate" "EUR" 11.00 SEK\n'
    found = combined({"andel": (text, FOREIGN)}, prices=prices, date_to=dt.date(2026, 9, 30))
    got = totals(found)
    assert got["121"] == "700.00"  # 1,800 less 1,100
    assert got["129"] == "0.00" if "129" in got else True
    assert found.lines["CTA"] == Decimal("-100.00")  # the bank's 100 EUR: 1,200 at closing, 1,100 in the result
    assert found.result == Decimal("1100.00")


def test_equity_takes_the_spot_of_its_day_or_the_rate_given(combined):
    text = """
2025-12-31 * "Capital"
  Assets:572-Banco     100.00 EUR
  Equity:100-Capital  -100.00 EUR
2026-03-31 * "More"
  rate: 10.50
  Assets:572-Banco     100.00 EUR
  Equity:100-Capital  -100.00 EUR
"""
    found = combined({"andel": (text, FOREIGN)}, prices=PRICES, date_to=YEAR_2)
    assert totals(found)["100"] == str(Decimal("-1100.00") - Decimal("1050.00"))
    assert found.lines["CashAndBank"] == Decimal("2400.00")
    assert found.lines["CTA"] == Decimal("-250.00")
    (proof,) = found.translation
    # 100 × (12 − 11) from the opening, 100 × (12 − 10.50) of the flow
    assert (proof.opening_net_assets, proof.posted, proof.proof) == (100, -250, -250)


@pytest.mark.parametrize("place", ["entry", "posting"])
@pytest.mark.parametrize("rate", ["0", "-11.25", '"11.30"', "11.30 USD", "11.30 SEK"])
def test_a_rate_that_is_none_leaves_the_unit_out_and_is_named(combined, rate, place):
    """Neither counted nor passed over: 11.30 in quotes would else be the price of the day, and no word of it."""
    head, below = (f"  rate: {rate}\n", "") if place == "entry" else ("", f"    rate: {rate}\n")
    text = f"""2025-12-31 open Assets:572-Banco
2025-12-31 open Equity:100-Capital

2026-03-31 * "More"
{head}  Assets:572-Banco     100.00 EUR
  Equity:100-Capital  -100.00 EUR
{below}"""
    found = combined({"andel": (text, FOREIGN)}, prices=PRICES, date_to=YEAR_2)
    said = {p.code: p for p in found.problems}
    assert set(said) == {"RATE_UNREADABLE", "UNIT_ERRORS"}
    problem = said["RATE_UNREADABLE"]
    assert (problem.unit, problem.file) == ("andel", "units/andel/books/2026/2026-01.beancount")
    assert text.splitlines()[problem.line - 1] in {'2026-03-31 * "More"', "  Equity:100-Capital  -100.00 EUR"}
    assert problem.text() == f"rate: {rate} is no rate of EUR in SEK."
    assert not found.complete


def test_a_rate_of_an_entry_in_the_reporting_currency_is_nobodys(combined):
    """Nothing of it is translated."""
    text = CAPITAL.replace("EUR", "SEK").replace('"Capital"\n', '"Capital"\n  rate: "none"\n')
    text = text.replace("572-Banco", "1930-Bank").replace("100-Capital", "2083-Capital")
    assert combined({"andel": text}, date_to=YEAR_2).problems == ()


CAPITAL = """
2025-12-31 * "Capital"
  Assets:572-Banco     100.00 EUR
  Equity:100-Capital  -100.00 EUR
"""


def test_a_foreign_unit_joins_with_its_net_assets_at_the_rate_of_the_day_before(combined):
    found = combined(
        {"andel": (CAPITAL, FOREIGN + "\njoined = 2026-04-01")}, prices=PRICES, date_to=dt.date(2026, 9, 30)
    )
    assert found.lines == {
        "CashAndBank": Decimal("1200.00"),
        "Joined": Decimal("-1150.00"),
        "CTA": Decimal("-50.00"),
    }
    (proof,) = found.translation
    assert (proof.opening_net_assets, proof.posted, proof.proof) == (100, -50, -50)


def test_a_foreign_unit_leaves_with_its_net_assets_and_their_difference(combined):
    found = combined({"andel": (CAPITAL, FOREIGN + "\nleft = 2026-09-30")}, prices=PRICES, date_to=YEAR_2)
    assert found.lines["Left"] == Decimal("1100.00")
    assert found.lines["MemberContributions"] == Decimal("-1100.00")
    assert {name: amount for name, amount in found.lines.items() if amount} == {
        "MemberContributions": Decimal("-1100.00"),
        "Left": Decimal("1100.00"),
    }
    gone = combined({"andel": (CAPITAL, FOREIGN + "\nleft = 2026-09-30")}, prices=PRICES, date_to=dt.date(2027, 3, 31))
    assert gone.trial_balance == ()


def test_each_posting_is_rounded_and_the_rest_is_seen(combined):
    """
    0.01 EUR at 12.345 is 0.12345 → 0.12; 0.03 is 0.37035 → 0.37: 3 × 0.12 = 0.36, the rest of 0.01 goes to CTA.
    """
    text = """
2026-12-10 * "Sale"
  Assets:572-Banco    0.03 EUR
  Income:700-Ventas  -0.01 EUR
  Income:705-Ventas  -0.01 EUR
  Income:759-Ventas  -0.01 EUR
"""
    prices = '2026-12-31 price EUR 12.345 SEK\n2026-12-31 custom "average-rate" "EUR" 12.345 SEK\n'
    found = combined({"andel": (text, FOREIGN)}, prices=prices, date_to=YEAR_2)
    assert table(found)["Rounding", "CTA"] == "-0.01"
    assert found.lines["CashAndBank"] == Decimal("0.37")
    assert found.result == Decimal("0.36")


def test_what_beancounts_tolerance_lets_stand_is_seen(combined):
    """
    Twice 0.10 EUR at 11.4444 weighs 2.28888, which Beancount takes for 2.29; the postings count 1.14 each.
    """
    text = """
2026-03-10 * "Bank"
  Assets:1940-Euro   0.10 EUR @ 11.4444 SEK
  Assets:1941-Euro   0.10 EUR @ 11.4444 SEK
  Assets:1930-Bank  -2.29 SEK
"""
    found = combined({"repris": text})
    assert table(found) == {
        ("1940", "repris"): "1.14",
        ("1941", "repris"): "1.14",
        ("1930", "repris"): "-2.29",
        ("Rounding", "CTA"): "0.01",
    }


@pytest.mark.parametrize(
    ("invoiced", "booked", "left"),
    [
        # both 100 EUR: 1,130 against 1,140 at the month's average; the smaller goes, 10 stays with the buyer
        ("100.00", "100.00", {"3001": "0.00", "629": "10.00"}),
        # 100 against 80 EUR: 80 go, at the seller's 904 (80 × 11.30); 226 stay with the seller, 8 with the buyer
        ("100.00", "80.00", {"3001": "-226.00", "629": "8.00"}),
    ],
)
def test_two_rates_for_one_invoice(combined, invoiced, booked, left):
    seller = f"""
2026-03-10 * "Service" ^ic-repris-1
  Assets:1661-Claim    {invoiced} EUR @ 11.30 SEK
    partner: "andel"
    ic: "trade"
  Income:3001-Sales   -{invoiced} EUR @ 11.30 SEK
    partner: "andel"
    ic: "trade"
"""
    buyer = f"""
2026-03-10 * "Service" ^ic-repris-1
  Expenses:629-Service     {booked} EUR
    partner: "repris"
    ic: "trade"
  Liabilities:552-Owed    -{booked} EUR
    partner: "repris"
    ic: "trade"
"""
    prices = PRICES + '2026-03-31 custom "average-rate" "EUR" 11.40 SEK\n'
    found = combined(
        {"repris": (seller, ENTITY), "andel": (buyer, FOREIGN)}, prices=prices, date_to=dt.date(2026, 3, 31)
    )
    got = totals(found)
    assert {code: got[code] for code in left} == left
    # the claim stands at 11.30 in the seller's book, which hasn't remeasured it to 11.50; the debt is at closing
    assert "FX_DIFF" in {u.code for u in found.unmatched}
    rest = Decimal(invoiced) - Decimal(booked)
    assert Decimal(got["1661"]) == Decimal(invoiced) * Decimal("11.30") - Decimal(booked) * Decimal("11.50")
    assert Decimal(got["552"]) == 0
    assert ("AMOUNT_DIFF" in {u.code for u in found.unmatched}) is bool(rest)
    assert [(str(u.amount), u.currency) for u in found.unmatched if u.code == "AMOUNT_DIFF"] == (
        [("20.00", "EUR")] if rest else []
    )


def test_days_within_months(combined):
    text = "".join(
        f"""
2026-{month:02d}-{day:02d} * "Sale"
  Assets:1930-Bank    {month}{day:02d}.00 SEK
  Income:3001-Sales  -{month}{day:02d}.00 SEK
"""
        for month in (1, 2, 3)
        for day in (5, 25)
    )
    found = combined({"repris": (text, ENTITY)}, date_from=dt.date(2026, 1, 10), date_to=dt.date(2026, 3, 10))
    assert found.lines == {
        "NetSales": -Decimal(125 + 205 + 225 + 305),
        "CashAndBank": Decimal(105 + 125 + 205 + 225 + 305),
        "RetainedResult": -Decimal(105),
    }


@pytest.mark.parametrize(
    ("joined", "lines"),
    [
        ("2026-02-10", {"NetSales": -700, "CashAndBank": 700}),
        ("2026-01-01", {"NetSales": -900, "CashAndBank": 900}),
    ],
)
def test_a_division_neither_brings_nor_takes_net_assets(combined, joined, lines):
    text = """
2026-02-09 * "Before"
  Assets:1930-Bank    200.00 SEK
  Income:3001-Sales  -200.00 SEK
2026-02-10 * "First day"
  Assets:1930-Bank    300.00 SEK
  Income:3001-Sales  -300.00 SEK
2026-04-30 * "Last day"
  Assets:1930-Bank    400.00 SEK
  Income:3001-Sales  -400.00 SEK
2026-05-01 * "After"
  Assets:1930-Bank    500.00 SEK
  Income:3001-Sales  -500.00 SEK
"""
    found = combined({"repris": (text, f"joined = {joined}\nleft = 2026-04-30")}, date_to=dt.date(2026, 5, 31))
    assert found.lines == lines


def test_rounding_stands_beside_the_roll_forward(combined):
    """Three sales of 0.05 EUR at 11.10 are 0.555 → 0.56 each, 1.68; exactly they are 1.665.

    Bank 0.15 EUR at 11.55 is 1.7325 → 1.73. Roll-forward: 0.15 × (11.55 − 11.10) = 0.0675 → −0.07 on CTA; rounding
    has to give 1.68 − 1.73 + 0.07 = 0.02.
    """
    sale = """
2026-03-{} * "Sale"
  Assets:572-Banco    0.05 EUR
  Income:700-Ventas  -0.05 EUR
"""
    prices = '2026-03-31 price EUR 11.55 SEK\n2026-03-31 custom "average-rate" "EUR" 11.10 SEK\n'
    text = "".join(sale.format(day) for day in (10, 11, 12))
    found = combined({"andel": (text, FOREIGN)}, prices=prices, date_to=dt.date(2026, 3, 31))
    (proof,) = found.translation
    assert (proof.posted, proof.proof, proof.rounding) == (Decimal("-0.07"), Decimal("-0.07"), Decimal("0.02"))
    assert {r.account: r.amount for r in found.trial_balance} == {
        "700-Ventas": Decimal("-1.68"),
        "572-Banco": Decimal("1.73"),
        "Rounding-ANDEL": Decimal("0.02"),
        "Translation-ANDEL": Decimal("-0.07"),
    }


def test_the_first_day_of_the_period_is_inside_and_opens_at_the_rate_of_the_day_before(combined):
    """100 EUR of capital stand at 11.00 when the year begins; 50 EUR are sold on 1 January, at January's 11.30.

    At 11.50 the bank's 150 EUR are 1,725 kr: 100 × (11.50 − 11.00) + 50 × (11.50 − 11.30) = 60 kr on CTA. What a euro
    costs on 1 January itself (11.20) opens nothing.
    """
    text = (
        CAPITAL
        + """
2026-01-01 * "Sale"
  Assets:572-Banco    50.00 EUR
  Income:700-Ventas  -50.00 EUR
"""
    )
    prices = PRICES + '2026-01-01 price EUR 11.20 SEK\n2026-01-31 custom "average-rate" "EUR" 11.30 SEK\n'
    found = combined({"andel": (text, FOREIGN)}, prices=prices, date_to=dt.date(2026, 3, 31))
    assert found.lines == {
        "NetSales": Decimal("-565.00"),
        "CashAndBank": Decimal("1725.00"),
        "MemberContributions": Decimal("-1100.00"),
        "CTA": Decimal("-60.00"),
    }
    (proof,) = found.translation
    assert (proof.opening_net_assets, proof.posted, proof.proof) == (100, -60, -60)


def test_who_joins_on_the_first_day_brings_the_difference_from_before(combined):
    """Capital of 100 EUR paid in at 10.50 is worth 1,100 kr on the day before it joins: that is what it brings."""
    text = CAPITAL.replace("2025-12-31", "2025-06-30").replace('"Capital"\n', '"Capital"\n  rate: 10.50\n')
    found = combined({"andel": (text, FOREIGN + "\njoined = 2026-01-01")}, prices=PRICES, date_to=dt.date(2026, 9, 30))
    assert found.lines == {
        "CashAndBank": Decimal("1200.00"),
        "Joined": Decimal("-1100.00"),
        "CTA": Decimal("-100.00"),
    }


def test_a_division_in_another_currency_counts_from_its_first_day(combined):
    """200 EUR sold the day before are another's; 300 EUR at February's 11.40 are 3,420 kr, at closing 3,450 kr."""
    text = "".join(
        SALE.replace("2025-06-10", f"2026-02-{day}").replace("100.00", a)
        for day, a in (("09", "200.00"), ("10", "300.00"))
    )
    prices = PRICES + '2026-02-28 custom "average-rate" "EUR" 11.40 SEK\n'
    division = 'currency = "EUR"\nchart = "pgc"\njoined = 2026-02-10'
    found = combined({"andel": (text, division)}, prices=prices, date_to=dt.date(2026, 3, 31))
    assert found.lines == {
        "NetSales": Decimal("-3420.00"),
        "CashAndBank": Decimal("3450.00"),
        "CTA": Decimal("-30.00"),
    }


def test_the_first_month_of_a_broken_year_belongs_to_it(combined):
    """Sold in July at 11.00, moved to equity at the year's end in June: 1,100 kr, not at June's average of 12.50."""
    text = """
2025-07-10 * "Sale"
  Assets:1930-Bank    100.00 EUR
  Income:3001-Sales  -100.00 EUR
2026-06-30 * "Result"
  Expenses:8999-Result  100.00 EUR
  Equity:2099-Result   -100.00 EUR
"""
    prices = (
        '2025-07-31 custom "average-rate" "EUR" 11.00 SEK\n2026-06-30 custom "average-rate" "EUR" 12.50 SEK\n'
        "2025-06-30 price EUR 10.80 SEK\n2026-06-30 price EUR 12.60 SEK\n"
    )
    conf = FAVA_CONF.replace("[federation]\n", '[federation]\nfiscal_year_start = "07-01"\n')
    unit = 'entity = "legal_entity"\ncurrency = "EUR"'
    found = combined({"andel": (text, unit)}, prices=prices, conf=conf, date_to=dt.date(2026, 6, 30))
    assert str(found.date_from) == "2025-07-01"
    assert (found.lines["ResultTransfer"], found.lines["ResultForYear"]) == (1100, -1100)
    assert (found.result, found.lines["CTA"]) == (1100, -160)


def test_what_stood_before_joining_needs_no_older_rate(combined):
    """Capital and sales of 2019 have no rates; 150 EUR come in at the 11.50 of the day before, 1,725 kr, and are 1,800.

    In the year after, capital and results of before stand at that rate, too.
    """
    old = CAPITAL.replace("2025-12-31", "2019-01-10").replace("100.00", "50.00") + SALE.replace("2025", "2019")
    unit = FOREIGN + "\njoined = 2026-04-01"
    prices = """
2026-03-31 price EUR 11.50 SEK
2026-09-30 price EUR 12.00 SEK
2026-12-31 price EUR 12.00 SEK
2027-03-31 price EUR 12.00 SEK
"""
    found = combined({"andel": (old, unit)}, prices=prices, date_to=dt.date(2026, 9, 30))
    assert found.problems == ()
    assert found.lines == {"CashAndBank": 1800, "Joined": -1725, "CTA": -75}
    (proof,) = found.translation
    assert (proof.opening_net_assets, proof.posted, proof.proof) == (150, -75, -75)
    later = combined({"andel": (old, unit)}, prices=prices, date_to=dt.date(2027, 3, 31))
    assert later.lines == {"CashAndBank": 1800, "MemberContributions": -575, "RetainedResult": -1150, "CTA": -75}


@pytest.mark.parametrize(
    ("entry", "prices", "date"),
    [
        # a sale needs its month's average
        (SALE.replace("2025", "2026"), "2026-06-30 price EUR 11.00 SEK\n", "2026-06"),
        # capital needs the spot of its day; eight days are too many
        (CAPITAL, "2025-12-23 price EUR 11.00 SEK\n", "2025-12-31"),
        # what stands at closing needs a closing rate
        (SALE.replace("2025", "2026"), '2026-06-30 custom "average-rate" "EUR" 11.00 SEK\n', "2026-06-30"),
        # nine prices are no average
        (
            SALE.replace("2025", "2026"),
            "".join(f"2026-06-{day} price EUR 11.00 SEK\n" for day in range(22, 31)),
            "2026-06",
        ),
    ],
)
def test_a_missing_rate_leaves_the_unit_out_and_is_named(combined, entry, prices, date):
    found = combined({"andel": (entry, FOREIGN)}, prices=prices, date_to=dt.date(2026, 6, 30))
    said = {p.code: p for p in found.problems}
    assert {code: p.unit for code, p in said.items()} == {"MISSING_RATE": "andel", "UNIT_ERRORS": "andel"}
    assert said["MISSING_RATE"].params["date"] == date
    assert said["UNIT_ERRORS"].text() == "andel is left out of the combined figures because of MISSING_RATE."
    assert "sambok check" not in said["UNIT_ERRORS"].remedy_text(), "it finds nothing: no book is wrong"
    assert not found.complete
    assert found.trial_balance == ()


def test_four_currencies_in_one_federation(combined):
    """Each unit opens with capital on 31 December and sells in March; all figures at the rates of PRICES.

    EUR: 100 at 11.00, sale 50 at 11.40; at 11.50 the bank's 150 are 1,725; CTA -(1,725 - 1,100 - 570) = -55.
    KES: 1,000 at 0.08, sale 500 at 0.082; at 0.084 the 1,500 are 126; CTA -(126 - 80 - 41) = -5.
    CLP: 10,000 at 0.010, sale 5,001 at 0.0099, 49.51; at 0.0096 the 15,001 are 144.01; CTA 5.50.
    """
    text = """
2025-12-31 * "Capital"
  {bank}   {held} {cur}
  {capital}  -{held} {cur}
2026-03-10 * "Sale"
  {bank}   {sold} {cur}
  {sales}  -{sold} {cur}
"""
    pgc = {"bank": "Assets:572-Banco", "capital": "Equity:100-Capital", "sales": "Income:700-Ventas"}
    vsla = {"bank": "Assets:1030-Bank", "capital": "Equity:3010-Shares", "sales": "Income:4040-Sales"}
    bas = {"bank": "Assets:1930-Bank", "capital": "Equity:2083-Insatser", "sales": "Income:3001-Sales"}
    entity = 'entity = "legal_entity"\n'
    texts = {
        "euro": (text.format(cur="EUR", held="100.00", sold="50.00", **pgc), FOREIGN),
        "kes": (
            text.format(cur="KES", held="1000.00", sold="500.00", **vsla),
            entity + 'currency = "KES"\nchart = "vsla"',
        ),
        "peso": (text.format(cur="CLP", held="10000", sold="5001", **pgc), entity + 'currency = "CLP"\nchart = "pgc"'),
        "krona": (text.format(cur="SEK", held="100.00", sold="50.00", **bas), entity),
    }
    prices = (
        PRICES
        + """
2026-03-31 custom "average-rate" "EUR" 11.40 SEK
2025-12-31 price KES 0.080 SEK
2026-03-31 custom "average-rate" "KES" 0.082 SEK
2026-03-31 price KES 0.084 SEK
2025-12-31 price CLP 0.010 SEK
2026-03-31 custom "average-rate" "CLP" 0.0099 SEK
2026-03-31 price CLP 0.0096 SEK
"""
    )
    found = combined(texts, prices=prices, date_to=dt.date(2026, 3, 31))
    assert found.problems == ()
    assert [(t.unit, t.currency, str(t.posted), str(t.proof)) for t in found.translation] == [
        ("euro", "EUR", "-55.00", "-55.00"),
        ("kes", "KES", "-5.00", "-5.00"),
        ("peso", "CLP", "5.50", "5.50"),
    ]
    assert {line: str(amount) for line, amount in found.lines.items()} == {
        "NetSales": "-710.51",  # 570 + 41 + 49.51 + 50
        "CashAndBank": "2145.01",  # 1,725 + 126 + 144.01 + 150
        "MemberContributions": "-1380.00",  # 1,100 + 80 + 100 + 100
        "CTA": "-54.50",
    }
