"""What `sambok verify` finds, act by act: who did it, in which file and line, and whether the meaning changed.

The book of `repris`, January and February sealed, March open:

| line | January | | line | February |
|---|---|---|---|---|
| 1 | ; head | | 1 | A-3 sale 300 |
| 3 | A-1 sale 100 | | 6 | A-4 rent 50, document documents/rent.pdf |
| 8 | A-2 rent 40 | | | |
| 13 | balance 60 | | | |
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
from dataclasses import replace
from hashlib import sha256

import pytest
from beancount.parser import parser

from ledger.books import open_workspace
from ledger.closing.against import open_copy
from ledger.closing.evidence import Folder
from ledger.closing.findings import as_json, message
from ledger.closing.problems_verify import AgainstUnknown
from ledger.closing.quick import chain_of, stands
from ledger.closing.together import Wanted, close_months
from ledger.closing.verify import verify
from ledger.seals import chain
from ledger.seals.canonical import meaning_of
from ledger.seals.model import Twin, Witness
from tests.closing.sealing import reopen, seal
from tests.closing.worked import POLICY, PRICES, UNITS

ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank SEK
2026-01-01 open Income:3001-Sales SEK
2026-01-01 open Expenses:5010-Rent SEK
"""
JANUARY = """\
; January

2026-01-10 * "Sale"
  voucher: "A-1"
  Assets:1930-Bank       100.00 SEK
  Income:3001-Sales     -100.00 SEK

2026-01-20 * "Rent"
  voucher: "A-2"
  Expenses:5010-Rent      40.00 SEK
  Assets:1930-Bank       -40.00 SEK

2026-01-31 balance Assets:1930-Bank  60.00 SEK
"""
FEBRUARY = """\
2026-02-05 * "Sale"
  voucher: "A-3"
  Assets:1930-Bank       300.00 SEK
  Income:3001-Sales     -300.00 SEK

2026-02-20 * "Rent"
  voucher: "A-4"
  document: "documents/rent.pdf"
  Expenses:5010-Rent      50.00 SEK
  Assets:1930-Bank       -50.00 SEK
"""
MARCH = """\
2026-03-05 * "Sale"
  Assets:1930-Bank         1.00 SEK
  Income:3001-Sales       -1.00 SEK
"""
REPRIS = {"accounts": ACCOUNTS, "2026-01": JANUARY, "2026-02": FEBRUARY, "2026-03": MARCH}
JAN, FEB = "books/2026/2026-01.beancount", "books/2026/2026-02.beancount"


@pytest.fixture
def ws(sealed_workspace):
    """Two units; central's seal of January has seen repris' of January, repris' of February has seen central's."""
    made = sealed_workspace({"repris": REPRIS, "gemensamt": {"2026-01": "; nothing yet\n"}}, {})
    home = made.units["repris"].folder
    (home / "documents").mkdir()
    (home / "documents/rent.pdf").write_bytes(b"%PDF rent")
    (january,) = seal(made, "repris", "2026-01")
    (central,) = seal(made, "gemensamt", "2026-01", draft=saw("repris", january))
    rent = (("documents/rent.pdf", sha256(b"%PDF rent").hexdigest()),)
    seal(made, "repris", "2026-02", draft=lambda d: replace(saw("gemensamt", central)(d), documents=rent))
    return made


def saw(slug, seen):
    return lambda draft: replace(draft, witnesses=(Witness(slug, seen.number, seen.content),))


def path(ws, name, slug="repris"):
    return ws.units_folder / slug / name


def change(ws, name, old, new):
    file = path(ws, name)
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    file.write_text(text.replace(old, new), encoding="utf-8")


def found(ws, *slugs, **values):
    """Kind, voucher, file, line, whether the meaning changed; of each unit."""
    seen = verify(Folder(ws.root), slugs or None, **values)
    return [
        (slug, one.kind, one.voucher, one.file, one.line, one.meaning)
        for slug, ones in seen.findings.items()
        for one in ones
    ]


def test_nothing_has_changed(ws):
    seen = verify(Folder(ws.root))
    assert seen.ok
    assert [(h.unit, h.number, h.period) for h in seen.heads] == [("gemensamt", 1, "2026-01"), ("repris", 2, "2026-02")]
    # Accounts 3, January 2 vouchers and a balance; February 2 vouchers.
    assert (seen.entries, seen.documents) == ({"gemensamt": 0, "repris": 8}, 1)
    assert seen.heads[1].fingerprint == chain.fingerprint(seen.heads[1].content)
    latest = [Witness(h.unit, h.number, h.content) for h in seen.heads]
    assert seen.root == chain.federation_root(latest)


ACTS = {
    "amount": (JAN, "Rent      40.00", "Rent      41.00", ("altered", "A-2", JAN, 8, True)),
    "layout": (JAN, "Rent      40.00", "Rent  40.00", ("altered", "A-2", JAN, 8, False)),
    "number": (JAN, 'voucher: "A-2"', 'voucher: "A-9"', ("renumbered", "A-2", JAN, 8, True)),
    "balance": (JAN, "60.00", "61.00", ("altered", "", JAN, 13, True)),
    "head": (JAN, "; January", "; Janus", ("altered", "", JAN, 1, False)),
    "account": ("accounts.beancount", "5010-Rent SEK", "5010-Rent", ("altered", "", "accounts.beancount", 3, True)),
    "removed": (FEB, FEBRUARY.split("\n\n", 1)[0], "", ("missing", "A-3", FEB, 1, True)),
    "inserted": (
        FEB,
        "\n\n2026-02-20",
        '\n\n2026-02-06 * "Late"\n  voucher: "A-7"\n  Assets:1930-Bank  1 SEK\n  Income:3001-Sales\n\n2026-02-20',
        ("inserted", "A-7", FEB, 6, True),
    ),
    "backdated": (
        "books/2026/2026-03.beancount",
        "2026-03-05",
        "2026-02-05",
        ("inserted", "", "books/2026/2026-03.beancount", 1, True),
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_acts_on_the_text(ws, act):
    name, old, new, expected = ACTS[act]
    change(ws, name, old, new)
    assert found(ws) == [("repris", *expected)]
    assert found(ws, "gemensamt") == []


#: What no book may hold spoils the whole voucher for a reader; the field is named all the same.
SPOILED = {
    "metadata of a posting": ("      40.00 SEK\n", "      40.00 SEK\n    x: 1\n", ("details",)),
    "metadata": ('  voucher: "A-2"\n', '  voucher: "A-2"\n  x: 1\n', ("x:",)),
    "a number's key": ('  voucher: "A-2"\n', '  Voucher: "A-2"\n', ("voucher:",)),
    "letters put together": ('"Rent"', '"Re\N{LATIN SMALL LETTER N}\N{COMBINING TILDE}t"', ("narration",)),
    "a mark that isn't seen": ('"Rent"', '"Ren\N{RIGHT-TO-LEFT OVERRIDE}t"', ("narration",)),
}


@pytest.mark.parametrize("act", SPOILED)
def test_the_field_of_a_text_that_no_book_may_hold(ws, act):
    old, new, fields = SPOILED[act]
    change(ws, JAN, old, new)
    (one,) = verify(Folder(ws.root)).findings["repris"]
    assert (one.kind, one.voucher, one.file, one.line, one.meaning) == ("altered", "A-2", JAN, 8, True)
    assert one.fields == fields
    assert one.note == "it can't be read any more"


def test_a_narration_that_looks_the_same(sealed_workspace):
    """\u00e4 in one sign or in two: on paper nobody sees it."""
    book = REPRIS | {"2026-01": JANUARY.replace('"Rent"', '"V\N{LATIN SMALL LETTER A WITH DIAERESIS}g"')}
    made = sealed_workspace({"repris": book}, {"repris": ("2026-01",)})
    change(made, JAN, "V\N{LATIN SMALL LETTER A WITH DIAERESIS}g", "Va\N{COMBINING DIAERESIS}g")
    (one,) = verify(Folder(made.root)).findings["repris"]
    assert (one.kind, one.voucher, one.fields) == ("altered", "A-2", ("narration",))


def test_two_vouchers_that_changed_places(ws):
    first, second = FEBRUARY.rstrip("\n").split("\n\n")
    path(ws, FEB).write_text(f"{second}\n\n{first}\n", encoding="utf-8")
    ((_, kind, voucher, file, _, meaning),) = found(ws)
    assert (kind, file, meaning) == ("moved", FEB, False)
    assert voucher in {"A-3", "A-4"}


def test_a_voucher_in_another_file(ws):
    first, second = FEBRUARY.rstrip("\n").split("\n\n")
    path(ws, FEB).write_text(f"{second}\n", encoding="utf-8")
    march = path(ws, "books/2026/2026-03.beancount")
    march.write_text(f"{MARCH}\n{first}\n", encoding="utf-8")
    assert found(ws) == [("repris", "moved", "A-3", "books/2026/2026-03.beancount", 5, False)]


def test_a_month_that_is_gone_and_one_that_is_cut_off(ws):
    path(ws, JAN).unlink()
    path(ws, FEB).write_text(FEBRUARY[: FEBRUARY.index("  Expenses")], encoding="utf-8")
    assert found(ws) == [
        ("repris", "missing", "", JAN, 1, True),
        ("repris", "missing", "A-1", JAN, 3, True),
        ("repris", "missing", "A-2", JAN, 8, True),
        ("repris", "missing", "", JAN, 13, True),
        ("repris", "altered", "A-4", FEB, 6, True),
    ]


def test_open_months_may_change_and_accounts_may_be_opened(ws):
    change(ws, "books/2026/2026-03.beancount", "1.00 SEK\n  Income", "2.00 SEK\n  Income")
    with path(ws, "accounts.beancount").open("a") as file:
        file.write("2026-01-01 open Assets:1910-Till SEK\n")
    assert found(ws) == []
    seal(ws, "repris", "2026-03")
    assert found(ws) == []


def test_a_comment_is_of_the_entry_directly_below_it(ws):
    """In accounts.beancount and behind the last sealed voucher alike; with nothing below, it is the last one's."""
    till = "; the till\n2026-03-01 open Assets:1910-Till SEK\n"
    with path(ws, "accounts.beancount").open("a") as file:
        file.write(till)
    march = "; a new month\n" + MARCH
    path(ws, FEB).write_text(FEBRUARY + march, encoding="utf-8")
    assert found(ws) == []
    path(ws, FEB).write_text(FEBRUARY + "; a new month\n", encoding="utf-8")
    assert found(ws) == [("repris", "altered", "A-4", FEB, 6, False)]
    path(ws, FEB).write_text(FEBRUARY.replace("2026-02-20", "; late\n2026-02-20"), encoding="utf-8")
    assert found(ws) == [("repris", "altered", "A-4", FEB, 7, False)]
    path(ws, FEB).write_text(FEBRUARY + "; late\n" + MARCH.replace("-03-", "-02-"), encoding="utf-8")
    assert found(ws) == [("repris", "inserted", "", FEB, 12, True)]
    # The next seal takes it with its comment.
    path(ws, FEB).write_text(FEBRUARY + march, encoding="utf-8")
    seal(ws, "repris", "2026-03")
    assert found(ws) == []
    path(ws, FEB).write_text(FEBRUARY + march.replace("a new", "another"), encoding="utf-8")
    assert found(ws) == [("repris", "altered", "", FEB, 12, False)]


def test_a_month_that_was_opened_again_takes_vouchers(ws):
    reopen(ws, "repris", "2026-02")
    change(
        ws,
        FEB,
        "\n\n2026-02-20",
        '\n\n2026-02-06 * "New"\n  Assets:1930-Bank  1 SEK\n  Income:3001-Sales\n\n2026-02-20',
    )
    assert found(ws) == []
    seal(ws, "repris", "2026-02")
    seen = verify(Folder(ws.root))
    assert seen.ok
    assert seen.heads[1].number == 4


@pytest.mark.parametrize("act", ["replaced", "gone", "link", "folder"])
def test_documents(ws, act):
    file = path(ws, "documents/rent.pdf")
    if act == "replaced":
        file.write_bytes(b"%PDF Rent")
    else:
        file.unlink()
    if act == "link":
        (ws.root / "rent.pdf").write_bytes(b"%PDF rent")
        file.symlink_to(ws.root / "rent.pdf")
    if act == "folder":
        file.mkdir()
    assert found(ws) == [("repris", "document", "A-4", "documents/rent.pdf", None, True)]
    (one,) = verify(Folder(ws.root)).findings["repris"]
    notes = {
        "replaced": "the document has another content",
        "gone": "the document isn't there",
        "link": "the file can't be read: it is a link to somewhere else",
        "folder": "the file can't be read: no ordinary file",
    }
    assert message(one) == f"The document of A-4, sealed with 2026-02, isn't what was sealed. ({notes[act]})"


def rewrite(ws, slug, *numbers):
    """A chain without some of its lines, made anew so that it holds by itself."""
    file = path(ws, "seals.jsonl", slug)
    seals = chain.read_seals(file.read_bytes())
    made = []
    for one in seals:
        if one.number not in numbers:
            before = made[-1] if made else None
            made.append(chain.next_seal(one.draft, before, by=one.by, at=one.at, version=one.version, rules=one.rules))
    file.write_text("".join(chain.seal_line(one) + "\n" for one in made), encoding="utf-8")


def test_seals_that_were_changed(ws):
    file = path(ws, "seals.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text(lines[0].replace('"by":"anna"', '"by":"eve"') + lines[1], encoding="utf-8")
    assert found(ws) == [("repris", "altered", "", "seals.jsonl", 1, True)]
    file.write_text(lines[1], encoding="utf-8")
    assert ("repris", "missing", "", "seals.jsonl", 1, True) in found(ws)
    file.write_text("".join(lines) + lines[1][:200], encoding="utf-8")
    assert found(ws) == [("repris", "altered", "A-3", "seals.jsonl", 3, True)]  # where it breaks off
    file.write_bytes(b"")
    assert {row[1:4] for row in found(ws)} == {("altered", "", "seals.jsonl"), ("missing", "", "seals.jsonl")}


@pytest.mark.parametrize("number", [0, 1])
def test_a_seal_that_stands_there_twice(ws, number):
    """Its vouchers stand in the books once, where they should: the chain is broken, and nothing of them is missing."""
    file = path(ws, "seals.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines) + lines[number], encoding="utf-8")
    assert found(ws) == [("repris", "moved", "", "seals.jsonl", 3, True)]
    change(ws, FEB, "Rent      50.00", "Rent      51.00")
    assert [row[1:5] for row in found(ws)] == [("altered", "A-4", FEB, 6), ("moved", "", "seals.jsonl", 3)]


def test_a_seal_whose_month_was_changed(ws):
    """March is open, whatever the changed line of February says: what is booked in it isn't inserted."""
    file = path(ws, "seals.jsonl")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('{"period":"2026-02"', '{"period":"2026-03"'), encoding="utf-8")
    assert found(ws) == [("repris", "altered", "", "seals.jsonl", 2, True)]
    # February is closed all the same: its vouchers say which month it was.
    change(ws, "books/2026/2026-03.beancount", "2026-03-05", "2026-02-25")
    assert [row[1:4] for row in found(ws)] == [
        ("inserted", "", "books/2026/2026-03.beancount"),
        ("altered", "", "seals.jsonl"),
    ]


def test_a_chain_that_was_made_anew_is_told_by_its_witness(ws):
    """The first seal is left out; what is left holds by itself. Central saw what stood there."""
    rewrite(ws, "repris", 1)
    assert chain.check_chain(chain.read_seals(path(ws, "seals.jsonl").read_bytes()), "repris") == []
    rows = found(ws)
    assert ("repris", "altered", "", "seals.jsonl", 1, True) in rows


def test_a_chain_that_is_gone_is_told_by_its_witness(ws):
    path(ws, "seals.jsonl").unlink()
    assert found(ws) == [("repris", "missing", "", "seals.jsonl", 1, True)]
    shutil.rmtree(path(ws, ""))
    assert found(ws) == [("repris", "missing", "", "seals.jsonl", 1, True)]


def test_the_other_side(ws):
    """What central's book holds of repris' close, before central has closed the month itself."""
    file = path(ws, "books/2026/2026-03.repris.closed.beancount", "gemensamt")
    text = '2026-03-31 * "Levy"\n  voucher: "L-1"\n  Assets:1661-Owed  1 SEK\n  Income:3680-Levy\n'
    file.write_text(text, encoding="utf-8")
    said = parsed(text)
    twin = Twin("gemensamt", "books/2026/2026-03.repris.closed.beancount", "L-1", said)
    seal(ws, "repris", "2026-03", draft=lambda d: replace(d, twins=(twin,)))
    assert found(ws) == []
    file.write_text(text.replace("1 SEK", "2 SEK"), encoding="utf-8")
    assert found(ws) == [("gemensamt", "altered", "L-1", twin.file, 1, True)]
    assert found(ws, "repris") == []
    file.write_text("; nothing\n", encoding="utf-8")
    assert found(ws, "gemensamt") == [("gemensamt", "missing", "L-1", twin.file, None, True)]
    file.unlink()
    assert found(ws) == [("gemensamt", "missing", "L-1", twin.file, None, True)]


def parsed(text):
    return meaning_of(parser.parse_string(text)[0][0]).canonical


def test_histories(ws):
    line, second = path(ws, "history.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    path(ws, "history.jsonl").write_text(second, encoding="utf-8")
    assert found(ws) == [("repris", "missing", "", "history.jsonl", 1, True)]
    path(ws, "history.jsonl").write_text(line.replace('"by":"anna"', '"by":"eve"') + second, encoding="utf-8")
    (ws.units_folder / "history.jsonl").write_text("no line\n", encoding="utf-8")
    assert found(ws)[0] == ("", "altered", "", "history.jsonl", 1, True)
    assert found(ws, "gemensamt") == []


def test_a_file_that_is_no_file_hurts_nobody_else(ws):
    path(ws, JAN).unlink()
    path(ws, JAN).symlink_to("/etc/passwd")
    os.mkfifo(path(ws, "books/2026/2026-04.beancount"))
    seen = verify(Folder(ws.root))
    assert [(p.code, p.file) for p in seen.problems] == [
        ("VERIFY_UNREADABLE", f"units/repris/{JAN}"),
        ("VERIFY_UNREADABLE", "units/repris/books/2026/2026-04.beancount"),
    ]
    notes = {one.note.format(**dict(one.params)) for one in seen.findings["repris"]}
    assert notes == {"the file can't be read: it is a link to somewhere else"}
    assert [one.voucher for one in seen.findings["repris"]] == ["", "A-1", "A-2", ""]
    assert verify(Folder(ws.root), ["gemensamt"]).ok


def test_a_unit_that_is_a_link(ws):
    shutil.move(path(ws, ""), ws.root / "elsewhere")
    (ws.units_folder / "repris").symlink_to(ws.root / "elsewhere")
    seen = verify(Folder(ws.root))
    assert [(p.code, p.file) for p in seen.problems] == [("VERIFY_UNREADABLE", "units/repris")]
    assert [one.kind for one in seen.findings["repris"]] == ["missing"]


def test_seals_that_are_no_file(ws):
    path(ws, "seals.jsonl").unlink()
    path(ws, "seals.jsonl").mkdir()
    seen = verify(Folder(ws.root))
    assert [p.code for p in seen.problems] == ["VERIFY_UNREADABLE"]
    assert [one.kind for one in seen.findings["repris"]] == ["missing", "missing"]  # by itself, and by the witness


def test_text_that_no_parser_should_see(ws):
    """Sealed text replaced by text that would run a plugin, or by bytes that are no text."""
    path(ws, JAN).write_bytes(b'plugin "os"\n2026-01-10 * "\xff\xfe\x00\n' + b"(" * 100_000)
    rows = found(ws)
    assert {row[2] for row in rows if row[1] in {"missing", "altered"}} >= {"A-1", "A-2"} or len(rows) >= 3
    assert all(row[0] == "repris" for row in rows)


def test_it_needs_neither_settings_nor_caches(ws, tmp_path):
    copy = tmp_path / "elsewhere"
    shutil.copytree(ws.units_folder, copy / "units")
    for file in copy.glob("units/*/unit.toml"):
        file.write_text("broken [", encoding="utf-8")
    seen = verify(Folder(copy))
    assert seen.ok
    assert seen.root == verify(Folder(ws.root)).root
    assert not list(copy.rglob(".sambok"))


def test_the_short_way_and_the_long_way_say_the_same(ws):
    """The quick look says whole of exactly what the comparison finds nothing in."""
    texts = Folder(ws.root).texts("repris")
    light = chain_of(texts.seals, "repris")
    assert light is not None
    assert stands(light, texts.files)
    whole = chain.read_seals(texts.seals)
    assert [(s.number, s.content, s.seal, s.draft.documents) for s in light.seals] == [
        (s.number, s.content, s.seal, s.draft.documents) for s in whole
    ]
    assert light.entries == sum(len(s.draft.entries) for s in whole)
    for place in range(0, len(texts.seals), 37):
        flipped = bytearray(texts.seals)
        flipped[place] ^= 1
        assert chain_of(bytes(flipped), "repris") is None, place
    for name, text in texts.files.items():
        for place in range(0, len(text), 23):
            flipped = bytearray(text)
            flipped[place] ^= 1
            files = {**texts.files, name: bytes(flipped)}
            assert stands(light, files) is name.endswith("03.beancount"), (name, place)  # March is open


# --- against a copy


@pytest.fixture
def copied(ws, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(ws.root, copy, ignore=shutil.ignore_patterns("copy", "cache"))
    return ws, copy


def against(ws, given, *slugs):
    copy = open_copy(ws.root, str(given))
    rows = found(ws, *slugs, also=copy.slugs, further=copy.further)
    assert copy.problems == []
    return rows


def test_what_came_since_is_no_finding(copied):
    ws, copy = copied
    seal(ws, "repris", "2026-03")
    assert against(ws, copy) == []


def test_a_wholly_rewritten_chain(copied):
    """A-2 is changed, and all seals and histories are made anew: nothing tells but the copy."""
    ws, copy = copied
    change(ws, JAN, "Rent      40.00", "Rent      41.00")
    for slug in ("repris", "gemensamt"):
        path(ws, "seals.jsonl", slug).unlink()
        path(ws, "history.jsonl", slug).unlink()
    (january,) = seal(ws, "repris", "2026-01")
    (central,) = seal(ws, "gemensamt", "2026-01", draft=saw("repris", january))
    seal(ws, "repris", "2026-02", draft=saw("gemensamt", central))
    assert found(ws) == []
    rows = against(ws, copy)
    assert rows == [
        ("gemensamt", "altered", "", "history.jsonl", 1, True),
        ("gemensamt", "altered", "", "seals.jsonl", 1, True),
        ("repris", "altered", "A-2", JAN, 8, True),
        ("repris", "altered", "", "history.jsonl", 1, True),
        ("repris", "altered", "", "seals.jsonl", 1, True),
        ("repris", "altered", "", "seals.jsonl", 2, True),
    ]


def test_seals_that_were_cut_off(copied):
    """Nobody has seen the last one yet: only the history knows of it, and, where that was cut as well, the copy."""
    ws, copy = copied
    for name in ("seals.jsonl", "history.jsonl"):
        assert found(ws) == ([] if name == "seals.jsonl" else [("repris", "missing", "", "seals.jsonl", None, True)])
        file = path(ws, name)
        file.write_text(file.read_text(encoding="utf-8").splitlines(keepends=True)[0], encoding="utf-8")
    assert found(ws) == []
    assert against(ws, copy) == [
        ("repris", "missing", "", "history.jsonl", 2, True),
        ("repris", "missing", "", "seals.jsonl", 2, True),
    ]


def test_a_unit_that_is_gone(copied):
    ws, copy = copied
    shutil.rmtree(path(ws, ""))
    rows = against(ws, copy)
    assert ("repris", "missing", "", "seals.jsonl", 2, True) in rows
    assert {row[2] for row in rows} >= {"A-1", "A-2", "A-3", "A-4"}


def git(root, *args):
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    start = ["git", "-C", str(root), "-c", "user.name=anna", "-c", "user.email=anna@example.org"]
    subprocess.run([*start, *args], check=True, capture_output=True, env=environment)


def test_a_git_revision(copied):
    ws, _ = copied
    git(ws.root, "init", "-q")
    git(ws.root, "add", "units")
    git(ws.root, "commit", "-q", "-m", "books")
    git(ws.root, "tag", "minutes-2026-03")
    assert against(ws, "HEAD") == []
    rewrite(ws, "repris", 2)
    assert against(ws, "minutes-2026-03") == [
        ("repris", "missing", "", "seals.jsonl", None, True),  # the history tells of it, too
        ("repris", "missing", "", "seals.jsonl", 2, True),
    ]


@pytest.mark.parametrize("given", ["", "--upload-pack=x", "-x", "nothing", "HEAD\n", "HEAD:units", "fava.conf"])
def test_what_is_no_revision(copied, given):
    ws, _ = copied
    git(ws.root, "init", "-q")
    git(ws.root, "add", "units")
    git(ws.root, "commit", "-q", "-m", "books")
    with pytest.raises(AgainstUnknown):
        open_copy(ws.root, given)


def test_a_damaged_copy_is_told(copied):
    ws, copy = copied
    file = copy / "units/repris/seals.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace('"by":"anna"', '"by":"eve"', 1), encoding="utf-8")
    kept = open_copy(ws.root, str(copy))
    found(ws, also=kept.slugs, further=kept.further)
    assert [problem.code for problem in kept.problems] == ["AGAINST_DAMAGED"]


# --- after real closes


def ready(federation, period, slugs, *, today, without=()):
    del federation, period, today, without
    return {slug: [] for slug in slugs}


@pytest.fixture
def closed(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    made = make_workspace(UNITS, policy=POLICY, prices=PRICES)
    list(close_months(made, ["2025-12", "2026-01"], Wanted(), ready=ready))
    list(close_months(made, ["2026-02"], Wanted(slugs=("repris",)), ready=ready))
    return open_workspace(made.root)


def test_closes_are_whole(closed):
    seen = verify(Folder(closed.root))
    assert seen.findings == {}
    assert seen.ok
    assert {head.unit: head.period for head in seen.heads} == {
        "gemensamt": "2026-01",
        "koop": "2026-01",
        "repris": "2026-02",
    }


def test_seals_of_which_closed_files_and_histories_tell(closed):
    """Cut off the last line, which nobody has seen yet: its closed file and its history are still there."""
    file = path(closed, "seals.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), encoding="utf-8")
    rows = found(closed)
    assert rows == [("repris", "missing", "", "seals.jsonl", None, True)]
    (one,) = verify(Folder(closed.root)).findings["repris"]
    assert one.period == "2026-02"


def test_central_s_side_of_a_unit_s_close(closed):
    """February's levy in central's book isn't sealed by central yet: repris' seal holds it."""
    file = path(closed, "books/2026/2026-02.repris.closed.beancount", "gemensamt")
    text = file.read_text(encoding="utf-8")
    assert 'voucher: "L-' in text
    file.write_text(text.replace("5000.00", "5001.00"), encoding="utf-8")
    rows = found(closed)
    assert rows
    assert {row[:2] for row in rows} == {("gemensamt", "altered")}


def test_json_of_a_finding(ws):
    change(ws, JAN, "Rent      40.00", "Rent      41.00")
    (one,) = verify(Folder(ws.root)).findings["repris"]
    assert json.loads(json.dumps(as_json("repris", one))) == {
        "kind": "altered",
        "unit": "repris",
        "period": "2026-01",
        "voucher": "A-2",
        "file": f"units/repris/{JAN}",
        "line": 8,
        "meaning": True,
        "fields": ["amounts"],
        "message": "A-2, sealed with 2026-01, says something else now: amounts.",
        "remedy": ("Put the sealed text back, from git or a backup; a correction is a new voucher in an open month."),
    }


def test_a_time_with_a_zone_is_no_matter(ws):
    assert verify(Folder(ws.root)).heads[0].at.tzinfo == dt.UTC
