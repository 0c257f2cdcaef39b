"""Movements from a book's columns are those from its entries."""

import datetime as dt

from ledger.books import account_code, load_books, open_workspace
from ledger.charts import load_chart
from ledger.subledger import clearing_of, movements_of, scan_movements
from tests.conftest import ROOT

ACCOUNTS = """\
2026-01-01 open Assets:1510-Kundfordringar
2026-01-01 open Assets:Betalkort
  code: "1581"
2026-01-01 open Assets:1660-Intern-fordran
2026-01-01 open Assets:1930-Bank
2026-01-01 open Assets:1935-Swish
2026-01-01 open Equity:2091-Balanserat-resultat
2026-01-01 open Liabilities:2440-Leverantörsskulder
2026-01-01 open Income:3001-Försäljning-25
2026-01-01 open Expenses:4000-Inköp-varor
2026-01-01 open Expenses:7010-Löner
"""
BOOK = """\
2026-01-01 * "Ingående balans" ""
  Assets:1510-Kundfordringar            900.00 SEK
  Equity:2091-Balanserat-resultat

2026-01-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
  invoice: "1001"
  due: 2026-02-04
  reference: "10017"
  Assets:1510-Kundfordringar           1250.00 SEK
  Assets:1510-Kundfordringar             10.00 EUR @ 11.00 SEK
    item: ""
    counterparty: "Kund EU"
  Income:3001-Försäljning-25

2026-01-20 ! "" "Två på en gång" ^inv-repris-1001 ^inv-repris-1002
  Assets:1510-Kundfordringar          -1000.00 SEK
    item: "inv-repris-1001"
    invoice: 7
  Assets:1510-Kundfordringar           -250.00 SEK
    item: "inv-repris-1002"
  Assets:1930-Bank

2026-01-21 * "Anna" "Utlägg"
  counterparty: "Anna A"
  Liabilities:2440-Leverantörsskulder   100.00 SEK
  Expenses:7010-Löner                   100.00 SEK
  Assets:1930-Bank

2026-01-22 * "Gemensamt" "Tjänst" ^ic-repris-1
  Assets:1660-Intern-fordran            300.00 SEK
    partner: "gemensamt"
    ic: "trade"
  Income:3001-Försäljning-25
    partner: "gemensamt"

2026-02-01 * "Kort" "Dagskassa"
  Assets:Betalkort                       75.00 SEK
  Assets:1935-Swish                      25.00 SEK
  Income:3001-Försäljning-25
"""
SOURCE = """
[[source]]
name = "swish"
format = "swish"
account = "Assets:1935-Swish"
"""


def from_entries(ws, book):
    """What `movements_of` says."""
    entries = book.entries()
    codes = {row.account: row.code for row in book.summary.accounts if row.code}
    assert codes == {
        e.account: code for e in entries if type(e).__name__ == "Open" and (code := account_code(e.account, e.meta))
    }
    chart = load_chart(book.unit.chart, book.unit.folder)

    def place(entry):
        return f"{ws.shown(entry.meta['filename'])}:{entry.meta['lineno']}"

    return movements_of(entries, chart, codes, clearing=clearing_of(book.unit), place=place)


def test_a_book_with_everything(make_workspace):
    ws = make_workspace({"repris": {"unit": SOURCE, "accounts": ACCOUNTS, "2026-01": BOOK}})
    books = load_books(ws)
    assert not books.problems
    book = books.units["repris"]
    found = scan_movements(book, ws.shown)
    assert found == from_entries(ws, book)
    assert [(str(m.amount), m.currency, m.kind, m.key, m.counterparty) for m in found] == [
        ("900.00", "SEK", "receivable", "", ""),
        ("1250.00", "SEK", "receivable", "inv-repris-1001", "Kund AB"),
        ("10.00", "EUR", "receivable", "", "Kund EU"),
        ("-1000.00", "SEK", "receivable", "inv-repris-1001", ""),
        ("-250.00", "SEK", "receivable", "inv-repris-1002", ""),
        ("100.00", "SEK", "payable", "", "Anna A"),
        ("300.00", "SEK", "receivable", "ic-repris-1", "Gemensamt"),
        ("75.00", "SEK", "clearing", "", "Kort"),
        ("25.00", "SEK", "clearing", "", "Kort"),
    ]
    assert found[1].due == dt.date(2026, 2, 4)
    assert found[1].references == ("10017", "1001")
    assert found[1].where == "units/repris/books/2026/2026-01.beancount:5"
    assert [m.masked for m in found] == [False] * 5 + [True] + [False] * 3
    assert found[6].partner == "gemensamt"
    assert found[3].number == "7"


def test_only_until_a_day(make_workspace):
    ws = make_workspace({"repris": {"unit": SOURCE, "accounts": ACCOUNTS, "2026-01": BOOK}})
    book = load_books(ws).units["repris"]
    day = dt.date(2026, 1, 20)
    assert scan_movements(book, ws.shown, day) == [m for m in from_entries(ws, book) if m.date <= day]


def test_a_book_without_subledgers(make_workspace):
    ws = make_workspace({"repris": {"accounts": "2026-01-01 open Assets:1930-Bank\n"}})
    assert scan_movements(load_books(ws).units["repris"], ws.shown) == []


def test_the_demo():
    ws = open_workspace(ROOT)
    books = load_books(ws)
    movements = 0
    for book in books.units.values():
        found = scan_movements(book, ws.shown)
        assert found == from_entries(ws, book)
        movements += len(found)
    assert movements > 1000
