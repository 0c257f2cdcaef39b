"""What is written through the web: guarded, whole or not at all, and seen at the next look."""

from __future__ import annotations

import os

import pytest

from ledger.books.problems_write import BooksBusy

MONTH = "books/2026/2026-01.beancount"


@pytest.fixture
def month(ws):
    return ws.units["repris"].folder / MONTH


def transaction(account="Income:3001-Försäljning-varor-25", date="2026-02-14", **changes):
    return {
        "t": "Transaction",
        "date": date,
        "flag": "*",
        "payee": "Kund",
        "narration": "Ny",
        "tags": [],
        "links": [],
        "meta": {},
        "postings": [{"account": "Assets:1930-Bank", "amount": "10.00 SEK"}, {"account": account, "amount": ""}],
    } | changes


def test_one_entry_edited_in_its_unit_is_seen_at_the_next_look(view, month):
    before = month.read_text(encoding="utf-8")
    assert view.balance("repris", "Assets") == {"SEK": 1050}
    entry = view.entry("repris", "Bord")
    shown = view.slice("repris", entry["entry_hash"])
    assert shown["slice"].startswith('2026-01-10 * "Kund" "Bord"')
    answer = view.send(
        "PUT",
        "/repris/api/source_slice",
        {
            "entry_hash": entry["entry_hash"],
            "source": shown["slice"].replace("1250.50", "1300.50"),
            "sha256sum": shown["sha256sum"],
        },
    )
    assert answer.status_code == 200, answer.text
    assert month.read_text(encoding="utf-8") == before.replace("1250.50", "1300.50")
    assert view.balance("repris", "Assets") == {"SEK": 1100}
    assert view.balance("federation", "Assets") == {"SEK": 1300}


def test_a_figure_of_the_federation_is_edited_in_the_units_own_file(view, month):
    entries = [e for e in view.entries("federation") if e.get("narration") == "Hyra"]
    entry = next(e for e in entries if e["meta"]["filename"] == str(month))
    assert entry["meta"]["lineno"] == 7
    shown = view.slice("federation", entry["entry_hash"])
    body = {
        "entry_hash": entry["entry_hash"],
        "source": shown["slice"].replace("300.00", "400.00"),
        "sha256sum": shown["sha256sum"],
    }
    assert view.send("PUT", "/federation/api/source_slice", body).status_code == 200
    assert "400.00 SEK" in month.read_text(encoding="utf-8")
    assert view.balance("repris", "Expenses:5010-Lokalhyra") == {"SEK": 400}


def test_a_stale_save_is_a_conflict_and_changes_nothing(view, month):
    entry = view.entry("repris", "Bord")
    shown = view.slice("repris", entry["entry_hash"])
    edited = month.read_text(encoding="utf-8").replace('"Bord"', '"Bord och stol"')
    month.write_text(edited, encoding="utf-8")
    moved = view.entry("repris", "Bord och stol")
    body = {"entry_hash": moved["entry_hash"], "source": '2026-01-10 * "x"', "sha256sum": shown["sha256sum"]}
    answer = view.send("PUT", "/repris/api/source_slice", body)
    assert answer.status_code == 409
    assert "somebody else" in answer.json["error"]
    assert month.read_text(encoding="utf-8") == edited


@pytest.mark.parametrize(
    "added",
    ['include "/etc/passwd"', 'plugin "os"', 'option "title" "x"', '  include "other"',
     '2026-01-31 query "x" ".output /tmp/x"',
     '2026-01-31 document Assets:1930-Bank "/etc/passwd"', '2026-01-31 custom "fava-option" "import-dirs" "/"',
     '2026-01-31 custom "fava-extension" "os"'],
)  # fmt: skip
def test_what_the_guard_refuses_is_not_written(view, month, added):
    before = month.read_bytes()
    source = view.data("/repris/api/source", filename=str(month))
    body = {"file_path": str(month), "source": source["source"] + "\n" + added + "\n", "sha256sum": source["sha256sum"]}
    answer = view.send("PUT", "/repris/api/source", body)
    assert answer.status_code == 422
    assert "[" in answer.json["error"], "code and remedy are told"
    entry = view.entry("repris", "Hyra")
    shown = view.slice("repris", entry["entry_hash"])
    body = {"entry_hash": entry["entry_hash"], "source": f"{shown['slice']}\n{added}", "sha256sum": shown["sha256sum"]}
    assert view.send("PUT", "/repris/api/source_slice", body).status_code == 422
    assert month.read_bytes() == before


def test_a_whole_file_is_saved_and_its_hash_is_right_for_the_next_save(view, month):
    source = view.data("/repris/api/source", filename=str(month))
    assert source["source"] == month.read_text(encoding="utf-8")
    for text in ("; one\n" + source["source"], "; two\n" + source["source"]):
        body = {"file_path": str(month), "source": text, "sha256sum": source["sha256sum"]}
        answer = view.send("PUT", "/repris/api/source", body)
        assert answer.status_code == 200, answer.text
        source["sha256sum"] = answer.json["data"]
        assert month.read_text(encoding="utf-8") == text
    body["sha256sum"] = "0" * 64
    assert view.send("PUT", "/repris/api/source", body).status_code == 409


def test_an_entry_is_deleted_in_its_unit_with_the_empty_lines_after_it(view, month):
    entry = view.entry("repris", "Bord")
    shown = view.slice("repris", entry["entry_hash"])
    path = f"/repris/api/source_slice?entry_hash={entry['entry_hash']}&sha256sum={shown['sha256sum']}"
    assert view.send("DELETE", path, None).status_code == 200
    assert month.read_text(encoding="utf-8").startswith('; January\n2026-01-20 * "Värd" "Hyra"')
    assert view.balance("repris", "Assets") == {"SEK": -200.5}


def test_new_entries_go_to_the_file_of_their_own_month(view, ws):
    balance = {
        "t": "Balance", "date": "2026-03-01", "account": "Assets:1930-Bank", "meta": {},
        "amount": {"number": "1060.00", "currency": "SEK"},
    }  # fmt: skip
    answer = view.send("PUT", "/repris/api/add_entries", {"entries": [balance, transaction()]})
    assert answer.status_code == 200, answer.text
    books = ws.units["repris"].folder / "books" / "2026"
    assert (books / "2026-02.beancount").read_text(encoding="utf-8").count('"Kund" "Ny"') == 1
    assert "1060.00 SEK" in (books / "2026-03.beancount").read_text(encoding="utf-8")
    assert view.balance("repris", "Assets") == {"SEK": 1060}
    assert view.get("/repris/api/errors").json["data"] == []


@pytest.mark.parametrize(
    "bad",
    [
        transaction(account='Assets:1930-Bank\ninclude "x"'),
        transaction(account="Assets:1930-Bank ; x"),
        transaction(date='2026-01-01\ninclude "x"'),
        transaction(flag='* "x"\nplugin "os"'),
        transaction(tags=['a\ninclude "x"']),
        transaction(links=["a b"]),
        transaction(meta={'x: 1\n\ninclude "y"\n;': "1"}),
        transaction(postings=[{"account": "Assets:1930-Bank", "amount": '1 SEK\ninclude "x"'}]),
        transaction(postings=[{"account": "Assets:1930-Bank", "amount": "1/0 SEK"}]),
        transaction(postings=[{"account": "Assets:1930-Bank", "amount": "((((1)))) SEK"}]),
        transaction(postings=[{"account": None, "amount": ""}]),
        {"t": "Document", "date": "2026-01-01", "meta": {}, "account": "Assets:1930-Bank", "filename": "/etc/passwd"},
        {"t": "Custom", "date": "2026-01-01", "meta": {}},
        "not an entry",
    ],
)
def test_an_entry_cannot_break_out_of_its_lines(view, ws, bad):
    before = {p: p.read_bytes() for p in ws.units["repris"].folder.rglob("*.beancount")}
    answer = view.send("PUT", "/repris/api/add_entries", {"entries": [bad]})
    assert answer.status_code == 422, answer.text
    assert {p: p.read_bytes() for p in ws.units["repris"].folder.rglob("*.beancount")} == before


def test_quotes_in_a_narration_stay_text(view):
    text = 'x" ^l #t ; "y\\'
    answer = view.send("PUT", "/repris/api/add_entries", {"entries": [transaction(narration=text)]})
    assert answer.status_code == 200, answer.text
    (entry,) = (e for e in view.entries("repris") if e.get("date") == "2026-02-14" and e["t"] == "Transaction")
    assert (entry["narration"], entry["links"], entry["tags"]) == (text, [], [])


def test_a_narration_that_reads_like_an_entry_is_refused(view, ws):
    month = ws.units["repris"].folder / "books/2026/2026-02.beancount"
    before = month.read_bytes()
    answer = view.send("PUT", "/repris/api/add_entries", {"entries": [transaction(narration='x"\n\ninclude "y')]})
    assert answer.status_code == 422
    assert "TEXT_SWALLOWED" in answer.json["error"]
    assert month.read_bytes() == before


def test_an_account_that_is_not_open_is_told_with_its_place(view, ws):
    answer = view.send("PUT", "/repris/api/add_entries", {"entries": [transaction(account="Income:9999-Nothing")]})
    assert answer.status_code == 200, answer.text
    (error,) = view.data("/repris/api/errors")
    assert "ACCOUNT_NOT_OPEN" in error["message"]
    month = ws.units["repris"].folder / "books/2026/2026-02.beancount"
    assert error["source"]["filename"] == str(month)
    assert '"Kund" "Ny"' in month.read_text(encoding="utf-8").splitlines()[error["source"]["lineno"] - 1]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("units/repris/main.beancount", "WEB_FILE_FEDERATION"),
        ("units/policy.beancount", "WEB_FILE_FEDERATION"),
        ("units/prices.beancount", "WEB_FILE_FEDERATION"),
        ("units/repris/unit.toml", "WEB_FILE_OUTSIDE"),
        ("fava.conf", "WEB_FILE_OUTSIDE"),
        ("units/repris/books/2026/../../main.beancount", "WEB_FILE_OUTSIDE"),
        ("units/repris/books/2026/2026-01.closed.beancount", "WEB_FILE_CLOSED"),
        ("units/repris/books/2025/2026-01.beancount", "WEB_FILE_OUTSIDE"),
    ],
)
def test_files_of_the_federation_are_not_written_from_any_ledger(view, ws, name, code):
    path = ws.root / name
    before = path.read_bytes() if path.exists() else None
    for slug in ("repris", "federation"):
        body = {"file_path": str(path), "source": "; mine\n", "sha256sum": "0" * 64}
        answer = view.send("PUT", f"/{slug}/api/source", body)
        assert answer.status_code == 422
        assert code in answer.json["error"]
    assert (path.read_bytes() if path.exists() else None) == before


def test_a_unit_does_not_write_anothers_book(view, ws):
    path = ws.units["cykelbudet"].folder / MONTH
    source = view.data("/cykelbudet/api/source", filename=str(path))
    body = {"file_path": str(path), "source": "; gone\n", "sha256sum": source["sha256sum"]}
    assert view.send("PUT", "/repris/api/source", body).status_code == 422
    assert "gone" not in path.read_text(encoding="utf-8")
    assert view.send("PUT", "/cykelbudet/api/source", body).status_code == 200


def test_line_ends_stay_as_they_were(view, month):
    month.write_bytes(month.read_bytes().replace(b"\n", b"\r\n"))
    assert view.data("/repris/api/errors") == []
    source = view.data("/repris/api/source", filename=str(month))
    assert "\r" not in source["source"]
    body = {"file_path": str(month), "source": source["source"] + "; end\n", "sha256sum": source["sha256sum"]}
    assert view.send("PUT", "/repris/api/source", body).status_code == 200
    assert month.read_bytes().count(b"\r\n") == month.read_bytes().count(b"\n")


def test_a_full_disk_leaves_the_file_and_is_told(view, month, monkeypatch):
    before = month.read_bytes()
    source = view.data("/repris/api/source", filename=str(month))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    body = {"file_path": str(month), "source": "; new\n", "sha256sum": source["sha256sum"]}
    answer = view.send("PUT", "/repris/api/source", body)
    assert answer.status_code == 500
    assert "No space left" in answer.json["error"]
    assert month.read_bytes() == before
    assert not list(month.parent.glob(".tmp-*"))


def test_generated_entries_cannot_be_edited(view):
    for slug in ("repris", "federation"):
        generated = [e for e in view.entries(slug) if e["meta"]["filename"].startswith("<levy>")]
        assert generated, "provisional levy entries are expected in open months"
        for entry in generated:
            view.get(f"/{slug}/api/source_slice", status=422, entry_hash=entry["entry_hash"])
            body = {"entry_hash": entry["entry_hash"], "source": "x", "sha256sum": "0"}
            assert view.send("PUT", f"/{slug}/api/source_slice", body).status_code == 422


def test_saves_go_through_the_one_writer(view, month, monkeypatch):
    """With the writer's lock held elsewhere nothing is written, and the answer says so."""

    def held(ws, slug, **_):
        raise BooksBusy(unit=slug, slug=slug, seconds=0)

    source = view.data("/repris/api/source", filename=str(month))
    monkeypatch.setattr("ledger.web.files.unit_lock", held)
    body = {"file_path": str(month), "source": "; new\n", "sha256sum": source["sha256sum"]}
    answer = view.send("PUT", "/repris/api/source", body)
    assert answer.status_code == 422
    assert "BOOKS_BUSY" in answer.json["error"]
