"""Which tests reach which function, so that a mutant meets only the tests that can tell.

The tests are run once, one after the other, in a copy of the project whose `ledger` package notes each call of a
watched module's function: in the test's own process, in its forks, and in the processes that the product starts. What
was found is kept in `build/`; only test modules that have changed are run again. Functions go by name, not by line, so
that editing a watched module doesn't spoil what is known.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEPT = "build/mutants-reach.json"
#: Put into the copy's `ledger` package. Each function has a byte in a map that all processes share: a process that may
#: write no file (the guard's) can still set it.
WATCH = """
import mmap as _mmap, os as _os, sys as _sys, threading as _threading
_TOP = _os.path.dirname(_os.path.dirname(_os.path.abspath(__file__)))
_FILES = {_os.path.join(_TOP, name.partition(":")[0]): name.partition(":")[0] for name in NAMES}
_INDEX = {name: number for number, name in enumerate(NAMES)}
with open(_TOP + "/.reach-map", "r+b") as _file:
    _MAP = _mmap.mmap(_file.fileno(), 0)


def _watch(frame, event, arg):
    code = frame.f_code
    path = _FILES.get(code.co_filename)
    if path is not None:
        number = _INDEX.get(path + ":" + code.co_qualname.partition(".<locals>")[0])
        if number is not None:
            _MAP[number] = 1


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
    """Notes in a log what each test reaches, and whether it passed (a pytest plugin)."""

    def __init__(self, top: Path, names: Sequence[str]) -> None:
        self.log, self.map, self.names = top / ".reach-log", top / ".reach-map", names
        self.spent, self.good = 0.0, True

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self.spent, self.good = 0.0, True
        with self.map.open("r+b") as shared:
            shared.write(bytes(len(self.names)))
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"test {nodeid}\n")

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A part of it is over."""
        self.spent += report.duration
        self.good &= report.outcome == "passed"

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """It is over; what failed or was left out tells nothing of mutants."""
        called = [name for name, byte in zip(self.names, self.map.read_bytes(), strict=True) if byte]
        with self.log.open("a", encoding="utf-8") as log:
            log.writelines(f"call {name}\n" for name in called)
            log.write(f"{'done' if self.good else 'fail'} {self.spent:.3f} {nodeid}\n")


def watch(top: Path, paths: Iterable[str]) -> list[str]:
    """Let the copy in `top` note the calls of these modules' functions, which are returned."""
    names = [f"{path}:{name}" for path in sorted(paths) for name in functions((top / path).read_text(encoding="utf-8"))]
    (top / ".reach-map").write_bytes(bytes(len(names)))
    with (top / "ledger" / "__init__.py").open("a", encoding="utf-8") as package:
        package.write(f"\nNAMES = {names!r}\n{WATCH}")
    return names


def functions(source: str) -> list[str]:
    """A module's functions and methods, without those inside others."""

    def below(body: Iterable[ast.stmt], scope: str) -> Iterator[str]:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield scope + node.name
            elif isinstance(node, ast.ClassDef):
                yield from below(node.body, f"{scope}{node.name}.")

    return sorted(set(below(ast.parse(source).body, "")))


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

    A mutant outside functions (a table of codes) meets the quickest test of each function of its module, then the
    second ones, and so on: who uses the table isn't known.
    """
    here = f"{path}:{scope}"
    found = sorted(reaches, key=lambda r: (r.seconds, r.test))
    if scope:
        found = [reach for reach in found if here in reach.functions]
    else:
        turn: Counter[str] = Counter()
        first: dict[str, int] = {}
        for reach in found:
            mine = [name for name in reach.functions if name.startswith(here)]
            turn.update(mine)
            if mine:
                first[reach.test] = min(turn[name] for name in mine)
        found = sorted((r for r in found if r.test in first), key=lambda r: (first[r.test], r.seconds, r.test))
    tests: list[str] = []
    spent = 0.0
    for reach in found:
        if tests and spent + reach.seconds > seconds:
            break
        tests.append(reach.test)
        spent += reach.seconds
    return tests
