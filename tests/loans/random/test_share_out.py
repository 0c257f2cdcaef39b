"""Share-outs against the second method: of random holders with any debts, and at the end of random cycles."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.rules.loans.carry import leave_in
from ledger.rules.loans.shareout import Holder, share_out
from tests.loans.random import second
from tests.loans.random.strategies import CURRENCIES, cycles, examples
from tests.loans.random.texts import decimal, terms

NAMES = tuple("abcdefghij")


@st.composite
def holders(draw):
    """Who stands how on the day, and the money there is."""
    currency = draw(st.sampled_from(list(CURRENCIES)))
    values, roundings, smallest = CURRENCIES[currency]
    unit = Fraction(smallest)
    agreed = second.Rules(
        name="NK26",
        currency=currency,
        smallest=unit,
        share_value=draw(st.sampled_from(values)),
        begins=dt.date(2026, 1, 7),
        ends=dt.date(2026, 12, 1),
        meetings=(),
        rounding=Fraction(draw(st.sampled_from(roundings))),
        share_out=draw(st.sampled_from(["shares", "equal", "interest-back"])),
        shortfall=draw(st.sampled_from(["wait", "pro-rata", "write-off"])),
    )
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    amount = st.integers(0, 3).flatmap(lambda n: st.just(0) if n else st.integers(0, 500_000)).map(lambda n: n * unit)
    found = [(who, draw(st.integers(0, 30)), draw(amount), draw(amount), draw(amount), draw(amount)) for who in names]
    cash = draw(st.integers(0, 1_000_000)) * unit
    outside = draw(st.integers(0, 5)) * cash / 10 // unit * unit
    return agreed, found, cash, outside


@examples(20)
@given(holders())
def test_any_holders(case):
    """Payouts to the smallest unit, what is paid by each rule for shortfalls; Σ payouts = cash; nothing is lost."""
    agreed, rows, cash, outside = case
    assume(any(row[1] for row in rows))
    shares = {who: count for who, count, *_ in rows}
    debts = {who: loans + charges + fines for who, _, loans, charges, fines, _ in rows}
    paid = {who: before + charges for who, _, _, charges, _, before in rows}
    net = cash - outside
    expected = second.share_out(agreed, shares, debts, paid, net + sum(debts.values()), net)
    made = [
        Holder(
            participant=who,
            shares=count,
            loans=decimal(loans),
            charges=decimal(charges),
            fines=decimal(fines),
            paid_charges=decimal(before),
            order=number,
        )
        for number, (who, count, loans, charges, fines, before) in enumerate(rows)
    ]
    found = share_out(terms(agreed), made[::-1], cash=decimal(cash), outside=decimal(outside))
    compare(found, expected)
    assert found == share_out(terms(agreed), made, cash=decimal(cash), outside=decimal(outside))


def compare(found, expected) -> None:
    """All of a share-out."""
    assert Fraction(found.fund) == expected.fund
    assert found.shares == sum(expected.shares.values())
    assert {p.participant: Fraction(p.payout) for p in found.payouts} == expected.payout
    assert {p.participant: Fraction(p.gross) for p in found.payouts} == expected.gross
    assert sum(Fraction(p.payout) for p in found.payouts) == expected.cash
    assert found.booked_allowed == (expected.booked and expected.cash >= 0)
    if found.booked_allowed:
        assert {p.participant: Fraction(p.paid_now) for p in found.payouts} == expected.paid
        assert Fraction(found.level) == expected.level
        for p in found.payouts:
            assert p.settled + p.remaining.total + p.lost.total == p.debts + p.paid_now + p.still_due
            assert p.cost + p.gain == p.settled


@examples(2)
@given(cycles())
def test_the_end_of_a_cycle(cycle):
    """Σ payouts = cash (invariant 2), whoever joined, left or died on the way."""
    group = cycle.group()
    assume(any(group.shares.values()))
    expected = group.shared_out(cycle.day)
    now = group.figures(cycle.day)
    owed = {who: group.owes(who, cycle.day) for who in expected.shares}
    made = [
        Holder(
            participant=who,
            shares=count,
            loans=decimal(owed[who][0]),
            charges=decimal(owed[who][1]),
            fines=decimal(owed[who][2]),
            paid_charges=decimal(group.paid[who]),
            order=number,
        )
        for number, (who, count) in enumerate(expected.shares.items())
    ]
    money = {name: decimal(now[name]) for name in ("cash", "outside", "unpaid_expenses")}
    found = share_out(terms(cycle.rules), made, **money)
    compare(found, expected)
    if found.booked_allowed:
        left = leave_in(found, dict.fromkeys(expected.shares), terms(cycle.rules))
        assert all(x.amount + x.paid == found.of(x.participant).paid_now for x in left)
        assert all(x.amount == x.shares * cycle.rules.share_value and x.paid >= 0 for x in left)
