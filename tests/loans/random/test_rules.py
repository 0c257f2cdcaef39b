"""Periods, charges and the splitting of a payment, loan by loan, against the second method."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.loans.charges import accruals
from ledger.rules.loans.periods import end_of
from ledger.rules.loans.splitting import split_payment
from tests.loans.random.second import Action, Group
from tests.loans.random.strategies import examples, rules
from tests.loans.random.texts import decimal, terms

DAYS = st.integers(0, 400).map(lambda n: dt.date(2026, 1, 7) + dt.timedelta(days=n))


@examples(8)
@given(rules(), DAYS, st.integers(1, 12))
def test_periods_end_on_the_same_day(agreed, first, count):
    ends = [end_of(terms(agreed), first, n, agreed.meetings) for n in range(count + 1)]
    assert ends == [Group(agreed).period_end(first, n) for n in range(count + 1)]
    assert ends == sorted(set(ends))


@st.composite
def loans(draw):
    """A loan, and what was paid back on it until a day."""
    agreed = draw(rules())
    given_on = draw(DAYS)
    unit = agreed.smallest
    amount = draw(st.integers(1, 10_000)) * unit * draw(st.sampled_from([1, 100]))
    left, back = amount, []
    for day in sorted(draw(st.lists(st.integers(0, 200), max_size=6))):
        part = min(left, draw(st.integers(0, 100)) * amount / 100 // unit * unit)
        left -= part
        back += [(given_on + dt.timedelta(days=day), part)] if part else []
    return agreed, given_on, amount, draw(st.integers(1, 4)), back, given_on + dt.timedelta(draw(st.integers(0, 300)))


@examples(20)
@given(loans())
def test_charges_are_owed_on_the_same_days(case):
    agreed, given_on, amount, term, back, until = case
    group = Group(agreed)
    group.money["box"] = amount
    group.do(Action(given_on, "loan", "Anna", amount, loan="L1", term=term))
    loan = group.loans["L1"]
    loan.back = [(day, part) for day, part in back if day <= until]
    found = accruals(
        terms(agreed),
        given=given_on,
        principal=decimal(amount),
        term=term,
        changes=[(day, decimal(part)) for day, part in back],
        until=until,
        meetings=agreed.meetings,
    )
    if agreed.method == "declining":
        assert [(a.date, Fraction(a.amount)) for a in found] == group.charges(loan, until)
    else:
        first = [(given_on, group.flat_charge(amount, term))] if group.flat_charge(amount, term) else []
        assert [(a.date, Fraction(a.amount)) for a in found][: 1 if first or agreed.method == "flat" else 0] == first


@examples(8)
@given(rules(), st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 100))
def test_one_sum_is_split_alike(agreed, principal, charge, percent):
    principal, charge = principal * agreed.smallest, charge * agreed.smallest
    amount = (principal + charge) * percent / 100 // agreed.smallest * agreed.smallest
    found = split_payment(terms(agreed), decimal(amount), decimal(principal), decimal(charge))
    assert tuple(map(Fraction, found)) == Group(agreed).split(amount, principal, charge)
