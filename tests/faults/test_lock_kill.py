"""Crashes while locking: a locked run is there whole or not at all, and the next lock sweeps what was left.

In full: `SAMBOK_KILLS=1000 pytest tests/faults/test_lock_kill.py` (kill -9 at that many random moments).
"""

import datetime as dt
import json
import os
import random
import shutil
import signal

import pytest

from ledger.books import main_text, open_workspace
from ledger.combine import combine
from ledger.combine.runs.lock import lock_run
from ledger.combine.runs.store import MANIFEST, names, read_lock
from ledger.federation import load_federation
from tests.combine.test_runs import ACCOUNTS, PURCHASE, SALE
from tests.conftest import FAVA_CONF
from tests.faults.test_import_kill import KILLS, SERVER, STRIDE, fault

#: Random kills are dear: each is a process that loads books.
RANDOM_KILLS = KILLS if KILLS >= 1000 else KILLS // 3
NAME = "2026-03"


def lay_out(root):
    """Two units that have dealt with each other, loaded once, so that the cache is warm."""
    shutil.rmtree(root, ignore_errors=True)
    for slug, text in (("repris", SALE), ("gemensamt", PURCHASE.format(amount="100.00"))):
        home = root / "units" / slug
        (home / "books" / "2026").mkdir(parents=True)
        (home / "unit.toml").write_text(f'name = "{slug.title()}"\ncode = "{slug.upper()}"\ncurrency = "SEK"\n')
        (home / "accounts.beancount").write_text(ACCOUNTS)
        (home / "books" / "2026" / "2026-03.beancount").write_text(text)
    (root / "fava.conf").write_text(FAVA_CONF)
    for name in ("policy", "prices"):
        (root / "units" / f"{name}.beancount").write_text("; none\n")
    ws = open_workspace(root)
    for unit in ws.units.values():
        unit.main.write_text(main_text(unit))
    load_federation(ws)
    return ws


def lock(root):
    ws = open_workspace(root)
    federation = load_federation(ws)
    found = combine(federation.books, federation.run, date_to=dt.date(2026, 3, 31))
    return lock_run(federation.books, found, NAME, complete=True)


def work(root, function, number, crash):
    """A child's whole life: lock, with a fault on the way if one is wanted."""
    calls = fault(function, number, crash=crash) if function else [0]
    try:
        lock(root)
    except OSError:
        os._exit(4)
    os._exit(5 if function and calls[0] >= number else 0)


def child(root, function=None, number=0, *, crash=False):
    process = SERVER.Process(target=work, args=(root, function, number, crash))
    process.start()
    return process


def contents(ws):
    """The files of the lock; of the manifest what the program's own sources say nothing to."""
    found = {path.name: path.read_bytes() for path in (ws.runs_folder / NAME).iterdir()}
    said = json.loads(found.pop(MANIFEST))
    return found | {MANIFEST: {key: value for key, value in said.items() if key not in {"versions", "digest"}}}


def check(ws, expected):
    """Nothing, or all of it; nothing that a reader would take for a lock."""
    assert names(ws) in ([], [NAME])
    if names(ws):
        assert contents(ws) == expected
        read_lock(ws, NAME)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    ws = lay_out(tmp_path_factory.mktemp("calm") / "ws")
    lock(ws.root)
    return contents(ws)


def test_kill_at_random_moments(tmp_path, expected):
    clock = random.Random(20261122)  # noqa: S311  no cryptography
    ws, landed, longest = lay_out(tmp_path / "ws"), 0, 0.1
    while landed < RANDOM_KILLS:
        process = child(ws.root)
        process.join(clock.uniform(0, longest))
        process.kill()
        process.join()
        landed += process.exitcode == -signal.SIGKILL
        longest = min(longest * 1.15, 2.0)
        check(ws, expected)
        shutil.rmtree(ws.runs_folder / NAME, ignore_errors=True)
    assert lock(ws.root).new
    assert contents(ws) == expected
    assert [p.name for p in ws.runs_folder.iterdir()] == [NAME]


@pytest.mark.parametrize("crash", [True, False], ids=["killed", "disk full"])
@pytest.mark.parametrize("function", ["fsync", "rename"])
def test_a_fault_at_every_durable_step(tmp_path, expected, function, crash):
    """The n-th fsync or rename of one lock, for every n: afterwards none or all, and the next one makes the rest."""
    ws = lay_out(tmp_path / "ws")
    number, ended = 0, None
    while ended != 0:
        number += STRIDE[function]
        assert number < 100
        shutil.rmtree(ws.runs_folder, ignore_errors=True)
        process = child(ws.root, function, number, crash=crash)
        process.join(60)
        ended = process.exitcode
        assert ended in ({0, -signal.SIGKILL} if crash else {0, 4, 5})
        check(ws, expected)
        if ended == 0:
            assert names(ws) == [NAME]
        lock(ws.root)
        assert contents(ws) == expected
        assert [p.name for p in ws.runs_folder.iterdir()] == [NAME]
    assert number > 6  # six files, and the folder itself
