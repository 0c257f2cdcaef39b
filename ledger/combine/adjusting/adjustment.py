"""An adjustment of the finance head as a value: whose it is, what it moves, who stands behind it (SPEC 10).

Amounts are in the reporting currency, debit positive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from ledger.combine.model import ZERO, Place
from ledger.errors import Problem

#: Whose a posting is: a unit's slug, a level's path, or nobody's but the federation's.
Owner: TypeAlias = "str | tuple[str, ...] | None"


@dataclass(frozen=True, slots=True)
class AdjustedPosting:
    """One posting: `amount` in the reporting currency, debit positive; `source` is its place, `units/…:7`."""

    place: Place
    amount: Decimal
    owner: Owner
    partner: str | None
    ic: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One adjustment as it was written.

    Attributes:
        file: path below the workspace; `line`: of its first line.
        reverses: the day on which it is taken back; None = it stays.
        links: those of dealings between units.
    """

    file: str
    line: int
    date: dt.date
    text: str
    author: str
    reason: str
    decision: str | None
    approver: str | None
    reverses: dt.date | None
    links: tuple[str, ...]
    document: str | None
    postings: tuple[AdjustedPosting, ...]

    @property
    def where(self) -> str:
        """Its place, `units/adjustments/2026-12-levy.beancount:1`: what it is called in figures and lists."""
        return f"{self.file}:{self.line}"

    @property
    def amount(self) -> Decimal:
        """What it moves: Σ of its debits."""
        return sum((p.amount for p in self.postings if p.amount > 0), ZERO)

    def as_json(self, money: Callable[[Decimal], str] = str) -> dict[str, Any]:
        """The object of `sambok combine --json`; `money` writes the amount."""
        return {
            "file": self.file,
            "line": self.line,
            "date": self.date.isoformat(),
            "author": self.author,
            "reason": self.reason,
            "decision": self.decision,
            "approver": self.approver,
            "reverses": self.reverses.isoformat() if self.reverses else None,
            "amount": money(self.amount),
        }


@dataclass(frozen=True)
class Adjustments:
    """All of a workspace's, in the order of their dates and places, and what is wrong.

    `dated` has the day of each problem's adjustment: a run that ends before it isn't touched by it.
    """

    entries: tuple[Adjustment, ...] = ()
    problems: tuple[Problem, ...] = ()
    dated: tuple[tuple[dt.date, Problem], ...] = ()
