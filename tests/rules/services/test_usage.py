"""Paid, used and net; cover and its proposals; where 100 kr went: tables worked by hand, and what must always hold."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.services.allocate import allocate
from ledger.rules.services.cover import cover
from ledger.rules.services.hundred import hundred
from ledger.rules.services.terms import CostCentre
from ledger.rules.services.usage import usage

D, F = Decimal, Fraction
AMOUNTS = st.decimals(-(10**8), 10**8, places=2)


@pytest.mark.parametrize(
    ("paid", "cost", "kind", "amount", "rate"),
    [
        # 2 000 of turnover at 12.5 %; the limit of 5 % itself is no deviation
        ("105.00", "100.00", None, None, None),
        ("105.01", "100.00", "over", "5.01", F("0.125") * 10000 / 10501),
        ("95.00", "100.00", None, None, None),
        ("94.99", "100.00", "under", "5.01", F("0.125") * 10000 / 9499),
        ("250.00", "200.00", "over", "50.00", F("0.10")),
        ("250.00", "300.00", "under", "50.00", F("0.15")),
        # nothing was paid: cost ÷ turnover
        ("0.00", "300.00", "under", "300.00", F("0.15")),
        # nothing was spent: all of it is too much
        ("250.00", "0.00", "over", "250.00", F(0)),
        ("0.00", "0.00", None, None, None),
        # services that earned more than they cost
        ("0.00", "-10.00", "over", "10.00", F(0)),
    ],
)
def test_cover(paid, cost, kind, amount, rate):
    found = cover({"a": D(paid)}, D(cost), D(2000), "SEK", rate=D("0.125"))
    proposal = found.proposal
    assert (proposal and proposal.kind) == kind
    if proposal:
        assert (proposal.amount, proposal.rate) == (D(amount), rate)
        assert proposal.refund == ({"a": D(amount)} if kind == "over" and D(paid) else {})


def test_without_turnover_no_rate_covers():
    assert cover({}, D(10), D(0), "SEK").proposal.rate is None


def test_who_got_levy_back_gets_nothing_of_the_refund():
    found = cover({"a": D(100), "b": D(-20), "c": D(50)}, D(10), D(1000), "SEK")
    assert found.proposal.refund == {"a": D(80), "c": D(40)}


@given(st.dictionaries(st.sampled_from("abcdefgh"), AMOUNTS, min_size=1), AMOUNTS, st.integers(0, 10**9))
def test_a_refund_is_what_was_too_much(paid, cost, turnover):
    found = cover(paid, cost, D(turnover), "SEK")
    proposal = found.proposal
    if proposal is None:
        assert abs(found.paid - cost) <= D("0.05") * abs(cost)
        return
    assert proposal.amount == abs(found.paid - cost) > 0
    assert not proposal.refund or sum(proposal.refund.values()) == proposal.amount
    assert all(amount >= 0 for amount in proposal.refund.values())


@pytest.mark.parametrize(
    ("paid", "turnover", "of_turnover", "quartiles"),
    [
        # every unit uses 10 of 40: net is what it paid less 10
        ("12 11 10 9", "100 100 100 100", "0.02 0.01 0 -0.01", "4 3 2 1"),
        # equal ones are in the same quarter
        ("10 10 10 10", "100 100 100 100", "0 0 0 0", "1 1 1 1"),
        ("9 9 12 12", "100 100 100 100", "-0.01 -0.01 0.02 0.02", "1 1 3 3"),
        # an öre makes no difference
        ("10.01 10.00 10.02 10.00", "1000 1000 1000 1000", "0.00001 0 0.00002 0", "1 1 1 1"),
        # small ones: -1 of 10 is more than -5 of 100
        ("9 5 20 20", "10 100 100 200", "-0.1 -0.05 0.1 0.05", "1 2 4 3"),
        # no turnover: no part, no quarter
        ("9 0 12 12", "100 0 100 100", "-0.01 - 0.02 0.02", "1 - 2 2"),
    ],
)
def test_net_solidarity_and_quarters(paid, turnover, of_turnover, quartiles):
    units = ["a", "b", "c", "d"]
    it = CostCentre("it", "IT", 0, {"members": D(1)}, "FS-1")
    shared = allocate({"it": D(40)}, {}, [it], {"members": dict.fromkeys(units, D(1))}, units, "direct", "SEK")
    by_unit = [dict(zip(units, map(D, text.split()), strict=True)) for text in (paid, turnover)]
    found = usage(shared, *by_unit)
    assert [found[u].net for u in units] == [by_unit[0][u] - 10 for u in units]
    assert [found[u].of_turnover for u in units] == [None if t == "-" else F(t) for t in of_turnover.split()]
    assert [found[u].quartile for u in units] == [None if q == "-" else int(q) for q in quartiles.split()]


@pytest.mark.parametrize(
    ("turnover", "income", "costs", "levy", "services", "expected"),
    [
        # thirds: 33.33… each, the odd one to the first name, a
        ("3.00", {}, {"a": "1.00", "x": "1.00"}, {}, {}, "100.00 | a 33.34, x 33.33 |  |  | left 33.33"),
        # a deficit: more went out than came in
        ("200.00", {}, {"x": "250.00"}, {}, {}, "100.00 | x 125.00 |  |  | left -25.00"),
        # grants; services by cost 1 : 2 of 10.00
        (
            *("200.00", {"grants": "30.00"}, {"x": "100.00"}, {"service": "20.00", "fund": "10.00"}),
            *({"it": "1", "vd": "2"}, "115.00 | x 50.00 | service 10.00, fund 5.00 | it 3.33, vd 6.67 | left 50.00"),
        ),
        # nothing spent on services: no split
        ("100.00", {}, {}, {"service": "10.00"}, {"it": "0"}, "100.00 |  | service 10.00 |  | left 90.00"),
        # an exchange loss among the income
        ("100.00", {"rates": "-7.00"}, {}, {}, {}, "93.00 |  |  |  | left 93.00"),
    ],
)
def test_where_100_went(turnover, income, costs, levy, services, expected):
    given_ = [{name: D(amount) for name, amount in part.items()} for part in (income, costs, levy, services)]
    found = hundred(D(turnover), *given_)
    told = [", ".join(f"{n} {a:.2f}" for n, a in part.items()) for part in (found.costs, found.levy, found.services)]
    assert " | ".join([f"{found.total:.2f}", *told, f"left {found.left:.2f}"]) == expected


@given(
    st.decimals("0.01", 10**8, places=2),
    st.dictionaries(st.sampled_from(["grants", "other"]), AMOUNTS),
    st.dictionaries(st.sampled_from(["goods", "wages", "rent"]), AMOUNTS),
    st.dictionaries(st.sampled_from(["service", "investment", "solidarity"]), AMOUNTS),
    st.dictionaries(st.sampled_from(["it", "vd", "finance"]), st.decimals(0, 10**7, places=2)),
)
def test_what_goes_out_is_what_comes_in(turnover, income, costs, levy, services):
    found = hundred(turnover, income, costs, levy, services)
    assert sum(found.income.values()) == found.total
    assert sum(found.costs.values()) + sum(found.levy.values()) + found.left == found.total
    assert found.amounts["left"] == turnover + sum(income.values()) - sum(costs.values()) - sum(levy.values())
    assert not found.services or sum(found.services.values()) == found.levy["service"]
    for name, part in {**found.income, **found.costs, **found.levy}.items():
        assert abs(F(part) - F(found.amounts[name]) * 100 / F(turnover)) < F(1, 100)


@pytest.mark.parametrize("turnover", ["0", "-1"])
def test_without_turnover_there_are_no_parts(turnover):
    with pytest.raises(ValueError, match="above zero"):
        hundred(D(turnover), {}, {}, {}, {})


def test_a_name_stands_for_one_thing():
    with pytest.raises(ValueError, match="name"):
        hundred(D(1), {"left": D(1)}, {}, {}, {})
