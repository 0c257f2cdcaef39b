"""What waits for a person today, each thing with the command or page that settles it (issue: To do; SPEC 5, 7).

Ten kinds, in the order in which they should be taken: what is wrong in the books, files that wait to be imported,
lines that no rule could place (on suspense, flag `!`), entries that are placed but not for certain (flag `!` alone),
dealings between units whose two sides differ, locked figures that have changed, loans that are overdue, what the funds
wait for, accounts whose bank statement hasn't been met, months that are over but not sealed. A pure function of the
books and today's date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from decimal import Decimal

from importers.meetings.sources import MEETING, sheets_of
from ledger.books import Books, FlaggedRow, UnitBook, Workspace, last_day
from ledger.books.excerpt import for_all
from ledger.books.inbox import read_inbox
from ledger.charts import load_chart
from ledger.combine import SETTLED
from ledger.combine.runs.state import DAMAGED, RESTATED
from ledger.errors import Problem, order
from ledger.messages import N_, say
from ledger.reports.levy import in_full
from ledger.reports.task import KINDS, LockedRun, OpenMonth, Task, Unmatched
from ledger.subledger import clearing_of

#: So many waiting files are named, or units.
NAMED = 5
#: So many of the things that keep a month open are told.
LACKS = 3


def todo(
    books: Books,
    problems: Iterable[Problem],
    unmatched: Iterable[Unmatched],
    unit: str | None = None,
    *,
    today: dt.date,
    runs: Iterable[LockedRun] = (),
    months: Iterable[OpenMonth] | None = None,
    loans: Iterable[Task] = (),
) -> tuple[Task, ...]:
    """What waits, for one unit or for all.

    Args:
        books: the loaded books.
        problems: everything that is wrong: the books', the policy's, the levy's.
        unmatched: dealings whose two sides differ.
        unit: only what waits for this unit (slug); None = everything.
        today: a month is over when its last day lies before it.
        runs: the locked runs; what has become of them is the finance head's.
        months: of each unit the first one that is over and open; None where nobody has looked what it lacks.
        loans: those that are overdue, as this list may name them (`loans_overdue`), and what the funds wait for
            (`fund_todo`).

    Returns:
        Tasks by kind (in the order of `KINDS`), unit, date.
    """
    known = set(problems if unit is not None else for_all(books, problems))  # no person's name leaves the group
    tasks = [_error(problem) for problem in sorted(known, key=order)]
    for number, item in enumerate(unmatched, 1):
        if item.code not in SETTLED:  # exchange rates, transit and small change need nobody
            tasks += _unmatched(item, number)
    tasks += [*loans, *(task for state in runs for task in _restated(state, known))]
    tasks += [_month(month) for month in months or ()]
    for book in books.units.values():
        tasks += _inbox(books.workspace, book)
        if book.summary is not None:
            tasks += _flagged(books.workspace, book)
            tasks += _unreconciled(book)
            tasks += _close(books, book, today) if months is None else []
    ranks = {kind: rank for rank, kind in enumerate(KINDS)}
    chosen = [task for task in tasks if unit is None or task.unit == unit]
    return tuple(sorted(chosen, key=lambda t: (ranks[t.kind], t.unit or "", t.date or dt.date.min, t.where, t.text)))


def once(tasks: Iterable[Task]) -> list[Task]:
    """Each thing once: of a dealing that waits for several units, only the first's task."""
    seen: set[int] = set()
    found = []
    for task in tasks:
        if not task.dealing or task.dealing not in seen:
            found.append(task)
        seen.add(task.dealing)
    return found


def _error(problem: Problem) -> Task:
    return Task(
        kind="error",
        unit=problem.unit,
        text=f"{problem.text()} {problem.remedy_text()}",
        where=problem.where,
        command=f"sambok check {problem.unit}" if problem.unit else "sambok check",
        page=f"/{problem.unit or 'federation'}/errors/",
    )


def _unmatched(item: Unmatched, number: int) -> list[Task]:
    names = " – ".join(item.units)
    text = say(
        N_("{names}: {amount} {currency} differ ({code}). {remedy}"),
        names=names,
        amount=in_full(item.amount, item.currency),
        currency=item.currency,
        code=item.code,
        remedy=item.remedy,
    )
    if len(item.sources) > 1:
        text += " " + say(N_("Where: {places}."), places=", ".join(item.sources[:NAMED]))
    return [
        Task(
            kind="unmatched",
            unit=slug,
            text=text,
            where=next((s for s in item.sources if s.startswith(f"units/{slug}/")), ""),
            command="sambok combine",
            page="/federation/extension/Unmatched/",
            amount=(item.amount, item.currency),
            dealing=number,
        )
        for slug in item.units
    ]


def _restated(state: LockedRun, known: AbstractSet[Problem]) -> list[Task]:
    """A locked run whose figures are others now, or whose files aren't what was locked, unless that is `known`."""
    command = f"sambok runs {state.name}"
    if state.status == DAMAGED:
        return [
            Task("restated", None, f"{p.text()} {p.remedy_text()}", p.where, command, date=state.date_to)
            for p in state.problems
            if p not in known
        ]
    if state.status != RESTATED:
        return []
    text = say(
        N_(
            "{name} is locked, but its figures are others now: rows that differ: {rows}; vouchers that came since: "
            "{late}. See whether they belong there; then lock the period anew under another name, or correct them."
        ),
        name=state.name,
        rows=len(state.differences),
        late=len(state.late),
    )
    where = next((p.where for p in state.late), next((file for _, file in state.changed), ""))
    return [Task("restated", None, text, where, command, date=state.date_to)]


def _inbox(ws: Workspace, book: UnitBook) -> list[Task]:
    """Files that wait for `sambok import`, and what lies where it never looks."""
    slug = book.unit.slug
    # Sheets of a loan cycle need no table in unit.toml; whether the book keeps one is asked only where some may wait.
    sheets = (book.unit.folder / "inbox" / MEETING).is_dir()
    inbox = read_inbox(ws, book.unit, [s.name for s in sheets_of(ws, book.unit)] if sheets else ())
    tasks = [Task("inbox", slug, f"{p.text()} {p.remedy_text()}", where=p.where) for p in inbox.problems]
    files = inbox.waits
    if files:
        names = ", ".join(ws.shown(p.name) for p in files[:NAMED]) + (" …" if len(files) > NAMED else "")
        text = say(N_("Files waiting in the inbox: {count} ({names})."), count=len(files), names=names)
        where = f"units/{slug}/inbox"
        tasks.append(Task("inbox", slug, text, where, f"sambok import {slug} --inbox", f"/{slug}/import/"))
    return tasks


def _flagged(ws: Workspace, book: UnitBook) -> list[Task]:
    """What is flagged `!`: on suspense it needs its account, elsewhere somebody to say that it is right."""
    assert book.summary is not None
    unit = book.unit
    if not book.summary.flagged:
        return []
    try:
        chart = load_chart(unit.chart, unit.folder)
    except Problem:  # listed among the errors; until it is mended nobody knows what is suspense
        return []
    suspense = {row.account for row in book.summary.accounts if chart.is_in("suspense", row.code)}
    tasks = []
    for row in book.summary.flagged:
        waiting = next((account for account in row.accounts if account in suspense), None)
        kind, text = ("suspense", _place(row, waiting)) if waiting else ("confirm", _confirm(row))
        where = f"{ws.shown(row.file)}:{row.line}"
        page = f"/{unit.slug}/editor/?file_path={row.file}&line={row.line}"
        tasks.append(Task(kind, unit.slug, text, where, page=page, date=row.date, amount=(row.amount, row.currency)))
    return tasks


def _place(row: FlaggedRow, suspense: str) -> str:
    """A line on suspense."""
    hint = say(N_(" Suggestion: {account}."), account=row.suggestion.rstrip(".")) if row.suggestion else ""
    booked = zip(row.accounts, row.amounts, strict=True)
    part = abs(sum((amount for account, amount in booked if account == suspense), Decimal(0)))
    whole = in_full(row.amount, row.currency)
    known = part in {0, row.amount}  # else only some of a deposit or a collected line has found its account
    return say(
        N_(
            "{date}: {amount} {currency} waits for its account. "
            "Put the right account in place of {account}, and * for !.{hint}"
        ),
        date=row.date,
        amount=whole if known else say(N_("{part} of {whole}"), part=in_full(part, row.currency), whole=whole),
        currency=row.currency,
        account=suspense,
        hint=hint,
    )


def _confirm(row: FlaggedRow) -> str:
    """An entry on its accounts that isn't certain."""
    text = N_("{date}: {amount} {currency} is booked, but not for certain. Right? Then put * for !; else correct it.")
    hint = say(N_(" Why it waits: {reason}."), reason=row.suggestion.rstrip(".")) if row.suggestion else ""
    return say(text, date=row.date, amount=in_full(row.amount, row.currency), currency=row.currency) + hint


def _unreconciled(book: UnitBook) -> list[Task]:
    """A bank source's account is met when a `balance` stands after its last line (SPEC 7)."""
    assert book.summary is not None
    slug = book.unit.slug
    last_lines = dict(book.summary.last_by_account)
    met: dict[str, dt.date] = {}
    for row in book.summary.assertions:
        met[row.account] = max(row.date, met.get(row.account, row.date))
    tasks = []
    for account in sorted({s.account for s in book.unit.sources if s.account} - clearing_of(book.unit)):
        last = last_lines.get(account)
        if last is None or (account in met and met[account] > last):
            continue
        until = met.get(account)
        text = say(
            N_(
                "{account}: no statement balance after {last} (last met: {until}). Import the statement that covers it."
            ),
            account=account,
            last=last,
            until=until or "-",
        )
        tasks.append(
            Task(
                "unreconciled",
                slug,
                text,
                command=f"sambok import {slug} FILE",
                page=f"/{slug}/extension/Reconciliation/",
                date=last,
            )
        )
    return tasks


def _close(books: Books, book: UnitBook, today: dt.date) -> list[Task]:
    assert book.summary is not None
    if book.unit.bookkeeping != "sambok":
        return []
    sealed = books.closed.get(book.unit.slug, frozenset())
    months = sorted({row.month for row in book.summary.balances})
    waiting = [m for m in months if m not in sealed and last_day(m) < today]
    if not waiting:
        return []
    slug = book.unit.slug
    span = waiting[0] if len(waiting) == 1 else f"{waiting[0]} – {waiting[-1]}"
    text = say(
        N_(
            "Months over and not sealed: {count} ({span}). "
            "Go through them: statements, suspense lines, dealings with other units."
        ),
        count=len(waiting),
        span=span,
    )
    page = f"/{slug}/income_statement/?time={waiting[0]}"
    return [Task("close", slug, text, page=page, date=last_day(waiting[0]))]


def _month(month: OpenMonth) -> Task:
    """The month that a unit has to close next, and what it lacks."""
    said = {"period": month.period, "unit": month.unit}
    names = ", ".join(month.waits_for[:NAMED]) + (" …" if len(month.waits_for) > NAMED else "")
    command = f"sambok close --status {month.period} --unit {month.unit}"
    if month.state == "ready":
        text, command = say(N_("{period} can be closed: nothing is missing."), **said), month.close
    elif month.state == "waits":
        text = say(N_("{period} lacks nothing of its own; it waits for {names}."), names=names, **said)
    else:
        first = dict.fromkeys(type(problem) for problem in month.own)
        told = [next(p for p in month.own if type(p) is kind).text() for kind in first]
        more = " …" if len(told) > LACKS else ""
        text = say(
            N_("{period} can't be closed yet; to be settled: {count}. {what}"),
            count=len(month.own),
            what=" ".join(told[:LACKS]) + more,
            **said,
        )
    return Task("close", month.unit, text, "", command, f"/{month.unit}/extension/Close/", last_day(month.period))
