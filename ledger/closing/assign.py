"""`sambok number`: numbers for the vouchers of open months that lack one (SPEC 3, 7).

Numbers are given under the unit's lock, in the order of date, file and line, after the highest one that the series has
in the fiscal year. With the number, a voucher gets the day on which it was registered and by whom, where it doesn't say
it yet; what another program has numbered keeps what that one said. Nothing else of a file changes by a byte, and no
sum of the book: what it says stays as sound as it was. One thing could change its meaning: a correction of last year's
A-5 that doesn't say which year it means, once this year has an A-5. Then nobody gets a number until it says so.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from beancount.core import data

from importers.booktext import quoted
from ledger.books import Books, Unit, UnitBook, Workspace, durable, load_books, month_of
from ledger.books.concerned import Concerned
from ledger.books.fingerprint import content_of
from ledger.books.history import Note
from ledger.books.problems_write import WriteConflict
from ledger.books.summariser import read_file
from ledger.books.write import Change, apply, unit_lock
from ledger.closing.insertion import inserted
from ledger.closing.numbering import Entry, Numbers, Place, entries_of, latest_own_series, numbers, years_of
from ledger.closing.problems_vouchers import NumberMeant, SeriesTaken, VoucherGapUnreadable, VoucherNumberUnreadable
from ledger.errors import Problem, order
from ledger.rules import vouchers as rule
from ledger.rules.vouchers import Name


@dataclass(frozen=True)
class Assigned:
    """What numbering a unit came to.

    Attributes:
        given: where the vouchers that got a number stand now, with it.
        stamped: how many others got the day of their registration, or who did it.
        series: in which numbers were given.
        problems: numbers that can't be read: a person mends them.
        files: that changed, or would.
    """

    unit: str
    series: str
    given: tuple[Place, ...]
    stamped: int
    problems: tuple[Problem, ...]
    files: tuple[Path, ...]


def number_unit(
    ws: Workspace,
    unit: Unit,
    *,
    by: str,
    today: dt.date,
    series: str | None = None,
    until: str | None = None,
    dry_run: bool = False,
) -> Assigned:
    """Give numbers to the vouchers of a unit's open months that lack one.

    Args:
        ws: the workspace.
        unit: whose books.
        by: who does it.
        today: the day of registration.
        series: in which; default: the unit's own (`ledger.rules.vouchers.default_series`).
        until: "2026-03": leave later months alone.
        dry_run: nothing is written.

    Raises:
        Problem: the book has errors (the first of them), the series isn't the unit's, or writing failed; nothing was
            written.
    """
    with unit_lock(ws, unit.slug):
        books = load_books(ws, [unit.slug])
        book = sound(books, unit.slug)
        entries = list(entries_of(book))
        chosen = choose_series(unit, entries, series)
        closed = books.closed.get(unit.slug, frozenset())
        mine = [e for e in entries if _takes(unit, e, closed, until)]
        plan = _plan(books, unit, mine, chosen, by, today)
        _check_corrections(ws, book, entries, plan)
        changes = _texts(books, plan)
        moved = _Moved(ws, {} if dry_run else plan)
        given = tuple(
            Place(e.date, ws.shown(e.file), moved.line(ws.shown(e.file), e.line), str(plan[e].name))
            for e in sorted(plan, key=lambda e: (e.date, e.file, e.line))
            if plan[e].name is not None
        )
        if changes and not dry_run:
            names = tuple(place.voucher for place in given)
            apply(ws, unit, changes, note=Note("number", vouchers=names))
        problems = [problem for found in years_of(books, unit.slug) for problem in number_problems(found)]
        for problem in problems:
            problem.line = moved.line(problem.file or "", problem.line or 0)
        paths = tuple(change.path for change in changes)
        return Assigned(unit.slug, chosen, given, len(plan) - len(given), tuple(problems), paths)


def sound(books: Books, slug: str) -> UnitBook:
    """A unit's book, if its figures may be counted: numbers of a book that lacks vouchers would come twice.

    Raises:
        Problem: the first thing that is wrong with it.
    """
    book = books.units[slug]
    for problem in sorted(book.problems, key=order):
        raise problem
    assert book.summary is not None
    return book


def choose_series(unit: Unit, entries: Sequence[Entry], named: str | None) -> str:
    """The series in which a unit's vouchers get their numbers.

    Args:
        unit: whose settings may name one.
        entries: of its book.
        named: what the command said.

    Raises:
        SeriesTaken: it is another program's, or Sambok's own, or can't be one.
    """
    others = {name.series for e in entries if e.hand == "program" and (name := e.name)}
    said = unit.series if named is None else named
    if said is not None:
        case = "own" if said in rule.OWN else "shape" if not re.fullmatch(rule.SERIES, said) else ""
        if case or said in others:
            raise SeriesTaken(unit=unit.slug, case=case, series=said, slug=unit.slug)
    return rule.default_series(said, latest_own_series(entries), others)


def number_problems(found: Numbers) -> list[Problem]:
    """What of a year's numbers, and of what shall explain gaps, can't be read."""
    unreadable = [
        VoucherNumberUnreadable(
            file=p.file,
            line=p.line,
            unit=found.unit,
            slug=found.unit,
            voucher=p.voucher,
            case="" if p.voucher else "empty",
        )
        for p in found.unreadable
    ]
    unclear = [
        VoucherGapUnreadable(file=p.file, line=p.line, unit=found.unit, text=p.voucher, date=p.date)
        for p in found.unclear
    ]
    return [*unreadable, *unclear]


def _takes(unit: Unit, entry: Entry, closed: Collection[str], until: str | None) -> bool:
    """Whether an entry is the unit's own text of an open month, and lacks something that is given here."""
    month = month_of(entry.date)
    if entry.frozen or month in closed or (until is not None and month > until):
        return False
    if not Path(entry.file).is_relative_to(unit.folder):
        return False
    return entry.written is None or (entry.hand != "program" and not {"registered", "by"} <= entry.said.keys())


@dataclass(frozen=True, slots=True)
class _Added:
    name: Name | None
    rows: tuple[str, ...]


def _plan(books: Books, unit: Unit, mine: Sequence[Entry], series: str, by: str, today: dt.date) -> dict[Entry, _Added]:
    """What each entry gets, by entry."""
    given: dict[int, int] = {}
    found = {}
    for entry in sorted(mine, key=lambda e: (e.date, e.file, e.line)):
        name = None
        if entry.written is None:
            year = books.workspace.fiscal_year(entry.date)[0].year
            if year not in given:
                given[year] = numbers(books, unit.slug, year).following(series) - 1
            given[year] += 1
            name = Name(series, given[year])
        rows = [f"voucher: {quoted(str(name))}"] if name else []
        rows += [] if "registered" in entry.said else [f"registered: {today.isoformat()}"]
        rows += [] if "by" in entry.said else [f"by: {quoted(by)}"]
        found[entry] = _Added(name, tuple(rows))
    return found


def _check_corrections(ws: Workspace, book: UnitBook, entries: Sequence[Entry], plan: Mapping[Entry, _Added]) -> None:
    """Refuse a number by which a correction would mean another voucher than it does now.

    Raises:
        NumberMeant: it would.
    """
    given = {(entry.file, entry.line): str(added.name) for entry, added in plan.items() if added.name is not None}
    if not given or not any("corrects" in entry.said for entry in entries):
        return
    before, after = Concerned(read_file), Concerned(read_file)
    now = [entry for entry in book.entries() if isinstance(entry, data.Transaction)]
    then = [_numbered(entry, given.get(_place(entry))) for entry in now]
    before.add(now)
    after.add(then)
    for one, other in zip(now, then, strict=True):
        meant, means = before.target(one), after.target(other)
        if meant is not None and means is not None and _place(meant) != _place(means):
            raise NumberMeant(
                file=ws.shown(one.meta["filename"]),
                line=one.meta["lineno"],
                unit=book.unit.slug,
                voucher=means.meta["voucher"],
                date=means.date,
                place=f"{ws.shown(means.meta['filename'])}:{means.meta['lineno']}",
                other=meant.date,
                month=month_of(meant.date),
            )


def _place(entry: data.Transaction) -> tuple[str, int]:
    return str(entry.meta["filename"]), int(entry.meta["lineno"])


def _numbered(entry: data.Transaction, name: str | None) -> data.Transaction:
    return entry if name is None else entry._replace(meta={**entry.meta, "voucher": name})


def _texts(books: Books, plan: Mapping[Entry, _Added]) -> list[Change]:
    """The files' new texts.

    Raises:
        WriteConflict: an editor, which knows no lock, has saved one since it was loaded: its lines are others now.
    """
    per_file: dict[str, dict[int, tuple[str, ...]]] = defaultdict(dict)
    for entry, added in plan.items():
        per_file[entry.file][entry.line] = added.rows
    changes = []
    for file, rows in sorted(per_file.items()):
        raw = durable.read_plain(Path(file))
        shown = books.workspace.shown(file)
        if content_of(raw) != books.digests.get(shown):
            raise WriteConflict(file=shown)
        changes.append(Change(Path(file), inserted(raw.decode("utf-8"), rows), durable.sha256(raw)))
    return changes


class _Moved:
    """Where lines stand once what was given is written."""

    def __init__(self, ws: Workspace, plan: Mapping[Entry, _Added]) -> None:
        added_to: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for entry, added in plan.items():
            added_to[ws.shown(entry.file)].append((entry.line, len(added.rows)))
        self.before = {
            file: ([line for line, _ in sorted(rows)], [0, *itertools.accumulate(count for _, count in sorted(rows))])
            for file, rows in added_to.items()
        }

    def line(self, file: str, line: int) -> int:
        """The number of a line that stood as number `line`."""
        heads, sums = self.before.get(file, ([], [0]))
        return line + sums[bisect_left(heads, line)]
