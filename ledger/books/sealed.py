"""Which months of a book are closed: those that its chain of seals says (SPEC 7).

`seals.jsonl` is append-only, one JSON object a line with at least `"period": "2026-03"`. It is read here only for the
question *is this month closed*; whether the chain is whole is `sambok verify`'s to prove. Nothing is tolerated: a
file that can't be read line by line says nothing about what is closed, and guessing would open a sealed month.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from ledger.books.guard_bytes import clip, read_file, visible
from ledger.books.problems_files import BookCutOff, BookMissing, SealsUnreadable
from ledger.errors import Problem

PERIOD = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
NAME = "seals.jsonl"


def sealed_months(unit_folder: Path, shown: str | None = None) -> frozenset[str]:
    """The closed months (`2026-03`) of the unit in `unit_folder`; none where it has no seals yet.

    Args:
        unit_folder: absolute path of `units/<slug>`.
        shown: the file as users know it; default `units/<slug>/seals.jsonl`.

    Raises:
        SealsUnreadable: the file is there and isn't a chain of seals.
    """
    shown = shown or f"units/{unit_folder.name}/{NAME}"
    data, problems = read_file(unit_folder / NAME, unit_folder, shown, unit=unit_folder.name, suffix=NAME[5:])
    if data is None:
        if isinstance(problems[0], BookMissing):
            return frozenset()
        # A file of 0 bytes was a chain before something cut it off: the close never leaves one.
        reason = "0 bytes" if isinstance(problems[0], BookCutOff) else problems[0].text()
        raise _unreadable(shown, unit_folder, problems[0].line, reason)
    months = set()
    for number, line in enumerate(data.decode("utf-8").split("\n"), 1):
        if not line and number > 1:
            continue
        try:
            seal = json.loads(line)
        except (ValueError, RecursionError):
            raise _unreadable(shown, unit_folder, number, "this line is no seal", line) from None
        period = seal.get("period") if isinstance(seal, dict) else None
        if not isinstance(period, str) or not PERIOD.fullmatch(period):
            raise _unreadable(shown, unit_folder, number, "this line names no period like 2026-03", line)
        months.add(period)
    return frozenset(months)


def _unreadable(shown: str, folder: Path, line: int | None, reason: str, excerpt: str | None = None) -> Problem:
    seen = clip(excerpt) if excerpt is not None else None
    return SealsUnreadable(file=shown, unit=folder.name, line=line, excerpt=seen, reason=visible(reason))
