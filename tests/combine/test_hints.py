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
