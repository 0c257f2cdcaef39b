"""What a figure is made of: unit by unit, month by month, posting by posting, down to the unit's own file and line."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from ledger.web import pages_drill

PAGE = "/federation/extension/DrillDown/"
ACCOUNTS = """\
2025-01-01 open Assets:1930-Bank
2025-01-01 open Income:3001-Försäljning-varor-25
2025-01-01 open Income:3041-Tjänster
"""


def sale(day, amount, account="3001-Försäljning-varor-25"):
    return f'{day} * "Kund {amount}"\n  Assets:1930-Bank  {amount}.00 SEK\n  Income:{account}  -{amount}.00 SEK\n\n'


@pytest.fixture
def busy(make_workspace):
    """Sales of one unit in two years; the federation's ledger holds monthly sums."""
    months = {
        "2025-12": sale("2025-12-30", 7),
        "2026-01": sale("2026-01-05", 10) + sale("2026-01-06", 20) + sale("2026-01-07", 40, "3041-Tjänster"),
        "2026-02": sale("2026-02-05", 80),
    }
    ws = make_workspace({"repris": {"accounts": ACCOUNTS, **months}})
    conf = ws.root / "fava.conf"
    conf.write_text(f"{conf.read_text(encoding='utf-8')}\n[view]\nvoucher_threshold = 2\n", encoding="utf-8")
    return ws


def amounts(table):
    cells = table.element.xpath("./tbody/tr/td[contains(@class, 'num')][last()]")
    return [table.number(cell) for cell in cells]


def test_from_a_months_sum_in_favas_account_page_to_the_vouchers(busy, view_of, tables):
    view = view_of(busy)
    report = view.data("/federation/api/account_report", a="Income:01-Net-sales")
    (january,) = [
        row for row in re.findall(r"<li class='transaction.*?</p>", report["journal"], re.DOTALL) if "2026-01" in row
    ]
    link = unescape(re.search(r'class="sambok-below" href="([^"]*)"', january)[1])
    assert parse_qs(urlsplit(link).query) == {"line": ["NetSales"], "unit": ["repris"], "month": ["2026-01"]}
    page = view.get(link).text
    (table,) = tables(page)
    assert amounts(table) == [-10, -20, -40]
    editors = [href for row in table.rows for href in row.xpath(".//a/@href")]
    file = str(busy.units["repris"].folder / "books/2026/2026-01.beancount")
    assert [parse_qs(urlsplit(href).query) for href in editors] == [
        {"file_path": [file], "line": [line]} for line in ("3", "7", "11")
    ]
    own = [unquote(href) for href in re.findall(r'href="(/repris/account/[^"]*)"', page)]
    assert own == [
        "/repris/account/Income:3001-Försäljning-varor-25/?time=2026-01",
        "/repris/account/Income:3041-Tjänster/?time=2026-01",
    ]
    for href in own:
        view.get(href)


def test_opening_balances_and_monthly_sums_are_never_hidden(busy, view_of):
    """Fava shows entries of the class `cleared` at first, and hides those of `other`."""
    view = view_of(busy)
    name = next(n for n in view.ledger_data("federation")["accounts"] if "Cash" in n and "REPRIS" in n)
    journal = view.data("/federation/api/account_report", a=name)["journal"]
    assert [c.split() for c in re.findall(r"<li class='(transaction[^']*)'", journal)] == [
        ["transaction", "cleared"]
    ] * 3


def test_one_account_of_one_unit(busy, view_of, tables):
    view = view_of(busy)
    report = view.data("/federation/api/account_report", a="Income:01-Net-sales:3041-Tjänster:REPRIS")
    (link,) = re.findall(r'class="sambok-below" href="([^"]*)"', report["journal"])
    (table,) = tables(view.get(unescape(link)).text)
    assert amounts(table) == [-40]


def test_balances_open_what_lies_before_the_period_too(busy, view_of, tables):
    view = view_of(busy)
    (table,) = tables(view.get(PAGE, line="CashAndBank").text)
    assert amounts(table) == [7, 10, 20, 40, 80]
    report = view.data(
        "/federation/api/account_report",
        a=next(name for name in view.ledger_data("federation")["accounts"] if "Cash" in name and "REPRIS" in name),
    )
    links = [unescape(link) for link in re.findall(r'class="sambok-below" href="([^"]*)"', report["journal"])]
    assert [parse_qs(urlsplit(link).query)["month"] for link in links] == [["2026-02"], ["2026-01"], ["before"]]
    assert [amounts(tables(view.get(link).text)[0]) for link in links] == [[80], [10, 20, 40], [7]]


def test_the_journal_leads_to_the_units_own(busy, view_of):
    view = view_of(busy)
    page = view.data("/federation/api/journal_page", page="1", order="desc")["journal"]
    links = [unescape(link) for link in re.findall(r'class="sambok-below" href="([^"]*)" data-remote', page)]
    assert {urlsplit(link).path for link in links} == {"/repris/journal/"}
    for link in links:
        view.get(link)


def test_a_units_own_metadata_makes_no_link(make_workspace, view_of):
    text = sale("2026-01-05", 10).replace('"Kund 10"\n', '"Kund 10"\n  drill: "gemensamt"\n')
    view = view_of(make_workspace({"repris": {"accounts": ACCOUNTS, "2026-01": text}}))
    for slug in ("repris", "federation"):
        page = view.data(f"/{slug}/api/journal_page", page="1", order="desc")["journal"]
        assert "sambok-below" not in page
        assert "Kund 10" in page


def test_an_elimination_in_favas_journal_leads_to_both_vouchers(group):
    journal = group.data("/federation/api/account_report", a="Income:01-Net-sales:3090-Försäljning-inom:ELIM")[
        "journal"
    ]
    links = [unescape(link) for link in re.findall(r"class='filename' data-remote href='([^']*)'", journal)]
    found = {(urlsplit(link).path, parse_qs(urlsplit(link).query)["line"][0]) for link in links}
    assert found == {("/repris/editor/", "9"), ("/cykelbudet/editor/", "2")}, "sale and purchase, at their postings"
    for link in links:
        group.get(link)


def test_many_postings_come_month_by_month_and_page_by_page(busy, view_of, tables, monkeypatch):
    monkeypatch.setattr(pages_drill, "SHOWN", 2)
    view = view_of(busy)
    (table,) = tables(view.get(PAGE, line="CashAndBank", unit="repris").text)
    assert table.values("") == {
        "Before the period": [1, 7],
        "2026-01": [3, 70],
        "2026-02": [1, 80],
    }
    assert table.foot() == [157]
    links = [row.xpath("string(./th/a/@href)") for row in table.rows]
    page = view.get(links[1]).text
    assert amounts(tables(page)[0]) == [10, 20]
    assert "70.00 SEK" in page
    (more,) = (unescape(m) for m in re.findall(r'<p><a href="([^"]*)">The following postings', page))
    last = view.get(more).text
    assert amounts(tables(last)[0]) == [40]
    assert "The following postings" not in last


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"line": "<b>"},
        {"line": "NetSales", "unit": "nobody"},
        {"line": "NetSales", "account": "x"},
        {"pair": ["repris", "<b>"], "kind": "trade", "section": "balance"},
        {"pair": ["repris", "gemensamt"], "kind": "trade", "section": "balance", "unit": "ADJ"},
        {"step": "<b>"},
        {"kind": "<b>"},
        {"of": "business", "name": "<b>", "line": "NetSales"},
        {"of": "level", "at": "<b>", "line": "NetSales"},
        {"of": "unit", "name": "<b>", "line": "NetSales"},
        {"of": "<b>", "line": "NetSales"},
    ],
)
def test_what_is_no_figure_is_said(busy, view_of, asked):
    page = view_of(busy).get(PAGE, **asked).text
    assert "There is no such figure." in page
    assert "<b>" not in page


@pytest.mark.parametrize("asked", [{"month": "<b>"}, {"start": "-1"}, {"start": "9" * 30}, {"start": "99"}])
def test_odd_months_and_pages_are_harmless(busy, view_of, asked):
    page = view_of(busy).get(PAGE, line="NetSales", unit="repris", **asked).text
    assert "<b>" not in page


def test_it_is_opened_by_links_only(view):
    extensions = {e["name"]: e["report_title"] for e in view.ledger_data("federation")["extensions"]}
    assert list(extensions) == [
        "Todo", "OpenItems", "Reconciliation", "Close", "Loans", "LoanStatement", "InvestmentFund", "Solidarity",
        "SharedServices", "Unmatched", "Pairs", "Worksheet", "GroupReports", "DrillDown",
    ]  # fmt: skip
    assert [name for name, title in extensions.items() if title is None] == ["LoanStatement", "DrillDown"]
    own = {e["name"] for e in view.ledger_data("repris")["extensions"]}
    assert own == {
        "Todo",
        "OpenItems",
        "Reconciliation",
        "Close",
        "Loans",
        "LoanStatement",
        "InvestmentFund",
        "Solidarity",
        "SharedServices",
        "Unmatched",
    }
    view.get("/repris/extension/Worksheet/", status=404)
