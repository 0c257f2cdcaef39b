"""Running a command and seeing what it costs: seconds on the clock, seconds of processor, memory.

Processor time and the largest single process come from the operating system's own account of the child and of all
processes that it waited for (`wait4`). What a child leaves running isn't in that account, so the tree of processes is
looked at while it runs: the peak of the command's own process, and of the tree together (shared pages counted in each
process: an upper bound).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LOOK_EVERY = 0.02


@dataclass(frozen=True)
class Cost:
    """What a command cost.

    Attributes:
        wall: seconds on the clock.
        cpu: seconds of processor, user and system, sub-children included.
        parent_mb: peak resident memory of the command's own process.
        tree_mb: peak of the command and all its sub-processes together.
        code: exit code.
    """

    wall: float
    cpu: float
    parent_mb: float
    tree_mb: float
    code: int

    def as_json(self) -> dict[str, Any]:
        """The figures, rounded."""
        return {key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(self).items()}


def measure(command: Sequence[str], *, env: Mapping[str, str] | None = None, out: Path | None = None) -> Cost:
    """Run `command` to its end and measure it.

    Args:
        command: program and arguments.
        env: added to this process's environment.
        out: where its standard output goes (default: nowhere).

    Returns:
        Its cost; what it writes to standard error is shown when its exit code is neither 0 nor 3.
    """
    with tempfile.TemporaryFile() as errors, (out or Path(os.devnull)).open("wb") as stream:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=stream, stderr=errors, env={**os.environ, **(env or {})})
        watch = _Watch(process.pid)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        watch.done.set()
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, 3}:
            errors.seek(0)
            print(errors.read().decode(errors="replace")[-2000:])
    parent = watch.parent_kb or usage.ru_maxrss
    tree = max(watch.tree_kb, parent)
    return Cost(wall, usage.ru_utime + usage.ru_stime, parent / 1024, tree / 1024, process.returncode)


class _Watch(threading.Thread):
    """Looks at a process and its descendants until told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.done = threading.Event()
        self.parent_kb = 0
        self.tree_kb = 0

    def run(self) -> None:
        while not self.done.wait(LOOK_EVERY):
            sizes = [resident_kb(pid) for pid in (self.pid, *descendants(self.pid))]
            self.parent_kb = max(self.parent_kb, peak_kb(self.pid))
            self.tree_kb = max(self.tree_kb, sum(sizes))


def descendants(pid: int) -> list[int]:
    """Processes below `pid`; empty when it has gone."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def process_cpu(pid: int) -> float:
    """Seconds of processor of a process and of what it waited for so far; 0 when it has gone."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def resident_kb(pid: int) -> int:
    """Resident memory now."""
    return _status(pid, "VmRSS:")


def peak_kb(pid: int) -> int:
    """Peak of resident memory so far."""
    return _status(pid, "VmHWM:")


def _status(pid: int, name: str) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
    return 0
