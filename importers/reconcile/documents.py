"""The bank statements in a unit's archive, each read again by the importer of its source.

What is compared with the books is what the bank sent, not what an import once made of it. A file is found because
entries name it as their document, or because a source of the unit reads it. One that was changed, is gone, or can't be
read any more is named; the others are read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from importers.bank.importer import BankImporter
from importers.bank.model import BankStatement
from importers.bank.planner import by_day, number_of
from importers.bank.statements import in_order
from importers.base import DOCUMENTS, Source, read_source
from importers.formats import importer_class
from importers.problems import ArchiveDamaged
from importers.reconcile.problems import StatementGone, StatementUnread
from ledger.books import Unit, Workspace
from ledger.books.sources import SourceTable
from ledger.errors import Problem
from ledger.memo import memo_of

#: Where an archived file lies: under the SHA-256 of its content.
KEPT = re.compile(DOCUMENTS + r"/[0-9a-f]{2}/([0-9a-f]{64})-[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Archived:
    """A statement of one of the unit's sources, out of the archive.

    Attributes:
        document: where its file is kept, below the unit's folder.
        shown: the same as users know it.
        format: of the file.
        table: the source whose account it is of.
        number: by which its lines are known (`importers.identity.LineKey`).
        place: its number among the file's statements of this account, in their order.
        statement: its lines by day.
    """

    document: str
    shown: str
    format: str
    table: SourceTable
    number: str
    place: int
    statement: BankStatement


@dataclass(frozen=True)
class Archive:
    """Everything that could be read, in the order of the files' names, and what couldn't.

    Attributes:
        unread: documents that entries name and that couldn't be read.
    """

    statements: tuple[Archived, ...]
    problems: tuple[Problem, ...]
    unread: frozenset[str]


def bank_importers(ws: Workspace, unit: Unit) -> list[BankImporter]:
    """The importers of the unit's bank sources that feed an account."""
    classes = ((source, importer_class(source.format)) for source in unit.sources if source.account)
    return [cls(ws, unit, source) for source, cls in classes if issubclass(cls, BankImporter)]


#: What a file looks like from outside: size, time of the last change, inode; None = there is none.
Look = tuple[int, int, int] | None


def look_at_archive(unit: Unit, named: Iterable[str]) -> tuple[tuple[str, Look], ...]:
    """Every file that may be an archived statement, and what it looks like now.

    Args:
        unit: whose.
        named: documents that entries name; texts that name no archived file are passed over.
    """
    found = {*(name for name in named if KEPT.fullmatch(name)), *_documents(unit)}
    return tuple((document, _look(unit, document)) for document in sorted(found))


def _look(unit: Unit, document: str) -> Look:
    try:
        seen = (unit.folder / document).lstat()
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns, seen.st_ino


def read_archive(ws: Workspace, unit: Unit, named: Mapping[str, frozenset[str]]) -> Archive:
    """Read every archived bank statement of a unit; what hasn't changed isn't read again.

    Args:
        ws: the workspace.
        unit: whose.
        named: documents that bank lines of the books name, each with the accounts that they are posted to.
    """
    importers = bank_importers(ws, unit)
    sources = tuple(repr(i.source) for i in importers)
    statements: list[Archived] = []
    problems: list[Problem] = []
    unread = set()
    for document, look in look_at_archive(unit, named):
        accounts = named.get(document, frozenset())
        reader = partial(_read, ws, unit, importers, document, accounts)
        name = ("bank statement", unit.slug, document)
        found = memo_of(ws.root).get(name, reader, equal=(look, accounts, sources))
        if isinstance(found, Problem):
            problems.append(found)
            if accounts:
                unread.add(document)
        else:
            statements += found
    return Archive(tuple(statements), tuple(problems), frozenset(unread))


def _documents(unit: Unit) -> Iterator[str]:
    """The archived files of a unit, below its folder; links aren't followed."""
    archive = unit.folder / DOCUMENTS
    if archive.is_symlink() or not archive.is_dir():
        return
    for folder in archive.iterdir():
        if not folder.is_symlink() and folder.is_dir():
            names = (f"{DOCUMENTS}/{folder.name}/{file.name}" for file in folder.iterdir())
            yield from (name for name in names if KEPT.fullmatch(name))


def _read(
    ws: Workspace, unit: Unit, importers: Sequence[BankImporter], document: str, accounts: frozenset[str]
) -> tuple[Archived, ...] | Problem:
    path = unit.folder / document
    shown = ws.shown(path)
    try:
        source = _source(path, shown, needed=bool(accounts))
        able = [i for i in importers if source is not None and i.recognises(source.head)]
        if source is None or not able:
            return StatementUnread(file=shown, unit=unit.slug, slug=unit.slug) if accounts else ()
        kept = KEPT.fullmatch(document)
        if kept is None or kept[1] != source.digest:
            raise ArchiveDamaged(file=shown, unit=unit.slug)
        return _statements(unit, able, source, document, accounts)
    except Problem as problem:
        problem.unit = unit.slug
        return problem


def _source(path: Path, shown: str, *, needed: bool) -> Source | None:
    """The file's content; None where it can't be read and nobody needs it.

    Raises:
        StatementGone: entries name it.
    """
    if any(p.is_symlink() for p in (path, *path.parents[:2])) or not path.is_file():
        if needed:
            raise StatementGone(file=shown)
        return None
    try:
        return read_source(path, shown)
    except Problem:
        if needed:
            raise
        return None


def _statements(
    unit: Unit, able: Sequence[BankImporter], source: Source, document: str, accounts: frozenset[str]
) -> tuple[Archived, ...]:
    """The file's statements, by the first importer that reads it; those that booked it are asked first.

    Raises:
        Problem: none can.
    """
    first: Problem | None = None
    for importer in sorted(able, key=lambda i: i.source.account not in accounts):
        own = importer.source.account in accounts
        # A list that names no account is of the source that booked it, as it was when it lay in that source's inbox.
        inbox = unit.folder / "inbox" / importer.source.name / source.path.name
        asked = Source(inbox, source.shown, source.data, source.digest) if own else source
        try:
            found = importer.by_account(importer.statements(asked), source.shown)
        except Problem as problem:
            first = first or problem
            continue
        return tuple(
            Archived(document, source.shown, importer.FORMAT, table, number_of(table, one), place, by_day(one))
            for table, statements in found
            for place, one in enumerate(in_order(statements))
        )
    assert first is not None
    raise first
