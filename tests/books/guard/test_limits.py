"""How long, deep and large what is written may be: just so much passes, and one more is refused by its own name."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.books.guard import PRICES, PROFILES, UNIT_BOOKS, parse_guarded
from ledger.books.guard_profiles import MAX_TEXT_BYTES
from ledger.books.guard_tokens import endless, plain

FILE = "/federation/units/repris/books/2026/2026-01.beancount"


def codes(text: str, profile=UNIT_BOOKS) -> list[tuple[str, int | None]]:
    """What a text is refused with, and where."""
    parsed = parse_guarded(
        text.encode(), file=FILE, shown="x", profile=profile, unit="repris", today=dt.date(2026, 11, 21)
    )
    return [(problem.code, problem.line) for problem in parsed.problems]


def posting(amount: str, account: str = "Assets:1930-Bank") -> str:
    return f'2026-01-01 * "x"\n  {account}  {amount}\n  Equity:2091-Balanserat\n'


#: What may be so long: as many as may be, text by number, the refusal's name.
LIMITS = {
    "parts of an account": (8, lambda n: posting("1 SEK", "Assets" + ":A" * (n - 1)), "ACCOUNT_LONG"),
    "letters of an account": (120, lambda n: posting("1 SEK", "Assets:" + "A" * (n - 7)), "ACCOUNT_LONG"),
    "letters of a commodity": (24, lambda n: posting("1 " + "A" * n), "CURRENCY_NAME"),
    "digits": (15, lambda n: posting("1" * n + " SEK"), "NUMBER_LONG"),
    "digits before a point": (15, lambda n: posting("1" * n + ".5 SEK"), "NUMBER_LONG"),
    "digits behind the point": (8, lambda n: posting("1." + "1" * n + " SEK"), "NUMBER_LONG"),
    "digits with zeros": (15, lambda n: posting("1" + "0" * (n - 1) + " SEK"), "NUMBER_LONG"),
    "digits with nines": (15, lambda n: posting("9" * n + " SEK"), "NUMBER_LONG"),
    "zeros behind the point": (8, lambda n: posting("1." + "0" * n + " SEK"), "NUMBER_LONG"),
    "nines behind the point": (8, lambda n: posting("1." + "9" * n + " SEK"), "NUMBER_LONG"),
    "digits of a product": (15, lambda n: posting(f"1{'0' * (n - 2)} * 10 SEK"), "NUMBER_LONG"),
    "brackets in brackets": (20, lambda n: posting("(" * n + "1" + ")" * n + " SEK"), "EXPRESSION_DEEP"),
    "operators": (40, lambda n: posting("1" + "+1" * n + " SEK"), "EXPRESSION_LONG"),
    "operators of all kinds": (40, lambda n: posting("1" + ("+1-1*1/1" * 11)[: 2 * n] + " SEK"), "EXPRESSION_LONG"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_just_so_much(name):
    most, text, code = LIMITS[name]
    assert codes(text(most)) == []
    assert codes(text(most + 1)) == [(code, 2)]


@pytest.mark.parametrize(("rows", "expected"), [(64, []), (65, [("TEXT_LONG", 2)])])
@pytest.mark.parametrize("text", ['2026-01-01 note Assets:1930-Bank "{}"\n', '2026-01-01 event "place" "{}"\n'])
def test_a_text_has_64_lines(text, rows, expected):
    found = codes("\n" + text.format("\n".join(["row"] * rows)))
    assert [code for code, _ in found] == [code for code, _ in expected]


def test_brackets_and_operators_are_counted_line_by_line():
    """Ten in one amount and forty in the next are not fifty; closed brackets aren't around what follows."""
    many = posting("1" + "+1" * 40 + " SEK").replace("  Equity", f"  Assets:1910-Kassa  1{'-1' * 40} SEK\n  Equity")
    assert codes(many) == []
    assert codes(posting("+".join(["(1)"] * 30) + " SEK")) == []
    assert codes(posting("((((((((((1))))))))))+((((((((((1)))))))))) SEK")) == []


#: 16 digits, made by arithmetic: no number that is written is so long.
HUGE = "90000000 * 90000000"
PLACES = {
    "units": posting(f"{HUGE} SEK"),
    "units without a commodity": posting(HUGE),
    "a price": posting(f"1 EUR @ {HUGE} SEK"),
    "a cost for each": posting(f"1 STK {{{HUGE} SEK}}"),
    "a cost for all": posting(f"1 STK {{{{{HUGE} SEK}}}}"),
    "a cost of both kinds": posting(f"1 STK {{1 # {HUGE} SEK}}"),
    "metadata": f'2026-01-01 * "x"\n  hours: {HUGE}\n  Assets:1930-Bank  1 SEK\n  Equity:2091-Balanserat\n',
    "an amount in metadata": f'2026-01-01 * "x"\n  fee: {HUGE} SEK\n  Assets:1930-Bank  1 SEK\n  Equity:2091-B\n',
    "a balance": f"2026-01-01 balance Assets:1930-Bank  {HUGE} SEK\n",
    "a tolerance": f"2026-01-01 balance Assets:1930-Bank  1 ~ {HUGE} SEK\n",
    "a custom directive": f'2026-01-01 custom "internal-stock" "vagbod" {HUGE} SEK\n',
}


@pytest.mark.parametrize("place", PLACES)
def test_no_arithmetic_makes_a_number_longer(place):
    assert {code for code, _ in codes(PLACES[place])} == {"NUMBER_LONG"}
    assert codes(PLACES[place].replace(HUGE, "90000000 * 9000000")) == []


def test_no_arithmetic_makes_a_rate_longer():
    assert [code for code, _ in codes(f"2026-01-01 price EUR {HUGE} SEK\n", PRICES)] == ["NUMBER_LONG"]


@pytest.mark.parametrize(
    "interval", ["daily", "weekly", "monthly", "quarterly", "yearly", "Monthly", "fortnightly", ""]
)
def test_intervals_of_budgets(interval):
    found = codes(f'2026-01-01 custom "budget" Expenses:5010-Hyra "{interval}" 8000.00 SEK\n')
    assert found == ([] if interval and interval != "fortnightly" else [("CUSTOM_VALUES", 1)])


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("1,234,567,890,123 SEK", ["GROUPING_COMMA"]),  # thirteen digits
        ("1,234,567,890,123,456 SEK", ["GROUPING_COMMA", "NUMBER_LONG"]),
        ("12,34 SEK", ["GROUPING_COMMA"]),
        ("1,5 + 1.123456789 SEK", ["GROUPING_COMMA", "NUMBER_LONG"]),
    ],
)
def test_a_grouped_number_is_refused_for_its_commas_and_for_its_digits_where_they_are_too_many(amount, expected):
    assert [code for code, _ in codes(posting(amount))] == expected


@pytest.mark.parametrize(
    ("far", "is_endless"), [(MAX_TEXT_BYTES, False), (MAX_TEXT_BYTES + 1, True), (MAX_TEXT_BYTES * 3, True)]
)
@pytest.mark.parametrize("end", ['"\n', ""], ids=["closed", "never closed"])
@pytest.mark.parametrize("before", ["", "; 1\n", '"a" "b" ; 1\n'], ids=["at once", "first", "behind others"])
def test_a_quote_that_is_not_closed_for_half_a_mebibyte(far, is_endless, end, before):
    data = (before + '"' + "\n" * far + end).encode()
    assert endless(data) == (before.count("\n") + 1 if is_endless else None)
    if is_endless:
        assert not plain(data)
    assert plain((before + '"' + "\n" * 1000 + '"\n').encode())


def test_texts_that_end_on_their_line_may_be_as_far_apart_as_they_like():
    data = b'"a"' + b"\n" * (MAX_TEXT_BYTES + 1) + b'"b"\n'
    assert endless(data) is None


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("1,000" + "+1" * 40, ["GROUPING_COMMA"]),
        ("1,000" + "+1" * 41, ["EXPRESSION_LONG", "GROUPING_COMMA"]),
        ("(" * 20 + "1,000" + ")" * 20, ["GROUPING_COMMA"]),
        ("(" * 21 + "1,000" + ")" * 21, ["EXPRESSION_DEEP", "GROUPING_COMMA"]),
    ],
)
def test_a_first_line_is_counted_like_any_other(amount, expected):
    text = f"2026-01-01 balance Assets:1930-Bank  {amount} SEK\n"
    assert sorted(codes(text)) == [(code, 1) for code in expected]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("(1) + 1,000 SEK", ["GROUPING_COMMA"]),
        ("((1)) * -1 + +1,000 - 1/2 SEK", ["GROUPING_COMMA"]),
        ("1,000 + (((((((((((((((((((((1))))))))))))))))))))) SEK", ["EXPRESSION_DEEP", "GROUPING_COMMA"]),
        ("1,000" + "+1" * 41 + " SEK", ["EXPRESSION_LONG", "GROUPING_COMMA"]),
    ],
)
def test_what_is_read_word_by_word_is_told_for_what_is_wrong_alone(amount, expected):
    assert sorted(code for code, _ in codes(posting(amount))) == expected


#: Amounts of a voucher, the last one open: whether rounding what is missing could need more than 28 digits.
FRACTIONS = [
    (["1/3"], True),  # 0.333..., 28 digits
    (["1/3", "10"], False),  # 10.333... with 28 decimals has 30
    (["1/3", "10.5"], True),  # rounded to one decimal
    (["1/3", "10.55"], True),
    (["1/3", "1"], False),
    (["10/3"], True),  # 3.333..., 27 decimals
    (["10/3", "10"], False),  # 13.33... with 27 decimals has 29
    (["0.1", "1/3", "99999999999999"], True),
]


@pytest.mark.parametrize(("amounts", "passes"), FRACTIONS)
def test_fractions_without_an_end_beside_an_open_amount(amounts, passes):
    rows = "".join(f"  Assets:A{number}  {amount} SEK\n" for number, amount in enumerate(amounts))
    text = f'2026-01-01 * "x"\n{rows}  Equity:2091-Balanserat\n'
    assert codes(text) == ([] if passes else [("FRACTION_ENDLESS", 1)])
    assert codes(text.replace("Balanserat\n", "Balanserat  -1 SEK\n")) == []  # nothing is left open


@pytest.mark.parametrize(
    ("rate", "passes"),
    [
        ("@ 1 SEK", True),  # 0.333...: 28 decimals and nothing before the point
        ("@ 1000 SEK", False),  # 333.33...
        ("@@ 1 SEK", True),
        ("{1 SEK}", True),
        ("{1000 SEK}", False),
        ("{0.5 SEK}", True),
        ("{1 # 1 SEK}", True),
        ("{1 # 1000 SEK}", False),
        ("{1000 # 1 SEK}", False),
    ],
)
def test_fractions_of_what_has_a_rate_or_a_cost(rate, passes):
    text = f'2026-01-01 * "x"\n  Assets:A  1/3 STK {rate}\n  Equity:2091-Balanserat\n'
    assert codes(text) == ([] if passes else [("FRACTION_ENDLESS", 1)])


UNIT_DIRECTIVES = "balance, close, document, event, note, open, transaction"
UNIT_CUSTOMS = 'custom "budget", custom "fund-application", custom "internal-stock", custom "loan-application"'


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("main", "option, plugin, include"),
        ("accounts", f"{UNIT_DIRECTIVES}, {UNIT_CUSTOMS}"),
        ("books", f"{UNIT_DIRECTIVES}, {UNIT_CUSTOMS}"),
        ("prices", 'commodity, price, custom "average-rate"'),
        ("adjustments", "transaction"),
    ],
)
def test_what_may_stand_in_a_file_as_remedies_list_it(name, allowed):
    assert PROFILES[name].allowed == allowed


def test_what_may_stand_in_policy_as_remedies_list_it():
    listed = PROFILES["policy"].allowed.split(", ")
    assert listed == sorted(listed)
    assert listed[:3] == ['custom "allocation-key"', 'custom "cost-centre"', 'custom "decision"']
    assert len(listed) == 17
