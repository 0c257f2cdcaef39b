"""`sambok import`: what it prints, where, and with which exit code (SPEC 5)."""

import datetime as dt
import json
import os

import click
import pytest
from click.testing import CliRunner

from ledger.books import load_books, person
from ledger.books.history import read_history
from ledger.cli.context import Session
from ledger.cli.imports import import_
from ledger.cli.place import place
from ledger.errors import Problem
from ledger.reports import todo
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
    told = "new entries: 1. 2026-03-02 to 2026-03-02: in 0.00, out 1.00 SEK. On suspense, waiting for a person: 1.\n"
    advice = "What waits for a person, each with its file and line: sambok todo repris\n"
    assert result.stderr.endswith(told + "    2026-03-02 -1.00 SEK x\n" + advice)
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
    assert result.stderr.endswith("    2026-03-02 -1.00 SEK x\nNothing was written.\n")
    assert books(ws) == before
    assert file.exists()


def test_a_dry_run_of_several_files_says_that_each_is_looked_at_alone(ws):
    inbox(ws, "mars.xml", WHOLE)
    inbox(ws, "april.xml", camt(line(3, "-2.00", "y"), opening="999.00"))
    told = run(ws, "repris", "--inbox", "--dry-run").stderr
    assert "Nothing was written. Each file was compared with the books as they stand now" in told


def test_what_waits_is_listed_in_part_and_counted(ws):
    inbox(ws, "mars.xml", camt(*(line(2, "-1.00", f"x{n}") for n in range(8))))
    told = run(ws, "repris", "--inbox").stderr
    assert told.count("    2026-03-02 -1.00 SEK x") == 5
    assert "\n    ... and 3 more.\n" in told


def test_a_file_in_the_folder_of_another_source(ws):
    """A SIE file in the bank's folder isn't guessed into the books: its folder is named."""
    file = inbox(ws, "mars.se", b'#FLAGGA 0\n#SIETYP 4\n#FNAMN "x"\n#VER A 1 20260305\n{\n#TRANS 1930 {} 0\n}\n')
    result = run(ws, "repris", "--inbox")
    assert result.return_value == 1
    assert "The source bank can't read this file: it is one for bok. [IMPORT_OTHER_FOLDER]" in result.stderr
    assert "Move it into units/repris/inbox/bok/" in result.stderr
    assert file.exists()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\x03\x04\x14\x00", "an Excel workbook or another ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file"),
        (b"\x1f\x8b\x08", "a compressed archive"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"\n <!DOCTYPE HTML><html>", "a web page"),
        (b"<html lang='sv'>", "a web page"),
    ],
)
def test_what_people_take_for_a_bank_file(ws, content, kind):
    inbox(ws, "utdrag.xml", content)
    told = run(ws, "repris", "--inbox").stderr
    assert f"The file is {kind}" in told
    assert "[IMPORT_WRONG_KIND]" in told
    assert "Nothing of a refused file was booked; it stays where it is.\n" in told


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


LOOSE = """\
units/repris/inbox/loose.xml: It lies where no source looks for files, so it is never imported. [IMPORT_ASTRAY]
    -> Move what is to be imported into units/repris/inbox/bank/, units/repris/inbox/bok/; \
a source's files lie in its own folder, not deeper.
"""
LINK = """\
units/repris/inbox/bank/link.xml: It is a link, and links aren't followed. [IMPORT_LINK]
    -> Put the file or folder itself there, or name the file itself.
"""


@pytest.fixture
def scattered(ws):
    """One file where it belongs, and one of each that isn't."""
    good = inbox(ws, "mars.xml", WHOLE)
    inbox(ws, "april.xml.part", WHOLE)
    inbox(ws, "april.xml", WHOLE, source="bank/2026")
    (good.parent / "link.xml").symlink_to(good)
    good.parent.with_name("loose.xml").write_bytes(WHOLE)
    return ws


def test_what_lies_where_no_source_looks_is_said_and_the_rest_comes_in(scattered):
    result = run(scattered, "repris", "--inbox")
    assert result.return_value == 1
    assert "units/repris/inbox/bank/mars.xml: new entries: 1." in result.stderr
    assert LOOSE in result.stderr
    assert LINK in result.stderr
    assert "units/repris/inbox/bank/2026: It lies where" in result.stderr
    assert "into units/repris/inbox/bank/; a source's" in result.stderr
    assert ".part" not in result.stderr


def test_what_waits_and_what_is_imported_are_one_list(scattered):
    """Whatever `todo` names of the inbox, `import` says something of, and the other way round."""
    unit = scattered.units["repris"]
    tasks = [t for t in todo(load_books(scattered), [], [], today=dt.date(2026, 4, 1)) if t.kind == "inbox"]
    waiting = next(t for t in tasks if t.command)
    assert waiting.text == "Files waiting in the inbox: 2 (link.xml, mars.xml)."
    answer = json.loads(run(scattered, "repris", "--inbox", "--json").stdout)
    files = {f["file"].removeprefix(f"units/{unit.slug}/inbox/") for f in answer["units"][0]["files"]}
    assert files == {"bank/link.xml", "bank/mars.xml", "bank/2026", "loose.xml"}
    assert sorted(t.where for t in tasks if not t.command) == [
        "units/repris/inbox/bank/2026",
        "units/repris/inbox/loose.xml",
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\nb.xml", "a<U+000A>b.xml"),
        (b"a\xffb.xml", "a<U+DCFF>b.xml"),
        ("a\u202eb.xml".encode(), "a<U+202E>b.xml"),
        (b"a\x1b[31mb.xml", "a<U+001B>[31mb.xml"),
    ],
)
def test_names_that_no_terminal_can_show(ws, name, shown):
    inbox(ws, os.fsdecode(name), WHOLE[:-20])
    result = run(ws, "repris", "--inbox", "--json")
    answer = json.loads(result.stdout_bytes.decode("utf-8"))
    place = f"units/repris/inbox/bank/{shown}"
    assert [f["file"] for f in answer["units"][0]["files"]] == [place]
    assert [e["file"] for e in answer["errors"]] == [place]
    assert f"{place}: refused.\n{place}" in result.stderr
    (task,) = (t for t in todo(load_books(ws), [], [], today=dt.date(2026, 4, 1)) if t.kind == "inbox")
    assert task.text == f"Files waiting in the inbox: 1 ({shown})."


def test_a_link_that_is_named(ws, tmp_path):
    (tmp_path / "mars.xml").write_bytes(WHOLE)
    (tmp_path / "link.xml").symlink_to(tmp_path / "mars.xml")
    result = run(ws, "repris", tmp_path / "link.xml")
    assert (result.return_value, "[IMPORT_LINK]" in result.stderr) == (1, True)


def test_a_folder_that_is_named(ws, tmp_path):
    result = run(ws, "repris", tmp_path)
    assert result.return_value == 1
    assert "The file can't be read: Is a directory. [IMPORT_FILE_MISSING]" in result.stderr


def test_who_imports_and_who_places_is_named(ws, tmp_path, monkeypatch):
    """`--by` names them, in the voucher and in the history, as with every command that writes."""
    monkeypatch.setenv("SAMBOK_BY", "somebody")
    file = tmp_path / "mars.xml"
    file.write_bytes(WHOLE)
    try:
        run(ws, "repris", file, "--by", "anna")
        text = ws.units["repris"].month_file(dt.date(2026, 3, 2)).read_text(encoding="utf-8")
        assert '  by: "anna"\n' in text
        unit = ws.units["repris"].folder / "unit.toml"
        rule = '[[source.rule]]\ntext = "x"\naccount = "Equity:2091-Balanserat-resultat"\n[[source]]\nname = "bok"'
        unit.write_text(unit.read_text(encoding="utf-8").replace('[[source]]\nname = "bok"', rule), encoding="utf-8")
        result = CliRunner().invoke(place, ["--by", "berit"], obj=Session(str(ws.root)), standalone_mode=False)
        assert result.return_value == 0, result.output
    finally:
        person.use(None)
    lines = [(line.action, line.by) for line in read_history(ws.units["repris"].folder)]
    assert [line for line in lines if line[0] in {"import", "place"}] == [("import", "anna"), ("place", "berit")]
