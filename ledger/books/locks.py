"""Who may write just now: one lock a unit, and one for jobs over several units.

The order keeps everybody from waiting for each other: a job over several units takes the lock `@federation` first and
then its units' in the order of their slugs; whoever writes one unit takes that unit's only. A job over several units
that was interrupted is completed before anybody reads or writes one of them: whoever meets its plan gives back the lock
he has just got, completes the job under all its locks, and takes his own again.

The operating system drops a lock when its holder dies.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from ledger.books import git
from ledger.books.jobs import FEDERATION, jobs_folder, lock_of
from ledger.books.plans import complete, finish, plan_file, read_plan, sweep
from ledger.books.problems_write import BooksBusy
from ledger.books.workspace import Workspace
from ledger.errors import Problem

#: How long a command waits for another one that writes the same unit's books.
LOCK_SECONDS: Final = 60.0


class _Held(threading.local):
    """The locks that this thread holds, by workspace."""

    def __init__(self) -> None:
        self.names: dict[Path, Counter[str]] = {}

    def of(self, ws: Workspace) -> Counter[str]:
        return self.names.setdefault(ws.root, Counter())


_held = _Held()


@contextlib.contextmanager
def unit_lock(ws: Workspace, slug: str, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the books of `slug` alone; what an interrupted job left is completed and swept first.

    The same thread may take it again inside. `policy` and `prices` may be locked like units. Who needs several units
    takes `federation_lock`.

    Raises:
        BooksBusy: another command held it for `seconds`.
        Problem: an interrupted job can't be completed.
    """
    lock = _taken(ws, slug, time.monotonic() + seconds, seconds)
    held = _held.of(ws)
    held[slug] += 1
    try:
        yield
    finally:
        held[slug] -= 1
        lock.release()
        _leave(ws)


@contextlib.contextmanager
def federation_lock(ws: Workspace, slugs: Iterable[str], *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the books of several units alone, to read them together and then write them in one job.

    The same thread may take it again inside, for other units, too.

    Raises:
        BooksBusy: another command held one of them for `seconds`.
        Problem: an interrupted job can't be completed.
        RuntimeError: the caller holds a unit's lock and not `@federation`: two such could wait for each other.
    """
    held = _held.of(ws)
    if not held[FEDERATION] and any(held.values()):
        raise RuntimeError("federation_lock comes before unit_lock")
    until = time.monotonic() + seconds
    lock = _acquired(ws, FEDERATION, until, seconds)
    held[FEDERATION] += 1
    try:
        with contextlib.ExitStack() as stack:
            settle(ws, until, seconds)
            for slug in sorted(set(slugs)):
                stack.enter_context(unit_lock(ws, slug, seconds=max(0.0, until - time.monotonic())))
            yield
    finally:
        held[FEDERATION] -= 1
        lock.release()
        _leave(ws)


def settle(ws: Workspace, until: float, seconds: float) -> None:
    """Complete a job over several units that was interrupted; the caller holds `@federation`."""
    file = plan_file(ws, FEDERATION)
    if file.exists():
        plan = read_plan(ws, file)
        with contextlib.ExitStack() as stack:
            for slug in sorted(plan.slugs):
                stack.callback(_acquired(ws, slug, until, seconds).release)
            finish(ws, file, plan)
            for slug in plan.slugs:
                sweep(ws, slug)
    sweep(ws, FEDERATION)


def recover(ws: Workspace, *, seconds: float = LOCK_SECONDS) -> tuple[str, ...]:
    """Complete what interrupted jobs began, so that no reader sees half of one. Every command calls it first.

    It costs one look into a folder where nothing was interrupted, and waits for a job that is being applied just now.

    Returns:
        The slugs whose jobs were completed or swept; `@federation` for one over several units.

    Raises:
        Problem: as `unit_lock`, for the first unit that has one; the others' jobs are completed all the same.
    """
    folder = jobs_folder(ws)
    if not folder.is_dir():
        return ()
    slugs = sorted({path.stem for path in folder.iterdir() if _is_mark(path)})
    problems: list[Problem] = []
    for slug in slugs:
        try:
            with (
                federation_lock(ws, (), seconds=seconds) if slug == FEDERATION else unit_lock(ws, slug, seconds=seconds)
            ):
                pass
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise problems[0]
    return tuple(slugs)


def _is_mark(path: Path) -> bool:
    return path.suffix in {".json", ".busy"} and not path.name.startswith(".")


def _taken(ws: Workspace, slug: str, until: float, seconds: float) -> FileLock:
    """The unit's lock, held; whatever was interrupted is done."""
    while True:
        lock = _acquired(ws, slug, until, seconds)
        if lock.lock_counter > 1:
            return lock
        try:
            if _held.of(ws)[FEDERATION] or not _waits(ws, slug):
                complete(ws, slug)
                return lock
        except BaseException:
            lock.release()
            raise
        # Whoever made the plan is dead, or this lock would be his: it is completed in the order of the locks.
        lock.release()
        outer = _acquired(ws, FEDERATION, until, seconds)
        try:
            settle(ws, until, seconds)
        finally:
            outer.release()


def _waits(ws: Workspace, slug: str) -> bool:
    """Whether a job over several units is to be completed before this unit is read or written."""
    file = plan_file(ws, FEDERATION)
    try:
        return file.exists() and slug in read_plan(ws, file).slugs
    except Problem:
        if file.exists():
            raise
        return False  # it was being taken away


def _acquired(ws: Workspace, slug: str, until: float, seconds: float) -> FileLock:
    lock = lock_of(ws, slug)
    try:
        lock.acquire(timeout=max(0.0, until - time.monotonic()))
    except Timeout:
        name = ws.config.federation.name if slug == FEDERATION else slug
        raise BooksBusy(unit=None if slug == FEDERATION else slug, slug=name, seconds=int(seconds)) from None
    return lock


def holds(ws: Workspace, slug: str) -> bool:
    """Whether this thread holds a lock."""
    return _held.of(ws)[slug] > 0


def _leave(ws: Workspace) -> None:
    """After the last lock: what was done goes to git, so that it keeps nobody waiting."""
    if not any(_held.of(ws).values()):
        git.commit(ws)
