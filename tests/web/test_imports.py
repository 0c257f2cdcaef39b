"""The import page: a waiting file's entries are shown, saved whole, and the file is archived."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

import pytest

from importers.camt.model import Balance, Entry, Statement
from importers.camt.write import write_camt053
from ledger.books import load_books

IBAN = "SE4550000000058398257466"
UNIT = f"""\
currency = "SEK"
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "{IBAN}"
"""
ACCOUNTS = "2026-01-01 open Assets:1930-Bank\n2026-01-01 open Equity:2010-Eget\n"
OPENING = '2026-02-28 * "Start"\n  Assets:1930-Bank  100.00 SEK\n  Equity:2010-Eget\n'
DAY = dt.date(2026, 3, 5)


@pytest.fixture
def statement():
    entries = (
        Entry(Decimal("50.00"), "SEK", DAY, text="Insättning"),
        Entry(Decimal("-20.00"), "SEK", DAY, text="Avgift"),
    )
    balances = (Balance("OPBD", Decimal("100.00"), "SEK", DAY), Balance("CLBD", Decimal("130.00"), "SEK", DAY))
    created = dt.datetime(2026, 3, 6, tzinfo=dt.UTC)
    return write_camt053([Statement("S1", IBAN, "SEK", balances, entries)], created=created)


@pytest.fixture
def bank(make_workspace, statement):
    ws = make_workspace({"repris": {"unit": UNIT, "accounts": ACCOUNTS, "2026-02": OPENING}})
    folder = ws.units["repris"].folder / "inbox" / "bank"
    folder.mkdir(parents=True)
    (folder / "mars.xml").write_bytes(statement)
    return ws


def extracted(view):
    (waiting,) = view.data("/repris/api/imports")
    assert [i["importer_name"] for i in waiting["importers"]] == ["repris.bank"]
    found = view.data("/repris/api/extract", filename=waiting["name"], importer="repris.bank")
    return [entry | {"meta": {k: v for k, v in entry["meta"].items() if k[0] != "_"}} for entry in found]


def test_a_file_comes_in_whole_with_its_accounts_and_goes_to_the_archive(bank, view_of, statement):
    view = view_of(bank)
    entries = extracted(view)
    assert [e["t"] for e in entries] == ["Transaction", "Transaction", "Balance"]
    answer = view.send("PUT", "/repris/api/add_entries", {"entries": entries})
    assert answer.status_code == 200, answer.text
    assert answer.json["data"] == "Entries stored: 3; there already: 0."
    book = load_books(bank).units["repris"]
    assert book.problems == ()
    assert view.balance("repris", "Assets:1930-Bank") == {"SEK": 130}
    assert view.data("/repris/api/imports") == []
    (kept,) = (p for p in (bank.units["repris"].folder / "documents").rglob("*") if p.is_file())
    assert kept.read_bytes() == statement
    assert hashlib.sha256(statement).hexdigest() in kept.name
    voucher = next(e for e in view.entries("repris") if "document" in e["meta"])
    shown = view.get("/repris/statement/", entry_hash=voucher["entry_hash"], key="document")
    assert shown.data == statement
    assert shown.headers["Content-Disposition"].startswith("attachment")


def test_saved_twice_it_is_there_once(bank, view_of):
    view = view_of(bank)
    entries = extracted(view)
    for stored in (3, 0):
        answer = view.send("PUT", "/repris/api/add_entries", {"entries": entries})
        assert answer.json["data"].startswith(f"Entries stored: {stored};")
    assert view.balance("repris", "Assets:1930-Bank") == {"SEK": 130}


def test_a_file_by_halves_is_refused_and_stays(bank, view_of):
    view = view_of(bank)
    entries = extracted(view)
    before = {p: p.read_bytes() for p in bank.units["repris"].folder.rglob("*") if p.is_file()}
    answer = view.send("PUT", "/repris/api/add_entries", {"entries": entries[1:]})
    assert answer.status_code == 422
    assert "WEB_IMPORT_PARTIAL" in answer.json["error"]
    assert "Lines left out: 1 of the file's 3." in answer.json["error"]
    assert {p: p.read_bytes() for p in bank.units["repris"].folder.rglob("*") if p.is_file()} == before


def test_the_page_says_that_there_are_importers(bank, view_of):
    view = view_of(bank)
    assert view.ledger_data("repris")["fava_options"]["import_config"]
    assert view.ledger_data("gemensamt")["fava_options"]["import_config"] is None
    assert view.data("/gemensamt/api/imports") == []


@pytest.mark.parametrize("part", [2, 3, 5])
def test_a_damaged_file_is_listed_told_and_changes_nothing(bank, view_of, statement, part):
    view = view_of(bank)
    path = bank.units["repris"].folder / "inbox/bank/mars.xml"
    path.write_bytes(statement[: len(statement) * (part - 1) // part])
    (listed,) = view.data("/repris/api/imports")
    assert listed["basename"] == "mars.xml"
    answer = view.http.get("/repris/api/extract", query_string={"filename": str(path), "importer": "repris.bank"})
    assert answer.status_code == 422
    assert "mars.xml" in answer.json["error"]
    assert "Traceback" not in answer.text


def test_an_importer_that_fails_is_told_without_a_traceback(bank, view_of, monkeypatch):
    def broken(*_):
        raise RuntimeError("inside")

    monkeypatch.setattr("importers.base.SambokImporter.extract", broken)
    view = view_of(bank)
    path = str(bank.units["repris"].folder / "inbox/bank/mars.xml")
    for name in ("repris.bank", "nobody"):
        answer = view.http.get("/repris/api/extract", query_string={"filename": path, "importer": name})
        assert answer.status_code == 422
        assert "WEB_IMPORT_FAULT" in answer.json["error"]
        assert "Traceback" not in answer.text
