"""VAT on dealings between units: where there mustn't be any, and where it was forgotten (SPEC 1, 10)."""

from __future__ import annotations

import datetime as dt

import pytest

ENTITY = 'entity = "legal_entity"'
SPANISH = f'{ENTITY}\ncountry = "ES"'
YEAR_END = dt.date(2026, 12, 31)
MINE = '    partner: "kafeet"\n    ic: "trade"\n'
THEIRS = '    partner: "repris"\n    ic: "trade"\n'


def voucher(*postings, link="ic-repris-1", day="2026-03-04"):
    """A voucher: (account and amount, tags)."""
    return f'\n{day} * "Dealing" ^{link}\n' + "".join(f"  {text} SEK\n{tags}" for text, tags in postings)


SOLD = voucher(
    ("Assets:1660-Claim  125.00", MINE), ("Income:3001-Sales  -100.00", MINE), ("Liabilities:2611-VAT  -25.00", "")
)
BOUGHT = voucher(
    ("Expenses:4010-Goods  100.00", THEIRS),
    ("Liabilities:2641-VAT  25.00", ""),
    ("Liabilities:2860-Debt  -125.00", THEIRS),
)
NET = voucher(("Assets:1660-Claim  100.00", MINE), ("Income:3001-Sales  -100.00", MINE))
NET_BOUGHT = voucher(("Expenses:4010-Goods  100.00", THEIRS), ("Liabilities:2860-Debt  -100.00", THEIRS))
CUSTOMER = voucher(
    ("Assets:1930-Bank  250.00", ""),
    ("Income:3001-Sales  -200.00", ""),
    ("Liabilities:2611-VAT  -50.00", ""),
    link="shop",
)
GROSS = voucher(("Assets:1660-Claim  125.00", MINE), ("Income:3001-Sales  -125.00", MINE))
CREDIT = voucher(("Assets:1660-Claim  -100.00", MINE), ("Income:3001-Sales  100.00", MINE))
CREDITED = voucher(("Expenses:4010-Goods  -100.00", THEIRS), ("Liabilities:2860-Debt  100.00", THEIRS))
ACCRUED = voucher(("Assets:1790-Accrued  100.00", ""), ("Income:3001-Sales  -100.00", MINE))
LOAN = (NET.replace('"trade"', '"loan"'), NET_BOUGHT.replace('"trade"', '"loan"'))


def told(found):
    return [(u.code, str(u.amount), u.currency) for u in found.unmatched]


def test_vat_within_one_legal_person_is_named_with_its_own_places(combined):
    """Both divisions have booked 25.00 of VAT: 50.00 in all; claims and debts agree and are gone."""
    found = combined({"repris": SOLD, "kafeet": BOUGHT}, date_to=YEAR_END)
    assert told(found) == [("VAT_ON_INTERNAL", "50.00", "SEK")]
    (one,) = found.unmatched
    books = "units/{}/books/2026/2026-01.beancount:{}"
    assert one.sources == (
        books.format("kafeet", 6),
        books.format("repris", 9),
        books.format("kafeet", 3),
        books.format("repris", 6),
    )
    assert (one.internal, one.blocks) == (True, True)
    assert {row.unit for row in found.trial_balance if row.account.startswith("1660")} == {"ELIM", "repris"}
    assert [row.unmatched for row in found.pairs] == [0, 0]


#: Vouchers of a division that sells to, or buys for, another one; whether their VAT is an outsider's.
OUTSIDERS = {
    "costs passed on as a claim": (
        ("Expenses:5010-Rent  50.00", ""),
        ("Liabilities:2641-VAT  25.00", ""),
        ("Assets:1660-Claim  50.00", MINE),
        ("Liabilities:2440-Supplier  -125.00", ""),
    ),
    "costs passed on as less cost": (
        ("Expenses:5010-Rent  100.00", ""),
        ("Expenses:5010-Rent  -50.00", MINE),
        ("Liabilities:2641-VAT  25.00", ""),
        ("Assets:1660-Claim  50.00", MINE),
        ("Liabilities:2440-Supplier  -125.00", ""),
    ),
    "a day's till with a sale to another division": (
        ("Assets:1910-Till  125.00", ""),
        ("Income:3001-Sales  -100.00", ""),
        ("Liabilities:2611-VAT  -25.00", ""),
        ("Assets:1660-Claim  50.00", MINE),
        ("Income:3001-Sales  -50.00", MINE),
    ),
    "VAT moved to whoever files it": (
        ("Liabilities:2611-VAT  60.00", ""),
        ("Liabilities:2641-VAT  -10.00", ""),
        ("Assets:1660-Claim  -50.00", MINE),
    ),
}


@pytest.mark.parametrize("postings", OUTSIDERS.values(), ids=OUTSIDERS)
def test_an_outsiders_vat_and_moved_balances_are_no_vat_on_a_dealing(combined, postings):
    found = combined({"repris": voucher(*postings), "kafeet": ""}, date_to=YEAR_END)
    assert "VAT_ON_INTERNAL" not in {u.code for u in found.unmatched}


INSIDERS = {
    "paid in cash": (
        ("Assets:1910-Till  125.00", ""),
        ("Income:3001-Sales  -100.00", MINE),
        ("Liabilities:2611-VAT  -25.00", ""),
    ),
    "rounded": (
        ("Assets:1660-Claim  125.00", MINE),
        ("Income:3001-Sales  -100.20", MINE),
        ("Liabilities:2611-VAT  -25.05", ""),
        ("Income:3740-Rounding  0.25", ""),
    ),
}


@pytest.mark.parametrize("postings", INSIDERS.values(), ids=INSIDERS)
def test_vat_that_can_only_be_the_dealings_own(combined, postings):
    found = combined({"repris": voucher(*postings), "kafeet": ""}, date_to=YEAR_END)
    assert "VAT_ON_INTERNAL" in {u.code for u in found.unmatched}


#: What the seller and the buyer have booked, and where they are: what is said of a sale of 100 kr.
MISSING = {
    "charges others VAT": (CUSTOMER + NET, NET_BOUGHT, ENTITY, ["VAT_MISSING"]),
    "with VAT": (CUSTOMER + SOLD, BOUGHT, ENTITY, []),
    "charges nobody VAT": (NET, NET_BOUGHT, ENTITY, []),
    "only the buyer has VAT": (GROSS, BOUGHT, ENTITY, ["AMOUNT_DIFF", "VAT_MISSING"]),
    "exempt": (CUSTOMER + NET.replace("3001", "3004"), NET_BOUGHT, ENTITY, []),
    "reverse charge": (CUSTOMER + NET.replace("3001", "3231"), NET_BOUGHT, ENTITY, []),
    "abroad": (CUSTOMER + NET, NET_BOUGHT, SPANISH, []),
    "one legal person": (CUSTOMER + NET, NET_BOUGHT, "", []),
    "a credit note": (CUSTOMER + CREDIT, CREDITED, ENTITY, ["VAT_MISSING"]),
    "an accrual": (CUSTOMER + ACCRUED, "", ENTITY, ["ONE_SIDED"]),
    "a loan": (CUSTOMER + LOAN[0], LOAN[1], ENTITY, []),
}


@pytest.mark.parametrize(("mine", "theirs", "buyer", "expected"), MISSING.values(), ids=MISSING)
def test_vat_that_is_missing_between_legal_persons(combined, mine, theirs, buyer, expected):
    seller = ENTITY if buyer else ""
    found = combined({"repris": (mine, seller), "kafeet": (theirs, buyer)}, date_to=YEAR_END)
    assert [u.code for u in found.unmatched] == expected
    for said in found.unmatched:
        if said.code == "VAT_MISSING":
            assert (str(said.amount), said.internal) == ("125.00" if mine == GROSS else "100.00", False)
            assert said.sources[0].startswith("units/repris/")
            assert any(source.startswith("units/kafeet/") for source in said.sources)
            assert "disclosed in the notes" in said.remedy


def test_vat_of_last_year_is_said_in_last_year(combined):
    """The claim of December is still open in March; its VAT is nothing of this year."""
    texts = {"repris": SOLD.replace("2026-03", "2025-12"), "kafeet": BOUGHT.replace("2026-03", "2025-12")}
    assert told(combined(texts, date_to=dt.date(2025, 12, 31))) == [("VAT_ON_INTERNAL", "50.00", "SEK")]
    assert told(combined(texts, date_to=YEAR_END)) == []


def amounts(found):
    return [(u.code, str(u.amount)) for u in found.unmatched]


def back(*postings, day="2026-03-20"):
    return voucher(*postings, day=day)


#: 25.00 of VAT on 100.00, taken back with the same link.
VAT_BACK = back(("Liabilities:2611-VAT  25.00", ""), ("Assets:1660-Claim  -25.00", MINE))
VAT_BACK_THERE = back(("Liabilities:2860-Debt  25.00", THEIRS), ("Liabilities:2641-VAT  -25.00", ""))
STORNO = SOLD.replace("  -100", "  +100").replace("  125", "  -125").replace("  -25.", "  25.").replace("+", "")
STORNO_THERE = BOUGHT.replace("  100", "  -100").replace("  25.", "  -25.").replace("-125", "125")
TAKEN_BACK = {
    "on both sides": (VAT_BACK, VAT_BACK_THERE, []),
    "full reversal": (STORNO, STORNO_THERE, []),
    "full reversal in the next year": (
        STORNO.replace("2026-03", "2027-01"),
        STORNO_THERE.replace("2026-03", "2027-01"),
        [],
    ),
    "by the seller alone: the buyer's is left": (
        VAT_BACK,
        "",
        [("AMOUNT_DIFF", "25.00"), ("VAT_ON_INTERNAL", "25.00")],
    ),
    "half of it": (
        VAT_BACK.replace("25.00", "12.50"),
        VAT_BACK_THERE.replace("25.00", "12.50"),
        [("VAT_ON_INTERNAL", "25.00")],
    ),
}


@pytest.mark.parametrize(("mine", "theirs", "expected"), TAKEN_BACK.values(), ids=TAKEN_BACK)
def test_vat_that_was_taken_back_is_none(combined, mine, theirs, expected):
    """25.00 - 25.00 = 0 on each side."""
    day = dt.date(2027, 12, 31) if "2027" in mine else YEAR_END
    assert sorted(amounts(combined({"repris": SOLD + mine, "kafeet": BOUGHT + theirs}, date_to=day))) == expected


INTEREST = (
    ("Expenses:8460-Interest  50.00", MINE.replace("trade", "interest")),
    ("Liabilities:2860-Debt  -50.00", MINE.replace("trade", "interest")),
)
INTEREST_THERE = voucher(
    ("Assets:1660-Claim  50.00", THEIRS.replace("trade", "interest")),
    ("Income:8360-Interest  -50.00", THEIRS.replace("trade", "interest")),
)
#: A month's voucher with interest of 50.00 and the VAT of the month; the other side's.
MONTHS = {
    "settled": ((("2611  1000.00", ""), ("2641  -300.00", ""), ("2650  -700.00", "")), ()),
    "paid": ((("2611  1000.00", ""), ("2641  -300.00", ""), ("1930  -700.00", "")), ()),
    "refund": ((("2611  100.00", ""), ("2641  -300.00", ""), ("2650  200.00", "")), ()),
    "settled claim moved": (
        (("2650  700.00", ""), ("2860  -700.00", MINE)),
        (("2650  -700.00", ""), ("1660  700.00", THEIRS)),
    ),
    "balances moved": (
        (("2611  1000.00", ""), ("2641  -300.00", ""), ("2860  -700.00", MINE)),
        (("2611  -1000.00", ""), ("2641  300.00", ""), ("1660  700.00", THEIRS)),
    ),
}


def named(postings):
    roots = {"1": "Assets", "2": "Liabilities"}
    return tuple((f"{roots[text[0]]}:{text[:4]}-Account{text[4:]}", tags) for text, tags in postings)


@pytest.mark.parametrize(("mine", "theirs"), MONTHS.values(), ids=MONTHS)
def test_a_settlement_of_vat_is_no_vat_on_what_is_in_its_voucher(combined, mine, theirs):
    """1000 - 300 - 700 = 0, or it was paid, or the other side has it on the same accounts: nothing is sold with it."""
    there = INTEREST_THERE + (voucher(*named(theirs)) if theirs else "")
    found = combined({"repris": voucher(*INTEREST, *named(mine)), "kafeet": there}, date_to=YEAR_END)
    assert "VAT_ON_INTERNAL" not in {u.code for u in found.unmatched}


ADDED = back(("Assets:1660-Claim  25.00", MINE), ("Liabilities:2611-VAT  -25.00", ""))
ADDED_THERE = back(("Liabilities:2641-VAT  25.00", ""), ("Liabilities:2860-Debt  -25.00", THEIRS))
SPLIT = back(("Income:3001-Sales  25.00", MINE), ("Liabilities:2611-VAT  -25.00", ""))
#: 100 without VAT was reversed in one voucher with a new sale of 120.
ANEW = back(
    ("Assets:1660-Claim  50.00", MINE),
    ("Income:3001-Sales  100.00", MINE),
    ("Income:3001-Sales  -120.00", MINE),
    ("Liabilities:2611-VAT  -30.00", ""),
)
ANEW_THERE = back(
    ("Expenses:4010-Goods  20.00", THEIRS),
    ("Liabilities:2641-VAT  30.00", ""),
    ("Liabilities:2860-Debt  -50.00", THEIRS),
)
LATER = {
    "added": (NET + ADDED, NET_BOUGHT + ADDED_THERE, []),
    "split out of the takings": (GROSS + SPLIT, BOUGHT, []),
    "booked anew": (NET + ANEW, NET_BOUGHT + ANEW_THERE, []),
    "of another sale under the link": (SOLD + NET, BOUGHT + NET_BOUGHT, [("VAT_MISSING", "100.00")]),
    "of less than half": (
        NET + ADDED.replace("25.00", "6.00"),
        NET_BOUGHT + ADDED_THERE.replace("25.00", "6.00"),
        [("VAT_MISSING", "100.00")],
    ),
    "at 12 per cent": (
        (NET + ADDED.replace("25.00", "12.00")).replace("3001", "3002"),
        NET_BOUGHT + ADDED_THERE.replace("25.00", "12.00"),
        [],
    ),
}


@pytest.mark.parametrize(("mine", "theirs", "expected"), LATER.values(), ids=LATER)
def test_vat_that_was_booked_later_isnt_missing(combined, mine, theirs, expected):
    """25 % of 100 is 25, of 120 it is 30; of 200 it is 50, and 25 are there."""
    found = combined({"repris": (CUSTOMER + mine, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=YEAR_END)
    assert amounts(found) == expected


def dated(text, day):
    return text.replace("2026-03-04", day)


#: Reverse charge on what the seller has bought, in a book of which this is all the output VAT.
OWED = voucher(
    ("Expenses:6540-IT  100.00", ""),
    ("Liabilities:2645-VAT  25.00", ""),
    ("Liabilities:2614-VAT  -25.00", ""),
    ("Assets:1930-Bank  -100.00", ""),
    link="abroad",
)
PAID_VAT = voucher(
    ("Liabilities:2611-VAT  50.00", ""), ("Assets:1930-Bank  -50.00", ""), link="settled", day="2026-05-12"
)
UNTAXED = voucher(("Assets:1930-Bank  200.00", ""), ("Income:3001-Sales  -200.00", ""), link="shop", day="2026-04-02")
#: What the seller has besides a net sale of 100 on 4 March, and what is said.
REGISTERED = {
    "only owes reverse charge": (OWED, []),
    "registers in June": (UNTAXED + dated(CUSTOMER, "2026-06-10"), []),
    "was released in January": (UNTAXED + dated(CUSTOMER, "2026-01-10"), []),
    "was released in January, and settled in May": (UNTAXED + dated(CUSTOMER, "2026-01-10") + PAID_VAT, []),
    "charges everybody else, later": (dated(CUSTOMER, "2026-06-10"), ["VAT_MISSING"]),
    "charged everybody else, before": (dated(CUSTOMER, "2026-01-10"), ["VAT_MISSING"]),
    "charges in January and June": (dated(CUSTOMER, "2026-01-10") + dated(CUSTOMER, "2026-06-10"), ["VAT_MISSING"]),
    "charges and settles in one month": (
        CUSTOMER + PAID_VAT.replace("2026-05-12", "2026-03-31"),
        ["VAT_MISSING"],
    ),
}


@pytest.mark.parametrize(("more", "expected"), REGISTERED.values(), ids=REGISTERED)
def test_who_charges_nobody_vat_at_that_time_has_forgotten_none(combined, more, expected):
    found = combined({"repris": (NET + more, ENTITY), "kafeet": (NET_BOUGHT, ENTITY)}, date_to=YEAR_END)
    assert [u.code for u in found.unmatched] == expected


def test_spanish_units_have_one_account_for_sales_with_and_without_vat(combined):
    """700 is for both, so that nobody can say that VAT is missing; nor of a Spanish sale to Sweden."""
    sold = voucher(("Assets:55231-Claim  100.00", MINE), ("Income:700-Ventas  -100.00", MINE))
    charged = voucher(
        ("Assets:572-Banco  121.00", ""),
        ("Income:700-Ventas  -100.00", ""),
        ("Liabilities:477-IVA  -21.00", ""),
        link="x",
    )
    owed = voucher(("Expenses:600-Compras  100.00", THEIRS), ("Liabilities:55241-Debt  -100.00", THEIRS))
    seller, euro = (sold + charged).replace(" SEK", " EUR"), f'{SPANISH}\ncurrency = "EUR"\nchart = "pgc"'
    prices = '2026-12-31 price EUR 11.40 SEK\n2026-03-31 custom "average-rate" "EUR" 11.40 SEK\n'
    found = combined(
        {"repris": (seller, euro), "kafeet": (owed.replace(" SEK", " EUR"), euro)}, prices=prices, date_to=YEAR_END
    )
    assert told(found) == []
    reverse = voucher(
        ("Expenses:4535-Service  100.00", THEIRS),
        ("Liabilities:2860-Debt  -100.00", THEIRS),
        ("Liabilities:2645-VAT  285.00", ""),
        ("Liabilities:2614-VAT  -285.00", ""),
    )
    buyer = reverse.replace("100.00 SEK", "100.00 EUR @@ 1140.00 SEK")
    found = combined({"repris": (seller, euro), "kafeet": (buyer, ENTITY)}, prices=prices, date_to=YEAR_END)
    assert "VAT_MISSING" not in {u.code for u in found.unmatched}
