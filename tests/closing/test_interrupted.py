"""A close that dies at any step is run again: nothing lost, nothing twice, the same bytes as if it had never died."""

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.books import open_workspace
from ledger.books.write import recover
from tests.closing.test_close import close, whole
from tests.closing.worked import POLICY, PRICES, UNITS

#: Each step in continuous integration (SAMBOK_KILL_STRIDE=1); here some of them, as each takes seconds.
STRIDE = int(os.environ.get("SAMBOK_KILL_STRIDE", "5"))
#: A close of two books has at least so many.
LEAST = {"rename": 12, "add": 3}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    return make_workspace(UNITS, policy=POLICY, prices=PRICES)


def copy_of(ws, folder):
    shutil.copytree(ws.root / "units", folder / "units")
    shutil.copy(ws.root / "fava.conf", folder / "fava.conf")
    return open_workspace(folder)


def texts(ws):
    return {p.relative_to(ws.root).as_posix(): p.read_bytes() for p in ws.units_folder.rglob("*") if p.is_file()}


#: Closes the year's last month, and dies before the so-and-so-many-th call of a function.
DYING = """
import os, sys
from pathlib import Path
from ledger.books import durable, open_workspace
from tests.closing.test_close import close
root, step, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
module = durable if name == "add" else os
real, calls = getattr(module, name), []
def dying(*args, **kwargs):
    calls.append(1)
    if len(calls) == step:
        os._exit(9)
    return real(*args, **kwargs)
ws = open_workspace(Path(root))
setattr(module, name, dying)
close(ws, "2025-12")
os._exit(0)
"""


def dies_at(ws, step, name):
    """Whether the close died there."""
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(ws.root), str(step), name],
        check=False,
        capture_output=True,
        cwd=ROOT,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode in (0, 9), done.stderr.decode()
    return done.returncode == 9


@pytest.mark.parametrize("name", ["rename", "add"])
def test_killed_at_every_step(ws, tmp_path, name):
    """Before the plan stands nothing has changed; from then on whoever comes next completes it."""
    other = copy_of(ws, tmp_path / "whole")
    close(other, "2025-12")
    wanted = texts(other)
    for step in itertools.count(1, STRIDE):
        here = copy_of(ws, tmp_path / f"{name}-{step}")
        if not dies_at(here, step, name):
            break
        recover(here)
        close(here, "2025-12")
        assert texts(here) == wanted, step
        assert not list((here.state_folder / "jobs").glob("*.json"))
    assert step > LEAST[name]
    whole(here)
