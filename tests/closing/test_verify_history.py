"""A history that is taken away, cut or made anew is found from the text alone: each seal repeats how it ended.

`repris` has closed three months, central and `koop` two. What the histories say, line by line:

| line | repris | the seal that repeats it |
|---|---|---|
| - | nothing: nobody has written through Sambok yet | 2025-12: none |
| 1 | what stood there when the history began | |
| 2 | the close of 2025-12 | 2026-01: line 2 |
| 3 | the close of 2026-01 | 2026-02: line 3 |
| 4 | the close of 2026-02 | nobody yet |
"""

from __future__ import annotations

import dataclasses
import shutil
import zipfile

import pytest
from beancount.parser import parser

from ledger.books import open_workspace
from ledger.books.history import NOTHING, Note, lines_of, make_line
from ledger.closing.archive import archive_year
from ledger.closing.archive_check import check_archive
from ledger.closing.evidence import Folder
from ledger.closing.findings import message, remedy
from ledger.closing.reopen import reopen_month
from ledger.closing.together import Wanted, close_months
from ledger.closing.verify import verify
from ledger.federation import load_federation
from ledger.seals import blocks, canonical, chain
from ledger.seals.model import Past
from tests.closing.worked import POLICY, PRICES, UNITS

HISTORY = "history.jsonl"
FEBRUARY = "books/2026/2026-02.beancount"


def ready(federation, period, slugs, *, today, without=()):
    del federation, period, today, without
    return {slug: [] for slug in slugs}


def line(number, previous, note="policy written", by="anna"):
    return make_line(
        Note("decision", note),
        [],
        number=number,
        previous=previous,
        by=by,
        at="2026-03-01T10:00:00Z",
        version="1",
        rules="0",
    )


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    """Closed by the command's own functions. The federation's own history has two lines."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    made = make_workspace(UNITS, policy=POLICY, prices=PRICES)
    first, entry = line(1, NOTHING)
    second, _ = line(2, entry)
    (made.units_folder / HISTORY).write_text(first + second, encoding="utf-8")
    list(close_months(made, ["2025-12", "2026-01"], Wanted(), ready=ready))
    list(close_months(made, ["2026-02"], Wanted(slugs=("repris",)), ready=ready))
    shutil.rmtree(made.root / ".sambok")
    return open_workspace(made.root)


def path(ws, slug, name=HISTORY):
    return ws.units_folder / slug / name


def rows(ws, slug=""):
    return path(ws, slug).read_text(encoding="utf-8").splitlines(keepends=True)


def seals(ws, slug):
    return chain.read_seals(path(ws, slug, "seals.jsonl").read_bytes())


def found(ws, *slugs, **values):
    """Unit, kind, file, line, and what else is said."""
    seen = verify(Folder(ws.root), slugs or None, **values)
    return [
        (slug, one.kind, one.file, one.line, one.note.format(**dict(one.params)))
        for slug, ones in seen.findings.items()
        for one in ones
    ]


def anew(texts, at, **changes):
    """A history in which a line (from 1) says something else, and all that follow are made to fit."""
    made, previous = [], NOTHING
    for one in lines_of("".join(texts).encode()):
        values = {name: getattr(one, name) for name in ("by", "at", "version", "rules")}
        said = Note(one.action, one.note, one.vouchers, one.details)
        values |= changes if one.line == at else {}
        text, previous = make_line(said, one.files, number=one.number, previous=previous, **values)
        made.append(text)
    return made


def test_each_seal_repeats_the_line_before_its_own(ws):
    lines = lines_of(path(ws, "repris").read_bytes())
    assert [(one.number, one.action, one.details.get("period")) for one in lines] == [
        (1, "begin", None),
        (2, "close", "2025-12"),
        (3, "close", "2026-01"),
        (4, "close", "2026-02"),
    ]
    assert [seal.history for seal in seals(ws, "repris")] == [
        None,
        Past(2, lines[1].entry),
        Past(3, lines[2].entry),
    ]
    own = lines_of(path(ws, "").read_bytes())
    assert {seal.federation for slug in UNITS for seal in seals(ws, slug)} == {Past(2, own[1].entry)}
    assert found(ws) == []


def test_a_month_that_is_opened_again_repeats_it_too(ws):
    policy = load_federation(ws).policy
    reopen_month(ws, ws.unit("repris"), "2026-02", policy=policy, decision="ST-7")
    shutil.rmtree(ws.root / ".sambok")
    last = seals(ws, "repris")[-1]
    assert (last.draft.kind, last.history.number, last.federation.number) == ("reopen", 4, 2)
    assert found(ws) == []
    path(ws, "repris").write_text("".join(rows(ws, "repris")[:3]), encoding="utf-8")
    assert found(ws) == [
        ("repris", "missing", HISTORY, 4, "lines 4 to 4 of the history are missing at the end"),
    ]


@pytest.mark.parametrize("slugs", [("repris",), ("koop",), ("gemensamt",), ("gemensamt", "koop", "repris")])
def test_histories_that_are_gone(ws, slugs):
    for slug in slugs:
        path(ws, slug).unlink()
    note = "the unit has seals, and each close writes a line into its history"
    assert found(ws) == [(slug, "missing", HISTORY, None, note) for slug in slugs]
    (one,) = verify(Folder(ws.root)).findings[slugs[0]]
    assert message(one) == f"The history is broken. ({note})"
    assert remedy(slugs[0], one).startswith(f"Put units/{slugs[0]}/{HISTORY} back, from git or a backup")


def test_a_history_that_is_gone_where_nothing_is_sealed_yet(make_workspace):
    """Nobody knows of it but the machine that wrote it."""
    made = make_workspace({"repris": {"2026-01": "; nothing yet\n"}})
    assert found(made) == []
    assert found(made, known=lambda slug: (3, "ab" * 32) if slug == "repris" else None) == [
        ("repris", "missing", HISTORY, 1, "lines 1 to 3 of the history are missing at the end"),
    ]


def test_a_history_that_is_no_file(ws):
    path(ws, "repris").unlink()
    path(ws, "repris").symlink_to("/dev/zero")
    assert found(ws) == [
        ("repris", "missing", HISTORY, None, "the file can't be read: it is a link to somewhere else"),
    ]
    assert [problem.code for problem in verify(Folder(ws.root)).problems] == ["VERIFY_UNREADABLE"]


@pytest.mark.parametrize(
    ("kept", "line", "note"),
    [
        (0, 1, "lines 1 to 3 of the history are missing at the end"),
        (1, 2, "lines 2 to 3 of the history are missing at the end"),
        (2, 3, "lines 3 to 3 of the history are missing at the end"),
        (3, None, "it doesn't tell of the close of 2026-02 ({mark})"),
    ],
)
def test_a_history_that_was_cut(ws, kept, line, note):
    path(ws, "repris").write_text("".join(rows(ws, "repris")[:kept]), encoding="utf-8")
    mark = chain.fingerprint(seals(ws, "repris")[-1].content)
    assert found(ws) == [("repris", "missing", HISTORY, line, note.format(mark=mark))]
    assert found(ws, "koop") == []


@pytest.mark.parametrize(
    ("at", "line", "period"),
    [(1, 2, "2026-01"), (2, 2, "2026-01"), (3, 3, "2026-02")],
)
def test_a_history_that_was_made_anew(ws, at, line, period):
    """Its own digests are right; the first line that a seal repeats gives it away."""
    path(ws, "repris").write_text("".join(anew(rows(ws, "repris"), at, by="eva")), encoding="utf-8")
    assert found(ws) == [("repris", "altered", HISTORY, line, f"another line stood here when {period} was sealed")]


def test_what_the_last_close_says_of_itself_is_held_by_the_next_seal(ws):
    """Nothing in the text repeats the last line yet: this machine does, and a copy, and the next close."""
    told = lines_of(path(ws, "repris").read_bytes())[-1]
    path(ws, "repris").write_text("".join(anew(rows(ws, "repris"), 4, by="eva")), encoding="utf-8")
    assert found(ws) == []
    assert found(ws, known=lambda slug: (4, told.entry) if slug == "repris" else None) == [
        ("repris", "altered", HISTORY, 4, "another line stood here when the books were last written"),
    ]


def test_the_federations_own_history(ws):
    texts = rows(ws)
    path(ws, "").unlink()
    gone = ("", "missing", HISTORY, None, "lines 1 to 2 of the history are missing at the end")
    assert found(ws) == [gone]
    assert found(ws, "repris") == []  # who asks for one unit asks for its own
    path(ws, "").write_text(texts[0], encoding="utf-8")
    assert found(ws) == [("", "missing", HISTORY, 2, "lines 2 to 2 of the history are missing at the end")]
    path(ws, "").write_text("".join(anew(texts, 1, by="eva")), encoding="utf-8")
    assert found(ws) == [("", "altered", HISTORY, 2, "another line stood here when 2025-12 was sealed")]
    third, _ = line(3, lines_of("".join(texts).encode())[-1].entry)
    path(ws, "").write_text("".join(texts) + third, encoding="utf-8")
    assert found(ws) == []


def rewritten(ws, slug, file, old, new):
    """Alter a voucher that the unit's last seal holds, and make that seal anew over it; nobody has seen it yet."""
    text = path(ws, slug, file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    path(ws, slug, file).write_text(text.replace(old, new), encoding="utf-8")
    data = path(ws, slug, file).read_bytes()
    said = {e.meta["lineno"]: canonical.meaning_of(e) for e in parser.parse_string(data.decode())[0]}
    raw = {block.line: block.raw for block in blocks.split(data)}
    *before, last = seals(ws, slug)
    entries = [
        dataclasses.replace(
            one,
            raw=raw[one.line],
            canonical=said[one.line].canonical,
            numberless=said[one.line].numberless,
            fields=said[one.line].fields,
        )
        if one.file == file
        else one
        for one in last.draft.entries
    ]
    made = chain.next_seal(
        dataclasses.replace(last.draft, entries=tuple(entries)),
        before[-1],
        by=last.by,
        at=last.at,
        version=last.version,
        rules=last.rules,
        history=last.history,
        federation=last.federation,
    )
    assert made.content != last.content
    lines = "".join(chain.seal_line(one) + "\n" for one in (*before, made))
    path(ws, slug, "seals.jsonl").write_text(lines, encoding="utf-8")
    return chain.fingerprint(last.content), chain.fingerprint(made.content)


def test_a_last_seal_made_anew_over_an_altered_voucher(ws):
    """Chain and text are whole. The history tells of the seal that stood there; or that the history is gone."""
    mark, forged = rewritten(ws, "repris", FEBRUARY, '"Sale"', '"Sold"')
    # Central's history says it, too, since central's side of the levy was written then.
    gone = f"the history of gemensamt tells of a seal {mark}, and it isn't there"
    assert found(ws) == [("repris", "missing", "seals.jsonl", None, gone)]
    texts = rows(ws, "repris")
    path(ws, "repris").unlink()
    assert found(ws)[0][:4] == ("repris", "missing", HISTORY, None)
    path(ws, "repris").write_text("".join(texts[:-1]), encoding="utf-8")
    cut = ("repris", "missing", HISTORY, None, f"it doesn't tell of the close of 2026-02 ({forged})")
    assert cut in found(ws)


def test_an_archive_holds_what_its_seals_repeat(make_workspace, tmp_path, monkeypatch):
    """repris is ahead of central, so central's history tells of repris' January before central's own December.

    The archive of 2025 ends each history before the first close that it holds no seal of. Central's seal of December
    has seen repris' of January, so that one is in it as well.
    """
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    made = make_workspace(UNITS, policy=POLICY, prices=PRICES)
    first, _ = line(1, NOTHING)
    (made.units_folder / HISTORY).write_text(first, encoding="utf-8")
    for months, slug in ((["2025-12", "2026-01"], "repris"), (["2025-12"], "gemensamt"), (["2026-02"], "repris")):
        list(close_months(made, months, Wanted(slugs=(slug,)), ready=ready))
    told = [(one.action, one.details.get("unit")) for one in lines_of(rows_of(made, "gemensamt"))]
    assert told == [
        *(("begin", None), ("close", "repris"), ("close", "repris"), ("close", "gemensamt"), ("close", "repris")),
    ]
    out = tmp_path / "2025.zip"
    archive_year(open_workspace(made.root), 2025, out)
    assert check_archive(out).ok
    with zipfile.ZipFile(out) as held:
        assert len(held.read(f"units/gemensamt/{HISTORY}").splitlines()) == 4
        assert len(held.read(f"units/repris/{HISTORY}").splitlines()) == 3
        kept = {name: held.read(name) for name in held.namelist() if name != f"units/repris/{HISTORY}"}
    with zipfile.ZipFile(out, "w") as held:
        for name, data in kept.items():
            held.writestr(name, data)
    proof = check_archive(out)
    assert [(slug, one.kind, one.file) for slug, ones in proof.verified.findings.items() for one in ones] == [
        ("repris", "missing", HISTORY)
    ]


def rows_of(ws, slug):
    return path(ws, slug).read_bytes()
