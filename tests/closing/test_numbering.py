"""The vouchers of a book by series and number: gaps, what stands twice, what lacks a number, Sambok's own series."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books import load_books
from ledger.closing.numbering import numberer, numbers
from ledger.rules.vouchers import Span
from tests.closing.changing import changing

ACCOUNTS = "2025-01-01 open Assets:1930-Bank SEK\n2025-01-01 open Income:3001-Sales SEK\n"
JULY = """\
[federation]
name = "Samverkan Test"
currency = "SEK"
central = "gemensamt"
language = "en"
fiscal_year_start = "07-01"
"""


def entry(day, *meta, text="Sale"):
    rows = "".join(f"  {row}\n" for row in meta)
    return f'{day} * "{text}"\n{rows}  Assets:1930-Bank  1.00 SEK\n  Income:3001-Sales\n\n'


@pytest.fixture
def books(make_workspace, tmp_path, monkeypatch):
    """Load a unit's months; `books({"2026-01": "..."})`."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def load(months, **texts):
        ws = make_workspace({"repris": {"accounts": ACCOUNTS, **months}}, **texts)
        found = load_books(ws)
        assert found.units["repris"].problems == ()
        return found

    return load


BOOK = {
    "2026-01": entry("2026-01-02", 'voucher: "A-1"')
    + entry("2026-01-03", 'voucher: "A-3"')
    + entry("2026-01-04")
    + entry("2026-01-05", 'voucher: "B-2"', 'program: "Other"', 'source-id: "sie-1"')
    + entry("2026-01-06", 'voucher: "B-4"', 'program: "Other"', 'source-id: "sie-2"')
    + entry("2026-01-07", 'voucher: "Kvitto"', 'program: "Other"', 'source-id: "sie-3"'),
    "2026-02": entry("2026-02-01", 'voucher: "A-003"')
    + entry("2026-02-02", 'voucher: "A-7"', 'source-id: "bank-1"')
    + entry("2026-02-03", 'voucher: "Kvitto"')
    + entry("2026-02-04", "voucher: 17")
    + entry("2026-02-05", 'voucher: "L-1"', 'source-id: "close:ic-x:2026-01"')
    + '2026-02-28 event "voucher-gap" "A-5..A-6 the pad was torn"\n'
    + '2026-02-28 event "voucher-gap" "A-2..B-3 confused"\n'
    + '2026-02-28 event "location" "Linköping"\n',
    "2025-12": entry("2025-12-31", 'voucher: "A-9"'),
}
FEB = "units/repris/books/2026/2026-02.beancount"
JAN = "units/repris/books/2026/2026-01.beancount"


def test_a_years_vouchers(books):
    found = numbers(books(BOOK), "repris", 2026)
    assert {name: (one.hand, one.first, one.last) for name, one in found.series.items()} == {
        "A": ("own", 1, 7),
        "B": ("program", 2, 4),
        "L": ("sambok", 1, 1),
    }
    assert found.gaps() == (("A", Span(2, 2)), ("A", Span(4, 4)), ("B", Span(3, 3)))
    assert found.gaps("2026-01") == (("A", Span(2, 2)), ("B", Span(3, 3)))  # A-4 is missed since A-7 of February
    assert [(str(t.name), [p.where for p in t.places]) for t in found.twice] == [("A-3", [f"{JAN}:6", f"{FEB}:1"])]
    assert [(p.month, p.where) for p in found.missing] == [("2026-01", f"{JAN}:11")]
    assert [(p.where, p.voucher) for p in found.unreadable] == [(f"{FEB}:12", "Kvitto"), (f"{FEB}:17", "17")]
    assert [(p.where, p.voucher) for p in found.unclear] == [(f"{FEB}:29", "A-2..B-3 confused")]
    assert [(r.span, r.reason) for r in found.series["A"].reasons] == [(Span(5, 6), "the pad was torn")]
    assert [found.following(name) for name in ("A", "B", "L", "new")] == [8, 5, 2, 1]


def test_the_year_before_has_numbers_of_its_own(books):
    found = numbers(books(BOOK), "repris", 2025)
    assert (found.following("A"), found.gaps()) == (10, (("A", Span(1, 8)),))


def test_a_fiscal_year_that_begins_in_july(books):
    loaded = books(
        {"2026-01": entry("2026-06-30", 'voucher: "A-2"') + entry("2026-07-01", 'voucher: "A-1"')}, conf=JULY
    )
    assert numbers(loaded, "repris", 2025).series["A"].used.keys() == {2}
    assert numbers(loaded, "repris", 2026).series["A"].used.keys() == {1}


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (entry("2026-01-02", 'voucher: "A-1"'), "L"),
        (entry("2026-01-02", 'voucher: "L-1"'), "SL"),
        (entry("2026-01-02", 'voucher: "L-1"', 'source-id: "close:ic:2026-01"'), "L"),
        (entry("2025-01-02", 'voucher: "L-1"'), "L"),  # of another year
        # Another program, which may use any letter tomorrow.
        (entry("2026-01-02", 'voucher: "A-1"', 'program: "Other"', 'source-id: "sie-1"'), "SL"),
        # It only proposed a number, which somebody here has given.
        (entry("2026-01-02", 'voucher: "A-1"', 'program: "Other"', 'proposed: "7"', 'source-id: "sie-4i-1"'), "L"),
    ],
)
def test_sambok_gives_way(books, text, own):
    loaded = books({"2026-01": text})
    assert numbers(loaded, "repris", 2026).own("L") == own
    number = numberer(loaded, "repris")
    taken = 1 if own == "L" and "close:" in text else 0
    assert [number("L", dt.date(2026, 3, 31)) for _ in range(2)] == [f"{own}-{taken + 1}", f"{own}-{taken + 2}"]
    assert number("X", dt.date(2026, 3, 31)) == f"{own.replace('L', 'X') if 'program' in text else 'X'}-1"
    assert number("L", dt.date(2027, 1, 31)) == "L-1"


def test_a_unit_whose_books_are_kept_elsewhere(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    ws = make_workspace({"repris": {"unit": 'bookkeeping = "fortnox"', "accounts": ACCOUNTS}})
    assert numberer(load_books(ws), "repris")("L", dt.date(2026, 1, 31)) == "SL-1"


def test_an_empty_book(books):
    found = numbers(books({"2026-01": "; nothing\n"}), "repris", 2026)
    assert (found.series, found.gaps(), found.twice, found.missing) == ({}, (), (), ())


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 12)), max_size=12))
def test_whatever_is_used_the_next_number_is_free_and_leaves_no_gap(made, vouchers):
    text = "".join(entry(f"2026-01-{n + 1:02d}", f'voucher: "{s}-{number}"') for n, (s, number) in enumerate(vouchers))
    found = numbers(made(text), "repris", 2026)
    for series in "AB":
        used = [number for name, number in vouchers if name == series]
        assert found.following(series) == max(used, default=0) + 1
        gone = [n for name, span in found.gaps() if name == series for n in range(span.first, span.last + 1)]
        assert sorted([*set(used), *gone]) == list(range(1, max(used, default=0) + 1))
    assert {str(t.name) for t in found.twice} == {f"{s}-{n}" for s, n in vouchers if vouchers.count((s, n)) > 1}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Books of a unit with one month, of whose text only the vouchers differ."""
    return changing(tmp_path_factory.mktemp("numbers"), ACCOUNTS)


@pytest.mark.parametrize(
    ("meta", "hand"),
    [
        ((), "own"),
        (('source-id: "bank-1"',), "own"),
        (('program: "P"', 'source-id: "sie-1"'), "program"),  # final in the file that it came in
        (('program: "P"', 'source-id: "sie-4i-1"'), "own"),  # only proposed there, and nobody says what
        (('program: "P"', 'source-id: "sie-4i-1"', 'proposed: "B-2"'), "program"),  # and was kept
        (('program: "P"', 'source-id: "sie-4i-1"', 'proposed: "B-3"'), "own"),  # and another was given
        (('source-id: "sie-1"',), "own"),
        (('source-id: "close:x:2026-01"',), "sambok"),
        (('source-id: "correct:x"',), "sambok"),
    ],
)
def test_whose_number_it_is(books, meta, hand):
    found = numbers(books({"2026-01": entry("2026-01-02", 'voucher: "B-2"', *meta)}), "repris", 2026)
    assert found.series["B"].hand == hand
    assert found.gaps() == (() if hand == "program" else (("B", Span(1, 1)),))
