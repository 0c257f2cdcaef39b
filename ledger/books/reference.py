"""The reference engine: Beancount's own loader, step by step, without plugins. Slow, always there, and the judge.

Every faster engine is compared with this one (DESIGN 5). It trusts its text: only guarded text may reach it.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from beancount import loader
from beancount.core import data
from beancount.ops import validation
from beancount.parser import booking


@contextmanager
def _sorted_globs() -> Iterator[None]:
    """Let included files come in the order of their names.

    Beancount takes them as the file system gives them, so that of two entries with one date and one line number in two
    files now this, now that one is first. The order of names is the same everywhere.
    """
    found = glob.iglob
    with patch("beancount.loader.glob.glob", lambda *args, **options: sorted(found(*args, **options))):
        yield


def load_reference(main: Path) -> tuple[list[data.Directive], list[Any], dict[str, Any]]:
    """Booked entries, Beancount's errors and options of a main file and what it includes, no user plugin run.

    Args:
        main: absolute path of a unit's `main.beancount`, already guarded.

    Returns:
        `(entries, errors, options_map)` as `beancount.loader.load_file` gives them for the same text without
        `plugin` lines.
    """
    with _sorted_globs():
        entries, errors, options = loader._parse_recursive([(str(main), True)], None)  # noqa: SLF001  the step before booking
    entries.sort(key=data.entry_sortkey)
    options["plugin"] = []
    entries, booking_errors = booking.book(entries, options)
    parse_errors = [*errors, *booking_errors]
    entries, found = loader.run_transformations(entries, parse_errors, options, None)
    found.extend(validation.validate(entries, options, None, None))
    return entries, found, options
