"""Pairs by amount, looked up, are those of the plain definition, which looks at all pairs (SPEC 10, Matching)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.combine.dealings.items import BALANCE, RESULT, SUSPENSE, WINDOW, Item
from ledger.combine.dealings.matching import Side, match
from ledger.combine.model import Place

MARCH = dt.date(2026, 3, 1)
PLACES = {
    BALANCE: Place("InternalReceivables", "1660"),
    RESULT: Place("NetSales", "3001"),
    SUSPENSE: Place("OtherLiabilities", "2999"),
}


def item(unit, number, day, postings, kinds, linked):
    """The postings of one voucher: (section, document amount, amount, currency)."""
    return [
        Item(
            unit=unit,
            partner="b" if unit == "a" else "a",
            date=MARCH + dt.timedelta(days=day),
            place=PLACES[section],
            section=section,
            amount=Decimal(amount),
            currency=currency,
            document_amount=Decimal(document),
            kind=kinds[place % len(kinds)] if kinds else None,
            links=(f"ic-{unit}-{number}",) if linked else (),
            document=None,
            transaction=(False, number),
            source=f"units/{unit}/x:{number}{place}",
            order=(f"units/{unit}/{number % 3}", number * 10 + place),
        )
        for place, (section, document, amount, currency) in enumerate(postings)
    ]


def grade(one, other, tolerance):
    """0 = equal in both currencies, 1 = equal in the document's, 2 = within the tolerance; None = no pair."""
    if abs(one.items[0].date - other.items[0].date) > WINDOW:
        return None
    if one.kinds and other.kinds and one.kinds != other.kinds:
        return None
    if one.links and other.links:
        return None
    section = BALANCE if one.net(BALANCE) and other.net(BALANCE) else RESULT
    mine, theirs = one.net(section), other.net(section)
    if mine is None or theirs is None or mine[0] != theirs[0] or mine[1] * theirs[1] >= 0:
        return None
    if mine[1] + theirs[1] == 0:
        return 0 if mine[2] + theirs[2] == 0 else 1
    return 2 if abs(mine[2] + theirs[2]) <= tolerance else None


def plainly(vouchers, tolerance):
    """The definition: every pair of vouchers, sorted; from the head on, whoever is still free."""
    sides = [Side(tuple(sorted(voucher, key=lambda i: i.key))) for voucher in vouchers]
    candidates = sorted(
        (
            (found, abs((a.items[0].date - b.items[0].date).days), a.items[0].key, b.items[0].key, n, m)
            for n, a in enumerate(sides)
            for m, b in enumerate(sides)
            if a.unit == "a" and b.unit == "b" and (found := grade(a, b, tolerance)) is not None
        ),
        key=lambda c: c[:4],
    )
    taken, found = set(), set()
    for *_, n, m in candidates:
        if not {n, m} & taken:
            taken |= {n, m}
            found.add(frozenset(i.source for s in (n, m) for i in sides[s].items))
    return found | {frozenset(i.source for i in side.items) for n, side in enumerate(sides) if n not in taken}


AMOUNTS = st.sampled_from(["100", "-100", "100.40", "-100.40", "-99.5", "101", "-101", "250", "-250", "0"])


@st.composite
def vouchers(draw):
    """Vouchers of two units with each other, on few days and with few amounts, so that many fit many."""
    found = []
    for number in range(draw(st.integers(1, 16))):
        postings = []
        for section in draw(
            st.sampled_from([(BALANCE,), (BALANCE,), (RESULT,), (BALANCE, RESULT), (SUSPENSE, RESULT)])
        ):
            document = draw(AMOUNTS)
            currency = draw(st.sampled_from(["SEK", "SEK", "EUR"]))
            amount = document if currency == "SEK" else draw(AMOUNTS)
            postings.append((section, document, amount, currency))
        kinds = draw(st.sampled_from([(), ("trade",), ("trade",), ("loan",), ("loan", "interest")]))
        found.append(
            item(draw(st.sampled_from("ab")), number, draw(st.integers(0, 14)), postings, kinds, draw(st.booleans()))
        )
    return found


@settings(max_examples=300, deadline=None)
@given(vouchers(), st.sampled_from(["0", "0.50", "1", "200"]), st.randoms(use_true_random=False))
def test_what_is_looked_up_is_what_all_pairs_give(given_vouchers, tolerance, random):
    items = [one for voucher in given_vouchers for one in voucher]
    random.shuffle(items)
    found = match(items, lambda *_: Decimal(tolerance))
    assert {frozenset(i.source for s in d.sides for i in s.items) for d in found} == plainly(
        given_vouchers, Decimal(tolerance)
    )


def test_many_sides_of_nearly_one_amount_find_each_other():
    """A hundred claims and debts of one day, each debt 0.01 kr more than the one before, a tolerance of 0.10 kr.

    The first claim, 1,000.00, may answer 1,000.00 to 1,000.10: equal ones come first, so number n answers number n.
    """
    sides = []
    for number in range(100):
        amount = Decimal(1000) + Decimal(number) / 100
        sides.append(item("a", number, 0, [(BALANCE, amount, amount, "SEK")], (), linked=False))
        sides.append(item("b", number + 100, 0, [(BALANCE, -amount, -amount, "SEK")], (), linked=False))
    found = match([one for side in sides for one in side], lambda *_: Decimal("0.10"))
    assert {tuple(i.transaction[1] for s in d.sides for i in s.items) for d in found} == {
        (n, n + 100) for n in range(100)
    }
    moved = [replace(one, amount=one.amount - 1, document_amount=one.document_amount - 1) for one in sides[1]]
    found = match([*sides[0], *moved], lambda *_: Decimal("0.10"))
    assert [len(d.sides) for d in found] == [1, 1]
