"""A clean federation of many units: every kind of dealing, booked by both sides as it should be (SPEC 3, 10).

Divisions of one legal person and legal entities, in four currencies and three charts, on three levels: trade by link,
by document number and by nothing but its amount, with part payments, credit notes, VAT between legal persons, and goods
that are still in stock; levy, loans and interest, capital, funds and support; an owned company; a unit that joins only
later. Same seed, same vouchers. Nothing in it is unmatched: who puts an error into it knows what must be reported.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field, replace
from decimal import Decimal

from benchmarks import deals
from benchmarks.deals import Deal
from benchmarks.vouchers import Federation, Member, Post, Quotes, Stock, Voucher
from ledger.books import last_day

CENTRAL = "gemensamt"
OWNED = "verkstad"
#: Joins only after the period: what is booked with it is an outsider's.
LATER = "nystart"
FROM, TO = dt.date(2026, 1, 1), dt.date(2026, 6, 30)
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 7))
RATES = {"EUR": Decimal("11.20"), "CLP": Decimal("0.0110"), "KES": Decimal("0.0800")}
LEVELS = (("Norr", "Berg"), ("Norr", "Sjö"), ("Söder", "Vik"), ("Söder",), ())
#: Of twenty units: their currency, entity and chart.
MIX = (
    *((("SEK", "division", "bas"),) * 10),
    *((("SEK", "legal_entity", "bas"),) * 5),
    ("EUR", "legal_entity", "pgc"),
    ("EUR", "legal_entity", "bas"),
    ("KES", "legal_entity", "vsla"),
    ("CLP", "legal_entity", "pgc"),
    ("KES", "legal_entity", "bas"),
)
KINDS = ("link", "link", "document", "amount", "foreign", "levy", "loan", "interest", "capital", "fund", "solidarity")
POLICY = """\
2026-01-01 custom "decision" "B-1" "assembly"
  text: "Members' capital and the group's common costs"
"""


@dataclass
class Maker:
    """A federation in the making."""

    size: int
    dealings: int
    rng: random.Random
    vouchers: list[Voucher] = field(default_factory=list)
    stock: list[Stock] = field(default_factory=list)
    averages: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    number: int = 0

    def run(self) -> Federation:
        """Make it."""
        quotes = self._quotes()
        self.members = self._members()
        for member in self.members:
            self._with_the_world(member)
        self._owned()
        for at in range(self.dealings):
            self._dealing(KINDS[at % len(KINDS)])
        return Federation(
            members=tuple(self.members),
            vouchers=tuple(self.vouchers),
            stock=tuple(self.stock),
            quotes=quotes,
            policy=POLICY,
            central=CENTRAL,
        )

    def _quotes(self) -> Quotes:
        """Prices on five days of each month, an average of each."""
        spots, averages = [], []
        for currency, first in RATES.items():
            rate = first
            for month in ("2025-12", *MONTHS, "2026-07"):
                step = Decimal(self.rng.randint(-200, 200)) / 10000
                before, rate = rate, (rate * (1 + step)).quantize(Decimal("0.0001"))
                days = [dt.date.fromisoformat(f"{month}-{day:02d}") for day in (6, 12, 18, 24)]
                spots += [(currency, day, before) for day in days] + [(currency, last_day(month), rate)]
                average = ((before + rate) / 2).quantize(Decimal("0.0001"))
                averages.append((currency, month, average))
                self.averages[currency, month] = average
        return Quotes(tuple(spots), tuple(averages))

    def _members(self) -> list[Member]:
        found = [Member(CENTRAL)]
        for number in range(1, self.size):
            currency, entity, chart = MIX[number % len(MIX)]
            found.append(
                Member(
                    f"u{number:03d}",
                    currency,
                    entity,
                    chart,
                    LEVELS[number % len(LEVELS)],
                    ("Café", "Reuse")[number % 2],
                )
            )
        owners = f'[[owner]]\nunit = "{CENTRAL}"\nshare = "0.80"\nsince = 2026-01-01\n'
        found.append(Member(OWNED, entity="legal_entity", owners=owners))
        found.append(Member(LATER, entity="legal_entity", joined=dt.date(2026, 9, 1)))
        return found

    def amount(self, currency: str) -> Decimal:
        """An amount whose halves, quarters and VAT are whole; no two dealings have the same."""
        self.number += 1
        whole = self.rng.randint(1, 400) * 100_000 + self.number * 16
        return Decimal(whole) if currency == "CLP" else Decimal(whole) / 100

    def day(self, low: int = 1, high: int = 20) -> dt.date:
        """A day of the period."""
        return dt.date.fromisoformat(f"{self.rng.choice(MONTHS[:5])}-{self.rng.randint(low, high):02d}")

    def average(self, currency: str, target: str, day: dt.date) -> Decimal:
        """The month's average of a currency in another."""
        one, other = (Decimal(1) if c == "SEK" else self.averages[c, f"{day:%Y-%m}"] for c in (currency, target))
        return one / other

    def _with_the_world(self, member: Member) -> None:
        currency = member.currency

        def book(day: dt.date, text: str, *rows: tuple[str, Decimal]) -> None:
            posts = tuple(Post(role, amount, currency) for role, amount in rows)
            self.vouchers.append(Voucher(member.slug, day, posts, text))

        opening = self.amount(currency)
        book(dt.date(2025, 12, 31), "Opening balance", ("bank", opening), ("retained_result", -opening))
        if member.slug == LATER:
            return
        for day in (FROM, self.day(), self.day(), TO):  # from first to last it charges VAT
            net = self.amount(currency)
            book(day, "Customer", ("bank", net * 5 / 4), ("sales", -net), ("output_vat", -net / 4))
            cost = self.amount(currency)
            book(self.day(), "Supplier", ("bank_fees", cost), ("bank", -cost))

    def _owned(self) -> None:
        """Central buys four fifths of a company: it books the cost, the company nothing."""
        cost = Decimal("50000.00")
        central = self.members[0]
        tagged = Post("Assets:1310-Andelar", cost, "SEK", OWNED, "capital")
        posts = (tagged, Post("bank", -cost, "SEK"))
        self.vouchers.append(Voucher(central.slug, FROM, posts, "Four fifths of a company", deal="owned"))

    def _pair(self, kind: str) -> tuple[Member, Member]:
        """Who deals: any two of the kronor, or of one currency; where `foreign`, one with kronor and one without."""
        usual = [m for m in self.members if m.slug != LATER]
        if kind == "levy":
            return self.members[0], self.rng.choice([m for m in usual if m.currency == "SEK" and m.slug != CENTRAL])
        if kind == "capital":
            holders = [m for m in usual if m.currency == "SEK" and m.entity != "division" and m.slug != OWNED]
            return self.members[0], self.rng.choice(holders)
        kronor = [m for m in usual if m.currency == "SEK"]
        if kind == "foreign":
            return self.rng.choice([m for m in usual if m.currency != "SEK"]), self.rng.choice(kronor)
        one = self.rng.choice(usual)
        other = self.rng.choice([m for m in usual if m.currency == one.currency and m is not one] or kronor)
        return (one, other) if other.currency == one.currency and other is not one else (kronor[1], kronor[2])

    def _dealing(self, kind: str) -> None:
        one, other = self._pair(kind)
        how = kind if kind in {"document", "amount"} else "link"
        deal = Deal(str(self.number), one, other, one.currency, self.day(), self.average, how, self.rng.randint(0, 3))
        amount = self.amount(deal.currency)
        if kind in {"link", "document", "amount", "foreign"}:
            self._trade(deal, amount)
        elif kind == "loan":
            self.vouchers += deals.loan(deal, amount) + deals.loan(
                deal.on(deal.day + dt.timedelta(days=31)), -amount / 4
            )
        else:
            build = getattr(deals, kind)
            self.vouchers += build(deal, amount)

    def _trade(self, deal: Deal, amount: Decimal) -> None:
        one, other = deal.one, deal.other
        persons = one.entity != "division" or other.entity != "division"
        vat = amount / 4 if persons and one.currency == other.currency else Decimal(0)
        goods = one.currency == other.currency and self.rng.random() < 0.3
        sale = deals.trade(deal, amount, vat=vat, cost=amount * 3 / 4 if goods else None)
        self.vouchers += sale
        if goods:
            stated = Stock(other.slug, TO, one.slug, amount / 2, one.currency)
            if all((s.unit, s.seller) != (stated.unit, stated.seller) for s in self.stock):
                self.stock.append(stated)
        choice = self.rng.random()
        later = deal.on(deal.day + dt.timedelta(days=14))
        if choice < 0.4:
            self.vouchers += deals.payment(later, amount + vat)
        elif choice < 0.6 and deal.how != "amount":
            self.vouchers += deals.payment(later, (amount + vat) / 2)
        elif choice < 0.75 and deal.how != "amount" and goods is False:
            self.vouchers += deals.trade(replace(deal, day=deal.day), -amount / 4, vat=-vat / 4)


def clean(units: int = 50, dealings: int = 400, seed: int = 1) -> Federation:
    """A federation without errors.

    Args:
        units: central and the ordinary units; an owned company and a unit that joins later come on top.
        dealings: invoices, loans, …; those with payments or credit notes count once.
        seed: same seed, same vouchers.
    """
    return Maker(units, dealings, random.Random(seed)).run()
