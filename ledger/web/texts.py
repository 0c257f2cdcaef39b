"""Reading and checking the books' files for Fava: which paths may be shown, and whose they are.

A path that a browser or an entry names is never opened as it stands: it must be an ordinary file (no link) that the
ledger lists, below the workspace's `units/`.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from ledger.books import Unit, Workspace
from ledger.books.guard_bytes import MAX_BYTES
from ledger.web.problems import WebFileClosed, WebFileFederation, WebFileOutside, WebSourceUnreadable

MONTH_FILE = re.compile(r"(\d{4})/(\d{4}-\d{2})\.beancount")


def read_plain(ws: Workspace, path: Path) -> bytes:
    """The bytes of an ordinary file, opened without following a link.

    Raises:
        WebSourceUnreadable: it is a link, a folder, too large, or gone.
    """
    shown = ws.shown(path)
    if os.path.realpath(path.parent) != str(path.parent):
        raise WebSourceUnreadable(path=shown, reason="a folder above it is a link")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise WebSourceUnreadable(path=shown, reason=error.strerror) from error
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_BYTES:
            raise WebSourceUnreadable(path=shown, reason="no ordinary file, or too large")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)


def read_source(ws: Workspace, path: Path) -> str:
    """A source file's text.

    Raises:
        WebSourceUnreadable: as `read_plain`, or it is no UTF-8.
    """
    try:
        return read_plain(ws, path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise WebSourceUnreadable(path=ws.shown(path), reason="it isn't saved as UTF-8") from error


def unit_files(unit: Unit) -> tuple[str, ...]:
    """A unit's source files as they lie on the disk, for a book that could not be loaded; links are left out."""
    found = [unit.main, unit.folder / "accounts.beancount", *sorted(unit.books.glob("*/*.beancount"))]
    return tuple(str(path) for path in found if path.is_file() and not path.is_symlink())


def owner(ws: Workspace, path: Path) -> Unit | None:
    """The unit whose folder a path is in."""
    try:
        slug = path.relative_to(ws.units_folder).parts[0]
    except (ValueError, IndexError):
        return None
    return ws.units.get(slug)


def editable(ws: Workspace, path: Path) -> Unit:
    """The unit whose accounts or month `path` is.

    What of its text is sealed, the one writer knows (`ledger.books.keeping`): a voucher's period is its date, not its
    file, and a file may hold both.

    Raises:
        WebFileFederation: it is the federation's: main file, policy, prices, adjustments.
        WebFileClosed: a close wrote it.
        WebFileOutside: it is anything else.
    """
    shown = ws.shown(path)
    if path in (ws.policy_file, ws.prices_file) or path.parent == ws.adjustments_folder:
        raise WebFileFederation(path=shown)
    unit = owner(ws, path)
    if unit is None or ".." in path.parts:
        raise WebFileOutside(path=shown)
    inside = path.relative_to(unit.folder).as_posix()
    if inside == "main.beancount":
        raise WebFileFederation(path=shown)
    if inside == "accounts.beancount":
        return unit
    if not inside.startswith("books/"):
        raise WebFileOutside(path=shown)
    if inside.endswith(".closed.beancount"):
        raise WebFileClosed(path=shown)
    month = MONTH_FILE.fullmatch(inside.removeprefix("books/"))
    if month is None or month[1] != month[2][:4]:
        raise WebFileOutside(path=shown)
    return unit


def document(ws: Workspace, unit: Unit | None, path: Path) -> bool:
    """Whether `path` is an ordinary file in a unit's documents or inbox; of this unit, or (None) of any."""
    chosen = owner(ws, path) if unit is None else unit
    if chosen is None or not path.is_absolute() or ".." in path.parts:
        return False
    folders = (chosen.folder / "documents", chosen.folder / "inbox")
    if not any(path.is_relative_to(folder) for folder in folders):
        return False
    return os.path.realpath(path) == str(path) and path.is_file()
