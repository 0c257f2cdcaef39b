"""A share-out's vouchers, of any fund: each balances, nobody has shares afterwards, the box is empty to the cent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.closing.share_out import Booking
from ledger.reports.loans_share_out import proposal_of
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.movements import Movement
from ledger.rules.loans.terms import Terms

FIRST, LAST = dt.date(2026, 1, 7), dt.date(2026, 12, 30)
NAMES = ("Anna", "Bo", "Cia", "Dan", "Eva", "Fia")
CENTS = st.decimals(min_value=0, max_value=2000, places=2)
ONE = st.tuples(st.integers(1, 9), CENTS, CENTS, st.decimals(min_value=0, max_value=50, places=2))


class Accounts:
    """Each part's account is called like it."""

    def account(self, part, whom, day):
        del day
        return f"Assets:{part.title().replace('_', '-')}:{whom or 'All'}"


def movements(people, gift):
    """Shares of 100, loans, charges and fines that are owed, a gift; the money in two places."""
    number = 0

    def voucher(*rows):
        nonlocal number
        number += 1
        for part, amount, whom in rows:
            place = "Assets:Box" if number % 2 else "Assets:Bank"
            account = place if part == "cash" else Accounts().account(part, whom, FIRST)
            yield Movement(date=FIRST, part=part, amount=amount, voucher=number, participant=whom, account=account)

    yield from voucher(("cash", gift, ""), ("gifts", -gift, ""))
    for name, (shares, loan, charge, fine) in zip(NAMES, people, strict=False):
        paid = Decimal(100 * shares)
        yield from voucher(("cash", paid, ""), ("shares", -paid, name))
        yield from voucher(("loans", loan, name), ("cash", -loan, ""))
        yield from voucher(("charges_due", charge, name), ("charges", -charge, ""))
        yield from voucher(("fines_due", fine, name), ("fines", -fine, ""))


@settings(max_examples=150, deadline=None)
@given(
    people=st.lists(ONE, min_size=1, max_size=6),
    gift=CENTS,
    shortfall=st.sampled_from(["pro-rata", "write-off"]),
    rule=st.sampled_from(["shares", "equal", "interest-back"]),
    rounding=st.sampled_from(["0.01", "1", "10"]),
)
def test_vouchers_of_any_share_out(people, gift, shortfall, rule, rounding):
    terms = Terms(
        name="NK26", currency="KES", share_value=Decimal(100), begins=FIRST, share_out=rule, shortfall=shortfall,
        rounding=Decimal(rounding),
    )  # fmt: skip
    fund = Fund(terms, [m for m in movements(people, gift) if m.amount])
    if fund.state(LAST).cash < 0:
        return
    opened = SimpleNamespace(cycle=SimpleNamespace(terms=terms), shown=lambda name: name)
    proposal = proposal_of(opened, fund, LAST)
    entries = Booking(proposal, "K-2", Accounts(), "en").entries()
    left = defaultdict(Decimal)
    for movement in fund.movements:
        left[movement.account] += movement.amount
    for entry in entries:
        assert sum(posting.units.number for posting in entry.postings) == 0
        for posting in entry.postings:
            left[posting.account] += posting.units.number
    assert left["Assets:Box"] + left["Assets:Bank"] == 0
    owed = sum(amount for account, amount in left.items() if "Loans:" in account or "-Due:" in account)
    due = sum(amount for account, amount in left.items() if "Unpaid-Share-Out" in account)
    assert all(amount == 0 for account, amount in left.items() if "Shares" in account)
    assert all(amount >= 0 for account, amount in left.items() if "Loans:" in account or "-Due:" in account)
    assert owed == -due  # what some owe in is what others get then
    if shortfall == "write-off":
        assert owed == 0
