"""Numbers of vouchers: names, gaps and what explains them, the next one, series, which one a correction means."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.vouchers import (
    OWN,
    Explained,
    Name,
    Span,
    corrected,
    default_series,
    following,
    missing,
    own_series,
    parse,
    read_gap,
    without,
)


@pytest.mark.parametrize(
    ("text", "series", "number", "shown"),
    [
        ("A-17", "A", 17, "A-17"),
        ("A-017", "A", 17, "A-17"),
        (" A-17 ", "A", 17, "A-17"),
        ("17", "", 17, "17"),
        ("LF-2026-3", "LF-2026", 3, "LF-2026-3"),
        ("-5", "", 5, "5"),
        ("Å-1", "Å", 1, "Å-1"),
    ],
)
def test_names(text, series, number, shown):
    assert parse(text) == Name(series, number)
    assert str(parse(text)) == shown


@pytest.mark.parametrize("text", ["", "A", "A-", "A-0", "0", "A17", "A-1b", "A-1234567890123", "A-１７", "Kvitto"])
def test_what_is_no_number_of_a_series(text):
    assert parse(text) is None


@pytest.mark.parametrize(
    ("used", "first", "gaps"),
    [
        ([], 1, []),
        ([1, 2, 3], 1, []),
        ([1, 3], 1, [(2, 2)]),
        ([3, 1], 1, [(2, 2)]),
        ([4], 1, [(1, 3)]),
        ([212, 214, 215, 220], 212, [(213, 213), (216, 219)]),
        ([1, 1, 2], 1, []),
        ([2, 999_999_999_999], 1, [(1, 1), (3, 999_999_999_998)]),  # never counted one by one
    ],
)
def test_gaps(used, first, gaps):
    assert missing(used, first) == tuple(Span(*gap) for gap in gaps)


@pytest.mark.parametrize(
    ("text", "series", "first", "last", "reason"),
    [
        ("A-17 torn", "A", 17, 17, "torn"),
        ("A-17..A-19 the pad was torn", "A", 17, 19, "the pad was torn"),
        ("A-17 .. A-19  the pad", "A", 17, 19, "the pad"),
        ("17..19 lost", "", 17, 19, "lost"),
    ],
)
def test_what_explains_a_gap(text, series, first, last, reason):
    assert read_gap(text) == Explained(series, Span(first, last), reason)


@pytest.mark.parametrize(
    "text", ["", "A-17", "A-17..A-19", "A-19..A-17 torn", "A-17..B-19 torn", "torn A-17", "A-17  "]
)
def test_what_explains_nothing(text):
    assert read_gap(text) is None


@pytest.mark.parametrize(
    ("spans", "taken", "left"),
    [
        ([(1, 9)], [], [(1, 9)]),
        ([(1, 9)], [(3, 4)], [(1, 2), (5, 9)]),
        ([(1, 9)], [(1, 9)], []),
        ([(1, 9)], [(5, 20)], [(1, 4)]),
        ([(1, 2), (5, 6)], [(2, 5)], [(1, 1), (6, 6)]),
        ([(3, 3)], [(1, 2), (4, 4)], [(3, 3)]),
    ],
)
def test_what_stays_unexplained(spans, taken, left):
    assert without([Span(*s) for s in spans], [Span(*t) for t in taken]) == tuple(Span(*s) for s in left)


@settings(max_examples=200, deadline=None)
@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 45)), st.integers(1, 5))
def test_gaps_as_whoever_ticks_them_off_finds_them(used, void, first):
    spans = [Span(number, number) for number in void]
    left = without(missing(used, first), spans)
    ticked = [n for n in range(first, max(used, default=0)) if n not in used and n not in void]
    assert [n for span in left for n in range(span.first, span.last + 1)] == ticked
    following_number = following(used, spans)
    assert following_number not in used | void
    assert following_number == max(used | void | {0}) + 1


def test_the_next_number_skips_what_is_said_to_be_void():
    assert following([]) == 1
    assert following([1, 2, 5]) == 6  # 3 and 4 stay missing: today's voucher isn't to stand before yesterday's
    assert following([1, 2], [Span(3, 4)]) == 5


@pytest.mark.parametrize(
    ("letter", "taken", "elsewhere", "name"),
    [
        ("L", {"A"}, False, "L"),
        ("L", {"A", "L"}, False, "SL"),
        ("L", {"L", "SL"}, False, "SSL"),
        ("X", {"A"}, True, "SX"),
    ],
)
def test_sambok_gives_way_where_somebody_else_uses_its_letter(letter, taken, elsewhere, name):
    assert own_series(letter, taken, elsewhere=elsewhere) == name


@pytest.mark.parametrize(
    ("named", "last", "others", "series"),
    [
        (None, None, set(), "A"),
        (None, "V", set(), "V"),
        ("B", "V", set(), "B"),
        (None, None, {"A", "B"}, "C"),  # another program numbers there
        (None, "A", {"A"}, "B"),
        (None, "X", set(), "A"),  # somebody has written a correction by hand
        (None, None, {"A", "B", "C", "D"}, "G"),  # E and F are Sambok's
    ],
)
def test_the_series_of_who_has_no_number(named, last, others, series):
    assert default_series(named, last, others) == series


def test_there_is_a_series_whatever_the_others_use():
    letters = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert default_series(None, None, letters | OWN | {"V1"}) == "V2"
    assert default_series(None, None, letters) == "V1"


def d(text):
    return dt.date.fromisoformat(text)


THREE = [(d("2025-03-15"), "2025"), (d("2026-03-10"), "2026"), (d("2027-01-20"), "2027")]


@pytest.mark.parametrize(
    ("day", "month", "found"),
    [
        ("2026-11-22", None, "2026"),
        ("2026-03-10", None, "2026"),
        ("2026-01-10", None, "2025"),
        ("2026-11-22", "2025-03", "2025"),
        ("2026-11-22", "2027-01", "2027"),
        ("2026-11-22", "2024-01", "2026"),  # no namesake in that month: as if it said nothing
        ("2024-01-01", None, "2025"),
    ],
)
def test_which_namesake_a_correction_means(day, month, found):
    assert corrected(THREE, d(day), month) == found
    assert corrected(list(reversed(THREE)), d(day), month) == found


def test_a_correction_of_nothing():
    assert corrected([], d("2026-01-01")) is None
