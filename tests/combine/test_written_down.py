"""The federation's funds in the combined statements: every dealing goes out, and what a lender has written down.

Central lends 100 000 to `fi` in 2025 and writes 40 000 of it down in March 2026, of which 15 000 come back in June.
"""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.combine import combine
from ledger.combine.reports.bridge import bridge
from ledger.combine.reports.equity import equity
from ledger.federation import load_federation

D = Decimal
CENTRAL = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Assets:1320-Loans
2025-01-01 open Assets:1329-Allowance
2025-01-01 open Assets:1357-Stakes
2025-01-01 open Assets:1662-Fund
2025-01-01 open Liabilities:2862-Fund
2025-01-01 open Equity:2091-Retained
2025-01-01 open Income:3990-Called
2025-01-01 open Income:8360-Interest
2025-01-01 open Expenses:6993-Grants
2025-01-01 open Expenses:8272-Losses
"""
UNIT = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Assets:1662-Fund
2025-01-01 open Liabilities:2360-Loans
2025-01-01 open Liabilities:2862-Fund
2025-01-01 open Equity:2083-Capital
2025-01-01 open Equity:2091-Retained
2025-01-01 open Income:3992-Support
2025-01-01 open Expenses:6994-Paid
2025-01-01 open Expenses:8460-Interest
"""
DECISION = '2025-01-01 custom "decision" "FS-1" "assembly"\n'


def voucher(date, link, *postings):
    """`postings`: account, amount, and partner and kind where it is internal."""
    lines = [f'{date} * "x" ^{link}', '  decision: "FS-1"']
    for account, amount, *tags in postings:
        lines.append(f"  {account}  {amount} SEK")
        if tags:
            lines += [f'    partner: "{tags[0]}"', f'    ic: "{tags[1]}"']
    return "\n".join(lines) + "\n\n"


def both(date, link, own, theirs, amount, ic):
    """The same in both books: accounts in debit and credit on either side."""
    made = []
    for (debit, credit), partner in ((own, "fi"), (theirs, "gemensamt")):
        rows = []
        for account, value in ((debit, D(amount)), (credit, -D(amount))):
            rows.append((account, value) if "1930" in account else (account, value, partner, ic))
        made.append(voucher(date, link, *rows))
    return made


LOAN = both(
    "2025-05-01",
    "ic-gemensamt-IF-1",
    ("Assets:1320-Loans", "Assets:1930-Bank"),
    ("Assets:1930-Bank", "Liabilities:2360-Loans"),
    "100000.00",
    "loan",
)


def down(date, amount):
    return voucher(
        date,
        "ic-gemensamt-IF-1",
        ("Expenses:8272-Losses", D(amount), "fi", "write-down"),
        ("Assets:1329-Allowance", -D(amount), "fi", "write-down"),
    )


@pytest.fixture
def figures(make_workspace):
    """The combined figures of central's and the unit's books from a day to a day."""

    def make(central, unit, start, end, *, toml="", broken=False):
        ws = make_workspace(
            {
                "gemensamt": {"accounts": CENTRAL, "2025-01": central},
                "fi": {"accounts": UNIT, "2025-01": unit, "unit": toml},
            },
            policy=DECISION,
        )
        found = load_federation(ws)
        assert not found.books.problems, [p.text() for p in found.books.problems]
        whole = combine(
            found.books, found.run, date_from=dt.date.fromisoformat(start), date_to=dt.date.fromisoformat(end)
        )
        assert whole.complete
        assert broken or whole.unmatched == (), [u.message for u in whole.unmatched]
        return whole

    return make


ENTITY = 'entity = "legal_entity"\norganisation_number = "559999-0001"\ncountry = "SE"'


@pytest.mark.parametrize("toml", ["", ENTITY], ids=["division", "legal entity"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-01-01", "2026-02-28"),
        ("2026-01-01", "2026-03-31"),
        ("2026-04-01", "2026-05-31"),
        ("2026-01-01", "2026-12-31"),
        ("2026-06-01", "2026-06-30"),
        ("2027-01-01", "2027-12-31"),
    ],
)
def test_nobody_has_lost_anything_as_long_as_the_unit_owes_it(figures, toml, start, end):
    found = figures(
        LOAN[0] + down("2026-03-10", "40000.00") + down("2026-06-20", "-15000.00"), LOAN[1], start, end, toml=toml
    )
    assert found.result == 0
    for line in ("InternalReceivables", "InternalPayables", "FinancialWriteDowns", "RetainedResult"):
        assert found.lines.get(line, 0) == 0, line
    for entry in found.entries:
        assert sum(posting.amount for posting in entry.postings) == 0
    assert all(line.adjusted + line.result + line.owners == 0 for line in equity(found))


def test_the_unit_columns_keep_what_their_books_say(figures):
    found = figures(LOAN[0] + down("2026-03-10", "40000.00"), LOAN[1], "2026-01-01", "2026-12-31")
    rows = {(row.line, row.account[:4], row.unit): row.amount for row in found.trial_balance}
    assert rows["FinancialWriteDowns", "8272", "gemensamt"] == 40000
    assert rows["FinancialWriteDowns", "8272", "ELIM"] == -40000
    assert rows["InternalReceivables", "1329", "gemensamt"] == -40000
    assert rows["InternalReceivables", "1329", "ELIM"] == 40000
    (one,) = [e for e in found.entries if e.kind == "write-down"]
    assert (one.units, one.seller, one.key) == (("fi", "gemensamt"), "gemensamt", "ic-gemensamt-IF-1")
    steps = {(step.step, step.unit): step.amount for step in bridge(found)}
    assert (steps["unit", "gemensamt"], steps["write-downs", None]) == (-40000, 40000)


def test_a_write_down_that_does_not_come_to_nothing_is_named_and_stays(figures):
    text = voucher(
        "2026-03-10",
        "ic-gemensamt-IF-1",
        ("Expenses:8272-Losses", D("40000.00"), "fi", "write-down"),
        ("Assets:1329-Allowance", D("-39000.00"), "fi", "write-down"),
        ("Assets:1930-Bank", D("-1000.00")),
    )
    found = figures(LOAN[0] + text, LOAN[1], "2026-01-01", "2026-12-31", broken=True)
    assert [(u.code, u.kind, u.amount) for u in found.unmatched] == [("AMOUNT_DIFF", "write-down", D("1000.00"))]
    assert found.result == -40000


def test_what_is_given_up_for_good_is_gone_in_both_books(figures):
    """100 000 are forgiven in September: the allowance is taken back, and the claim becomes a grant."""
    central = LOAN[0] + down("2026-03-10", "40000.00") + down("2026-09-01", "-40000.00")
    own, theirs = both(
        "2026-09-01",
        "ic-gemensamt-IF-1",
        ("Expenses:6993-Grants", "Assets:1320-Loans"),
        ("Liabilities:2360-Loans", "Income:3992-Support"),
        "100000.00",
        "loan",
    )
    found = figures(central + own, LOAN[1] + theirs, "2026-01-01", "2026-12-31")
    assert found.result == 0
    assert {line for line, amount in found.lines.items() if amount} == set()


@pytest.mark.parametrize("toml", ["", ENTITY], ids=["division", "legal entity"])
@pytest.mark.parametrize(
    ("own", "theirs", "ic"),
    [
        (("Expenses:6993-Grants", "Assets:1930-Bank"), ("Assets:1930-Bank", "Income:3992-Support"), "fund"),
        (
            ("Assets:1662-Fund", "Income:8360-Interest"),
            ("Expenses:8460-Interest", "Liabilities:2862-Fund"),
            "interest",
        ),
        (
            ("Expenses:6993-Grants", "Liabilities:2862-Fund"),
            ("Assets:1662-Fund", "Income:3992-Support"),
            "solidarity",
        ),
        (
            ("Assets:1662-Fund", "Income:3990-Called"),
            ("Expenses:6994-Paid", "Liabilities:2862-Fund"),
            "solidarity",
        ),
        (("Assets:1357-Stakes", "Assets:1930-Bank"), ("Assets:1930-Bank", "Equity:2083-Capital"), "capital"),
    ],
    ids=["grant", "interest", "support", "call", "stake"],
)
def test_every_dealing_of_a_fund_goes_out(figures, own, theirs, ic, toml):
    mine, other = both("2026-03-15", "ic-gemensamt-IF-2", own, theirs, "5000.00", ic)
    for start, end in (("2026-01-01", "2026-02-28"), ("2026-01-01", "2026-12-31"), ("2027-01-01", "2027-12-31")):
        found = figures(mine, other, start, end, toml=toml)
        assert found.result == 0
        assert {line for line, amount in found.lines.items() if amount} == set()
