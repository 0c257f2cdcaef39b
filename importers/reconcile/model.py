"""What a reconciliation says: findings line by line, and each account month by month.

A month is *reconciled* when statements tell all of its days, every line of them is booked once and as the bank has it,
and the books stand where the bank does at its end. It *differs* where a line is missing, changed, booked twice or in no
statement, or where the balances differ. It is *incomplete* where statements don't tell all of its days or their
balances, and has *no statement* where they tell none of them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from importers.reconcile.days import Restated
from importers.reconcile.series import Gap, Skipped, Stretch, Uncovered
from ledger.messages import N_

#: What can be wrong with a line, and its heading.
FINDINGS: dict[str, str] = {
    "missing": N_("In the statement, not in the books"),
    "extra": N_("In the books, in no statement"),
    "changed": N_("Booked otherwise than the bank has it"),
    "twice": N_("Booked more than once"),
    "unread": N_("From a statement that can't be read any more"),
    "by_hand": N_("In the books without a line of the bank: by hand, or from another file"),
}
#: Those that make a month differ. What was booked by hand shows in the balance.
WRONG = frozenset({"missing", "extra", "changed", "twice"})
STATUSES: dict[str, str] = {
    "reconciled": N_("reconciled"),
    "differs": N_("differs"),
    "incomplete": N_("statement incomplete"),
    "no_statement": N_("no statement"),
}

Note = Gap | Skipped | Uncovered | Restated


@dataclass(frozen=True, slots=True)
class Finding:
    """A line that isn't the same on both sides.

    Attributes:
        kind: a key of `FINDINGS`.
        date, amount: the bank's where it has the line, else the books'.
        text: counterparty and text.
        file: the statement's file and line, where it has the line.
        where: the place in the books, where they have it.
        booked: date and amount in the books, where they differ; None: it is posted to another account.
        perhaps: where a line stands that may be the same, booked by hand.
    """

    kind: str
    date: dt.date
    amount: Decimal
    text: str
    file: str = ""
    where: str = ""
    booked: tuple[dt.date, Decimal] | None = None
    perhaps: str = ""


@dataclass(frozen=True)
class Month:
    """One account, one month.

    Attributes:
        status: a key of `STATUSES`.
        bank: what the statements tell, all bank accounts that feed this one together; None = nothing.
        opening, closing: the books' balances before the month and at its end.
        at: the books' balance at the end of the last day that the statements tell.
        before: the books' balance before the first such day.
        told, booked: how many lines the statements have, and how many of the bank's lines the books have.
        findings: by kind and date.
        notes: gaps and such, by date.
        running: it wasn't over on the day of the report.
        early: it lies before the first statement of the account: nobody can reconcile it.
    """

    month: str
    status: str
    bank: Stretch | None
    opening: Decimal
    closing: Decimal
    before: Decimal
    at: Decimal
    told: int
    booked: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    running: bool = False
    early: bool = False

    @property
    def difference(self) -> Decimal | None:
        """What the books have more than the bank (negative: less); None where the bank's balance isn't known."""
        return None if self.bank is None or self.bank.closing is None else self.at - self.bank.closing

    @property
    def earlier(self) -> Decimal | None:
        """By how much books and bank differed before the month."""
        return None if self.bank is None or self.bank.opening is None else self.before - self.bank.opening

    @property
    def unread(self) -> bool:
        """Whether a statement of it can't be read any more."""
        return any(finding.kind == "unread" for finding in self.findings)

    @property
    def needs_person(self) -> bool:
        """Whether somebody should look at it: a running month's statement may still come."""
        return self.status == "differs" or (self.status != "reconciled" and not (self.running or self.early))


@dataclass(frozen=True)
class Account:
    """The reconciliation of one account of the books.

    Attributes:
        sources: names of the sources that feed it.
        numbers: the bank accounts that they are of.
        files: the statements' files, as users know them.
    """

    account: str
    currency: str
    sources: tuple[str, ...]
    numbers: tuple[str, ...]
    files: tuple[str, ...]
    months: tuple[Month, ...]
