"""A simulated levy: worked by hand from small books, and what must hold of any books and any change."""

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from beancount.core import data
from beancount.core.amount import Amount
from beancount.parser.grammar import ValueType
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books import Books, CentralText, Unit, UnitBook, Workspace, load_books, summarise
from ledger.books.config import FederationFile
from ledger.books.problems import UnitUnknown
from ledger.charts.ranges import Range
from ledger.policy import AmountEntry, ComponentEntry, Policy, RateEntry, read_policy
from ledger.provisional import levies
from ledger.reports.levy_changes import Changes
from ledger.reports.levy_simulated import Figures, Pair
from ledger.reports.levy_simulation import simulate_levy
from ledger.reports.problems_levy import (
    SimulationBase,
    SimulationComponents,
    SimulationLimit,
    SimulationRate,
    SimulationUnit,
    SimulationYear,
)
from ledger.rules.rounding import unit_of
from tests.conftest import FAVA_CONF

D = Decimal
POLICY = """\
2025-01-01 custom "decision" "A" "assembly"
2025-01-01 custom "levy-rate" "*" 0.15
  decision: "A"
2025-01-01 custom "levy-component" "service" 0.125
  decision: "A"
2025-01-01 custom "levy-component" "investment" 0.015
  decision: "A"
2025-01-01 custom "levy-component" "solidarity" 0.010
  decision: "A"
2025-01-01 custom "levy-rate" "nystart" 0.05
  decision: "A"
  until: 2026-12-31
2025-01-01 custom "levy-cap" "stor" 20000.00 SEK
  decision: "A"
"""
ACCOUNTS = "".join(
    f"2024-01-01 open {name}\n"
    for name in ("Assets:1930-Bank", "Income:3001-Sales", "Income:3988-Wage-support", "Expenses:6430-Levy")
)
PGC = "2024-01-01 open Assets:572-Bank\n2024-01-01 open Income:705-Services\n"
AVERAGES = """\
2026-01-31 custom "average-rate" "EUR" 11.00 SEK
2026-02-28 custom "average-rate" "EUR" 11.50 SEK
2026-01-31 price EUR 11.20 SEK
2026-02-28 price EUR 11.40 SEK
"""


def sale(day, amount, account="Income:3001-Sales", bank="Assets:1930-Bank", currency="SEK", meta=""):
    rows = "".join(f"  {row}\n" for row in meta.splitlines())
    return f'{day} * "sale"\n{rows}  {bank}  {amount} {currency}\n  {account}\n'


#: January: a shop, a newcomer at 5 %, one that its cap spares. 2025: the shop alone.
UNITS = {
    "repris": {"2026-01": sale("2025-06-10", "1000.10") + sale("2026-01-10", "100000.00")},
    "nystart": {"2026-01": sale("2026-01-10", "10000.00")},
    "stor": {"2026-01": sale("2026-01-10", "200000.00")},
}


@pytest.fixture
def loaded(make_workspace, tmp_path, monkeypatch):
    """`loaded(units, policy, closed, prices)` gives books and what was decided."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def make(units=UNITS, policy=POLICY, closed=None, prices="", conf=FAVA_CONF):
        units = {slug: {"accounts": ACCOUNTS, **parts} for slug, parts in units.items()}
        known = [block for block in policy.split("\n2") if '"nystart"' not in block or "nystart" in units]
        known = [block for block in known if '"stor"' not in block or "stor" in units]
        books = load_books(make_workspace(units, policy="\n2".join(known), prices=prices, conf=conf))
        assert not books.central_text.problems
        if closed:
            books = replace(books, closed={slug: frozenset(months) for slug, months in closed.items()})
        return books, read_policy(books.central_text, books.workspace)

    return make


def levy(found, year=2026):
    """A year's levies as text: unit → today, simulated."""
    (it,) = [one for one in found.years if one.year == year]
    return {one.unit.slug: f"{one.own.levy.today} {one.own.levy.simulated}" for one in it.units}


def parts(figures):
    """Components as text: today, simulated."""
    return {name: f"{pair.today} {pair.simulated}" for name, pair in figures.components}


# --- one change at a time, worked by hand


@pytest.mark.parametrize(
    ("changes", "repris", "nystart", "stor"),
    [  #                                                          100 000              10 000            200 000
        (Changes(), "15000.00 15000.00", "500.00 500.00", "20000.00 20000.00"),
        (Changes(rates={"*": D("0.14")}), "15000.00 14000.00", "500.00 500.00", "20000.00 20000.00"),
        (Changes(rates={"*": D("0.08")}), "15000.00 8000.00", "500.00 500.00", "20000.00 16000.00"),
        (Changes(rates={"nystart": D("0.10")}), "15000.00 15000.00", "500.00 1000.00", "20000.00 20000.00"),
        (
            Changes(rates={"*": D("0.14"), "repris": D("0.2")}),
            "15000.00 20000.00",
            "500.00 500.00",
            "20000.00 20000.00",
        ),
        (Changes(limits={("cap", "stor"): D(25000)}), "15000.00 15000.00", "500.00 500.00", "20000.00 25000.00"),
        (Changes(limits={("cap", "stor"): D(0)}), "15000.00 15000.00", "500.00 500.00", "20000.00 0.00"),
        (Changes(limits={("cap", "stor"): None}), "15000.00 15000.00", "500.00 500.00", "20000.00 30000.00"),
        (Changes(limits={("cap", "*"): D(12000)}), "15000.00 12000.00", "500.00 500.00", "20000.00 20000.00"),
        (Changes(limits={("cap", "*"): None}), "15000.00 15000.00", "500.00 500.00", "20000.00 20000.00"),
        (Changes(limits={("floor", "nystart"): D(9600)}), "15000.00 15000.00", "500.00 800.00", "20000.00 20000.00"),
        (Changes(limits={("threshold", "*"): D(100000)}), "15000.00 15000.00", "500.00 0.00", "20000.00 20000.00"),
        (Changes(limits={("threshold", "*"): D("100000.01")}), "15000.00 0.00", "500.00 0.00", "20000.00 20000.00"),
    ],
)
def test_units(loaded, changes, repris, nystart, stor):
    """A floor of 9 600 a year accrues 800 a month; reaching the threshold is enough."""
    found = simulate_levy(*loaded(), changes)
    assert found.problems == ()
    assert levy(found) == {"nystart": nystart, "repris": repris, "stor": stor}


@pytest.mark.parametrize(
    ("changes", "service", "investment", "solidarity"),
    [  # of 100 000 at 15 %
        (Changes(), "12500.00", "1500.00", "1000.00"),
        (Changes(rates={"*": D("0.14")}), "11500.00", "1500.00", "1000.00"),
        (Changes(components={"investment": D("0.02")}), "12000.00", "2000.00", "1000.00"),
        (Changes(components={"service": D("0.120"), "solidarity": D("0.015")}), "12000.00", "1500.00", "1500.00"),
        (Changes(rates={"*": D("0.025")}), "0.00", "1500.00", "1000.00"),
        (Changes(rates={"repris": D("0.03")}), "2500.00", "300.00", "200.00"),  # split like the federation's rate
    ],
)
def test_components(loaded, changes, service, investment, solidarity):
    found = simulate_levy(*loaded({"repris": {"2026-01": sale("2026-01-10", "100000.00")}}), changes)
    assert parts(found.whole.total) == {
        "service": f"12500.00 {service}",
        "investment": f"1500.00 {investment}",
        "solidarity": f"1000.00 {solidarity}",
    }
    assert {month: str(pair.simulated) for month, pair in found.inflow("investment").items()} == {"2026-01": investment}


def test_a_fund_that_nobody_feeds_yet(loaded):
    policy = POLICY.split('2025-01-01 custom "levy-component"', maxsplit=1)[0]
    books = loaded({"repris": {"2026-01": sale("2026-01-10", "100000.00")}}, policy)
    found = simulate_levy(*books, Changes(components={"investment": D("0.02")}))
    assert parts(found.whole.total) == {"service": "15000.00 13000.00", "investment": "0 2000.00"}


def test_grants_in_the_base(loaded):
    """1 000 of wage support: 150 more, which is 15 % of the base of 1 000 that counts today."""
    book = sale("2026-01-10", "1000.00") + sale("2026-01-20", "1000.00", account="Income:3988-Wage-support")
    found = simulate_levy(*loaded({"repris": {"2026-01": book}}), Changes(include=(Range.parse("3980-3989"),)))
    (unit,) = found.whole.units
    assert (unit.own.base.today, unit.own.base.simulated) == (D("1000.00"), D("2000.00"))
    assert levy(found) == {"repris": "150.00 300.00"}
    assert unit.own.part == D("0.1500")
    away = simulate_levy(*loaded({"repris": {"2026-01": book}}), Changes(exclude=(Range.parse("3001"),)))
    assert levy(away) == {"repris": "150.00 0"}


def test_a_change_within_the_year_is_kept_apart(loaded):
    """The rate rises to 16 % in July by decision, all of it for solidarity; 1 000 in June, 1 000 in July.

    With investment at 2 % instead: June 12 + 2 + 1, July 12 + 2 + 2.
    """
    policy = POLICY + (
        '2026-07-01 custom "levy-rate" "*" 0.16\n  decision: "A"\n'
        '2026-07-01 custom "levy-component" "solidarity" 0.020\n  decision: "A"\n'
    )
    book = sale("2026-06-10", "1000.00") + sale("2026-07-10", "1000.00")
    found = simulate_levy(*loaded({"repris": {"2026-06": book}}, policy), Changes(components={"investment": D("0.02")}))
    assert parts(found.whole.total) == {
        "service": "250.00 240.00",
        "investment": "30.00 40.00",
        "solidarity": "30.00 30.00",
    }


@pytest.mark.parametrize(
    ("scope", "repris", "nystart"),
    [("*", "15000.00", "500.00"), ("repris", "15000.00", "400.00"), ("nystart", "12000.00", "500.00")],
)
def test_a_general_cap_taken_away(loaded, scope, repris, nystart):
    """12 000 bind repris, and 400 nystart, whose own cap is no general one; from all, or from one of them."""
    policy = POLICY + (
        '2025-01-01 custom "levy-cap" "*" 12000.00 SEK\n  decision: "A"\n'
        '2025-01-01 custom "levy-cap" "nystart" 400.00 SEK\n  decision: "A"\n'
    )
    books = loaded({slug: UNITS[slug] for slug in ("repris", "nystart")}, policy)
    found = levy(simulate_levy(*books, Changes(limits={("cap", scope): None}, first=2026)))
    expected = {"repris": f"12000.00 {repris}", "nystart": f"400.00 {nystart if scope != '*' else '400.00'}"}
    assert found == expected


def test_a_component_that_ends(loaded):
    """Solidarity ends with June, and the rate falls to 14 %: its share is gone then, and nobody brings it back."""
    policy = POLICY.replace(
        '"solidarity" 0.010\n  decision: "A"\n', '"solidarity" 0.010\n  decision: "A"\n  until: 2026-06-30\n'
    )
    policy += '2026-07-01 custom "levy-rate" "*" 0.14\n  decision: "A"\n'
    book = sale("2026-06-10", "1000.00") + sale("2026-07-10", "1000.00")
    books = loaded({"repris": {"2026-06": book}}, policy)
    found = simulate_levy(*books, Changes(components={"investment": D("0.02")}))
    assert found.problems == ()
    assert parts(found.whole.total) == {
        "service": "250.00 240.00",
        "investment": "30.00 40.00",
        "solidarity": "10.00 10.00",
    }


def test_a_decision_for_some_months(loaded):
    """16 % from March to May, the point more for solidarity; 1 000 in April, 1 000 in June, when it is 15 % again."""
    policy = POLICY + (
        '2026-03-01 custom "levy-rate" "*" 0.16\n  decision: "A"\n  until: 2026-05-31\n'
        '2026-03-01 custom "levy-component" "solidarity" 0.020\n  decision: "A"\n  until: 2026-05-31\n'
    )
    book = sale("2026-04-10", "1000.00") + sale("2026-06-10", "1000.00")
    books = loaded({"repris": {"2026-04": book}}, policy)
    found = simulate_levy(*books, Changes(components={"investment": D("0.02")}))
    assert found.problems == ()
    assert parts(found.whole.total) == {
        "service": "250.00 240.00",
        "investment": "30.00 40.00",
        "solidarity": "30.00 30.00",
    }


# --- years


def test_years_side_by_side_and_together(loaded):
    """2025: 1 000.10 at 15 % is 150.02, at 14 % 140.01."""
    found = simulate_levy(*loaded(), Changes(rates={"*": D("0.14")}))
    assert [year.year for year in found.years] == [2025, 2026]
    assert levy(found, 2025) == {"repris": "150.02 140.01"}
    together = {one.unit.slug: one.own.levy for one in found.whole.units}
    assert (together["repris"].today, together["repris"].simulated) == (D("15150.02"), D("14140.01"))
    assert found.whole.total.levy.difference == D("-1010.01")
    assert all(one.group == one.own for one in found.whole.units)  # they keep their books in the reporting currency


def test_only_the_years_asked_for(loaded):
    found = simulate_levy(*loaded(), Changes(rates={"*": D("0.14")}, first=2026, last=2026))
    assert [year.year for year in found.years] == [2026]
    found = simulate_levy(*loaded(), Changes(rates={"*": D("0.14")}, last=2025))
    assert levy(found, 2025) == {"repris": "150.02 140.01"}


def test_a_correction_of_an_earlier_year(loaded):
    """400 of 2025 are credited in February 2026: 60 back at 15 %, 56 at 14 %; 2026 alone: 60, as 2025 stays."""
    book = sale("2025-11-11", "1000.00", meta='voucher: "A-1"')
    book += sale("2026-02-10", "-400.00", meta='voucher: "A-2"\ncorrects: "A-1"')
    books = loaded({"repris": {"2025-11": book}})
    both = simulate_levy(*books, Changes(rates={"*": D("0.14")}))
    assert (levy(both, 2025), levy(both, 2026)) == ({"repris": "150.00 140.00"}, {"repris": "-60.00 -56.00"})
    later = both.years[1].units[0].own
    assert (later.prior_years.today, later.prior_years.simulated, later.base.today) == (D("-60.00"), D("-56.00"), D(0))
    assert later.part is None
    one = simulate_levy(*books, Changes(rates={"*": D("0.14")}, first=2026))
    assert levy(one, 2026) == {"repris": "-60.00 -60.00"}


def test_a_limit_taken_away_only_in_the_years_asked_for(loaded):
    """In 2025 stor owed 20 000 of 200 000, its cap; a credit of 50 000 leaves it at 20 000 whatever 2026 may be."""
    book = sale("2025-11-11", "200000.00", meta='voucher: "A-1"')
    book += sale("2026-02-10", "-50000.00", meta='voucher: "A-2"\ncorrects: "A-1"')
    books = loaded({"stor": {"2025-11": book + sale("2026-02-11", "200000.00")}})
    found = simulate_levy(*books, Changes(limits={("cap", "stor"): None}, first=2026))
    assert levy(found, 2026) == {"stor": "20000.00 30000.00"}
    both = simulate_levy(*books, Changes(limits={("cap", "stor"): None}))
    assert (levy(both, 2025), levy(both, 2026)) == ({"stor": "20000.00 30000.00"}, {"stor": "20000.00 22500.00"})


def test_fiscal_years_from_july(loaded):
    """June 2026 belongs to the year that began in 2025; a floor of 1 200 accrues by 100 a month from July."""
    book = sale("2026-06-10", "1000.00") + sale("2026-08-10", "1000.00") + sale("2027-02-10", "0.01")
    books, policy = loaded({"repris": {"2026-06": book}}, conf=FAVA_CONF + 'fiscal_year_start = "07-01"\n')
    found = simulate_levy(books, policy, Changes(limits={("floor", "*"): D(1200)}, first=2026))
    assert (found.years[0].year, levy(found, 2026)) == (2026, {"repris": "150.00 800.00"})  # eight months
    both = simulate_levy(books, policy, Changes(rates={"*": D("0.10")}))
    assert [year.year for year in both.years] == [2025, 2026]
    assert levy(both, 2025) == {"repris": "150.00 100.00"}


def test_a_year_before_any_decision_has_none_of_today(loaded):
    """What was booked by hand then stands beside it."""
    by_hand = '2024-12-31 * "levy"\n  Expenses:6430-Levy  90.00 SEK\n    partner: "gemensamt"\n    ic: "levy"\n'
    books = loaded({"repris": {"2024-12": sale("2024-12-10", "1000.00") + by_hand + "  Assets:1930-Bank\n"}})
    found = simulate_levy(*books, Changes(rates={"*": D("0.14")}))
    (unit,) = found.years[0].units
    assert levy(found, 2024) == {"repris": "0 140.00"}
    assert (unit.own.booked, [tuple(map(str, one)) for one in unit.deviations]) == (
        D("90.00"),
        [("2024-12", "90.00", "0")],
    )


# --- closed months


BOOKED = (
    '{day} * "levy"\n  Expenses:6430-Levy  {amount} SEK\n    partner: "gemensamt"\n    ic: "levy"\n  Assets:1930-Bank\n'
)


def test_a_closed_month_that_holds_what_the_rule_gives(loaded):
    book = sale("2026-01-10", "1000.00") + BOOKED.format(day="2026-01-31", amount="150.00")
    books = loaded({"repris": {"2026-01": book}}, closed={"repris": {"2026-01"}})
    (unit,) = simulate_levy(*books, Changes(rates={"*": D("0.10")})).whole.units
    assert (unit.own.booked, unit.own.levy.today, unit.own.levy.simulated) == (D("150.00"), D("150.00"), D("100.00"))
    assert unit.deviations == ()


def test_a_closed_month_that_holds_something_else(loaded):
    """120 were booked in January instead of 150; February, which is open, carries the rest."""
    book = (
        sale("2026-01-10", "1000.00") + BOOKED.format(day="2026-01-31", amount="120.00") + sale("2026-02-10", "10.00")
    )
    books = loaded({"repris": {"2026-01": book}}, closed={"repris": {"2026-01"}})
    (unit,) = simulate_levy(*books, Changes()).whole.units
    assert [tuple(map(str, one)) for one in unit.deviations] == [("2026-01", "120.00", "150.00")]
    assert (unit.own.booked, unit.own.levy.today) == (D("151.50"), D("151.50"))


def test_a_closed_year_that_holds_something_else(loaded):
    """120 were booked for 2025 instead of 150: 2026 carries the rest as a line of its own, by the rule it is 2025's."""
    book = (
        sale("2025-12-10", "1000.00") + BOOKED.format(day="2025-12-31", amount="120.00") + sale("2026-01-10", "10.00")
    )
    months = {f"2025-{month:02d}" for month in range(1, 13)}
    found = simulate_levy(*loaded({"repris": {"2025-12": book}}, closed={"repris": months}), Changes())
    (first,), (second,) = (year.units for year in found.years)
    assert [tuple(map(str, one)) for one in first.deviations] == [("2025-12", "120.00", "150.00")]
    assert (first.own.booked, first.own.levy.today, second.own.booked, second.own.levy.today) == (
        D("120.00"),
        D("150.00"),
        D("31.50"),
        D("1.50"),
    )
    assert second.deviations == ()
    assert found.whole.total.booked == found.whole.total.levy.today


def test_turnover_that_came_late_counts_where_it_counts_today(loaded):
    """200 of December, dated in a closed year: a line of 2025 in January 2026, 30 at 15 %, 28 at 14 %; no base of 2026.

    Simulating 2026 alone leaves it at 30, as December's rate counts.
    """
    book = (
        sale("2025-12-10", "1000.00") + BOOKED.format(day="2025-12-31", amount="150.00") + sale("2025-12-20", "200.00")
    )
    months = {f"2025-{month:02d}" for month in range(1, 13)}
    books, policy = loaded({"repris": {"2025-12": book}}, closed={"repris": months})
    its = books.units["repris"]
    rows = tuple(replace(row, late=row.date.day == 20) for row in its.summary.turnover)
    books = replace(books, units={**books.units, "repris": replace(its, summary=replace(its.summary, turnover=rows))})
    found = simulate_levy(books, policy, Changes(rates={"*": D("0.14")}))
    assert (levy(found, 2025), levy(found, 2026)) == ({"repris": "150.00 140.00"}, {"repris": "30.00 28.00"})
    assert [year.units[0].own.booked for year in found.years] == [D("150.00"), D("30.00")]
    assert [str(year.units[0].own.base.today) for year in found.years] == ["1000.00", "0"]
    alone = simulate_levy(books, policy, Changes(rates={"*": D("0.14")}, first=2026))
    assert levy(alone, 2026) == {"repris": "30.00 30.00"}


# --- other currencies


def test_a_foreign_unit_at_the_months_averages(loaded):
    """1 000 EUR a month: 150 at 15 %, 100 at 10 %; January at 11.00, February at 11.50."""
    sales = "".join(
        sale(day, "1000.00", "Income:705-Services", "Assets:572-Bank", "EUR") for day in ("2026-01-10", "2026-02-10")
    )
    unit = 'currency = "EUR"\nchart = "pgc"\nentity = "legal_entity"\ncountry = "ES"'
    books = loaded({"reusa": {"accounts": PGC, "unit": unit, "2026-01": sales}}, prices=AVERAGES)
    found = simulate_levy(*books, Changes(rates={"*": D("0.10")}))
    assert found.problems == ()
    assert levy(found) == {"reusa": "300.00 200.00"}
    total = found.whole.total
    assert (total.base.today, total.levy.today, total.levy.simulated) == (D("22500.00"), D("3375.00"), D("2250.00"))
    assert parts(total) == {
        "service": "2812.50 1687.50",  # 1 000 x 12.5 % x 22.50; 7.5 %
        "investment": "337.50 337.50",
        "solidarity": "225.00 225.00",
    }
    inflow = found.inflow("solidarity")
    assert {month: str(pair.simulated) for month, pair in inflow.items()} == {"2026-01": "110.00", "2026-02": "115.00"}


def test_a_missing_rate_leaves_the_unit_out_of_the_sums(loaded):
    """2025 has no rate; 2026 has, so the unit is in that year's sum, but its own years have none in SEK."""
    sales = "".join(
        sale(day, "1000.00", "Income:705-Services", "Assets:572-Bank", "EUR") for day in ("2025-05-10", "2026-01-10")
    )
    unit = 'currency = "EUR"\nchart = "pgc"\nentity = "division"\ncountry = "ES"'
    foreign = {"accounts": PGC, "unit": unit, "2026-01": sales}
    books = loaded({"repris": UNITS["repris"], "reusa": foreign}, prices=AVERAGES)
    found = simulate_levy(*books, Changes(rates={"*": D("0.14")}))
    assert {(problem.code, problem.unit, problem.file) for problem in found.problems} == {
        ("MISSING_RATE", "reusa", "units/prices.beancount")
    }
    assert levy(found, 2025) == {"repris": "150.02 140.01", "reusa": "150.00 140.00"}
    assert levy(found, 2026) == {"repris": "15000.00 14000.00", "reusa": "150.00 140.00"}
    assert [year.total.levy.simulated for year in found.years] == [D("140.01"), D("15540.00")]
    assert found.whole.total.levy.simulated == D("15680.01")
    assert [(one.unit.slug, one.group is None) for one in found.whole.units] == [("repris", False), ("reusa", True)]


def test_a_book_with_errors_is_named_and_the_others_stand(loaded):
    books = loaded({**UNITS, "kafe": {"2026-01": "2026-01-01 nonsense\n"}})
    found = simulate_levy(*books, Changes(rates={"*": D("0.14")}))
    assert [(problem.code, problem.unit) for problem in found.problems] == [("LEVY_UNIT_FAULTY", "kafe")]
    assert levy(found, 2026).keys() == {"nystart", "repris", "stor"}


# --- what makes no sense


@pytest.mark.parametrize(
    ("changes", "problem", "says"),
    [
        (Changes(rates={"*": D(15)}), SimulationRate, "15 can't be simulated"),
        (Changes(rates={"*": D("-0.1")}), SimulationRate, "-0.1 can't"),
        (Changes(components={"investment": D("1.5")}), SimulationRate, "1.5 can't"),
        (Changes(rates={"*": D("NaN")}), SimulationRate, "NaN can't"),
        (Changes(rates={"repriss": D("0.1")}), UnitUnknown, "no unit called repriss"),
        (Changes(rates={"gemensamt": D("0.1")}), SimulationUnit, "gemensamt owes no levy"),
        (Changes(limits={("cap", "gemensamt"): D(1)}), SimulationUnit, "gemensamt owes no levy"),
        (Changes(components={"invest": D("0.02")}), SimulationComponents, "no component invest"),
        (Changes(components={"service": D("0.2")}), SimulationComponents, "would make 0.225, and the rate 0.15"),
        (Changes(rates={"*": D("0.02")}), SimulationComponents, "would make 0.025, and the rate 0.02"),
        (Changes(limits={("cap", "stor"): D(-1)}), SimulationLimit, "--cap can't be below zero: -1 for stor."),
        (Changes(limits={("floor", "stor"): D(20001)}), SimulationLimit, "floor of stor would be above its cap"),
        (Changes(first=2019), SimulationYear, "turnover or levy of 2019"),
        (Changes(last=2030), SimulationYear, "turnover or levy of 2030"),
        (Changes(first=2026, last=2025), SimulationYear, "2026 to 2025"),
        (Changes(include=(Range.parse("3988"),)), SimulationBase, "an account 3988"),
    ],
)
def test_refused(loaded, changes, problem, says):
    with pytest.raises(problem) as found:
        simulate_levy(*loaded(), changes)
    assert says in found.value.text()
    assert found.value.exit_code == 2


def test_nothing_is_recorded(loaded):
    with pytest.raises(SimulationYear, match="SIMULATED_LEVY_YEAR") as found:
        simulate_levy(*loaded({"repris": {}}), Changes())
    assert "any turnover or levy yet" in found.value.text()


# --- of any books

START = dt.date(2026, 1, 1)
CONFIG = FederationFile.model_validate({"federation": {"name": "F", "currency": "SEK", "central": "mitt"}})
NAMES = ("service", "investment", "solidarity")


def unit(slug, currency="SEK", country="SE"):
    chart = "bas" if currency == "SEK" else "pgc"
    entity = "division" if currency == "SEK" else "legal_entity"
    return Unit(slug, Path("/nowhere/units") / slug, slug, slug.upper(), entity, currency, chart, country=country)


MEMBERS = [unit("mitt"), unit("a"), unit("b"), unit("c"), unit("d", "EUR", "ES"), unit("e", "CLP", "CL")]


def entry(line, **kwargs):
    return {"dated": START, "start": START, "decision": "A", "file": "units/policy.beancount", "line": line, **kwargs}


def decided(rate, shares, own, *amounts):
    """A policy: the federation's rate and its parts, and b's own rate for some months."""
    term = {"start": dt.date(2026, 4, 17), "until": dt.date(2026, 9, 3)}
    return Policy(
        rates=(RateEntry(scope="*", rate=rate, **entry(1)), RateEntry(scope="b", rate=own, **entry(2, **term))),
        components=tuple(
            ComponentEntry(name=name, share=share, vat="none", **entry(3 + n))
            for n, (name, share) in enumerate(zip(NAMES, shares, strict=True))
        ),
        amounts=tuple(
            AmountEntry(kind=kind, scope=scope, amount=amount, currency="SEK", **entry(9 + n))
            for n, (kind, scope, amount) in enumerate(amounts)
        ),
    )


def prices():
    found = []
    for month in range(1, 13):
        end = dt.date(2026 + month // 12, month % 12 + 1, 1) - dt.timedelta(1)
        for currency, rate in (("EUR", D("11.1379")), ("CLP", D("0.010069"))):
            found.append(data.Price({}, end, currency, Amount(rate, "SEK")))
            average = ValueType(Amount(rate * (90 + month) / 100, "SEK"), Amount)
            found.append(data.Custom({}, end, "average-rate", [ValueType(currency, str), average]))
    return tuple(found)


def average(currency, month):
    """The same, by hand."""
    rate = {"SEK": Fraction(1), "EUR": Fraction("11.1379"), "CLP": Fraction("0.010069")}[currency]
    return rate if currency == "SEK" else rate * (90 + month) / 100


def booked(owner, sales, levies_booked=()):
    """A summary of sales (month, units of the currency, corrects the month before) and of levies booked by a close."""
    income = "Income:3001-Sales" if owner.chart == "bas" else "Income:705-Sales"
    cost = "Expenses:6430-Levy" if owner.chart == "bas" else "Expenses:629-Levy"
    entries = [data.Open({"filename": "x", "lineno": 1}, START, name, None, None) for name in (income, cost)]
    tags = {"partner": "mitt", "ic": "levy"}
    for number, (month, units, back) in enumerate(sales):
        meta = {"filename": "x", "lineno": 10 + number}
        if back and month > 1:
            meta["concerns"] = dt.date(2026, month - 1, 20)
        amount = Amount(D(units) * unit_of(owner.currency), owner.currency)
        postings = [data.Posting(income, -amount, None, None, None, {}), data.Posting("Assets:1", amount, *[None] * 4)]
        day = dt.date(2026, month, 1 + units % 28)
        entries.append(data.Transaction(meta, day, "*", None, "", frozenset(), frozenset(), postings))
    for number, (month, value) in enumerate(levies_booked):
        amount = Amount(value, owner.currency)
        postings = [data.Posting(cost, amount, None, None, None, tags), data.Posting("Assets:1", -amount, *[None] * 4)]
        meta = {"filename": "x", "lineno": 1000 + number}
        day = dt.date.fromisoformat(f"{month}-28")
        entries.append(data.Transaction(meta, day, "*", None, "", frozenset(), frozenset(), postings))
    return UnitBook(owner, "", (), summarise(entries))


def federation(sales, closes=None, closed=None):
    ws = Workspace(Path("/nowhere"), CONFIG, {u.slug: u for u in MEMBERS})
    held = {u.slug: booked(u, sales.get(u.slug, []), (closes or {}).get(u.slug, ())) for u in MEMBERS}
    return Books(ws, held, CentralText((), prices(), ""), closed=closed or {})


SALES = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d", "e"]),
    st.lists(st.tuples(st.integers(1, 12), st.integers(-(10**7), 10**8), st.booleans()), max_size=8),
)
RATE = st.integers(30, 300).map(lambda n: D(n) / 1000)
SHARE = st.integers(0, 15).map(lambda n: D(n) / 1000)
AMOUNT = st.none() | st.integers(0, 10**6).map(D)
TODAY = decided(D("0.15"), (D("0.125"), D("0.015"), D("0.010")), D("0.0333"))


def limits(cap, floor, threshold):
    """The limits of a that are there; none where floor and cap contradict each other."""
    if cap is not None and floor is not None and floor > cap:
        floor = None
    found = (("cap", cap), ("floor", floor), ("threshold", threshold))
    return [(kind, "a", amount) for kind, amount in found if amount is not None]


@settings(max_examples=60, deadline=None)
@given(SALES, AMOUNT, AMOUNT, AMOUNT)
def test_todays_parameters_give_what_is_booked(sales, cap, floor, threshold):
    """Nothing is changed, so both sides are what stands: units' costs, and central's income component by component."""
    policy = decided(D("0.15"), (D("0.125"), D("0.015"), D("0.010")), D("0.0333"), *limits(cap, floor, threshold))
    books = federation(sales)
    run = levies(books, policy)
    assert run.problems == ()
    if not any(sales.values()):
        return
    found = simulate_levy(books, policy, Changes(), run)
    stands = {slug: statement.year(2026).posted for slug, statement in run.statements.items() if statement.year(2026)}
    for side in ("today", "simulated"):
        assert {one.unit.slug: getattr(one.own.levy, side) for one in found.whole.units} == stands
    assert all(one.own.booked == one.own.levy.today and not one.deviations for one in found.whole.units)
    income = defaultdict(Decimal)
    for made in run.entries("mitt"):
        if isinstance(made, data.Transaction):
            for posting in made.postings:
                if posting.meta.get("component"):
                    income[posting.meta["component"], f"{made.date:%Y-%m}"] -= posting.units.number
    for name in NAMES:
        expected = {month: amount for (part, month), amount in income.items() if part == name and amount}
        assert {m: p.today for m, p in found.inflow(name).items()} == expected
        assert {m: p.simulated for m, p in found.inflow(name).items()} == expected


@settings(max_examples=60, deadline=None)
@given(SALES, RATE, RATE, SHARE, SHARE, AMOUNT, AMOUNT)
def test_what_is_simulated_is_what_would_have_been_decided(sales, rate, own, investment, solidarity, cap, threshold):
    """The same books under a policy that really says so have the same levies."""
    if not any(sales.values()):
        return
    service = rate - investment - solidarity
    changed = limits(cap, None, threshold)
    changes = Changes(
        rates={"*": rate, "b": own},
        components={"investment": investment, "solidarity": solidarity},
        limits={(kind, scope): amount for kind, scope, amount in changed},
    )
    books = federation(sales)
    found = simulate_levy(books, TODAY, changes)
    other = decided(rate, (service, investment, solidarity), own, *changed)
    # b's own rate is the simulated one in every month
    other = replace(other, rates=(other.rates[0], replace(other.rates[1], start=START, until=dt.date(2026, 12, 31))))
    really = simulate_levy(books, other, Changes())
    assert found.problems == really.problems == ()
    assert len(found.whole.units) == len(really.whole.units)
    for one, its in zip(found.whole.units, really.whole.units, strict=True):
        assert one.own.levy.simulated == its.own.booked
        ours = {name: pair.simulated for name, pair in one.group.components}
        assert ours == {name: pair.today for name, pair in its.group.components}


def rounded(amount, cent):
    """Half away from zero, by hand."""
    whole, rest = divmod(abs(amount) / cent, 1)
    return (whole + (rest >= Fraction(1, 2))) * (-1 if amount < 0 else 1) * cent


@settings(max_examples=60, deadline=None)
@given(SALES, RATE)
def test_by_hand(sales, rate):
    """Without limits a year's levy is Σ rate × turnover, rounded once; b keeps its own rate from April to September."""
    if not any(sales.values()):
        return
    found = simulate_levy(federation(sales), TODAY, Changes(rates={"*": rate}))
    total = Fraction(0)
    for one in found.whole.units:
        cent = unit_of(one.unit.currency)
        exact = Fraction(0)
        for month, units, back in sales[one.unit.slug]:
            day = dt.date(2026, month - 1, 20) if back and month > 1 else dt.date(2026, month, 1 + units % 28)
            lower = one.unit.slug == "b" and dt.date(2026, 4, 17) <= day <= dt.date(2026, 9, 3)
            exact += Fraction(D("0.0333") if lower else rate) * units * Fraction(cent)
        assert Fraction(one.own.levy.simulated) == rounded(exact, Fraction(cent))
        assert sum((pair.simulated for _, pair in one.own.components), D(0)) == one.own.levy.simulated
        base = sum(
            (average(one.unit.currency, m) * n * Fraction(cent) for m, n, _ in sales[one.unit.slug]), Fraction(0)
        )
        assert Fraction(one.group.base.today) == rounded(base, Fraction(1, 100))
        total += Fraction(one.group.levy.simulated)
    assert Fraction(found.whole.total.levy.simulated) == total
    flows = sum((pair.simulated for name in NAMES for pair in found.inflow(name).values()), D(0))
    assert Fraction(flows) == total


@settings(max_examples=60, deadline=None)
@given(SALES, st.integers(1, 12), st.integers(-500, 500))
def test_closed_months_change_nothing_but_what_stands(sales, last, wrong):
    """Months closed with what the rule gave (one of them with something else): the rule's figures are the same."""
    if not any(sales.values()):
        return
    months = [f"2026-{number:02d}" for number in range(1, last + 1)]
    before = simulate_levy(federation(sales), TODAY, Changes(rates={"*": D("0.14")}))
    run = levies(federation(sales), TODAY)
    closes = {
        slug: [(m.month, m.posted) for year in its.years for m in year.months if m.month in months and m.posted]
        for slug, its in run.statements.items()
    }
    slip = D(wrong).scaleb(-2)
    named = {}
    if closes.get("a"):
        month, amount = closes["a"][-1]
        closes["a"][-1] = (month, amount + slip)
        named = {"a": [(month, amount + slip, amount)]} if wrong else {}
    closed = {unit.slug: frozenset(months) for unit in MEMBERS}
    after = simulate_levy(federation(sales, closes, closed), TODAY, Changes(rates={"*": D("0.14")}))
    assert [replace(one.own, booked=D(0)) for one in after.whole.units] == [
        replace(one.own, booked=D(0)) for one in before.whole.units
    ]
    assert {one.unit.slug: list(map(tuple, one.deviations)) for one in after.whole.units if one.deviations} == named


@pytest.mark.parametrize(
    ("base", "difference", "part"),
    [
        ("30000", "-4.49", "-0.0001"),
        ("30000", "-4.50", "-0.0002"),  # 0.00015: half away from zero
        ("100", "1", "0.0100"),
        ("0", "1", "None"),
        ("-100", "1", "None"),
    ],
)
def test_a_difference_as_a_part_of_the_base(base, difference, part):
    figures = Figures("SEK", base=Pair(D(base), D(base)), levy=Pair(D(7), D(7) + D(difference)))
    assert str(figures.part) == part
