"""What combining costs, and how it grows with units and dealings: in fresh processes, and in one that stays.

Seconds are of the processor, so that a busy machine matters less; exponents come from a straight line through the
logarithms: 1 is linear, 2 would be a comparison of all pairs.
"""

from __future__ import annotations

import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.edit import append_sale, append_voucher
from benchmarks.generate import Size, generate
from benchmarks.measure import descendants, measure, process_cpu

BIN = Path(sys.executable).parent
ENV = {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
DAY = "2026-12-30"


def cpu() -> float:
    """Processor time of this process and of its workers so far."""
    return time.process_time() + sum(process_cpu(pid) for pid in descendants(os.getpid()))


def inside(root: Path, edits: Iterable[str]) -> dict[str, Any]:
    """Look at a workspace from within one process: load, combine, combine again after nothing and after edits.

    Args:
        root: a workspace whose books are in the cache.
        edits: units that book something, one after the other.
    """
    from ledger.books import load_books, open_workspace  # noqa: PLC0415  imports aren't what is measured
    from ledger.combine import combine  # noqa: PLC0415  as above
    from ledger.memo import forget  # noqa: PLC0415  as above
    from ledger.policy import read_policy  # noqa: PLC0415  as above
    from ledger.provisional import provisional  # noqa: PLC0415  as above

    found: dict[str, Any] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        begun, processor = time.perf_counter(), cpu()
        made = work()
        found[name] = {"wall": round(time.perf_counter() - begun, 4), "cpu": round(cpu() - processor, 4)}
        return made

    def look() -> Any:
        ws = open_workspace(root)
        books = load_books(ws)
        return combine(books, provisional(books, read_policy(books.central_text, ws)))

    ws = open_workspace(root)
    books = timed("load", lambda: load_books(ws))
    run = timed("provisional", lambda: provisional(books, read_policy(books.central_text, ws)))
    combined = timed("combine", lambda: combine(books, run))
    # once more, with all sections of the summaries decoded: what is left is matching, settling and adding up
    forget()
    timed("combine again", lambda: combine(books, run))
    timed("nothing changed", look)
    writers: tuple[tuple[str, Callable[[Path, str, str], Path]], ...] = (
        ("after a voucher", append_voucher),
        ("after a sale", append_sale),
    )
    for slug, (name, write) in zip(edits, writers, strict=False):
        write(root, slug, DAY)
        timed(name, look)
    assert combined.complete, [(p.code, p.file, p.line, p.params) for p in (*books.problems, *combined.problems)][:5]
    found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    found["counts"] = {
        "units": len(combined.parts),
        "transactions": books.transactions,
        "pairs": len({row.units for row in combined.pairs}),
        "eliminations": len(combined.eliminations),
        "dealings": len({(e.key, e.units) for e in combined.eliminations}),
        "unmatched": len(combined.unmatched),
    }
    return found


def at(size: Size, *, repeat: int, edits: tuple[str, ...] = ()) -> dict[str, Any]:
    """A federation of a size, from within a fresh process; the median of several."""
    with tempfile.TemporaryDirectory(prefix="sambok-growth-") as folder:
        home = Path(folder) / "federation"
        generate(home, replace(size, peers=False))
        runs = [_child(home / "workspace", edits) for _ in range(repeat + 1)][1:]  # the first fills the cache
    return _median(runs)


def _child(root: Path, edits: tuple[str, ...]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.combine", "inside", str(root), *edits]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **ENV})
    assert done.returncode == 0, done.stderr[-2000:]
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {"counts": runs[-1]["counts"], "peak_mb": max(run["peak_mb"] for run in runs)}
    for name, value in runs[-1].items():
        if isinstance(value, dict) and name != "counts":
            found[name] = {of: statistics.median(run[name][of] for run in runs) for of in ("wall", "cpu")}
    return found


def exponent(points: Iterable[tuple[float, float]]) -> float:
    """The slope of log(cost) over log(size), by least squares."""
    logs = [(math.log(size), math.log(max(cost, 1e-4))) for size, cost in points]
    mean = [statistics.fmean(values) for values in zip(*logs, strict=True)]
    above = sum((x - mean[0]) * (y - mean[1]) for x, y in logs)
    below = sum((x - mean[0]) ** 2 for x, _ in logs)
    return above / below if below else 0.0


def grown(sizes: Iterable[tuple[str, Size]], by: str, *, repeat: int, tell: Callable[[str], object]) -> dict[str, Any]:
    """Costs of several sizes, and the exponent by one of their counts.

    Args:
        sizes: named.
        by: a count: "units" or "dealings".
        repeat: runs of each.
        tell: is told of each size that is done.
    """
    rows = []
    for name, size in sizes:
        found = at(size, repeat=repeat)
        rows.append({"name": name, **found})
        tell(f"  {name}: {found['combine']['cpu']:.2f} s combine, {found['counts']}")
    points = {
        step: [(float(row["counts"][by]), float(row[step]["cpu"])) for row in rows]
        for step in ("combine", "combine again")
    }
    return {"by": by, "rows": rows, "exponent": {step: round(exponent(found), 2) for step, found in points.items()}}


def processes(size: Size, *, repeat: int) -> dict[str, Any]:
    """`sambok combine --json` as a command: cold, warm, a period that nobody asked for yet, after one unit's edit."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="sambok-combine-") as folder:
        home = Path(folder) / "federation"
        generate(home, replace(size, peers=False))
        root = home / "workspace"
        answer = [str(BIN / "sambok"), "combine", "--json", "--workspace", str(root)]

        def run(name: str, before: Callable[[], object], *more: str) -> None:
            costs = []
            for _ in range(repeat):
                before()
                costs.append(measure([*answer, *more], env=ENV))
                assert costs[-1].code in {0, 3}, f"{name} ended with {costs[-1].code}"
            ranked = sorted(costs, key=lambda cost: cost.wall)
            found[name] = ranked[(len(ranked) - 1) // 2].as_json()

        run("cold", lambda: shutil.rmtree(root / ".sambok", ignore_errors=True))
        run("nothing changed", lambda: None)
        run(
            "another period",
            lambda: shutil.rmtree(root / ".sambok" / "answers", ignore_errors=True),
            "--to",
            "2026-11-30",
        )
        run("after one unit's edit", lambda: append_voucher(root, "u001", DAY))
        found["staying process"] = _child(root, ("u002", "u003"))
    return found
