"""Whether statements follow on each other: the bank's lines leave no gap, nor do the numbers of its statements.

A statement begins with the balance with which the one before it ended. Where it doesn't, lines between them were never
imported; a person must fetch them, and the import goes on. Books that differ from the bank since long ago (an opening
balance that was never booked) leave no gap between statements: then the closing balance says by how much they differ.

A bank that numbers its statements shows a missing one even where it moves nothing in sum. The number of each imported
statement stands on the balance that it closes with; where a bank begins anew with the year, the lower number follows on
none.

A list whose heading names a period, and that may have been cut off, must join the books where it begins: else it may
lack lines of that period, and is refused. Books that never had the account can't tell: there the list comes in, its
opening balance counts from its first line on and waits for a person, and a remark says what may be missing.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal

from importers.bank.compare import Comparison
from importers.bank.model import BankStatement
from importers.bank.problems import BankGap, BankSequence
from importers.bank.problems_chain import BankListBegins
from ledger.errors import Problem
from ledger.messages import N_, say

#: Metadata of a closing balance: the number of the statement that gives it, in the bank's series.
STATEMENT = "statement"
ONE_DAY = dt.timedelta(days=1)


def first_of(statement: BankStatement) -> dt.date | None:
    """The day on which a statement's opening balance counts."""
    days = [line.date for line in statement.lines[:1]] or [d for d in (statement.last_day,) if d]
    return min([*days, *(d for d in (statement.first_day,) if d)], default=None)


def last_of(statement: BankStatement) -> dt.date | None:
    """The day at whose end its closing balance counts."""
    days = [line.date for line in statement.lines[-1:]]
    return max([*days, *(d for d in (statement.last_day,) if d)], default=None)


def begins_late(statement: BankStatement) -> bool:
    """Whether a list of a period may lack lines of it before its first one."""
    day, lines = statement.first_day, statement.lines
    return not statement.begun and day is not None and bool(lines) and day < lines[0].date


def check_begins(found: Comparison, statements: Sequence[BankStatement], file: str) -> None:
    """Refuse a list that may have been cut off, and doesn't begin with what the books hold.

    Raises:
        BankListBegins: its first line isn't of the first day of its period, and its balance isn't that of the books.
    """
    if not found.book.log.rows:
        return
    for statement in filter(begins_late, statements):
        first = statement.lines[0]
        if statement.opening is not None and statement.opening not in found.balances(first.date):
            raise BankListBegins(
                file=file,
                line=first.line,
                unit=found.book.view.unit.slug,
                account=found.book.account,
                since=statement.first_day,
                first=first.date,
                opening=statement.opening,
                currency=statement.currency,
                books=found.starts(first.date)[0],
            )


def gaps(found: Comparison, statements: Sequence[BankStatement], file: str) -> list[tuple[dt.date, Decimal, Problem]]:
    """What is missing before the statements of a file.

    Args:
        found: the file compared with the book.
        statements: of one account, in their order.
        file: its name in problems.

    Returns:
        The day before which something is missing, Σ of what is missing, and the note that says so. A statement whose
        number alone doesn't follow misses 0.
    """
    skipped = _skipped(found, statements)
    told: list[tuple[dt.date, Decimal, Problem]] = []
    for before, statement, number in zip([None, *statements], statements, skipped, strict=False):
        day = first_of(statement)
        if day is None:
            continue
        chained = before is not None and before.closing is not None and before.closing == statement.opening
        gap = None if chained else _gap(found, before, statement, day, number, file)
        if gap is not None:
            told.append((day, *gap))
        elif number is not None:
            note = BankSequence(
                file=file,
                line=statement.line,
                unit=found.book.view.unit.slug,
                account=found.book.account,
                number=statement.sequence,
                before=number,
                first=day,
            )
            told.append((day, Decimal(0), note))
    return told


def _gap(
    found: Comparison,
    before: BankStatement | None,
    statement: BankStatement,
    day: dt.date,
    number: int | None,
    file: str,
) -> tuple[Decimal, Problem] | None:
    """What is missing before a statement, if anything is: since the one before it in the file, or in the book."""
    if statement.opening is None:
        return None
    starts = found.starts(day)
    standing = found.stands.get(day)
    lines = found.book.booked(day)
    booked = sum((amount for _, amount in lines), Decimal(0))
    ends = [start + booked for start in starts] if not statement.lines else []
    last = day if lines else found.last_day(day)
    if last is None or statement.opening in [*starts, *ends]:
        return None
    if standing and standing.start is not None and (standing.start in starts or not standing.new):
        return None  # it begins in the middle of the day, or on a known day after a gap that was told before
    passed = standing.passed if standing and standing.start is not None else Decimal(0)
    have = starts[-1] + passed
    ended = last_of(before) if before is not None else None
    if before is not None and before.closing is not None and ended is not None and ended < day:
        between = found.book.lines.before(day) - found.book.lines.before(ended + ONE_DAY)
        have = before.closing + between + passed
    if number is None:
        numbers = say(N_("The numbers of the statements don't tell how many."))
    else:
        text = N_("Statement {number} follows on statement {before}.")
        numbers = say(text, number=statement.sequence, before=number)
    note = BankGap(
        file=file,
        line=statement.line,
        unit=found.book.view.unit.slug,
        account=found.book.account,
        last=max(last, *(b.date - ONE_DAY for b in found.book.asserted if b.date <= day), dt.date.min),
        first=day,
        opening=statement.opening,
        currency=statement.currency,
        books=have,
        difference=statement.opening - have,
        numbers=numbers,
    )
    return statement.opening - have, note


def _skipped(found: Comparison, statements: Sequence[BankStatement]) -> list[int | None]:
    """For each statement whose number doesn't follow, the number that it follows on."""
    known = [(b.date, _sequence(b.meta.get(STATEMENT))) for b in found.book.asserted]
    series = sorted((day, number) for day, number in known if number is not None)
    skipped: list[int | None] = []
    for statement in statements:
        last, number = last_of(statement), statement.sequence
        skipped.append(None)
        if number is None or last is None:
            continue
        here = bisect_right(series, (last + ONE_DAY, number))
        if here and series[here - 1][1] < number - 1:
            skipped[-1] = series[here - 1][1]
        series.insert(here, (last + ONE_DAY, number))
    return skipped


def _sequence(text: object) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 else None
