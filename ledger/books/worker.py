"""A worker process: takes one task at a time from standard input, answers on standard output.

It reads books that nobody has checked yet. So it gives up what it doesn't need before it touches any: it writes no
file, opens few, makes no core dump, and each task has its own share of CPU time and address space. It never sees an
interrupt from the terminal: the process that started it ends it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import IO, Any

from ledger.books.limits import apply_limits
from ledger.books.pool import frame


def main() -> None:
    """Work until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tasks = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 1)  # nothing that some library prints may get between the answers
    gc.disable()
    from ledger.books import build, rows  # noqa: F401, PLC0415  after standard output is out of reach
    from ledger.books.engine import learn_digits_fast  # noqa: PLC0415  likewise

    learn_digits_fast()
    _confine()
    gc.freeze()  # what is imported stays; a collection needn't look at it
    while (ask := _take(tasks)) is not None:
        _limit(ask)
        answers.write(_answer(ask))
        answers.flush()
        gc.collect()


def _take(tasks: IO[bytes]) -> dict[str, Any] | None:
    head = tasks.read(4)
    if len(head) < 4:
        return None
    text = tasks.read(int.from_bytes(head, "big"))
    try:
        ask: dict[str, Any] = json.loads(text)["head"]
    except ValueError:  # cut off: the other side is gone
        return None
    return ask


def _confine() -> None:
    """What holds for the whole life of the process; time and memory are each task's own."""
    apply_limits(memory=None, cpu=None)


def _limit(ask: dict[str, Any]) -> None:
    """CPU time counts over the process's life, so each task's share begins where the last one ended."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + int(ask["cpu"])
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    with contextlib.suppress(ValueError):  # below what is mapped already
        resource.setrlimit(resource.RLIMIT_AS, (int(ask["space"]), resource.getrlimit(resource.RLIMIT_AS)[1]))


def _answer(ask: dict[str, Any]) -> bytes:
    root, today = Path(ask["root"]), dt.date.fromisoformat(ask["today"])
    if ask["kind"] == "unit":
        return _unit(ask, root, today)
    return _central(ask, root, today)


def _unit(ask: dict[str, Any], root: Path, today: dt.date) -> bytes:
    from ledger.books.build import build_unit  # noqa: PLC0415  parts of it aren't needed for every task
    from ledger.books.columns import TABLES  # noqa: PLC0415
    from ledger.books.rows import pack_summary  # noqa: PLC0415

    own = {name: ask[name] for name in ("title", "currency", "protected")}
    built = build_unit(root, ask["slug"], **own, today=today, trial=ask.get("trial"))
    head = {
        "problems": [problem.to_dict() for problem in built.problems],
        "told": [problem.to_dict() for problem in built.told],
        "files": built.files,
        "seals": built.seals,
        "documents": built.documents,
        "options": built.options,
    }
    if built.summary is None:
        return frame(head)
    return frame(head, (pack_summary(built.summary), *(built.tables[name] for name in TABLES)))


def _central(ask: dict[str, Any], root: Path, today: dt.date) -> bytes:
    from ledger.books.build import build_central  # noqa: PLC0415  as above

    built = build_central(root, ask["slug"], today=today)
    head = {"problems": [problem.to_dict() for problem in built.problems], "digest": built.digest}
    return frame(head, (built.directives.encode(),))
