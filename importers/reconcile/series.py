"""A bank account as its statements tell it: what stands on each day, which days are covered, and what is missing.

Statements follow on each other where one begins with the balance with which the one before it ended. Days between two
that meet are told, too: nothing moved. Where the balances differ, something between is missing.

A list that may have been cut off, and begins later than its period, tells of its period's first days that nothing moved
on them; where another statement has lines of these days, it was cut off, and tells the days from its first line on.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, pairwise
from types import MappingProxyType

from importers.bank.compare import key_of
from importers.bank.gaps import begins_late, first_of, last_of
from importers.bank.statements import same_account
from importers.identity import numbered
from importers.reconcile.days import Day, Telling, day_of
from importers.reconcile.documents import Archived
from importers.reconcile.superseded import Asserted, superseded

ONE_DAY = dt.timedelta(days=1)
ZERO = Decimal(0)
SATURDAY = 5
#: Numbers from here on are dates (20260331) or such: they don't count statements.
DATED = 10_000_000


@dataclass(frozen=True)
class Gap:
    """A statement that doesn't begin with the balance with which the one before it ended.

    Attributes:
        last, first: the days on either side of what is missing.
        before, after: the balances there.
        ended, begun: files of the two statements, as users know them.
    """

    last: dt.date
    first: dt.date
    before: Decimal
    after: Decimal
    ended: str
    begun: str

    @property
    def difference(self) -> Decimal:
        """What moved in between."""
        return self.after - self.before


@dataclass(frozen=True)
class Skipped:
    """Numbers that are missing in the bank's series of statements.

    Attributes:
        first, last: the missing numbers.
        day: the first day of the statement after them.
        file: that statement's.
    """

    first: int
    last: int
    day: dt.date
    file: str


@dataclass(frozen=True)
class Uncovered:
    """Days that no statement covers, though the balances on both sides are the same."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Stretch:
    """What statements tell of some days.

    Attributes:
        first, last: of the days that they tell.
        opening, closing: the balance before the first and after the last of them; None where they give none.
        whole: all days that were asked for are told, without a break.
    """

    first: dt.date
    last: dt.date
    opening: Decimal | None
    closing: Decimal | None
    whole: bool


class Series:
    """The statements of one bank account.

    Args:
        number: the account's number, as the first statement has it.
        statements: of it, in any order.
        booked: the `source-id`s that the books hold of the account that it feeds.
        asserted: the balances that imports asserted of it.
    """

    def __init__(
        self,
        number: str,
        statements: Sequence[Archived],
        booked: Collection[str],
        asserted: Asserted = MappingProxyType({}),
    ) -> None:
        self.number = number
        gone = {id(found) for found in superseded(statements, booked, asserted)}
        left = [found for found in statements if span(found) and id(found) not in gone]
        self.statements = sorted(_as_begun(left), key=_order)
        self.days = tuple(self._days(booked))

    def _days(self, booked: Collection[str]) -> Iterator[Day]:
        """Every day with a line, or on which a statement begins or ends."""
        marks = {line.date for found in self.statements for line in found.statement.lines}
        marks |= {day for found in self.statements for day in span(found) or ()}
        ordered = sorted(marks)
        told: dict[dt.date, list[tuple[int, Telling]]] = defaultdict(list)
        for at, found in enumerate(self.statements):
            tellings = list(_tellings(found, at, ordered))
            ids = (i for _, telling in tellings for i in numbered(telling.keys))
            unknown = sum(i not in booked for i in ids)
            for date, telling in tellings:
                told[date].append((-unknown, telling))
        for date in ordered:
            # The statement that the books follow is trusted most: a person has decided between two that differ.
            yield day_of(date, [t for _, t in sorted(told[date], key=lambda pair: (pair[0], pair[1].at))], booked)

    @cached_property
    def covered(self) -> list[tuple[dt.date, dt.date]]:
        """Days that statements cover, from and to, joined where they touch or only a weekend lies between."""
        spans = sorted(filter(None, map(span, self.statements)))
        joined: list[tuple[dt.date, dt.date]] = []
        for first, last in spans:
            if joined and first <= _working(joined[-1][1]):
                joined[-1] = (joined[-1][0], max(joined[-1][1], last))
            else:
                joined.append((first, last))
        return joined

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Where balances don't meet."""
        found = []
        known = [d for d in self.days if d.version.start is not None and d.version.end is not None]
        for before, after in pairwise(known):
            ended, begun = before.version.end, after.version.start
            assert ended is not None
            assert begun is not None
            if ended != begun:
                files = before.version.files[-1], after.version.files[0]
                found.append(Gap(before.date, after.date, ended, begun, *files))
        return tuple(found)

    @cached_property
    def known(self) -> list[tuple[dt.date, dt.date]]:
        """Days of which the statements tell what stands: covered, or between two that meet."""
        joined: list[tuple[dt.date, dt.date]] = []
        for first, last in self.covered:
            if joined and self._meet(joined[-1][1], first):
                joined[-1] = (joined[-1][0], last)
            else:
                joined.append((first, last))
        return joined

    def _meet(self, last: dt.date, first: dt.date) -> bool:
        """Whether the balances at the end of one day and before another are known and the same."""
        ended = self.days[bisect_right(self._marks, last) - 1].version.end
        begun = self.days[bisect_left(self._marks, first)].version.start
        return ended is not None and ended == begun

    @cached_property
    def uncovered(self) -> tuple[Uncovered, ...]:
        """Days between statements that none covers, weekends apart; where balances don't meet, a gap says so."""
        between = [(before[1], after[0]) for before, after in pairwise(self.covered)]
        told = [(gap.last, gap.first) for gap in self.gaps]
        return tuple(
            Uncovered(last + ONE_DAY, first - ONE_DAY)
            for last, first in between
            if not any(a <= last and first <= b for a, b in told)
        )

    @cached_property
    def skipped(self) -> tuple[Skipped, ...]:
        """Missing numbers: between two that follow by date and are no new beginning."""
        numbered = [(a.statement.sequence, a) for a in self.statements if a.statement.sequence is not None]
        found = []
        for (before, _), (number, archived) in pairwise(numbered):
            day = first_of(archived.statement)
            if before + 1 < number < DATED and day is not None:
                found.append(Skipped(before + 1, number - 1, day, archived.shown))
        return tuple(found)

    @cached_property
    def _marks(self) -> list[dt.date]:
        return [day.date for day in self.days]

    def stretch(self, first: dt.date, last: dt.date) -> Stretch | None:
        """What the statements tell of the days from `first` to `last`; None = nothing.

        A weekend before the first statement, or after the last one, is told with it.
        """
        known = [(a, b) for a, b in self.known if a <= last and b >= first]
        if not known:
            return None
        begins, ends = known[0][0], known[-1][1]
        begin = first if begins <= _working(first - ONE_DAY) else begins
        end = last if _working(ends) > last else ends
        at = bisect_left(self._marks, begin)
        earlier = at and self._marks[at - 1] >= begins
        opening = self.days[at - 1].version.end if earlier else self.days[at].version.start
        closing = self.days[bisect_right(self._marks, end) - 1].version.end
        return Stretch(begin, end, opening, closing, (begin, end) == (first, last) and len(known) == 1)

    def rest(self, day: dt.date) -> Decimal | None:
        """What stands on the account on a day outside all statements: before the first, or after the last of them."""
        before, after = self.days[0], self.days[-1]
        return before.version.start if day < before.date else after.version.end if day > after.date else None


def _as_begun(statements: Sequence[Archived]) -> Iterator[Archived]:
    """The statements; a list whose beginning was cut off, as others show, tells the days from its first line on."""
    days = sorted({line.date for found in statements for line in found.statement.lines})
    for found in statements:
        one = found.statement
        if begins_late(one) and one.first_day is not None:
            at = bisect_left(days, one.first_day)
            if days[at] < one.lines[0].date:
                yield replace(found, statement=replace(one, first_day=one.lines[0].date))
                continue
        yield found


def span(found: Archived) -> tuple[dt.date, dt.date] | None:
    """The first and last day of a statement; None where it speaks of none."""
    first, last = first_of(found.statement), last_of(found.statement)
    if first is None or last is None:
        return None
    return min(first, last), max(first, last)


def _working(day: dt.date) -> dt.date:
    """The first day after `day` on which a bank books: not Saturday or Sunday."""
    following = day + ONE_DAY
    while following.weekday() >= SATURDAY:
        following += ONE_DAY
    return following


def _order(found: Archived) -> tuple[object, ...]:
    days = span(found) or (dt.date.max, dt.date.max)
    return (*days, found.statement.sequence or 0, found.document, found.place)


def _tellings(found: Archived, at: int, marks: Sequence[dt.date]) -> Iterator[tuple[dt.date, Telling]]:
    """What a statement says of each of the days that matter; those that it covers without a line are told, too."""
    days = span(found)
    if days is None:
        return
    first, last = days
    statement = found.statement
    sums = list(accumulate((line.amount for line in statement.lines), initial=ZERO))
    dates = [line.date for line in statement.lines]
    opening = statement.opening
    if opening is None and statement.closing is not None:
        opening = statement.closing - statement.net
    for date in marks[bisect_left(marks, first) : bisect_right(marks, last)]:
        a, b = bisect_left(dates, date), bisect_right(dates, date)
        lines = statement.lines[a:b]
        yield (
            date,
            Telling(
                found,
                lines,
                tuple(key_of(line, found.number, statement.currency) for line in lines),
                None if opening is None else opening + sums[a],
                None if opening is None else opening + sums[b],
                date == first,
                date == last,
                at,
            ),
        )


def series_of(
    statements: Sequence[Archived], booked: Collection[str], asserted: Asserted = MappingProxyType({})
) -> list[Series]:
    """The bank accounts of some statements: one that two files write as IBAN and as national number is one."""
    groups: list[tuple[str, list[Archived]]] = []
    for found in statements:
        own = next((group for number, group in groups if same_account(number, found.number)), None)
        if own is None:
            groups.append((found.number, [found]))
        else:
            own.append(found)
    made = (Series(number, group, booked, asserted) for number, group in groups)
    return [one for one in made if one.days]
