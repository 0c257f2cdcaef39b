"""How fast files of every format come into books, what memory they take, and whether both grow with the file alone.

    python -m benchmarks.importers                                   every format, 25,000, 50,000 and 100,000 lines
    python -m benchmarks.importers --lines 20000 --formats mt940,csv

Each import is the real one (`import_files`) into a real workspace, in a process of its own: reading (letters to checked
statements), planning (compared with the book, the other side of each payment found), writing (as text, through the
guard, into the month files), and looking again at what waits. Rates are lines per second of processor, the processes
that guard and load included: a busy machine changes them less. What says most is how the rates of one run compare, the
largest file's ÷ the smallest's (*growth*): 1 is linear, less is slower than that.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.measure import descendants, measure, process_cpu
from benchmarks.statements import WRITERS
from importers import run
from importers.formats import FORMATS
from importers.run import import_files
from ledger.books import main_text, open_workspace

UNIT = """\
name = "Repris"
code = "REPRIS"
entity = "legal_entity"
chart = "bas"
country = "SE"
organisation_number = "556000-0167"
currency = "{currency}"
[[source]]
name = "s"
format = "{format}"
{settings}
"""
ACCOUNTS = """\
2000-01-01 open Assets:1510-Kundfordringar
2000-01-01 open Assets:1930-Bank
2000-01-01 open Equity:2091-Balanserat-resultat
2000-01-01 open Expenses:5010-Lokalhyra
2000-01-01 open Income:3001-Forsaljning-25
2000-01-01 open Liabilities:2611-Utgaende-moms-25
2000-01-01 open Liabilities:2641-Ingaende-moms
2000-01-01 open Liabilities:2999-Observationskonto
"""
STAGES = {
    run.READING: "read",
    run.LOADING: "load",
    run.COMPARING: "plan",
    run.WRITING: "write",
    run.PLACING: "place",
}
#: An invoice of more lines than a file may have bytes for is nobody's.
UBL_LINES = 25_000


@dataclass(frozen=True)
class Done:
    """One import: what each stage took, and what came of it.

    Attributes:
        clock: seconds by stage.
        processor: seconds of processor by stage, the processes that read the book and guard new text included.
        entries: transactions that came in.
        lines: of the file.
        mb: size of the file.
        peak_mb: of the process that imports.
        tree_mb: with the one that runs the guard.
    """

    clock: dict[str, float]
    processor: dict[str, float]
    entries: int
    lines: int
    mb: float
    peak_mb: float = 0.0
    tree_mb: float = 0.0

    def rate(self, *stages: str) -> float:
        """Lines per second of processor through some stages; without any, through all but loading the empty book."""
        chosen = stages or tuple(stage for stage in self.processor if stage != "load")
        return self.lines / max(sum(self.processor[stage] for stage in chosen), 1e-9)

    @property
    def seconds(self) -> float:
        """On the clock, all of it."""
        return sum(self.clock.values())


def one(name: str, lines: int, folder: Path) -> Done:
    """Make a file, a workspace, and import the one into the other."""
    made = WRITERS[name](lines)
    home = folder / "units" / "repris"
    (home / "books" / "2025").mkdir(parents=True)
    (folder / "fava.conf").write_text('[federation]\nname = "X"\ncurrency = "SEK"\ncentral = "repris"\n')
    for other in ("policy", "prices"):
        (folder / f"units/{other}.beancount").write_text("; nothing\n")
    (home / "unit.toml").write_text(UNIT.format(currency=made.currency, format=name, settings=made.settings))
    (home / "accounts.beancount").write_text(ACCOUNTS)
    (home / "books/2025/2025-01.beancount").write_text("; nothing yet\n")
    ws = open_workspace(folder)
    unit = ws.units["repris"]
    unit.main.write_text(main_text(unit))
    file = folder / "file.txt"
    file.write_bytes(made.data)
    size, lines = len(made.data) / 1e6, made.lines
    del made

    begun: dict[str, tuple[float, float]] = {}

    def watch(stage: str, done: int, total: int) -> None:
        del done, total
        if stage in STAGES:
            begun.setdefault(STAGES[stage], now())

    report = import_files(ws, unit, [file], watcher=watch).files[0]
    moments = [*begun.values(), now()]
    if report.status != "imported" or report.plan is None:
        raise SystemExit(f"{name}: {report.status}: {report.problem}")
    clock, processor = (
        {stage: after[i] - before[i] for stage, before, after in zip(begun, moments, moments[1:], strict=False)}
        for i in (0, 1)
    )
    return Done(clock, processor, len(report.plan.transactions), lines, size)


def now() -> tuple[float, float]:
    """Seconds on the clock; seconds of processor, of this process and of those below it."""
    below = sum(process_cpu(pid) for pid in descendants(os.getpid()))
    times = os.times()
    return time.perf_counter(), times.user + times.system + times.children_user + times.children_system + below


def measured(name: str, lines: int) -> Done:
    """The same in a process of its own, with its memory."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "answer.json"
        workspace = Path(folder) / "workspace"
        workspace.mkdir()
        command = [sys.executable, "-m", "benchmarks.importers", "--one", name, "--lines", str(lines)]
        cost = measure([*command, "--folder", str(workspace)], out=out)
        if cost.code:
            raise SystemExit(f"{name} with {lines} lines ended with {cost.code}")
        told = json.loads(out.read_text())
    return Done(**{**told, "peak_mb": cost.parent_mb, "tree_mb": cost.tree_mb})


def table(found: dict[str, list[Done]]) -> str:
    """The figures of the largest file, and how the rates of the smallest compare with it."""
    rows = [
        "| format | lines | MB | entries | read /s | plan /s | write /s | all /s | seconds | growth | MB of memory |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, runs in found.items():
        last = runs[-1]
        cells = [f"{last.lines:,}", f"{last.mb:.1f}", f"{last.entries:,}"]
        cells += [f"{last.rate(stage):,.0f}" for stage in ("read", "plan", "write")]
        cells += [
            f"{last.rate():,.0f}",
            f"{last.seconds:.0f}",
            f"{growth(runs):.2f}",
            f"{last.peak_mb:.0f} ({last.tree_mb:.0f})",
        ]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def growth(runs: list[Done]) -> float:
    """Lines a second with the largest file ÷ with the smallest: 1 is linear, less is slower than that."""
    return runs[-1].rate() / runs[0].rate()


def as_json(found: dict[str, list[Done]]) -> dict[str, Any]:
    """All figures."""
    return {
        name: {"growth": round(growth(runs), 3), "runs": [{**vars(done), "rate": round(done.rate())} for done in runs]}
        for name, runs in found.items()
    }


@click.command()
@click.option("--lines", default=100_000, help="Lines of the largest file.")
@click.option("--formats", default=",".join(FORMATS), help="Which formats, separated by commas.")
@click.option("--json", "as_text", is_flag=True, help="All figures, for a program.")
@click.option("--one", hidden=True, help="Import one file of this format in this process.")
@click.option("--folder", hidden=True, type=click.Path(path_type=Path))
def main(lines: int, formats: str, one: str | None, folder: Path | None, *, as_text: bool) -> None:
    """Measure imports of files with LINES, LINES / 2 and LINES / 4 lines."""
    if one and folder:
        print(json.dumps(vars(_one(one, lines, folder))))
        return
    found: dict[str, list[Done]] = {}
    for name in formats.split(","):
        largest = min(lines, UBL_LINES) if name == "ubl" else lines
        for count in (largest // 4, largest // 2, largest):
            done = measured(name, count)
            found.setdefault(name, []).append(done)
            told = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in done.processor.items())
            print(
                f"{name} {count:,}: {told} s of processor, {done.seconds:.1f} s, {done.tree_mb:.0f} MB", file=sys.stderr
            )
    print(json.dumps(as_json(found)) if as_text else table(found))


_one = one

if __name__ == "__main__":
    main()
