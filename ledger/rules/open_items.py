"""Open items and their age (subledger accounting): what of an invoice is still to be paid on a day.

Movements of one key (an invoice and what was paid on it) are one item; what they sum to is open. Movements without a
key belong to their counterparty's account: its payments are set off against its oldest claims first. Σ open items of
an account is its balance, always: nothing is left out, and what was paid too much stands as an item with its sign.

An item is as old as the days since it fell due: not due, 1-30, 31-60, 61-90, more than 90 days. One without a due date
counts from its first day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

#: Buckets by the last day late that they hold; the last one has no end.
BUCKETS: tuple[tuple[str, int | None], ...] = (
    ("not_due", 0),
    ("1-30", 30),
    ("31-60", 60),
    ("61-90", 90),
    ("over_90", None),
)


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting to a claim, debt or clearing account.

    Attributes:
        account: of the books.
        kind: `receivable`, `payable` or `clearing`.
        amount: debit is positive, in `currency`.
        key: what settles together: a link; empty where there is none.
        counterparty: who owes or is owed, as the books name them; folded for comparison.
        partner: the unit's slug where the counterparty is a unit.
        due: when it is to be paid.
        number: the invoice's number.
        references: what a payer may quote: OCR number, invoice number.
        where: `file:line` of the posting's transaction.
    """

    account: str
    kind: str
    date: dt.date
    amount: Decimal
    currency: str
    key: str = ""
    counterparty: str = ""
    partner: str = ""
    due: dt.date | None = None
    number: str = ""
    references: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is open of one key, or of one movement of a counterparty's account.

    Attributes:
        amount: as first booked; `open`: what is left; both debit positive.
        movements: everything that happened on it, by date.
    """

    account: str
    kind: str
    currency: str
    key: str
    counterparty: str
    partner: str
    number: str
    references: tuple[str, ...]
    date: dt.date
    due: dt.date | None
    amount: Decimal
    open: Decimal
    movements: tuple[Movement, ...]

    def days_late(self, day: dt.date) -> int:
        """Days since it fell due; 0 where it isn't due yet."""
        return max(0, (day - (self.due or self.date)).days)

    def bucket(self, day: dt.date) -> str:
        """Its age on a day: a name of `BUCKETS`."""
        late = self.days_late(day)
        return next(name for name, last in BUCKETS if last is None or late <= last)


def open_items(movements: Iterable[Movement], until: dt.date | None = None) -> tuple[OpenItem, ...]:
    """What is open at the end of a day.

    Args:
        movements: of one book, in any order.
        until: the last day that counts; None = everything.

    Returns:
        Items that aren't zero, by account, currency, due date, first date, key. Σ per account and currency = balance.
    """
    raise NotImplementedError


def ageing(items: Iterable[OpenItem], day: dt.date) -> Mapping[str, Decimal]:
    """Σ open by bucket, all of one currency."""
    totals = {name: Decimal(0) for name, _ in BUCKETS}
    for item in items:
        totals[item.bucket(day)] += item.open
    return totals
