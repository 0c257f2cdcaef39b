"""Beancount plugin: what is provisional in a unit's open months, for `bean-check`, Fava and others (SPEC 6, 10).

    plugin "plugins.levy"

The levy, what has accrued on the loans of rotating funds and of the investment fund, and what the book's items in other
currencies are worth at each month's end: one plugin, so that every unit's main file stays as it is, whatever rule is
added.

In a book with closed months, entries that came late into one are named and count for the levy where SPEC 7 says.

Thin: entries in, `ledger.provisional` called, entries and errors out. A unit's levy is worked out from the entries that
the plugin is given, policy and the scope of its partners; what it holds in other currencies, from the same entries and
central's prices, to the month of the federation's last posting. Central's side of the levy mirrors the other units'
booked figures. Where other books are looked at, they come from `ledger.books` (guarded, cached), never from Beancount's
loader, and their files are added to `options_map["include"]`, so that tools which watch files notice a change in any.

The workspace is found from the main file's own folder, `<workspace>/units/<unit>/main.beancount`, never from the
environment. Nothing is written and no other book's provisional entries are read.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from beancount.core import data

from ledger.books import Books, Unit, UnitBook, Workspace, load_books, open_workspace, summarise
from ledger.books.late import standing_on_disk
from ledger.errors import Problem
from ledger.loans import cycles_of
from ledger.policy import Policy, read_policy
from ledger.provisional import SOURCE, provisional
from ledger.provisional.funds import borrows
from ledger.provisional.loans import borrowed_from
from ledger.provisional.problems import NotInWorkspace

__plugins__ = ("levy",)


class LevyError(NamedTuple):
    """What Beancount's tools show: where, what, and the entry it is about."""

    source: dict[str, Any]
    message: str
    entry: data.Directive | None


def levy(
    entries: list[data.Directive], options_map: dict[str, Any], config: str | None = None
) -> tuple[list[data.Directive], list[LevyError]]:
    """Add what is provisional to a book.

    Args:
        entries: the book's booked entries.
        options_map: Beancount's options; its `filename` tells which book it is, central's `include` gets the units'.
        config: unused.

    Returns:
        All entries in Beancount's order, and errors.
    """
    del config
    main = Path(str(options_map.get("filename") or ""))
    try:
        ws, unit = find(main)
        books, policy = around(ws, unit, entries)
    except Problem as problem:
        return entries, [to_error(problem, None)]
    run = provisional(books, policy)
    if len(books.units) > 1:
        watch(options_map, books)
    told = books.units[unit.slug].told
    loans = (problem for cycle in cycles_of(books, policy).values() for problem in cycle.problems)
    found = (*books.central_text.problems, *policy.problems, *run.problems, *told, *loans)
    relevant = [problem for problem in found if _concerns(problem, unit, ws)]
    errors = [to_error(problem, ws) for problem in relevant]
    return sorted([*entries, *run.entries(unit.slug)], key=data.entry_sortkey), errors


def find(main: Path) -> tuple[Workspace, Unit]:
    """The workspace and the unit that a main file belongs to.

    Raises:
        NotInWorkspace: it lies in none.
    """
    root = Path(os.path.realpath(main.parent.parent.parent))
    if main.name != "main.beancount" or main.parent.parent.name != "units" or not (root / "fava.conf").is_file():
        raise NotInWorkspace(file=str(main), line=1, main=str(main))
    ws = open_workspace(root)
    unit = ws.units.get(main.parent.name)
    if unit is None:
        found = next((p for p in ws.problems if p.unit == main.parent.name), None)
        raise found or NotInWorkspace(file=str(main), line=1, main=str(main))
    return ws, unit


def around(ws: Workspace, unit: Unit, entries: list[data.Directive]) -> tuple[Books, Policy]:
    """This book as it was given, and the other units' as they are booked, where its figures depend on them.

    Central's do. So do those of a unit that holds something in another currency, or owes the investment fund interest:
    on the day of the last posting. Those of a unit that has borrowed of a rotating fund depend on the fund's book.
    """
    beside = standing_on_disk(unit.folder)
    summary = summarise(entries, late=beside.late)
    own = UnitBook(unit, "", (), summary, told=beside.told, _entries=lambda: entries)
    needed = ws.central is unit or bool(summary.foreign)
    others = [u.slug for u in ws.units.values() if u.combine and u is not unit] if needed else []
    books = load_books(ws, others)
    policy = read_policy(books.central_text, ws)
    funds = [slug for slug in borrowed_from(summary, policy, unit.slug) if slug not in others]
    if borrows(policy, unit.slug) and not needed:
        books = load_books(ws, [u.slug for u in ws.units.values() if u is not unit])
    elif funds:
        books = load_books(ws, [*others, *funds])
    return replace(books, units={**books.units, unit.slug: own}), policy


def watch(options_map: dict[str, Any], books: Books) -> None:
    """Let tools that watch files look at all that these figures depend on: policy, prices, the other books' files."""
    include = options_map.setdefault("include", [])
    ws = books.workspace
    files = [str(ws.policy_file), str(ws.prices_file)]
    files += [file for _, book in sorted(books.units.items()) for file in book.files]
    include.extend(file for file in dict.fromkeys(files) if file not in include)


def _concerns(problem: Problem, unit: Unit, ws: Workspace) -> bool:
    """Central hears of everything, a unit of what is its own or everybody's."""
    return ws.central is unit or problem.unit in {None, unit.slug}


def to_error(problem: Problem, ws: Workspace | None) -> LevyError:
    """A problem as Beancount's tools show it; `ws`: to tell files by their absolute paths."""
    file = problem.file or SOURCE
    if ws is not None and problem.file and not Path(problem.file).is_absolute():
        file = str(ws.root / problem.file)
    message = f"{problem.text()} {problem.remedy_text()} [{problem.code}]"
    return LevyError(data.new_metadata(file, problem.line or 0), message, None)
