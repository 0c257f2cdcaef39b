"""The bridge from the units' results to the group's: the steps of the worked examples."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.combine import combine
from ledger.combine.figures import add, entry_cells, rows_of
from ledger.combine.model import ADJ, ELIM, GroupEntry, GroupPosting, Place
from ledger.combine.reports.bridge import LABELS, bridge
from tests.combine.conftest import StubRun
from tests.combine.test_adjustments import text as adjustment_text
from tests.combine.test_levels import sold
from tests.combine.test_worked import ENTITY, sale

CODES = {
    "Bank": "Assets:1930-Bank",
    "Inventory": "Assets:1460-Stock",
    "IC_Rec_B": "Assets:1661-Intern",
    "IC_Pay_A": "Liabilities:2861-Intern",
    "IC_Levy_HO": "Liabilities:2862-Levy",
    "IC_Loan_HO": "Liabilities:2863-Loan",
    "IC_Int_HO": "Liabilities:2864-Interest",
    "IC_Levy_A": "Assets:1662-Levy",
    "IC_Levy_B": "Assets:1662-Levy",
    "IC_Levy_C": "Assets:1662-Levy",
    "IC_Loan_C": "Assets:1663-Loan",
    "IC_Int_C": "Assets:1664-Interest",
    "UnitCapital": "Equity:2060-Capital",
    "SalesExt": "Income:3001-Sales",
    "SalesInt_B": "Income:3090-Internal",
    "CogsInt_A": "Expenses:4010-Goods",
    "CostsExt": "Expenses:5010-Costs",
    "Levy_HO": "Expenses:6430-Levy",
    "LevyIncome_A": "Income:3680-Levy",
    "LevyIncome_B": "Income:3680-Levy",
    "LevyIncome_C": "Income:3680-Levy",
    "InterestInt_HO": "Expenses:8410-Interest",
    "InterestInt_C": "Income:8310-Interest",
}
SLUGS = {"A": "aa", "B": "bb", "C": "cc", "HO": "gemensamt"}
CLASSES = {"Levy": "levy", "LevyIncome": "levy", "Loan": "loan", "Int": "interest", "InterestInt": "interest"}


def book(case, entity):
    """A trial balance of sample 20 as one voucher; what is in the unit's name goes to that unit."""
    me = entity["id"]
    rows = ['2026-06-30 * "All of it"']
    for name, amount in entity["tb"].items():
        # B: all that was bought is a cost, and the stock takes half of it back
        bought = 40000 if me == "B" and name == "CogsInt_A" else 0
        rows.append(f"  {CODES[name]}  {Decimal(amount) + bought:.2f} SEK")
        head, _, other = name.removeprefix("IC_").rpartition("_")
        if other in SLUGS and other != me:
            kind = CLASSES.get(head, "trade")
            rows += [f'    partner: "{SLUGS[other]}"', f'    ic: "{kind}"']
            if name == "SalesInt_B":
                rows.append(f"    cost: {case['ic'][0]['cost']}.00 SEK")
    if me == "B":
        rows.append("  Expenses:4010-Goods  -40000.00 SEK")
        rows.append('2026-06-30 custom "internal-stock" "aa" 40000.00 SEK')
    return "\n".join(rows) + "\n"


@pytest.fixture
def cooperative(samples):
    case = json.loads((samples / "consolidation" / "20_coop_levy_single_entity.json").read_text(encoding="utf-8"))
    return case, {SLUGS[e["id"]]: book(case, e) for e in case["entities"]}


def test_from_155000_to_140000(cooperative, combined):
    """Sample 20: Σ of unit results 155,000 - 5,000 of a levy that a unit missed - 10,000 of profit in stock."""
    case, texts = cooperative
    texts["cc"] += """
2026-06-30 * "The levy that was missed"
  Expenses:6430-Levy      5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2862-Levy  -5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
"""
    steps = bridge(combined(texts, date_to=dt.date(2026, 12, 31)))
    results = {SLUGS[name]: Decimal(amount) for name, amount in case["expected"]["sum_of_unit_results"].items()}
    results["cc"] -= 5000
    assert {s.unit: s.amount for s in steps if s.step == "unit"} == results
    assert [(s.step, s.amount) for s in steps if s.step != "unit"] == [("eliminated", 0), ("unrealised", -10000)]
    assert sum(s.amount for s in steps) == Decimal(case["expected"]["surplus"])


def test_the_topside_adjustment_is_a_step(cooperative, federation):
    """The same, put right by an adjustment of the finance head: each step as the sample has it."""
    case, texts = cooperative
    books = federation(texts)
    adjustment = """\
2026-12-31 * "The levy that the unit missed"
  author: "anna"
  reason: "No entry for December"
  approver: "bo"
  unit: "cc"
  Expenses:OtherExternalCosts:6430-Levy    5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:InternalPayables:2862-Levy  -5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
"""
    books = replace(books, adjustments=adjustment_text(books.workspace, levy=adjustment))
    found = combine(books, StubRun(), date_to=dt.date(2026, 12, 31))
    results = {SLUGS[name]: Decimal(amount) for name, amount in case["expected"]["sum_of_unit_results"].items()}
    steps = bridge(found)
    assert {s.unit: s.amount for s in steps if s.step == "unit"} == results
    assert [(s.step, s.amount) for s in steps if s.step != "unit"] == [
        ("eliminated", 0),
        ("unrealised", -10000),
        ("adjustments", -5000),
    ]
    assert found.result == Decimal(case["expected"]["surplus"])


def test_a_missed_voucher_leaves_its_difference_in_the_result(cooperative, combined):
    """Before the levy is put right, 5,000 of central's income has no cost against it: 155,000 - 10,000."""
    case, texts = cooperative
    found = combined(texts, date_to=dt.date(2026, 12, 31))
    results = {SLUGS[name]: Decimal(amount) for name, amount in case["expected"]["sum_of_unit_results"].items()}
    steps = bridge(found)
    assert {s.unit: s.amount for s in steps if s.step == "unit"} == results
    assert found.result == Decimal(145000)


def test_transit_is_a_step(combined):
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    texts = {"repris": mine.replace("2026-03-04", "2026-12-30"), "kafeet": theirs.replace("2026-03-05", "2027-01-04")}
    steps = bridge(combined(texts, date_to=dt.date(2026, 12, 31)))
    assert [(s.step, s.unit, s.amount) for s in steps] == [
        ("unit", "gemensamt", 0),
        ("unit", "kafeet", 0),
        ("unit", "repris", 500),
        ("eliminated", None, 0),
        ("transit", None, -500),
    ]


@pytest.mark.parametrize(
    ("kind", "column", "step"),
    [
        ("dividend", ELIM, "distributions"),
        ("patronage", ELIM, "distributions"),
        ("asset", ELIM, "assets"),
        ("goodwill", ELIM, "goodwill"),
        ("minority", ELIM, "minority"),
        ("acquisition", ELIM, "acquisition"),
        ("adjustment", ADJ, "adjustments"),
        ("fund", ELIM, "eliminated"),
    ],
)
def test_every_kind_has_its_step(combined, kind, column, step):
    """An entry of 70 against income, whatever made it, is a step of -70; what stands in equity is none."""
    found = combined({"repris": (sold("1000.00"), ENTITY)})
    places = Place("InterestIncome", "8310-Interest"), Place("OtherFreeEquity", "2096-Free")
    postings = (GroupPosting(places[0], column, Decimal(70)), GroupPosting(places[1], column, Decimal(-70)))
    entry = GroupEntry(dt.date(2026, 2, 1), column, kind, "x", ("repris",), postings)
    sums = entry_cells([entry])
    for slug in found.units:
        add(sums, found.cells(slug))
    changed = replace(found, entries=(entry,), trial_balance=rows_of(sums))
    assert [(s.step, s.amount) for s in bridge(changed) if s.unit is None] == [(step, -70)]
    assert changed.result == 930
    assert LABELS[step]


def test_a_transfer_to_equity_is_no_result(combined):
    closing = """
2026-02-28 * "To equity"
  Expenses:8999-Result  1000.00 SEK
  Equity:2099-Result   -1000.00 SEK
"""
    steps = bridge(combined({"repris": sold("1000.00") + closing}))
    assert [(s.unit, s.amount) for s in steps] == [("gemensamt", 0), ("repris", 1000)]
