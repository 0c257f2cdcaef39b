"""What is said of a dealing that doesn't agree, and what a period takes in of it: worked by hand (SPEC 10)."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.combine.reports.answer import answer
from tests.combine.conftest import table
from tests.combine.test_worked import ENTITY, sale

FOREIGN = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'


def told(found):
    return [(u.code, str(u.amount), u.currency) for u in found.unmatched]


def test_a_voucher_that_closes_the_claim_but_not_the_result_is_in_transit_with_a_difference(combined):
    """Sold for 500 on 30 December; on 4 January the buyer books a debt of 500, but as bought from the unit only 450.

    The voucher is taken in whole, the freight of 50 with it, and taken back whole: 50 of income have no other side.
    """
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    mine = mine.replace("2026-03-04", "2026-12-30")
    theirs = theirs.replace("2026-03-05", "2027-01-04").replace(
        "  Expenses:4010-Goods  500.00 SEK\n", "  Expenses:5010-Freight  50.00 SEK\n  Expenses:4010-Goods  450.00 SEK\n"
    )
    texts = {"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}
    old = combined(texts, date_to=dt.date(2026, 12, 31))
    assert told(old) == [("AMOUNT_DIFF", "50.00", "SEK"), ("CUT_OFF", "500.00", "SEK")]
    assert str(old.result) == "0.00"
    new = combined(texts, date_to=dt.date(2027, 1, 31))
    assert told(new) == [("CUT_OFF", "500.00", "SEK")]
    assert str(new.result) == "0.00"
    assert (table(new)["4010", "ADJ"], table(new)["5010", "ADJ"]) == ("-450.00", "-50.00")


def test_a_side_that_names_no_class_takes_the_others(combined):
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    for tag, expected in (("", []), ('    ic: "loan"\n', [("CLASS_MISMATCH", "500.00", "SEK")])):
        other = theirs.replace('    ic: "trade"\n', tag)
        found = combined({"repris": (mine, ENTITY), "kafeet": (other, ENTITY)}, date_to=dt.date(2026, 12, 31))
        assert told(found) == expected
        assert {e.kind for e in found.entries} == (set() if expected else {"trade"})


def test_a_dealing_of_two_classes_is_eliminated_class_by_class_if_they_agree(combined):
    """One voucher: 400 of trade and 100 of other; then the buyer has 390 and 110, so that only the sum agrees."""
    tags = '    partner: "{}"\n    ic: "{}"\n'
    head = '2026-03-04 * "Both" ^ic-repris-1\n'

    def both(*bought):
        mine, theirs = head, head
        for sold, amount, kind in zip(("400.00", "100.00"), bought, ("trade", "other"), strict=True):
            mine += f"  Assets:1661-Intern  {sold} SEK\n{tags.format('kafeet', kind)}"
            theirs += f"  Liabilities:2861-Intern  -{amount} SEK\n{tags.format('repris', kind)}"
        texts = {
            "repris": (mine + "  Assets:1930-Bank  -500.00 SEK\n", ENTITY),
            "kafeet": (theirs + "  Assets:1930-Bank\n", ENTITY),
        }
        found = combined(texts, date_to=dt.date(2026, 12, 31))
        return told(found), [(e.kind, str(e.amount)) for e in found.eliminations]

    assert both("400.00", "100.00") == ([], [("other", "100.00"), ("trade", "400.00")])
    assert both("390.00", "110.00") == ([], [("trade", "500.00")])
    assert both("400.00", "90.00") == ([("AMOUNT_DIFF", "10.00", "SEK")], [("other", "90.00"), ("trade", "400.00")])


def test_two_equal_vouchers_are_a_duplicate_only_if_one_of_them_is_the_difference(combined):
    """Two deliveries of 100 against one of 200 too little by 5: nothing was booked twice."""
    first, _ = sale("repris", "kafeet", "100.00", "100.00", 1)
    _, theirs = sale("repris", "kafeet", "100.00", "195.00", 1)
    found = combined({"repris": (first + first, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=dt.date(2026, 12, 31))
    assert told(found) == [("AMOUNT_DIFF", "5.00", "SEK")]
    _, theirs = sale("repris", "kafeet", "100.00", "100.00", 1)
    found = combined({"repris": (first + first, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=dt.date(2026, 12, 31))
    assert told(found) == [("DUPLICATE", "100.00", "SEK")]


def test_a_cent_for_each_posting_is_what_rates_may_differ_by(combined):
    """Four debts of 0.50 EUR at 11.11 are 5.555 → 5.56 kr each, 22.24 kr; so are their costs.

    Four claims of 5.58 kr are 0.08 kr more, a cent for each of the eight postings; four of 5.59 kr are another price.
    """
    prices = '2026-03-31 price EUR 11.11 SEK\n2026-03-31 custom "average-rate" "EUR" 11.11 SEK\n'

    def both(worth):
        tags = '    partner: "{}"\n    ic: "trade"\n'
        mine = '2026-03-10 * "Dealing" ^ic-mitt-1\n' + 4 * (
            f"  Assets:1660-Claim  {worth} SEK\n{tags.format('andel')}"
            f"  Income:3002-Internal  -{worth} SEK\n{tags.format('andel')}"
        )
        theirs = '2026-03-10 * "Dealing" ^ic-mitt-1\n' + 4 * (
            f"  Expenses:623-Servicios  0.50 EUR\n{tags.format('mitt')}"
            f"  Liabilities:55241-Cuenta-interna  -0.50 EUR\n{tags.format('mitt')}"
        )
        return combined(
            {"mitt": (mine, ENTITY), "andel": (theirs, FOREIGN)}, prices=prices, date_to=dt.date(2026, 3, 31)
        )

    assert told(both("5.56")) == []
    assert told(both("5.58")) == [("FX_DIFF", "0.08", "SEK")]
    assert told(both("5.59")) == [("TOLERANCE", "0.12", "SEK")]


@pytest.mark.parametrize(
    ("sold", "bought", "taken_in"),
    [
        ("2026-12-30", "2027-01-04", True),
        ("2026-12-05", "2027-01-04", True),
        ("2026-06-01", "2027-01-10", True),
        ("2026-12-30", "2027-01-11", False),  # the eleventh day
    ],
)
def test_what_the_period_before_took_in_is_taken_back_whenever_it_was_sold(combined, sold, bought, taken_in):
    """Sold for 500, bought for 500 in January: within ten days the cost is of the year before, and not of this one."""
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    texts = {
        "repris": (mine.replace("2026-03-04", sold), ENTITY),
        "kafeet": (theirs.replace("2026-03-05", bought), ENTITY),
    }
    old = combined(texts, date_to=dt.date(2026, 12, 31))
    new = combined(texts, date_to=dt.date(2027, 1, 31))
    if taken_in:
        assert (told(old), str(old.result)) == ([("CUT_OFF", "500.00", "SEK")], "0.00")
        assert (told(new), str(new.result)) == ([("CUT_OFF", "500.00", "SEK")], "0.00")
    else:
        assert (told(old), str(old.result)) == ([("ONE_SIDED", "500.00", "SEK")], "500.00")
        assert (told(new), str(new.result)) == ([("AMOUNT_DIFF", "500.00", "SEK")], "-500.00")
    assert old.result + new.result == 0


def test_a_purchase_that_answers_nothing_of_last_year_is_no_taking_back(combined):
    """Last year's sale under the same link was bought last year: this year's cost of 500 stands on its own."""
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    again = theirs.replace("2026-03-05", "2027-01-04")
    texts = {"repris": (mine, ENTITY), "kafeet": (theirs + again, ENTITY)}
    old = combined(texts, date_to=dt.date(2026, 12, 31))
    assert (told(old), str(old.result)) == ([], "0.00")
    new = combined(texts, date_to=dt.date(2027, 1, 31))
    assert [e for e in new.entries if e.column == "ADJ"] == []
    assert str(new.result) == "-500.00"
    assert [u.code for u in new.unmatched] != ["CUT_OFF"]


@pytest.mark.parametrize("entity", [ENTITY, ""], ids=["legal persons", "divisions"])
def test_equal_kronor_hide_no_difference_between_the_documents(combined, entity):
    """Paid at once: sold for 100.00 EUR, bought for 95.00 EUR, both entered as 1,140.00 kr. 5.00 EUR are 57.00 kr."""
    tags = '    partner: "{}"\n    ic: "trade"\n'
    head = '2026-03-10 * "Dealing" ^ic-repris-1\n  Assets:1930-Bank  {}1140.00 SEK\n'
    mine = head.format("") + f"  Income:3002-Sales  -100.00 EUR @@ 1140.00 SEK\n{tags.format('kafeet')}"
    theirs = head.format("-") + f"  Expenses:4010-Goods  95.00 EUR @@ 1140.00 SEK\n{tags.format('repris')}"
    texts = {"repris": (mine, entity), "kafeet": (theirs, entity)}
    prices = "2026-12-31 price EUR 11.40 SEK\n"
    found = combined(texts, date_to=dt.date(2026, 12, 31), prices=prices)
    assert told(found) == [("AMOUNT_DIFF", "5.00", "EUR")]


def on_suspense(text):
    """The buyer's cost waits on suspense, with its tags."""
    return text.replace(' * "Purchase"', ' ! "Purchase"').replace("Expenses:4010-Goods", "Liabilities:2999-Suspense")


@pytest.mark.parametrize("entity", ["", ENTITY])
def test_a_purchase_on_suspense_is_said_to_wait_there_until_it_has_its_account(combined, entity):
    """Sold and bought for 500: the claims go; income of 500 stays until the buyer's 500 leave suspense.

    Both places are named: the seller's income and the buyer's suspense. Nothing of suspense is eliminated.
    """
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    found = combined({"repris": (mine, entity), "kafeet": (on_suspense(theirs), entity)}, date_to=dt.date(2026, 12, 31))
    assert told(found) == [("ON_SUSPENSE", "500.00", "SEK")]
    (one,) = found.unmatched
    assert [source.split("/")[1] for source in one.sources] == ["repris", "kafeet"]
    assert "Put the right account in place of suspense" in one.remedy
    assert [(e.kind, e.section) for e in found.entries if e.column == "ELIM"] == [("trade", "balance")]
    assert str(found.result) == "500.00"
    placed = combined({"repris": (mine, entity), "kafeet": (theirs, entity)}, date_to=dt.date(2026, 12, 31))
    assert (told(placed), str(placed.result)) == ([], "0.00")


def test_what_waits_hides_no_other_difference(combined):
    """The seller hasn't booked; or the buyer's books show another debt, which suspense doesn't explain."""
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    alone = combined({"repris": "", "kafeet": on_suspense(theirs)}, date_to=dt.date(2026, 12, 31))
    assert told(alone) == [("ONE_SIDED", "500.00", "SEK")]
    less = on_suspense(theirs).replace("500.00", "450.00")
    found = combined({"repris": mine, "kafeet": less}, date_to=dt.date(2026, 12, 31))
    assert told(found) == [("AMOUNT_DIFF", "50.00", "SEK")]


def test_a_payment_on_suspense_is_no_payment_yet(combined):
    """Paid from bank to suspense: the debt of 500 stands, the claim is gone on the other side."""
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    tags = '    partner: "{}"\n    ic: "trade"\n'
    got = '\n2026-03-09 * "Paid" ^ic-repris-1\n  Assets:1930-Bank  500.00 SEK\n  Assets:1661-Intern  -500.00 SEK\n'
    paid = (
        '\n2026-03-09 ! "Paid" ^ic-repris-1\n  Assets:1930-Bank  -500.00 SEK\n  Liabilities:2999-Suspense  500.00 SEK\n'
    )
    texts = {"repris": mine + got + tags.format("kafeet"), "kafeet": theirs + paid + tags.format("repris")}
    found = combined(texts, date_to=dt.date(2026, 12, 31))
    assert told(found) == [("ON_SUSPENSE", "500.00", "SEK")]
    assert str(found.lines.get("InternalPayables")) == "-500.00"
    texts["kafeet"] = texts["kafeet"].replace("Liabilities:2999-Suspense  500", "Liabilities:2861-Intern  500")
    assert told(combined(texts, date_to=dt.date(2026, 12, 31))) == []


def test_suspense_of_the_year_before_still_waits(combined):
    """Bought in December, not placed until January: both years' statements say where it waits."""
    mine, theirs = (text.replace("2026-03-0", "2025-12-0") for text in sale("repris", "kafeet", "500.00", "500.00", 1))
    found = combined({"repris": mine, "kafeet": on_suspense(theirs)}, date_to=dt.date(2025, 12, 31))
    assert told(found) == [("ON_SUSPENSE", "500.00", "SEK")]


@pytest.mark.parametrize(
    ("account", "chart"), [("2999-Suspense", ""), ("555-Pendientes", "pgc"), ("2900-Susp", "vsla")]
)
def test_each_chart_s_suspense_takes_a_partner(combined, account, chart):
    text = f"""
2026-03-04 ! "Waits"
  Liabilities:{account}  5.00 SEK
    partner: "kafeet"
    ic: "trade"
  Liabilities:{account}  -5.00 SEK
"""
    toml = f'chart = "{chart}"' if chart else ""
    assert told(combined({"repris": (text, toml), "kafeet": ""}, date_to=dt.date(2026, 12, 31))) == []


def sides(found):
    return [(u.code, [(s.unit, str(s.amount), s.currency, str(s.worth)) for s in u.sides]) for u in found.unmatched]


def test_a_finding_says_what_each_side_has(combined):
    """500 sold, 450 bought: a claim of 500 against a debt of 450; then nothing against it, or both the wrong way."""
    mine, theirs = sale("repris", "kafeet", "500.00", "450.00", 1)
    claim, debt = ("repris", "500.00", "SEK", "500.00"), ("kafeet", "-450.00", "SEK", "-450.00")
    date = dt.date(2026, 12, 31)
    found = combined({"repris": mine, "kafeet": theirs}, date_to=date)
    assert sides(found) == [("AMOUNT_DIFF", [debt, claim])]
    (said,) = answer(found)["unmatched"]
    assert said["sides"] == [
        {"unit": "kafeet", "amount": "-450.00", "currency": "SEK"},
        {"unit": "repris", "amount": "500.00", "currency": "SEK"},
    ]
    alone = combined({"repris": mine, "kafeet": ""}, date_to=date)
    assert sides(alone) == [("ONE_SIDED", [("kafeet", "0", "SEK", "0"), claim])]
    turned = theirs.replace(" -450.00", " {}").replace(" 450.00", " -450.00").format("450.00")
    found = combined({"repris": mine, "kafeet": turned}, date_to=date)
    assert sides(found) == [("SAME_SIGN", [("kafeet", "450.00", "SEK", "450.00"), claim])]


def test_a_side_keeps_the_currency_of_its_document(combined):
    """A claim of 100 EUR at 11.40 against a debt of 1,000 kr: 140 kr less. In one currency both have 100 EUR."""
    tags = '    partner: "{}"\n    ic: "trade"\n'
    mine = (
        f'2026-03-10 * "Sale" ^ic-andel-1\n  Assets:55240-Cuenta-interna  100.00 EUR\n{tags.format("mitt")}'
        f"  Income:700-Ventas  -100.00 EUR\n{tags.format('mitt')}"
    )
    theirs = (
        f'2026-03-10 * "Bought" ^ic-andel-1\n  Expenses:4010-Goods  1000.00 SEK\n{tags.format("andel")}'
        f"  Liabilities:2860-Debt  -1000.00 SEK\n{tags.format('andel')}"
    )
    prices = '2026-03-31 price EUR 11.40 SEK\n2026-03-31 custom "average-rate" "EUR" 11.40 SEK\n'
    texts = {"andel": (mine, FOREIGN), "mitt": (theirs, ENTITY)}
    found = combined(texts, prices=prices, date_to=dt.date(2026, 3, 31))
    claim, debt = ("andel", "100.00", "EUR", "1140.00"), ("mitt", "-1000.00", "SEK", "-1000.00")
    assert (told(found), sides(found)) == ([("AMOUNT_DIFF", "140.00", "SEK")], [("AMOUNT_DIFF", [claim, debt])])


def test_what_is_in_transit_is_what_the_sides_had_on_the_last_day(combined):
    """Sold for 500 in December, bought in January: a claim against nothing yet.

    Sold for 500 and half paid; the second payment leaves one bank in December, and reaches the other in January.
    """
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    mine, theirs = mine.replace("2026-03-04", "2026-12-30"), theirs.replace("2026-03-05", "2027-01-04")
    found = combined({"repris": mine, "kafeet": theirs}, date_to=dt.date(2026, 12, 31))
    both = [("CUT_OFF", [("kafeet", "0", "SEK", "0"), ("repris", "500.00", "SEK", "500.00")])]
    assert sides(found) == both
    assert sides(combined({"repris": mine, "kafeet": theirs}, date_to=dt.date(2027, 1, 31))) == both
    tags = '    partner: "{}"\n    ic: "trade"\n'
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    for got, paid in (("2026-04-02", "2026-04-01"), ("2027-01-02", "2026-12-30")):
        mine += f'\n{got} * "Got" ^ic-repris-1\n  Assets:1930-Bank  250.00 SEK\n  Assets:1661-Intern  -250.00 SEK\n'
        theirs += (
            f'\n{paid} * "Paid" ^ic-repris-1\n  Assets:1930-Bank  -250.00 SEK\n  Liabilities:2861-Intern  250.00 SEK\n'
        )
        mine, theirs = mine + tags.format("kafeet"), theirs + tags.format("repris")
    found = combined({"repris": mine, "kafeet": theirs}, date_to=dt.date(2026, 12, 31))
    assert sides(found) == [("CUT_OFF", [("kafeet", "0.00", "SEK", "0.00"), ("repris", "250.00", "SEK", "250.00")])]


def test_what_names_nobody_shows_what_is_booked(combined):
    unknown = combined({"repris": sale("repris", "nobody", "500.00", "0.00", 1)[0]}, date_to=dt.date(2026, 12, 31))
    assert sides(unknown) == [("UNKNOWN_PARTNER", [("repris", "500.00", "SEK", "None")])]


def test_all_that_the_limit_has_turned_down_keeps_its_sides(combined):
    """Eleven times 1.00 of difference would be tolerated one by one; together they are more than 10 kr."""
    texts = [sale("repris", "kafeet", "101.00", "100.00", number) for number in range(11)]
    mine, theirs = ("".join(side) for side in zip(*texts, strict=True))
    found = combined({"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=dt.date(2026, 12, 31))
    each = [("kafeet", "-100.00", "SEK", "-100.00"), ("repris", "101.00", "SEK", "101.00")]
    assert sides(found) == 11 * [("AMOUNT_DIFF", each)]


ABROAD = """
2026-03-10 custom "average-rate" "EUR" 11.40 SEK
2026-03-10 price EUR 11.00 SEK
2026-03-31 price EUR 11.50 SEK
"""


@pytest.mark.parametrize(
    ("kind", "here", "there", "amount", "words"),
    [
        # 100 EUR of cost at 11.40 against income at 11.30 of its day: 10.00 kr
        ("trade", "Income:3002-Sales  -100.00 EUR @@ 1130.00 SEK", "Expenses:629-Service", "10.00", "in the result"),
        # 100 EUR of income at 11.40 against equity that was shared out at 11.30
        ("dividend", "Equity:2091-Kept  100.00 EUR @@ 1130.00 SEK", "Income:760-Dividend", "10.00", "shared out"),
    ],
)
def test_what_rates_make_is_said_in_words_of_its_own(combined, kind, here, there, amount, words):
    """Paid at once, so that there is no claim which could be remeasured."""
    tags = '    partner: "{}"\n    ic: "{}"\n'
    sign = "" if " -100" in here else "-"
    mine = f'2026-03-10 * "Dealing" ^ic-mitt-1\n  {here}\n{tags.format("andel", kind)}  Assets:1930-Bank\n'
    theirs = (
        f'2026-03-10 * "Dealing" ^ic-mitt-1\n  {there}  {sign}100.00 EUR\n{tags.format("mitt", kind)}'
        "  Assets:572-Banco\n"
    )
    texts = {"mitt": (mine, ENTITY), "andel": (theirs, FOREIGN)}
    found = combined(texts, prices=ABROAD, date_to=dt.date(2026, 3, 31))
    assert told(found) == [("FX_DIFF", amount, "SEK")]
    (said,) = found.unmatched
    assert words in said.remedy
    assert "claim" not in said.text + said.remedy


def test_of_claims_the_rates_can_be_put_right(combined):
    """A claim of 100 EUR, kept at 11.30 while it is worth 11.50."""
    tags = '    partner: "{}"\n    ic: "loan"\n'
    mine = f'2026-03-10 * "Loan" ^ic-mitt-1\n  Assets:1320-Loan  100.00 EUR @@ 1130.00 SEK\n{tags.format("andel")}'
    theirs = f'2026-03-10 * "Loan" ^ic-mitt-1\n  Liabilities:5521-Loan  -100.00 EUR\n{tags.format("mitt")}'
    texts = {
        "mitt": (mine + "  Assets:1930-Bank\n", ENTITY),
        "andel": (theirs + "  Assets:572-Banco\n", FOREIGN),
    }
    found = combined(texts, prices=ABROAD, date_to=dt.date(2026, 3, 31))
    assert told(found) == [("FX_DIFF", "20.00", "SEK")]
    assert "remeasure the claim at the closing rate" in found.unmatched[0].remedy


@pytest.mark.parametrize(("owed", "expected"), [("100.00", []), ("90.00", [("AMOUNT_DIFF", "10.00", "EUR")])])
def test_two_units_that_book_one_invoice_in_euros_at_rates_of_their_own(combined, owed, expected):
    """100 EUR at 11.00 and at 10.90: 10 kr more of income than of cost, which only the rates make; 90 EUR are less."""
    tags = '    partner: "{}"\n    ic: "trade"\n'
    mine = (
        f'2026-03-01 * "Sale" ^ic-repris-1\n  Assets:1661-Intern  100.00 EUR @ 11.00 SEK\n{tags.format("kafeet")}'
        f"  Income:3004-Sales  -1100.00 SEK\n{tags.format('kafeet')}"
    )
    theirs = (
        f'2026-03-02 * "Bought" ^ic-repris-1\n  Liabilities:2861-Intern  -{owed} EUR @ 10.90 SEK\n'
        f"{tags.format('repris')}  Expenses:4010-Goods\n{tags.format('repris')}"
    )
    prices = "2026-03-31 price EUR 11.00 SEK\n"
    found = combined({"repris": mine, "kafeet": theirs}, prices=prices, date_to=dt.date(2026, 3, 31))
    dealing = [said for said in told(found) if said[0] != "FX_DIFF"]
    assert dealing == expected
    if not expected:
        assert ("FX_DIFF", "10.00", "SEK") in told(found)
        assert not any(said.blocks for said in found.unmatched)


AGAIN = sale("repris", "kafeet", "500.00", "500.00", 1)
DAYS_LATER = tuple(text.replace("2026-03-0", "2026-04-1") for text in AGAIN)


@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_a_voucher_booked_again_on_another_day_is_a_duplicate(combined, side):
    """One has 500 in March and 500 in April, the other 500: it was booked twice."""
    mine, theirs = AGAIN
    texts = (mine + DAYS_LATER[0], theirs) if side == "seller" else (mine, theirs + DAYS_LATER[1])
    found = combined(dict(zip(("repris", "kafeet"), texts, strict=True)), date_to=dt.date(2026, 12, 31))
    assert told(found) == [("DUPLICATE", "500.00", "SEK")]
    assert len(found.unmatched[0].sources) == 3


NO_DUPLICATES = {
    # both vouchers name their own invoice: the other side lacks one
    "two invoices": (
        AGAIN[0].replace("^ic-repris-1", '^ic-repris-1\n  document: "1"')
        + DAYS_LATER[0].replace("^ic-repris-1", '^ic-repris-1\n  document: "2"'),
        AGAIN[1],
        "500.00",
    ),
    # three months of which the other side has two: none is the other's again
    "three against two": (
        AGAIN[0] + DAYS_LATER[0] + AGAIN[0].replace("2026-03", "2026-05"),
        AGAIN[1] + DAYS_LATER[1],
        "500.00",
    ),
    # 500 and 500 against 520
    "another amount": (AGAIN[0] + DAYS_LATER[0], AGAIN[1].replace("500.00", "520.00"), "480.00"),
}


@pytest.mark.parametrize(("mine", "theirs", "amount"), NO_DUPLICATES.values(), ids=NO_DUPLICATES)
def test_what_the_other_side_hasn_t_once_is_no_duplicate(combined, mine, theirs, amount):
    found = combined({"repris": mine, "kafeet": theirs}, date_to=dt.date(2026, 12, 31))
    assert told(found) == [("AMOUNT_DIFF", amount, "SEK")]


def test_what_has_been_settled_is_no_elimination(combined):
    """Sold for 500 and paid in full: claim and debt are gone from both books, only income and cost are eliminated."""
    tags = '    partner: "{}"\n    ic: "trade"\n'
    mine = AGAIN[0] + (
        f'\n2026-04-01 * "Got" ^ic-repris-1\n  Assets:1930-Bank  500.00 SEK\n  Assets:1661-Intern  -500.00 SEK\n'
        f"{tags.format('kafeet')}"
    )
    theirs = AGAIN[1] + (
        f'\n2026-04-01 * "Paid" ^ic-repris-1\n  Assets:1930-Bank  -500.00 SEK\n  Liabilities:2861-Intern  500.00 SEK\n'
        f"{tags.format('repris')}"
    )
    found = combined({"repris": mine, "kafeet": theirs}, date_to=dt.date(2026, 12, 31))
    assert [(e.section, str(e.amount)) for e in found.eliminations] == [("result", "500.00")]
    days = [(str(e.date), e.section) for e in found.entries if e.column == "ELIM"]
    assert days == [("2026-03-05", "balance"), ("2026-03-05", "result"), ("2026-04-01", "balance")]
    before = combined({"repris": mine, "kafeet": theirs}, date_to=dt.date(2026, 3, 31))
    assert [(e.section, str(e.amount)) for e in before.eliminations] == [("balance", "500.00"), ("result", "500.00")]
