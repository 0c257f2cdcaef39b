"""The worked examples of the samples, as ledgers: SPEC 10."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from ledger.combine import combine
from tests.combine.conftest import StubRun, table, totals

DIVISION = ""
ENTITY = 'entity = "legal_entity"'


def example(samples, *path):
    found = json.loads((samples / "rules" / "examples.json").read_text(encoding="utf-8"))
    for part in path:
        found = found[part]
    return found


def sale(seller, buyer, sold, bought, number):
    """Both sides of a sale on account, as ledger text."""
    link = f"^ic-{seller}-{number}"
    mine = f"""
2026-03-04 * "Sale" {link}
  Assets:1661-Intern    {sold} SEK
    partner: "{buyer}"
    ic: "trade"
  Income:3001-Sales   -{sold} SEK
    partner: "{buyer}"
    ic: "trade"
"""
    theirs = f"""
2026-03-05 * "Purchase" {link}
  Expenses:4010-Goods  {bought} SEK
    partner: "{seller}"
    ic: "trade"
  Liabilities:2861-Intern  -{bought} SEK
    partner: "{seller}"
    ic: "trade"
"""
    return mine, theirs if bought is not None else ""


def outside(amount):
    return f"""
2026-02-01 * "Customers"
  Assets:1930-Bank    {amount} SEK
  Income:3001-Sales  -{amount} SEK
"""


def test_a_mismatch_is_eliminated_for_the_smaller_side(combined, samples):
    expected = example(samples, "3_elimination", "a_mismatch")
    a, b = sale("repris", "kafeet", "40000.00", "40000.00", 1)
    c, d = sale("kafeet", "budet", "9000.00", "8500.00", 2)
    e, _ = sale("budet", "repris", "7000.00", None, 3)
    found = combined(
        {
            "repris": (outside("850000.00") + a, ENTITY),
            "kafeet": (b + c, ENTITY),
            "budet": (d + e, ENTITY),
        }
    )
    got = totals(found)
    for code, amount in expected["combined"].items():
        assert Decimal(got.get(code, "0")) == Decimal(amount), code
    listed = {u.units: (u.code, str(u.amount)) for u in found.unmatched}
    assert listed == {
        ("budet", "kafeet"): ("AMOUNT_DIFF", "500.00"),
        ("budet", "repris"): ("ONE_SIDED", "7000.00"),
    }
    assert found.needs_person
    by_section = {(e.key, e.section): str(e.amount) for e in found.eliminations}
    assert by_section == {
        ("ic-repris-1", "balance"): "40000.00",
        ("ic-repris-1", "result"): "40000.00",
        ("ic-kafeet-2", "balance"): "8500.00",
        ("ic-kafeet-2", "result"): "8500.00",
    }
    assert found.result == Decimal("857500.00")


@pytest.mark.parametrize(
    ("pairs", "difference", "code", "person"),
    [
        (16, "0.60", "TOLERANCE", False),
        (17, "0.60", "AMOUNT_DIFF", True),
        (10, "1.00", "TOLERANCE", False),
        (1, "1.01", "AMOUNT_DIFF", True),
    ],
)
def test_tolerance_hides_no_more_than_its_total(combined, pairs, difference, code, person):
    seller, buyer = "", ""
    for number in range(pairs):
        mine, theirs = sale("repris", "kafeet", str(100 + Decimal(difference)), "100.00", number)
        seller, buyer = seller + mine, buyer + theirs
    found = combined({"repris": (seller, ENTITY), "kafeet": (buyer, ENTITY)})
    assert [u.code for u in found.unmatched] == [code] * pairs
    assert found.needs_person is person
    assert Decimal(totals(found)["1661"]) == Decimal(difference) * pairs


def test_within_a_legal_person_there_is_no_tolerance(combined):
    mine, theirs = sale("repris", "kafeet", "100.60", "100.00", 1)
    found = combined({"repris": mine, "kafeet": theirs})
    assert [u.code for u in found.unmatched] == ["AMOUNT_DIFF"]


def test_cash_in_transit(combined, samples):
    """
    A unit pays on 30 December; central gets it on 2 January.
    """
    unit = """
2026-11-30 * "Levy" ^ic-repris-1
  Expenses:6430-Levy   5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Owed  -5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
2026-12-30 * "Paid" ^ic-repris-1
  Liabilities:2861-Owed   5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Assets:1930-Bank       -5000.00 SEK
"""
    central = """
2026-11-30 * "Levy" ^ic-repris-1
  Assets:1661-Claim     5000.00 SEK
    partner: "repris"
    ic: "levy"
  Income:3680-Levy     -5000.00 SEK
    partner: "repris"
    ic: "levy"
2027-01-02 * "Received" ^ic-repris-1
  Assets:1930-Bank      5000.00 SEK
  Assets:1661-Claim    -5000.00 SEK
    partner: "repris"
    ic: "levy"
"""
    expected = example(samples, "3_elimination", "c_in_transit")
    texts = {"repris": unit, "gemensamt": central}
    found = combined(texts, date_to=dt.date(2026, 12, 31))
    got = table(found)
    assert got["In", "ADJ"] == expected["at_2026_12_31"]["ADJ cash in transit"]
    assert got["1661", "ADJ"] == expected["at_2026_12_31"]["ADJ 1661 of central"]
    assert Decimal(totals(found).get("1661", 0)) == Decimal(totals(found).get("2861", 0)) == 0
    assert [u.code for u in found.unmatched] == ["CUT_OFF"]
    assert not found.needs_person
    transit = [e for e in found.entries if e.column == "ADJ"]
    assert [e.reverses for e in transit] == [dt.date(2027, 1, 1)]
    assert found.result == 0


def test_an_invoice_in_transit_comes_into_the_period(combined):
    """
    Sold on 30 December, booked by the buyer on 4 January: ADJ takes the buyer's voucher in, and takes it back.
    """
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    texts = {"repris": mine.replace("2026-03-04", "2026-12-30"), "kafeet": theirs.replace("2026-03-05", "2027-01-04")}
    old = combined(texts, date_to=dt.date(2026, 12, 31))
    assert [u.code for u in old.unmatched] == ["CUT_OFF"]
    assert table(old)["4010", "ADJ"] == "500.00"
    assert table(old)["2861", "ADJ"] == "-500.00"
    assert old.result == 0
    assert all(Decimal(amount) == 0 for amount in totals(old).values())


def test_last_years_transit_is_taken_back(combined):
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    texts = {"repris": mine.replace("2026-03-04", "2026-12-30"), "kafeet": theirs.replace("2026-03-05", "2027-01-04")}
    new = combined(texts, date_to=dt.date(2027, 1, 31))
    assert new.result == 0
    assert all(Decimal(amount) == 0 for amount in totals(new).values())
    assert [u.code for u in new.unmatched] == ["CUT_OFF"]


PRICES = """
2026-03-31 price EUR 11.60 SEK
2026-03-31 custom "average-rate" "EUR" 11.40 SEK
"""


def test_levy_of_a_foreign_unit(combined, samples):
    expected = example(samples, "2_levy_legal_entity", "b_spain", "combined_SEK")
    spain = """
2026-03-31 * "Levy" ^ic-andel-1
  Expenses:629-Cuota     1500.00 EUR
    partner: "gemensamt"
    ic: "levy"
  Liabilities:552-Cuota  -1500.00 EUR
    partner: "gemensamt"
    ic: "levy"
"""
    central = """
2026-03-31 * "Levy" ^ic-andel-1
  Assets:1661-Claim    1500.00 EUR @ 11.60 SEK
    partner: "andel"
    ic: "levy"
  Income:3680-Levy   -14250.00 SEK
    partner: "andel"
    ic: "levy"
  Income:3990-Funds   -2850.00 SEK
    partner: "andel"
    ic: "levy"
  Income:3960-Gain     -300.00 SEK
"""
    found = combined(
        {"andel": (spain, 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'), "gemensamt": (central, ENTITY)},
        prices=PRICES,
    )
    got = totals(found)
    assert Decimal(got["629"]) == Decimal(got["3680"]) == Decimal(got["3990"]) == Decimal(expected["6430/3680"])
    assert Decimal(got["1661"]) == Decimal(got["552"]) == Decimal(expected["1661/2861"])
    assert got["3960"] == expected["exchange gain in result"]
    assert got["Translation"] == expected["CTA"]
    assert table(found)["629", "andel"] == "17100.00"
    assert table(found)["552", "andel"] == "-17400.00"
    assert found.unmatched == ()
    assert [(t.unit, t.opening_net_assets, t.posted, t.proof) for t in found.translation] == [
        ("andel", 0, Decimal("300.00"), Decimal("300.00"))
    ]


def test_current_rate_method_with_its_proof(combined, samples):
    """Sample 15: 1,000,000 at 1.08, profit 100,000 at 1.10, closing 1.12: 40,000 + 2,000."""
    case = json.loads((samples / "consolidation" / "15_cta_current_rate.json").read_text(encoding="utf-8"))
    rates = case["rates"]
    prices = f"""
2025-12-31 price EUR {rates["opening"]} SEK
2026-06-30 custom "average-rate" "EUR" {rates["average"]} SEK
2026-12-31 price EUR {rates["closing"]} SEK
"""
    book = """
2025-12-31 * "Opening"
  Assets:572-Banco      1000000.00 EUR
  Equity:100-Capital   -1000000.00 EUR
2026-06-10 * "Profit"
  Assets:572-Banco       100000.00 EUR
  Income:705-Ventas     -100000.00 EUR
"""
    toml = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'
    found = combined({"andel": (book, toml)}, prices=prices, date_to=dt.date(2026, 12, 31))
    proof = case["expected"]["proof"]
    assert -Decimal(totals(found)["Translation"]) == Decimal(case["expected"]["cta"])
    assert -found.translation[0].proof == Decimal(proof["opening_effect"]) + Decimal(proof["profit_effect"])
    assert found.translation[0].posted == found.translation[0].proof
    assert found.result == Decimal("110000.00")


def test_missing_rate_leaves_the_unit_out(combined):
    book = """
2026-06-10 * "Profit"
  Assets:572-Banco       100000.00 EUR
  Income:705-Ventas     -100000.00 EUR
"""
    toml = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'
    found = combined({"andel": (book, toml), "repris": outside("100.00")})
    assert not found.complete
    assert {p.code for p in found.problems} == {"MISSING_RATE", "UNIT_ERRORS"}
    assert {row.unit for row in found.trial_balance} == {"repris"}


def test_mismatch_across_currencies_is_reported(combined, samples):
    """Sample 11: 100 against 50 at half: 75 don't meet, which an exclusion by partner never tells."""
    case = json.loads((samples / "consolidation" / "11_tryton_exclude_ic.json").read_text(encoding="utf-8"))
    dunder = """
2026-03-31 * "Customers"
  Assets:1510-Receivable  200 SEK
  Income:3001-Revenue    -200 SEK
2026-03-31 * "From Saber" ^ic-saber-1
  Expenses:4010-Goods     100 SEK
    partner: "saber"
    ic: "trade"
  Liabilities:2861-Owed  -100 SEK
    partner: "saber"
    ic: "trade"
"""
    saber = """
2026-03-31 * "To Dunder" ^ic-saber-1
  Assets:552-Claim         50 EUR
    partner: "dunder"
    ic: "trade"
  Income:705-Revenue      -50 EUR
    partner: "dunder"
    ic: "trade"
2026-03-31 * "Suppliers"
  Expenses:600-Expense     40 EUR
  Liabilities:400-Payable -40 EUR
"""
    prices = '2026-03-31 price EUR 0.5 SEK\n2026-03-31 custom "average-rate" "EUR" 0.5 SEK\n'
    found = combined(
        {"dunder": (dunder, ENTITY), "saber": (saber, 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"')},
        prices=prices,
    )
    assert [(u.code, str(u.amount)) for u in found.unmatched] == [
        ("AMOUNT_DIFF", f"{Decimal(case['expected']['must_report_mismatch_usd']):.2f}")
    ]
    assert Decimal(totals(found)["705"]) == 0


def test_one_legal_entity_with_levy_and_loan(combined, samples):
    """Sample 20: the surplus of the one association, the missed December levy taken in from January's voucher."""
    case = json.loads((samples / "consolidation" / "20_coop_levy_single_entity.json").read_text(encoding="utf-8"))
    names = {
        "Bank": "Assets:1930-Bank",
        "Inventory": "Assets:1460-Stock",
        "UnitCapital": "Equity:2091-Capital",
        "SalesExt": "Income:3001-Sales",
        "CostsExt": "Expenses:5010-Costs",
        "StockChange": "Expenses:4960-Stock-change",
    }
    cross = {
        "IC_Rec_B": ("Assets:1660-Claim", "b", "trade", "ic-a-1"),
        "IC_Pay_A": ("Liabilities:2860-Debt", "a", "trade", "ic-a-1"),
        "SalesInt_B": ("Income:3002-Internal", "b", "trade", "ic-a-1"),
        "CogsInt_A": ("Expenses:4000-Goods", "a", "trade", "ic-a-1"),
        "Levy_HO": ("Expenses:6430-Levy", "gemensamt", "levy", "ic-{unit}-1"),
        "IC_Levy_HO": ("Liabilities:2861-Levy", "gemensamt", "levy", "ic-{unit}-1"),
        "IC_Loan_HO": ("Liabilities:2360-Loan", "gemensamt", "loan", "ic-gemensamt-loan"),
        "IC_Int_HO": ("Liabilities:2860-Interest", "gemensamt", "interest", "ic-gemensamt-interest"),
        "InterestInt_HO": ("Expenses:8460-Interest", "gemensamt", "interest", "ic-gemensamt-interest"),
    }
    for unit in "ABC":
        low = unit.lower()
        cross[f"IC_Levy_{unit}"] = ("Assets:1661-Levy", low, "levy", f"ic-{low}-1")
        cross[f"LevyIncome_{unit}"] = ("Income:3680-Levy", low, "levy", f"ic-{low}-1")
    cross["IC_Loan_C"] = ("Assets:1320-Loan", "c", "loan", "ic-gemensamt-loan")
    cross["IC_Int_C"] = ("Assets:1660-Interest", "c", "interest", "ic-gemensamt-interest")
    cross["InterestInt_C"] = ("Income:8360-Interest", "c", "interest", "ic-gemensamt-interest")
    texts = {}
    for entity in case["entities"]:
        slug = "gemensamt" if entity["id"] == "HO" else entity["id"].lower()
        text = ""
        tb = dict(entity["tb"])
        if slug == "b":  # purchases are cost, and what is still there is a change of stock
            tb["CogsInt_A"] = "80000"
            tb["StockChange"] = "-40000"
        for name, amount in tb.items():
            if name in names:
                text += f'2026-12-31 * "{name}"\n  {names[name]}  {amount}.00 SEK\n'
                text += f"  Assets:1990-Gather  {-int(amount)}.00 SEK\n"
                continue
            account, partner, kind, link = cross[name]
            text += (
                f'2026-12-31 * "{name}" ^{link.format(unit=slug)}\n  {account}  {amount}.00 SEK\n'
                f'    partner: "{partner}"\n    ic: "{kind}"\n  Assets:1990-Gather  {-int(amount)}.00 SEK\n'
            )
        texts[slug] = text
    found = combined(texts, date_to=dt.date(2026, 12, 31))
    assert [(u.code, u.kind, u.units, str(u.amount)) for u in found.unmatched] == [
        ("AMOUNT_DIFF", "levy", ("c", "gemensamt"), "5000.00")
    ]
    # a debt that C hasn't booked is no cost of C's: 155,000 in the units' books
    assert found.result == Decimal("155000.00")
    assert sum(Decimal(v) for v in case["expected"]["sum_of_unit_results"].values()) == found.result
    texts["c"] += """
2027-01-05 * "December's levy" ^ic-c-1
  Expenses:6430-Levy      5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Levy  -5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
"""
    found = combined(texts, date_to=dt.date(2026, 12, 31))
    assert [u.code for u in found.unmatched] == ["CUT_OFF"]
    assert found.result == Decimal("150000.00")
    got = totals(found)
    for name, code in {"Bank": "1930", "UnitCapital": "2091", "SalesExt": "3001"}.items():
        assert Decimal(got[code]) == Decimal(case["expected"]["combined_tb"][name])
    for account, *_ in cross.values():
        assert Decimal(got.get(account.split(":")[1].split("-")[0], 0)) == 0
    goods = next(item for item in case["ic"] if item["cls"] == "goods_sale")
    texts["a"] = texts["a"].replace(
        '    partner: "b"\n    ic: "trade"\n  Assets:1990-Gather  80000.00',
        f'    partner: "b"\n    ic: "trade"\n    cost: {goods["cost"]} SEK\n  Assets:1990-Gather  80000.00',
    )
    texts["b"] += '2026-12-31 custom "internal-stock" "a" 40000.00 SEK\n'
    found = combined(texts, date_to=dt.date(2026, 12, 31))
    assert found.result == Decimal(case["expected"]["surplus"])
    assert Decimal(totals(found)["1460"]) == Decimal(case["expected"]["combined_tb"]["Inventory"])
    assert table(found)["1460", "ELIM"] == "-10000.00"


def test_unrealised_profit_comes_back_when_the_goods_are_sold(combined, samples):
    """Samples 3.d: 80,000 sold at a cost of 60,000, half of it in stock at the end of year 1, all sold in year 2."""
    expected = example(samples, "3_elimination", "d_unrealised")
    mine, theirs = sale("repris", "kafeet", "80000.00", "80000.00", 1)
    mine = mine.rstrip() + "\n    cost: 60000.00 SEK\n"
    theirs += """
2026-12-31 * "Stock"
  Assets:1460-Stock     40000.00 SEK
  Expenses:4960-Change -40000.00 SEK
2026-12-31 custom "internal-stock" "repris" 40000.00 SEK
2027-05-01 * "Sold"
  Expenses:4960-Change  40000.00 SEK
  Assets:1460-Stock    -40000.00 SEK
2027-12-31 custom "internal-stock" "repris" 0.00 SEK
"""
    texts = {"repris": mine, "kafeet": theirs}
    first = combined(texts, date_to=dt.date(2026, 12, 31))
    assert table(first)["1460", "ELIM"] == expected["year_1"]["stock"]
    assert table(first)["4010", "ELIM"] == str(Decimal(expected["year_1"]["cost of sales"]) - 80000)
    second = combined(texts, date_to=dt.date(2027, 12, 31))
    assert table(second)["4010", "ELIM"] == expected["year_2_all_sold"]["cost of sales"]
    assert table(second)["Earlier", "ELIM"] == expected["year_2_all_sold"]["opening equity"].lstrip("-")  # a debit
    assert ("1460", "ELIM") not in table(second)
    assert second.result == Decimal(-40000) + 10000


def test_stock_without_the_sellers_cost_is_named(combined):
    mine, theirs = sale("repris", "kafeet", "80000.00", "80000.00", 1)
    theirs += '2026-12-31 custom "internal-stock" "repris" 40000.00 SEK\n'
    found = combined({"repris": mine, "kafeet": theirs}, date_to=dt.date(2026, 12, 31))
    assert [(u.code, u.units, str(u.amount)) for u in found.unmatched] == [
        ("NO_COST_FOR_UNREALISED", ("kafeet", "repris"), "40000.00")
    ]


def test_units_join_and_leave(combined, samples):
    """Sample 23, month by month: J joins on 1 April, L leaves on 30 September."""
    case = json.loads((samples / "consolidation" / "23_units_join_and_leave.json").read_text(encoding="utf-8"))
    texts = {"a": "", "j": "", "l": ""}
    texts["a"] += opening("500")
    texts["j"] += opening("170")  # and 10 a month until it joins
    texts["l"] += opening("300")
    internal = {"j": 10, "l": 12}
    for month in range(1, 13):
        day = f"2026-{month:02d}-15"
        for slug, revenue, cost in (("a", 100, 90), ("j", 50, 40), ("l", 80, 75)):
            sold = sum(internal.values()) if slug == "a" else 0
            bought = internal.get(slug, 0)
            texts[slug] += f"""
{day} * "Month"
  Assets:1930-Bank  {revenue - sold - cost + bought} SEK
  Income:3001-Sales  {sold - revenue} SEK
  Expenses:5010-Costs  {cost - bought} SEK
"""
        for buyer, amount in internal.items():
            link = f"^ic-a-{buyer}-{month}"
            texts["a"] += f"""
{day} * "Service" {link}
  Assets:1660-Claim  {amount} SEK
    partner: "{buyer}"
    ic: "trade"
  Income:3002-Service  -{amount} SEK
    partner: "{buyer}"
    ic: "trade"
"""
            texts[buyer] += f"""
{day} * "Service" {link}
  Expenses:6550-Service  {amount} SEK
    partner: "a"
    ic: "trade"
  Liabilities:2860-Debt  -{amount} SEK
    partner: "a"
    ic: "trade"
"""
            if month < 12:
                paid = f"2026-{month + 1:02d}-10"
                texts["a"] += f"""
{paid} * "Paid" {link}
  Assets:1930-Bank  {amount} SEK
  Assets:1660-Claim  -{amount} SEK
    partner: "{buyer}"
    ic: "trade"
"""
                texts[buyer] += f"""
{paid} * "Paid" {link}
  Liabilities:2860-Debt  {amount} SEK
    partner: "a"
    ic: "trade"
  Assets:1930-Bank  -{amount} SEK
"""
    expected = case["expected"]
    found = combined(
        {
            "a": (texts["a"], ENTITY),
            "j": (texts["j"], ENTITY + "\njoined = 2026-04-01"),
            "l": (texts["l"], ENTITY + "\nleft = 2026-09-30"),
        },
        date_to=dt.date(2026, 12, 31),
    )
    lines = found.lines
    assert lines["NetSales"] == -Decimal(expected["revenue"])
    assert lines["OtherExternalCosts"] == Decimal(expected["cost"])
    assert found.result == Decimal(expected["surplus"])
    assert lines["Joined"] == -Decimal(expected["equity"]["joined"])
    assert lines["Left"] == -Decimal(expected["equity"]["left"])
    assert lines["RetainedResult"] == -Decimal(expected["equity"]["opening"])
    assert sum(e.amount for e in found.eliminations if e.section == "result") == Decimal(expected["ic_eliminated"])
    outsiders = [u for u in found.unmatched if u.code == "PARTNER_OUT_OF_SCOPE" and u.units[0] == "a"]
    assert found.trial_balance
    external = {r.unit: r.amount for r in found.trial_balance if r.account.startswith("3002")}
    assert external["a"] + external["ELIM"] == -Decimal(expected["ic_external_outside_scope"])
    claims = {r.unit: r.amount for r in found.trial_balance if r.account.startswith("1660")}
    assert claims["a"] + claims["ELIM"] == Decimal(expected["yearend_receivable_from_L_is_external"])
    assert claims["ELIM"] == -Decimal(expected["yearend_receivable_from_J_eliminated"])
    assert not found.needs_person
    assert outsiders


def opening(amount):
    return f"""
2025-12-31 * "Opening"
  Assets:1930-Bank      {amount} SEK
  Equity:2091-Earlier  -{amount} SEK
"""


def test_provisional_entries_count(combined):
    run = StubRun(
        {
            "repris": """
2026-03-31 ! "Levy" ^ic-repris-2026-03 #provisional
  Expenses:6430-Gemensam-avgift   15.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Intern-skuld-avgift  -15.00 SEK
    partner: "gemensamt"
    ic: "levy"
""",
            "gemensamt": """
2026-03-31 ! "Levy" ^ic-repris-2026-03 #provisional
  Assets:1661-Intern-fordran-avgift   15.00 SEK
    partner: "repris"
    ic: "levy"
  Income:3680-Gemensam-avgift-intäkt  -15.00 SEK
    partner: "repris"
    ic: "levy"
""",
        }
    )
    found = combined({"repris": outside("100.00")}, run=run, date_to=dt.date(2026, 3, 31))
    assert table(found)["6430", "ELIM"] == "-15.00"
    assert table(found)["1661", "gemensamt"] == "15.00"
    assert found.result == Decimal(100)
    assert found.unmatched == ()


def test_vat_between_legal_persons_is_never_eliminated(combined, samples):
    """Example 2.a: claim and debt gross, cost and income net; what VAT can't be deducted is a cost of the group."""
    case = example(samples, "2_levy_legal_entity", "a_sweden")
    unit = """
2026-03-31 * "Levy" ^ic-repris-1
  Expenses:6430-Levy       60000.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Assets:2641-Input-VAT     5000.00 SEK
  Expenses:6430-Levy        7500.00 SEK
  Liabilities:2861-Owed   -72500.00 SEK
    partner: "gemensamt"
    ic: "levy"
"""
    central = """
2026-03-31 * "Levy" ^ic-repris-1
  Assets:1661-Claim        72500.00 SEK
    partner: "repris"
    ic: "levy"
  Income:3680-Levy        -50000.00 SEK
    partner: "repris"
    ic: "levy"
  Income:3990-Funds       -10000.00 SEK
    partner: "repris"
    ic: "levy"
  Liabilities:2611-VAT    -12500.00 SEK
"""
    found = combined(
        {"repris": (unit.replace("Assets:2641", "Liabilities:2641"), ENTITY), "gemensamt": (central, ENTITY)}
    )
    assert found.unmatched == ()
    amounts = {e.section: str(e.amount) for e in found.eliminations}
    assert amounts == {"balance": case["eliminated"]["2861/1661"], "result": case["eliminated"]["6430/(3680+3990)"]}
    got = {code: Decimal(amount) for code, amount in totals(found).items() if Decimal(amount)}
    left = case["left_in_combined"]
    assert got == {"2641": Decimal(left["2641"]), "2611": Decimal(left["2611"]), "6430": Decimal(left["cost"])}
    assert found.result == Decimal(left["effect_on_result"])


def test_a_claim_in_another_currency_leaves_nothing_behind(combined):
    """Two claims of 0.50 EUR at 11.11 are 5.555 → 5.56 each, together 11.11: the rest of 0.01 is no difference."""
    pair = """
2026-03-{day} * "Dealing" ^ic-mitt-{n}
  {one}
    partner: "{partner}"
    ic: "trade"
  {other}
    partner: "{partner}"
    ic: "trade"
"""
    theirs = "".join(
        pair.format(
            day=day,
            n=n,
            partner="mitt",
            one="Expenses:623-Servicios  0.50 EUR",
            other="Liabilities:55241-Cuenta-interna  -0.50 EUR",
        )
        for n, day in ((1, 10), (2, 20))
    )
    claim = "0.50 EUR @@ {} SEK"
    ours = "".join(
        pair.format(
            day=day,
            n=n,
            partner="andel",
            one=f"Assets:1660-Claim  {claim.format(worth)}",
            other=f"Income:3002-Internal  -{claim.format(worth)}",
        )
        for n, day, worth in ((1, 10, "5.56"), (2, 20, "5.55"))
    )
    prices = '2026-03-31 price EUR 11.11 SEK\n2026-03-31 custom "average-rate" "EUR" 11.11 SEK\n'
    foreign = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'
    found = combined({"mitt": ours, "andel": (theirs, foreign)}, prices=prices, date_to=dt.date(2026, 3, 31))
    standing = {(r.account, r.unit): r.amount for r in found.trial_balance}
    assert standing["1660-Claim", "mitt"] == Decimal("11.11")
    assert standing["1660-Claim", "ELIM"] == Decimal("-11.11")
    assert standing["55241-Cuenta-interna", "andel"] == Decimal("-11.11")
    assert standing["55241-Cuenta-interna", "ELIM"] == Decimal("11.11")
    assert found.lines["InternalReceivables"] == found.lines["InternalPayables"] == 0


def strange_sale(day, amount, partner):
    return f"""
2026-{day} * "Sale"
  Assets:1660-Claim   {amount} SEK
    partner: "{partner}"
    ic: "trade"
  Income:3002-Sales  -{amount} SEK
    partner: "{partner}"
    ic: "trade"
"""


@pytest.mark.parametrize(("partner", "code"), [("nobody", "UNKNOWN_PARTNER"), ("a", "SELF_PARTNER")])
def test_a_voucher_with_no_other_unit_is_named_once(combined, partner, code):
    """SPEC 10: one item per dealing, its amount that of the balance accounts."""
    found = combined({"a": strange_sale("03-10", "16000.00", partner), "b": ""})
    assert [(u.code, u.amount) for u in found.unmatched] == [(code, Decimal("16000.00"))]
    assert found.result == Decimal("16000.00")


def test_a_division_that_was_no_member_is_an_outsider_claims_and_all(combined):
    """`b` is a member from March to June: 1000 in February and 8000 in July are an outsider's, nothing waits."""
    a = strange_sale("02-28", "1000.00", "b") + strange_sale("07-01", "8000.00", "b")
    found = combined({"a": a, "b": ("", "joined = 2026-03-01\nleft = 2026-06-30")}, date_to=dt.date(2026, 12, 31))
    assert sorted((u.code, u.amount) for u in found.unmatched) == [
        ("PARTNER_OUT_OF_SCOPE", Decimal("1000.00")),
        ("PARTNER_OUT_OF_SCOPE", Decimal("8000.00")),
    ]
    assert not found.needs_person
    assert found.lines["InternalReceivables"] == Decimal("9000.00")


def test_a_unit_with_unreadable_settings_is_no_stranger(federation):
    """The other side's `unit.toml` has an error: the run is incomplete, and says so of the dealing."""
    books = federation({"a": strange_sale("03-10", "16000.00", "b"), "b": ("", "colour = 3")})
    found = combine(books, StubRun())
    assert not found.complete
    assert [(u.code, u.amount) for u in found.unmatched] == [("UNIT_ERRORS", Decimal("16000.00"))]
