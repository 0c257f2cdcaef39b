"""The history of treatment: one line an action, chained; what others changed and what was damaged is said, too."""

import datetime as dt
import json
import shutil

import pytest

from ledger.books import Unit, durable, notices, open_workspace, write
from ledger.books.history import Note, check_history, lines_of, read_history, runs
from ledger.books.record import last_known
from ledger.books.scaffold import new_unit, new_workspace
from ledger.books.write import Block

MARCH = dt.date(2026, 3, 5)


def entry(name):
    return Block(MARCH, f'2026-03-05 * "{name}"\n  source-id: "{name}"\n  Assets:A  1.00 SEK\n  Equity:B\n', name)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    notices.take()


@pytest.fixture
def ws(make_workspace):
    return make_workspace({"repris": {"2026-03": "; March\n"}})


@pytest.fixture
def unit(ws):
    return ws.units["repris"]


def add(ws, name, **note):
    write.append_entries(ws, ws.units["repris"], [entry(name)], check=None, note=Note("import", **note))


def sha(path):
    return durable.content_hash(path)


def test_the_first_action_says_what_stood_already(ws, unit):
    month = unit.month_file(MARCH)
    before = {name: sha(unit.folder / name) for name in ("unit.toml", "main.beancount", "accounts.beancount")}
    old = sha(month)
    add(ws, "x1", text="bank.xml", vouchers=("A-1", "A-2"), details={"source": "bank"})
    begin, done = read_history(unit.folder)
    assert (begin.number, begin.action, begin.by) == (1, "begin", None)
    stood = {**before, "books/2026/2026-03.beancount": old}
    assert begin.files == tuple((name, None, digest) for name, digest in sorted(stood.items()))
    assert (done.number, done.action, done.by, done.at) == (2, "import", "anna", "2026-03-05T10:00:00Z")
    assert done.files == (("books/2026/2026-03.beancount", old, sha(month)),)
    assert (done.note, done.vouchers, done.details) == ("bank.xml", ("A-1..A-2",), {"source": "bank"})
    assert done.version == "0.1.0"
    assert check_history((begin, done)) == []
    assert not notices.take()


def test_a_line_holds_the_digest_of_itself_and_of_the_one_before(ws, unit):
    add(ws, "x1")
    first, second = (unit.folder / "history.jsonl").read_text(encoding="utf-8").splitlines()
    cut = first.rindex(',"entry":')
    assert json.loads(first)["previous"] == "0" * 64
    assert json.loads(first)["entry"] == durable.sha256((first[:cut] + "}").encode())
    assert json.loads(second)["previous"] == json.loads(first)["entry"]


def test_what_an_editor_changed_is_told_at_the_next_action(ws, unit):
    add(ws, "x1")
    accounts, month = unit.folder / "accounts.beancount", unit.month_file(MARCH)
    old, recorded = sha(accounts), sha(month)
    accounts.write_text("; by hand\n")
    month.unlink()
    (unit.books / "2026" / "2026-04.beancount").write_text("; April\n")
    april = sha(unit.books / "2026" / "2026-04.beancount")
    add(ws, "x2")
    *_, outside, done = read_history(unit.folder)
    assert (outside.action, outside.by) == ("outside", None)
    assert outside.files == (
        ("accounts.beancount", old, sha(accounts)),
        ("books/2026/2026-03.beancount", recorded, None),
        ("books/2026/2026-04.beancount", None, april),
    )
    assert done.files == (("books/2026/2026-03.beancount", None, sha(month)),)


def test_a_clock_that_went_back_is_told(ws, unit, monkeypatch):
    add(ws, "x1")
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T09:59:59Z")
    add(ws, "x2", details={"source": "bank"})
    add(ws, "x3")
    _, first, second, third = read_history(unit.folder)
    assert (first.details, third.details) == ({}, {})
    assert second.details == {"source": "bank", "clock-before": "2026-03-05T10:00:00Z"}


def test_nothing_is_recorded_twice(ws, unit):
    add(ws, "x1")
    add(ws, "x2")
    add(ws, "x2")  # it is there: no action
    assert [line.action for line in read_history(unit.folder)] == ["begin", "import", "import"]


def test_without_the_state_folder_it_says_the_same(ws, unit):
    add(ws, "x1")
    (ws.state_folder / "history" / "repris.json").unlink()
    add(ws, "x2")
    assert [line.action for line in read_history(unit.folder)] == ["begin", "import", "import"]


def damaged(ws, unit, change):
    """Three actions, a damage, and one more action."""
    for name in ("x1", "x2", "x3"):
        add(ws, name)
    path = unit.folder / "history.jsonl"
    path.write_bytes(change(path.read_bytes()))
    add(ws, "x4")
    told = notices.take()
    add(ws, "x5")
    assert not notices.take()  # said once
    assert len(write.source_ids(unit)) == 5
    return told, read_history(unit.folder)


def kinds(lines):
    return [(d.kind, d.line, d.text) for d in check_history(lines)]


def test_a_line_that_was_altered_is_told_and_stops_nobody(ws, unit):
    told, lines = damaged(ws, unit, lambda data: data.replace(b'"action":"import"', b'"action":"edit"', 1))
    assert [(p.code, p.file, p.line) for p in told] == [("HISTORY_BROKEN", "units/repris/history.jsonl", 2)]
    assert [line.action for line in lines[4:]] == ["broken", "import", "import"]
    assert (lines[4].number, lines[4].details) == (5, {"lines": "2"})
    assert kinds(lines) == [("altered", 2, "it isn't what was written: its digest differs")]


def test_a_cut_at_the_end_is_told_and_stays_to_be_seen(ws, unit):
    told, lines = damaged(ws, unit, lambda data: b"".join(data.splitlines(keepends=True)[:2]))
    assert [(p.code, p.line) for p in told] == [("HISTORY_BROKEN", None)]
    assert [(line.number, line.action) for line in lines] == [
        (1, "begin"),
        (2, "import"),
        (5, "broken"),
        (6, "outside"),
        (7, "import"),
        (8, "import"),
    ]
    assert kinds(lines) == [("missing", 3, "lines 3 to 4 of the history are missing before it")]


def test_a_line_that_was_torn_is_told_and_nothing_is_glued_to_it(ws, unit):
    told, lines = damaged(ws, unit, lambda data: data[:-40])
    assert [(p.code, p.line) for p in told] == [("HISTORY_BROKEN", None)]
    assert [line.action for line in lines] == ["begin", "import", "import", "", "broken", "outside", "import", "import"]
    assert kinds(lines) == [("altered", 4, "it is no line of a history")]


def test_an_emptied_or_deleted_history_is_told(ws, unit):
    told, lines = damaged(ws, unit, lambda _: b"")
    assert [p.code for p in told] == ["HISTORY_BROKEN"]
    assert (lines[0].number, lines[0].action) == (5, "broken")
    (unit.folder / "history.jsonl").unlink()
    add(ws, "x6")
    assert [p.code for p in notices.take()] == ["HISTORY_BROKEN"]
    assert read_history(unit.folder)[0].action == "broken"


def test_a_line_put_in_the_place_of_another_is_told(ws, unit):
    """Somebody writes the last line anew, digest and all."""
    for name in ("x1", "x2"):
        add(ws, name)
    known = last_known(ws, "repris")
    path = unit.folder / "history.jsonl"
    *rest, last = path.read_text().splitlines(keepends=True)
    said = json.loads(last)
    del said["entry"]
    said["by"] = "berit"
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    path.write_text("".join(rest) + f'{body[:-1]},"entry":"{durable.sha256(body.encode())}"}}\n')
    lines = read_history(unit.folder)
    assert check_history(lines) == []
    assert [d.kind for d in check_history(lines, known)] == ["altered"]
    add(ws, "x3")
    assert [p.line for p in notices.take()] == [3]


def test_every_bit_of_a_history_counts(ws, unit):
    for name in ("x1", "x2", "x3"):
        add(ws, name)
    data = (unit.folder / "history.jsonl").read_bytes()
    assert check_history(lines_of(data)) == []
    for place in range(len(data) - 1):  # of the last line's end only that it is there
        flipped = bytearray(data)
        flipped[place] ^= 1 << (place % 8)
        assert check_history(lines_of(bytes(flipped))), place


def test_lines_taken_out_or_swapped_are_told(ws, unit):
    for name in ("x1", "x2", "x3"):
        add(ws, name)
    rows = (unit.folder / "history.jsonl").read_bytes().splitlines(keepends=True)
    for without in range(len(rows) - 1):
        assert check_history(lines_of(b"".join(rows[:without] + rows[without + 1 :])))
    for place in range(len(rows) - 1):
        swapped = [*rows[:place], rows[place + 1], rows[place], *rows[place + 2 :]]
        assert check_history(lines_of(b"".join(swapped)))
    assert check_history(lines_of(b"".join([*rows[:2], rows[1], *rows[2:]])))


@pytest.mark.parametrize(
    ("vouchers", "shown"),
    [
        ((), ()),
        (("A-1",), ("A-1",)),
        (("A-1", "A-2", "A-3"), ("A-1..A-3",)),
        (("A-1", "A-3", "A-4", "B-5"), ("A-1", "A-3..A-4", "B-5")),
        (("A-2", "A-1"), ("A-2", "A-1")),
        (("odd", "A-07", "A-08"), ("odd", "A-07", "A-08")),
        (("L-9", "L-10"), ("L-9..L-10",)),
    ],
)
def test_an_unbroken_run_of_numbers_is_said_as_one(vouchers, shown):
    assert tuple(runs(vouchers)) == shown


def test_a_link_in_its_place_is_refused(ws, unit, tmp_path):
    (tmp_path / "elsewhere").write_text("")
    (unit.folder / "history.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(write.Problem) as caught:
        add(ws, "x1")
    assert caught.value.code == "HISTORY_BROKEN"
    assert (tmp_path / "elsewhere").read_text() == ""
    assert not write.source_ids(unit)


def test_the_federations_own_files_have_a_history_of_their_own(ws):
    policy = ws.policy_file
    old = policy.read_text()
    change = write.Change(policy, old + "; more\n", durable.sha256(old.encode()))
    write.apply(ws, None, [change], note=Note("decision", vouchers=(), details={"decision": "FS-1"}))
    begin, done = read_history(ws.units_folder)
    assert [name for name, _, _ in begin.files] == ["fava.conf", "units/policy.beancount", "units/prices.beancount"]
    assert (done.action, done.details) == ("decision", {"decision": "FS-1"})
    assert done.files == (("units/policy.beancount", durable.sha256(old.encode()), sha(policy)),)


def test_what_is_no_book_can_be_noted(ws):
    write.note_only(ws, None, Note("lock", "2026-03"), [("runs/2026-03/manifest.json", None, "ab" * 32)])
    assert read_history(ws.units_folder)[-1].files == (("runs/2026-03/manifest.json", None, "ab" * 32),)


def test_the_history_is_no_part_of_the_figures(ws, unit):
    from ledger.books import load_books  # noqa: PLC0415  only here

    add(ws, "x1")
    before = load_books(ws).fingerprint
    write.note_only(ws, unit, Note("look"))
    books = load_books(ws)
    assert books.fingerprint == before
    assert not [p for p in books.units["repris"].problems if "history" in str(p.file)]


def test_a_new_federation_and_a_new_unit_say_who_made_them(tmp_path):
    root = tmp_path / "federation"
    central = Unit("central", root / "units/central", "Central", "CENTRAL", "division", "SEK", "bas")
    start = dt.date(2026, 1, 1)
    ws = new_workspace(root, name="F", currency="SEK", central=central, language="en", start=start)
    (made,) = read_history(ws.units_folder)
    assert (made.action, made.by) == ("init", "anna")
    assert [name for name, _, _ in made.files] == ["fava.conf", "units/policy.beancount", "units/prices.beancount"]
    new_unit(ws, Unit("repris", root / "units/repris", "R", "R", "division", "SEK", "bas"), start=start)
    ws = open_workspace(root)
    (own,) = read_history(ws.units["repris"].folder)
    assert (own.number, own.action, own.by) == (1, "unit-add", "anna")
    assert own.files == tuple(
        (name, None, sha(ws.units["repris"].folder / name))
        for name in ("accounts.beancount", "books/2026/2026-01.beancount", "main.beancount", "unit.toml")
    )
    assert [line.action for line in read_history(ws.units_folder)] == ["init", "unit-add"]
    assert check_history(read_history(ws.units_folder)) == []
    add(ws, "x1")
    assert [line.action for line in read_history(ws.units["repris"].folder)] == ["unit-add", "import"]
    assert not notices.take()


def test_a_unit_made_again_under_an_old_name_begins_anew(tmp_path):
    root, start = tmp_path / "federation", dt.date(2026, 1, 1)
    central = Unit("central", root / "units/central", "Central", "CENTRAL", "division", "SEK", "bas")
    new_workspace(root, name="F", currency="SEK", central=central, language="en", start=start)
    repris = Unit("repris", root / "units/repris", "R", "R", "division", "SEK", "bas")
    for _ in range(2):
        ws = open_workspace(root)
        new_unit(ws, repris, start=start)
        ws = open_workspace(root)
        for name in ("x1", "x2"):
            add(ws, name)
        assert [line.action for line in read_history(repris.folder)] == ["unit-add", "import", "import"]
        shutil.rmtree(repris.folder)
    assert not notices.take()
