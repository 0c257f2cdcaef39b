"""What the guard costs: the same bytes read by Beancount's parser alone, and by the guard, which parses as well."""

from __future__ import annotations

import datetime as dt
import gc
import time
from pathlib import Path
from typing import Any

from beancount.parser import parser

from ledger.books.guard import UNIT_BOOKS, parse_guarded, read_file

#: Text is taken of so many units at most: the cost is a rate.
UNITS = 8


def guard_seconds(root: Path) -> dict[str, Any]:
    """Seconds of one processor for the month files of up to eight units.

    Args:
        root: a workspace whose books pass.

    Returns:
        `seconds` guarded, `parser_seconds` alone, `share` that the guard adds, and the rate.
    """
    homes = sorted(path for path in (root / "units").iterdir() if path.is_dir())[:UNITS]
    files = [
        (home.name, file, file.read_bytes()) for home in homes for file in sorted(home.glob("books/*/*.beancount"))
    ]
    size = sum(len(data) for _, _, data in files)
    gc.disable()
    try:
        begun = time.perf_counter()
        for _, file, data in files:
            parser.parse_string(data.decode(), report_filename=str(file))
        alone = time.perf_counter() - begun
        begun = time.perf_counter()
        for slug, file, _ in files:
            shown = file.relative_to(root).as_posix()
            read, _ = read_file(file, root / "units" / slug, shown, unit=slug)
            assert read is not None, shown
            today = dt.date(2026, 12, 31)
            parsed = parse_guarded(read, file=str(file), shown=shown, profile=UNIT_BOOKS, unit=slug, today=today)
            assert not parsed.problems, parsed.problems
        guarded = time.perf_counter() - begun
    finally:
        gc.enable()
    return {
        "mb": round(size / 1e6, 3),
        "seconds": round(guarded, 3),
        "parser_seconds": round(alone, 3),
        "share": round(guarded / alone - 1, 3),
        "mb_per_second": round(size / 1e6 / guarded, 2),
    }
