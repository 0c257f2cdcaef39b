"""Claims and calls: the worked figures, tables worked by hand, and what holds for every federation."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.solidarity.compute import Member, compute
from ledger.rules.solidarity.terms import SolidarityTerms
from tests.rules.solidarity.federations import RATES, rows, second

D = Decimal
TERMS = SolidarityTerms()
#: Nothing but the deficit counts: what a unit lost is its claim.
BARE = SolidarityTerms(deductible=D(0), free=D(0), cover=D(1), cap=D(1), share=D(1), floor=D(1), call=D("0.20"))
CASES = ["a_enough", "b_call", "c_call_and_scaling", "d_empty_fund"]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("turned", [False, True])
def test_worked_figures(case, turned, samples):
    worked = json.loads((samples / "rules" / "examples.json").read_text(encoding="utf-8"))["4_solidarity"][case]
    units = worked["units"]
    members = [Member(u["unit"], D(u["base"]), D(u["result"]), D(u["own"])) for u in units]
    found = compute(members[::-1] if turned else members, D(worked["fund_open"]), TERMS, "SEK")
    names = "need", "claim_before_scaling", "claim", "call"
    assert {u: [getattr(s, n) for n in names] for u, s in found.by_unit.items()} == {
        u["unit"]: [D(u[n]) for n in names] for u in units
    }
    assert found.fund_close == D(worked["fund_close"])
    assert found.called == sum(D(u["call"]) for u in units)
    assert found.claimed == sum(D(u["claim"]) for u in units)
    assert found.scaled is any(u["claim"] != u["claim_before_scaling"] for u in units)


def test_no_worked_case_is_left_out(samples):
    worked = json.loads((samples / "rules" / "examples.json").read_text(encoding="utf-8"))["4_solidarity"]
    assert sorted(worked.keys() - {"rule"}) == CASES


# A fund of 1 000 000; 1 %, 2 %, 50 %, 10 %, 25 %, 20 %.
STEPS = """
base      result     own    | deductible kept    need      | of-need   of-turnover of-fund | binds    claim  cap
1000000   -200000    0      | 10000      0       190000    | 95000     100000      250000  | need     95000     0
1000000   -300000    0      | 10000      0       290000    | 145000    100000      250000  | turnover 100000    0
4000000   -900000    0      | 40000      0       860000    | 430000    400000      250000  | fund     250000    0
1000000   -210000    0      | 10000      0       200000    | 100000    100000      250000  | need     100000    0
1000000   -60000     20000  | 10000      0       50000     | 25000     100000      250000  | need     25000     0
1000000   -60000     20000.5| 10000      0.5     49999.5   | 24999.75  100000      250000  | need     24999.75  0
1000000   -60000     50000  | 10000      30000   20000     | 10000     100000      250000  | need     10000     0
1000000   -60000     70000  | 10000      50000   0         | 0         100000      250000  | -        0         0
1000000   -60000     100000 | 10000      80000   0         | 0         100000      250000  | -        0         0
1000000   -60000     -70000 | 10000      0       50000     | 25000     100000      250000  | need     25000     0
1000000   -10000     0      | 10000      0       0         | 0         100000      250000  | -        0         0
1000000   -10000.01  0      | 10000      0       0.01      | 0.005     100000      250000  | need     0         0
1000000   -10000.03  0      | 10000      0       0.03      | 0.015     100000      250000  | need     0.01      0
123.45    -100       0      | 1.2345     0       98.7655   | 49.38275  12.345      250000  | turnover 12.34     0
-5000     -40000     0      | 0          0       40000     | 20000     0           250000  | turnover 0         0
0         -40000     10000  | 0          10000   30000     | 15000     0           250000  | turnover 0         0
1000000   0          0      | 10000      0       0         | 0         100000      250000  | -        0         0
1000000   100000.04  0      | 10000      0       0         | 0         100000      250000  | -        0         20000
-5000     0.04       -9     | 0          0       0         | 0         0           250000  | -        0         0
-5000     0.05       -9     | 0          0       0         | 0         0           250000  | -        0         0.01
"""


@pytest.mark.parametrize("row", rows(STEPS)[1:], ids=" ".join)
def test_every_step_of_a_unit(row):
    base, result, own, *steps, binds, claim, cap = row
    found = compute([Member("repris", D(base), D(result), D(own))], D(1_000_000), TERMS, "SEK")
    (step,) = found.steps
    assert (step.unit, step.base, step.result, step.own) == ("repris", D(base), D(result), D(own))
    assert step.turnover == found.group_turnover == max(0, D(base))
    told = step.deductible, step.kept, step.need, step.limit_need, step.limit_turnover, step.limit_fund
    assert told == tuple(map(D, steps))
    assert (step.binds or "-", step.claim, step.claim_before_scaling) == (binds, D(claim), D(claim))
    assert (step.call_cap, step.call, step.limit_conditions) == (D(cap), 0, None)
    assert (found.shortfall, found.called, found.scaled) == (0, 0, False)
    assert found.fund_close == 1_000_000 - D(claim)
    assert step.net == D(claim)


# Turnover 1 000 000 of the unit and 9 000 000 of one without a result: the floor is 150 000. R = -400 000.
FLOOR = """
fund      of-fund  claim
0         37500    0
100000    37500    37500
149999.99 37500    37500
150000    37500    37500
200000    50000    50000
-5000     37500    0
"""


@pytest.mark.parametrize("row", rows(FLOOR)[1:], ids=" ".join)
def test_a_unit_s_part_of_a_small_fund_is_a_part_of_its_floor(row):
    """The whole turnover of who takes part counts; a fund that is below nothing gives nothing, and none fills it up."""
    fund, limit, claim = map(D, row)
    found = compute(
        [Member("repris", D(1_000_000), D(-400_000), D(0)), Member("stor", D(9_000_000), D(0), D(0))],
        fund,
        TERMS,
        "SEK",
    )
    step = found.by_unit["repris"]
    assert (found.group_turnover, step.limit_fund, step.claim, step.binds) == (10_000_000, limit, claim, "fund")
    assert found.fund_base == max(fund, D(150_000))
    assert found.fund_close == fund - claim


# An empty fund; z lost `lost`, which is its claim; a, b, c have these results, and are called by 20 % of it at most.
CALLS = """
lost  | a     b      c     | a     b      c     | z
10.00 | 100   100    100   | 3.34  3.33   3.33  | 10.00
10.00 | 100   200    300   | 1.67  3.33   5.00  | 10.00
0.03  | 10    30     20    | 0.00  0.02   0.01  | 0.03
0.01  | 10    20     20    | 0.00  0.01   0.00  | 0.01
0.20  | 0.09  1.00   0     | 0.01  0.19   0.00  | 0.20
0.21  | 0.09  1.00   0     | 0.01  0.20   0.00  | 0.21
0.22  | 0.09  1.00   0     | 0.01  0.20   0.00  | 0.21
30.00 | 100   -0.00  0.04  | 20.00 0.00   0.00  | 20.00
0.02  | 0.04  0.04   0.04  | 0.00  0.00   0.00  | 0.00
60.00 | 100   100    100   | 20.00 20.00  20.00 | 60.00
59.99 | 100   100    100   | 20.00 20.00  19.99 | 59.99
"""


@pytest.mark.parametrize("row", rows(CALLS)[1:], ids=" ".join)
def test_calls_are_shared_by_surplus(row):
    lost, *cells = map(D, row)
    results, calls, got = cells[:3], cells[3:6], cells[6]
    members = [Member(u, D(1000), r, D(0)) for u, r in zip("abc", results, strict=True)]
    found = compute([Member("z", D(1000), -lost, D(0)), *members], D(0), BARE, "SEK")
    assert [found.by_unit[u].call for u in "abc"] == calls
    assert (found.by_unit["z"].claim_before_scaling, found.by_unit["z"].claim) == (lost, got)
    assert (found.shortfall, found.called, found.scaled) == (lost, sum(calls), got < lost)
    assert found.fund_close == 0


# Nobody has a surplus; what a, b and c lost is their claim.
SCALED = """
fund  | a     b     c     | a     b     c
1.00  | 1.00  1.00  1.00  | 0.34  0.33  0.33
0.03  | 0.10  0.30  0.20  | 0.00  0.02  0.01
10.00 | 5.00  10.00 15.00 | 1.67  3.33  5.00
0.01  | 1.00  0.00  1.00  | 0.01  0.00  0.00
29.99 | 5.00  10.00 15.00 | 5.00  10.00 14.99
30.00 | 5.00  10.00 15.00 | 5.00  10.00 15.00
"""


@pytest.mark.parametrize("row", rows(SCALED)[1:], ids=" ".join)
def test_what_is_not_there_is_taken_from_all_claims_alike(row):
    fund, *cells = map(D, row)
    members = [Member(u, D(1000), -lost, D(0)) for u, lost in zip("abc", cells[:3], strict=True)]
    found = compute(members, fund, BARE, "SEK")
    assert [found.by_unit[u].claim for u in "abc"] == cells[3:]
    assert found.scaled is (sum(cells[:3]) > fund)
    assert found.fund_close == 0


@pytest.mark.parametrize(
    ("currency", "need", "claim", "cap"),
    [("CLP", "99", "49", "33"), ("SEK", "99.01", "49.50", "33.33"), ("JOD", "99.001", "49.500", "33.333")],
)
def test_amounts_are_cut_to_the_currency(currency, need, claim, cap):
    terms = replace(BARE, cover=D("0.5"), call=D("0.33333"))
    found = compute(
        [Member("a", D(1000), -D(need), D(0)), Member("b", D(1000), D(100), D(0))], D(5000), terms, currency
    )
    a, b = found.steps
    assert (str(a.claim), str(b.call_cap), b.call) == (claim, cap, 0)


@pytest.mark.parametrize(
    ("at_most", "claim", "binds"),
    [
        ("0", "0", "conditions"),
        ("94999.999", "94999.99", "conditions"),
        ("95000", "95000", "need"),
        ("-1", "0", "conditions"),
    ],
)
def test_conditions_may_leave_less(at_most, claim, binds):
    member = Member("repris", D(1_000_000), D(-200_000), D(0), D(at_most))
    (step,) = compute([member], D(1_000_000), TERMS, "SEK").steps
    assert (step.claim, step.binds, step.limit_conditions) == (D(claim), binds, max(0, D(at_most)))


def test_figures_that_were_translated_keep_their_decimals():
    """Amounts translated at an average rate are finer than the currency; only what is paid is cut."""
    base, result = D("1000000.333333333333333333333333"), D("-200000.777777777777777777777777")
    (step,) = compute([Member("quillota", base, result, D(0))], D("400000.005"), TERMS, "SEK").steps
    assert step.need == D("190000.77444444444444444444444367")
    assert step.claim == D("95000.38")


def test_a_fund_finer_than_its_currency_gives_what_can_be_paid():
    found = compute([Member("a", D(1000), D(-1), D(0))], D("0.005"), BARE, "SEK")
    assert (found.shortfall, found.claimed, found.fund_close) == (1, 0, D("0.005"))


def test_nobody_at_all():
    found = compute([], D(7), TERMS, "SEK")
    assert (found.steps, found.group_turnover, found.fund_close, found.scaled) == ((), 0, 7, False)


def test_a_unit_takes_part_once():
    with pytest.raises(AssertionError, match="once"):
        compute([Member("a", D(0), D(0), D(0))] * 2, D(0), TERMS, "SEK")


PLACES = {"SEK": 2, "CLP": 0, "KWD": 3}
terms_drawn = st.builds(SolidarityTerms, **{name: st.sampled_from(rates).map(D) for name, rates in RATES.items()})


@st.composite
def drawn(draw):
    currency = draw(st.sampled_from(sorted(PLACES)))
    amount = st.one_of(st.integers(-40, 40), st.integers(-(10**9), 10**9)).map(lambda n: D(n).scaleb(-PLACES[currency]))
    slugs = draw(st.lists(st.text("abc-9", min_size=1, max_size=4), unique=True, max_size=8))
    members = [Member(slug, draw(amount), draw(amount), draw(amount)) for slug in slugs]
    return members, abs(draw(amount)), draw(terms_drawn), currency


@settings(max_examples=300, deadline=None)
@given(drawn(), st.randoms())
def test_what_holds_for_every_federation(drawn, random):
    members, fund, terms, currency = drawn
    found = compute(members, fund, terms, currency)
    claims, calls = sum(s.claim for s in found.steps), sum(s.call for s in found.steps)
    assert fund + calls - claims == found.fund_close >= 0
    assert not calls or found.fund_close == 0, "nobody is called for more than is lacking"
    assert all(0 <= s.claim <= s.claim_before_scaling <= s.need for s in found.steps)
    assert all(s.result + s.claim <= 0 for s in found.steps if s.claim)
    assert all(0 <= s.call <= terms.call * max(D(0), s.result) for s in found.steps)
    assert all(s.call == s.call_cap for s in found.steps if found.scaled)
    mixed = list(members)
    random.shuffle(mixed)
    assert compute(mixed, fund, terms, currency) == found


@settings(max_examples=300, deadline=None)
@given(drawn())
def test_a_second_method_finds_the_same(drawn):
    members, fund, terms, currency = drawn
    found = compute(members, fund, terms, currency)
    coins = {s.unit: (s.claim.scaleb(PLACES[currency]), s.call.scaleb(PLACES[currency])) for s in found.steps}
    assert coins == second(members, fund, terms, PLACES[currency])


@settings(max_examples=200, deadline=None)
@given(drawn())
def test_parts_are_within_a_coin_of_the_exact_share_where_no_cap_stops_them(drawn):
    members, fund, terms, currency = drawn
    found = compute(members, fund, terms, currency)
    surplus = sum(Fraction(max(D(0), s.result)) for s in found.steps)
    wanted = sum(Fraction(s.claim_before_scaling) for s in found.steps)
    coin = Fraction(1, 10 ** PLACES[currency])
    for step in found.steps:
        if found.scaled:
            assert abs(Fraction(step.claim) - Fraction(step.claim_before_scaling) * (fund_of(found) / wanted)) < coin
        elif step.result > 0:
            exact = Fraction(found.called) * Fraction(step.result) / surplus
            # What rounding left to those at their cap goes to the others: a coin for each of them at most.
            assert exact - coin < step.call < exact + coin * (1 + len(found.steps))


def fund_of(found) -> Fraction:
    """What there was to give."""
    return Fraction(found.fund_open) + Fraction(found.called)
