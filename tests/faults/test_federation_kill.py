"""Crashes while several units are written in one job: the state before or the state after, of all files and histories.

In full: `SAMBOK_KILLS=1000 pytest tests/faults/test_federation_kill.py` (kill -9 at that many random moments, and every
system call of one job; otherwise some of them).
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.books import open_workspace, write
from ledger.books.history import check_history, read_history
from ledger.books.jobs import joined
from tests.conftest import ROOT
from tests.faults.federation_job import DAY, UNITS, WHOLE, close, digest, entry, lay_out
from tests.faults.test_import_kill import KILLS, SERVER

STRACE = shutil.which("strace")
#: Every call in full; some of them in the short run, others each time that the stride changes.
STRIDE = 1 if KILLS >= 1000 else 9
#: What a job asks of the machine to make something last, and what comes of it.
FAULTS = {
    "killed": ("write,fsync,rename,unlink,fchmod,mkdir", "signal=KILL"),
    "disk full": ("write,fsync,openat", "error=ENOSPC"),
    "input/output error": ("write,fsync,rename,unlink,fchmod", "error=EIO"),
}
TRACED = "write,fsync,rename,openat,unlink,fchmod,mkdir"


def check(ws, done):
    """Before anybody reads, what was interrupted is completed; then `done` jobs stand, or one more; how many."""
    write.recover(ws)
    assert not list(ws.units_folder.rglob(".tmp-*"))
    assert not list((ws.state_folder / "jobs").iterdir())
    numbers = set()
    for slug in UNITS:
        unit = ws.units[slug]
        lines = read_history(unit.folder)
        assert check_history(lines) == []
        assert all(line.action in {"begin", "close"} for line in lines)  # nothing changed that wasn't told
        told = [int(line.details["number"]) for line in lines if line.action == "close"]
        text = unit.month_file(DAY).read_text()
        assert told == list(range(len(told)))
        assert text == joined("; March\n", [entry(f"{slug}-{n}") for n in told])
        assert unit.folder.joinpath(WHOLE).read_text() == "".join(f"; {n}\n" for n in told)
        assert unit.folder.joinpath("accounts.beancount").read_text().count("open") == len(told)
        assert {
            name: digest(unit.folder / name) for line in lines for name, _, _ in line.files if line.action == "close"
        } == {name: after for line in lines for name, _, after in line.files if line.action == "close"}
        numbers.add(len(told))
    (count,) = numbers  # of all units the same
    assert count in {done, done + 1}
    return count


def work(root, number):
    close(open_workspace(root), number)


def test_kill_at_random_moments(tmp_path):
    clock = random.Random(20261123)  # noqa: S311  no cryptography
    ws, landed, done, longest = lay_out(tmp_path / "ws"), 0, 1, 0.02
    while landed < KILLS:
        process = SERVER.Process(target=work, args=(ws.root, done))
        process.start()
        process.join(clock.uniform(0, longest))
        process.kill()
        process.join()
        landed += process.exitcode == -signal.SIGKILL
        longest = min(longest * 1.1, 0.5)
        done = check(ws, done)
        if done > 40:
            ws, done = lay_out(tmp_path / "ws"), 1
    close(ws, done)
    assert check(ws, done) == done + 1


def traced(ws, mark, number, inject=None):
    """Run one job in a process whose system calls are traced: how it ended, and its calls."""
    log = mark.with_name("trace")
    arguments = [STRACE, "-qq", "-o", str(log), "-e", "signal=none", "-e", f"trace={TRACED}"]
    if inject is not None:
        arguments += ["-e", f"inject={inject}"]
    done = subprocess.run(
        [*arguments, sys.executable, "-m", "tests.faults.federation_job", str(ws.root), str(mark), str(number)],
        check=False,
        capture_output=True,
        cwd=ROOT,
        timeout=120,
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.returncode, log.read_text(errors="replace").splitlines()


def calls(rows, mark):
    """Which calls of each kind the job itself makes: their numbers, counted from the start of the process."""
    count, found, begun = {}, {}, False
    for row in rows:
        name = row.partition("(")[0]
        count[name] = count.get(name, 0) + 1
        if begun and (name != "openat" or "O_CREAT" in row):  # what is only read can't be torn
            found.setdefault(name, []).append(count[name])
        begun = begun or str(mark) in row
    return found


@pytest.mark.skipif(STRACE is None and os.environ.get("CI") != "true", reason="strace isn't installed")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_every_call(tmp_path, fault):
    """The n-th write, fsync, rename ... of one job, for every n: afterwards old or new; the next run makes the rest."""
    ws = lay_out(tmp_path / "ws")
    keep, mark = tmp_path / "keep", tmp_path / "mark"
    mark.touch()
    shutil.copytree(ws.root, keep)
    names, outcome = FAULTS[fault]
    code, rows = traced(ws, mark, 1)
    assert code == 0
    assert check(ws, 1) == 2
    here = calls(rows, mark)
    assert len(here["fsync"]) >= 8 + 1 + 2  # eight files, the plan, two histories; and folders
    assert len(here["rename"]) >= 9
    faults = [(name, number) for name in names.split(",") for number in here.get(name, ())]
    ended = set()
    for name, number in faults[len(fault) % STRIDE :: STRIDE]:
        shutil.rmtree(ws.root)
        shutil.copytree(keep, ws.root)
        code, _ = traced(ws, mark, 1, f"{name}:{outcome}:when={number}")
        assert code in ({-signal.SIGKILL, 128 + signal.SIGKILL} if fault == "killed" else {0, 4}), (name, number)
        ended.add(code)
        done = check(ws, 1)
        assert code != 0 or done == 2, (name, number)  # what was said to be done is done
        close(ws, 1)
        assert check(ws, 2) == 2, (name, number)
    assert fault == "killed" or 4 in ended


def test_the_trace_knows_where_the_job_begins():
    rows = ['openat(AT_FDCWD, "/x", O_RDONLY) = 3', "fsync(3) = 0", 'openat(AT_FDCWD, "/t/mark", O_RDONLY) = 3']
    rows += ["fsync(3) = 0", 'openat(AT_FDCWD, "/y", O_RDONLY) = 3', 'openat(AT_FDCWD, "/z", O_RDWR|O_CREAT) = 3']
    assert calls(rows, Path("/t/mark")) == {"fsync": [2], "openat": [4]}
