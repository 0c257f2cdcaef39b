"""Worker processes that read books, one book in hand each.

A book's text is hostile until it is checked: reading it may crash the process, fill its memory or never end. So each
worker holds one book at a time; when it dies or overruns, that is the one book's error, the worker is replaced, and
the others go on. (`concurrent.futures` gives up all waiting tasks when one process dies.) What comes back are bytes,
never pickled objects: a worker that was taken over can say something wrong about its own book, and nothing else.

A pool may be kept warm: in a server, the first load pays for starting the workers and later ones don't.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ledger.books.limits import ending

MOST_WORKERS = 4
#: What a worker may answer at most; more is taken for a runaway.
LARGEST_ANSWER = 1 << 30
PIPE_BYTES = 1 << 20
PACKAGE_ROOT = str(Path(__file__).resolve().parent.parent.parent)
#: Isolated from the environment and the current folder, running the same package as this process.
BOOT = """\
import sys
sys.path.insert(0, sys.argv[1])
from ledger.books.worker import main
main()
"""


@dataclass(frozen=True)
class Limits:
    """What one task may use. Seconds and bytes grow with the size of its text."""

    cpu_seconds: float = 10
    cpu_seconds_per_mb: float = 10
    wall_factor: float = 4  # the machine may be busy with something else
    memory: int = 3 << 30  # address space; Polars maps much that it never touches
    memory_per_mb: int = 64 << 20

    def cpu(self, size: int) -> int:
        """CPU seconds for a task of `size` bytes."""
        return max(1, round(self.cpu_seconds + self.cpu_seconds_per_mb * size / 1e6))

    def wall(self, size: int) -> float:
        """Seconds on the clock for a task of `size` bytes."""
        return self.cpu(size) * self.wall_factor

    def space(self, size: int) -> int:
        """Address space in bytes for a task of `size` bytes."""
        return self.memory + int(self.memory_per_mb * size / 1e6)


@dataclass(frozen=True)
class Task:
    """What a worker is asked: a JSON object, and how large the text is that it will read."""

    name: str
    ask: dict[str, Any]
    size: int = 0


@dataclass(frozen=True)
class Answer:
    """What became of a task. `died` says how the worker ended (`crashed`, `timed out`); then there is nothing else."""

    task: Task
    head: dict[str, Any] = field(default_factory=dict)
    blobs: tuple[bytes, ...] = ()
    died: str | None = None
    detail: str = ""  # the signal or exit code, or the seconds it was given


class _Worker:
    """One child process and the pipes to it."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            close_fds=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.out = self.process.stdout.fileno()
        with contextlib.suppress(OSError):
            fcntl.fcntl(self.out, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self.task: Task | None = None
        self.cpu = 0
        self.deadline = 0.0
        self.received = bytearray()

    def give(self, task: Task, limits: Limits) -> None:
        self.task = task
        self.received.clear()
        self.deadline = time.monotonic() + limits.wall(task.size)
        self.cpu = limits.cpu(task.size)
        ask = {**task.ask, "cpu": self.cpu, "space": limits.space(task.size)}
        stdin = self.process.stdin
        assert stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died between tasks: seen as the end of its answers
            stdin.write(frame(ask))
            stdin.flush()

    def take(self) -> Answer | None:
        """Read what has come; the answer once it is whole."""
        assert self.task is not None
        more = os.read(self.out, PIPE_BYTES)
        if not more:
            return self._dead()
        self.received += more
        try:
            parsed = unframe(self.received)
        except (ValueError, TypeError, KeyError):
            self.kill()
            return Answer(self.task, died="crashed", detail="an answer that makes no sense")
        if parsed is None:
            return None
        head, blobs = parsed
        return Answer(self.task, head, blobs)

    def _dead(self) -> Answer:
        assert self.task is not None
        code = self.process.wait()
        if code == -signal.SIGXCPU:
            return Answer(self.task, died="timed out", detail=str(self.cpu))
        return Answer(self.task, died="crashed", detail=ending(code))

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def _environment() -> dict[str, str]:
    """What a worker sees of ours: no secrets, one thread for Polars, no load cache of Beancount's."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ") if name in os.environ}
    return {**kept, "POLARS_MAX_THREADS": "1", "BEANCOUNT_DISABLE_LOAD_CACHE": "1"}


def frame(head: dict[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    """A message: its length, a JSON head, then byte strings whose lengths the head names."""
    # ASCII with escapes: the name of a file need not be text that UTF-8 can write.
    text = json.dumps({"head": head, "blobs": [len(b) for b in blobs]}).encode("ascii")
    return b"".join((len(text).to_bytes(4, "big"), text, *blobs))


def unframe(received: bytearray) -> tuple[dict[str, Any], tuple[bytes, ...]] | None:
    """The message in `received`, None while it isn't whole.

    Raises:
        ValueError, TypeError, KeyError: no message.
    """
    if len(received) < 4:
        return None
    length = int.from_bytes(received[:4], "big")
    if length > LARGEST_ANSWER:
        raise ValueError("too long")
    if len(received) < 4 + length:
        return None
    text = json.loads(received[4 : 4 + length])
    head, sizes = text["head"], [int(n) for n in text["blobs"]]
    if not isinstance(head, dict) or any(n < 0 for n in sizes) or sum(sizes) > LARGEST_ANSWER:
        raise ValueError("no message")
    if len(received) < 4 + length + sum(sizes):
        return None
    blobs = []
    at = 4 + length
    for size in sizes:
        blobs.append(bytes(received[at : at + size]))
        at += size
    return head, tuple(blobs)


class Pool:
    """Workers, started when needed and kept until `close`.

    Args:
        jobs: at most so many at once; default: one a processor, at most 4.
        limits: what one task may use.
        command: how a worker is started.
    """

    def __init__(
        self, jobs: int | None = None, limits: Limits | None = None, command: Sequence[str] | None = None
    ) -> None:
        self.command = command or (sys.executable, "-I", "-c", BOOT, PACKAGE_ROOT)
        self.jobs = jobs or min(os.cpu_count() or 1, MOST_WORKERS)
        self.limits = limits or Limits()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, tasks: Sequence[Task]) -> Generator[Answer, None, None]:
        """Work on all tasks, the largest first; answers come as they are ready, one for each task.

        One caller at a time; others wait. If the caller stops early (closes the iterator) or is interrupted, what is
        under way is killed.

        Raises:
            OSError: no worker can be started at all.
        """
        with self._lock:
            waiting = deque(sorted(tasks, key=lambda t: (-t.size, t.name)))
            most = min(self.jobs, len(waiting))
            try:
                with selectors.DefaultSelector() as selector:
                    while waiting or self._busy:
                        while waiting and len(self._busy) < most:
                            self._start(waiting, selector)
                        for worker, answer in self._ready(selector):
                            selector.unregister(worker.out)
                            self._busy.discard(worker)
                            if answer.died:
                                worker.kill()
                            else:
                                self._idle.append(worker)
                            while waiting and len(self._busy) < most:  # before the caller takes its time
                                self._start(waiting, selector)
                            yield answer
            finally:
                for worker in self._busy:
                    worker.kill()
                self._busy.clear()

    def _start(self, waiting: deque[Task], selector: selectors.BaseSelector) -> None:
        worker = self._next()
        self._busy.add(worker)
        selector.register(worker.out, selectors.EVENT_READ, worker)
        worker.give(waiting.popleft(), self.limits)

    def _next(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.process.poll() is None:
                return worker
            worker.kill()
        return _Worker(self.command)

    def _ready(self, selector: selectors.BaseSelector) -> list[tuple[_Worker, Answer]]:
        """Wait for answers, or for a worker's time to run out."""
        now = time.monotonic()
        first = min(worker.deadline for worker in self._busy)
        ready: list[tuple[_Worker, Answer]] = []
        for key, _ in selector.select(timeout=max(0.0, first - now)):
            answer = key.data.take()
            if answer is not None:
                ready.append((key.data, answer))
        done = {id(worker) for worker, _ in ready}
        now = time.monotonic()
        for worker in self._busy:
            if worker.deadline <= now and id(worker) not in done:
                assert worker.task is not None
                detail = str(round(self.limits.wall(worker.task.size)))
                ready.append((worker, Answer(worker.task, died="timed out", detail=detail)))
        return ready

    def close(self) -> None:
        """End all workers; a run that is under way in another thread, or was left halfway, gets no more answers."""
        for worker in (*self._busy, *self._idle):
            worker.kill()
        self._idle.clear()


_shared: list[tuple[int, Pool]] = []


def shared_pool() -> Pool:
    """The pool of this process, ended with it."""
    pid = os.getpid()
    if not _shared or _shared[0][0] != pid:  # after a fork the parent's workers aren't ours
        _shared[:] = [(pid, Pool())]
        atexit.register(_shared[0][1].close)
    return _shared[0][1]
