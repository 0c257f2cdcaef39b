"""One thing that waits for a person, and what the list of them needs to know of others' findings (issue: To do)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from ledger.errors import Problem
from ledger.messages import N_

#: Kinds of task, in the order in which they should be taken, and their headings.
KINDS: dict[str, str] = {
    "error": N_("Wrong in the books"),
    "inbox": N_("Files to import"),
    "suspense": N_("Lines without an account"),
    "confirm": N_("Entries to confirm"),
    "unmatched": N_("Dealings between units that differ"),
    "restated": N_("Locked figures that have changed"),
    "overdue": N_("Loans that are overdue"),
    "fund": N_("The federation's own funds"),
    "unreconciled": N_("Accounts to reconcile"),
    "close": N_("Months to finish"),
}


@dataclass(frozen=True)
class Task:
    """One thing for one person.

    Attributes:
        kind: a key of `KINDS`.
        unit: whose it is; None = the federation's.
        text: what waits, in the language in use.
        where: `file:line`, relative to the workspace, or nothing.
        command: what to type, or nothing.
        page: path in the web view, or nothing.
        date: the day it is about, where it has one.
        amount: what it is about, where it is money, with its currency.
        dealing: which dealing between units it is, from 1; each of its units has it on its list, but it is one.
    """

    kind: str
    unit: str | None
    text: str
    where: str = ""
    command: str = ""
    page: str = ""
    date: dt.date | None = None
    amount: tuple[Decimal, str] | None = None
    dealing: int = 0

    def as_json(self) -> dict[str, Any]:
        """The object of `sambok todo --json`."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "text": self.text,
            "where": self.where,
            "command": self.command,
            "page": self.page,
            "date": self.date.isoformat() if self.date else None,
            "amount": str(self.amount[0]) if self.amount else None,
            "currency": self.amount[1] if self.amount else None,
        }


class Unmatched(Protocol):
    """What this list needs to know of an unmatched dealing."""

    @property
    def code(self) -> str: ...  # noqa: D102  named by SPEC 10
    @property
    def units(self) -> Sequence[str]: ...  # noqa: D102  slugs
    @property
    def amount(self) -> Decimal: ...  # noqa: D102  the difference
    @property
    def currency(self) -> str: ...  # noqa: D102  its currency
    @property
    def sources(self) -> Sequence[str]: ...  # noqa: D102  file:line of each side
    @property
    def remedy(self) -> str: ...  # noqa: D102  in plain words


class LockedRun(Protocol):
    """What this list needs to know of a locked run."""

    @property
    def name(self) -> str: ...  # noqa: D102  as it was locked
    @property
    def status(self) -> str: ...  # noqa: D102  `RESTATED`, `DAMAGED` or another
    @property
    def date_to(self) -> dt.date | None: ...  # noqa: D102  end of its period
    @property
    def changed(self) -> Sequence[tuple[str, str]]: ...  # noqa: D102  what became of which file
    @property
    def differences(self) -> Sequence[object]: ...  # noqa: D102  of the trial balance
    @property
    def late(self) -> Sequence[Problem]: ...  # noqa: D102  vouchers that came since
    @property
    def problems(self) -> Sequence[Problem]: ...  # noqa: D102  why it is damaged


class OpenMonth(Protocol):
    """What this list needs to know of a unit's first month that is over and not closed."""

    @property
    def unit(self) -> str: ...  # noqa: D102  slug
    @property
    def period(self) -> str: ...  # noqa: D102  the month
    @property
    def state(self) -> str: ...  # noqa: D102  `ready`, `waits` or `not_ready`
    @property
    def own(self) -> Sequence[Problem]: ...  # noqa: D102  what keeps it open
    @property
    def waits_for(self) -> Sequence[str]: ...  # noqa: D102  units that come first
    @property
    def close(self) -> str: ...  # noqa: D102  the command that closes it, if it is ready
