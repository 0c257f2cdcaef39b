"""What texts mean before they stand in a book: parsed in a process of its own, in the order of their lines."""

import datetime as dt

import pytest

from ledger.books.guard_child import parse_blocks_in_child, parse_in_child
from ledger.books.problems_guard import BookSyntax
from ledger.seals import blocks

#: Two vouchers, the later one first, and an account between them.
TEXT = """\
; March

2026-03-20 * "Rent"
  voucher: "A-2"
  Expenses:5010-Rent  100.00 SEK
  Assets:1930-Bank

2026-03-01 open Assets:1910-Till

2026-03-05 * "Coffee"
  voucher: "A-1"
  Expenses:5460-Coffee  20 SEK
  Assets:1930-Bank
"""
TODAY = dt.date(2026, 3, 31)


@pytest.fixture
def ws(make_workspace):
    return make_workspace({"repris": {"2026-03": "; March\n"}})


def test_meanings_come_in_the_order_of_the_lines(ws):
    unit = ws.units["repris"]
    path = unit.month_file(TODAY)
    found = parse_in_child(ws, unit, {path: TEXT}, today=TODAY)
    assert [(m.date.isoformat(), m.type, m.voucher) for m in found[path]] == [
        ("2026-03-20", "transaction", "A-2"),
        ("2026-03-01", "open", ""),
        ("2026-03-05", "transaction", "A-1"),
    ]


def test_layout_and_zeros_mean_nothing(ws):
    unit = ws.units["repris"]
    path = unit.month_file(TODAY)
    other = TEXT.replace("20 SEK", "20.00  SEK").replace("; March", "; another head")
    assert parse_in_child(ws, unit, {path: TEXT}, today=TODAY) == parse_in_child(ws, unit, {path: other}, today=TODAY)


def test_a_text_that_the_guard_refuses_is_told(ws):
    unit = ws.units["repris"]
    path = unit.month_file(TODAY)
    with pytest.raises(BookSyntax) as caught:
        parse_in_child(ws, unit, {path: TEXT + "2026-03-09 * broken\n"}, today=TODAY)
    assert caught.value.line == 14


def test_a_damaged_block_spoils_no_other(ws):
    unit = ws.units["repris"]
    data = TEXT.replace("Expenses:5010-Rent", "Expenses:5010 Rent").encode()
    cut = [data[b.start : b.end] for b in blocks.split(data) if b.date is not None]
    cut.append(cut[-1] + cut[-1])  # two directives are no block
    cut.append(b'2026-03-09 * "division"\n  Assets:1930-Bank  1/0 SEK\n')
    found = parse_blocks_in_child(ws, unit, unit.month_file(TODAY), cut, today=TODAY)
    assert [m and m.voucher for m in found] == [None, "", "A-1", None, None]
