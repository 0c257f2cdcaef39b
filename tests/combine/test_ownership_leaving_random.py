"""Random groups of three steps, in kronor or euro, that are sold in one piece or in parts: what must hold of each.

Each period opens, line by line, with what the one before closed with, and months add up. Who has gone leaves nothing
behind. The minority of a unit that stays has its part of that unit's own net assets when what it owned has gone. When
all has gone, the owners have earned what they got less what they paid.
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.owners import OwnerTable
from ledger.combine import combine
from tests.combine.conftest import StubRun
from tests.combine.reference import memory_books
from tests.combine.test_ownership_periods import assert_continuous
from tests.combine.test_ownership_random import START, book, replace_model
from tests.combine.test_ownership_shares_random import joint, money, pairs, parts

D = Decimal
PRICED = (
    *("2025-12-31", "2026-06-30", "2026-07-01", "2026-07-14", "2026-11-14", "2026-12-31"),
    *("2027-01-01", "2027-03-09", "2027-03-14", "2027-06-30", "2027-12-31"),
)
currencies = st.sampled_from(["SEK", "EUR"])
rates = st.integers(500, 1500).map(lambda n: D(n) / 100)
quotes = st.tuples(st.tuples(*[rates] * len(PRICED)), st.tuples(rates, rates))
amounts = st.integers(-30_000, 90_000).map(lambda n: D(n) / 100)


def prices(quoted) -> str:
    spots, averages = quoted
    lines = [f"{day} price EUR {rate} SEK" for day, rate in zip(PRICED, spots, strict=True)]
    for year, rate in zip((2026, 2027), averages, strict=True):
        lines += [f'{year}-{month:02d}-28 custom "average-rate" "EUR" {rate} SEK' for month in range(1, 13)]
    return "\n".join(lines) + "\n"


def sold(slug, cost, price, day, currency):
    return f"""
{day} * "Sold"
  Assets:1930-Bank     {price} {currency}
  Assets:1310-Shares  {-cost} {currency}
    partner: "{slug}"
    ic: "capital"
  Income:8012-Result   {cost - price} {currency}
"""


@settings(max_examples=25, deadline=None, report_multiple_bugs=False)
@given(
    where=st.tuples(currencies, currencies),
    quoted=quotes,
    shares=st.tuples(parts, parts),
    costs=st.tuples(money, money),
    got=st.tuples(money, money),
    results=st.tuples(amounts, amounts, amounts, amounts),
    days=st.sampled_from(
        [
            ("2026-11-14", ""),
            ("2026-11-14", "2026-12-31"),
            ("2026-07-15", "2027-03-10"),
            ("2026-07-15", "2026-07-15"),
            ("2026-12-31", "2026-12-31"),
            ("2027-03-10", "2027-03-10"),
        ]
    ),
    months=st.none() | st.integers(1, 30),
    fair=st.none() | money,
    whole=st.booleans(),
)
def test_parts_of_a_group_are_sold(where, quoted, shares, costs, got, results, days, months, fair, whole):
    low, top = days
    together = low == top
    more = {"goodwill_months": months}
    if fair is not None:
        more |= {"minority": "fair-value", "minority_value": fair}
    texts = {
        "a": book("SEK", D(9000), (D(0), D(0)), ("s", costs[0])),
        "s": book(where[0], D(1000), results[:2], ("t", costs[1])),
        "t": book(where[1], D(700), results[2:]),
    }
    if top:
        texts["a"] += sold("s", costs[0], got[0], top, "SEK")
    if not together:
        texts["s"] += sold("t", costs[1], got[1], low, where[0])
    legal = {"entity": "legal_entity", "joined": START}
    owners = {
        slug: OwnerTable(unit=o, share=shares[n], since=START, **more) for n, (slug, o) in enumerate(("sa", "ts"))
    }
    left = {"s": dt.date.fromisoformat(top) if top else None, "t": dt.date.fromisoformat(low)}
    units = {
        slug: {**legal, "currency": where[n], "owners": (owners[slug],), "left": left[slug]}
        for n, slug in enumerate("st")
    }
    books = memory_books(texts, {"a": {}, **units}, prices(quoted))
    config = replace_model(books.workspace.config, whole)
    books = replace(books, workspace=replace(books.workspace, config=config))

    def make(**options):
        found = combine(books, StubRun(), **options)
        assert found.complete, found.problems
        return found

    assert_continuous(
        make,
        *("2026-01-01", "2026-07-01", "2026-07-15", "2026-11-15", "2027-01-01", "2027-03-10", "2027-07-01"),
    )
    found = make(date_from=START, date_to=dt.date(2027, 12, 31))
    minority = D(0)
    if not top:
        net = 1000 + sum(results[:2]) - costs[1] + got[1]
        minority = (1 - shares[0]) * net * (quoted[0][-1] if where[0] == "EUR" else 1)
        if fair is not None:
            return  # the minority's own goodwill of s stays
    else:
        assert found.result - found.result_minority == got[0] - costs[0]
        assert not any(found.lines.get(name) for name in ("Goodwill", "CTA", "ParticipationsAndSecurities"))
    assert abs(-found.lines.get("NonControllingInterest", D(0)) - minority) < D("0.20")


@settings(max_examples=25, deadline=None, report_multiple_bugs=False)
@given(
    where=st.tuples(currencies, currencies, currencies),
    quoted=quotes,
    shares=st.tuples(pairs, pairs, st.tuples(parts, parts), st.tuples(parts, parts)),
    costs=st.tuples(*[money] * 6),
    results=st.tuples(amounts, amounts),
    day=st.sampled_from(["2026-07-01", "2026-11-15", "2027-01-01", "2027-03-15"]),
    months=st.none() | st.integers(1, 30),
    fair=st.none() | money,
    whole=st.booleans(),
)
def test_shares_change_in_two_currencies(where, quoted, shares, costs, results, day, months, fair, whole):
    its = dict(zip("sut", where, strict=True))
    books = joint(*shares, costs, results, day, months, fair, whole, its, prices(quoted))

    def make(**options):
        found = combine(books, StubRun(), **options)
        assert found.complete, found.problems
        return found

    assert_continuous(make, "2026-01-01", "2026-07-01", "2026-11-15", "2027-01-01", "2027-03-15", "2027-07-01")
