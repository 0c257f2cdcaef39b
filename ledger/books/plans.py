"""Jobs over several files, of one unit or several: decided at one instant, applied after it, completed by the next.

`.sambok/jobs/<slug>.json` is the plan of a job that has been decided and isn't applied wholly yet: with it the job
counts as done. `.sambok/jobs/@federation.json` is the plan of a job over several units. `.sambok/jobs/<slug>.busy` says
that a writer was at work, so that temporary files may lie about.

A job replaces files (`Change`) and then adds lines to histories (`Tail`). The lines come last: where one stands, all
files stand, and nothing of the job is done again.

Only [`ledger.books.write`][ledger.books.write] and [`ledger.books.locks`][ledger.books.locks] use this module.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from ledger.books import durable, git
from ledger.books.jobs import (
    ANY,
    FEDERATION_SLUG,
    SOURCE_ID,
    Block,
    Change,
    Plan,
    Tail,
    expect,
    folder_of,
    inside,
    jobs_folder,
    joined,
    read_text,
)
from ledger.books.notices import tell
from ledger.books.problems_write import JobConflict, JobUnreadable, WriteOutside
from ledger.books.workspace import Workspace

PLAN_VERSION: Final = 2
#: The plan of an older version: files only, of one unit.
OLD_PLAN: Final = 1


def write_all(
    ws: Workspace,
    name: str,
    slugs: Sequence[str],
    changes: Sequence[Change],
    tails: Sequence[Tail] = (),
    *,
    done: Callable[[], None] = lambda: None,
) -> None:
    """Stage all files, decide by the plan, rename, add lines. The caller holds the locks and has checked the texts.

    Args:
        ws: the workspace.
        name: of the plan: the unit's slug, or `@federation`.
        slugs: the units whose files they are.
        changes: files that are replaced.
        tails: lines that are added to others.
        done: called when all is written and the plan still stands, so that a crash leaves nothing of it undone.
    """
    staged: list[Path] = []
    plan = plan_file(ws, name)
    needed = bool(tails) or len(changes) > 1
    try:
        for change in changes:
            durable.make_folders(change.path.parent)
            staged.append(durable.stage(change.path, change.text.encode("utf-8")))
        for change in changes:  # an editor that knows no lock may have saved meanwhile
            expect(change.path, change.expected, ws)
        if needed:
            _write_plan(plan, _plan_bytes(ws, Plan(tuple(slugs), tuple(changes), tuple(tails))))
    except BaseException:
        if not plan.exists():
            durable.discard(staged)
        raise
    try:
        for change, temporary in zip(changes, staged, strict=True):
            os.rename(temporary, change.path)  # noqa: PTH104  faults are injected into os.rename by the tests
    except BaseException:
        if not needed:
            durable.discard(staged)
        raise
    for folder in sorted({change.path.parent for change in changes}):
        durable.sync_folder(folder)
    for tail in tails:
        durable.add(tail.path, tail.at, tail.text.encode("utf-8"))
    done()
    if needed:
        _remove(plan, sync=not tails)


def plan_file(ws: Workspace, name: str) -> Path:
    """Where the plan of a job lies."""
    return jobs_folder(ws) / f"{name}.json"


def _write_plan(plan: Path, data: bytes) -> None:
    """Put a plan in its place. What a crash leaves beside it has a name of its own: another job's is at work, too."""
    beside = _beside(plan)
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(beside, plan)  # noqa: PTH104  faults are injected into os.rename by the tests
    except BaseException:
        durable.discard([beside])
        raise
    durable.sync_folder(plan.parent)


def _beside(plan: Path) -> Path:
    return plan.with_name(f"{durable.TEMPORARY}{plan.name}")


def _remove(plan: Path, *, sync: bool = True) -> None:
    """Take a plan away. Where it comes back after a power cut, its lines tell that it was done: no need to wait."""
    plan.unlink()
    if sync:
        durable.sync_folder(plan.parent)


def _plan_bytes(ws: Workspace, plan: Plan) -> bytes:
    files = [
        {
            "path": change.path.relative_to(ws.root).as_posix(),
            "expected": change.expected,
            "text": change.text,
            "added": [[b.date.isoformat(), b.text, b.source_id] for b in change.added],
        }
        for change in plan.changes
    ]
    tails = [{"path": t.path.relative_to(ws.root).as_posix(), "at": t.at, "text": t.text} for t in plan.tails]
    said = {"version": PLAN_VERSION, "slugs": plan.slugs, "files": files, "tails": tails}
    body = json.dumps(said, ensure_ascii=False)
    return json.dumps({"sha256": durable.sha256(body.encode("utf-8")), "body": body}, ensure_ascii=False).encode()


def complete(ws: Workspace, slug: str) -> None:
    """Finish the job of one unit whose plan stands there, and sweep; the caller holds the unit's lock."""
    plan = plan_file(ws, slug)
    if plan.exists():
        finish(ws, plan, read_plan(ws, plan, slug))
    sweep(ws, slug)


def finish(ws: Workspace, file: Path, plan: Plan) -> None:
    """Finish a job that was decided; the caller holds the locks of its units.

    Where somebody has edited a file since, in a way that nothing can be added to, their text stands, and what the job
    would have written is kept aside and told. If nothing of the job had been done by then, nothing of it is done.
    """
    for path in (*(c.path for c in plan.changes), *(t.path for t in plan.tails)):
        _owned(ws, path, plan.slugs)
    if not any(durable.stands(tail.path, tail.at, tail.text.encode("utf-8")) for tail in plan.tails):
        edited = [change for change in plan.changes if _edited(change)]
        begun = any(_stands(change) for change in plan.changes)
        for change in edited:
            _keep_aside(ws, change, case="" if begun else "undone")
        if edited and not begun:
            _remove(file)
            return
        for change in plan.changes:
            if change not in edited:
                _finish(ws, change)
    for tail in plan.tails:
        durable.add_again(tail.path, tail.at, tail.text.encode("utf-8"))
    git.note_job(ws, plan)
    _remove(file)


def _stands(change: Change) -> bool:
    return durable.content_hash(change.path) == durable.sha256(change.text.encode("utf-8"))


def _edited(change: Change) -> bool:
    """Whether a file holds neither the old text nor the new one, and the job hasn't only added to it."""
    return not (change.added or change.expected in (durable.content_hash(change.path), ANY) or _stands(change))


def _keep_aside(ws: Workspace, change: Change, case: str) -> None:
    """Keep what a job would have written, and say so."""
    data = change.text.encode("utf-8")
    name = f"{change.path.stem}-{durable.sha256(data)[:8]}{change.path.suffix}"
    kept = ws.state_folder / "kept" / name
    durable.replace(kept, data)
    tell(JobConflict(file=ws.shown(change.path), kept=ws.shown(kept), case=case))


def _owned(ws: Workspace, path: Path, slugs: Sequence[str]) -> None:
    """Refuse a path that is in none of the units' folders: a plan leads nowhere else."""
    for slug in slugs:
        folder = folder_of(ws, slug)
        if slug == FEDERATION_SLUG and path.parent not in {folder, ws.adjustments_folder}:
            continue
        if path.is_relative_to(folder):
            inside(folder, path, ws)
            return
    raise WriteOutside(file=ws.shown(path), path=ws.shown(path))


def sweep(ws: Workspace, slug: str) -> None:
    """Sweep what a crash left of a unit's writer; the caller holds the unit's lock."""
    mark = jobs_folder(ws) / f"{slug}.busy"
    if not mark.exists():
        return
    durable.discard([_beside(plan_file(ws, slug))])
    if slug == FEDERATION_SLUG:
        for folder in (ws.units_folder, ws.adjustments_folder):  # below are the units', whose writers are at work
            durable.sweep(folder, deep=False)
        durable.sweep(ws.units_folder / "documents")
    else:
        durable.sweep(folder_of(ws, slug))
    mark.unlink()


def read_plan(ws: Workspace, plan: Path, slug: str | None = None) -> Plan:
    """A plan as it was written.

    Args:
        ws: the workspace.
        plan: its file.
        slug: the unit whose it is; None: it names its units itself.

    Raises:
        JobUnreadable: it isn't.
    """
    try:
        outer = json.loads(durable.read_plain(plan))
        same = durable.sha256(outer["body"].encode("utf-8")) == outer["sha256"]
        body: dict[str, Any] = json.loads(outer["body"])
        known = body["version"] in {PLAN_VERSION, OLD_PLAN}
        changes = tuple(
            Change(
                ws.root / item["path"],
                item["text"],
                item["expected"],
                tuple(Block(dt.date.fromisoformat(day), text, source) for day, text, source in item["added"]),
            )
            for item in body["files"]
        )
        tails = tuple(Tail(ws.root / item["path"], item["at"], item["text"]) for item in body.get("tails", ()))
        slugs = (slug,) if slug is not None else tuple(str(name) for name in body["slugs"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise JobUnreadable(file=ws.shown(plan), reason=str(error)) from error
    if not (same and known):
        raise JobUnreadable(file=ws.shown(plan), reason="checksum" if known else f"version {body['version']}")
    return Plan(slugs, changes, tails)


def _finish(ws: Workspace, change: Change) -> None:
    """Bring one file of an interrupted job to its new text, or add what it lacks where somebody edited it since."""
    now = durable.content_hash(change.path)
    if now == durable.sha256(change.text.encode("utf-8")):
        return
    if change.expected in (now, ANY):
        durable.replace(change.path, change.text.encode("utf-8"))
        return
    text = read_text(change.path, ws) or ""
    ids = set(SOURCE_ID.findall(text))
    lacking = [b for b in change.added if (b.source_id not in ids if b.source_id else b.text.strip() not in text)]
    if lacking:
        durable.replace(change.path, joined(text, lacking).encode("utf-8"))
