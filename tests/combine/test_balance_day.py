"""Balance sheets of any day: what is held in other currencies stands at the rate of that day (SPEC 10; IAS 21.23).

Every figure is worked out by hand from the rates in the text.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from beancount.core import data

from ledger.combine import combine
from ledger.combine.reports.view import group_entries
from ledger.policy import read_policy
from ledger.provisional import REMEASUREMENT, provisional
from tests.combine.conftest import totals

SPAIN = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'
PRICES = """
2026-01-12 price EUR 11.00 SEK
2026-01-31 price EUR 11.10 SEK
2026-02-28 price EUR 11.30 SEK
2026-03-15 price EUR 11.50 SEK
2026-03-31 price EUR 11.60 SEK
2026-01-31 custom "average-rate" "EUR" 11.05 SEK
2026-02-28 custom "average-rate" "EUR" 11.20 SEK
2026-03-31 custom "average-rate" "EUR" 11.45 SEK
"""
PAID = """
2026-01-20 * "Invoice"
  Assets:1510-Claim   500.00 EUR @@ 5520.00 SEK
  Income:3305-Sales  -5520.00 SEK
2026-02-15 * "Part"
  Assets:1935-Bank    200.00 EUR @@ 2230.00 SEK
  Assets:1510-Claim  -200.00 EUR @@ 2208.00 SEK
  Income:3960-Gain    -22.00 SEK
2026-03-05 * "Rest"
  Assets:1935-Bank    300.00 EUR @@ 3420.00 SEK
  Assets:1510-Claim  -300.00 EUR @@ 3312.00 SEK
  Income:3960-Gain   -108.00 SEK
2026-03-20 * "Of later days"
  Assets:1935-Bank    100.00 EUR @@ 1155.00 SEK
  Income:3305-Sales  -1155.00 SEK
"""
EXCHANGED = """
2026-10-10 * "Exchanged"
  Assets:1935-Bank   1000.00 EUR @ 11.00 SEK
  Assets:1930-Bank -11000.00 SEK
"""
AUTUMN = """
2026-10-31 price EUR 11.70 SEK
2026-12-31 price EUR 12.00 SEK
"""


@pytest.fixture
def on(federation):
    """`on("2026-03-15", texts)` gives the figures of that day, with what the rules make of the books."""

    def make(day, texts, *, prices=PRICES, closed=None, **options):
        books = replace(federation(texts, prices=prices), closed=closed or {})
        run = provisional(books, read_policy(books.central_text, books.workspace))
        assert run.problems == ()
        return combine(books, run, date_to=dt.date.fromisoformat(day), **options)

    return make


def measured(found, slug):
    """What is provisional in a unit's book up to the day: day, account, Σ in the book's currency."""
    entries = found.parts[slug].source.provisional_entries()
    return [
        (str(e.date), p.account.split(":")[1][:4], str(p.units), str(p.price))
        for e in entries
        for p in getattr(e, "postings", ())
        if e.date <= found.date_to and e.meta["filename"] == REMEASUREMENT
    ]


@pytest.mark.parametrize("closed", [{}, {"gem": frozenset({"2026-03"})}])
def test_an_invoice_that_is_paid_whole_is_nothing_within_the_month(on, closed):
    """On 15 March the bank holds 500 EUR at 11.50, 5,750; sold for 5,520, gained 230 in all, of it 130 booked by hand.

    What the close has written of March is of the 31st: it says nothing of the 15th.
    """
    found = on("2026-03-15", {"gem": PAID}, closed=closed)
    assert found.problems == ()
    assert "1510" not in totals(found)
    assert totals(found)["1935"] == "5750.00"
    assert totals(found)["3305"] == "-5520.00"
    assert found.result == 5750


def test_a_loan_meets_its_debt_within_the_month(on):
    """2,000 EUR lent at 11.02, 700 paid back: 1,300 EUR at 11.50 are 14,950 on both sides.

    Gained: 14,950 + 7,800 - 22,040 = 710. Another of 5,000 SEK is the Spaniard's risk: 445.00 EUR are owed as 434.78.
    """
    lender = """
2026-01-12 * "Loan" ^ic-gem-1
  Assets:1320-Loan   2000.00 EUR @ 11.02 SEK
    partner: "esp"
    ic: "loan"
  Assets:1930-Bank  -22040.00 SEK
2026-02-12 * "Loan" ^ic-gem-4
  Assets:1320-Loan   5000.00 SEK
    partner: "esp"
    ic: "loan"
  Assets:1930-Bank  -5000.00 SEK
2026-03-12 * "Back" ^ic-gem-1
  Assets:1320-Loan   -700.00 EUR @@ 7800.00 SEK
    partner: "esp"
    ic: "loan"
  Assets:1930-Bank  7800.00 SEK
"""
    borrower = """
2026-01-12 * "Loan" ^ic-gem-1
  Assets:572-Banco   2000.00 EUR
  Liabilities:55241-Debt   -2000.00 EUR
    partner: "gem"
    ic: "loan"
2026-02-12 * "Loan" ^ic-gem-4
  Assets:572-Banco   445.00 EUR
  Liabilities:55241-Debt   -5000.00 SEK @@ 445.00 EUR
    partner: "gem"
    ic: "loan"
2026-03-12 * "Back" ^ic-gem-1
  Liabilities:55241-Debt   700.00 EUR
    partner: "gem"
    ic: "loan"
  Assets:572-Banco   -700.00 EUR
"""
    found = on("2026-03-15", {"gem": lender, "esp": (borrower, SPAIN)})
    assert found.problems == ()
    # 434.78 EUR at 11.50 are 4,999.97, no cent of euro comes nearer: 3 öre of the claim are named, and stay
    assert [(u.code, u.key, str(u.amount), u.currency) for u in found.unmatched] == [
        ("FX_DIFF", "ic-gem-4", "0.03", "SEK")
    ]
    assert not found.needs_person
    sums = {(r.account.split("-")[0], r.unit): r.amount for r in found.trial_balance}
    assert sums["1320", "gem"] == Decimal("19950.00")
    assert sums["1320", "ELIM"] == Decimal("-19949.97")
    assert totals(found)["1320"] == "0.03"
    assert totals(found)["55241"] == "0.00"
    gained = sum(a for (code, unit), a in sums.items() if unit == "gem" and code in {"3960", "7960"})
    assert gained == -710


@pytest.mark.parametrize(
    ("day", "bank", "result"),
    [
        ("2026-10-20", None, None),  # no price of that day, nor of the seven days before
        ("2026-10-31", "11700.00", 700),  # as the book stands
        ("2026-11-30", None, None),
        ("2026-12-31", "12000.00", 1000),  # November has no price: December catches up
        ("2027-01-05", "12000.00", 0),  # a price of five days ago; the gain is of the year before
    ],
)
def test_a_day_after_the_last_posting(on, day, bank, result):
    """1,000 EUR for 11,000; the federation's last posting is in October."""
    found = on(day, {"gem": EXCHANGED}, prices=AUTUMN)
    named = [(p.code, p.unit, p.params["date"]) for p in found.problems]
    assert found.complete == (not named)
    if bank is None:
        assert named == [("MISSING_RATE", "gem", day)]
    else:
        assert named == []
        assert totals(found)["1935"] == bank
        assert found.result == result


def test_the_price_of_the_last_posting_is_not_asked_of_a_later_day(on):
    found = on("2026-12-31", {"gem": EXCHANGED}, prices="2026-12-31 price EUR 12.00 SEK\n")
    assert found.problems == ()
    assert totals(found)["1935"] == "12000.00"


def test_a_closed_month_after_the_last_remeasurement_holds_what_was_written(on):
    """October is closed: its end is what the close wrote (here nothing); December catches up."""
    closed = {"gem": frozenset({"2026-10"})}
    assert totals(on("2026-10-31", {"gem": EXCHANGED}, prices=AUTUMN, closed=closed))["1935"] == "11000.00"
    assert totals(on("2026-12-31", {"gem": EXCHANGED}, prices=AUTUMN, closed=closed))["1935"] == "12000.00"


def test_whoever_leaves_within_a_month_goes_at_the_rate_of_that_day(on):
    """500 EUR at 11.50 on 15 March leave with it; at the end of the month nothing of it is looked at."""
    toml = 'entity = "legal_entity"\nleft = 2026-03-15'
    found = on("2026-03-31", {"gem": (PAID, toml), "annan": "2026-03-31 open Assets:1930-Bank\n"})
    assert found.problems == ()
    (gone,) = (e for e in found.entries if e.kind == "left")
    assert {p.place.account[:4]: p.amount for p in gone.postings if p.place.account[:4] == "1935"} == {
        "1935": Decimal("-5750.00")
    }
    assert found.result == 5750


def test_at_a_months_end_up_to_the_last_posting_the_books_stand_as_they_do(federation):
    books = federation({"gem": PAID}, prices=PRICES)
    run = provisional(books, read_policy(books.central_text, books.workspace))
    for day in (dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31)):
        assert run.at("gem", day) is run.by_unit["gem"]
    assert run.at("gem", dt.date(2026, 3, 15)) is not run.by_unit["gem"]
    assert list(run.at("nobody", dt.date(2026, 3, 15)).entries) == []


def test_a_book_without_other_currencies_is_left_as_it_is(federation):
    books = federation({"gem": '2026-03-10 * "S"\n  Assets:1930-Bank  1 SEK\n  Income:3001-S  -1 SEK\n'})
    run = provisional(books, read_policy(books.central_text, books.workspace))
    assert run.at("gem", dt.date(2026, 3, 15)).summary is run.summary("gem")


def test_the_entries_of_that_day_are_shown(federation):
    """February's end, then the day itself: 500 EUR stood at 200 x 11.30 and 3,420; at 11.50 they are 5,750."""
    books = federation({"gem": PAID}, prices=PRICES)
    run = provisional(books, read_policy(books.central_text, books.workspace))
    found = combine(books, run, date_to=dt.date(2026, 3, 15))
    bank = [row for row in measured(found, "gem") if row[0] == "2026-03-15" and row[1] == "1935"]
    assert bank == [
        ("2026-03-15", "1935", "-500.00 EUR", "11.36 SEK"),
        ("2026-03-15", "1935", "500.00 EUR", "11.50 SEK"),
    ]
    assert {row[0] for row in measured(found, "gem")} == {"2026-01-31", "2026-02-28", "2026-03-15"}
    shown = group_entries(books, run, found, language=None, threshold=10**6)
    texts = {(str(e.date), e.narration) for e in shown if isinstance(e, data.Transaction)}
    assert ("2026-03-15", "EUR: closing rate of 2026-03-15") in texts
    assert not any("2026-03-31" in text or text.endswith("of 2026-03") for _, text in texts)
