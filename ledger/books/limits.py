"""Limits for processes that read a unit's text, and a check of one text in a process of its own.

Beancount's parser is C code and was not written for hostile text; the guard's first looks stop every way that is known
to end or hang it. Should there be another, a process of its own dies, with little memory, little time, no files to
write and no core dump, and its death is an error of the book like any other.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ledger.books import problems_guard as found
from ledger.books.guard_bytes import clip
from ledger.books.guard_profiles import PROFILES, Profile
from ledger.errors import Problem

#: What a process that reads one book may use (bytes beyond what it has, seconds of processor, files, bytes written).
MEMORY = 1 << 30
CPU_SECONDS = 10
FILES = 64
WALL_SECONDS = 15.0
#: Above this size, or after this many seconds, the line of a crash isn't searched for.
BISECT_BYTES = 1 << 20
BISECT_SECONDS = 10.0

CHILD = """\
import sys
sys.path.insert(0, sys.argv[1])
from ledger.books.limits import child_main
child_main()
"""
PACKAGE_ROOT = str(Path(__file__).resolve().parent.parent.parent)


def apply_limits(
    *,
    memory: int | None = MEMORY,
    cpu: int | None = CPU_SECONDS,
    files: int | None = FILES,
    file_size: int | None = 0,
) -> None:
    """Limit the process that calls this, for good; no core dumps in any case.

    Args:
        memory: bytes of address space beyond what the process has now.
        cpu: seconds of processor time beyond what it has used (SIGXCPU, then SIGKILL a second later).
        files: highest number of an open file.
        file_size: bytes of the largest file it may write; 0 lets it write to pipes only. None leaves a limit as it is.
    """
    # A write beyond the limit is to be an error of the write, not the end of the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _lower(resource.RLIMIT_CORE, 0)
    if memory is not None:
        _lower(resource.RLIMIT_AS, _address_space() + memory)
    if cpu is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + cpu
        _lower(resource.RLIMIT_CPU, soft, soft + 1)
    if files is not None:
        _lower(resource.RLIMIT_NOFILE, files)
    if file_size is not None:
        _lower(resource.RLIMIT_FSIZE, file_size)


def _lower(what: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit; one that is lower already stays."""
    ceiling = resource.getrlimit(what)[1]
    top = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        top, soft = min(top, ceiling), min(soft, ceiling)
    resource.setrlimit(what, (soft, top))


def _address_space() -> int:
    """Bytes of address space that this process has; 0 where the system doesn't say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * resource.getpagesize()


def check_in_child(
    data: bytes,
    *,
    file: str,
    shown: str,
    profile: Profile,
    unit: str | None = None,
    today: dt.date,
    title: str | None = None,
    currency: str | None = None,
    wall_seconds: float = WALL_SECONDS,
) -> list[Problem]:
    """Run `parse_guarded` on `data` in a fresh process with limits; for writers, before anything is written.

    Args:
        data: the bytes of a whole file.
        file: absolute path, as for `parse_guarded`, as are the others.
        shown: the path as users know it.
        profile: what the file may say.
        unit: slug.
        today: the day by which dates are judged.
        title: the unit's name, for main files.
        currency: the unit's currency, for main files.
        wall_seconds: when the process is ended.

    Returns:
        What is wrong, `BOOK_CRASHED` and `BOOK_TIMED_OUT` included; empty when the text passed.
    """
    job = {
        "file": file,
        "shown": shown,
        "profile": profile.name,
        "unit": unit,
        "today": today.isoformat(),
        "title": title,
        "currency": currency,
    }
    problems, died = _run(data, job, wall_seconds)
    if died is None:
        return problems
    line = None if isinstance(died, found.ReaderUnavailable) else _bisect(data, job, wall_seconds)
    died.file, died.unit, died.line = shown, unit, line
    if line is not None:
        died.excerpt = clip(data.decode("utf-8", "backslashreplace").split("\n")[line - 1])
    return [died]


def _run(data: bytes, job: dict[str, Any], wall_seconds: float) -> tuple[list[Problem], Problem | None]:
    """One process, one text: its problems, or what became of the process."""
    header = json.dumps(job).encode() + b"\n"
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", CHILD, PACKAGE_ROOT],
            input=header + data,
            capture_output=True,
            timeout=wall_seconds,
            check=False,
            env={"BEANCOUNT_DISABLE_LOAD_CACHE": "1", "PYTHONHASHSEED": "0"},
        )
    except subprocess.TimeoutExpired:
        return [], found.BookTimedOut(seconds=wall_seconds)
    except OSError as error:
        return [], found.ReaderUnavailable(reason=error.strerror or type(error).__name__)
    if done.returncode == -signal.SIGXCPU:
        return [], found.BookTimedOut(seconds=CPU_SECONDS)
    if done.returncode:
        return [], found.BookCrashed(reason=ending(done.returncode))
    return [Problem.from_dict(item) for item in json.loads(done.stdout)], None


def ending(returncode: int) -> str:
    """How a process ended, in a word: `SIGSEGV`, or `exit code 1`."""
    if returncode < 0:
        try:
            return signal.Signals(-returncode).name
        except ValueError:
            return f"signal {-returncode}"
    return f"exit code {returncode}"


def child_main() -> None:
    """The process of its own: a header line and a text on standard input, problems as JSON on standard output."""
    from ledger.books.guard import parse_guarded  # noqa: PLC0415  the parser is loaded only where it may die

    header, _, data = sys.stdin.buffer.read().partition(b"\n")
    job = json.loads(header)
    # Read before the limits: what Python loads lazily must not count as the text's doing.
    job["today"] = dt.date.fromisoformat(job["today"])
    job["profile"] = PROFILES[job["profile"]]
    apply_limits()
    parsed = parse_guarded(data, **job)
    sys.stdout.write(json.dumps([problem.to_dict() for problem in parsed.problems]))
    sys.stdout.flush()
    # Nothing that was parsed needs tearing down.
    os._exit(0)


def _bisect(data: bytes, job: dict[str, Any], wall_seconds: float) -> int | None:
    """The line of the top-level block on which the process dies; None where that is too dear to find out."""
    if len(data) > BISECT_BYTES:
        return None
    lines = data.split(b"\n")
    starts = [n for n, line in enumerate(lines) if line[:1] not in {b"", b" ", b"\t", b"\r", b";"}]
    if not starts:
        return None
    until = time.monotonic() + BISECT_SECONDS
    low, high = 0, len(starts)  # the culprit is in starts[low:high]
    while high - low > 1:
        left = until - time.monotonic()
        if left <= 0:
            return None
        middle = (low + high) // 2
        part = b"\n".join(lines[starts[low] : starts[middle]]) + b"\n"
        if _run(part, job, min(wall_seconds, left))[1] is not None:
            high = middle
        else:
            low = middle
    return starts[low] + 1
