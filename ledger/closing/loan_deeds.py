"""What a meeting decides of a cycle at its end, and of who leaves it, is booked: in one job, once (SPEC 8).

A share-out, a leaver, a loan that is written off: money that is others' moves, so each needs a decision that exists and
is in force on its day. The book is tried with the new vouchers before anything is written; vouchers get numbers of the
series R. Between units both books are written in one job (`ledger.closing.loans`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from beancount.core import data

from importers.booktext import render
from ledger.books import Books, Unit, Workspace, load_books
from ledger.books.excerpt import quote
from ledger.books.jobs import joined, read_text
from ledger.books.trial import on_trial
from ledger.books.write import Block, Note, append_entries, source_ids, unit_lock
from ledger.charts import load_chart
from ledger.closing.assign import sound
from ledger.closing.numbering import numberer
from ledger.closing.problems import CloseDecisionEnded, CloseDecisionLater, CloseDecisionUnknown
from ledger.errors import Problem, order
from ledger.loans.group_accounts import GroupAccounts
from ledger.policy import Policy
from ledger.reports.loans import Opened, open_cycle
from ledger.rules.vouchers import LOANS

#: Makes the entries of a deed, of the cycle as it stands under the lock.
Make = Callable[[Opened, GroupAccounts], Sequence[data.Transaction]]


@dataclass(frozen=True)
class Done:
    """What was booked, or would be.

    Attributes:
        vouchers: their numbers; none where it stood there already.
        text: what was added, or would be.
        known: how many vouchers the book held already.
    """

    vouchers: Mapping[str, tuple[str, ...]]
    text: str
    known: int = 0


def check_decision(ws: Workspace, policy: Policy, decision: str, day: dt.date) -> None:
    """Refuse what no decision allows on a day.

    Raises:
        CloseDecisionUnknown, CloseDecisionLater, CloseDecisionEnded: as they say.
    """
    found = policy.decisions.get(decision)
    if found is None:
        raise CloseDecisionUnknown(file=ws.shown(ws.policy_file), decision=decision)
    told: Problem | None = None
    if found.date > day:
        told = CloseDecisionLater(
            file=found.file, line=found.line, decision=decision, date=found.date, day=day, case="day"
        )
    elif found.until < day:
        told = CloseDecisionEnded(
            file=found.file, line=found.line, decision=decision, until=found.until, day=day, case="day"
        )
    if told is not None:
        quote(ws, [told])
        raise told


def book_deed(
    ws: Workspace, cycle: str, make: Make, *, kind: str, note: Note, by: str, today: dt.date, dry_run: bool = False
) -> Done:
    """Book what a group of persons has decided, once.

    Args:
        ws: the workspace.
        cycle: its name.
        make: its entries; none where it is booked already.
        kind: what the `source-id` of each of them begins with: where the book has one, nothing is written. "": `make`
            tells whether it is booked already.
        note: for the history.
        by: who does it.
        today: the day of registration.
        dry_run: nothing is written.

    Raises:
        Problem: why it can't be; nothing was written.
    """
    slug = open_cycle(ws, cycle).cycle.book_slug
    unit = ws.unit(slug)
    with unit_lock(ws, slug):
        opened = open_cycle(ws, cycle)
        known = sum(1 for source in source_ids(unit) if kind and source.startswith(kind))
        if known:
            return Done({}, "", known)
        accounts = _accounts(opened, unit)
        entries = make(opened, accounts)
        if not entries:
            return Done({}, "", 1)
        blocks, numbers = _blocks(load_books(ws, [slug]), unit, entries, by=by, today=today)
        opens = [Block(entry.date, render(entry)) for entry in accounts.opens()]
        _try(ws, unit, blocks, opens)
        if not dry_run:
            said = Note(note.action, note.text, vouchers=tuple(numbers), details=note.details)
            append_entries(ws, unit, blocks, opens=opens, note=said)
        return Done({slug: tuple(numbers)}, "\n".join(block.text for block in (*opens, *blocks)))


def _accounts(opened: Opened, unit: Unit) -> GroupAccounts:
    summary = sound(opened.books, unit.slug).summary
    assert summary is not None
    chart = load_chart(unit.chart, unit.folder)
    return GroupAccounts(summary, chart, opened.cycle)


def _blocks(
    books: Books, unit: Unit, entries: Sequence[data.Transaction], *, by: str, today: dt.date
) -> tuple[list[Block], list[str]]:
    """The entries as text, with their numbers."""
    number = numberer(books, unit.slug)
    blocks, numbers = [], []
    for entry in entries:
        name = number(LOANS, entry.date)
        meta = {"voucher": name, "registered": today, "by": by, **entry.meta}
        blocks.append(Block(entry.date, render(entry._replace(meta=meta)), str(entry.meta["source-id"])))
        numbers.append(name)
    return blocks, numbers


def _try(ws: Workspace, unit: Unit, blocks: Sequence[Block], opens: Sequence[Block]) -> None:
    """Refuse what would leave the book with an error.

    Raises:
        Problem: the first of them.
    """
    added: dict[Path, list[Block]] = {}
    for block in blocks:
        added.setdefault(unit.month_file(block.date), []).append(block)
    if opens:
        added[unit.folder / "accounts.beancount"] = list(opens)
    texts = {path: joined(read_text(path, ws) or "", own) for path, own in added.items()}
    for problem in sorted(on_trial(ws, unit, texts), key=order):
        raise problem
