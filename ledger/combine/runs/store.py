"""Locked runs as they lie below `runs/`: written whole or not at all, and known to be as they were written (SPEC 10).

A lock is a folder that appears by one renaming: before it there is nothing, after it all of it. What a crash leaves
beside it begins with `.tmp-` and is swept by the next lock. Nothing changes a lock afterwards. Its manifest holds the
digest of each of its files, and one of itself; the first eight characters of that are its mark, for the minutes: a
manifest that somebody rewrote from end to end, digests and all, has another.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

from filelock import Timeout

from ledger.books import Workspace, durable
from ledger.books.jobs import lock_of
from ledger.books.problems_write import BooksBusy
from ledger.charts.group import known
from ledger.combine.figures import is_result
from ledger.combine.runs.manifest import MANIFEST, Lock, digest_of_manifest, manifest_text, read_manifest
from ledger.combine.runs.problems import RunDamaged, RunTaken, RunUnreadable
from ledger.combine.runs.text import TRIAL_BALANCE, TRIAL_HEAD, UNMATCHED, UNMATCHED_HEAD, rows_of, versions
from ledger.messages import N_
from ledger.rules.rounding import EXACT

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NAME = 30
#: Windows opens a device by these names, whatever the folder.
DEVICES = re.compile(r"con|nul|aux|prn|(?:com|lpt)[0-9]")
LOCK_SECONDS = 60.0
#: No lock is larger; what is isn't read.
LARGEST = 256 << 20
NOT_READ = N_("it can't be read as a manifest")
NOT_LOCKED = N_("it isn't what was locked")
MISSING = N_("it is missing")
STRANGE = N_("it wasn't there when the run was locked")
NO_TABLE = N_("it isn't a table of a locked run")
NO_FOLDER = N_("it is a link or a file, no folder")
DISAGREES = N_("it says something else than the manifest")
RENAMED = N_("it was locked under another name")
NO_ORDINARY = N_("no ordinary file")
#: Errors that say what stands at a path: a link, a folder, a socket, a device. It isn't what was locked.
NO_FILE = frozenset({errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.ENODEV})
#: Errors that say who may read, and nothing of what is there.
REFUSED = frozenset({errno.EACCES, errno.EPERM})


def is_name(name: str) -> bool:
    """Whether a lock can be called so."""
    return NAME.fullmatch(name) is not None and len(name) <= LONGEST_NAME and not DEVICES.fullmatch(name)


def names(ws: Workspace) -> list[str]:
    """What lies below `runs/` as a lock would, sorted; `runs` itself where it is a link or a file, or can't be listed.

    What begins with a dot is none, nor is a file that no lock can be called as.
    """
    if not _is_folder(ws.runs_folder):
        return [ws.runs_folder.name] if os.path.lexists(ws.runs_folder) else []
    try:
        with os.scandir(ws.runs_folder) as entries:
            found = [e.name for e in entries if not e.name.startswith(".") and (is_name(e.name) or not e.is_file())]
    except OSError:  # `read_lock` says why
        return [ws.runs_folder.name]
    return sorted(found)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _check_folder(ws: Workspace, folder: Path) -> None:
    """Refuse to read or write through what is a link or a file where a folder should be, or can't be looked into."""
    for path in (ws.runs_folder, folder):
        if not os.path.lexists(path):
            continue
        if not _is_folder(path):
            raise RunDamaged(file=ws.shown(path), name=path.name, reason=NO_FOLDER)
        try:
            os.scandir(path).close()
        except OSError as error:
            raise _unreadable(ws, path, folder.name, error) from error


def read_lock(ws: Workspace, name: str) -> Lock:
    """A lock, each of whose files is what was locked.

    Raises:
        RunDamaged: one isn't.
        RunUnreadable: nobody knows, since the machine doesn't give it.
    """
    folder = ws.runs_folder / name
    _check_folder(ws, folder)
    try:
        lock = read_manifest(_content(ws, folder / MANIFEST))
        digest = digest_of_manifest(lock.said)
    except ValueError as error:
        raise _damaged(ws, folder / MANIFEST, NOT_READ) from error
    if digest != lock.digest:
        raise _damaged(ws, folder / MANIFEST, NOT_LOCKED)
    if lock.name != name:
        raise _damaged(ws, folder / MANIFEST, RENAMED)
    there = {entry.name for entry in folder.iterdir() if not entry.name.startswith(".")}
    for strange in sorted(there - lock.files.keys() - {MANIFEST}):
        raise _damaged(ws, folder / strange, STRANGE)
    for file in lock.files:
        _locked(ws, lock, file)
    if _result(rows_of_lock(ws, lock, TRIAL_BALANCE, TRIAL_HEAD)) not in {None, Decimal(lock.result)}:
        raise _damaged(ws, folder / TRIAL_BALANCE, DISAGREES)
    if len(rows_of_lock(ws, lock, UNMATCHED, UNMATCHED_HEAD)) != lock.unmatched:
        raise _damaged(ws, folder / UNMATCHED, DISAGREES)
    return lock


def rows_of_lock(ws: Workspace, lock: Lock, file: str, head: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The rows of one of a lock's tables.

    Raises:
        RunDamaged: it isn't what was locked, or no table.
        RunUnreadable: the machine doesn't give it.
    """
    try:
        return rows_of(_locked(ws, lock, file), head)
    except ValueError as error:
        raise _damaged(ws, ws.runs_folder / lock.name / file, NO_TABLE) from error


def _locked(ws: Workspace, lock: Lock, file: str) -> bytes:
    path = ws.runs_folder / lock.name / file
    content = _content(ws, path)
    if durable.sha256(content) != lock.files[file]:
        raise _damaged(ws, path, NOT_LOCKED)
    return content


def _result(rows: list[tuple[str, ...]]) -> Decimal | None:
    """The result of a trial balance, as the figures have it; None where one of its lines is another version's."""
    if not all(known(row[0]) for row in rows):
        return None
    with localcontext(EXACT):
        return -sum((Decimal(row[3]) for row in rows if is_result(row[0])), Decimal(0))


def _content(ws: Workspace, path: Path) -> bytes:
    try:
        return durable.read_plain(path, LARGEST)
    except FileNotFoundError:
        raise _damaged(ws, path, MISSING) from None
    except OSError as error:
        if error.errno in NO_FILE:
            raise _damaged(ws, path, NO_ORDINARY) from error
        raise _unreadable(ws, path, path.parent.name, error) from error


def _unreadable(ws: Workspace, path: Path, name: str, error: OSError) -> RunUnreadable:
    case = "permission" if error.errno in REFUSED else "machine"
    return RunUnreadable(case=case, file=ws.shown(path), name=name, reason=error.strerror or type(error).__name__)


def _damaged(ws: Workspace, path: Path, reason: str) -> RunDamaged:
    return RunDamaged(file=ws.shown(path), name=path.parent.name, reason=reason)


def write_lock(ws: Workspace, said: Mapping[str, Any], files: Mapping[str, bytes]) -> tuple[Lock, bool]:
    """Write a lock, whole or not at all.

    Args:
        ws: the workspace.
        said: its manifest, as `manifest_of` gives it.
        files: its other files.

    Returns:
        The lock, and whether it is new: one that said the same was there already.

    Raises:
        RunTaken: a lock of that name says something else.
        RunDamaged: the lock of that name isn't what was locked.
        RunUnreadable: it can't be read.
        BooksBusy: another command is locking.
        OSError: the machine refused; nothing stands there.
    """
    name = str(said["name"])
    with _alone(ws):
        folder = ws.runs_folder / name
        _check_folder(ws, folder)
        if folder.exists():
            lock = read_lock(ws, name)
            if _same(lock.said) != _same(said):
                raise RunTaken(file=ws.shown(folder), name=name)
            return lock, False
        _sweep(ws.runs_folder)
        durable.make_folders(ws.runs_folder)
        made = ws.runs_folder / f"{durable.TEMPORARY}{name}"
        try:
            made.mkdir()
            for file, content in sorted(files.items()):
                durable.replace(made / file, content)
            durable.replace(made / MANIFEST, manifest_text(said).encode())
            os.rename(made, folder)  # noqa: PTH104  faults are injected into os.rename by the tests
        except OSError as error:  # it is about the lock, not about the folder that is gone again
            shutil.rmtree(made, ignore_errors=True)
            raise OSError(error.errno, error.strerror or str(error), str(folder)) from error
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
        durable.sync_folder(ws.runs_folder)
        return read_lock(ws, name), True


def _same(said: Mapping[str, Any]) -> dict[str, Any]:
    """What two locks of a name must share: all but the program's versions."""
    return {key: value for key, value in said.items() if key not in {"digest", "versions"}}


@contextlib.contextmanager
def _alone(ws: Workspace) -> Iterator[None]:
    """Hold `runs/` alone. No unit can be called so."""
    lock = lock_of(ws, ".runs")
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise BooksBusy(slug="runs", seconds=int(LOCK_SECONDS)) from None
    try:
        yield
    finally:
        lock.release()


def _sweep(folder: Path) -> None:
    """Remove what a crash left; the caller holds `runs/` alone."""
    with contextlib.suppress(FileNotFoundError):
        for entry in sorted(folder.iterdir()):
            if entry.name.startswith(durable.TEMPORARY):
                shutil.rmtree(entry, ignore_errors=True)


def same_program(lock: Lock) -> bool:
    """Whether the rules that made the figures are the present ones."""
    return {k: v for k, v in lock.versions.items() if k != "sambok"} == {
        k: v for k, v in versions().items() if k != "sambok"
    }
