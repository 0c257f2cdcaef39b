"""A year of the solidarity fund from the books to the last figure, worked out by hand (SPEC 9).

Levy 10 %, of which 1 % is solidarity. 2025: ALFA sells for 1 000 000 and spends 1 100 000, so R = -100 000 - 100 000
levy = -200 000. BETA sells as much and spends 600 000: R = 300 000. ZETA, a member from July, sells for 500 000 and
spends 440 000: R = 10 000, and takes no part before it has been a member for twelve months. Its component is in the
fund all the same: 1 % of 2 500 000 = 25 000, and the floor is 1.5 % of it, 37 500.

ALFA needs 200 000 - 10 000 = 190 000; half of it is 95 000, a tenth of T 100 000, a quarter of the floor 9 375.
"""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.federation import load_federation
from ledger.reports.fund_simulation import simulate_funds
from ledger.reports.levy_changes import Changes
from ledger.reports.solidarity import computed
from ledger.reports.solidarity_words import fund_sentence, open_sentence, sentences

D = Decimal
ACCOUNTS = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Income:3001-Sales
2025-01-01 open Expenses:5010-Rent
2025-01-01 open Income:3992-Support
2025-01-01 open Expenses:6993-Grants
2025-01-01 open Liabilities:2862-Owed-to-units
2025-01-01 open Assets:1662-Claims-on-funds
"""
POLICY = """
2025-01-01 custom "decision" "FS-1" "assembly"
2025-01-01 custom "levy-rate" "*" 0.10
  decision: "FS-1"
2025-01-01 custom "levy-component" "service" 0.08
  decision: "FS-1"
2025-01-01 custom "levy-component" "investment" 0.01
  decision: "FS-1"
2025-01-01 custom "levy-component" "solidarity" 0.01
  decision: "FS-1"
"""
CLAW_BACK = '2025-01-01 custom "fund" "solidarity"\n  decision: "FS-1"\n  claw-back: 0.5\n'
EXCEPTION = '2026-02-01 custom "solidarity-exception" "zeta" "waiting"\n  decision: "FS-1"\n  year: 2025\n'


def year_of(sold, spent, day="2025-08-15"):
    return (
        f'{day} * "All of it"\n  voucher: "A-1"\n  Assets:1930-Bank  {sold - spent}.00 SEK\n'
        f"  Income:3001-Sales  -{sold}.00 SEK\n  Expenses:5010-Rent  {spent}.00 SEK\n"
    )


def supported(slug, ours):
    """The support of 2025, booked in March 2026."""
    partner = "alfa" if ours else "gemensamt"
    tags = f'    partner: "{partner}"\n    ic: "solidarity"\n'
    debit, credit = "Assets:1662-Claims-on-funds", "Income:3992-Support"
    if ours:
        debit, credit = "Expenses:6993-Grants", "Liabilities:2862-Owed-to-units"
    return (
        f'2026-03-20 * "Support" ^ic-gemensamt-solidarity-2025-alfa\n  voucher: "A-{2 if ours else 3}"\n'
        f'  fund: "solidarity"\n  solidarity-year: 2025\n  decision: "FS-1"\n'
        f"  {debit}  9375.00 SEK\n{tags}  {credit}  -9375.00 SEK\n{tags}"
    )


@pytest.fixture
def federation(make_workspace):
    def made(policy="", *, second=False):
        books = {
            "alfa": {"accounts": ACCOUNTS, "2025-08": year_of(1_000_000, 1_100_000)},
            "beta": {"accounts": ACCOUNTS, "2025-08": year_of(1_000_000, 600_000)},
            "zeta": {"unit": "joined = 2025-07-01", "accounts": ACCOUNTS, "2025-08": year_of(500_000, 440_000)},
            "gemensamt": {"accounts": ACCOUNTS},
        }
        if second:
            books["alfa"]["2026-03"] = supported("alfa", ours=False)
            books["alfa"]["2026-08"] = year_of(1_000_000, 800_000, "2026-08-15").replace("A-1", "A-4")
            books["gemensamt"]["2026-03"] = supported("alfa", ours=True)
        return load_federation(make_workspace(books, policy=POLICY + policy))

    return made


def test_the_floor_is_of_all_members_turnover(federation):
    found = computed(federation(), 2025)
    step = found.computed.by_unit["alfa"]
    assert (found.computed.fund_open, found.computed.group_turnover) == (D("25000.00"), D("2500000.00"))
    assert (step.result, step.need, step.limit_need, step.limit_turnover) == (-200_000, 190_000, 95_000, 100_000)
    assert (step.limit_fund, step.claim, step.binds) == (D(9375), D("9375.00"), "fund")
    assert (found.computed.fund_close, found.computed.called) == (D("15625.00"), 0)
    assert (found.band.floor, found.band.target) == (D(37_500), D(75_000))
    assert "zeta" not in found.computed.by_unit
    assert "It has been a member for 6 months; 12 are needed" in " ".join(sentences(found, "zeta"))
    assert fund_sentence(found) == ("Fund before claims 25,000.00; claims 9,375.00; called 0.00; fund after 15,625.00.")
    assert open_sentence(found).startswith("Not final: ")


def test_by_decision_a_new_member_takes_part(federation):
    """ZETA has a surplus and would be called; the fund holds, so nothing changes but that it is there."""
    found = computed(federation(EXCEPTION), 2025)
    assert found.computed.by_unit["zeta"].claim == 0
    assert found.computed.by_unit["alfa"].claim == D("9375.00")
    assert found.computed.group_turnover == D("2500000.00")


def test_half_of_a_support_comes_back_out_of_a_later_surplus(federation):
    """2026: R = 200 000 - 100 000 levy; what was got for 2025 is no part of it. A quarter of it is more than the half.

    The fund: 25 000 less 9 375, and 1 % of 1 000 000; with 4 687.50 paid back it ends at 30 312.50.
    """
    found = computed(federation(CLAW_BACK, second=True), 2026)
    assert found.problems == ()
    assert found.computed.by_unit["alfa"].result == 100_000
    assert {slug: one.amount for slug, one in found.returned.items()} == {"alfa": D("4687.50")}
    assert found.computed.fund_open == D("25625.00")
    assert "paid back 4,687.50; fund after 30,312.50." in fund_sentence(found)
    assert found.band.fund == D("30312.50")


def test_with_nothing_changed_a_simulation_is_what_was_computed(federation):
    read = federation(CLAW_BACK, second=True)
    found = simulate_funds(read, Changes(), None, years=[2025, 2026])
    for year in found.years:
        now = computed(read, year.year)
        assert (year.solidarity_open.today, year.solidarity_open.simulated) == (now.computed.fund_open,) * 2
        assert (year.claims.today, year.claims.simulated) == (now.computed.claimed,) * 2


def test_a_year_that_a_damaged_book_hides_is_not_called_open(make_workspace, federation):
    read = federation()
    file = read.workspace.units["beta"].folder / "books" / "2025" / "2025-08.beancount"
    file.write_text(file.read_text(encoding="utf-8").replace("600000.00", "600000.01"), encoding="utf-8")
    found = computed(load_federation(read.workspace), 2025)
    assert [(p.code, p.unit) for p in found.problems] == [("SOLIDARITY_UNIT_FAULTY", "beta")]
    assert not found.final
    assert found.first == dt.date(2025, 1, 1)
