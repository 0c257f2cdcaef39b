"""A commit an action, with the person as author: a copy, never an obstacle, and never more than the action's files."""

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import time

import pytest

from ledger.books import durable, notices, open_workspace, plans, write
from ledger.books import git as copies
from ledger.books.history import Note
from ledger.books.write import Block
from tests.conftest import ROOT

DAY = dt.date(2026, 3, 5)
NAME = ("-c", "user.name=Owner", "-c", "user.email=owner@example.org")


def entry(name):
    return Block(DAY, f'2026-03-05 * "{name}"\n  source-id: "{name}"\n', name)


def add(ws, *names, note=None):
    write.append_entries(ws, ws.units["repris"], [entry(n) for n in names], check=None, note=note or Note("import"))


def run(ws, *args):
    done = subprocess.run(["git", *NAME, *args], cwd=ws.root, check=True, capture_output=True, text=True)
    return done.stdout


def log(ws, form="%an|%s"):
    return run(ws, "log", "--reverse", f"--format={form}").splitlines()


@pytest.fixture(autouse=True)
def _quiet(monkeypatch, tmp_path):
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path.parent / "no-settings").write_text("")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path.parent / "no-settings"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    notices.take()


@pytest.fixture
def ws(make_workspace):
    ws = make_workspace({"repris": {"2026-03": "; March\n"}})
    (ws.root / ".gitignore").write_text(".sambok/\n")
    run(ws, "init", "-q", "-b", "main")
    run(ws, "add", "-A")
    run(ws, "commit", "-q", "-m", "begin")
    return ws


def test_one_commit_with_person_time_and_the_files_of_the_action(ws):
    (ws.root / "units/repris/accounts.beancount").write_text("; by hand\n")  # somebody else's, not committed yet
    (ws.root / "staged").write_text("x")
    run(ws, "add", "staged")
    add(ws, "x1", note=Note("import", "bank.xml", ("A-1", "A-2")))
    assert log(ws) == ["Owner|begin", "anna|repris: import A-1..A-2"]
    assert run(ws, "log", "-1", "--format=%b").strip() == "bank.xml"
    assert run(ws, "show", "--name-only", "--format=").split() == [
        "units/repris/books/2026/2026-03.beancount",
        "units/repris/history.jsonl",
    ]
    assert run(ws, "status", "--porcelain").splitlines() == ["A  staged", " M units/repris/accounts.beancount"]
    assert not notices.take()
    assert not list((ws.state_folder / "git").glob("*.jsonl"))


def test_the_time_is_the_actions(ws):
    add(ws, "x1")
    assert run(ws, "log", "-1", "--format=%aI %cI").split() == ["2026-03-05T10:00:00+00:00"] * 2


def test_what_one_person_does_under_one_lock_is_one_commit(ws):
    with write.unit_lock(ws, "repris"):
        for name in ("x1", "x2", "x3"):
            write.keep_document(ws, ws.units["repris"], ws.units["repris"].folder / f"documents/{name}.pdf", b"%PDF")
            add(ws, name)
        add(ws, "x4", note=Note("place"))
    assert log(ws) == ["Owner|begin", "anna|repris: import, place"]
    assert "units/repris/documents/x2.pdf" in run(ws, "show", "--name-only", "--format=")


def test_several_units_are_committed_each(ws):
    with write.federation_lock(ws, ["gemensamt", "repris"]):
        made = {
            ws.units[slug]: [write.Change(ws.units[slug].month_file(dt.date(2026, 4, 1)), f"; {slug}\n", None)]
            for slug in ("repris", "gemensamt")
        }
        write.apply_federation(ws, made, note=Note("close"), check=None)
    assert sorted(log(ws)[1:]) == ["anna|gemensamt: close", "anna|repris: close"]
    assert run(ws, "status", "--porcelain") == ""


def dying(name):
    def dies(*args, **kwargs):
        raise RuntimeError(name)  # stands for the end of the process: nothing after it runs

    return dies


@pytest.mark.parametrize("where", ["add", "note_files", "_remove"])
def test_a_job_that_was_interrupted_is_committed_by_who_completes_it(ws, monkeypatch, where):
    """As its line of history tells it, by whom and when, whoever comes next."""
    module = {"add": durable, "note_files": copies, "_remove": plans}[where]
    with monkeypatch.context() as patched:
        patched.setattr(module, where, dying(where))
        with write.federation_lock(ws, ["gemensamt", "repris"]):
            made = {
                ws.units[slug]: [write.Change(ws.units[slug].month_file(dt.date(2026, 4, 1)), f"; {slug}\n", None)]
                for slug in ("repris", "gemensamt")
            }
            with pytest.raises(RuntimeError, match=where):
                write.apply_federation(ws, made, note=Note("close", "", ("L-1", "L-2")), check=None)
    monkeypatch.setenv("SAMBOK_BY", "bo")
    write.recover(ws)
    assert sorted(log(ws)[1:]) == ["anna|gemensamt: close L-1..L-2", "anna|repris: close L-1..L-2"]
    assert run(ws, "status", "--porcelain") == ""
    assert not list((ws.state_folder / "git").glob("*.jsonl"))


def test_no_hook_and_no_editor_is_run(ws):
    for name in ("pre-commit", "commit-msg", "post-commit", "prepare-commit-msg", "post-index-change"):
        hook = ws.root / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\ntouch ran\nexit 1\n")
        hook.chmod(0o755)
    run(ws, "config", "core.fsmonitor", "touch ran; false")
    run(ws, "config", "commit.gpgSign", "true")
    run(ws, "config", "core.editor", "touch ran; false")
    add(ws, "x1")
    assert log(ws)[-1] == "anna|repris: import"
    assert not list(ws.root.rglob("ran"))


def test_settings_say_no(ws):
    conf = ws.root / "fava.conf"
    conf.write_text(conf.read_text() + "[history]\ngit = false\n")
    add(open_workspace(ws.root), "x1")
    assert log(ws) == ["Owner|begin"]
    assert not (ws.state_folder / "git").exists()


def test_a_repository_above_is_another_one(ws, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    for name in ("fava.conf", "units"):
        (ws.root / name).rename(inner / name)
    below = open_workspace(inner)
    add(below, "x1")
    assert not notices.take()
    (inner / ".git").mkdir()  # it looks like a top, and isn't
    add(below, "x2")
    assert [p.code for p in notices.take()] == ["GIT_FAILED"]
    assert log(ws) == ["Owner|begin"]


def test_what_git_refused_goes_into_the_next_commit(ws):
    lock = ws.root / ".git" / "index.lock"
    lock.write_text("")  # another program's, which is at work
    add(ws, "x1")
    (told,) = notices.take()
    assert told.code == "GIT_FAILED"
    assert "index.lock" in told.params["said"]
    assert told.text("sv").endswith(told.params["said"])  # git's words aren't ours to translate
    assert lock.exists()
    lock.unlink()
    add(ws, "x2")
    assert log(ws)[1:] == ["anna|repris: import"]  # both: x1 was still noted
    assert run(ws, "status", "--porcelain") == ""
    assert not notices.take()


def test_why_there_is_no_copy_is_told_in_words_of_ours_where_git_says_none(ws, monkeypatch):
    """No git on the machine, one that ends without a word, one that never ends."""
    real = copies.subprocess.run

    def told(failing):
        monkeypatch.setattr(copies.subprocess, "run", failing)
        add(ws, failing.__name__)
        monkeypatch.setattr(copies.subprocess, "run", real)
        (problem,) = notices.take()
        return problem.params["case"], problem.text("en")

    def absent(command, **options):
        raise FileNotFoundError(2, "No such file or directory", command[0])

    def silent(command, **options):
        if "commit" in command:
            return subprocess.CompletedProcess(command, 128, b"", b"")
        return real(command, **options)

    def endless(command, **options):
        if "commit" in command:
            raise subprocess.TimeoutExpired(command, 60)
        return real(command, **options)

    def refused(command, **options):
        raise PermissionError(13, "Permission denied", command[0])

    start = "The change is written and recorded, but git has no copy of it"
    assert told(absent) == ("absent", f"{start}: this machine has no git.")
    assert told(silent) == ("silent", f"{start} yet: it ended with 128, and said nothing.")
    assert told(endless) == ("slow", f"{start} yet: it took more than 60 s.")
    assert told(refused) == ("machine", f"{start} yet: Permission denied.")


def test_what_the_owner_ignores_stays_out(ws):
    (ws.root / ".gitignore").write_text(".sambok/\nhistory.jsonl\n")
    run(ws, "commit", "-qam", "ignore")
    add(ws, "x1")
    assert run(ws, "show", "--name-only", "--format=").split() == ["units/repris/books/2026/2026-03.beancount"]
    assert not notices.take()


def test_names_with_odd_letters_are_only_names(ws, monkeypatch):
    monkeypatch.setenv("SAMBOK_BY", 'Åsa <x> "q"\n--author=evil')
    path = ws.units["repris"].folder / "documents/:(top)*.pdf"
    with write.unit_lock(ws, "repris"):
        write.keep_document(ws, ws.units["repris"], path, b"%PDF")
        add(ws, "x1", note=Note("import", "--amend"))
    assert log(ws)[-1] == "Åsa x q --author=evil|repris: import"
    assert "documents/:(top)*.pdf" in run(ws, "-c", "core.quotePath=false", "show", "--name-only", "--format=")


def test_the_first_commit_of_all(make_workspace):
    ws = make_workspace({"repris": {"2026-03": "; March\n"}})
    run(ws, "init", "-q", "-b", "main")
    add(ws, "x1")
    assert log(ws) == ["anna|repris: import"]


CHILD = """\
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from ledger.books import open_workspace
from tests.books.test_git import add
add(open_workspace(Path(sys.argv[2])), sys.argv[3])
"""


def test_a_killed_git_leaves_nothing_that_stops_the_next(ws):
    """Killed at some moment of its commit, git and all; whatever lock stays, the next action commits both."""
    done = []
    for number in range(4):
        name = f"k{number}"
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(ROOT), str(ws.root), name], start_new_session=True, stderr=subprocess.PIPE
        )
        busy = ws.state_folder / "git" / "busy"
        until = time.monotonic() + 60
        while not busy.exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(0.004 * number)
        with contextlib.suppress(ProcessLookupError):  # a machine that was busy elsewhere: it has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        (ws.root / ".git" / "index.lock").touch()  # the worst that it can leave
        (ws.root / ".git" / "HEAD.lock").touch()
        busy.touch()
        write.recover(ws)
        done += [name] if name in write.source_ids(ws.units["repris"]) else []
        add(ws, f"n{number}")
        done.append(f"n{number}")
        assert not notices.take()
        assert run(ws, "status", "--porcelain") == ""
    assert write.source_ids(ws.units["repris"]) == set(done)
    run(ws, "fsck", "--strict")


def test_another_ones_commit_is_waited_for(ws, monkeypatch):
    monkeypatch.setattr(copies, "WAIT_SECONDS", 0.05)
    folder = ws.state_folder / "git"
    folder.mkdir(parents=True)
    with copies._alone(folder / "git.lock", 1):  # as the other one holds it
        add(ws, "x1")
    assert log(ws) == ["Owner|begin"]
    add(ws, "x2")
    assert log(ws)[1:] == ["anna|repris: import"]
