"""The page Close: what each unit's month is, and what it lacks."""

from __future__ import annotations

import pytest

from ledger.books.sealed import seals_of
from ledger.closing.minutes import entries
from ledger.seals import chain
from ledger.seals.model import Witness
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
    assert rows(part)[:6] == [
        ["Unit", "2026-01", "2026-02"],
        ["Angen", "closed", "not over"],
        ["Koop", "ready", "not over"],
        ["Repris", "not ready (1)", "not over"],
        ["Sparlag", "ready", "not over"],
        ["Gemensamt", "waits", "not over"],
    ]
    assert "gemensamt 2026-01 lacks nothing of its own; it waits for koop, repris." in part
    assert "2026-01 can be closed: Koop.</p>" in part
    assert "sambok close 2026-01 --unit koop" in part
    assert "2026-01 can be closed: Sparlag.</p>" in part, "a book that no combined statement holds is closed by itself"
    assert "/repris/extension/Close/" in links(part)


def test_units_that_can_close_close_together(ws, view_of, monkeypatch):
    """One sentence and one command for all of them, not one for each."""
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-10T10:00:00Z")
    seal(ws, "koop", "2026-01")
    text = (ws.units["repris"].folder / "books/2026/2026-01.beancount").read_text(encoding="utf-8")
    (ws.units["repris"].folder / "books/2026/2026-01.beancount").write_text(text.replace("!", "*"), encoding="utf-8")
    part = ours(view_of(ws), "/federation/extension/Close/")
    assert "2026-02 can be closed: Angen, Koop.</p>" in part
    assert part.count("sambok close 2026-02 --ready") == 1


def test_what_stands_in_the_minutes(ws, view_of):
    """Of all units the latest month with its fingerprint; of one unit each month, and who closed it when."""
    seal(ws, "angen", "2026-02")
    marks = [seal.content for seal in seals_of(ws.units["angen"].folder)]
    first, last = (chain.fingerprint(mark) for mark in marks)
    view = view_of(ws)
    part = ours(view, "/federation/extension/Close/")
    head = ["Unit", "Month", "Status", "Date", "Fingerprint"]
    assert rows(part)[6:] == [head, ["Angen", "2026-02", "closed", "2026-06-01", last]]
    whole = chain.fingerprint(chain.federation_root([Witness("angen", 2, marks[1])]))
    assert f"All that is sealed in the federation by now has the fingerprint {whole}." in part
    assert rows(ours(view, "/angen/extension/Close/"))[2:] == [
        ["Month", "Status", "Date", "Who", "Fingerprint"],
        ["2026-02", "closed", "2026-06-01", "anna", last],
        ["2026-01", "closed", "2026-06-01", "anna", first],
    ]
    assert "For the minutes" not in ours(view, "/repris/extension/Close/")


def test_a_seal_that_is_no_seal_is_left_out_of_the_minutes(ws):
    """What is wrong with it is told where it is verified; the page shows what can be read."""
    file = ws.units["angen"].folder / "seals.jsonl"
    whole = file.read_bytes()
    (entry,) = entries(ws.units["angen"])
    assert (entry.period, entry.closed, entry.number, entry.signed) == ("2026-01", True, 1, False)
    for wrong in (
        b"",
        b"{}\n",
        whole[:200],
        whole.replace(b'"content":"', b'"content":"x'),
        whole.replace(b'"by"', b'"my"'),
    ):
        file.write_bytes(wrong)
        assert entries(ws.units["angen"]) == entries(ws.units["angen"], last=True) == (), wrong
    file.unlink()
    assert entries(ws.units["angen"]) == ()


def test_a_units_own_page_opens_the_voucher(ws, view_of):
    part = ours(view_of(ws), "/repris/extension/Close/")
    assert rows(part)[:2] == [["Unit", "2026-01", "2026-02"], ["Repris", "not ready (1)", "not over"]]
    assert "This entry of 2026-01-12 is flagged !" in part
    (link,) = links(part)
    assert link.startswith("/repris/editor/?file_path=")
    assert link.endswith("2026-01.beancount&line=6")


def test_todo_says_the_same(ws, view_of):
    part = ours(view_of(ws), "/repris/extension/Todo/")
    assert "2026-01 can&#39;t be closed yet; to be settled: 1." in part
    assert "/repris/extension/Close/" in links(part)
    assert "2026-01 can be closed: nothing is missing." in ours(view_of(ws), "/koop/extension/Todo/")
