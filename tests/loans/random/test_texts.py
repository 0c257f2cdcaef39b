"""A random cycle's book as text, before the ledger reads it: Beancount balances it, and it says what happened."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from beancount.core import data
from beancount.loader import load_string
from hypothesis import given

from tests.loans.random.strategies import cycles, examples
from tests.loans.random.texts import ACCOUNTS, accounts_text, book_text, movements, sheets, vouchers


@examples()
@given(cycles())
def test_the_text_says_what_happened(cycle):
    """Beancount finds no error; what stands on the accounts is what the second method says, charges owed apart."""
    written = vouchers(cycle)
    text = accounts_text(cycle.people, cycle.rules) + "\n".join(book_text(written, cycle.rules).values())
    entries, errors, _ = load_string(text)
    assert not errors
    sums = defaultdict(Fraction)
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                sums[":".join(posting.account.split(":")[:2])] += Fraction(posting.units.number)
    group = cycle.group()
    now = group.figures(cycle.day)
    for place in ("box", "phone"):
        assert sums[ACCOUNTS[place]] == group.money[place]
    assert sums[ACCOUNTS["social_cash"]] == now["social"] == -sums[ACCOUNTS["social_fund"]]
    for part in ("loans", "fines_due", "losses", "expenses", "differences"):
        assert sums[ACCOUNTS[part]] == now[part], part
    for part in ("shares", "fines", "gifts", "outside", "unpaid_expenses"):
        assert sums[ACCOUNTS[part]] == -now[part], part
    if cycle.rules.method != "declining":
        assert sums[ACCOUNTS["charges"]] == -now["charges"]
        assert sums[ACCOUNTS["charges_due"]] == now["charges_due"]


@examples()
@given(cycles())
def test_a_sheets_rows_make_what_was_counted(cycle):
    """Opening + shares + fines + repaid + charges − new loans = the box that was counted (SPEC 8)."""
    values = {"shares": cycle.rules.share_value, "repaid": 1, "charge": 1, "new_loan": -1, "fine": 1}
    if cycle.rules.fines != "loan-fund":
        del values["fine"]
    for sheet in sheets(cycle):
        head = dict(zip(sheet.head.split(",")[::2], sheet.head.split(",")[1::2], strict=True))
        names = sheet.text().splitlines()[1].split(",")
        before = cycle.with_actions([a for a in cycle.actions if a.day < sheet.day]).group().money["box"]
        box = before
        for row in sheet.rows:
            cells = dict(zip(names, row.split(","), strict=True))
            box += sum(factor * Fraction(cells[name] or 0) for name, factor in values.items())
        assert box == Fraction(head["counted_loan_fund"])


@examples()
@given(cycles())
def test_each_vouchers_movements_sum_to_zero(cycle):
    sums = defaultdict(Fraction)
    for movement in movements(vouchers(cycle)):
        sums[movement.voucher, movement.part.startswith("social")] += Fraction(movement.amount)
    assert not any(sums.values())
