"""The list of all loan cycles: one figure a cycle, nobody's name (SPEC 8, 10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.books import Books
from ledger.errors import Problem
from ledger.loans import cycles_of
from ledger.policy import Policy
from ledger.reports.loans import HAS
from ledger.rules.loans.fund import State
from ledger.rules.rounding import in_units

ZERO = Decimal(0)


@dataclass(frozen=True)
class Listed:
    """A cycle in the list of all: one figure a cycle, nobody's name."""

    name: str
    book: str
    persons: bool
    currency: str
    begins: dt.date
    ends: dt.date | None
    participants: int
    state: State | None


def listed(books: Books, policy: Policy, day: dt.date) -> tuple[Listed, ...]:
    """All cycles of policy, by name; a cycle whose book has errors has no state."""
    cycles = cycles_of(books, policy)
    found = []
    for entry in sorted(policy.cycles, key=lambda e: e.name):
        cycle, book = cycles.get(entry.name), books.units.get(entry.book)
        unit = books.workspace.units.get(entry.book)
        sound = cycle is not None and book is not None and book.ok
        begun = entry.terms.begins <= day
        fund = cycle.with_provisional(day) if cycle is not None and sound and begun else None
        found.append(
            Listed(
                entry.name,
                entry.book,
                cycle.persons if cycle else unit is None or not unit.combine,
                entry.terms.currency,
                entry.terms.begins,
                entry.terms.ends,
                len(fund.participants) if fund else 0,
                fund.state(day) if fund else None,
            )
        )
    return tuple(found)


def list_json(found: Sequence[Listed], day: dt.date, problems: Iterable[Problem]) -> dict[str, Any]:
    """The answer of `sambok loans list --json`: no names of participants (SPEC 10)."""

    def money(amount: Decimal, one: Listed) -> str:
        return f"{in_units(amount, one.currency):f}"

    return {
        "schema": 1,
        "date": day.isoformat(),
        "cycles": [
            {
                "cycle": one.name,
                "book": one.book,
                "persons": one.persons,
                "currency": one.currency,
                "begins": one.begins.isoformat(),
                "ends": one.ends.isoformat() if one.ends else None,
                "participants": one.participants,
                "fund": money(sum((getattr(one.state, part) for part in HAS), ZERO), one) if one.state else None,
            }
            for one in found
        ],
        "errors": [problem.as_json() for problem in problems],
    }
