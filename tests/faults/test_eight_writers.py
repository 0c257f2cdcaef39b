"""Eight writers at once: what was acknowledged stands exactly once, what wasn't doesn't, and conflicts are told.

In full: `SAMBOK_WRITE_SECONDS=60 pytest tests/faults/test_eight_writers.py`.
"""

import json
import os
import random
import time
from collections import Counter

from ledger.books import notices, open_workspace, write
from ledger.books.history import check_history, read_history
from ledger.books.jobs import joined
from ledger.books.problems_write import WriteConflict
from ledger.books.write import Block, Change, Note
from tests.faults.federation_job import DAY, UNITS, added, digest, entry, lay_out
from tests.faults.test_import_kill import SERVER

WRITERS = 8
SECONDS = int(os.environ.get("SAMBOK_WRITE_SECONDS", "4"))
LEAST = 8
KINDS = ("import", "edit", "close", "number")


def write_one(ws, kind, name, dice):
    """One action, as a command or the browser does it; whether it was acknowledged."""
    unit = ws.units[dice.choice(UNITS)]
    month = unit.month_file(DAY)
    if kind == "import":  # reads and writes under one lock: never a conflict
        with write.unit_lock(ws, unit.slug):
            return write.append_entries(ws, unit, [entry(name)], check=None, note=Note(kind, name)).written == 1
    if kind == "number":  # changes what stands: the file's head counts how often
        with write.unit_lock(ws, unit.slug):
            text = month.read_text()
            write.apply(
                ws, unit, [Change(month, f"; {name}\n{text}", digest(month))], check=None, note=Note(kind, name)
            )
        return True
    if kind == "edit":  # a browser: read now, saved a little later
        seen, before = digest(month), month.read_text()
        time.sleep(dice.uniform(0, 0.02))
        try:
            change = Change(month, joined(before, [entry(name)]), seen)
            write.apply(ws, unit, [change], check=None, note=Note(kind, name))
        except WriteConflict:
            return False
        return True
    with write.federation_lock(ws, UNITS):  # both sides of a voucher
        made = {ws.units[slug]: [added(ws.units[slug].month_file(DAY), entry(name))] for slug in UNITS}
        write.apply_federation(ws, made, note=Note(kind, name), check=None)
    return True


def work(root, number, log, ready):
    """A writer's life; what it was told goes to its own file."""
    ws, dice, done = open_workspace(root), random.Random(number), []  # noqa: S311  no cryptography
    ready.wait(120)
    until, count = time.time() + SECONDS, 0
    while time.time() < until or count < LEAST:
        kind, name = KINDS[dice.randrange(len(KINDS))], f"w{number}-{count}"
        count += 1
        done.append((kind, name, write_one(ws, kind, name, dice)))
    log.write_text(json.dumps({"done": done, "told": [p.code for p in notices.take()]}))


def test_eight_writers_at_once(tmp_path):
    ws = lay_out(tmp_path / "ws")
    ready = SERVER.Barrier(WRITERS)
    logs = [tmp_path / f"log-{n}" for n in range(WRITERS)]
    writers = [SERVER.Process(target=work, args=(ws.root, n, log, ready)) for n, log in enumerate(logs)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(SECONDS + 240)
        assert writer.exitcode == 0
    told = [json.loads(log.read_text()) for log in logs]
    assert not [code for one in told for code in one["told"]]
    said = [tuple(row) for one in told for row in one["done"]]
    assert {kind for kind, _, ok in said if ok} == set(KINDS)
    assert {kind for kind, _, ok in said if not ok} <= {"edit"}  # the others read under the lock
    stood = Counter()
    for slug in UNITS:
        text = ws.units[slug].month_file(DAY).read_text()
        stood.update(row.split('"')[1] for row in text.splitlines() if row.startswith("  source-id:"))
        stood.update(row[2:] for row in text.splitlines() if row.startswith("; w"))
        lines = read_history(ws.units[slug].folder)
        assert check_history(lines) == []
        assert not {line.action for line in lines} - {"begin", *KINDS}  # no change that isn't told
    expected = Counter({name: 2 if kind == "close" else 1 for kind, name, ok in said if ok})
    expected.update(f"{slug}-0" for slug in UNITS)  # of the layout
    assert stood == expected
    recorded = Counter(line.note for slug in UNITS for line in read_history(ws.units[slug].folder) if line.note)
    assert recorded == Counter({name: 2 if kind == "close" else 1 for kind, name, ok in said if ok})
    assert not list((ws.state_folder / "jobs").iterdir())


def test_a_conflict_is_told_and_nothing_of_it_stands(tmp_path):
    """The worst order of two browsers, worked by hand."""
    ws = lay_out(tmp_path / "ws")
    unit = ws.units["repris"]
    month = unit.month_file(DAY)
    seen, before = digest(month), month.read_text()
    write.apply(ws, unit, [Change(month, joined(before, [entry("first")]), seen)], check=None, note=Note("edit"))
    second = Change(month, joined(before, [Block(DAY, "; second")]), seen)
    try:
        write.apply(ws, unit, [second], check=None, note=Note("edit"))
    except WriteConflict as problem:
        assert problem.file == "units/repris/books/2026/2026-03.beancount"  # noqa: PT017  what it says is meant
    else:
        raise AssertionError("two wrote on the same text")
    assert month.read_text() == joined(before, [entry("first")])
    assert [line.action for line in read_history(unit.folder)] == ["begin", "close", "edit"]
