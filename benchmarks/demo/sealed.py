"""The year 2025 made final, by the product's own close, as a finance head did it in February 2026.

The generator's books have everything that closed months have, so the close adds no voucher: all that it writes are
each book's seals and history, and the federation's history. Those are no generator's text, and nobody compares them
byte for byte; `sambok verify` holds them against the books.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

MOMENT, BY, UNTIL = "2026-02-12T08:30:00Z", "ekonomi", "2025-12"
#: What a close writes beside vouchers.
NAMES = ("seals.jsonl", "history.jsonl")


def run(root: Path, *words: str) -> str:
    """What a command of the product says of a workspace; AssertionError where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "ledger.cli.main", *words, "-w", str(root)],
        env={**os.environ, "SAMBOK_NOW": MOMENT, "SAMBOK_BY": BY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def is_seal(path: str) -> bool:
    """Whether a file of the workspace is what a close writes."""
    return path.startswith("units/") and path.rsplit("/", 1)[-1] in NAMES


def seal(files: dict[str, bytes]) -> dict[str, bytes]:
    """Close 2025 in all books.

    Args:
        files: the demo without seals.

    Returns:
        The seals and histories. AssertionError where the close would change anything else.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        run(root, "close", "--until", UNTIL)
        there = {p.relative_to(root).as_posix(): p.read_bytes() for p in (root / "units").rglob("*") if p.is_file()}
    other = {path: data for path, data in there.items() if not is_seal(path)}
    changed = sorted(path for path in {*other, *files} if path != "fava.conf" and other.get(path) != files.get(path))
    assert not changed, changed
    return {path: data for path, data in there.items() if is_seal(path)}
