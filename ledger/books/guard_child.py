"""The guard in a process of its own: for writers and commands, which must not die of a text that they check.

One process takes any number of texts; the usual case is that all pass. If the process dies or doesn't come back, the
texts are tried one by one, and the one that it dies of is halved by its top-level blocks until the line is known. Each
process is a fork of one that has the parser loaded (`ledger.books.forks`).
"""

from __future__ import annotations

import datetime as dt
import json
import signal
import sys
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.books import problems_guard as found
from ledger.books.forks import Forks, serve
from ledger.books.guard_bytes import clip
from ledger.books.guard_profiles import (
    ADJUSTMENTS,
    POLICY,
    PRICES,
    PROFILES,
    UNIT_ACCOUNTS,
    UNIT_BOOKS,
    UNIT_MAIN,
    Profile,
)
from ledger.books.limits import CPU_SECONDS, apply_limits, ending
from ledger.books.workspace import Unit, Workspace
from ledger.errors import Problem

if TYPE_CHECKING:
    from ledger.books.guard import Parsed

WALL_SECONDS = 15.0
#: Above this size, or after this many seconds, the line of a crash isn't searched for.
BISECT_BYTES = 1 << 20
BISECT_SECONDS = 10.0
PACKAGE_ROOT = str(Path(__file__).resolve().parent.parent.parent)
CHILD = """\
import sys
sys.path.insert(0, sys.argv[1])
from ledger.books.guard_child import child_main
child_main()
"""

Job = tuple[dict[str, Any], bytes]


def check_in_child(
    ws: Workspace, unit: Unit | None, texts: Mapping[Path, str], *, today: dt.date | None = None
) -> list[Problem]:
    """What the guard says of new texts of one unit's files, before they are written.

    Args:
        ws: the workspace.
        unit: whose files they are; None: the finance head's policy, prices and adjustments.
        texts: new text by absolute path; files that are no books (`.beancount`) are passed over.
        today: the day by which dates are judged; default: the machine's.

    Returns:
        Problems in the order of the texts; empty when all may be written.
    """
    day = today or dt.date.today()  # noqa: DTZ011  the bookkeeper's own calendar day, as the loader takes it
    jobs: list[Job] = []
    for path, text in texts.items():
        if path.suffix == ".beancount":
            profile = profile_of(path, ws.units_folder / unit.slug if unit else ws.units_folder)
            if unit is None and path.parent == ws.adjustments_folder:
                profile = ADJUSTMENTS
            slug, title, currency = (unit.slug, unit.name, unit.currency) if unit else (None, None, None)
            jobs.append((_job(str(path), ws.shown(path), profile, slug, day, title, currency), text.encode("utf-8")))
    return check_jobs(jobs)


def profile_of(path: Path, folder: Path) -> Profile:
    """Which list a file of the unit in `folder` is checked against (for `units/` itself: policy and prices)."""
    if path.parent != folder:
        return UNIT_BOOKS
    named = {
        "main.beancount": UNIT_MAIN,
        "accounts.beancount": UNIT_ACCOUNTS,
        "policy.beancount": POLICY,
        "prices.beancount": PRICES,
    }
    return named.get(path.name, UNIT_BOOKS)


def check_bytes(
    data: bytes,
    *,
    file: str,
    shown: str,
    profile: Profile,
    unit: str | None = None,
    today: dt.date,
    title: str | None = None,
    currency: str | None = None,
    wall_seconds: float = WALL_SECONDS,
) -> list[Problem]:
    """Run `parse_guarded` on one file's bytes in a fresh process with limits; the arguments are the same.

    Args:
        data: the bytes of a whole file.
        file: absolute path, as for `parse_guarded`, as are the others.
        shown: the path as users know it.
        profile: what the file may say.
        unit: slug.
        today: the day by which dates are judged.
        title: the unit's name, for main files.
        currency: the unit's currency, for main files.
        wall_seconds: when the process is ended.

    Returns:
        What is wrong, `BOOK_CRASHED` and `BOOK_TIMED_OUT` included; empty when the text passed.
    """
    return check_jobs([(_job(file, shown, profile, unit, today, title, currency), data)], wall_seconds)


def _job(
    file: str, shown: str, profile: Profile, unit: str | None, today: dt.date, title: str | None, currency: str | None
) -> dict[str, Any]:
    """What the process is told of a text."""
    return {
        "file": file,
        "shown": shown,
        "profile": profile.name,
        "unit": unit,
        "today": today.isoformat(),
        "title": title,
        "currency": currency,
    }


def check_jobs(jobs: list[Job], wall_seconds: float = WALL_SECONDS) -> list[Problem]:
    """Check several texts in one process, or, if it dies, each in its own."""
    if not jobs:
        return []
    problems, died = _run(jobs, wall_seconds)
    if died is None:
        return problems
    if len(jobs) > 1:
        return [problem for job in jobs for problem in check_jobs([job], wall_seconds)]
    job, data = jobs[0]
    line = None if isinstance(died, found.ReaderUnavailable) else _bisect(data, job, wall_seconds)
    died.file, died.unit, died.line = job["shown"], job["unit"], line
    if line is not None:
        died.excerpt = clip(data.split(b"\n")[line - 1].decode("utf-8", "backslashreplace"))
    return [died]


def _run(jobs: list[Job], wall_seconds: float) -> tuple[list[Problem], Problem | None]:
    """One process: the problems of its texts, or what became of it."""
    header = json.dumps([{**job, "size": len(data)} for job, data in jobs]).encode() + b"\n"
    try:
        code, answer = _ready(sys.executable, CHILD).run(header + b"".join(data for _, data in jobs), wall_seconds)
    except TimeoutError:
        return [], found.BookTimedOut(seconds=wall_seconds)
    except OSError as error:
        return [], found.ReaderUnavailable(reason=error.strerror or type(error).__name__)
    if code == -signal.SIGXCPU:
        return [], found.BookTimedOut(seconds=CPU_SECONDS)
    if code:
        return [], found.BookCrashed(reason=ending(code))
    return [Problem.from_dict(item) for item in json.loads(answer)], None


@lru_cache(maxsize=4)
def _ready(executable: str, code: str) -> Forks:
    """The process that forks for every check; it is kept, since a command or server checks many texts."""
    return Forks([executable, "-I", "-c", code, PACKAGE_ROOT])


def child_main() -> None:
    """The process of its own: takes jobs and texts, each lot in a fork with limits; gives problems as JSON."""
    from ledger.books import guard  # noqa: PLC0415  the parser is loaded only where it may die

    serve(lambda task: _guarded(task, guard.parse_guarded))


def _guarded(task: bytes, parse: Callable[..., Parsed]) -> bytes:
    apply_limits()
    header, _, data = task.partition(b"\n")
    problems: list[dict[str, Any]] = []
    start = 0
    for job in json.loads(header):
        size = job.pop("size")
        job["today"] = dt.date.fromisoformat(job["today"])
        job["profile"] = PROFILES[job["profile"]]
        parsed = parse(data[start : start + size], **job)
        problems += [problem.to_dict() for problem in parsed.problems]
        start += size
    return json.dumps(problems).encode()


def _bisect(data: bytes, job: dict[str, Any], wall_seconds: float) -> int | None:
    """The line of the top-level block on which the process dies; None where that is too dear to find out."""
    if len(data) > BISECT_BYTES:
        return None
    lines = data.split(b"\n")
    starts = [n for n, line in enumerate(lines) if line[:1] not in {b"", b" ", b"\t", b"\r", b";"}]
    if not starts:
        return None
    until = time.monotonic() + BISECT_SECONDS
    low, high = 0, len(starts)  # the culprit is in starts[low:high]
    while high - low > 1:
        left = until - time.monotonic()
        if left <= 0:
            return None
        middle = (low + high) // 2
        part = b"\n".join(lines[starts[low] : starts[middle]]) + b"\n"
        if _run([(job, part)], min(wall_seconds, left))[1] is not None:
            high = middle
        else:
            low = middle
    return starts[low] + 1
