"""What every importer shares: the file it reads, the book it feeds, and beangulp's protocol around both (SPEC 11).

An importer turns one file into a plan against the book: entries that come in, entries that are known, problems. The
same importers serve `sambok import` (which writes the plan, importers/run.py), beangulp's command line and Fava's
import page (which show it as entries, duplicates marked).
"""

from __future__ import annotations

import abc
import dataclasses
import datetime as dt
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import beangulp
from beancount.core import data

from importers.book import BookView, load_view, view_of
from importers.kept import KEPT, Content
from importers.late import move_late
from importers.plan import Plan
from importers.problems import ImportFileEmpty, ImportFileMissing, ImportFileTooLarge
from ledger.books import Unit, Workspace
from ledger.books.durable import content_hash, read_plain, sha256
from ledger.books.problems_inbox import ImportLink
from ledger.books.sources import SourceTable
from ledger.errors import Problem

#: Larger than any real statement or year's books; more is somebody's attempt, or another kind of file. 100,000 entries
#: of camt.053 with one payment each have 70 to 160 MB, by how the bank lays them out.
LARGEST = 128 << 20
DOCUMENTS = "documents"
#: Endings that an archived file keeps; any other is kept as a text.
ENDINGS = frozenset({"xml", "se", "si", "sie", "txt", "csv", "json", "pdf"})
LONGEST_STEM = 60


@dataclass(frozen=True)
class Source:
    """A file as it was read.

    Attributes:
        path: where it lies.
        shown: its name in problems.
        data, digest: its bytes, and their SHA-256.
        kept: the archived copy's name, where the archive holds this content under the name of another file.
    """

    path: Path
    shown: str
    data: bytes
    digest: str
    kept: str = ""

    @property
    def document(self) -> str:
        """Where the archived copy lies below the unit's folder; `document:` of what comes of it."""
        return f"{DOCUMENTS}/{self.digest[:2]}/{self.kept or f'{self.digest}-{plain_name(self.path.name)}'}"

    @property
    def head(self) -> bytes:
        """The beginning, enough to tell formats apart."""
        return self.data[:4096]


def plain_name(name: str) -> str:
    """A file's name with nothing but letters, digits, `-`, `_` and `.`; never one that could be a book or program."""
    stem, _, ending = name.rpartition(".")
    if not stem or ending.lower() not in ENDINGS:
        stem, ending = name, "txt"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._-")[-LONGEST_STEM:].lstrip("._-")
    return f"{plain or 'file'}.{ending}"


def kept_name(unit: Unit, digest: str) -> str:
    """The name under which the unit's archive holds a content; nothing where it doesn't, or where it was changed."""
    folder = unit.folder / DOCUMENTS / digest[:2]
    plain = (p for p in sorted(folder.glob(f"{digest}-*")) if p.is_file() and not p.is_symlink())
    return next((p.name for p in plain if content_hash(p) == digest), "")


def as_kept(unit: Unit, source: Source) -> Source:
    """A file that may be archived already under another name: its entries name that copy, and no second one is kept."""
    return dataclasses.replace(source, kept=kept_name(unit, source.digest))


def read_source(path: Path, shown: str) -> Source:
    """Read a file that shall be imported.

    Raises:
        ImportLink: it is a link.
        ImportFileMissing: it isn't there, may not be read, or is no ordinary file.
        ImportFileEmpty, ImportFileTooLarge: as they say.
    """
    try:
        content = read_plain(path, LARGEST + 1)
    except OSError as error:
        if path.is_symlink():
            raise ImportLink(file=shown) from error
        reason = "Is a directory" if path.is_dir() else error.strerror or str(error)
        raise ImportFileMissing(file=shown, reason=reason) from error
    if len(content) > LARGEST:
        raise ImportFileTooLarge(file=shown, size=path.stat().st_size, limit=LARGEST)
    if not content.strip():
        raise ImportFileEmpty(file=shown)
    return Source(path, shown, content, sha256(content))


class SambokImporter(beangulp.Importer):
    """One `[[source]]` of one unit.

    Args:
        ws: the workspace.
        unit: whose books it feeds.
        source: the table in its `unit.toml`.
        with_opens: whether `extract` also gives the accounts to be opened. Fava's import page can't save those.
    """

    #: Whether single entries of a file may stay outside until a person settles them (`Plan.unsettled`): such a file is
    #: compared again, though entries came of it before.
    IN_PARTS: ClassVar[bool] = False

    def __init__(self, ws: Workspace, unit: Unit, source: SourceTable, *, with_opens: bool = False) -> None:
        self.ws = ws
        self.unit = unit
        self.source = source
        self.with_opens = with_opens

    @property
    def name(self) -> str:
        """Unique among all units: `repris.bank`."""
        return f"{self.unit.slug}.{self.source.name}"

    @property
    def is_first(self) -> bool:
        """Whether it is the unit's first source of its format: a file that tells nobody's is its own."""
        return next(s for s in self.unit.sources if s.format == self.source.format) == self.source

    @property
    def reader(self) -> object:
        """Whose reading of a file counts: importers that make the same of every file may share one."""
        return self

    def once(self, source: Source, read: Callable[[Source], Content]) -> Content:
        """What `read` makes of a file, or the problem that it has: asked by `owns`, `day` and `plan`, it is read once.

        Args:
            source: the file; what was read of another one is forgotten.
            read: the same at every call.
        """
        return KEPT.once(source, self.reader, read)

    def line(self, source: Source, number: int) -> str | None:
        """A line of a file as people read it, to be quoted; None where there is no such line. Old files aren't UTF-8.

        Args:
            source: the file.
            number: counted from 1.
        """
        rows = source.data.split(b"\n", number)
        if not 0 < number <= len(rows):
            return None
        try:
            return rows[number - 1].decode("utf-8")
        except UnicodeDecodeError:
            return rows[number - 1].decode("cp1252", "replace")

    @abc.abstractmethod
    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins so is of this importer's format (right or damaged)."""

    @abc.abstractmethod
    def owns(self, source: Source) -> bool:
        """Whether a file of this format belongs to this source. A damaged one belongs to the first that may have it."""

    @abc.abstractmethod
    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """Compare a file with the book; every entry on its own day, be its month closed or not.

        Raises:
            Problem: the file can't come in; nothing of it does.
        """

    def planned(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """What is to be booked: the file's plan, with what is dated in a closed month on the first open day.

        Raises:
            Problem: as `plan`; ImportMonthClosed.
        """
        plan = self.plan(source, view, today)
        move_late(plan, view, source.shown)
        return plan

    @abc.abstractmethod
    def day(self, source: Source) -> dt.date | None:
        """The last day that the file speaks of; files are imported in this order."""

    def revises(self, source: Source) -> bool:
        """Whether the file changes what another one of the same day has said: it comes after that one."""
        del source
        return False

    # beangulp's protocol

    def identify(self, filepath: str) -> bool:
        """Whether this source takes the file."""
        try:
            source = _read_once(filepath, os.stat(filepath).st_mtime_ns)  # noqa: PTH116  beangulp gives strings
        except (Problem, OSError):
            return False
        return self.recognises(source.head) and self.owns(source)

    def account(self, filepath: str) -> str:
        """The account that the file is archived under by beangulp."""
        del filepath
        return self.source.account or view_of(self.unit, []).chart.role("opening_equity").account

    def date(self, filepath: str) -> dt.date | None:
        """The last day that the file speaks of."""
        return self.day(read_source(Path(filepath), filepath))

    def filename(self, filepath: str) -> str:
        """The archived file's name, without the date that beangulp puts before it."""
        return f"{self.source.name}.{plain_name(Path(filepath).name)}"

    def extract(self, filepath: str, existing: list[data.Directive]) -> list[data.Directive]:
        """Everything in the file as entries, known ones included: `deduplicate` marks those.

        Without `existing` the unit's own book is looked at.
        """
        source = as_kept(self.unit, read_source(Path(filepath), self.ws.shown(filepath)))
        view = view_of(self.unit, existing, self.ws) if existing else load_view(self.ws, self.unit)
        plan = self.planned(source, view, dt.date.today())  # noqa: DTZ011  the bookkeeper's own day is meant
        found = [*(plan.opens if self.with_opens else []), *plan.entries, *(new for new, _ in plan.known)]
        for number, entry in enumerate(found, 1):
            entry.meta.setdefault("filename", filepath)
            entry.meta.setdefault("lineno", number)
        return found

    def deduplicate(self, entries: list[data.Directive], existing: list[data.Directive]) -> None:
        """Mark entries whose `source-id` the book has."""
        known = (existing and view_of(self.unit, existing, self.ws)) or load_view(self.ws, self.unit)
        for entry in entries:
            standing = known.sources.get(str(entry.meta.get("source-id")))
            if standing is not None:
                entry.meta["__duplicate__"] = standing


@lru_cache(maxsize=4)
def _read_once(filepath: str, changed: int) -> Source:
    """A file that several importers look at in turn is read once."""
    del changed
    return read_source(Path(filepath), filepath)
