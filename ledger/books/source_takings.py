"""`[source.takings]`: the columns and accounts of till reports, card settlements and Swish reports."""

from __future__ import annotations

from ledger.books.tables import Table


class TakingsTable(Table):
    """`[source.takings]` of a source with format `swish`, `card` or `till`."""
