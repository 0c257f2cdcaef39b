"""A division that is closed has been emptied, and one that joins brings nothing; else it is named, with its amounts."""

from __future__ import annotations

import datetime as dt

import pytest

from .conftest import table

D = dt.date
CLOSED = 'status = "closed"\nleft = 2026-09-30'
SALE = """
2026-03-03 * "Sale"
  Assets:1930-Bank  40.00 SEK
  Income:3001-Sales  -40.00 SEK
"""
#: What closes it: its bank goes to gemensamt, by a voucher that both have; its result stays, against an internal debt.
MOVED = """
2026-09-30 * "Moved" ^ic-gar-move
  Assets:1930-Bank  -40.00 SEK
  Assets:1660-Claim  40.00 SEK
    partner: "gemensamt"
    ic: "other"
"""
TAKEN = """
2026-09-30 * "Moved" ^ic-gar-move
  Assets:1930-Bank  40.00 SEK
  Liabilities:2860-Debt  -40.00 SEK
    partner: "gar"
    ic: "other"
"""
LEVY = """
2026-09-30 * "Levy" ^ic-gar-levy
  Expenses:6430-Levy  6.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Levy  -6.00 SEK
    partner: "gemensamt"
    ic: "levy"
"""
LEVIED = """
2026-09-30 * "Levy" ^ic-gar-levy
  Assets:1661-Levy  6.00 SEK
    partner: "gar"
    ic: "levy"
  Income:3680-Levy  -6.00 SEK
    partner: "gar"
    ic: "levy"
"""
PAID = """
2026-09-30 * "Levy paid" ^ic-gar-levy
  Liabilities:2861-Levy  6.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Assets:1930-Bank  -6.00 SEK
"""
RECEIVED = """
2026-09-30 * "Levy paid" ^ic-gar-levy
  Assets:1661-Levy  -6.00 SEK
    partner: "gar"
    ic: "levy"
  Assets:1930-Bank  6.00 SEK
"""


@pytest.mark.parametrize(
    ("book", "others", "told"),
    [
        (SALE, "", "1930-Bank 40.00 SEK"),
        (SALE + MOVED, TAKEN, None),
        (SALE + MOVED.replace("40", "39"), TAKEN.replace("40", "39"), "1930-Bank 1.00 SEK"),
        (SALE + LEVY + MOVED, LEVIED + TAKEN, "2861-Levy -6.00 SEK"),
        (SALE + LEVY + PAID + MOVED.replace("40", "34"), LEVIED + RECEIVED + TAKEN.replace("40", "34"), None),
        (SALE + MOVED.replace("09-30", "10-01"), TAKEN.replace("09-30", "10-01"), "1930-Bank 40.00 SEK"),
    ],
    ids=["nothing moved", "moved", "not all", "levy owed", "levy paid", "a day late"],
)
def test_a_closed_division_is_empty(combined, book, others, told):
    found = combined({"gar": (book, CLOSED), "gemensamt": others}, date_to=D(2026, 12, 31))
    named = [p for p in found.problems if p.code == "DIVISION_NOT_EMPTY"]
    assert [(p.unit, p.file, p.params["accounts"], p.params["date"]) for p in named] == (
        [("gar", "units/gar/unit.toml", told, "2026-09-30")] if told else []
    )
    assert found.complete is (told is None)


@pytest.mark.parametrize(
    ("unit", "date_to", "named"),
    [
        ('status = "closed"', D(2026, 3, 31), True),
        ('status = "closed"', D(2026, 2, 28), False),  # before it was closed
        (CLOSED, D(2026, 3, 31), True),  # its book says no more
        ('status = "closing"\nleft = 2026-09-30', D(2026, 12, 31), False),
        ("left = 2026-09-30", D(2026, 12, 31), False),
        (f'entity = "legal_entity"\n{CLOSED}', D(2026, 12, 31), False),  # it takes its net assets with it
    ],
)
def test_it_is_asked_of_divisions_that_say_they_are_closed(combined, unit, date_to, named):
    found = combined({"gar": (SALE, unit)}, date_to=date_to)
    assert [p.code for p in found.problems] == ["DIVISION_NOT_EMPTY"] * named


BEFORE = """
2025-12-31 * "Balances"
  Assets:1930-Bank  200.00 SEK
  Equity:2091-Earlier  -200.00 SEK
2026-02-15 * "Sale"
  Assets:1930-Bank  5.00 SEK
  Income:3001-Sales  -5.00 SEK
"""
AFTER = BEFORE.replace("2025-12-31", "2026-06-01").replace("02-15", "06-15")


@pytest.mark.parametrize(
    ("book", "unit", "told"),
    [
        (BEFORE, "joined = 2026-04-01", "1930-Bank 205.00 SEK, 2091-Earlier -200.00 SEK"),
        (BEFORE, "joined = 2026-02-10", "1930-Bank 200.00 SEK, 2091-Earlier -200.00 SEK"),
        (BEFORE, "joined = 2025-12-31", None),
        (AFTER, "joined = 2026-04-01", None),
        (BEFORE, "", None),
        (BEFORE, 'entity = "legal_entity"\njoined = 2026-04-01', None),  # it brings its net assets
        (BEFORE, "joined = 2027-04-01", None),  # not yet
    ],
)
def test_a_division_joins_with_nothing(combined, book, unit, told):
    found = combined({"ny": (book, unit)}, date_to=D(2026, 12, 31))
    assert [(p.code, p.unit, p.params["accounts"]) for p in found.problems] == (
        [("DIVISION_JOINED", "ny", told)] if told else []
    )
    assert found.complete is (told is None)


def test_what_was_used_up_before_it_joined_is_not_missing(combined):
    back = '\n2026-03-01 * "Back"\n  Assets:1930-Bank  -205.00 SEK\n  Equity:2091-Earlier  200.00 SEK\n'
    book = BEFORE + back + "  Income:3001-Sales  5.00 SEK\n" + SALE.replace("03-03", "05-03")
    found = combined({"ny": (book, "joined = 2026-04-01")}, date_to=D(2026, 12, 31))
    assert (found.problems, table(found)) == ((), {("3001", "ny"): "-40.00", ("1930", "ny"): "40.00"})
