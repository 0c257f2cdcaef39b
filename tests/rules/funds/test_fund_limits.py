"""Limits of the fund: a table worked by hand; and exactly the room passes where the smallest unit more doesn't."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.rules.funds.limits import (
    Surroundings,
    body_for,
    is_recused,
    limits,
    may_decide,
    room,
)
from ledger.rules.funds.movements import Flow, Fund
from ledger.rules.funds.terms import AgreementTerms, FundTerms

D = Decimal
DAY, PAID = dt.date(2026, 6, 30), dt.date(2026, 7, 1)
TERMS = FundTerms(business_line=D("0.40"), of_turnover=D("0.20"), project_share=D("0.70"))
AROUND = Surroundings(
    lines={"repris": "retail", "mat": "food", "cafe": "food"}, turnover={"repris": D(900_000), "cafe": D(100_000)}
)


def flow(kind, amount, unit="", case="", day=dt.date(2026, 3, 1)):
    return Flow(day, kind, D(amount), case, unit, day.year)


def agreement(case, unit, kind, amount, budget="1000000", own="100000", begins=dt.date(2026, 4, 1)):
    return AgreementTerms(case, unit, kind, D(amount), D(budget), D(own), begins)


#: Worth 1 000 000 (1 030 000 less a grant of 30 000); 150 000 came in in 2025, 20 000 of it from surplus.
FUND = Fund(
    TERMS,
    agreements=(
        agreement("IF-1", "mat", "loan", 190_000, budget=240_000, own=30_000),
        agreement("IF-2", "repris", "guarantee", 60_000, budget=100_000, own=10_000),
        agreement("IF-3", "cafe", "grant", 40_000, budget=80_000, own=7_999),
    ),
    flows=(
        flow("opening", 880_000, day=dt.date(2025, 1, 1)),
        flow("component", 130_000, day=dt.date(2025, 12, 31)),
        flow("surplus", 20_000, day=dt.date(2025, 12, 31)),
        flow("lent", 150_000, "repris"),
        flow("lent", 120_000, "mat", "IF-1", dt.date(2026, 4, 2)),
        flow("repaid", 20_000, "mat", "IF-1", dt.date(2026, 5, 2)),
        flow("stake", 45_000, "cafe"),
        flow("grant_given", 30_000, "cafe", "IF-3", dt.date(2026, 4, 3)),
    ),
    bank=lambda _: D(260_000),
)


@pytest.mark.parametrize(
    ("name", "of", "actual", "allowed", "headroom", "ok"),
    [
        # mat: 120 000 - 20 000 lent, 190 000 - 120 000 promised
        ("exposure", "mat", 170_000, 200_000, 30_000, True),
        # repris: 150 000 lent, half of 60 000 guaranteed
        ("exposure", "repris", 180_000, 200_000, 20_000, True),
        # cafe: 45 000 staked, 40 000 - 30 000 promised
        ("exposure", "cafe", 55_000, 200_000, 145_000, True),
        ("business-line", "food", 225_000, 400_000, 175_000, True),
        ("business-line", "retail", 180_000, 400_000, 220_000, True),
        ("of-turnover", "repris", 150_000, 180_000, 30_000, True),
        ("of-turnover", "cafe", 0, 20_000, 20_000, True),
        ("liquidity", "", 260_000, 250_000, 10_000, True),
        ("grants", "", 40_000, 45_000, 5_000, True),
        ("own-part", "IF-1", 30_000, 24_000, 6_000, True),
        ("own-part", "IF-2", 10_000, 10_000, 0, True),
        ("own-part", "IF-3", 7_999, 8_000, -1, False),
        ("project-share", "IF-1", 190_000, 168_000, -22_000, False),
        ("project-share", "IF-2", 60_000, 70_000, 10_000, True),
        ("project-share", "IF-3", 40_000, 56_000, 16_000, True),
    ],
)
def test_each_limit(name, of, actual, allowed, headroom, ok):
    state = FUND.state(DAY)
    assert (state.worth, state.granted, state.inflow) == (1_000_000, 40_000, 150_000)
    [found] = [limit for limit in limits(FUND, DAY, AROUND) if (limit.name, limit.of) == (name, of)]
    assert (found.actual, found.allowed, found.headroom, found.ok) == (actual, allowed, headroom, ok)


def test_the_table_names_every_limit():
    assert len(limits(FUND, DAY, AROUND)) == 15


def test_a_unit_without_known_turnover_and_terms_without_limits_are_not_asked():
    fund = replace(FUND, terms=FundTerms())
    assert {limit.name for limit in limits(fund, DAY)} == {"exposure", "liquidity", "grants", "own-part"}


@pytest.mark.parametrize(
    ("unit", "kind", "budget", "amount", "binds"),
    [
        # 260 000 in the bank, 80 000 of it promised; less a grant the fund is worth 990 000, and 247 500 must stay.
        ("repris", "loan", None, 0, "liquidity"),
        ("repris", "equity", None, 0, "liquidity"),
        # (200 000 - 180 000) / 0.5 when agreed, (198 000 - 180 000) / 0.5 once everything promised is paid
        ("repris", "guarantee", None, 36_000, "exposure"),
        ("mat", "guarantee", None, 56_000, "exposure"),
        ("mat", "guarantee", 70_000, 49_000, "project-share"),
    ],
)
def test_room_by_hand(unit, kind, budget, amount, binds):
    found = room(FUND.state(DAY), TERMS, unit, kind, "SEK", around=AROUND, budget=None if budget is None else D(budget))
    assert (found.amount, found.binds) == (amount, binds)


@pytest.mark.parametrize(
    ("unit", "kind", "bank", "amount", "binds"),
    [
        # 900 000 - 80 000 - 247 500 = 572 500 could leave the bank
        ("repris", "loan", 900_000, 18_000, "exposure"),  # 198 000 - 180 000 once paid
        ("mat", "loan", 900_000, 28_000, "exposure"),  # 198 000 - 170 000
        ("cafe", "loan", 900_000, 20_000, "of-turnover"),
        ("cafe", "equity", 900_000, 145_000, "exposure"),  # 200 000 - 55 000 when agreed; 198 000 - 45 000 once paid
        ("cafe", "grant", 900_000, 5_000, "grants"),
        ("mat", "loan", 340_000, 12_500, "liquidity"),  # 340 000 - 80 000 - 247 500
        ("mat", "grant", 328_000, "666.66", "liquidity"),  # (248 000 - 247 500) / 0.75
        ("new", "loan", 900_000, 198_000, "exposure"),
    ],
)
def test_room_with_more_money(unit, kind, bank, amount, binds):
    fund = replace(FUND, bank=lambda _: D(bank))
    found = room(fund.state(DAY), TERMS, unit, kind, "SEK", around=AROUND)
    assert (found.amount, found.binds) == (D(amount), binds)


@pytest.mark.parametrize(
    ("lines", "lent", "amount", "binds"),
    [
        ({}, {"a": 190}, 50, "exposure"),  # 190 is 20 % of 950
        ({}, {"a": 200}, 0, "exposure"),
        ({}, {"a": 100}, 200, "exposure"),  # the new grant's own, when agreed
        ({"a": "x", "b": "x"}, {"a": 198, "b": 190}, 10, "exposure"),  # 198 is 20 % of 990
        ({"a": "x", "b": "x"}, {"a": 190, "b": 194}, 30, "exposure"),  # 194 of 970; both together 384, 40 % of 960
        ({"a": "x", "b": "x", "d": "x"}, {"a": 130, "b": 130, "d": 130}, 25, "business-line"),  # 390 of 975
    ],
)
def test_a_grant_makes_the_fund_smaller_for_all_others(lines, lent, amount, binds):
    terms = FundTerms(liquidity=D(0), grants=D(1), business_line=D("0.40"))
    flows = [flow("opening", 0), flow("component", 1000, day=dt.date(2025, 5, 1))]
    flows += [flow("lent", principal, unit) for unit, principal in lent.items()]
    found = room(
        Fund(terms, flows=tuple(flows)).state(DAY), terms, "c", "grant", "SEK", around=Surroundings(lines=lines)
    )
    assert (found.amount, found.binds) == (amount, binds)


def test_nothing_limits_a_guarantee_that_counts_for_nothing():
    terms = FundTerms(guarantee_weight=D(0))
    found = room(replace(FUND, terms=terms).state(DAY), terms, "mat", "guarantee", "SEK")
    assert (found.amount, found.binds) == (None, None)


SLUGS = ["a", "b", "c"]
kronor = st.integers(0, 300_000_00).map(lambda n: D(n).scaleb(-2))
parts = st.sampled_from([D("0.05"), D("0.15"), D("0.2"), D("0.333"), D("0.5"), D(1)])


@st.composite
def funds(draw):
    terms = FundTerms(
        exposure=draw(parts),
        liquidity=draw(parts | st.just(D(0))),
        grants=draw(parts),
        business_line=draw(st.none() | parts),
        of_turnover=draw(st.none() | parts),
        guarantee_weight=draw(parts),
        own_part=D(0),
    )
    flows = [flow("opening", draw(kronor) + 500_000), flow("component", draw(kronor), day=dt.date(2025, 5, 1))]
    kinds = st.sampled_from(["lent", "stake"])
    flows += [flow(draw(kinds), draw(kronor) / 10, slug) for slug in SLUGS if draw(st.booleans())]
    flows = [replace(f, amount=f.amount.quantize(D("0.01"))) for f in flows]
    promised = [
        agreement(f"IF-{slug}", slug, draw(st.sampled_from(["grant", "loan", "equity", "guarantee"])), draw(kronor))
        for slug in SLUGS
        if draw(st.booleans())
    ]
    promised = [replace(a, amount=(a.amount / 20).quantize(D("0.01"))) for a in promised]
    around = Surroundings(
        lines={slug: draw(st.sampled_from(["x", "y"])) for slug in SLUGS},
        turnover={slug: draw(kronor) * 10 for slug in SLUGS if draw(st.booleans())},
    )
    return Fund(terms, tuple(promised), tuple(flows)), around


PAYS = {"grant": "grant_given", "loan": "lent", "equity": "stake"}


def broken(fund, day, around, unit, kind):
    """Limits that something new for a unit could have broken, and that are."""
    touched = {("exposure", unit), ("business-line", around.lines.get(unit))}
    touched |= {"grant": {("grants", "")}, "loan": {("of-turnover", unit)}}.get(kind, set())
    if day == PAID and kind != "guarantee":
        touched.add(("liquidity", ""))
    if day == PAID and kind == "grant":  # the fund is smaller for everybody
        touched |= {(name, of) for name in ("exposure", "business-line") for of in (*SLUGS, "x", "y")}
    return [m for m in limits(fund, day, around) if (m.name, m.of) in touched and not m.ok]


def after(fund, around, unit, kind, amount):
    """What is broken when it has been agreed on, or when everything promised has been paid out."""
    new = replace(agreement("IF-new", unit, kind, amount), begins=DAY)
    agreed = replace(fund, agreements=(*fund.agreements, new))
    payments = [
        Flow(PAID, PAYS[a.kind], a.amount, a.case, a.unit, PAID.year) for a in agreed.agreements if a.kind in PAYS
    ]
    paid = replace(agreed, flows=(*fund.flows, *payments))
    return broken(agreed, DAY, around, unit, kind) + broken(paid, PAID, around, unit, kind)


@given(funds(), st.sampled_from(SLUGS), st.sampled_from(["grant", "loan", "equity", "guarantee"]))
def test_exactly_the_room_passes_and_the_smallest_unit_more_does_not(given_, unit, kind):
    fund, around = given_
    found = room(fund.state(DAY), fund.terms, unit, kind, "SEK", around=around)
    assume(found.amount is not None)
    if found.amount > 0:
        assert not after(fund, around, unit, kind, found.amount)
    assert after(fund, around, unit, kind, found.amount + D("0.01"))


BODIES = FundTerms(director=D(25_000), committee=D(100_000), board=D(500_000))


@pytest.mark.parametrize(
    ("amount", "worth", "terms", "body"),
    [
        ("25000", "4000000", BODIES, "director"),
        ("25000.01", "4000000", BODIES, "committee"),
        ("100000.00", "4000000", BODIES, "committee"),
        ("100000.01", "4000000", BODIES, "board"),
        ("500000.00", "4000000", BODIES, "board"),
        ("500000.01", "4000000", BODIES, "assembly"),
        ("25000", "100000", BODIES, "director"),  # a quarter is not more than a quarter
        ("25000", "99999", BODIES, "assembly"),
        ("1", "-5", BODIES, "assembly"),
        ("60000", "4000000", FundTerms(committee=D(50_000)), "assembly"),
        ("60000", "4000000", FundTerms(board=D(60_000)), "board"),
        ("60000", "4000000", FundTerms(), None),
    ],
)
def test_who_decides(amount, worth, terms, body):
    assert body_for(D(amount), D(worth), terms) == body


def test_a_larger_body_may_decide_what_a_smaller_one_may():
    assert may_decide("assembly", "director")
    assert may_decide("board", "board")
    assert not may_decide("committee", "board")


def test_the_units_own_representatives_take_no_part():
    loan = agreement("IF-1", "mat", "loan", 1000)
    assert not is_recused(loan)
    assert not is_recused(replace(loan, recused=("repris",)))
    assert is_recused(replace(loan, recused=("repris", "mat")))
