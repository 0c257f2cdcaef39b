"""Which loan cycles a unit's book keeps, and the source of their sheets, which needs no table in unit.toml."""

from __future__ import annotations

from ledger.books import Unit, Workspace, load_books
from ledger.books.sources import SourceTable
from ledger.policy import CycleEntry, read_policy

#: Name and format of the source that a unit has without saying so, and of its folder below inbox/.
MEETING = "meeting"


def cycles_in(ws: Workspace, unit: Unit) -> tuple[CycleEntry, ...]:
    """The cycles that a unit's book keeps, as policy has them."""
    policy = read_policy(load_books(ws, []).central_text, ws)
    return tuple(cycle for cycle in policy.cycles if cycle.book == unit.slug)


def sheets_of(ws: Workspace, unit: Unit) -> tuple[SourceTable, ...]:
    """The source of meeting sheets, of a unit that keeps a cycle and names no such source, nor another one so."""
    if any(MEETING in {source.format, source.name} for source in unit.sources) or not cycles_in(ws, unit):
        return ()
    return (SourceTable(name=MEETING, format="meeting"),)
