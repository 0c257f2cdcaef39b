"""What importers share whose files are described in `[source.takings.columns]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from importers.checks import line_of_source
from importers.letters import head_text
from importers.tables import Header
from importers.takings.problems import TakingsIncomplete, TakingsLayout
from importers.takings.sheet import Column, Writing, find_header, writing_of
from ledger.books import Unit
from ledger.books.source_takings import TakingsTable
from ledger.books.sources import SourceTable
from ledger.messages import N_, say


class Declared:
    """An importer that finds its columns by the settings."""

    unit: Unit
    source: SourceTable

    @property
    def takings(self) -> TakingsTable:
        """The source's settings."""
        return self.source.takings or TakingsTable()

    @property
    def columns(self) -> Mapping[str, Column]:
        """The columns that the source declares, by what they hold."""
        table = self.takings.columns
        return {} if table is None else {k: v for k, v in table.model_dump().items() if v is not None}

    def wanted(self) -> list[Column]:
        """Every column that the file must have."""
        return list(self.columns.values())

    def recognises(self, head: bytes) -> bool:
        """Whether a row among the first ones has the declared columns."""
        wanted = self.wanted()
        return bool(wanted) and find_header(head_text(head), wanted, writing_of(self.takings).delimiters) is not None

    def layout(self, text: str, shown: str, needed: Sequence[str]) -> tuple[Header, Mapping[str, Column], Writing]:
        """Where the columns stand in a file.

        Raises:
            TakingsIncomplete: the settings lack a column that is needed.
            TakingsLayout: no row of the file has all of them.
        """
        columns = self.columns
        if missing := [name for name in needed if name not in columns]:
            raise self.incomplete(say(N_("which columns hold: {columns}"), columns=", ".join(missing)))
        writing = writing_of(self.takings)
        header = find_header(text, self.wanted(), writing.delimiters)
        if header is None:
            raise TakingsLayout(file=shown, name=self.source.name, needed=", ".join(map(str, self.wanted())))
        return header, columns, writing

    def incomplete(self, what: str) -> TakingsIncomplete:
        """The problem of a setting that is missing."""
        slug = self.unit.slug
        file, (line, excerpt) = f"units/{slug}/unit.toml", line_of_source(self.unit, self.source.name)
        said = {"slug": slug, "name": self.source.name, "what": what}
        return TakingsIncomplete(file=file, line=line, excerpt=excerpt, unit=slug, **said)
