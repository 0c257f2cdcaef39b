"""Our own pages: what waits for whom, dealings that differ, the worksheet. Every figure and place is a link."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from ledger.web import pages
from ledger.web.template_texts import TEMPLATE_TEXTS

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


def test_a_page_looks_at_the_present_files(view, ws):
    assert "-1350.00" in view.page("/federation/extension/Worksheet/").replace(",", "")
    month = ws.units["repris"].folder / "books/2026/2026-02.beancount"
    month.write_text(month.read_text(encoding="utf-8").replace("99.50", "149.50"), encoding="utf-8")
    assert "-1400.00" in view.page("/federation/extension/Worksheet/").replace(",", "")


def test_every_text_of_a_template_is_in_the_list_for_the_catalogues():
    templates = (Path(pages.__file__).parent / "templates").glob("*.html")
    said = {text for file in templates for text in re.findall(r'say\("([^"]*)"', file.read_text(encoding="utf-8"))}
    assert said == set(TEMPLATE_TEXTS)
