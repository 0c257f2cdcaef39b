"""A loan cycle as its book tells it: its fund, who takes part, what is wrong (SPEC 8)."""

from __future__ import annotations

import datetime as dt
import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from beancount.core.amount import Amount

from ledger.books import Books, UnitBook, Workspace
from ledger.charts import Chart, load_chart
from ledger.errors import Problem, order
from ledger.loans.kinds import KINDS
from ledger.loans.problems import LoanUnitCurrencies, LoanUnitScope, LoanUnitUnknown
from ledger.loans.reading import Came, Reading, movements_of
from ledger.memo import memo_of
from ledger.policy import CycleEntry, Policy
from ledger.rules.loans.checks import Broken, broken
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.movements import OWN, Movement, Part
from ledger.rules.loans.terms import Terms
from ledger.rules.names import folded
from ledger.rules.rounding import in_units

#: Amounts in the text of a problem are shown with the cycle's currency.
MONEY = frozenset("amount value has limit savings open cash owed booked due principal over paid profit".split())


@dataclass(frozen=True, eq=False)
class Cycle:
    """A cycle.

    Attributes:
        entry: as policy has it.
        book_slug: the unit whose book keeps it.
        persons: whether participants are persons (a members' own group), not units.
        fund: as the book has it, nothing provisional.
        names: how each participant's name is written.
        accounts: each participant's own account by part, where the book has one.
        last: the day of the book's last transaction.
        came: who came to its meetings, in their order.
        beside: by voucher, accounts that have no part in the fund.
        read_problems: what couldn't be read, of vouchers that name it or none.
    """

    entry: CycleEntry
    book_slug: str
    persons: bool
    fund: Fund
    names: dict[str, str]
    accounts: dict[tuple[Part, str], str]
    last: dt.date | None
    beside: dict[int, list[str]]
    read_problems: tuple[Problem, ...]
    ws: Workspace
    came: tuple[Came, ...] = ()

    @property
    def name(self) -> str:
        """`NK26`."""
        return self.entry.name

    @property
    def terms(self) -> Terms:
        """What was agreed on."""
        return self.entry.terms

    @cached_property
    def known(self) -> dict[str, str]:
        """Who takes part, by every name that is written for them: the end of their accounts, their name, their id."""
        taking_part = self.fund.participants
        ends = {folded(":".join(account.split(":")[2:])): who for (_, who), account in sorted(self.accounts.items())}
        found = {end: who for end, who in ends.items() if self.persons and end and who in taking_part}
        found |= {folded(self.names.get(who, who)): who for who in taking_part}
        return {name: who for name, who in (found | {folded(who): who for who in taking_part}).items() if name}

    def with_provisional(self, day: dt.date) -> Fund:
        """Its fund with all charges that are owed by a day, booked or not: what a share-out on that day counts."""
        fund = self._accrued.get(day)
        if fund is None:
            fund = self.fund.with_accrued(day)
            self._accrued.clear()
            self._accrued[day] = fund
        return fund

    @cached_property
    def _accrued(self) -> dict[dt.date, Fund]:
        """The fund of the day that was asked for last: a report asks for each participant on the same one."""
        return {}

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with its vouchers: told, and counted all the same."""
        found = [*self.read_problems, *(self.problem_of(one) for one in broken(self.fund))]
        if not self.persons:
            found += self._units()
        return tuple(sorted(found, key=order))

    def problem_of(self, one: Broken) -> Problem:
        """What a movement breaks, in words."""
        m, currency = one.movement, self.terms.currency
        params: dict[str, Any] = {"cycle": self.name, "date": m.date, **one.params}
        for key in MONEY & one.params.keys():
            if not isinstance(params[key], str):
                params[key] = Amount(in_units(params[key], currency), currency)
        for key in ("participant", "owner"):
            if key in params:
                params[key] = self.names.get(str(params[key]), params[key]) or "?"
        if one.kind == "identity":
            params["accounts"] = ", ".join(dict.fromkeys(self.beside.get(m.voucher, ()))) or "-"
        elif one.kind == "unknown":
            near = difflib.get_close_matches(m.loan, [loan.id for loan in self.fund.loans], n=1, cutoff=0) or ["-"]
            params["nearest"] = near[0]
        elif one.kind in {"participant", "unowed"} and not self.persons:
            params.setdefault("case", "unit")
        return KINDS[one.kind](file=m.file, line=m.line, unit=self.book_slug, **params)

    def _units(self) -> Iterator[Problem]:
        """Participants that are units: known, members on the day, with books in the cycle's currency."""
        told: set[tuple[str, type[Problem]]] = set()
        for m in self.fund.movements:
            if m.part not in OWN or not m.participant:
                continue
            problem = self._unit(m)
            if problem is not None and (m.participant, type(problem)) not in told:
                told.add((m.participant, type(problem)))
                yield problem

    def _unit(self, m: Movement) -> Problem | None:
        where: dict[str, Any] = {"file": m.file, "unit": self.book_slug, "date": m.date}
        where |= {"participant": m.participant, "cycle": self.name}
        unit = self.ws.units.get(m.participant)
        if unit is None or unit.slug == self.book_slug:
            if m.participant in self.ws.faulty:
                return None
            others = [slug for slug in self.ws.units if slug != self.book_slug]
            near = difflib.get_close_matches(m.participant, others, n=1, cutoff=0) or ["-"]
            return LoanUnitUnknown(line=m.line, nearest=near[0], **where)
        if not unit.combine or not unit.in_scope(m.date):
            return LoanUnitScope(line=m.line, **where)
        if unit.currency != self.terms.currency:
            return LoanUnitCurrencies(line=m.line, own=unit.currency, currency=self.terms.currency, **where)
        return None


def cycles_of(books: Books, policy: Policy) -> dict[str, Cycle]:
    """The cycles of policy whose books are loaded and without errors, by name.

    Books that keep no cycle aren't looked at.
    """
    by_book: dict[str, list[CycleEntry]] = defaultdict(list)
    for entry in policy.cycles:
        by_book[entry.book].append(entry)
    found: dict[str, Cycle] = {}
    for slug, entries in sorted(by_book.items()):
        book = books.units.get(slug)
        if book is not None and book.ok:
            found |= _of_book(books.workspace, book, entries)
    return found


def _of_book(ws: Workspace, book: UnitBook, entries: Sequence[CycleEntry]) -> dict[str, Cycle]:
    """A book's cycles; its entries are read once, as long as nothing changes."""
    try:
        chart = load_chart(book.unit.chart, book.unit.folder)
    except Problem:  # the book's own checks say so
        return {}

    def work() -> dict[str, Cycle]:
        reading = movements_of(book.entries(), book.unit, chart, entries, ws)
        return {entry.name: _cycle(ws, book, entry, reading, first=entry is entries[0]) for entry in entries}

    said = (tuple(entries), repr(ws.units), sorted(ws.faulty))
    same: tuple[object, Chart] = (book.summary, chart)
    return memo_of(ws.root).get(("cycles", book.unit.slug), work, same=same, equal=said)


def _cycle(ws: Workspace, book: UnitBook, entry: CycleEntry, reading: Reading, *, first: bool) -> Cycle:
    return Cycle(
        entry=entry,
        book_slug=book.unit.slug,
        persons=not book.unit.combine,
        fund=Fund(entry.terms, reading.movements[entry.name]),
        names=dict(reading.names[entry.name]),
        accounts=dict(reading.opened),
        last=reading.last,
        beside={number: list(accounts) for number, accounts in reading.beside[entry.name].items()},
        read_problems=tuple(reading.problems) if first else (),  # what belongs to no cycle is told once
        ws=ws,
        came=tuple(sorted(reading.came[entry.name].values(), key=lambda one: one.date)),
    )
