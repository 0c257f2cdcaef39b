"""Whose a path is, and whether it may be changed or shown."""

from __future__ import annotations

import os

import pytest

from ledger.web import texts
from ledger.web.files import Text
from ledger.web.problems import WebFileClosed, WebFileFederation, WebFileOutside, WebSourceUnreadable
from tests.closing.sealing import seal


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("units/repris/accounts.beancount", None),
        ("units/repris/books/2026/2026-02.beancount", None),
        ("units/repris/books/2026/2026-01.beancount", None),
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
        assert texts.editable(ws, path).slug == name.split("/")[1]
    else:
        with pytest.raises(refused):
            texts.editable(ws, path)


@pytest.fixture
def closed(ws, view):
    """January is closed; its file holds an entry of February, too."""
    month = ws.units["repris"].folder / "books/2026/2026-01.beancount"
    seal(ws, "repris", "2026-01")
    month.write_text(month.read_text(encoding="utf-8") + LAMP, encoding="utf-8")
    assert view.data("/repris/api/errors") == []
    return month


LAMP = """
2026-02-20 * "Kund" "Lampa"
  Assets:1930-Bank  10.00 SEK
  Income:3001-Försäljning-varor-25
"""


def saved(view, narration, *pairs):
    """Status and error of an entry's change in its own little editor."""
    shown = view.slice("repris", view.entry("repris", narration)["entry_hash"])
    text = shown["slice"]
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    body = {
        "entry_hash": view.entry("repris", narration)["entry_hash"],
        "source": text,
        "sha256sum": shown["sha256sum"],
    }
    answer = view.send("PUT", "/repris/api/source_slice", body)
    return answer.status_code, answer.json.get("error", "")


def test_sealed_text_stays_and_what_is_open_beside_it_changes(view, closed):
    before = closed.read_bytes()
    for pairs, code in (
        ((("1250.50", "1250.51"),), "SEALED_TEXT"),
        ((("2026-01-10", "2026-02-10"),), "SEALED_TEXT"),
        ((('"Bord"', '"Stolar"'),), "SEALED_TEXT"),
    ):
        status, error = saved(view, "Bord", *pairs)
        assert (status, code in error) == (422, True)
    status, error = saved(view, "Lampa", ("2026-02-20", "2026-01-20"))
    assert (status, "MONTH_CLOSED" in error, "2026-02" in error) == (422, True, True)
    assert closed.read_bytes() == before
    assert saved(view, "Lampa", ("10.00", "12.00")) == (200, "")
    assert closed.read_bytes() == before.replace(b" 10.00", b" 12.00")


def test_a_sealed_entry_is_not_deleted(view, closed):
    before = closed.read_bytes()
    entry = view.entry("repris", "Bord")
    shown = view.slice("repris", entry["entry_hash"])
    gone = view.send(
        "DELETE", f"/repris/api/source_slice?entry_hash={entry['entry_hash']}&sha256sum={shown['sha256sum']}", None
    )
    assert (gone.status_code, "SEALED_TEXT" in gone.json["error"]) == (422, True)
    assert closed.read_bytes() == before


def test_the_whole_file_is_saved_where_what_is_sealed_stays(view, closed):
    source = view.data("/repris/api/source", filename=str(closed))
    body = {"file_path": str(closed), "sha256sum": source["sha256sum"]}
    refused = view.send("PUT", "/repris/api/source", body | {"source": source["source"].replace("300.00", "301.00")})
    assert (refused.status_code, "SEALED_TEXT" in refused.json["error"]) == (422, True)
    done = view.send("PUT", "/repris/api/source", body | {"source": source["source"].replace("Lampa", "Lampor")})
    assert done.status_code == 200
    assert '"Lampor"' in closed.read_text(encoding="utf-8")


def test_a_sealed_month_takes_no_new_entries(view, closed):
    before = closed.read_bytes()
    note = {"t": "Note", "date": "2026-01-15", "account": "Assets:1930-Bank", "comment": "late", "meta": {}}
    answer = view.send("PUT", "/repris/api/add_entries", {"entries": [note]})
    assert answer.status_code == 422
    assert "MONTH_CLOSED" in answer.json["error"]
    assert closed.read_bytes() == before


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
