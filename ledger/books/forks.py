"""A process that is ready to read hostile text: it has loaded the reader once and forks for every task.

Starting Python and loading the parser takes half a second; a fork takes milliseconds. The process itself never looks at
a text: it hands it to a child made for that one task, which has its own limits, and passes on what the child says and
how it ended. A child that dies, or says too much, is the one text's error. The process ends when its owner does.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

#: What a child may answer at most; more is a runaway.
LARGEST_ANSWER = 64 << 20
_HEAD = 8
_CHUNK = 1 << 20


class Forks:
    """The owner's end: one such process, started at the first task, replaced when it doesn't come back.

    Args:
        command: the process; it calls `serve`.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def run(self, task: bytes, seconds: float) -> tuple[int, bytes]:
        """Give a task to a child of its own.

        Args:
            task: what `serve`'s function takes.
            seconds: how long to wait for it on the clock, starting the process apart.

        Returns:
            How the child ended (as `subprocess` says it: a signal is negative), and its answer.

        Raises:
            TimeoutError: it didn't come back; the process was ended.
            OSError: no process can be started, or it died.
        """
        with self._lock:
            process = self._started()
            try:
                return self._ask(process, task, time.monotonic() + seconds)
            except BaseException:
                self._end()
                raise

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        self._process = process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={"BEANCOUNT_DISABLE_LOAD_CACHE": "1", "PYTHONHASHSEED": "0"},
            start_new_session=True,
        )
        self._owner = os.getpid()
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.read(1) != b"!":  # it has loaded all it needs
            self._end()
            raise OSError(0, "the process that reads books doesn't start")
        os.set_blocking(process.stdin.fileno(), False)
        atexit.register(self._end)
        return process

    def _ask(self, process: subprocess.Popen[bytes], task: bytes, until: float) -> tuple[int, bytes]:
        assert process.stdin is not None
        assert process.stdout is not None
        left = memoryview(len(task).to_bytes(_HEAD, "big") + task)
        answer = bytearray()
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdin, selectors.EVENT_WRITE)
            ready.register(process.stdout, selectors.EVENT_READ)
            while not _whole(answer):
                wait = until - time.monotonic()
                if wait <= 0:
                    raise TimeoutError
                for key, _ in ready.select(wait):
                    if key.fileobj is process.stdin:
                        left = left[os.write(process.stdin.fileno(), left[:_CHUNK]) :]
                        if not left:
                            ready.unregister(process.stdin)
                        continue
                    read = os.read(process.stdout.fileno(), _CHUNK)
                    if not read:
                        raise OSError(0, "the process that reads books has ended")
                    answer += read
        code = int.from_bytes(answer[:_HEAD], "big", signed=True)
        return code, bytes(answer[2 * _HEAD :])

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait()


def _whole(answer: bytearray) -> bool:
    return len(answer) >= 2 * _HEAD and len(answer) == 2 * _HEAD + int.from_bytes(answer[_HEAD : 2 * _HEAD], "big")


def serve(work: Callable[[bytes], bytes]) -> None:
    """The process's own end: takes tasks from standard input until it ends, each done by a child.

    Args:
        work: from a task to its answer; it may do anything to the process that it runs in.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tasks, answers = sys.stdin.buffer, os.dup(1)
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 1)  # nothing that some library prints may get between the answers
    gc.freeze()
    os.write(answers, b"!")
    while len(head := tasks.read(_HEAD)) == _HEAD:
        task = tasks.read(int.from_bytes(head, "big"))
        code, answer = _forked(work, task, answers)
        left = memoryview(code.to_bytes(_HEAD, "big", signed=True) + len(answer).to_bytes(_HEAD, "big") + answer)
        while left:
            left = left[os.write(answers, left) :]


def _forked(work: Callable[[bytes], bytes], task: bytes, answers: int) -> tuple[int, bytes]:
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            for other in (0, answers, ours):
                os.close(other)
            left = memoryview(work(task))
            while left:
                left = left[os.write(theirs, left) :]
            code = 0
        finally:
            os._exit(code)  # nothing that was read needs tearing down
    os.close(theirs)
    answer = bytearray()
    while read := os.read(ours, _CHUNK):
        answer += read
        if len(answer) > LARGEST_ANSWER:
            os.kill(child, signal.SIGKILL)
            break
    os.close(ours)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status) if len(answer) <= LARGEST_ANSWER else -signal.SIGKILL
    return code, bytes(answer) if code == 0 else b""
