"""Which applications come first, and how far limits and money reach."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.loans.lottery import drawn, lot
from ledger.rules.loans.ranking import REASONS, Applicant, Application, grant, rank
from ledger.rules.loans.terms import Terms

D = Decimal
DAY = dt.date(2026, 3, 11)
NEVER = None


def terms(**kwargs):
    return Terms(name="RF26", currency="SEK", share_value=D(1000), begins=dt.date(2026, 1, 1), **kwargs)


def asks(who, amount, need=0, **kwargs):
    return Application(participant=who, amount=D(amount), need=D(need), **kwargs)


def has(shares=10, limit=None, last=NEVER, late=0):
    return Applicant(shares=shares, limit=limit if limit is None else D(limit), last_loan=last, late_days=late)


def names(ranked):
    return [row.application.participant for row in ranked]


def keys(ranked):
    return {row.application.participant: [reason.key for reason in row.reasons] for row in ranked}


def test_need_then_time_then_size_then_lots():
    """Each criterion decides where all before it are equal, and is the last reason that is told."""
    standings = {
        "need": has(last=DAY),
        "never": has(),
        "long-ago": has(last=dt.date(2025, 1, 1)),
        "small": has(shares=20, last=dt.date(2026, 1, 1)),
        "lot-1": has(last=dt.date(2026, 1, 1)),
        "lot-2": has(last=dt.date(2026, 1, 1)),
        "no-shares": has(shares=0, last=dt.date(2026, 1, 1)),
    }
    ranked = rank([asks(who, 5000, need=7 if who == "need" else 3) for who in reversed(standings)], standings, "seed")
    lots = list(drawn(["lot-1", "lot-2"], "seed"))
    assert names(ranked) == ["need", "never", "long-ago", "small", *lots, "no-shares"]
    assert [row.place for row in ranked] == [1, 2, 3, 4, 5, 6, 7]
    assert keys(ranked) == {
        "need": ["need"],
        "never": ["need", "never"],
        "long-ago": ["need", "since"],
        "small": ["need", "since", "ratio"],
        "lot-1": ["need", "since", "ratio", "lot"],
        "lot-2": ["need", "since", "ratio", "lot"],
        "no-shares": ["need", "since", "no-shares"],
    }
    found = {row.application.participant: row.reasons[-1].values for row in ranked}
    assert found["need"] == {"need": 7}
    assert found["long-ago"] == {"date": dt.date(2025, 1, 1)}
    assert found["small"] == {"amount": 5000, "shares": 20}
    assert found["lot-1"] == {"lot": lot("seed", "lot-1")}


def test_the_smaller_loan_for_its_shares_comes_first():
    """6 000 ÷ 12 = 500 comes before 4 000 ÷ 7 = 571.43, though it is the larger loan."""
    ranked = rank([asks("a", 4000), asks("b", 6000)], {"a": has(shares=7), "b": has(shares=12)}, "s")
    assert names(ranked) == ["b", "a"]


def test_who_asks_twice_is_ranked_twice():
    applications = [asks("a", 3000, date=DAY), asks("a", 1000, date=DAY), asks("a", 3000, date=dt.date(2026, 3, 1))]
    ranked = rank(applications, {"a": has()}, "s")
    assert [(r.application.amount, r.application.date.day) for r in ranked] == [(1000, 11), (3000, 1), (3000, 11)]


@pytest.mark.parametrize(
    ("rows", "cash", "expected"),
    [
        # whole as long as it reaches; who isn't granted is passed by
        ([("a", 600, None, False), ("b", 500, None, False), ("c", 300, None, False)], 1000, [600, 0, 300]),
        # who takes a part gets what is left, and then nothing is
        ([("a", 600, None, False), ("b", 500, None, True), ("c", 300, None, False)], 1000, [600, 400, 0]),
        # the limit, whole or in part
        ([("a", 600, 500, False), ("b", 500, 200, True)], 1000, [0, 200]),
        # over the limit already: nothing, not a part either
        ([("a", 600, -100, True)], 1000, [0]),
        ([("a", 600, 0, True)], 1000, [0]),
        ([("a", 600, None, True)], 0, [0]),
        ([("a", 600, None, True)], -50, [0]),
        ([("a", 600, 600, False)], 600, [600]),
        ([("a", "600.01", 600, False)], 1000, [0]),
    ],
)
def test_granted_in_order_while_limits_and_money_reach(rows, cash, expected):
    standings = {who: has(limit=limit) for who, _, limit, _ in rows}
    applications = [asks(who, amount, need=9 - n, part=part) for n, (who, amount, _, part) in enumerate(rows)]
    found = grant(rank(applications, standings, "s"), standings, terms(), cash=D(cash), day=DAY)
    assert [row.granted for row in found] == expected


def test_two_loans_of_one_participant_share_a_limit():
    standings = {"a": has(limit=1000)}
    applications = [asks("a", 700, need=2), asks("a", 500, need=1, part=True)]
    found = grant(rank(applications, standings, "s"), standings, terms(), cash=D(5000), day=DAY)
    assert [row.granted for row in found] == [700, 300]
    assert [row.outcome.key for row in found] == ["granted", "cut-limit"]


def test_a_part_is_paid_in_whole_notes():
    found = grant(
        rank([asks("a", 1000, part=True)], {"a": has()}, "s"), {"a": has()}, terms(rounding=D(10)), cash=D(457), day=DAY
    )
    assert (found[0].granted, found[0].outcome.key) == (450, "cut-cash")


@pytest.mark.parametrize(
    ("agreed", "standing", "term", "outcome"),
    [
        ({"max_term": 3}, {}, 4, ("term", {"term": 4, "most": 3})),
        ({"max_term": 3}, {}, 3, ("granted", {"amount": 500})),
        ({"max_term": 3, "default_term": 3}, {}, None, ("granted", {"amount": 500})),
        ({"late_may_borrow": False}, {"late": 12}, 1, ("late", {"days": 12})),
        ({}, {"late": 12}, 1, ("granted", {"amount": 500})),
        ({"last_loans": dt.date(2026, 3, 10)}, {}, 1, ("closed", {"date": dt.date(2026, 3, 10)})),
        ({"last_loans": DAY}, {}, 1, ("granted", {"amount": 500})),
        ({}, {"limit": 499}, 1, ("limit", {"limit": 499})),
        ({}, {"limit": -5}, 1, ("limit", {"limit": 0})),
    ],
)
def test_why_a_loan_is_granted_or_not(agreed, standing, term, outcome):
    standings = {"a": has(**standing)}
    [row] = grant(rank([asks("a", 500, term=term)], standings, "s"), standings, terms(**agreed), cash=D(900), day=DAY)
    assert (row.outcome.key, row.outcome.values) == outcome
    assert (row.granted > 0) == (row.outcome.key == "granted")


def test_every_reason_has_a_text_that_its_values_fit():
    standings = {"a": has(shares=0), "b": has(last=DAY), "c": has(limit=100), "d": has(limit=10), "e": has(late=2)}
    applications = [
        *(asks(who, 200, part=who == "c") for who in "abcde"),
        asks("a", 200, term=9),
        asks("b", 200, need=1),
        asks("b", 10_000, part=True),
        asks("a", 10_000),
    ]
    agreed = terms(max_term=3, late_may_borrow=False)
    rows = grant(rank(applications, standings, "s"), standings, agreed, cash=D(600), day=DAY)
    closed = grant(rows, standings, terms(last_loans=dt.date(2026, 1, 1)), cash=D(1000), day=DAY)
    reasons = [reason for row in (*rows, *closed) for reason in (*row.reasons, row.outcome)]
    for reason in reasons:
        assert "{" not in REASONS[reason.key].format(**reason.values)
    assert {reason.key for reason in reasons} == set(REASONS)


amounts = st.integers(1, 5000).map(D)


@st.composite
def queues(draw):
    count = draw(st.integers(1, 10))
    standings = {
        f"u{n}": Applicant(
            shares=draw(st.integers(0, 5)),
            limit=draw(st.one_of(st.none(), st.integers(-500, 6000).map(D))),
            last_loan=draw(st.sampled_from([None, dt.date(2025, 5, 1), dt.date(2026, 1, 1)])),
            late_days=draw(st.integers(0, 3)),
        )
        for n in range(count)
    }
    applications = [
        Application(
            participant=draw(st.sampled_from(sorted(standings))),
            amount=draw(amounts),
            term=draw(st.integers(1, 5)),
            need=D(draw(st.integers(0, 2))),
            part=draw(st.booleans()),
        )
        for _ in range(draw(st.integers(1, 12)))
    ]
    return applications, standings


@settings(max_examples=150, deadline=None)
@given(queues(), st.integers(-100, 20000).map(D), st.booleans(), st.randoms(use_true_random=False))
def test_never_more_than_the_cash_or_a_limit_and_in_any_order_of_rows(queue, cash, late, random):
    applications, standings = queue
    agreed = terms(max_term=4, late_may_borrow=late)
    ranked = rank(applications, standings, "s")
    assert rank(random.sample(applications, len(applications)), standings, "s") == ranked
    assert sorted(map(repr, applications)) == sorted(repr(r.application) for r in ranked)
    rows = grant(ranked, standings, agreed, cash=cash, day=DAY)
    assert sum(r.granted for r in rows) <= max(cash, 0)
    for who, standing in standings.items():
        got = sum(r.granted for r in rows if r.application.participant == who)
        assert standing.limit is None or got <= max(standing.limit, 0)
    for r in rows:
        assert 0 <= r.granted <= r.application.amount
        assert r.granted in {0, r.application.amount} or r.application.part
    for one, other in itertools.pairwise(rows):
        assert one.application.need >= other.application.need
