"""What a finding says beyond its own two sides: where the cause is likely to be."""

from __future__ import annotations

import datetime as dt

from tests.combine.conftest import StubRun
from tests.combine.test_worked import ENTITY, sale

YEAR_END = dt.date(2026, 12, 31)
BOOK = "units/{}/books/2026/2026-01.beancount:{}"


def told(found):
    return [(u.code, u.key, u.advice.partition("wrong. ")[2]) for u in found.unmatched]


def test_two_links_that_differ_in_capitals_only_name_each_other_and_stay_two(combined):
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", "F1")
    theirs = theirs.replace("ic-repris-F1", "ic-repris-f1")
    found = combined({"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=YEAR_END)
    where = BOOK.format("kafeet", 6), BOOK.format("repris", 3)
    assert told(found) == [
        ("ONE_SIDED", "ic-repris-F1", f"The other unit has ic-repris-f1 at {where[0]}: only capitals differ."),
        ("ONE_SIDED", "ic-repris-f1", f"The other unit has ic-repris-F1 at {where[1]}: only capitals differ."),
    ]
    assert found.entries == ()


def test_of_one_unit_alone_they_are_two_dealings(combined):
    mine, _ = sale("repris", "kafeet", "500.00", "500.00", "F1")
    again, _ = sale("repris", "kafeet", "300.00", "300.00", "f1")
    found = combined({"repris": (mine + again, ENTITY), "kafeet": ("", ENTITY)}, date_to=YEAR_END)
    assert told(found) == [("ONE_SIDED", "ic-repris-F1", ""), ("ONE_SIDED", "ic-repris-f1", "")]


LEVY = """
2026-03-31 * "Levy" ^{2}
  {0}  {1} SEK
    partner: "{3}"
    ic: "levy"
  {4}  -{1} SEK
    partner: "{3}"
    ic: "levy"
"""


def levy(link, unit, central):
    """The levy of March in both books."""
    mine = LEVY.format("Expenses:6430-Levy", unit, link, "gemensamt", "Liabilities:2861-Owed")
    theirs = LEVY.format("Assets:1661-Claim", central, link, "repris", "Income:3680-Levy")
    return mine, theirs


def test_a_levy_booked_by_hand_that_the_rules_complete_points_at_centrals_voucher(combined):
    """Due are 1,500: the unit has booked 1,000, central 1,500, and the rules add 500 to both."""
    mine, theirs = levy("ic-gemensamt-levy-hand", "1000.00", "1500.00")
    rest = levy("ic-gemensamt-levy-rest", "500.00", "500.00")
    books = {"repris": (mine, ENTITY), "gemensamt": (theirs, ENTITY)}
    ruled = combined(books, run=StubRun({"repris": rest[0], "gemensamt": rest[1]}), date_to=YEAR_END)
    by_hand = combined(books, date_to=YEAR_END)
    assert [(u.code, str(u.amount)) for u in ruled.unmatched] == [("AMOUNT_DIFF", "500.00")]
    assert "correct central's voucher" in ruled.unmatched[0].advice
    assert "central's voucher" not in by_hand.unmatched[0].advice, "without rules nobody knows which is wrong"


def test_a_slip_in_the_link_points_at_the_other_units_dealing_of_the_same_amount(combined):
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", "1")
    texts = {"repris": (mine, ENTITY), "kafeet": (theirs.replace("ic-repris-1", "ic-repris-01"), ENTITY)}
    one, other = sorted(combined(texts, date_to=YEAR_END).unmatched, key=lambda u: u.key, reverse=True)
    assert (one.code, other.code) == ("ONE_SIDED", "ONE_SIDED")
    assert f"the other unit's ic-repris-01 at {BOOK.format('kafeet', 6)} is meant" in one.advice
    assert f"the other unit's ic-repris-1 at {BOOK.format('repris', 3)} is meant" in other.advice


def test_an_amount_in_two_parts_points_at_them_and_they_at_it(combined):
    mine, _ = sale("repris", "kafeet", "200.00", "200.00", "1")
    _, first = sale("repris", "kafeet", "100.00", "100.00", "2")
    _, second = sale("repris", "kafeet", "100.00", "100.00", "3")
    found = combined({"repris": (mine, ENTITY), "kafeet": (first + second, ENTITY)}, date_to=YEAR_END)
    advice = {u.key: u.advice for u in found.unmatched}
    assert "the other unit's ic-repris-2 at" in advice["ic-repris-1"]
    assert "together they have this amount" in advice["ic-repris-1"]
    for key in ("ic-repris-2", "ic-repris-3"):
        assert "a part of the other unit's ic-repris-1 at" in advice[key]


def test_a_cost_without_a_partner_lacks_its_tags_and_nothing_else(combined):
    """Only the debt is tagged. Whoever books the difference would book the cost twice."""
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", "1")
    tagged = '    partner: "repris"\n    ic: "trade"\n'
    for account, words in (
        ("Expenses:4010-Goods", 'add partner: "repris" and ic: "trade" to that posting, and book nothing more'),
        ("Assets:1460-Stock", "book it as cost, with the tags of the debt"),
    ):
        only = theirs.replace(f"  Expenses:4010-Goods  500.00 SEK\n{tagged}", f"  {account}  500.00 SEK\n")
        assert only != theirs
        (said,) = combined({"repris": mine, "kafeet": only}, date_to=YEAR_END).unmatched
        assert said.code == "AMOUNT_DIFF"
        assert words in said.advice
        assert f"on {account}" in said.advice
        assert "books the difference" not in said.advice


def test_an_answer_of_another_year_is_named(combined):
    """Sold on 30 December, bought on 11 January, the twelfth day: neither year takes the other's voucher in."""
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", "1")
    texts = {
        "repris": (mine.replace("2026-03-04", "2026-12-30"), ENTITY),
        "kafeet": (theirs.replace("2026-03-05", "2027-01-11"), ENTITY),
    }
    (said,) = combined(texts, date_to=dt.date(2027, 1, 31)).unmatched
    assert said.code == "AMOUNT_DIFF"
    assert {source.split("/")[1] for source in said.sources} == {"repris", "kafeet"}
    assert "on 2026-12-30, at units/repris/" in said.advice
