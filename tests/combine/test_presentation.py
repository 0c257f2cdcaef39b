"""The combined figures in another currency, worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from beancount.core import data

from ledger.combine import combine, group_entries
from ledger.combine.levels import level_tree
from ledger.combine.model import ADJ, CTA, ELIM
from ledger.combine.reports.answer import answer
from ledger.combine.reports.bridge import bridge
from ledger.combine.reports.drill import drill
from ledger.combine.reports.equity import COLUMNS, equity
from ledger.combine.reports.segments import segments
from ledger.memo import memo_of
from ledger.rules.problems_rates import MissingRate
from tests.combine.conftest import StubRun
from tests.combine.test_adjustments import text as adjustment_text
from tests.combine.test_levels import sold
from tests.combine.test_view import PRICES as MARCHS_PRICES
from tests.combine.test_view import TEXTS
from tests.combine.test_worked import ENTITY, sale

PRICES = """
2026-02-28 custom "average-rate" "EUR" 10.00 SEK
2026-03-31 custom "average-rate" "EUR" 12.00 SEK
2026-03-31 price EUR 12.50 SEK
"""
MARCH = dt.date(2026, 3, 31)


#: A unit joins on the tenth of February.
SPANISH_PRICES = (
    MARCHS_PRICES
    + """
2026-02-09 price EUR 11.10 SEK
2026-02-28 custom "average-rate" "EUR" 11.20 SEK
"""
)


def amounts(found):
    return {(r.line, r.unit): str(r.amount) for r in found.trial_balance}


def changes(found):
    """Line → its changes that aren't zero."""
    return {row.line: {n: str(row.change(n)) for n in COLUMNS if row.change(n)} for row in equity(found)}


def test_each_month_at_its_own_average(combined):
    """1,000 of February at 10.00, 600 of March at 12.00: 100 + 50; the money at 12.50: 128. Mean of rates: 145.45."""
    text = sold("1000.00") + sold("600.00").replace("02-01", "03-01")
    found = combined({"repris": (text, ENTITY)}, prices=PRICES, currency="EUR", date_to=MARCH)
    assert amounts(found) == {
        ("NetSales", "repris"): "-150.00",
        ("CashAndBank", "repris"): "128.00",
        ("CTA", CTA): "22.00",
    }
    assert found.result == Decimal("150.00")
    (proof,) = found.translation
    assert (proof.unit, proof.currency, proof.opening_net_assets) == ("repris", "SEK", 0)
    assert (proof.posted, proof.proof, proof.rounding) == (22, 22, 0)


def test_eliminations_come_along(combined):
    """A sale of 600 in March, and 60 of profit in the stock: 50 and 5 at the average, 48 and 4.80 at closing."""
    mine, theirs = sale("repris", "kafeet", "600.00", "600.00", 1)
    mine = mine.replace(
        "  Income:3001-Sales   -600.00 SEK\n", "  Income:3001-Sales   -600.00 SEK\n    cost: 540.00 SEK\n"
    )
    stock = """
2026-03-31 custom "internal-stock" "repris" 600.00 SEK
2026-03-31 * "Stock"
  Assets:1460-Stock    600.00 SEK
  Expenses:4010-Goods -600.00 SEK
"""
    texts = {"repris": (mine, ENTITY + '\nlevels = ["A"]'), "kafeet": (theirs + stock, ENTITY + '\nlevels = ["A"]')}
    found = combined(texts, prices=PRICES, currency="EUR", date_to=MARCH)
    assert amounts(found) == {
        ("NetSales", "repris"): "-50.00",
        ("NetSales", "ELIM"): "50.00",
        ("RawMaterials", "ELIM"): "-45.00",  # 50 of cost, 5.00 of it back
        ("Inventories", "kafeet"): "48.00",
        ("Inventories", "ELIM"): "-4.80",
        ("InternalReceivables", "repris"): "48.00",
        ("InternalReceivables", "ELIM"): "-48.00",
        ("InternalPayables", "kafeet"): "-48.00",
        ("InternalPayables", "ELIM"): "48.00",
        ("CTA", "CTA"): "2.00",
        ("CTA", "ELIM"): "-0.20",
    }
    assert {(e.kind, e.section): str(e.amount) for e in found.eliminations} == {
        ("trade", "balance"): "48.00",
        ("trade", "result"): "50.00",
        ("unrealised", "balance"): "5.00",
    }
    assert [(s.step, s.unit, str(s.amount)) for s in bridge(found)] == [
        ("unit", "gemensamt", "0"),
        ("unit", "kafeet", "0.00"),
        ("unit", "repris", "50.00"),
        ("eliminated", None, "0.00"),
        ("unrealised", None, "-5.00"),
    ]
    assert level_tree(found).find(("A",)).figures.result == found.result == Decimal("45.00")


def test_thirds_are_rounded_posting_by_posting_and_every_entry_balances(combined):
    """Three sales of 100 at 12.00 are three times 8.33, in the books as in what is eliminated; claims are 24.00."""
    texts = {"repris": "", "kafeet": ""}
    for number in range(3):
        mine, theirs = sale("repris", "kafeet", "100.00", "100.00", number)
        texts = {"repris": texts["repris"] + mine, "kafeet": texts["kafeet"] + theirs}
    found = combined(texts, prices=PRICES, currency="EUR", date_to=MARCH)
    by_line = defaultdict(Decimal)
    for row in found.trial_balance:
        if row.unit == ELIM:
            by_line[row.line] += row.amount
    assert by_line == {
        "NetSales": Decimal("24.99"),
        "RawMaterials": Decimal("-24.99"),
        "InternalReceivables": Decimal("-24.00"),
        "InternalPayables": Decimal("24.00"),
    }
    assert all(sum(p.amount for p in entry.postings) == 0 for entry in found.entries)
    assert [(t.unit, t.posted, t.proof, t.rounding) for t in found.translation] == [
        ("kafeet", Decimal("-1.00"), Decimal("-1.00"), Decimal("0.01")),
        ("repris", Decimal("1.00"), Decimal("1.00"), Decimal("-0.01")),
    ]


def test_a_year_that_was_closed_makes_no_more_difference(combined):
    """The transfer moves what was translated: CTA is as without it."""
    closing = """
2026-03-31 * "To equity"
  Expenses:8999-Result  600.00 SEK
  Equity:2099-Result   -600.00 SEK
"""
    text = sold("600.00").replace("02-01", "03-01")
    plain = combined({"repris": text}, prices=PRICES, currency="EUR", date_to=MARCH)
    closed = combined({"repris": text + closing}, prices=PRICES, currency="EUR", date_to=MARCH)
    assert plain.lines["CTA"] == closed.lines["CTA"] == Decimal("2.00")
    assert closed.lines["ResultTransfer"] == -closed.lines["ResultForYear"] == Decimal("50.00")
    assert plain.result == closed.result == Decimal("50.00")
    for found in (plain, closed):
        assert {row.line: {n: str(row.change(n)) for n in COLUMNS if row.change(n)} for row in equity(found)} == {
            "ResultForYear": {"result": "50.00", "closing": "50.00"},
            "CTA": {"cta": "-2.00", "closing": "-2.00"},
            "total": {"result": "50.00", "cta": "-2.00", "closing": "48.00"},
        }


def test_equity_stays_at_the_rates_of_its_days(combined):
    """1,250 at 10.00 and 25 at 12.50, closing 12.50: CTA is 100 - 125 of the opening and 80 - 100 of the sale."""
    text = """
2025-12-31 * "Opening"
  Assets:1930-Bank        1250.00 SEK
  Equity:2083-Insatser   -1250.00 SEK
2026-03-05 * "A member joins"
  Assets:1930-Bank          25.00 SEK
  Equity:2083-Insatser     -25.00 SEK
""" + sold("1000.00")
    prices = PRICES + "2025-12-31 price EUR 10.00 SEK\n2026-03-05 price EUR 12.50 SEK\n"
    found = combined({"repris": text}, prices=prices, currency="EUR", date_to=MARCH)
    assert changes(found) == {
        "MemberContributions": {"opening": "125.00", "owners": "2.00", "closing": "127.00"},
        "ResultForYear": {"result": "100.00", "closing": "100.00"},
        "CTA": {"cta": "-45.00", "closing": "-45.00"},
        "total": {"opening": "125.00", "result": "100.00", "owners": "2.00", "cta": "-45.00", "closing": "182.00"},
    }


@pytest.mark.parametrize("missing", ['2026-02-28 custom "average-rate" "EUR" 10.00 SEK', "2026-03-31 price EUR 12.50"])
def test_a_missing_rate_is_an_error(combined, missing):
    prices = PRICES.replace(missing, "; nothing").replace("; nothing SEK", "; nothing")
    with pytest.raises(MissingRate) as error:
        combined({"repris": sold("10.00")}, prices=prices, currency="EUR", date_to=MARCH)
    assert error.value.params == {
        "currency": "EUR",
        "base": "SEK",
        "date": missing[:7] if '"' in missing else "2026-03-31",
    }


def test_a_month_without_income_needs_no_rate(combined):
    """January has no rate and nothing in it."""
    assert combined({"repris": sold("10.00")}, prices=PRICES, currency="EUR", date_to=MARCH).result == 1


def test_a_unit_in_the_presentation_currency_comes_back_as_it_was(federation):
    """Nothing of it is translated: 100.01 EUR of sales, 1,000 EUR of money, no translation difference."""
    books = federation(TEXTS, prices=SPANISH_PRICES)
    found = combine(books, StubRun(), currency="EUR", date_to=MARCH)
    own = {r.line: r.amount for r in found.trial_balance if r.unit == "andel"}
    assert own["NetSales"] == Decimal("-100.01")
    assert own["CashAndBank"] == Decimal("1000.00")
    assert "andel" not in {proof.unit for proof in found.translation}
    assert not any("ANDEL" in row.account for row in found.trial_balance if row.line == "CTA")


def test_every_report_holds_in_another_currency(federation):
    books = federation(TEXTS, prices=SPANISH_PRICES)
    for currency in ("SEK", "EUR"):
        found = combine(books, StubRun(), currency=currency, date_to=MARCH)
        tree, cut = level_tree(found), segments(found)
        assert tree.figures.rows == found.trial_balance
        assert sum((s.figures.result for s in cut.segments), cut.between.result) == found.result
        assert sum(s.amount for s in bridge(found)) == found.result
        total = equity(found)[-1]
        assert total.closing == total.opening + found.result + total.cta + total.joined
        assert (total.owners, total.transfers, total.left) == (0, 0, 0)
        assert found.entries
        assert found.unmatched


def test_a_sale_that_was_taken_back_at_another_rate(combined):
    """600 of February at 10.00, taken back in March at 12.00: nothing in SEK, 60 - 50 in EUR, which CTA takes back."""
    text = sold("600.00") + sold("-600.00").replace("02-01", "03-01").replace("--", "")
    found = combined({"repris": text}, prices=PRICES, currency="EUR", date_to=MARCH)
    assert found.result == Decimal("10.00")
    assert {row.line: {n: str(row.change(n)) for n in COLUMNS if row.change(n)} for row in equity(found)} == {
        "ResultForYear": {"result": "10.00", "closing": "10.00"},
        "CTA": {"cta": "-10.00", "closing": "-10.00"},
        "total": {"result": "10.00", "cta": "-10.00"},
    }


EURO_UNIT = 'entity = "legal_entity"\ncurrency = "EUR"'
#: A unit that keeps its books in euro, over two years; central has 1,000 SEK all the time.
TWO_YEARS = {
    "dot": (
        """
2026-01-01 * "Opening"
  Assets:1930-Bank       1000.00 EUR
  Equity:2083-Insatser   -600.00 EUR
  Equity:2091-Earlier    -400.00 EUR
2026-01-15 * "Sale"
  Assets:1930-Bank        333.33 EUR
  Income:3004-Sales      -333.33 EUR
2026-02-10 * "Contribution"
  Assets:1930-Bank        200.00 EUR
  Equity:2083-Insatser   -200.00 EUR
2026-02-10 * "Contribution, at a rate of its own"
  Assets:1930-Bank        100.00 EUR
  Equity:2083-Insatser   -100.00 EUR
    rate: 11.25
2026-02-20 * "Rent"
  Expenses:5010-Rent       50.55 EUR
  Assets:1930-Bank        -50.55 EUR
2026-12-31 * "The year's result"
  Expenses:8999-Result    282.78 EUR
  Equity:2099-Result     -282.78 EUR
2027-01-01 * "To last year's"
  Equity:2099-Result      282.78 EUR
  Equity:2098-Result     -282.78 EUR
2027-03-10 * "To earlier years'"
  Equity:2098-Result      282.78 EUR
  Equity:2091-Earlier    -282.78 EUR
2027-03-10 * "Sale"
  Assets:1930-Bank         10.00 EUR
  Income:3004-Sales       -10.00 EUR
""",
        EURO_UNIT,
    ),
    "gemensamt": """
2026-01-01 * "Opening"
  Assets:1930-Bank       1000.00 SEK
  Equity:2091-Earlier   -1000.00 SEK
""",
}
TWO_YEARS_PRICES = """
2025-12-31 price EUR 11.00 SEK
2026-01-31 custom "average-rate" "EUR" 11.04 SEK
2026-02-10 price EUR 11.20 SEK
2026-02-28 custom "average-rate" "EUR" 11.22 SEK
2026-12-31 price EUR 12.00 SEK
2026-12-31 custom "average-rate" "EUR" 11.90 SEK
2027-03-31 custom "average-rate" "EUR" 12.40 SEK
2027-12-31 price EUR 11.70 SEK
"""


def test_a_year_opens_with_what_the_one_before_closed_with(federation):
    """Opening 1,000 EUR + 1,000 SEK at 11.00 = 1,090.91; CTA 1,000 SEK × (1/12.00 - 1/11.00) = 83.33 - 90.91."""
    books = federation(TWO_YEARS, prices=TWO_YEARS_PRICES)
    first, second = (combine(books, StubRun(), currency="EUR", date_to=dt.date(year, 12, 31)) for year in (2026, 2027))
    assert changes(first) == {
        "MemberContributions": {"opening": "600.00", "owners": "300.00", "closing": "900.00"},
        "RetainedResult": {"opening": "490.91", "closing": "490.91"},
        "ResultForYear": {"result": "282.78", "closing": "282.78"},
        "CTA": {"cta": "-7.58", "closing": "-7.58"},
        "total": {
            "opening": "1090.91",
            "result": "282.78",
            "owners": "300.00",
            "cta": "-7.58",
            "closing": "1666.11",
        },
    }
    closed = {row.line: row.closing for row in equity(first)}
    assert closed == {row.line: row.opening for row in equity(second) if row.opening}
    # 83.33 SEK more at 11.70: 85.47 - 83.33
    assert changes(second)["CTA"] == {"opening": "-7.58", "cta": "2.14", "closing": "-5.44"}
    assert [(t.unit, t.currency, t.posted, t.proof) for t in first.translation] == [
        ("gemensamt", "SEK", Decimal("7.58"), Decimal("7.58"))
    ]
    assert {row.unit for row in first.trial_balance if row.account.endswith("-DOT")} == set()


def test_months_add_up_and_the_minority_is_the_same_everywhere(combined):
    """Goodwill 10,000 ÷ 11.10 - 80 % of 800 = 260.90 EUR, 13.04505 a month; of 50.00 EUR earned 10.00 are others'."""
    texts = {
        "gemensamt": """
2026-01-01 * "Opening"
  Assets:1930-Bank     100000.00 SEK
  Equity:2091-Earlier -100000.00 SEK
2026-07-01 * "Shares"
  Assets:1310-Shares    10000.00 SEK
    partner: "dot"
    ic: "capital"
  Assets:1930-Bank     -10000.00 SEK
""",
        "dot": (
            """
2025-12-31 * "Opening"
  Assets:1930-Bank     700.00 EUR
  Equity:2081-Capital -500.00 EUR
  Equity:2091-Earlier -200.00 EUR
2026-03-10 * "Sale"
  Assets:1930-Bank     100.00 EUR
  Income:3004-Sales   -100.00 EUR
2026-09-10 * "Sale"
  Assets:1930-Bank      50.00 EUR
  Income:3004-Sales    -50.00 EUR
""",
            EURO_UNIT + '\n[[owner]]\nunit = "gemensamt"\nshare = "0.80"\nsince = 2026-07-01\ngoodwill_months = 20',
        ),
    }
    prices = "2025-12-31 price EUR 10.80 SEK\n2026-06-30 price EUR 11.00 SEK\n2026-07-01 price EUR 11.10 SEK\n"
    ends = {7: "11.25", 8: "11.35", 9: "11.55", 10: "11.70", 11: "11.85", 12: "12.00"}
    for month, rate in ends.items():
        end = (dt.date(2026, month, 28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        prices += f'{end} price EUR {rate} SEK\n{end} custom "average-rate" "EUR" {rate} SEK\n'
    prices += '2026-03-31 custom "average-rate" "EUR" 10.90 SEK\n'
    options = {"prices": prices, "currency": "EUR"}
    year = combined(texts, date_from=dt.date(2026, 7, 1), date_to=dt.date(2026, 12, 31), **options)
    assert year.result == Decimal("-28.27")  # 50.00 - 78.27
    (share,) = year.shares
    assert (share.result_minority, year.result_minority) == (Decimal("10.00"), Decimal("10.00"))
    assert year.lines["NonControllingInterest"] == Decimal("-170.00")  # 20 % of 850
    months = Decimal(0)
    for month in ends:
        first = dt.date(2026, month, 1)
        end = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        months += combined(texts, date_from=first, date_to=end, **options).result
    assert months == year.result


def test_a_stated_rate_of_a_third_currency_is_crossed(combined):
    """`rate:` is in kronor: 1,000 KES at 0.10 are 100 SEK, on a day with 10.00 SEK a euro: 10.00 EUR."""
    book = """
2026-03-05 * "A member joins"
  Assets:1930-Bank      1000.00 KES
  Equity:2083-Insatser -1000.00 KES
    rate: 0.10
"""
    prices = """
2026-03-05 price EUR 10.00 SEK
2026-03-05 price KES 0.09 SEK
2026-03-31 price EUR 12.50 SEK
2026-03-31 price KES 0.10 SEK
2026-03-31 custom "average-rate" "EUR" 12.00 SEK
2026-03-31 custom "average-rate" "KES" 0.10 SEK
"""
    units = {"nairobi": (book, 'entity = "legal_entity"\ncurrency = "KES"')}
    found = combined(units, prices=prices, currency="EUR", date_to=MARCH)
    assert amounts(found) == {
        ("CashAndBank", "nairobi"): "8.00",
        ("MemberContributions", "nairobi"): "-10.00",
        ("CTA", CTA): "2.00",
    }


@pytest.mark.parametrize(
    ("booked", "code"), [("599.10", "TOLERANCE"), ("598.90", "AMOUNT_DIFF")], ids=["within", "beyond"]
)
def test_the_tolerance_at_the_closing_rate(combined, booked, code):
    """1.00 SEK at 12.50 are 0.08 EUR: a difference of 0.90 SEK is 0.07, of 1.10 SEK 0.09."""
    mine, theirs = sale("repris", "kafeet", "600.00", booked, 1)
    found = combined(
        {"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}, prices=PRICES, currency="EUR", date_to=MARCH
    )
    assert {u.code for u in found.unmatched} == {code}


ACCRUAL = """\
2026-03-31 * "Audit"
  author: "anna"
  reason: "Audit of the quarter"
  approver: "bo"
  reverses: 2026-04-01
  unit: "repris"
  Expenses:OtherExternalCosts:6420-Audit    600.00 SEK
  Liabilities:AccruedExpenses:2990-Audit   -600.00 SEK
"""
APRILS = (
    PRICES
    + """
2026-04-30 custom "average-rate" "EUR" 15.00 SEK
2026-04-30 price EUR 15.00 SEK
2026-05-31 price EUR 15.00 SEK
"""
)


@pytest.fixture
def accrued(federation):
    def make(content=ACCRUAL, **options):
        books = federation({"repris": (sold("10.00"), ENTITY + '\nlevels = ["A"]')}, prices=APRILS)
        books = replace(books, adjustments=adjustment_text(books.workspace, audit=content))
        return combine(books, StubRun(), currency="EUR", **options)

    return make


def adjusted_column(found):
    return {
        (row.line, row.unit): str(row.amount)
        for row in found.trial_balance
        if row.unit == ADJ or row.account.endswith("-ADJ")
    }


def test_an_adjustment_is_translated_like_a_book_in_kronor(accrued):
    """600 SEK of cost at the average of March, 50.00, of debt at closing, 48.00; CTA has 2.00, which is proven."""
    found = accrued(date_to=MARCH)
    assert adjusted_column(found) == {
        ("OtherExternalCosts", ADJ): "50.00",
        ("AccruedExpenses", ADJ): "-48.00",
        ("CTA", CTA): "-2.00",
    }
    (proof,) = [t for t in found.translation if t.unit == ADJ]
    assert (proof.currency, proof.opening_net_assets, proof.posted, proof.proof) == ("SEK", 0, -2, -2)
    assert [a.amount for a in found.adjustments] == [600]
    assert answer(found)["adjustments"][0]["amount"] == "600.00"
    level = level_tree(found).find(("A",)).figures
    assert level.rows == found.trial_balance
    assert {s.step: s.amount for s in bridge(found)}["adjustments"] == -50


def test_an_adjustment_that_was_taken_back_at_another_rate(accrued):
    """Taken back in April at 15.00: 40.00. The difference of 10.00 is no result of April, and stays in CTA."""
    april = accrued(date_from=dt.date(2026, 4, 1), date_to=dt.date(2026, 4, 30))
    assert adjusted_column(april) == {
        ("OtherExternalCosts", ADJ): "-40.00",
        ("RetainedResult", ADJ): "50.00",
        ("CTA", CTA): "-10.00",
    }
    (proof,) = [t for t in april.translation if t.unit == ADJ]
    assert (proof.opening_net_assets, proof.posted, proof.proof, proof.opening) == (-600, -8, -8, -2)
    rows = {row.line: row for row in equity(april)}
    march = {row.line: row.closing for row in equity(accrued(date_to=MARCH))}
    assert rows["CTA"].opening == march["CTA"]
    assert rows["total"].opening == march["total"]
    may = accrued(date_from=dt.date(2026, 5, 1), date_to=dt.date(2026, 5, 31))
    assert adjusted_column(may) == {("RetainedResult", ADJ): "10.00", ("CTA", CTA): "-10.00"}
    assert {row.line: row.opening for row in equity(may)}["CTA"] == rows["CTA"].closing
    assert may.adjustments == ()


def test_what_stays_of_an_adjustment_follows_the_closing_rate(accrued):
    """April, closing 15.00: the debt of 600 SEK is 40.00; the year before had 2.00 of the 10.00 on CTA."""
    kept = ACCRUAL.replace("  reverses: 2026-04-01\n", "")
    found = accrued(kept, date_from=dt.date(2026, 4, 1), date_to=dt.date(2026, 4, 30))
    assert adjusted_column(found) == {
        ("RetainedResult", ADJ): "50.00",
        ("AccruedExpenses", ADJ): "-40.00",
        ("CTA", CTA): "-10.00",
    }
    (proof,) = [t for t in found.translation if t.unit == ADJ]
    assert (proof.opening_net_assets, proof.posted, proof.proof, proof.opening) == (-600, -8, -8, -2)


def test_figures_open_and_the_ledger_has_the_same_sums(federation):
    books = federation(TEXTS, prices=SPANISH_PRICES)
    found = combine(books, StubRun(), currency="EUR", date_to=MARCH)
    sums = defaultdict(Decimal)
    for entry in group_entries(books, StubRun(), found, language=None, threshold=10**9):
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            assert posting.units.currency == "EUR"
            sums[posting.account.split(":")[1]] += posting.units.number
    assert {k: v for k, v in sums.items() if v} == {k: v for k, v in found.lines.items() if v}
    for line, total in found.lines.items():
        assert drill(found, line).amount == total


def test_a_look_in_another_currency_leaves_what_is_remembered(federation):
    books = federation(TEXTS, prices=SPANISH_PRICES)
    root = books.workspace.root
    combine(books, StubRun(), date_to=MARCH)
    known = memo_of(root).get(("part", "andel"), lambda: None)
    combine(books, StubRun(), currency="EUR", date_to=MARCH)
    assert known is memo_of(root).get(("part", "andel"), lambda: "another")
