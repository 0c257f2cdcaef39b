"""Interest on the investment fund's loans: both sides, to date, once, eliminated; frozen by whoever closes.

60 000 at 3 % from 31 January: February has 28 nights, March 31. 60 000 × 3 % × 28 ÷ 365 = 138.08; × 59 ÷ 365 = 290.96.
On 15 March 20 000 come back: of the 290.96 the 16 nights of 20 000 are missing: 26.30, so 264.66 by 31 March.
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from beancount import loader

from ledger.combine import combine
from ledger.federation import load_federation
from ledger.policy import read_policy
from ledger.provisional import full_entries
from ledger.provisional.funds import fund_entries

D = Decimal
CENTRAL = """
2026-01-01 open Assets:1930-Bank
2026-01-01 open Equity:2071-Fund
2026-01-01 open Assets:1320-Loans
2026-01-01 open Equity:2091-Retained
"""
UNIT = """
2026-01-01 open Assets:1930-Bank
2026-01-01 open Liabilities:2360-Loans
2026-01-01 open Equity:2091-Retained
2026-01-01 open Expenses:5010-Rent
"""
POLICY = """
2026-01-10 custom "decision" "ST-1" "board"
2026-01-20 custom "fund-agreement" "IF-1" 60000.00 SEK
  decision: "ST-1"
  unit: "fi"
  kind: "loan"
  budget: 100000.00 SEK
  own-part: 40000.00 SEK
  interest: 0.03
  term: 24
  recused: "fi"
"""
#: A fund that may lend so much: 1 000 000 from earlier years.
CAPITAL = """
2026-01-10 * "The fund's capital from earlier years"
  decision: "ST-1"
  Assets:1930-Bank  1000000.00 SEK
  Equity:2071-Fund

"""
LENT = """
2026-01-31 * "Loan"
  fund: "investment"
  case: "IF-1"
  decision: "ST-1"
  Assets:1320-Loans  60000.00 SEK
    partner: "fi"
    ic: "loan"
  Assets:1930-Bank

"""
BORROWED = """
2026-01-31 * "Loan" ^ic-gemensamt-IF-1
  case: "IF-1"
  Assets:1930-Bank  60000.00 SEK
  Liabilities:2360-Loans
    partner: "gemensamt"
    ic: "loan"

"""
BACK = """
2026-03-15 * "Repaid"
  fund: "investment"
  case: "IF-1"
  Assets:1930-Bank  20000.00 SEK
  Assets:1320-Loans
    partner: "fi"
    ic: "loan"
"""
PAID = """
2026-03-15 * "Repaid" ^ic-gemensamt-IF-1
  Liabilities:2360-Loans  20000.00 SEK
    partner: "gemensamt"
    ic: "loan"
  Assets:1930-Bank

2026-03-31 * "Rent"
  Expenses:5010-Rent  100.00 SEK
  Assets:1930-Bank
"""


def linked(text):
    return text.replace('"Loan"\n', '"Loan" ^ic-gemensamt-IF-1\n').replace(
        '"Repaid"\n', '"Repaid" ^ic-gemensamt-IF-1\n'
    )


@pytest.fixture
def parts():
    return {
        "gemensamt": {"accounts": CENTRAL, "2026-01": CAPITAL + linked(LENT), "2026-03": linked(BACK)},
        "fi": {"accounts": UNIT, "2026-01": BORROWED, "2026-03": PAID},
        "other": {"accounts": UNIT, "2026-01": "; nothing\n"},
    }


def made(federation, slug):
    """Dates, accounts and amounts of what is provisional."""
    return [
        (str(e.date), *(f"{p.account.split(':')[1][:4]} {p.units.number}" for p in e.postings))
        for e in federation.run.entries(slug)
        if hasattr(e, "postings")
    ]


def test_both_books_have_it_by_month_and_to_date(make_workspace, parts):
    found = load_federation(make_workspace(parts, policy=POLICY))
    assert found.problems == (), [p.text() for p in found.problems]
    assert made(found, "gemensamt") == [
        ("2026-02-28", "1662 138.08", "8360 -138.08"),
        ("2026-03-31", "1662 126.58", "8360 -126.58"),
    ]
    assert made(found, "fi") == [
        ("2026-02-28", "8460 138.08", "2862 -138.08"),
        ("2026-03-31", "8460 126.58", "2862 -126.58"),
    ]
    assert made(found, "other") == []


@pytest.mark.parametrize("day", ["2026-01-31", "2026-02-28", "2026-03-20", "2026-03-31"])
def test_all_of_it_is_eliminated(make_workspace, parts, day):
    found = load_federation(make_workspace(parts, policy=POLICY))
    whole = combine(found.books, found.run, date_to=dt.date.fromisoformat(day))
    assert (whole.complete, whole.unmatched) == (True, ())
    assert whole.lines.get("InternalReceivables", 0) == whole.lines.get("InternalPayables", 0) == 0


@pytest.mark.parametrize("slug", ["gemensamt", "fi", "other"])
def test_plain_beancount_shows_the_same(make_workspace, parts, slug):
    found = load_federation(make_workspace(parts, policy=POLICY))
    entries, errors, _ = loader.load_file(str(found.workspace.units[slug].main))
    assert errors == []
    assert [repr(e) for e in entries] == [repr(e) for e in full_entries(found.books, found.run, slug)]


BOOKED = """
2026-02-28 * "Interest of February, by hand" ^ic-gemensamt-IF-1
  case: "IF-1"
  fund: "investment"
  {debit}  {amount} SEK
    partner: "{partner}"
    ic: "interest"
  {credit}
    partner: "{partner}"
    ic: "interest"
"""


@pytest.mark.parametrize(
    ("amount", "february", "march"),
    [
        ("138.08", None, "126.58"),  # as the rule has it
        ("100.00", "38.08", "126.58"),  # too little
        ("140.00", "-1.92", "126.58"),  # too much
    ],
)
def test_what_is_booked_already_doesn_t_come_twice(make_workspace, parts, amount, february, march):
    sides = {
        "gemensamt": ("Assets:1662-Claims", "Income:8360-Interest", "fi"),
        "fi": ("Expenses:8460-Interest", "Liabilities:2862-Owed", "gemensamt"),
    }
    for slug, (debit, credit, partner) in sides.items():
        parts[slug]["accounts"] += f"2026-01-01 open {debit}\n2026-01-01 open {credit}\n"
        text = BOOKED.format(amount=amount, debit=debit, credit=credit, partner=partner)
        parts[slug]["2026-02"] = text
    found = load_federation(make_workspace(parts, policy=POLICY))
    assert found.problems == (), [p.text() for p in found.problems]
    expected = ([("2026-02-28", february)] if february else []) + [("2026-03-31", march)]
    for slug in sides:
        assert [(day, first.split()[1]) for day, first, _ in made(found, slug)] == expected


def test_a_closed_month_takes_nothing(make_workspace, parts):
    found = load_federation(make_workspace(parts, policy=POLICY))
    books = replace(found.books, closed={"fi": frozenset({"2026-01", "2026-02"})})
    run = fund_entries(books, read_policy(books.central_text, books.workspace))
    said = {
        slug: [(str(e.date), str(e.postings[0].units.number)) for e in entries if hasattr(e, "postings")]
        for slug, entries in run.by_unit.items()
    }
    assert said == {
        "gemensamt": [("2026-02-28", "138.08"), ("2026-03-31", "126.58")],
        "fi": [("2026-03-31", "264.66")],
    }


def test_a_loan_without_interest_or_agreement_makes_nothing(make_workspace, parts):
    free = POLICY.replace("  interest: 0.03\n", "")
    for policy in (free, '2026-01-10 custom "decision" "ST-1" "board"\n'):
        found = load_federation(make_workspace(parts, policy=policy))
        assert made(found, "gemensamt") == made(found, "fi") == []


def test_a_changed_rate_counts_from_its_day(make_workspace, parts):
    """From 1 March 6 %: 60 000 for 14 nights and 40 000 for 16; 29 nights of 60 000 at 3 % before."""
    later = POLICY + POLICY.split("\n", 2)[2].replace("2026-01-20", "2026-03-01").replace("0.03", "0.06").replace(
        "  term", "  changes: TRUE\n  term"
    )
    found = load_federation(make_workspace(parts, policy=later))
    assert found.policy.problems == (), [p.text() for p in found.policy.problems]
    march = D(60000) * 3 / 100 * 29 / 365 + (D(60000) * 14 + D(40000) * 16) * 6 / 100 / 365
    assert made(found, "fi")[-1] == (
        "2026-03-31",
        f"8460 {march.quantize(D('0.01')) - D('138.08')}",
        made(found, "fi")[-1][2],
    )
