"""The one writer of books: importers, the web editor, the close and every other command write through it (DESIGN 3).

Two rules of bookkeeping stand behind it: what was booked must not get lost, and must not be booked twice. So:

- One writer at a time per unit (`unit_lock`; a lock that the operating system drops when its holder dies).
- A file changes by temporary file, fsync, rename, fsync of the folder; and only if it still holds what the writer read.
- New text passes the guard (in a child process) before it is written: nothing is written that the loader would refuse.
- A job over several files is prepared beside them, then its plan is written to `.sambok/jobs/`: from that instant
  on the job counts as done, and whoever comes next completes it. Before that instant nothing has changed.
- An entry that carries a `source-id` which the unit's books hold already is not written again.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import Timeout

from ledger.books import durable
from ledger.books.guard_child import check_in_child
from ledger.books.jobs import (
    ANY,
    SOURCE_ID,
    Block,
    Change,
    busy,
    complete,
    expect,
    inside,
    jobs_folder,
    joined,
    lock_of,
    read_text,
    write_all,
)
from ledger.books.problems_write import BooksBusy, WriteOutside
from ledger.books.workspace import Unit, Workspace
from ledger.errors import Problem

#: How long a command waits for another one that writes the same unit's books.
LOCK_SECONDS: Final = 60.0
#: The files of a book, below its unit's folder (SPEC 2).
BOOK_FILE = re.compile(
    r"(main|accounts|books/([0-9]{4})/\2-(0[1-9]|1[0-2])(\.([a-z0-9-]+\.)?closed)?)\.beancount", re.ASCII
)

__all__ = [
    "ANY",
    "Appended",
    "Block",
    "Change",
    "append_entries",
    "apply",
    "check_text",
    "keep_document",
    "recover",
    "source_ids",
    "unit_lock",
    "write_text",
]

Checker = Callable[[Workspace, Unit, Mapping[Path, str]], Sequence[Problem]]


@dataclass(frozen=True, slots=True)
class Appended:
    """What `append_entries` did: files that changed, blocks written, blocks that were there already."""

    files: tuple[Path, ...]
    written: int
    known: int


@contextlib.contextmanager
def unit_lock(ws: Workspace, slug: str, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the books of `slug` alone; what an interrupted job left is completed and swept first.

    The same thread may take it again inside. `policy` and `prices` may be locked like units.

    Raises:
        BooksBusy: another command held it for `seconds`.
        Problem: an interrupted job can't be completed.
    """
    lock = lock_of(ws, slug)
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        raise BooksBusy(unit=slug, slug=slug, seconds=int(seconds)) from None
    try:
        if lock.lock_counter == 1:
            complete(ws, slug)
        yield
    finally:
        lock.release()


def recover(ws: Workspace, *, seconds: float = LOCK_SECONDS) -> tuple[str, ...]:
    """Complete what interrupted jobs began, so that no reader sees half of one. Every command calls it first.

    It costs one look into a folder where nothing was interrupted, and waits for a job that is being applied just now.

    Returns:
        The slugs whose jobs were completed or swept.

    Raises:
        Problem: as `unit_lock`, for the first unit that has one; the others' jobs are completed all the same.
    """
    folder = jobs_folder(ws)
    if not folder.is_dir():
        return ()
    slugs = sorted({path.stem for path in folder.iterdir() if path.suffix in {".json", ".busy"}})
    problems: list[Problem] = []
    for slug in slugs:
        try:
            with unit_lock(ws, slug, seconds=seconds):
                pass
        except Problem as problem:
            problems.append(problem)
    if problems:
        raise problems[0]
    return tuple(slugs)


def write_text(path: Path, text: str, *, expected: str | None) -> str:
    """Write one file, all or nothing. The caller holds the lock of the unit that the file belongs to.

    Args:
        path: absolute; parents are created.
        text: all of its new text.
        expected: SHA-256 of what it must hold now; None: it must not exist; `ANY`.

    Returns:
        SHA-256 of the new content.

    Raises:
        WriteConflict: it holds something else.
        WriteOutside: it is a link.
        OSError: the machine refused; the old content stands.
    """
    expect(path, expected)
    data = text.encode("utf-8")
    durable.replace(path, data)
    return durable.sha256(data)


def keep_document(ws: Workspace, unit: Unit, path: Path, content: bytes) -> None:
    """Write a file below the unit's `documents/`, all or nothing; what a crash leaves beside it is swept by the next.

    Args:
        ws: the workspace.
        unit: whose document it is; its lock is taken, or taken again inside.
        path: absolute; parents are created.
        content: all of it.

    Raises:
        BooksBusy: another command is writing.
        OSError: the machine refused; nothing stands there.
    """
    with unit_lock(ws, unit.slug), busy(ws, unit.slug):
        durable.replace(path, content)


def check_text(ws: Workspace, unit: Unit, texts: Mapping[Path, str]) -> Sequence[Problem]:
    """What the guard says of new texts of a unit's files, checked in a child process before they are written.

    Raises:
        WriteOutside: a path that names no book file of a unit (SPEC 2).
    """
    for path in texts:
        if not BOOK_FILE.fullmatch(path.relative_to(unit.folder).as_posix()):
            raise WriteOutside(file=ws.shown(path), unit=unit.slug, path=ws.shown(path))
    return check_in_child(ws, unit, texts)


def apply(ws: Workspace, unit: Unit, changes: Sequence[Change], *, check: Checker | None = check_text) -> None:
    """Write several files of one unit as one job: all of them, or none.

    Args:
        ws: the workspace.
        unit: whose files they are; every path is inside its folder.
        changes: the new texts.
        check: the guard. None only for text that the federation owns (`main.beancount`).

    Raises:
        WriteConflict: a file changed since it was read; nothing was written.
        WriteOutside: a path leaves the unit's folder, or is a link.
        Problem: the guard refused the new text (the first of its problems); nothing was written.
        OSError: the machine refused. Nothing was written, or the next command completes the job.
    """
    with unit_lock(ws, unit.slug):
        for change in changes:
            inside(unit.folder, change.path, ws)
            expect(change.path, change.expected, ws)
        if check is not None:
            for problem in check(ws, unit, {c.path: c.text for c in changes}):
                raise problem
        with busy(ws, unit.slug):
            write_all(ws, unit.slug, changes)


def append_entries(
    ws: Workspace,
    unit: Unit,
    blocks: Iterable[Block],
    *,
    opens: Sequence[Block] = (),
    check: Checker | None = check_text,
) -> Appended:
    """Add directives to the unit's month files (created where missing) and accounts to its `accounts.beancount`.

    A block whose `source_id` stands in the unit's books already is left out: the call can be repeated after anything.

    Args:
        ws: the workspace.
        unit: whose books.
        blocks: directives, in the order in which they shall stand; each goes to the file of its month.
        opens: `open` directives; one that stands in `accounts.beancount` word for word is left out.
        check: as in `apply`.

    Raises:
        WriteCutOff: a month's file has 0 bytes.
        Problem, OSError: as `apply`.
    """
    with unit_lock(ws, unit.slug):
        known = source_ids(unit)
        per_file: dict[Path, list[Block]] = defaultdict(list)
        skipped = 0
        for block in blocks:
            if block.source_id is not None and block.source_id in known:
                skipped += 1
                continue
            if block.source_id is not None:
                known.add(block.source_id)
            per_file[unit.month_file(block.date)].append(block)
        accounts = unit.folder / "accounts.beancount"
        standing = read_text(accounts, ws) or ""
        new_opens = [block for block in opens if block.text.strip() not in standing]
        if new_opens:
            per_file[accounts] = [Block(new_opens[0].date, "\n".join(b.text.strip("\n") for b in new_opens))]
        changes = []
        for path, added in sorted(per_file.items()):
            old = read_text(path, ws)
            digest = None if old is None else durable.sha256(old.encode("utf-8"))
            changes.append(Change(path, joined(old or "", added), digest, tuple(added)))
        if changes:
            apply(ws, unit, changes, check=check)
        written = sum(len(c.added) for c in changes if c.path != accounts)
        return Appended(tuple(c.path for c in changes), written, skipped)


def source_ids(unit: Unit) -> set[str]:
    """Every `source-id` in the unit's books, read from the text itself (so it works on books with errors, too)."""
    found: set[str] = set()
    for path in unit.books.glob("*/*.beancount"):
        with contextlib.suppress(OSError):
            found.update(SOURCE_ID.findall(durable.read_plain(path).decode("utf-8", "replace")))
    return found
