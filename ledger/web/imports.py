"""Fava's import page, limited to a unit's own importers and inbox.

Fava runs any Python file that an option names, and reads any path that a request names. Here the importers are the
project's own, made for the unit's sources, and a path must be an ordinary file in the unit's inbox.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from beancount.core import data
from fava.core.ingest import (
    FileImporters,
    FileImportInfo,
    ImporterInvalidTypeError,
    ImporterMethodCallError,
    IngestModule,
    LoadedImportConfig,
    WrappedImporter,
    walk_dir,
)
from fava.util.date import local_today

from importers.archive import archive, archived
from importers.base import Source, as_kept, read_source
from importers.problems import ImportFileEmpty
from importers.run import importers_of
from ledger.books import durable
from ledger.books.inbox import counts
from ledger.books.problems_inbox import ImportLink
from ledger.books.write import Block, source_ids
from ledger.errors import Problem
from ledger.web.problems import (
    WebFileOutside,
    WebImportFault,
    WebImportPartial,
    WebUploadName,
    WebUploadNoSource,
    WebUploadTaken,
)
from ledger.web.texts import document

if TYPE_CHECKING:
    from ledger.books import Unit
    from ledger.web.book import Book


#: Characters of an uploaded file's name; systems take 255 bytes, and a letter may have four.
LONGEST_STEM = 55
LONGEST_ENDING = 10


class UnitImports(IngestModule):
    """Fava's ingest module with importers of the unit's own sources."""

    ledger: Book

    def load_file(self) -> None:
        """Make the importers; the federation has none."""
        self.errors = ()
        self.loaded_config = None
        unit = self.ledger.unit
        if unit is None:
            return
        inbox = unit.folder / "inbox"
        self.ledger.fava_options.import_dirs = [str(inbox)] if inbox.is_dir() and not inbox.is_symlink() else []
        made = {importer.name: WrappedImporter(importer) for importer in importers_of(self.ledger.look.workspace, unit)}
        self.loaded_config = LoadedImportConfig(made, ())
        self.ledger.fava_options.import_config = "unit.toml" if made else None  # the page asks whether there is one

    @property
    def module_path(self) -> Path | None:
        """No file is run."""
        return None

    def import_data(self) -> list[FileImporters]:
        """The inbox's files with the importers that take them; links are left out, damaged files stay in."""
        if self.loaded_config is None:
            return []
        unit, importers = self.ledger.unit, self.loaded_config.importers.values()
        files = [path for folder in self.ledger.fava_options.import_dirs for path in walk_dir(Path(folder))]
        return [
            FileImporters(str(path), path.name, [_info(found, path) for found in importers if _takes(found, path)])
            for path in files
            if document(self.ledger.look.workspace, unit, path)
        ]

    def extract(self, filename: str, importer_name: str) -> list[Any]:
        """What an inbox file holds that the books don't.

        Raises:
            WebFileOutside: the path isn't an ordinary file in the unit's inbox.
            WebImportFault: the importer failed; Fava would answer with a traceback.
            Problem: what the importer says is wrong with the file.
        """
        unit, path = self.ledger.unit, Path(filename)
        if unit is None or not path.is_relative_to(unit.folder / "inbox"):
            raise WebFileOutside(path=filename)
        if not document(self.ledger.look.workspace, unit, path):
            raise WebFileOutside(path=filename)
        try:
            found: list[Any] = super().extract(filename, importer_name)
        except (ImporterMethodCallError, ImporterInvalidTypeError) as error:
            if isinstance(error.__cause__, Problem):
                raise error.__cause__ from None
            raise WebImportFault(name=path.name, reason=type(error.__cause__ or error).__name__) from error
        return found


def _takes(importer: WrappedImporter, path: Path) -> bool:
    """Whether an importer takes a file; one that fails doesn't."""
    try:
        return importer.identify(path)
    except (ImporterMethodCallError, ImporterInvalidTypeError):
        return False


def _info(importer: WrappedImporter, path: Path) -> FileImportInfo:
    """What the page shows of a file; a damaged one is shown, too, and tells what is wrong when it is opened."""
    try:
        return importer.file_import_info(path)
    except (ImporterMethodCallError, ImporterInvalidTypeError):
        return FileImportInfo(importer.name, "", local_today(), path.name)


@dataclass(frozen=True)
class Brought:
    """What entries of the import page bring along: accounts to be opened, files to be archived."""

    opens: tuple[Block, ...] = ()
    sources: tuple[Source, ...] = ()

    def settle(self, unit: Unit) -> None:
        """Take imported files out of the inbox, now that their entries stand and the archive holds them."""
        for source in self.sources:
            if archived(unit, source):
                source.path.unlink()
                durable.sync_folder(source.path.parent)


def brought_by(ledger: Book, unit: Unit, entries: Sequence[Any]) -> Brought:
    """Look up the inbox files that entries come from, and archive them; they must come in whole.

    Raises:
        WebImportPartial: a line of a file is neither among `entries` nor in the books.
        Problem: the archive can't take a file.
    """
    given = {str(e.meta["source-id"]) for e in entries if "source-id" in e.meta}
    named = {str(e.meta["document"]) for e in entries if "source-id" in e.meta and "document" in e.meta}
    if not named:
        return Brought()
    ws, used = ledger.look.workspace, {p.account for e in entries for p in getattr(e, "postings", ())}
    known, opens, sources = source_ids(unit), [], []
    for path in sorted((unit.folder / "inbox").rglob("*")):
        if not document(ws, unit, path):
            continue
        source = as_kept(unit, read_source(path, ws.shown(path)))
        importer = next((i for i in importers_of(ws, unit, with_opens=True) if i.identify(str(path))), None)
        if source.document not in named or importer is None:
            continue
        found = importer.extract(str(path), cast("list[data.Directive]", list(ledger.all_entries)))
        lines = {str(e.meta["source-id"]) for e in found if "source-id" in e.meta}
        if lacking := lines - given - known:
            raise WebImportPartial(
                file=source.shown, unit=unit.slug, slug=unit.slug, lacking=len(lacking), all=len(lines)
            )
        opened = [e for e in found if isinstance(e, data.Open) and e.account in used]
        opens += [Block(e.date, f"{e.date} open {e.account}") for e in opened]
        sources.append(source)
    for source in sources:
        archive(ws, unit, source)
    return Brought(tuple(opens), tuple(sources))


def upload_path(ledger: Book, name: str, content: bytes) -> Path:
    """Where an uploaded file goes: the inbox of the source that takes it, else of the unit's first one.

    Raises:
        WebUploadNoSource, WebUploadName: the unit has no source; nothing of the name can be a file's.
        ImportFileEmpty: it holds nothing.
        ImportLink: the inbox is a link.
        WebUploadTaken: another file of that name waits there.
    """
    unit, ws = ledger.unit, ledger.look.workspace
    plain = _upload_name(name)
    importers = importers_of(ws, unit) if unit else []
    if unit is None or not importers:
        raise WebUploadNoSource(slug=unit.slug if unit else "-", name=plain)
    if not plain:
        raise WebUploadName(name=name or "-")
    if not content.strip():
        raise ImportFileEmpty(file=plain)
    source = Source(Path(plain), plain, content, durable.sha256(content))
    takes = next((i for i in importers if i.recognises(source.head) and i.owns(source)), importers[0])
    folder = unit.folder / "inbox" / takes.source.name
    for one in (folder.parent, folder):
        if one.is_symlink():
            raise ImportLink(file=ws.shown(one), unit=unit.slug)
    target = folder / plain
    plain_file = target.is_file() and not target.is_symlink()
    if os.path.lexists(target) and not (plain_file and durable.content_hash(target) == source.digest):
        raise WebUploadTaken(unit=unit.slug, name=plain, folder=ws.shown(folder))
    return target


def _upload_name(name: str) -> str:
    """The last part of a name, with signs that every system takes; one that an inbox looks at, and not too long."""
    plain = re.sub(r"[^\w.() -]", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    has_ending = dot and len(ending) <= LONGEST_ENDING
    plain = f"{stem[:LONGEST_STEM]}.{ending}" if has_ending else plain[:LONGEST_STEM]
    return plain if not plain or counts(plain) else f"{plain}.txt"
