"""A process that stays: what a server pays for the first load, for one without change, and after one unit's edit.

    python -m benchmarks.resident WORKSPACE UNIT

Prints one JSON object: seconds of each and of its processor time, workers included, measured inside the process.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.edit import append_sale, append_voucher
from benchmarks.measure import descendants, process_cpu
from ledger.books import open_workspace
from ledger.combine.reports.answer import answer as combined_answer
from ledger.federation import load_federation


def cpu() -> float:
    """Processor time of this process and of its workers so far."""
    workers = sum(process_cpu(pid) for pid in descendants(os.getpid()))
    return time.process_time() + workers


def main() -> None:
    """Measure and print."""
    root, slug = Path(sys.argv[1]).resolve(), sys.argv[2]

    def look() -> str:
        return json.dumps(combined_answer(load_federation(open_workspace(root)).combined), default=str)

    seconds: dict[str, dict[str, float]] = {}

    def timed(name: str, work: Callable[[], str]) -> str:
        begun, processor = time.perf_counter(), cpu()
        answer = work()
        seconds[name] = {"wall": round(time.perf_counter() - begun, 4), "cpu": round(cpu() - processor, 4)}
        return answer

    first = timed("first", look)
    again = timed("unchanged", look)
    assert first == again
    append_voucher(root, slug, "2026-12-30")
    edited = timed("after_edit", look)
    assert edited != again
    append_sale(root, slug, "2026-12-30")
    assert timed("after_a_sale", look) != edited
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
