"""Whose a path is, and whether it may be changed or shown."""

from __future__ import annotations

import os

import pytest

from ledger.web import texts
from ledger.web.files import Text
from ledger.web.problems import WebFileClosed, WebFileFederation, WebFileOutside, WebSourceUnreadable

SEALED = {"repris": frozenset({"2026-01"})}


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("units/repris/accounts.beancount", None),
        ("units/repris/books/2026/2026-02.beancount", None),
        ("units/repris/books/2026/2026-01.beancount", WebFileClosed),
        ("units/cykelbudet/books/2026/2026-01.beancount", None),
        ("units/repris/books/2026/2026-02.closed.beancount", WebFileClosed),
        ("units/repris/books/2026/2026-02.cykelbudet.closed.beancount", WebFileClosed),
        ("units/repris/books/2026/2026-02 (copy).beancount", WebFileOutside),
        ("units/repris/books/2026/x/2026-02.beancount", WebFileOutside),
        ("units/repris/main.beancount", WebFileFederation),
        ("units/repris/seals.jsonl", WebFileOutside),
        ("units/repris/documents/a.beancount", WebFileOutside),
        ("units/nobody/accounts.beancount", WebFileOutside),
        ("units/policy.beancount", WebFileFederation),
        ("units/prices.beancount", WebFileFederation),
        ("units", WebFileOutside),
        ("fava.conf", WebFileOutside),
    ],
)
def test_what_may_be_changed(ws, name, refused):
    path = ws.root / name
    if refused is None:
        assert texts.editable(ws, path, SEALED).slug == name.split("/")[1]
    else:
        with pytest.raises(refused):
            texts.editable(ws, path, SEALED)


def test_a_sealed_month_takes_no_new_entries(view, monkeypatch):
    look = view.app.config["LEDGERS"].source.current()
    monkeypatch.setitem(look.federation.books.closed, "repris", frozenset({"2026-01"}))
    month = look.workspace.units["repris"].folder / "books/2026/2026-01.beancount"
    before = month.read_bytes()
    note = {"t": "Note", "date": "2026-01-15", "account": "Assets:1930-Bank", "comment": "late", "meta": {}}
    answer = view.send("PUT", "/repris/api/add_entries", {"entries": [note]})
    assert answer.status_code == 422
    assert "WEB_FILE_CLOSED" in answer.json["error"]
    entry = next(e for e in view.entries("repris") if e.get("narration") == "Bord")
    shown = view.slice("repris", entry["entry_hash"])
    body = {"entry_hash": entry["entry_hash"], "source": "; x", "sha256sum": shown["sha256sum"]}
    assert view.send("PUT", "/repris/api/source_slice", body).status_code == 422
    assert month.read_bytes() == before


def test_no_text_of_odd_files(ws):
    folder = ws.units["repris"].folder
    os.mkfifo(folder / "books/2026/2026-04.beancount")
    (folder / "books/2026/2026-05.beancount").write_bytes(b"\xff\xfe")
    (folder / "linked").symlink_to(folder / "books")
    for name in ("books/2026/2026-04.beancount", "books/2026/2026-05.beancount", "books/2026/2026-06.beancount"):
        with pytest.raises(WebSourceUnreadable):
            texts.read_source(ws, folder / name)
    for name in ("books/2026", "linked/2026/2026-01.beancount"):
        with pytest.raises(WebSourceUnreadable):
            texts.read_source(ws, folder / name)
    assert texts.unit_files(ws.units["repris"]) == tuple(
        str(folder / name)
        for name in ("main.beancount", "accounts.beancount", "books/2026/2026-01.beancount",
                     "books/2026/2026-02.beancount", "books/2026/2026-05.beancount")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "entry"),
    [
        ("a\n  b\nc\n", 1, "a\n  b"),
        ("a\n\tb\n\n  c\n", 1, "a\n\tb"),
        ("a\n  b", 1, "a\n  b"),
        ("; x\na\n", 2, "a"),
        ("a\n; comment\n", 1, "a"),
        ("a\r\n  b\r\nc\r\n", 1, "a\n  b"),
        ("a \u2028 b\n  c\x0bd\n", 1, "a \u2028 b\n  c\x0bd"),
    ],
)
def test_an_entry_is_its_first_line_and_the_indented_ones_below(text, line, entry):
    first, last, found = Text(text).entry(line)
    assert found == entry
    assert Text(text).replaced(first, last, found.split("\n")) == text


def test_line_ends_survive_a_change():
    text = Text("a\r\n  b\r\nc\r\n")
    assert text.replaced(0, 2, ["x", "  y"]) == "x\r\n  y\r\nc\r\n"
