"""An application for a loan goes into its book: the unit's own, or, of a person, the group's (SPEC 8).

It moves no money; it stands there with its day, so that the next proposal ranks it. The same one isn't written twice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from beancount.core import data
from beancount.parser import parser

from importers.booktext import clean, quoted
from ledger.books.write import Block, Note, append_entries
from ledger.loans.applications import application_problem
from ledger.loans.dealings import SOURCE_ID
from ledger.reports.loans import Opened, unit_meant
from ledger.rules.names import folded
from ledger.rules.rounding import in_units


@dataclass(frozen=True)
class Draft:
    """An application as it is to be entered; `amount` in the cycle's currency."""

    participant: str
    amount: Decimal
    months: int
    need: int
    reason: str
    day: dt.date


@dataclass(frozen=True)
class Entered:
    """Where it stands, and whether it was written now."""

    unit: str
    file: str
    text: str
    written: bool


def enter(opened: Opened, draft: Draft) -> Entered:
    """Enter an application.

    Raises:
        CycleParticipantUnknown, UnitUnknown: nobody who takes part, or no unit.
        LoanApplication, LoanUnitScope, LoanUnitCurrencies: nobody could answer it; `check` would tell the same.
        Problem: the book can't take it; nothing was written.
    """
    ws = opened.ws
    if opened.cycle.persons:
        whom = opened.shown(opened.participant(draft.participant))
        unit = ws.unit(opened.cycle.book_slug)
    else:
        unit = unit_meant(ws, draft.participant)
        whom = unit.slug
    amount = f"{in_units(draft.amount, opened.currency):f}"
    source = ":".join(
        [f"{SOURCE_ID}{opened.name}", "application", str(draft.day), folded(whom).replace(" ", "-"), amount]
    )
    lines = [
        f"{draft.day} custom {quoted('loan-application')} {quoted(opened.name)} {amount} {opened.currency}",
        *([f"  participant: {quoted(clean(whom))}"] if opened.cycle.persons else []),
        f"  months: {draft.months}",
        *([f"  need: {draft.need}"] if draft.need else []),
        *([f"  reason: {quoted(clean(draft.reason))}"] if draft.reason.strip() else []),
        f"  source-id: {quoted(source)}",
    ]
    text = "".join(f"{line}\n" for line in lines)
    (entry,), _, _ = parser.parse_string(text)
    assert isinstance(entry, data.Custom)
    problem = application_problem(opened.cycle, unit, entry)
    if problem is not None:  # it stands nowhere yet
        problem.file, problem.line = "", None
        raise problem
    done = append_entries(
        ws,
        unit,
        [Block(draft.day, text, source)],
        note=Note("loan", f"{opened.name} {amount} {opened.currency}", details={"cycle": opened.name}),
    )
    return Entered(unit.slug, ws.shown(unit.month_file(draft.day)), text, bool(done.written))
