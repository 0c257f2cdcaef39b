"""Which tests reach which function, so that a mutant meets only the tests that can tell.

The tests are run once, one after the other, in a copy of the project whose `ledger` package notes each call of a
watched module's function: in the test's own process, in its forks, and in the processes that the product starts. What
was found is kept in `build/`; only test modules that have changed are run again. Functions go by name, not by line, so
that editing a watched module doesn't spoil what is known.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEPT = "build/mutants-reach.json"
#: Put into the copy's `ledger` package. A process that lives longer than a test sees by the file `now` that another
#: one has begun.
WATCH = """
import os as _os, sys as _sys, threading as _threading
_TOP = _os.path.dirname(_os.path.dirname(_os.path.abspath(__file__)))
_FILES = {_os.path.join(_TOP, path): path for path in PATHS}
_LOG = _os.open(_TOP + "/.reach-log", _os.O_WRONLY | _os.O_APPEND | _os.O_CREAT)
_seen, _last = set(), [None]


def _watch(frame, event, arg):
    code = frame.f_code
    path = _FILES.get(code.co_filename)
    if path is not None:
        try:
            now = _os.stat(_TOP + "/.reach-now").st_mtime_ns
            if now != _last[0]:
                _last[0] = now
                _seen.clear()
            if code not in _seen:
                _seen.add(code)
                _os.write(_LOG, f"call {path}:{code.co_qualname.split('.<locals>')[0]}\\n".encode())
        except OSError:
            pass


_sys.settrace(_watch)
_threading.settrace(_watch)
"""


@dataclass(frozen=True)
class Reach:
    """One test: how long it takes, and the functions (`path:Class.method`) that it reaches."""

    test: str
    seconds: float
    functions: frozenset[str]


class Marker:
    """Notes in the log where a test begins, and whether it passed (a pytest plugin)."""

    def __init__(self, top: Path) -> None:
        self.log, self.now = top / ".reach-log", top / ".reach-now"
        self.spent, self.good = 0.0, True

    def _note(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            log.write(text + "\n")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self.spent, self.good = 0.0, True
        self.now.write_text(nodeid, encoding="utf-8")
        self._note(f"test {nodeid}")

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A part of it is over."""
        self.spent += report.duration
        self.good &= report.outcome == "passed"

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """It is over; what failed or was left out tells nothing of mutants."""
        self._note(f"{'done' if self.good else 'fail'} {self.spent:.3f} {nodeid}")


def watch(top: Path, paths: Iterable[str]) -> None:
    """Let the copy in `top` note the calls of these modules."""
    (top / ".reach-now").touch()
    with (top / "ledger" / "__init__.py").open("a", encoding="utf-8") as package:
        package.write(f"\nPATHS = {sorted(paths)!r}\n{WATCH}")


def read_log(log: str) -> list[Reach]:
    """The tests that passed, of a log."""
    found, test, functions = [], "", set[str]()
    for line in log.splitlines():
        word, _, rest = line.partition(" ")
        if word == "test":
            test, functions = rest, set()
        elif word == "call":
            functions.add(rest)
        elif word == "done":
            seconds = float(rest.partition(" ")[0])
            found.append(Reach(test, seconds, frozenset(functions)))
    return found


def digest(path: Path) -> str:
    """Of a test module."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def kept(root: Path) -> dict[str, tuple[str, list[Reach]]]:
    """What is known: test module -> its digest when it was run, its tests."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        data = json.loads((root / KEPT).read_text(encoding="utf-8"))
        return {
            module: (row["digest"], [Reach(t, s, frozenset(f)) for t, s, f in row["tests"]])
            for module, row in data.items()
        }
    return {}


def keep(root: Path, known: Mapping[str, tuple[str, list[Reach]]]) -> None:
    """Keep it, whole or not at all."""
    data = {
        module: {"digest": mark, "tests": [[r.test, r.seconds, sorted(r.functions)] for r in tests]}
        for module, (mark, tests) in sorted(known.items())
    }
    path = root / KEPT
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(data, indent=0), encoding="utf-8")
    new.replace(path)


def chosen(reaches: Iterable[Reach], path: str, scope: str, *, seconds: float) -> list[str]:
    """The tests for a mutant: the quickest first, as many as the time allows, one at least.

    A mutant outside functions (a table of codes) meets every test that reaches any function of its module.
    """
    here = f"{path}:{scope}"
    found = sorted(
        (r for r in reaches if here in r.functions or (not scope and any(f.startswith(here) for f in r.functions))),
        key=lambda r: (r.seconds, r.test),
    )
    tests: list[str] = []
    spent = 0.0
    for reach in found:
        if tests and spent + reach.seconds > seconds:
            break
        tests.append(reach.test)
        spent += reach.seconds
    return tests
