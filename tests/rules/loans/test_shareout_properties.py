"""What holds for every share-out, whatever the group: nothing is lost, nobody is treated by where they stand."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.rules.loans.carry import leave_in
from ledger.rules.loans.shareout import Holder, share_out
from ledger.rules.loans.terms import Terms

D = Decimal
money = st.decimals(min_value=0, max_value=5000, places=2, allow_nan=False, allow_infinity=False)
debts = st.one_of(st.just(D(0)), money)


@st.composite
def groups(draw, shortfall=None, rounding=None):
    """Terms, holders in the order of their first share purchase, cash."""
    count = draw(st.integers(1, 8))
    terms = Terms(
        name="X26",
        currency="SEK",
        share_value=D(draw(st.sampled_from(["1", "50", "100"]))),
        begins=dt.date(2026, 1, 1),
        rounding=D(rounding or draw(st.sampled_from(["0.01", "1", "10"]))),
        share_out=draw(st.sampled_from(["shares", "equal", "interest-back"])),
        shortfall=shortfall or draw(st.sampled_from(["wait", "pro-rata", "write-off"])),
        split=draw(st.sampled_from(["charge-first", "principal-first", "pro-rata"])),
    )
    holders = [
        Holder(
            participant=f"p{n}",
            shares=draw(st.integers(0, 20)),
            loans=draw(debts),
            charges=draw(debts),
            fines=draw(debts),
            paid_charges=draw(debts),
            order=n,
        )
        for n in range(count)
    ]
    assume(any(h.shares for h in holders))
    return terms, holders, draw(money)


@settings(max_examples=200, deadline=None)
@given(groups(), money, money)
def test_every_share_out_ties(group, outside, unpaid):
    terms, holders, cash = group
    shared = share_out(terms, holders, cash=cash, outside=outside, unpaid_expenses=unpaid)
    net = cash - outside - unpaid
    assert sum(p.payout for p in shared.payouts) == net
    assert sum(p.gross for p in shared.payouts) == shared.fund == net + sum(h.debts for h in holders)
    assert sum(p.exact for p in shared.payouts) == Fraction(net)
    for p in shared.payouts:
        # Each line adds up, by itself and by kind of debt.
        assert p.gross - p.debts == p.payout
        assert p.set_off.total + p.remaining.total + p.lost.total == p.debts
        assert p.remaining.total == p.owed_in or shared.fund < 0
        assert p.lost.total == p.written_off
        assert min(p.paid_now, p.still_due, p.owed_in, p.written_off, *_parts(p)) >= 0
        assert abs(p.rounding) <= terms.rounding
        if p.shares == 0:
            assert p.payout == -p.debts
    if shared.booked_allowed:
        # What is booked balances: shares and profit go out against cash, debts that are set off, what is still due.
        set_off = sum(p.set_off.total for p in shared.payouts)
        still_due = sum(p.still_due for p in shared.payouts)
        assert sum(p.paid_now for p in shared.payouts) == net
        assert sum(p.cost + p.gain for p in shared.payouts) == net + set_off + still_due
        # And nothing of the fund is left but what is owed in.
        assert net + set_off + shared.written_off == shared.fund - sum(p.owed_in for p in shared.payouts)


def _parts(payout):
    return [
        getattr(part, kind)
        for part in (payout.set_off, payout.remaining, payout.lost)
        for kind in ("loans", "charges", "fines")
    ]


@settings(max_examples=100, deadline=None)
@given(groups(), st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_influence(group, random):
    terms, holders, cash = group
    shuffled = random.sample(holders, len(holders))
    assert share_out(terms, shuffled, cash=cash) == share_out(terms, holders, cash=cash)


@settings(max_examples=150, deadline=None)
@given(groups(), st.data())
def test_nobody_gets_less_by_owing_less(group, data):
    terms, holders, cash = group
    who = data.draw(st.sampled_from(holders))
    kind = data.draw(st.sampled_from(["loans", "fines"]))
    less = data.draw(st.integers(0, int(getattr(who, kind)))) * D(1)
    others = [h for h in holders if h is not who]
    before = share_out(terms, holders, cash=cash)
    owing_less = [*others, replace(who, **{kind: getattr(who, kind) - less})]
    # Forgiven: the fund is smaller, but nobody's own payout falls by more than their part of it.
    forgiven = share_out(terms, owing_less, cash=cash)
    assert forgiven.of(who.participant).exact >= before.of(who.participant).exact
    # Paid back: the fund is the same, and what was owed less is what is paid out more, to the last unit.
    paid = share_out(terms, owing_less, cash=cash + less)
    assert paid.fund == before.fund
    assert paid.of(who.participant).exact == before.of(who.participant).exact + Fraction(less)
    assert [paid.of(h.participant).exact for h in others] == [before.of(h.participant).exact for h in others]
    if terms.rounding == D("0.01"):  # whole kronor less leave the remainders as they were
        assert paid.of(who.participant).payout == before.of(who.participant).payout + less


@settings(max_examples=150, deadline=None)
@given(groups(shortfall="write-off"))
def test_writing_off_takes_the_fund_to_the_level_the_cash_reaches(group):
    """Σ max(0, part of the level − debts) = cash; nobody loses more than they owe."""
    terms, holders, cash = group
    shared = share_out(terms, holders, cash=cash)
    assert shared.booked_allowed
    assert shared.level <= shared.fund
    assert sum(p.paid_now for p in shared.payouts) == cash
    by_name = {h.participant: h for h in holders}
    for p in shared.payouts:
        assert 0 <= p.written_off <= p.debts
        assert p.paid_now >= 0
        assert not p.owed_in
        assert not p.still_due
    if terms.share_out == "shares" and shared.written_off:
        value = shared.value_paid
        rest = [by_name[p.participant].shares * value - Fraction(p.debts) for p in shared.payouts]
        assert sum(max(r, Fraction(0)) for r in rest) == Fraction(cash)
        assert sum(max(-r, Fraction(0)) for r in rest) == Fraction(shared.fund) - shared.level
        cents = Fraction(len(rest), 200)
        assert abs(Fraction(shared.written_off) - (Fraction(shared.fund) - shared.level)) <= cents


@settings(max_examples=150, deadline=None)
@given(groups(shortfall="pro-rata"))
def test_cash_in_proportion_is_all_the_cash_and_nobody_gets_more_than_is_due(group):
    terms, holders, cash = group
    shared = share_out(terms, holders, cash=cash)
    assert shared.booked_allowed
    assert sum(p.paid_now for p in shared.payouts) == cash
    assert sum(p.still_due for p in shared.payouts) == sum(p.owed_in for p in shared.payouts)
    whole = sum(max(p.payout, D(0)) for p in shared.payouts)
    for p in shared.payouts:
        assert p.paid_now + p.still_due == max(p.payout, D(0))
        assert p.owed_in == max(-p.payout, D(0))
        if whole and terms.rounding == D("0.01"):
            assert abs(Fraction(p.paid_now) - Fraction(max(p.payout, D(0))) * Fraction(cash) / Fraction(whole)) < 1


@settings(max_examples=100, deadline=None)
@given(groups(shortfall="wait"))
def test_a_share_out_that_waits_pays_nothing(group):
    terms, holders, cash = group
    shared = share_out(terms, holders, cash=cash)
    assert shared.booked_allowed == all(p.payout >= 0 for p in shared.payouts)
    paid = sum(p.paid_now for p in shared.payouts)
    assert paid == (cash if shared.booked_allowed else 0)


@settings(max_examples=100, deadline=None)
@given(groups(), st.data())
def test_what_is_left_in_and_what_is_paid_are_what_was_to_be_paid(group, data):
    terms, holders, cash = group
    shared = share_out(terms, holders, cash=cash)
    wishes = {h.participant: data.draw(st.one_of(st.none(), money)) for h in holders}
    for row in leave_in(shared, wishes, terms):
        assert row.amount + row.paid == shared.of(row.participant).paid_now
        assert row.amount == row.shares * terms.share_value
        assert 0 <= row.amount <= row.wished
        assert row.paid >= 0
