"""Random cycles through the real commands: what `check` says, the share-out, its booking, what nobody else sees of it.

Few examples; the campaign in full is `SAMBOK_CYCLES=1000 pytest tests/loans/random`.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.books import load_books
from ledger.loans import cycles_of
from ledger.policy import read_policy
from tests.loans.random.strategies import Drawn, cycles, examples
from tests.loans.random.texts import DECISION, terms, vouchers
from tests.loans.random.workspace import group_in, made, mixed

FEW = Drawn(people=8, meetings=10)
#: All money in one box: whose the cash on the phone is, is a question of its own.
BOX = Drawn(people=6, meetings=8, never=("phone",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Made anew for each example."""
    return tmp_path_factory.mktemp("cycles")


def money(text) -> Fraction:
    return Fraction(text)


def opened(place, name="NK26"):
    """The cycle as the ledger reads it from its book."""
    ws = place.open()
    books = load_books(ws)
    assert not any(book.problems for book in books.units.values())
    return cycles_of(books, read_policy(books.central_text, ws))[name]


def share_out(place, day, *more):
    code, out, err = place.run(day, "loans", "share-out", "NK26", "--date", day, "--json", *more)
    assert code in {0, 3}, err
    return code, out


@examples(0.25)
@given(cycle=cycles(FEW))
def test_the_book_says_what_was_agreed_on_and_nothing_is_wrong(folder, cycle):
    """Terms from policy; the fund of the text is that of the second method; `check` finds nothing."""
    place = made(folder / "one", cycle)
    code, out, err = place.run(cycle.day, "check", "--json")
    assert (code, json.loads(out)["errors"]) == (0, []), err
    found = opened(place)
    expected = replace(terms(cycle.rules), social=found.terms.social)
    assert found.terms == expected
    group = cycle.group()
    now, state = group.figures(cycle.day), found.with_provisional(cycle.day).state(cycle.day)
    for part in ("cash", "loans", "charges_due", "fines_due", "shares", "charges", "fines", "gifts", "losses"):
        assert Fraction(getattr(state, part)) == now[part], part
    assert state.gap == state.social_gap == 0
    assert state.social_cash == now["social"]


@examples(0.25)
@given(cycle=cycles(FEW), seed=st.integers(0, 2**32))
def test_29_the_share_out_comes_from_the_text_alone(folder, cycle, seed):
    """Σ payouts = cash, as the second method has them; caches deleted and all rows mixed: the same bytes."""
    group = cycle.group()
    assume(any(group.shares.values()))
    expected = group.shared_out(cycle.day)
    place = made(folder / "one", cycle)
    code, out = share_out(place, cycle.day)
    answer = json.loads(out)
    assert code == (0 if expected.booked and expected.cash >= 0 else 3)
    assert money(answer["fund"]) == expected.fund
    assert money(answer["cash"]) == group.cash
    assert answer["shares"] == sum(expected.shares.values())
    assert (answer["rule"], answer["shortfall"]) == (cycle.rules.share_out, cycle.rules.shortfall)
    assert money(answer["rounding"]) == cycle.rules.rounding
    rows = {row["participant"]: row for row in answer["payouts"]}
    assert {who: row["shares"] for who, row in rows.items()} == expected.shares
    for key, values in (("gross", expected.gross), ("debts", expected.debts), ("payout", expected.payout)):
        assert {who: money(row[key]) for who, row in rows.items()} == values, key
    assert sum(money(row["payout"]) for row in rows.values()) == expected.cash
    assert list(rows) == list(expected.shares)
    place.forget()
    assert share_out(place, cycle.day)[1] == out
    group_in(place, cycle, mixed(vouchers(cycle), seed))
    place.open()
    assert share_out(place, cycle.day)[1] == out


@examples(0.25)
@given(cycle=cycles(BOX))
def test_2_after_the_share_out_nothing_is_left_and_nothing_accrues(folder, cycle):
    """Booked once: the fund is empty, whoever owed owes nothing, the social fund stays; no charge comes later."""
    group = cycle.group()
    assume(any(group.shares.values()))
    now = group.figures(cycle.day)
    assume(not now["outside"] and not now["unpaid_expenses"])
    expected = group.shared_out(cycle.day)
    assume(expected.booked and expected.cash >= 0)
    place = made(folder / "one", cycle)
    asked = ("--book", "--decision", DECISION, "--by", "anna")
    code, _ = share_out(place, cycle.day, *asked)
    assert code == 0
    code, out, err = place.run(cycle.day, "check", "--json")
    assert (code, json.loads(out)["errors"]) == (0, []), err
    stands = place.text()
    share_out(place, cycle.day, *asked)
    assert place.text() == stands
    fund = opened(place).fund
    later = cycle.day + dt.timedelta(days=100)
    for day in (cycle.day, later):
        state = fund.with_accrued(day).state(day)
        assert state.gap == 0
        assert state.social_cash == now["social"]
        if expected.payout == expected.paid:
            assert (state.cash, state.loans, state.charges_due, state.fines_due) == (0, 0, 0, 0)
        assert (state.cash, state.shares) == (0, 0)
    if cycle.rules.method == "roll-over" and expected.payout != expected.paid:
        return  # what is owed of a share-out in proportion goes on rolling over
    assert fund.with_accrued(later).state(later) == fund.with_accrued(cycle.day).state(cycle.day)


@examples(0.25)
@given(cycle=cycles(BOX), seed=st.integers(0, 2**32))
def test_2_what_is_left_in_goes_on_in_the_next_cycle(folder, cycle, seed):
    """Whole shares of the new cycle out of each one's payout; the rest is paid; no money is lost, none comes."""
    group = cycle.group()
    assume(any(group.shares.values()))
    now = group.figures(cycle.day)
    assume(not now["outside"] and not now["unpaid_expenses"])
    expected = group.shared_out(cycle.day)
    assume(expected.booked and expected.cash >= 0)
    later = cycle.day + dt.timedelta(days=200)
    new = replace(cycle.rules, name="NK27", begins=cycle.day, ends=later, meetings=())
    place = made(folder / "one", cycle, new)
    dice, value = Random(seed), cycle.rules.share_value  # noqa: S311  no cryptography
    most = {who: int(paid // value) for who, paid in expected.paid.items()}
    left = {who: min(dice.randint(0, most[who]), new.max_shares or most[who]) for who in most}
    asked = [part for who, count in left.items() if count for part in ("--leave-in", f"{who}={count}")]
    code, _ = share_out(place, cycle.day, "--book", "--decision", DECISION, "--by", "anna", "--into", "NK27", *asked)
    assert code == 0
    code, out, err = place.run(cycle.day, "check", "--json")
    assert (code, json.loads(out)["errors"]) == (0, []), err
    old, fresh = opened(place).fund, opened(place, "NK27").fund
    before, after = old.with_accrued(cycle.day).state(cycle.day), fresh.state(cycle.day)
    assert (before.cash, before.shares, before.social_cash) == (0, 0, 0)
    stays = sum(left.values()) * value
    assert (after.cash, after.shares) == (stays, stays)
    assert (after.social_cash, after.social_fund) == (now["social"], now["social"])
    assert {who: fresh.standing(who, cycle.day).shares for who in fresh.participants} == {
        who: count for who, count in left.items() if count
    }
    box = sum(posted(place, "Assets:1010"), Fraction(0))
    assert box == now["cash"] - sum(expected.paid.values()) + stays


def posted(place, account):
    """What was posted to an account of the group's book, as Beancount loads it."""
    for entry in load_books(place.open()).units["kikundi"].entries():
        for posting in getattr(entry, "postings", ()):
            if posting.account.startswith(account):
                yield Fraction(posting.units.number)


@examples(0.2)
@given(cycle=cycles(FEW))
def test_6_nobody_else_sees_the_members_own_money(folder, cycle):
    """Levy and combined statements with and without the group's book: identical bytes."""
    place = made(folder / "one", cycle)
    asked = (("combine", "--from", "2026-01-01", "--to", "2026-12-31", "--json"), ("levy", "--year", "2026", "--json"))
    seen = [place.run(cycle.day, *args) for args in asked]
    group_in(place, cycle, [])
    place.open()
    for args, (code, out, _) in zip(asked, seen, strict=True):
        without = place.run(cycle.day, *args)
        assert (code, out) == without[:2]
        assert all(who not in out for who in cycle.people if len(who) > 3)
