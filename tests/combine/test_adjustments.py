"""The finance head's adjustments: whose they are, when they count, what they match, and what is refused (SPEC 10).

Figures are worked by hand; the missed levy is that of sample 20.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.parser import booking, parser

import ledger.charts
from ledger.books import AdjustmentText
from ledger.books.unitbook import CentralText
from ledger.charts import lines
from ledger.combine import combine
from ledger.combine.adjusting.reader import MADE, read_adjustments
from ledger.combine.levels import level_tree
from ledger.combine.model import ADJ
from ledger.combine.reports.answer import answer
from ledger.combine.reports.export import beancount_text
from ledger.combine.reports.view import group_entries

from . import test_assets as assets
from .conftest import StubRun, totals

D = dt.date
CHARTS = Path(ledger.charts.__file__).parent
#: Two municipalities of one region, central above them.
LEVELS = {
    "gemensamt": 'levels = ["Sverige"]',
    "repris": 'levels = ["Sverige", "Östergötland", "Norrköping"]',
    "kafe": 'levels = ["Sverige", "Östergötland", "Ydre"]',
}
#: Sample 20: central has booked the levy of the year, 60 000.00, the unit only 55 000.00.
MISSED = {
    "gemensamt": """
2026-12-31 * "Levy" ^ic-kafe-levy
  Assets:1661-Claim  60000.00 SEK
    partner: "kafe"
    ic: "levy"
  Income:3680-Levy  -60000.00 SEK
    partner: "kafe"
    ic: "levy"
""",
    "kafe": """
2026-11-30 * "Levy" ^ic-kafe-levy
  Expenses:6430-Levy  55000.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Levy  -55000.00 SEK
    partner: "gemensamt"
    ic: "levy"
2026-06-30 * "Sales"
  Assets:1930-Bank  400000.00 SEK
  Income:3001-Sales  -400000.00 SEK
""",
    "repris": """
2026-06-30 * "Sales"
  Assets:1930-Bank  1000.00 SEK
  Income:3001-Sales  -1000.00 SEK
""",
}
LEVY = """\
2026-12-31 * "Levy of December" ^ic-kafe-levy
  author: "anna"
  reason: "The unit has no entry for December"
  approver: "bo"
  reverses: 2027-01-01
  Expenses:OtherExternalCosts:6430-Levy  5000.00 SEK
    unit: "kafe"
    partner: "gemensamt"
    ic: "levy"
  Liabilities:InternalPayables:2861-Levy  -5000.00 SEK
    unit: "kafe"
    partner: "gemensamt"
    ic: "levy"
"""
#: An accrual that concerns nobody's dealings.
ACCRUAL = """\
2026-12-31 * "Audit"
  author: "anna"
  reason: "Audit of the year, invoiced in spring"
  decision: "FS-1"
  Expenses:OtherExternalCosts:6420-Audit  800.00 SEK
  Liabilities:AccruedExpenses:2990-Audit  -800.00 SEK
"""
POLICY = '2026-11-20 custom "decision" "FS-1" "board"\n'


def text(ws, **files: str) -> AdjustmentText:
    """Adjustments by file name, booked as the loader books them."""
    entries, names = [], []
    for name, content in sorted(files.items()):
        path = str(ws.adjustments_folder / f"{name}.beancount")
        parsed, errors, options = parser.parse_string(content, report_filename=path)
        booked, more = booking.book(parsed, options)
        assert not errors
        assert not more
        entries += booked
        names.append(path)
    return AdjustmentText(tuple(entries), (), tuple(names), "test")


@pytest.fixture
def adjusted(federation):
    """`adjusted(LEVY, date_to=…)` → combined figures of the missed levy with adjustments."""

    def books_of(*contents: str, units=MISSED, toml=LEVELS):
        books = federation({slug: (ledger, toml.get(slug, "")) for slug, ledger in units.items()})
        policy, _, _ = parser.parse_string(POLICY, report_filename=str(books.workspace.policy_file))
        files = {f"a-{number}": content for number, content in enumerate(contents)}
        central = CentralText(tuple(policy), books.central_text.prices, "test")
        return replace(books, central_text=central, adjustments=text(books.workspace, **files))

    def make(*contents: str, units=MISSED, toml=LEVELS, **options):
        return combine(books_of(*contents, units=units, toml=toml), StubRun(), **options)

    make.books = books_of
    return make


def column(found, name: str = ADJ) -> dict[str, str]:
    return {f"{row.line} {row.account}": str(row.amount) for row in found.trial_balance if row.unit == name}


def codes(found) -> list[tuple[str, str]]:
    return [(u.code, str(u.amount)) for u in found.unmatched]


YEAR = {"date_from": D(2026, 1, 1), "date_to": D(2026, 12, 31)}
NEXT = {"date_from": D(2027, 1, 1), "date_to": D(2027, 12, 31)}


def test_the_missed_levy_of_the_sample(adjusted):
    """Before: 5 000.00 unmatched; with the adjustment all 60 000.00 is eliminated and the surplus is 5 000.00 less."""
    before = adjusted(**YEAR)
    assert codes(before) == [("AMOUNT_DIFF", "5000.00")]
    assert before.result == Decimal("406000.00")  # 401 000 sales + 60 000 levy income − 55 000 levy cost
    after = adjusted(LEVY, **YEAR)
    assert codes(after) == []
    assert after.result == Decimal("401000.00")
    assert column(after) == {"OtherExternalCosts 6430-Levy": "5000.00", "InternalPayables 2861-Levy": "-5000.00"}
    assert {e.amount for e in after.eliminations} == {Decimal("60000.00")}
    left = totals(after)
    assert [left[code] for code in ("1661", "2861", "3680", "6430")] == ["0.00"] * 4
    (used,) = after.adjustments
    assert used.as_json() == {
        "file": "units/adjustments/a-0.beancount",
        "line": 1,
        "date": "2026-12-31",
        "author": "anna",
        "reason": "The unit has no entry for December",
        "decision": None,
        "approver": "bo",
        "reverses": "2027-01-01",
        "amount": "5000.00",
    }


def test_taken_back_it_meets_what_the_unit_books_late(adjusted):
    """2027: the reversal and the unit's own late entry cancel out; the year before keeps its cost."""
    late = """
2027-01-03 * "Levy of December" ^ic-kafe-levy
  Expenses:6430-Levy  5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Levy  -5000.00 SEK
    partner: "gemensamt"
    ic: "levy"
"""
    found = adjusted(LEVY, units={**MISSED, "kafe": MISSED["kafe"] + late}, **NEXT)
    assert codes(found) == []
    assert found.result == 0
    assert column(found) == {"OtherExternalCosts 6430-Levy": "-5000.00", "RetainedResult Earlier-years": "5000.00"}
    days = [(e.date, str(e.postings[0].amount), e.reverses) for e in found.entries if e.kind == "adjustment"]
    assert days == [(D(2026, 12, 31), "5000.00", D(2027, 1, 1)), (D(2027, 1, 1), "-5000.00", None)]


def test_not_booked_it_is_unmatched_again_the_day_after(adjusted):
    found = adjusted(LEVY, date_from=D(2026, 1, 1), date_to=D(2027, 1, 1))
    assert codes(found) == [("AMOUNT_DIFF", "5000.00")]
    assert column(found) == {}


#: Neither unit has booked what central shares out: its equity and debt, the unit's claim and income.
SHARED = """\
2026-12-31 * "Dividend" ^ic-gemensamt-5
  author: "anna"
  reason: "Decided in December, booked by nobody"
  decision: "FS-1"
  Equity:RetainedResult:2091-Retained  100.00 SEK
    unit: "gemensamt"
    partner: "kafe"
    ic: "KIND"
  Liabilities:OtherLiabilities:2898-Refund-owed  -100.00 SEK
    unit: "gemensamt"
    partner: "kafe"
    ic: "KIND"
  Assets:InternalReceivables:1660-Claim  100.00 SEK
    unit: "kafe"
    partner: "gemensamt"
    ic: "KIND"
  Income:IncomeFromFinancialAssets:8010-Dividend  -100.00 SEK
    unit: "kafe"
    partner: "gemensamt"
    ic: "KIND"
"""


@pytest.mark.parametrize("kind", ["dividend", "patronage"])
@pytest.mark.parametrize("entity", ["", '\nentity = "legal_entity"'], ids=["divisions", "legal persons"])
def test_what_is_shared_out_between_units_meets_its_income(adjusted, kind, entity):
    """All four postings stand in ADJ, and ELIM takes them out: no income of the group, no equity that is gone."""
    toml = {slug: lines + entity for slug, lines in LEVELS.items()}
    given = {"units": {**MISSED, "gemensamt": "", "kafe": ""}, "toml": toml}
    found = adjusted(SHARED.replace("KIND", kind), **given, **YEAR)
    assert found.complete
    assert codes(found) == []
    assert found.result == Decimal("1000.00")  # sales of the third unit
    added = {
        "RetainedResult 2091-Retained": Decimal("100.00"),
        "OtherLiabilities 2898-Refund-owed": Decimal("-100.00"),
        "InternalReceivables 1660-Claim": Decimal("100.00"),
        "IncomeFromFinancialAssets 8010-Dividend": Decimal("-100.00"),
    }
    assert column(found) == {name: str(amount) for name, amount in added.items()}
    assert column(found, "ELIM") == {name: str(-amount) for name, amount in added.items()}
    assert {e.kind for e in found.entries if e.column == "ELIM"} == {kind}
    assert answer(found)
    later = adjusted(SHARED.replace("KIND", kind), **given, **NEXT)
    assert codes(later) == []
    assert {name: amount for name, amount in later.lines.items() if amount} == {
        "CashAndBank": Decimal("1000.00"),
        "RetainedResult": Decimal("-1000.00"),
    }


#: The seller hasn't booked that it sold a machine of 90,000 for 120,000; the buyer has its machine.
SOLD = """\
2026-07-01 * "Machine sold" ^ic-repris-7
  author: "anna"
  reason: "The seller books it only next year"
  approver: "bo"
  reverses: 2027-01-01
  unit: "repris"
  Assets:InternalReceivables:1660-Claim       120000.00 SEK
    partner: "kafe"
    ic: "asset"
  Income:OtherOperatingIncome:3973-Gain      -120000.00 SEK
    partner: "kafe"
    ic: "asset"
  Income:OtherOperatingIncome:3973-Gain        90000.00 SEK
    partner: "kafe"
    ic: "asset"
  Assets:MachineryAndEquipment:1220-Machine   -90000.00 SEK
"""


@pytest.mark.parametrize("entity", ["", '\nentity = "legal_entity"'], ids=["divisions", "legal persons"])
def test_a_gain_on_a_fixed_asset_is_stood_in_for(adjusted, entity):
    """30,000 over 60 months are 500 a month: the same as where the seller has booked it itself."""
    toml = {slug: lines + entity for slug, lines in LEVELS.items()}
    bought = assets.DEAR.replace("kafeet", "kafe")
    alone = adjusted(units={"gemensamt": "", "repris": "", "kafe": bought}, toml=toml, **YEAR)
    assert [code for code, _ in codes(alone)] == ["ONE_SIDED"]
    late = assets.sold("2027-01-05", "120000.00", "90000.00").replace("kafeet", "kafe")
    units = {"gemensamt": "", "repris": late, "kafe": bought}
    first = adjusted(SOLD, units=units, toml=toml, **YEAR)
    assert (codes(first), first.complete) == ([], True)
    assert assets.elim(first) == {"3973": "30000.00", "7830": "-3000.00", "1220": "-27000.00"}
    assert column(first)["OtherOperatingIncome 3973-Gain"] == "-30000.00"
    then = adjusted(SOLD, units=units, toml=toml, **NEXT)
    assert (codes(then), then.complete) == ([], True)
    assert assets.elim(then) == {"Earlier": "27000.00", "7830": "-6000.00", "1220": "-21000.00"}


def test_what_the_buyer_has_of_a_fixed_asset_isn_t_stood_in_for(adjusted):
    """Its useful life and what becomes of it are its book's to say."""
    wrong = SOLD.replace("   -90000.00 SEK\n", '   -90000.00 SEK\n    partner: "kafe"\n    ic: "asset"\n')
    found = adjusted(wrong, **YEAR)
    assert [p.code for p in found.problems] == ["ADJUSTMENT_DEALING"]
    assert "Let repris tag it in its own book" in found.problems[0].remedy_text()


@pytest.mark.parametrize(
    ("date_to", "amounts"),
    [
        (D(2026, 12, 20), {}),  # not yet
        (D(2026, 12, 31), {"AccruedExpenses 2990-Audit": "-800.00", "OtherExternalCosts 6420-Audit": "800.00"}),
        (D(2027, 12, 31), {"AccruedExpenses 2990-Audit": "-800.00", "RetainedResult Earlier-years": "800.00"}),
    ],
)
def test_without_a_day_of_taking_back_it_stays(adjusted, date_to, amounts):
    found = adjusted(ACCRUAL, date_from=D(date_to.year, 1, 1), date_to=date_to)
    assert column(found) == amounts
    assert found.complete


def test_taken_back_before_the_period_it_is_gone(adjusted):
    back = ACCRUAL.replace('  decision: "FS-1"\n', '  decision: "FS-1"\n  reverses: 2027-03-01\n')
    found = adjusted(back, date_from=D(2028, 1, 1), date_to=D(2028, 12, 31))
    assert column(found) == {}
    assert found.adjustments == ()
    within = adjusted(back, **NEXT)
    assert column(within) == {"OtherExternalCosts 6420-Audit": "-800.00", "RetainedResult Earlier-years": "800.00"}


@pytest.mark.parametrize(
    ("owner", "runs"),
    [
        ("", {None}),
        ('  unit: "kafe"\n', {None, "Sverige", "Östergötland", "Ydre"}),
        ('  level: "Östergötland"\n', {None, "Sverige", "Östergötland"}),
        ('  level: "Sverige"\n', {None, "Sverige"}),
        ('  level: "Norrköping"\n', {None, "Sverige", "Östergötland", "Norrköping"}),
    ],
)
def test_whose_it_is(adjusted, owner, runs):
    content = ACCRUAL.replace('  decision: "FS-1"\n', f'  decision: "FS-1"\n{owner}')
    for level in (None, "Sverige", "Östergötland", "Ydre", "Norrköping"):
        found = adjusted(content, level=level, **YEAR)
        assert bool(column(found)) == (level in runs), level
        assert len(found.adjustments) == (level in runs)


def test_each_levels_figures_are_those_of_combining_it_alone(adjusted):
    """One adjustment of the federation, one of each kind of level, one of a unit: account by account."""
    owners = ("", '  unit: "kafe"\n', '  level: "Östergötland"\n', '  level: "Norrköping"\n', '  level: "Sverige"\n')
    contents = [
        ACCRUAL.replace('"FS-1"\n', f'"FS-1"\n{owner}').replace("800.00", f"{number}00.00")
        for number, owner in enumerate(owners, 1)
    ]
    tree = level_tree(adjusted(*contents, **YEAR))
    amounts = {}
    for name in ("Sverige", "Sverige/Östergötland", "Sverige/Östergötland/Ydre", "Sverige/Östergötland/Norrköping"):
        node = tree.find(tuple(name.split("/")))
        alone = adjusted(*contents, level=name, **YEAR)
        mine = [(row.line, row.account, row.amount) for row in node.figures.rows if row.unit == ADJ]
        assert mine == [(row.line, row.account, row.amount) for row in alone.trial_balance if row.unit == ADJ]
        amounts[name.rpartition("/")[2]] = str(mine[0][2])
    assert amounts == {"Sverige": "1400.00", "Östergötland": "900.00", "Ydre": "200.00", "Norrköping": "400.00"}
    assert column(adjusted(*contents, **YEAR))["OtherExternalCosts 6420-Audit"] == "1500.00"


def test_parts_that_balance_unit_by_unit_are_entries_of_their_own(adjusted):
    both = """\
2026-12-31 * "Both"
  author: "anna"
  reason: "x"
  approver: "bo"
  Expenses:OtherExternalCosts:6420-Audit  300.00 SEK
    unit: "kafe"
  Liabilities:AccruedExpenses:2990-Audit  -300.00 SEK
    unit: "kafe"
  Expenses:OtherExternalCosts:6420-Audit  500.00 SEK
    unit: "repris"
  Liabilities:AccruedExpenses:2990-Audit  -500.00 SEK
    unit: "repris"
"""
    assert column(adjusted(both, level="Ydre", **YEAR))["AccruedExpenses 2990-Audit"] == "-300.00"
    assert column(adjusted(both, level="Östergötland", **YEAR))["AccruedExpenses 2990-Audit"] == "-800.00"


def test_parts_that_balance_only_together_stand_where_all_have_their_level_in_common(adjusted):
    across = """\
2026-12-31 * "Across"
  author: "anna"
  reason: "x"
  approver: "bo"
  Expenses:OtherExternalCosts:6420-Audit  300.00 SEK
    unit: "kafe"
  Liabilities:AccruedExpenses:2990-Audit  -300.00 SEK
    unit: "repris"
"""
    assert column(adjusted(across, level="Ydre", **YEAR)) == {}
    assert column(adjusted(across, level="Östergötland", **YEAR))["AccruedExpenses 2990-Audit"] == "-300.00"


def test_a_legal_entity_that_leaves_takes_what_was_adjusted_of_its_debts(adjusted):
    toml = {**LEVELS, "kafe": 'entity = "legal_entity"\ncountry = "SE"\nleft = 2026-09-30'}
    content = ACCRUAL.replace("2026-12-31", "2026-08-31").replace('"FS-1"\n', '"FS-1"\n  unit: "kafe"\n', 1)
    found = adjusted(content, toml=toml, **YEAR)
    assert column(found) == {"OtherExternalCosts 6420-Audit": "800.00", "Left Net-assets": "-800.00"}


def test_the_order_of_files_changes_nothing(adjusted):
    one, other = adjusted.books(LEVY, ACCRUAL), adjusted.books(LEVY, ACCRUAL)
    turned = replace(other.adjustments, entries=tuple(reversed(other.adjustments.entries)))
    first = answer(combine(one, StubRun(), **YEAR))
    assert answer(combine(replace(other, adjustments=turned), StubRun(), **YEAR)) == first


def changed(old: str, new: str, content: str = LEVY) -> str:
    assert old in content
    return content.replace(old, new, 1)


FAULTS = [
    ("ADJUSTMENT_INCOMPLETE", 1, changed('  author: "anna"\n', "")),
    ("ADJUSTMENT_INCOMPLETE", 1, changed('reason: "The unit has no entry for December"', 'reason: " "')),
    ("ADJUSTMENT_UNAPPROVED", 1, changed('  approver: "bo"\n', "")),
    ("ADJUSTMENT_OWN_APPROVAL", 1, changed('approver: "bo"', 'approver: " Anna "')),
    ("ADJUSTMENT_DECISION_UNKNOWN", 1, changed('"FS-1"', '"FS-2"', ACCRUAL)),
    ("ADJUSTMENT_REVERSES", 1, changed("2027-01-01", "2026-12-31")),
    ("ADJUSTMENT_REVERSES", 1, changed("2027-01-01", '"2027-01-01"')),
    ("ADJUSTMENT_KEY", 1, changed("reverses:", "revers:")),
    ("ADJUSTMENT_KEY", 6, changed('partner: "', 'partners: "')),
    ("ADJUSTMENT_ACCOUNT", 6, changed("Expenses:OtherExternalCosts:6430-Levy", "Expenses:6430-Levy")),
    ("ADJUSTMENT_ACCOUNT", 6, changed("6430-Levy  5000", "6430-Levy:KAFE  5000")),
    ("ADJUSTMENT_ACCOUNT", 6, changed("6430-Levy  5000", "Levy  5000")),
    ("ADJUSTMENT_LINE", 6, changed("OtherExternalCosts", "OtherExternalCost")),
    ("ADJUSTMENT_ROOT", 6, changed("Expenses:OtherExternalCosts", "Assets:OtherExternalCosts")),
    ("ADJUSTMENT_MADE", 5, changed("Expenses:OtherExternalCosts", "Equity:CTA", ACCRUAL)),
    ("ADJUSTMENT_MADE", 5, changed("Expenses:OtherExternalCosts", "Equity:Joined", ACCRUAL)),
    ("ADJUSTMENT_MADE", 5, changed("Expenses:OtherExternalCosts", "Equity:Left", ACCRUAL)),
    ("ADJUSTMENT_MADE", 5, changed("Expenses:OtherExternalCosts", "Equity:NonControllingInterest", ACCRUAL)),
    ("ADJUSTMENT_MADE", 5, changed("Expenses:OtherExternalCosts", "Assets:Goodwill", ACCRUAL)),
    ("ADJUSTMENT_CURRENCY", 6, changed("5000.00 SEK", "500.00 EUR @@ 5000.00 SEK")),
    ("ADJUSTMENT_AMOUNT", 5, changed("800.00 SEK", "800.005 SEK", ACCRUAL)),
    ("ADJUSTMENT_UNBALANCED", 1, changed("800.00 SEK", "800.01 SEK", ACCRUAL)),
    ("ADJUSTMENT_UNIT", 6, changed('unit: "kafe"', 'unit: "cafe"')),
    ("ADJUSTMENT_UNIT", 6, changed('partner: "gemensamt"', 'partner: "gemensam"')),
    ("ADJUSTMENT_LEVEL", 1, changed('"FS-1"\n', '"FS-1"\n  level: "Ydra"\n', ACCRUAL)),
    ("ADJUSTMENT_OWNER", 1, changed('"FS-1"\n', '"FS-1"\n  level: "Ydre"\n  unit: "kafe"\n', ACCRUAL)),
    ("ADJUSTMENT_PARTNER", 6, changed('    unit: "kafe"\n', "")),
    ("ADJUSTMENT_PARTNER", 6, changed('    ic: "levy"\n', "")),
    ("ADJUSTMENT_PARTNER", 6, changed('    partner: "gemensamt"\n', "")),
    ("ADJUSTMENT_SELF", 6, changed('partner: "gemensamt"', 'partner: "kafe"')),
    ("ADJUSTMENT_CLASS", 6, changed('ic: "levy"', 'ic: "levi"')),
    ("ADJUSTMENT_DEALING", 10, changed("InternalPayables:2861", "TradePayables:2440")),
    ("ADJUSTMENT_DEALING", 10, changed("Liabilities:InternalPayables:2861-Levy", "Equity:RetainedResult:2091-Own")),
]


@pytest.mark.parametrize(("code", "line", "content"), FAULTS, ids=lambda value: value if str(value).isupper() else "")
def test_what_is_wrong_is_named_and_left_out_alone(adjusted, code, line, content):
    other = changed("Audit of the year", "Another", ACCRUAL)
    found = adjusted(content, other, **YEAR)
    assert [(p.code, p.line) for p in found.problems] == [(code, line)]
    assert {p.file for p in found.problems} == {"units/adjustments/a-0.beancount"}
    assert not found.complete
    assert column(found) == {"AccruedExpenses 2990-Audit": "-800.00", "OtherExternalCosts 6420-Audit": "800.00"}
    for problem in found.problems:
        assert problem.text()
        assert problem.remedy_text()


def test_every_line_that_no_chart_leads_to_takes_no_adjustment():
    led = {
        name
        for chart in ("bas", "pgc", "vsla")
        for name in tomllib.loads((CHARTS / f"{chart}.toml").read_text())["lines"]
    }
    assert {each.id for each in lines()} - led == set(MADE)


def test_the_nearest_right_name_is_said(adjusted):
    (wrong,) = adjusted(changed("OtherExternalCosts", "OtherExternalCost"), **YEAR).problems
    assert "Write:  Expenses:OtherExternalCosts:6430-Levy" in wrong.remedy_text()
    (root,) = adjusted(changed("Expenses:Other", "Assets:Other"), **YEAR).problems
    assert root.remedy_text() == "Write:  Expenses:OtherExternalCosts:6430-Levy"


def test_a_unit_outside_its_membership_is_refused(adjusted):
    toml = {**LEVELS, "kafe": LEVELS["kafe"] + "\nleft = 2026-11-30"}
    found = adjusted(LEVY, toml=toml, **YEAR)
    assert {(p.code, p.line) for p in found.problems} == {("ADJUSTMENT_OUTSIDE", 6), ("ADJUSTMENT_OUTSIDE", 10)}


def test_a_fault_of_a_later_day_makes_no_earlier_run_incomplete(adjusted):
    wrong = changed('  approver: "bo"\n', "")
    found = adjusted(wrong, date_from=D(2026, 1, 1), date_to=D(2026, 11, 30))
    assert found.complete
    books = adjusted.books(wrong)
    assert [p.code for p in read_adjustments(books).problems] == ["ADJUSTMENT_UNAPPROVED"]


def test_the_same_in_two_files_counts_once_and_is_named(adjusted):
    found = adjusted(ACCRUAL, ACCRUAL, **YEAR)
    assert [(p.code, p.file) for p in found.problems] == [("ADJUSTMENT_TWICE", "units/adjustments/a-1.beancount")]
    assert column(found)["AccruedExpenses 2990-Audit"] == "-800.00"
    twice = adjusted(ACCRUAL + "\n" + ACCRUAL, **YEAR)  # in one file somebody meant it
    assert column(twice)["AccruedExpenses 2990-Audit"] == "-1600.00"


def test_in_the_view_it_opens_its_own_file(adjusted):
    books = adjusted.books(LEVY)
    found = combine(books, StubRun(), **YEAR)
    entries = group_entries(books, StubRun(), found, language=None, threshold=10**9)
    (entry,) = [e for e in entries if getattr(e, "meta", {}).get("kind") == "adjustment"]
    assert entry.meta["filename"] == str(books.workspace.adjustments_folder / "a-0.beancount")
    assert entry.meta["lineno"] == 1
    assert (entry.meta["author"], entry.meta["approver"]) == ("anna", "bo")
    assert entry.narration == "The unit has no entry for December"
    assert "units/adjustments/a-0.beancount:1" in beancount_text(entries, "x", "SEK", books.workspace.shown)


@pytest.mark.parametrize("reversed_on", ["2026-04-01", "2027-01-01"])
def test_of_a_dealing_that_an_adjustment_has_answered_for_a_time_one_side_is_left(adjusted, reversed_on):
    """The unit has booked nothing of a levy of 5,000 of March; an adjustment stands for it until it is taken back.

    While it stands, both sides agree; then central's 5,000 are one-sided, and nothing of it is eliminated.
    """
    units = {
        "gemensamt": MISSED["gemensamt"].replace("2026-12-31", "2026-03-31").replace("60000.00", "5000.00"),
        "kafe": MISSED["repris"],
        "repris": MISSED["repris"],
    }
    late = LEVY.replace("2026-12-31", "2026-03-31").replace("2027-01-01", reversed_on)
    stands = adjusted(late, units=units, date_from=D(2026, 1, 1), date_to=D(2026, 3, 31))
    assert codes(stands) == []
    assert {(e.section, str(e.amount)) for e in stands.eliminations} == {("balance", "5000.00"), ("result", "5000.00")}
    day = D.fromisoformat(reversed_on)
    after = adjusted(late, units=units, date_from=D(2026, 1, 1), date_to=D(2026, 12, 31))
    if day.year == 2026:
        assert codes(after) == [("ONE_SIDED", "5000.00")]
        assert after.eliminations == ()
    else:
        assert codes(after) == []
