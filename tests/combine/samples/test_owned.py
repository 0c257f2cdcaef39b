"""Parents and subsidiaries, by `[[owner]]`: samples 01, 03, 05, 19. `CU` and `$` are EUR and USD here."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.charts import line
from tests.combine.samples.builder import Book, all_of, rates, write_book

ENTITY = 'entity = "legal_entity"\ncountry = "IE"\n'


def owner(unit, share, *more):
    """`unit.toml` of a subsidiary."""
    return ENTITY + "\n".join(["[[owner]]", f'unit = "{unit}"', f'share = "{share}"', *more]) + "\n"


def assets(found):
    """Everything on the assets' side of the group's balance sheet."""
    return sum(amount for at, _, _, amount in found.rows if line(at).root == "Assets")


CAPITAL = {
    "PPE": "Assets:1210",
    "InvestmentInBaby": "Assets:1310",
    "Inventories": "Assets:1460",
    "IC_Rec_Baby": "Assets:1660",
    "OtherReceivables": "Assets:1680",
    "Cash": "Assets:1910",
    "ShareCapital": "Equity:2081",
    "RetainedEarnings": "Equity:2091",
    "OtherPayables": "Liabilities:2890",
    "Loans": "Liabilities:2350",
    "IC_Pay_Mommy": "Liabilities:2860",
}
MOMMY = """
2026-01-01 * "Shares of Baby, at its foundation"
  InvestmentInBaby
    partner: "baby"
    ic: "capital"
  Assets:1990-Rest
2026-06-30 * "Sold to Baby" ^ic-mommy-1
  IC_Rec_Baby
    partner: "baby"
    ic: "trade"
  Assets:1990-Rest
"""
BABY = """
2026-06-30 * "Bought from Mommy" ^ic-mommy-1
  IC_Pay_Mommy
    partner: "mommy"
    ic: "trade"
  Assets:1990-Rest
"""


def test_01_wholly_owned_since_its_foundation(workspace, run, example):
    """Capital against its cost, claim against debt; nothing else is eliminated, and there is no minority."""
    case = example("01_wholly_owned_basic")
    own, sub = case.entity("MOMMY")["tb"], case.entity("BABY")
    outside = [name for name in own if name not in {"InvestmentInBaby", "IC_Rec_Baby"}]
    mommy = MOMMY + all_of(outside, "2026-01-01")
    baby = BABY + all_of([name for name in sub["tb"] if name != "IC_Pay_Mommy"], "2026-01-01")
    ws = workspace(
        {
            "mommy": Book(write_book(mommy, own, CAPITAL, "EUR"), ENTITY),
            "baby": Book(write_book(baby, sub["tb"], CAPITAL, "EUR"), owner("mommy", sub["ownership"])),
        },
        central="mommy",
        currency="EUR",
    )
    found = run(ws, "--to", "2026-12-31")
    assert found.unmatched == []
    assert found.code == 0
    case.expected.compare("eliminations", found.names("ELIM"))
    case.expected.compare("consolidated_tb", found.names())
    case.expected.compare("total_assets", assets(found))
    assert found.line("NonControllingInterest") == found.line("Goodwill") == 0


PROFIT = {
    "revenue": "Income:3001",
    "cos": "Expenses:4000",
    "dist": "Expenses:5710",
    "admin": "Expenses:6110",
    "opex": "Expenses:6110",
    "interest": "Expenses:8410",
    "finance": "Expenses:8410",
    "tax": "Expenses:8910",
}


def outside(pl, currency, day, less=()):
    """A statement of profit or loss against the bank; `less`: what of a figure is in vouchers of its own."""
    amounts = {name: Decimal(amount) * (-1 if name == "revenue" else 1) for name, amount in pl.items()}
    for name, amount in less:
        amounts[name] -= amount
    rows = "".join(f"  {PROFIT[name]}-{name.title()}  {amount} {currency}\n" for name, amount in amounts.items())
    return f'{day} * "With outsiders"\n{rows}  Assets:1930-Bank  {-sum(amounts.values())} {currency}\n'


def test_03_sale_within_the_group_with_goods_still_in_stock(workspace, run, example):
    """The parent sells for 25,000 with a profit of 2,500 that nobody outside has paid yet; 20 % belong to a minority.

    The sample gives the profit in closing inventory alone. All of the goods are in stock here, at a cost of 22,500.
    It has no balance sheets either; Seek was founded with a capital of 1,000, of which Hide has paid its 80 %. The
    minority has no part in the profit that is taken out, because the parent made it.
    """
    case = example("03_intragroup_sale_pup")
    hide, seek = case.entity("HIDE")["pl"], case.entity("SEEK")
    (sale,) = case.case["ic"]
    price, profit = Decimal(sale["price"]), Decimal(sale["unrealised_profit_in_closing_inventory"])
    seller = f"""
2026-10-01 * "Goods to Seek" ^ic-hide-1
  Assets:1660-Claim  {price} USD
    partner: "seek"
    ic: "trade"
  Income:3001-Revenue  -{price} USD
    partner: "seek"
    ic: "trade"
    cost: {price - profit} USD
"""
    buyer = f"""
2026-10-01 * "Goods from Hide" ^ic-hide-1
  Expenses:4000-Cos  {price} USD
    partner: "hide"
    ic: "trade"
  Liabilities:2860-Debt  -{price} USD
    partner: "hide"
    ic: "trade"
2026-12-31 * "All of it in stock"
  Assets:1460-Stock  {price} USD
  Expenses:4000-Cos  -{price} USD
2026-12-31 custom "internal-stock" "hide" {price} USD
"""
    founder = """
2026-01-01 * "80 % of Seek, at its foundation"
  Assets:1310-Seek  800 USD
    partner: "seek"
    ic: "capital"
  Assets:1930-Bank  -800 USD
"""
    founded = """
2026-01-01 * "Foundation"
  Assets:1930-Bank  1000 USD
  Equity:2081-Capital  -1000 USD
"""
    seller, buyer = founder + seller, founded + buyer
    ws = workspace(
        {
            "hide": Book(seller + outside(hide, "USD", "2026-06-30", [("revenue", -price)]), ENTITY),
            "seek": Book(buyer + outside(seek["pl"], "USD", "2026-06-30"), owner("hide", seek["ownership"])),
        },
        central="hide",
        currency="USD",
    )
    found = run(ws, "--to", "2026-12-31")
    assert found.unmatched == []
    assert found.code == 0
    expected, published = case.expected, case.published
    revenue, cost = -found.line("NetSales"), found.line("RawMaterials")
    gross = revenue - cost
    operating = gross - found.of("Dist") - found.of("Admin")
    expected.compare("revenue", revenue)
    expected.compare("cost_of_sales", cost)
    expected.compare("gross_profit", gross)
    expected.compare("distribution", found.of("Dist"))
    expected.compare("admin", found.of("Admin"))
    expected.compare("operating_profit", operating)
    expected.compare("interest", found.line("InterestExpenses"))
    expected.compare("profit_before_tax", operating - found.line("InterestExpenses"))
    expected.compare("tax", found.line("IncomeTaxes"))
    expected.compare("profit", found.result)
    (owned,) = found.said["ownership"]
    minority = Decimal(owned["result_minority"])
    expected.compare("nci", minority)
    expected.compare("owners", found.result - minority)
    for name, amount in (("revenue", revenue), ("COS", cost), ("GP", gross), ("profit", found.result)):
        published.compare(next(text for text in published.lines if text.startswith(f"{name} ")), amount)
    published.compare("parent 89,500", found.result - minority)


def test_05_a_foreign_subsidiary_with_goodwill_and_a_minority(workspace, run, example):
    """Net assets 20,400 EUR and goodwill 5,200 EUR from 1/3 to 1/2 USD, profit and write-down at 1/2.5.

    What was paid isn't in the sample. 6,800 USD were 20,400 EUR that day; with a minority worth 5,200 EUR that is 5,200
    above the net assets of 20,400: the goodwill of the sample.
    """
    case = example("05_ias21_cta_goodwill_nci")
    basil, manuel, quoted = case.entity("BASIL"), case.entity("MANUEL"), case.case["rates"]
    net, goodwill = Decimal(manuel["opening_net_assets"]), Decimal(manuel["goodwill_at_acquisition"])
    cost = Decimal(6800)
    value = net + goodwill - cost * Decimal(quoted["opening"])
    assert value == 5200
    parent = f"""
2026-01-01 * "80 % of Manuel"
  Assets:1310-Manuel  {cost} USD
    partner: "manuel"
    ic: "capital"
  Assets:1930-Bank
"""
    opening = f"""
2025-12-31 * "Opening balances"
  Assets:1930-Bank  {net} EUR
  Equity:2091-Earlier  -{net} EUR
"""
    months = {f"2026-{month:02d}-28": quoted["average"] for month in range(1, 13)}
    spots = {"2025-12-31": quoted["opening"], "2026-12-31": quoted["closing"]}
    toml = owner(
        "basil", manuel["ownership"], "since = 2026-01-01", 'minority = "fair-value"', f'minority_value = "{value}"'
    )
    ws = workspace(
        {
            "basil": Book(parent + outside(basil["pl"], "USD", "2026-06-30"), ENTITY),
            "manuel": Book(opening + outside(manuel["pl"], "EUR", "2026-06-30"), toml, currency="EUR"),
        },
        central="basil",
        currency="USD",
        prices=rates(quoted["quote"], "EUR", "USD", spots, months),
        policy=f"""
2026-12-01 custom "decision" "B-1" "board"
2026-12-31 custom "goodwill-impairment" "manuel" {manuel["goodwill_impairment_in_year"]} EUR
  decision: "B-1"
""",
    )
    found = run(ws, "--to", "2026-12-31")
    assert found.unmatched == []
    assert found.code == 0
    expected, published = case.expected, case.published
    (proof,) = found.said["translation"]
    (owned,) = found.said["ownership"]
    of_net_assets = -Decimal(proof["posted"])
    assert proof["posted"] == proof["proof"]
    expected.compare("cta_net_assets", of_net_assets)
    closing = Decimal(manuel["closing_net_assets"]) / Decimal(quoted["closing"])
    assert found.surplus("manuel") + net / 3 + of_net_assets == closing
    goodwill_closing = found.line("Goodwill")
    expected.compare("goodwill_closing", goodwill_closing)
    # line CTA is the owners' part of both; the minority's part stands on its own line
    of_minority = minority_of_cta(found)
    total = -found.line("CTA") + of_minority
    expected.compare("cta_total", total)
    expected.compare("cta_goodwill", total - of_net_assets)
    expected.compare("cta_nci", of_minority)
    expected.compare("revenue", -found.line("NetSales"))
    operating = found.line("OtherExternalCosts") + found.line("Depreciation")
    expected.compare("opex_incl_impairment", operating)
    expected.compare("finance", found.line("InterestExpenses"))
    expected.compare("tax", found.line("IncomeTaxes"))
    expected.compare("profit", found.result)
    minority = Decimal(owned["result_minority"])
    expected.compare("profit_nci", minority)
    expected.compare("profit_owners", found.result - minority)
    published.compare("exchange diff on net assets 3,680", of_net_assets)
    published.compare("goodwill 787 (unrounded 786.67)", total - of_net_assets, total - of_net_assets)
    published.compare("total 4,467", total)
    published.compare("NCI share of profit 160", minority)
    published.compare("goodwill at closing 2,200", goodwill_closing)
    published.compare("impairment $320", found.line("Depreciation"))


def minority_of_cta(found):
    """What of the minority's line is neither its opening nor its share of the result."""
    (owned,) = found.said["ownership"]
    opening = Decimal("1733.33")  # 5,200 EUR at 1/3
    return -found.line("NonControllingInterest") - Decimal(owned["result_minority"]) - opening


GROUP = """
2025-12-31 * "Before the acquisition"
  Assets:1930-OtherAssets  {opening} EUR
  Equity:2081-Shares  {shares} EUR
  Equity:2091-RE  {retained} EUR
  Liabilities:2890-Liabilities  {liabilities} EUR
2026-06-30 * "Earned since"
  Assets:1930-OtherAssets  {earned} EUR
  Income:3001-Sales  -{earned} EUR
"""
BOUGHT = """
2026-01-01 * "Shares of {unit}"
  Assets:1310-Inv{name}  {cost} EUR
    partner: "{unit}"
    ic: "capital"
  Assets:1930-OtherAssets  -{cost} EUR
"""


def book_of_19(entity):
    """Before the acquisition, the acquisition, what was earned since: together the sample's trial balance."""
    tb = {name: Decimal(amount) for name, amount in entity["tb"].items()}
    bought = {"H": ("InvS", "s", "S"), "S": ("InvT", "t", "T")}.get(entity["id"])
    before = {name: -Decimal(amount) for name, amount in entity.get("at_acquisition", {}).items()}
    retained = before.get("RE", tb["RE"])
    assert before.get("Shares", tb["Shares"]) == tb["Shares"]
    earned, liabilities = retained - tb["RE"], tb.get("Liabilities", Decimal(0))
    opening = -(tb["Shares"] + retained + liabilities)
    text = GROUP.format(opening=opening, shares=tb["Shares"], retained=retained, liabilities=liabilities, earned=earned)
    if bought:
        text += BOUGHT.format(unit=bought[1], name=bought[2], cost=tb[bought[0]])
    assert opening + earned - (tb[bought[0]] if bought else 0) == tb["OtherAssets"]
    return text


@pytest.mark.parametrize(("method", "setting"), [("one_stage", "share"), ("two_stage", "full")])
def test_19_three_levels(workspace, run, example, method, setting):
    """H owns 80 % of S, S 75 % of T: 60 % of T are the group's. Two ways to state T's goodwill, one reserve.

    In one stage only the group's part of S's share of T's goodwill counts (80 % of 30), in two stages all of it. The
    year after, everything that was earned stands on retained earnings.
    """
    case = example("19_multi_level_vertical")
    expected = case.expected
    other = {"one_stage": "two_stage", "two_stage": "one_stage"}[method]
    expected.explain(other, "the other run of this test")
    books = {
        "h": Book(book_of_19(case.entity("H")), ENTITY),
        **{
            slug: Book(
                book_of_19(case.entity(slug.upper())),
                owner(above, case.entity(slug.upper())["ownership"], "since = 2026-01-01"),
            )
            for slug, above in (("s", "h"), ("t", "s"))
        },
    }
    ws = workspace(books, central="h", currency="EUR", more=f'indirect_goodwill = "{setting}"')
    found = run(ws, "--to", "2027-01-31")
    assert found.unmatched == []
    assert found.code == 0
    expected.compare(
        method,
        {
            "goodwill": found.line("Goodwill"),
            "nci": -found.line("NonControllingInterest"),
            "retained_earnings": -found.line("RetainedResult"),
            "total_assets": assets(found),
        },
    )
    assert -found.line("MemberContributions") == 600
    effective = Decimal(case.entity("S")["ownership"]) * Decimal(case.entity("T")["ownership"])
    expected.compare("effective_interest_T", effective)
    assert found.line("RetainedResult") == -680 - Decimal("0.8") * 130 - effective * 140
    first = run(ws, "--to", "2026-12-31")
    minority = sum(Decimal(row["result_minority"]) for row in first.said["ownership"])
    assert minority == Decimal("0.2") * 130 + (1 - effective) * 140
    expected.explain("difference_is", "a sentence; its 6 is the difference of the two runs' figures in the sample")
    assert Decimal(expected.at("two_stage.nci")) - Decimal(expected.at("one_stage.nci")) == 6
