"""The engine against the slow reference, on random federations; and what must hold whatever the books say (SPEC 10)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random as random_module
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.combine import combine, group_entries
from ledger.combine.reports.export import json_text
from tests.combine.conftest import StubRun
from tests.combine.reference import memory_books, trial_balance
from tests.combine.test_view import sums

UNITS = {
    "a": {},
    "b": {},
    "c": {"entity": "legal_entity"},
    "e": {"entity": "legal_entity", "currency": "EUR", "chart": "pgc"},
}
MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02", "2026-03")
RATES = {
    "EUR": {
        "closing": Decimal("11.6037"),
        **{f"average {m}": Decimal("11.40") + Decimal(i) / 100 for i, m in enumerate(MONTHS)},
        **{f"spot {m}": Decimal("11.20") + Decimal(i) / 50 for i, m in enumerate(MONTHS)},
    }
}
PRICES = "\n".join(
    [f'{m}-28 custom "average-rate" "EUR" {RATES["EUR"][f"average {m}"]} SEK' for m in MONTHS]
    + [f"{m}-{day:02d} price EUR {RATES['EUR'][f'spot {m}']} SEK" for m in MONTHS for day in range(1, 29)]
    + ["2026-03-31 price EUR 11.6037 SEK", f"2025-12-31 price EUR {RATES['EUR']['spot 2025-12']} SEK"]
)
ACCOUNTS = {
    "bas": {
        "bank": "Assets:1930-Bank",
        "sales": "Income:3001-Sales",
        "cost": "Expenses:5010-Rent",
        "equity": "Equity:2091-Capital",
        "claim": "Assets:1660-Claim",
        "debt": "Liabilities:2860-Debt",
        "sold": "Income:3002-Internal",
        "bought": "Expenses:6550-Internal",
    },
    "pgc": {
        "bank": "Assets:572-Banco",
        "sales": "Income:700-Ventas",
        "cost": "Expenses:621-Alquiler",
        "equity": "Equity:100-Capital",
        "claim": "Assets:552-Deudora",
        "debt": "Liabilities:552-Acreedora",
        "sold": "Income:705-Internal",
        "bought": "Expenses:629-Internal",
    },
}
FROM, TO = dt.date(2026, 1, 1), dt.date(2026, 3, 31)

amounts = st.decimals("0.01", "99999.99", places=2)
days = st.builds(lambda month, day: f"{month}-{day:02d}", st.sampled_from(MONTHS), st.integers(1, 28))


def accounts(slug):
    return ACCOUNTS[UNITS[slug].get("chart", "bas")]


def currency(slug):
    return UNITS[slug].get("currency", "SEK")


def external(slug, day, kind, amount):
    its = accounts(slug)
    signed = -amount if kind in {"sales", "equity"} else amount
    return (
        f'{day} * "External"\n  {its[kind]}  {signed} {currency(slug)}\n  {its["bank"]}  {-signed} {currency(slug)}\n'
    )


def internal(slug, partner, day, amount, link, *, seller):
    its = accounts(slug)
    tags = f'    partner: "{partner}"\n    ic: "trade"\n'
    balance, result, sign = ("claim", "sold", 1) if seller else ("debt", "bought", -1)
    return (
        f'{day} * "Internal" ^{link}\n  {its[balance]}  {sign * amount} {currency(slug)}\n{tags}'
        f"  {its[result]}  {-sign * amount} {currency(slug)}\n{tags}"
    )


@st.composite
def federations(draw, slugs=tuple(UNITS), *, faulty=True):
    """Ledger text per unit: dealings with the world, and with each other by link, sometimes with a difference."""
    texts = {slug: [] for slug in slugs}
    for slug in slugs:
        for _ in range(draw(st.integers(0, 5))):
            kind = draw(st.sampled_from(["sales", "cost", "equity"]))
            texts[slug].append(external(slug, draw(days), kind, draw(amounts)))
    for number in range(draw(st.integers(0, 6))):
        seller, buyer = draw(st.permutations([s for s in slugs if s != "e"]))[:2]
        amount = draw(amounts)
        other = draw(st.one_of(st.just(amount), amounts)) if faulty else amount
        day = draw(st.integers(11, 20))  # both sides in the same month, and none near a period's end
        month = draw(st.sampled_from(MONTHS))
        link = f"ic-{seller}-{number}"
        texts[seller].append(internal(seller, buyer, f"{month}-{day}", amount, link, seller=True))
        if not faulty or draw(st.integers(0, 5)):
            texts[buyer].append(internal(buyer, seller, f"{month}-{day}", other, link, seller=False))
    return {slug: "\n".join(parts) for slug, parts in texts.items()}


def rows(found):
    return {(r.line, r.account, r.unit): r.amount for r in found.trial_balance}


@settings(max_examples=60, deadline=None)
@given(federations())
def test_the_engine_agrees_with_the_reference(texts):
    books = memory_books(texts, UNITS, PRICES)
    found = combine(books, StubRun(), date_from=FROM, date_to=TO)
    assert found.complete, found.problems
    assert rows(found) == trial_balance(books, FROM, TO, RATES)
    assert sum(found.lines.values()) == 0


@settings(max_examples=40, deadline=None)
@given(federations(), st.randoms(use_true_random=False))
def test_order_changes_nothing(texts, random: random_module.Random):
    one = combine(memory_books(texts, UNITS, PRICES), StubRun(), date_from=FROM, date_to=TO)
    slugs = list(texts)
    random.shuffle(slugs)
    units = {slug: texts[slug] for slug in slugs}
    other = combine(memory_books(units, UNITS, PRICES), StubRun(), date_from=FROM, date_to=TO)
    assert json_text(one) == json_text(other)
    moved = {}
    for slug in slugs:
        entries = texts[slug].split("\n\n")
        random.shuffle(entries)
        moved[slug] = "\n\n".join(entry.strip("\n") for entry in entries) + "\n"
    other = combine(memory_books(moved, UNITS, PRICES), StubRun(), date_from=FROM, date_to=TO)
    assert rows(one) == rows(other)
    assert [(u.code, u.key, u.amount) for u in one.unmatched] == [(u.code, u.key, u.amount) for u in other.unmatched]


@settings(max_examples=40, deadline=None)
@given(federations())
def test_what_always_holds(texts):
    """ELIM sums to zero per entry, kind and pair; what is open is listed; CTA meets its proof."""
    books = memory_books(texts, UNITS, PRICES)
    found = combine(books, StubRun(), date_from=FROM, date_to=TO)
    pairs = defaultdict(Decimal)
    for entry in found.entries:
        assert sum(p.amount for p in entry.postings) == 0
        if entry.column == "ELIM":
            assert {p.column for p in entry.postings} == {"ELIM"}
            pairs[entry.kind, entry.units] += sum(p.amount for p in entry.postings)
    assert not any(pairs.values())
    for proof in found.translation:
        assert proof.posted == proof.proof
    left = sum(r.amount for r in found.trial_balance if r.account in {"1660-Claim", "2860-Debt"})
    listed = sum(u.amount for u in found.unmatched)
    assert abs(left) <= listed
    if not found.unmatched:
        assert all(
            not sum(r.amount for r in found.trial_balance if r.account == account)
            for account in ("1660-Claim", "2860-Debt", "3002-Internal", "6550-Internal")
        )


@settings(max_examples=40, deadline=None)
@given(federations())
def test_months_and_entries_give_the_same(texts):
    """Exact dates go over the entries, month boundaries over monthly sums: at a month's end both must agree."""
    books = memory_books(texts, UNITS, PRICES)
    fast = combine(books, StubRun(), date_from=FROM, date_to=TO)
    joined = {s: dataclasses.replace(u, joined=dt.date(2019, 5, 17)) for s, u in books.workspace.units.items()}
    cut = dataclasses.replace(
        books,
        workspace=dataclasses.replace(books.workspace, units=joined),
        units={s: dataclasses.replace(b, unit=joined[s]) for s, b in books.units.items()},
    )
    exact = combine(cut, StubRun(), date_from=FROM, date_to=TO)
    assert rows(fast) == rows(exact)
    assert fast.unmatched == exact.unmatched


@settings(max_examples=40, deadline=None)
@given(federations(("a", "b"), faulty=False))
def test_the_divisions_together_are_the_legal_person(texts):
    """The result of the divisions = the association's own books without its internal accounts, to the öre."""
    books = memory_books(texts, UNITS, PRICES)
    found = combine(books, StubRun(), date_from=FROM, date_to=TO)
    assert found.unmatched == ()
    own = Decimal(0)
    for book in books.units.values():
        for entry in book.entries():
            if hasattr(entry, "postings") and FROM <= entry.date <= TO:
                outside = [p for p in entry.postings if "partner" not in (p.meta or {})]
                own -= sum(p.units.number for p in outside if p.account.startswith(("Income:", "Expenses:")))
    assert found.result == own
    assert not {r.account for r in found.trial_balance if r.unit == "ELIM"} - {
        "1660-Claim",
        "2860-Debt",
        "3002-Internal",
        "6550-Internal",
    }


@settings(max_examples=40, deadline=None)
@given(federations())
def test_the_short_way_gives_the_same_entries(texts):
    """Dealings that meet to the last unit are settled without sums to date: the entries are those of the long way."""
    books = memory_books(texts, UNITS, PRICES)
    short = combine(books, StubRun(), date_from=FROM, date_to=TO)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.combine.dealings.settle.plain", lambda *_: None)
        long = combine(books, StubRun(), date_from=FROM, date_to=TO)
    assert short.entries == long.entries
    assert short == long


POOL = (
    "Assets:572-Banco",
    "Assets:430-Clientes",
    "Liabilities:400-Proveedores",
    "Equity:100-Capital",
    "Equity:120-Remanente",
    "Equity:121-Perdidas",
    "Equity:129-Resultado",
    "Income:700-Ventas",
    "Expenses:600-Compras",
    "Expenses:621-Alquiler",
)


@st.composite
def foreign_books(draw):
    """Any balanced entries on any accounts, in euro or kronor, results closed and moved at will."""
    entries = []
    for _ in range(draw(st.integers(1, 10))):
        accounts = draw(st.lists(st.sampled_from(POOL), min_size=2, max_size=4, unique=True))
        money = draw(st.sampled_from(["EUR", "EUR", "EUR", "SEK"]))
        numbers = [
            draw(st.sampled_from([Decimal(100), Decimal(-100), Decimal("33.33"), Decimal("-0.01")])) for _ in accounts
        ]
        numbers[-1] = -sum(numbers[:-1])
        rows = "".join(f"  {a}  {n} {money}\n" for a, n in zip(accounts, numbers, strict=True))
        entries.append(f'{draw(days)} * "Any"\n{rows}')
    return "\n".join(entries)


@settings(max_examples=150, deadline=None)
@given(foreign_books(), st.sampled_from([None, dt.date(2026, 2, 10)]), st.sampled_from([None, dt.date(2026, 3, 15)]))
def test_any_foreign_book_is_translated_with_its_proof(text, joined, left):
    """Whatever a foreign unit books, every row ties, CTA meets the roll-forward, and nothing else is plugged."""
    units = {"e": {**UNITS["e"], "joined": joined, "left": left}}
    books = memory_books({"e": text}, units, PRICES)
    found = combine(books, StubRun(), date_from=FROM, date_to=TO)
    assert found.complete, found.problems
    assert sum((r.amount for r in found.trial_balance), Decimal(0)) == 0
    for proof in found.translation:
        assert proof.posted == proof.proof
    rounding = sum((abs(r.amount) for r in found.trial_balance if r.account == "Rounding-E"), Decimal(0))
    assert rounding <= Decimal("0.05") * 10
    if left is not None and left < TO:
        assert not [
            r for r in found.trial_balance if r.line in {"CashAndBank", "TradeReceivables", "TradePayables", "CTA"}
        ]
    for threshold in (0, 10**6):
        entries = group_entries(books, StubRun(), found, language=None, threshold=threshold)
        named = {tuple(a.split(":")[1:]): v for a, v in sums(entries).items()}
        assert named == {(r.line, r.account, "CTA" if r.unit == "CTA" else "E"): r.amount for r in found.trial_balance}
