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


class CsvAmountTwice(Problem):
    """A row with money in and money out, or with neither."""

    code = "CSV_AMOUNT_TWICE"
    message = N_("The row has {count} amounts; money in or money out must be filled, and only one of them.")
    remedy = N_("Check money_in and money_out in unit.toml, [source.csv.columns]; else the file is damaged.")


class CsvSignsMixed(Problem):
    """Money out that is written with a minus in one row and without in another."""

    code = "CSV_SIGNS_MIXED"
    message = N_("{text} has another sign than the money out of the rows before it: which way it went isn't clear.")
    remedy = N_("Ask the bank what the sign means, and book this file by hand; or download a list with one column.")
