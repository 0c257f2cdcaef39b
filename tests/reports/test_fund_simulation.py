"""Other rules over recorded years: with nothing changed, what was computed and booked; else, worked by hand.

Two units and two years: `a` sells 100 000 a year, loses 20 000 in 2025 and 30 000 in 2026; `b` sells 200 000 and earns
50 000 each year. The fund has 100 000 on 1 January 2025, and the levy is 1 %, all of it the fund's: 3 000 a year (a:
1 000, b: 2 000), which is in these results already.

2025: the fund is 103 000. a needs 20 000 - 1 % of 100 000 = 19 000; half of it, 9 500; a tenth of turnover, 10 000; a
quarter of the fund, 25 750: it gets 9 500. The fund is 93 500.
2026: a has -20 000 + 9 500 = -10 500 of its own; its need is 30 000 - 1 000 = 29 000; half, 14 500; a tenth of
turnover, 10 000, decides. The fund is 93 500 + 3 000 - 10 000 = 86 500.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.books import load_books
from ledger.federation import Federation
from ledger.policy import read_policy
from ledger.provisional import provisional
from ledger.reports.fund_simulation import as_csv, as_json, simulate_funds, year_range
from ledger.reports.levy_changes import Changes
from ledger.solidarity.fund_year import fund_year

D = Decimal
UNIT = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Assets:1662-Claims
2025-01-01 open Income:3001-Sales
2025-01-01 open Income:3992-Support
2025-01-01 open Expenses:5010-Rent
"""
CENTRAL = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Liabilities:2862-Owed
2025-01-01 open Equity:2072-Fund
2025-01-01 open Expenses:6993-Support
"""
POLICY = """
2024-01-01 custom "decision" "FS-1" "assembly"
2025-01-01 custom "levy-rate" "*" 0.01
  decision: "FS-1"
2025-01-01 custom "levy-component" "solidarity" 0.01
  decision: "FS-1"
"""
OPENING = """
2025-01-01 * "Opening"
  decision: "FS-1"
  Assets:1930-Bank  100000.00 SEK
  Equity:2072-Fund
"""


def year(number, sales, result):
    """Sales and cost; the levy of 1 % comes on top of the cost."""
    cost = D(sales) - D(result) - D(sales) / 100
    return (
        f'{number}-06-01 * "Sales"\n  Assets:1930-Bank  {sales} SEK\n  Income:3001-Sales\n\n'
        f'{number}-06-02 * "Rent"\n  Expenses:5010-Rent  {cost:.2f} SEK\n  Assets:1930-Bank\n'
    )


def booked(own, amount):
    """The support of 2025, booked in March 2026."""
    debit, credit = (
        ("Assets:1662-Claims", "Income:3992-Support") if own else ("Expenses:6993-Support", "Liabilities:2862-Owed")
    )
    tags = f'    partner: "{"gemensamt" if own else "a"}"\n    ic: "solidarity"\n'
    head = '2026-03-20 * "Support of 2025" ^ic-gemensamt-sol-2025-a\n  solidarity-year: 2025\n  decision: "FS-1"\n'
    return f"{head}  {debit}  {amount} SEK\n{tags}  {credit}\n{tags}"


@pytest.fixture
def federation(make_workspace):
    def make(support="9500.00"):
        parts = {
            "gemensamt": {"accounts": CENTRAL, "2025-01": OPENING, "2026-03": booked(own=False, amount=support)},
            "a": {
                "accounts": UNIT,
                "2025-06": year(2025, 100000, -20000),
                "2026-03": booked(own=True, amount=support),
                "2026-06": year(2026, 100000, -30000),
            },
            "b": {
                "accounts": UNIT,
                "2025-06": year(2025, 200000, 50000),
                "2026-06": year(2026, 200000, 50000),
            },
        }
        ws = make_workspace(parts, policy=POLICY)
        books = load_books(ws)
        assert not books.problems, [p.text() for p in books.problems]
        policy = read_policy(books.central_text, ws)
        return Federation(replace(books, fingerprint=None), policy, provisional(books, policy))

    return make


def simulated(federation, changes=None, **terms):
    return simulate_funds(federation, changes or Changes(), terms, years=year_range(federation, None, None))


def test_with_nothing_changed_it_is_what_was_computed_and_booked(federation):
    made = federation()
    found = simulated(made)
    for one in found.years:
        computed = fund_year(made.books, made.policy, made.run, one.year)
        assert one.solidarity_open.today == one.solidarity_open.simulated == computed.computed.fund_open
        assert one.solidarity_close.today == one.solidarity_close.simulated == computed.computed.fund_close
        told = {u.unit: (u.transfer.today, u.transfer.simulated) for u in one.units}
        assert told == {slug: (amount, amount) for slug, amount in computed.transfers.items()}
    figures = [(one.year, one.claims.today, one.solidarity_close.today) for one in found.years]
    assert figures == [(2025, D("9500.00"), D("93500.00")), (2026, D("10000.00"), D("86500.00"))]


def test_what_was_booked_otherwise_is_taken_out_first(federation):
    """Only 5 000 were booked for 2025: the replay has 9 500 all the same."""
    found = simulated(federation("5000.00"))
    figures = [(one.year, one.claims.simulated, one.solidarity_close.simulated) for one in found.years]
    assert figures == [(2025, D("9500.00"), D("93500.00")), (2026, D("10000.00"), D("86500.00"))]


@pytest.mark.parametrize(
    ("terms", "claims", "closes"),
    [
        ({"cover": D("0.4")}, ["7600.00", "10000.00"], ["95400.00", "88400.00"]),
        # all of the need up to a fifth of turnover: 19 000, then 20 000 of 29 000
        ({"cover": D(1), "cap": D("0.2")}, ["19000.00", "20000.00"], ["84000.00", "67000.00"]),
        # the unit bears a tenth of its turnover itself: half of 10 000, then half of 20 000
        ({"deductible": D("0.1")}, ["5000.00", "10000.00"], ["98000.00", "91000.00"]),
        ({"supported": 1, "within": 4}, ["9500.00", "0.00"], ["93500.00", "96500.00"]),
    ],
)
def test_other_terms_by_hand(federation, terms, claims, closes):
    found = simulated(federation(), **terms)
    assert [one.claims.simulated for one in found.years] == [D(amount) for amount in claims]
    assert [str(one.solidarity_close.simulated) for one in found.years] == closes
    assert [str(one.claims.today) for one in found.years] == ["9500.00", "10000.00"]


def test_another_levy_changes_the_fund_and_what_every_unit_has_left(federation):
    """2 % instead of 1: 3 000 more a year for the fund, 1 000 less for a, whose need rises by as much.

    2025: need 20 000, half 10 000: the fund is 106 000 - 10 000. 2026: a tenth of turnover decides again.
    """
    found = simulated(federation(), Changes(rates={"*": D("0.02")}, components={"solidarity": D("0.02")}))
    assert [str(one.solidarity_open.simulated) for one in found.years] == ["106000.00", "102000.00"]
    assert [str(one.claims.simulated) for one in found.years] == ["10000.00", "10000.00"]
    results = {u.unit: (u.result.today, u.result.simulated) for u in found.years[0].units}
    assert results == {"a": (D(-20000), D(-21000)), "b": (D(50000), D(48000))}


def test_pooling_moves_the_results_and_leaves_the_fund_alone(federation):
    """30 % of 30 000 in 2025, by turnover: a gets 0.3 × (1/3 × 30 000 + 20 000) = 9 000, which b pays."""
    found = simulated(federation(), mode="pooling")
    first = found.years[0]
    assert {u.unit: u.transfer.simulated for u in first.units} == {"a": D("9000.00"), "b": D("-9000.00")}
    assert first.solidarity_close.simulated == D("103000.00")


def test_answers_have_both_sides(federation):
    found = simulated(federation(), cover=D("0.4"))
    answer = as_json(found, ())
    assert answer["years"][0]["claims"] == {"today": "9500.00", "simulated": "7600.00", "difference": "-1900.00"}
    assert "2025,a,transfer,9500.00,7600.00,-1900.00,SEK\n" in as_csv(found)
