"""What columns show of vouchers' numbers is what a look at each voucher finds, whatever the book says."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from beancount.core import data
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.columns import encode
from ledger.closing import faults
from ledger.closing.faults import Faults, faults_of
from ledger.closing.numbering import Place, numbers

DAYS = (dt.date(2025, 12, 31), dt.date(2026, 1, 2), dt.date(2026, 1, 2), dt.date(2026, 2, 3), dt.date(2027, 1, 1))
JAN = "/ws/units/repris/books/2026/2026-01.beancount"
FROZEN = "/ws/units/repris/books/2026/2026-01.closed.beancount"
PROGRAM = {"program": "Other", "source-id": "sie-1"}


def books_of(vouchers, events=()):
    """Books of one unit with these vouchers (day, file, metadata) and reasons for gaps."""
    entries = [
        data.Transaction({"filename": file, "lineno": line, **meta}, day, "*", "", "Sale", frozenset(), frozenset(), [])
        for line, (day, file, meta) in enumerate(vouchers, 1)
    ]
    events = [
        data.Event({"filename": JAN, "lineno": 900 + n}, dt.date(2026, 1, 31), *said) for n, said in enumerate(events)
    ]
    tables = encode([*entries, *events])
    ws = SimpleNamespace(
        first_month=1, fiscal_year=lambda day: (day.replace(month=1, day=1), day.replace(month=12, day=31)), shown=str
    )
    book = SimpleNamespace(summary=object(), unit=SimpleNamespace(bookkeeping="sambok"), table=tables.__getitem__)
    return SimpleNamespace(workspace=ws, units={"repris": book})


def one_by_one(books, until):
    found = numbers(books, "repris", 2026)
    return Faults(found.missing, found.unreadable, found.unclear, found.gaps(until), found.twice)


def plainly(vouchers):
    return faults._plainly(books_of(vouchers), "repris", 2026)


def run(*names, file=JAN, **meta):
    return [(dt.date(2026, 1, 2), file, {"voucher": name, **meta}) for name in names]


def test_numbers_in_order_and_those_that_lack_one_are_seen_in_the_columns():
    vouchers = [
        *run("A-2", "A-1", "B-1", "7-1", "A-003", file=JAN, by='an"na', note='["voucher","A-9"]'),
        *run("1", "2"),
        (dt.date(2026, 1, 9), JAN, {}),
        (dt.date(2026, 1, 8), JAN, {"source-id": "bank-1"}),
        (dt.date(2025, 1, 8), JAN, {}),
    ]
    assert plainly(vouchers) == Faults((Place(dt.date(2026, 1, 8), JAN, 9), Place(dt.date(2026, 1, 9), JAN, 8)))


def test_another_programs_series_may_begin_anywhere():
    assert plainly(run("B-7", "B-8", program="Other", **{"source-id": "sie-1"})) == Faults(())


@pytest.mark.parametrize(
    "vouchers",
    [
        run("A-1", "A-3"),
        run("A-1", "A-1"),
        run("A-2"),
        run("A-1", "A-01"),
        run("A-0"),
        run("Kvitto"),
        run(Decimal(1)),
        run(""),
        run(None),
        run("Å-1"),
        run(' A-1"'),
        run("A\\-1"),
        run("A-1234567890123"),
        run("B-2", program="Other", proposed="7", **{"source-id": "sie-4i-1"}),
        run("L-2", file=FROZEN),
    ],
)
def test_what_is_not_so_plain_is_looked_at_voucher_by_voucher(vouchers):
    assert plainly(vouchers) is None
    books = books_of(vouchers)
    assert faults_of(books, "repris", 2026, "2026-12") == one_by_one(books, "2026-12")


NAMES = st.one_of(
    st.builds("{}-{}".format, st.sampled_from(["A", "B", "7", "L", "Å", "-", 'q"', "[x", "\\"]), st.integers(0, 4)),
    st.sampled_from(["1", "2", "A-01", "A -2", " A-1", "Kvitto", "", None, Decimal(1), True, '["voucher","A-1"]']),
)
OTHERS = st.sampled_from(
    [
        {},
        PROGRAM,
        {"program": "Other", "proposed": "A-1", "source-id": "sie-4i-1"},
        {"source-id": "close:ic:2026-01"},
        {"registered": dt.date(2026, 1, 3), "by": "anna"},
        {"note": '],["voucher","A-1"]'},
        {"Voucher": "A-1", "vouchers": "A-2"},
    ]
)


@st.composite
def one_voucher(draw):
    meta = dict(draw(OTHERS))
    if draw(st.booleans()):
        name = {"voucher": draw(NAMES)}
        meta = name | meta if draw(st.booleans()) else meta | name
    return draw(st.sampled_from(DAYS)), draw(st.sampled_from([JAN, JAN, FROZEN])), meta


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.lists(one_voucher(), max_size=8),
        st.builds(
            lambda count, more: run(*(f"A-{n}" for n in range(1, count + 1))) + more,
            st.integers(0, 4),
            st.lists(one_voucher(), max_size=2),
        ),
    ),
    st.lists(st.sampled_from([("voucher-gap", "A-2 torn"), ("voucher-gap", "torn"), ("place", "A-2")]), max_size=2),
    st.sampled_from(["2026-01", "2026-02", "2026-12"]),
)
def test_columns_and_vouchers_say_the_same(vouchers, events, until):
    books = books_of(vouchers, events)
    assert faults_of(books, "repris", 2026, until) == one_by_one(books, until)
