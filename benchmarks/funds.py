"""What the federation's own funds cost: each thing one looks at, against the levy's statement of the same books.

    python -m benchmarks.funds                                50 units, 1,000 transactions each
    python -m benchmarks.funds --units 200 --txns 500
    python -m benchmarks.funds --markdown                     the table as docs/benchmarks.md has it

One run writes a seeded federation, checks it once (which books and caches it), and runs every command in a fresh
process. Compare ratios and processor seconds within one run. It is asserted that a year's computation loses no money,
and that a simulation without changes has the same figures on both sides.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from benchmarks.measure import Cost, measure

SAMBOK = str(Path(sys.executable).parent / "sambok")
YEAR = 2026
BASE = "levy"
COMMANDS: dict[str, tuple[str, ...]] = {
    BASE: ("levy", "--year", str(YEAR), "--json"),
    "check": ("check", "--json"),
    "solidarity compute": ("solidarity", "compute", "--year", str(YEAR), "--json"),
    "solidarity status": ("solidarity", "status", "--json"),
    "fund status": ("fund", "status", "--date", f"{YEAR}-12-31", "--json"),
    "fund simulate": ("fund", "simulate", "--json"),
    "levy simulate": ("levy", "simulate", "--json"),
}


def run(root: Path, name: str, repeat: int) -> tuple[Cost, Any]:
    """The median run of a command by processor time, and its answer."""
    answer, costs = root.parent / "answer", []
    for _ in range(repeat):
        env = {"SAMBOK_NOW": f"{YEAR + 1}-01-10T10:00:00Z", "SAMBOK_BY": "benchmark", "SAMBOK_WORKSPACE": str(root)}
        costs.append(measure([SAMBOK, *COMMANDS[name]], env=env, out=answer))
        assert costs[-1].code in {0, 3}, f"{name} ended with {costs[-1].code}"
    ranked = sorted(costs, key=lambda cost: cost.cpu)
    return ranked[(len(ranked) - 1) // 2], json.loads(answer.read_text(encoding="utf-8"))


def verify(name: str, answer: Any) -> None:
    """What must hold of an answer."""
    if name == "solidarity compute":
        claims, calls = (sum(Decimal(unit[key]) for unit in answer["units"]) for key in ("claim", "call"))
        assert Decimal(answer["fund_open"]) + calls - claims == Decimal(answer["fund_close"])
    if name == "fund status":
        assert sum(map(Decimal, answer["assets"].values())) == Decimal(answer["closing"])
        assert sum(Decimal(unit["account"]) for unit in answer["units"]) == Decimal(answer["closing"])
    if name == "fund simulate":
        for year in answer["years"]:
            assert not any(Decimal(unit["transfer"]["difference"]) for unit in year["units"])


def table(rows: dict[str, Cost], *, markdown: bool) -> str:
    """The figures for people."""
    base = rows[BASE].cpu
    lines = ["| | processor s | × `levy` | s | MB |", "|---|---|---|---|---|"] if markdown else []
    for name, cost in rows.items():
        cells = (name, f"{cost.cpu:.2f}", f"{cost.cpu / base:.2f}", f"{cost.wall:.2f}", f"{cost.parent_mb:.0f}")
        lines.append(
            "| " + " | ".join(cells) + " |" if markdown else f"{name:24}" + "".join(f"{x:>9}" for x in cells[1:])
        )
    return "\n".join(lines)


@click.command(help=__doc__)
@click.option("--units", default=50, show_default=True)
@click.option("--txns", default=1000, show_default=True)
@click.option("--repeat", default=3, show_default=True)
@click.option("--markdown", is_flag=True, help="the table in Markdown")
def main(*, units: int, txns: int, repeat: int, markdown: bool) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="sambok-bench-") as temporary:
        made = Path(temporary) / "made"
        size = ["--units", str(units), "--txns", str(txns)]
        subprocess.run([sys.executable, "-m", "benchmarks.generate", str(made), *size], check=True)
        root = made / "workspace"
        measure([SAMBOK, "check"], env={"SAMBOK_WORKSPACE": str(root)})
        rows = {}
        for name in COMMANDS:
            rows[name], answer = run(root, name, repeat)
            verify(name, answer)
        print(table(rows, markdown=markdown))


if __name__ == "__main__":
    main()
