"""Limits for processes that read a unit's text: little memory, little time, no files to write, no core dump.

Beancount's parser is C code and was not written for hostile text; the guard's first looks stop every way that is known
to end or hang it. Should there be another, a process of its own dies, and its death is an error of the book.
"""

from __future__ import annotations

import resource
import signal
from pathlib import Path

#: What a process that reads one book may use (bytes beyond what it has, seconds of processor, files, bytes written).
MEMORY = 1 << 30
CPU_SECONDS = 10
FILES = 64


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


def ending(returncode: int) -> str:
    """How a process ended, in a word: `SIGSEGV`, or `exit code 1`."""
    if returncode < 0:
        try:
            return signal.Signals(-returncode).name
        except ValueError:
            return f"signal {-returncode}"
    return f"exit code {returncode}"
