"""What may happen after a lock, and what of it is a restatement: rates, units, other machines, many hands at once."""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal

import pytest

from ledger.books import open_workspace
from ledger.combine import combine
from ledger.combine.runs.lock import lock_run
from ledger.combine.runs.store import names
from tests.combine.test_runs import (
    ACCOUNTS,
    AUDIT,
    POLICY,
    PURCHASE,
    RENT,
    SALE,
    contents,
    load,
    lock,
    month,
    state,
)

PRICES = """\
2026-03-09 price EUR 11.00 SEK
2026-03-31 price EUR 11.00 SEK
2026-03-31 custom "average-rate" "EUR" 11.00 SEK
"""
ABROAD = """\
2026-03-09 * "Sold abroad"
  Assets:1930-Bank  100.00 EUR
  Income:3001-Sales
"""


@pytest.fixture
def ws(make_workspace):
    """Two units that have dealt with each other, and one that keeps its book in euros."""
    return make_workspace(
        {
            "repris": {"accounts": ACCOUNTS, "2026-03": SALE},
            "gemensamt": {"accounts": ACCOUNTS, "2026-03": PURCHASE.format(amount="100.00")},
            "nord": {"accounts": ACCOUNTS, "2026-03": ABROAD, "unit": 'currency = "EUR"'},
        },
        policy=POLICY,
        prices=PRICES,
    )


def by_line(found) -> dict[str, Decimal]:
    """What each line has become more."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in found.differences:
        sums[row.line] += Decimal(row.now or 0) - Decimal(row.locked or 0)
    return {line: amount for line, amount in sums.items() if amount}


# --- rates and policy ------------------------------------------------------------------------------------------------


def test_another_closing_rate_of_the_locked_month_is_a_restatement_with_its_difference(ws):
    """100.00 EUR in the bank: at 11.00 they were 1 100.00 SEK, at 11.50 they are 1 150.00; income stands at 11.00."""
    lock(ws)
    ws.prices_file.write_text(PRICES.replace("2026-03-31 price EUR 11.00", "2026-03-31 price EUR 11.50"))
    found = state(ws)
    assert found.status == "restated"
    assert found.changed == (("changed", "units/prices.beancount"),)
    assert found.late == found.gone == ()
    lines = by_line(found)
    assert lines.pop("CashAndBank") == Decimal("50.00")
    assert list(lines.values()) == [Decimal("-50.00")], "the translation difference, and nothing else"


@pytest.mark.parametrize("more", ["2026-05-04 price EUR 14.00 SEK\n", '2026-04-30 custom "average-rate" "EUR" 9 SEK\n'])
def test_a_rate_of_a_later_month_is_none(ws, more):
    lock(ws)
    ws.prices_file.write_text(PRICES + more)
    found = state(ws)
    assert (found.status, found.differences) == ("unaffected", ())


def test_a_policy_for_a_later_month_is_none(ws):
    lock(ws)
    later = '2026-04-01 custom "levy-rate" "*" 0.15\n  decision: "FS-1"\n'
    ws.policy_file.write_text(POLICY + later)
    found = state(ws)
    assert (found.status, found.differences) == ("unaffected", ())


# --- units and adjustments -------------------------------------------------------------------------------------------


def test_an_adjustment_into_the_locked_period_is_one(ws):
    lock(ws)
    ws.adjustments_folder.mkdir()
    (ws.adjustments_folder / "2026-03-audit.beancount").write_text(AUDIT)
    found = state(ws)
    assert [(d.account, d.unit, d.locked, d.now) for d in found.differences] == [
        ("6420-Audit", "ADJ", "", "25.00"),
        ("2990-Audit", "ADJ", "", "-25.00"),
    ]


def test_a_unit_whose_folder_is_gone(ws):
    lock(ws)
    shutil.rmtree(ws.units["nord"].folder)
    found = state(ws)
    assert found.status == "restated"
    assert [(d.line, d.unit, d.locked, d.now) for d in found.differences] == [
        ("NetSales", "nord", "-1100.00", ""),
        ("CashAndBank", "nord", "1100.00", ""),
    ]
    assert {kind for kind, _ in found.changed} == {"removed"}


def test_a_unit_of_another_name(ws):
    """The group's totals are what they were, but whose figures they are isn't."""
    lock(ws)
    ws.units["nord"].folder.rename(ws.units_folder / "norr")
    found = state(ws)
    assert found.status == "restated"
    assert by_line(found) == {}
    assert {(d.unit, d.locked, d.now) for d in found.differences if d.line == "CashAndBank"} == {
        ("norr", "", "1100.00"),
        ("nord", "1100.00", ""),
    }


def test_a_lock_of_another_federation(ws, tmp_path):
    """It is whole, and still nobody takes its figures for this federation's."""
    lock(ws)
    other = tmp_path / "other"
    shutil.copytree(ws.root, other, ignore=shutil.ignore_patterns("other", ".sambok", "runs"))
    month(open_workspace(other)).write_text(RENT)
    shutil.copytree(ws.runs_folder, other / "runs")
    assert state(open_workspace(other)).status == "restated"
    assert state(ws).status == "same"


def test_a_name_in_capitals_is_another_lock(ws):
    """As on a disk that knows no capitals: the folder has the name that it was given, and is named as it stands."""
    lock(ws)
    (ws.runs_folder / "2026-03").rename(ws.runs_folder / "2026-03-A")
    assert names(ws) == ["2026-03-A"]
    assert state(ws, "2026-03-A").status == "damaged"
    assert lock(ws).new


# --- other machines, many hands --------------------------------------------------------------------------------------

LOCK = """\
import sys
from ledger.cli.main import main
sys.exit(main(["-w", sys.argv[1], "combine", "--to", "2026-03-31", "--lock", sys.argv[2]]))
"""


def started(ws, name: str, **env: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", LOCK, str(ws.root), name]
    return subprocess.Popen(
        command, env={**os.environ, **env}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, err = process.communicate(timeout=300)
    return process.returncode, err


@pytest.mark.parametrize(
    "env",
    [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Los_Angeles", "SAMBOK_LANGUAGE": "es", "LC_ALL": "sv_SE.UTF-8", "PYTHONHASHSEED": "2"},
    ],
)
def test_the_same_bytes_in_any_zone_and_language(ws, env):
    lock(ws)
    made = contents(ws)
    shutil.rmtree(ws.runs_folder)
    code, err = ended(started(ws, "2026-03", **env))
    assert code == 0, err
    assert contents(ws) == made


def test_eight_lock_under_one_name_at_once(ws):
    """One makes it, the others find it as they would have made it."""
    load(ws)
    told = [ended(process) for process in [started(ws, "2026-03") for _ in range(8)]]
    assert [code for code, _ in told] == [0] * 8, told
    assert sum("Locked as 2026-03, in runs/2026-03." in err for _, err in told) == 1
    assert sum("Locked as 2026-03 already, and unchanged." in err for _, err in told) == 7
    assert [path.name for path in ws.runs_folder.iterdir()] == ["2026-03"]
    assert state(ws).status == "same"


def test_four_lock_under_four_names_at_once(ws):
    load(ws)
    told = [ended(process) for process in [started(ws, f"n{number}") for number in range(4)]]
    assert [code for code, _ in told] == [0] * 4, told
    assert names(ws) == ["n0", "n1", "n2", "n3"]
    assert {found.status for found in load(ws).runs} == {"same"}


def test_of_two_periods_under_one_name_the_second_is_refused(ws):
    month(ws, name="2026-02").write_text(RENT.replace("2026-03", "2026-02"))
    first = lock(ws, to=dt.date(2026, 2, 28))
    code, err = ended(started(ws, "2026-03"))
    assert (code, "[RUN_TAKEN]" in err) == (2, True)
    assert state(ws).mark == first.lock.mark


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
@pytest.mark.parametrize("step", range(1, 7))
def test_where_the_disk_takes_no_more_there_is_no_lock(ws, monkeypatch, reason, step):
    """At each of the six files: the error is of the lock, and nothing of it stays."""
    opened, calls = os.fdopen, []

    def fdopen(handle, mode="r", *args, **kwargs):
        file = opened(handle, mode, *args, **kwargs)
        if "w" in mode:
            calls.append(handle)
            if len(calls) == step:
                file.close()
                raise OSError(reason, os.strerror(reason))
        return file

    federation = load(ws)  # what is only kept to save time is written before
    monkeypatch.setattr(os, "fdopen", fdopen)
    found = combine(federation.books, federation.run, date_to=dt.date(2026, 3, 31))
    with pytest.raises(OSError, match=os.strerror(reason)) as caught:
        lock_run(federation.books, found, "2026-03", complete=True)
    assert (caught.value.errno, caught.value.filename) == (reason, str(ws.runs_folder / "2026-03"))
    assert list(ws.runs_folder.iterdir()) == []
    monkeypatch.undo()
    assert lock(ws).new
