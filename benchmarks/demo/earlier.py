"""The year before, coarse: what each book did in 2025, ending where it begins 2026.

Five vouchers a month, paid through the bank at once: sales by account, purchases, wages with tax and fees, grants, and
each quarter the rent and the VAT. What a book opened 2026 with becomes what it has on 31 December 2025; what it opens
2025 with is that less the year's movements. The year's result goes to equity by a voucher on 31 December (BAS 8999 to
2099; PGC needs none) and to what is brought forward on 1 January (2099, 2098, 2091; PGC 120 to 113), so that
equity is in sum what it was. The levy of 2025 is in benchmarks/demo/earlier_levy.py.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from benchmarks.demo.abroad import CHILE, SPAIN, Country
from benchmarks.demo.book import YEAR, Book, Posting, Voucher
from benchmarks.demo.divisions import FEES, MONTHS, OUTPUT, Division, kr, share
from benchmarks.demo.profiles import CENTRAL, PROFILES
from benchmarks.demo.rates import draw
from ledger.rules.rounding import half_away

LAST_YEAR = YEAR - 1
FIRST, LAST = dt.date(LAST_YEAR, 1, 1), dt.date(LAST_YEAR, 12, 31)
#: What of this year's usual sales each sold last year: two with a clear deficit, one with a small one.
SALES = {
    "repris": Decimal("0.96"),
    "syateljen": Decimal("0.96"),
    "cykelbudet": Decimal("1.11"),
    "vaktmasteri": Decimal("0.89"),
    "stadkraft": Decimal("1.09"),
    "kafe-angen": Decimal("1.04"),
    "tradgarden": Decimal("1.19"),
    "gemensamt": Decimal("1.00"),
}
#: Share of this year's wages that was paid last year.
WAGES = Decimal("0.97")
#: What central paid last year for being a member of others, net, in March.
MEMBERSHIPS = kr(14_000)
#: The audit of the year before that, in April.
AUDIT = kr(60_000)


def on(month: int, number: int) -> dt.date:
    """A day of last year, the Monday after if it falls on a weekend."""
    date = dt.date(LAST_YEAR, month, number)
    return date + dt.timedelta(days=(7 - date.weekday()) % 7 if date.weekday() > 4 else 0)


def end_of(month: int) -> dt.date:
    """The last day of a month of last year."""
    return dt.date(LAST_YEAR + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


class DivisionBefore:
    """Writes a division's, or central's, 2025 into its book."""

    def __init__(self, division: Division, book: Book, seed: int) -> None:
        """`book` is the one of 2026."""
        self.division, self.book = division, book
        self.rng = random.Random(f"{seed}:{division.slug}:{LAST_YEAR}")
        self.vat: dict[str, Decimal] = defaultdict(Decimal)

    def run(self) -> None:
        """Twelve months; inventory is written down once, at their end."""
        for month in range(1, 13):
            if month % 3 == 1:
                self._rent(month)
            self._sales(month)
            self._purchases(month)
            self._wages(month)
            self._grants(month)
            if month % 3 == 0:
                self._clear(month)
        worn = share(kr(self.division.inventory), "0.20")
        text = f"Avskrivning inventarier {LAST_YEAR}"
        self.book.add(LAST, "Avskrivning", text, [Posting("7830", worn), Posting("1229", -worn)])

    def _add(self, date: dt.date, payee: str, what: str, postings: list[Posting]) -> None:
        """Book what the bank pays or gets at once, and remember its VAT."""
        for posting in postings:
            if posting.code in {*OUTPUT.values(), "2641"}:
                self.vat[posting.code] += posting.amount
        total = sum((p.amount for p in postings), Decimal(0))
        self.book.add(date, payee, what, [*postings, Posting("1930", -total)])

    def _rent(self, month: int) -> None:
        rent = kr(self.division.rent * 3)
        quarter = month // 3 + 1
        postings = [Posting("5010", rent), Posting("2641", share(rent, "0.25"))]
        self._add(on(month, 2), "Hyresvärden Exempel", f"Hyra kvartal {quarter} {LAST_YEAR}", postings)

    def _some(self, low: int, high: int) -> Decimal:
        """A middling amount between two."""
        middle, spread = (low + high) * 50, (high - low) * 15
        return Decimal(draw(self.rng, middle - spread, middle + spread)) / 100

    def _sales(self, month: int) -> None:
        found: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
        for sale in self.division.sales:
            for _ in range(sale.times):
                found[sale.code, sale.rate] += self._some(sale.low, sale.high) * int(sale.season[month - 1])
        if self.division.till:
            season = Decimal(2 if month in (6, 7, 8) else 1)
            weekly = self._some(self.division.till * 9 // 10, self.division.till * 11 // 10)
            found["3002", 12] += weekly * season * 52 / 12 * 100 / 112
        postings = []
        for (code, rate), amount in sorted(found.items()):
            net = share(amount, SALES[self.division.slug])
            postings += [Posting(code, -net), Posting(OUTPUT[rate], -share(net, Decimal(rate) / 100))]
        if any(p.amount for p in postings):
            self._add(on(month, 18), "Kunder", f"Försäljning {MONTHS[month - 1]} {LAST_YEAR}", postings)

    def _purchases(self, month: int) -> None:
        found: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
        for purchase in self.division.purchases:
            for _ in range(purchase.times):
                found[purchase.code, purchase.rate] += self._some(purchase.low, purchase.high)
        found["5020", 25] += self._some(1_800, 3_200) * (2 if month in (1, 2, 3, 11, 12) else 1) / 2
        found["6210", 25] += 189 + 99 * self.division.staff
        found["6570", 0] += self._some(65, 190)
        if self.division is CENTRAL and month == 3:
            found["6980", 0] += MEMBERSHIPS
        if self.division is CENTRAL and month == 4:
            found["6420", 25] += AUDIT
        postings = []
        for (code, rate), amount in sorted(found.items()):
            net = kr(amount)
            postings += [Posting(code, net), Posting("2641", share(net, Decimal(rate) / 100))]
        self._add(on(month, 10), "Leverantörer", f"Inköp och omkostnader {MONTHS[month - 1]} {LAST_YEAR}", postings)

    def _wages(self, month: int) -> None:
        gross = share(kr(self.division.staff * self.division.wage + draw(self.rng, -900, 900)), WAGES)
        cost = "7210" if self.division.salaried else "7010"
        postings = [Posting(cost, gross), Posting("7510", share(gross, FEES))]
        self._add(on(month, 25), "Personal", f"Löner, skatt och avgifter {MONTHS[month - 1]} {LAST_YEAR}", postings)

    def _grants(self, month: int) -> None:
        wages = kr(self.division.staff * self.division.wage)
        postings = [Posting("3988", -share(share(wages, WAGES), self.division.grant))]
        grant = self.division.operating_grant
        if grant and month % grant[2] == 2 % grant[2]:
            postings.append(Posting(grant[0], -kr(grant[1])))
        if any(p.amount for p in postings):
            self._add(on(month, 20), "Bidragsgivare", f"Bidrag {MONTHS[month - 1]} {LAST_YEAR}", postings)

    def _clear(self, month: int) -> None:
        postings = [Posting(code, -amount) for code, amount in sorted(self.vat.items())]
        self.vat.clear()
        text = f"Momsredovisning kvartal {month // 3} {LAST_YEAR}"
        total = sum((p.amount for p in postings), Decimal(0))
        self.book.add(end_of(month), "Skatteverket", text, [*postings, Posting("1930", -total)])


class CoopBefore:
    """Writes a co-op's 2025 into its book: the same on the PGC's accounts, in its own currency."""

    def __init__(self, country: Country, book: Book, seed: int) -> None:
        """`book` is the one of 2026."""
        self.country, self.book = country, book
        self.rng = random.Random(f"{seed}:{country.slug}:{LAST_YEAR}")
        self.vat: dict[str, Decimal] = defaultdict(Decimal)

    def run(self) -> None:
        """Twelve months; IVA each quarter, machines once."""
        for month in range(1, 13):
            self._month(month)
        worn = self._money(2_400)
        text = f"Amortización {LAST_YEAR}"
        self.book.add(LAST, "Amortización", text, [Posting("681", worn), Posting("281", -worn)])

    def _money(self, euros: int | Decimal) -> Decimal:
        return half_away(Decimal(euros) * self.country.scale, self.country.currency)

    def _add(self, date: dt.date, payee: str, what: str, postings: list[Posting]) -> None:
        for posting in postings:
            if posting.code in {"472", "477"}:
                self.vat[posting.code] += posting.amount
        total = sum((p.amount for p in postings), Decimal(0))
        self.book.add(date, payee, what, [*postings, Posting("572", -total)])

    def _taxed(self, code: str, low: int, high: int, sign: int) -> list[Posting]:
        amount = sign * self._money(Decimal(draw(self.rng, low * 100, high * 100)) / 100)
        vat = half_away(amount * self.country.vat, self.country.currency)
        return [Posting(code, amount), Posting("472" if sign > 0 else "477", vat)]

    def _month(self, month: int) -> None:
        country, name = self.country, f"{month:02}/{LAST_YEAR}"
        low, high = (7_200, 9_400) if country is SPAIN else (2_700, 3_900)
        sold = [*self._taxed("700", low, high, -1), *self._taxed("705", low, high, -1)]
        self._add(on(month, 18), "Clientes", f"Ventas y servicios {name}", sold)
        bought = [*self._taxed("600", 900, 1_400, 1), *self._taxed("621", 820, 820, 1)]
        bought += [*self._taxed("628", 280, 440, 1), Posting("626", self._money(16))]
        self._add(on(month, 10), "Proveedores", f"Compras, alquiler y suministros {name}", bought)
        gross = self._money(country.staff * (1_090 if country is SPAIN else 850))
        social = half_away(gross * country.social, country.currency)
        paid = [Posting("640", gross), Posting("642", social)]
        self._add(on(month, 24), "Personal", f"Nóminas, retenciones y cotizaciones {name}", paid)
        if month % 3 == 1:
            grant = self._money(4_000)
            self._add(on(month, 22), "Gobierno", f"Subvención inserción {name}", [Posting("740", -grant)])
        if month % 3 == 0:
            postings = [Posting(code, -amount) for code, amount in sorted(self.vat.items())]
            self.vat.clear()
            total = sum((p.amount for p in postings), Decimal(0))
            text = f"Liquidación del IVA {month // 3}T {LAST_YEAR}"
            self.book.add(end_of(month), "Hacienda", text, [*postings, Posting("572", -total)])


def before(books: dict[str, Book], seed: int) -> None:
    """Write 2025 of all books that existed, without levy, opening and year end."""
    for profile in (CENTRAL, *PROFILES):
        if profile.first_month == 1:
            DivisionBefore(profile, books[profile.slug], seed).run()
    for country in (SPAIN, CHILE):
        CoopBefore(country, books[country.slug], seed).run()


def existed() -> list[str]:
    """The units with a 2025, central first."""
    return [p.slug for p in (CENTRAL, *PROFILES) if p.first_month == 1] + [SPAIN.slug, CHILE.slug]


def reopen(book: Book, carried: Mapping[str, Decimal]) -> None:
    """Move the opening of 2026 to 1 January 2025, and carry 2025's result over the year end.

    Args:
        book: with all of both years.
        carried: what the opening of 2026 lacks, since only 2025 brought it about, by account.
    """
    openings = [v for v in book.vouchers if v.date == book.opened and v.date.year == YEAR and _opens(v)]
    assert openings, book.slug
    own = [v for v in book.vouchers if v.date.year == LAST_YEAR]
    moved: dict[str, Decimal] = defaultdict(Decimal)
    for voucher in own:
        for posting in voucher.postings:
            moved[posting.code] += posting.amount
    result = sum((a for c, a in moved.items() if _of_result(book, c)), Decimal(0))
    brought = "113" if book.bank == "572" else "2091"
    _transfer(book, result, brought)
    last = openings[-1] if book.bank == "572" else openings[0]
    less = {c: amount - carried.get(c, Decimal(0)) for c, amount in moved.items() if not _of_result(book, c)}
    less[brought] = less.get(brought, Decimal(0)) + result
    less[brought] -= sum((a for c, a in carried.items() if _of_result(book, c)), Decimal(0))
    assert not any(less.get(code) for code in TAXES), (book.slug, less)
    kept = {p.code for p in last.postings}
    codes = [*(p.code for p in last.postings), *(c for c in less if c not in kept)]
    last.postings = [
        Posting(code, amount)
        for code in dict.fromkeys(codes)
        if (amount := last.amount(code) - less.get(code, Decimal(0)))
    ]
    assert sum((p.amount for p in last.postings), Decimal(0)) == 0, book.slug
    last.narration = last.narration.replace(str(YEAR), str(LAST_YEAR))
    for voucher in openings:
        voucher.date = FIRST
    book.opened = FIRST


#: Accounts that owe nothing when 2026 begins.
TAXES = ("2611", "2621", "2631", "2641", "2650", "2710", "2731", "1661", "2861", "472", "477", "475", "55242")


def _opens(voucher: Voucher) -> bool:
    return voucher.payee in {"Ingående balans", "Asiento de apertura"}


def _of_result(book: Book, code: str) -> bool:
    return book.names[code].startswith(("Income:", "Expenses:"))


def _transfer(book: Book, result: Decimal, brought: str) -> None:
    """The year's result to equity on its last day, and on the next to what is brought forward.

    Args:
        book: with all of 2025 but this.
        result: Σ of income and expense; a surplus is negative.
        brought: the account of what earlier years left.
    """
    first = dt.date(YEAR, 1, 1)
    if book.bank == "572":  # no account for it among income and expense: what the year left is 120's by itself
        text = f"Aplicación del resultado {LAST_YEAR}"
        book.add(first, "Asiento de cierre", text, [Posting("120", -result), Posting(brought, result)])
        return
    book.add(LAST, "Årsbokslut", f"Årets resultat {LAST_YEAR}", [Posting("8999", -result), Posting("2099", result)])
    book.add(
        first,
        "Årsbokslut",
        f"Resultatet {LAST_YEAR} balanseras",
        [Posting("2099", -result), Posting("2098", result), Posting("2098", -result), Posting(brought, result)],
    )
