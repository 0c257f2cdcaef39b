"""A balance sheet that is closed and opened again changes nothing: random federations with such a pair and without."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks.vouchers import Post, Voucher
from ledger.combine import combine
from ledger.combine.reports.answer import answer
from ledger.memo import forget
from ledger.policy import read_policy
from ledger.provisional import provisional
from tests.combine.random.strategies import Kinds, examples, federations

DAY = dt.timedelta(days=1)


def balances(federation, member, day):
    """Σ of each account in the unit's books at the end of a day; the result by itself."""
    stands, result = defaultdict(Decimal), Decimal(0)
    for voucher in federation.vouchers:
        if voucher.unit == member.slug and voucher.date <= day:
            for post in voucher.posts:
                if member.account(post.role).startswith(("Income", "Expenses")):
                    result += post.weight
                else:
                    stands[post.role] += post.weight
    return {role: amount for role, amount in stands.items() if amount}, result


def told(federation, period):
    """All that `--json` says of a federation, but for where vouchers lie in their files."""
    forget()
    books = federation.books()
    run = provisional(books, read_policy(books.central_text, books.workspace))
    found = combine(books, run, **period)
    said = {name: re.sub(r"(\.beancount):[0-9]+", r"\1", repr(value)) for name, value in answer(found).items()}
    return said, [p.code for p in found.problems]


@examples()
@given(federations(Kinds(dealings=5, foreign=False, faults=False)), st.data())
def test_a_pair_that_closes_and_opens_changes_nothing(case, data):
    federation = case.federation
    member = data.draw(st.sampled_from(federation.members))
    assume(not member.owners)
    day = data.draw(st.sampled_from([dt.date(2025, 12, 31), case.date_to - DAY, case.date_to]))
    stands, result = balances(federation, member, day)
    assume(any(member.account(role).startswith("Equity") for role in stands) or result)
    moved = []
    if result:  # it is all moved to equity, in both of the federations
        posts = (Post("result_transfer", -result, member.currency), Post("result_for_year", result, member.currency))
        assume(member.chart == "bas")
        moved = [Voucher(member.slug, day, posts, "Result")]
        stands["result_for_year"] = stands.get("result_for_year", Decimal(0)) + result
    assume(stands.get("result_for_year", 1))
    plain = replace(federation, vouchers=(*federation.vouchers, *moved))
    rows = tuple(Post(role, -amount, member.currency) for role, amount in sorted(stands.items()))
    pair = (
        Voucher(member.slug, day, rows, "Closing balances"),
        Voucher(member.slug, day + DAY, tuple(post.times(Decimal(-1)) for post in rows), "Opening balances"),
    )
    both = replace(plain, vouchers=(*plain.vouchers, *pair))
    (closed, faults), (going, others) = told(both, case.period), told(plain, case.period)
    assert {name: (closed[name], going[name]) for name in closed if closed[name] != going[name]} == {}
    assert faults == others
