"""Other systems' test suites on translation and scope: samples 09 (OCA), 11 (Tryton), 13 (ERPNext), 15 (DataSynth).

Their currencies are names (`HOLD`, `FC`): here the reporting currency of 09 is EUR and the foreign one USD.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.combine.samples.builder import Book, all_of, rates, write_book

#: Figures of 09 → accounts of a chart that the units bring with them.
OCA = {
    "exp1": "Expenses:6001",
    "exp2": "Expenses:6002",
    "exp3": "Expenses:6003",
    "rev1": "Income:7001",
    "rev2": "Income:7002",
    "ass1": "Assets:2001",
    "lia1": "Liabilities:4001",
    "lia2": "Liabilities:4002",
}
OCA_CHART = """\
extends = "bas"
[accounts.Income]
7001 = "Revenue-1"
[lines]
OtherExternalCosts = ["6001-6003"]
NetSales = ["7001-7002"]
TradeReceivables = ["2001"]
TradePayables = ["4001-4002"]
"""


def entity(chart="bas", levels=()):
    """Lines of unit.toml of a legal person of its own."""
    quoted = ", ".join(f'"{name}"' for name in levels)
    return f'entity = "legal_entity"\nchart = "{chart}"\nlevels = [{quoted}]'


def test_09_two_subsidiaries_translated(workspace, run, example):
    """SUBB at the month's average and the closing rate; what its lines don't sum to is the difference account's 3.57.

    OCA's residual is a plug. Ours is the translation difference, proven by roll-forward, and the rounding of single
    postings on an account of its own; both stand on line CTA, and together they are the 3.57.

    Its target of posted entries only has SUBB alone, because SUBA's are drafts. Sambok has no drafts: what stands in a
    book counts, flagged `!` or not. The same figures come from SUBB's level.
    """
    case = example("09_oca_ytd_two_subsidiaries")
    quoted, expected = case.case["rates"], case.expected
    texts = {}
    for unit, currency in (("SUBA", "EUR"), ("SUBB", "USD")):
        tb = case.entity(unit)["tb"]
        texts[unit] = write_book(all_of(tb, "2026-01-31", "January"), tb, OCA, currency)
    flag = {"draft": "!", "posted": "*"}
    books = {
        unit.lower(): Book(
            texts[unit].replace(" * ", f" {flag[case.entity(unit)['status']]} "),
            entity("own.toml", levels),
            currency=currency,
            files={"own.toml": OCA_CHART},
        )
        for unit, currency, levels in (("SUBA", "EUR", ("Holding",)), ("SUBB", "USD", ("Holding", "Posted")))
    }
    prices = rates("USD per EUR", "USD", "EUR", {"2026-01-31": quoted["closing"]}, {"2026-01-31": quoted["average"]})
    ws = workspace({"holding": Book(toml=entity()), **books}, central="holding", currency="EUR", prices=prices)
    found = run(ws, "--to", "2026-01-31")
    assert found.code == 0
    expected.compare("suba_all", {name: found.of(name, "suba") for name in OCA})
    translated = {name: found.of(name, "subb") for name in OCA}
    expected.compare("subb_translated", translated)
    expected.compare("residual_ced", found.line("CTA"))
    case.published.compare("all translated lines and ced 3.57", found.line("CTA"))
    for name in OCA:
        assert found.of(name) == Decimal(expected.at("suba_all")[name]) + Decimal(expected.at("subb_translated")[name])

    # ced = -P&L × (1/average - 1/closing) + rounding: the proof and the rounding account
    (proof,) = found.said["translation"]
    result = sum(Decimal(case.entity("SUBB")["tb"][name]) for name in ("exp1", "exp2", "exp3", "rev1", "rev2"))
    by_hand = -result * (1 / Decimal(quoted["average"]) - 1 / Decimal(quoted["closing"]))
    assert proof["posted"] == proof["proof"] == f"{by_hand:.2f}"
    assert Decimal(proof["posted"]) + Decimal(proof["rounding"]) == found.line("CTA")
    expected.explain("residual_proof", "the formula above")

    posted = run(ws, "--to", "2026-01-31", "--level", "Posted")
    assert {c for _, _, c, _ in posted.rows} == {"subb", "CTA"}
    assert {name: posted.of(name) for name in OCA} == translated
    expected.explain("target_posted_only", "only SUBB's rows, as above")


def test_11_a_mismatch_is_no_less_a_mismatch_for_being_tagged(workspace, run, example):
    """Dunder owes 100 USD, Saber claims 50 EUR = 25 USD: Tryton drops both sides and shows 180.

    Ours eliminates 25 (the smaller side), leaves 75 on Dunder's account, and reports them: 180 and an expense of 20 are
    what is left if the 75 are taken off by hand.
    """
    case = example("11_tryton_exclude_ic")
    expected, closing = case.expected, case.case["rates"]["closing"]
    dunder, saber = case.entity("DUNDER")["tb"], case.entity("SABER")["tb"]
    ours = """
2026-03-31 * "Customers"
  receivable
  revenue
2026-03-31 * "From Saber" ^ic-saber-1
  expense_ic_SABER
    partner: "saber"
    ic: "trade"
  payable_ic_SABER
    partner: "saber"
    ic: "trade"
"""
    theirs = """
2026-03-31 * "To Dunder" ^ic-saber-1
  receivable_ic_DUNDER
    partner: "dunder"
    ic: "trade"
  revenue_ic_DUNDER
    partner: "dunder"
    ic: "trade"
2026-03-31 * "Suppliers"
  expense
  payable
"""
    table = {
        "receivable": "Assets:1510",
        "revenue": "Income:3001",
        "expense": "Expenses:4000",
        "payable": "Liabilities:2440",
    }
    table |= {"payable_ic_SABER": "Liabilities:2861", "expense_ic_SABER": "Expenses:4010"}
    table |= {"receivable_ic_DUNDER": "Assets:1661", "revenue_ic_DUNDER": "Income:3002"}
    ws = workspace(
        {
            "office": Book(toml=entity()),
            "dunder": Book(write_book(ours, dunder, table, "USD"), entity(levels=("World", "Dunder"))),
            "saber": Book(write_book(theirs, saber, table, "EUR"), entity(levels=("World",)), currency="EUR"),
        },
        central="office",
        currency="USD",
        prices=rates("EUR per USD", "EUR", "USD", {"2026-03-31": closing}, {"2026-03-31": closing}),
    )

    alone = run(ws, "--to", "2026-03-31", "--level", "Dunder")
    assert alone.code == 0
    assert alone.unmatched == []  # Saber is an outsider there
    balance = alone.of("receivable") + alone.of("payable_ic_SABER")
    expected.compare("scope_dunder_only", {"net_balance": balance, "net_income": alone.result})
    assert (alone.result, balance) == (100, 100)

    both = run(ws, "--to", "2026-03-31")
    assert both.code == 3
    ((code, kind, units, mismatch),) = both.unmatched
    assert (code, kind, units) == ("AMOUNT_DIFF", "trade", ("dunder", "saber"))
    expected.compare("must_report_mismatch_usd", mismatch)
    sources = both.said["unmatched"][0]["sources"]
    assert [s.rsplit("/books/")[0] for s in sources] == ["units/dunder", "units/saber"]
    assert both.said["unmatched"][0]["currency"] == "USD"
    assert both.of("payable_ic_SABER") == -mismatch
    assert both.of("expense_ic_SABER") == mismatch
    assert both.eliminated("balance") == both.eliminated("result") == 25
    balance = both.of("receivable") + both.of("payable") + both.of("payable_ic_SABER") + both.of("receivable_ic_DUNDER")
    expected.compare(
        "scope_both",
        {
            "net_balance": balance + mismatch,
            "net_income": both.result + mismatch,
            "revenue": -both.line("NetSales"),
            "expense": both.line("RawMaterials") - mismatch,
        },
    )
    case.published.compare(
        "180 / -180 consolidated; 100 / -100 Dunder alone", balance + mismatch, 180, alone.result, 100
    )
    assert both.line("CTA") == 0  # one rate for everything


INR = {"Marketing": "Expenses:5900", "Cash": "Assets:1910", "SecuredLoans": "Liabilities:2350"}


def erpnext(workspace, case, units, average, closing):
    """A workspace of some of 13's companies."""
    books = {}
    for unit in units:
        tb, currency = case.entity(unit)["tb"], case.entity(unit)["functional"]
        books[unit.lower()] = Book(write_book(all_of(tb, "2026-06-30"), tb, INR, currency), entity(), currency=currency)
    prices = rates("INR per USD", "USD", "INR", {"2026-06-30": closing}, {"2026-06-30": average})
    return workspace({"office": Book(toml=entity()), **books}, central="office", currency="INR", prices=prices)


def test_13_a_trial_balance_of_two_currencies(workspace, run, example):
    """1,000 USD at 83 beside 100,000 INR; one rate for everything makes no translation difference.

    ERPNext sums debits company by company ("gross"): Cash of -100,000 and of 50,000 in two companies are 50,000 debit.
    """
    case = example("13_erpnext_consolidated_tb")
    quoted, expected = case.case["rates"], case.expected

    def debits(found, unit):
        return sum(max(amount, Decimal(0)) for _, _, column, amount in found.rows if column == unit)

    found = run(erpnext(workspace, case, ["PGCI", "CCU"], quoted["average"], quoted["closing"]))
    total = debits(found, "pgci") + debits(found, "ccu")
    expected.compare("total_debit_PGCI_CCU", total)
    expected.compare("fctr", found.line("CTA"))
    case.published.compare("closing total = 100000 + 1000*rate; debit=credit", debits(found, "pgci"), total / 183)
    assert total == debits(found, "pgci") + 1000 * Decimal(quoted["closing"])
    assert total == -sum(min(amount, Decimal(0)) for *_, amount in found.rows)
    gross = run(erpnext(workspace, case, ["PGCI", "CCI"], quoted["average"], quoted["closing"]))
    expected.compare("total_debit_PGCI_CCI_gross", debits(gross, "pgci") + debits(gross, "cci"))
    assert gross.said["translation"] == []
    assert found.code == gross.code == 0


def test_13_variant_with_an_average_of_80(workspace, run, example):
    """Marketing at 80, cash at 83: the difference of 3,000 is a loss, proven by roll-forward."""
    case = example("13_erpnext_consolidated_tb")
    case.expected.explain("", "the test above")
    case.published.explain(case.published.lines[0], "the test above")
    variant = case.figures("variant_average_80")
    quoted = variant.at("rates")
    found = run(erpnext(workspace, case, ["PGCI", "CCU"], quoted["average"], quoted["closing"]))
    variant.compare(
        "expected",
        {"marketing": found.of("Marketing"), "cash": found.of("Cash"), "cta_tb_debit": found.line("CTA")},
    )
    (proof,) = found.said["translation"]
    assert proof["posted"] == proof["proof"] == "3000.00"
    assert found.code == 0


@pytest.mark.parametrize("month", ["2026-02", "2026-11"])
def test_15_current_rate_method_with_its_proof(workspace, run, example, month):
    """Opening 1,000,000 at 1.08, profit 100,000 at 1.10, closing 1.12: 40,000 of the opening and 2,000 of the profit.

    The two parts: the same book without its profit shows the opening's share. The month of the profit changes nothing.
    """
    case = example("15_cta_current_rate")
    (unit,) = case.case["entities"]
    quoted = case.case["rates"]
    opening = f"""
2025-12-31 * "Opening balances"
  Assets:1930-Bank  {unit["opening_net_assets"]} EUR
  Equity:2091-Earlier  -{unit["opening_net_assets"]} EUR
"""
    profit = f"""
{month}-10 * "Profit"
  Assets:1930-Bank  {unit["profit"]} EUR
  Income:3001-Sales  -{unit["profit"]} EUR
"""
    prices = rates(
        case.case["rates"]["quote"],
        "EUR",
        "USD",
        {"2025-12-31": quoted["opening"], "2026-12-31": quoted["closing"]},
        {f"{month}-28": quoted["average"]},
    )
    answers = []
    for text in (opening, opening + profit):
        book = Book(text, entity(), currency="EUR")
        books = {"office": Book(toml=entity()), "u1200": book}
        found = run(workspace(books, central="office", currency="USD", prices=prices), "--to", "2026-12-31")
        (proof,) = found.said["translation"]
        assert proof["posted"] == proof["proof"]
        assert found.line("CTA") == Decimal(proof["posted"])
        assert Decimal(proof["opening_net_assets"]) == Decimal(unit["opening_net_assets"])
        assert found.code == 0
        answers.append((-Decimal(proof["proof"]), found))
    (of_opening, _), (whole, found) = answers  # a gain is a credit: a positive figure in the sample
    case.expected.compare("cta", whole)
    case.expected.compare("proof", {"opening_effect": of_opening, "profit_effect": whole - of_opening})
    case.published.compare("42,000", whole)
    assert found.line("CashAndBank") == Decimal(unit["closing_net_assets"]) * Decimal(quoted["closing"])
    assert found.result == Decimal(unit["profit"]) * Decimal(quoted["average"])
