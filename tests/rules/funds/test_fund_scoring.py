"""Scores worked by hand, and the order of applications."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.funds.scoring import SCALE, Application, ranked, score

D = Decimal
ASKED = Application(
    case="IF-2026-001",
    date=dt.date(2026, 2, 3),
    amount=D(150_000),
    budget=D(200_000),
    own_part=D(40_000),
    jobs=D(1),
    payback=60,
    environment=4,
    spread=3,
)


def points(application):
    return {p.criterion: p for p in score(application).points}


def test_a_score_by_hand():
    found = points(ASKED)
    assert {name: p.points for name, p in found.items()} == {
        "jobs": D("20.0"),  # 1 job for 1.5 times 100 000: two thirds of 30
        "viability": D("15.0"),  # 24 of 48 months
        "own-part": D("6.7"),  # 20 of 30 %
        "environment": D("12.0"),
        "spread": D("9.0"),
    }
    assert score(ASKED).total == D("62.7")
    assert found["jobs"].figure == Fraction(2, 3)
    assert found["own-part"].figure == Fraction(1, 5)
    assert {p.source for p in found.values()} == {"computed", "mark"}


@pytest.mark.parametrize(
    ("change", "criterion", "given_", "source"),
    [
        ({"jobs": D("1.5")}, "jobs", "30", "computed"),
        ({"jobs": D("1.49")}, "jobs", "29.8", "computed"),
        ({"jobs": D(40)}, "jobs", "30", "computed"),
        ({"jobs": D(0)}, "jobs", "0", "computed"),
        ({"jobs": D(-1)}, "jobs", "0", "computed"),
        ({"jobs": None}, "jobs", "0", "missing"),
        ({"amount": D(0)}, "jobs", "0", "missing"),
        ({"payback": 36}, "viability", "30", "computed"),
        ({"payback": 37}, "viability", "29.4", "computed"),  # 29.375
        ({"payback": 0}, "viability", "30", "computed"),
        ({"payback": 83}, "viability", "0.6", "computed"),  # 0.625
        ({"payback": 84}, "viability", "0", "computed"),
        ({"payback": 400}, "viability", "0", "computed"),
        ({"payback": None}, "viability", "0", "missing"),
        ({"own_part": D(60_000)}, "own-part", "10", "computed"),
        ({"own_part": D(200_000)}, "own-part", "10", "computed"),
        ({"budget": None}, "own-part", "0", "missing"),
        ({"environment": 5}, "environment", "15", "mark"),
        ({"environment": 9}, "environment", "15", "mark"),
        ({"environment": 0}, "environment", "0", "mark"),
        ({"spread": None}, "spread", "0", "missing"),
    ],
)
def test_each_criterion(change, criterion, given_, source):
    found = points(replace(ASKED, **change))[criterion]
    assert (found.points, found.source) == (D(given_), source)


def test_the_scale_adds_up_to_100():
    assert SCALE.jobs + SCALE.viability + SCALE.own_part + SCALE.environment + SCALE.spread == 100


def test_ties_go_to_the_smaller_amount_the_earlier_day_the_name():
    nothing = Application("IF-4", dt.date(2026, 2, 1), D(100))
    asked = [
        nothing,
        replace(nothing, case="IF-3", date=dt.date(2026, 1, 1)),
        replace(nothing, case="IF-2"),
        replace(nothing, case="IF-5", amount=D(99), date=dt.date(2026, 9, 1)),
        replace(nothing, case="IF-6", amount=D(999), payback=36),
    ]
    assert [s.application.case for s in ranked(map(score, asked))] == ["IF-6", "IF-5", "IF-3", "IF-2", "IF-4"]


applications = st.builds(
    Application,
    case=st.sampled_from(["a", "b", "c"]),
    date=st.dates(),
    amount=st.decimals(0, 10**7, places=2),
    budget=st.none() | st.decimals(0, 10**7, places=2),
    own_part=st.none() | st.decimals(0, 10**7, places=2),
    jobs=st.none() | st.decimals(-5, 100, places=1),
    payback=st.none() | st.integers(0, 200),
    environment=st.none() | st.integers(0, 5),
    spread=st.none() | st.integers(0, 5),
)


@given(applications)
def test_points_stay_within_their_most(application):
    found = score(application)
    assert all(0 <= p.points <= p.most for p in found.points)
    assert 0 <= found.total <= 100


@given(applications, st.integers(0, 200), st.integers(0, 200))
def test_sooner_is_never_worse(application, one, other):
    sooner, later = sorted((one, other))
    assert score(replace(application, payback=sooner)).total >= score(replace(application, payback=later)).total


@given(st.lists(applications, max_size=8), st.randoms(use_true_random=False))
def test_the_order_they_are_given_in_is_nothing(asked, shuffle):
    scores = [score(application) for application in asked]
    keys = [(s.total, s.application.amount, s.application.date, s.application.case) for s in ranked(scores)]
    shuffle.shuffle(scores)
    assert [(s.total, s.application.amount, s.application.date, s.application.case) for s in ranked(scores)] == keys
