"""Random groups of three steps against a closed formula: parts of net assets, worked out without any entry.

H owns a part of S, S of T; each keeps its book in kronor or euro; some goodwill is amortised; the minority is measured
either way. The formulas are those of a textbook: net assets × closing rate × part, goodwill × closing rate.
"""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.owners import OwnerTable
from ledger.combine import combine
from tests.combine.conftest import StubRun
from tests.combine.reference import memory_books

D = Decimal
START = dt.date(2026, 1, 1)
SLACK = D("0.25")  # what rounding some twenty amounts may come to, at rates below 20
MONTHS = 12


@dataclass(frozen=True)
class Bought:
    """One owned unit: own currency where nothing else is said."""

    currency: str
    share: D
    equity: D
    results: tuple[D, D]
    premium: D  # what is paid above the share of net assets, kronor
    fair: D | None  # what the minority is worth above its part
    months: int | None


amounts = st.integers(0, 200_000).map(lambda n: D(n) / 100)
rates = st.integers(500, 1500).map(lambda n: D(n) / 100)
bought = st.builds(
    Bought,
    st.sampled_from(["SEK", "EUR"]),
    st.integers(51, 99).map(lambda n: D(n) / 100),
    amounts,
    st.tuples(st.integers(-50_000, 50_000), st.integers(-50_000, 50_000)).map(lambda r: (D(r[0]) / 100, D(r[1]) / 100)),
    st.integers(100, 50_000).map(lambda n: D(n) / 100),
    st.none() | amounts,
    st.none() | st.integers(12, 60),
)


class Rates:
    """Eve, ends and averages of two years, by currency."""

    def __init__(self, spots, averages):
        self.spots, self.averages = spots, averages

    def spot(self, currency, years):
        return self.spots[years] if currency == "EUR" else D(1)

    def average(self, currency, year):
        return self.averages[year] if currency == "EUR" else D(1)

    @property
    def text(self):
        days = ("2025-12-31", "2026-12-31", "2027-12-31")
        prices = [f"{day} price EUR {rate} SEK" for day, rate in zip(days, self.spots, strict=True)]
        for year, rate in zip((2026, 2027), self.averages, strict=True):
            prices += [f'{year}-{m:02d}-28 custom "average-rate" "EUR" {rate} SEK' for m in range(1, 13)]
        return "\n".join(prices) + "\n"


def book(currency, equity, results, holds=None):
    """A book: opening balance, maybe with what it holds, and one result a year."""
    text = '2025-12-31 * "Opening"\n'
    rest = equity
    if holds:
        text += f'  Assets:1310-Shares  {holds[1]} {currency}\n    partner: "{holds[0]}"\n    ic: "capital"\n'
        rest -= holds[1]
    text += f"  Assets:1930-Bank  {rest} {currency}\n  Equity:2081-Capital  {-equity} {currency}\n"
    for year, result in zip((2026, 2027), results, strict=True):
        text += f'{year}-06-30 * "Result"\n  Assets:1930-Bank  {result} {currency}\n'
        text += f"  Income:3001-Sales  {-result} {currency}\n"
    return text


def tables(owner, unit, fair_local):
    method = {} if fair_local is None else {"minority": "fair-value", "minority_value": fair_local}
    return (OwnerTable(unit=owner, share=unit.share, since=START, goodwill_months=unit.months, **method),)


def cents(amount):
    return amount.quantize(D("0.01"))


class Formula:
    """What one owned unit comes to after some years, in kronor."""

    def __init__(self, unit, cost, fair_local, rates, years):
        self.unit, m = unit, 1 - unit.share
        eve, end = rates.spot(unit.currency, 0), rates.spot(unit.currency, years)
        self.minority = m
        self.net = (unit.equity + sum(unit.results[:years])) * end
        self.result = unit.results[years - 1] * rates.average(unit.currency, years - 1)
        nci = m * unit.equity if fair_local is None else fair_local
        local = cost / eve + nci - unit.equity
        gone = [D(0)] * years
        if unit.months:
            ends = [min(D(MONTHS * (y + 1)) / unit.months, D(1)) for y in range(years)]
            gone = [local * (e - b) for e, b in zip(ends, [D(0), *ends], strict=False)]
        self.lost = gone[-1] * rates.average(unit.currency, years - 1)
        self.goodwill = (local - sum(gone)) * end
        self.start = local * eve
        changed = self.goodwill - self.start
        self.fair = D(0) if fair_local is None else (fair_local - m * unit.equity) * eve + m * changed
        self.ours = D(1) if fair_local is None else unit.share
        self.bears = D(0) if fair_local is None else m


@settings(max_examples=60, deadline=None, report_multiple_bugs=False)
@given(bought, bought, st.tuples(rates, rates, rates), st.tuples(rates, rates), st.sampled_from([1, 2]), st.booleans())
def test_parts_of_net_assets(s, t, spots, averages, years, whole):
    known = Rates(spots, averages)
    eve = {unit: known.spot(unit.currency, 0) for unit in (s, t)}
    cost_t = cents((t.share * t.equity * eve[t] + t.premium) / eve[s])  # in S's currency
    cost_s = cents(s.share * (s.equity + cost_t) * eve[s] + s.premium)
    s = replace(s, equity=s.equity + cost_t)
    fair = {u: None if u.fair is None else cents((1 - u.share) * u.equity + u.fair) for u in (s, t)}
    units = {
        "a": {},
        "s": {"entity": "legal_entity", "currency": s.currency, "owners": tables("a", s, fair[s]), "joined": START},
        "t": {"entity": "legal_entity", "currency": t.currency, "owners": tables("s", t, fair[t]), "joined": START},
    }
    texts = {
        "a": book("SEK", cost_s + 1000, (D(10), D(20)), ("s", cost_s)),
        "s": book(s.currency, s.equity, s.results, ("t", cost_t)),
        "t": book(t.currency, t.equity, t.results),
    }
    books = memory_books(texts, units, known.text)
    limits = replace_model(books.workspace.config, whole)
    books = replace(books, workspace=replace(books.workspace, config=limits))
    found = combine(books, StubRun(), date_to=dt.date(2025 + years, 12, 31))
    assert found.complete, found.problems

    one = Formula(t, cost_t * known.spot(s.currency, 0), fair[t], known, years)
    two = Formula(s, cost_s, fair[s], known, years)
    owns = one.goodwill - one.fair if whole else D(0)
    its_net = two.net - cost_t * known.spot(s.currency, years) + t.share * one.net + owns
    minority = one.minority * one.net + one.fair + two.minority * its_net + two.fair
    left_out = D(0) if whole else two.minority
    goodwill = two.goodwill + one.goodwill - left_out * not_minoritys(one, t, cost_t * known.spot(s.currency, 0), known)
    lost = two.lost + one.lost * (1 - left_out * one.ours)
    result = one.result + two.result + (D(10), D(20))[years - 1] - lost
    bears = one.bears * one.lost + two.bears * two.lost + (two.minority * one.ours * one.lost if whole else 0)
    part = one.minority * one.result + two.minority * (two.result + t.share * one.result) - bears
    assert abs(-found.lines.get("NonControllingInterest", D(0)) - minority) < SLACK
    assert abs(found.lines.get("Goodwill", D(0)) - goodwill) < SLACK
    assert abs(found.result - result) < SLACK
    assert abs(found.result_minority - part) < SLACK
    assert sum(row.amount for row in found.trial_balance) == 0


def not_minoritys(one, t, cost, known):
    """T's goodwill without its own minority's: what was paid above the share of net assets, and its part of changes."""
    paid = cost - t.share * t.equity * known.spot(t.currency, 0)
    return paid + one.ours * (one.goodwill - one.start)


def replace_model(config, whole):
    limits = config.intragroup.model_copy(update={"indirect_goodwill": "full" if whole else "share"})
    return config.model_copy(update={"intragroup": limits})


parts = st.integers(51, 100).map(lambda n: D(n) / 100)


@settings(max_examples=60, deadline=None, report_multiple_bugs=False)
@given(
    shares=st.tuples(parts, parts, parts, parts),
    results=st.tuples(*[st.integers(-300, 900).map(D)] * 4),
    prices=st.tuples(*[st.integers(-200, 400).map(D)] * 2),
    paid_out=st.integers(0, 200).map(D),
    months=st.none() | st.integers(1, 30),
    day=st.sampled_from(["2027-01-01", "2026-07-01", "2027-03-15"]),
)
def test_shares_change_and_dividends_are_paid(shares, results, prices, paid_out, months, day):
    """Both shares change on one day for any price; T pays out to S and others. The minority has its part of the end."""
    first_s, first_t, then_s, then_t = shares
    step = dt.date.fromisoformat(day)

    def two(owner, first, then):
        return (
            OwnerTable(unit=owner, share=first, since=START, goodwill_months=months),
            OwnerTable(unit=owner, share=then, since=step),
        )

    def buys(slug, price):
        return f"""
{day} * "Shares"
  Assets:1310-Shares  {price} SEK
    partner: "{slug}"
    ic: "capital"
  Assets:1930-Bank  {-price} SEK
"""

    its, rest = cents(paid_out * then_t), paid_out - cents(paid_out * then_t)
    got = f"""
2027-09-01 * "From T" ^ic-t-1
  Assets:1930-Bank  {its} SEK
  Income:8070-Dividend  {-its} SEK
    partner: "t"
    ic: "dividend"
"""
    gave = f"""
2027-09-01 * "To the owners" ^ic-t-1
  Equity:2081-Capital  {its} SEK
    partner: "s"
    ic: "dividend"
  Equity:2081-Capital  {rest} SEK
  Assets:1930-Bank  {-paid_out} SEK
"""
    texts = {
        "a": book("SEK", D(5000), (D(0), D(0)), ("s", D(2000))) + buys("s", prices[0]),
        "s": book("SEK", D(2000), results[:2], ("t", D(900))) + buys("t", prices[1]) + (got if its else ""),
        "t": book("SEK", D(1000), results[2:]) + (gave if its else ""),
    }
    legal = {"entity": "legal_entity", "currency": "SEK", "joined": START}
    owners = {"s": two("a", first_s, then_s), "t": two("s", first_t, then_t)}
    books = memory_books(texts, {"a": {}, **{slug: {**legal, "owners": owners[slug]} for slug in owners}})
    found = combine(books, StubRun(), date_to=dt.date(2027, 12, 31))
    assert found.complete, found.problems
    t_net = D(1000) + sum(results[2:]) - paid_out
    s_net = D(2000) + sum(results[:2]) + its - D(900) - prices[1]
    left = max(D(0), 1 - D(24) / months) if months else D(1)
    t_goodwill = max(D(0), 900 - first_t * 1000) * left
    s_goodwill = max(D(0), 2000 - first_s * 2000) * left
    minority = (1 - then_t) * t_net + (1 - then_s) * (s_net + then_t * t_net + t_goodwill)
    assert abs(-found.lines.get("NonControllingInterest", D(0)) - minority) < SLACK
    assert abs(found.lines.get("Goodwill", D(0)) - t_goodwill - s_goodwill) < SLACK
    lost = D(0)
    if months:
        year = min(D(1), D(24) / months) - min(D(1), D(12) / months)
        lost = (max(D(0), 900 - first_t * 1000) + max(D(0), 2000 - first_s * 2000)) * year
    assert abs(found.result - (results[1] + results[3] - lost)) < SLACK
    assert found.lines.get("ParticipationsAndSecurities", D(0)) == 0
    net = sum((a for n, a in found.lines.items() if n in {"CashAndBank", "Goodwill"}), D(0))
    assert abs(net - (5000 - 2000 - prices[0] + s_net + t_net + t_goodwill + s_goodwill)) < SLACK
