"""Vouchers that close the whole balance sheet and fill it again: the combined figures are as if there were none.

A euro unit of the Spanish chart: 50 EUR of capital at 10.00 on the last day of 2025; in 2026 sales of 100 EUR and costs
of 30 EUR at June's average of 10.40, so 728.00 SEK of result. At the end of 2026 (11.00) it has 120 EUR = 1320.00 SEK;
translated stand 500.00 + 728.00, so the difference of translation is 92.00. On 2027-01-31 (11.50) sales of 10 EUR at
January's average of 11.20 are added: 130 EUR = 1495.00 SEK; 500.00 + 728.00 + 112.00 = 1340.00; difference 155.00.
"""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.combine import combine
from ledger.combine.reports.answer import answer
from ledger.combine.reports.equity import OWNERS, TOTAL, equity
from ledger.combine.reports.view import group_entries

from .conftest import StubRun, table

D = dt.date
UNIT = 'chart = "pgc"\nentity = "legal_entity"\ncurrency = "EUR"'
PRICES = """
2025-12-31 price EUR 10.00 SEK
2026-06-30 custom "average-rate" "EUR" 10.40 SEK
2026-12-30 price EUR 11.00 SEK
2026-12-31 price EUR 11.00 SEK
2026-12-31 custom "average-rate" "EUR" 10.90 SEK
2027-01-02 price EUR 11.00 SEK
2027-01-31 price EUR 11.50 SEK
2027-01-31 custom "average-rate" "EUR" 11.20 SEK
"""
BOOK = """
2025-12-31 * "Capital"
  Assets:572-Banco  50.00 EUR
  Equity:100-Capital  -50.00 EUR
2026-06-10 * "Ventas"
  Assets:572-Banco  100.00 EUR
  Income:700-Ventas  -100.00 EUR
2026-06-11 * "Compras"
  Assets:572-Banco  -30.00 EUR
  Expenses:600-Compras  30.00 EUR
2026-12-31 * "Regularizacion"
  Income:700-Ventas  100.00 EUR
  Expenses:600-Compras  -30.00 EUR
  Equity:129-Resultado  -70.00 EUR
2027-01-10 * "Ventas"
  Assets:572-Banco  10.00 EUR
  Income:700-Ventas  -10.00 EUR
2027-01-11 * "A reservas"
  Equity:129-Resultado  70.00 EUR
  Equity:113-Reservas  -70.00 EUR
"""
CLOSING = """
2026-12-31 * "Asiento de cierre"
  Assets:572-Banco  -120.00 EUR
  Equity:129-Resultado  70.00 EUR
  Equity:100-Capital  50.00 EUR
"""
AGAIN = """
2027-01-01 * "Asiento de apertura"
  Equity:100-Capital  -50.00 EUR
  Equity:129-Resultado  -70.00 EUR
  Assets:572-Banco  120.00 EUR
"""


def in_kronor(text):
    return text.replace("EUR", "SEK")


def look(books, **period):
    """Everything that is told of a run: the answer of --json, and the federation's ledger with its links to lines."""
    found = combine(books, StubRun(), **period)
    entries = group_entries(books, StubRun(), found, language=None, threshold=1000)
    return answer(found), [repr(entry) for entry in entries]


def test_a_year_end_keeps_its_balance_sheet_and_equity_its_rates(combined):
    found = combined({"es": (BOOK + CLOSING + AGAIN, UNIT)}, prices=PRICES, date_to=D(2026, 12, 31))
    assert (found.complete, found.problems) == (True, ())
    stands = {(row.line, row.account.split("-")[0], row.unit): str(row.amount) for row in found.trial_balance}
    assert stands == {
        ("NetSales", "700", "es"): "-1040.00",
        ("GoodsForResale", "600", "es"): "312.00",
        ("ResultTransfer", "700", "es"): "1040.00",
        ("ResultTransfer", "600", "es"): "-312.00",
        ("ResultForYear", "129", "es"): "-728.00",
        ("CashAndBank", "572", "es"): "1320.00",
        ("MemberContributions", "100", "es"): "-500.00",
        ("CTA", "Translation", "CTA"): "-92.00",
    }
    (proof,) = found.translation
    assert (str(proof.opening_net_assets), str(proof.posted), str(proof.proof)) == ("50.00", "-92.00", "-92.00")


def test_no_owner_takes_or_brings_anything(combined):
    found = combined({"es": (BOOK + CLOSING + AGAIN, UNIT)}, prices=PRICES, date_to=D(2027, 1, 31))
    total = next(line for line in equity(found) if line.line == TOTAL)
    assert (str(total.opening), str(total.result), str(total.closing)) == ("1320.00", "112.00", "1495.00")
    assert [str(getattr(line, OWNERS)) for line in equity(found) if getattr(line, OWNERS)] == []
    assert str(found.translation[0].opening_net_assets) == "120.00"


@pytest.mark.parametrize("own", ["EUR", "SEK"])
@pytest.mark.parametrize(
    "period",
    [
        {"date_to": D(2026, 12, 31)},
        {"date_from": D(2026, 12, 31), "date_to": D(2026, 12, 31)},
        {"date_from": D(2027, 1, 1), "date_to": D(2027, 1, 1)},
        {"date_to": D(2027, 1, 31)},
        {"date_from": D(2026, 6, 11), "date_to": D(2027, 1, 10)},
        {"date_from": D(2025, 1, 1), "date_to": D(2027, 1, 31)},
    ],
)
def test_everything_is_as_without_the_pair(federation, own, period):
    unit = UNIT if own == "EUR" else in_kronor(UNIT)
    book, pair = (BOOK, CLOSING + AGAIN) if own == "EUR" else (in_kronor(BOOK), in_kronor(CLOSING + AGAIN))
    prices = PRICES + "2027-01-01 price EUR 11.00 SEK\n"
    plain = look(federation({"es": (book, unit)}, prices=prices), **period)
    assert look(federation({"es": (book + pair, unit)}, prices=prices), **period) == plain


def test_a_membership_from_the_day_of_the_pair_brings_what_was_there_before_it(federation):
    unit = f"{UNIT}\njoined = 2027-01-01"
    plain = look(federation({"es": (BOOK, unit)}, prices=PRICES), date_to=D(2027, 1, 31))
    assert look(federation({"es": (BOOK + CLOSING + AGAIN, unit)}, prices=PRICES), date_to=D(2027, 1, 31)) == plain


DEALING = """
2026-11-05 * "Sale" ^ic-repris-1
  Assets:1660-Claim  100.00 SEK
    partner: "gemensamt"
    ic: "trade"
  Income:3001-Sales  -100.00 SEK
    partner: "gemensamt"
    ic: "trade"
2026-12-31 * "Result"
  Expenses:8999-Result  100.00 SEK
  Equity:2099-Result  -100.00 SEK
"""
BOUGHT = """
2026-11-05 * "Purchase" ^ic-repris-1
  Expenses:4010-Goods  100.00 SEK
    partner: "repris"
    ic: "trade"
  Liabilities:2860-Debt  -100.00 SEK
    partner: "repris"
    ic: "trade"
"""
TAGS = '\n    partner: "gemensamt"\n    ic: "trade"'


@pytest.mark.parametrize("tags", ["", TAGS])
@pytest.mark.parametrize("day", [D(2026, 12, 31), D(2027, 1, 1)])
def test_dealings_stand_as_they_were(combined, tags, day):
    pair = f"""
2026-12-31 * "Utgaende balans"
  Assets:1660-Claim  -100.00 SEK{tags}
  Equity:2099-Result  100.00 SEK
2027-01-01 * "Ingaende balans"
  Assets:1660-Claim  100.00 SEK{tags}
  Equity:2099-Result  -100.00 SEK
"""
    found = combined({"repris": DEALING + pair, "gemensamt": BOUGHT}, date_to=day)
    assert (found.problems, found.unmatched) == ((), ())
    assert ("1660", "repris") in table(found)
    assert sum(row.amount for row in found.trial_balance if row.account.startswith(("1660", "2860"))) == 0


IN_TWO = """
2027-01-01 * "Banco"
  Assets:572-Banco  50.00 EUR
  Equity:100-Capital  -50.00 EUR
2027-01-01 * "Banco"
  Assets:572-Banco  70.00 EUR
  Equity:129-Resultado  -70.00 EUR
"""
TWO = """
2026-12-31 * "Banco"
  Assets:572-Banco  -50.00 EUR
  Equity:100-Capital  50.00 EUR
2026-12-31 * "Banco"
  Assets:572-Banco  -70.00 EUR
  Equity:129-Resultado  70.00 EUR
"""
#: Closing, what follows, and how it is told.
CASES = {
    "another amount of one account": (CLOSING, AGAIN.replace("-50.00", "-40.00").replace("-70.00", "-80.00"), ""),
    "split into two": (CLOSING, IN_TWO, ""),
    "two that are turned back": (TWO, IN_TWO, ""),
    "nothing follows": (CLOSING, "", "alone"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_no_exact_pair_is_named(combined, case):
    closing, again, kind = CASES[case]
    book = BOOK.split("2027-01-10", maxsplit=1)[0]
    found = combined({"es": (book + closing + again, UNIT)}, prices=PRICES, date_to=D(2026, 12, 31))
    (problem,) = found.problems
    assert (problem.code, problem.unit, problem.params["case"]) == ("CLOSING_VOUCHER", "es", kind)
    assert (problem.file, problem.line) == ("units/es/books/2026/2026-01.beancount", book.count("\n") + 2)
    assert not found.complete


@pytest.mark.parametrize(
    ("own", "date_from", "date_to", "named"),
    [
        ("EUR", D(2026, 1, 1), D(2026, 12, 30), False),
        ("EUR", D(2026, 1, 1), D(2026, 12, 31), True),
        ("EUR", D(2027, 1, 2), D(2027, 1, 31), True),  # equity has lost the rates of its own days
        ("SEK", D(2026, 1, 1), D(2026, 12, 31), True),
        ("SEK", D(2027, 1, 1), D(2027, 1, 31), True),  # the period opens with nothing
        ("SEK", D(2027, 1, 2), D(2027, 1, 31), False),
    ],
)
def test_figures_are_incomplete_where_they_would_be_wrong(combined, own, date_from, date_to, named):
    closing, again, _ = CASES["split into two"]
    book, unit = BOOK + closing + again, UNIT
    if own == "SEK":
        book, unit = in_kronor(book), in_kronor(unit)
    found = combined({"es": (book, unit)}, prices=PRICES, date_from=date_from, date_to=date_to)
    assert [p.code for p in found.problems] == ["CLOSING_VOUCHER"] * named
    assert found.complete is not named


def test_items_in_other_currencies_are_named(combined):
    book = """
2026-12-01 * "Capital"
  Assets:572-Banco  10.00 EUR @@ 105.00 SEK
  Equity:100-Capital  -105.00 SEK
2026-12-31 * "Cierre"
  Assets:572-Banco  -10.00 EUR @@ 105.00 SEK
  Equity:100-Capital  105.00 SEK
2027-01-01 * "Apertura"
  Assets:572-Banco  10.00 EUR @@ 105.00 SEK
  Equity:100-Capital  -105.00 SEK
"""
    prices = "2026-12-31 price EUR 11.00 SEK\n"
    found = combined({"es": (book, in_kronor(UNIT))}, prices=prices, date_to=D(2026, 12, 31))
    (problem,) = [p for p in found.problems if p.code == "CLOSING_VOUCHER"]
    assert (problem.line, problem.params["case"]) == (5, "currency")


@pytest.mark.parametrize("more", ['\nstatus = "closing"', "\nleft = 2026-12-31"])
def test_a_unit_that_is_wound_up_has_no_opposite(combined, more):
    book = BOOK.split("2027-01-10", maxsplit=1)[0] + CLOSING
    found = combined({"es": (book, UNIT + more)}, prices=PRICES, date_to=D(2026, 12, 31))
    assert found.problems == ()
    assert ("572", "es") not in table(found)


def test_what_is_turned_back_but_leaves_a_balance_is_booked(combined):
    """A transfer between two accounts over the year's end empties no balance sheet: it counts."""
    pair = """
2026-12-31 * "Reclassified"
  Assets:572-Banco  -20.00 EUR
  Equity:129-Resultado  20.00 EUR
2027-01-01 * "Back"
  Assets:572-Banco  20.00 EUR
  Equity:129-Resultado  -20.00 EUR
"""
    found = combined({"es": (in_kronor(BOOK + pair), in_kronor(UNIT))}, date_to=D(2026, 12, 31))
    assert (found.problems, table(found)["572", "es"]) == ((), "100.00")


def test_an_opening_balance_of_nothing_closes_nothing(combined):
    """A unit that begins with zeros on the last day of a year."""
    book = """
2025-12-31 * "Opening balance"
  Assets:572-Banco  0.00 EUR
  Equity:100-Capital  0.00 EUR

2026-03-01 * "Sold"
  Assets:572-Banco  10.00 EUR
  Income:700-Ventas  -10.00 EUR
"""
    found = combined({"es": (in_kronor(book), in_kronor(UNIT))}, date_to=D(2026, 12, 31))
    assert found.problems == ()
