"""What a rotating loan fund's cycle allows in a combined book, and a loan beyond what was decided (SPEC 4, 8)."""

from __future__ import annotations

import pytest

from ledger.books import load_books
from ledger.policy import read_policy
from ledger.policy.decided import decided

CYCLE = """\
2026-01-07 custom "decision" "K" "assembly"
2026-01-07 custom "loan-cycle" "RF26" 1000 SEK
  decision: "K"
  ends: 2026-12-10
"""
FUND = {
    "unit": 'currency = "SEK"\nchart = "vsla"\n',
    "accounts": """\
2026-01-01 open Assets:1010-Box SEK
2026-01-01 open Liabilities:2040-Unpaid SEK
2026-01-01 open Equity:3010-Shares SEK
2026-01-01 open Equity:3050-Reserve SEK
2026-01-01 open Expenses:5010-Rent SEK
""",
}


@pytest.fixture
def register(make_workspace, tmp_path, monkeypatch):
    """What the register of some units says: `register({slug: parts}, policy)`."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def make(units, policy):
        books = load_books(make_workspace(units, policy=policy))
        assert books.problems == ()
        return decided(books, read_policy(books.central_text, books.workspace))

    return make


def entry(day, account, *said, on_posting=()):
    lines = [f'{day} * "Shares"', *(f"  {line}" for line in said), "  Assets:1010-Box  1000.00 SEK", f"  {account}"]
    return "\n".join([*lines, *(f"    {line}" for line in on_posting)]) + "\n"


SHARES, RF26 = "Equity:3010-Shares", 'cycle: "RF26"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (entry("2026-01-07", SHARES, RF26), []),
        (entry("2026-01-07", SHARES, on_posting=[RF26]), []),
        (entry("2026-12-11", SHARES, RF26), []),  # the share-out, the day after its end
        (entry("2026-12-11", "Liabilities:2040-Unpaid", RF26), []),
        (entry("2026-01-06", SHARES, RF26), ["DECISION_NEEDED"]),  # before it begins
        (entry("2026-01-07", SHARES), ["DECISION_NEEDED"]),  # it names no cycle
        (entry("2026-01-07", SHARES, 'cycle: "RF25"'), ["DECISION_NEEDED"]),  # nobody knows that one
        (entry("2026-01-07", "Equity:3050-Reserve", RF26), ["DECISION_NEEDED"]),  # no account of a cycle
    ],
)
def test_what_names_a_cycle_on_its_accounts_is_covered(register, text, expected):
    found = register({"gemensamt": {**FUND, text[:7]: text}}, CYCLE)
    assert [p.code for p in found.problems] == expected


def test_another_books_cycle_covers_nothing(register):
    text = entry("2026-01-07", SHARES, RF26)
    found = register({"repris": {**FUND, "2026-01": text}}, CYCLE)
    assert [(p.code, p.unit) for p in found.problems] == [("DECISION_NEEDED", "repris")]


LOAN = """\
2026-02-10 * "Loan" ^ic-gemensamt-RF26-L01
  decision: "ST-5"
  {account}  {amount} SEK
    partner: "{partner}"
    ic: "loan"
  Assets:1930-Bank
"""
ACCOUNTS = (
    "2026-01-01 open Assets:1930-Bank\n2026-01-01 open Assets:1663-Loans\n2026-01-01 open Liabilities:2864-Loan\n"
)


@pytest.mark.parametrize(
    ("decided_on", "expected"),
    [
        ("24000.00", []),  # both sides of one loan use it once
        ("23999.99", ["DECISION_USED_UP"]),
    ],
)
def test_a_loan_beyond_what_was_decided_is_told(register, decided_on, expected):
    policy = f'2026-02-03 custom "decision" "ST-5" "board"\n  amount: {decided_on} SEK\n'
    units = {
        "gemensamt": {
            "accounts": ACCOUNTS,
            "2026-02": LOAN.format(account="Assets:1663-Loans", amount="24000.00", partner="fi"),
        },
        "fi": {
            "accounts": ACCOUNTS,
            "2026-02": LOAN.format(account="Liabilities:2864-Loan", amount="-24000.00", partner="gemensamt"),
        },
    }
    found = register(units, policy)
    assert [p.code for p in found.problems] == expected
