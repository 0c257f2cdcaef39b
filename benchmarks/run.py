"""Sambok beside its peers, on one machine, in one run: plain Beancount, hledger and ledger on the same transactions.

    python -m benchmarks.run --units 50 --txns 1000
    python -m benchmarks.run --units 50 --txns 2000 --years 5      (50 x 10,000; about a quarter of an hour)

What is measured: `bean-check` of everything included into one file (Beancount's cache off), `hledger bal` and `ledger
bal` on the same as a journal; `sambok combine --json` cold with one and with two processes, warm (nothing changed) and
after one unit's edit, each a fresh process; the same inside a process that stays; what the guard costs; and, over
HTTP, the federation's pages and how long an edit takes to show there. Ratios are to `bean-check` of the same run:
seconds mean nothing on another machine. Each figure is the median of `--repeat` runs.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from benchmarks import web
from benchmarks.edit import append_voucher
from benchmarks.generate import Size, generate
from benchmarks.guard_cost import guard_seconds
from benchmarks.measure import Cost, measure

BIN = Path(sys.executable).parent
#: The same command line with a bound on its worker processes.
WITH_JOBS = """\
import sys
from ledger.books import pool
pool.MOST_WORKERS = int(sys.argv.pop(1))
from ledger.cli.main import main
sys.exit(main())
"""
ENV = {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"}


@dataclass
class Bench:
    """One federation and what was measured on it."""

    home: Path
    size: Size
    repeat: int
    rows: dict[str, list[Cost]] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The workspace."""
        return self.home / "workspace"

    def run(self, name: str, command: list[str], before: Callable[[], object] = lambda: None) -> None:
        """Measure `command` as `name`, `before` each time."""
        for _ in range(self.repeat):
            before()
            cost = measure(command, env=ENV, out=self.home / "answer.json")
            assert cost.code in {0, 3}, f"{name} ended with {cost.code}"
            self.rows.setdefault(name, []).append(cost)
        cost = self.cost(name)
        print(f"  {name}: {cost.wall:.2f} s, {cost.cpu:.2f} s of processor, {cost.tree_mb:.0f} MB", file=sys.stderr)

    def cost(self, name: str) -> Cost:
        """The median run by wall time."""
        ranked = sorted(self.rows[name], key=lambda cost: cost.wall)
        return ranked[(len(ranked) - 1) // 2]

    def peers(self) -> None:
        """The programs beside which Sambok stands."""
        self.run("bean-check, all in one file", [str(BIN / "bean-check"), str(self.home / "all.beancount")])
        for program in ("hledger", "ledger"):
            found = shutil.which(program)
            if found:
                self.run(f"{program} bal", [found, "-f", str(self.home / "all.journal"), "bal"])

    def sambok(self) -> None:
        """Cold, warm, after an edit: each a process of its own."""
        answer = ["combine", "--json", "--workspace", str(self.root)]
        for jobs in (1, 2):
            command = [sys.executable, "-c", WITH_JOBS, str(jobs), *answer]
            self.run(f"sambok cold, {jobs} process{'es' if jobs > 1 else ''}", command, self.forget)
        plain = [str(BIN / "sambok"), *answer]
        measure(plain, env=ENV)
        self.run("sambok warm", plain)
        self.run("sambok after one unit's edit", plain, lambda: append_voucher(self.root, "u001", "2026-12-30"))
        self.check()

    def forget(self) -> None:
        """Take the caches away."""
        shutil.rmtree(self.root / ".sambok", ignore_errors=True)

    def check(self) -> None:
        """The bank balances that Sambok combines are those of the independent program on the same journal."""
        answer = json.loads((self.home / "answer.json").read_text())
        assert answer["complete"], "the combined figures leave a unit out"
        if shutil.which("ledger") is None or len(set(self.size.currencies)) > 1:
            return
        from decimal import Decimal  # noqa: PLC0415  one use

        rows = (row for row in answer["trial_balance"] if row["account"].startswith("1930"))
        total = sum((Decimal(row["amount"]) for row in rows), Decimal(0))
        command = ["ledger", "-f", str(self.home / "all.journal"), "bal", "1930", "--flat", "--no-total"]
        said = subprocess.run([*command, "--format", "%(total)\n"], capture_output=True, text=True, check=True).stdout
        peer = sum((Decimal(line.split()[0]) for line in said.splitlines() if line.strip()), Decimal(0))
        self.other["ties_with_ledger"] = total + Decimal("12.00") * self.repeat == peer
        self.other["bank"] = {"sambok": str(total), "ledger": str(peer)}

    def resident(self) -> None:
        """Inside a process that stays."""
        command = [sys.executable, "-m", "benchmarks.resident", str(self.root), "u002"]
        runs = []
        for _ in range(self.repeat):
            done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **ENV})
            runs.append(json.loads(done.stdout))
        self.other["resident"] = {
            key: {of: statistics.median(run[key][of] for run in runs) for of in ("wall", "cpu")} for key in runs[0]
        }

    def as_json(self) -> dict[str, Any]:
        """Everything, with ratios to bean-check."""
        base = self.cost("bean-check, all in one file")
        rows = {
            name: {
                **cost.as_json(),
                "times_faster": round(base.wall / cost.wall, 2),
                "times_less_cpu": round(base.cpu / max(cost.cpu, 0.01), 2),
            }
            for name, cost in ((name, self.cost(name)) for name in self.rows)
        }
        if "resident" in self.other:
            for found in self.other["resident"].values():
                found["times_faster"] = round(base.wall / found["wall"], 1)
                found["times_less_cpu"] = round(base.cpu / max(found["cpu"], 0.01), 1)
        return {"schema": 1, "size": vars(self.size), "repeat": self.repeat, "runs": rows, **self.other}


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [f"{'':34} {'wall s':>8} {'x':>7} {'cpu s':>8} {'x':>7} {'own MB':>7} {'all MB':>7}"]
    for name, c in found["runs"].items():
        times = f"{c['wall']:8.2f} {c['times_faster']:7.1f} {c['cpu']:8.2f} {c['times_less_cpu']:7.1f}"
        lines.append(f"{name:34} {times} {c['parent_mb']:7.0f} {c['tree_mb']:7.0f}")
    for name, c in found.get("resident", {}).items():
        times = f"{c['wall']:8.2f} {c['times_faster']:7.1f} {c['cpu']:8.2f} {c['times_less_cpu']:7.1f}"
        lines.append(f"{'  staying process, ' + name:34} {times}")
    if "guard" in found:
        guard = found["guard"]
        more = 100 * guard["share"]
        lines.append(f"guard: {guard['mb_per_second']:.1f} MB/s with its parsing, {more:.0f} % more than parsing alone")
    for path, page in found.get("web", {}).get("pages", {}).items():
        lines.append(f"  {path:40} first {page['first']:6.2f}  then {page['median']:6.3f} s  {page['kb']:6} kB")
    if "web" in found:
        lines.append(f"edit in a unit visible in the federation after {found['web']['edit_to_visible']:.2f} s")
        lines.append(f"server: {found['web']['server_mb']} MB, with workers {found['web']['server_tree_mb']} MB")
    if "bank" in found:
        lines.append(f"bank accounts tie with ledger: {found['ties_with_ledger']} {found['bank']}")
    return "\n".join(lines)


@click.command(help=__doc__)
@click.option("--units", default=50, show_default=True)
@click.option("--txns", default=1000, show_default=True, help="transactions a unit and year")
@click.option("--years", default=1, show_default=True)
@click.option("--currencies", default="SEK", show_default=True)
@click.option("--ic", default=0.05, show_default=True, help="share of intra-group transactions")
@click.option("--seed", default=1, show_default=True)
@click.option("--repeat", default=1, show_default=True, help="runs of each; the median counts")
@click.option("--edit/--no-edit", default=True, help="the process that stays, and its edits")
@click.option("--web/--no-web", "pages", default=True, help="Fava's pages over HTTP")
@click.option("--peers/--no-peers", default=True, help="hledger and ledger, where they are installed")
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of the table")
@click.option("--keep", type=click.Path(path_type=Path), help="leave the federation in this folder")
def main(
    *,
    units: int,
    txns: int,
    years: int,
    currencies: str,
    ic: float,
    seed: int,
    repeat: int,
    edit: bool,
    pages: bool,
    peers: bool,
    as_json: bool,
    keep: Path | None,
) -> None:
    """Measure."""
    size = Size(units, txns, years, tuple(currencies.split(",")), ic, seed)
    with tempfile.TemporaryDirectory(prefix="sambok-bench-") as temporary:
        home = keep or Path(temporary) / "federation"
        counts = generate(home, size)
        bench = Bench(home, size, repeat)
        bench.other["written"] = {
            "transactions": counts.transactions,
            "postings": counts.postings,
            "mb": counts.bytes / 1e6,
        }
        print(f"{counts.transactions} transactions, {counts.bytes / 1e6:.1f} MB", file=sys.stderr)
        if peers:
            bench.peers()
        else:
            bench.run("bean-check, all in one file", [str(BIN / "bean-check"), str(home / "all.beancount")])
        bench.sambok()
        if edit:
            bench.resident()
        bench.other["guard"] = guard_seconds(bench.root)
        if pages:
            bench.other["web"] = web.pages(bench.root, "u003")
        found = bench.as_json()
        print(json.dumps(found, indent=1) if as_json else table(found))


if __name__ == "__main__":
    main()
