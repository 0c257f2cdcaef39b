"""Fava's import page, limited to a unit's own importers and inbox.

Fava runs any Python file that an option names, and reads any path that a request names. Here the importers are the
project's own, made for the unit's sources, and a path must be an ordinary file in the unit's inbox.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fava.core.ingest import FileImporters, IngestModule, LoadedImportConfig, WrappedImporter

from importers.run import importers_of
from ledger.web.problems import WebFileOutside
from ledger.web.texts import document

if TYPE_CHECKING:
    from ledger.web.ledgers import BookLedger


class UnitImports(IngestModule):
    """Fava's ingest module with importers of the unit's own sources."""

    ledger: BookLedger

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
        """The inbox's files; links are left out."""
        unit = self.ledger.unit
        found: list[FileImporters] = super().import_data()
        return [f for f in found if document(self.ledger.look.workspace, unit, Path(f.name))]

    def extract(self, filename: str, importer_name: str) -> list[Any]:
        """What an inbox file holds that the books don't.

        Raises:
            WebFileOutside: the path isn't an ordinary file in the unit's inbox.
        """
        unit, path = self.ledger.unit, Path(filename)
        if unit is None or not path.is_relative_to(unit.folder / "inbox"):
            raise WebFileOutside(path=filename)
        if not document(self.ledger.look.workspace, unit, path):
            raise WebFileOutside(path=filename)
        found: list[Any] = super().extract(filename, importer_name)
        return found


def upload_path(ledger: BookLedger, name: str) -> Path:
    """Where an uploaded file goes: the inbox of the unit's first source.

    Raises:
        WebFileOutside: the unit has no source, or the name is no plain file name.
    """
    unit = ledger.unit
    plain = re.sub(r"[^\w.() -]", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    if unit is None or not unit.sources or not plain:
        raise WebFileOutside(path=name)
    return unit.folder / "inbox" / unit.sources[0].name / plain
