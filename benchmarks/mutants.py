"""Mutation testing: would a test notice if a rule were written wrongly?

`python -m benchmarks.mutants ROOM... [--sample N] [--seed S] [--jobs J]`; `--list` shows the mutants alone. Score =
killed / (all but the equivalent ones); a mutant that hangs counts as killed. Those that mean the same as the module are
listed by hand, with the reason, in `mutants_equivalent.toml`. Survivors are printed as the list would name them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import mutants_reach as reach
from benchmarks.mutants_run import Bench, look
from benchmarks.mutants_source import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
EQUIVALENT = Path(__file__).with_name("mutants_equivalent.toml")


@dataclass(frozen=True)
class Room:
    """What is mutated, by which tests it is held, and what stands below it (imported before the forks)."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    below: tuple[str, ...] = ()


def _modules(folder: str, names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}.py" for name in names.split())


def _all(folder: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{p.name}" for p in sorted((ROOT / folder).glob("*.py")) if p.name != "__init__.py")


GROUND = ("ledger.errors", "ledger.messages", "ledger.charts")
ROOMS = {
    "seals": Room(
        _modules("ledger/seals", "blocks canonical chain compare damage fitting lines merkle model signing standing"),
        ("tests/seals", "tests/closing/test_verify.py"),
        GROUND,
    ),
    "closing": Room(
        _modules(
            "ledger/closing",
            "assign decisions faults findings freeze lacking months numbering readiness reopen sealing verify year_end",
        ),
        ("tests/closing", "tests/cli/test_decisions.py", "tests/cli/test_close.py", "tests/cli/test_close_status.py"),
        (*GROUND, "ledger.books", "ledger.policy", "ledger.provisional", "ledger.combine", "ledger.federation"),
    ),
    "rules": Room(
        _modules("ledger/rules", "vouchers decisions"),
        (
            "tests/rules/test_vouchers.py",
            "tests/rules/test_decisions.py",
            "tests/closing/test_numbering.py",
            "tests/closing/test_assign.py",
            "tests/cli/test_decisions.py",
        ),
        GROUND,
    ),
    "loans": Room(
        (*_all("ledger/rules/loans"), *_all("ledger/loans")),
        ("tests/rules/loans", "tests/loans"),
        (*GROUND, "ledger.rules", "ledger.books", "ledger.policy"),
    ),
    "funds": Room(
        (
            *(path for folder in ("funds", "solidarity", "services") for path in _all(f"ledger/rules/{folder}")),
            *_all("ledger/funds"),
        ),
        (
            *("tests/rules/funds", "tests/rules/solidarity", "tests/rules/services"),
            *("tests/funds", "tests/solidarity", "tests/services"),
        ),
        (*GROUND, "ledger.rules", "ledger.books", "ledger.policy"),
    ),
    "guard": Room(
        _modules(
            "ledger/books",
            "guard guard_builder guard_bytes guard_child guard_layout guard_names guard_numbers guard_profiles "
            "guard_tokens keeping late sealed",
        ),
        (
            "tests/books/guard",
            "tests/books/test_meanings.py",
            "tests/closing/test_late.py",
            "tests/closing/test_sealed_text.py",
        ),
        (*GROUND, "ledger.seals", "ledger.rules"),
    ),
}
#: Killing a process at each of its steps takes minutes and shows no rule.
LEFT_OUT = ("tests/closing/test_interrupted.py", "tests/closing/test_fund_interrupted.py")


def test_modules(rooms: Sequence[Room]) -> list[str]:
    """The test modules of rooms."""
    found = set()
    for name in {name for room in rooms for name in room.tests}:
        path = ROOT / name
        found |= {str(p.relative_to(ROOT)) for p in (path.rglob("test_*.py") if path.is_dir() else [path])}
    return sorted(found - set(LEFT_OUT))


def equivalent() -> dict[str, str]:
    """Mutants that mean the same as the module, with the reason."""
    rows = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", [])
    return {row["mutant"]: row["reason"] for row in rows}


def reached(folder: Path, rooms: Sequence[Room]) -> dict[str, list[reach.Reach]]:
    """What each test module reaches; those that have changed are run first."""
    paths = sorted({module for room in ROOMS.values() for module in room.modules})
    known = reach.kept(ROOT)
    modules = test_modules(rooms)
    new = [m for m in modules if known.get(m, ("",))[0] != reach.digest(ROOT / m)]
    if new:
        print(f"looking what {len(new)} test modules reach ...", flush=True)
        tests = reach.read_log(look(ROOT, folder / "reach", paths, new))
        for module in new:
            known[module] = (
                reach.digest(ROOT / module),
                [t for t in tests if t.test.partition("::")[0] == module],
            )
        reach.keep(ROOT, known)
    return {module: known[module][1] for module in modules}


@dataclass
class Campaign:
    """How mutants are tried."""

    options: argparse.Namespace
    folder: Path
    sources: dict[str, str] = field(default_factory=dict)

    def sample(self) -> list[Mutant]:
        """The mutants to try: of all rooms together, without the equivalent ones."""
        same = equivalent()
        found: list[Mutant] = []
        for room in self.options.room:
            for path in ROOMS[room].modules:
                # As it is now: somebody may go on writing while mutants are tried.
                self.sources[path] = (ROOT / path).read_text(encoding="utf-8")
                found += mutants(path, self.sources[path])
        unused = {n for n in same if n.partition(":")[0] in {m.path for m in found}} - {m.name for m in found}
        for name in sorted(unused):
            print(f"listed as equivalent, but no mutant any more: {name}", file=sys.stderr)
        known = [m for m in found if m.name not in same and self.options.only in m.name]
        print(f"{len(found)} mutants, {sum(m.name in same for m in found)} equivalent", flush=True)
        if self.options.sample and self.options.sample < len(known):
            known = random.Random(self.options.seed).sample(known, self.options.sample)
        return known

    def run(self, todo: Sequence[Mutant], reaches: Sequence[reach.Reach]) -> list[tuple[Mutant, str]]:
        """Try them, room by room, in so many processes."""
        done: list[tuple[Mutant, str]] = []
        for name in self.options.room:
            mine = [m for m in todo if m.path in ROOMS[name].modules]  # as drawn: time may end before they do
            jobs = min(self.options.jobs, len(mine)) or 1
            parts = [mine[i * len(mine) // jobs : (i + 1) * len(mine) // jobs] for i in range(jobs)]
            children = [self._child(name, number, part, reaches) for number, part in enumerate(parts) if part]
            for child, _, _ in children:
                os.waitpid(child, 0)
            for _, part, answers in children:
                lines = answers.read_text(encoding="utf-8").splitlines() if answers.exists() else []
                results = dict(json.loads(line) for line in lines)
                done += [(m, results.get(i, "not run")) for i, m in enumerate(part)]
        return done

    def _child(
        self, room: str, number: int, part: Sequence[Mutant], reaches: Sequence[reach.Reach]
    ) -> tuple[int, Sequence[Mutant], Path]:
        top = self.folder / f"{room}-{number}"
        answers = self.folder / f"{room}-{number}.results"
        child = os.fork()
        if child == 0:
            code = 1
            try:
                self._work(Bench(ROOT, top / "project", ROOMS[room].below), part, reaches, answers)
                code = 0
            finally:
                os._exit(code)
        return child, part, answers

    def _work(self, bench: Bench, part: Sequence[Mutant], reaches: Sequence[reach.Reach], answers: Path) -> None:
        stands: dict[str, bool] = {}
        end = time.monotonic() + self.options.minutes * 60
        with answers.open("a", encoding="utf-8") as out:
            for i, mutant in enumerate(part):
                while self.options.pause and Path(self.options.pause).exists():
                    time.sleep(1)
                if time.monotonic() > end:
                    return
                source = self.sources[mutant.path]
                if mutant.path not in stands:
                    every = reach.chosen(reaches, mutant.path, "", seconds=3)
                    stands[mutant.path] = not every or bench.stands(mutant.path, source, every)
                tests = reach.chosen(reaches, mutant.path, mutant.scope, seconds=self.options.tests)
                limit = 20 + 4 * self.options.tests
                result = bench.meet(mutant, source, tests, limit=limit) if stands[mutant.path] else "broken"
                out.write(json.dumps([i, result]) + "\n")
                out.flush()
                if result not in {"killed", "timeout"}:
                    print(f"{result:9} line {mutant.line:3} {mutant.name}", flush=True)


def report(done: Sequence[tuple[Mutant, str]]) -> float:
    """Print the scores; returns the whole one in percent."""
    good = {"killed", "timeout"}
    counted = [(m, result) for m, result in done if result not in {"not run", "broken"}]
    for path in sorted({m.path for m, _ in done}):
        results = Counter(result for m, result in done if m.path == path)
        tried = sum(results[r] for r in results if r not in {"not run", "broken"})
        killed = sum(results[r] for r in good)
        share = f"{100 * killed / tried:5.1f} %" if tried else "      -"
        print(f"{path:40} {killed:4} of {tried:4} {share}   {dict(sorted(results.items()))}")
    killed = sum(result in good for _, result in counted)
    score = 100 * killed / len(counted) if counted else 0.0
    print(f"{'all':40} {killed:4} of {len(counted):4} {score:5.1f} %")
    return score


def main(words: Sequence[str] | None = None) -> int:
    """The command; ends 1 where the score is below `--least`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("room", nargs="+", choices=[*ROOMS, "all"])
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="so many mutants, drawn by the seed (default: all)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--tests", type=float, default=60, metavar="S", help="tests of so many seconds for a mutant, the quickest first"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="mutants whose name holds it")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="begin no mutant after so many")
    parser.add_argument("--pause", default="", metavar="FILE", help="wait while this file exists")
    parser.add_argument("--least", type=float, default=0, metavar="PERCENT", help="end 1 below this score")
    parser.add_argument("--list", action="store_true", help="print the mutants, try none")
    options = parser.parse_args(words)
    options.room = list(ROOMS) if "all" in options.room else list(dict.fromkeys(options.room))
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        campaign = Campaign(options, Path(folder))
        todo = campaign.sample()
        if options.list:
            print("\n".join(f"{m.line:4} {m.name}" for m in todo))
            return 0
        known = reached(Path(folder), [ROOMS[name] for name in options.room])
        score = report(campaign.run(todo, [r for tests in known.values() for r in tests]))
    if score < options.least:
        print(
            f"only {score:.1f} % of the mutants were noticed: at least {options.least:g} % should be", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
