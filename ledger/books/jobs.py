"""Jobs over several files of one unit: decided at one instant, applied after it, completed by whoever comes next.

`.sambok/jobs/<slug>.json` is the plan of a job that has been decided and isn't applied wholly yet: with it the job
counts as done. `.sambok/jobs/<slug>.busy` says that a writer was at work, so that temporary files may lie about.
Only [`ledger.books.write`][ledger.books.write] uses this module.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from ledger.books import durable
from ledger.books.problems_write import JobUnreadable, WriteConflict, WriteCutOff, WriteEncoding, WriteOutside
from ledger.books.workspace import Workspace

#: `expected` of a caller who doesn't mind what the file holds now.
ANY: Final = "any"
PLAN_VERSION: Final = 1
SOURCE_ID = re.compile(r'^\s+source-id:\s*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One directive as text, and what makes it itself.

    Attributes:
        date: decides the month's file.
        text: the directive's lines.
        source_id: its `source-id`, by which it is known again; None where it has none (then its text is).
    """

    date: dt.date
    text: str
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One file of a job.

    Attributes:
        path: absolute.
        text: all of its new text.
        expected: SHA-256 of what it must hold now; None: it must not exist; `ANY`.
        added: the blocks that `text` adds at the end. With them an interrupted job can be completed even if somebody
            edited the file in between; without them such a job is a conflict.
    """

    path: Path
    text: str
    expected: str | None
    added: tuple[Block, ...] = ()


def joined(old: str, added: Sequence[Block]) -> str:
    """`old` with blocks at its end, an empty line before each."""
    parts = [old if not old or old.endswith("\n") else old + "\n"]
    parts += ["\n" * bool(old or index) + block.text.strip("\n") + "\n" for index, block in enumerate(added)]
    return "".join(parts)


def read_text(path: Path, ws: Workspace) -> str | None:
    """A book file's text; None where there is none. A file of 0 bytes or without UTF-8 is a problem."""
    try:
        text = durable.read_plain(path).decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise WriteEncoding(file=ws.shown(path)) from error
    if not text:
        raise WriteCutOff(file=ws.shown(path))
    return text


def expect(path: Path, expected: str | None, ws: Workspace | None = None) -> None:
    """Raise a problem unless `path` is no link and holds what the caller read (`expected`)."""
    shown = ws.shown(path) if ws else str(path)
    if path.is_symlink():
        raise WriteOutside(file=shown, path=shown)
    if expected != ANY and durable.content_hash(path) != expected:
        raise WriteConflict(file=shown)


def inside(folder: Path, path: Path, ws: Workspace) -> None:
    """Refuse a path that leaves `folder`, by its name or through links."""
    real, home = os.path.realpath(path.parent), os.path.realpath(folder)
    plain = os.path.join(home, os.path.relpath(path, folder))  # noqa: PTH118  pure text, no file is looked at
    if not (real == home or real.startswith(home + os.sep)) or plain != os.path.join(real, path.name):  # noqa: PTH118
        raise WriteOutside(file=ws.shown(path), path=ws.shown(path))


def lock_of(ws: Workspace, slug: str) -> FileLock:
    """The lock of one unit's books: one object per process and file, counted per thread."""
    folder = ws.state_folder / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / f"{slug}.lock", is_singleton=True)


def jobs_folder(ws: Workspace) -> Path:
    """Where plans and marks of jobs lie."""
    return ws.state_folder / "jobs"


@contextlib.contextmanager
def busy(ws: Workspace, slug: str) -> Iterator[None]:
    """Mark that a writer is at work; after a failure the mark stays, and the next one sweeps."""
    mark = jobs_folder(ws) / f"{slug}.busy"
    durable.make_folders(mark.parent)
    mark.touch()
    yield
    mark.unlink(missing_ok=True)


def write_all(ws: Workspace, slug: str, changes: Sequence[Change]) -> None:
    """Stage all files, decide by the plan, rename. The caller holds the lock and has checked the texts."""
    staged: list[Path] = []
    plan = jobs_folder(ws) / f"{slug}.json"
    try:
        for change in changes:
            durable.make_folders(change.path.parent)
            staged.append(durable.stage(change.path, change.text.encode("utf-8")))
        for change in changes:  # an editor that knows no lock may have saved meanwhile
            expect(change.path, change.expected, ws)
        if len(changes) > 1:
            durable.replace(plan, _plan_bytes(ws, changes))
    except BaseException:
        if not plan.exists():
            durable.discard(staged)
        raise
    try:
        for change, temporary in zip(changes, staged, strict=True):
            os.rename(temporary, change.path)  # noqa: PTH104  faults are injected into os.rename by the tests
    except BaseException:
        if len(changes) == 1:
            durable.discard(staged)
        raise
    for folder in sorted({change.path.parent for change in changes}):
        durable.sync_folder(folder)
    if len(changes) > 1:
        _remove(plan)


def _remove(plan: Path) -> None:
    plan.unlink()
    durable.sync_folder(plan.parent)


def _plan_bytes(ws: Workspace, changes: Sequence[Change]) -> bytes:
    files = [
        {
            "path": change.path.relative_to(ws.root).as_posix(),
            "expected": change.expected,
            "text": change.text,
            "added": [[b.date.isoformat(), b.text, b.source_id] for b in change.added],
        }
        for change in changes
    ]
    body = json.dumps({"version": PLAN_VERSION, "files": files}, ensure_ascii=False)
    return json.dumps({"sha256": durable.sha256(body.encode("utf-8")), "body": body}, ensure_ascii=False).encode()


def complete(ws: Workspace, slug: str) -> None:
    """Finish the job whose plan stands there, and sweep; the caller holds the lock."""
    plan, mark = jobs_folder(ws) / f"{slug}.json", jobs_folder(ws) / f"{slug}.busy"
    if plan.exists():
        for change in _read_plan(ws, plan):
            inside(ws.units_folder / slug, change.path, ws)
            _finish(ws, change)
        _remove(plan)
    if mark.exists():
        durable.sweep(ws.units_folder / slug)
        mark.unlink()


def _read_plan(ws: Workspace, plan: Path) -> list[Change]:
    try:
        outer = json.loads(durable.read_plain(plan))
        same = durable.sha256(outer["body"].encode("utf-8")) == outer["sha256"]
        body: dict[str, Any] = json.loads(outer["body"])
        known = body["version"] == PLAN_VERSION
        changes = [
            Change(
                ws.root / item["path"],
                item["text"],
                item["expected"],
                tuple(Block(dt.date.fromisoformat(day), text, source) for day, text, source in item["added"]),
            )
            for item in body["files"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise JobUnreadable(file=ws.shown(plan), reason=str(error)) from error
    if not (same and known):
        raise JobUnreadable(file=ws.shown(plan), reason="checksum" if known else f"version {body['version']}")
    return changes


def _finish(ws: Workspace, change: Change) -> None:
    """Bring one file of an interrupted job to its new text, or add what it lacks where somebody edited it since."""
    now = durable.content_hash(change.path)
    if now == durable.sha256(change.text.encode("utf-8")):
        return
    if change.expected in (now, ANY):
        durable.replace(change.path, change.text.encode("utf-8"))
        return
    if not change.added:
        raise WriteConflict(file=ws.shown(change.path))
    text = read_text(change.path, ws) or ""
    ids = set(SOURCE_ID.findall(text))
    lacking = [b for b in change.added if (b.source_id not in ids if b.source_id else b.text.strip() not in text)]
    if lacking:
        durable.replace(change.path, joined(text, lacking).encode("utf-8"))
