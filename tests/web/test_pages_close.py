"""The page Close: what each unit's month is, and what it lacks."""

from __future__ import annotations

import pytest

from tests.closing.readying import SALE, federation_with, voucher
from tests.closing.sealing import seal
from tests.web.test_pages_money import links, ours, rows


@pytest.fixture
def ws(make_workspace, monkeypatch):
    monkeypatch.setenv("SAMBOK_NOW", "2026-02-10T10:00:00Z")
    flagged = voucher("2026-01-12", "A-2", "Expenses:5010-Rent", "Assets:1930-Bank", flag="!")
    ws = federation_with(make_workspace, {"gemensamt/2026-01": SALE, "repris/2026-01": flagged})
    seal(ws, "angen", "2026-01")
    return ws


def test_the_board_of_all(ws, view_of):
    part = ours(view_of(ws), "/federation/extension/Close/")
    assert rows(part) == [
        ["Unit", "2026-01", "2026-02"],
        ["Angen", "closed", "not over"],
        ["Koop", "ready", "not over"],
        ["Repris", "not ready (1)", "not over"],
        ["Sparlag", "ready", "not over"],
        ["Gemensamt", "waits", "not over"],
    ]
    assert "gemensamt 2026-01 lacks nothing of its own; it waits for koop, repris." in part
    assert "sambok close 2026-01 --unit koop" in part
    assert "/repris/extension/Close/" in links(part)


def test_a_units_own_page_opens_the_voucher(ws, view_of):
    part = ours(view_of(ws), "/repris/extension/Close/")
    assert rows(part) == [["Unit", "2026-01", "2026-02"], ["Repris", "not ready (1)", "not over"]]
    assert "This entry of 2026-01-12 is flagged !" in part
    (link,) = links(part)
    assert link.startswith("/repris/editor/?file_path=")
    assert link.endswith("2026-01.beancount&line=6")


def test_todo_says_the_same(ws, view_of):
    part = ours(view_of(ws), "/repris/extension/Todo/")
    assert "2026-01 can&#39;t be closed yet; to be settled: 1." in part
    assert "/repris/extension/Close/" in links(part)
    assert "2026-01 can be closed: nothing is missing." in ours(view_of(ws), "/koop/extension/Todo/")
