"""The one writer of books: importers, the web editor, the close and every other command write through it (DESIGN 3).

Two rules of bookkeeping stand behind it: what was booked must not get lost, and must not be booked twice. So:

- One writer at a time per unit (`unit_lock`; a lock that the operating system drops when its holder dies).
- A file changes by temporary file, fsync, rename, fsync of the folder; and only if it still holds what the writer read.
- New text passes the guard (in a child process) before it is written: nothing is written that the loader would refuse.
- A job over several files, of one unit or several, is prepared beside them, then its plan is written to
  `.sambok/jobs/`: from that instant on the job counts as done, and whoever comes next completes it. Before that instant
  nothing has changed.
- What was done stands in the history of each unit that it concerns, added in the same job; git gets a copy of it.
- An entry that carries a `source-id` which the unit's books hold already is not written again.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.books import durable, git
from ledger.books.grounds import check_common
from ledger.books.guard_child import check_in_child
from ledger.books.history import FileRow, Note
from ledger.books.jobs import (
    ANY,
    FEDERATION,
    FEDERATION_SLUG,
    SOURCE_ID,
    Block,
    Change,
    busy,
    expect,
    folder_of,
    inside,
    joined,
    read_text,
)
from ledger.books.keeping import check_changes
from ledger.books.locks import federation_lock, recover, unit_lock
from ledger.books.plans import complete, plan_file, write_all
from ledger.books.problems_write import WriteOutside
from ledger.books.record import keep, record
from ledger.books.workspace import Unit, Workspace
from ledger.errors import Problem

#: The files of a book, below its unit's folder (SPEC 2).
BOOK_FILE = re.compile(
    r"(main|accounts|books/([0-9]{4})/\2-(0[1-9]|1[0-2])(\.([a-z0-9-]+\.)?closed)?)\.beancount", re.ASCII
)

__all__ = [
    "ANY",
    "Appended",
    "Block",
    "Change",
    "Note",
    "append_entries",
    "apply",
    "apply_federation",
    "check_text",
    "federation_lock",
    "keep_document",
    "note_only",
    "recover",
    "source_ids",
    "unit_lock",
    "write_text",
]

#: The close's own file beside the books; who checks it is who wrote it.
SEALS = "seals.jsonl"
#: The federation's own texts, below `units/`.
FEDERATION_FILE = re.compile(r"(policy|prices|adjustments/[^/.][^/]*)\.beancount")

Checker = Callable[[Workspace, Unit | None, Mapping[Path, str]], Sequence[Problem]]


@dataclass(frozen=True, slots=True)
class Appended:
    """What `append_entries` did: files that changed, blocks written, blocks that were there already."""

    files: tuple[Path, ...]
    written: int
    known: int


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


def keep_document(ws: Workspace, unit: Unit | None, path: Path, content: bytes) -> None:
    """Write a file below the unit's `documents/`, all or nothing; what a crash leaves beside it is swept by the next.

    Args:
        ws: the workspace.
        unit: whose document it is; its lock is taken, or taken again inside. None: the federation's, below
            `units/documents/`.
        path: absolute; parents are created.
        content: all of it.

    Raises:
        BooksBusy: another command is writing.
        OSError: the machine refused; nothing stands there.
    """
    slug = _slug(unit)
    with unit_lock(ws, slug):
        with busy(ws, slug):
            durable.replace(path, content)
        git.note_files(ws, slug, None, [path])


def check_text(ws: Workspace, unit: Unit | None, texts: Mapping[Path, str]) -> Sequence[Problem]:
    """What the guard says of new texts of a unit's files, checked in a child process before they are written.

    `unit` None: the federation's own files.

    Raises:
        WriteOutside: a path that names no book file of a unit (SPEC 2), nor its seals; or none of the federation's.
    """
    folder, allowed = (ws.units_folder, FEDERATION_FILE) if unit is None else (unit.folder, BOOK_FILE)
    for path in texts:
        name = path.relative_to(folder).as_posix()
        if not (allowed.fullmatch(name) or (unit is not None and name == SEALS)):
            raise WriteOutside(file=ws.shown(path), unit=_slug(unit), path=ws.shown(path))
    return check_in_child(ws, unit, texts)


def apply(
    ws: Workspace,
    unit: Unit | None,
    changes: Sequence[Change],
    *,
    check: Checker | None = check_text,
    note: Note | None = None,
) -> None:
    """Write several files of one unit as one job: all of them, or none; and what was done into its history.

    Args:
        ws: the workspace.
        unit: whose files they are; every path is inside its folder. None: the federation's policy, prices, adjustments.
        changes: the new texts.
        check: the guard. None only for text that the federation owns (`main.beancount`).
        note: what the action is.

    Raises:
        WriteConflict: a file changed since it was read; nothing was written.
        WriteOutside: a path leaves the unit's folder, or is a link.
        MonthClosed, SealedText: a closed month would change; nothing was written.
        Problem: the guard refused the new text (the first of its problems); nothing was written.
        OSError: the machine refused. Nothing was written, or the next command completes the job.
    """
    slug = _slug(unit)
    with unit_lock(ws, slug):
        if plan_file(ws, slug).exists():  # one of ours failed in the midst, and its caller went on
            complete(ws, slug)
        _write(ws, slug, {unit: changes}, check, {slug: note or Note("write")})


def apply_federation(
    ws: Workspace,
    changes: Mapping[Unit | None, Sequence[Change]],
    *,
    note: Note | Mapping[str, Note],
    check: Checker | None = check_text,
) -> None:
    """Write files of several units as one job: all of them, or none; and what was done into each unit's history.

    What its caller read under `federation_lock` of the same units is still so when it is written.

    Args:
        ws: the workspace.
        changes: by unit, as in `apply`; a unit without a change gets its line in the history all the same.
        note: what the action is; of each unit by itself, by slug, where it isn't the same for all.
        check: as in `apply`.

    Raises:
        RuntimeError: the caller holds a unit's lock that it didn't take by `federation_lock`.
        Problem, OSError: as `apply`, of all units together.
    """
    slugs = sorted(_slug(unit) for unit in changes)
    notes = {slug: note if isinstance(note, Note) else note[slug] for slug in slugs}
    with federation_lock(ws, slugs):
        _write(ws, FEDERATION, changes, check, notes)


def note_only(ws: Workspace, unit: Unit | None, note: Note, files: Sequence[FileRow] = ()) -> None:
    """Put into the history what was done to something else than books.

    Args:
        ws: the workspace.
        unit: whose; None: the federation's.
        note: what was done.
        files: path (below the unit's folder; of the federation below the workspace), SHA-256 before and after.

    Raises:
        Problem, OSError: as `apply`.
    """
    slug = _slug(unit)
    with unit_lock(ws, slug):
        done = record(ws, slug, note, (), files)
        with busy(ws, slug):
            write_all(ws, slug, [slug], (), [done.tail])
        keep(ws, done)
        folder = ws.root if unit is None else unit.folder
        git.note_files(ws, slug, note, [*(folder / name for name, _, _ in files), done.tail.path])


def _slug(unit: Unit | None) -> str:
    return FEDERATION_SLUG if unit is None else unit.slug


def _write(
    ws: Workspace,
    name: str,
    changes: Mapping[Unit | None, Sequence[Change]],
    check: Checker | None,
    notes: Mapping[str, Note],
) -> None:
    """One job, under the locks of its units.

    Args:
        ws: the workspace.
        name: of its plan.
        changes: by unit.
        check: the guard.
        notes: by slug.
    """
    for unit, own in changes.items():
        for change in own:
            inside(folder_of(ws, _slug(unit)), change.path, ws)
            expect(change.path, change.expected, ws)
        if check is not None:
            for problem in check(ws, unit, {c.path: c.text for c in own}):
                raise problem
        if unit is not None:
            check_changes(ws, unit, own)
        else:
            check_common(ws, own)
    lines = [record(ws, slug, notes[slug], own) for unit, own in changes.items() for slug in [_slug(unit)]]

    def to_git() -> None:
        for unit, own in changes.items():
            slug = _slug(unit)
            git.note_files(ws, slug, notes[slug], git.files_of(ws, slug, [c.path for c in own]))

    every = [c for own in changes.values() for c in own]
    with contextlib.ExitStack() as stack:
        for mark in sorted({name, *notes}):
            stack.enter_context(busy(ws, mark))
        write_all(ws, name, [*notes], every, [line.tail for line in lines], done=to_git)
    for done in lines:
        keep(ws, done)


def append_entries(
    ws: Workspace,
    unit: Unit,
    blocks: Iterable[Block],
    *,
    opens: Sequence[Block] = (),
    check: Checker | None = check_text,
    note: Note | None = None,
) -> Appended:
    """Add directives to the unit's month files (created where missing) and accounts to its `accounts.beancount`.

    A block whose `source_id` stands in the unit's books already is left out: the call can be repeated after anything.

    Args:
        ws: the workspace.
        unit: whose books.
        blocks: directives, in the order in which they shall stand; each goes to the file of its month.
        opens: `open` directives; one that stands in `accounts.beancount` word for word is left out.
        check: as in `apply`.
        note: as in `apply`.

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
            apply(ws, unit, changes, check=check, note=note)
        written = sum(len(c.added) for c in changes if c.path != accounts)
        return Appended(tuple(c.path for c in changes), written, skipped)


def source_ids(unit: Unit) -> set[str]:
    """Every `source-id` in the unit's books, read from the text itself (so it works on books with errors, too)."""
    found: set[str] = set()
    for path in unit.books.glob("*/*.beancount"):
        with contextlib.suppress(OSError):
            found.update(SOURCE_ID.findall(durable.read_plain(path).decode("utf-8", "replace")))
    return found
