"""Our own pages: what waits for whom, dealings that differ, the worksheet. Every figure and place is a link."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from ledger.web import pages

TRADE = """\
2026-01-01 open Assets:1930-Bank
2026-01-01 open Assets:1660-Fordran-enheter
2026-01-01 open Liabilities:2860-Skuld-enheter
2026-01-01 open Income:3001-Försäljning-varor-25
2026-01-01 open Expenses:4010-Inköp
"""


@pytest.fixture
def dealing(make_workspace):
    """Repris sold for 1,000 to Cykelbudet, which has booked nothing of it."""
    sale = """\
2026-01-10 * "Stolar"  ^ic-repris-1
  Assets:1660-Fordran-enheter  1000.00 SEK
    partner: "cykelbudet"
    ic: "trade"
  Income:3001-Försäljning-varor-25  -1000.00 SEK
    partner: "cykelbudet"
    ic: "trade"
    cost: 400.00 SEK
"""
    inbox = '[[source]]\nname = "bank"\nformat = "camt053"\naccount = "Assets:1930-Bank"\n'
    ws = make_workspace(
        {
            "repris": {"accounts": TRADE, "2026-01": sale, "unit": f'currency = "SEK"\n{inbox}'},
            "cykelbudet": {"accounts": TRADE, "2026-01": "; nothing\n"},
        }
    )
    folder = ws.units["repris"].folder / "inbox" / "bank"
    folder.mkdir(parents=True)
    (folder / "januari <1>.xml").write_text("x", encoding="utf-8")
    return ws


def links(page):
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', page[page.index('<section class="sambok"') :])]


def test_to_do_lists_by_kind_and_unit_with_page_or_command(dealing, view_of):
    view = view_of(dealing)
    page = view.page("/federation/extension/Todo/")
    assert page.index("Files to import") < page.index("Dealings between units that differ")
    assert page.index("Dealings between units that differ") < page.index("Months to finish")
    assert "januari &lt;1&gt;.xml" in page
    assert "<code>sambok import repris --inbox</code>" in page
    assert "<h3>Repris</h3>" in page
    found = links(page)
    assert found
    for link in found:
        assert view.http.get(link).status_code == 200, link


def test_a_units_list_is_its_own(dealing, view_of):
    page = view_of(dealing).page("/cykelbudet/extension/Todo/")
    assert "sambok import repris" not in page
    assert "<h3>" not in page


def test_nothing_waits_is_said(make_workspace, view_of):
    assert "Nothing waits." in view_of(make_workspace({})).page("/gemensamt/extension/Todo/")


def test_unmatched_shows_amount_remedy_and_both_sources(dealing, view_of):
    view = view_of(dealing)
    page = view.page("/federation/extension/Unmatched/")
    assert "1000.00" in page.replace(",", "").replace("\u202f", "")
    assert "Repris – Cykelbudet" in page or "Cykelbudet – Repris" in page
    found = [urlsplit(link) for link in links(page)]
    assert found
    for link in found:
        assert link.path == "/repris/editor/"
        asked = parse_qs(link.query)
        assert asked["file_path"] == [str(dealing.units["repris"].folder / "books/2026/2026-01.beancount")]
        view.get("/repris/api/source", filename=asked["file_path"][0])
    own = view.page("/repris/extension/Unmatched/")
    assert links(own)
    assert not links(view.page("/gemensamt/extension/Unmatched/"))


def number(text):
    text = re.sub(r"<[^>]*>", "", text).strip()
    return Decimal(re.sub(r"[^0-9.-]", "", text.replace("\u2212", "-")) or 0)


def test_the_worksheet_ties(view):
    page = view.page("/federation/extension/Worksheet/")
    table = page[page.index("<table") : page.index("</table>")]
    heads = [re.sub(r"<[^>]*>", "", h).strip() for h in re.findall(r"<th.*?</th>", table.split("<tbody>")[0])]
    assert heads[0] == "Line"
    assert {"REPRIS", "CYKELBUDET"} <= set(heads)
    assert heads[-1] == "Total"
    rows = re.findall(r"<tr.*?</tr>", table.split("<tbody>")[1].split("</tbody>")[0], re.DOTALL)
    values = [[number(cell) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows]
    assert len(rows) >= 3
    for row in values:
        assert sum(row[:-1]) == row[-1]
    sums = [sum(column) for column in zip(*values, strict=True)]
    foot = [number(cell) for cell in re.findall(r"<td.*?</td>", table.split("<tfoot>")[1], re.DOTALL)]
    assert sums == foot
    assert foot[-1] == 0
    sales = next(row for row in rows if "Net" in row or "sales" in row.lower())
    by_head = dict(zip(heads[1:], values[rows.index(sales)], strict=True))
    assert by_head["REPRIS"] == Decimal("-1350.00")
    assert by_head["CYKELBUDET"] == Decimal("-500.00")


def test_every_figure_of_the_worksheet_opens_an_account_that_is_there(view):
    page = view.page("/federation/extension/Worksheet/")
    accounts = set(view.ledger_data("federation")["accounts"])
    parents = {":".join(name.split(":")[:2]) for name in accounts}
    found = [urlsplit(link) for link in links(page)]
    assert found
    for link in found:
        assert unquote(link.path).removeprefix("/federation/account/").rstrip("/") in parents, link
    figure = next(link for link in found if ":REPRIS" in unquote(link.query) and "NetSales" not in link.path)
    asked = {k: v[0] for k, v in parse_qs(figure.query).items()}
    report = view.data("/federation/api/account_report", a=unquote(figure.path.split("/")[3]), **asked)
    assert "REPRIS" in report["journal"]
    assert ":CYKELBUDET" not in report["journal"]


def test_a_page_looks_at_the_present_files(view, ws):
    assert "-1350.00" in view.page("/federation/extension/Worksheet/").replace(",", "")
    month = ws.units["repris"].folder / "books/2026/2026-02.beancount"
    month.write_text(month.read_text(encoding="utf-8").replace("99.50", "149.50"), encoding="utf-8")
    assert "-1400.00" in view.page("/federation/extension/Worksheet/").replace(",", "")


def test_every_text_of_a_template_is_in_the_list_for_the_catalogues():
    templates = (Path(pages.__file__).parent / "templates").glob("*.html")
    said = {text for file in templates for text in re.findall(r'say\("([^"]*)"', file.read_text(encoding="utf-8"))}
    assert said == set(pages.TEMPLATE_TEXTS)
