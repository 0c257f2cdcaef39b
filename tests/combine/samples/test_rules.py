"""The rules' own worked examples, as a federation's folder: levy between legal persons (2), elimination (3)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.combine.samples.builder import Book

ENTITY = 'entity = "legal_entity"'
POLICY = """\
2026-01-01 custom "decision" "FS-1" "assembly"
2026-01-01 custom "levy-rate" "*" 0.15
  decision: "FS-1"
2026-01-01 custom "levy-component" "service" 0.125
  decision: "FS-1"
  vat: "standard"
2026-01-01 custom "levy-component" "investment" 0.015
  decision: "FS-1"
2026-01-01 custom "levy-component" "solidarity" 0.010
  decision: "FS-1"
"""
CUSTOMERS = """
{day} * "Customers"
  {bank}  {amount} {currency}
  {sales}  -{amount} {currency}
"""


def customers(amount, day="2026-03-10", bank="Assets:1930-Bank", sales="Income:3001-Sales", currency="SEK"):
    """What outsiders buy."""
    return CUSTOMERS.format(day=day, bank=bank, sales=sales, amount=amount, currency=currency)


def sale(seller, buyer, number, price, day="2026-03-04"):
    """The seller's side of a sale on account; goods and services have the same."""
    return f"""
{day} * "Sold to {buyer}" ^ic-{seller}-{number}
  Assets:1661-Claim  {price} SEK
    partner: "{buyer}"
    ic: "trade"
  Income:3001-Sales  -{price} SEK
    partner: "{buyer}"
    ic: "trade"
"""


def purchase(seller, number, price, day="2026-03-05"):
    """The buyer's side."""
    return f"""
{day} * "Bought from {seller}" ^ic-{seller}-{number}
  Expenses:4010-Goods  {price} SEK
    partner: "{seller}"
    ic: "trade"
  Liabilities:2861-Debt  -{price} SEK
    partner: "{seller}"
    ic: "trade"
"""


def test_2a_levy_between_legal_persons_in_sweden(workspace, run, worked):
    """The café sells 400,000 and can deduct 40 % of its VAT; levy, VAT and invoice are what Sambok makes of it.

    What carries `partner` is what ELIM takes out; what stays on 6430 is VAT that can't be deducted.
    """
    a = worked("2_levy_legal_entity", "a_sweden")
    ws = workspace(
        {
            "gemensamt": Book(toml=ENTITY),
            "kafe": Book(customers(a.at("base")), ENTITY + f"\nvat_deduction = {a.at('unit_vat_deduction')}"),
        },
        central="gemensamt",
        policy=POLICY,
    )
    found = run(ws, "--to", "2026-03-31")
    assert found.code == 0
    assert found.unmatched == []
    a.compare("base", -found.at("3001", "kafe"))
    a.compare("levy", found.eliminated("result", "levy"))
    a.compare("invoice", found.eliminated("balance", "levy"))
    a.compare("components.service", -found.at("3680", "gemensamt"))
    funds = -found.at("3990", "gemensamt")
    assert funds == a.number("components.investment") + a.number("components.solidarity")  # one account for both
    a.compare("vat_25", -found.at("2611", "gemensamt"))
    deducted = a.number("vat_25") * a.number("unit_vat_deduction")
    assert found.at("2641", "kafe") == deducted
    a.compare(
        "unit_entry",
        {
            "6430 partner": -found.at("6430", "ELIM"),
            "2641": found.at("2641", "kafe"),
            "6430 no partner (VAT not deductible)": found.at("6430"),
            "2861 partner": -found.at("2861", "ELIM"),
        },
    )
    assert found.at("6430", "kafe") == found.at("6430") - found.at("6430", "ELIM")
    a.compare(
        "central_entry",
        {
            "1661 partner": found.at("1661", "gemensamt"),
            "3680 partner (service)": found.at("3680", "gemensamt"),
            "3990 partner (investment+solidarity)": found.at("3990", "gemensamt"),
            "2611": found.at("2611", "gemensamt"),
        },
    )
    a.compare(
        "eliminated",
        {
            "2861/1661": found.at("2861", "ELIM"),
            "6430/(3680+3990)": found.at("3680", "ELIM") + found.at("3990", "ELIM"),
        },
    )
    assert found.at("1661") == found.at("2861") == found.at("3680") == found.at("3990") == 0
    a.compare(
        "left_in_combined",
        {
            "2641": found.at("2641"),
            "2611": found.at("2611"),
            "cost": found.at("6430"),
            "effect_on_result": found.result - Decimal(a.at("base")),
        },
    )


def test_2b_levy_of_a_legal_person_in_spain(workspace, run, worked):
    """10,000 EUR sold in Spain: income at the month's average, claims at the closing rate, no VAT at central."""
    b = worked("2_levy_legal_entity", "b_spain")
    average, closing = b.number("average"), b.number("closing")
    ws = workspace(
        {
            "gemensamt": Book(toml=ENTITY),
            "andel": Book(
                customers(b.at("base_march_EUR"), bank="Assets:572-Banco", sales="Income:705-Ventas", currency="EUR"),
                ENTITY + '\nchart = "pgc"',
                currency="EUR",
            ),
        },
        central="gemensamt",
        policy=POLICY,
        prices=f'2026-03-31 price EUR {closing} SEK\n2026-03-31 custom "average-rate" "EUR" {average} SEK\n',
    )
    found = run(ws, "--to", "2026-03-31")
    assert found.code == 0
    assert found.unmatched == []
    b.compare("base_march_EUR", -found.at("705", "andel") / average)
    b.compare("levy_EUR", found.at("6295", "andel") / average)
    parts = {name: b.number(f"components_EUR.{name}") for name in ("service", "investment", "solidarity")}
    assert -found.at("3680", "gemensamt") == parts["service"] * average
    assert -found.at("3990", "gemensamt") == (parts["investment"] + parts["solidarity"]) * average
    assert found.at("472", "andel") == -found.at("477", "andel") == Decimal("262.50") * closing
    assert "262.50" in b.at("vat")
    b.explain("vat", "a sentence; its one figure, 262.50 EUR, is compared above")
    b.compare(
        "central_SEK",
        {
            "1661 (1500.00 EUR at spot = closing)": found.at("1661", "gemensamt"),
            "3680+3990 (at month average)": found.at("3680", "gemensamt") + found.at("3990", "gemensamt"),
            "3960 exchange gain": found.at("3960", "gemensamt"),
        },
    )
    cta = found.line("CTA")
    sales = -Decimal(b.at("base_march_EUR")) * (closing - average)  # the sale's own difference isn't in the example
    b.compare(
        "unit_translated_SEK",
        {"6430 (average)": found.at("6295", "andel"), "2861 (closing)": found.at("55242", "andel"), "CTA": cta - sales},
    )
    left = found.result + found.at("705", "andel")
    net_assets = sum(
        found.line(n) for n in ("InternalReceivables", "InternalPayables", "OtherLiabilities", "OtherReceivables")
    )
    b.compare(
        "combined_SEK",
        {
            "6430/3680": found.at("6295") + found.at("3680") + found.at("3990"),
            "1661/2861": found.at("1661") + found.at("55242"),
            "exchange gain in result": -left,
            "CTA": cta - sales,
            "net assets": net_assets,
        },
    )


def test_3a_a_mismatch_is_eliminated_for_the_smaller_side(workspace, run, worked):
    """Three sales between legal persons: agreed, 9,000 against 8,500, and one that the buyer hasn't booked."""
    a = worked("3_elimination", "a_mismatch")
    texts = {"repris": customers(a.at("external_sales")), "kafeet": "", "budet": ""}
    for number, pair in enumerate(a.at("pairs"), 1):
        seller, buyer = pair["pair"].split("→")
        texts[seller] += sale(seller, buyer, number, pair["seller"])
        if pair["buyer"] is not None:
            texts[buyer] += purchase(seller, number, pair["buyer"])
    books = {slug: Book(text, ENTITY) for slug, text in texts.items()}
    found = run(workspace({"gemensamt": Book(), **books}, central="gemensamt"))
    assert found.code == 3
    codes = {tuple(u["units"]): (u["code"], Decimal(u["amount"])) for u in found.said["unmatched"]}
    pairs = {tuple(sorted(p["units"])): p for p in found.said["eliminations"] if p["section"] == "result"}
    claims = {tuple(sorted(p["units"])): p for p in found.said["eliminations"] if p["section"] == "balance"}
    assert {u: p["amount"] for u, p in pairs.items()} == {u: p["amount"] for u, p in claims.items()}
    for number, pair in enumerate(a.at("pairs")):
        units = tuple(sorted(pair["pair"].split("→")))
        code, amount = codes.pop(units, (None, Decimal(0)))
        gone = Decimal(pairs[units]["amount"]) if units in pairs else Decimal(0)
        got = {"pair": pair["pair"], "eliminated": gone, "unmatched": amount, "code": code}
        a.compare(f"pairs.{number}", {**got, "seller": gone + amount, "buyer": gone if pair["buyer"] else None})
    assert codes == {}
    a.compare("combined", {code: found.at(code) for code in a.at("combined")})
    a.compare("external_sales", -found.at("3001") - found.at("1661"))


@pytest.mark.parametrize("pairs", [16, 17])
def test_3b_tolerance_hides_no_more_than_its_total(workspace, run, worked, pairs):
    """16 differences of 0.60 are 9.60 of the allowed 10.00; 17 are 10.20, and none is chosen by order."""
    b = worked("3_elimination", "b_tolerance")
    other = {16: "seventeen_pairs_of_0_60", 17: "sixteen_pairs_of_0_60"}[pairs]
    b.explain(other, "the other run of this test")
    limits = b.at("tolerance"), b.at("tolerance_total")
    seller = "".join(sale("repris", "kafeet", n, "100.60") for n in range(pairs))
    buyer = "".join(purchase("repris", n, "100.00") for n in range(pairs))
    books = {"gemensamt": Book(), "repris": Book(seller, ENTITY), "kafeet": Book(buyer, ENTITY)}
    found = run(workspace(books, central="gemensamt", tolerance=limits))
    total = sum(u[3] for u in found.unmatched)
    assert found.eliminated("balance") == found.eliminated("result") == 100 * pairs  # the smaller side
    assert found.at("1661") == total
    if pairs == 16:
        b.compare("sixteen_pairs_of_0_60.total", total)
        assert {u[0] for u in found.unmatched} == {"TOLERANCE"}
        assert (len(found.unmatched), found.code) == (16, 0)
        b.explain("sixteen_pairs_of_0_60.code", "a sentence: TOLERANCE ×16, the smaller side, exit 0, as above")
    else:
        b.compare("seventeen_pairs_of_0_60.total", total)
        assert {u[0] for u in found.unmatched} == {"AMOUNT_DIFF"}
        assert (len(found.unmatched), found.code) == (17, 3)
        b.explain("seventeen_pairs_of_0_60.code", "a sentence: AMOUNT_DIFF ×17, exit 3, as above")
    assert total <= b.number("tolerance_total") or pairs == 17
    assert b.number("tolerance") >= Decimal("0.60")


IN_TRANSIT = {
    "unit": """
2026-11-30 * "Levy" ^ic-repris-1
  Expenses:6430-Levy      5000 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Owed  -5000 SEK
    partner: "gemensamt"
    ic: "levy"
2026-12-30 * "Paid" ^ic-repris-1
  Liabilities:2861-Owed   5000 SEK
    partner: "gemensamt"
    ic: "levy"
  Assets:1930-Bank       -5000 SEK
""",
    "central": """
2026-11-30 * "Levy" ^ic-repris-1
  Assets:1661-Claim       5000 SEK
    partner: "repris"
    ic: "levy"
  Income:3680-Levy       -5000 SEK
    partner: "repris"
    ic: "levy"
2027-01-02 * "Received" ^ic-repris-1
  Assets:1930-Bank        5000 SEK
  Assets:1661-Claim      -5000 SEK
    partner: "repris"
    ic: "levy"
""",
}


@pytest.mark.parametrize("toml", ["", ENTITY], ids=["divisions", "legal entities"])
def test_3c_cash_in_transit(workspace, run, worked, toml, tmp_path, sambok):
    """Paid on 30 December, received on 2 January: in ADJ on the last day, gone on the next; it blocks nobody."""
    c = worked("3_elimination", "c_in_transit")
    for side, day, entry in (
        ("paid", "2026-12-30", "Dr 2861 5000 / Cr 1930 5000"),
        ("received", "2027-01-02", "Dr 1930"),
    ):
        assert day in c.at(side)
        assert entry in c.at(side)
        c.explain(side, "an input, in the vouchers above")
    ws = workspace(
        {"gemensamt": Book(IN_TRANSIT["central"], toml), "repris": Book(IN_TRANSIT["unit"], toml)}, central="gemensamt"
    )
    found = run(ws, "--to", "2026-12-31")
    c.compare(
        "at_2026_12_31",
        {"ADJ cash in transit": found.column("CashAndBank", "ADJ"), "ADJ 1661 of central": found.at("1661", "ADJ")},
    )
    assert c.at("code").startswith("CUT_OFF, ")
    assert [(u[0], u[3]) for u in found.unmatched] == [("CUT_OFF", 5000)]
    assert found.code == 0
    c.explain("code", "the code above, and exit code 0: disclosed, blocks nothing")
    c.compare("combined_1661_2861", found.at("1661") + found.at("2861"))
    assert found.at("1661") == found.at("2861") == found.result == 0
    file = tmp_path / "group.beancount"
    assert sambok("combine", "-w", ws.root, "--to", "2026-12-31", "--beancount", file)[0] == 0
    assert f"reverses: {c.at('reversed')}" in file.read_text(encoding="utf-8")
    c.explain("reversed", "said in the export's entry, and the first day below")
    after = run(ws, "--to", "2027-01-02")
    assert after.column("CashAndBank", "ADJ") == after.at("1661", "ADJ") == 0
    assert after.at("1661") == after.at("2861") == after.result == 0
    assert after.unmatched == []


def test_3d_unrealised_profit_in_both_years(workspace, run, worked):
    """80,000 sold at a cost of 60,000; half is in stock at the first year's end, all is sold in the second.

    The sample writes year 2's opening equity as -10,000: equity is smaller. Debit positive it is +10,000.
    """
    d = worked("3_elimination", "d_unrealised")
    price, cost = d.at("sale"), d.at("seller_cost")
    stock = d.at("buyer_stock_from_seller_2026").split()[0]
    seller = sale("repris", "kafeet", 1, price).rstrip() + f"\n    cost: {cost} SEK\n"
    buyer = (
        purchase("repris", 1, price)
        + f"""
2026-12-31 * "Stock taken"
  Assets:1460-Stock  {stock} SEK
  Expenses:4960-Change  -{stock} SEK
2026-12-31 custom "internal-stock" "repris" {stock} SEK
2027-05-01 * "Sold"
  Expenses:4960-Change  {stock} SEK
  Assets:1460-Stock  -{stock} SEK
2027-12-31 custom "internal-stock" "repris" 0.00 SEK
"""
    )
    ws = workspace({"gemensamt": Book(), "repris": Book(seller), "kafeet": Book(buyer)}, central="gemensamt")
    first = run(ws, "--to", "2026-12-31")
    assert first.code == 0
    d.compare("sale", first.eliminated("result", "trade"))
    d.explain("seller_cost", "an input, `cost:` on the seller's voucher")
    assert first.at("1460", "kafeet") == Decimal(stock)
    d.explain("buyer_stock_from_seller_2026", "an input with a note; its figure stands on 1460, above")
    taken = first.eliminated("balance", "unrealised")
    d.compare("margin", taken / Decimal(stock))
    d.compare(
        "year_1",
        {
            "stock": first.at("1460", "ELIM"),
            "cost of sales": first.at("4010", "ELIM") + Decimal(price),  # beside the purchase itself
            "result": first.result - Decimal(stock),  # the units' own surplus is the stock that they still have
        },
    )
    second = run(ws, "--to", "2027-12-31")
    assert second.code == 0
    d.compare(
        "year_2_all_sold",
        {
            "opening equity": -second.column("RetainedResult", "ELIM"),
            "cost of sales": second.at("4010", "ELIM"),
            "stock": second.at("1460"),
            "result": second.result + Decimal(stock),  # the units' own deficit is the stock that they have sold
        },
    )
