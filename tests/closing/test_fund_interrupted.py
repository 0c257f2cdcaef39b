"""A deed of the funds that dies at any step is done again: both books have it once, the same bytes as if it had lived.

Central's book and the units' are written in one job: a payment in two books, a year of the solidarity fund in three.
"""

import itertools
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.books import open_workspace
from ledger.books.write import recover
from ledger.closing import fund_deeds, fund_years
from tests.closing.test_fund_deeds import ASSEMBLY, BANKS, CLAIMS, LOAN, SPRING, asked, make, whole  # noqa: F401  the fixture
from tests.closing.test_interrupted import copy_of, texts

ROOT = Path(__file__).resolve().parents[2]
#: Each step in continuous integration (SAMBOK_KILL_STRIDE=1); here some of them, as each takes a second.
STRIDE = int(os.environ.get("SAMBOK_KILL_STRIDE", "5"))
#: A job of two books has at least so many.
LEAST = {"rename": 3, "add": 2}
#: Does a deed, and dies before the so-and-so-many-th call of a function.
DYING = """
import os, sys
from pathlib import Path
from ledger.books import durable, open_workspace
from tests.closing.test_fund_interrupted import DEEDS
root, step, name, deed = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
module = durable if name == "add" else os
real, calls = getattr(module, name), []
def dying(*args, **kwargs):
    calls.append(1)
    if len(calls) == step:
        os._exit(9)
    return real(*args, **kwargs)
ws = open_workspace(Path(root))
setattr(module, name, dying)
DEEDS[deed](ws)
os._exit(0)
"""


def pay(ws):
    """A first part of the loan."""
    return fund_deeds.pay(ws, "IF-1", Decimal("60000.00"), asked(**BANKS))


def support(ws):
    """A year of the solidarity fund: ES gets support and pays some back, FI is asked for a call."""
    return fund_years.book_solidarity(ws, 2025, CLAIMS, asked(SPRING, decision="FS-2"))


DEEDS = {"pay": pay, "support": support}


def dies_at(ws, step, name, deed):
    """Whether the deed died before it was through."""
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(ws.root), str(step), name, deed],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode in {0, 9}, done.stderr
    return done.returncode == 9


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("name", ["rename", "add"])
def test_killed_at_every_step(make, tmp_path, monkeypatch, name, deed):  # noqa: F811  the fixture
    monkeypatch.setenv("SAMBOK_NOW", "2026-04-02T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    ws = make(ASSEMBLY + LOAN)
    other = copy_of(ws, tmp_path / "whole")
    assert len(DEEDS[deed](other).vouchers) == {"pay": 2, "support": 3}[deed]
    wanted = texts(other)
    for step in itertools.count(1, STRIDE):
        here = copy_of(ws, tmp_path / f"{name}-{step}")
        if not dies_at(here, step, name, deed):
            break
        recover(here)
        DEEDS[deed](here)
        assert texts(here) == wanted, step
        assert not list((here.state_folder / "jobs").glob("*.json"))
    assert step > LEAST[name]
    DEEDS[deed](here)
    assert texts(here) == wanted
    whole(open_workspace(here.root))
