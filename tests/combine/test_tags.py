"""What postings say of a dealing and nobody knows: words and months that are misspelt (SPEC 3)."""

from __future__ import annotations

import datetime as dt
from typing import get_args

import pytest

from ledger.books.source_rules import Kind
from ledger.rules.dealings import KINDS
from tests.combine.test_assets import bought, sold
from tests.combine.test_worked import ENTITY, sale

YEAR_END = dt.date(2026, 12, 31)
BOOK = "units/{}/books/2026/2026-01.beancount:{}"
KNOWN = "trade, levy, loan, interest, fund, solidarity, capital, dividend, patronage, asset, other"


def told(found):
    return [(u.code, str(u.amount), u.sources) for u in found.unmatched]


def test_the_kinds_are_those_that_rules_of_sources_take():
    assert set(KINDS) == set(get_args(Kind))


@pytest.mark.parametrize(("word", "near"), [("traed", "trade"), ("Trade", "trade"), ("levyy", "levy"), ("zz", "")])
@pytest.mark.parametrize("entity", ["", ENTITY], ids=["divisions", "legal persons"])
def test_a_misspelt_kind_is_named_and_needs_a_person(combined, word, near, entity):
    """The two sides agree all the same, and turnover isn't counted twice: eliminated as what the other side says."""
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    mine = mine.replace('"trade"', f'"{word}"')
    found = combined({"repris": (mine, entity), "kafeet": (theirs, entity)}, date_to=YEAR_END)
    assert told(found) == [("IC_UNKNOWN", "500.00", (BOOK.format("repris", 3), BOOK.format("repris", 6)))]
    (one,) = found.unmatched
    hint = f' It says "{word}": did you mean {near}?' if near else ""
    assert one.advice == f"Give the posting one of these: {KNOWN}.{hint}"
    assert (one.units, one.kind, one.blocks) == (("repris", "kafeet"), "other", not entity)
    assert found.needs_person
    assert {e.kind for e in found.entries} == {"trade"}
    assert "NetSales" not in {row.line for row in found.trial_balance if row.unit == "kafeet"}
    assert found.lines.get("NetSales", 0) == 0


def test_where_both_sides_misspell_it_the_dealing_is_of_the_kind_other(combined):
    mine, theirs = (text.replace('"trade"', '"traed"') for text in sale("repris", "kafeet", "500.00", "500.00", 1))
    found = combined({"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=YEAR_END)
    assert [u.code for u in found.unmatched] == ["IC_UNKNOWN", "IC_UNKNOWN"]
    assert {e.kind for e in found.entries} == {"other"}
    assert [row.unmatched for row in found.pairs] == [0, 0]


def test_a_misspelt_kind_on_an_account_that_only_some_kinds_may_have_is_the_cause(combined):
    mine = """
2026-05-20 * "Decided" ^ic-repris-5
  Equity:2091-Retained  1000.00 SEK
    partner: "kafeet"
    ic: "dividnd"
  Liabilities:2898-Owed  -1000.00 SEK
"""
    found = combined({"repris": (mine, ENTITY), "kafeet": ("", ENTITY)}, date_to=YEAR_END)
    assert told(found) == [("IC_UNKNOWN", "1000.00", (BOOK.format("repris", 3),))]
    assert "dividend?" in found.unmatched[0].advice


def test_what_was_misspelt_in_an_earlier_period_and_agrees_is_over(combined):
    """Nobody can correct a closed year; its dealing is eliminated as it was."""
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    mine = mine.replace('"trade"', '"traed"')
    found = combined({"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=dt.date(2027, 12, 31))
    assert told(found) == []


@pytest.mark.parametrize(
    ("months", "wrong"), [('"60"', True), ("0", True), ("12.5", True), ("1201", True), ("60", False)]
)
def test_a_useful_life_that_can_be_none_is_named(combined, months, wrong):
    texts = {
        "repris": (sold("2026-07-01", "120000.00", "90000.00"), ENTITY),
        "kafeet": (bought("2026-07-01", "120000.00", f"    months: {months}\n"), ENTITY),
    }
    found = combined(texts, date_to=YEAR_END)
    expected = [("MONTHS_UNKNOWN", "120000.00", (BOOK.format("kafeet", 3),))] if wrong else []
    assert told(found) == expected
    assert found.needs_person == wrong
    later = combined(texts, date_to=dt.date(2027, 12, 31))
    assert told(later) == expected, "the gain stays in the asset as long as nobody says for how long"
