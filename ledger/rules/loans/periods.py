"""When the periods of a loan end (SPEC 8; research: methodology of savings groups, 1.2 nr 3 and 4).

Periods are counted from the day of the loan, never from each other: a month is the same day of the next one (31
January, 28 February, 31 March), so nothing drifts. Where the participants' meetings are known, a month runs to the
meeting nearest to that day, ties to the earlier. Each meeting belongs to the nominal day nearest to it, so that ends
never cross and no two periods end at one meeting; a period without a meeting of its own ends on its nominal day.
Nothing is moved before a meeting on or after the nominal day is known: a meeting that comes later must not change
what an earlier one was told.

Some groups agree on a weekday instead: "the first Saturday on or after 30 days".
"""

from __future__ import annotations

import calendar
import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final

from ledger.rules.loans.terms import Period, Terms

DAYS: Final[dict[Period, int]] = {"4-weeks": 28, "30-days": 30, "2-weeks": 14, "week": 7}
#: Longer terms aren't scheduled: ten years of weeks.
LONGEST: Final = 520
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def end_of(terms: Terms, first: dt.date, count: int, meetings: Sequence[dt.date] = ()) -> dt.date:
    """The end of the `count`-th period of a loan given on `first`; the day itself for 0.

    Args:
        terms: whose `period` and `due_weekday` count.
        first: the day of the loan.
        count: how many periods; not negative.
        meetings: the days on which the participants met or will meet, in any order.

    Returns:
        The day on which the period is over. Ends rise with `count` (until the calendar's last day, where they stay).
    """
    if count <= 0:
        return first
    return _end(terms, first, count, sorted(meetings) if terms.period == "month" else [])


def ends_of(terms: Terms, first: dt.date, meetings: Sequence[dt.date] = ()) -> Iterator[dt.date]:
    """The ends of all periods of a loan given on `first`, one after the other, to the end of the calendar."""
    known = sorted(meetings) if terms.period == "month" else []
    for number in count(1):
        end = _end(terms, first, number, known)
        yield end
        if end == dt.date.max:
            return


def _end(terms: Terms, first: dt.date, number: int, meetings: list[dt.date]) -> dt.date:
    nominal = _nominal(terms.period, first, number)
    if terms.due_weekday:
        return _later(nominal, (WEEKDAYS.index(terms.due_weekday) - nominal.weekday()) % 7)
    place = bisect_left(meetings, nominal)
    if place == len(meetings):  # none is known on the day or later (or the period isn't a month)
        return nominal
    before, after = _nominal(terms.period, first, number - 1), _nominal(terms.period, first, number + 1)
    around = meetings[max(0, place - 1) : place + 1]
    own = [m for m in around if abs(m - nominal) < abs(m - before) and abs(m - nominal) <= abs(m - after)]
    return min(own, key=lambda m: (abs(m - nominal), m), default=nominal)


def _nominal(period: Period, first: dt.date, number: int) -> dt.date:
    if period != "month":
        return _later(first, DAYS[period] * number)
    years, month = divmod(first.month - 1 + number, 12)
    year = first.year + years
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))


def _later(day: dt.date, days: int) -> dt.date:
    """`day` and `days`; never beyond the calendar, whatever a text says of a loan's term."""
    left = (dt.date.max - day).days
    return day + dt.timedelta(days=min(days, left))
