"""`[source.csv]`: the columns of a bank's CSV file."""

from __future__ import annotations

from ledger.books.tables import Table


class CsvTable(Table):
    """`[source.csv]` of a source with `format = "csv"`."""
