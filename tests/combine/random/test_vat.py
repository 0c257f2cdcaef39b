"""VAT of dealings between units: what is booked in the ordinary way never alarms, what is wrong always does."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ENTITY = 'entity = "legal_entity"'
VAT = {"VAT_ON_INTERNAL", "VAT_MISSING"}
ROOTS = {"1": "Assets", "2": "Liabilities", "3": "Income", "5": "Expenses", "8": "Expenses"}
#: Sales accounts with their output VAT accounts and rates.
RATES = {"3001": ("2611", 25), "3002": ("2621", 12), "3003": ("2631", 6)}
CLAIM, DEBT, INPUT, COST = "1660", "2860", "2641", "5460"


@dataclass
class Books:
    """Vouchers of a seller (repris) and a buyer (kafeet), each a list of (account, amount, tagged)."""

    link: int = 1
    texts: dict[str, list[str]] = field(default_factory=lambda: {"repris": [], "kafeet": []})

    def voucher(self, unit: str, day: int, *postings: tuple[str, Decimal, bool], link: bool = True) -> None:
        partner = "kafeet" if unit == "repris" else "repris"
        rows = [f'\n2026-03-{day:02} * "Voucher"' + (f" ^ic-repris-{self.link}" if link else "")]
        for account, amount, tagged in postings:
            rows.append(f"  {ROOTS[account[0]]}:{account}-Account  {amount:.2f} SEK")
            if tagged:
                rows += [f'    partner: "{partner}"', '    ic: "trade"']
        self.texts[unit].append("\n".join(rows) + "\n")

    def sale(self, day: int, account: str, net: Decimal, vat: Decimal, *more: tuple[str, Decimal, bool]) -> None:
        """Both sides; a credit note where it is negative; `more` stands in the seller's voucher."""
        output = [(RATES[account][0], -vat, False)] if vat else []
        self.voucher("repris", day, (CLAIM, net + vat, True), (account, -net, True), *output, *more)
        deducted = [(INPUT, vat, False)] if vat else []
        self.voucher("kafeet", day, (COST, net, True), (DEBT, -net - vat, True), *deducted)

    def vat_alone(self, day: int, account: str, vat: Decimal) -> None:
        """VAT is added to the dealing, or taken back where it is negative."""
        self.voucher("repris", day, (CLAIM, vat, True), (RATES[account][0], -vat, False))
        self.voucher("kafeet", day, (INPUT, vat, False), (DEBT, -vat, True))


def settlement(output: Decimal, deducted: Decimal, way: str) -> list[tuple[str, Decimal, bool]]:
    """The month's VAT in somebody's voucher."""
    return [("2611", output, False), (INPUT, -deducted, False), (way, deducted - output, False)]


@st.composite
def amounts(draw):
    """A sales account, a net amount, and its VAT."""
    account = draw(st.sampled_from(sorted(RATES)))
    net = Decimal(draw(st.integers(1000, 10**7))) / 100
    return account, net, (net * RATES[account][1] / 100).quantize(Decimal("0.01"))


WAYS = {
    "": ("plain", "taken back", "reversed", "credit note", "settled"),
    ENTITY: ("plain", "added", "split", "anew", "reversed", "credit note", "settled"),
}


def book(books, draw, way, charged, day):
    """One dealing, booked right, if maybe not at once. `charged`: between legal persons there is VAT on it."""
    account, net, vat = draw(amounts())
    due = vat if charged else Decimal(0)
    if way == "taken back":
        books.sale(day, account, net, vat)
        books.vat_alone(day + 5, account, -vat)
    elif way == "added":
        books.sale(day, account, net, Decimal(0))
        books.vat_alone(day + 5, account, vat)
    elif way == "split":
        books.voucher("repris", day, (CLAIM, net + vat, True), (account, -net - vat, True))
        books.voucher("repris", day + 5, (account, vat, True), (RATES[account][0], -vat, False))
        books.voucher("kafeet", day, (COST, net, True), (INPUT, vat, False), (DEBT, -net - vat, True))
    elif way == "anew":
        books.sale(day, account, net, Decimal(0))
        books.sale(day + 5, account, -net, Decimal(0))
        books.sale(day + 5, account, net, vat)
    elif way == "reversed":
        books.sale(day, account, net, vat)
        books.sale(day + 5, account, -net, -vat)
    elif way == "credit note":
        part = (net / 3).quantize(Decimal("0.01"))
        its = (due / 3).quantize(Decimal("0.01"))
        books.sale(day, account, net, due)
        books.sale(day + 5, account, -part, -its)
    elif way == "settled" and not charged:
        output, deducted = draw(amounts())[1], draw(amounts())[1]
        books.sale(day, account, net, due, *settlement(output, deducted, draw(st.sampled_from(["2650", "1930"]))))
    else:
        books.sale(day, account, net, due)
    books.link += 1


@pytest.mark.parametrize("entity", ["", ENTITY], ids=["divisions", "legal persons"])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_ordinary_bookkeeping_never_alarms(combined, data, entity):
    books = Books()
    for way in data.draw(st.lists(st.sampled_from(WAYS[entity]), min_size=1, max_size=6)):
        book(books, data.draw, way, bool(entity), data.draw(st.integers(1, 20)))
    found = told(combined, books, entity)
    assert [u for u in found.unmatched if u.code in VAT] == []


@pytest.mark.parametrize("entity", ["", ENTITY], ids=["divisions", "legal persons"])
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_wrong_dealing_among_them_is_found_with_its_amount(combined, data, entity):
    """Both sides' VAT inside one legal person; between two the sale that has none."""
    books = Books()
    account, net, vat = data.draw(amounts())
    books.sale(3, account, net, Decimal(0) if entity else vat)
    books.link += 1
    for way in data.draw(st.lists(st.sampled_from(WAYS[entity]), max_size=4)):
        book(books, data.draw, way, bool(entity), data.draw(st.integers(1, 20)))
    found = told(combined, books, entity)
    expected = ("VAT_MISSING", net) if entity else ("VAT_ON_INTERNAL", 2 * vat)
    assert [(u.code, u.amount, u.key) for u in found.unmatched if u.code in VAT] == [(*expected, "ic-repris-1")]


def told(combined, books, entity):
    """The seller charges its customers VAT, too."""
    customers = (("1930", Decimal(125), False), ("3001", Decimal(-100), False), ("2611", Decimal(-25), False))
    books.voucher("repris", 1, *customers, link=False)
    texts = {slug: ("".join(vouchers), entity) for slug, vouchers in books.texts.items()}
    return combined(texts, date_to=dt.date(2026, 12, 31))
