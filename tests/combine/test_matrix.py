"""The pair matrix: what is left of each pair is what the unmatched list says (SPEC 10)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.combine.dealings.items import BALANCE, Item
from ledger.combine.dealings.matching import Dealing, Side
from ledger.combine.dealings.matrix import matrix_of, pair_matrix
from ledger.combine.dealings.settle import Settler
from ledger.combine.model import ZERO, Place
from ledger.combine.scope import Scope
from tests.combine.test_worked import ENTITY, sale

YEAR_END = dt.date(2026, 12, 31)


def rows(found):
    return [
        (*r.units, r.kind, r.section, *map(str, (r.one, r.other, r.eliminated, r.adjusted, r.unmatched)))
        for r in pair_matrix(found)
    ]


def test_a_pair_with_dealings_both_ways(combined):
    """Repris sells for 9,000, of which the café has 8,500; the café sells for 2,000: 6,500 and 500 are left of each."""
    first, second = sale("repris", "kafeet", "9000.00", "8500.00", 1), sale("kafeet", "repris", "2000.00", "2000.00", 2)
    found = combined({"repris": (first[0] + second[1], ENTITY), "kafeet": (first[1] + second[0], ENTITY)})
    assert rows(found) == [
        # the café first: its debt of 8,500 less its claim of 2,000
        ("kafeet", "repris", "trade", "balance", "-6500.00", "7000.00", "-6500.00", "0", "500.00"),
        ("kafeet", "repris", "trade", "result", "6500.00", "-7000.00", "6500.00", "0", "-500.00"),
    ]


CASES = {
    "one-sided": ("500.00", None, "ONE_SIDED", [("0", "500.00", "0", "0", "500.00")] * 2),
    "within the tolerance": ("500.00", "499.40", "TOLERANCE", [("-499.40", "500.00", "-499.40", "0", "0.60")] * 2),
}


@pytest.mark.parametrize(("sold", "bought", "code", "expected"), CASES.values(), ids=CASES)
def test_what_is_left_is_listed(combined, sold, bought, code, expected):
    mine, theirs = sale("repris", "kafeet", sold, bought, 1)
    found = combined({"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=YEAR_END)
    (said,) = found.unmatched
    assert said.code == code
    claims, result = (row[4:] for row in rows(found))
    assert claims == expected[0]
    assert [Decimal(a) for a in result] == [-Decimal(a) for a in expected[1]]
    assert [(r.section, r.amount) for r in said.rests] == [
        ("balance", Decimal(expected[0][-1])),
        ("result", -Decimal(expected[0][-1])),
    ]


def test_goods_in_transit_are_adjusted(combined):
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    mine, theirs = mine.replace("2026-03-04", "2026-12-30"), theirs.replace("2026-03-05", "2027-01-04")
    found = combined({"repris": mine, "kafeet": theirs}, date_to=YEAR_END)
    assert rows(found) == [
        ("kafeet", "repris", "trade", "balance", "0", "500.00", "-500.00", "-500.00", "0.00"),
        ("kafeet", "repris", "trade", "result", "0", "-500.00", "500.00", "500.00", "0.00"),
    ]
    new = combined({"repris": mine, "kafeet": theirs}, date_to=dt.date(2027, 1, 31))
    assert rows(new) == [  # the cost is the year's before: taken back
        ("kafeet", "repris", "trade", "balance", "-500.00", "500.00", "-500.00", "0", "0.00"),
        ("kafeet", "repris", "trade", "result", "500.00", "0", "0", "-500.00", "0.00"),
    ]


def test_three_units_that_name_each_other_in_a_circle_are_two_pairs(combined):
    """A names B, B names C: 500 stand with A towards B, and 500 with B towards C; one finding has both."""
    tags = '    partner: "{}"\n    ic: "trade"\n'
    head = '2026-03-01 * "Dealing" ^ic-a-1\n'
    a = f"{head}  Assets:1660-Claim  500.00 SEK\n{tags.format('b')}  Assets:1930-Bank  -500.00 SEK\n"
    b = f"{head}  Liabilities:2860-Debt  -500.00 SEK\n{tags.format('c')}  Assets:1930-Bank  500.00 SEK\n"
    found = combined({"a": a, "b": b, "c": ""}, date_to=YEAR_END)
    assert [u.code for u in found.unmatched] == ["PARTNER_ASYMMETRIC"]
    assert rows(found) == [
        ("a", "b", "trade", "balance", "500.00", "0", "0", "0", "500.00"),
        ("b", "c", "trade", "balance", "-500.00", "0", "0", "0", "-500.00"),
    ]


def claim(unit, amount, number=1):
    return Item(
        unit=unit,
        partner="b" if unit == "a" else "a",
        date=dt.date(2026, 3, number),
        place=Place("InternalReceivables", "1660"),
        section=BALANCE,
        amount=Decimal(amount),
        currency="SEK",
        document_amount=Decimal(amount),
        kind="trade",
        links=("ic-1",),
        document=None,
        transaction=(False, number),
        source=f"units/{unit}/x:{number}",
        order=(f"units/{unit}/x", number),
    )


class NoBooks:
    """Nothing of these dealings is looked up."""

    depreciation = abroad = None


def settled(one, other):
    scope = Scope({}, {}, frozenset(), None, dt.date(2026, 1, 1), YEAR_END)
    settler = Settler(scope, "SEK", lambda *_: ZERO, looks=NoBooks(), year=lambda day: day, spot=lambda *_: Decimal(1))
    settler.settle(Dealing("ic-1", (Side((one,)), Side((other,)))))
    return settler.done


def test_the_matrix_holds_against_what_is_tampered_with():
    """Whoever loses a posting, a finding or one side of an elimination is told."""
    one, other = claim("a", "500.00"), claim("b", "-450.00", 2)
    done = settled(one, other)
    assert [str(r.unmatched) for r in matrix_of(done, [one, other])] == ["50.00"]
    with pytest.raises(AssertionError):
        matrix_of(done, [one])
    with pytest.raises(AssertionError):
        matrix_of(replace(done, findings=[]), [one, other])
    (entry,) = done.entries
    doubled = replace(done, entries=[entry, replace(entry, postings=(*entry.postings, *entry.postings))])
    with pytest.raises(AssertionError):
        matrix_of(doubled, [one, other])
    moved = replace(entry, postings=tuple(replace(p, unit="a") for p in entry.postings))
    with pytest.raises(AssertionError):
        matrix_of(replace(done, entries=[moved, replace(moved, kind="loan")]), [one, other])
