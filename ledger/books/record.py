"""How a line comes into the history: made under the unit's lock, before the job that it tells of is decided.

Beside the action itself it is said what was changed by other programs since the last one (an editor, a copy): files
whose content isn't what the history last told of, with the person unknown. What it last told of each file is kept in
`.sambok/history/<slug>.json` with looks at the files, so that an action costs little however long the history is;
delete it, and it is made again from the history.

A history that somebody damaged or cut stops nobody's bookkeeping: that is told, and the next line says so. What was
damaged stays as it is, and `sambok verify` names it.
"""

from __future__ import annotations

import contextlib
import json
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ledger.books import clock, durable, program
from ledger.books.fingerprint import RACY_NS
from ledger.books.guard_bytes import clip
from ledger.books.history import (
    BEGIN,
    BROKEN,
    NAME,
    NOTHING,
    OUTSIDE,
    FileRow,
    Line,
    Note,
    check_history,
    last_of,
    lines_of,
    make_line,
)
from ledger.books.jobs import FEDERATION_FILES, FEDERATION_SLUG, Change, Tail, folder_of, home_of
from ledger.books.notices import tell
from ledger.books.person import person
from ledger.books.problems_write import HistoryBroken
from ledger.books.workspace import Workspace

SCHEMA: Final = 1
#: In the details of a line: the clock had gone back, and the line before says this time.
CLOCK: Final = "clock-before"
#: What a unit's book is made of, below its folder.
UNIT_FILES = ("*.toml", "main.beancount", "accounts.beancount", "seals.jsonl", "books/*/*.beancount")

Look = tuple[int, int, int, int]  # size, mtime_ns, ctime_ns, inode


@dataclass(slots=True)
class Known:
    """What is known of a file: the digest of its content, and its look when that was read (ns)."""

    digest: str
    look: Look | None = None
    read_at: int = 0

    def still(self, look: Look) -> bool:
        """Whether a file that looks so has this content without being read."""
        return look == self.look and max(look[1], look[2]) < self.read_at - RACY_NS


@dataclass(slots=True)
class State:
    """What a history says up to now.

    Attributes:
        number, entry, at: of its last line.
        size: of the file.
        look: of the file; None where it wasn't looked at.
        files: what it last told of each file.
        damage: lines of the file of which it is on record that they are damaged.
    """

    number: int = 0
    entry: str = NOTHING
    at: str = ""
    size: int = 0
    look: Look | None = None
    files: dict[str, Known] = field(default_factory=dict)
    damage: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Recorded:
    """The lines that an action adds to a history, and what is known when they stand there."""

    slug: str
    tail: Tail
    state: State
    changed: tuple[str, ...]


def last_known(ws: Workspace, slug: str) -> tuple[int, str] | None:
    """Number and `entry` of the last line that was written here, as the state folder has it; None where it has none.

    `slug` is a unit's, or `policy` for what belongs to the federation.
    """
    state = _read_state(ws, slug)
    return None if state is None else (state.number, state.entry)


def first_line(home: Path, folder: Path, note: Note, *, root: Path | None = None) -> None:
    """Begin the history of a unit or a federation that is being made: what it is made of, and by whom.

    Args:
        home: the folder below which its files are named.
        folder: the folder that the history lies in.
        note: what is done.
        root: the workspace, where there is one already, by whose git the person is known.
    """
    patterns = UNIT_FILES if home == folder else FEDERATION_FILES
    paths = sorted(path for pattern in patterns for path in home.glob(pattern))
    files = [(path.relative_to(home).as_posix(), None, durable.sha256(durable.read_plain(path))) for path in paths]
    made = _Lines(State(), clock.stamp(), person(root))
    made.add(note, files, by=made.by)
    durable.replace(folder / NAME, "".join(made.texts).encode())


def record(ws: Workspace, slug: str, note: Note, changes: Sequence[Change], files: Sequence[FileRow] = ()) -> Recorded:
    """The lines of an action, to be added in the same job. The caller holds the lock of `slug`.

    Args:
        ws: the workspace.
        slug: the unit's, or `policy` for the federation's own files.
        note: what the action is.
        changes: its files, unchanged yet.
        files: what else it has changed already, as the history names it.

    Raises:
        HistoryBroken: a link, a folder or a device stands in the place of the history.
        OSError: the machine doesn't give it.
    """
    folder, home = folder_of(ws, slug), home_of(ws, slug)
    path = folder / NAME
    state, ends, found = _state(ws, slug, path)
    now = _present(slug, home, state)
    made = _Lines(state, clock.stamp(), person(ws.root))
    if made.at < state.at:  # never silent: a voucher can't be registered before the one that came before it
        note = replace(note, details={**note.details, CLOCK: state.at})
    told = {name for name, _, _ in files}
    if found:
        made.add(found, (), by=None)
    outside = [
        (name, known.digest if (known := state.files.get(name)) else None, digest)
        for name, digest in sorted({**dict.fromkeys(state.files), **{n: k.digest for n, k in now.items()}}.items())
        if digest != (known.digest if (known := state.files.get(name)) else None) and name not in told
    ]
    if outside:
        first = state.number == 0
        made.add(Note(BEGIN if first else OUTSIDE), outside, by=None)
    rows = [(c.path.relative_to(home).as_posix(), c) for c in changes]
    own = [(name, k.digest if (k := now.get(name)) else None, durable.sha256(c.text.encode())) for name, c in rows]
    made.add(note, [*sorted(own), *files], by=made.by)
    after = {**now, **{name: Known(digest) for name, _, digest in own}}
    if slug == FEDERATION_SLUG:
        after |= {name: Known(digest) for name, _, digest in files if digest is not None and _followed(name)}
    text = ("" if ends else "\n") + "".join(made.texts)
    then = State(made.number, made.entry, made.at, state.size + len(text.encode()), None, after, state.damage)
    return Recorded(slug, Tail(path, state.size, text), then, tuple(name for name, _, _ in own))


class _Lines:
    """Lines that follow each other."""

    def __init__(self, state: State, at: str, by: str) -> None:
        self.number, self.entry, self.at, self.by = state.number, state.entry, at, by
        self.texts: list[str] = []

    def add(self, note: Note, files: Sequence[FileRow], *, by: str | None) -> None:
        text, self.entry = make_line(
            note,
            files,
            number=self.number + 1,
            previous=self.entry,
            by=by,
            at=self.at,
            version=program.version(),
            rules=program.rules(),
        )
        self.number += 1
        self.texts.append(text)


def _state(ws: Workspace, slug: str, path: Path) -> tuple[State, bool, Note | None]:
    """What the history says; whether its last line has an end; and what is to be recorded of damage not yet known."""
    kept = _read_state(ws, slug)
    look = _look(path)
    if kept is not None and look is not None and look == kept.look:
        return kept, True, None
    try:
        data = durable.read_plain(path)
    except FileNotFoundError:
        data = b""
    except OSError as error:
        if path.is_symlink() or not path.is_file():
            raise HistoryBroken(file=ws.shown(path), case="strange", unit=_unit(slug)) from error
        raise
    lines = lines_of(data)
    state = _said(lines, len(data))
    before = None if kept is None else (kept.number, kept.entry)
    damage = check_history(lines, before)
    fresh = [d for d in damage if d.line not in state.damage]
    if not fresh:
        return state, not data or data.endswith(b"\n"), None
    rows = data.split(b"\n")[:-1]
    line = fresh[0].line if fresh[0].line <= len(rows) else None
    excerpt = clip(rows[line - 1].decode("utf-8", "backslashreplace")) if line else None
    tell(HistoryBroken(file=ws.shown(path), line=line, excerpt=excerpt, unit=_unit(slug), reason=fresh[0].text))
    if kept is not None and kept.number > state.number:  # lines are gone that were written here: numbers stay theirs
        state.number, state.entry = kept.number, kept.entry
    state.damage |= {d.line for d in fresh}
    note = Note(BROKEN, fresh[0].text, details={"lines": ",".join(str(n) for n in sorted(state.damage))})
    return state, not data or data.endswith(b"\n"), note


def _said(lines: Sequence[Line], size: int) -> State:
    """What lines say."""
    number, entry = last_of(lines)
    at = next((line.at for line in reversed(lines) if not line.fault), "")
    state = State(number, entry, at, size)
    for line in lines:
        for name, _, after in () if line.fault else line.files:
            if after is None:
                state.files.pop(name, None)
            else:
                state.files[name] = Known(after)
        if line.action == BROKEN and not line.fault:
            told = str(line.details.get("lines", "")).split(",")
            state.damage = frozenset(int(n) for n in told if n.isdigit())
    return state


def _present(slug: str, home: Path, state: State) -> dict[str, Known]:
    """Every file of the book as it is now; only those that may have changed are read."""
    patterns = FEDERATION_FILES if slug == FEDERATION_SLUG else UNIT_FILES
    found: dict[str, Known] = {}
    for pattern in patterns:
        for path in home.glob(pattern):
            name = path.relative_to(home).as_posix()
            look, before = _look(path), state.files.get(name)
            if look is None or path.name.startswith("."):
                continue
            if before is not None and before.still(look):
                found[name] = before
                continue
            read_at = time.time_ns()
            try:
                found[name] = Known(durable.sha256(durable.read_plain(path)), look, read_at)
            except OSError:  # the guard says why; nobody knows whether it was changed
                if before is not None:
                    found[name] = before
    return found


def _followed(name: str) -> bool:
    return any(Path(name).match(pattern) for pattern in FEDERATION_FILES)


def _look(path: Path) -> Look | None:
    try:
        info = path.lstat()
    except OSError:
        return None
    return (info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino) if stat.S_ISREG(info.st_mode) else None


def _unit(slug: str) -> str | None:
    return None if slug == FEDERATION_SLUG else slug


def forget(ws: Workspace, slug: str) -> None:
    """A unit is made under this slug: what was kept of another one that was called so says nothing of it."""
    _state_file(ws, slug).unlink(missing_ok=True)


def keep(ws: Workspace, done: Recorded) -> None:
    """Keep what is known after the job; where it can't be kept, it is read from the history next time."""
    home = home_of(ws, done.slug)
    state = done.state
    state.look = _look(done.tail.path)
    read_at = time.time_ns()
    for name in done.changed:
        state.files[name].look, state.files[name].read_at = _look(home / name), read_at
    files = {name: [k.digest, k.look, k.read_at] for name, k in sorted(state.files.items())}
    said = {
        "schema": SCHEMA,
        "number": state.number,
        "entry": state.entry,
        "at": state.at,
        "size": state.size,
        "look": state.look,
        "damage": sorted(state.damage),
        "files": files,
    }
    body = json.dumps(said, separators=(",", ":")).encode()
    with contextlib.suppress(OSError):
        durable.replace(
            _state_file(ws, done.slug), durable.sha256(body).encode() + b"\n" + body, private=True, sync=False
        )


def _state_file(ws: Workspace, slug: str) -> Path:
    return ws.state_folder / "history" / f"{slug}.json"


def _read_state(ws: Workspace, slug: str) -> State | None:
    try:
        head, _, body = durable.read_plain(_state_file(ws, slug)).partition(b"\n")
        if head.decode("ascii") != durable.sha256(body):
            return None
        said: Mapping[str, Any] = json.loads(body)
        if said["schema"] != SCHEMA:
            return None
        files = {n: Known(d, tuple(look) if look else None, at) for n, (d, look, at) in said["files"].items()}
        look = tuple(said["look"]) if said["look"] else None
        damage = frozenset(said["damage"])
        return State(said["number"], said["entry"], said["at"], said["size"], look, files, damage)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
