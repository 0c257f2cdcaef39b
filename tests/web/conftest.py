"""A small federation in a browser's view."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

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
        answer = self.http.get(path, query_string=query)
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
