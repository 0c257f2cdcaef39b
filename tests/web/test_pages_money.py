"""Our pages on open items and on reconciliation: sums tie, each line opens its voucher, no name leaves its unit."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053
from importers.run import import_files
from ledger.web import pages_money

IBAN = "SE4550000000058398257466"
ACCOUNTS = """\
2026-01-01 open Assets:1510-Kundfordringar
2026-01-01 open Assets:1660-Intern-fordran
2026-01-01 open Assets:1930-Bank SEK
2026-01-01 open Income:3001-Försäljning-25
2026-01-01 open Liabilities:2440-Leverantörsskulder
2026-01-01 open Liabilities:2860-Intern-skuld
2026-01-01 open Liabilities:2999-Observationskonto
2026-01-01 open Expenses:4000-Inköp-varor
"""
REPRIS = """\
2026-01-10 * "Anna & Andersson" "Faktura" ^inv-repris-1
  invoice: "1001"
  due: 2026-02-09
  Assets:1510-Kundfordringar     1000.00 SEK
  Income:3001-Försäljning-25

2026-01-15 * "Elbolaget" "El"
  Expenses:4000-Inköp-varor       200.00 SEK
  Liabilities:2440-Leverantörsskulder

2026-01-16 * "Mercado" "Yen"
  Expenses:4000-Inköp-varor      3000 JPY @ 0.07 SEK
  Liabilities:2440-Leverantörsskulder  -3000 JPY @ 0.07 SEK

2026-01-31 * "Kafe" "Januari" ^ic-repris-1
  Assets:1660-Intern-fordran      300.00 SEK
    partner: "kafe"
    ic: "trade"
  Income:3001-Försäljning-25
    partner: "kafe"
"""
KAFE = """\
2026-01-31 * "Repris" "Januari" ^ic-repris-1
  Expenses:4000-Inköp-varor       250.00 SEK
    partner: "repris"
  Liabilities:2860-Intern-skuld  -250.00 SEK
    partner: "repris"
    ic: "trade"
"""
SOURCE = f"""\
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "{IBAN}"
"""


class Day(dt.date):
    """The day on which the pages are looked at."""

    @classmethod
    def today(cls):
        return cls(2026, 4, 2)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(pages_money, "_today", Day.today)


@pytest.fixture
def ws(make_workspace, tmp_path_factory):
    """Repris has customers, suppliers, a dealing with Kafe and a bank statement of March."""
    found = make_workspace(
        {
            "repris": {"accounts": ACCOUNTS, "2026-01": REPRIS, "unit": SOURCE},
            "kafe": {"accounts": ACCOUNTS, "2026-01": KAFE},
        }
    )
    first, last = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
    lines = tuple(
        Entry(Decimal(amount), "SEK", dt.date(2026, 3, day), text="x", details=(Detail(None, None, who),))
        for day, amount, who in ((2, "70.00", "Bo & Son"), (3, "-30.00", "Cia"))
    )
    balances = (Balance("OPBD", Decimal("0.00"), "SEK", first), Balance("CLBD", Decimal("40.00"), "SEK", last))
    statement = Statement("S", IBAN, "SEK", balances, lines, date_from=first, date_to=last)
    file = tmp_path_factory.mktemp("files") / "march.xml"
    file.write_bytes(write_camt053([statement], created=dt.datetime(2026, 4, 1)))  # noqa: DTZ001  banks write local time
    report = import_files(found, found.units["repris"], [file]).files[0]
    assert report.status == "imported", report.problem.text()
    return found


def ours(view, path):
    """The part of a page that is ours."""
    page = view.page(path)
    start = page.index('<section class="sambok"')
    return page[start : page.index("</section>", start)]


def rows(part):
    """The cells of every row of every table, as text."""
    return [
        [unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?</tr>", part, re.DOTALL)
    ]


def links(part):
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', part)]


def number(text):
    return Decimal(re.sub(r"[^0-9.-]", "", text.replace("\u2212", "-")) or 0)


def edit(ws, old, new):
    file = ws.units["repris"].month_file(dt.date(2026, 3, 1))
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_units_open_items(ws, view_of):
    view = view_of(ws)
    part = ours(view, "/repris/extension/OpenItems/")
    found = rows(part)
    # due on 9 February: 52 days late on 2 April; from 15 January: 77; from 31 January: 61
    assert [row[0] for row in found if row[-1] == "Open"] == ["Counterparty"] * 3
    items = [row for row in found if len(row) == 7 and row[6] != "Open"]
    assert [(*row[:6], number(row[6])) for row in items] == [
        ("Anna & Andersson", "1001", "2026-01-10", "2026-02-09", "52", "SEK", 1000),
        ("Mercado", "", "2026-01-16", "", "76", "JPY", -3000),
        ("Elbolaget", "", "2026-01-15", "", "77", "SEK", -200),
        ("Kafe", "", "2026-01-31", "", "61", "SEK", 300),
    ]
    assert items[1][6] == "-3,000"  # yen have no decimals
    sums = [(row[0], row[1], [number(cell) for cell in row[2:]]) for row in found if len(row) == 8 and row[0] != "Kind"]
    assert sums == [
        ("Receivables", "SEK", [0, 0, 1000, 0, 0, 1000]),
        ("Payables", "JPY", [0, 0, 0, -3000, 0, -3000]),
        ("Payables", "SEK", [0, 0, 0, -200, 0, -200]),
        ("Receivables", "SEK", [0, 0, 0, 300, 0, 300]),
    ]
    assert "Σ of the items = balance: Assets:1510-Kundfordringar 1,000.00 SEK" in part


def test_every_item_opens_its_voucher(ws, view_of):
    view = view_of(ws)
    found = [urlsplit(link) for link in links(ours(view, "/repris/extension/OpenItems/"))]
    assert len(found) == 4
    for link in found:
        asked = parse_qs(link.query)
        assert link.path == "/repris/editor/"
        assert asked["file_path"] == [str(ws.units["repris"].folder / "books/2026/2026-01.beancount")]
        text = view.data("/repris/api/source", filename=asked["file_path"][0])["source"]
        assert text.splitlines()[int(asked["line"][0]) - 1].startswith("2026-01-")


def test_the_federations_open_items_name_units_only(ws, view_of):
    view = view_of(ws)
    part = ours(view, "/federation/extension/OpenItems/")
    assert "Anna" not in part
    assert "Elbolaget" not in part
    above, below = part.split("Between units: not counted above")
    assert [(row[0], row[1], number(row[-1])) for row in rows(above)[1:]] == [
        ("Repris", "Receivables", 1000),
        ("Samverkan Test", "Receivables", 1000),
        ("Repris", "Payables", -3000),
        ("Repris", "Payables", -200),
        ("Samverkan Test", "Payables", -3000),
        ("Samverkan Test", "Payables", -200),
    ]
    assert [(row[0], row[1], number(row[-1])) for row in rows(below)[1:]] == [
        ("Repris", "Receivables", 300),
        ("Samverkan Test", "Receivables", 300),
        ("Kafe", "Payables", -250),
        ("Samverkan Test", "Payables", -250),
    ]
    assert "Claims and debts between units differ by 50.00 SEK" in part
    assert {"/repris/extension/OpenItems/", "/kafe/extension/OpenItems/"} == set(links(part))


def test_long_lists_end_with_the_command(ws, view_of, monkeypatch):
    monkeypatch.setattr(pages_money, "SHOWN", 1)
    assert "1 more: sambok open-items repris" in ours(view_of(ws), "/repris/extension/OpenItems/")


def test_a_unit_without_items_and_one_with_errors(ws, view_of):
    file = ws.units["repris"].folder / "books/2026/2026-01.beancount"
    view = view_of(ws)
    assert "Nothing is open." in ours(view, "/gemensamt/extension/OpenItems/")
    file.write_text('2026-01-01 * "x"\n  Assets:1930-Bank  1.00 SEK\n', encoding="utf-8")
    part = ours(view, "/repris/extension/OpenItems/")
    assert "The book has errors" in part
    assert "Repris" not in ours(view, "/federation/extension/OpenItems/")


def test_a_month_that_is_reconciled(ws, view_of):
    part = ours(view_of(ws), "/repris/extension/Reconciliation/")
    assert [row for row in rows(part) if row[0] == "2026-03"] == [
        ["2026-03", "reconciled", "40.00", "40.00", "2", "2", "0.00"]
    ]
    assert IBAN in part
    assert links(part) == []


def test_a_line_that_was_changed_opens_its_voucher(ws, view_of):
    edit(ws, "2026-03-02 ", "2026-03-04 ")
    part = ours(view_of(ws), "/repris/extension/Reconciliation/")
    assert "Booked otherwise than the bank has it (1)" in part
    assert "Bo &amp; Son" in part
    assert "booked: 2026-03-04 70.00" in part
    (link,) = map(urlsplit, links(part))
    asked = parse_qs(link.query)
    text = ws.units["repris"].month_file(dt.date(2026, 3, 1)).read_text(encoding="utf-8")
    assert text.splitlines()[int(asked["line"][0]) - 1].startswith("2026-03-04 ")


def test_a_line_that_is_missing_points_at_what_may_be_it(ws, view_of):
    edit(
        ws,
        "2026-03-03 ",
        '2026-03-03 * "Hand"\n  Assets:1930-Bank  -30.00 SEK\n  Expenses:4000-Inköp-varor\n\n2026-03-05 ',
    )
    file = ws.units["repris"].month_file(dt.date(2026, 3, 1))
    blocks = file.read_text(encoding="utf-8").split("\n\n")
    file.write_text("\n\n".join(b for b in blocks if "Cia" not in b), encoding="utf-8")
    part = ours(view_of(ws), "/repris/extension/Reconciliation/")
    assert "In the statement, not in the books (1)" in part
    assert "perhaps booked by hand: units/repris/books/2026/2026-03.beancount" in part


def test_the_federations_months(ws, view_of):
    edit(ws, "2026-03-02 ", "2026-03-04 ")
    part = ours(view_of(ws), "/federation/extension/Reconciliation/")
    assert rows(part) == [
        ["Unit", "Account", "2026-03", "Months to look at"],
        ["Repris", "Assets:1930-Bank", "differs", "1"],
    ]
    assert "Bo" not in part.replace("Booked", "").replace("Books", "").replace("books", "")
    assert links(part) == ["/repris/extension/Reconciliation/"]


def test_a_statement_that_was_changed_and_units_without_bank(ws, view_of):
    view = view_of(ws)
    assert "No bank account here is fed by a source." in ours(view, "/kafe/extension/Reconciliation/")
    (path,) = (ws.units["repris"].folder / "documents").glob("*/*")
    path.write_bytes(path.read_bytes() + b"\n")
    part = ours(view, "/repris/extension/Reconciliation/")
    assert ws.shown(path) in part
    assert "From a statement that can&#39;t be read any more (2)" in part
