"""What jobs are made of: blocks, files that change, lines that are added; where they may lie, and what they must hold.

How a job is done and completed is [`ledger.books.plans`][ledger.books.plans].
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from ledger.books import durable
from ledger.books.problems_write import WriteConflict, WriteCutOff, WriteEncoding, WriteOutside
from ledger.books.workspace import Workspace

#: `expected` of a caller who doesn't mind what the file holds now.
ANY: Final = "any"
#: The name of a plan over several units, and of the lock of whoever makes one; no unit can be called so.
FEDERATION: Final = "@federation"
#: The name under which the federation's own files are locked, written and recorded; no unit can be called so.
FEDERATION_SLUG: Final = "policy"
#: What belongs to the federation, below the workspace.
FEDERATION_FILES = (
    "fava.conf",
    "units/policy.beancount",
    "units/prices.beancount",
    "units/adjustments/*.beancount",
    "runs/*/manifest.json",
)
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


@dataclass(frozen=True, slots=True)
class Tail:
    """Lines that a job adds at the end of a file.

    Attributes:
        path: absolute.
        at: how many bytes it holds before; 0 where there is none.
        text: whole lines.
    """

    path: Path
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A job that was decided."""

    slugs: tuple[str, ...]
    changes: tuple[Change, ...]
    tails: tuple[Tail, ...]


def folder_of(ws: Workspace, slug: str) -> Path:
    """The folder in which the files of a unit lie; of `policy`: those of the federation, and its history."""
    return ws.units_folder if slug == FEDERATION_SLUG else ws.units_folder / slug


def home_of(ws: Workspace, slug: str) -> Path:
    """The folder below which the history names files."""
    return ws.root if slug == FEDERATION_SLUG else ws.units_folder / slug


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
