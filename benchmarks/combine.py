"""The combined statements measured, and held to account.

python -m benchmarks.combine mutate --each 20      is every class of error found, at its place, and nothing else?
"""

from __future__ import annotations

import sys

import click

from benchmarks import mutate as bench


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
    counts = bench.run(
        each, units=units, dealings=dealings, seed=seed, classes=classes, tell=lambda text: print(text, file=sys.stderr)
    )
    print(bench.table(counts))
    for count in counts.values():
        for detail in count.details[:3]:
            print(f"  {detail}")
    sys.exit(any(c.alarms or c.placed < c.injected for c in counts.values()))


if __name__ == "__main__":
    main()
