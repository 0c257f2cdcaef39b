"""Mutants meet their tests: each in a fork, in a copy of the project, one at a time in a copy.

The mutant is written into the copy, so that the processes which the product starts have it, too. What stands below the
mutated room is imported once, before the forks.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.mutants_reach import Marker, watch
from benchmarks.mutants_source import Mutant, mutated

COPIED = ("ledger", "importers", "plugins", "benchmarks", "tests", "units", "docs")
#: Imported before the forks; whatever a mutant may be in is not.
FOREIGN = tuple(
    "pytest hypothesis _hypothesis_pytestplugin _pytest.junitxml xml.etree.ElementTree beancount.loader "
    "beancount.parser.parser cryptography click rich pydantic polars fava.core beangulp "
    "lxml.etree babel.numbers".split()
)
#: Fewer cases than in campaigns: a mutant that only one in thousands would show isn't held by a test.
FEWER = {"SAMBOK_FLIPS": "60", "SAMBOK_FUZZ": "100", "SAMBOK_SHRINK": "0"}


def copied(root: Path, top: Path) -> None:
    """A copy of the project to change at will; what stands beside it (samples) stands beside the copy."""
    top.mkdir(parents=True)
    for name in COPIED:
        shutil.copytree(root / name, top / name, ignore=shutil.ignore_patterns("__pycache__", ".sambok"))
    for path in root.iterdir():
        if path.is_file():
            shutil.copy2(path, top / path.name)
    beside, shared = top.parent / "shared", root.parent / "shared"
    if shared.exists() and not beside.exists():
        beside.symlink_to(shared.resolve())


class Chooser:
    """Runs these tests only, in this order (a pytest plugin)."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.order = {test: i for i, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leave out, and sort."""
        items[:] = sorted((i for i in items if i.nodeid in self.order), key=lambda i: self.order[i.nodeid])


def enter(top: Path, preload: Sequence[str]) -> None:
    """Make this process one that tests the copy in `top`."""
    os.chdir(top)
    sys.path[:] = [str(top), *(p for p in sys.path if p and Path(p).resolve() != top)]
    os.environ.update(FEWER, BEANCOUNT_DISABLE_LOAD_CACHE="1", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    for name in (*FOREIGN, *preload):
        importlib.import_module(name)
    hypothesis = sys.modules["hypothesis"]
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile("mutants", phases=phases, database=None, deadline=None)
    hypothesis.settings.load_profile("mutants")


def run_tests(top: Path, modules: Sequence[str], plugins: Sequence[object], *options: str) -> int:
    """Run pytest here."""
    import pytest  # noqa: PLC0415  # imported by whoever tests, not by whoever plans

    words = [
        "-q",
        "--no-header",
        "--tb=no",
        "--assert=plain",
        "-p",
        "no:cacheprovider",
        "-p",
        "_hypothesis_pytestplugin",
    ]
    words += ["--hypothesis-seed=0"]
    words += [f"--rootdir={top}", f"--basetemp={top}/.tmp-tests", *options]
    return int(pytest.main([*words, *modules], plugins=plugins))


def forked(work: Callable[[], int], limit: float) -> int | None:
    """Do it in a child with its own children; they end with it.

    Returns:
        How it ended, or None if it took longer than `limit` seconds.
    """
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.setsid()
            quiet = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(quiet, stream)
            code = work()
        finally:
            os._exit(code)
    until, ended, status = time.monotonic() + limit, 0, 0
    while not ended and time.monotonic() < until:
        time.sleep(0.02)
        ended, status = os.waitpid(child, os.WNOHANG)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if not ended:
        os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if ended else None


def look(root: Path, top: Path, paths: Sequence[str], modules: Sequence[str]) -> str:
    """Run test modules in a watching copy; its log (`benchmarks.mutants_reach.read_log`)."""
    copied(root, top)
    names = watch(top, paths)

    def work() -> int:
        enter(top, ())
        return run_tests(top, modules, [Marker(top, names)])

    forked(work, limit=3600)
    return (top / ".reach-log").read_text(encoding="utf-8") if (top / ".reach-log").exists() else ""


class Bench:
    """A copy of the project, and this process, which forks for each mutant."""

    def __init__(self, root: Path, top: Path, preload: Sequence[str]) -> None:
        self.top = top
        copied(root, top)
        enter(top, preload)
        self.written = 0

    def stands(self, path: str, source: str, tests: Sequence[str]) -> bool:
        """Whether the tests pass with the module as it is: else nothing can be told of its mutants."""
        return self._run(path, ast.unparse(ast.parse(source)), source, tests, 600) == 0

    def meet(self, mutant: Mutant, source: str, tests: Sequence[str], *, limit: float) -> str:
        """Run a mutant's tests.

        Returns:
            "killed", "timeout" (as good), "survived", "unreached" (no test), or "broken" (the tests can't run).
        """
        if not tests:
            return "unreached"
        # Those of the quickest one's module first: to read all the others takes longer than most of them.
        nearest = [test for test in tests if test.partition("::")[0] == tests[0].partition("::")[0]]
        code = self._run(mutant.path, mutated(source, mutant), source, nearest, limit)
        if code == 0 and len(nearest) < len(tests):
            others = [test for test in tests if test not in nearest]
            code = self._run(mutant.path, mutated(source, mutant), source, others, limit)
        # 1: a test fails; 2: the module can't be imported; below zero: it dies. Pytest's other codes are our own fault.
        return {None: "timeout", 0: "survived", 1: "killed", 2: "killed"}.get(
            code, "broken" if (code or 0) > 0 else "killed"
        )

    def _run(self, module: str, text: str, source: str, tests: Sequence[str], limit: float) -> int | None:
        name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        assert name not in sys.modules, f"{name} is imported before the fork"
        path = self.top / module
        self._write(path, text)
        modules = sorted({test.partition("::")[0] for test in tests})
        try:
            return forked(lambda: run_tests(self.top, modules, [Chooser(tests)], "-x"), limit)
        finally:
            self._write(path, source)

    def _write(self, path: Path, text: str) -> None:
        """Python knows what it has compiled by second and size: each text has a second of its own."""
        path.write_text(text, encoding="utf-8")
        self.written += 1
        at = 1_000_000_000 + self.written * 10
        os.utime(path, (at, at))
