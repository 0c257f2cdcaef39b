"""Beancount plugin: what has accrued on rotating funds' loans in open months, and what breaks their terms (SPEC 8).

    plugin "plugins.rotating_loans"

`plugins.levy` does the same and more; this one is for a main file that names the loans by themselves. A main file may
name both: where the levy's plugin is named, this one adds nothing, whichever comes first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from beancount.core import data

from ledger.errors import Problem
from ledger.loans import cycles_of
from ledger.loans.dealings import PROVISIONAL
from ledger.provisional.loans import loan_entries
from plugins.levy import LevyError, around, find, to_error, watch

__plugins__ = ("rotating_loans",)
#: The plugin that does all of this one's work.
LEVY = "plugins.levy"


def rotating_loans(
    entries: list[data.Directive], options_map: dict[str, Any], config: str | None = None
) -> tuple[list[data.Directive], list[LevyError]]:
    """Add a book's provisional charges.

    Args:
        entries: the book's booked entries.
        options_map: Beancount's options: `filename` tells which book it is, `plugin` which others are named.
        config: unused.

    Returns:
        All entries in Beancount's order, and errors.
    """
    del config
    if any(name == LEVY for name, _ in options_map.get("plugin", ())):
        return entries, []
    if any(entry.meta.get("filename") == PROVISIONAL for entry in entries):
        return entries, []
    try:
        ws, unit = find(Path(str(options_map.get("filename") or "")))
        books, policy = around(ws, unit, entries)
    except Problem as problem:
        return entries, [to_error(problem, None)]
    run = loan_entries(books, policy)
    if len(books.units) > 1:
        watch(options_map, books)
    cycles = (problem for cycle in cycles_of(books, policy).values() for problem in cycle.problems)
    found = [problem for problem in (*policy.problems, *run.problems, *cycles) if problem.unit in {None, unit.slug}]
    return sorted([*entries, *run.by_unit.get(unit.slug, ())], key=data.entry_sortkey), [to_error(p, ws) for p in found]
