"""Rotations: whose turn it is and why, what each pays and gets, what happens with what isn't paid."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.loans.rotation import (
    METHOD,
    REASONS,
    by_lottery,
    by_need,
    drawn,
    fixed,
    holders,
    lot,
    put_last,
    rounds,
    swap,
)
from ledger.rules.loans.shareout import share_out
from ledger.rules.loans.terms import Terms

D = Decimal
ABCD = ["Ada", "Bo", "Cia", "Dan"]


def names(turns):
    return [turn.participant for turn in turns]


def keys(turns):
    return {turn.participant: [reason.key for reason in turn.reasons] for turn in turns}


def test_the_order_that_was_agreed_on():
    turns = fixed(["Cia", "Ada", "Bo"])
    assert [(t.round, t.participant) for t in turns] == [(1, "Cia"), (2, "Ada"), (3, "Bo")]
    assert keys(turns) == {"Cia": ["fixed"], "Ada": ["fixed"], "Bo": ["fixed"]}


def test_the_order_of_the_lots():
    turns = by_lottery(ABCD, "s1")
    assert names(turns) == list(drawn(ABCD, "s1"))
    assert by_lottery(ABCD[::-1], "s1") == turns
    assert {t.participant: t.reasons[0].values for t in turns} == {
        name: {"lot": lot("s1", name), "method": METHOD} for name in ABCD
    }


def test_the_order_of_need_equal_ones_by_lot():
    needs = {"Ada": D(2), "Bo": D(5), "Cia": D(2), "Dan": D(1)}
    turns = by_need(needs, "s1")
    assert names(turns) == ["Bo", *drawn(["Ada", "Cia"], "s1"), "Dan"]
    assert by_need(dict(reversed(needs.items())), "s1") == turns
    assert keys(turns) == {"Bo": ["need"], "Ada": ["need", "lot"], "Cia": ["need", "lot"], "Dan": ["need"]}


def test_a_swap_needs_both():
    turns = fixed(ABCD)
    swapped = swap(turns, 1, 3, {"Cia", "Ada"})
    assert names(swapped) == ["Cia", "Bo", "Ada", "Dan"]
    assert [t.round for t in swapped] == [1, 2, 3, 4]
    assert [r.key for r in swapped[0].reasons] == ["fixed", "swapped"]
    assert swapped[0].reasons[1].values == {"other": "Ada"}
    assert names(swap(swapped, 3, 1, ABCD)) == ABCD
    with pytest.raises(ValueError, match="Ada"):
        swap(turns, 1, 3, {"Cia", "Dan"})
    with pytest.raises(ValueError, match="round 9"):
        swap(turns, 1, 9, set(ABCD))


def test_who_is_behind_waits_until_the_others_have_had_the_pot():
    """Ada has had hers; Bo and Cia are behind; Bo stays before Cia."""
    turns = put_last(fixed(ABCD), {"Ada", "Bo", "Cia"}, 2)
    assert [(t.round, t.participant) for t in turns] == [(1, "Ada"), (2, "Dan"), (3, "Bo"), (4, "Cia")]
    assert keys(turns) == {"Ada": ["fixed"], "Dan": ["fixed"], "Bo": ["fixed", "behind"], "Cia": ["fixed", "behind"]}
    assert put_last(fixed(ABCD), {"Dan"}, 2) == fixed(ABCD)


def test_every_reason_has_a_text_that_its_values_fit():
    turns = [
        *swap(by_need({"a": D(1), "b": D(1)}, "s"), 1, 2, {"a", "b"}),
        *put_last(fixed("ab"), {"a"}, 1),
    ]
    for reason in [r for t in turns for r in t.reasons]:
        assert "{" not in REASONS[reason.key].format(**reason.values)


def test_the_plan_of_four():
    """100 a month: a pot of 400 each month, to each once; at the end nobody owes anything."""
    days = [dt.date(2026, month, 1) for month in (1, 2, 3, 4)]
    plan = rounds(fixed(ABCD), D(100), dates=days)
    assert [(r.number, r.date, r.receiver, r.pot, r.received) for r in plan] == [
        (n, day, name, 400, 400) for n, (day, name) in enumerate(zip(days, ABCD, strict=True), start=1)
    ]
    assert plan[0].pays == dict.fromkeys(ABCD, 100)
    after = plan[1].positions
    assert {name: (p.paid_in, p.received, p.remaining, p.turns_left, p.balance) for name, p in after.items()} == {
        "Ada": (200, 400, 200, 0, -200),
        "Bo": (200, 400, 200, 0, -200),
        "Cia": (200, 0, 200, 1, 200),
        "Dan": (200, 0, 200, 1, 200),
    }
    assert all(p.balance == 0 and p.remaining == 0 for p in plan[-1].positions.values())
    assert all(p.may_borrow for r in plan for p in r.positions.values())


def test_who_has_two_shares_has_two_turns_and_pays_twice():
    plan = rounds(fixed(["Ada", "Bo", "Ada"]), D(100))
    assert [r.pot for r in plan] == [300, 300, 300]
    assert plan[0].pays == {"Ada": 200, "Bo": 100}
    assert plan[0].positions["Ada"].turns_left == 1
    assert {n: (p.paid_in, p.received) for n, p in plan[-1].positions.items()} == {"Ada": (600, 600), "Bo": (300, 300)}


def test_a_pot_that_is_short_and_made_good_later():
    """Ada pays nothing in Bo's round, and both instalments in Cia's: her late 100 goes to Bo."""
    everybody = dict.fromkeys(ABCD, D(100))
    went = rounds(fixed(ABCD), D(100), payments={2: {**everybody, "Ada": D(0)}, 3: {**everybody, "Ada": D(200)}})
    second, third = went[1], went[2]
    assert (second.pot, second.received, second.topped_up) == (400, 300, 0)
    assert second.paid == {"Ada": 0, "Bo": 100, "Cia": 100, "Dan": 100}
    ada, bo = second.positions["Ada"], second.positions["Bo"]
    assert (ada.due, ada.paid_in, ada.missed, ada.may_borrow) == (200, 100, 100, False)
    assert (bo.received, bo.short) == (300, 100)
    assert (third.received, third.late) == (400, {"Bo": 100})
    assert third.positions["Ada"].missed == third.positions["Bo"].short == 0
    assert third.positions["Bo"].received == 400
    assert all(p.balance == 0 for p in went[3].positions.values())


def test_a_pot_that_a_reserve_tops_up_gets_back_what_comes_in_late():
    """A reserve of 70: Bo's pot is 370, 30 short; Ada's 100 gives Bo 30 and the reserve 70, which tops up Dan's."""
    everybody = dict.fromkeys(ABCD, D(100))
    went = rounds(
        fixed(ABCD),
        D(100),
        payments={
            2: {**everybody, "Ada": D(0)},
            3: {**everybody, "Ada": D(200)},
            4: {**everybody, "Bo": D(40)},
        },
        reserve=D(70),
    )
    assert (went[1].topped_up, went[1].received, went[1].positions["Bo"].short) == (70, 370, 30)
    assert went[2].late == {"Bo": 30, "": 70}
    assert (went[3].topped_up, went[3].received, went[3].positions["Bo"].missed) == (60, 400, 60)


def test_what_somebody_owes_is_set_off_from_their_own_pot():
    """Cia misses Ada's and Bo's rounds and her own instalment: of her 400 she gets 100 in hand."""
    everybody = dict.fromkeys(ABCD, D(100))
    without = {**everybody, "Cia": D(0)}
    went = rounds(fixed(ABCD), D(100), payments={1: without, 2: without, 3: without})
    third = went[2]
    assert (third.received, third.set_off, third.received - third.set_off) == (400, 300, 100)
    assert third.late == {"Ada": 100, "Bo": 100}
    assert third.positions["Cia"].missed == 0
    assert third.positions["Ada"].received == third.positions["Bo"].received == 400


def test_nobody_pays_more_than_is_due():
    with pytest.raises(ValueError, match="Ada"):
        rounds(fixed(ABCD), D(100), payments={1: {"Ada": D(101)}})


def test_what_is_never_paid_is_set_off_at_the_end():
    """Ada takes her pot and never pays again: 100 paid in, 400 received. Bo's pot, Cia's and Dan's are 300 each.

    Paid in 100 + 3 × 400 = 1 300 = 400 + 3 × 300 received: no cash. Ada owes 300, each of the others is owed 100.
    """
    gone = {"Bo": D(100), "Cia": D(100), "Dan": D(100)}
    went = rounds(fixed(ABCD), D(100), payments={2: gone, 3: gone, 4: gone})
    terms = Terms(
        name="R26",
        currency="SEK",
        share_value=D(100),
        begins=dt.date(2026, 1, 1),
        rotation="fixed",
        shortfall="pro-rata",
    )
    shared = share_out(terms, holders(went[-1], D(100)), cash=D(0))
    assert {p.participant: p.payout for p in shared.payouts} == {"Ada": -300, "Bo": 100, "Cia": 100, "Dan": 100}
    assert shared.of("Ada").owed_in == 300
    planned = share_out(terms, holders(rounds(fixed(ABCD), D(100))[-1], D(100)), cash=D(0))
    assert [(p.shares, p.cost, p.gain, p.payout) for p in planned.payouts] == [(4, 400, 0, 0)] * 4


@settings(max_examples=100, deadline=None)
@given(st.data(), st.integers(0, 500).map(D))
def test_money_is_conserved_however_it_goes(data, reserve):
    """Paid in + what the reserve is out of = received; due = paid in + missed; whose pot is short is owed by others."""
    turns = fixed(data.draw(st.lists(st.sampled_from("abcde"), min_size=1, max_size=7)))
    shares = {name: names(turns).count(name) for name in names(turns)}
    missed = dict.fromkeys(shares, D(0))
    payments = {}
    for number in range(1, len(turns) + 1):
        given_now = payments[number] = {}
        for name, count in shares.items():
            given_now[name] = D(data.draw(st.integers(0, 100 * count + int(missed[name]))))
        went = rounds(turns, D(100), payments=payments, reserve=reserve)
        missed = {name: p.missed for name, p in went[number - 1].positions.items()}
    for made in went:
        positions = made.positions.values()
        assert all(p.due == p.paid_in + p.missed and min(p.missed, p.short, p.received) >= 0 for p in positions)
        out = sum(p.received for p in positions) - sum(p.paid_in for p in positions)
        assert 0 <= out <= reserve
        assert sum(p.missed for p in positions) == sum(p.short for p in positions) + out
        assert made.received == made.pot - sum(made.pays[n] - made.paid[n] for n in made.pays) + made.topped_up
        assert 0 <= made.set_off <= made.received
