"""Cost of services shared step by step, all at once, or over units alone: worked by hand, and what must always hold."""

import os
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.rounding import parts_of
from ledger.rules.services.allocate import allocate, difference
from ledger.rules.services.terms import CostCentre
from ledger.rules.services.usage import unit_prices

D, F = Decimal, Fraction
#: Federations of the campaign; in full: `SAMBOK_FEDERATIONS=10000 pytest tests/rules/services`.
FEDERATIONS = int(os.environ.get("SAMBOK_FEDERATIONS", "30"))
METHODS = ["step-down", "reciprocal", "direct"]


def centre(name, order=0, **key):
    return CostCentre(name, name.title(), order, {k: D(w) for k, w in key.items()}, "FS-1")


def keys(**found):
    """`hours="a 3, b 1"` as values by user."""
    return {
        key: {user: D(value) for user, value in (part.split() for part in text.split(","))}
        for key, text in found.items()
    }


# IT (hours) works for office, office (seats) for IT; a textbook's pair, the equations solved by hand:
# IT = 100 + office / 4; office = 90 + IT / 2  =>  IT = 140, office = 160
PAIR = [centre("it", 1, hours=1), centre("office", 2, seats=1)]
PAIR_KEYS = keys(hours="office 2, a 1, b 1", seats="it 1, a 1, b 2")


@pytest.mark.parametrize(
    ("method", "a", "b", "flows"),
    [
        # it: 100 over a and b alone; office: 90 by seats 1 : 2
        ("direct", "80.00", "110.00", {}),
        # it: 50 office, 25, 25; office: 140 by seats 1 : 2, 46.666… and 93.333…
        ("step-down", "71.67", "118.33", {("it", "office"): F(50)}),
        # it has 140: office 70, 35, 35; office has 160: it 40, then 40 and 80
        ("reciprocal", "75.00", "115.00", {("it", "office"): F(70), ("office", "it"): F(40)}),
    ],
)
def test_two_services_that_work_for_each_other(method, a, b, flows):
    found = allocate({"it": D(100), "office": D(90)}, {}, PAIR, PAIR_KEYS, ["b", "a"], method, "SEK")
    assert found.by_unit == {"a": D(a), "b": D(b)}
    assert found.flows == flows


def test_the_difference_between_the_methods():
    step, all_at_once = (
        allocate({"it": D(100), "office": D(90)}, {}, PAIR, PAIR_KEYS, ["a", "b"], method, "SEK")
        for method in ("step-down", "reciprocal")
    )
    assert difference(step, all_at_once) == {"a": D("-3.33"), "b": D("3.33")}


@pytest.mark.parametrize(
    ("key", "values", "cost", "direct", "a", "b", "without"),
    [
        # one key; what the centre uses of its own service is left out
        ({"v": 1}, {"v": "a 3, b 1, it 96"}, 100, 0, "75.00", "25.00", ()),
        # 60 % by vouchers 3 : 1, 40 % by payslips 0 : 5
        ({"v": 60, "p": 40}, {"v": "a 3, b 1", "p": "b 5"}, 100, 0, "45.00", "55.00", ()),
        # direct cost first: 20 are a's, 80 by the key
        ({"v": 1}, {"v": "a 3, b 1"}, 100, 20, "80.00", "20.00", ()),
        # all of it direct
        ({"v": 1}, {"v": "a 3, b 1"}, 100, 100, "100.00", "0.00", ()),
        # nobody has a value: alike
        ({"v": 1}, {}, 100, 0, "50.00", "50.00", (("it", "v"),)),
        # of a mix, the part without values
        ({"v": 60, "p": 40}, {"v": "a 3, b 1"}, 100, 0, "65.00", "35.00", (("it", "p"),)),
        # values of a unit that is none any longer don't count
        ({"v": 1}, {"v": "gone 7, a 1"}, 100, 0, "100.00", "0.00", ()),
        # the odd öre goes to the larger remainder, then the larger part, then the name
        ({"v": 1}, {"v": "a 2, b 1"}, "100.00", 0, "66.67", "33.33", ()),
        ({"v": 1}, {"v": "a 1, b 1"}, "0.01", 0, "0.01", "0.00", ()),
        # a service that earned more than it cost
        ({"v": 1}, {"v": "a 3, b 1"}, -100, 0, "-75.00", "-25.00", ()),
        ({"v": 1}, {"v": "a 1, b 1"}, 0, 30, "15.00", "-15.00", ()),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_one_service(method, key, values, cost, direct, a, b, without):
    own = {("it", "a"): D(direct)} if direct else {}
    found = allocate({"it": D(cost)}, own, [centre("it", **key)], keys(**values), ["a", "b"], method, "SEK")
    assert found.used == {"a": {"it": D(a)}, "b": {"it": D(b)}}
    assert found.without_key == without


@pytest.mark.parametrize("method", METHODS)
def test_services_that_only_work_for_each_other_are_shared_alike_and_told(method):
    found = allocate(
        {"it": D(100), "office": D(90)}, {}, PAIR, keys(hours="office 1", seats="it 1"), ["a", "b"], method, "SEK"
    )
    assert found.by_unit == {"a": D("95.00"), "b": D("95.00")}
    assert ("office", "seats") in found.without_key


def test_the_order_decides_and_names_decide_where_it_is_the_same():
    swapped = [centre("it", 2, hours=1), centre("office", 1, seats=1)]
    # office: 90 by seats: it 22.5, a 22.5, b 45; it: 122.5 alike
    found = allocate({"it": D(100), "office": D(90)}, {}, swapped, PAIR_KEYS, ["a", "b"], "step-down", "SEK")
    assert found.by_unit == {"a": D("83.75"), "b": D("106.25")}
    same = [centre("office", 5, seats=1), centre("it", 5, hours=1)]
    found = allocate({"it": D(100), "office": D(90)}, {}, same, PAIR_KEYS, ["a", "b"], "step-down", "SEK")
    assert found.by_unit == {"a": D("71.67"), "b": D("118.33")}


def test_a_price_is_of_what_was_shared_not_of_direct_cost():
    it = centre("it", vouchers=60, payslips=40)
    values = keys(vouchers="a 3, b 1, office 6", payslips="b 5")
    found = allocate(
        {"it": D(120), "office": D(0)},
        {("it", "a"): D(20)},
        [it, centre("office", 1, x=1)],
        values,
        ["a", "b"],
        "step-down",
        "SEK",
    )
    assert unit_prices(found, it) == {"vouchers": 6, "payslips": 8}  # 60 ÷ 10, 40 ÷ 5


@pytest.mark.parametrize(
    ("costs", "direct", "units"),
    [
        ({"it": D(1)}, {}, []),
        ({"gone": D(1)}, {}, ["a"]),
        ({"it": D(1)}, {("it", "gone"): D(1)}, ["a"]),
        ({"it": D(1)}, {("gone", "a"): D(1)}, ["a"]),
    ],
)
def test_cost_of_or_for_nobody_is_refused(costs, direct, units):
    with pytest.raises(ValueError, match="named"):
        allocate(costs, direct, [centre("it", v=1)], {}, units, "direct", "SEK")


@given(st.lists(st.fractions(-(10**6), 10**6, max_denominator=997), min_size=1, max_size=20), st.booleans())
def test_parts_add_up_to_their_rounded_sum(exact, up):
    """Each is less than an öre from what it was, and whole ones stand."""
    parts = {f"u{n:02d}": part for n, part in enumerate(exact)}
    cents = sum(exact) * 100
    total = D(ceil(cents) if up else floor(cents)) / 100
    found = parts_of(total, parts, "SEK")
    assert sum(found.values()) == total
    assert all(abs(F(found[name]) - part) < F(1, 100) for name, part in parts.items())
    assert found == {name: parts_of(total, dict(reversed(parts.items())), "SEK")[name] for name in parts}


# Random federations


def drawn(number):
    """50 units and up to 8 services that work for each other and for themselves, always the same of a number."""
    random = Random(number)  # noqa: S311  no cryptography
    units = [f"u{n:03d}" for n in random.sample(range(1000), 50)]
    names = [f"c{n}" for n in range(random.choice([1, 2, 5, 8, 8]))]
    known = {}
    for key in ("k0", "k1", "k2", "k3", "k4"):
        chosen = random.sample([*units, *names, *names], random.choice([0, 1, 20, 50]))
        known[key] = {user: D(random.randrange(10 ** random.choice([1, 3, 8]))) / 10 for user in chosen}
    centres = [
        centre(name, random.randrange(4), **{k: random.randrange(1, 99) for k in random.sample(sorted(known), 2)})
        for name in names
    ]
    sign = random.choice([1, 1, 1, -1])
    costs = {name: D(sign * random.randrange(10 ** random.choice([1, 5, 9]))) / 100 for name in names}
    direct = {(random.choice(names), random.choice(units)): D(random.randrange(10**5)) / 100 for _ in range(5)}
    return random, costs, direct, centres, known, units


@pytest.mark.parametrize("part", range(5))
@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_lost_and_the_order_of_units_changes_nothing(method, part):
    for number in range(part, FEDERATIONS, 5):
        random, costs, direct, centres, known, units = drawn(number)
        found = allocate(costs, direct, centres, known, units, method, "SEK")
        assert sum(found.by_unit.values()) == sum(costs.values()), number
        assert set(found.used) == set(units)
        for name in costs:
            assert sum(found.used[unit][name] for unit in units) == found.totals[name], number
            given = sum(amount for (giver, _), amount in found.flows.items() if giver == name)
            got = sum(amount for (_, taker), amount in found.flows.items() if taker == name)
            assert abs(F(found.totals[name]) - (F(costs[name]) + got - given)) < F(1, 100), number
            done = sum(amount for (of, _), amount in direct.items() if of == name)
            assert found.shared[name] == F(costs[name]) - F(done) + got, number  # the equations, for every method
            assert (name, name) not in found.flows
        random.shuffle(units)
        random.shuffle(centres)
        assert allocate(costs, direct, centres, known, units, method, "SEK") == found, number


def test_one_service_is_shared_alike_by_all_methods():
    for number in range(FEDERATIONS):
        _, costs, direct, centres, known, units = drawn(number)
        one, *_ = centres
        own = {place: amount for place, amount in direct.items() if place[0] == one.name}
        used = [
            allocate({one.name: costs[one.name]}, own, [one], known, units, method, "SEK").used for method in METHODS
        ]
        assert used[0] == used[1] == used[2], number


def test_each_unit_gets_its_part_of_what_was_shared():
    """The second way: from the exact amounts to share, by each key's part, without the code's own parts."""
    for number in range(FEDERATIONS):
        _, costs, direct, centres, known, units = drawn(number)
        found = allocate(costs, direct, centres, known, units, "reciprocal", "SEK")
        odd = {name for name, _ in found.without_key}
        for one in centres:
            if one.name in odd:
                continue
            others = [c.name for c in centres if c.name != one.name]
            prices = {
                key: found.shared[one.name]
                * F(weight)
                / F(sum(one.key.values()))
                / F(sum(known[key].get(user, D(0)) for user in (*units, *others)))
                for key, weight in one.key.items()
            }
            for unit in units:
                exact = F(direct.get((one.name, unit), D(0)))
                exact += sum(price * F(known[key].get(unit, D(0))) for key, price in prices.items())
                assert abs(F(found.used[unit][one.name]) - exact) < F(1, 100), (number, one.name, unit)
