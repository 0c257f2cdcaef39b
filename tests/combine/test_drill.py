"""From a figure to its postings: they add up to it, and each names its place (SPEC 10)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.combine import combine, group_entries
from ledger.combine.problems import FigureUnknown
from ledger.combine.reports.drill import drill
from tests.combine.conftest import StubRun
from tests.combine.test_levels import sold
from tests.combine.test_view import PRICES, TEXTS, rows, sums
from tests.combine.test_worked import ENTITY, sale

LEVY = """
2026-03-31 ! "Levy" ^ic-repris-9
  Expenses:6430-Levy      15.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Owed  -15.00 SEK
    partner: "gemensamt"
    ic: "levy"
"""
PAYROLL = """
2026-03-25 * "Anna Andersson" "Salary of Anna"
  Expenses:7010-Wages    100.00 SEK
  Assets:1930-Bank      -100.00 SEK
"""


@pytest.fixture
def found(federation):
    """A sale of 40 between units of which the buyer has booked 30, a rule's levy, a salary."""
    mine, theirs = sale("repris", "kafeet", "40.00", "30.00", 1)
    books = federation({"repris": (sold("1000.00") + mine + PAYROLL, ENTITY), "kafeet": (theirs, ENTITY)})
    return combine(books, StubRun({"repris": LEVY}), date_to=dt.date(2026, 3, 31)), books.workspace


def test_a_line_opens_its_postings(found):
    combined, ws = found
    opened = drill(combined, "NetSales", shown=ws.shown)
    assert opened.amount == Decimal("-1010.00")
    assert [(s.date.isoformat(), s.column, str(s.amount), s.file, s.line, s.text) for s in opened.sources] == [
        ("2026-02-01", "repris", "-1000.00", "units/repris/books/2026/2026-01.beancount", 4, "Customers"),
        ("2026-03-04", "repris", "-40.00", "units/repris/books/2026/2026-01.beancount", 10, "Sale"),
        ("2026-03-05", "ELIM", "30.00", "units/repris/books/2026/2026-01.beancount", 10, "trade"),
    ]
    for source in opened.sources:
        text = (ws.root / source.file).read_text(encoding="utf-8").splitlines()[source.line - 1]
        if source.column != "ELIM":
            assert str(abs(source.amount)) in text


@pytest.mark.parametrize(
    ("account", "unit", "amount"),
    [
        (None, "repris", "-1040.00"),
        (None, "ELIM", "30.00"),
        ("3001", None, "-1010.00"),
        ("3001-Sales", "repris", "-1040.00"),
        ("3001-Sales", "kafeet", "0"),
        (None, "CTA", "0"),
    ],
)
def test_a_smaller_figure(found, account, unit, amount):
    opened = drill(found[0], "NetSales", account, unit)
    assert opened.amount == sum((s.amount for s in opened.sources), Decimal(0)) == Decimal(amount)


def test_what_a_rule_made_names_the_rule(found):
    (levy,) = drill(found[0], "OtherExternalCosts", unit="repris").sources
    assert (levy.amount, levy.rule, levy.text) == (Decimal("15.00"), "levy", "Levy")


def test_no_personal_name_comes_out(found):
    (wages,) = drill(found[0], "PersonnelCosts").sources
    assert (wages.amount, wages.text, wages.masked) == (Decimal("100.00"), "", True)
    assert all("Anna" not in s.text for name in found[0].lines for s in drill(found[0], name).sources)


@pytest.mark.parametrize(
    ("line", "account", "unit", "nearest"),
    [
        ("NetSale", None, None, "NetSales"),
        ("NetSales", "3001-Sale", None, "3001-Sales"),
        ("NetSales", None, "repri", "repris"),
    ],
)
def test_a_figure_that_is_not_there(found, line, account, unit, nearest):
    with pytest.raises(FigureUnknown) as caught:
        drill(found[0], line, account, unit)
    assert caught.value.remedy_text().startswith(f"Did you mean {nearest}?")


@pytest.mark.parametrize(
    ("line", "account", "told"),
    [
        ("zz", None, "There are: NetSales, InventoryChange,"),
        ("CashAndBank", "3001", "There are: 1930-Bank. A figure is"),
        ("IncomeTaxes", "3001", "A figure is named as in --json"),
    ],
)
def test_only_what_is_near_is_suggested(found, line, account, told):
    with pytest.raises(FigureUnknown) as caught:
        drill(found[0], line, account, None)
    assert caught.value.remedy_text().startswith(told)


def test_every_cell_of_a_federation_in_two_currencies_opens(federation):
    """Rests of rounding, translation, elimination, transit, a unit that leaves: nothing is without its postings."""
    books = federation(TEXTS, prices=PRICES)
    combined = combine(books, StubRun(), date_to=dt.date(2026, 4, 30))
    cells = defaultdict(Decimal)
    for name in combined.lines:
        for source in drill(combined, name, shown=books.workspace.shown).sources:
            cells[name, source.place.account, source.column] += source.amount
            assert not source.line or (books.workspace.root / Path(source.file)).is_file() or source.rule
    rows = {(r.line, r.account, r.unit): r.amount for r in combined.trial_balance}
    assert {cell: amount for cell, amount in cells.items() if amount} == rows
    assert {column for _, _, column in rows} >= {"ELIM", "CTA"}


def test_amounts_finer_than_a_unit_add_up_to_the_figure(federation):
    """A debt at a rate that was worked out: what the division left in the last digits is no part of the figure."""
    text = """
2026-02-01 * "A debt"
  Expenses:5010-Rent         70.01 SEK
  Liabilities:2890-Owed     -7000 CLP @@ 70.01 SEK
2026-02-28 * "At another rate"
  Liabilities:2890-Owed      7000 CLP @@ 70.01 SEK
  Liabilities:2890-Owed     -7000 CLP @ 0.01012330000000000001 SEK
  Expenses:7960-Loss         0.8531 SEK
2026-02-28 * "The rest of the öre"
  Expenses:7960-Loss         0.0069 SEK
  Liabilities:2890-Owed     -0.0069 SEK
"""
    books = federation({"repris": text})
    combined = combine(books, StubRun(), date_to=dt.date(2026, 2, 28))
    for name, amount in combined.lines.items():
        assert drill(combined, name).amount == amount
    entries = group_entries(books, StubRun(), combined, language=None, threshold=10**9)
    named = {tuple(account.split(":")[1:]): amount for account, amount in sums(entries).items()}
    assert named == rows(combined, books)
    assert combined.parts["repris"].translated is None  # by monthly sums
    assert combined.lines["OtherLiabilities"] == Decimal("-70.87")
