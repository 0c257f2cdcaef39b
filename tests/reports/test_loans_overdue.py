"""Overdue loans as things to do: who is told, of which loan, and whose name stands where.

Anna has borrowed 600 on 11 February for two months, in two parts: 300 by 11 March, 300 by 11 April. She has paid 100.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger.books import load_books
from ledger.federation import load_federation
from ledger.reports import todo
from ledger.reports.loans_overdue import overdue
from tests.loans.books import FUND_ACCOUNTS, RF26, UNIT_ACCOUNTS
from tests.reports.loan_groups import Group, cycle_text, workspace_of

TERMS = {"repayment": '"equal-principal"'}


def day(text):
    return dt.date.fromisoformat(text)


def group(loan="NK26-L01"):
    made = Group("Anna", "Bo").buy("2026-01-14", "1", Anna="500", Bo="300")
    made.lend("2026-02-11", "Anna", "600", 2, loan)
    made.voucher("2026-03-11", "Anna: repaid", ("box", "100"), ("loans Anna", "-100"))
    return made


@pytest.fixture
def cycles(make_workspace):
    return load_federation(workspace_of(make_workspace, group(), cycle_text(**TERMS))).loans


@pytest.mark.parametrize(
    ("today", "since", "amount"),
    [
        ("2026-03-11", None, None),  # on the day itself nobody is late
        ("2026-03-12", "2026-03-11", "200.00"),
        ("2026-04-11", "2026-03-11", "200.00"),
        ("2026-04-12", "2026-03-11", "500.00"),
    ],
)
def test_what_should_have_been_paid_back(cycles, today, since, amount):
    tasks = overdue(cycles, "kikundi", today=day(today))
    found = [(t.kind, t.unit, str(t.date), f"{t.amount[0]:.2f}", t.amount[1]) for t in tasks]
    assert found == ([("overdue", "kikundi", since, amount, "KES")] if since else [])


def test_the_group_reads_the_name_and_the_federation_the_code(cycles):
    (own,) = overdue(cycles, "kikundi", today=day("2026-03-12"))
    assert own.text == "Anna: NK26-L01 is overdue since 2026-03-11: 200.00 KES to be paid back."
    assert own.command == "sambok loans schedule NK26 NK26-L01"
    assert own.page == "/kikundi/extension/Loans/?cycle=NK26"
    (theirs,) = overdue(cycles, today=day("2026-03-12"))
    assert theirs.text == "NK26-L01 is overdue since 2026-03-11: 200.00 KES to be paid back."
    assert overdue(cycles, "gemensamt", today=day("2026-03-12")) == ()


@pytest.mark.parametrize("loan", ["Annas lån", "NK26-L1-Anna", "NK26-L٣", "$(rm -r)", ""])
def test_a_loan_that_is_called_by_a_name_has_none_outside(make_workspace, loan):
    """Without a code the loan is called by its day and borrower: that is a name, too."""
    cycles = load_federation(workspace_of(make_workspace, group(loan), cycle_text(**TERMS))).loans
    (task,) = overdue(cycles, today=day("2026-03-12"))
    assert task.text == "A loan of NK26 is overdue since 2026-03-11: 200.00 KES to be paid back."
    assert task.command == "sambok loans schedule NK26"


def test_units_are_told_on_both_sides(make_workspace):
    """FI borrows 24,000 of the fund for three months, and pays nothing; due once, on 10 May."""
    fund = """\
2026-01-10 * "fi: andelar" ^ic-gemensamt-RF26-M01-fi
  cycle: "RF26"
  Assets:1930-Bank  10000.00 SEK
  Liabilities:2863-Shares  -10000.00 SEK
    partner: "fi"
    ic: "fund"
2026-02-10 * "Lån" ^ic-gemensamt-RF26-L01
  cycle: "RF26"
  Assets:1663-Loans  9000.00 SEK
    partner: "fi"
    ic: "loan"
    loan: "RF26-L01"
    term: 3
  Assets:1930-Bank  -9000.00 SEK
"""
    ws = make_workspace(
        {
            "gemensamt": {"accounts": FUND_ACCOUNTS, "2026-01": fund},
            "fi": {"accounts": UNIT_ACCOUNTS},
            "nk": {"accounts": UNIT_ACCOUNTS},
        },
        policy='2026-01-01 custom "decision" "K-1" "assembly"\n' + RF26,
    )
    cycles = load_federation(ws).loans
    today = day("2026-05-11")
    (own,) = overdue(cycles, "fi", today=today)
    assert own.text == "RF26-L01 is overdue since 2026-05-10: 9,000.00 SEK to be paid back."
    assert (own.unit, own.page) == ("fi", "/fi/extension/Loans/?cycle=RF26")
    for unit in ("gemensamt", None):
        (asked,) = overdue(cycles, unit, today=today)
        assert asked.unit == "gemensamt"
        assert asked.text == "fi: RF26-L01 is overdue since 2026-05-10: 9,000.00 SEK to be paid back.".replace(
            "fi:", f"{ws.units['fi'].name}:"
        )
        assert asked.amount == (Decimal(9000), "SEK")
    assert overdue(cycles, "nk", today=today) == ()
    tasks = todo(load_books(ws), [], [], "fi", today=today, loans=overdue(cycles, "fi", today=today))
    assert [task.kind for task in tasks] == ["overdue"]
