"""The board of the close: units and months, who has closed, who could, who isn't ready and why, who waits for whom.

It says what `ledger.closing.readiness` says, month by month, and decides nothing itself.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.books import last_day, month_of
from ledger.closing import months as periods
from ledger.closing.problems_ready import CloseEarlierOpen, CloseUnitOpen
from ledger.closing.readiness import Look, left_out
from ledger.errors import Problem, order
from ledger.federation import Federation
from ledger.memo import memo_of
from ledger.messages import N_, current, say, translate

#: What a unit's month can be, and how it is called.
STATES: dict[str, str] = {
    "closed": N_("closed"),
    "ready": N_("ready"),
    "not_ready": N_("not ready"),
    "waits": N_("waits"),
    "running": N_("not over"),
    "none": "",
}
#: What somebody may do something about.
OPEN = ("ready", "not_ready", "waits")
#: What only waits for other months or units: nothing of its own is to be settled.
WAITING = (CloseEarlierOpen, CloseUnitOpen)
#: By code, the command that settles it or shows what is to be settled; others are in `sambok check`.
COMMANDS: Mapping[str, str] = {
    "CLOSE_EARLIER_OPEN": "sambok close --until {last} --unit {unit}",
    "CLOSE_FLAGGED": "sambok todo {unit}",
    "CLOSE_NUMBER_MISSING": "sambok number {unit}",
    "CLOSE_NUMBER_GAP": "sambok number {unit} --check",
    "CLOSE_NUMBER_TWICE": "sambok number {unit} --check",
    "VOUCHER_NUMBER_UNREADABLE": "sambok number {unit} --check",
    "VOUCHER_GAP_UNREADABLE": "sambok number {unit} --check",
    "CLOSE_UNRECONCILED": "sambok reconcile {unit} --month {period}",
    "CLOSE_AMOUNT_DIGITS": "",  # it is to be written anew
    "CLOSE_NO_COUNT": "",  # nothing but counting does it
    "CLOSE_INTERNAL": "sambok combine --to {end} --report unmatched",
    "CHAIN_BROKEN": "sambok verify {unit}",
    "SEAL_BROKEN": "sambok verify {unit}",
    "CLOSE_UNIT_OPEN": "sambok close {period} --unit {slug}",
}


def checking(problem: Problem) -> str:
    """The command that shows a problem of a book or of settings."""
    return f"sambok check {problem.unit}" if problem.unit else "sambok check"


@dataclass(frozen=True)
class Cell:
    """One unit's month.

    Attributes:
        state: a key of `STATES`; `none` before the book begins, and outside its membership.
        problems: what keeps it open.
        waits_for: what comes first: the first of its own months that is open, and units.
    """

    unit: str
    period: str
    state: str
    problems: tuple[Problem, ...] = ()
    waits_for: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[Problem, ...]:
        """What is to be settled here; not what merely comes first."""
        return tuple(problem for problem in self.problems if not isinstance(problem, WAITING))

    @property
    def close(self) -> str:
        """The command that closes it, where it is ready."""
        return f"sambok close {self.period} --unit {self.unit}" if self.state == "ready" else ""

    def command(self, problem: Problem) -> str:
        """The command that settles one of its problems; nothing where none does."""
        known = COMMANDS.get(problem.code)
        if known is None:
            return checking(problem)
        values = {"unit": self.unit, "period": self.period, "end": last_day(self.period)} | problem.params
        return known.format(**values)


@dataclass(frozen=True)
class Row:
    """A unit's months, in the order of the board.

    Attributes:
        member: the close of the federation's month takes it in; else it is closed by itself (`combine = false`).
    """

    unit: str
    name: str
    cells: tuple[Cell, ...]
    member: bool = True


@dataclass(frozen=True)
class Board:
    """What the close of some months waits for.

    Attributes:
        months: in order.
        rows: units by slug, central last.
        left_out: why units have no row: their settings can't be read, so that nobody knows what they have to close.
    """

    months: tuple[str, ...]
    rows: tuple[Row, ...] = field(default=())
    left_out: tuple[Problem, ...] = ()

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All of them."""
        return tuple(cell for row in self.rows for cell in row.cells)

    @property
    def needs_person(self) -> bool:
        """Whether something is to be settled before a month that is over can be closed."""
        return bool(self.left_out) or any(cell.state == "not_ready" for cell in self.cells)

    def as_json(self) -> dict[str, Any]:
        """The answer of `sambok close --status --json`."""
        problems = {p for cell in self.cells for p in cell.problems}
        told = {(p.code, p.where) for p in problems}  # central waits for them, too
        problems |= {p for p in self.left_out if (p.code, p.where) not in told}
        return {
            "schema": 1,
            "months": list(self.months),
            "units": [
                {"unit": row.unit, "name": row.name, "months": [_cell_json(cell) for cell in row.cells]}
                for row in self.rows
            ],
            "left_out": sorted({str(problem.unit) for problem in self.left_out}),
            "errors": [problem.as_json() for problem in sorted(problems, key=order)],
        }


def _cell_json(cell: Cell) -> dict[str, Any]:
    return {
        "month": cell.period,
        "state": cell.state,
        "command": cell.close or None,
        "waits_for": list(cell.waits_for),
        "lacks": [
            {
                "code": problem.code,
                "file": problem.file,
                "line": problem.line,
                "message": problem.text(),
                "remedy": problem.remedy_text(),
                "command": cell.command(problem) or None,
            }
            for problem in cell.problems
        ],
    }


def board(federation: Federation, months: Sequence[str] = (), slugs: Iterable[str] = (), *, today: dt.date) -> Board:
    """What the close of months waits for.

    Args:
        federation: loaded.
        months: which ones, in order; none: the fiscal year of the first that somebody has open, up to today.
        slugs: which units; none: all.
        today: a month is over when its last day lies before it.
    """
    asked = tuple(months), tuple(slugs)

    def work() -> Board:
        several = len(asked[1] or federation.books.units) > 1
        return _board(Look(federation, today, discreet=several), *asked)

    memo = memo_of(federation.workspace.root)
    return memo.get("board of the close", work, same=(federation,), equal=(today, current(), asked))


def _board(look: Look, months: Sequence[str], slugs: Sequence[str]) -> Board:
    central = look.ws.central
    chosen = sorted(slugs or look.books.units, key=lambda slug: (central is not None and slug == central.slug, slug))
    months = tuple(months) or _usual(look, chosen)
    units = look.ws.units
    rows = (
        Row(slug, units[slug].name, tuple(cell_of(look, slug, month) for month in months), units[slug].combine)
        for slug in chosen
    )
    return Board(months, tuple(rows), () if slugs else tuple(left_out(look.federation)))


def _usual(look: Look, slugs: Iterable[str]) -> tuple[str, ...]:
    over = month_of(look.today.replace(day=1) - dt.timedelta(days=1))
    found = [month for slug in slugs for month in periods.open_months(look.books, slug, over)[:1]]
    first, last = look.ws.fiscal_year(last_day(min(found, default=over)))
    return tuple(periods.between(month_of(first), min(month_of(last), max(month_of(look.today), month_of(first)))))


def cell_of(look: Look, slug: str, month: str) -> Cell:
    """One unit's month."""
    book = look.books.units[slug]
    closed = look.books.closed.get(slug, frozenset())
    first = periods.first_month(book, closed)
    if not periods.is_member(book.unit, month) or (first is not None and month < first):
        return Cell(slug, month, "none")
    if month in closed:
        return Cell(slug, month, "closed")
    if last_day(month) >= look.today:
        return Cell(slug, month, "running")
    if first is None and book.ok:
        return Cell(slug, month, "none")
    problems = tuple(look.lacks(slug, month))
    before = look.open_before(slug, month)
    central = look.ws.central
    others = look.waits_for(month) if central is not None and slug == central.slug else []
    waits = (*before[:1], *others)
    if any(not isinstance(problem, WAITING) for problem in problems):
        return Cell(slug, month, "not_ready", problems, waits)
    return Cell(slug, month, "waits" if problems else "ready", problems, waits)


def first_open(federation: Federation, *, today: dt.date) -> tuple[Cell, ...]:
    """Of each unit the first month that is over and open; what `sambok todo` tells."""

    def work() -> tuple[Cell, ...]:
        look = Look(federation, today, discreet=True)
        over = month_of(today.replace(day=1) - dt.timedelta(days=1))
        months = ((slug, periods.open_months(look.books, slug, over)[:1]) for slug in sorted(look.books.units))
        return tuple(cell_of(look, slug, month) for slug, first in months for month in first)

    memo = memo_of(federation.workspace.root)
    return memo.get("months to close", work, same=(federation,), equal=(today, current()))


def closable(found: Board) -> list[tuple[str, list[str], str]]:
    """The first open months that can be closed now: month, units, and the command that closes them.

    Members close together; a book that no combined statement holds stands alone.
    """
    ready: dict[tuple[str, str], list[str]] = {}
    for row in found.rows:
        cell = next((cell for cell in row.cells if cell.state in OPEN), None)
        if cell is not None and cell.state == "ready":
            ready.setdefault((cell.period, "" if row.member else row.unit), []).append(row.unit)
    return [
        (period, units, f"sambok close {period} {f'--unit {units[0]}' if len(units) == 1 else '--ready'}")
        for (period, _), units in sorted(ready.items())
    ]


def in_short(cell: Cell) -> str:
    """A month's state in a few words: `not ready (2)`."""
    state = translate(STATES[cell.state]) if STATES[cell.state] else ""
    return f"{state} ({len(cell.own)})" if cell.state == "not_ready" else state


def in_words(cell: Cell, most: int = 5) -> str:
    """What is to be said of a month above what it lacks."""
    said = {"unit": cell.unit, "period": cell.period}
    named = ", ".join(cell.waits_for[:most]) + (" …" if len(cell.waits_for) > most else "")
    if cell.state == "ready":
        return say(N_("{unit} {period} can be closed."), **said)
    if cell.state == "waits":
        return say(N_("{unit} {period} lacks nothing of its own; it waits for {names}."), names=named, **said)
    text = say(N_("{unit} {period} can't be closed yet; to be settled: {count}."), count=len(cell.own), **said)
    waits = say(N_("It waits for {names}, too."), names=named)
    return f"{text} {waits}" if named else text


def codes(cell: Cell) -> list[tuple[str, int]]:
    """The kinds of what is to be settled, and how many of each, in the order in which they are listed."""
    return list(Counter(problem.code for problem in cell.own).items())
