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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
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
from ledger.seals.model import Meaning

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
    return check_jobs([_job_of(ws, unit, p, t.encode(), day) for p, t in texts.items() if p.suffix == ".beancount"])


def parse_in_child(
    ws: Workspace, unit: Unit | None, texts: Mapping[Path, str], *, today: dt.date | None = None
) -> dict[Path, list[Meaning]]:
    """What the directives of texts mean, each in the order of its lines: of texts that aren't on the disk yet, too.

    Args:
        ws: as in `check_in_child`, as are the others.
        unit: whose files they are.
        texts: new text by absolute path.
        today: the day by which dates are judged.

    Raises:
        Problem: a text doesn't pass the guard (the first of its problems).
    """
    day = today or dt.date.today()  # noqa: DTZ011  the bookkeeper's own calendar day, as the loader takes it
    jobs = [_job_of(ws, unit, path, text.encode(), day) for path, text in texts.items()]
    answers = _meanings(jobs)
    if None in answers:
        for problem in check_jobs(jobs):
            raise problem
        raise found.BookCrashed(file=ws.shown([*texts][answers.index(None)]), reason=ending(-signal.SIGKILL))
    return {path: answer or [] for path, answer in zip(texts, answers, strict=True)}


def parse_blocks_in_child(
    ws: Workspace, unit: Unit | None, path: Path, blocks: Sequence[bytes], *, today: dt.date | None = None
) -> list[Meaning | None]:
    """What blocks of one file mean, each read by itself, so that a damaged one spoils no other.

    Args:
        ws: as in `check_in_child`.
        unit: whose file it is.
        path: of the file; it isn't read.
        blocks: the blocks' bytes.
        today: the day by which dates are judged.

    Returns:
        None for each that can't be parsed, or that isn't one directive.
    """
    day = today or dt.date.today()  # noqa: DTZ011  the bookkeeper's own calendar day, as the loader takes it
    answers = _meanings([_job_of(ws, unit, path, block, day) for block in blocks])
    return [answer[0] if answer is not None and len(answer) == 1 else None for answer in answers]


def _job_of(ws: Workspace, unit: Unit | None, path: Path, text: bytes, day: dt.date) -> Job:
    """What the process is told of a text of a unit's file, or of one of the finance head's."""
    profile = profile_of(path, ws.units_folder / unit.slug if unit else ws.units_folder)
    if unit is None and path.parent == ws.adjustments_folder:
        profile = ADJUSTMENTS
    slug, title, currency = (unit.slug, unit.name, unit.currency) if unit else (None, None, None)
    return _job(str(path), ws.shown(path), profile, slug, day, title, currency), text


def _meanings(jobs: list[Job], wall_seconds: float = WALL_SECONDS) -> list[list[Meaning] | None]:
    """What texts mean; None for each that doesn't pass. Where the process dies, each half is tried by itself."""
    if not jobs:
        return []
    header = json.dumps({"meanings": [{**job, "size": len(data)} for job, data in jobs]}).encode() + b"\n"
    try:
        code, answer = _ready(sys.executable, CHILD).run(header + b"".join(data for _, data in jobs), wall_seconds)
    except TimeoutError:
        code, answer = -signal.SIGXCPU, b""
    except OSError as error:
        raise found.ReaderUnavailable(reason=error.strerror or type(error).__name__) from error
    if code:
        half = len(jobs) // 2
        return [None] if len(jobs) == 1 else _meanings(jobs[:half]) + _meanings(jobs[half:])
    return [rows if rows is None else [_meaning(row) for row in rows] for rows in json.loads(answer)]


def _meaning(row: dict[str, Any]) -> Meaning:
    return Meaning(**{**row, "date": dt.date.fromisoformat(row["date"]), "documents": tuple(row["documents"])})


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
    said = json.loads(header)
    if isinstance(said, dict):
        return json.dumps([_meant(parsed) for parsed in _parsed(said["meanings"], data, parse)]).encode()
    problems = [problem.to_dict() for parsed in _parsed(said, data, parse) for problem in parsed.problems]
    return json.dumps(problems).encode()


def _parsed(jobs: list[dict[str, Any]], data: bytes, parse: Callable[..., Parsed]) -> Iterator[Parsed]:
    start = 0
    for job in jobs:
        size = job.pop("size")
        job["today"] = dt.date.fromisoformat(job["today"])
        job["profile"] = PROFILES[job["profile"]]
        yield parse(data[start : start + size], **job)
        start += size


def _meant(parsed: Parsed) -> list[dict[str, Any]] | None:
    """What a text's directives mean, in the order of its lines; None where it didn't pass."""
    from ledger.seals.canonical import meaning_of  # noqa: PLC0415  it stands on Beancount, as the guard does

    if parsed.problems:
        return None
    entries = sorted(parsed.entries, key=lambda entry: int(entry.meta["lineno"]))
    return [{**asdict(meaning), "date": meaning.date.isoformat()} for meaning in map(meaning_of, entries)]


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
