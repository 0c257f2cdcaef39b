"""The fund as dated flows: tables worked by hand, and nothing is lost whatever happens in whatever order."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.funds.metrics import metrics
from ledger.rules.funds.movements import Flow, Fund, appropriated
from ledger.rules.funds.statement import movement
from ledger.rules.funds.terms import AgreementTerms, FundTerms

D = Decimal


def day(text):
    return dt.date.fromisoformat(text)


def flows_of(table):
    rows = [line.split("|") for line in table.strip().splitlines()]
    cells = [[cell.strip() for cell in row] for row in rows]
    return tuple(Flow(day(d), kind, D(a), case, unit, int(d[:4])) for d, kind, a, case, unit in cells)


@pytest.mark.parametrize(
    ("earmarked", "amount", "settled", "surplus"),
    [
        ({2024: 300, 2025: 200}, 500, ((2024, 300), (2025, 200)), 0),
        ({2025: 200, 2024: 300}, 400, ((2024, 300), (2025, 100)), 0),
        ({2024: 300, 2025: 200}, 650, ((2024, 300), (2025, 200)), 150),
        ({2024: -100, 2025: 200}, 150, ((2025, 150),), 0),
        ({2024: -100, 2025: 200}, -150, ((2024, -100),), -50),
        ({2025: 200}, -50, (), -50),
        ({}, 70, (), 70),
        ({2025: 200}, 0, (), 0),
    ],
)
def test_an_appropriation_settles_the_oldest_year_first(earmarked, amount, settled, surplus):
    found = appropriated({year: D(left) for year, left in earmarked.items()}, D(amount))
    assert found.settled == settled
    assert found.surplus == surplus


FLOWS = flows_of(
    """
    2025-01-01 | opening       | 100000 |             |
    2025-06-30 | component     |  30000 |             |
    2025-09-01 | grant_given   |   2000 | IF-2025-001 | nystart
    2025-12-31 | interest      |    500 | IF-2024-007 | repris
    2025-12-31 | interest_due  |    500 | IF-2024-007 | repris
    2026-01-20 | interest_due  |   -500 | IF-2024-007 | repris
    2026-02-01 | lent          |  50000 | IF-2026-001 | repris
    2026-03-31 | component     |   8000 |             |
    2026-05-10 | appropriation |  40000 |             |
    2026-06-01 | repaid        |   5000 | IF-2026-001 | repris
    2026-07-01 | loss          |  10000 | IF-2026-001 | repris
    2026-07-01 | written_down  |  10000 | IF-2026-001 | repris
    2026-08-01 | stake         |   7000 | IF-2026-002 | mat
    2026-09-01 | written_off   |  10000 | IF-2026-001 | repris
    2026-09-01 | written_down  | -10000 | IF-2026-001 | repris
    2026-10-01 | recovery      |    400 | IF-2026-001 | repris
    """
)


@pytest.mark.parametrize(
    ("on", "worth", "equity", "earmarked", "loans", "allowance", "stakes", "interest_due", "bank"),
    [
        ("2024-12-31", 0, 0, {}, 0, 0, 0, 0, 0),
        ("2025-12-31", 128500, 100000, {2025: 28500}, 0, 0, 0, 500, 128000),
        ("2026-02-01", 128500, 100000, {2025: 28500}, 50000, 0, 0, 0, 78500),
        ("2026-05-09", 136500, 100000, {2025: 28500, 2026: 8000}, 50000, 0, 0, 0, 86500),
        # 28 500 of 40 000 was earmarked of 2025; what is of the running year stays.
        ("2026-05-10", 148000, 140000, {2026: 8000}, 50000, 0, 0, 0, 98000),
        ("2026-07-01", 138000, 140000, {2026: -2000}, 45000, 10000, 0, 0, 103000),
        ("2026-09-01", 138000, 140000, {2026: -2000}, 35000, 0, 7000, 0, 96000),
        ("2026-10-01", 138400, 140000, {2026: -1600}, 35000, 0, 7000, 0, 96400),
    ],
)
def test_a_fund_day_by_day(on, worth, equity, earmarked, loans, allowance, stakes, interest_due, bank):
    state = Fund(FundTerms(), flows=FLOWS).state(day(on))
    assert (state.worth, state.equity, state.earmarked) == (worth, equity, earmarked)
    assert (state.loans, state.allowance, state.stakes, state.interest_due) == (loans, allowance, stakes, interest_due)
    assert (state.bank, state.due) == (bank, 0)


def test_what_the_bank_lacks_central_owes():
    state = Fund(FundTerms(), flows=FLOWS, bank=lambda _: D(90000)).state(day("2026-10-01"))
    assert (state.bank, state.due) == (90000, 6400)
    assert state.assets == state.worth == 138400


def test_inflow_counts_additions_from_surplus_once_and_no_repayments():
    fund = Fund(FundTerms(), flows=FLOWS)
    assert fund.inflow(2025) == 30500  # component and interest
    assert fund.inflow(2026) == 19500  # 8 000 and what the appropriation added; not 5 000 repaid, not 400 recovered


def test_what_is_taken_from_the_fund_makes_the_inflow_no_smaller():
    flows = flows_of("2026-03-31 | component | 800 | | \n 2026-05-10 | appropriation | -300 | |")
    fund = Fund(FundTerms(), flows=flows)
    assert fund.inflow(2026) == 800
    assert fund.state(day("2026-05-10")).worth == 500


def test_what_is_booked_on_the_day_of_the_appropriation_is_appropriated_first():
    late = Flow(day("2026-05-10"), "component", D(100), year=2025)
    moved = Flow(day("2026-05-10"), "appropriation", D(100), year=2026)
    for flows in ((late, moved), (moved, late)):
        state = Fund(FundTerms(), flows=flows).state(day("2026-05-10"))
        assert (state.worth, state.equity, state.earmarked) == (100, 100, {})


LOAN = AgreementTerms("IF-1", "repris", "loan", D(50000), D(90000), D(9000), day("2026-01-15"), ends=day("2026-12-31"))


@pytest.mark.parametrize(
    ("on", "committed"),
    [
        ("2026-01-14", 0),
        ("2026-01-15", 50000),
        ("2026-02-01", 30000),
        ("2026-06-01", 30000),  # what comes back isn't lent again
        ("2026-12-31", 30000),
        ("2027-01-01", 0),
    ],
)
def test_a_commitment_lasts_until_it_is_paid_out_or_over(on, committed):
    flows = flows_of("2026-02-01 | lent | 20000 | IF-1 | repris \n 2026-06-01 | repaid | 5000 | IF-1 | repris")
    fund = Fund(FundTerms(), (LOAN,), flows)
    assert fund.state(day(on)).committed == committed


def test_a_loan_that_is_forgiven_is_a_grant_and_no_payment():
    flows = flows_of(
        """
        2026-01-01 | opening     | 90000 |      |
        2026-02-01 | lent        | 20000 | IF-1 | repris
        2026-06-01 | written_off |  8000 | IF-1 | repris
        2026-06-01 | grant_given |  8000 | IF-1 | repris
        """
    )
    state = Fund(FundTerms(), (LOAN,), flows).state(day("2026-06-01"))
    assert (state.committed, state.loans, state.granted, state.worth) == (30000, 12000, 8000, 82000)
    assert state.bank == 70000


def test_a_closed_case_promises_nothing():
    fund = Fund(FundTerms(), (LOAN,), closed={"IF-1": day("2026-03-01")})
    assert fund.state(day("2026-02-28")).committed == 50000
    assert fund.state(day("2026-03-01")).committed == 0


@pytest.mark.parametrize(
    ("on", "guarantees"),
    [("2026-01-14", 0), ("2026-01-15", 1000), ("2026-05-01", 600), ("2026-12-31", 600), ("2027-01-01", 0)],
)
def test_a_guarantee_stands_by_its_agreement_less_what_is_released(on, guarantees):
    terms = AgreementTerms("IF-2", "mat", "guarantee", D(1000), D(0), D(0), day("2026-01-15"), day("2026-12-31"))
    flows = flows_of(
        "2026-01-20 | guaranteed | 1000 | IF-2 | mat \n 2026-05-01 | guarantee_released | 400 | IF-2 | mat"
    )
    state = Fund(FundTerms(), (terms,), flows).state(day(on))
    assert (state.guarantees, state.committed) == (guarantees, 0)


def test_a_guarantee_without_agreement_stands_until_it_is_released():
    fund = Fund(FundTerms(), flows=flows_of("2026-01-20 | guaranteed | 900 | | mat"))
    assert fund.guaranteed(day("2030-01-01")) == {"mat": 900}


def test_a_grant_counts_once_in_the_year_it_was_agreed_on():
    grant = AgreementTerms("IF-3", "mat", "grant", D(1000), D(2000), D(500), day("2025-12-10"), day("2026-06-30"))
    flows = flows_of("2026-02-01 | grant_given | 700 | IF-3 | mat \n 2026-03-01 | grant_given | 50 | | repris")
    fund = Fund(FundTerms(), (grant,), flows)
    assert fund.granted(2025, day("2025-12-31")) == 1000
    assert fund.granted(2025, day("2026-12-31")) == 700  # 300 were never asked for
    assert fund.granted(2026, day("2026-12-31")) == 50


amounts = st.integers(1, 10_000_00).map(lambda units: D(units).scaleb(-2))
#: What happens, as flows, and what it does to the bank.
HAPPENINGS = {
    "opening": ([("opening", 1)], 1),
    "component": ([("component", 1)], 1),
    "surplus": ([("surplus", 1)], 1),
    "external": ([("external_grant", 1)], 1),
    "gift": ([("gift", 1)], 1),
    "cost": ([("other", -1)], -1),
    "interest": ([("interest", 1), ("interest_due", 1)], 0),
    "interest paid": ([("interest_due", -1)], 1),
    "grant": ([("grant_given", 1)], -1),
    "loan": ([("lent", 1)], -1),
    "back": ([("repaid", 1)], 1),
    "stake": ([("stake", 1)], -1),
    "stake back": ([("stake_back", 1)], 1),
    "written down": ([("loss", 1), ("written_down", 1)], 0),
    "written off": ([("written_off", 1), ("written_down", -1)], 0),
    "lost at once": ([("loss", 1), ("written_off", 1)], 0),
    "recovered": ([("recovery", 1)], 1),
    "appropriated": ([("appropriation", 1)], 0),
    "taken back": ([("appropriation", -1)], 0),
}
happenings = st.lists(
    st.tuples(st.dates(day("2024-01-01"), day("2027-12-31")), st.sampled_from(sorted(HAPPENINGS)), amounts), max_size=25
)


@given(happenings, st.dates(day("2023-12-31"), day("2028-01-01")), st.randoms(use_true_random=False))
def test_what_goes_in_and_out_is_what_is_there(happened, on, shuffle):
    flows = [
        Flow(date, kind, sign * amount, year=date.year)
        for date, name, amount in happened
        for kind, sign in HAPPENINGS[name][0]
    ]
    bank = sum((HAPPENINGS[name][1] * amount for date, name, amount in happened if date <= on), D(0))
    fund = Fund(FundTerms(), flows=tuple(flows), bank=lambda _: bank)
    state = fund.state(on)
    # Every dealing that moves money is in the bank; what central added from surplus in its books only, it owes.
    assert state.due == sum((split.surplus for flow, split in fund.appropriations if flow.date <= on), D(0))
    assert state.worth == state.equity + sum(state.earmarked.values(), D(0))
    assert all(split.surplus + sum(p for _, p in split.settled) == flow.amount for flow, split in fund.appropriations)
    if len({date for date, _, _ in happened}) == len(
        happened
    ):  # on different days the order they are given in is nothing
        shuffled = list(flows)
        shuffle.shuffle(shuffled)
        assert Fund(FundTerms(), flows=tuple(shuffled), bank=lambda _: bank).state(on) == state


@pytest.mark.parametrize(
    ("since", "until", "opening", "lines", "closing", "beside"),
    [
        (
            "2025-01-01",
            "2025-12-31",
            0,
            {"opening": 100000, "component": 30000, "interest": 500, "grant_given": -2000},
            128500,
            {},
        ),
        (
            "2026-01-01",
            "2026-12-31",
            128500,
            # 28 500 of the appropriation's 40 000 were in the fund before.
            {"component": 8000, "surplus": 11500, "recovery": 400, "loss": -10000},
            138400,
            {"lent": 50000, "repaid": 5000, "written_off": 10000, "stake": 7000},
        ),
        ("2026-05-10", "2026-05-10", 136500, {"surplus": 11500}, 148000, {}),
        ("2026-06-01", "2026-06-30", 148000, {}, 148000, {"repaid": 5000}),
    ],
)
def test_how_the_fund_came_to_what_it_is(since, until, opening, lines, closing, beside):
    found = movement(Fund(FundTerms(), flows=FLOWS), day(since), day(until))
    assert (found.opening, found.closing) == (opening, closing)
    assert dict(found.lines) == lines
    assert dict(found.beside) == beside


@given(happenings, st.dates(day("2023-12-31"), day("2028-01-01")))
def test_two_statements_in_a_row_are_one(happened, on):
    flows = [
        Flow(date, kind, sign * amount, year=date.year)
        for date, name, amount in happened
        for kind, sign in HAPPENINGS[name][0]
    ]
    fund = Fund(FundTerms(), flows=tuple(flows))
    first, last = dt.date.min, dt.date.max
    before, after = movement(fund, first, on), movement(fund, on + dt.timedelta(days=1), last)
    whole = movement(fund, first, last)
    assert (before.opening, before.closing, after.closing) == (0, after.opening, whole.closing)
    for line in {name for name, _ in (*before.lines, *after.lines, *whole.lines)}:
        parts = [dict(found.lines).get(line, D(0)) for found in (before, after)]
        assert sum(parts) == dict(whole.lines).get(line, D(0))


def test_how_the_fund_revolves():
    found = metrics(FLOWS, day("2026-01-01"), day("2026-12-31"), jobs=D("1.5"))
    assert (found.lent, found.repaid, found.disbursed, found.lost) == (50000, 5000, 57000, 9600)
    assert found.revolving == D("0.1")
    assert (found.loss_rate.numerator, found.loss_rate.denominator) == (16, 95)  # 9 600 of 57 000
    assert (found.jobs_per.numerator, found.jobs_per.denominator) == (50, 19)  # 1.5 jobs for 0.57 times 100 000


def test_nothing_is_divided_by_nothing():
    found = metrics(FLOWS, day("2030-01-01"), day("2030-12-31"))
    assert (found.revolving, found.loss_rate, found.jobs_per) == (None, None, None)
