"""The samples' cycles: what their books say is what the samples say (samples/vsla)."""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.combine import combine
from ledger.federation import load_federation
from tests.loans.books import DECISION, GROUP, MEETING_1, MEETING_5, NK26, RF26, federation

D = Decimal
DAY = dt.date.fromisoformat


@pytest.fixture
def group(make_workspace):
    parts = {"kikundi": {**GROUP, "2026-01": MEETING_1, "2026-02": MEETING_5}}
    return load_federation(make_workspace(parts, policy=DECISION + NK26))


def test_the_group_of_twenty_lines(group):
    """Box 530, 300 left of Anna's loan, 30 earned: the fund is 830 and each of 8 shares 103.75."""
    assert group.problems == ()
    cycle = group.loans["NK26"]
    assert (cycle.persons, cycle.book_slug, cycle.names) == (True, "kikundi", {"Anna": "Anna", "Bo": "Bo"})
    state = cycle.fund.state(DAY("2026-02-11"))
    assert (state.cash, state.loans, state.charges, state.shares, state.gap) == (530, 300, 30, 800, 0)
    assert (state.fund, state.fund / 8) == (830, D("103.75"))
    (loan,) = cycle.fund.loans
    assert (loan.id, loan.participant, loan.term, loan.due) == ("NK26-L01", "Anna", 2, DAY("2026-03-11"))
    assert (loan.outstanding(), loan.late_days(DAY("2026-03-11")), loan.late_days(DAY("2026-03-13"))) == (300, 0, 2)
    anna = cycle.fund.standing("Anna", DAY("2026-02-11"))
    assert (anna.shares, anna.savings, anna.loans, anna.paid_charges) == (5, 500, 300, 30)
    assert cycle.fund.participants == ("Anna", "Bo")


def test_what_is_paid_straight_away_isn_t_charged_again(group):
    """The charge of 11 February is income of that day in the book: nothing is provisional."""
    assert group.run.entries("kikundi") == []
    fund = group.loans["NK26"].with_provisional(DAY("2026-03-11"))
    assert fund.standing("Anna", DAY("2026-03-11")).charges_due == 15  # 5 % of 300
    assert fund.state(DAY("2026-03-11")).gap == 0


@pytest.fixture
def fund(make_workspace):
    return load_federation(make_workspace(federation(), policy=DECISION + RF26))


def test_the_fund_between_units(fund):
    assert fund.problems == ()
    assert fund.run.problems == ()
    cycle = fund.loans["RF26"]
    assert (cycle.persons, cycle.names) == (False, {"nk": "Nk", "fi": "Fi"})
    eve = cycle.with_provisional(DAY("2026-12-10")).state(DAY("2026-12-10"))
    assert (eve.cash, eve.charges, eve.fund, eve.fund / 40) == (40480, 480, 40480, 1012)
    after = cycle.fund.state(DAY("2026-12-11"))
    assert (after.cash, after.shares, after.shared_out, after.gap) == (0, 0, 480, 0)
    assert fund.run.entries("gemensamt") == fund.run.entries("fi") == []


@pytest.mark.parametrize("day", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-12-31"])
def test_nothing_of_the_fund_is_left_when_all_is_added_up(fund, day):
    found = combine(fund.books, fund.run, date_to=DAY(day))
    assert (found.complete, found.unmatched, found.result) == (True, (), 0)
    sums = {}
    for row in found.trial_balance:
        code = row.account.partition("-")[0]
        sums[code] = sums.get(code, 0) + row.amount
    assert {code: amount for code, amount in sums.items() if amount} == {"1930": 70000, "2091": -70000}
