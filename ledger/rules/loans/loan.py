"""A loan of a cycle: what was lent, what came back, what was charged (SPEC 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.rules.loans.schedules import Instalment

Dated = list[tuple[dt.date, Decimal]]
ZERO = Decimal(0)


def until(rows: Iterable[tuple[dt.date, Decimal]], day: dt.date) -> Decimal:
    """Σ of what is dated `day` or earlier."""
    return sum((amount for date, amount in rows if date <= day), ZERO)


@dataclass(eq=False, kw_only=True)
class Loan:
    """A loan. Amounts are in the cycle's currency; lists are by date. Who reads it changes nothing in it.

    Attributes:
        id: `NK26-L01`. `participant`: who borrowed.
        given: the day. `principal`: what was lent. `term`: agreed periods. `due`: when they are over.
        schedule: what is to be paid when.
        file, line: where its voucher stands. `meeting`: at which it was given.
        rolls: id of the loan that it goes on with.
        repaid: principal paid back, set off or rolled over; one that was taken back is negative.
        written_off: principal that was given up.
        charges_booked: income that the book has of it. `charges_paid`, `charges_lost`: what became of the claim.
        rolled: the day on which another loan went on with it.
        set_off: principal that was set off against the borrower's shares, a share-out's or a leaver's.
    """

    id: str
    participant: str
    given: dt.date
    principal: Decimal
    term: int
    due: dt.date
    schedule: tuple[Instalment, ...] = ()
    file: str = ""
    line: int = 0
    meeting: str = ""
    rolls: str = ""
    repaid: Dated = field(default_factory=list)
    written_off: Dated = field(default_factory=list)
    charges_booked: Dated = field(default_factory=list)
    charges_paid: Dated = field(default_factory=list)
    charges_lost: Dated = field(default_factory=list)
    set_off: Dated = field(default_factory=list)
    rolled: dt.date | None = None

    @property
    def changes(self) -> Dated:
        """What principal went down by, for whatever reason, by date."""
        return sorted([*self.repaid, *self.written_off])

    @property
    def given_up(self) -> bool:
        """Whether what was left of it in the end was written off."""
        lost = self.outstanding() == 0 and bool(self.written_off)
        return lost and self.written_off[-1][0] == self.changes[-1][0]

    def outstanding(self, day: dt.date = dt.date.max) -> Decimal:
        """Principal that is left at the end of a day; nothing before it was given."""
        if day < self.given:
            return ZERO
        return self.principal - until(self.repaid, day) - until(self.written_off, day)

    def charges_owed(self, day: dt.date = dt.date.max) -> Decimal:
        """Charges booked and neither paid nor given up by a day; negative where they were paid in advance."""
        return until(self.charges_booked, day) - until(self.charges_paid, day) - until(self.charges_lost, day)

    def late_since(self, day: dt.date) -> dt.date | None:
        """The day on which the oldest principal that should have been paid back by `day`, and wasn't, was due."""
        if self.outstanding(day) <= 0:
            return None
        back = until(self.repaid, day) + until(self.written_off, day)
        should = ZERO
        for instalment in self.schedule:
            should += instalment.principal
            if instalment.due < day and should > back:
                return instalment.due
        return self.due if self.due < day else None

    def late_days(self, day: dt.date) -> int:
        """So many days late on `day`; 0 on the day on which it is due."""
        since = self.late_since(day)
        return 0 if since is None else (day - since).days
