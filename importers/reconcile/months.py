"""The reconciliation of a bank account, month by month: what the bank had, what the books have, and a status."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from importers.bank.planner import opening_digest
from importers.reconcile.booked import AccountBook, BankBooks
from importers.reconcile.documents import Archived
from importers.reconcile.lines import Lines, compare, other_way
from importers.reconcile.model import FINDINGS, WRONG, Account, Month, Note
from importers.reconcile.series import Gap, Series, Stretch, series_of
from ledger.books import last_day, month_of

ZERO = Decimal(0)
ONE_DAY = dt.timedelta(days=1)


def reconcile_account(
    account: str,
    currency: str,
    sources: Sequence[str],
    statements: Sequence[Archived],
    books: BankBooks,
    *,
    unread: Collection[str],
    today: dt.date,
) -> Account:
    """Reconcile one account.

    Args:
        account: of the books.
        currency: of the account.
        sources: names of those that feed it.
        statements: of these sources.
        books: what the unit's book holds of its bank accounts.
        unread: documents that entries name and that can't be read.
        today: a month is over when its last day lies before it.
    """
    book = books.of(account, currency)
    ids = {row.id for row in book.rows if row.from_bank}
    series = series_of(statements, ids, books.asserted.get((account, currency), {}))
    openings = {f"bank-{opening_digest(found.table, found.statement)}" for found in statements}
    lines = Lines()
    compare(lines, series, book, books.lines, openings)
    other_way(lines, series, book, openings, unread)
    notes = _notes(series)
    marks = [row.date for row in book.rows] + [day.date for one in series for day in one.days]
    first = min((month_of(one.days[0].date) for one in series), default="9999-99")
    found = (_month(month, series, book, lines, notes.get(month, ()), openings, today) for month in _months(marks))
    months = tuple(replace(one, early=one.month < first and not one.unread) for one in found)
    files = tuple(dict.fromkeys(found.shown for one in series for found in one.statements))
    return Account(account, currency, tuple(sources), tuple(s.number for s in series), files, months)


def _months(days: Sequence[dt.date]) -> Iterator[str]:
    """Every month from the first day to the last."""
    if days:
        day, last = min(days).replace(day=1), max(days)
        while day <= last:
            yield month_of(day)
            day = last_day(month_of(day)) + ONE_DAY


def _notes(series: Sequence[Series]) -> dict[str, list[Note]]:
    """What a person should know of the statements, by the month in which it shows."""
    found: dict[str, list[Note]] = defaultdict(list)
    for one in series:
        for gap in one.gaps:
            found[month_of(gap.first)].append(gap)
        for skipped in one.skipped:
            found[month_of(skipped.day)].append(skipped)
        for uncovered in one.uncovered:
            found[month_of(uncovered.first)].append(uncovered)
        for day in one.days:
            found[month_of(day.date)] += day.restated
    return found


def _month(
    month: str,
    series: Sequence[Series],
    book: AccountBook,
    lines: Lines,
    notes: Sequence[Note],
    openings: Collection[str],
    today: dt.date,
) -> Month:
    first, last = dt.date.fromisoformat(f"{month}-01"), last_day(month)
    bank = together([one.stretch(first, last) for one in series], [one.rest(first) for one in series])
    start, end = (bank.first, bank.last) if bank else (first, last)
    opened = sum((row.amount for row in book.between(start, end) if row.id in openings), ZERO)  # it stands before
    findings = sorted(lines.findings[month], key=lambda f: (list(FINDINGS).index(f.kind), f.date, f.where, f.file))
    found = Month(
        month=month,
        status="",
        bank=bank,
        opening=book.before(first),
        closing=book.before(last + ONE_DAY),
        before=book.before(start) + opened,
        at=book.before(end + ONE_DAY),
        told=lines.count[month],
        booked=lines.booked[month],
        findings=tuple(findings),
        notes=tuple(notes),
        running=last >= today,
    )
    return replace(found, status=_status(found))


def _status(month: Month) -> str:
    if month.bank is None:
        return "no_statement"
    if any(finding.kind in WRONG for finding in month.findings) or month.difference:
        return "differs"
    told = month.bank.whole and month.difference is not None
    gaps = any(isinstance(note, Gap) for note in month.notes)
    return "reconciled" if told and not gaps and not month.unread else "incomplete"


def together(stretches: Sequence[Stretch | None], rests: Sequence[Decimal | None]) -> Stretch | None:
    """What the statements of several bank accounts tell together.

    Args:
        stretches: of each; None = its statements tell nothing of the days.
        rests: what stands on each before its first statement, or after its last; None = unknown.

    Returns:
        The days that all of them tell, their balances added; None where none of them tells anything.
    """
    told = [s for s in stretches if s is not None]
    if not told:
        return None
    first, last = max(s.first for s in told), min(s.last for s in told)
    silent = [rest for s, rest in zip(stretches, rests, strict=True) if s is None]
    idle = not any(rest is None or rest for rest in silent)  # an account that wasn't opened yet, or is closed
    same = all((s.first, s.last) == (first, last) for s in told)
    if len(told) > 1 and not same:  # balances of different days can't be added
        return Stretch(first, max(first, last), None, None, whole=False)
    return Stretch(
        first,
        last,
        _sum([s.opening for s in told]) if idle else None,
        _sum([s.closing for s in told]) if idle else None,
        idle and all(s.whole for s in told),
    )


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Their sum; None where one is unknown."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None
