"""What closing costs: months and a year closed, everything verified, the year archived, and the books afterwards.

    python -m benchmarks.closing                                   10 units × 1,000 transactions
    python -m benchmarks.closing --units 50 --txns 2000 --years 5  50 × 10,000
    python -m benchmarks.closing --markdown                        the table as docs/benchmarks.md has it

One run writes a seeded federation of which every month can be closed: numbers begin anew each fiscal year, and the
till is counted at each month's end. It looks at the books while nothing is closed, closes three months one by one, the
rest of the first year and, where there are more years, all months but the last three (`--open`), and looks again. Each
row is a command of its own in a fresh process; the books' cache is there unless the row says otherwise.

Compare ratios and processor seconds within one run; seconds on the clock mean nothing on another machine. It is
asserted that all of it could be closed, that verifying finds nothing, and that no figure of the combined statements has
changed.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import click

from benchmarks.generate import ACCOUNTS, LAST_YEAR, Size, generate
from benchmarks.measure import Cost, measure

SAMBOK = str(Path(sys.executable).parent / "sambok")
TILL = ACCOUNTS["1910"]
NUMBER = re.compile(r'  voucher: "A-[0-9]+"')
CASH = re.compile(rf"^  {re.escape(TILL)}  (-?[0-9.]+) SEK$", re.MULTILINE)
#: A day on which every month of the last year is over.
NOW = f"{LAST_YEAR + 1}-01-15T10:00:00Z"
#: How many months are closed one by one; the median counts.
ONE_BY_ONE = 3


def make_closable(root: Path, size: Size) -> None:
    """Give a generated federation what a close asks for: numbers by fiscal year, and a count of the till each month."""
    for slug in size.slugs():
        numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(1))
        cash, file = Decimal(0), root
        for file in sorted((root / "units" / slug / "books").rglob("*.beancount")):
            parts = NUMBER.split(file.read_text(encoding="utf-8"))
            told = (f'  voucher: "A-{next(numbers[file.name[:4]])}"{part}' for part in parts[1:])
            text = "".join((parts[0], *told))
            file.write_text(f"{_counted(file.stem, cash)}{text}", encoding="utf-8")
            cash += sum(map(Decimal, CASH.findall(text)), Decimal(0))
        after = file.parent.parent / str(LAST_YEAR + 1) / f"{LAST_YEAR + 1}-01.beancount"
        after.parent.mkdir()
        after.write_text(_counted(after.stem, cash), encoding="utf-8")


def _counted(month: str, cash: Decimal) -> str:
    return f"{month}-01 balance {TILL}  {cash:.2f} SEK\n\n"


@dataclass
class Bench:
    """One federation, and what was measured on it."""

    home: Path
    size: Size
    rows: dict[str, list[Cost]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The workspace."""
        return self.home / "workspace"

    @property
    def answer(self) -> Path:
        """What the last command printed."""
        return self.home / "answer"

    def run(self, name: str, *arguments: str, cold: bool = False, waits: bool = False) -> None:
        """Measure a command.

        Args:
            name: of the row.
            arguments: of `sambok`.
            cold: take the caches away first.
            waits: something may wait for a person.
        """
        if cold:
            shutil.rmtree(self.root / ".sambok", ignore_errors=True)
        env = {"SAMBOK_NOW": NOW, "SAMBOK_BY": "benchmark", "SAMBOK_WORKSPACE": str(self.root)}
        cost = measure([SAMBOK, *arguments], env=env, out=self.answer)
        assert cost.code == 0 or (waits and cost.code == 3), f"{name} ended with {cost.code}"
        self.rows.setdefault(name, []).append(cost)
        print(f"  {name}: {cost.cpu:.2f} s of processor, {cost.wall:.2f} s", file=sys.stderr)

    def look(self, books: str) -> None:
        """What anybody does in the course of a day."""
        self.run(f"check, {books}, no cache", "check", cold=True)
        self.run(f"check, {books}", "check")
        self.run(f"todo, {books}", "todo", waits=True)
        self.run(f"close --status, {books}", "close", "--status", waits=True)

    def figures(self) -> object:
        """Every figure of the combined statements; a year's end moves results, so these are one figure a unit."""
        to = f"{LAST_YEAR}-12-31"
        measure([SAMBOK, "combine", "--to", to, "--json"], env={"SAMBOK_WORKSPACE": str(self.root)}, out=self.answer)
        found = json.loads(self.answer.read_text(encoding="utf-8"))
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in found["trial_balance"]:
            moved = row["line"] in {"ResultTransfer", "ResultForYear", "RetainedResult"}
            sums["results" if moved else f"{row['line']} {row['account']}", row["unit"]] += Decimal(row["amount"])
        return found["result"], {key: amount for key, amount in sums.items() if amount}

    def close(self, left_open: int) -> None:
        """Close months one by one, the rest of the first year, and all but the last ones."""
        first = self.size.first
        for month in range(1, ONE_BY_ONE + 1):
            self.run("close one month, all units", "close", f"{first}-{month:02d}")
        self.run(f"close the {12 - ONE_BY_ONE} other months of the year, all units", "close", "--until", f"{first}-12")
        months = [f"{year}-{month:02d}" for year in range(first, LAST_YEAR + 1) for month in range(1, 13)]
        until = months[-1 - left_open]
        if until > f"{first}-12":
            done = months.index(until) - 11
            self.run(f"close {done} further months, all units", "close", "--until", until)

    def closed(self) -> None:
        """What is done with closed months."""
        year = str(self.size.first)
        self.look("months closed")
        self.run("verify, text alone", "verify", cold=True)
        archive = self.home / f"{year}.zip"
        self.run("archive a year", "archive", year, "--out", str(archive))
        self.run("archive --check", "archive", "--check", str(archive))
        self.run("one voucher more: correct", "correct", "u001", "A-2", "--year", year, "--reason", "benchmark")
        self.run("check after it", "check")

    def cost(self, name: str) -> Cost:
        """The median run by processor time."""
        ranked = sorted(self.rows[name], key=lambda cost: cost.cpu)
        return ranked[(len(ranked) - 1) // 2]

    def as_json(self) -> dict[str, Any]:
        """Everything; `times_check`: in units of the check of the same books before anything was closed."""
        bases = {", no cache": "check, nothing closed, no cache", "": "check, nothing closed"}
        rows = {}
        for name in self.rows:
            base = self.cost(bases[", no cache" if name.endswith(", no cache") else ""]).cpu
            rows[name] = {**self.cost(name).as_json(), "times_check": round(self.cost(name).cpu / max(base, 0.01), 2)}
        seals = sum(file.stat().st_size for file in (self.root / "units").glob("*/seals.jsonl"))
        text = sum(file.stat().st_size for file in (self.root / "units").glob("*/books/**/*.beancount"))
        return {"schema": 1, "size": vars(self.size), "text_mb": text / 1e6, "seals_mb": seals / 1e6, "runs": rows}


def table(found: dict[str, Any], *, markdown: bool) -> str:
    """The figures for people."""
    lines = [f"{'':48} {'cpu s':>8} {'x check':>8} {'wall s':>8} {'own MB':>7} {'all MB':>7}"]
    if markdown:
        lines = ["| | processor s | × `check` | s | MB, own (all) |", "|---|---|---|---|---|"]
    for name, c in found["runs"].items():
        if markdown:
            memory = f"{c['parent_mb']:.0f} ({c['tree_mb']:.0f})"
            lines.append(f"| {name} | {c['cpu']:.2f} | {c['times_check']:.2f} | {c['wall']:.2f} | {memory} |")
        else:
            times = f"{c['cpu']:8.2f} {c['times_check']:8.2f} {c['wall']:8.2f}"
            lines.append(f"{name:48} {times} {c['parent_mb']:7.0f} {c['tree_mb']:7.0f}")
    lines.append(f"{'' if not markdown else chr(10)}text {found['text_mb']:.1f} MB, seals {found['seals_mb']:.1f} MB")
    return "\n".join(lines)


@click.command(help=__doc__)
@click.option("--units", default=10, show_default=True)
@click.option("--txns", default=1000, show_default=True, help="transactions a unit and year")
@click.option("--years", default=1, show_default=True)
@click.option("--ic", default=0.012, show_default=True, help="share of intra-group transactions")
@click.option("--seed", default=1, show_default=True)
@click.option("--open", "left_open", default=3, show_default=True, help="so many of the last months stay open")
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of the table")
@click.option("--markdown", is_flag=True, help="the table in Markdown")
@click.option("--keep", type=click.Path(path_type=Path), help="leave the federation in this folder")
def main(
    *,
    units: int,
    txns: int,
    years: int,
    ic: float,
    seed: int,
    left_open: int,
    as_json: bool,
    markdown: bool,
    keep: Path | None,
) -> None:
    """Measure."""
    size = Size(units, txns, years, ic=ic, seed=seed, peers=False)
    with tempfile.TemporaryDirectory(prefix="sambok-bench-") as temporary:
        bench = Bench(keep or Path(temporary) / "federation", size)
        counts = generate(bench.home, size)
        make_closable(bench.root, size)
        print(f"{counts.transactions} transactions, {counts.bytes / 1e6:.1f} MB", file=sys.stderr)
        bench.look("nothing closed")
        before = bench.figures()
        bench.close(left_open)
        assert bench.figures() == before, "closing has changed a figure"
        bench.closed()
        found = bench.as_json()
        print(json.dumps(found, indent=1) if as_json else table(found, markdown=markdown))


if __name__ == "__main__":
    main()
