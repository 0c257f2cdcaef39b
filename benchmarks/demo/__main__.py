"""Write or check the committed demo federation.

python -m benchmarks.demo            write it into this repository
python -m benchmarks.demo --check    fail unless the committed text is what the generator makes
python -m benchmarks.demo --out DIR  write it elsewhere

The last step closes 2025 and takes half a minute; `--open` leaves it out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from benchmarks.demo.federation import build
from benchmarks.demo.sealed import seal

ROOT = Path(__file__).resolve().parents[2]


def differences(root: Path, files: dict[str, bytes]) -> list[str]:
    """What of the demo below `root` isn't the generator's output: altered, missing, or nobody's."""
    found = [path for path, data in files.items() if not (root / path).is_file() or (root / path).read_bytes() != data]
    there = {p.relative_to(root).as_posix() for p in (root / "units").rglob("*") if p.is_file()}
    return sorted([*found, *(there - set(files))])


def write(root: Path, files: dict[str, bytes]) -> None:
    """Write `files` below `root`, and remove what else lies below `units/`."""
    for path, data in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    for file in sorted((root / "units").rglob("*"), reverse=True):
        if file.is_file() and file.relative_to(root).as_posix() not in files:
            file.unlink()
        elif file.is_dir() and not any(file.iterdir()):
            file.rmdir()


@click.command()
@click.option("--check", is_flag=True, help="compare only; exit code 1 and a list when something differs")
@click.option("--open", "unsealed", is_flag=True, help="leave 2025 open: no seals")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT, help="where the workspace is (default: here)")
def main(*, check: bool, unsealed: bool, out: Path) -> None:
    """Write the demo federation."""
    files = build()
    if not unsealed:
        files |= seal(files)
    if check:
        wrong = differences(out, files)
        for path in wrong:
            click.echo(path)
        sys.exit(1 if wrong else 0)
    write(out, files)
    click.echo(f"{len(files)} files", err=True)


if __name__ == "__main__":
    main()
