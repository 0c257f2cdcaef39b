"""Rows of an answer as CSV: the amounts of `--json`, for who goes on with them in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any


def rows_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """A table; what a row doesn't have is empty. The same rows give the same bytes.

    Args:
        columns: in their order.
        rows: by the names of the columns, as an answer has them.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
