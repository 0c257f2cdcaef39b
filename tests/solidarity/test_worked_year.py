"""The year of fifty units that docs/worked-year.md works out by hand, compared with the rules."""

from decimal import Decimal
from fractions import Fraction

import pytest

from ledger.rules.levy import Terms as LevyTerms
from ledger.rules.levy import split
from ledger.rules.solidarity.band import propose
from ledger.rules.solidarity.compute import Member, compute
from ledger.rules.solidarity.terms import SolidarityTerms

D = Decimal
TERMS = SolidarityTerms()
#: kind: how many, turnover, result, own accumulated result
KINDS = {
    "a": (20, 500_000, 30_000, 100_000),
    "b": (10, 900_000, 60_000, 50_000),
    "c": (12, 600_000, 5_000, 0),
    "d": (5, 500_000, -45_000, 5_000),
    "e": (2, 400_000, -120_000, 0),
    "f": (1, 500_000, -4_000, 20_000),
}
MEMBERS = [
    Member(f"{kind}{n:02d}", D(turnover), D(result), D(own))
    for kind, (count, turnover, result, own) in KINDS.items()
    for n in range(1, count + 1)
]


def of_kind(found, kind, what):
    """What every unit of a kind has; they are alike."""
    values = {getattr(step, what) for step in found.steps if step.unit.startswith(kind)}
    assert len(values) == 1, values
    return values.pop()


def test_the_levy_and_its_components():
    shares = {"service": D("0.125"), "investment": D("0.015"), "solidarity": D("0.01")}
    sums = dict.fromkeys(shares, D(0))
    for member in MEMBERS:
        levy = member.base * D("0.15")
        parts = split(levy, {name: Fraction(share * member.base) for name, share in shares.items()}, LevyTerms(), "SEK")
        sums = {name: sums[name] + part for name, part in parts.items()}
    assert sums == {"service": 3_750_000, "investment": 450_000, "solidarity": 300_000}


@pytest.mark.parametrize(
    ("kind", "need", "by_need", "by_turnover", "claim"),
    [
        ("a", 0, 0, 50_000, 0),
        ("d", 40_000, 20_000, 50_000, 20_000),
        ("e", 116_000, 58_000, 40_000, 40_000),
        ("f", 0, 0, 50_000, 0),
    ],
)
def test_claims_that_the_fund_holds(kind, need, by_need, by_turnover, claim):
    found = compute(MEMBERS, D(500_000), TERMS, "SEK")
    told = [of_kind(found, kind, w) for w in ("need", "limit_need", "limit_turnover", "limit_fund", "claim", "call")]
    assert told == [need, by_need, by_turnover, 125_000, claim, 0]


def test_the_fund_after_the_year_and_what_is_proposed():
    found = compute(MEMBERS, D(500_000), TERMS, "SEK")
    assert (found.claimed, found.called, found.fund_close) == (180_000, 0, 320_000)
    band = propose(found.fund_close, found.group_turnover, (D("0.010"), D("0.125")), TERMS, "SEK")
    assert (band.floor, band.position) == (450_000, "below-floor")
    assert (band.next_solidarity, band.next_service) == (D("0.015"), D("0.120"))


def test_a_fund_that_lacks_80_000_calls_it_from_units_with_a_surplus():
    found = compute(MEMBERS, D(100_000), TERMS, "SEK")
    assert (found.shortfall, found.called, found.claimed, found.fund_close) == (80_000, 80_000, 180_000, 0)
    assert of_kind(found, "a", "call") == D("1904.76")
    assert of_kind(found, "c", "call") == D("317.46")
    assert [found.by_unit[f"b{n:02d}"].call for n in range(1, 11)] == [D("3809.53")] * 8 + [D("3809.52")] * 2
    assert of_kind(found, "a", "call_cap") == 6_000
