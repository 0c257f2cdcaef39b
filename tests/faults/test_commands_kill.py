"""Crashes of whole commands: import, close, number, correct, reopen, decision add, loans buy, combine --lock.

Killed at any moment, or refused a write, an fsync or a rename by the machine, each leaves what was or what it was asked
for, step by step; `sambok verify` finds nothing; and the same command, called again, ends with the same bytes as if
nothing had happened: books, seals, histories, documents, locked figures.

In full: `SAMBOK_KILLS=1000 pytest tests/faults/test_commands_kill.py` (kill -9 at that many random moments, shared by
the commands, and each call of each by which something is made to last; otherwise some of them).
"""

import os
import random
import shutil
import signal
from functools import cache

import pytest

from ledger.books import load_books, open_workspace
from ledger.books.history import check_history, read_history
from ledger.books.record import last_known
from ledger.books.write import recover
from ledger.closing.evidence import Folder
from ledger.closing.numbering import years_of
from ledger.closing.verify import verify
from tests.faults.commands import CASES, STRACE, begin, cache_of, kill, lay_out, run, stands, traced
from tests.faults.test_import_kill import KILLS

#: Each of them is a process that loads books.
RANDOM_KILLS = -(-KILLS // len(CASES)) if KILLS >= 1000 else max(2, KILLS // 15)
#: Every call in full; elsewhere some of each command and fault.
CHOSEN = None if KILLS >= 1000 else max(1, KILLS // 30)
#: The disk stays full from the call on; an input/output error comes once.
FAULTS = {
    "killed": ("write,fsync,rename,unlink,fchmod,mkdir", "signal=KILL", ""),
    "no space": ("write,fsync,openat,mkdir", "error=ENOSPC", ""),
    "disk full": ("fsync", "error=ENOSPC", "+"),
    "input/output error": ("write,fsync,rename,unlink,fchmod", "error=EIO", ""),
}
DONE, MACHINE = 0, 4


class Campaign:
    """One command on one federation: how it begins, and how it ends where nobody disturbs it."""

    def __init__(self, folder, case):
        self.case = case
        self.root, self.kept = folder / "ws", folder / "kept"
        lay_out(self.root, case)
        shutil.copytree(self.root, self.kept)
        self.start = stands(self.root)
        code, told = run(self.root, case.args)
        assert code == DONE, told
        self.end = stands(self.root)
        assert self.end != self.start
        code, told = run(self.root, case.args)
        assert code in case.again, told
        assert stands(self.root) == self.end  # called again it does nothing

    @cache  # noqa: B019  it lives as long as its tests
    def calls(self):
        """What an undisturbed run asks of the machine."""
        self.begin_anew()
        code, told, rows = traced(self.root, self.case.args)
        assert (code, stands(self.root) == self.end) == (DONE, True), told
        return faults_of(rows, self.root)

    def begin_anew(self):
        shutil.rmtree(self.root)
        shutil.copytree(self.kept, self.root)

    def check(self, said):
        """After a crash, with what the next command does first: whole, as far as it got; nothing told, nothing lost."""
        ws = open_workspace(self.root)
        recover(ws)
        assert not list(ws.units_folder.rglob(".tmp-*")), said
        assert not list((ws.state_folder / "jobs").glob("*")), said
        now = stands(self.root)
        swept = "runs/.tmp-"  # by the next lock; no reader looks at it
        assert not [n for n, data in now.items() if not (n.startswith(swept) or self.begun(n, data))], said
        documents = {data for name, data in now.items() if "/documents/" in name}
        for name in self.start.keys() - now.keys():
            assert "/inbox/" in name, (said, name)
            assert self.start[name] in documents, (said, name)  # taken from the inbox, and kept
        found = verify(Folder(self.root), known=lambda slug: last_known(ws, slug or "policy"))
        assert found.ok, (said, found)
        books = load_books(ws)
        for slug, unit in ws.units.items():
            assert check_history(read_history(unit.folder)) == [], (said, slug)
            assert books.units[slug].problems == (), (said, slug)
            for year in years_of(books, slug):
                assert (year.gaps(), year.twice, year.unreadable) == ((), (), ()), (said, slug)
        assert check_history(read_history(ws.units_folder)) == [], said

    def begun(self, name, data):
        """Whether a file holds what it held, what it will hold, or that as far as it is written by now."""
        return data in {self.start.get(name), self.end.get(name)} or self.end.get(name, b"").startswith(data)

    def finish(self, said):
        """The next run does the rest."""
        if stands(self.root) == self.end:
            return
        code, told = run(self.root, self.case.args)
        now = stands(self.root)
        assert code == DONE, (said, told)
        differing = sorted(name for name in {*now, *self.end} if now.get(name) != self.end.get(name))
        assert not differing, (said, differing)


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES)
def campaign(request, tmp_path_factory):
    return Campaign(tmp_path_factory.mktemp("command"), request.param)


def test_kill_at_random_moments(campaign, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(cache_of(campaign.root)))
    dice = random.Random(f"2026-11-22 {campaign.case.name}")  # noqa: S311  no cryptography
    campaign.begin_anew()
    landed, longest = 0, 0.3
    while landed < RANDOM_KILLS:
        process = begin(campaign.root, campaign.case.args)
        process.join(dice.uniform(0, longest))
        ran = process.exitcode is not None
        kill(process, group=dice.random() < 0.5)  # by itself, or with what it has started
        landed += not ran and process.exitcode == -signal.SIGKILL
        longest = min(longest * 1.2, 3.0)
        campaign.check(landed)
        if stands(campaign.root) == campaign.end:
            campaign.begin_anew()
    campaign.finish(landed)
    campaign.check(landed)


def faults_of(rows, root):
    """Which calls of each kind change something in the federation: their numbers, counted from the start of the trace.

    What is only read can't be torn; pipes and what is kept to save time hold nothing; a lock is opened again and again.
    """
    count, found, locks = {}, {}, set()
    for row in rows:
        name = row.partition("(")[0]
        count[name] = count.get(name, 0) + 1
        did = " = -1 " not in row or "SIGKILL" in row
        if f"{root}/" not in row or not did or (name == "openat" and "O_CREAT" not in row):
            continue
        if name == "openat" and "/.sambok/locks/" in row:
            path = row.split('"')[1]
            if path in locks:
                continue
            locks.add(path)
        found.setdefault(name, []).append(count[name])
    return found


@pytest.mark.skipif(STRACE is None and os.environ.get("CI") != "true", reason="strace isn't installed")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_every_call(campaign, monkeypatch, fault):
    """The n-th write, fsync, rename ... of one run, for every n."""
    monkeypatch.setenv("SAMBOK_CACHE", str(cache_of(campaign.root)))
    names, outcome, onwards = FAULTS[fault]
    here = campaign.calls()
    assert len(here["fsync"]) >= campaign.case.steps
    faults = [(name, number) for name in names.split(",") for number in here.get(name, ())]
    if CHOSEN is not None:
        dice = random.Random(f"{campaign.case.name} {fault}")  # noqa: S311  no cryptography
        faults = dice.sample(faults, CHOSEN)
    for name, number in faults:
        campaign.begin_anew()
        code, told, _ = traced(campaign.root, campaign.case.args, f"{name}:{outcome}:when={number}{onwards}")
        said = (name, number, code, told)
        assert "PROGRAM_FAULT" not in told, said
        assert code in ({DONE, -signal.SIGKILL} if fault == "killed" else {DONE, MACHINE}), said
        campaign.check(said)
        assert code != DONE or stands(campaign.root) == campaign.end, said  # what was said to be done is done
        campaign.finish(said)
