"""`[source.takings]`: the columns and accounts of till reports, card settlements and Swish reports."""

from __future__ import annotations

from typing import Literal

from ledger.books.tables import Table, Text


class TakingsTable(Table):
    """`[source.takings]` of a source with format `swish`, `card` or `till`."""

    fee_account: Text | None = None  # instead of the chart's account for card fees
    fee_vat: Literal["25", "12", "6", "21", "10", "4", "16", "8"] | None = None  # fees hold this VAT, in per cent
