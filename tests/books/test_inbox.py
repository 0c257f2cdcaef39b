"""What waits in an inbox, what counts for nothing, and what lies where no source looks."""

import os

import pytest

from importers.formats import FORMATS as IMPORTERS
from ledger.books.inbox import FORMATS, read_inbox

SOURCES = """\
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
[[source]]
name = "invoices"
format = "ubl"
"""


@pytest.fixture
def ws(make_workspace):
    return make_workspace({"repris": {"unit": SOURCES}})


@pytest.fixture
def inbox(ws):
    """The folder."""
    folder = ws.units["repris"].folder / "inbox"
    folder.mkdir()
    return folder


def put(inbox, name):
    file = inbox / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    return file


def found(ws):
    """What waits, by source; and the places and codes of what lies elsewhere."""
    listed = read_inbox(ws, ws.units["repris"])
    waits = {name: [p.name for p in paths] for name, paths in listed.files.items()}
    return waits, [(str(p.file).removeprefix("units/repris/inbox"), p.code) for p in listed.problems]


@pytest.mark.parametrize(
    ("name", "waits", "elsewhere"),
    [
        ("bank/b.xml", {"bank": ["b.xml"]}, []),
        ("bank/x.xml.part", {}, []),
        ("bank/x.crdownload", {}, []),
        ("bank/.x.xml", {}, []),
        ("bank/x.xml~", {}, []),
        ("bank/~$x.xml", {}, []),
        ("bank/Thumbs.db", {}, []),
        (".DS_Store", {}, []),
        (".git/config", {}, []),
        ("loose.xml", {}, [("/loose.xml", "IMPORT_ASTRAY")]),
        ("loose.xml.part", {}, []),
        ("bank/march/x.xml", {}, [("/bank/march", "IMPORT_ASTRAY")]),
        ("bank/march/deeper/x.xml", {}, [("/bank/march", "IMPORT_ASTRAY")]),
        ("bank/march/x.part", {}, []),
        ("banken/x.xml", {}, [("/banken", "IMPORT_NO_SOURCE")]),
        ("banken/deeper/x.xml", {}, [("/banken", "IMPORT_NO_SOURCE")]),
        ("banken/.gitkeep", {}, []),
    ],
)
def test_where_a_file_lies_decides(ws, inbox, name, waits, elsewhere):
    put(inbox, name)
    assert found(ws) == (waits, elsewhere)


def test_sources_and_files_are_listed_by_name(ws, inbox):
    for name in ("invoices/1.xml", "bank/b.xml", "bank/a.xml"):
        put(inbox, name)
    assert found(ws) == ({"bank": ["a.xml", "b.xml"], "invoices": ["1.xml"]}, [])
    assert [p.name for p in read_inbox(ws, ws.units["repris"]).waits] == ["a.xml", "b.xml", "1.xml"]


def test_links_are_named_and_nothing_behind_them(ws, inbox, tmp_path):
    secret = put(tmp_path, "elsewhere/secret.xml")
    (inbox / "folder").symlink_to(secret.parent)
    (inbox / "file").symlink_to(secret)
    (inbox / "bank").mkdir()
    (inbox / "bank" / "file.xml").symlink_to(secret)
    (inbox / "bank" / "folder").symlink_to(secret.parent)
    (inbox / "bank" / "nowhere").symlink_to(tmp_path / "nothing")
    (inbox / "invoices").symlink_to(secret.parent)
    links = [("/file", "IMPORT_LINK"), ("/folder", "IMPORT_LINK"), ("/invoices", "IMPORT_LINK")]
    assert found(ws) == ({"bank": ["file.xml", "folder", "nowhere"]}, links)


def test_an_inbox_that_is_a_link(ws, tmp_path):
    secret = put(tmp_path, "elsewhere/bank/secret.xml")
    (ws.units["repris"].folder / "inbox").symlink_to(secret.parent.parent)
    assert found(ws) == ({}, [("", "IMPORT_LINK")])


def test_no_inbox(ws):
    assert found(ws) == ({}, [])


def test_what_is_no_file_at_all_waits_to_be_refused(ws, inbox):
    (inbox / "bank").mkdir()
    os.mkfifo(inbox / "bank" / "pipe.xml")
    assert found(ws) == ({"bank": ["pipe.xml"]}, [])


def test_a_unit_without_sources(make_workspace):
    ws = make_workspace({"repris": {}})
    put(ws.units["repris"].folder / "inbox", "loose.xml")
    (problem,) = read_inbox(ws, ws.units["repris"]).problems
    assert "the folder of a source, once units/repris/unit.toml has a [[source]] table" in problem.remedy_text()
    put(ws.units["repris"].folder / "inbox" / "bank", "march.xml")
    problem = read_inbox(ws, ws.units["repris"]).problems[0]
    assert problem.remedy_text().startswith("Add it to units/repris/unit.toml:")
    assert problem.remedy_text().endswith(" repris has no other source yet.")


def test_the_formats_that_are_offered_are_those_that_are_read():
    assert list(IMPORTERS) == list(FORMATS)
