"""A cycle's fund from its movements, against the second method, day by day; what nobody may do is found.

`SAMBOK_CYCLES=1000 pytest tests/loans/random` is the campaign in full.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.rules.loans.checks import broken
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.movements import Movement
from tests.loans.random.faults import CHANGES, faults
from tests.loans.random.second import FROM, HAS, Group
from tests.loans.random.strategies import Drawn, cycles, examples
from tests.loans.random.texts import movements, terms, vouchers


def fund_of(cycle) -> Fund:
    """The cycle as its book has it."""
    return Fund(terms(cycle.rules), movements(vouchers(cycle)))


def compare(fund: Fund, group: Group, day) -> None:
    """All figures of a day, the charges owed by then among them."""
    now, known = group.figures(day), fund.with_accrued(day)
    state = known.state(day)
    assert {part: Fraction(getattr(state, part)) for part in (*HAS, *FROM)} == {p: now[p] for p in (*HAS, *FROM)}, day
    assert state.gap == state.social_gap == 0
    assert state.social_cash == now["social"]
    for who in group.people:
        standing = known.standing(who, day)
        owed = standing.loans, standing.charges_due, standing.fines_due
        assert tuple(map(Fraction, owed)) == group.owes(who, day), (who, day)
        assert standing.shares == group.shares.get(who, 0)
        assert Fraction(standing.savings) == group.savings(who)
        limit = group.limit(who, day)
        assert standing.limit is None if limit is None else Fraction(standing.limit) == limit
        assert standing.late_days == group.late(who, day), (who, day)
    owned = [known.standing(who, day) for who in known.participants]
    assert sum(s.loans for s in owned) == state.loans  # Σ statements = ledger
    assert sum(s.savings for s in owned) == state.shares
    assert sum(s.charges_due for s in owned) == state.charges_due
    assert sum(s.fines_due for s in owned) == state.fines_due


@examples(2)
@given(cycles())
def test_01_the_fund_ties_on_every_day_and_is_what_the_second_method_says(cycle):
    """Cash + loans + charges due + unpaid fines = where it came from (research, 7 nr 1), to the smallest unit."""
    fund, group = fund_of(cycle), Group(cycle.rules)
    days = cycle.days
    looked = {*days[:: max(1, len(days) // 8)], days[-1]}
    for day, actions in itertools.groupby(cycle.actions, lambda a: a.day):
        for action in actions:
            group.do(action)
        state = fund.state(day)
        assert state.gap == state.social_gap == 0
        if day in looked:
            compare(fund, group, day)
    compare(fund, group, cycle.day)


@examples()
@given(cycles(), st.integers(0, 2**32))
def test_any_order_of_rows_gives_the_same_fund(cycle, seed):
    """Movements as they come from a file in another order: the same figures, loans and findings."""
    rows = movements(vouchers(cycle))
    other = list(rows)
    Random(seed).shuffle(other)  # noqa: S311  no cryptography
    one, two = Fund(terms(cycle.rules), rows), Fund(terms(cycle.rules), other)
    assert one.with_accrued(cycle.day).state(cycle.day) == two.with_accrued(cycle.day).state(cycle.day)
    assert one.participants == two.participants
    assert [vars(loan) for loan in one.loans] == [vars(loan) for loan in two.loans]
    assert [(b.kind, b.params) for b in broken(one)] == [(b.kind, b.params) for b in broken(two)]


@examples()
@given(cycles())
def test_45_what_a_group_could_do_breaks_nothing(cycle):
    """Whole shares, limits, terms, charges: nothing is told where nothing is wrong (research, 7 nr 4 and 5)."""
    assert [(b.kind, b.movement, b.params) for b in broken(fund_of(cycle))] == []


#: What is told of each fault.
TOLD = {
    "many-shares": "most",
    "broken-share": "whole",
    "limit": "limit",
    "cash": "cash",
    "term": "term",
    "late": "late",
    "last-loan": "last_loans",
    "last-share": "last_shares",
    "overpaid": "repaid",
}
FEW = Drawn(people=6, meetings=12)
#: What makes a fault possible in most cycles: somebody must be late, a limit be agreed on.
OFTEN = {
    "late": (("late_may_borrow", True), ("max_term", 1), ("period", "week"), ("method", "declining")),
    "limit": (("loan_multiple", 1),),
    "many-shares": (("max_shares", 5),),
}


@pytest.mark.parametrize("kind", sorted(CHANGES))
@examples()
@given(drawn=st.data(), seed=st.integers(0, 2**32))
def test_45_what_nobody_may_do_is_told(kind, drawn, seed):
    """Each fault by its name, with the voucher that it is in."""
    assert set(TOLD) == set(CHANGES)
    cycle = drawn.draw(cycles(replace(FEW, only=OFTEN.get(kind, ()))))
    found = list(faults(cycle, kind))
    assume(found)
    fault = Random(seed).choice(found)  # noqa: S311  no cryptography
    told = broken(fund_of(fault.cycle))
    mine = [b for b in told if b.movement.date == fault.at.day and b.movement.participant == fault.at.who]
    assert TOLD[kind] in {b.kind for b in mine}, [(b.kind, b.params) for b in told]


def spoilt(row: Movement, dice: Random, rows: list[Movement]) -> Movement:
    """A posting in which one thing is another one's, or nobody's."""
    other = dice.choice(rows)
    changes = (
        {"amount": dice.choice((-row.amount, other.amount, row.amount + 1, row.amount / 8, Decimal("0.005")))},
        {"participant": dice.choice((other.participant, "", "Nobody"))},
        {"loan": dice.choice((other.loan, "", "NK26-L99"))},
        {"rolls": dice.choice((other.loan, row.loan, "NK26-L99"))},
        {"term": dice.choice((None, 0, 1, 9))},
        {"date": row.date + timedelta(days=dice.randint(-90, 90))},
        {"part": other.part},
        {"voucher": other.voucher},
        {"paid": not row.paid},
        {"undoes": not row.undoes},
    )
    return replace(row, **dice.choice(changes))


@examples()
@given(cycles(FEW), st.integers(0, 2**32), st.integers(1, 5))
def test_45_whatever_is_booked_the_figures_stand(cycle, seed, many):
    """Nothing fails, and what participants have and owe is what the fund has lent and sold."""
    dice, rows = Random(seed), movements(vouchers(cycle))  # noqa: S311  no cryptography
    assume(rows)
    for place in (dice.randrange(len(rows)) for _ in range(many)):
        rows[place] = spoilt(rows[place], dice, rows)
    fund = Fund(terms(cycle.rules), rows)
    broken(fund)
    for day in (dice.choice(rows).date, cycle.day, cycle.day + timedelta(days=400)):
        now = fund.with_accrued(day)
        state, standings = now.state(day), [now.standing(who, day) for who in now.participants]
        assert state.gap + state.social_gap == sum(m.amount for m in rows if m.date <= day)
        assert sum(one.savings for one in standings) == state.shares
        for part in ("loans", "charges_due", "fines_due"):
            assert sum(getattr(one, part) for one in standings) == getattr(state, part)


@examples()
@given(cycles(FEW))
def test_08_what_is_taken_back_and_done_again_is_as_if_done_once(cycle):
    """Reversal and correction: every figure is as before, and both stand in the book (research, 7 nr 8)."""
    written = vouchers(cycle)
    for number in range(0, len(written), 3):
        if any(line.rolls for line in written[number].lines):
            continue  # one loan goes on with another: nobody takes that back in one voucher
        back = replace(written[number], lines=tuple(replace(x, amount=-x.amount) for x in written[number].lines))
        again = [*movements(written), *movements_after(len(written), back, written[number])]
        one, two = fund_of(cycle), Fund(terms(cycle.rules), again)
        state = one.with_accrued(cycle.day).state(cycle.day)
        assert two.with_accrued(cycle.day).state(cycle.day) == state, written[number]
        if not written[number].text.startswith("leave"):  # who leaves twice on a day hands in twice the shares
            assert {b.kind for b in broken(two)} <= {b.kind for b in broken(one)}, written[number]
        assert len(two.movements) == len(one.movements) + 2 * len(written[number].lines)


def movements_after(place, back, again):
    """A reversal and the same once more."""
    return [replace(m, voucher=m.voucher + place, undoes=m.voucher == 0) for m in movements([back, again])]
