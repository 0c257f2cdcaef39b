"""A chain of seals that is broken takes no further seal, and `check` tells it, even where every voucher still fits."""

import dataclasses
import datetime as dt
import json

import pytest

from ledger.books.chains import broken_chains
from ledger.closing.close import obstacles
from ledger.closing.readiness import readiness
from ledger.closing.reopen import reopen_month
from ledger.closing.status import board
from ledger.errors import Problem
from ledger.federation import load_federation
from ledger.seals import chain
from tests.closing.test_close import close, files
from tests.closing.worked import POLICY, PRICES, UNITS

TODAY = dt.date(2026, 3, 5)


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    """December and January are closed for everybody; koop begins in January."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    made = make_workspace(UNITS, policy=POLICY, prices=PRICES)
    close(made, "2025-12", "2026-01")
    assert load_federation(made).problems == ()
    return made


def lines_of(ws, slug):
    return (ws.units[slug].folder / "seals.jsonl").read_bytes().splitlines(keepends=True)


def write(ws, slug, lines):
    (ws.units[slug].folder / "seals.jsonl").write_bytes(b"".join(lines))


def somebody_else(ws, slug, line):
    """It was closed by another, says the chain now."""
    lines = lines_of(ws, slug)
    lines[line] = lines[line].replace(b'"by":"anna"', b'"by":"eva"')
    write(ws, slug, lines)


def gone(ws, slug, line):
    lines = lines_of(ws, slug)
    del lines[line]
    write(ws, slug, lines)


def made_anew(ws, slug, line):
    """The last seal is made again as if nothing more was decided by it: every hash in it is right."""
    lines = lines_of(ws, slug)
    assert line == len(lines) - 1
    seals = chain.read_seals(b"".join(lines))
    old = seals[-1]
    draft = dataclasses.replace(old.draft, accepted=(("A-1", "eva", "nothing wrong with it"),))
    seal = chain.next_seal(
        draft,
        seals[-2] if line else None,
        by=old.by,
        at=old.at,
        version=old.version,
        rules=old.rules,
        history=old.history,
        federation=old.federation,
    )
    lines[line] = chain.seal_line(seal).encode() + b"\n"
    write(ws, slug, lines)


#: What somebody did, to whose chain, at which line (from 0); the words that tell of it.
HARM = [
    (somebody_else, "repris", 0, "doesn't say any more what it was made over"),
    (somebody_else, "repris", 1, "doesn't say any more what it was made over"),
    (gone, "repris", 0, "a seal before this one is gone"),
    (gone, "repris", 1, "seal 2 is gone, which gemensamt saw when it sealed 2026-01"),
    (gone, "gemensamt", 1, "the history of gemensamt tells of a seal"),
    (gone, "koop", 0, ""),  # a file of no bytes is no chain
    (made_anew, "repris", 1, "this isn't the seal 2 that gemensamt saw when it sealed 2026-01"),
    (made_anew, "gemensamt", 1, "the history of gemensamt tells of a seal"),
]


@pytest.mark.parametrize(("harm", "slug", "line", "says"), HARM)
def test_nothing_goes_on_from_a_broken_chain(ws, harm, slug, line, says):
    whole = lines_of(ws, slug)
    harm(ws, slug, line)
    federation = load_federation(ws)
    code = "CHAIN_BROKEN" if says else "SEALS_UNREADABLE"
    told = [problem for problem in federation.problems if problem.code == code]
    assert {problem.unit for problem in told} == {slug}
    assert says in told[0].text()
    assert told[0].file == f"units/{slug}/seals.jsonl"
    ready = readiness(federation, "2026-02", [slug], today=TODAY, without=("koop", "repris"))[slug]
    assert code in [problem.code for problem in ready]
    assert code in [problem.code for problem in obstacles(federation, slug, "2026-02")]
    (row,) = board(federation, ["2026-02"], [slug], today=TODAY).rows
    assert row.cells[0].state == "not_ready"
    before = files(ws)
    (done,) = close(ws, "2026-02", slugs=(slug,))
    assert (done.closed, code in [problem.code for problem in done.blocked[slug]]) == ([], True)
    with pytest.raises(Problem) as refused:
        reopen_month(ws, ws.units[slug], "2025-12", policy=federation.policy, decision="ST-7")
    assert refused.value.code == code
    assert files(ws) == before
    write(ws, slug, whole)
    assert load_federation(ws).problems == ()
    assert broken_chains(ws) == {}
    (done,) = close(ws, "2026-02", slugs=(slug,))
    assert ([c.unit for c in done.closed], done.blocked) == ([slug], {})


def test_others_are_not_held_up_by_it(ws):
    somebody_else(ws, "repris", 0)
    (done,) = close(ws, "2026-02", slugs=("koop",))
    assert [c.unit for c in done.closed] == ["koop"]


def test_sealed_text_that_was_changed_is_not_sealed_over(ws):
    path = ws.units["repris"].books / "2026" / "2026-01.beancount"
    whole = path.read_text()
    path.write_text(whole.replace("100000.01", "90000.01"))
    federation = load_federation(ws)
    assert [problem.code for problem in federation.problems] == ["SEAL_BROKEN"]
    before = files(ws)
    (done,) = close(ws, "2026-02", slugs=("repris",))
    assert [problem.code for problem in done.blocked["repris"]] == ["SEAL_BROKEN"]
    with pytest.raises(Problem) as refused:
        reopen_month(ws, ws.units["repris"], "2026-01", policy=federation.policy, decision="ST-7")
    assert refused.value.code == "SEAL_BROKEN"
    assert files(ws) == before


def test_what_a_history_says_of_its_own_is_no_seal(ws):
    """Only a line that is as it was written is heard: one that somebody made up is the history's damage alone."""
    path = ws.units["repris"].folder / "history.jsonl"
    line = json.loads(path.read_text().splitlines()[-1])
    line["details"]["fingerprint"] = "AAAA-AAAA"
    path.write_text(path.read_text() + json.dumps(line, separators=(",", ":")) + "\n")
    assert broken_chains(ws) == {}
