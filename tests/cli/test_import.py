"""`sambok import`: what it prints, where, and with which exit code (SPEC 5)."""

import datetime as dt
import json

import click
import pytest
from click.testing import CliRunner

from ledger.cli.context import Session
from ledger.cli.imports import import_
from ledger.errors import Problem
from tests.importers.test_bank import OPENED, SOURCES, WHOLE, camt, line

ACCOUNTS = """\
2020-01-01 open Assets:1930-Bank SEK
2020-01-01 open Equity:2091-Balanserat-resultat
2020-01-01 open Liabilities:2999-Observationskonto
"""


@pytest.fixture
def ws(make_workspace):
    return make_workspace({"repris": {"unit": SOURCES, "accounts": ACCOUNTS, "2026-01": OPENED}})


def run(ws, *args):
    result = CliRunner().invoke(import_, [str(a) for a in args], obj=Session(str(ws.root)), standalone_mode=False)
    if result.exception:
        raise result.exception
    return result


def inbox(ws, name, content, source="bank"):
    folder = ws.units["repris"].folder / "inbox" / source
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def books(ws):
    return {p.as_posix(): p.read_bytes() for p in ws.root.rglob("*.beancount")}


def test_a_file_by_name(ws, tmp_path):
    file = tmp_path / "mars.xml"
    file.write_bytes(WHOLE)
    result = run(ws, "repris", file)
    assert result.return_value == 0
    assert result.stdout == ""
    told = "new entries: 1. 2026-03-02 to 2026-03-02: in 0, out 1.00 SEK. On suspense, waiting for a person: 1.\n"
    assert told + "    2026-03-02 -1.00 SEK x\n" in result.stderr
    assert file.exists()
    again = run(ws, "repris", file)
    assert again.return_value == 0
    assert "already imported" in again.stderr


def test_the_inbox_is_emptied_of_what_came_in_and_keeps_what_was_refused(ws):
    good, bad = inbox(ws, "mars.xml", WHOLE), inbox(ws, "halv.xml", WHOLE[:-20])
    downloading, hidden = inbox(ws, "april.xml.part", b""), inbox(ws, ".gitkeep", b"")
    result = run(ws, "--inbox")
    assert result.return_value == 1
    assert not good.exists()
    assert bad.exists()
    assert downloading.exists()
    assert hidden.exists()
    assert "units/repris/inbox/bank/halv.xml: refused." in result.stderr
    assert "[IMPORT_XML]" in result.stderr
    assert len(list((ws.units["repris"].folder / "documents").rglob("*.xml"))) == 1


def test_an_inbox_folder_that_is_no_source(ws):
    file = inbox(ws, "x.xml", WHOLE, source="banken")
    result = run(ws, "repris", "--inbox")
    assert result.return_value == 1
    assert "[IMPORT_NO_SOURCE]" in result.stderr
    assert file.exists()


def test_no_file_waits(ws):
    result = run(ws, "--inbox")
    assert result.return_value == 0
    assert result.stderr == "No file waits.\n"


def test_a_dry_run_shows_the_entries_and_writes_nothing(ws):
    file = inbox(ws, "mars.xml", WHOLE)
    before = books(ws)
    result = run(ws, "repris", "--inbox", "--dry-run")
    assert result.return_value == 0
    assert "2026-03-02 ! " in result.stdout
    assert "2026-03-03 balance Assets:1930-Bank" in result.stdout
    assert books(ws) == before
    assert file.exists()


def test_json(ws):
    inbox(ws, "a.xml", camt(line(2, "-1.00", "x"), line(2, "-1.00", "x")))
    inbox(ws, "b.xml", b"")
    answer = json.loads(run(ws, "repris", "--inbox", "--json").stdout)
    assert answer["schema"] == 1
    refused, imported = answer["units"][0]["files"]
    assert (imported["status"], imported["added"], imported["balances"], imported["waiting"]) == ("imported", 2, 1, 2)
    assert imported["document"].endswith("-a.xml")
    assert (refused["status"], refused["document"]) == ("refused", None)
    assert [(e["code"], e["unit"], e["file"]) for e in answer["errors"]] == [
        ("IMPORT_FILE_EMPTY", "repris", "units/repris/inbox/bank/b.xml")
    ]


@pytest.mark.parametrize("args", [(), ("repris",), ("repris", "x.xml", "--inbox")])
def test_wrong_use(ws, args):
    with pytest.raises(click.UsageError):
        run(ws, *args)


def test_an_unknown_unit(ws):
    with pytest.raises(Problem) as caught:
        run(ws, "reprix", "x.xml")
    assert (caught.value.code, caught.value.exit_code) == ("UNIT_UNKNOWN", 2)


def test_a_book_that_the_guard_refuses_takes_nothing(ws):
    month = ws.units["repris"].month_file(dt.date(2026, 1, 1))
    month.write_text(OPENED + 'plugin "evil"\n', encoding="utf-8")
    before = books(ws)
    file = inbox(ws, "mars.xml", WHOLE)
    result = run(ws, "repris", "--inbox")
    assert result.return_value == 1
    assert "[IMPORT_BOOK_BROKEN]" in result.stderr
    assert books(ws) == before
    assert file.exists()
