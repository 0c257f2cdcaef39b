"""A unit's year: turnover, result and own accumulated result, as the solidarity fund sees them."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.books import load_books
from ledger.policy import read_policy
from ledger.provisional import provisional
from ledger.solidarity.results import members, unit_year, year_of

D = Decimal
ACCOUNTS = """
2024-01-01 open Assets:1930-Bank
2024-01-01 open Liabilities:2510-Skatteskulder
2024-01-01 open Equity:2083-Medlemsinsatser
2024-01-01 open Equity:2091-Balanserat-resultat
2024-01-01 open Equity:2099-Årets-resultat
2024-01-01 open Income:3001-Försäljning-25
2024-01-01 open Income:3973-Vinst-sålda-inventarier
2024-01-01 open Income:3980-Bidrag
2024-01-01 open Income:3992-Stöd-ur-fonder
2024-01-01 open Expenses:5010-Lokalhyra
2024-01-01 open Expenses:6994-Tillskott-till-fonder
2024-01-01 open Expenses:7973-Förlust-sålda-inventarier
2024-01-01 open Expenses:8910-Skatt
2024-01-01 open Expenses:8999-Resultat-till-eget-kapital
"""
POLICY = """
2024-01-01 custom "decision" "FS-1" "assembly"
2025-01-01 custom "levy-rate" "*" 0.10
  decision: "FS-1"
"""


def booked(date, account, amount, other="Assets:1930-Bank", meta=""):
    """A voucher of two postings; `meta` below the first."""
    below = "".join(f"    {line}\n" for line in meta.split("; ") if line)
    return f'{date} * "x"\n  decision: "FS-1"\n  {account}  {amount} SEK\n{below}  {other}  {-D(amount)} SEK\n\n'


SOLD = booked("2026-02-10", "Income:3001-Försäljning-25", "-1000.00")


@pytest.fixture
def year(make_workspace):
    """Repris's year 2026, of what its book holds beside a sale of 1 000.00 (the levy takes 100.00 of it)."""

    def make(text, unit="", prices="", sold=SOLD, closed=()):
        repris = {"accounts": ACCOUNTS, "2026-02": sold + text, "unit": unit}
        ws = make_workspace({"repris": repris}, policy=POLICY, prices=prices)
        books = load_books(ws)
        assert not books.problems, [p.text() for p in books.problems]
        books = replace(books, closed={"repris": frozenset(closed)})
        run = provisional(books, read_policy(books.central_text, ws))
        its = year_of(books, run, 2026)
        return unit_year(its, ws.unit("repris"))

    return make


@pytest.mark.parametrize(
    ("what", "account", "amount", "meta", "date", "result", "own"),
    [
        # R is 1 000 less 100 of levy, and less what is booked here; E is all it has earned, less R
        ("nothing else", "Expenses:5010-Lokalhyra", "0.01", "", "2027-01-01", "900.00", "0.00"),
        ("rent", "Expenses:5010-Lokalhyra", "300.00", "", "2026-03-01", "600.00", "0.00"),
        ("a public grant", "Income:3980-Bidrag", "-50.00", "", "2026-03-01", "950.00", "0.00"),
        ("tax", "Expenses:8910-Skatt", "40.00", "", "2026-03-01", "900.00", "-40.00"),
        ("gain on a machine", "Income:3973-Vinst-sålda-inventarier", "-70.00", "", "2026-03-01", "900.00", "70.00"),
        ("loss on a machine", "Expenses:7973-Förlust-sålda-inventarier", "70.00", "", "2026-03-01", "830.00", "0.00"),
        (
            *("grant of the fund", "Income:3992-Stöd-ur-fonder", "-60.00", 'partner: "gemensamt"; ic: "fund"'),
            *("2026-03-01", "900.00", "60.00"),
        ),
        (
            *("a call", "Expenses:6994-Tillskott-till-fonder", "25.00", 'partner: "gemensamt"; ic: "solidarity"'),
            *("2026-03-01", "900.00", "-25.00"),
        ),
        (
            *("support on another account", "Income:3980-Bidrag", "-25.00"),
            *('partner: "gemensamt"; ic: "solidarity"', "2026-03-01", "900.00", "25.00"),
        ),
        ("last year's result", "Expenses:5010-Lokalhyra", "300.00", "", "2025-03-01", "900.00", "-300.00"),
        ("retained result", "Equity:2091-Balanserat-resultat", "-500.00", "", "2025-01-01", "900.00", "500.00"),
        ("members' capital", "Equity:2083-Medlemsinsatser", "-500.00", "", "2025-01-01", "900.00", "0.00"),
        ("next year's result", "Expenses:5010-Lokalhyra", "300.00", "", "2027-01-01", "900.00", "0.00"),
    ],
)
def test_what_belongs_to_the_result_and_what_to_the_own_accumulated_one(
    year, what, account, amount, meta, date, result, own
):
    del what
    found = year(booked(date, account, amount, meta=meta))
    assert (found.base, found.result, found.own) == (D("1000.00"), D(result), D(own))


def test_the_transfer_of_the_result_to_equity_changes_nothing(year):
    text = booked("2026-12-31", "Expenses:8999-Resultat-till-eget-kapital", "900.00", "Equity:2099-Årets-resultat")
    found = year(text)
    assert (found.result, found.own) == (D("900.00"), D("0.00"))


def test_levy_of_an_earlier_year_is_no_cost_of_this_one(year):
    """2025 was closed without a levy; 250.00 for its 2 500 are posted in 2026, and this year's R doesn't bear them."""
    text = booked("2025-05-05", "Income:3001-Försäljning-25", "-2000.00")
    late = booked("2026-04-01", "Income:3001-Försäljning-25", "-500.00").replace(
        "  decision", '  concerns: "2025-05"\n  decision'
    )
    found = year(text + late, closed=[f"2025-{month:02d}" for month in range(1, 13)])
    assert found.base == D("1000.00")
    assert found.result == D("1400.00")  # 1 000 + 500 - 100
    assert found.own == D("1750.00")  # 2 000 - 250
    assert found.open_months == tuple(f"2026-{month:02d}" for month in range(1, 13))


FOREIGN = """
2026-01-31 custom "average-rate" "EUR" 10.00 SEK
2026-02-28 custom "average-rate" "EUR" 11.00 SEK
2026-03-31 custom "average-rate" "EUR" 12.00 SEK
2025-12-31 price EUR 10.00 SEK
2026-02-28 price EUR 11.00 SEK
2026-03-31 price EUR 12.00 SEK
2026-12-31 price EUR 13.00 SEK
"""


def test_a_foreign_unit_is_translated_at_the_averages_and_its_own_result_at_the_closing_rate(year):
    text = booked("2026-03-10", "Expenses:5010-Lokalhyra", "300.00") + booked(
        "2025-01-01", "Equity:2091-Balanserat-resultat", "-500.00"
    )
    found = year(
        text.replace(" SEK", " EUR"),
        unit='currency = "EUR"\nentity = "legal_entity"\norganisation_number = "B1"\ncountry = "ES"',
        prices=FOREIGN,
        sold=SOLD.replace(" SEK", " EUR"),
    )
    assert found.base == D("11000.00")  # 1 000 at 11
    assert found.result == D("6300.00")  # (1 000 - 100) at 11 - 300 at 12
    assert found.own == D("6500.00")  # 500 at 13


@pytest.mark.parametrize(
    ("unit", "takes_part", "months"),
    [
        ("", True, None),
        ("joined = 2026-01-01", True, 12),
        ("joined = 2026-01-02", True, 11),
        ("joined = 2025-07-01", True, 18),
        ("left = 2026-12-31", True, None),
        ("left = 2026-12-30", False, None),
        ("joined = 2027-01-01", False, None),
        ("combine = false", False, None),
    ],
)
def test_members_on_the_last_day_and_for_how_long(make_workspace, unit, takes_part, months):
    ws = make_workspace({"repris": {"accounts": ACCOUNTS, "2026-02": SOLD, "unit": unit}}, policy=POLICY)
    books = load_books(ws)
    run = provisional(books, read_policy(books.central_text, ws))
    its = year_of(books, run, 2026)
    found = members(books, dt.date(2026, 12, 31))
    assert [one.slug for one in found] == (["repris"] if takes_part else [])
    assert [unit_year(its, one).months for one in found] == ([months] if takes_part else [])
