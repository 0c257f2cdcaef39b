"""A process of its own that combines cases: nothing in it is as in the process of the tests, its hashes least of all.

`python -m tests.combine.random.elsewhere` reads cases from its standard input, and writes the JSON of each.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from ledger.combine.reports.export import json_text
from tests.combine.random.figures import look
from tests.combine.random.strategies import Case

ROOT = Path(__file__).parents[3]


class Elsewhere:
    """Combines cases in another process, in which the order of a set of names is another one."""

    def __init__(self) -> None:
        seed = 1 + int(os.environ.get("PYTHONHASHSEED", "0").replace("random", "0")) % 1000
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def json(self, case: Case) -> str:
        """What it makes of a case."""
        pickle.dump(case, self.process.stdin)
        self.process.stdin.flush()
        return pickle.load(self.process.stdout)  # noqa: S301  # written by this module

    def close(self) -> None:
        """End it."""
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


def serve(cases: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nothing more comes."""
    while cases.peek(1):
        pickle.dump(json_text(look(pickle.load(cases)).found), answers)  # noqa: S301  # written by this module
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
