"""Pairs and error classes: SPEC 10, sample 24."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.combine.dealings.items import Item
from ledger.combine.dealings.matching import match
from ledger.combine.model import ZERO, Place
from tests.combine.conftest import totals

ENTITY = 'entity = "legal_entity"'
CASES = (
    "exact",
    "amount",
    "cut_off",
    "missing",
    "unknown_partner",
    "self",
    "duplicate",
    "class",
    "same_sign",
    "partner_asymmetric",
    "out_of_scope",
)


def entry(item, key):
    amount = Decimal(item["amt"])
    account = "Assets:1660-Claim" if amount > 0 else "Liabilities:2860-Debt"
    return f"""
{item["date"]} * "Dealing" ^ic-a-{key}
  {account}  {amount:.2f} SEK
    partner: "{item["partner"].lower()}"
    ic: "{item.get("cls", "trade")}"
  Assets:1990-Other  {-amount:.2f} SEK
"""


@pytest.mark.parametrize("name", CASES)
def test_error_classes(combined, samples, name):
    data = json.loads((samples / "consolidation" / "24_ic_error_classes.json").read_text(encoding="utf-8"))
    case = next(c for c in data["cases"] if c["name"] == name)
    texts = {unit.lower(): "" for unit in data["units"]}
    for item in case["items"].values():
        texts[item["unit"].lower()] += entry(item, item["key"])
    books = {slug: (text or "; nothing\n", ENTITY) for slug, text in texts.items()}
    books["l"] = (books["l"][0], ENTITY + "\nleft = 2026-09-30")
    found = combined(books, date_to=dt.date.fromisoformat(data["period_end"]))
    expected = data["expected"][name]
    assert [u.code for u in found.unmatched] == ([] if expected == "MATCHED_EXACT" else [expected])
    for said in found.unmatched:
        assert said.remedy
        assert all(source.startswith("units/") and ":" in source for source in said.sources)
        assert len(said.sources) == len([i for i in case["items"].values() if i["unit"] != "L"])
    amounts = {"amount": "50.00", "same_sign": "1000.00"}
    if found.unmatched:
        assert str(found.unmatched[0].amount) == amounts.get(name, "500.00")
    group = totals(found)
    left = {
        "exact": {},
        "amount": {"1660": "50.00"},
        "cut_off": {},
        "duplicate": {"2860": "-500.00"},
        "missing": {"1660": "500.00"},
        "class": {"1660": "500.00", "2860": "-500.00"},
        "same_sign": {"1660": "1000.00"},
        "partner_asymmetric": {"1660": "500.00", "2860": "-500.00"},
    }.get(name, {"1660": "500.00"})
    assert {c: a for c, a in group.items() if c in {"1660", "2860"} and Decimal(a)} == left


TAGS = {
    "missing partner": ('    ic: "trade"\n', "Assets:1660-Claim", "MISSING_PARTNER"),
    "bank with a partner": ('    partner: "kafeet"\n    ic: "trade"\n', "Assets:1940-Savings", "TAG_ON_NON_IC_ACCOUNT"),
    "claim without a partner": ("", "Assets:1660-Claim", "IC_ACCOUNT_WITHOUT_TAG"),
}


@pytest.mark.parametrize(("meta", "account", "code"), TAGS.values(), ids=TAGS)
def test_tags(combined, meta, account, code):
    text = f"""
2026-03-01 * "Dealing"
  {account}  500.00 SEK
{meta}  Assets:1930-Bank  -500.00 SEK
"""
    found = combined({"repris": text, "kafeet": "; nothing\n"})
    assert [(u.code, str(u.amount), u.sources) for u in found.unmatched] == [
        (code, "500.00", ("units/repris/books/2026/2026-01.beancount:3",))
    ]
    assert found.needs_person


def test_an_unmapped_account_keeps_its_unit_out(combined):
    """The place of the `open` is named, and the unit isn't counted as zero."""
    text = """
2026-03-01 * "Unknown"
  Assets:Somewhere  500.00 SEK
  Assets:1930-Bank  -500.00 SEK
"""
    other = """
2026-03-01 * "Sale"
  Assets:1930-Bank   100.00 SEK
  Income:3001-Sales -100.00 SEK
"""
    found = combined({"repris": text, "kafeet": other})
    unmapped = next(p for p in found.problems if p.code == "UNMAPPED_ACCOUNT")
    assert (unmapped.file, unmapped.line, unmapped.unit) == ("units/repris/accounts.beancount", 2, "repris")
    assert not found.complete
    assert {row.unit for row in found.trial_balance} == {"kafeet"}


def test_the_other_side_of_a_broken_book_is_named(combined):
    text = """
2026-03-01 * "Dealing" ^ic-repris-1
  Assets:1660-Claim  500.00 SEK
    partner: "kafeet"
    ic: "trade"
  Assets:1930-Bank  -500.00 SEK
"""
    broken = """
2026-03-01 * "Unknown"
  Assets:Somewhere  500.00 SEK
  Assets:1930-Bank  -500.00 SEK
"""
    found = combined({"repris": text, "kafeet": broken})
    assert [u.code for u in found.unmatched] == ["UNIT_ERRORS"]


def side(unit, partner, amount, day, *, links=(), document=None, number=1, kind="trade", euro=None):
    """A posting of one side; `amount` in kronor, and the document's in `euro` where it is in another currency."""
    return Item(
        unit=unit,
        partner=partner,
        date=day,
        place=Place("InternalReceivables", "1660"),
        section="balance",
        amount=Decimal(amount),
        currency="EUR" if euro else "SEK",
        document_amount=Decimal(euro or amount),
        kind=kind,
        links=tuple(links),
        document=document,
        transaction=(False, number),
        source=f"units/{unit}/x:{number}",
        order=(f"units/{unit}/x", number),
    )


def pairs(items, tolerance=ZERO):
    found = match(items, lambda *_: tolerance)
    return [tuple(sorted(i.source for s in dealing.sides for i in s.items)) for dealing in found]


MARCH = dt.date(2026, 3, 1)


def day(number):
    return MARCH + dt.timedelta(days=number)


def test_by_document_number_when_there_is_no_link():
    items = [side("a", "b", "500", day(0), document="F-1"), side("b", "a", "-500", day(60), document="F-1")]
    assert pairs(items) == [("units/a/x:1", "units/b/x:1")]


def test_a_link_on_one_side_only_is_tried_by_document_and_amount():
    items = [side("a", "b", "500", day(0), links=["ic-a-1"]), side("b", "a", "-500", day(3))]
    assert pairs(items) == [("units/a/x:1", "units/b/x:1")]


def test_the_closest_day_wins_and_ten_days_are_the_limit():
    items = [
        side("a", "b", "500", day(0), number=1),
        side("b", "a", "-500", day(9), number=2),
        side("b", "a", "-500", day(2), number=3),
        side("a", "b", "70", day(0), number=4),
        side("b", "a", "-70", day(11), number=5),
    ]
    assert pairs(items) == [
        ("units/a/x:1", "units/b/x:3"),
        ("units/a/x:4",),
        ("units/b/x:2",),
        ("units/b/x:5",),
    ]


def test_the_closest_day_wins_over_an_earlier_one_and_the_tenth_day_is_inside():
    items = [
        side("a", "b", "500", day(5), number=1),
        side("b", "a", "-500", day(0), number=2),
        side("b", "a", "-500", day(7), number=3),
        side("a", "b", "70", day(0), number=4),
        side("b", "a", "-70", day(10), number=5),
    ]
    assert pairs(items) == [
        ("units/a/x:1", "units/b/x:3"),
        ("units/a/x:4", "units/b/x:5"),
        ("units/b/x:2",),
    ]


def test_what_is_equal_in_both_currencies_comes_before_what_is_equal_in_one():
    """A claim of 100 EUR at 1,130 kr: the debt at 1,130 kr of five days later, not that at 1,140 kr of its day."""
    items = [
        side("a", "b", "1130.00", day(0), euro="100.00", number=1),
        side("b", "a", "-1140.00", day(0), euro="-100.00", number=2),
        side("b", "a", "-1130.00", day(5), euro="-100.00", number=3),
    ]
    assert pairs(items) == [("units/a/x:1", "units/b/x:3"), ("units/b/x:2",)]
    assert pairs(items[:2]) == [("units/a/x:1", "units/b/x:2")]


def test_two_links_that_nobody_answers_are_two_dealings():
    items = [side("a", "b", "500", day(0), links=["ic-a-1"]), side("b", "a", "-500", day(0), links=["ic-b-1"])]
    assert pairs(items) == [("units/a/x:1",), ("units/b/x:1",)]


def test_a_difference_of_the_whole_tolerance_is_within_it():
    items = [side("a", "b", "501.00", day(0)), side("b", "a", "-500.00", day(0))]
    assert pairs(items, Decimal("1.00")) == [("units/a/x:1", "units/b/x:1")]
    assert pairs(items, Decimal("0.99")) == [("units/a/x:1",), ("units/b/x:1",)]


def test_tolerance_comes_after_what_is_exact():
    items = [
        side("a", "b", "500.00", day(0), number=1),
        side("b", "a", "-500.40", day(0), number=2),
        side("b", "a", "-500.00", day(9), number=3),
    ]
    assert ("units/a/x:1", "units/b/x:3") in pairs(items, Decimal(1))
    assert ("units/a/x:1", "units/b/x:2") in pairs(items[:2], Decimal(1))
    assert pairs(items[:2]) == [("units/a/x:1",), ("units/b/x:2",)]


def test_a_payment_that_settles_two_invoices_joins_them():
    items = [
        side("a", "b", "100", day(0), links=["ic-a-1"], number=1),
        side("a", "b", "200", day(0), links=["ic-a-2"], number=2),
        side("b", "a", "-100", day(0), links=["ic-a-1"], number=3),
        side("b", "a", "-200", day(0), links=["ic-a-2"], number=4),
        side("b", "a", "300", day(5), links=["ic-a-1", "ic-a-2"], number=5),
    ]
    assert len(pairs(items)) == 1


@st.composite
def dealings(draw):
    """Any postings between three units, some linked, some not."""
    found = []
    for number in range(draw(st.integers(1, 14))):
        unit = draw(st.sampled_from("abc"))
        partner = draw(st.sampled_from([u for u in "abc" if u != unit]))
        links = draw(st.sampled_from([(), (), ("ic-1",), ("ic-2",), ("ic-1", "ic-2")]))
        document = draw(st.sampled_from([None, None, "F-1", "F-2"]))
        amount = draw(st.sampled_from(["100", "-100", "250.40", "-250.40", "-250"]))
        found.append(
            side(unit, partner, amount, day(draw(st.integers(0, 15))), links=links, document=document, number=number)
        )
    return found


@settings(max_examples=150, deadline=None)
@given(dealings(), st.randoms(use_true_random=False))
def test_pairs_do_not_depend_on_order(items, random):
    expected = pairs(items, Decimal(1))
    shuffled = list(items)
    random.shuffle(shuffled)
    assert pairs(shuffled, Decimal(1)) == expected
    assert sorted(s for pair in expected for s in pair) == sorted(i.source for i in items)
