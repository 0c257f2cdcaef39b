"""A file that breaks something, made smaller for as long as it still breaks the same.

python -m tests.importers.fuzz.smaller --format sie4 --number 1430 [--seed 2]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from ledger import messages
from tests.importers.fuzz.run import SAMPLES
from tests.importers.fuzz.worker import Worker


def said(error: BaseException) -> str:
    """What tells two findings apart: the kind, the place, and the words without their figures."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__} {place} {''.join(c for c in str(error)[:60] if c.isalpha())}"


def smaller(content: bytes, breaks: object, want: str) -> bytes:
    """The content without whatever isn't needed: halves, lines, then bytes."""
    for size in (len(content) // 2, len(content) // 8, 80, 20, 5, 1):
        start = 0
        while size and start < len(content):
            without = content[:start] + content[start + size :]
            if breaks(without) == want:
                content = without
            else:
                start += size
    return content


def main() -> None:
    """For hands: show a case in its smallest form."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--format", required=True)
    arguments.add_argument("--number", type=int, required=True)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    messages.use("en")
    samples = str(SAMPLES) if SAMPLES.is_dir() else None
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker({"format": options.format, "seed": options.seed, "samples": samples}, Path(folder))
        seed, content, done = worker.made(options.number)
        again = worker.again(options.number)

        def breaks(data: bytes) -> str:
            try:
                worker.look(seed, data, again=again, cut=done == ["cut off"])
            except Exception as error:  # noqa: BLE001  whatever comes is what is looked for
                return said(error)
            return ""

        want = breaks(content)
        found = content if done == ["cut off"] else smaller(content, breaks, want)
        print(f"{seed.name}, {done}{', into a book that has the whole file' * again}: {want or 'nothing breaks'}")
        print(repr(found))


if __name__ == "__main__":
    main()
