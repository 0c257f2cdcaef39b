"""Profit in stock that comes from another unit: worked by hand (SPEC 10; samples 3.d is in test_worked)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger.combine.reports.bridge import bridge
from ledger.combine.reports.equity import equity
from tests.combine.conftest import table

ENTITY = 'entity = "legal_entity"'
EURO = f'{ENTITY}\ncurrency = "EUR"\nchart = "pgc"'
PRICES = """
2026-06-30 price EUR 11.00 SEK
2026-06-30 custom "average-rate" "EUR" 10.00 SEK
2026-07-31 custom "average-rate" "EUR" 12.00 SEK
2026-07-31 price EUR 12.00 SEK
2026-12-31 price EUR 11.50 SEK
"""
HELD = '\n2026-12-31 * "Stock"\n  Assets:1460-Stock  {0} SEK\n  Expenses:4960-Change  -{0} SEK\n'


def sold(day, price, cost, number=1, *, currency="SEK", account="Income:3001-Sales", claim="Assets:1660-Claim"):
    """The seller's voucher; `cost` None = no cost is given."""
    tags = '    partner: "kafeet"\n    ic: "trade"\n'
    said = f"    cost: {cost} {currency}\n" if cost else ""
    return f"""
{day} * "Sale" ^ic-repris-{number}
  {claim}  {price} {currency}
{tags}  {account}  -{price} {currency}
{tags}{said}"""


def bought(day, price, number=1, *, currency="SEK"):
    tags = '    partner: "repris"\n    ic: "trade"\n'
    return f"""
{day} * "Purchase" ^ic-repris-{number}
  Expenses:4000-Goods  {price} {currency}
{tags}  Liabilities:2860-Debt  -{price} {currency}
{tags}"""


def stated(day, amount, currency="SEK"):
    return f'{day} custom "internal-stock" "repris" {amount} {currency}\n'


def taken(found):
    """What ELIM has of the stock account, and who the seller of such entries is."""
    entries = [e for e in found.entries if e.kind == "unrealised"]
    assert all(e.seller == "repris" and e.units == ("kafeet", "repris") for e in entries)
    return table(found).get(("1460", "ELIM"))


def told(found):
    return [u.code for u in found.unmatched]


BOUGHT = bought("2026-03-04", "1000.00") + HELD.format("400.00")
STATED = BOUGHT + stated("2026-12-31", "400.00")
SOLD = sold("2026-03-04", "1000.00", "750.00")
#: Stock of 400 at 25 % of profit is 100.
CASES = {
    "as sold": (SOLD, STATED, "-100.00", []),
    # services without a cost say nothing about goods
    "services beside it": (
        SOLD + sold("2026-04-04", "500.00", None, 2),
        STATED + bought("2026-04-04", "500.00", 2),
        "-100.00",
        [],
    ),
    # 1,000 at 750 and 1,000 at 850: 20 %
    "two margins": (
        SOLD + sold("2026-04-04", "1000.00", "850.00", 2),
        STATED + bought("2026-04-04", "1000.00", 2),
        "-80.00",
        [],
    ),
    # a credit note of 200 at 150 leaves 800 at 600
    "a credit note": (
        SOLD + sold("2026-04-04", "-200.00", "-150.00", 2).replace("--", ""),
        STATED + bought("2026-04-04", "-200.00", 2).replace("--", ""),
        "-100.00",
        [],
    ),
    # sold below cost: 1,000 at 1,100; stock isn't written up (lower of cost and net realisable value)
    "a loss": (sold("2026-03-04", "1000.00", "1100.00"), STATED, None, []),
    # one sale at a loss of 100, one at a profit of 250: 2,000 at 1,850, 7.5 % of profit
    "a loss beside a profit": (
        SOLD + sold("2026-04-04", "1000.00", "1100.00", 2),
        STATED + bought("2026-04-04", "1000.00", 2),
        "-30.00",
        [],
    ),
    # the goods are of last year's sales: their margin counts
    "none sold this year": (
        SOLD.replace("2026-03", "2025-03"),
        STATED.replace("2026-03-04", "2025-03-04"),
        "-100.00",
        [],
    ),
    # more is there than was sold with a cost: of 300 at 225 the profit is 75, and no more can be in stock
    "more than was sold": (
        sold("2026-03-04", "300.00", "225.00"),
        STATED.replace("1000.00", "300.00"),
        "-75.00",
        ["STOCK_MISSTATED"],
    ),
    # 400 in stock of 300 sold this year and 300 the year before: this year's 25 % on all of it
    "of two years": (
        sold("2026-03-04", "300.00", "225.00") + sold("2025-03-04", "300.00", "200.00", 2),
        STATED.replace("1000.00", "300.00") + bought("2025-03-05", "300.00", 2),
        "-100.00",
        [],
    ),
    # 400 in stock of 300 bought with a cost and 200 without: 25 % of 300
    "more than was sold with a cost": (
        sold("2026-03-04", "300.00", "225.00") + sold("2026-04-04", "200.00", None, 2),
        STATED.replace("1000.00", "300.00") + bought("2026-04-04", "200.00", 2),
        "-75.00",
        ["NO_COST_FOR_UNREALISED"],
    ),
    "below zero": (SOLD, BOUGHT + stated("2026-12-31", "-400.00"), None, ["STOCK_MISSTATED"]),
    "twice the same": (SOLD, STATED + stated("2026-12-31", "400.00"), "-100.00", []),
    # the last one counts: 25 % of 200
    "two of one day": (SOLD, STATED + stated("2026-12-31", "200.00"), "-50.00", ["STOCK_MISSTATED"]),
    "no cost at all": (sold("2026-03-04", "1000.00", None), STATED, None, ["NO_COST_FOR_UNREALISED"]),
    "nothing left": (SOLD, BOUGHT + stated("2026-12-31", "0.00"), None, []),
    "a newer statement": (SOLD, STATED + stated("2026-11-30", "800.00"), "-100.00", []),
}


def test_a_statement_with_a_digit_too_many_takes_no_more_than_was_earned(combined):
    """400 in stock, 40,000 stated, 1,000 sold at 750: 250 are taken out, and stock doesn't turn negative."""
    theirs = BOUGHT + stated("2026-12-31", "40000.00")
    found = combined({"repris": (SOLD, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=dt.date(2026, 12, 31))
    assert (taken(found), told(found)) == ("-250.00", ["STOCK_MISSTATED"])
    assert str(found.lines["Inventories"]) == "150.00"
    assert "More is stated than was ever bought" in found.unmatched[0].advice
    assert "cost:" not in found.unmatched[0].advice


def test_two_statements_of_one_day_name_each_other(combined):
    theirs = STATED + stated("2026-12-31", "200.00")
    (said,) = combined({"repris": SOLD, "kafeet": theirs}, date_to=dt.date(2026, 12, 31)).unmatched
    (source,) = said.sources
    file, _, line = source.rpartition(":")
    assert f"{file}:{int(line) - 1}; the last one counts" in said.advice


@pytest.mark.parametrize("entity", ["", ENTITY], ids=["divisions", "legal persons"])
@pytest.mark.parametrize(("mine", "theirs", "expected", "codes"), CASES.values(), ids=CASES)
def test_profit_in_stock(combined, mine, theirs, expected, codes, entity):
    found = combined({"repris": (mine, entity), "kafeet": (theirs, entity)}, date_to=dt.date(2026, 12, 31))
    assert (taken(found), told(found)) == (expected, codes)


def test_a_statement_holds_until_a_newer_one_however_old_it_is(combined):
    """In 2028 the goods of 2026 are still there: the opening and the closing balance lack 100, the result nothing."""
    found = combined({"repris": SOLD, "kafeet": STATED}, date_to=dt.date(2028, 12, 31))
    assert taken(found) == "-100.00"
    got = table(found)
    assert got["Earlier", "ELIM"] == "100.00"
    assert Decimal(got.get(("4000", "ELIM"), 0)) == 0


JOINS = {
    # sold before the seller joined: an outsider's profit, which was earned
    "sold before the seller joined": ("joined = 2026-06-01", "", None),
    "sold before the buyer joined": ("", "joined = 2026-06-01", None),
    "sold on the day": ("joined = 2026-03-04", "", "-100.00"),
    "the seller has left": ("left = 2026-10-31", "", None),
}


@pytest.mark.parametrize(("seller", "buyer", "expected"), JOINS.values(), ids=JOINS)
def test_only_sales_between_members_count(combined, seller, buyer, expected):
    texts = {"repris": (SOLD, f"{ENTITY}\n{seller}"), "kafeet": (STATED, f"{ENTITY}\n{buyer}")}
    found = combined(texts, date_to=dt.date(2026, 12, 31))
    assert taken(found) == expected
    assert "NO_COST_FOR_UNREALISED" not in told(found)


def test_a_seller_outside_the_level_is_an_outsider(combined):
    texts = {"repris": (SOLD, 'levels = ["Norr"]'), "kafeet": (STATED, 'levels = ["Söder"]')}
    assert taken(combined(texts, date_to=dt.date(2026, 12, 31))) == "-100.00"
    assert taken(combined(texts, date_to=dt.date(2026, 12, 31), level="Söder")) is None
    assert taken(combined(texts, date_to=dt.date(2026, 12, 31), level="Norr")) is None


def test_a_seller_in_another_currency(combined):
    """100 EUR at a cost of 80 in June (10 kr) and 100 at 60 in July (12 kr).

    Price 1,000 + 1,200 = 2,200 kr, cost 800 + 720 = 1,520 kr: of 440 kr in stock 440 × 680 ÷ 2,200 = 136 are profit.
    """
    euro = {"currency": "EUR", "account": "Income:700-Ventas", "claim": "Assets:55231-Cuenta"}
    mine = sold("2026-06-15", "100.00", "80.00", 1, **euro) + sold("2026-07-15", "100.00", "60.00", 2, **euro)
    theirs = HELD.format("440.00") + stated("2026-12-31", "440.00")
    found = combined({"repris": (mine, EURO), "kafeet": (theirs, ENTITY)}, prices=PRICES, date_to=dt.date(2026, 12, 31))
    assert taken(found) == "-136.00"


#: Averages of December 10, 11 and 12 kr; at the year's end a euro is 10.50, 12 and 13 kr.
YEARS_RATES = """
2025-06-30 custom "average-rate" "EUR" 10.00 SEK
2025-06-30 price EUR 10.00 SEK
2025-12-31 custom "average-rate" "EUR" 10.00 SEK
2025-12-31 price EUR 10.50 SEK
2026-12-31 custom "average-rate" "EUR" 11.00 SEK
2026-12-31 price EUR 12.00 SEK
2027-12-31 price EUR 13.00 SEK
"""
#: 40 EUR of profit in 100 of goods, 20 in 50. Retained result, cost of goods, stock, CTA of all until then.
ABROAD = {
    "first year": (2025, None, "-600.00", "-420.00", "20.00"),  # 40 × 10, less the purchase; 40 × 10.50
    "half is sold": (2026, "400.00", "-220.00", "-240.00", "60.00"),  # −20 × 11; 20 × 12
    "nothing new": (2027, "180.00", None, "-260.00", "80.00"),  # 20 × 13
}


@pytest.mark.parametrize(("year", "retained", "cost", "stock", "rates"), ABROAD.values(), ids=ABROAD)
def test_rates_of_a_buyer_abroad_change_no_result(combined, year, retained, cost, stock, rates):
    """Each statement's change at its month's average, the stock at closing; the rest is a translation difference."""
    mine = sold("2025-06-10", "1000.00", "600.00").replace(
        "1660-Claim  1000.00 SEK", "1660-Claim  100.00 EUR @@ 1000.00 SEK"
    )
    theirs = bought("2025-06-10", "100.00", currency="EUR")
    theirs += HELD.format("100.00").replace("SEK", "EUR").replace("2026", "2025")
    theirs += stated("2025-12-31", "100.00", "EUR") + stated("2026-12-31", "50.00", "EUR")
    texts = {"repris": (mine, ENTITY), "kafeet": (theirs, f'{ENTITY}\ncurrency = "EUR"')}
    found = combined(texts, prices=YEARS_RATES, date_to=dt.date(year, 12, 31))
    assert set(told(found)) <= {"FX_DIFF"}  # the seller's claim; all it has sold is in stock, whatever the rate
    got = {code: amount for (code, unit), amount in table(found).items() if unit == "ELIM" and Decimal(amount)}
    wanted = {"Earlier": retained, "4000": cost, "1460": stock, "Internal": rates}
    assert {code: got.get(code) for code in wanted} == wanted
    change = {2025: [-400], 2026: [220], 2027: [0]}[year]
    assert [step.amount for step in bridge(found) if step.step == "unrealised"] == change
    rows = {row.line: row for row in equity(found)}
    entries = [e for e in found.entries if e.kind == "unrealised"]
    moved = sum(p.amount for e in entries for p in e.postings if p.place.line == "CTA" and e.date.year == year)
    assert moved == {2025: 20, 2026: 40, 2027: 20}[year]
    assert rows["CTA"].adjusted == 0


@pytest.mark.parametrize(
    ("seller", "code"), [("repris", []), ("nobody", ["UNKNOWN_PARTNER"]), ("kafeet", ["SELF_PARTNER"])]
)
def test_a_statement_that_names_no_other_unit_is_named(combined, seller, code):
    theirs = BOUGHT + stated("2026-12-31", "400.00").replace("repris", seller)
    found = combined({"repris": SOLD, "kafeet": theirs}, date_to=dt.date(2026, 12, 31))
    assert told(found) == code
    if code:
        assert found.unmatched[0].sources == ("units/kafeet/books/2026/2026-01.beancount:13",)


def test_a_statement_in_a_currency_without_a_rate_makes_the_run_incomplete(combined):
    theirs = BOUGHT + stated("2026-12-31", "400.00", "NOK")
    found = combined({"repris": SOLD, "kafeet": theirs}, date_to=dt.date(2026, 12, 31))
    assert not found.complete
    assert [(p.code, p.unit, p.line) for p in found.problems] == [("MISSING_RATE", "kafeet", 13)]


#: 400 of 1,000 in stock. What is no cost in kronor counts as none: the statement finds no cost, and the sale is named.
COSTS = {
    "in another currency": ("60.00 EUR", None, True),
    "in one without a rate": ("60.00 XYZ", None, True),
    "below zero": ("-750.00 SEK", None, True),
    "in quotes": ('"750.00 SEK"', None, True),
    # own material: all of the price is profit
    "nothing": ("0.00 SEK", "-400.00", False),
    # 1,000 at 1,100: stock isn't written up
    "above the price": ("1100.00 SEK", None, False),
    # a number alone is in the book's currency: 25 %
    "without a currency": ("750.00", "-100.00", False),
}


@pytest.mark.parametrize("entity", ["", ENTITY], ids=["divisions", "legal persons"])
@pytest.mark.parametrize(("cost", "expected", "wrong"), COSTS.values(), ids=COSTS)
def test_a_cost_that_can_be_none_is_named(combined, cost, expected, wrong, entity):
    mine = SOLD.replace("750.00 SEK", cost)
    found = combined({"repris": (mine, entity), "kafeet": (STATED, entity)}, date_to=dt.date(2026, 12, 31))
    codes = ["COST_UNREADABLE", "NO_COST_FOR_UNREALISED"] if wrong else []
    assert (taken(found), sorted(told(found))) == (expected, codes)
    if wrong:
        said = next(one for one in found.unmatched if one.code == "COST_UNREADABLE")
        assert (said.key, said.units, str(said.amount)) == ("ic-repris-1", ("repris", "kafeet"), "1000.00")
        assert said.sources == ("units/repris/books/2026/2026-01.beancount:6",)
        assert "Write an amount in SEK" in said.remedy
        assert said.blocks is (entity == "")
        later = combined({"repris": (mine, entity), "kafeet": (STATED, entity)}, date_to=dt.date(2027, 12, 31))
        assert told(later) == ["NO_COST_FOR_UNREALISED"], "a closed year's sale isn't asked for; its stock is"


def test_a_cost_beside_one_that_can_be_none(combined):
    """1,000 at 750 and 1,000 at 60 EUR: the margin of the first, 25 %, holds for the 400 that are there."""
    mine = SOLD + sold("2026-04-04", "1000.00", "60.00", 2).replace("60.00 SEK", "60.00 EUR")
    theirs = STATED + bought("2026-04-04", "1000.00", 2)
    found = combined({"repris": mine, "kafeet": theirs}, date_to=dt.date(2026, 12, 31))
    assert (taken(found), told(found)) == ("-100.00", ["COST_UNREADABLE"])


def test_goods_taken_back_have_a_cost_with_a_minus(combined):
    """A credit note of 200 whose cost has no minus would lower the margin: 1,000 at 750 alone, 25 % of 400."""
    mine = SOLD + sold("2026-04-04", "-200.00", "150.00", 2).replace("--", "")
    theirs = STATED + bought("2026-04-04", "-200.00", 2).replace("--", "")
    found = combined({"repris": mine, "kafeet": theirs}, date_to=dt.date(2026, 12, 31))
    assert (taken(found), told(found)) == ("-100.00", ["COST_UNREADABLE"])


@pytest.mark.parametrize(
    ("code", "currency", "price", "rate"), [("EUR", "EUR", "100.00", "10.00"), ("CLP", "CLP", "100000", "0.01")]
)
def test_a_cost_in_the_book_s_own_currency_is_right_wherever_the_book_is(combined, code, currency, price, rate):
    """Sold for 1,000 kr at three quarters: 25 % of 400 kr; a cost in kronor isn't understood."""
    cost = {"EUR": "75.00", "CLP": "75000"}[code]
    prices = (
        f'2026-03-31 custom "average-rate" "{code}" {rate} SEK\n2026-03-31 price {code} {rate} SEK\n'
        f"2026-12-31 price {code} {rate} SEK\n"
    )
    own = f'{ENTITY}\ncurrency = "{currency}"\nchart = "pgc"'
    places = {"account": "Income:700-Ventas", "claim": "Assets:55231-Cuenta"}
    mine = sold("2026-03-04", price, cost, 1, currency=currency, **places)
    for given, expected in ((mine, None), (mine.replace(f"cost: {cost} {code}", "cost: 750.00 SEK"), code)):
        found = combined(
            {"repris": (given, own), "kafeet": (STATED, ENTITY)}, prices=prices, date_to=dt.date(2026, 12, 31)
        )
        assert taken(found) == (None if expected else "-100.00")
        assert ("COST_UNREADABLE" in told(found)) is (expected is not None)
        if expected:
            assert any(f"in {code}," in one.remedy for one in found.unmatched)
