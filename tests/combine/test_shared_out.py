"""Dividends between units whose rates differ: eliminated in full, the difference is one of translation (SPEC 10).

Eo keeps its books in EUR and owns all of ds since 2025, founded with 1,000 EUR at 10.00. Ds earned 2,000 kr in 2025 and
pays out 40 EUR on 15 June 2026: 480 kr at the day's 12.00. Eo's income stands at June's average.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest

from ledger.combine.levels import level_tree
from ledger.combine.model import CTA, ELIM
from ledger.combine.reports.bridge import bridge
from ledger.combine.reports.drill import drill
from ledger.combine.reports.equity import equity
from tests.combine.test_ownership_periods import assert_continuous
from tests.combine.test_worked import ENTITY

D = Decimal
DAY = dt.date.fromisoformat
END = DAY("2026-12-31")
SPOTS = {
    **dict.fromkeys(("2024-12-31", "2025-12-31"), "10.00"),
    **dict.fromkeys(("2026-05-31", "2026-06-15", "2026-06-30", "2026-12-31"), "12.00"),
    "2027-12-31": "9.00",
}
LEVELS = 'levels = ["Syd"]\n'
OWNER = '[[owner]]\nunit = "eo"\nshare = "{}"\nsince = 2025-01-01\n'


def prices(average):
    text = "".join(f"{day} price EUR {rate} SEK\n" for day, rate in SPOTS.items())
    for year, rate in (("2025", "10.00"), ("2026", average), ("2027", "9.50")):
        text += "".join(f'{year}-{m:02}-28 custom "average-rate" "EUR" {rate} SEK\n' for m in range(1, 13))
    return text


def eo(currency="EUR", *, more=""):
    rate = 10 if currency == "SEK" else 1
    got = 480 if currency == "SEK" else 40
    return (
        f"""
2024-12-31 * "Paid in"
  Assets:1930-Bank         {10000 * rate}.00 {currency}
  Equity:2083-Paid-in     -{10000 * rate}.00 {currency}

2025-01-01 * "Founded ds"
  Assets:1310-Shares       {1000 * rate}.00 {currency}
    partner: "ds"
    ic: "capital"
  Assets:1930-Bank        -{1000 * rate}.00 {currency}

2026-06-15 * "Dividend" ^ic-ds-1
  Assets:1930-Bank         {got}.00 {currency}
  Income:8010-Dividend    -{got}.00 {currency}
    partner: "ds"
    ic: "dividend"
{more}""",
        f'currency = "{currency}"\n{ENTITY}\n{LEVELS}',
    )


def ds(currency, *, share="1", paid="480.00 SEK", left=""):
    rate = 10 if currency == "SEK" else 1
    amount = paid if currency == "SEK" else "40.00 EUR"
    return (
        f"""
2024-12-31 * "Paid in"
  Assets:1930-Bank         {1000 * rate}.00 {currency}
  Equity:2081-Capital     -{1000 * rate}.00 {currency}

2025-05-05 * "Earned"
  Assets:1930-Bank         {200 * rate}.00 {currency}
  Income:3004-Sales       -{200 * rate}.00 {currency}

2026-06-15 * "Dividend" ^ic-ds-1
  Equity:2091-Retained     {amount}
    partner: "eo"
    ic: "dividend"
  Assets:1930-Bank        -{amount}
""",
        f'currency = "{currency}"\n{ENTITY}\n{LEVELS}{left}' + OWNER.format(share),
    )


CASES = [  # ds' currency, June's average, the account of the difference in ELIM (480 less the income; debit)
    ("SEK", "11.00", "40.00"),
    ("EUR", "11.00", "40.00"),
    ("SEK", "13.00", "-40.00"),
    ("EUR", "13.00", "-40.00"),
]


def cells(found, column):
    return {(r.line, r.account): str(r.amount) for r in found.trial_balance if r.unit == column}


def rows(found):
    return {
        r.line: tuple(getattr(r, n) for n in ("opening", "result", "distributed", "cta", "closing"))
        for r in equity(found)
    }


@pytest.mark.parametrize(("currency", "average", "between"), CASES)
def test_it_is_eliminated_in_full_and_rates_make_no_result(combined, currency, average, between):
    """1,000 EUR of cost at 12.00 and what rates have made of it, 2,000, go out as well."""
    income = str(D("480.00") - D(between))
    found = combined({"eo": eo(), "ds": ds(currency)}, prices=prices(average), date_to=END)
    assert found.complete
    assert [(u.code, str(u.amount)) for u in found.unmatched] == [("FX_DIFF", "40.00")]
    assert not found.needs_person
    elim = cells(found, ELIM)
    assert elim["CTA", "Dividends"] == between
    assert elim["IncomeFromFinancialAssets", "8010-Dividend"] == income
    assert elim["RetainedResult", "2091-Retained"] == "-480.00"
    assert found.result == 0
    assert found.lines["RetainedResult"] == -2000
    steps = {s.step: s.amount for s in bridge(found) if s.unit is None}
    assert steps["distributions"] == -D(income)
    for proof in found.translation:
        assert proof.posted == proof.proof


@pytest.mark.parametrize(("currency", "average", "between"), CASES)
def test_changes_in_equity_have_it_under_translation(combined, currency, average, between):
    """Ten thousand EUR are 120,000 kr now, ds' own 12,000 kr are as they were or 14,400: whatever June's average is."""
    found = combined({"eo": eo(), "ds": ds(currency)}, prices=prices(average), date_to=END)
    gained = "18000.00" if currency == "SEK" else "20400.00"
    table = rows(found)
    assert table["RetainedResult"] == (D("2000.00"), 0, 0, 0, D("2000.00"))
    assert table["CTA"][3:] == (D(gained), D(gained))
    assert D(between) == D("480.00") - 40 * D(average)


@pytest.mark.parametrize(("currency", "average", "between"), CASES)
def test_the_next_year_opens_as_this_one_closed(combined, currency, average, between):
    units = {"eo": eo(), "ds": ds(currency)}
    days = ("2025-01-01", "2026-01-01", "2026-06-01", "2026-07-01", "2027-01-01", "2028-01-01")
    assert_continuous(lambda **given: combined(units, prices=prices(average), **given), *days)
    later = combined(units, prices=prices(average), date_to=DAY("2027-12-31"))
    assert cells(later, ELIM)["CTA", "Dividends"] == between
    assert later.lines["RetainedResult"] == -2000
    assert [u.code for u in later.unmatched] == []
    for found in (later, combined(units, prices=prices(average), date_to=END)):  # it opens what eo has booked
        ((source,),) = [drill(found, "CTA", "Dividends", ELIM).sources]
        assert (source.unit, source.amount) == ("eo", D(between))
        assert source.file.startswith("units/eo/books/")


def test_in_the_currency_of_the_other_book(combined):
    """The owner's 480 kr at June's 11.00 are 43.64 EUR of income, ds' 40 EUR are 40 EUR."""
    texts = {"eo": eo("SEK"), "ds": ds("EUR")}
    own = combined(texts, prices=prices("11.00"), date_to=END)
    assert own.unmatched == ()
    found = combined(texts, prices=prices("11.00"), date_to=END, currency="EUR")
    assert [(u.code, u.currency, str(u.amount)) for u in found.unmatched] == [("FX_DIFF", "EUR", "3.64")]
    assert not found.needs_person
    assert cells(found, ELIM)["CTA", "Dividends"] == "-3.64"
    assert (own.result, found.result) == (0, 0)


def test_a_level_has_it_as_it_is_alone(combined):
    texts = {"eo": eo(), "ds": ds("SEK"), "kafeet": ("", ENTITY)}
    found = combined(texts, prices=prices("13.00"), date_to=END)
    alone = combined(texts, prices=prices("13.00"), date_to=END, level="Syd")
    node = level_tree(found).find(("Syd",))
    assert node is not None
    assert node.figures.rows == alone.trial_balance
    assert cells(alone, ELIM)["CTA", "Dividends"] == "-40.00"


def test_what_is_not_equal_at_the_days_rate_is_asked_for(combined):
    """Ds has 504 kr, eo 40 EUR: they are worth 480 on the day."""
    found = combined({"eo": eo(), "ds": ds("SEK", paid="504.00 SEK")}, prices=prices("11.00"), date_to=END)
    assert [u.code for u in found.unmatched] == ["AMOUNT_DIFF"]
    assert ("CTA", "Dividends") not in cells(found, ELIM)


GEM = """
2024-12-31 * "Paid in"
  Assets:1930-Bank     100000.00 SEK
  Equity:2083-Paid-in -100000.00 SEK

2025-01-01 * "Bought eo"
  Assets:1310-Shares    80000.00 SEK
    partner: "eo"
    ic: "capital"
  Assets:1930-Bank     -80000.00 SEK
"""


def owned(unit, by="gem", share="0.80"):
    text, toml = unit
    return text, f'{toml}[[owner]]\nunit = "{by}"\nshare = "{share}"\nsince = 2025-01-01\n'


@pytest.mark.parametrize("average", ["11.00", "13.00"])
def test_a_minority_of_the_owner_has_no_part_of_it(combined, average):
    """Gem owns 80 % of eo, which has 9,040 EUR, 108,480 kr, and ds with 11,520 kr: 20 % of 120,000 are 24,000."""
    units = {"gem": (GEM, ENTITY), "eo": owned(eo()), "ds": ds("SEK")}
    found = combined(units, prices=prices(average), date_to=END)
    assert found.complete, found.problems
    assert found.lines["NonControllingInterest"] == -24000
    assert (found.result, found.result_minority) == (0, 0)
    days = ("2026-01-01", "2026-06-01", "2026-07-01", "2027-01-01", "2028-01-01")
    assert_continuous(lambda **given: combined(units, prices=prices(average), **given), *days)


def sold(day):
    return f"""
{day} * "Sold ds"
  Assets:1930-Bank        1300.00 EUR
  Assets:1310-Shares     -1000.00 EUR
    partner: "ds"
    ic: "capital"
  Income:8012-Gain        -300.00 EUR
"""


@pytest.mark.parametrize("average", ["11.00", "13.00"])
def test_it_goes_with_a_unit_that_is_sold(combined, average):
    day = "2026-12-31"
    units = {"eo": eo(more=sold(day)), "ds": ds("SEK", left=f"left = {day}\n")}
    found = combined(units, prices=prices(average), date_to=END)
    assert found.complete, found.problems
    assert ("CTA", "Dividends") not in cells(found, ELIM)
    days = ("2026-01-01", "2026-06-01", "2026-07-01", "2027-01-01", "2028-01-01")
    assert_continuous(lambda **given: combined(units, prices=prices(average), **given), *days)


@pytest.mark.parametrize("average", ["11.00", "13.00"])
def test_a_minority_of_the_owner_that_sells_has_its_part_of_what_that_one_has(combined, average):
    """Eo has 10,340 EUR at the end of the year, at 12.00: 20 % of 124,080 kr."""
    day = "2026-10-31"
    units = {"gem": (GEM, ENTITY), "eo": owned(eo(more=sold(day))), "ds": ds("SEK", left=f"left = {day}\n")}
    found = combined(units, prices=prices(average) + f"{day} price EUR 12.00 SEK\n", date_to=END)
    assert found.complete, found.problems
    assert found.lines["NonControllingInterest"] == D("-24816.00")
    assert ("CTA", "Dividends") not in cells(found, ELIM)
    days = ("2026-01-01", "2026-06-01", "2026-07-01", "2026-11-01", "2027-01-01", "2028-01-01")
    text = prices(average) + f"{day} price EUR 12.00 SEK\n"
    assert_continuous(lambda **given: combined(units, prices=text, **given), *days)


CENTRAL = """
2026-12-28 * "Refund decided" ^ic-gem-7
  Equity:2091-Retained     480.00 SEK
    partner: "andel"
    ic: "patronage"
  Assets:1930-Bank        -480.00 SEK
"""
MEMBER = """
{day} * "Refund" ^ic-gem-7
  Assets:572-Banco          40.00 EUR
  Expenses:600-Compras     -40.00 EUR
    partner: "gem"
{tag}"""


@pytest.mark.parametrize("tag", ['    ic: "patronage"\n', ""])
@pytest.mark.parametrize(("day", "codes"), [("2026-12-30", ["FX_DIFF"]), ("2027-01-04", ["CUT_OFF", "FX_DIFF"])])
def test_a_refund_to_a_member_that_books_it_a_little_later(combined, tag, day, codes):
    """480 kr against 40 EUR at December's 13.00: 40.00 on CTA, whether it was on its way over the new year or not.

    On its way it is worth 480 on the last of December, at 12.00, and 520 as a lower cost; January's average is 9.50, so
    that in the end the cost is 380 lower: 100.00 on CTA.
    """
    foreign = f'currency = "EUR"\nchart = "pgc"\n{ENTITY}'
    units = {"gem": (CENTRAL, ENTITY), "andel": (MEMBER.format(day=day, tag=tag), foreign)}
    text = prices("13.00") + "2026-12-28 price EUR 12.00 SEK\n2028-12-31 price EUR 9.00 SEK\n"
    found = combined(units, prices=text, date_to=END)
    assert sorted(u.code for u in found.unmatched) == codes
    assert cells(found, ELIM)["CTA", "Dividends"] == "-40.00"
    assert found.result == 0
    days = ("2026-01-01", "2027-01-01", "2028-01-01", "2029-01-01")
    years = [
        combined(units, prices=text, date_from=DAY(a), date_to=DAY(b) - dt.timedelta(days=1)) for a, b in pairwise(days)
    ]
    assert [year.result for year in years] == [0, 0, 0]
    later = "-40.00" if day < "2027" else "100.00"
    assert [cells(year, ELIM)["CTA", "Dividends"] for year in years[1:]] == [later, later]
    assert_continuous(lambda **given: combined(units, prices=text, **given), *days[:3])


def test_the_units_own_differences_are_as_they_were(combined):
    """Eo's 9,000 EUR of the opening at 2.00 and 40 EUR at 12.00 less 13.00: the proof knows nothing of eliminations."""
    found = combined({"eo": eo(), "ds": ds("SEK")}, prices=prices("13.00"), date_to=END)
    assert [(t.unit, str(t.posted)) for t in found.translation] == [("eo", "-19960.00")]
    assert cells(found, CTA)["CTA", "Translation-EO"] == "-19960.00"
