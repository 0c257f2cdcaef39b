"""The process that forks for every task: what one task does to its own process, the next one doesn't see."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest

from ledger.books.forks import LARGEST_ANSWER, Forks
from ledger.books.guard_child import PACKAGE_ROOT

WORK = f"""\
import sys
sys.path.insert(0, sys.argv[1])
import os, signal, time
from ledger.books.forks import serve
seen = []
def work(task):
    seen.append(task)
    if task == b"die":
        os.kill(os.getpid(), signal.SIGSEGV)
    if task == b"kill":
        os.kill(os.getppid(), signal.SIGKILL)
    if task == b"sleep":
        time.sleep(60)
    if task == b"print":
        print("x" * 100)
    if task == b"much":
        return b"x" * {LARGEST_ANSWER + 1}
    return b"%d %d %s" % (os.getppid(), len(seen), task[-1000000:])
serve(work)
"""


@pytest.fixture
def forks():
    made = Forks([sys.executable, "-I", "-c", WORK, PACKAGE_ROOT])
    yield made
    made._end()


def test_every_task_has_a_process_of_its_own(forks):
    first, second = (forks.run(task, 30)[1].split() for task in (b"a", b"b"))
    assert first[0] == second[0], "one process forks for both"
    assert (first[1:], second[1:]) == ([b"1", b"a"], [b"1", b"b"])


def test_large_tasks_and_answers_pass_while_both_are_written(forks):
    code, answer = forks.run(b"y" * 5_000_000, 30)
    assert (code, len(answer.split()[2])) == (0, 1_000_000)


@pytest.mark.parametrize(
    ("task", "code"), [(b"die", -signal.SIGSEGV), (b"much", -signal.SIGKILL), (b"print", 0)], ids=repr
)
def test_what_a_task_does_to_its_process_the_next_doesnt_see(forks, task, code):
    before = forks.run(b"a", 30)[1]
    found, answer = forks.run(task, 30)
    assert found == code
    assert bool(answer) == (code == 0)
    assert forks.run(b"a", 30) == (0, before)


def test_a_task_that_never_ends_is_ended_and_the_process_replaced(forks):
    before = forks.run(b"a", 30)[1].split()[0]
    with pytest.raises(TimeoutError):
        forks.run(b"sleep", 0.5)
    after = forks.run(b"a", 30)[1].split()[0]
    assert after != before
    with pytest.raises(ProcessLookupError):
        os.kill(int(before), 0)


def test_the_process_may_die_and_is_replaced(forks):
    with pytest.raises(OSError, match="ended"):
        forks.run(b"kill", 30)
    assert forks.run(b"a", 30)[0] == 0


def test_a_copy_of_the_owner_has_a_process_of_its_own(forks):
    before = forks.run(b"a", 30)[1].split()[0]
    child = os.fork()
    if child == 0:
        good = forks.run(b"a", 30)[1].split()[0] != before
        forks._end()
        os._exit(0 if good else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert forks.run(b"a", 30)[1].split()[0] == before


def test_several_threads_get_their_own_answers(forks):
    found = {}
    threads = [
        threading.Thread(target=lambda n=n: found.update({n: forks.run(b"%d" % n, 60)[1].split()[2]}))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: b"%d" % n for n in range(20)}
