"""Dealings that stand in two books, or in more, and never in one alone: written in one job (SPEC 3).

Whatever central has to do with a unit is said once and booked on both sides, or the combined statements would show what
no one owns. So all sides are written in one job, all of it or nothing, numbered in one of Sambok's series in each book,
and once: an event that a book holds already (by its `source-id`) isn't booked there again, and a side that somebody has
lost is put back when the same event is booked again.

What the entries say is `ledger.loans.dealings`, `ledger.funds.dealings`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beancount.core import data

from importers.booktext import clean, render
from ledger.books import Books, Unit, Workspace, durable, load_books
from ledger.books.jobs import joined, read_text
from ledger.books.keeping import check_changes
from ledger.books.trial import on_trial
from ledger.books.write import Block, Change, Note, apply_federation, federation_lock, source_ids
from ledger.charts import load_chart
from ledger.closing.assign import sound
from ledger.closing.freeze import priced
from ledger.closing.numbering import numberer
from ledger.errors import Problem, order
from ledger.loans.dealings import Accounts, Both
from ledger.provisional.accounts import RoleAccounts

#: Makes an event's entries of the accounts of the fund's book, and of the unit's.
Make = Callable[[Accounts, Accounts], Both]


@dataclass(frozen=True)
class Event:
    """An event with one unit.

    Attributes:
        unit: the other side; central itself where an event is central's alone.
        make: its entries: `lambda book, unit: buy_shares(Deal(...), 10)`.
    """

    unit: Unit
    make: Make


@dataclass(frozen=True)
class Booked:
    """What was booked, or would be.

    Attributes:
        vouchers: numbers that were given, by unit; none where all of it stood there already.
        texts: what was added, by file as users know it.
        known: how many entries stood in their books already.
    """

    vouchers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    known: int = 0


@dataclass(frozen=True, kw_only=True)
class Booking:
    """How events are booked.

    Attributes:
        series: of the vouchers (`ledger.rules.vouchers`).
        action: for the history, with `details`.
        dates: what an account is that isn't open on the day it is needed.
        by: who does it; `today`: the day of registration.
        since: what the books lack of accounts is opened then at the latest.
        dry_run: nothing is written.
    """

    series: str
    action: str
    details: Mapping[str, str]
    dates: type[Problem]
    by: str
    today: dt.date
    since: dt.date = dt.date.max
    dry_run: bool = False


def book_both(ws: Workspace, book: Unit, events: Sequence[Event], how: Booking) -> Booked:
    """Book events between the unit `book` and others, all of them or none.

    Args:
        ws: the workspace.
        book: the unit whose side is given first.
        events: in order; with one unit or several.
        how: series, history, person.

    Raises:
        MonthClosed: the month is closed in one of the books.
        Problem: a book has errors, or would have (the first of them); nothing was written.
        OSError: the machine refused; nothing was written, or the next command completes it.
    """
    units = {one.slug: one for one in (book, *(event.unit for event in events))}
    with federation_lock(ws, units):
        books = load_books(ws, list(units))
        sides = {slug: _Side(books, unit, how) for slug, unit in units.items()}
        for event in events:
            both = event.make(sides[book.slug].accounts, sides[event.unit.slug].accounts)
            sides[book.slug].add(both.book)
            sides[event.unit.slug].add(both.unit)
        changes = {side.unit: side.changes() for side in sides.values() if side.blocks}
        for unit, own in changes.items():
            check_changes(ws, unit, own)
            for problem in sorted(on_trial(ws, unit, {change.path: change.text for change in own}), key=order):
                raise problem
        if changes and not how.dry_run:
            notes = {
                one.slug: Note(how.action, sides[one.slug].said, tuple(sides[one.slug].numbers), dict(how.details))
                for one in changes
            }
            apply_federation(ws, dict(changes.items()), note=notes)
        written = [(ws.shown(c.path), c) for own in changes.values() for c in own]
        return Booked(
            {slug: tuple(side.numbers) for slug, side in sorted(sides.items()) if side.numbers},
            {file: joined("", change.added) for file, change in sorted(written, key=lambda w: w[0])},
            sum(side.known for side in sides.values()),
        )


class _Side:
    """One book, and what is added to it."""

    def __init__(self, books: Books, unit: Unit, how: Booking) -> None:
        self.ws = books.workspace
        self.unit = unit
        self.how = how
        summary = sound(books, unit.slug).summary
        assert summary is not None
        chart = load_chart(unit.chart, unit.folder)
        self.accounts = RoleAccounts(self.ws, unit, summary, chart, how.dates, how.since)
        self.number = numberer(books, unit.slug)
        self.standing = source_ids(unit)
        self.blocks: list[Block] = []
        self.numbers: list[str] = []
        self.said = ""
        self.used: set[str] = set()
        self.known = 0

    def add(self, entries: Sequence[data.Transaction]) -> None:
        """Add an event's entries, but those that the book holds."""
        for entry in entries:
            source = str(entry.meta["source-id"])
            if source in self.standing:
                self.known += 1
                continue
            self.standing.add(source)
            number = self.number(self.how.series, entry.date)
            first: dict[str, Any] = {"voucher": number, "registered": self.how.today, "by": self.how.by}
            text, postings = clean(entry.narration or ""), [priced(posting) for posting in entry.postings]
            written = entry._replace(meta={**first, **entry.meta}, narration=text, postings=postings)
            self.blocks.append(Block(entry.date, render(written), source))
            self.numbers.append(number)
            self.said = self.said or text
            self.used |= {posting.account for posting in entry.postings}

    def changes(self) -> list[Change]:
        """Its files as they will stand."""
        added: dict[Path, list[Block]] = defaultdict(list)
        for block in self.blocks:
            added[self.unit.month_file(block.date)].append(block)
        opens = [entry for entry in self.accounts.opens() if entry.account in self.used]
        if opens:
            text = "".join(render(entry) for entry in opens)
            added[self.unit.folder / "accounts.beancount"] = [Block(opens[0].date, text)]
        found = []
        for path, blocks in sorted(added.items()):
            old = read_text(path, self.ws)
            digest = None if old is None else durable.sha256(old.encode("utf-8"))
            found.append(Change(path, joined(old or "", blocks), digest, tuple(blocks)))
        return found
