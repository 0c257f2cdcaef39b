"""A small federation in a browser's view."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from lxml import html

from ledger.web.app import create_app

ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank
2026-01-01 open Income:3001-Försäljning-varor-25
2026-01-01 open Expenses:5010-Lokalhyra
"""
JANUARY = """\
; January
2026-01-10 * "Kund" "Bord"
  voucher: "A-1"
  Assets:1930-Bank  1250.50 SEK
  Income:3001-Försäljning-varor-25  -1250.50 SEK

2026-01-20 * "Värd" "Hyra"
  voucher: "A-2"
  Expenses:5010-Lokalhyra  300.00 SEK
  Assets:1930-Bank

"""
FEBRUARY = """\
2026-02-02 * "Kund" "Stol"
  voucher: "A-3"
  Assets:1930-Bank  99.50 SEK
  Income:3001-Försäljning-varor-25
"""
POLICY = """\
2026-01-01 custom "decision" "FS-1" "assembly"
2026-01-01 custom "levy-rate" "*" 0.15
  decision: "FS-1"
"""


class View:
    """Flask's client with Fava's habits."""

    def __init__(self, ws):
        self.ws = ws
        self.app = create_app(ws.root)
        self.http = self.app.test_client()

    def get(self, path: str, status: int = 200, **query: str):
        answer = self.http.get(path, query_string=query or None)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:400])
        return answer

    def data(self, path: str, **query: str) -> Any:
        return self.get(path, **query).json["data"]

    def send(self, method: str, path: str, body: Any, **headers: str):
        return self.http.open(path, method=method, json=body, headers=headers)

    def balance(self, slug: str, account: str) -> dict[str, Any]:
        """An account's balance with all below it, from the trial balance."""

        def find(node):
            if node["account"] == account:
                return node["balance_children"]
            return next((f for f in map(find, node["children"]) if f is not None), None)

        return find(self.data(f"/{slug}/api/trial_balance")["trees"][0])

    def entries(self, slug: str) -> list[Any]:
        """Every entry of a ledger, as its pages get them."""
        return self.data(f"/{slug}/api/journal")

    def entry(self, slug: str, narration: str) -> Any:
        return next(e for e in self.entries(slug) if e.get("narration") == narration)

    def slice(self, slug: str, entry_hash: str) -> Any:
        return self.data(f"/{slug}/api/source_slice", entry_hash=entry_hash)

    def page(self, path: str) -> str:
        return self.get(path).text

    def ledger_data(self, slug: str) -> Any:
        text = self.page(f"/{slug}/income_statement/")
        start = text.index('id="ledger-data">') + len('id="ledger-data">')
        return json.loads(text[start : text.index("</script>", start)])


def account_path(slug: str, account: str) -> str:
    return f"/{slug}/account/{quote(account)}/"


@pytest.fixture
def ws(make_workspace):
    return make_workspace(
        {
            "repris": {"accounts": ACCOUNTS, "2026-01": JANUARY, "2026-02": FEBRUARY},
            "cykelbudet": {
                "accounts": ACCOUNTS,
                "2026-01": JANUARY.replace("Bord", "Cykel").replace("1250.50", "500.00"),
            },
        },
        policy=POLICY,
    )


@pytest.fixture
def view_of():
    """Make a view of a workspace."""
    return View


@pytest.fixture
def view(ws):
    return View(ws)


class Table:
    """A table of a page: rows of texts, figures and links."""

    def __init__(self, element):
        self.element = element
        self.heads = [cell.text_content().strip() for cell in element.xpath("./thead/tr/th")]
        self.rows = element.xpath("./tbody/tr")

    @staticmethod
    def number(cell) -> Decimal:
        text = cell.text_content().strip().replace("\u2212", "-")
        return Decimal(re.sub(r"[^0-9.-]", "", text) or 0)

    def values(self, kind: str = "line") -> dict[str, list[Decimal]]:
        """Figures of the rows of a kind, by their names."""
        return {
            row.xpath("string(./th)").strip(): [
                self.number(cell) for cell in row.xpath("./td[contains(@class, 'num')]")
            ]
            for row in self.rows
            if not kind or f"sambok-{kind}" in row.get("class", "").split()
        }

    def foot(self) -> list[Decimal]:
        return [self.number(cell) for cell in self.element.xpath("./tfoot/tr/td[contains(@class, 'num')]")]


def section_of(page: str) -> Any:
    """Our part of a page."""
    start = page.index('<section class="sambok')
    return html.fromstring(page[start : page.index("</section>", start)])


@pytest.fixture
def tables():
    """The tables of our part of a page."""

    def find(page: str) -> list[Table]:
        return [Table(element) for element in section_of(page).xpath("//table")]

    return find


#: Repris sells for 1,000 outside and for 400 to Cykelbudet, which sells for 300 outside. Coop's books are in EUR:
#: 100 were paid in at a rate of 10, sales of 50 count at the month's 10.50, the bank stands at 11 in the end.
GROUP = {
    "repris": {
        "unit": 'levels = ["Sverige", "Östergötland", "Norrköping"]\nbusiness_line = "Återbruk"',
        "accounts": """\
2026-01-01 open Assets:1930-Bank
2026-01-01 open Assets:1660-Fordran-enheter
2026-01-01 open Income:3001-Försäljning-varor-25
2026-01-01 open Income:3090-Försäljning-inom
""",
        "2026-01": """\
2026-01-10 * "Kund" "Bord"
  Assets:1930-Bank  1000.00 SEK
  Income:3001-Försäljning-varor-25  -1000.00 SEK

2026-01-12 * "Stolar" ^ic-repris-1
  Assets:1660-Fordran-enheter  400.00 SEK
    partner: "cykelbudet"
    ic: "trade"
  Income:3090-Försäljning-inom  -400.00 SEK
    partner: "cykelbudet"
    ic: "trade"
""",
    },
    "cykelbudet": {
        "unit": 'levels = ["Sverige", "Östergötland", "Linköping"]\nbusiness_line = "Transport"',
        "accounts": """\
2026-01-01 open Assets:1930-Bank
2026-01-01 open Liabilities:2860-Skuld-enheter
2026-01-01 open Income:3001-Försäljning-varor-25
2026-01-01 open Expenses:4010-Inköp
""",
        "2026-01": """\
2026-01-12 * "Stolar" ^ic-repris-1
  Expenses:4010-Inköp  400.00 SEK
    partner: "repris"
    ic: "trade"
  Liabilities:2860-Skuld-enheter  -400.00 SEK
    partner: "repris"
    ic: "trade"

2026-01-20 * "Kund" "Cykel"
  Assets:1930-Bank  300.00 SEK
  Income:3001-Försäljning-varor-25  -300.00 SEK
""",
    },
    "coop": {
        "unit": 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"\nlevels = ["España", "Euskadi"]\n'
        'business_line = "Återbruk"',
        "accounts": """\
2026-01-01 open Assets:572-Banco
2026-01-01 open Equity:100-Capital-social
2026-01-01 open Income:700-Ventas
""",
        "2026-01": """\
2026-01-01 * "Socios" "Capital"
  Assets:572-Banco  100.00 EUR
  Equity:100-Capital-social  -100.00 EUR

2026-01-15 * "Cliente" "Venta"
  Assets:572-Banco  50.00 EUR
  Income:700-Ventas  -50.00 EUR
""",
    },
}
RATES = """\
2026-01-01 price EUR 10.00 SEK
2026-01-15 price EUR 10.40 SEK
2026-01-31 price EUR 11.00 SEK
2026-01-31 custom "average-rate" "EUR" 10.50 SEK
"""


@pytest.fixture
def group_units():
    """The units of `group`."""
    return GROUP


@pytest.fixture
def group_ws(make_workspace):
    """A federation over two countries, with a dealing, a currency, levels and business lines."""
    return make_workspace(GROUP, prices=RATES)


@pytest.fixture
def group(group_ws):
    return View(group_ws)
