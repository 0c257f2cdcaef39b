"""Transit over a year's end: what one period takes in is what the next takes back, to the last cent (SPEC 10).

Figures are worked by hand. Rates: 11.40 at the beginning of 2026, 11.50 on average in December, 11.51 at the year's
end; 11.55 on average in January, 11.60 on its last day.
"""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.combine.reports.equity import equity

from .conftest import table
from .test_kinds import ENTITY

EURO = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'
PRICES = """
2026-12-25 price EUR 11.45 SEK
2026-12-30 price EUR 11.50 SEK
2026-12-31 price EUR 11.51 SEK
2027-01-02 price EUR 11.52 SEK
2027-01-29 price EUR 11.55 SEK
2027-01-31 price EUR 11.60 SEK
2026-12-31 custom "average-rate" "EUR" 11.50 SEK
2027-01-31 custom "average-rate" "EUR" 11.55 SEK
"""
OLD, NEW = dt.date(2026, 12, 31), dt.date(2027, 1, 31)


def voucher(day, partner, *lines):
    """A voucher of one link, every posting tagged."""
    tags = f'    partner: "{partner}"\n    ic: "trade"\n'
    return f'{day} * "Dealing" ^ic-a-1\n' + "".join(f"  {line}\n{tags}" for line in lines)


def sold(partner, amount):
    """Sold on 30 December."""
    return voucher("2026-12-30", partner, f"Assets:1660-Claim  {amount}", f"Income:3041-Sales  -{amount}")


def bought(partner, amount):
    """Bought on 2 January."""
    return voucher("2027-01-02", partner, f"Expenses:5710-Freight  {amount}", f"Liabilities:2860-Debt  -{amount}")


def told(found):
    """What is said of the dealing; books aren't remeasured here, which is said of the pair."""
    return sorted((u.code, str(u.amount), u.currency) for u in found.unmatched if u.key == "ic-a-1")


def opening_and_closing(found):
    rows = {row.line: (row.opening, row.closing) for row in equity(found)}
    return rows["total"]


def years(combined, texts):
    return [combined(texts, prices=PRICES, date_to=day) for day in (OLD, NEW)]


def test_sold_in_euros_bought_by_a_book_in_euros(combined):
    """Cost of 100 EUR: 1,150 at December's average, with which it was taken in; 1,155 at January's: 5 are left.

    The debt is 1,151 at the year's end: the 1.00 between average and closing is a difference of rates, not money.
    """
    texts = {
        "a": (sold("b", "100.00 EUR @@ 1150 SEK"), ENTITY),
        "b": (
            voucher("2027-01-02", "a", "Expenses:600-Compras  100.00 EUR", "Liabilities:55241-Cuenta  -100.00 EUR"),
            EURO,
        ),
    }
    old, new = years(combined, texts)
    got = table(old)
    assert told(old) == [("CUT_OFF", "100.00", "EUR")]
    assert (got["600", "ADJ"], got["55241", "ADJ"], got["In", "ADJ"]) == ("1150.00", "-1151.00", "1.00")
    assert {row.line for row in old.trial_balance if row.account == "In-transit"} == {"CTA"}
    assert told(new) == [("CUT_OFF", "100.00", "EUR"), ("FX_DIFF", "5.00", "SEK")]
    got = table(new)
    assert (got["600", "ADJ"], got["Earlier", "ADJ"]) == ("-1150.00", "1150.00")
    assert not {row.account for row in new.trial_balance if row.account == "In-transit"}
    assert opening_and_closing(new)[0] == opening_and_closing(old)[1]


def test_the_taking_back_says_that_it_is_one(combined):
    texts = {"a": (sold("b", "1000.00 SEK"), ENTITY), "b": (bought("a", "1000.00 SEK"), ENTITY)}
    (before,), (after,) = (found.unmatched for found in years(combined, texts))
    assert "taken back on the period's next day" in before.remedy
    assert "taken back" in after.message
    assert after.remedy == "Nothing to do."


def test_taken_back_on_the_first_day_out_of_the_opening_balance(combined):
    """Nothing else is booked: equity is 0 at the year's end, at the beginning and at the end of January."""
    texts = {"a": (sold("b", "1000.00 SEK"), ENTITY), "b": (bought("a", "1000.00 SEK"), ENTITY)}
    old, new = years(combined, texts)
    assert opening_and_closing(old) == opening_and_closing(new) == (0, 0)
    assert [(e.date, e.reverses) for e in new.entries if e.column == "ADJ"] == [
        (OLD, dt.date(2027, 1, 1)),
        (dt.date(2027, 1, 1), None),
    ]
    assert not any(row.adjusted for row in equity(new))


@pytest.mark.parametrize(
    ("entity", "amount", "taken", "left", "rest"),
    [
        (ENTITY, "1000.00", "999.50", ("TOLERANCE", "0.50", "SEK"), "0.50"),
        ("", "100.00", "90.00", ("AMOUNT_DIFF", "10.00", "SEK"), "10.00"),
        ("", "100.00", "110.00", ("AMOUNT_DIFF", "10.00", "SEK"), "-10.00"),
    ],
)
def test_what_nearly_answers_is_in_transit_all_the_same(combined, entity, amount, taken, left, rest):
    """The voucher is taken in as it is booked; the rest of the dealing is a difference, this year and next."""
    texts = {"a": (sold("b", f"{amount} SEK"), entity), "b": (bought("a", f"{taken} SEK"), entity)}
    old, new = years(combined, texts)
    assert told(old) == told(new) == sorted([("CUT_OFF", taken, "SEK"), left])
    assert (str(old.result), str(new.result)) == (rest, "0.00")
    assert table(old)["5710", "ADJ"] == taken
    assert table(new)["5710", "ADJ"] == f"-{taken}"


def test_of_several_late_vouchers_those_are_taken_that_answer(combined):
    """500 sold in December. January: 300 sold and bought, and the 500, booked after it: only they are December's."""
    january = voucher("2027-01-01", "b", "Assets:1660-Claim  300.00 SEK", "Income:3041-Sales  -300.00 SEK")
    first = bought("a", "300.00 SEK").replace("2027-01-02", "2027-01-01")
    texts = {"a": (sold("b", "500.00 SEK") + january, ""), "b": (first + bought("a", "500.00 SEK"), "")}
    old, new = years(combined, texts)
    assert (told(old), str(old.result)) == ([("CUT_OFF", "500.00", "SEK")], "0.00")
    assert (told(new), str(new.result)) == ([("CUT_OFF", "500.00", "SEK")], "0.00")


def test_dealings_of_january_are_no_answer_to_an_old_difference(combined):
    """500 that the buyer never books, and 100 of January that both have: the 100 aren't December's."""
    january = voucher("2027-01-02", "b", "Assets:1660-Claim  100.00 SEK", "Income:3041-Sales  -100.00 SEK")
    texts = {"a": (sold("b", "500.00 SEK") + january, ""), "b": (bought("a", "100.00 SEK"), "")}
    old, _ = years(combined, texts)
    assert told(old) == [("ONE_SIDED", "500.00", "SEK")]


def test_money_on_its_way_is_worth_what_the_claim_is(combined):
    """100 EUR lent in December at 11.50, paid on 30 December; the lender's bank has 1,152 kr of them on 2 January."""
    tag = '    partner: "{}"\n    ic: "loan"\n'
    lent = '2026-12-25 * "Lent" ^ic-a-1\n'
    a = f"""{lent}  Assets:1660-Claim  100.00 EUR @@ 1145 SEK
{tag.format("b")}  Assets:1930-Bank  -1145.00 SEK
2027-01-02 * "Got" ^ic-a-1
  Assets:1930-Bank  1152.00 SEK
  Assets:1660-Claim  -100.00 EUR @@ 1152 SEK
{tag.format("b")}"""
    b = f"""{lent}  Assets:572-Banco  100.00 EUR
  Liabilities:55241-Cuenta  -100.00 EUR
{tag.format("a")}2026-12-30 * "Paid" ^ic-a-1
  Liabilities:55241-Cuenta  100.00 EUR
{tag.format("a")}  Assets:572-Banco  -100.00 EUR
"""
    found = combined({"a": (a, ENTITY), "b": (b, EURO)}, prices=PRICES, date_to=OLD)
    assert "CUT_OFF" in {u.code for u in found.unmatched}
    got = table(found)
    assert (got["1660", "ADJ"], got["In", "ADJ"]) == ("-1151.00", "1151.00")


def test_an_invoice_in_kronor_with_a_cost_in_euros(combined):
    """1,150 SEK are 99.83 EUR to the buyer: 1,148.05 at December's average, 1,153.04 at January's.

    Claims agree in kronor, so do income and cost: 1.95 lie in the rates of December, 4.99 between the two months.
    """
    texts = {
        "a": (sold("b", "1150.00 SEK"), ENTITY),
        "b": (
            voucher(
                "2027-01-02",
                "a",
                "Expenses:600-Compras  99.83 EUR",
                "Liabilities:55241-Cuenta  -1150.00 SEK @@ 99.83 EUR",
            ),
            EURO,
        ),
    }
    old, new = years(combined, texts)
    assert told(old) == [("CUT_OFF", "1150.00", "SEK"), ("FX_DIFF", "1.95", "SEK")]
    assert table(old)["600", "ADJ"] == "1148.05"
    assert told(new) == [("CUT_OFF", "1150.00", "SEK"), ("FX_DIFF", "4.99", "SEK")]
    assert table(new)["600", "ADJ"] == "-1148.05"


def test_income_in_kronor_beside_a_claim_in_euros_is_in_euros(combined):
    """Claim 100 EUR, income 1,145 kr of the day; the buyer's 100 EUR cost 1,150 at the average: rates make the 5.

    A cost of 90 EUR is 1,035 kr, and 110 too little: no rate explains that.
    """
    sale = voucher("2026-12-20", "b", "Assets:1660-Claim  100.00 EUR @@ 1145 SEK", "Income:3041-Sales  -1145.00 SEK")
    buy = voucher("2026-12-22", "a", "Expenses:600-Compras  100.00 EUR", "Liabilities:55241-Cuenta  -100.00 EUR")
    found = combined({"a": (sale, ENTITY), "b": (buy, EURO)}, prices=PRICES, date_to=OLD)
    assert told(found) == [("FX_DIFF", "5.00", "SEK")]
    less = buy.replace("Expenses:600-Compras  100.00", "Expenses:600-Compras  90.00")
    less += "  Expenses:629-Otros  10.00 EUR\n"
    wrong = combined({"a": (sale, ENTITY), "b": (less, EURO)}, prices=PRICES, date_to=OLD)
    assert told(wrong) == [("AMOUNT_DIFF", "110.00", "SEK")]
