"""The balance beside every row is a chain: balance before + row = balance after, checked row by row.

Lists that banks make for people have no opening and closing balance, and may begin with the newest row or the oldest.
The chain tells which, gives both balances, and shows a row that is missing, doubled, edited or cut off. Dates decide
first; rows of one day keep the bank's order. A row that isn't booked (failed, pending) stands in the list without being
part of the account: it moves no balance, or the balance already counts it, all such rows of a file alike.

Where a list has no balances at all, nothing can be checked or asserted: opening and closing are unknown.

A list may have been cut off between two rows. The period in its heading then goes on where its rows end: of a list that
begins with the oldest row nothing is certain after its last one; of a list that begins with the newest, before its
first one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from importers.bank.model import BankLine, BankStatement
from importers.bank.problems_chain import BankAmountTwice, BankBalanceBroken, BankOrderUnclear, BankSignsMixed
from ledger.errors import Problem

NEWEST: Final = "newest-first"
OLDEST: Final = "oldest-first"
NOTHING = Decimal(0)
ONE_DAY = dt.timedelta(days=1)

#: Makes a problem at a line of the file: class, line, parameters.
Told = Callable[..., Problem]


@dataclass(frozen=True, slots=True)
class Link:
    """A row of the list.

    Attributes:
        row: its line in the file.
        day: its booking day, or the moment where the list says it.
        amount: what it moves, or would move if it were booked.
        balance: after it; None where the cell is empty.
        line: the bank line; None where the row isn't booked.
    """

    row: int
    day: dt.date
    amount: Decimal
    balance: Decimal | None
    line: BankLine | None


@dataclass(frozen=True, slots=True)
class Chain:
    """A list that ties.

    Attributes:
        lines: the booked ones, oldest first.
        opening, closing: what the booked lines begin and end with; None where the list has no balances.
        order: newest or oldest row first; None where that isn't known.
    """

    lines: tuple[BankLine, ...]
    opening: Decimal | None
    closing: Decimal | None
    order: str | None


def chained(links: Sequence[Link], told: Told, *, declared: str | None = None, usual: str | None = None) -> Chain:
    """The rows of one account, in order.

    Args:
        links: as they stand in the file.
        told: makes the problems.
        declared: the order that the source declares.
        usual: the order in which this bank writes, where nothing else tells.

    Raises:
        BankBalanceBroken: a balance doesn't follow, in whichever order.
        BankOrderUnclear: both orders tie, with different balances.
    """
    counted = [False, True] if any(link.line is None and link.amount for link in links) else [False]
    orders = _by_dates(links, declared, usual)
    if all(link.balance is None for link in links):
        rows = _turned(links, orders[0])
        lines = sorted((link.line for link in rows if link.line), key=lambda line: line.date)
        return Chain(tuple(lines), None, None, orders[0] if len(orders) == 1 else usual)
    found: list[Chain] = []
    for order in orders:
        for pending in counted:
            rows = _turned(links, order)
            if next(_breaks(rows, pending=pending), None) is None:
                found.append(_ends(rows, order, pending=pending))
                break
    if not found:
        raise _broken(links, orders, told)
    if len(found) > 1 and (found[0].opening, found[0].closing) != (found[1].opening, found[1].closing) and not usual:
        raise told(BankOrderUnclear, links[0].row)
    return found[0] if len(found) == 1 else replace(found[0], order=usual)


def _by_dates(links: Sequence[Link], declared: str | None, usual: str | None) -> list[str]:
    """The orders that the dates allow, the likelier first; both where they allow neither."""
    if declared:
        return [declared]
    both = [usual, NEWEST if usual == OLDEST else OLDEST] if usual else [OLDEST, NEWEST]
    days = [link.day for link in links]
    fits = {
        OLDEST: all(a <= b for a, b in pairwise(days)),
        NEWEST: all(a >= b for a, b in pairwise(days)),
    }
    return [order for order in both if fits[order]] or both


def _turned(links: Sequence[Link], order: str) -> Sequence[Link]:
    return links if order == OLDEST else links[::-1]


def _effect(link: Link, *, pending: bool) -> Decimal:
    return link.amount if link.line is not None or pending else NOTHING


def _breaks(links: Sequence[Link], *, pending: bool) -> Iterator[tuple[Link, Decimal]]:
    """Each row whose balance doesn't follow, with what it should be."""
    balance: Decimal | None = None
    for link in links:
        if balance is not None:
            balance += _effect(link, pending=pending)
        if link.balance is not None:
            if balance is not None and balance != link.balance:
                yield link, balance
            balance = link.balance


def _ends(links: Sequence[Link], order: str, *, pending: bool) -> Chain:
    """Opening and closing of a chain that ties, of its booked rows alone."""
    moved = NOTHING
    for link in links:
        moved += _effect(link, pending=pending)
        if link.balance is not None:
            break
    else:
        raise AssertionError("a chain has a balance")
    opening = link.balance - moved
    lines = tuple(link.line for link in links if link.line)
    return Chain(lines, opening, opening + sum((line.amount for line in lines), NOTHING), order)


def _broken(links: Sequence[Link], orders: Sequence[str], told: Told) -> Problem:
    """The problem of the order in which fewest balances are wrong: its first wrong row in the file."""
    tried = [list(_breaks(_turned(links, order), pending=False)) for order in orders]
    fewest = min(map(len, tried))
    wrong = next(breaks for breaks in tried if len(breaks) == fewest)
    link, expected = min(wrong, key=lambda pair: pair[0].row)
    assert link.balance is not None
    return told(
        BankBalanceBroken,
        link.row,
        row=link.row,
        date=link.day,
        stated=link.balance,
        expected=expected,
        difference=link.balance - expected,
    )


class InOut:
    """Amounts of lists with a column for money in and one for money out.

    Money out is written with a minus or without, in the same way all through a file; else it isn't known which way a
    row went.

    Args:
        told: makes the problems.
    """

    def __init__(self, told: Told) -> None:
        self.told = told
        self.minus: bool | None = None

    def amount(self, came: Decimal | None, went: Decimal | None, row: int, text: str) -> Decimal:
        """A row's amount, money in positive.

        Args:
            came: money in; None where the cell is empty.
            went: money out, likewise.
            row: its line in the file.
            text: the cell of the money out.

        Raises:
            BankAmountTwice: both are filled, or none.
            BankSignsMixed: money out has another sign than before.
        """
        if (came is None and went is None) or (came and went):
            raise self.told(BankAmountTwice, row, count=2 if came else 0)
        if not went:
            return came if came is not None else went or NOTHING
        if self.minus is not None and self.minus != (went < 0):
            raise self.told(BankSignsMixed, row, text=text)
        self.minus = went < 0
        return -abs(went)


def as_far_as_shown(statement: BankStatement, order: str | None) -> BankStatement:
    """A list that may have been cut off, with what its rows show of the period in its heading.

    Args:
        statement: with that period.
        order: of its rows, as in `Chain`.
    """
    shown = statement.last_day if order == NEWEST or not statement.lines else None
    return replace(statement, last_day=shown, begun=order == OLDEST)


def until(statement: BankStatement, day: dt.date) -> tuple[BankStatement, ...]:
    """A list that was made on `day`, which isn't over: its lines of that day may not be all.

    Returns:
        The statement of the days before, with its closing balance, and one of the rest without: what isn't final
        can't be asserted. The statement itself where all of its lines are of days that were over.
    """
    ends = max(statement.days, default=None)
    if ends is None or ends < day or statement.closing is None:
        return (statement,)
    before = tuple(line for line in statement.lines if line.date < day)
    rest = tuple(line for line in statement.lines if line.date >= day)
    if statement.lines != before + rest:  # not by date: the balance at the day's beginning is unknown
        return (replace(statement, closing=None, running=day),)
    assert statement.opening is not None
    opening = statement.opening + sum((line.amount for line in before), NOTHING)
    over = replace(statement, lines=before, closing=opening, last_day=statement.last_day and day - ONE_DAY)
    running = replace(
        statement,
        lines=rest,
        opening=opening,
        closing=None,
        first_day=statement.first_day and (day if before else statement.first_day),
        running=day,
    )
    return (over, running) if before and rest else (running,) if rest else (over,)
