"""Several years in a row: with the terms that were in force just what was computed then; with others, what follows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from ledger.rules.solidarity.compute import Member, compute
from ledger.rules.solidarity.conditions import Candidate
from ledger.rules.solidarity.terms import SolidarityTerms
from ledger.rules.solidarity.years import YearInput, replay
from tests.rules.solidarity.federations import draw_fund, draw_members, draw_terms

D = Decimal
TERMS = SolidarityTerms()
#: It has just what it may keep of its own: 2 % of its turnover.
FIRST = Member("repris", D(1_000_000), D(-11_000), D(20_000))
#: Its own result as recorded: 20000 - 11000 + the 500 that it got.
NEXT = Member("repris", D(100_000), D(-15_000), D(9_500))


def two_years(**more) -> list[YearInput]:
    return [
        YearInput(2026, [FIRST], inflow=D(20_000), booked={"repris": D(500)}),
        YearInput(2027, [NEXT], inflow=D(1_000), **more),
    ]


def test_with_the_terms_that_were_in_force():
    """2026: need 11000 - 10000 - 0 = 1000, claim 500. 2027: need 15000 - 1000 - (9500 - 2000) = 6500, claim 3250."""
    first, second = replay(two_years(), D(80_000), TERMS, "SEK")
    assert (first.year, first.computed) == (2026, compute([FIRST], D(100_000), TERMS, "SEK"))
    assert (second.year, second.computed) == (2027, compute([NEXT], D(100_500), TERMS, "SEK"))
    assert (first.computed.claimed, second.computed.claimed) == (500, 3250)
    assert (first.computed.fund_close, second.computed.fund_close) == (99_500, 97_250)


def test_other_terms_change_the_fund_and_the_own_results_that_follow():
    """All of the need is covered: 1000; so it has 10000 of its own, needs 15000 - 1000 - 8000 = 6000, and gets that."""
    first, second = replay(two_years(), D(80_000), replace(TERMS, cover=D(1)), "SEK")
    assert (first.computed.claimed, first.computed.fund_close) == (1000, 99_000)
    (step,) = second.computed.steps
    assert (step.own, step.kept, step.need, step.claim) == (10_000, 8_000, 6_000, 6_000)
    assert (second.computed.fund_open, second.computed.fund_close) == (100_000, 94_000)


def test_own_results_without_solidarity_need_nothing_booked():
    """The same years, told the other way: what was recorded holds no claim yet."""
    apart = [YearInput(2026, [FIRST], D(20_000)), YearInput(2027, [replace(NEXT, own=D(9_000))], D(1_000))]
    for terms in (TERMS, replace(TERMS, cover=D(1)), replace(TERMS, cap=D("0.0001"))):
        told = [(year.computed, year.year) for year in replay(two_years(), D(80_000), terms, "SEK")]
        assert told == [(year.computed, year.year) for year in replay(apart, D(80_000), terms, "SEK")]


def test_what_was_called_lessens_the_own_result_of_the_next_year():
    """An empty fund: stor pays what repris gets (500), and has so much less of its own when it loses itself."""
    stor = Member("stor", D(0), D(100_000), D(0))
    years = [
        YearInput(2026, [FIRST, stor]),
        YearInput(2027, [replace(stor, base=D(1_000_000), result=D(-200_000), own=D(100_000))]),
    ]
    first, second = replay(years, D(0), TERMS, "SEK")
    assert first.computed.by_unit["stor"].call == 500
    (step,) = second.computed.steps
    assert (step.own, step.kept, step.need) == (99_500, 79_500, 110_500)


def test_conditions_are_judged_anew_by_what_the_replay_gave():
    """One year within two: who gets something in 2026 gets nothing in 2027; where 2026 gave nothing, 2027 may."""
    candidates = {"repris": Candidate("repris", supports={2025: D(0), 2026: D(500)})}
    terms = replace(TERMS, supported=1, within=2)
    first, second = replay(two_years(candidates=candidates), D(80_000), terms, "SEK")
    assert (first.computed.claimed, second.computed.claimed) == (500, 0)
    assert second.computed.by_unit["repris"].binds == "conditions"
    assert [r.reason for r in second.standings["repris"].refusals] == ["supported"]
    first, second = replay(two_years(candidates=candidates), D(80_000), replace(terms, deductible=D("0.02")), "SEK")
    # 2026: nothing is needed. 2027: 15000 - 2000 - (9000 - 2000) = 6000, half of it.
    assert (first.computed.claimed, second.computed.claimed) == (0, 3000)
    assert second.standings["repris"].refusals == ()


@pytest.mark.parametrize(("waiting", "takes_part"), [(12, False), (6, True)])
def test_who_takes_part_is_judged_by_the_terms_of_the_replay(waiting, takes_part):
    candidates = {"repris": Candidate("repris", dt.date(2027, 1, 1))}
    year = YearInput(2026, [FIRST], candidates=candidates, last_day=dt.date(2027, 6, 30))
    (found,) = replay([year], D(100_000), replace(TERMS, waiting=waiting), "SEK")
    assert found.standings["repris"].takes_part is takes_part
    assert len(found.computed.steps) == takes_part


def test_who_takes_no_part_under_other_terms_has_not_got_what_was_booked():
    """A member for 18 months at the end of 2026, where 24 are asked for: the 500 of that year are taken out again.

    2027: need 15000 - 1000 - (9000 - 2000) = 7000; nothing was got in 2026, so the stop rule leaves half of it.
    """
    newcomer = {"repris": Candidate("repris", dt.date(2025, 7, 1), supports={2026: D(500)})}
    years = [replace(year, candidates=newcomer) for year in two_years()]
    first, second = replay(years, D(80_000), replace(TERMS, waiting=24, supported=1, within=2), "SEK")
    assert (first.computed.steps, first.computed.fund_close) == ((), 100_000)
    assert (second.computed.by_unit["repris"].own, second.computed.claimed) == (9_000, 3_500)
    apart = [replace(years[0], booked={}), replace(years[1], members=[replace(NEXT, own=D(9_000))])]
    assert replay(apart, D(80_000), replace(TERMS, waiting=24, supported=1, within=2), "SEK") == (first, second)


def test_a_limit_that_was_recorded_stands():
    (found,) = replay([YearInput(2026, [replace(FIRST, at_most=D(123))], D(100_000))], D(0), TERMS, "SEK")
    assert (found.computed.claimed, found.computed.steps[0].binds) == (123, "conditions")


def test_years_follow_one_another():
    with pytest.raises(AssertionError, match="follow"):
        replay(two_years()[::-1], D(0), TERMS, "SEK")


@pytest.mark.parametrize("seed", range(12))
def test_what_was_recorded_gives_what_was_computed(seed):
    """Five years as they would have been: each with what the one before left; then all at once."""
    random = Random(seed)  # noqa: S311  no cryptography
    terms, units = draw_terms(random), draw_members(random, 2, 12)
    opening = fund = draw_fund(random, units, 2)
    own = {member.unit: member.own for member in units}
    years, computed = [], []
    for year in range(2022, 2027):
        drawn = draw_members(random, 2, len(units))
        members = [replace(d, unit=u.unit, own=own[u.unit]) for d, u in zip(drawn, units, strict=True)]
        members = random.sample(members, random.randint(1, len(units)))  # some join, some leave, some come back
        inflow = D(random.randrange(-1000, 10**6)) / 100
        found = compute(members, fund + inflow, terms, "SEK")
        effects = {step.unit: step.claim - step.call for step in found.steps}
        for member in members:
            own[member.unit] += member.result + effects[member.unit]
        years.append(YearInput(year, members, inflow, effects))
        computed.append(found)
        fund = found.fund_close
    assert [year.computed for year in replay(years, opening, terms, "SEK")] == computed
    other = replay(years, opening, replace(terms, cover=D("0.77"), call=D("0.11")), "SEK")
    moved = sum(year.inflow for year in years)
    paid = sum(step.claim - step.call for year in other for step in year.computed.steps)
    assert other[-1].computed.fund_close == opening + moved - paid, "nothing is lost over the years"
