"""The combined figures in another currency, worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest

from ledger.combine import combine
from ledger.combine.bridge import bridge
from ledger.combine.equity import COLUMNS, equity
from ledger.combine.levels import level_tree
from ledger.combine.model import CTA, ELIM
from ledger.combine.segments import segments
from ledger.rules.problems_rates import MissingRate
from tests.combine.conftest import StubRun
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


SPANISH_PRICES = MARCHS_PRICES + '2026-02-28 custom "average-rate" "EUR" 11.20 SEK\n'


def amounts(found):
    return {(r.line, r.unit): str(r.amount) for r in found.trial_balance}


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
    shown = found.presented
    assert (shown.rate, shown.posted, shown.proof, shown.rounding) == (Decimal("12.50"), 22, 22, 0)


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
        ("RawMaterials", "ELIM"): "-45.00",  # 50 of cost, 5 of it back
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
        ("unit", "kafeet", "0"),
        ("unit", "repris", "50.00"),
        ("eliminated", None, "0.00"),
        ("unrealised", None, "-5.00"),
    ]
    assert level_tree(found).find(("A",)).figures.result == found.result == Decimal("45.00")
    assert found.presented.posted == Decimal("1.80")


def test_thirds_are_rounded_once_an_account_and_every_entry_balances(combined):
    """Three sales of 100 at 12.00: 25 together, not three times 8.33; the claims of 24 likewise."""
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
        "NetSales": Decimal("25.00"),
        "RawMaterials": Decimal("-25.00"),
        "InternalReceivables": Decimal("-24.00"),
        "InternalPayables": Decimal("24.00"),
    }
    assert all(sum(p.amount for p in entry.postings) == 0 for entry in found.entries)


def test_a_year_that_was_closed_makes_no_more_difference(combined):
    """The transfer to equity goes at the closing rate like the equity it goes to: CTA is as without it."""
    closing = """
2026-03-31 * "To equity"
  Expenses:8999-Result  600.00 SEK
  Equity:2099-Result   -600.00 SEK
"""
    text = sold("600.00").replace("02-01", "03-01")
    plain = combined({"repris": text}, prices=PRICES, currency="EUR", date_to=MARCH)
    closed = combined({"repris": text + closing}, prices=PRICES, currency="EUR", date_to=MARCH)
    assert plain.lines["CTA"] == closed.lines["CTA"] == Decimal("2.00")
    assert closed.lines["ResultTransfer"] == -closed.lines["ResultForYear"] == Decimal("48.00")
    assert plain.result == closed.result == Decimal("50.00")
    for found in (plain, closed):
        assert {row.line: {n: str(row.change(n)) for n in COLUMNS if row.change(n)} for row in equity(found)} == {
            "ResultForYear": {"result": "50.00", "closing": "50.00"},
            "CTA": {"cta": "-2.00", "closing": "-2.00"},
            "total": {"result": "50.00", "cta": "-2.00", "closing": "48.00"},
        }


def test_opening_equity_at_the_closing_rate(combined):
    text = """
2025-12-31 * "Opening"
  Assets:1930-Bank        1250.00 SEK
  Equity:2083-Insatser   -1250.00 SEK
2026-03-05 * "A member joins"
  Assets:1930-Bank          25.00 SEK
  Equity:2083-Insatser     -25.00 SEK
""" + sold("1000.00")
    found = combined({"repris": text}, prices=PRICES, currency="EUR", date_to=MARCH)
    assert {row.line: {n: str(row.change(n)) for n in COLUMNS if row.change(n)} for row in equity(found)} == {
        "MemberContributions": {"opening": "100.00", "owners": "2.00", "closing": "102.00"},
        "ResultForYear": {"result": "100.00", "closing": "100.00"},
        "CTA": {"cta": "-20.00", "closing": "-20.00"},
        "total": {"opening": "100.00", "result": "100.00", "owners": "2.00", "cta": "-20.00", "closing": "182.00"},
    }


@pytest.mark.parametrize("missing", ['2026-02-28 custom "average-rate" "EUR" 10.00 SEK', "2026-03-31 price EUR 12.50"])
def test_a_missing_rate_is_an_error(combined, missing):
    prices = PRICES.replace(missing, "; nothing").replace("; nothing SEK", "; nothing")
    with pytest.raises(MissingRate):
        combined({"repris": sold("10.00")}, prices=prices, currency="EUR", date_to=MARCH)


def test_a_month_without_income_needs_no_rate(combined):
    """January has no rate and nothing in it."""
    assert combined({"repris": sold("10.00")}, prices=PRICES, currency="EUR", date_to=MARCH).result == 1


def test_a_unit_in_the_presentation_currency_comes_back_as_it_was(federation):
    """100.01 EUR of sales, translated at March's average, are 100.01 EUR again; so is its money at closing."""
    books = federation(TEXTS, prices=SPANISH_PRICES)
    found = combine(books, StubRun(), currency="EUR", date_to=MARCH)
    own = {r.line: r.amount for r in found.trial_balance if r.unit == "andel"}
    assert own["NetSales"] == Decimal("-100.01")
    assert own["CashAndBank"] == Decimal("1000.00")


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
