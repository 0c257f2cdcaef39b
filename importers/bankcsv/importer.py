"""A bank's CSV file into books: the layout by its header, the lines by its columns, the balance as a chain.

Banks make these lists for people: no specification, no total, at any hour. What makes them safe is the balance beside
every row; a list without one comes in, too, but nothing can be asserted after it.
"""

from __future__ import annotations

from importers.bank.lists import ListImporter
from importers.bank.model import BankStatement
from importers.bankcsv.layouts import find_layout, layouts_of
from importers.bankcsv.read import read_list
from importers.base import Source
from importers.letters import head_text, read_text
from importers.problems import ImportUnknownFormat


class CsvImporter(ListImporter):
    """Handelsbanken, Nordea, SEB, Swedbank by their header; any other bank by `[source.csv.columns]`."""

    FORMAT = "csv"

    def recognises(self, head: bytes) -> bool:
        """Whether a row among the first ones names the columns of a layout that this source takes."""
        return find_layout(head_text(head), layouts_of(self.source.csv)) is not None

    def read(self, source: Source) -> tuple[BankStatement, ...]:
        """Every statement of the file, one an account."""
        layouts = layouts_of(self.source.csv)
        text = read_text(source.data, source.shown, layouts[0].encoding)
        found = find_layout(text, layouts)
        if found is None:
            known = f"{self.source.name} ({self.FORMAT})"
            raise ImportUnknownFormat(file=source.shown, unit=self.unit.slug, slug=self.unit.slug, known=known)
        done = read_list(text, source.shown, *found, self.source.kept_in(self.unit.currency))
        self.left_out[source.digest] = done.left_out
        return done.statements
