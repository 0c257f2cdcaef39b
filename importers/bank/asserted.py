"""A file against the balances that the books assert: a bank says one thing of the end of a day, not two.

Where a statement gives another balance than the books assert for the same day, one of them is wrong: a garbled file, or
a balance that was asserted too early. Nobody but a person knows which, so the file is refused, and no day has two
assertions. Compared are the day that a statement closes with any assertion of it, the days within its period with those
that imports made of what the bank said before: one by hand that fails there is the book's own matter.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate

from beancount.core import data

from importers.bank.compare import ONE_DAY, BankBook
from importers.bank.gaps import begins_late, first_of, last_of
from importers.bank.model import BankStatement

#: An assertion of the books, the statement that says otherwise, and what it says.
Contradiction = tuple[data.Balance, BankStatement, Decimal]


def asserted_at(book: BankBook, day: dt.date) -> list[data.Balance]:
    """What the books assert of an account at the start of a day, by whomever."""
    return [old for old in book.view.assertions(book.account, book.currency) if old.date == day]


def agrees(old: data.Balance, amount: Decimal) -> bool:
    """Whether an assertion says an amount, within the tolerance that a person gave it."""
    assert old.amount.number is not None
    return abs(old.amount.number - amount) <= (old.tolerance or Decimal(0))


def contradictions(
    book: BankBook, statements: Sequence[BankStatement], ends: Mapping[dt.date, BankStatement]
) -> Iterator[Contradiction]:
    """The assertions of the books of which the statements of a file say otherwise.

    Args:
        book: what it holds.
        statements: in their order, lines by day.
        ends: the days that the file tells to their end, each with the statement that closes it.
    """
    by_day: dict[dt.date, list[data.Balance]] = {}
    for old in book.view.assertions(book.account, book.currency):
        by_day.setdefault(old.date, []).append(old)
    for day, statement in ends.items():
        for old in by_day.get(day + ONE_DAY, ()):
            if statement.closing is not None and not agrees(old, statement.closing):
                yield old, statement, statement.closing
    for statement in statements:
        for old, said in _within(book, statement):
            if not agrees(old, said):
                yield old, statement, said


def _within(book: BankBook, statement: BankStatement) -> Iterator[tuple[data.Balance, Decimal]]:
    """Balances that imports asserted for days within a statement, each with the statement's own."""
    first, last = first_of(statement), last_of(statement)
    if begins_late(statement):
        first = statement.lines[0].date  # what it opens with says nothing of the days before
    if first is None or last is None or statement.opening is None:
        return
    since = bisect_right(book.asserted, first, key=lambda b: b.date)
    until = bisect_right(book.asserted, last, key=lambda b: b.date)
    if since >= until:
        return
    days = [line.date for line in statement.lines]
    sums = list(accumulate((line.amount for line in statement.lines), initial=statement.opening))
    for old in book.asserted[since:until]:
        yield old, sums[bisect_left(days, old.date)]
