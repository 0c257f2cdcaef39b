"""What can be wrong with a bank's CSV file."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class CsvLayoutUnknown(Problem):
    """A file whose header is none that the source knows."""

    code = "CSV_LAYOUT_UNKNOWN"
    message = N_("No row of the file names the columns that the source {name} knows.")
    remedy = N_(
        "See that it is the right bank's list of transactions. If the bank has changed its columns, name them in "
        "unit.toml, in [source.csv.columns]."
    )
