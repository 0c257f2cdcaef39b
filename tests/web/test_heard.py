"""What doesn't stop an action that is done reaches who works in the browser: above the pages, until it is settled."""

from __future__ import annotations

import subprocess

import pytest

from ledger.books import notices
from ledger.books.problems_write import HistoryBroken


@pytest.fixture(autouse=True)
def _settings(monkeypatch, tmp_path):
    (tmp_path / "no-settings").write_text("")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no-settings"))
    monkeypatch.setenv("SAMBOK_BY", "anna")
    notices.take()
    yield
    notices.take()


def add(view, narration):
    postings = [
        {"account": "Assets:1930-Bank", "amount": "10.00 SEK"},
        {"account": "Income:3001-Försäljning-varor-25", "amount": "-10.00 SEK"},
    ]
    entry = {
        "t": "Transaction", "date": "2026-02-05", "flag": "*", "payee": "", "narration": narration,
        "tags": [], "links": [], "meta": {}, "postings": postings,
    }  # fmt: skip
    answer = view.send("PUT", "/repris/api/add_entries", {"entries": [entry]})
    assert answer.status_code == 200, answer.text
    return answer.json["data"]


def test_that_git_has_no_copy_is_told_until_it_has_one(ws, view):
    (ws.root / ".git").mkdir()  # it looks like a repository, and isn't
    said = add(view, "One")
    assert said.startswith("Entries stored: 1; there already: 0.\nThe change is written and recorded, but git has no")
    assert "git status" in said
    for page in (
        "/repris/import/",
        "/repris/extension/Close/",
        "/federation/extension/Close/",
        "/cykelbudet/income_statement/",
    ):
        banner = view.page(page).split('class="sambok-banner"')[1].split("</div>")[0]
        assert "git has no copy of it yet" in banner
    assert "git has no copy" in view.get("/repris/sambok/banner").text
    (ws.root / ".git").rmdir()
    subprocess.run(["git", "init", "-q", str(ws.root)], check=True)
    assert add(view, "Two") == "Entries stored: 1; there already: 0."
    assert "sambok-banner" not in view.page("/repris/import/")


def test_what_is_another_unit_s_stands_on_its_pages_and_the_federation_s(ws, view):
    view.page("/repris/import/")
    notices.tell(HistoryBroken(file="units/repris/history.jsonl", line=1, unit="repris", reason="<b>", excerpt="{}"))
    assert "sambok-banner" not in view.page("/cykelbudet/import/")
    for page in ("/repris/import/", "/federation/extension/Close/", "/repris/import/"):
        assert "&lt;b&gt;" in view.page(page).split('class="sambok-banner"')[1].split("</div>")[0]
    add(view, "One")  # and nothing more was said
    assert "sambok-banner" not in view.page("/repris/import/")


def test_a_change_that_was_refused_takes_nothing_away(ws, view):
    view.page("/repris/import/")
    notices.tell(HistoryBroken(file="units/repris/history.jsonl", line=1, unit="repris", reason="why", excerpt="{}"))
    view.page("/repris/import/")
    assert view.send("PUT", "/repris/api/add_entries", {"entries": [{"t": "Strange"}]}).status_code >= 400
    assert "sambok-banner" in view.page("/repris/import/")
