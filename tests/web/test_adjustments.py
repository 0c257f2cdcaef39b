"""The finance head's adjustments in the browser: under ADJ in the federation's ledger, each opening its own file."""

from __future__ import annotations

from decimal import Decimal

import pytest

FILE = "units/adjustments/2026-02-audit.beancount"
AUDIT = """\
2026-02-28 * "Audit"
  author: "anna"
  reason: "Audit, invoiced in spring"
  decision: "FS-1"
  Expenses:OtherExternalCosts:6420-Audit  25.00 SEK
  Liabilities:AccruedExpenses:2990-Audit  -25.00 SEK
"""


@pytest.fixture
def adjusted(ws, view):
    """A view whose federation is adjusted after it was opened: it is seen at the next look."""
    assert str(ws.root / FILE) not in view.app.config["LEDGERS"]["federation"].options["include"]
    ws.adjustments_folder.mkdir()
    (ws.root / FILE).write_text(AUDIT, encoding="utf-8")
    return view


def test_an_adjustment_stands_in_the_federations_ledger_with_its_file_and_line(adjusted, ws):
    ledger = adjusted.app.config["LEDGERS"]["federation"]
    (entry,) = [e for e in ledger.all_entries if e.meta.get("kind") == "adjustment"]
    assert (entry.meta["filename"], entry.meta["lineno"]) == (str(ws.root / FILE), 1)
    assert entry.narration == "Audit, invoiced in spring"
    assert entry.meta["decision"] == "FS-1"
    assert {p.account.rsplit(":", 1)[1] for p in entry.postings} == {"ADJ"}
    assert sum(p.units.number for p in entry.postings) == Decimal(0)


def test_its_file_is_shown_and_changed_nowhere_but_in_itself(adjusted, ws):
    source = adjusted.data("/federation/api/source", filename=str(ws.root / FILE))
    assert source["source"] == AUDIT
    body = {"file_path": str(ws.root / FILE), "source": AUDIT + "\n", "sha256sum": source["sha256sum"]}
    answer = adjusted.send("PUT", "/federation/api/source", body)
    assert answer.status_code == 422
    assert "WEB_FILE_FEDERATION" in answer.json["error"]
    assert (ws.root / FILE).read_text(encoding="utf-8") == AUDIT
    assert adjusted.get("/repris/api/source", status=422, filename=str(ws.root / FILE))  # no unit shows it


def test_a_faulty_one_is_on_the_errors_page_at_its_line(adjusted, ws):
    (ws.root / FILE).write_text(AUDIT.replace('  decision: "FS-1"\n', ""), encoding="utf-8")
    ledger = adjusted.app.config["LEDGERS"]["federation"]
    assert [(e.source["filename"], e.source["lineno"]) for e in ledger.errors] == [(str(ws.root / FILE), 1)]
    assert "ADJUSTMENT_UNAPPROVED" in ledger.errors[0].message
    assert "(INCOMPLETE)" in ledger.options["title"]
