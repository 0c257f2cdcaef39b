"""Changes in equity, line by line, worked out by hand."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.combine.reports.equity import COLUMNS, equity
from ledger.combine.reports.equity_drill import equity_drill
from tests.combine.test_levels import sold
from tests.combine.test_worked import ENTITY, sale

END = dt.date(2026, 12, 31)


def changes(found):
    """Line → its columns that aren't zero; each of them opens postings that come to it."""
    for row in equity(found):
        for name in COLUMNS:
            opened = equity_drill(found, row.line, name)
            assert opened.amount == sum((s.amount for s in opened.sources), Decimal(0)) == row.change(name)
            assert bool(opened.sources) or not row.change(name)
    return {
        row.line: {name: str(row.change(name)) for name in COLUMNS if row.change(name)}
        for row in equity(found)
        if any(row.change(name) for name in COLUMNS)
    }


def monthly(start, end, revenue, cost, opening, day):
    """A unit that earns and spends the same each month; `opening` is put in on `day`."""
    text = f"""
{day} * "Opening"
  Assets:1930-Bank     {opening}.00 SEK
  Equity:2060-Capital -{opening}.00 SEK
"""
    for month in range(start, end + 1):
        text += f"""
2026-{month:02d}-15 * "A month"
  Assets:1930-Bank     {revenue}.00 SEK
  Income:3001-Sales   -{revenue}.00 SEK
2026-{month:02d}-16 * "A month"
  Expenses:5010-Costs  {cost}.00 SEK
  Assets:1930-Bank    -{cost}.00 SEK
"""
    return text


def test_units_that_join_and_leave(combined, samples):
    """Sample 23: 800 + 200 joined + 255 surplus - 345 left = 910."""
    case = json.loads((samples / "consolidation" / "23_units_join_and_leave.json").read_text(encoding="utf-8"))
    found = combined(
        {
            "aa": (monthly(1, 12, 100, 90, 500, "2025-12-31"), ENTITY),
            "jj": (monthly(4, 12, 50, 40, 200, "2026-03-31"), ENTITY + "\njoined = 2026-04-01"),
            "ll": (monthly(1, 9, 80, 75, 300, "2025-12-31"), ENTITY + "\nleft = 2026-09-30"),
        },
        date_to=END,
    )
    total = equity(found)[-1]
    assert {
        "opening": str(total.opening),
        "joined": str(total.joined),
        "surplus": str(total.result),
        "left": str(total.left),
        "closing": str(total.closing),
    } == {name: f"{Decimal(amount):.2f}" for name, amount in case["expected"]["equity"].items()}
    assert changes(found) == {
        "RetainedResult": {"opening": "800.00", "closing": "800.00"},
        "ResultForYear": {"result": "255.00", "closing": "255.00"},
        "Joined": {"joined": "200.00", "closing": "200.00"},
        "Left": {"left": "-345.00", "closing": "-345.00"},
        "total": {"opening": "800.00", "result": "255.00", "joined": "200.00", "left": "-345.00", "closing": "910.00"},
    }


YEARS = """
2025-01-01 * "Opening"
  Assets:1930-Bank          1000.00 SEK
  Equity:2083-Insatser      -300.00 SEK
  Equity:2091-Balanserat    -700.00 SEK
2025-06-30 * "Sold"
  Assets:1930-Bank           400.00 SEK
  Income:3001-Sales         -400.00 SEK
2025-12-31 * "Result of 2025"
  Expenses:8999-Resultat     400.00 SEK
  Equity:2099-Resultat      -400.00 SEK
2026-01-01 * "Last year's result"
  Equity:2099-Resultat       400.00 SEK
  Equity:2098-Foregaende    -400.00 SEK
2026-05-20 * "The assembly: 100 to the reserve, 60 to members, 40 as contributions, 200 carried forward"
  Equity:2098-Foregaende     400.00 SEK
  Equity:2086-Reservfond    -100.00 SEK
  Equity:2083-Insatser       -40.00 SEK
  Equity:2091-Balanserat    -200.00 SEK
  Liabilities:2898-Utdelning -60.00 SEK
2026-05-20 * "A member joins"
  Assets:1930-Bank            25.00 SEK
  Equity:2083-Insatser       -25.00 SEK
2026-05-20 * "A member leaves"
  Equity:2083-Insatser        10.00 SEK
  Assets:1930-Bank           -10.00 SEK
2026-06-30 * "Sold"
  Assets:1930-Bank           150.00 SEK
  Income:3001-Sales         -150.00 SEK
2026-12-31 * "Result of 2026"
  Expenses:8999-Resultat     150.00 SEK
  Equity:2099-Resultat      -150.00 SEK
"""
YEARS_ROLL = {
    "MemberContributions": {"opening": "300.00", "owners": "15.00", "transfers": "40.00", "closing": "355.00"},
    "RestrictedReserves": {"transfers": "100.00", "closing": "100.00"},
    "RetainedResult": {"opening": "700.00", "distributed": "-60.00", "transfers": "260.00", "closing": "900.00"},
    "ResultForYear": {"opening": "400.00", "result": "150.00", "transfers": "-400.00", "closing": "150.00"},
    "total": {
        "opening": "1400.00",
        "result": "150.00",
        "owners": "15.00",
        "distributed": "-60.00",
        "closing": "1505.00",
    },
}


def test_owners_distributions_and_transfers(combined):
    """One day of the assembly: what is given to members, what members pay, and what only moves."""
    assert changes(combined({"repris": YEARS}, date_to=END)) == YEARS_ROLL


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        # Of the 400 that the assembly dealt with, 60 went out and 340 moved.
        (("RetainedResult", "distributed"), [("-60.00", "Equity:2098-Foregaende 400.00")]),
        (
            ("RetainedResult", "transfers"),
            [
                ("400.00", "Equity:2098-Foregaende -400.00"),
                ("-340.00", "Equity:2098-Foregaende 400.00"),
                ("200.00", "Equity:2091-Balanserat -200.00"),
            ],
        ),
        (
            ("MemberContributions", "owners"),
            [("25.00", "Equity:2083-Insatser -25.00"), ("-10.00", "Equity:2083-Insatser 10.00")],
        ),
        (("MemberContributions", "transfers"), [("40.00", "Equity:2083-Insatser -40.00")]),
        (("ResultForYear", "result"), [("150.00", "Income:3001-Sales -150.00")]),
    ],
)
def test_a_change_opens_the_postings_that_come_to_it(combined, figure, told):
    """A posting of which one part was paid out and another only moved stands in both columns with its part."""
    opened = equity_drill(combined({"repris": YEARS}, date_to=END), *figure)
    found = []
    for source in opened.sources:
        text = Path(source.file).read_text(encoding="utf-8").splitlines()[source.line - 1]
        found.append((str(source.amount), " ".join(text.split()[:2])))
    assert found == told


def test_where_entries_are_looked_at_it_is_the_same(combined):
    """An amount in thousandths makes monthly sums too coarse; another way to the same statement."""
    fine = """
2025-02-01 * "Fine"
  Assets:1930-Bank    0.004 SEK
  Assets:1910-Till   -0.004 SEK
"""
    found = combined({"repris": YEARS + fine}, date_to=END)
    assert found.parts["repris"].translated is not None
    assert changes(found) == YEARS_ROLL


def test_a_year_whose_result_was_never_moved(combined):
    found = combined({"repris": sold("400.00").replace("2026", "2025") + sold("150.00")}, date_to=END)
    assert changes(found) == {
        "RetainedResult": {"opening": "400.00", "closing": "400.00"},
        "ResultForYear": {"result": "150.00", "closing": "150.00"},
        "total": {"opening": "400.00", "result": "150.00", "closing": "550.00"},
    }


@pytest.mark.parametrize(
    ("day", "column"), [("2026-01-01", "opening"), ("2026-04-01", "opening"), ("2026-04-02", "owners")]
)
def test_a_book_that_begins_within_the_period(combined, day, column):
    """On the first of a month it is an opening voucher, on any other day money that members put in."""
    text = f"""
{day} * "Begin"
  Assets:1930-Bank      500.00 SEK
  Equity:2083-Insatser -500.00 SEK
2026-04-05 * "A member joins"
  Assets:1930-Bank       20.00 SEK
  Equity:2083-Insatser  -20.00 SEK
"""
    (line, _) = equity(combined({"repris": text}, date_to=END))
    expected = {"opening": "500.00", "owners": "20.00"} if column == "opening" else {"owners": "520.00"}
    assert {n: str(line.change(n)) for n in ("opening", "owners") if line.change(n)} == expected


def test_an_entity_that_joins_with_its_opening_voucher(combined):
    text = """
2026-04-01 * "Begin"
  Assets:1930-Bank      500.00 SEK
  Equity:2083-Insatser -500.00 SEK
"""
    found = combined({"repris": (text, ENTITY + "\njoined = 2026-04-01")}, date_to=END)
    assert changes(found)["MemberContributions"] == {"joined": "500.00", "closing": "500.00"}


def test_a_cost_against_equity_is_no_distribution(combined):
    """A cost that is met from a fund: the result falls by 30, the fund too takes nothing from members."""
    text = """
2025-12-31 * "Opening"
  Assets:1930-Bank        100.00 SEK
  Equity:2068-Fund       -100.00 SEK
2026-02-01 * "A grant from the fund"
  Equity:2068-Fund         30.00 SEK
  Income:3985-Grant       -30.00 SEK
"""
    assert changes(combined({"repris": text}, date_to=END)) == {
        "RetainedResult": {"opening": "100.00", "adjusted": "-30.00", "closing": "70.00"},
        "ResultForYear": {"result": "30.00", "closing": "30.00"},
        "total": {"opening": "100.00", "result": "30.00", "adjusted": "-30.00", "closing": "100.00"},
    }


PRICES = """
2024-12-31 price EUR 9.00 SEK
2025-12-31 price EUR 10.00 SEK
2026-03-31 price EUR 12.00 SEK
2026-06-30 custom "average-rate" "EUR" 11.00 SEK
2026-12-31 price EUR 13.00 SEK
"""


def test_translation_of_two_years(combined):
    """
    100 EUR since 2024 at 9.00, worth 1,000 at the opening and 1,300 at the end; 10 EUR earned at 11.00, 5 EUR paid
    in at 12.00. CTA: 100 before the period; in it 100 × 3 + 10 × 2 + 5 × 1 = 325.
    """
    text = """
2024-12-31 * "Opening"
  Assets:572-Banco      100.00 EUR
  Equity:100-Capital   -100.00 EUR
2026-03-31 * "Contribution"
  Assets:572-Banco        5.00 EUR
  Equity:100-Capital     -5.00 EUR
2026-06-10 * "Profit"
  Assets:572-Banco       10.00 EUR
  Income:705-Ventas     -10.00 EUR
"""
    toml = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'
    found = combined({"andel": (text, toml)}, prices=PRICES, date_to=END)
    assert changes(found) == {
        "MemberContributions": {"opening": "900.00", "owners": "60.00", "closing": "960.00"},
        "ResultForYear": {"result": "110.00", "closing": "110.00"},
        "CTA": {"opening": "100.00", "cta": "325.00", "closing": "425.00"},
        "total": {"opening": "1000.00", "result": "110.00", "owners": "60.00", "cta": "325.00", "closing": "1495.00"},
    }


def test_a_foreign_entity_that_joins(combined):
    """
    100 EUR at 9.00. It brings 1,200 on 31 March: 900, and 300 of difference at 12.00; since then 100 × 1 = 100.
    """
    text = """
2024-12-31 * "Opening"
  Assets:572-Banco      100.00 EUR
  Equity:100-Capital   -100.00 EUR
"""
    prices = PRICES + "2026-03-30 price EUR 12.00 SEK\n"
    toml = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"\n'
    joins = combined({"andel": (text, toml + "joined = 2026-03-31")}, prices=prices, date_to=END)
    assert changes(joins) == {
        "Joined": {"joined": "1200.00", "closing": "1200.00"},
        "CTA": {"cta": "100.00", "closing": "100.00"},
        "total": {"joined": "1200.00", "cta": "100.00", "closing": "1300.00"},
    }


def test_a_foreign_entity_that_leaves(combined):
    """
    100 EUR at 9.00: 1,000 at the opening, 1,200 on its last day: 900 of what was put in, 300 of difference.
    """
    text = """
2024-12-31 * "Opening"
  Assets:572-Banco      100.00 EUR
  Equity:100-Capital   -100.00 EUR
"""
    toml = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"\nleft = 2026-03-31'
    assert changes(combined({"andel": (text, toml)}, prices=PRICES, date_to=END)) == {
        "MemberContributions": {"opening": "900.00", "closing": "900.00"},
        "Left": {"left": "-900.00", "closing": "-900.00"},
        "CTA": {"opening": "100.00", "cta": "200.00", "left": "-300.00"},
        "total": {"opening": "1000.00", "cta": "200.00", "left": "-1200.00"},
    }


CAPITAL = """
{day} * "Capital in central" ^ic-{slug}-1
  Assets:1351-Andelar     {amount}.00 SEK
    partner: "gemensamt"
    ic: "capital"
  Assets:1930-Bank       -{amount}.00 SEK
"""
HELD = """
{day} * "Capital of a member" ^ic-{slug}-1
  Assets:1930-Bank        {amount}.00 SEK
  Equity:2083-Insatser   -{amount}.00 SEK
    partner: "{slug}"
    ic: "capital"
"""


def test_capital_between_units_is_no_equity_of_the_group(combined):
    """100 since last year, 40 in this one; 7 from a member outside."""
    texts = {
        "repris": (CAPITAL.format(day="2025-12-30", slug="repris", amount=100), ENTITY),
        "kafeet": (CAPITAL.format(day="2026-03-30", slug="kafeet", amount=40), ENTITY),
        "gemensamt": (
            HELD.format(day="2025-12-30", slug="repris", amount=100)
            + HELD.format(day="2026-03-30", slug="kafeet", amount=40)
            + """
2026-05-05 * "A member outside"
  Assets:1930-Bank        7.00 SEK
  Equity:2083-Insatser   -7.00 SEK
""",
            ENTITY,
        ),
    }
    found = combined(texts, date_to=END)
    assert found.unmatched == ()
    assert changes(found) == {
        "MemberContributions": {"owners": "7.00", "closing": "7.00"},
        "total": {"owners": "7.00", "closing": "7.00"},
    }


def test_stock_profit_of_last_year_stands_in_the_opening(combined):
    """10 of profit lay in the stock at the opening; it is earned in the period."""
    inside, bought = sale("repris", "kafeet", "100.00", "100.00", 1)
    inside = inside.replace(
        '  Income:3001-Sales   -100.00 SEK\n    partner: "kafeet"\n    ic: "trade"\n',
        '  Income:3001-Sales   -100.00 SEK\n    partner: "kafeet"\n    ic: "trade"\n    cost: 75.00 SEK\n',
    )
    stock = """
2025-12-31 custom "internal-stock" "repris" 40.00 SEK
2026-12-31 custom "internal-stock" "repris" 0.00 SEK
2025-12-31 * "Stock"
  Assets:1460-Stock    40.00 SEK
  Expenses:4010-Goods -40.00 SEK
2026-02-02 * "Sold"
  Assets:1460-Stock   -40.00 SEK
  Expenses:4010-Goods  40.00 SEK
"""
    texts = {"repris": inside.replace("2026", "2025"), "kafeet": bought.replace("2026", "2025") + stock}
    found = combined(texts, date_to=END)
    # 2025: 100 - 100 + 40 - 10 = 30; 2026: -40 + 10 = -30
    assert changes(found) == {
        "RetainedResult": {"opening": "30.00", "closing": "30.00"},
        "ResultForYear": {"result": "-30.00", "closing": "-30.00"},
        "total": {"opening": "30.00", "result": "-30.00"},
    }
