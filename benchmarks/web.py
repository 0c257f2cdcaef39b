"""Fava over HTTP: what the federation's pages take, and how long until an edit in a unit shows in the federation.

A real `sambok serve` is started; a page's time is the server's answer to its data (`api/…`), the first look (which
opens the ledger) and the median of the following ones apart.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.edit import append_voucher
from benchmarks.measure import descendants, peak_kb, resident_kb

PAGES = (
    "",
    "api/income_statement",
    "api/balance_sheet",
    "api/trial_balance",
    "api/journal",
    "api/account_report?a=Assets",
    "api/errors",
)
START_SECONDS = 600


class Client:
    """A browser without a screen."""

    def __init__(self, port: int) -> None:
        """Talk to a server on this machine."""
        self.port = port

    def get(self, path: str) -> tuple[int, bytes, float]:
        """Status, body, seconds."""
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", f"/{path}")
            answer = connection.getresponse()
            body = answer.read()
        return answer.status, body, time.perf_counter() - begun


@contextlib.contextmanager
def serving(root: Path) -> Iterator[tuple[Client, int]]:
    """A server on `root`: its client and process id."""
    command = [sys.executable, "-m", "ledger.cli.main", "serve", "--port", "0", "--workspace", str(root)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        port = None
        for line in process.stderr:
            found = re.search(r"http://[^:]+:(\d+)/", line)
            if found:
                port = int(found[1])
                break
        assert port, "sambok serve ended before it listened"
        yield Client(port), process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def pages(root: Path, slug: str, repeat: int = 3) -> dict[str, Any]:
    """Measure the federation's pages, one unit's, and the way of an edit to the federation's view.

    Args:
        root: a workspace whose cache is warm or not; the first page pays.
        slug: whose book is edited.
        repeat: looks at each page after its first.
    """
    result: dict[str, Any] = {"pages": {}}
    with serving(root) as (client, pid):
        for ledger in ("federation", slug):
            for page in PAGES:
                path = f"{ledger}/{page}" if page else f"{ledger}/income_statement/"
                status, body, first = client.get(path)
                later = [client.get(path)[2] for _ in range(repeat)]
                result["pages"][path] = {
                    "status": status,
                    "first": round(first, 3),
                    "median": round(statistics.median(later), 3),
                    "kb": len(body) // 1024,
                }
        result["edit_to_visible"] = _edit(client, root, slug)
        result["server_mb"] = round(peak_kb(pid) / 1024)
        result["server_tree_mb"] = round(sum(resident_kb(p) for p in (pid, *descendants(pid))) / 1024)
    return result


def _edit(client: Client, root: Path, slug: str) -> float:
    """Seconds from the moment the file is written until the federation's trial balance shows the amount."""
    amount = "7654321.09"
    before = client.get("federation/api/trial_balance")[1]
    append_voucher(root, slug, "2026-12-30", amount)
    begun = time.perf_counter()
    while time.perf_counter() - begun < START_SECONDS:
        client.get("federation/api/changed")
        if client.get("federation/api/trial_balance")[1] != before:
            return round(time.perf_counter() - begun, 3)
        time.sleep(0.05)
    raise AssertionError("the edit never showed")


if __name__ == "__main__":
    print(json.dumps(pages(Path(sys.argv[1]).resolve(), sys.argv[2]), indent=1))
