"""Locked runs: combined figures that can be proved later (SPEC 10).

A lock holds the figures of a period with the digest of every file that they were made of. It protects no book (that is
the close): it proves. What changes afterwards in a file that counted is told as a restatement, with what was locked and
what is so now, down to the account and month of the unit; never silently.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from ledger.books import Books
from ledger.combine.codes import SETTLED
from ledger.combine.combined import Combined
from ledger.combine.runs.compare import run_states
from ledger.combine.runs.inputs import Facts, rates_digest, reach
from ledger.combine.runs.manifest import Lock, manifest_of
from ledger.combine.runs.period import check_period, ends_after
from ledger.combine.runs.problems import RunBlocked, RunIncomplete, RunMoved, RunName
from ledger.combine.runs.state import RunState
from ledger.combine.runs.store import is_name, write_lock
from ledger.combine.runs.text import VOUCHER_HEAD, VOUCHERS, money, table, texts_of

__all__ = ["Locked", "RunState", "blockers", "check_name", "lock_run", "run_states"]


@dataclass(frozen=True)
class Locked:
    """A lock.

    Attributes:
        lock: as it lies there.
        new: False where one of that name that says the same was there already.
        last: day of the last voucher, where the period ends later.
    """

    lock: Lock
    new: bool
    last: dt.date | None = None


def check_name(name: str) -> None:
    """Refuse a name that can't be a lock's.

    Raises:
        RunName: it can't.
    """
    if not is_name(name):
        raise RunName(name=name)


def blockers(combined: Combined) -> list[RunBlocked]:
    """What keeps figures from being locked: each difference inside one legal person, with its remedy."""
    found = []
    for item in combined.unmatched:
        if not item.internal or item.code in SETTLED:
            continue
        file, _, line = next(iter(item.sources), "").rpartition(":")
        found.append(
            RunBlocked(
                file=file or None,
                line=int(line) if line.isdigit() else None,
                units=" – ".join(item.units),
                amount=Decimal(money(item.amount, item.currency)),
                currency=item.currency,
                key=item.key,
                found=item.code,
                what=item.remedy,
            )
        )
    return found


def lock_run(books: Books, combined: Combined, name: str, *, complete: bool, today: dt.date | None = None) -> Locked:
    """Lock combined figures under a name.

    Args:
        books: the books that they were made of.
        combined: the figures, in the reporting currency.
        name: of the lock: a-z, 0-9 and single hyphens.
        complete: whether nothing is missing from them (the policy's errors count, too).
        today: a period that isn't over on this day isn't locked before something is booked in its last month.

    Returns:
        The lock; `new` is False where one that says the same was there already.

    Raises:
        RunName: the name can't be a folder's.
        RunIncomplete: books have errors.
        RunPeriod: no unit counts in the period, none has booked anything in it, or it isn't over.
        RunBlocked: something inside one legal person doesn't match (the first; `blockers` has all).
        RunMoved: a file was changed since the books were loaded.
        RunTaken: a lock of that name says something else.
        RunDamaged: the lock of that name isn't what was locked.
        RunUnreadable: it can't be read.
        BooksBusy: another command is locking.
        OSError: the machine refused; nothing was locked.
    """
    check_name(name)
    if not (complete and combined.complete):
        raise RunIncomplete
    for problem in blockers(combined):
        raise problem
    assert combined.currency == books.workspace.currency
    if books.fingerprint is None:  # somebody wrote between the look at the files and their reading
        raise RunMoved
    facts = Facts(books)
    inputs = facts.inputs(combined.date_to)
    files = texts_of(books, combined)
    check_period(books, combined, today, booked=files[VOUCHERS] != table(VOUCHER_HEAD, ()))
    rates, reached = rates_digest(books, combined.date_to), reach(books, combined.date_to)
    said = manifest_of(name, combined, files, inputs, rates=rates, reached=reached)
    lock, new = write_lock(books.workspace, said, files)
    facts.keep()
    return Locked(lock, new, ends_after(books, combined))
