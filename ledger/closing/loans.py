"""What a unit has to do with a rotating loan fund, booked in both books at once (SPEC 3, 8).

Shares, loans, repayments, fines, the share-out: none of them may stand in one book alone, or the combined statements
would show what no one owns. So both sides are written in one job, numbered in the series R of each book, and once
(`ledger.closing.two_books`). A cycle has one currency, and so have all its books.

What the entries say is `ledger.loans.dealings`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ledger.books import Unit, Workspace
from ledger.closing.problems_loans import LoanAccountDates, LoanUnitCurrency
from ledger.closing.two_books import Booked, Booking, Event, Make, book_both
from ledger.rules.vouchers import LOANS

__all__ = ["Booked", "Event", "Make", "book_events"]


def book_events(
    ws: Workspace,
    book: Unit,
    events: Sequence[Event],
    *,
    currency: str,
    cycle: str,
    by: str,
    today: dt.date,
    since: dt.date = dt.date.max,
    dry_run: bool = False,
) -> Booked:
    """Book events between a fund and units, all of them or none.

    Args:
        ws: the workspace.
        book: the unit whose book keeps the cycle.
        events: in order; of one unit or several.
        currency: of the cycle.
        cycle: its name.
        by: who does it.
        today: the day of registration.
        since: the cycle's first day: what the books lack of accounts is opened then, as charges that have accrued, and
            that nobody has booked yet, are older than what settles them.
        dry_run: nothing is written.

    Raises:
        LoanUnitCurrency: a book is kept in another currency than the cycle.
        MonthClosed: the month is closed in one of the books.
        Problem: a book has errors, or would have (the first of them); nothing was written.
        OSError: the machine refused; nothing was written, or the next command completes it.
    """
    units = {one.slug: one for one in (book, *(event.unit for event in events))}
    for unit in units.values():
        if unit.currency != currency:
            raise LoanUnitCurrency(
                file=ws.shown(unit.folder / "unit.toml"),
                unit=unit.slug,
                cycle=cycle,
                currency=currency,
                slug=unit.slug,
                own=unit.currency,
            )
    how = Booking(
        series=LOANS,
        action="loan",
        details={"cycle": cycle},
        dates=LoanAccountDates,
        by=by,
        today=today,
        since=since,
        dry_run=dry_run,
    )
    return book_both(ws, book, events, how)
