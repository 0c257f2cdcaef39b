"""Entering a sheet of allocation keys: how much of each key every unit and cost centre used from a day on.

    unit;headcount;payslips
    repris;12;140
    finance;3;

The first column names units (by their folders) and cost centres, every other one is a key. An empty cell says nothing:
what counted before goes on. All of the sheet is entered at the end of `units/policy.beancount` as `allocation-key`
directives, or nothing of it; a value that counts on that day already is not entered again.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from importers.base import read_source
from importers.booktext import quoted
from importers.letters import read_text
from importers.problems_tables import TableHeader, TableNumberAmbiguous
from importers.tables import Row, Table, check_end, headers, problem_at, read_table
from ledger.books import Workspace, durable, load_books, month_of
from ledger.books.problems_sealed import MonthClosed
from ledger.books.problems_write import WriteEncoding
from ledger.books.write import Change, Note, apply, check_text
from ledger.closing.problems_services import ServiceSheet, ServiceSheetDecision
from ledger.messages import N_, say
from ledger.policy import Policy, read_policy
from ledger.policy.fund_reader import CENTRE, LONGEST
from ledger.rules.services.terms import FROM_BOOKS
from ledger.rules.years import first_open

_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,4})?")
_AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A value of a sheet: how much of a key somebody used."""

    key: str
    user: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Sheet:
    """What came of a sheet.

    Attributes:
        added: values that are new on the day; `known`: how many aren't.
        file, line: where the first of them stands; line None where nothing was written.
    """

    added: tuple[KeyRow, ...]
    known: int
    file: str
    line: int | None


def add_keys(ws: Workspace, path: Path, decision: str, day: dt.date, *, dry_run: bool = False) -> Sheet:
    """Enter a sheet.

    Args:
        ws: the workspace.
        path: the sheet, a CSV file.
        decision: the id of the decision that the keys rest on.
        day: from which they count.
        dry_run: look only.

    Raises:
        Problem: what is wrong with the sheet or the decision, or with policy as it stands; nothing was written.
        OSError: the machine refused; nothing was written, or the next command completes the job.
    """
    standing, policy = _standing(ws)
    _check_decision(policy, decision, day)
    _check_month(ws, day)
    known = {slug for slug in ws.units if ws.central is None or slug != ws.central.slug}
    known |= {entry.centre.name for entry in policy.funds.centres}
    rows = list(_rows(_table(path), known))
    counting = policy.funds.key_values(day)
    added = tuple(row for row in rows if counting.get(row.key, {}).get(row.user) != row.value)
    shown, old = ws.shown(ws.policy_file), standing or ""
    if dry_run or not added:
        return Sheet(added, len(rows) - len(added), shown, None)
    blocks = "".join(_block(row, decision, day) for row in added)
    gap = ("" if not old or old.endswith("\n") else "\n") + ("\n" if old else "")
    new = f"{old}{gap}{blocks}"
    for problem in check_text(ws, None, {ws.policy_file: new}):
        raise problem
    keys = ", ".join(dict.fromkeys(row.key for row in added))
    change = Change(ws.policy_file, new, None if standing is None else durable.sha256(old.encode("utf-8")))
    apply(ws, None, [change], note=Note("allocation-keys", keys, details={"decision": decision}))
    return Sheet(added, len(rows) - len(added), shown, f"{old}{gap}".count("\n") + 1)


def _check_month(ws: Workspace, day: dt.date) -> None:
    """Refuse a day that central has closed: by what a closed year's cost is shared stands.

    Raises:
        MonthClosed: it has.
    """
    central = ws.central
    closed = load_books(ws, []).closed.get(central.slug, frozenset()) if central is not None else frozenset()
    if central is not None and month_of(day) in closed:
        said: dict[str, Any] = {
            "slug": central.slug,
            "date": day,
            "month": month_of(day),
            "open": first_open(month_of(day), closed),
        }
        raise MonthClosed(file=ws.shown(ws.policy_file), unit=central.slug, **said)


def _standing(ws: Workspace) -> tuple[str | None, Policy]:
    """Policy's text, None where there is none; and what it says, of the same text."""
    try:
        standing = durable.read_plain(ws.policy_file).decode("utf-8")
    except FileNotFoundError:
        standing = None
    except UnicodeDecodeError as error:
        raise WriteEncoding(file=ws.shown(ws.policy_file)) from error
    central = load_books(ws, []).central_text
    for problem in central.problems:
        if problem.file == ws.shown(ws.policy_file):
            raise problem
    return standing, read_policy(central, ws)


def _check_decision(policy: Policy, decision: str, day: dt.date) -> None:
    found = policy.decisions.get(decision)
    if found is None:
        near = difflib.get_close_matches(decision, policy.decisions, n=1, cutoff=0) or ["-"]
        raise ServiceSheetDecision(id=decision, nearest=near[0])
    if found.date > day:
        raise ServiceSheetDecision(case="later", id=decision, decided=found.date, date=day)


def _table(path: Path) -> Table:
    source = read_source(path, str(path))
    text = read_text(source.data, source.shown)
    first = next((header.line for header in headers(text)), 0)
    header = max((h for h in headers(text) if h.line == first), key=lambda h: len(h.names), default=None)
    if header is None:
        raise problem_at(TableHeader, text, source.shown, 1, reason=say(N_("no column {name}"), name="unit"))
    table = read_table(text, source.shown, header)
    check_end(table)
    return table


def _rows(table: Table, known: set[str]) -> Iterator[KeyRow]:
    """Every value of a sheet, row by row."""

    def wrong(case: str, line: int, place: int, value: str, **said: object) -> ServiceSheet:
        column = table.header.names[place] or str(place + 1)
        return table.problem(ServiceSheet, line, case=case, column=column, value=value, **said)

    keys = table.header.names
    for place, key in enumerate(keys[1:], 1):
        if key in FROM_BOOKS:
            raise wrong("books", table.header.line, place, key)
        if CENTRE.fullmatch(key) is None or len(key) > LONGEST:
            raise wrong("key", table.header.line, place, key)
    seen: dict[str, int] = {}
    empty = True
    for row in table.rows:
        user = row.cells[0].strip()
        if user not in known:
            near = difflib.get_close_matches(user, sorted(known), n=1, cutoff=0) or ["-"]
            raise wrong("user", row.line, 0, user, nearest=near[0])
        if user in seen:
            raise wrong("twice", row.line, 0, user, first=seen[user])
        seen[user] = row.line
        for place, key in enumerate(keys[1:], 1):
            value = _value(table, row, place)
            if value is None:
                if row.cells[place].strip():
                    raise wrong("", row.line, place, row.cells[place].strip())
                continue
            empty = False
            yield KeyRow(key, user, value)
    if empty:
        raise wrong("empty", table.header.line, 0, "")


def _value(table: Table, row: Row, place: int) -> Decimal | None:
    """The number in a cell; None where it is none."""
    text = row.cells[place].strip()
    if _AMBIGUOUS.fullmatch(text):
        raise table.problem(TableNumberAmbiguous, row.line, text=text)
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _block(row: KeyRow, decision: str, day: dt.date) -> str:
    """The directive."""
    head = f"{day} custom {quoted('allocation-key')} {quoted(row.key)} {quoted(row.user)} {row.value:f}"
    return f"{head}\n  decision: {quoted(decision)}\n"
