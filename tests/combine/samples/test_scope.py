"""Sample 23: a unit joins on 1 April, another leaves on 30 September; thousands of SEK, here as kronor."""

from __future__ import annotations

from decimal import Decimal

from tests.combine.samples.builder import Book

ENTITY = 'entity = "legal_entity"'
MONTH = """
{day} * "Outsiders"
  Assets:1930-Bank  {rest} SEK
  Income:3001-Sales  -{sold} SEK
  Expenses:5010-Costs  {bought} SEK
"""
SERVICE = """
{day} * "Service to {buyer}" ^ic-a-{buyer}-{month}
  Assets:1660-Claim  {amount} SEK
    partner: "{buyer}"
    ic: "trade"
  Income:3002-Service  -{amount} SEK
    partner: "{buyer}"
    ic: "trade"
"""
SERVED = """
{day} * "Service from A" ^ic-a-{buyer}-{month}
  Expenses:6550-Service  {amount} SEK
    partner: "a"
    ic: "trade"
  Liabilities:2860-Debt  -{amount} SEK
    partner: "a"
    ic: "trade"
"""
PAID = """
{day} * "Paid by {buyer}" ^ic-a-{buyer}-{month}
  Assets:1930-Bank  {amount} SEK
  Assets:1660-Claim  -{amount} SEK
    partner: "{buyer}"
    ic: "trade"
"""
PAYS = """
{day} * "Paid to A" ^ic-a-{buyer}-{month}
  Liabilities:2860-Debt  {amount} SEK
    partner: "a"
    ic: "trade"
  Assets:1930-Bank  -{amount} SEK
"""


def opening(amount):
    """Net assets on the day before the year."""
    return f"""
2025-12-31 * "Opening balances"
  Assets:1930-Bank  {amount} SEK
  Equity:2091-Earlier  -{amount} SEK
"""


def books_of_23(case):
    """Each unit's twelve months; its dealings are part of its revenue and cost. Every service is paid next month."""
    served = {item["buyer"].lower(): Decimal(item["per_month"]) for item in case.case["ic"]}
    texts = {}
    for entity in case.case["entities"]:
        slug, month = entity["id"].lower(), {k: Decimal(v) for k, v in entity["monthly"].items()}
        start = Decimal(entity.get("opening_net_assets", "0"))
        if "net_assets_at_join" in entity:  # after three months of its own
            start = Decimal(entity["net_assets_at_join"]) - 3 * (month["revenue"] - month["cost"])
        text = opening(start)
        for number in range(1, 13):
            sold = month["revenue"] - (sum(served.values()) if slug == "a" else 0)
            bought = month["cost"] - served.get(slug, 0)
            text += MONTH.format(day=f"2026-{number:02d}-15", rest=sold - bought, sold=sold, bought=bought)
            for buyer, amount in served.items():
                texts_of = (SERVICE, PAID) if slug == "a" else (SERVED, PAYS) if slug == buyer else ()
                for shape, day in zip(texts_of, (f"2026-{number:02d}-15", f"2026-{number + 1:02d}-10"), strict=False):
                    if day < "2026-13":
                        text += shape.format(day=day, buyer=buyer, month=number, amount=amount)
        texts[slug] = text
    dates = {e["id"].lower(): e["scope"] for e in case.case["entities"]}
    joined = {slug: f"\njoined = {first}" if first != "2026-01-01" else "" for slug, (first, _) in dates.items()}
    left = {slug: f"\nleft = {last}" if last != "2026-12-31" else "" for slug, (_, last) in dates.items()}
    return {slug: Book(text, ENTITY + joined[slug] + left[slug]) for slug, text in texts.items()}


def test_23_units_join_and_leave(workspace, run, example):
    """What lies outside a unit's membership is no part of the figures, and dealings with it are an outsider's."""
    case = example("23_units_join_and_leave")
    expected = case.expected
    found = run(workspace({"office": Book(toml=ENTITY), **books_of_23(case)}, central="office"), "--to", "2026-12-31")
    assert found.code == 0
    expected.compare("revenue", -found.line("NetSales"))
    expected.compare("cost", found.line("OtherExternalCosts"))
    expected.compare("surplus", found.result)
    expected.compare("ic_eliminated", found.eliminated("result"))
    expected.compare("ic_external_outside_scope", -found.at("3002"))
    equity = {
        "opening": -found.line("RetainedResult"),
        "joined": -found.line("Joined"),
        "surplus": found.result,
        "left": -found.line("Left"),
    }
    expected.compare("equity", {**equity, "closing": sum(equity.values())})
    net_assets = sum(found.line(n) for n in ("CashAndBank", "InternalReceivables", "InternalPayables"))
    assert net_assets == sum(equity.values())
    expected.compare("yearend_receivable_from_L_is_external", found.at("1660"))
    expected.compare("yearend_receivable_from_J_eliminated", -found.at("1660", "ELIM"))
    assert {u[0] for u in found.unmatched} == {"PARTNER_OUT_OF_SCOPE"}


def test_23_roll_forward_of_equity(workspace, run, example):
    """Each line of equity from its opening to its closing; all lines together are the sample's figures."""
    case = example("23_units_join_and_leave")
    for figure in ("revenue", "cost", "surplus", "ic_eliminated", "ic_external_outside_scope"):
        case.expected.explain(figure, "the test above")
    for figure in ("yearend_receivable_from_L_is_external", "yearend_receivable_from_J_eliminated"):
        case.expected.explain(figure, "the test above")
    found = run(workspace({"office": Book(toml=ENTITY), **books_of_23(case)}, central="office"), "--to", "2026-12-31")
    names = "opening", "result", "owners", "joined", "left", "cta", "transfers", "adjusted", "closing"
    rows = [{name: Decimal(row[name]) for name in names} for row in found.said["equity"]]
    for row in rows:
        assert row["closing"] == sum(row[name] for name in names[:-1])
    *lines, total = rows
    assert total == {name: sum(line[name] for line in lines) for name in names}
    moved = {"surplus": total["result"], **{name: total[name] for name in ("opening", "joined", "left", "closing")}}
    case.expected.compare("equity", moved)
    assert total["owners"] == total["cta"] == total["transfers"] == total["adjusted"] == 0
