"""What the funds wait for: whose list has it, and when it is gone."""

import datetime as dt
from dataclasses import replace

import pytest

from ledger.books import load_books
from ledger.federation import Federation
from ledger.policy import read_policy
from ledger.provisional import provisional
from ledger.reports.fund_todo import fund_tasks
from tests.funds.test_checks import CENTRAL, OPENING, POLICY, agreement, payment

ASKED = """
2026-02-03 custom "fund-application" "IF-1" 100000.00 SEK
  kind: "loan"
  purpose: "Oven"
  budget: 200000.00 SEK
  own-part: 100000.00 SEK
  jobs: 1
  payback: 48
"""
TODAY = dt.date(2026, 8, 1)


@pytest.fixture
def tasks(make_workspace):
    def make(policy="", booked="", asked="", closed=None, today=TODAY):
        parts = {
            "gemensamt": {"accounts": CENTRAL, "2025-01": OPENING, "2026-03": booked or "; nothing\n"},
            "fi": {"2026-02": asked or "; nothing\n"},
            "ge": {},
        }
        ws = make_workspace(parts, policy=POLICY + policy)
        books = load_books(ws)
        assert not books.problems, [p.text() for p in books.problems]
        books = replace(books, closed=closed or {})
        read = read_policy(books.central_text, ws)
        found = Federation(books, read, provisional(books, read))
        return {
            slug: [task.text.replace(",", "") for task in fund_tasks(found, slug, today=today)]
            for slug in (None, "gemensamt", "fi", "ge")
        }

    return make


def whose(text, *slugs):
    """Each list with the text, where it has it."""
    return {slug: [text] if slug in slugs else [] for slug in (None, "gemensamt", "fi", "ge")}


def test_a_complete_application_waits_for_central(tasks):
    text = "IF-1: fi asks for 100000.00 SEK; board or assembly decide."
    assert tasks(asked=ASKED) == whose(text, None, "gemensamt")


def test_an_application_that_lacks_something_waits_for_who_wrote_it(tasks):
    lacking = ASKED.replace("  payback: 48\n", "").replace('  purpose: "Oven"\n', "")
    assert tasks(asked=lacking) == whose("IF-1: the application lacks purpose payback.", None, "fi")


@pytest.mark.parametrize(
    ("policy", "asked"),
    [
        ("", ASKED + "  draft: TRUE\n"),
        ("", ASKED + "  until: 2026-07-31\n"),
        (agreement(), ASKED),
        ('2026-03-01 custom "fund-state" "IF-1" "rejected"\n  decision: "FS-1"\n', ASKED),
        ("", ASKED.replace("2026-02-03", "2026-08-02")),
    ],
)
def test_what_waits_for_nobody(tasks, policy, asked):
    assert tasks(policy, asked=asked) == whose("")


def test_a_late_instalment_waits_for_both(tasks):
    """100 000 over 24 months from 1 March: 4 166.67 on each 1st, August's today; and no invoice proves the use."""
    text = "IF-1 fi: {state}. {amount} SEK late since 2026-04-01"
    policy = agreement()
    late = tasks(policy, payment(), today=dt.date(2026, 4, 2))
    assert late == whose(text.format(state="on watch", amount="4166.67"), None, "gemensamt", "fi")
    assert tasks(policy, payment(), today=dt.date(2026, 4, 1)) == whose("")
    late = tasks(policy, payment())
    text = text.replace("{state}. ", "in default. not kept: Use proven by invoices; ")
    assert late == whose(text.format(amount="16666.68"), None, "gemensamt", "fi")
