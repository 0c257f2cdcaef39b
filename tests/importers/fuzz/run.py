"""Runs workers, brings new ones where one died, and collects what they found.

python -m tests.importers.fuzz.run --format mt940 --count 2000 [--seed 7] [--smaller]
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT.parent / "shared" / "samples"
#: A worker that waits for something, instead of working, is ended after so many seconds and as many per case.
PATIENCE, PER_CASE = 120, 0.5


@dataclass
class Report:
    """What became of the files of one format."""

    format: str
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    #: Transactions of each seed as it is; why those that give none are refused.
    whole: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def told(self) -> str:
        """The first findings, each with its file."""
        rows = []
        for found in self.findings[:5]:
            content = base64.b64decode(found.get("data", ""))
            rows.append(
                f"{self.format} case {found['number']} ({found.get('seed')}, {found.get('done')}): {found['said']}"
            )
            rows.append(f"    at {found.get('where')}\n    {content[:600]!r}")
        return "\n".join(rows)


def run(name: str, count: int, *, seed: int = 1, samples: Path | None = SAMPLES) -> Report:
    """Work through `count` damaged files of a format."""
    report = Report(name)
    first = 0
    with tempfile.NamedTemporaryFile() as reached:
        while first < count:
            os.pwrite(reached.fileno(), b"%012d" % first, 0)
            task = {"format": name, "first": first, "count": count - first, "seed": seed, "reached": reached.name}
            task["samples"] = str(samples) if samples and samples.is_dir() else None
            ended, why = _worker(task, report)
            if ended:
                break
            number = int(os.pread(reached.fileno(), 12, 0))
            report.findings.append({"number": number, "said": why})
            first = number + 1
            if len(report.findings) > 50:
                break
    return report


def _worker(task: dict[str, Any], report: Report) -> tuple[bool, str]:
    command = [sys.executable, "-m", "tests.importers.fuzz.worker", json.dumps(task)]
    limit = PATIENCE + PER_CASE * task["count"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired as error:
        _collect(error.stdout.decode() if isinstance(error.stdout, bytes) else "", report)
        return False, f"the worker stood still for {limit} seconds"
    ended = _collect(done.stdout, report)
    if not report.whole:
        raise RuntimeError(f"no worker for {task['format']}:\n{done.stdout}{done.stderr}")
    if done.stderr.strip():
        report.findings.append({"number": -1, "said": f"it writes to standard error: {done.stderr[-1500:]}"})
    return ended, f"the worker ended with {done.returncode} (-24: more than 5 seconds)"


def _collect(text: str, report: Report) -> bool:
    ended = False
    for row in text.splitlines():
        told = json.loads(row)
        if told["kind"] == "ready":
            report.whole, report.refused = told["whole"], told["refused"]
        elif told["kind"] == "done":
            report.outcomes.update(told["outcomes"])
            report.seconds += told["seconds"]
            ended = True
        else:
            report.findings.append(told)
    return ended


def main() -> None:
    """For hands: run one format and show what was found."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--format", required=True)
    arguments.add_argument("--count", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    report = run(options.format, options.count, seed=options.seed)
    print(report.told())
    print(f"{options.format}: {options.count} files, {1000 * report.seconds / options.count:.2f} ms each")
    print(f"seeds: {report.whole}; refused: {report.refused}")
    print(", ".join(f"{code} {count}" for code, count in report.outcomes.most_common()))
    signatures = Counter((f["said"][:100], str(f.get("where", [""])[-1:])) for f in report.findings)
    for (said, where), count in signatures.most_common():
        print(count, said, where)


if __name__ == "__main__":
    main()
