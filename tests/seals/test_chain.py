"""The chain: how a line is written and read, and what is found when one was changed, taken out or rewritten."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from hashlib import sha256

import pytest

from ledger.seals import chain, merkle
from ledger.seals.blocks import split
from ledger.seals.lines import MAX_BYTES
from ledger.seals.model import NOTHING, Draft, Past, Seal, Twin, Witness
from ledger.seals.problems import SealUnreadable
from tests.seals.worked import AT, BOOK, compared, sealed

FIRST = sealed(BOOK, "2026-03")
SECOND = sealed(
    BOOK, "2026-04", FIRST, witnesses=(Witness("vagbod", 3, "ab" * 32), Witness("blaklinten", 1, "cd" * 32))
)
THIRD = sealed(BOOK, "2026-04", FIRST, SECOND, kind="reopen")
CHAIN = (FIRST, SECOND, THIRD)


def text_of(*seals: Seal) -> bytes:
    return "".join(chain.seal_line(seal) + "\n" for seal in seals).encode()


def test_the_keys_and_their_order():
    line = chain.seal_line(SECOND)
    said = json.loads(line)
    assert list(said) == [
        *("period", "kind", "unit", "number", "schema", "decision", "before", "entries", "heads", "root", "totals"),
        *("documents", "twins", "gaps", "accepted", "witness", "content", "by", "at", "version", "rules", "history"),
        *("federation", "previous", "signature", "seal"),
    ]
    assert line.startswith('{"period":"2026-04","kind":"close","unit":"repris","number":2,"schema":1,"decision":null,')
    assert said["at"] == "2026-06-01T12:00:30Z"
    assert said["totals"] == [["Assets:Bank", "SEK", "681.42"], ["Income:Sales", "SEK", "-1270.5"]]
    assert said["witness"]["units"] == [["blaklinten", 1, "cd" * 32], ["vagbod", 3, "ab" * 32]]
    assert said["gaps"] == [["A-9", "torn out"]]
    assert list(said["entries"][0])[:4] == ["voucher", "date", "type", "file"]
    assert said["signature"] is None


def test_what_anybody_can_work_out_with_a_text_editor():
    """Cut off `content` and all behind it, close the brace: SHA-256 is `content`; likewise for `seal`."""
    line = chain.seal_line(SECOND)
    said = json.loads(line)
    assert sha256((line[: line.index(',"content":"')] + "}").encode()).hexdigest() == said["content"]
    assert sha256((line[: line.rindex(',"seal":"')] + "}").encode()).hexdigest() == said["seal"]
    assert said["root"] == merkle.root([bytes.fromhex(entry["canonical"]) for entry in said["entries"]])
    units = [json.dumps(unit, separators=(",", ":")).encode() for unit in said["witness"]["units"]]
    assert said["witness"]["root"] == merkle.root(units)
    assert (said["before"], said["previous"]) == (FIRST.content, FIRST.seal)
    assert (FIRST.before, FIRST.previous) == (NOTHING, NOTHING)


def test_what_has_no_order_of_its_own_is_sorted():
    """Two people who close the same books have the same content, in whatever order their machines list things."""
    twins = [Twin(*key) for key in ("abcd", "abce", "abdc", "acbd", "badc")]
    gaps, accepted = [("A-9", "torn out"), ("A-9", "void")], [("A-1", "anna", "x"), ("A-1", "anna", "y")]
    documents, totals = [("a.pdf", "1"), ("a.pdf", "2")], [("Assets:B", code, Decimal(1)) for code in ("EUR", "SEK")]
    lists = {"twins": twins, "gaps": gaps, "accepted": accepted, "documents": documents, "totals": totals}
    lists["witnesses"] = [Witness("repris", 1, "ab" * 32), Witness("vagbod", 1, "ab" * 32)]
    there = Draft(unit="hallon", period="2026-03", **{name: tuple(rows) for name, rows in lists.items()})
    back = Draft(unit="hallon", period="2026-03", **{name: tuple(rows[::-1]) for name, rows in lists.items()})
    made = [chain.next_seal(draft, None, by="anna", at=AT, version="1", rules="a") for draft in (there, back)]
    assert made[0].content == made[1].content
    assert made[0].draft == made[1].draft == there


def test_neither_clock_nor_person_nor_version_is_in_the_content():
    draft = FIRST.draft
    one = chain.next_seal(draft, None, by="anna", at=AT, version="1", rules="a")
    other = chain.next_seal(draft, None, by="eva", at=AT.replace(year=2027), version="2", rules="b")
    assert one.content == other.content
    assert one.seal != other.seal


def test_where_the_histories_stood_is_not_in_the_content():
    """Two machines have two histories of the same books. But what a seal repeats can't change without its hash."""
    said = {"by": "anna", "at": AT, "version": "1", "rules": "a"}
    past = Past(9, "ab" * 32)
    made = [
        chain.next_seal(FIRST.draft, None, **said, **more)
        for more in ({}, {"history": past}, {"federation": past}, {"history": past, "federation": Past(8, "ab" * 32)})
    ]
    assert {seal.content for seal in made} == {FIRST.content}
    assert len({seal.seal for seal in made}) == 4
    line = chain.seal_line(made[1])
    assert f',"rules":"a","history":{{"number":9,"entry":"{"ab" * 32}"}},"federation":null,"previous":"' in line
    for seal in made:
        assert chain.read_seals(text_of(seal)) == (seal,)
        assert chain.holds(seal)
    assert not chain.holds(dataclasses.replace(made[1], history=None))


def test_read_as_written():
    assert chain.read_seals(text_of(*CHAIN)) == CHAIN
    assert chain.salvage(text_of(*CHAIN)) == (CHAIN, ())
    assert chain.check_chain(CHAIN, "repris") == []


def test_closed_periods():
    assert chain.closed_periods(text_of(FIRST)) == {"2026-03"}
    assert chain.closed_periods(text_of(FIRST, SECOND)) == {"2026-03", "2026-04"}
    assert chain.closed_periods(text_of(*CHAIN)) == {"2026-03"}
    again = sealed(BOOK, "2026-04", *CHAIN)
    assert chain.closed_periods(text_of(*CHAIN, again)) == {"2026-03", "2026-04"}


def changed(old: str, new: str) -> bytes:
    line = chain.seal_line(FIRST)
    assert old in line, old
    return (line.replace(old, new, 1) + "\n").encode()


UNREADABLE = {
    "nothing": b"",
    "an empty line": text_of(FIRST) + b"\n",
    "no line end": text_of(FIRST)[:-1],
    "cut off": text_of(FIRST, SECOND)[:-40],
    "not JSON": b"seal\n",
    "not UTF-8": text_of(FIRST).replace(b"anna", b"\xff\xfe\xfd\xfc"),
    "half a character": changed('"by":"anna"', '"by":"\\ud800"'),
    "a list": b"[]\n",
    "a key too many": changed('"schema":1,', '"schema":1,"extra":1,'),
    "a key twice": changed('"kind":"close",', '"kind":"close","kind":"close",'),
    "a key less": changed('"decision":null,', ""),
    "another order": changed('"number":1,"schema":1,', '"schema":1,"number":1,'),
    "another schema": changed('"schema":1,', '"schema":2,'),
    "a space": changed('"schema":1,', '"schema": 1,'),
    "an escape that needn't be": changed('"by":"anna"', '"by":"\\u0061nna"'),
    "another kind": changed('"kind":"close"', '"kind":"closed"'),
    "no month": changed('"period":"2026-03"', '"period":"2026-13"'),
    "a text for a number": changed('"number":1', '"number":"1"'),
    "a fraction": changed('"number":1', '"number":1.0'),
    "an exponent": changed('"number":1', '"number":1e0'),
    "zero": changed('"number":1', '"number":0'),
    "true": changed('"number":1', '"number":true'),
    "not a number": changed('"number":1', '"number":NaN'),
    "infinity": changed('"number":1', '"number":Infinity'),
    "a very long number": changed('"number":1', '"number":' + "1" * 5000),
    "a hash in capitals": changed(FIRST.root, FIRST.root.upper()),
    "a short hash": changed(FIRST.root, FIRST.root[:-1]),
    "an amount with a zero at its end": changed('"681.42"', '"681.420"'),
    "an amount that is none": changed('"681.42"', '"NaN"'),
    "a date that isn't": changed('"date":"2026-03-02"', '"date":"2026-02-30"'),
    "a date otherwise written": changed('"date":"2026-03-02"', '"date":"20260302"'),
    "no time zone": changed("2026-06-01T12:00:30Z", "2026-06-01T12:00:30"),
    "a text for a list": changed('"entries":[', '"entries":"x","heads2":['),
    "where no history is told": changed('"history":null,', ""),
    "where no history of the federation is told": changed('"federation":null,', ""),
    "a history that is a text": changed('"history":null,', '"history":"",'),
    "a history without its digest": changed('"history":null,', '"history":{"number":1},'),
    "a history whose digest is none": changed('"history":null,', '"history":{"number":1,"entry":"ab"},'),
    "a history without a line": changed('"history":null,', f'"history":{{"number":0,"entry":"{"ab" * 32}"}},'),
    "nested without end": b'{"period":' + b"[" * 200_000 + b"\n",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable(name):
    with pytest.raises(SealUnreadable) as caught:
        chain.read_seals(UNREADABLE[name])
    assert caught.value.line == {"nothing": None, "an empty line": 2, "cut off": 2}.get(name, 1)
    assert caught.value.params["reason"]


def test_64_mib_and_no_more():
    assert MAX_BYTES == 67_108_864
    with pytest.raises(SealUnreadable) as caught:
        chain.read_seals(b" " * (MAX_BYTES + 1))
    assert caught.value.params["reason"] == "it is larger than 64 MiB"
    with pytest.raises(SealUnreadable) as caught:
        chain.read_seals(b" " * MAX_BYTES)
    assert caught.value.params["reason"] == "the file is cut off here"


@pytest.mark.parametrize(
    "name", ["nothing", "an empty line", "no line end", "cut off", "not JSON", "no month", "a list"]
)
def test_closed_periods_of_what_is_no_chain(name):
    with pytest.raises(SealUnreadable):
        chain.closed_periods(UNREADABLE[name])


def test_a_line_that_cannot_be_read_names_its_month_and_its_voucher():
    line = chain.seal_line(FIRST)
    place = line.index('"numberless"', line.index('"voucher":"A-2"'))
    broken = (line[:place] + "!" + line[place + 1 :] + "\n").encode()
    with pytest.raises(SealUnreadable) as caught:
        chain.read_seals(broken)
    assert (caught.value.params["period"], caught.value.params["voucher"]) == ("2026-03", "A-2")
    seals, problems = chain.salvage(broken + text_of(SECOND))
    assert [seal.number for seal in seals] == [2]
    assert [problem.line for problem in problems] == [1]
    torn, problems = chain.salvage(text_of(FIRST, SECOND)[:-5])
    assert ([seal.number for seal in torn], [problem.line for problem in problems]) == ([1], [2])


def named(line: str) -> tuple[str, str]:
    """The month and the voucher that a line is refused for."""
    with pytest.raises(SealUnreadable) as caught:
        chain.read_seals((line + "\n").encode())
    return caught.value.params["period"], caught.value.params["voucher"]


@pytest.mark.parametrize("place", [*range(12), *range(15, 24)])
def test_whatever_sign_around_its_number_is_damaged_the_voucher_is_named(place):
    line = chain.seal_line(FIRST)
    start = line.index('{"voucher":"A-2","date":"')
    assert named(line[: start + place] + "!" + line[start + place + 1 :]) == ("2026-03", "A-2")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"line":11,', '"line":"11",'),
        ('"line":11,', '"line":0,'),
        ('"line":11,', '"line":11.0,'),
        ('"line":11,', '"line":NaN,'),
        ('"line":11,', '"line": 11,'),
        ('"line":11,', '"line":' + "[" * 100_000 + ","),
        ('"type":"transaction",', ""),
        ('"date":"2026-03-05"', '"date":"2026-02-30"'),
    ],
    ids=["a text", "zero", "a fraction", "not a number", "a space", "nested without end", "a key less", "no date"],
)
def test_a_record_that_is_written_otherwise_names_its_voucher(old, new):
    line = chain.seal_line(FIRST)
    start = line.index('{"voucher":"A-2"')
    assert named(line[:start] + line[start:].replace(old, new, 1)) == ("2026-03", "A-2")


def test_where_no_record_is_damaged_no_voucher_is_named():
    assert named(chain.seal_line(FIRST).replace('"schema":1,', '"schema": 1,', 1)) == ("2026-03", "")
    assert named(chain.seal_line(THIRD).replace('"schema":1,', '"schema": 1,', 1)) == ("2026-04", "")
    assert named("x" * 200) == ("", "")


def found(seals, unit="repris"):
    """Findings about seals that stand in this order in their file, line by line."""
    seals = [dataclasses.replace(seal, line=line) for line, seal in enumerate(seals, 1)]
    return [(one.kind, one.line, one.period) for one in chain.check_chain(seals, unit)]


def forged(seal: Seal, **more) -> Seal:
    """The seal with something changed and all its own hashes made anew, as somebody would who knows how."""
    draft = dataclasses.replace(seal.draft, **more)
    previous = dataclasses.replace(
        seal, number=seal.number - 1, content=seal.before, seal=seal.previous, line=seal.line - 1
    )
    made = chain.next_seal(draft, previous, by=seal.by, at=seal.at, version=seal.version, rules=seal.rules)
    assert chain.holds(made)
    return made


@pytest.mark.parametrize(
    "change",
    [
        {"by": "eva"},
        {"at": AT.replace(year=2025)},
        {"version": "9"},
        {"rules": "x"},
        {"root": "ab" * 32},
        {"witness_root": "ab" * 32},
        {"content": "ab" * 32},
        {"previous": "ab" * 32},
        {"before": "ab" * 32},
        {"seal": "ab" * 32},
        {"key": "k"},
        {"number": 5},
        {"draft": dataclasses.replace(SECOND.draft, period="2026-05")},
        {"draft": dataclasses.replace(SECOND.draft, entries=SECOND.draft.entries[1:])},
        {"draft": dataclasses.replace(SECOND.draft, totals=())},
        {"draft": dataclasses.replace(SECOND.draft, heads={"x": "ab" * 32})},
        {"draft": dataclasses.replace(SECOND.draft, documents=())},
        {"draft": dataclasses.replace(SECOND.draft, gaps=())},
        {"draft": dataclasses.replace(SECOND.draft, accepted=())},
        {"draft": dataclasses.replace(SECOND.draft, witnesses=())},
        {"draft": dataclasses.replace(SECOND.draft, decision="D")},
        {"draft": dataclasses.replace(SECOND.draft, kind="reopen")},
    ],
    ids=str,
)
def test_any_field_changed_is_found_at_its_line(change):
    assert ("altered", 2, dataclasses.replace(SECOND, **change).period) in found(
        (FIRST, dataclasses.replace(SECOND, **change), THIRD)
    )


def test_a_seal_rewritten_with_fresh_hashes_is_found_by_the_next():
    new = forged(SECOND, totals=())
    assert found((FIRST, new, THIRD)) == [("altered", 2, "2026-04")]


def test_a_seal_taken_out():
    assert found((SECOND, THIRD)) == [("missing", 1, "2026-04")]
    assert found((FIRST, THIRD)) == [("missing", 2, "2026-04")]


def test_a_line_that_cannot_be_read_is_not_gone():
    seals, problems = chain.salvage(text_of(FIRST) + b"x" + text_of(SECOND, THIRD))
    assert ([problem.line for problem in problems], chain.check_chain(seals, "repris")) == ([2], [])


def test_a_seal_twice_and_in_the_wrong_place():
    assert found((FIRST, FIRST, SECOND, THIRD)) == [("moved", 2, "2026-03")]
    assert {kind for kind, *_ in found((SECOND, FIRST, THIRD))} == {"missing", "moved"}


def test_another_units_seals():
    assert found(CHAIN, "vagbod") == [("altered", 1, "2026-03"), ("altered", 2, "2026-04"), ("altered", 3, "2026-04")]


def chains() -> dict[str, tuple[Seal, ...]]:
    """Three units that close January and February in turn, each after having seen the others."""
    made: dict[str, tuple[Seal, ...]] = {"centralen": (), "repris": (), "vagbod": ()}
    for month in ("2026-01", "2026-02"):
        for slug, seals in made.items():
            draft = Draft(unit=slug, period=month, witnesses=chain.latest(made, without=slug))
            previous = seals[-1] if seals else None
            made[slug] = (*seals, chain.next_seal(draft, previous, by="anna", at=AT, version="1", rules="r"))
    return made


def test_witnesses_that_agree():
    federation = chains()
    assert [w.unit for w in federation["repris"][0].draft.witnesses] == ["centralen"]
    assert chain.check_witnesses(federation) == {}
    assert all(chain.check_chain(seals, slug) == [] for slug, seals in federation.items())


def test_a_chain_rewritten_wholly_is_found_by_what_others_saw():
    federation = chains()
    first = chain.next_seal(
        dataclasses.replace(federation["repris"][0].draft, gaps=(("A-3", "torn out"),)),
        None,
        by="anna",
        at=AT,
        version="1",
        rules="r",
    )
    second = chain.next_seal(federation["repris"][1].draft, first, by="anna", at=AT, version="1", rules="r")
    federation["repris"] = (first, second)
    assert chain.check_chain(federation["repris"], "repris") == []
    said = chain.check_witnesses(federation)
    assert list(said) == ["repris"]
    assert [(one.kind, one.line, one.period, dict(one.params)["witness"]) for one in said["repris"]] == [
        ("altered", 1, "2026-01", "centralen"),
        ("altered", 2, "2026-02", "vagbod"),
    ]


def test_a_chain_cut_off_is_found_by_what_others_saw():
    federation = chains()
    federation["repris"] = federation["repris"][:1]
    assert chain.check_chain(federation["repris"], "repris") == []
    (one,) = chain.check_witnesses(federation)["repris"]
    assert (one.kind, one.line, dict(one.params)) == (
        "missing",
        2,
        {"witness": "vagbod", "period": "2026-02", "number": "2"},
    )
    del federation["repris"]
    assert [one.line for one in chain.check_witnesses(federation)["repris"]] == [1, 2]


def test_a_damaged_witness_accuses_nobody():
    federation = chains()
    last = federation["vagbod"][1]
    lies = tuple(dataclasses.replace(w, content="ab" * 32) for w in last.draft.witnesses)
    damaged = dataclasses.replace(last, draft=dataclasses.replace(last.draft, witnesses=lies))
    federation["vagbod"] = (federation["vagbod"][0], damaged)
    assert chain.check_witnesses(federation) == {}
    assert [one.line for one in chain.check_chain(federation["vagbod"], "vagbod")] == [2]


def test_the_federations_root_is_over_the_latest_of_all_in_the_order_of_their_names():
    seen = (Witness("b", 2, "22" * 32), Witness("a", 1, "11" * 32))
    leaves = [f'["a",1,"{"11" * 32}"]'.encode(), f'["b",2,"{"22" * 32}"]'.encode()]
    assert chain.federation_root(seen) == merkle.root(leaves)


def test_fingerprint():
    """RFC 4648: base32 of 0x00 00 00 00 00 is AAAAAAAA; of "fooba", MZXW6YTB."""
    assert chain.fingerprint("00" * 32) == "AAAA-AAAA"
    assert chain.fingerprint(b"fooba".hex() + "00" * 27) == "MZXW-6YTB"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"canonical": "ab" * 32}, ()),
        ({"raw": "ab" * 32}, ()),
        ({"voucher": "A-8"}, ()),
        ({"type": "note"}, ()),
        ({"line": 3}, ()),
        ({"numberless": "ab" * 32}, ()),
        ({"fields": {**FIRST.draft.entries[3].fields, "narration": "abababab"}}, ("narration",)),
    ],
    ids=str,
)
def test_a_changed_record_in_a_seal_names_its_voucher(change, fields):
    """The text is as it was; whose record was changed, comparing both says."""
    entries = list(FIRST.draft.entries)
    assert entries[3].voucher == "A-1"
    entries[3] = dataclasses.replace(entries[3], **change)
    broken = dataclasses.replace(FIRST, draft=dataclasses.replace(FIRST.draft, entries=tuple(entries)), line=1)
    assert found((broken,)) == [("altered", 1, "2026-03")]
    (one,) = compared((broken,), BOOK)
    assert (one.kind, one.voucher, one.file, one.line, one.fields) == ("altered", "A-1", "seals.jsonl", 1, fields)


@pytest.mark.parametrize("number", range(11))
@pytest.mark.parametrize("before", ["", "\n\n"], ids=["where it stood", "two lines further"])
def test_a_line_changed_in_a_record_names_its_voucher(number, before):
    """Also where all of the file's text has moved since: it is the one that isn't as far off as the others."""
    entries = list(FIRST.draft.entries)
    entry = entries[number]
    entries[number] = dataclasses.replace(entry, line=entry.line + 8)
    broken = dataclasses.replace(FIRST, draft=dataclasses.replace(FIRST.draft, entries=tuple(entries)), line=1)
    data = {file: text.encode() for file, text in BOOK.items()}
    there = data[entry.file]
    first = split(there)[1].start
    there = there[:first] + before.encode() + there[first:]
    told = [one for one in compared((broken,), data | {entry.file: there}) if one.file == "seals.jsonl"]
    assert {(one.kind, one.voucher, one.line) for one in told} == {("altered", entry.voucher, 1)}
