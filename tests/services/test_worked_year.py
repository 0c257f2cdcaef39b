"""The shared services of the year that docs/worked-year.md works out by hand, compared with the rules."""

from decimal import Decimal
from fractions import Fraction

import pytest

from ledger.rules.services.allocate import allocate, difference
from ledger.rules.services.cover import cover
from ledger.rules.services.hundred import hundred
from ledger.rules.services.terms import CostCentre
from ledger.rules.services.usage import unit_prices, usage

D = Decimal
#: kind: how many, turnover, service component, vouchers, persons
KINDS = {
    "a": (20, 500_000, 62_500, 400, 2),
    "b": (10, 900_000, 112_500, 700, 2),
    "c": (12, 600_000, 75_000, 500, 1),
    "d": (5, 500_000, 62_500, 400, 2),
    "e": (2, 400_000, 50_000, 300, 2),
    "f": (1, 500_000, 62_500, 400, 1),
}
ROWS = {f"{kind}{n:02d}": row for kind, row in KINDS.items() for n in range(1, row[0] + 1)}
TURNOVER, PAID, VOUCHERS, PERSONS = ({unit: D(row[n]) for unit, row in ROWS.items()} for n in (1, 2, 3, 4))
COSTS = {
    "leadership": D(744_500),
    "finance": D(1_250_000),
    "marketing": D(425_000),
    "agreements": D(377_500),
    "development": D(572_500),
    "conflicts": D(130_500),
}
BY = dict(zip(COSTS, ("members", "vouchers", "turnover", "turnover", "members", "persons"), strict=True))
CENTRES = [CostCentre(name, name, place, {BY[name]: D(1)}, "FS-1") for place, name in enumerate(COSTS)]
KEYS = {
    "members": dict.fromkeys(ROWS, D(1)),
    "vouchers": {**VOUCHERS, "marketing": D(500), "agreements": D(250), "development": D(250)},
    "turnover": TURNOVER,
    "persons": PERSONS,
}
TABLE = """
leadership   14890  14890  14890  14890  14890  14890   744500
finance      20000  35000  25000  20000  15000  20000  1200000
marketing     7500  13500   9000   7500   6000   7500   450000
agreements    6500  11700   7800   6500   5200   6500   390000
development  11700  11700  11700  11700  11700  11700   585000
conflicts     3000   3000   1500   3000   3000   1500   130500
"""


def the_year(method="step-down"):
    return allocate(COSTS, {}, CENTRES, KEYS, list(ROWS), method, "SEK")


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_what_units_of_each_kind_used(row):
    name, *parts, whole = row.split()
    found = the_year()
    for kind, part in zip(KINDS, parts, strict=True):
        assert {found.used[unit][name] for unit in ROWS if unit.startswith(kind)} == {D(part)}
    assert found.totals[name] == D(whole)
    assert found.without_key == ()


def test_finance_works_for_three_other_services():
    found = the_year()
    assert found.flows == {
        ("finance", "marketing"): 25_000,
        ("finance", "agreements"): 12_500,
        ("finance", "development"): 12_500,
    }


def test_prices_of_one_voucher_one_person_and_one_unit():
    found = the_year()
    prices = [unit_prices(found, centre) for centre in CENTRES]
    assert prices == [
        {"members": 14_890},
        {"vouchers": 50},
        {"turnover": Fraction(15, 1000)},
        {"turnover": Fraction(13, 1000)},
        {"members": 11_700},
        {"persons": 1_500},
    ]


def test_nobody_works_for_finance_so_both_methods_say_the_same():
    assert set(difference(the_year(), the_year("reciprocal")).values()) == {0}


@pytest.mark.parametrize(
    ("kind", "used", "net"),
    [
        ("a", 63_590, -1_090),
        ("b", 89_790, 22_710),
        ("c", 69_890, 5_110),
        ("d", 63_590, -1_090),
        ("e", 55_790, -5_790),
        ("f", 62_090, 410),
    ],
)
def test_paid_used_and_net_solidarity(kind, used, net):
    found = usage(the_year(), PAID, TURNOVER)
    assert sum(one.net for one in found.values()) == 250_000
    assert {(one.used, one.net) for unit, one in found.items() if unit.startswith(kind)} == {(used, net)}


def test_cover_and_what_it_proposes():
    found = cover(PAID, D(3_500_000), sum(TURNOVER.values()), "SEK")
    assert (found.paid, found.ratio) == (3_750_000, Fraction(375, 350))
    proposal = found.proposal
    assert (proposal.kind, proposal.amount, proposal.rate) == ("over", 250_000, Fraction(35, 300))
    # 4 166.666… is cut to .66 for A, D and F (26 units), 3 333.333… to .33 for E; B gets 7 500, C 5 000:
    # 250 000 - 26 · 4 166.66 - 2 · 3 333.33 - 10 · 7 500 - 12 · 5 000 = 0.18: the first 18 of the 26 get an öre more
    assert proposal.refund["a18"] == D("4166.67")
    assert {proposal.refund[u] for u in ("a19", "a20", "d01", "d05", "f01")} == {D("4166.66")}
    assert (proposal.refund["b01"], proposal.refund["c01"], proposal.refund["e01"]) == (7_500, 5_000, D("3333.33"))


def test_where_100_kr_of_a_unit_of_kind_a_went():
    costs = {"goods": D(120_000), "premises": D(75_000), "wages": D(250_000), "depreciation": D(10_000)}
    levy = {"service": D(62_500), "investment": D(7_500), "solidarity": D(5_000)}
    found = hundred(D(500_000), {"grants": D(60_000)}, costs, levy, COSTS)
    assert found.income == {"turnover": 100, "grants": 12}
    assert found.costs == {"goods": 24, "premises": 15, "wages": 50, "depreciation": 2}
    assert found.levy == {"service": D("12.50"), "investment": D("1.50"), "solidarity": 1}
    assert list(found.services.values()) == [D(x) for x in "2.66 4.46 1.52 1.35 2.04 0.47".split()]
    assert (found.left, found.total, found.amounts["left"]) == (6, 112, 30_000)
