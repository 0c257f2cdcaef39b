"""Rotating loan funds as payments are placed against them: what policy agreed on, what the fund's book has by now.

A fund is read from its own book: the one that is being fed, with what was placed in it just now, or another unit's as
it stands. What its book's charges will be by a day counts as owed on that day, booked or not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from beancount.core import data

from importers.book import BookView
from importers.recognise.fund_sides import Side
from importers.recognise.payers import Payers
from ledger.books import Unit, load_books
from ledger.charts import Chart, load_chart
from ledger.errors import Problem
from ledger.loans import Reading, movements_of
from ledger.policy import CycleEntry, read_policy
from ledger.rules.loans.charges import if_settled
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.loan import Loan
from ledger.rules.loans.movements import Movement, Part
from ledger.rules.loans.terms import Terms

ZERO = Decimal(0)
#: Vouchers that are placed just now count from here on: no book has so many.
PLACED = 10_000_000
#: An application for a loan, in the applicant's book or the fund's.
APPLICATION = "loan-application"


@dataclass(frozen=True)
class Owed:
    """What is owed on a loan on a day, before a payment.

    Attributes:
        principal: what is left of it.
        charge: what has accrued and isn't paid.
        leaving: what is charged besides if all of it is paid back on this day.
    """

    principal: Decimal
    charge: Decimal
    leaving: Decimal

    @property
    def total(self) -> Decimal:
        """What pays it off."""
        return self.principal + self.charge + self.leaving


@dataclass(frozen=True)
class Application:
    """What somebody asked for.

    Attributes:
        participant: the person, or the unit's slug.
        until: the last day on which it counts.
        term: periods; None where it says none.
    """

    participant: str
    amount: Decimal
    date: dt.date
    until: dt.date
    term: int | None


class FundBook:
    """One cycle, and what its book says of it now.

    Args:
        entry: as policy has it.
        unit: whose book keeps it.
        chart: the unit's.
        entries: the book's.
        reading: what they say of the cycles of this book.
    """

    def __init__(
        self, entry: CycleEntry, unit: Unit, chart: Chart, entries: Iterable[data.Directive], reading: Reading
    ) -> None:
        self.entry = entry
        self.unit = unit
        self.chart = chart
        self.reading = reading
        self.persons = not unit.combine
        self.movements: list[Movement] = list(reading.movements[entry.name])
        self.opens = {e.account: e for e in entries if isinstance(e, data.Open)}
        self._fund: Fund | None = None
        self._placed = 0

    @property
    def terms(self) -> Terms:
        """What was agreed on."""
        return self.entry.terms

    @property
    def fund(self) -> Fund:
        """With everything that was placed by now."""
        if self._fund is None:
            self._fund = Fund(self.terms, self.movements)
        return self._fund

    def add(self, day: dt.date, rows: Iterable[tuple[Part, Decimal, str, str, int | None]]) -> None:
        """Take in a voucher that was placed just now: part, amount (debit positive), participant, loan, term."""
        self._placed += 1
        self.movements += [
            Movement(
                date=day, part=part, amount=amount, voucher=PLACED + self._placed, participant=who, loan=loan, term=term
            )
            for part, amount, who, loan, term in rows
        ]
        self._fund = None

    def owed(self, loan: Loan, day: dt.date) -> Owed:
        """What is owed on a loan on a day; what was paid later, and is booked already, isn't owed any more."""
        fund = self.fund.with_accrued(day)
        now = next(one for one in fund.loans if one.id == loan.id)
        whole = if_settled(
            self.terms,
            given=now.given,
            principal=now.principal,
            term=now.term,
            changes=now.changes,
            day=day,
            meetings=fund.meetings,
            paid=now.charges_paid if self.terms.method == "roll-over" else None,
        )
        earned = sum((amount for _, amount in self.fund.earned(loan, day)), ZERO)
        leaving = sum((accrual.amount for accrual in whole), ZERO) - earned
        return Owed(
            max(min(now.outstanding(day), now.outstanding()), ZERO),
            max(min(now.charges_owed(day), now.charges_owed()), ZERO),
            max(leaving, ZERO),
        )

    def unpaid(self, part: Part, participant: str, day: dt.date) -> Decimal:
        """What a participant owes or is owed of a part on a day, and still: positive."""
        rows = [(m.date, m.amount) for m in self.movements if m.part == part and m.participant == participant]
        sign = -1 if part == "unpaid_share_out" else 1
        now, later = sum((a for d, a in rows if d <= day), ZERO), sum((a for _, a in rows), ZERO)
        return max(min(sign * now, sign * later), ZERO) or ZERO

    @cached_property
    def participants(self) -> dict[str, str]:
        """Everybody who takes part, as accounts and movements name them; how the name is written."""
        names = {who: who for _, who in self.reading.opened}
        return names | {who: who for who in self.fund.participants if who} | self.reading.names[self.entry.name]

    @cached_property
    def payers(self) -> Payers:
        """Who pays how."""
        of_account = {account: who for (_, who), account in self.reading.opened.items()}
        for account, opened in self.opens.items():
            named = str((opened.meta or {}).get("participant", ""))
            if named and account not in of_account:
                known = {name.casefold(): name for name in self.participants}
                of_account[account] = known.get(named.casefold(), named)
        return Payers(self.participants, self.opens, of_account)


class Funds:
    """The loan cycles that concern one book, read when a payment names one.

    Args:
        view: the book; without its workspace there are none.
    """

    def __init__(self, view: BookView) -> None:
        self.view = view
        self._books: dict[str, FundBook | None] = {}

    @cached_property
    def cycles(self) -> dict[str, CycleEntry]:
        """By name; none where policy can't be read: that is told elsewhere."""
        ws = self.view.ws
        if ws is None:
            return {}
        central = load_books(ws, []).central_text
        if any(p.file == ws.shown(ws.policy_file) for p in central.problems):
            return {}
        mine = self.view.unit
        found = read_policy(central, ws).cycles
        return {
            one.name: one
            for one in found
            if one.book == mine.slug or (mine.combine and one.book in ws.units and ws.units[one.book].combine)
        }

    def book(self, name: str) -> FundBook | None:
        """A cycle's fund; None where its book can't be read."""
        if name not in self._books:
            entry = self.cycles[name]
            if entry.book == self.view.unit.slug:
                self._read(entry.book, self.view.unit, self.view.chart, self.view.entries)
            else:
                self._others(entry.book)
            self._books.setdefault(name, None)  # it can't be read
        return self._books[name]

    def _others(self, slug: str) -> None:
        """The funds of another unit's book."""
        assert self.view.ws is not None
        unit = self.view.ws.units[slug]
        try:
            chart = load_chart(unit.chart, unit.folder)
        except Problem:
            return
        entries = list(self._entries_of(slug))
        if entries:
            self._read(slug, unit, chart, entries)

    def _read(self, slug: str, unit: Unit, chart: Chart, entries: Iterable[data.Directive]) -> None:
        assert self.view.ws is not None
        held = list(entries)
        mine = [entry for entry in self.cycles.values() if entry.book == slug]
        reading = movements_of(held, unit, chart, mine, self.view.ws)
        self._books |= {entry.name: FundBook(entry, unit, chart, held, reading) for entry in mine}

    def side(self, slug: str, cycle: str, partner: str, *, own: bool, unit: str) -> Side | None:
        """What another unit's book says of its dealings in a cycle; None where it can't be read.

        Args:
            slug: whose book.
            cycle: its name.
            partner: this book's unit.
            own: the other book is the fund's.
            unit: the participant.
        """
        assert self.view.ws is not None
        unit_of = self.view.ws.units[slug]
        entries = list(self._entries_of(slug))
        try:
            chart = load_chart(unit_of.chart, unit_of.folder)
        except Problem:
            return None
        return Side(chart, entries, cycle, partner, own=own, unit=unit) if entries else None

    def asked(self, entry: CycleEntry, who: str, day: dt.date) -> list[Application]:
        """What a participant has applied for, by a day, and no loan has answered: the oldest first."""
        book = self.book(entry.name)
        if book is None:
            return []
        entries: Iterable[data.Directive] = self.view.entries
        if not book.persons and who != self.view.unit.slug:
            entries = self._entries_of(who)
        given = [loan.given for loan in book.fund.loans_of(who)]
        found = applications_of(entries, entry, "" if book.persons else who)
        mine = [a for a in found if a.participant.casefold() == who.casefold() and a.date <= day <= a.until]
        return [a for a in sorted(mine, key=lambda a: a.date) if not any(a.date <= d <= day for d in given)]

    def _entries_of(self, slug: str) -> Iterable[data.Directive]:
        """Another unit's book; nothing where it can't be read."""
        ws = self.view.ws
        if ws is None or slug not in ws.units:
            return []
        try:
            loaded = load_books(ws, [slug]).units[slug]
        except Problem:
            return []
        return loaded.entries() if loaded.ok else []


def applications_of(entries: Iterable[data.Directive], cycle: CycleEntry, slug: str) -> list[Application]:
    """The applications of a book.

    Args:
        entries: the book's.
        cycle: for loans of which.
        slug: of the unit whose book it is, where units apply; persons are named by each application.
    """
    found = []
    for entry in entries:
        if not isinstance(entry, data.Custom) or entry.type != APPLICATION or len(entry.values) < 2:
            continue
        name, asked = entry.values[0].value, entry.values[1].value
        if name != cycle.name or getattr(asked, "currency", "") != cycle.terms.currency:
            continue
        meta: Mapping[str, Any] = entry.meta or {}
        months, until = meta.get("months"), meta.get("until")
        whole = isinstance(months, Decimal) and months == int(months) and months > 0
        found.append(
            Application(
                participant=slug or str(meta.get("participant") or ""),
                amount=asked.number,
                date=entry.date,
                until=until if isinstance(until, dt.date) else dt.date.max,
                term=int(months) if whole and months is not None else None,
            )
        )
    return found
