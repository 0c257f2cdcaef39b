"""Both orders of vouchers: by registration, with corrections pointing both ways, and by account, with every balance.

The worked example: EUR 100.00 are bought at 11.255, of which the first book has fractions of öre.
"""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books import load_books
from ledger.closing.journal import MASKED, journal, ledger, vouchers_of
from ledger.closing.journal_data import (
    ACCOUNT_HEAD,
    REGISTRATION_HEAD,
    journal_json,
    journals_csv,
    ledger_json,
    ledgers_csv,
)
from tests.closing.changing import changing

D = Decimal
ACCOUNTS = """\
2025-01-01 open Assets:1930-Bank SEK
2025-01-01 open Assets:1940-Valuta
2025-01-01 open Liabilities:2440-Skulder SEK
2025-01-01 open Equity:2091-Balanserat SEK
2025-01-01 open Income:3001-Sales SEK
2025-01-01 open Expenses:5010-Rent SEK
2025-01-01 open Expenses:7010-Wages-Anna SEK
2025-01-01 open Expenses:7010-Wages-Bo SEK
"""
BOOK = {
    "2025-12": """\
2025-12-01 * "Opening"
  voucher: "A-1"
  Assets:1930-Bank           1000.00 SEK
  Equity:2091-Balanserat    -1000.00 SEK

2025-12-20 * "Sale of last year"
  voucher: "A-2"
  Assets:1930-Bank            300.00 SEK
  Income:3001-Sales          -300.00 SEK
""",
    "2026-01": """\
2026-01-10 * "Kund" "Sale"
  voucher: "A-2"
  registered: 2026-01-12
  by: "anna"
  document: "documents/1.pdf"
  Assets:1930-Bank            200.00 SEK
  Income:3001-Sales          -200.00 SEK

2026-01-11 ! "=cmd()" "+Rent"
  voucher: "A-1"
  registered: 2026-01-12
  by: "bo"
  Expenses:5010-Rent           50.00 SEK
  Liabilities:2440-Skulder    -50.00 SEK

2026-01-31 * "Euro"
  Assets:1940-Valuta           33.33 EUR @@ 375.13 SEK
  Assets:1930-Bank           -375.13 SEK
""",
    "2026-02": """\
2026-02-03 * "Correction of A-2"
  voucher: "X-1"
  registered: 2026-02-03
  corrects: "A-2"
  Assets:1930-Bank           -200.00 SEK
  Income:3001-Sales           200.00 SEK

2026-02-25 * "Anna" "Pay of Anna"
  voucher: "A-3"
  Expenses:7010-Wages-Anna     10.00 SEK
  Expenses:7010-Wages-Bo       20.00 SEK
  Assets:1930-Bank            -30.00 SEK
""",
}
YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@pytest.fixture
def books(make_workspace, tmp_path, monkeypatch):
    """The example's books."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    found = load_books(make_workspace({"repris": {"accounts": ACCOUNTS, **BOOK}}))
    assert found.units["repris"].problems == ()
    return found


def test_the_order_of_registration(books):
    """A-2 and A-1 were registered on 12 January, in the order of their numbers; the euro have no number and no day."""
    found = journal(books, "repris", *YEAR)
    assert [(v.order, v.number, str(v.date), str(v.registered), v.by, v.flag) for v in found.vouchers] == [
        (1, "A-1", "2026-01-11", "2026-01-12", "bo", "!"),
        (2, "A-2", "2026-01-10", "2026-01-12", "anna", "*"),
        (3, "", "2026-01-31", "None", "", "*"),
        (4, "X-1", "2026-02-03", "2026-02-03", "", "*"),
        (5, "A-3", "2026-02-25", "None", "", "*"),
    ]
    assert [(t.currency, t.debit, t.credit, t.rounding) for t in found.totals] == [
        ("SEK", D("855.13"), D("855.13"), D(0))  # 200 + 50 + 375.13 + 200 + 30
    ]
    assert [v.where for v in found.vouchers][:2] == [
        "units/repris/books/2026/2026-01.beancount:9",
        "units/repris/books/2026/2026-01.beancount:1",
    ]


def test_corrections_point_both_ways(books):
    """A-2 of this year is meant, not last year's."""
    vouchers = {(v.number, v.date.year): v for v in vouchers_of(books, "repris")}
    assert vouchers["X-1", 2026].corrects == "A-2"
    assert vouchers["A-2", 2026].corrected_by == ("X-1",)
    assert vouchers["A-2", 2025].corrected_by == ()


def test_a_part_of_the_year_keeps_the_years_count(books):
    found = journal(books, "repris", dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert [v.order for v in found.vouchers] == [4, 5]
    assert [v.order for v in journal(books, "repris", dt.date(2025, 1, 1), dt.date(2025, 12, 31)).vouchers] == [1, 2]


def test_accounts_with_every_balance(books):
    """The bank: 1,300.00 of last year; +200.00, -375.13, -200.00, -30.00 leave 894.87."""
    found = ledger(books, "repris", *YEAR)
    accounts = {a.account: a for a in found.accounts}
    bank = accounts["Assets:1930-Bank"]
    assert (bank.opening, bank.debit, bank.credit, bank.closing) == (
        D("1300.00"),
        D("200.00"),
        D("605.13"),
        D("894.87"),
    )
    assert [(m.voucher.number, m.row.amount, m.balance) for m in bank.movements] == [
        ("A-2", D("200.00"), D("1500.00")),
        ("", D("-375.13"), D("1124.87")),
        ("X-1", D("-200.00"), D("924.87")),
        ("A-3", D("-30.00"), D("894.87")),
    ]
    sales = accounts["Income:3001-Sales"]
    assert (sales.opening, sales.closing) == (D(0), D(0))  # a year's income begins with nothing
    assert found.carried == {"SEK": D("-300.00")}
    assert sum(a.opening for a in found.accounts) + found.carried["SEK"] == 0
    assert sum(a.closing for a in found.accounts) + found.carried["SEK"] == 0
    euro = accounts["Assets:1940-Valuta"]
    assert [(m.row.amount, m.row.units) for m in euro.movements] == [(D("375.13"), (D("33.33"), "EUR"))]
    assert found.totals == journal(books, "repris", *YEAR).totals


def test_within_a_year_income_goes_on(books):
    found = ledger(books, "repris", dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    (sales,) = [a for a in found.accounts if a.account == "Income:3001-Sales"]
    assert (sales.opening, sales.closing) == (D("-200.00"), D(0))
    assert found.carried == {"SEK": D("-300.00")}


def test_what_rounding_leaves_is_told(make_workspace, tmp_path, monkeypatch):
    """Three times EUR 1.00 at 11.335 is SEK 11.34 each, 34.02; the bank has paid 34.005, which no coin can: 34.01."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    text = (
        '2026-01-31 * "Euro"\n'
        + 3 * "  Assets:1940-Valuta  1.00 EUR @ 11.335 SEK\n"
        + "  Assets:1930-Bank  -34.01 SEK\n"
    )
    books = load_books(make_workspace({"repris": {"accounts": ACCOUNTS, "2026-01": text}}))
    assert books.units["repris"].problems == ()
    (total,) = journal(books, "repris", *YEAR).totals
    assert (total.debit, total.credit, total.rounding) == (D("34.02"), D("34.01"), D("0.01"))
    assert ledger(books, "repris", *YEAR).totals == (total,)


def test_where_all_books_are_shown_nobody_is_named(books):
    found = journal(books, "repris", *YEAR, discreet=True)
    pay = found.vouchers[-1]
    assert (pay.payee, pay.text) == ("", MASKED)
    assert [(r.account, r.amount) for r in pay.rows] == [
        ("Expenses:7010-…", D("10.00")),
        ("Expenses:7010-…", D("20.00")),
        ("Assets:1930-Bank", D("-30.00")),
    ]
    accounts = {a.account: a.closing for a in ledger(books, "repris", *YEAR, discreet=True).accounts}
    assert accounts["Expenses:7010-…"] == D("30.00")
    assert not any("Anna" in name for name in accounts)
    assert "Anna" not in journals_csv([found])


def test_json(books):
    told = journal_json(journal(books, "repris", *YEAR))
    assert told["totals"] == [{"currency": "SEK", "debit": "855.13", "credit": "855.13", "rounding": "0.00"}]
    assert told["vouchers"][1] == {
        "order": 2,
        "voucher": "A-2",
        "date": "2026-01-10",
        "registered": "2026-01-12",
        "by": "anna",
        "flag": "*",
        "payee": "Kund",
        "text": "Sale",
        "postings": [
            {"account": "Assets:1930-Bank", "debit": "200.00", "credit": "0.00", "currency": "SEK"},
            {"account": "Income:3001-Sales", "debit": "0.00", "credit": "200.00", "currency": "SEK"},
        ],
        "corrects": None,
        "corrected_by": ["X-1"],
        "concerns": None,
        "document": "documents/1.pdf",
        "file": "units/repris/books/2026/2026-01.beancount",
        "line": 1,
    }
    told = ledger_json(ledger(books, "repris", *YEAR))
    assert told["earlier_years"] == {"SEK": "-300.00"}
    assert [a["account"] for a in told["accounts"]] == sorted(a["account"] for a in told["accounts"])
    (euro,) = [a for a in told["accounts"] if a["account"] == "Assets:1940-Valuta"]
    assert euro["movements"][0] == {
        "date": "2026-01-31",
        "voucher": None,
        "order": 3,
        "payee": "",
        "text": "Euro",
        "debit": "375.13",
        "credit": "0.00",
        "balance": "375.13",
        "amount": "33.33",
        "amount_currency": "EUR",
        "file": "units/repris/books/2026/2026-01.beancount",
        "line": 16,
    }


def test_csv_ties_and_no_text_is_a_formula(books):
    rows = list(csv.reader(io.StringIO(journals_csv([journal(books, "repris", *YEAR)]))))
    assert tuple(rows[0]) == REGISTRATION_HEAD
    table = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert sum(D(r["debit"]) for r in table) == sum(D(r["credit"]) for r in table) == D("855.13")
    assert {(r["payee"], r["text"]) for r in table if r["voucher"] == "A-1"} == {("'=cmd()", "'+Rent")}
    rows = list(csv.reader(io.StringIO(ledgers_csv([ledger(books, "repris", *YEAR)]))))
    assert tuple(rows[0]) == ACCOUNT_HEAD
    table = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    moved = [r for r in table if r["kind"] == "movement"]
    assert sum(D(r["debit"]) for r in moved) == sum(D(r["credit"]) for r in moved) == D("855.13")
    assert [r["balance"] for r in table if r["account"] == "Liabilities:2440-Skulder"] == ["0.00", "-50.00", "-50.00"]
    assert {r["payee"] for r in moved if r["voucher"] == "A-1"} == {"'=cmd()"}


DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31))
AMOUNTS = st.decimals("-9999", "9999", places=2)
NAMES = st.sampled_from(["1930-Bank", "2440-Skulder", "3001-Sales", "5010-Rent"])
ROWS = st.lists(st.tuples(DAYS, AMOUNTS, NAMES), max_size=8)


@settings(max_examples=20, deadline=None)
@given(ROWS, DAYS, DAYS)
def test_both_orders_tie_whatever_is_booked(made, rows, one, other):
    start, end = min(one, other), max(one, other)
    books = made(rows)
    found, accounts = journal(books, "repris", start, end), ledger(books, "repris", start, end)
    assert found.totals == accounts.totals
    assert sum(a.opening for a in accounts.accounts) + sum(accounts.carried.values()) == 0
    assert sum(a.closing for a in accounts.accounts) + sum(accounts.carried.values()) == 0
    assert sum(len(a.movements) for a in accounts.accounts) == sum(len(v.rows) for v in found.vouchers)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Books of a unit with vouchers of a day, an amount and an account each."""
    load = changing(tmp_path_factory.mktemp("journal"), ACCOUNTS)

    def of(rows):
        text = ""
        for number, (day, amount, account) in enumerate(rows):
            root = {"1": "Assets", "2": "Liabilities", "3": "Income", "5": "Expenses"}[account[0]]
            text += f'{day} * "{number}"\n  {root}:{account}  {amount} SEK\n  Equity:2091-Balanserat\n\n'
        return load(text)

    return of
