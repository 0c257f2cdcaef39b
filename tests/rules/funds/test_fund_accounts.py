"""Whose the fund is: accounts worked by hand, and Σ accounts = the fund whatever comes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.funds.accounts import Holder, accounts

D = Decimal


@pytest.mark.parametrize(
    ("contributed", "left", "worth", "balances", "common"),
    [
        # 300 beyond what a and b have put in: three quarters are a's.
        ({"a": 300, "b": 100}, (), 700, {"a": 525, "b": 175}, 0),
        # c has left: its 200 are a's and b's like all else.
        ({"a": 300, "b": 100, "c": 200}, "c", 700, {"a": 525, "b": 175, "c": 0}, 0),
        # 200 lost
        ({"a": 300, "b": 100}, (), 200, {"a": 150, "b": 50}, 0),
        # who has put nothing in has no part
        ({"a": 300, "b": 0}, (), 400, {"a": 400, "b": 0}, 0),
        # nobody has: equal parts, the first names take what can't be divided
        ({"b": 0, "a": 0, "c": 0}, (), "0.02", {"a": "0.01", "b": "0.01", "c": 0}, 0),
        # 10.01 to share by thirds: 3.33 each and two öre
        ({"c": 1, "b": 1, "a": 1}, (), "13.01", {"a": "4.34", "b": "4.34", "c": "4.33"}, 0),
        # who has got back more than it put in has no part of the rest
        ({"a": 300, "b": -100}, (), 300, {"a": 400, "b": -100}, 0),
        ({"a": 300}, "a", 50, {"a": 0}, 50),
        ({}, (), 50, {}, 50),
    ],
)
def test_accounts_by_hand(contributed, left, worth, balances, common):
    holders = [Holder(unit, D(amount), left=unit in left) for unit, amount in contributed.items()]
    found = accounts(holders, D(worth), "SEK")
    assert {account.unit: account.balance for account in found.accounts} == {u: D(b) for u, b in balances.items()}
    assert found.common == common


def test_what_stands_beside_changes_no_account():
    [account] = accounts([Holder("a", D(100), received=D(30), owed=D(50))], D(120), "SEK").accounts
    assert (account.own, account.share, account.balance, account.net) == (100, 20, 120, 20)


ore = st.integers(-(10**9), 10**9).map(lambda n: D(n).scaleb(-2))
holders = st.lists(
    st.builds(Holder, st.text("abcdefgh", min_size=1, max_size=3), ore, left=st.booleans()),
    unique_by=lambda holder: holder.unit,
    max_size=12,
)


@given(holders, ore, st.randoms(use_true_random=False))
def test_the_accounts_add_up_to_the_fund_in_any_order(known, worth, shuffle):
    found = accounts(known, worth, "SEK")
    assert sum((account.balance for account in found.accounts), found.common) == worth
    assert all(account.balance == 0 for account in found.accounts if account.left)
    assert found.common == 0 or all(holder.left for holder in known)
    shuffle.shuffle(known)
    assert accounts(known, worth, "SEK") == found
