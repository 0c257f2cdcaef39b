"""Workers that die, hang or answer nonsense cost the one book they had in hand."""

# ruff: noqa: E501  ledgers stand in tables, one case a line

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from ledger.books.pool import PACKAGE_ROOT, Limits, Pool, Task, frame, unframe

#: A worker that does as it is told: its task's `do` says how it behaves.
PLAY = """
import json, os, sys, time, resource, signal
sys.path.insert(0, sys.argv[1])
from ledger.books.pool import frame
while head := sys.stdin.buffer.read(4):
    ask = json.loads(sys.stdin.buffer.read(int.from_bytes(head, "big")))["head"]
    do = ask["do"]
    if do == "die": os.kill(os.getpid(), signal.SIGSEGV)
    if do == "exit": sys.exit(3)
    if do == "hang": time.sleep(3600)
    if do == "cpu":
        resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
        while True: pass
    if do == "half":
        sys.stdout.buffer.write(frame({"a": 1}, (b"x" * 100,))[:40]); sys.stdout.buffer.flush(); os._exit(0)
    text = b"\\xff" * 64 if do == "nonsense" else frame({"pid": os.getpid(), "name": ask["name"]}, (b"blob" * int(ask.get("large", 1)), b""))
    sys.stdout.buffer.write(text); sys.stdout.buffer.flush()
"""
COMMAND = (sys.executable, "-c", PLAY, PACKAGE_ROOT)


def task(name, do="answer", size=0, **more):
    return Task(name, {"do": do, "name": name, **more}, size)


def test_frames_come_whole_or_not_at_all():
    message = frame({"a": "å"}, (b"one", b"", b"three"))
    for cut in range(len(message)):
        assert unframe(bytearray(message[:cut])) is None
    assert unframe(bytearray(message)) == ({"a": "å"}, (b"one", b"", b"three"))


@pytest.mark.parametrize(
    ("do", "died", "detail"),
    [
        ("die", "crashed", "SIGSEGV"),
        ("exit", "crashed", "exit code 3"),
        ("half", "crashed", "exit code 0"),
        ("nonsense", "crashed", "an answer that makes no sense"),
        ("cpu", "timed out", "10"),
    ],
)
def test_one_bad_task_costs_itself_alone(do, died, detail):
    with Pool(2, command=COMMAND) as pool:
        tasks = [task(f"good{n}") for n in range(6)] + [task("bad", do, size=1)]
        answers = {answer.task.name: answer for answer in pool.run(tasks)}
    assert set(answers) == {t.name for t in tasks}
    assert (answers["bad"].died, answers["bad"].detail) == (died, detail)
    assert [a.head["name"] for name, a in sorted(answers.items()) if name != "bad"] == [f"good{n}" for n in range(6)]


class ShortForTheHanging(Limits):
    """Half a second for what hangs; for the rest as much as a loaded machine may need to start an interpreter."""

    def wall(self, size):
        return 0.5 if size else 120


def test_a_task_that_hangs_is_stopped_and_the_others_go_on():
    with Pool(1, ShortForTheHanging(), COMMAND) as pool:
        answers = {a.task.name: a for a in pool.run([task("hang", "hang", size=1), task("good")])}
    assert answers["hang"].died == "timed out"
    assert answers["good"].head["name"] == "good"


def test_the_largest_task_is_begun_first():
    with Pool(1, command=COMMAND) as pool:
        assert [a.task.name for a in pool.run([task("b", size=1), task("a", size=1), task("c", size=2)])] == [
            "c",
            "a",
            "b",
        ]


def test_workers_stay_warm_and_large_answers_come_whole():
    with Pool(1, command=COMMAND) as pool:
        (first,) = pool.run([task("a", large=2_000_000)])
        (second,) = pool.run([task("b")])
        assert first.blobs == (b"blob" * 2_000_000, b"")
        assert first.head["pid"] == second.head["pid"]
        pid = first.head["pid"]
        assert alive(pid)
    assert not alive(pid)


def test_a_worker_gives_up_what_it_does_not_need(tmp_path):
    """Hostile text that takes a worker over can write no file, open few, dump no memory, and sees none of our secrets."""
    (tmp_path / "units").mkdir()
    (tmp_path / "units" / "policy.beancount").write_text("; none\n")
    ask = {"kind": "central", "slug": "policy", "root": str(tmp_path), "today": "2026-03-01"}
    with pytest.MonkeyPatch.context() as patch, Pool(1) as made:
        patch.setenv("FORTNOX_SECRET", "do not tell")
        (answer,) = made.run([Task("policy", ask, 10)])
        assert answer.died is None
        process = Path(f"/proc/{made._idle[0].process.pid}")
        limits = {line[:25].strip(): line[25:].split()[:2] for line in (process / "limits").read_text().splitlines()}
        assert limits["Max file size"] == ["0", "0"]
        assert limits["Max core file size"] == ["0", "0"]
        assert limits["Max open files"] == ["64", "64"]
        assert limits["Max cpu time"][0].isdigit()
        assert limits["Max address space"][0].isdigit()
        assert b"do not tell" not in (process / "environ").read_bytes()
        assert (process / "cwd").readlink() == Path("/")


def test_a_worker_lost_between_two_runs_is_replaced():
    with Pool(1, command=COMMAND) as pool:
        (first,) = pool.run([task("a")])
        os.kill(first.head["pid"], signal.SIGKILL)
        while alive(first.head["pid"]):
            time.sleep(0.01)
        (second,) = pool.run([task("b")])
        assert second.died is None
        assert second.head["pid"] != first.head["pid"]


def test_who_stops_early_leaves_no_process_behind():
    with Pool(2, command=COMMAND) as pool:
        answers = pool.run([task("first"), task("hang", "hang")])
        next(answers)
        busy = [worker.process for worker in pool._busy]
        assert busy
        answers.close()
        assert all(process.poll() is not None for process in busy)
        assert [a.head["name"] for a in pool.run([task("later")])] == ["later"]


def test_closing_ends_a_run_that_was_left_halfway():
    made = Pool(2, command=COMMAND)
    answers = made.run([task("first"), task("hang", "hang")])
    next(answers)
    busy = [worker.process for worker in made._busy]
    made.close()
    assert busy
    assert all(process.poll() is not None for process in busy)


def test_an_interrupt_ends_the_workers(tmp_path):
    """Ctrl-C in the terminal: the command ends, and so does what it started."""
    script = tmp_path / "interrupted.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys
            from ledger.books.pool import Pool, Task
            pool = Pool(1, command=sys.argv[1:])
            run = pool.run([Task("a", {"do": "answer", "name": "a"}, 1), Task("hang", {"do": "hang", "name": "h"})])
            print(next(run).head["pid"], flush=True)
            try:
                print("waiting", flush=True)
                next(run)
            except KeyboardInterrupt:
                run.close()
                pool.close()
                print("interrupted", flush=True)
            """
        )
    )
    command = [sys.executable, str(script), *COMMAND]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert process.stdout.readline() == "waiting\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read().strip() == "interrupted"
        assert process.wait(60) == 0
    assert not alive(pid)


def test_a_program_that_cannot_be_started_is_an_error_of_the_machine():
    with Pool(1, command=("/nowhere/python",)) as pool, pytest.raises(OSError, match="nowhere"):
        list(pool.run([task("a")]))


def alive(pid):
    """Whether a process is there (one that ended and waits to be reaped isn't)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
