"""Locked runs as they lie below `runs/`: written whole or not at all, and known to be as they were written (SPEC 10).

A lock is a folder that appears by one renaming: before it there is nothing, after it all of it. What a crash leaves
beside it begins with `.tmp-` and is swept by the next lock. Nothing changes a lock afterwards. Its manifest holds the
digest of each of its files, and one of itself; the first eight characters of that are its mark, for the minutes: a
manifest that somebody rewrote from end to end, digests and all, has another.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import Timeout

from ledger.books import Workspace, durable
from ledger.books.jobs import lock_of
from ledger.books.problems_write import BooksBusy
from ledger.combine.codes import SETTLED
from ledger.combine.combined import Combined
from ledger.combine.problems_runs import RunDamaged, RunTaken
from ledger.combine.runs_text import TRIAL_BALANCE, disclosed, money, versions
from ledger.messages import N_

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NAME = 30
MANIFEST = "manifest.json"
SCHEMA = 1
MARK_LENGTH = 8
LOCK_SECONDS = 60.0
#: No lock is larger; what is isn't read.
LARGEST = 256 << 20
NOT_READ = N_("it can't be read as a manifest")
NOT_LOCKED = N_("it isn't what was locked")
MISSING = N_("it is missing")
STRANGE = N_("it wasn't there when the run was locked")
RENAMED = N_("it was locked under another name")


@dataclass(frozen=True)
class Lock:
    """A locked run, as its manifest says.

    Attributes:
        digest: of the manifest; its first characters are the mark.
        inputs: SHA-256 of each file that the figures were made of.
        files: SHA-256 of each file of the lock.
        rates: digest of the exchange rates that counted.
        reached: the last month with a posting then, at most the period's own.
        versions: of what made the figures.
        said: the whole manifest.
    """

    name: str
    date_from: dt.date
    date_to: dt.date
    level: str | None
    currency: str
    result: str
    digest: str
    inputs: Mapping[str, str]
    files: Mapping[str, str]
    rates: str
    reached: str
    versions: Mapping[str, str]
    said: Mapping[str, Any]

    @property
    def mark(self) -> str:
        """Eight characters for the minutes."""
        return self.digest[:MARK_LENGTH]


def is_name(name: str) -> bool:
    """Whether a lock can be called so."""
    return NAME.fullmatch(name) is not None and len(name) <= LONGEST_NAME


def manifest_of(
    name: str,
    combined: Combined,
    files: Mapping[str, bytes],
    inputs: Mapping[str, str],
    *,
    rates: str,
    reached: str,
) -> dict[str, Any]:
    """The manifest, without its own digest.

    Args:
        name: of the lock.
        combined: the figures, in the reporting currency.
        files: the lock's other files by name.
        inputs: SHA-256 of the files that the figures were made of.
        rates: digest of the exchange rates that count.
        reached: the last month with a posting, at most the period's own.
    """
    digests = {file: durable.sha256(content) for file, content in sorted(files.items())}
    return {
        "schema": SCHEMA,
        "name": name,
        "kind": "combined",
        "currency": combined.currency,
        "from": combined.date_from.isoformat(),
        "to": combined.date_to.isoformat(),
        "level": combined.level,
        "units": sorted(combined.parts),
        "result": money(combined.result, combined.currency),
        "trial_balance": digests[TRIAL_BALANCE],
        "eliminations": len(combined.eliminations),
        "adjustments": len(combined.adjustments),
        "unmatched": {
            "disclosed": disclosed(combined),
            "settled": sum(1 for u in combined.unmatched if u.code in SETTLED),
        },
        "versions": versions(),
        "rates": rates,
        "reached": reached,
        "inputs": dict(inputs),
        "files": digests,
    }


def digest_of_manifest(said: Mapping[str, Any]) -> str:
    """Digest of a manifest without its digest."""
    plain = {key: value for key, value in said.items() if key != "digest"}
    return durable.sha256(_json(plain).encode())


def manifest_text(said: Mapping[str, Any]) -> str:
    """A manifest as it is written: with its own digest at the end."""
    return _json({**said, "digest": digest_of_manifest(said)})


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def names(ws: Workspace) -> list[str]:
    """Folders below `runs/`, sorted; what begins with a dot isn't one."""
    try:
        with os.scandir(ws.runs_folder) as entries:
            found = [e.name for e in entries if e.is_dir(follow_symlinks=False) and not e.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found)


def read_lock(ws: Workspace, name: str) -> Lock:
    """A lock, each of whose files is what was locked.

    Raises:
        RunDamaged: one isn't.
    """
    folder = ws.runs_folder / name
    lock = _manifest(ws, folder)
    if lock.name != name:
        raise _damaged(ws, folder / MANIFEST, RENAMED)
    there = {entry.name for entry in folder.iterdir() if not entry.name.startswith(".")}
    for strange in sorted(there - lock.files.keys() - {MANIFEST}):
        raise _damaged(ws, folder / strange, STRANGE)
    for file, digest in lock.files.items():
        if durable.sha256(_content(ws, folder / file)) != digest:
            raise _damaged(ws, folder / file, NOT_LOCKED)
    return lock


def content_of_lock(ws: Workspace, lock: Lock, file: str) -> bytes:
    """One of a lock's files.

    Raises:
        RunDamaged: it isn't what was locked.
    """
    path = ws.runs_folder / lock.name / file
    content = _content(ws, path)
    if durable.sha256(content) != lock.files.get(file):
        raise _damaged(ws, path, NOT_LOCKED)
    return content


def _content(ws: Workspace, path: Path) -> bytes:
    try:
        return durable.read_plain(path, LARGEST)
    except FileNotFoundError:
        raise _damaged(ws, path, MISSING) from None
    except OSError as error:
        raise _damaged(ws, path, error.strerror or type(error).__name__) from error


def _damaged(ws: Workspace, path: Path, reason: str) -> RunDamaged:
    return RunDamaged(file=ws.shown(path), name=path.parent.name, reason=reason)


def _manifest(ws: Workspace, folder: Path) -> Lock:
    path = folder / MANIFEST
    try:
        said = json.loads(_content(ws, path))
        lock = Lock(
            name=str(said["name"]),
            date_from=dt.date.fromisoformat(said["from"]),
            date_to=dt.date.fromisoformat(said["to"]),
            level=None if said["level"] is None else str(said["level"]),
            currency=str(said["currency"]),
            result=str(said["result"]),
            digest=str(said["digest"]),
            inputs=_texts(said["inputs"]),
            files=_texts(said["files"]),
            rates=str(said["rates"]),
            reached=str(said["reached"]),
            versions=_texts(said["versions"]),
            said=said,
        )
        known = said["schema"] == SCHEMA
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(ws, path, NOT_READ) from error
    if not known or any("/" in file for file in lock.files):
        raise _damaged(ws, path, NOT_READ)
    if digest_of_manifest(said) != lock.digest:
        raise _damaged(ws, path, NOT_LOCKED)
    return lock


def _texts(table: dict[str, str]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in table.values()):
        raise TypeError("texts expected")
    return table


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
        BooksBusy: another command is locking.
        OSError: the machine refused; nothing stands there.
    """
    name = str(said["name"])
    with _alone(ws):
        folder = ws.runs_folder / name
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
