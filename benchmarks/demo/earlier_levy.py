"""The levy of 2025 as closed months have it: both sides month by month, and paid through the banks by the year's end.

14 % of sales: due to date is rounded once, a month is what is due to date less what was posted before, and each
month's parts are the split to date less the split before (ledger/rules/levy.py says the same of any year). Co-ops
abroad owe in their own currency: central's claim stands at the month end's spot, its income at the month's average.
Divisions pay each quarter, the co-ops on the levy's own day, so that no rate comes between.
"""

from __future__ import annotations

from decimal import Decimal

from benchmarks.demo import cast
from benchmarks.demo.book import Book, Posting
from benchmarks.demo.earlier import LAST_YEAR, end_of
from benchmarks.demo.internal import CENTRAL, tag
from benchmarks.demo.rates import Rates
from ledger.rules.rounding import half_away, largest_remainder

RATE = Decimal("0.14")
PARTS = {"service": Decimal("0.120"), "investment": Decimal("0.015"), "solidarity": Decimal("0.005")}
INCOME = {"service": "3680", "investment": "3990", "solidarity": "3990"}
#: Accounts of the levy in each chart: cost, what is owed, the bank.
ACCOUNTS = {"1930": ("6430", "2861"), "572": ("6295", "55242")}
NAMES = {member.slug: member.name for member in cast.MEMBERS}
#: What a Spanish co-op accounts for itself on services from another EU country.
IVA = Decimal("0.21")


def _base(book: Book, month: int) -> Decimal:
    sold = ("30",) if book.currency == "SEK" else ("700", "705")
    dates = (v for v in book.vouchers if (v.date.year, v.date.month) == (LAST_YEAR, month))
    return -sum((p.amount for v in dates for p in v.postings if p.code.startswith(sold)), Decimal(0))


class Levy:
    """A unit's levy of last year."""

    def __init__(self, book: Book, central: Book, rates: Rates) -> None:
        """`book` has its turnover already."""
        self.book, self.central, self.rates = book, central, rates
        self.currency = book.currency
        self.cost, self.owed = ACCOUNTS[book.bank]
        self.claim = "1661" if self.currency == "SEK" else f"1661-{self.currency}"
        self.payments = 0
        self.reversed = Decimal(0)

    def run(self) -> None:
        """Twelve months, and their payments."""
        base = due = unpaid = Decimal(0)
        parts = dict.fromkeys(PARTS, Decimal(0))
        for month in range(1, 13):
            here = _base(self.book, month)
            base += here
            to_date = half_away(RATE * base, self.currency)
            split = largest_remainder(to_date, PARTS, self.currency)
            amount = to_date - due
            claim = self._month(month, here, amount, {name: split[name] - parts[name] for name in PARTS})
            due, parts, unpaid = to_date, split, unpaid + amount
            if self.currency != "SEK":
                self._pay(month, amount, claim)
            elif month % 3 == 0:
                self._pay(month, unpaid, unpaid)
                unpaid = Decimal(0)
        if self.reversed:
            text = f"IVA por inversión del sujeto pasivo {LAST_YEAR}"
            self.book.add(end_of(12), "IVA", text, [Posting("477", self.reversed), Posting("472", -self.reversed)])

    def _month(self, month: int, base: Decimal, amount: Decimal, parts: dict[str, Decimal]) -> Decimal:
        """Both sides of a month; what central's claim stands at."""
        date, name, slug = end_of(month), f"{LAST_YEAR}-{month:02}", self.book.slug
        links = (f"ic-{slug}-levy-{name}",)
        mine, theirs = tag(CENTRAL, "levy"), tag(slug, "levy")
        vat = half_away(parts["service"] * IVA, "EUR") if self.currency == "EUR" else Decimal(0)
        self.reversed += vat
        meta = (("levy-base", base), ("levy-rate", RATE), ("levy-due", amount))
        postings = [Posting(self.cost, amount, mine)]
        postings += [Posting("472", vat), Posting("477", -vat)] if vat else []
        self.book.add(
            date,
            "",
            f"Gemensam avgift {name}",
            [*postings, Posting(self.owed, -amount, mine)],
            links=links,
            meta=tuple((key, f"{value}" if key == "levy-rate" else f"{value} {self.currency}") for key, value in meta),
        )
        claim, income = amount, parts
        if self.currency != "SEK":
            claim = half_away(amount * self.rates.spot(self.currency, date), "SEK")
            whole = half_away(amount * self.rates.average_of(self.currency, LAST_YEAR, month), "SEK")
            income = largest_remainder(whole, parts, "SEK")
        document = None if self.currency == "SEK" else (amount, self.currency)
        gain = claim - sum(income.values(), Decimal(0))
        self.central.add(
            date,
            "",
            f"Gemensam avgift {name}: {NAMES[slug]}",
            [
                Posting(self.claim, claim, theirs, document),
                *(Posting(INCOME[part], -income[part], (*theirs, ("component", f'"{part}"'))) for part in PARTS),
                Posting("3960" if gain > 0 else "7960", -gain),
            ],
            links=links,
        )
        return claim

    def _pay(self, month: int, amount: Decimal, worth: Decimal) -> None:
        """What is owed is paid, on one day in both books."""
        self.payments += 1
        slug = self.book.slug
        links = (f"ic-{slug}-paid-{LAST_YEAR}-{self.payments}",)
        date = end_of(month)
        text = f"Betalning gemensam avgift {LAST_YEAR}-{month:02}"
        mine, theirs = tag(CENTRAL, "levy"), tag(slug, "levy")
        paid = [Posting(self.owed, amount, mine), Posting(self.book.bank, -amount)]
        self.book.add(date, "", text, paid, links=links)
        document = None if self.currency == "SEK" else (-amount, self.currency)
        got = [Posting("1930", worth), Posting(self.claim, -worth, theirs, document)]
        self.central.add(date, "", f"{text}: {NAMES[slug]}", got, links=links)


def levies(books: dict[str, Book], slugs: list[str], rates: Rates) -> None:
    """Book the levy of last year of `slugs`."""
    for slug in slugs:
        Levy(books[slug], books[CENTRAL], rates).run()
