"""The bytes that are verified: units' files as they lie in a folder, looked at with care (SPEC 7).

Unit text is hostile until it is checked, and whoever has changed what was sealed may have done more. So nothing is
followed that leads elsewhere, nothing is opened that isn't an ordinary file, and nothing is read without end. What
can't be read has a reason; it stops nobody's verification. Nothing but bytes is looked at here: neither settings nor
caches, so that a copy of the books on another machine says the same.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ledger.books.adjustments import FOLDER
from ledger.books.config import SLUG, SLUG_LENGTH
from ledger.messages import N_
from ledger.seals.lines import FILE as SEALS
from ledger.seals.lines import MAX_BYTES

HISTORY = "history.jsonl"
ACCOUNTS = "accounts.beancount"
COMMON = ("fava.conf", "units/policy.beancount", "units/prices.beancount")
#: What is read at most of a book's file, of a history, of all books of a unit; how many files; of a document.
MOST_BOOK = 16 << 20
MOST_HISTORY = 256 << 20
MOST_UNIT = 512 << 20
MOST_FILES = 10_000
MOST_DOCUMENT = 4 << 30
PIECE = 1 << 20

TOO_LARGE = N_("no ordinary file, or too large")
NO_FILE = N_("no ordinary file")
LINK = N_("it is a link to somewhere else")


class Unreadable(Exception):  # noqa: N818  it becomes a finding
    """A file that can't be read; its text is the reason, as a message id."""


@dataclass(frozen=True)
class Texts:
    """A unit's text.

    Attributes:
        files: its book files by path below the unit's folder.
        seals: `seals.jsonl`; None where there is none, or it can't be read.
        history: `history.jsonl`; likewise.
        faults: why a file that is there can't be read.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    seals: bytes | None = None
    history: bytes | None = None
    faults: dict[str, str] = field(default_factory=dict)


class Evidence(Protocol):
    """Where the units' files are."""

    root: Path

    def slugs(self) -> tuple[str, ...]:
        """Every unit, in order."""

    def texts(self, slug: str) -> Texts:
        """A unit's text; nothing raises."""

    def history(self) -> bytes | None:
        """The federation's own history; None where there is none.

        Raises:
            Unreadable: it is there and can't be read.
        """

    def common(self) -> Texts:
        """Policy, exchange rates and settings, by path below the workspace; nothing raises."""

    def digest(self, slug: str, name: str) -> str | None:
        """SHA-256 of a document, named below the unit's folder; None where it isn't there.

        Raises:
            Unreadable: it is there and can't be read.
        """


class Folder:
    """A workspace on the disk, or a copy of one: only `units/` is looked at.

    Args:
        root: the workspace's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def slugs(self) -> tuple[str, ...]:
        """Every unit, in order; also a link in a unit's place."""
        found = []
        with contextlib.suppress(OSError), os.scandir(self.root / "units") as entries:
            for entry in entries:
                if not SLUG.fullmatch(entry.name) or len(entry.name) > SLUG_LENGTH:
                    continue
                if entry.is_dir() or entry.is_symlink():
                    found.append(entry.name)
        return tuple(sorted(name for name in found if name != FOLDER or self._is_unit(name)))

    def _is_unit(self, name: str) -> bool:
        return any(os.path.lexists(self.root / "units" / name / file) for file in ("unit.toml", SEALS))

    def texts(self, slug: str) -> Texts:
        """A unit's text; nothing raises."""
        found = Texts()
        try:
            unit = self._unit(slug)
        except Unreadable as error:
            found.faults[""] = str(error)
            return found
        try:
            seals = _read(unit, (SEALS,), MAX_BYTES, found.faults)
            history = _read(unit, (HISTORY,), MOST_HISTORY, found.faults)
            left = MOST_UNIT
            for parts in _books(unit, found.faults):
                text = _read(unit, parts, min(MOST_BOOK, left), found.faults)
                if text is not None:
                    left -= len(text)
                    found.files["/".join(parts)] = text
        finally:
            os.close(unit)
        return Texts(found.files, seals, history, found.faults)

    def history(self) -> bytes | None:
        """The federation's own history."""
        faults: dict[str, str] = {}
        try:
            units = os.open(self.root / "units", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            data = _read(units, (HISTORY,), MOST_HISTORY, faults)
        finally:
            os.close(units)
        if faults:
            raise Unreadable(faults[HISTORY])
        return data

    def common(self) -> Texts:
        """Policy, exchange rates and settings."""
        found = Texts()
        try:
            root = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return found
        try:
            for name in (*COMMON, *(f"units/{slug}/unit.toml" for slug in self.slugs())):
                text = _read(root, tuple(name.split("/")), MOST_BOOK, found.faults)
                if text is not None:
                    found.files[name] = text
        finally:
            os.close(root)
        return found

    def digest(self, slug: str, name: str) -> str | None:
        """SHA-256 of a document; None where it isn't there."""
        parts = tuple(name.split("/"))
        if not all(parts) or {".", ".."} & set(parts) or "\0" in name:
            raise Unreadable(LINK)
        made = hashlib.sha256()
        unit = self._unit(slug)
        try:
            with _opened(unit, parts) as handle:
                if os.fstat(handle).st_size > MOST_DOCUMENT:
                    raise Unreadable(TOO_LARGE)
                left = MOST_DOCUMENT
                while left > 0 and (piece := os.read(handle, PIECE)):
                    made.update(piece)
                    left -= len(piece)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreadable(_reason(error)) from error
        finally:
            os.close(unit)
        return made.hexdigest()

    def _unit(self, slug: str) -> int:
        try:
            return os.open(self.root / "units" / slug, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise Unreadable(LINK if (self.root / "units" / slug).is_symlink() else _reason(error)) from error


def _books(unit: int, faults: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """The files of a unit's books: accounts first, then years and months by name."""
    yield (ACCOUNTS,)
    count = 0
    for year in _names(unit, ("books",), faults):
        for month in _names(unit, ("books", year), faults):
            if month.endswith(".beancount"):
                count += 1
                if count > MOST_FILES:
                    faults[f"books/{year}/{month}"] = TOO_LARGE
                    return
                yield "books", year, month


def _names(unit: int, parts: tuple[str, ...], faults: dict[str, str]) -> list[str]:
    """What a folder holds; hidden files are nobody's."""
    try:
        with _opened(unit, parts, os.O_DIRECTORY) as handle:
            names = [name for name in os.listdir(handle) if not name.startswith(".")]  # noqa: PTH208  of a folder that is open
    except (FileNotFoundError, NotADirectoryError) as error:
        if isinstance(error, NotADirectoryError) and len(parts) == 1:
            faults["/".join(parts)] = _reason(error)
        return []
    except OSError as error:
        faults["/".join(parts)] = _reason(error)
        return []
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            faults["/".join((*parts, ascii(name)))] = NO_FILE
    return sorted(name for name in names if name.isprintable())


def _read(unit: int, parts: tuple[str, ...], most: int, faults: dict[str, str]) -> bytes | None:
    """An ordinary file; None where it isn't there, or, with its reason in `faults`, can't be read."""
    name = "/".join(parts)
    try:
        with _opened(unit, parts) as handle, os.fdopen(os.dup(handle), "rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        faults[name] = _reason(error)
        return None
    if len(data) > most:
        faults[name] = TOO_LARGE
        return None
    return data


@contextlib.contextmanager
def _opened(unit: int, parts: tuple[str, ...], kind: int = 0) -> Iterator[int]:
    """A file below a unit's folder; no step on the way is a link."""
    held: list[int] = []
    here = unit
    try:
        for part in parts[:-1]:
            here = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
            held.append(here)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | kind
        here = os.open(parts[-1], flags, dir_fd=here)
        held.append(here)
        if not kind and not stat.S_ISREG(os.fstat(here).st_mode):
            raise OSError(errno.EINVAL, NO_FILE)
        yield here
    finally:
        for handle in held:
            os.close(handle)


def _reason(error: OSError) -> str:
    """Why, in words that catalogues know."""
    if error.errno == errno.ELOOP:
        return LINK
    if error.errno == errno.EINVAL:
        return NO_FILE
    return error.strerror or type(error).__name__
