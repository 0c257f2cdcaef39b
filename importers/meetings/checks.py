"""What a sheet would break of its cycle's terms: the engine's own checks, with its entries and without (SPEC 8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from beancount.core import data

from importers.book import BOOKED, BookView
from ledger.books import Workspace
from ledger.loans.cycle import Cycle
from ledger.loans.reading import movements_of
from ledger.policy import CycleEntry
from ledger.rules.loans.checks import Broken, broken
from ledger.rules.loans.fund import Fund


def newly_broken(
    ws: Workspace,
    view: BookView,
    cycles: Sequence[CycleEntry],
    entry: CycleEntry,
    planned: Iterable[data.Directive],
    opens: Iterable[data.Open],
    file: str,
) -> list[tuple[Broken, str]]:
    """What a book's cycle breaks with planned entries, and doesn't without them, each with its words.

    Args:
        ws: the workspace.
        view: the book.
        cycles: those that it keeps.
        entry: the one that is looked at.
        planned: what shall come in.
        opens: all accounts, the new ones among them.
        file: where planned entries are said to stand.
    """
    booked = [_as_booked(e) for e in view.entries]
    coming = [e._replace(meta={"filename": file, "lineno": 0, **e.meta}) for e in planned]
    before = _cycle(ws, view, cycles, entry, booked)
    after = _cycle(ws, view, cycles, entry, [*opens, *booked, *coming])
    known = Counter(map(_key, broken(before.fund)))
    found = []
    for one in broken(after.fund):
        if known[_key(one)]:
            known[_key(one)] -= 1
        else:
            found.append((one, after.problem_of(one).text()))
    return found


def _key(one: Broken) -> tuple[object, ...]:
    return one.kind, one.movement.date, one.movement.participant, one.movement.part


def _as_booked(entry: data.Directive) -> data.Directive:
    """An entry on the day on which it stands in the book."""
    day = (entry.meta or {}).get(BOOKED)
    return entry if day is None else entry._replace(date=day)


def _cycle(
    ws: Workspace,
    view: BookView,
    cycles: Sequence[CycleEntry],
    entry: CycleEntry,
    entries: Iterable[data.Directive],
) -> Cycle:
    reading = movements_of(entries, view.unit, view.chart, cycles, ws)
    return Cycle(
        entry=entry,
        book_slug=view.unit.slug,
        persons=not view.unit.combine,
        fund=Fund(entry.terms, reading.movements[entry.name]),
        names=dict(reading.names[entry.name]),
        accounts=dict(reading.opened),
        last=reading.last,
        beside={number: list(accounts) for number, accounts in reading.beside[entry.name].items()},
        read_problems=tuple(reading.problems),
        ws=ws,
    )
