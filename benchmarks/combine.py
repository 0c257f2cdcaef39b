"""The combined statements measured, and held to account.

python -m benchmarks.combine mutate --each 100      is every class of error found, at its place, and nothing else?
python -m benchmarks.combine size                   50 units x 10,000 transactions: cold, warm, after one edit
python -m benchmarks.combine growth                 how the cost grows with units, with dealings, with unlinked ones
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from benchmarks import growth as growing
from benchmarks import mutate as bench
from benchmarks.generate import Size

#: Share of the transactions that makes 60 dealings a unit of 10,000 transactions: 3,000 in 50 units.
FEW = 0.012


def tell(text: str) -> None:
    """Progress."""
    print(text, file=sys.stderr)


@click.group(help=__doc__)
def main() -> None:
    """Measure, or mutate."""


@main.command()
@click.option("--each", default=20, show_default=True, help="errors of each class")
@click.option("--units", default=50, show_default=True)
@click.option("--dealings", default=400, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.argument("classes", nargs=-1)
def mutate(*, each: int, units: int, dealings: int, seed: int, classes: tuple[str, ...]) -> None:
    """Inject each class of error at random places into a clean federation; print what was found. CLASSES: codes."""
    counts = bench.run(each, units=units, dealings=dealings, seed=seed, classes=classes, tell=tell)
    print(bench.table(counts))
    for count in counts.values():
        for detail in count.details[:3]:
            print(f"  {detail}")
    sys.exit(any(c.alarms or c.placed < c.injected for c in counts.values()))


@main.command()
@click.option("--units", default=50, show_default=True)
@click.option("--txns", default=2000, show_default=True, help="transactions a unit and year")
@click.option("--years", default=5, show_default=True)
@click.option(
    "--ic", default=FEW, show_default=True, help="share of intra-group transactions; 0.08 makes 20,000 dealings"
)
@click.option("--unlinked", default=0.0, show_default=True, help="share of the dealings without a link")
@click.option("--repeat", default=3, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def size(*, units: int, txns: int, years: int, ic: float, unlinked: float, repeat: int, as_json: bool) -> None:
    """One size: as a command of its own each time, and within a process that stays."""
    found = growing.processes(Size(units, txns, years, ic=ic, unlinked=unlinked), repeat=repeat)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    inside = found.pop("staying process")
    print(f"{inside['counts']}")
    print(f"{'sambok combine --json':34} {'wall s':>8} {'cpu s':>8} {'own MB':>8} {'all MB':>8}")
    for name, cost in found.items():
        print(f"{name:34} {cost['wall']:8.2f} {cost['cpu']:8.2f} {cost['parent_mb']:8.0f} {cost['tree_mb']:8.0f}")
    print(f"{'within one process, books in cache':34}")
    for name, cost in inside.items():
        if isinstance(cost, dict) and "cpu" in cost:
            print(f"  {name:32} {cost['wall']:8.2f} {cost['cpu']:8.2f}")
    print(f"  peak memory {inside['peak_mb']:.0f} MB")


@main.command()
@click.option("--units", default="10,25,50,100", show_default=True)
@click.option("--txns", default=1000, show_default=True, help="transactions a unit")
@click.option("--ic", default=FEW * 10, show_default=True, help="share of intra-group transactions")
@click.option("--times", default="1,2,4,8", show_default=True, help="so many times the dealings of --ic / 8")
@click.option("--among", default=50, show_default=True, help="units of the federation whose dealings grow")
@click.option("--repeat", default=3, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def growth(*, units: str, txns: int, ic: float, times: str, among: int, repeat: int, as_json: bool) -> None:
    """How the cost of combining grows; every federation of a series is measured in one run."""
    first = Size(among, txns, ic=ic / 8)
    series = {
        "units, each with as many dealings": (
            "units",
            [(f"{n} units", Size(int(n), txns, ic=ic)) for n in units.split(",")],
        ),
        "dealings, by link": (
            "dealings",
            [(f"x {n}", replace(first, ic=first.ic * int(n))) for n in times.split(",")],
        ),
        "dealings, without a link": (
            "dealings",
            [(f"x {n}", replace(first, ic=first.ic * int(n), unlinked=1.0)) for n in times.split(",")],
        ),
    }
    found = {}
    for name, (by, sizes) in series.items():
        tell(name)
        found[name] = growing.grown(sizes, by, repeat=repeat, tell=tell)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for name, one in found.items():
        print("\n".join(_series(name, one)))


def _series(name: str, found: dict[str, Any]) -> list[str]:
    by, rows = found["by"], found["rows"]
    per = by[:-1]
    lines = [f"{name}"]
    head = ("units", "txns", "pairs", "dealings", "elims", "combine s", f"ms a {per}", "again s", f"ms a {per}", "MB")
    lines.append("  " + " ".join(f"{text:>11}" for text in head))
    for row in rows:
        counts = row["counts"]
        cells = [counts[key] for key in ("units", "transactions", "pairs", "dealings", "eliminations")]
        text = " ".join(f"{cell:11}" for cell in cells)
        for step in ("combine", "combine again"):
            cost = row[step]["cpu"]
            text += f" {cost:11.3f} {1000 * cost / max(counts[by], 1):11.3f}"
        lines.append(f"  {text} {row['peak_mb']:11.0f}")
    told = ", ".join(f"{step}: {value:.2f}" for step, value in found["exponent"].items())
    lines.append(f"  exponent of the processor's seconds over {by}: {told}")
    if by == "dealings" and len(rows) > 2:
        first, last = rows[0], rows[-1]
        more = last["counts"][by] - first["counts"][by]
        cost = last["combine again"]["cpu"] - first["combine again"]["cpu"]
        lines.append(f"  each further dealing: {1000 * cost / max(more, 1):.3f} ms")
    return lines


@main.command(hidden=True)
@click.argument("root", type=click.Path(path_type=Path))
@click.argument("edits", nargs=-1)
def inside(root: Path, edits: tuple[str, ...]) -> None:
    """Measure within this process, and print JSON."""
    print(json.dumps(growing.inside(root.resolve(), edits)))


if __name__ == "__main__":
    main()
