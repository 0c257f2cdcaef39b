"""Months of an account by worked figures, from statements and rows of the books."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.reconcile.booked import AccountBook, BankBooks, Booked
from importers.reconcile.months import reconcile_account
from ledger.books.sources import SourceTable
from tests.importers.reconcile.statements import NUMBER, TABLE, D, ids, march, told

ACCOUNT = "Assets:1930-Bank"
LATER = dt.date(2026, 6, 1)


def booked(text, opening="0", number=NUMBER, extra=()):
    """Rows of the books: an opening balance on 1 January by hand, then `day amount counterparty; ...` from the bank."""
    rows = [Booked("", dt.date(2026, 1, 1), D(opening), "Ingående", "", "book:1")]
    parts = [part.split() for part in text.split(";") if part.strip()]
    for at, ((day, amount, *who), source_id) in enumerate(zip(parts, ids(text, number), strict=True), 2):
        rows.append(Booked(source_id, march(int(day)), D(amount), " ".join(who), "documents/x", f"book:{at}"))
    return [*rows, *extra]


def by_hand(day, amount):
    return Booked("", march(day), D(amount), "Hand", "", f"hand:{day}")


def reconciled(rows, *statements, unread=(), today=LATER):
    books = BankBooks({(ACCOUNT, "SEK"): AccountBook(rows)}, {r.id: r.where for r in rows if r.from_bank}, {})
    return reconcile_account(ACCOUNT, "SEK", ["bank"], statements, books, unread=set(unread), today=today)


def last(rows, *statements, **more):
    return reconciled(rows, *statements, **more).months[-1]


def brief(month):
    return f"{month.status} {month.difference} " + " ".join(f"{f.kind}:{f.date.day}:{f.amount}" for f in month.findings)


WHOLE = "2 5 A; 9 7 B; 9 7 B"


@pytest.mark.parametrize(
    ("case", "rows", "statements", "expected"),
    [
        ("as told", booked(WHOLE, "100"), [told(WHOLE, 100, days=(1, 31))], "reconciled 0 "),
        ("missing", booked("2 5 A; 9 7 B", "100"), [told(WHOLE, 100, days=(1, 31))], "differs -7 missing:9:7"),
        ("extra", booked(WHOLE + "; 9 7 B", "100"), [told(WHOLE, 100, days=(1, 31))], "differs 7 extra:9:7"),
        (
            "missing and as much by hand",
            booked("2 5 A; 9 7 B", "100", extra=[by_hand(11, "7")]), [told(WHOLE, 100, days=(1, 31))],
            "differs 0 missing:9:7 by_hand:11:7",
        ),
        ("by hand before the statement", booked("20 5 A", "90", extra=[by_hand(3, "10")]),
         [told("20 5 A", 100, days=(10, 31))], "incomplete 0 "),
        ("the books began elsewhere", booked(WHOLE, "60"), [told(WHOLE, 100, days=(1, 31))], "differs -40 "),
        ("no balances", booked(WHOLE, "100"), [told(WHOLE, days=(1, 31))], "incomplete None "),
        ("a gap", booked("2 5 A; 20 7 B", "100"),
         [told("2 5 A", 100, days=(1, 10)), told("20 7 B", 108, days=(11, 31), file="b")], "differs -3 "),
        ("a gap that was booked", booked("2 5 A; 20 7 B", "100", extra=[by_hand(12, "3")]),
         [told("2 5 A", 100, days=(1, 10)), told("20 7 B", 108, days=(13, 31), file="b")], "incomplete 0 "),
        ("halves of a day", booked("3 5 A; 3 5 A", "100"),
         [told("3 5 A", 100, days=(1, 3)), told("3 5 A", 105, days=(3, 31), file="b")], "reconciled 0 "),
        ("nothing told", booked(WHOLE, "100"), [], "no_statement None extra:2:5 extra:9:7 extra:9:7"),
    ],
    ids=lambda value: value if isinstance(value, str) and "_" not in value and ":" not in value else "",
)  # fmt: skip
def test_a_month(case, rows, statements, expected):
    assert brief(last(rows, *statements)) == expected, case


def test_two_bank_accounts_feed_one():
    """600 + 250 on the one, 400 + 10 on the other: 1,260 in the books."""
    other = SourceTable(name="other", format="camt053", account=ACCOUNT)
    two = "987654321"
    rows = booked("2 250 Anna", "1000", extra=booked("5 10 Bo", number=two)[1:])
    statements = (
        told("2 250 Anna", 600, days=(1, 31)),
        told("5 10 Bo", 400, days=(1, 31), file="b", number=two, table=other),
    )
    found = reconciled(rows, *statements)
    month = found.months[-1]
    assert found.numbers == (NUMBER, two)
    assert (month.bank.opening, month.bank.closing, month.at, month.status) == (1000, 1260, 1260, "reconciled")
    alone = last(rows, statements[0])
    assert brief(alone) == "differs 410 extra:5:10"
    one_ends = (statements[0], told("5 10 Bo", 400, days=(1, 20), file="b", number=two, table=other))
    assert brief(last(rows, *one_ends)) == "incomplete None "


def test_a_bank_account_that_is_closed_stands_at_nothing():
    two = "987654321"
    rows = booked(
        "2 250 Anna", "100", extra=[Booked(ids("27 -40 Ut", two)[0], dt.date(2026, 2, 27), D(-40), "", "", "")]
    )
    closed = told("27 -40 Ut", 40, days=(27, 27), file="b", number=two)
    statement = closed.statement
    lines = tuple(type(line)(dt.date(2026, 2, 27), line.amount, line.counterparty) for line in statement.lines)
    days = dt.date(2026, 2, 1), dt.date(2026, 2, 28)
    made = type(statement)("", two, "SEK", lines, D(40), D(0), *days)
    february = type(closed)("b", "b", "camt053", TABLE, two, 0, made)
    found = reconciled(rows, told("2 250 Anna", 60, days=(1, 31)), february)
    assert found.months[-1].month == "2026-03"
    assert (found.months[-1].bank.closing, found.months[-1].status) == (310, "reconciled")


def test_the_same_lines_from_the_bank_and_from_a_list():
    """Two sources read the same account; the list has other words, and was never imported."""
    rows = booked(WHOLE, "100")
    listed = told("2 5 Kort; 9 7 Kort; 9 7 Kort", 100, days=(1, 31), file="list.csv", format="csv")
    month = last(rows, told(WHOLE, 100, days=(1, 31)), listed)
    assert (brief(month), month.notes) == ("reconciled 0 ", ())


def test_a_line_of_the_other_telling_says_which_file_has_it():
    rows = booked("2 5 A; 9 7 B; 9 6 E; 9 8 C", "100")
    month = last(rows, told("2 5 A; 9 7 B; 9 6 E; 9 9 D", 100, days=(1, 31)), told("9 8 C", 112, days=(9, 9), file="b"))
    extra = [(f.amount, f.file) for f in month.findings if f.kind == "extra"]
    assert extra == [(8, "b")]
    assert [note.date.day for note in month.notes if hasattr(note, "kept")] == [9]


def test_lines_of_a_statement_that_cant_be_read():
    rows = booked(WHOLE, "100")
    month = last(rows, unread=["documents/x"])
    assert brief(month) == "no_statement None unread:2:5 unread:9:7 unread:9:7"


def test_nothing_at_all():
    assert reconciled([]).months == ()


amounts = st.integers(-5, 5).filter(bool)
lines = st.lists(st.tuples(st.integers(1, 31), amounts, st.sampled_from("AB")), max_size=12)


@settings(max_examples=150, deadline=None)
@given(lines, st.sets(st.integers(0, 11)), st.data())
def test_every_line_is_told_and_booked_once_or_named(parts, lost, data):
    """Statements of pieces of a month; of some lines, nothing was booked: just those are missing, and they differ."""
    parts = sorted(parts, key=lambda part: part[0])
    cuts = sorted(data.draw(st.sets(st.integers(2, 31), max_size=3)))
    opening, statements = D(100), []
    for at, (a, b) in enumerate(zip([1, *cuts], [*cuts, 32], strict=True)):
        own = [p for p in parts if a <= p[0] < b]
        text = "; ".join(f"{d} {n} {who}" for d, n, who in own)
        statements.append(told(text, opening, file=f"f{at}", days=(a, b - 1)))
        opening += sum(n for _, n, _ in own)
    whole = "; ".join(f"{d} {n} {who}" for d, n, who in parts)
    rows = booked(whole, "100")
    keep = [row for at, row in enumerate(rows[1:]) if at not in lost]
    gone = [row for at, row in enumerate(rows[1:]) if at in lost]
    month = last([rows[0], *keep], *data.draw(st.permutations(statements)))
    assert sorted((f.kind, f.date, f.amount) for f in month.findings) == sorted(
        ("missing", row.date, row.amount) for row in gone
    )
    assert month.difference == -sum(row.amount for row in gone)
    assert month.told == len(parts)
    assert month.status == ("differs" if gone else "reconciled")
