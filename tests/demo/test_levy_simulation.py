"""The demo's levy, simulated: with what is decided it is what is booked, with less it is less."""

from decimal import Decimal

from ledger.provisional import full_entries
from ledger.reports.levy_simulation import Changes, simulate_levy

D = Decimal


def test_todays_parameters_give_what_is_booked(federation):
    found = simulate_levy(federation.books, federation.policy, Changes(), federation.run)
    assert found.problems == ()
    assert found.years
    for year in found.years:
        for one in year.units:
            posted = federation.run.statements[one.unit.slug].year(year.year).posted
            assert (one.own.booked, one.own.levy.today, one.own.levy.simulated) == (posted, posted, posted)
            assert one.deviations == ()
    income: dict[str, Decimal] = {}
    for entry in full_entries(federation.books, federation.run, "gemensamt"):
        for posting in getattr(entry, "postings", ()):
            name = (posting.meta or {}).get("component")
            if name and posting.meta.get("ic") == "levy":
                income[name] = income.get(name, D(0)) - posting.units.number
    assert {name: pair.simulated for name, pair in found.whole.total.components} == income


def test_a_point_less_costs_services_alone(federation):
    """Units at the federation's rate pay a hundredth of their base less; not who is capped or has an own rate.

    The split of those shifts: 1.5 of 14 parts are for investment instead of 1.5 of 15.
    """
    found = simulate_levy(federation.books, federation.policy, Changes(rates={"*": D("0.14")}), federation.run)
    (year,) = (year for year in found.years if year.year == 2026)  # the year before had 14 % anyway
    parts = {one.unit.slug: one.own.part for one in year.units}
    same = {slug: part for slug, part in parts.items() if slug not in {"nystart", "stadkraft"}}
    assert set(same.values()) == {D("-0.0100")}
    assert (parts["nystart"], parts["stadkraft"]) == (0, 0)
    shares = dict(found.whole.total.components)
    assert shares["service"].difference < 0 <= shares["investment"].difference
