"""Profit in fixed assets that one unit sold to another: worked by hand (SPEC 10)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger.combine.reports.equity import equity
from tests.combine.conftest import table

ENTITY = 'entity = "legal_entity"'
TAGS = '    partner: "{}"\n    ic: "asset"\n'
#: Bank and depreciation of the buyer: its own, so that the group's correction finds its account.
DEPRECIATION = """
{}-12-31 * "Depreciation"
  Expenses:7830-Depreciation   1.00 SEK
  Assets:1229-Accumulated     -1.00 SEK
"""


def sold(day, proceeds, carrying):
    """The seller: an asset of 150,000, of which the carrying amount is left, for the proceeds."""
    to = TAGS.format("kafeet")
    return f"""
{day} * "Machine sold" ^ic-repris-7
  Assets:1660-Claim          {proceeds} SEK
{to}  Income:3973-Gain        -{proceeds} SEK
{to}  Income:3973-Gain         {carrying} SEK
{to}  Assets:1229-Accumulated   {Decimal("150000.00") - Decimal(carrying)} SEK
  Assets:1220-Machine     -150000.00 SEK
"""


def bought(day, price, months="    months: 60\n"):
    """The buyer, who owes the price."""
    to = TAGS.format("repris")
    return f"""
{day} * "Machine bought" ^ic-repris-7
  Assets:1220-Machine        {price} SEK
{to}{months}  Liabilities:2860-Debt     -{price} SEK
{to}"""


def elim(found):
    """What ELIM has, by code, claims and debts apart."""
    return {
        code: amount for (code, unit), amount in table(found).items() if unit == "ELIM" and code not in {"1660", "2860"}
    }


def told(found):
    return [(u.code, str(u.amount)) for u in found.unmatched]


def ends(year, month=12, day=31):
    return dt.date(year, month, day)


GAIN = sold("2026-07-01", "120000.00", "90000.00")
LOSS = sold("2026-07-01", "70000.00", "90000.00")
DEAR = bought("2026-07-01", "120000.00") + DEPRECIATION.format(2026)
CHEAP = bought("2026-07-01", "70000.00") + DEPRECIATION.format(2026)
#: 30,000 of gain over 60 months, 500 a month; 20,000 of loss, 333.33 a month.
YEARS = {
    "year of sale: 6 months": (GAIN, DEAR, 2026, {"3973": "30000.00", "7830": "-3000.00", "1220": "-27000.00"}),
    "next year": (GAIN, DEAR, 2027, {"Earlier": "27000.00", "7830": "-6000.00", "1220": "-21000.00"}),
    "last year": (GAIN, DEAR, 2031, {"Earlier": "3000.00", "7830": "-3000.00"}),
    "life is over": (GAIN, DEAR, 2032, {}),
    "loss": (LOSS, CHEAP, 2026, {"3973": "-20000.00", "7830": "2000.00", "1220": "18000.00"}),
    "loss, next year": (LOSS, CHEAP, 2027, {"Earlier": "-18000.00", "7830": "4000.00", "1220": "14000.00"}),
    "land": (GAIN, DEAR.replace("    months: 60\n", ""), 2032, {"Earlier": "30000.00", "1220": "-30000.00"}),
}


@pytest.mark.parametrize("entity", ["", ENTITY], ids=["divisions", "legal persons"])
@pytest.mark.parametrize(("mine", "theirs", "year", "expected"), YEARS.values(), ids=YEARS)
def test_a_gain_is_earned_month_by_month(combined, mine, theirs, year, expected, entity):
    texts = {"repris": (mine, entity), "kafeet": (theirs, entity)}
    found = combined(texts, date_to=ends(year))
    assert told(found) == []
    assert elim(found) == expected
    entries = [e for e in found.entries if e.section == "asset"]
    assert {(e.kind, e.seller, e.units) for e in entries} <= {("asset", "repris", ("kafeet", "repris"))}
    assert {e.kind for e in found.entries if e.column == "ELIM"} == {"asset"}  # claims and debts, too
    assert all(p.unit in {"kafeet", "repris"} for e in entries for p in e.postings)


def test_the_months_of_a_year_make_its_sum_and_each_is_rounded_to_date(combined):
    """A gain of 100.00 over three months: 66.67 and 33.33 are left, so 33.33, 33.34 and 33.33 come back."""
    mine = sold("2026-01-01", "90100.00", "90000.00")
    theirs = bought("2026-01-01", "90100.00", "    months: 3\n") + DEPRECIATION.format(2026)
    found = combined({"repris": mine, "kafeet": theirs}, date_to=ends(2026))
    steps = [
        (str(e.date), str(p.amount))
        for e in found.entries
        for p in e.postings
        if e.section == "asset" and p.place.account.startswith("7830")
    ]
    assert steps == [("2026-01-31", "-33.33"), ("2026-02-28", "-33.34"), ("2026-03-31", "-33.33")]


@pytest.mark.parametrize(
    ("day", "end", "left"),
    [
        ("2026-07-15", ends(2026, 8, 14), "-29500.00"),  # the first month is whole on the evening of the 14th
        ("2026-07-15", ends(2026, 8, 13), "-30000.00"),
        ("2026-01-31", ends(2026, 2, 28), "-29500.00"),
        ("2026-07-01", ends(2026, 7, 31), "-29500.00"),
    ],
)
def test_months_are_whole_ones_from_the_buyers_day_on(combined, day, end, left):
    texts = {"repris": sold(day, "120000.00", "90000.00"), "kafeet": bought(day, "120000.00")}
    assert elim(combined(texts, date_to=end))["1220"] == left


GONE = f"""
2028-03-31 * "Sold to a scrapyard" ^ic-repris-7
  Assets:1930-Bank            80000.00 SEK
  Assets:1220-Machine       -{{}} SEK
{TAGS.format("repris")}  Assets:1229-Accumulated     42000.00 SEK
  Income:3973-Gain
"""
DISPOSALS = {
    # 18 months at the opening leave 21,000; 3 more come back as depreciation, and the other 19,500 are earned
    "all of it": ("120000.00", 2028, {"Earlier": "21000.00", "7830": "-1500.00", "3973": "-19500.00"}),
    # half of it: 9,750; of the other half the year's last nine months come back, 250 each
    "half of it": (
        "60000.00",
        2028,
        {"Earlier": "21000.00", "7830": "-3750.00", "3973": "-9750.00", "1220": "-7500.00"},
    ),
    "a year later": ("120000.00", 2029, {}),
}


@pytest.mark.parametrize(("amount", "year", "expected"), DISPOSALS.values(), ids=DISPOSALS)
def test_what_is_disposed_of_is_earned(combined, amount, year, expected):
    texts = {"repris": GAIN, "kafeet": DEAR + GONE.format(amount)}
    found = combined(texts, date_to=ends(year))
    assert told(found) == []
    assert elim(found) == expected


def test_the_sellers_asset_accounts_may_be_tagged_too(combined):
    """Claim 120,000 against the asset of 150,000, its depreciation of 60,000, and a gain of 30,000: the same."""
    to = TAGS.format("kafeet")
    mine = f"""
2026-07-01 * "Machine sold" ^ic-repris-7
  Assets:1660-Claim         120000.00 SEK
{to}  Assets:1220-Machine      -150000.00 SEK
{to}  Assets:1229-Accumulated    60000.00 SEK
{to}  Income:3973-Gain          -30000.00 SEK
{to}"""
    found = combined({"repris": mine, "kafeet": DEAR}, date_to=ends(2026))
    assert told(found) == []
    assert elim(found) == {"3973": "30000.00", "7830": "-3000.00", "1220": "-27000.00"}


PRICES = {
    "another price": (bought("2026-07-01", "110000.00"), [("AMOUNT_DIFF", "10000.00")]),
    "nothing tagged but the debt": (
        bought("2026-07-01", "120000.00").replace(TAGS.format("repris") + "    months: 60\n", ""),
        [("AMOUNT_DIFF", "120000.00")],
    ),
    "nothing": ("", [("ONE_SIDED", "120000.00")]),
}


@pytest.mark.parametrize(("theirs", "expected"), PRICES.values(), ids=PRICES)
def test_prices_that_differ_are_named(combined, theirs, expected):
    assert told(combined({"repris": GAIN, "kafeet": theirs}, date_to=ends(2026))) == expected


def test_a_sale_that_is_taken_back_leaves_nothing(combined):
    to, back = TAGS.format("kafeet"), TAGS.format("repris")
    mine = f"""
2026-09-01 * "Taken back" ^ic-repris-7
  Assets:1660-Claim         -120000.00 SEK
{to}  Income:3973-Gain          120000.00 SEK
{to}  Income:3973-Gain          -90000.00 SEK
{to}  Assets:1220-Machine        90000.00 SEK
"""
    theirs = f"""
2026-09-01 * "Given back" ^ic-repris-7
  Assets:1220-Machine       -120000.00 SEK
{back}  Liabilities:2860-Debt      120000.00 SEK
{back}"""
    found = combined({"repris": GAIN + mine, "kafeet": DEAR + theirs}, date_to=ends(2026))
    assert told(found) == []
    got = elim(found)
    assert "1220" not in got  # the two months that the buyer had it: 1,000 of depreciation against 1,000 of gain
    assert sum(Decimal(a) for a in got.values()) == 0


def test_an_asset_on_an_account_of_another_kind_is_no_asset(combined):
    theirs = DEAR.replace("Assets:1220-Machine", "Assets:1510-Customer")
    found = combined({"repris": GAIN, "kafeet": theirs}, date_to=ends(2026))
    assert "TAG_ON_NON_IC_ACCOUNT" in {u.code for u in found.unmatched}


def test_booked_by_the_buyer_after_the_year_it_is_in_transit(combined):
    """Sold on 30 December, booked by the buyer on 4 January: the asset is in ADJ, with nothing of the gain in it."""
    mine = sold("2026-12-30", "120000.00", "90000.00")
    theirs = bought("2027-01-04", "120000.00")
    old = combined({"repris": mine, "kafeet": theirs}, date_to=ends(2026))
    assert [u.code for u in old.unmatched] == ["CUT_OFF"]
    got = table(old)
    assert (got["1220", "ADJ"], got["1220", "ELIM"], got["3973", "ELIM"]) == ("120000.00", "-30000.00", "30000.00")
    new = combined({"repris": mine, "kafeet": theirs}, date_to=ends(2027))
    # eleven whole months from 4 January to 31 December
    assert elim(new) == {"Earlier": "30000.00", "Internal": "-5500.00", "1220": "-24500.00"}


def credit_note(day, amount, there_on=None):
    """On both sides, each with its tags."""
    to, back = TAGS.format("kafeet"), TAGS.format("repris")
    mine = f"""
{day} * "Credit note" ^ic-repris-7
  Assets:1660-Claim         -{amount} SEK
{to}  Income:3973-Gain           {amount} SEK
{to}"""
    theirs = f"""
{there_on or day} * "Credit note" ^ic-repris-7
  Assets:1220-Machine       -{amount} SEK
{back}  Liabilities:2860-Debt      {amount} SEK
{back}"""
    return mine, theirs


@pytest.mark.parametrize("there_on", ["2026-08-01", "2026-08-20", "2026-07-28"])
def test_a_credit_note_lowers_the_gain_and_is_no_disposal(combined, there_on):
    """50,000 - 10,000 - 20,000 = 20,000 of gain, of which 6 of 60 months have come back: 2,000."""
    mine, theirs = credit_note("2026-08-01", "10000.00", there_on)
    texts = {
        "repris": sold("2026-06-30", "50000.00", "20000.00") + mine,
        "kafeet": bought("2026-06-30", "50000.00") + theirs + DEPRECIATION.format(2026),
    }
    found = combined(texts, date_to=ends(2026))
    assert told(found) == []
    assert elim(found) == {"3973": "20000.00", "7830": "-2000.00", "1220": "-18000.00"}
    # 12 months more: 4,000
    assert elim(combined(texts, date_to=ends(2027))) == {"Earlier": "18000.00", "7830": "-4000.00", "1220": "-14000.00"}


def test_after_a_credit_note_all_of_it_is_what_it_has_cost_in_the_end(combined):
    """110,000 - 90,000 = 20,000 of gain; of 21 of 60 months 13,000 are left, and are earned when it is scrapped."""
    mine, theirs = credit_note("2026-08-01", "10000.00")
    texts = {"repris": GAIN + mine, "kafeet": DEAR + theirs + GONE.format("110000.00")}
    got = elim(combined(texts, date_to=ends(2028)))
    assert got == {"Earlier": "14000.00", "7830": "-1000.00", "3973": "-13000.00"}


def test_half_of_what_was_sold_is_given_back(combined):
    """60,000 of the price against 45,000 of carrying amount: a gain of 15,000 is left, 6 months of 60 are 1,500."""
    to = TAGS.format("kafeet")
    mine, theirs = credit_note("2026-08-01", "60000.00")
    mine += f"  Income:3973-Gain         -45000.00 SEK\n{to}  Assets:1220-Machine       45000.00 SEK\n"
    found = combined({"repris": GAIN + mine, "kafeet": DEAR + theirs}, date_to=ends(2026))
    assert told(found) == []
    assert elim(found) == {"3973": "15000.00", "7830": "-1500.00", "1220": "-13500.00"}


def paid(text):
    """What is owed is paid at once."""
    for account, partner in (("Assets:1660-Claim", "kafeet"), ("Liabilities:2860-Debt", "repris")):
        for line in [line for line in text.splitlines() if account in line]:
            text = text.replace(f"{line}\n{TAGS.format(partner)}", line.replace(account, "Assets:1930-Bank") + "\n")
    return text


@pytest.mark.parametrize("how", [str, paid], ids=["on account", "paid"])
def test_a_credit_note_that_the_sides_have_in_different_amounts_is_no_disposal(combined, how):
    """The seller credits 10,000, the buyer has 9,000: 1,000 apart. 20,000 of gain are left, 6 months of 60 are 2,000.

    The buyer's machine costs 111,000 now, and nothing of it is gone.
    """
    mine, _ = credit_note("2026-08-01", "10000.00")
    _, theirs = credit_note("2026-08-01", "9000.00", "2026-08-03")
    found = combined({"repris": GAIN + how(mine), "kafeet": DEAR + how(theirs)}, date_to=ends(2026))
    assert told(found) == [("AMOUNT_DIFF", "1000.00")]
    assert elim(found) == {"3973": "20000.00", "7830": "-2000.00", "1220": "-18000.00"}


def test_a_credit_note_that_only_the_buyer_has_booked_is_no_disposal(combined):
    """The gain of 30,000 is still the seller's: 3,000 of it are earned by depreciation, and nothing else."""
    _, theirs = credit_note("2026-08-01", "9000.00")
    found = combined({"repris": GAIN, "kafeet": DEAR + theirs}, date_to=ends(2026))
    assert told(found) == [("AMOUNT_DIFF", "9000.00")]
    assert elim(found) == {"3973": "30000.00", "7830": "-3000.00", "1220": "-27000.00"}


def test_a_loss_that_is_credited_in_full_leaves_nothing(combined):
    """Sold at 70,000, taken back at 70,000 with the carrying amount of 90,000: two months of 333.33 were earned."""
    to = TAGS.format("kafeet")
    mine, theirs = credit_note("2026-09-01", "70000.00")
    mine += f"  Income:3973-Gain         -90000.00 SEK\n{to}  Assets:1220-Machine       90000.00 SEK\n"
    found = combined({"repris": LOSS + mine, "kafeet": CHEAP + theirs}, date_to=ends(2026))
    assert told(found) == []
    assert elim(found) == {}
    less = theirs.replace("70000.00", "69000.00")
    found = combined({"repris": LOSS + mine, "kafeet": CHEAP + less}, date_to=ends(2026))
    assert told(found) == [("AMOUNT_DIFF", "1000.00")]


#: A euro is 10 kr on average in 2025 and 11 at its end; 12 in 2026, 13 at the end of March, 15 at the year's.
EURO_RATES = """
2025-07-01 price EUR 10.00 SEK
2025-12-31 price EUR 11.00 SEK
2026-03-31 price EUR 13.00 SEK
2026-12-31 price EUR 15.00 SEK
"""
for year, first, average in ((2025, 7, "10.00"), (2026, 1, "12.00")):
    for month in range(first, 13):
        EURO_RATES += f'{year}-{month:02}-28 custom "average-rate" "EUR" {average} SEK\n'
#: 200 EUR for what stands at 800 kr: 1,200 kr of gain are 120 EUR, 10 a month.
ABROAD = sold("2025-07-01", "2000.00", "800.00").replace(
    "1660-Claim          2000.00 SEK", "1660-Claim  200 EUR @@ 2000.00 SEK"
)
ABROAD += f"""
2025-07-02 * "Paid" ^ic-repris-7
  Assets:1930-Bank   2000.00 SEK
  Assets:1660-Claim  -200.00 EUR @@ 2000.00 SEK
{TAGS.format("kafeet")}"""
THERE = (
    bought("2025-07-01", "200.00", "    months: 12\n")
    + f"""
2025-07-02 * "Paid" ^ic-repris-7
  Liabilities:2860-Debt  200.00 SEK
{TAGS.format("repris")}  Assets:1930-Bank      -200.00 SEK
"""
    + DEPRECIATION.format(2025)
)
SCRAPPED = f"""
2026-03-31 * "Sold to a scrapyard" ^ic-repris-7
  Assets:1930-Bank       200.00 SEK
  Assets:1220-Machine   -200.00 SEK
{TAGS.format("repris")}"""
RATED = {
    # 60 EUR come back at 10, the other 60 stand at 11: 60 kr are what rates make of it
    "year of sale": ("", ends(2025), {"3973": "1200.00", "7830": "-600.00", "1220": "-660.00", "Internal": "60.00"}),
    # 30 at 12; 30 stand at 13
    "next March": (
        "",
        ends(2026, 3),
        {"Earlier": "600.00", "7830": "-360.00", "1220": "-390.00", "Internal": "150.00"},
    ),
    # 60 at 12, nothing is left
    "life is over": ("", ends(2026), {"Earlier": "600.00", "7830": "-720.00", "Internal": "120.00"}),
    # 30 as depreciation and 30 as gain, at 12
    "scrapped": (
        SCRAPPED,
        ends(2026),
        {"Earlier": "600.00", "7830": "-360.00", "3973": "-360.00", "Internal": "120.00"},
    ),
}


@pytest.mark.parametrize(("more", "end", "expected"), RATED.values(), ids=RATED)
def test_rates_of_a_buyer_abroad_change_no_result_and_no_price(combined, more, end, expected):
    theirs = (THERE + more).replace("SEK", "EUR")
    texts = {"repris": (ABROAD, ENTITY), "kafeet": (theirs, f'{ENTITY}\ncurrency = "EUR"')}
    found = combined(texts, prices=EURO_RATES, date_to=end)
    assert told(found) == []
    assert elim(found) == expected
    opening = {2025: 0, 2026: 60}[end.year]
    moved = sum(p.amount for e in found.entries if e.kind == "asset" for p in e.postings if p.place.line == "CTA")
    assert moved == Decimal(expected["Internal"])
    before = [p.amount for e in found.entries if e.date.year < end.year for p in e.postings if p.place.line == "CTA"]
    assert sum(before) == opening
    of_units = -sum(proof.posted + proof.rounding for proof in found.translation)
    rows = {row.line: row for row in equity(found)}
    assert rows["CTA"].cta == of_units - (moved - opening)
    assert rows["CTA"].adjusted == 0


def test_a_period_of_a_buyer_abroad_opens_as_the_one_before_has_closed(combined):
    """On the eve of April 240 of the gain are unearned at their own rates, and stand at 390: 150 are on CTA."""
    texts = {"repris": (ABROAD, ENTITY), "kafeet": (THERE.replace("SEK", "EUR"), f'{ENTITY}\ncurrency = "EUR"')}
    found = combined(texts, prices=EURO_RATES, date_from=dt.date(2026, 4, 1), date_to=ends(2026))
    assert elim(found) == {"Earlier": "240.00", "7830": "-360.00", "Internal": "120.00"}
    eve = [e for e in found.entries if e.kind == "asset" and e.date == ends(2026, 3)]
    assert sorted(p.amount for e in eve for p in e.postings if e.section == "asset") == [-390, 150, 240]


def test_prices_of_a_buyer_abroad_that_differ_are_named_in_the_claims_currency(combined):
    theirs = THERE.replace("1220-Machine        200.00", "1220-Machine        190.00").replace("SEK", "EUR")
    theirs = theirs.replace("2860-Debt     -200.00", "2860-Debt     -190.00").replace(
        "2860-Debt  200.00", "2860-Debt  190.00"
    )
    theirs = theirs.replace("Bank      -200.00", "Bank      -190.00")
    texts = {"repris": (ABROAD, ENTITY), "kafeet": (theirs, f'{ENTITY}\ncurrency = "EUR"')}
    found = combined(texts, prices=EURO_RATES, date_to=ends(2026))
    assert [(u.code, str(u.amount), u.currency) for u in found.unmatched] == [("AMOUNT_DIFF", "10.00", "EUR")]
