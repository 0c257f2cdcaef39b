"""When the periods of a loan end: counted from the loan, at meetings where they are known, never crossing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.loans.periods import end_of, ends_of
from ledger.rules.loans.terms import Terms


def terms(**agreed) -> Terms:
    return Terms(name="T26", currency="SEK", share_value=Decimal(100), begins=dt.date(2026, 1, 1), **agreed)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def days(text: str) -> list[dt.date]:
    return [day(word) for word in text.split()]


@pytest.mark.parametrize(
    ("period", "first", "count", "end"),
    [
        ("month", "2026-01-14", 0, "2026-01-14"),
        ("month", "2026-01-14", 1, "2026-02-14"),
        ("month", "2026-01-14", 12, "2027-01-14"),
        ("month", "2026-01-31", 1, "2026-02-28"),
        ("month", "2026-01-31", 2, "2026-03-31"),
        ("month", "2026-01-31", 3, "2026-04-30"),
        ("month", "2026-01-31", 13, "2027-02-28"),
        ("month", "2024-01-31", 1, "2024-02-29"),
        ("month", "2026-11-30", 3, "2027-02-28"),
        ("month", "2026-12-01", 1, "2027-01-01"),
        ("4-weeks", "2026-01-14", 1, "2026-02-11"),
        ("4-weeks", "2026-01-14", 13, "2027-01-13"),
        ("30-days", "2026-07-01", 1, "2026-07-31"),
        ("30-days", "2026-07-01", 2, "2026-08-30"),
        ("2-weeks", "2026-01-14", 1, "2026-01-28"),
        ("2-weeks", "2026-02-25", 1, "2026-03-11"),
        ("week", "2026-12-30", 1, "2027-01-06"),
    ],
)
def test_periods_are_counted_from_the_loan(period, first, count, end):
    assert end_of(terms(period=period), day(first), count) == day(end)


@pytest.mark.parametrize(
    ("meetings", "count", "end"),
    [
        ("", 1, "2026-02-14"),
        # every Wednesday: the 11th is three days off, the 18th four
        ("2026-01-14 2026-02-04 2026-02-11 2026-02-18", 1, "2026-02-11"),
        # none on or after the day is known yet: nothing is moved
        ("2026-01-14 2026-02-04 2026-02-11", 1, "2026-02-14"),
        ("2026-02-13 2026-02-15", 1, "2026-02-13"),  # both a day off: the earlier
        ("2026-02-12 2026-02-16 2026-02-18", 1, "2026-02-12"),
        ("2026-02-12 2026-02-15", 1, "2026-02-15"),
        ("2026-02-13 2026-02-14 2026-02-15", 1, "2026-02-14"),
        ("2026-02-18 2026-02-04 2026-02-11 2026-01-14", 1, "2026-02-11"),  # in any order
        # every third month: only the period that has a meeting of its own ends there
        ("2026-01-14 2026-04-13", 1, "2026-02-14"),
        ("2026-01-14 2026-04-13", 2, "2026-03-14"),
        ("2026-01-14 2026-04-13 2026-07-14", 3, "2026-04-13"),
        # nearer to the loan's day than to the end of its first period
        ("2026-01-20 2026-03-20", 1, "2026-02-14"),
        # equally near to two ends, 28 days apart: the earlier one's, which nobody else claims
        ("2026-02-28", 1, "2026-02-28"),
        ("2026-02-28 2026-03-28", 2, "2026-03-28"),
    ],
)
def test_a_month_runs_to_the_meeting_nearest_to_it(meetings, count, end):
    assert end_of(terms(), day("2026-01-14"), count, days(meetings)) == day(end)


@pytest.mark.parametrize("period", ["4-weeks", "30-days", "2-weeks", "week"])
def test_only_months_look_at_meetings(period):
    meetings = days("2026-01-15 2026-01-22 2026-02-10 2026-02-12 2026-03-01")
    assert end_of(terms(period=period), day("2026-01-14"), 1, meetings) == end_of(
        terms(period=period), day("2026-01-14"), 1
    )


@pytest.mark.parametrize(
    ("first", "count", "end"),
    [
        ("2026-07-01", 1, "2026-08-01"),  # Friday 31 July is day 30
        ("2026-07-02", 1, "2026-08-01"),  # day 30 is a Saturday itself
        ("2026-07-03", 1, "2026-08-08"),
        ("2026-08-02", 1, "2026-09-05"),
        ("2026-07-01", 2, "2026-09-05"),
        ("2026-07-01", 0, "2026-07-01"),
    ],
)
def test_the_first_saturday_on_or_after_thirty_days(first, count, end):
    agreed = terms(period="30-days", due_weekday="saturday")
    assert end_of(agreed, day(first), count, days("2026-07-31 2026-08-03 2026-09-04")) == day(end)


@pytest.mark.parametrize("period", ["month", "4-weeks", "30-days", "2-weeks", "week"])
def test_periods_stop_where_the_calendar_does(period):
    """A text may say any date and any term; neither hangs nor breaks."""
    last = list(ends_of(terms(period=period), day("9999-11-20")))[-1]
    assert last == dt.date.max
    assert end_of(terms(period=period), day("2026-01-14"), 10**12) == dt.date.max


dates = st.dates(day("2025-06-01"), day("2028-06-01"))
periods = st.sampled_from(["month", "4-weeks", "30-days", "2-weeks", "week"])
weekdays = st.sampled_from([None, "monday", "wednesday", "saturday", "sunday"])
meeting_days = st.lists(dates, max_size=60)


@settings(max_examples=150, deadline=None)
@given(first=dates, period=periods, weekday=weekdays, meetings=meeting_days)
def test_ends_never_cross(first, period, weekday, meetings):
    agreed = terms(period=period, due_weekday=weekday)
    ends = [end_of(agreed, first, number, meetings) for number in range(30)]
    assert all(one < other for one, other in pairwise(ends))
    followed = ends_of(agreed, first, meetings)
    assert [next(followed) for _ in ends[1:]] == ends[1:]


@settings(max_examples=150, deadline=None)
@given(first=dates, count=st.integers(1, 24), meetings=meeting_days)
def test_months_end_at_a_meeting_or_on_their_day(first, count, meetings):
    end, nominal = end_of(terms(), first, count, meetings), end_of(terms(), first, count)
    assert end == nominal or end in meetings
    assert abs((end - nominal).days) <= 16  # half of the longest month
    if nominal in meetings:
        assert end == nominal


@settings(max_examples=150, deadline=None)
@given(first=dates, count=st.integers(1, 24), meetings=meeting_days, later=meeting_days, order=st.randoms())
def test_an_end_that_is_told_stays(first, count, meetings, later, order):
    """Once a meeting on or after the day is known, meetings after that one change nothing; nor does their order."""
    nominal = end_of(terms(), first, count)
    told = [meeting for meeting in meetings if meeting >= nominal]
    if told:
        known = meetings + [meeting for meeting in later if meeting > min(told)]
        order.shuffle(known)
        assert end_of(terms(), first, count, known) == end_of(terms(), first, count, meetings)
