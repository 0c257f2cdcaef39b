"""Rounding: halves away from zero, to the unit that ISO 4217 gives a currency; parts that add up, always."""

from decimal import Decimal, getcontext, localcontext
from fractions import Fraction

import pytest
from babel.core import get_global
from babel.numbers import list_currencies
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.rounding import EXACT, decimals, down, half_away, in_quanta, in_units, largest_remainder, unit_of

D = Decimal
CURRENCIES = ["SEK", "EUR", "KES", "CLP", "JOD", "CLF"]
amounts = st.decimals(min_value=-(10**13), max_value=10**13, places=6, allow_nan=False, allow_infinity=False)
#: Where CLDR counts how money is paid today, not ISO 4217's minor unit (or where the currency is history).
CLDR_COUNTS_CASH = set(
    "ADP AFN ALL BYR ESP IQD IRR ITL KPW LAK LBP LUF MGA MGF MMK MRO RSD SLL SOS STD SYP TMM TRL YER ZMK ZWD".split()
)


@pytest.mark.parametrize(
    ("amount", "currency", "half", "cut"),
    [
        ("0.005", "SEK", "0.01", "0.00"),
        ("0.0049999999999999999999", "SEK", "0.00", "0.00"),
        ("-0.005", "SEK", "-0.01", "0.00"),
        ("-0.0049", "SEK", "0.00", "0.00"),
        ("150.015", "SEK", "150.02", "150.01"),
        ("-150.015", "SEK", "-150.02", "-150.01"),
        ("14849.9865", "SEK", "14849.99", "14849.98"),
        ("18199.9945", "SEK", "18199.99", "18199.99"),
        ("2.5", "CLP", "3", "2"),
        ("3.5", "CLP", "4", "3"),
        ("-2.5", "CLP", "-3", "-2"),
        ("0.45", "CLP", "0", "0"),
        ("185185.05", "CLP", "185185", "185185"),
        ("1.5", "CLP", "2", "1"),
        ("1.5015", "JOD", "1.502", "1.501"),
        ("0.0015", "JOD", "0.002", "0.001"),
        ("1", "SEK", "1.00", "1.00"),
        ("0", "SEK", "0.00", "0.00"),
        ("-0", "SEK", "0.00", "0.00"),
        ("1E+5", "SEK", "100000.00", "100000.00"),
        ("999999999999999.995", "SEK", "1000000000000000.00", "999999999999999.99"),
    ],
)
def test_halves_go_away_from_zero_and_down_goes_towards_it(amount, currency, half, cut):
    assert str(half_away(D(amount), currency)) == half
    assert str(down(D(amount), currency)) == cut


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("100.00", "CLP", "100"),
        ("100.50", "CLP", "100.50"),
        ("7", "SEK", "7.00"),
        ("7.100", "SEK", "7.10"),
        ("7.105", "SEK", "7.105"),
        ("-0.005", "JOD", "-0.005"),
        ("0", "SEK", "0.00"),
    ],
)
def test_an_amount_is_written_in_units_and_never_rounded_to_them(amount, currency, written):
    assert str(in_units(D(amount), currency)) == written


@pytest.mark.parametrize(
    ("currency", "digits", "unit"),
    [
        ("SEK", 2, "0.01"),
        ("EUR", 2, "0.01"),
        ("KES", 2, "0.01"),
        ("USD", 2, "0.01"),
        ("CLP", 0, "1"),
        ("JPY", 0, "1"),
        ("ISK", 0, "1"),
        ("JOD", 3, "0.001"),
        ("KWD", 3, "0.001"),
        ("CLF", 4, "0.0001"),
        ("UYW", 4, "0.0001"),
    ],
)
def test_units_are_those_of_iso_4217(currency, digits, unit):
    assert decimals(currency) == digits
    assert str(unit_of(currency)) == unit


def test_every_currency_agrees_with_cldr_or_is_known_not_to():
    fractions = get_global("currency_fractions")
    differing = {c for c in list_currencies() if fractions.get(c, fractions["DEFAULT"])[0] != decimals(c)}
    assert differing == CLDR_COUNTS_CASH


@given(amounts, st.sampled_from(CURRENCIES))
@settings(max_examples=200, deadline=None)
def test_rounding_moves_at_most_half_a_unit_and_once(amount, currency):
    unit = unit_of(currency)
    found = half_away(amount, currency)
    assert abs(Fraction(found) - Fraction(amount)) <= Fraction(unit) / 2
    assert (Fraction(found) / Fraction(unit)).denominator == 1
    assert found.as_tuple().exponent == -decimals(currency)
    assert half_away(found, currency) == found
    assert half_away(-amount, currency) == -found
    cut = down(amount, currency)
    assert abs(cut) <= abs(amount)
    assert abs(Fraction(cut) - Fraction(amount)) < Fraction(unit)


def test_rounding_does_not_depend_on_the_callers_context():
    """A caller that works with few digits must not lose öre, nor have its own context changed."""
    with localcontext() as context:
        context.prec = 5
        assert str(half_away(D("123456789012.345"), "SEK")) == "123456789012.35"
        assert str(down(D("123456789012.349"), "SEK")) == "123456789012.34"
        parts = largest_remainder(D("123456789012.34"), {"a": D(1), "b": D(2)}, "SEK")
        assert [str(p) for p in parts.values()] == ["41152263004.11", "82304526008.23"]
        assert getcontext().prec == 5


@pytest.mark.parametrize(
    ("total", "weights", "currency", "expected"),
    [
        # the month of the contract's first worked levy: 12.5, 1.5 and 1 of 15 %
        ("-150.02", {"service": "0.125", "investment": "0.015", "solidarity": "0.010"}, "SEK", "-125.02 -15.00 -10.00"),
        (
            "14849.99",
            {"service": "0.125", "investment": "0.015", "solidarity": "0.010"},
            "SEK",
            "12374.99 1485.00 990.00",
        ),
        ("100.00", {"a": "1", "b": "1", "c": "1"}, "SEK", "33.34 33.33 33.33"),  # a tie: the first name
        ("100.00", {"c": "1", "b": "1", "a": "1"}, "SEK", "33.33 33.33 33.34"),  # by name, not by place
        ("-100.00", {"a": "1", "b": "1", "c": "1"}, "SEK", "-33.33 -33.33 -33.34"),
        ("0.02", {"a": "1", "b": "4", "c": "1"}, "SEK", "0.00 0.02 0.00"),  # all have a third left: the larger weight
        ("0.02", {"a": "4", "b": "1", "c": "1"}, "SEK", "0.02 0.00 0.00"),
        # a month of credit notes alone: the larger weight is the larger by size
        ("0.02", {"a": "-1", "b": "-4", "c": "-1"}, "SEK", "0.00 0.02 0.00"),
        ("10", {"a": "1", "b": "1", "c": "1"}, "CLP", "4 3 3"),
        ("1.000", {"a": "2", "b": "1"}, "JOD", "0.667 0.333"),
        ("0.00", {"a": "1", "b": "3"}, "SEK", "0.00 0.00"),
        ("0.00", {"a": "1", "b": "-1"}, "SEK", "0.00 0.00"),
        ("0.00", {"a": "0", "b": "0"}, "SEK", "0.00 0.00"),
        ("5.00", {"a": "0", "b": "1"}, "SEK", "0.00 5.00"),
        ("5.00", {"only": "-3"}, "SEK", "5.00"),
        ("1.00", {"a": "3", "b": "-1"}, "SEK", "1.50 -0.50"),
        ("0.00", {}, "SEK", ""),
    ],
)
def test_a_split_adds_up_and_its_ties_are_settled(total, weights, currency, expected):
    parts = largest_remainder(D(total), {name: D(w) for name, w in weights.items()}, currency)
    assert list(parts) == list(weights)
    assert " ".join(str(p) for p in parts.values()) == expected


@given(
    st.integers(-(10**15), 10**15),
    st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 10**9), min_size=1, max_size=8),
    st.sampled_from(CURRENCIES),
)
@settings(max_examples=200, deadline=None)
def test_parts_add_up_and_are_within_a_unit_of_their_exact_share(units, numbers, currency):
    unit = unit_of(currency)
    total = units * unit
    weights = {name: D(n) / 1000 for name, n in numbers.items()}
    if not any(weights.values()):
        total = D(0)
    parts = largest_remainder(total, weights, currency)
    assert sum(parts.values()) == total
    whole = sum(map(Fraction, weights.values()))
    for name, part in parts.items():
        assert (Fraction(part) / Fraction(unit)).denominator == 1
        if whole:
            exact = Fraction(total) * Fraction(weights[name]) / whole
            assert abs(Fraction(part) - exact) < Fraction(unit)


@given(
    st.integers(-(10**6), 10**6),
    st.lists(
        st.tuples(st.text("abc", min_size=1, max_size=2), st.integers(0, 99)), min_size=1, unique_by=lambda t: t[0]
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=100, deadline=None)
def test_the_order_of_names_changes_nothing(units, pairs, random):
    weights = {name: D(n) for name, n in pairs}
    total = units * D("0.01") if any(weights.values()) else D(0)
    shuffled = list(weights.items())
    random.shuffle(shuffled)
    assert largest_remainder(total, dict(shuffled), "SEK") == largest_remainder(total, weights, "SEK")


@given(st.integers(1, 10**6), st.lists(st.integers(1, 999), min_size=2, max_size=6))
@settings(max_examples=100, deadline=None)
def test_larger_remainders_are_served_first(units, numbers):
    """Whoever got the extra unit had at least the remainder (exact, as a fraction) of whoever did not."""
    weights = {f"n{i}": D(n) for i, n in enumerate(numbers)}
    parts = largest_remainder(units * D("0.01"), weights, "SEK")
    rest, extra = {}, {}
    for name, weight in weights.items():
        exact = Fraction(units) * Fraction(weight) / sum(numbers)
        rest[name] = (exact - exact.__floor__(), weight)
        extra[name] = int(parts[name] * 100) - exact.__floor__()
    assert set(extra.values()) <= {0, 1}
    served = [rest[name] for name in weights if extra[name]]
    others = [rest[name] for name in weights if not extra[name]]
    assert not served or not others or min(served) >= max(others)


def test_the_trace_of_a_division_turns_no_half():
    """A third of 0.015 is 0.005, which 60 digits of a third may miss."""
    with localcontext(EXACT):
        half = D(1) / 3 * D("0.015") - D("1e-62")
    assert half < D("0.005")
    assert half_away(half, "EUR") == D("0.01")
    assert half_away(half.copy_negate(), "EUR") == D("-0.01")
    assert half_away(D("0.00499999999999999999"), "EUR") == 0


@pytest.mark.parametrize(
    ("total", "exact", "quantum", "parts"),
    [
        ("100", ["100/3"] * 3, "0.01", ["33.34", "33.33", "33.33"]),
        ("100", ["100/3"] * 3, "1", ["34", "33", "33"]),
        # the largest remainder first, wherever it stands
        ("10", ["3.2", "3.1", "3.7"], "1", ["3", "3", "4"]),
        # cut towards minus infinity: -0.5 is half a unit above -1
        ("2", ["-0.5", "2.5"], "1", ["0", "2"]),
        # 103 in tens: 3 is change, and goes to whom the next ten would go to
        ("103", ["34.4", "34.3", "34.3"], "10", ["40", "33", "30"]),
        ("0", ["0", "0"], "1", ["0", "0"]),
        ("-1", ["-0.25", "-0.75"], "1", ["0", "-1"]),
    ],
)
def test_parts_in_whole_notes_add_up(total, exact, quantum, parts):
    assert in_quanta(D(total), [Fraction(e) for e in exact], D(quantum)) == [D(p) for p in parts]


def test_parts_in_different_notes_and_with_caps():
    assert in_quanta(D(20), [Fraction("-7.25"), Fraction("27.25")], [D("0.01"), D(10)]) == [D("-7.25"), D("27.25")]
    # 18 would be 20 in tens, but no more than 19 is due; the rest goes to the other
    assert in_quanta(D(30), [Fraction(18), Fraction(12)], D(10), at_most=[D(19), D(20)]) == [D(19), D(11)]
    # a second round, where caps leave something of the first
    assert in_quanta(D(30), [Fraction("5"), Fraction("25")], D(10), at_most=[D(1), D(40)]) == [D(1), D(29)]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.fractions(-1000, 1000, max_denominator=50), min_size=1, max_size=8),
    st.sampled_from(["0.01", "1", "10"]),
)
def test_parts_in_whole_notes_are_within_one_of_them(exact, quantum):
    cents = (sum(exact) * 100).__floor__()
    exact[-1] += Fraction(cents, 100) - sum(exact)
    parts = in_quanta(D(cents) / 100, exact, D(quantum))
    assert sum(parts) == D(cents) / 100
    assert all(abs(Fraction(p) - e) < Fraction(quantum) for p, e in zip(parts, exact, strict=True))
    assert sum(1 for p in parts if p % D(quantum)) <= 1
