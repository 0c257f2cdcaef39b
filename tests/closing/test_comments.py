"""Comments where sealed text ends: what Sambok writes behind them leaves them where they are."""

from __future__ import annotations

import pytest

from ledger.closing.evidence import Folder
from ledger.closing.readiness import readiness
from ledger.closing.verify import verify
from tests.closing.test_close import close, text_of
from tests.closing.test_levy_transit import BI, DECIDED, sale

REMARK = "; the till is opened in spring\n"


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    """Bi sells for the first time in February, so January opens no account; its accounts end with a remark."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-05T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    bi = {
        "accounts": f"2026-01-01 open Assets:1940-Savings SEK\n{BI['accounts']}{REMARK}",
        "2026-01": sale("2026-01-20", 1, "7.00").replace("Income:3001-Sales", "Assets:1940-Savings"),
        "2026-02": sale("2026-02-20", 2, "100.00"),
    }
    return make_workspace({"gemensamt": {}, "bi": bi}, policy=DECIDED)


def test_the_close_opens_accounts_behind_a_sealed_remark(ws):
    close(ws, "2026-01", ready=readiness)
    assert text_of(ws, "bi/accounts.beancount").endswith(REMARK)
    (done,) = close(ws, "2026-02", ready=readiness)
    assert {one.unit for one in done.closed} == {"bi", "gemensamt"}
    assert f"{REMARK}\n2026-02-01 open " in text_of(ws, "bi/accounts.beancount")
    assert verify(Folder(ws.root)).ok
