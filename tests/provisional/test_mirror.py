"""What must hold of any books: both sides mirror each other, and neither order nor names change a figure."""

import datetime as dt
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from beancount.core import convert, data
from beancount.core.amount import Amount
from beancount.parser.grammar import ValueType
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.books import Books, CentralText, Unit, UnitBook, Workspace, summarise
from ledger.books.config import FederationFile
from ledger.policy import AmountEntry, ComponentEntry, Policy, RateEntry
from ledger.provisional import provisional
from ledger.rules.rounding import unit_of

D = Decimal
START = dt.date(2026, 1, 1)
CONFIG = FederationFile.model_validate({"federation": {"name": "F", "currency": "SEK", "central": "mitt"}})


def entry(**kwargs):
    return {"dated": START, "start": START, "decision": "A", "file": "units/policy.beancount", "line": 1, **kwargs}


def policy(*amounts):
    components = [
        ComponentEntry(name="service", share=D("0.125"), vat="standard", **entry(line=2)),
        ComponentEntry(name="fund", share=D("0.025"), vat="none", **entry(line=3)),
    ]
    return Policy(
        rates=(
            RateEntry(scope="*", rate=D("0.15"), **entry()),
            RateEntry(scope="b", rate=D("0.0333"), **entry(start=dt.date(2026, 5, 17), until=dt.date(2026, 8, 3))),
        ),
        components=tuple(components),
        amounts=amounts,
    )


def unit(slug, currency="SEK", entity="division", deduction="1", country="SE"):
    chart = "bas" if currency == "SEK" else "pgc"
    folder = Path("/nowhere/units") / slug
    return Unit(slug, folder, slug, slug.upper(), entity, currency, chart, vat_deduction=D(deduction), country=country)


UNITS = [
    unit("mitt"),
    unit("a"),
    unit("b"),
    unit("c", entity="legal_entity", deduction="0.37"),
    unit("d", "EUR", "legal_entity", "0.5", "ES"),
    unit("e", "CLP", "legal_entity", "1", "CL"),
]


def prices():
    """A price at each month's end, and an average of its own."""
    found = []
    for month in range(1, 13):
        end = dt.date(2026 + month // 12, month % 12 + 1, 1) - dt.timedelta(1)
        for currency, rate in (("EUR", D("11.1379")), ("CLP", D("0.010069"))):
            spot = round(rate * (100 + month) / 100, 6)
            found.append(data.Price({}, end, currency, Amount(spot, "SEK")))
            average = ValueType(Amount(round(rate * (99 + month) / 100, 6), "SEK"), Amount)
            found.append(data.Custom({}, end, "average-rate", [ValueType(currency, str), average]))
    return tuple(found)


def book(owner, sales):
    """A booked summary of some sales: (month, units of currency, corrects an earlier month)."""
    income = "Income:3001-Sales" if owner.chart == "bas" else "Income:705-Sales"
    entries = [data.Open({"filename": "x", "lineno": 1}, START, income, None, None)]
    for number, (month, cents, back) in enumerate(sales):
        meta = {"filename": "x", "lineno": 10 + number}
        if back and month > 1:
            meta["concerns"] = dt.date(2026, month - 1, 20)
        amount = Amount(D(cents) * unit_of(owner.currency), owner.currency)
        postings = [data.Posting(income, -amount, None, None, None, {}), data.Posting("Assets:1", amount, *[None] * 4)]
        day = dt.date(2026, month, 1 + cents % 28)
        entries.append(data.Transaction(meta, day, "*", None, "", frozenset(), frozenset(), postings))
    return UnitBook(owner, "", (), summarise(entries))


def books(units, sales):
    ws = Workspace(Path("/nowhere"), CONFIG, {u.slug: u for u in units})
    return Books(ws, {u.slug: book(u, sales.get(u.slug, [])) for u in units}, CentralText((), prices(), ""))


SALES = st.dictionaries(
    st.sampled_from("abcde"),
    st.lists(st.tuples(st.integers(1, 12), st.integers(-900_000, 5_000_000), st.booleans()), max_size=12),
)
AMOUNT = st.sampled_from([None, D(700), D(24000)])


def limits(floor, cap):
    found = []
    for kind, amount in (("floor", floor), ("cap", cap)):
        if amount is not None:
            found.append(AmountEntry(kind=kind, scope="*", amount=amount, currency="SEK", **entry()))
    return found if not (floor and cap and floor > cap) else []


def by_link(entries, prefixes, partner=None):
    """Σ document amount by link and currency, of postings to some accounts."""
    sums = defaultdict(Decimal)
    for found in entries:
        if isinstance(found, data.Transaction):
            for p in found.postings:
                tagged = p.meta.get("ic") == "levy"
                if p.account.startswith(prefixes) and tagged and partner in {None, p.meta.get("partner")}:
                    (link,) = found.links
                    sums[link, p.units.currency] += p.units.number
    return {key: amount for key, amount in sums.items() if amount}


@settings(max_examples=60, deadline=None)
@given(SALES, AMOUNT, AMOUNT)
def test_both_sides_mirror_each_other(sales, floor, cap):
    loaded = books(UNITS, sales)
    run = provisional(loaded, policy(*limits(floor, cap)))
    assert run.problems == ()
    central = run.entries("mitt")
    for owner in UNITS[1:]:
        own = run.entries(owner.slug)
        owed = by_link(own, "Liabilities:")
        assert {k: -v for k, v in owed.items()} == by_link(central, "Assets:", owner.slug)
        cost = sum((v for (_, cur), v in by_link(own, "Expenses:").items() if cur == owner.currency), D(0))
        statement = run.statements[owner.slug].year(2026)
        assert cost == (statement.posted if statement else 0)
        if owner.currency == "SEK":
            income = by_link(central, "Income:", owner.slug)
            assert -sum(income.values(), D(0)) == cost
    for found in (*central, *(e for owner in UNITS[1:] for e in run.entries(owner.slug))):
        if isinstance(found, data.Transaction):
            rest = sum((convert.get_weight(p).number for p in found.postings), D(0))
            assert abs(rest) <= D("0.005")


@settings(max_examples=30, deadline=None)
@given(SALES, st.permutations(UNITS))
def test_the_order_of_units_changes_nothing(sales, mixed):
    one, other = provisional(books(UNITS, sales), policy()), provisional(books(mixed, sales), policy())
    assert all(repr(one.entries(u.slug)) == repr(other.entries(u.slug)) for u in UNITS)


@settings(max_examples=30, deadline=None)
@given(SALES)
@example({"a": [], "b": [], "c": [(4, 0, False)], "e": [(1, -112497, False)]})  # 16875 × 0.010472 ends on a half
def test_a_claim_stands_at_the_closing_rate(sales):
    """At the last month's end, central's claim on a foreign unit, posting by posting in öre, is what it holds at the
    closing rate, rounded once."""
    loaded = books(UNITS, sales)
    run = provisional(loaded, policy())
    for slug, rate in (("d", D("11.1379")), ("e", D("0.010069"))):
        held = carried = D(0)
        last = None
        for found in run.entries("mitt"):
            if isinstance(found, data.Transaction):
                for p in found.postings:
                    if p.account.startswith("Assets:") and p.meta.get("partner") == slug:
                        held += p.units.number
                        carried += convert.get_weight(p).number.quantize(D("0.01"), ROUND_HALF_UP)
                        last = found.date.month
        if last is not None:
            assert carried == (held * round(rate * (100 + last) / 100, 6)).quantize(D("0.01"), ROUND_HALF_UP)


@settings(max_examples=30, deadline=None)
@given(SALES)
def test_the_same_books_give_the_same_entries(sales):
    assert repr(provisional(books(UNITS, sales), policy())) == repr(provisional(books(UNITS, sales), policy()))
