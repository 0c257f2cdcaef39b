"""A round's pot at auction: the highest discount wins, and the pot is divided to the last unit."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.loans.rotation import REASONS, Bid, auction, drawn
from ledger.rules.loans.terms import Terms

D = Decimal
FOUR = ["Ada", "Bo", "Cia", "Dan"]


def terms(value="100", currency="SEK", rounding="0.01"):
    return Terms(
        name="R26",
        currency=currency,
        share_value=D(value),
        begins=dt.date(2026, 1, 1),
        rotation="auction",
        rounding=D(rounding),
    )


def bids(**amounts):
    return [Bid(participant=name, discount=D(amount)) for name, amount in amounts.items()]


def held(offers, **kwargs):
    return auction(kwargs.pop("agreed", terms()), 1, offers, participants=FOUR, seed="s", **kwargs)


@pytest.fixture(scope="module")
def chit(samples):
    text = (samples / "vsla" / "shareout-examples.json").read_text(encoding="utf-8")
    return next(e for e in json.loads(text)["examples"] if e["id"].startswith("S4-"))


def test_s4_a_chit_of_fifty(chit):
    given_, told = chit["inputs"], chit["published"]
    members = [f"m{n:02}" for n in range(given_["members"])]
    offers = [
        Bid(participant="m07", discount=D(given_["winning_discount"])),
        Bid(participant="m01", discount=D(90_000)),
    ]
    found = auction(
        terms(given_["contribution"], "INR"),
        1,
        offers,
        participants=members,
        commission=D(given_["commission_percent_of_pot"]) / 100,
        seed="s",
    )
    assert (found.winner, found.pot, found.receives) == ("m07", D(given_["pot"]), D(told["winner_receives"]))
    assert found.commission == 25_000
    assert set(found.dividends.values()) == {D(told["dividend_per_member"])}
    assert len(found.dividends) == 50
    assert set(found.next_pays.values()) == {D(told["next_contribution"])}


def test_s4_as_its_text_says_the_dividend_is_for_those_without_the_pot(chit):
    """100 000 ÷ 49 = 2 040.816…: that is not the 2 000 published; 40 get 2 041 and 9 get 2 040, in whole rupees."""
    given_ = chit["inputs"]
    members = [f"m{n:02}" for n in range(given_["members"])]
    found = auction(
        terms(given_["contribution"], "INR", rounding="1"),
        1,
        [Bid(participant="m07", discount=D(given_["winning_discount"]))],
        participants=members,
        commission=D("0.05"),
        dividend="waiting",
        seed="s",
    )
    parts = sorted(found.dividends.values())
    assert parts == [2040] * 9 + [2041] * 40
    assert "m07" not in found.dividends
    assert (found.dividends["m00"], found.dividends["m49"]) == (2041, 2040)
    assert D(chit["published"]["dividend_per_member"]) not in parts


@pytest.mark.parametrize(
    ("dividend", "had", "expected"),
    [
        ("all", ["Dan"], {"Ada": 15, "Bo": 15, "Cia": 15, "Dan": 15}),
        ("others", ["Dan"], {"Ada": 20, "Cia": 20, "Dan": 20}),
        ("waiting", ["Dan"], {"Ada": 30, "Cia": 30}),
        # nobody else waits: what the winner lets go of comes back
        ("waiting", ["Dan", "Ada", "Cia"], {}),
    ],
)
def test_who_shares_the_discount(dividend, had, expected):
    found = held(bids(Bo=60), had=had, dividend=dividend)
    assert found.dividends == expected
    assert found.receives == 400 - sum(expected.values())
    assert found.next_pays == {name: 100 - expected.get(name, 0) for name in FOUR}


def test_the_highest_bid_wins_of_those_who_may_bid():
    offers = bids(Ada=90, Bo=50, Cia=70, Dan=80, Eve=99)
    found = held([*offers, *bids(Bo=75)], had=["Ada"], behind=["Dan"])
    assert (found.winner, found.discount) == ("Bo", 75)
    assert [b.participant for b in found.refused] == ["Ada", "Dan", "Eve"]
    assert [(r.key, r.values) for r in found.reasons] == [("bid", {"discount": 75})]


def test_equal_bids_and_bids_above_the_cap_are_decided_by_lot():
    """A cap of 30 % of 400 is 120: 150 and 120 count the same."""
    found = held(bids(Ada=150, Bo=120, Cia=119), cap=D("0.30"))
    assert found.winner == drawn(["Ada", "Bo"], "s:1")[0]
    assert found.discount == 120
    assert [r.key for r in found.reasons] == ["capped" if found.winner == "Ada" else "bid", "lot"]
    assert held(bids(Bo=120, Cia=119, Ada=150), cap=D("0.30")) == found


def test_without_a_cap_a_bid_is_at_most_what_is_left_after_the_commission():
    found = held(bids(Ada=1000), commission=D("0.05"))
    assert (found.discount, found.commission, found.receives) == (380, 20, 0)
    assert [(r.key, r.values) for r in found.reasons] == [("capped", {"bid": 1000, "discount": 380})]


def test_a_round_without_bids_is_drawn_among_those_who_wait():
    found = held(bids(Ada=-1), had=["Dan"])
    assert found.winner == drawn(["Ada", "Bo", "Cia"], "s:1")[0]
    assert (found.discount, found.receives) == (0, 400)
    assert [r.key for r in found.reasons] == ["no-bid", "lot"]
    last = held([], had=["Ada", "Bo", "Cia"])
    assert (last.winner, [r.key for r in last.reasons]) == ("Dan", ["no-bid"])


def test_who_asks_for_the_pot_without_a_discount_comes_before_who_does_not_ask():
    found = held(bids(Cia=0))
    assert (found.winner, found.discount, found.refused) == ("Cia", 0, ())
    assert [r.key for r in found.reasons] == ["bid"]
    assert [b.participant for b in held(bids(Cia=0, Bo=-1)).refused] == ["Bo"]


def test_each_round_draws_anew():
    winners = {auction(terms(), n, [], participants=FOUR, seed="s").winner for n in range(1, 30)}
    assert winners == set(FOUR)


def test_nobody_waits():
    with pytest.raises(ValueError, match="waits"):
        held([], had=FOUR)
    with pytest.raises(ValueError, match="commission"):
        held([], commission=D("1.5"))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcdefg"), st.integers(-10, 900)), max_size=8),
    st.integers(1, 7),
    st.integers(0, 4),
    st.sampled_from(["0", "0.05", "0.33", "1"]),
    st.sampled_from([None, "0.3", "1", "2"]),
    st.sampled_from(["all", "others", "waiting"]),
    st.sampled_from(["0.01", "1", "10"]),
    st.randoms(use_true_random=False),
)
def test_the_pot_is_divided_to_the_last_unit(offered, count, had, commission, cap, dividend, rounding, random):
    people = list("abcdefg")[:count]
    offers = [Bid(participant=name, discount=D(amount)) for name, amount in offered]
    kwargs = {
        "participants": people,
        "had": people[: min(had, count - 1)],
        "commission": D(commission),
        "cap": cap and D(cap),
        "dividend": dividend,
        "seed": "s",
    }
    agreed = terms("125.50", rounding=rounding)
    found = auction(agreed, 3, offers, **kwargs)
    assert found.pot == D("125.50") * count == found.receives + found.commission + sum(found.dividends.values())
    assert min(found.receives, found.commission, found.discount, *found.dividends.values(), D(0)) >= 0
    assert found.winner in people
    assert found.winner not in kwargs["had"]
    assert cap is None or found.discount <= max(D(cap) * found.pot + D(rounding), 0)
    again = auction(agreed, 3, random.sample(offers, len(offers)), **kwargs)
    assert (again.winner, again.discount, again.dividends) == (found.winner, found.discount, found.dividends)
    for reason in found.reasons:
        assert "{" not in REASONS[reason.key].format(**reason.values)
