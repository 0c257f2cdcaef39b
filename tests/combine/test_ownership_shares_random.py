"""Two owners with minorities of their own, whose shares of a third unit change: what must hold whatever they are.

The gem owns parts of s and u, these own t together. Each period opens, line by line, with what the one before closed
with; at the end each minority has its part of net assets, of goodwill and of what its unit owns (a textbook's formula).
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.books.owners import OwnerTable
from ledger.combine import combine
from tests.combine.conftest import StubRun
from tests.combine.reference import memory_books
from tests.combine.test_ownership_periods import assert_continuous
from tests.combine.test_ownership_random import START, book, cents, replace_model

D = Decimal
SLACK = D("0.30")  # what rounding some twenty amounts may come to

parts = st.integers(51, 100).map(lambda n: D(n) / 100)
pairs = st.tuples(st.integers(30, 60), st.integers(21, 40)).map(lambda s: (D(s[0]) / 100, D(s[1]) / 100))
money = st.integers(1, 900).map(D)
days = st.sampled_from(["2026-07-01", "2026-11-15", "2027-01-01", "2027-03-15"])


def shares(slug, price, day, currency="SEK"):
    return f"""
{day} * "Shares"
  Assets:1310-Shares  {price} {currency}
    partner: "{slug}"
    ic: "capital"
  Assets:1930-Bank  {-price} {currency}
"""


def tables(owner, first, then, day, **more):
    step = dt.date.fromisoformat(day)
    return (OwnerTable(unit=owner, share=first, since=START, **more), OwnerTable(unit=owner, share=then, since=step))


def joint(first, then, above, later, costs, results, day, months, fair, whole, where=None, prices=""):
    """The books of gem, s, u, t. `above`, `later`: the gem's shares of s and u before and after."""
    where = where or dict.fromkeys("sut", "SEK")
    more = {"goodwill_months": months}
    its = more if fair is None else {**more, "minority": "fair-value", "minority_value": fair}
    opening = (("s", D(2000), costs[0]), ("u", D(1500), costs[1]))
    texts = {slug: book(where[slug], net, (D(5), D(-7)), ("t", cost)) for slug, net, cost in opening}
    texts["a"] = book("SEK", D(9000), (D(0), D(0)), ("s", D(2100)))
    texts["a"] += shares("u", D(1400), "2025-12-31") + shares("s", costs[2], day) + shares("u", -costs[3], day)
    texts["s"] += shares("t", costs[4], day, where["s"])
    texts["u"] += shares("t", -costs[5], day, where["u"])
    texts["t"] = book(where["t"], D(1000), results)
    legal = {"entity": "legal_entity", "joined": START}
    owners = {
        "s": tables("a", above[0], later[0], day),
        "u": tables("a", above[1], later[1], day),
        "t": (*tables("s", first[0], then[0], day, **its), *tables("u", first[1], then[1], day, **its)),
    }
    units = {slug: {**legal, "currency": where[slug], "owners": owners[slug]} for slug in owners}
    books = memory_books(texts, {"a": {}, **units}, prices)
    config = replace_model(books.workspace.config, whole)
    return replace(books, workspace=replace(books.workspace, config=config))


@settings(max_examples=40, deadline=None, report_multiple_bugs=False)
@example(
    first=(D("0.50"), D("0.30")),
    then=(D("0.60"), D("0.21")),
    above=(D("0.80"), D("0.70")),
    later=(D("0.60"), D("0.90")),
    costs=(D(900), D(200), D(50), D(60), D(70), D(80)),
    results=(D(90), D(-40)),
    day="2026-07-01",
    months=20,
    fair=None,
    whole=True,
)
@given(
    first=pairs,
    then=pairs,
    above=st.tuples(parts, parts),
    later=st.tuples(parts, parts),
    costs=st.tuples(*[money] * 6),
    results=st.tuples(*[st.integers(-300, 900).map(D)] * 2),
    day=days,
    months=st.none() | st.integers(1, 30),
    fair=st.none() | money,
    whole=st.booleans(),
)
def test_shares_of_two_owners_change(first, then, above, later, costs, results, day, months, fair, whole):
    books = joint(first, then, above, later, costs, results, day, months, fair, whole)

    def make(**options):
        return combine(books, StubRun(), **options)

    found = make(date_to=dt.date(2027, 12, 31))
    assert found.complete, found.problems
    assert_continuous(make, "2026-01-01", "2026-07-01", "2026-11-15", "2027-01-01", "2027-03-15", "2027-07-01")
    if fair is not None:
        return
    left = max(D(0), 1 - D(24) / months) if months else D(1)
    t_net = 1000 + sum(results)
    goodwill = max(D(0), costs[0] + costs[1] - sum(first) * 1000) * left
    minority = (1 - sum(then)) * t_net
    nets = (2000 - 2 - costs[0] - costs[4], 1500 - 2 - costs[1] + costs[5])
    for number, net in enumerate(nets):
        its = goodwill * then[number] / sum(then) if whole else D(0)
        minority += (1 - later[number]) * (net + then[number] * t_net + its)
    assert abs(-found.lines.get("NonControllingInterest", D(0)) - minority) < SLACK
    own = [max(D(0), D(2100) - above[0] * 2000), max(D(0), D(1400) - above[1] * 1500)]
    shown = goodwill
    for number in range(2) if not whole else ():
        shown -= goodwill * then[number] / sum(then) * (1 - later[number])
    assert abs(found.lines.get("Goodwill", D(0)) - shown - sum(own)) < SLACK
    assert cents(sum(row.amount for row in found.trial_balance)) == 0
