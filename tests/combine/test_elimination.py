"""What is eliminated of a dealing, on which day and from which account: worked by hand (SPEC 10)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger.combine.dealings.elimination import eliminated
from ledger.combine.dealings.items import Item
from ledger.combine.model import Place
from tests.combine.conftest import table, totals
from tests.combine.test_worked import ENTITY, sale

YEAR_END = dt.date(2026, 12, 31)


def steps(found):
    """(day, section, one side's amount) of every entry in ELIM."""
    return [
        (str(e.date), e.section, str(sum(p.amount for p in e.postings if p.amount > 0)))
        for e in found.entries
        if e.column == "ELIM"
    ]


@pytest.mark.parametrize("bought", ["9000.00", "8500.00"], ids=["agreed", "differing"])
def test_a_dealing_is_eliminated_when_the_second_side_is_booked(combined, bought):
    """Sold on 4 March, booked by the buyer on 5 March: on the evening of the 4th only one side is there."""
    mine, theirs = sale("repris", "kafeet", "9000.00", bought, 1)
    found = combined({"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=YEAR_END)
    assert steps(found) == [("2026-03-05", "balance", bought), ("2026-03-05", "result", bought)]


def test_each_day_eliminates_what_both_sides_have_by_then(combined):
    """1,000 sold on 4 March; the buyer books 400 on the 5th and 600 on the 20th."""
    mine, first = sale("repris", "kafeet", "1000.00", "400.00", 1)
    _, second = sale("repris", "kafeet", "1000.00", "600.00", 1)
    texts = {"repris": (mine, ENTITY), "kafeet": (first + second.replace("2026-03-05", "2026-03-20"), ENTITY)}
    found = combined(texts, date_to=YEAR_END)
    assert steps(found) == [
        ("2026-03-05", "balance", "400.00"),
        ("2026-03-05", "result", "400.00"),
        ("2026-03-20", "balance", "600.00"),
        ("2026-03-20", "result", "600.00"),
    ]
    assert found.unmatched == ()
    bought = [(str(e.date), p.source) for e in found.entries for p in e.postings if p.place.account.startswith("2861")]
    file = "units/kafeet/books/2026/2026-01.beancount"
    assert bought == [("2026-03-05", f"{file}:6"), ("2026-03-20", f"{file}:14")]  # the posting of the day itself


def test_a_debt_of_last_year_is_eliminated_in_the_opening_balance(combined):
    """Claim and debt of December stand in the balance sheet of 31 December; the result is last year's."""
    mine, theirs = sale("repris", "kafeet", "700.00", "700.00", 1)
    texts = {
        "repris": (mine.replace("2026-03-04", "2025-12-04"), ENTITY),
        "kafeet": (theirs.replace("2026-03-05", "2025-12-05"), ENTITY),
    }
    found = combined(texts, date_to=YEAR_END)
    assert steps(found) == [("2025-12-31", "balance", "700.00")]
    assert all(amount == 0 for amount in found.lines.values())


def test_the_first_day_of_the_period_is_inside(combined):
    mine, theirs = sale("repris", "kafeet", "700.00", "700.00", 1)
    texts = {
        "repris": (mine.replace("2026-03-04", "2026-01-01"), ENTITY),
        "kafeet": (theirs.replace("2026-03-05", "2026-01-01"), ENTITY),
    }
    found = combined(texts, date_to=YEAR_END)
    assert steps(found) == [("2026-01-01", "balance", "700.00"), ("2026-01-01", "result", "700.00")]


def test_the_largest_account_of_a_side_keeps_the_rest(combined):
    """A claim of 300 on one account and of 100 on another against a debt of 350: 50 stay on the first."""
    mine, theirs = sale("repris", "kafeet", "400.00", "350.00", 1)
    mine = mine.replace(
        '  Assets:1661-Intern    400.00 SEK\n    partner: "kafeet"\n    ic: "trade"\n',
        '  Assets:1660-Intern    100.00 SEK\n    partner: "kafeet"\n    ic: "trade"\n'
        '  Assets:1661-Intern    300.00 SEK\n    partner: "kafeet"\n    ic: "trade"\n',
    )
    got = table(combined({"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=YEAR_END))
    assert {code: amount for (code, unit), amount in got.items() if unit == "ELIM"} == {
        "1660": "-100.00",
        "1661": "-250.00",
        "2861": "350.00",
        "3001": "350.00",
        "4010": "-350.00",
    }


def euros(account, amount, weight, partner):
    sign = "-" if Decimal(amount) < 0 else ""
    return f"""
2026-03-10 * "Dealing" ^ic-repris-1
  {account}  {amount} EUR @@ {weight} SEK
    partner: "{partner}"
    ic: "trade"
  Assets:1930-Bank  {"" if sign else "-"}{weight} SEK
"""


def test_documents_that_differ_are_no_match_though_the_kronor_agree(combined):
    """100 EUR at 11.40 and 95 EUR at 12.00 are both 1,140 kr: 95 EUR go, at the claim's 1,083 kr (95 × 11.40)."""
    mine = euros("Assets:1661-Claim", "100.00", "1140.00", "kafeet")
    theirs = euros("Liabilities:2861-Debt", "-95.00", "1140.00", "repris")
    found = combined({"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=YEAR_END)
    got = totals(found)
    assert (got["1661"], got["2861"]) == ("57.00", "-57.00")
    assert [(str(u.amount), u.currency) for u in found.unmatched] == [("5.00", "EUR")]


def item(unit, document, worth, number):
    """A posting of 100 EUR, or so, and what it is worth in kronor."""
    return Item(
        unit=unit,
        partner="b" if unit == "a" else "a",
        date=dt.date(2026, 3, 1),
        place=Place("InternalReceivables", "1660"),
        section="balance",
        amount=Decimal(worth),
        currency="EUR",
        document_amount=Decimal(document),
        kind="trade",
        links=(),
        document=None,
        transaction=(False, number),
        source=f"units/{unit}/x:{number}",
        order=(f"units/{unit}/x", number),
    )


def test_a_claim_that_rates_have_turned_into_a_debt_is_left_standing():
    """100 EUR at 11.50 less 90 EUR paid at 13.00: 10 EUR are still claimed, at a worth of -20 kr."""
    one = [item("a", "100.00", "1150.00", 1), item("a", "-90.00", "-1170.00", 2)]
    other = [item("b", "-10.00", "-115.00", 3)]
    assert eliminated(one, other, "SEK") == {}
    fair = eliminated([item("a", "10.00", "115.00", 1)], other, "SEK")
    assert {cell[0]: amount for cell, amount in fair.items()} == {"a": Decimal("-115.00"), "b": Decimal("115.00")}


SET_OFF = """
2026-04-01 * "Set off" {link}
  Liabilities:2861-Intern   600.00 SEK
    partner: "{partner}"
    ic: "trade"
  Assets:1661-Intern       -600.00 SEK
    partner: "{partner}"
    ic: "trade"
"""


@pytest.mark.parametrize("link", ["", "^ic-repris-9", "^ic-repris-1", "^ic-repris-1 ^ic-kafeet-1"])
@pytest.mark.parametrize("both", [True, False])
def test_claims_that_are_set_off_leave_nothing_in_the_group(combined, link, both):
    """Sold for 1,000, bought for 600, and 600 set off: by a voucher of its own, or under the invoices' links.

    Whether one of them has booked it or both have, neither claims nor debts are left.
    """
    a, b = sale("repris", "kafeet", "1000.00", "1000.00", 1)
    c, d = sale("kafeet", "repris", "600.00", "600.00", 1)
    mine, theirs = (SET_OFF.format(link=link, partner=partner) for partner in ("kafeet", "repris"))
    found = combined({"repris": a + d + mine, "kafeet": b + c + (theirs if both else "")}, date_to=YEAR_END)
    assert found.unmatched == ()
    assert {code: amount for code, amount in totals(found).items() if Decimal(amount)} == {}
