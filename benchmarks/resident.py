"""A process that stays: what a server pays for the first load, for one without change, and after one unit's edit.

    python -m benchmarks.resident WORKSPACE UNIT

Prints one JSON object: seconds of each, measured inside the process.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.edit import append_voucher
from ledger.books import open_workspace
from ledger.federation import load_federation


def main() -> None:
    """Measure and print."""
    root, slug = Path(sys.argv[1]).resolve(), sys.argv[2]

    def look() -> str:
        return json.dumps(load_federation(open_workspace(root)).combined.as_json(), default=str)

    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], str]) -> str:
        begun = time.perf_counter()
        answer = work()
        seconds[name] = round(time.perf_counter() - begun, 4)
        return answer

    first = timed("first", look)
    again = timed("unchanged", look)
    assert first == again
    append_voucher(root, slug, "2026-12-30")
    edited = timed("after_edit", look)
    assert edited != again
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
