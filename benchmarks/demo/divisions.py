"""A year of one division: what it sells, buys, pays and gets (BAS; VAT 25, 12 and 6 %; wages with 31.42 % fees).

Each dealing is booked as a bookkeeper would: invoice, then payment; payroll with tax and fees, then the transfer; VAT
cleared every quarter. All divisions are one legal person with one tax account, so payroll tax and VAT go through
central (benchmarks/demo/internal.py). Divisions that follow their invoices one by one give those that are open at the
end of the committed books a number, a due date and what their payer shall quote.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.demo.accounts import BAS
from benchmarks.demo.book import LAST_BOOKED, YEAR, Book, Posting, Voucher
from benchmarks.demo.papers import Paper, ocr, paper
from benchmarks.demo.rates import draw
from ledger.rules.rounding import half_away
from ledger.subledger import bill_link, invoice_link

MONTHS = tuple("januari februari mars april maj juni juli augusti september oktober november december".split())
FEES = Decimal("0.3142")
#: Output VAT account of each rate.
OUTPUT = {25: "2611", 12: "2621", 6: "2631"}
#: What a transfer between two accounts of a division is called.
SAVING = "Överföring till sparkonto"


@dataclass(frozen=True)
class Sale:
    """What a division sells: to whom, for how much net of VAT, how often a month, when in the year more than usual."""

    customer: str
    what: str
    code: str
    rate: int
    low: int
    high: int
    times: int = 1
    season: str = "111111111111"  # a digit a month: 0 = nothing, 1 = as usual, 2 = double


@dataclass(frozen=True)
class Purchase:
    """What a division buys on invoice, net of VAT."""

    supplier: str
    what: str
    code: str
    low: int
    high: int
    times: int = 1
    rate: int = 25


@dataclass(frozen=True)
class Division:
    """The shape of a division's year."""

    slug: str
    staff: int
    wage: int
    grant: Decimal  # share of gross wages that the employment service pays
    rent: int
    inventory: int
    sales: tuple[Sale, ...]
    purchases: tuple[Purchase, ...]
    till: int = 0  # a week's till takings, gross; 0 = no till
    first_month: int = 1
    operating_grant: tuple[str, int, int] | None = None  # account, amount a quarter, months between
    salaried: bool = False
    follows: bool = False  # its invoices carry number, due date and reference


def kr(value: int | str | Decimal) -> Decimal:
    """An amount in SEK."""
    return half_away(Decimal(value), "SEK")


def share(amount: Decimal, part: str | Decimal) -> Decimal:
    """`part` of `amount`, rounded to öre."""
    return half_away(amount * Decimal(part), "SEK")


def day(month: int, number: int) -> dt.date:
    """A day of the demo year, the Monday after if it falls on a weekend; month 13 is January of the next year."""
    date = dt.date(YEAR + (month - 1) // 12, (month - 1) % 12 + 1, number)
    return date + dt.timedelta(days=(7 - date.weekday()) % 7 if date.weekday() > 4 else 0)


def month_end(month: int) -> dt.date:
    """The last day of a month of the demo year."""
    return dt.date(YEAR + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


class Year:
    """Writes a division's book."""

    def __init__(self, division: Division, seed: int) -> None:
        """A book with its opening balances."""
        self.division = division
        self.rng = random.Random(f"{seed}:{division.slug}")
        first = dt.date(YEAR, division.first_month, 1)
        counted = ("1910",) if division.till else ()
        self.book = Book(division.slug, "SEK", BAS, first, "1930", counted)
        self.invoice, self.bill = 1000, 0
        self._opening(first)

    def run(self) -> Book:
        """Twelve months less one: November is what the inboxes wait with."""
        for month in range(self.division.first_month, 12):
            self._premises(month)
            self._sales(month)
            self._purchases(month)
            self._wages(month)
            if self.division.inventory and month % 3 == 0:
                self._depreciation(month)
            if self.division.till:
                self._tills(month)
        return self.book

    def _opening(self, first: dt.date) -> None:
        bank = kr(self.division.staff * 52_000 + draw(self.rng, 1, 40_000))
        if self.division.first_month > 1:
            return
        inventory = kr(self.division.inventory)
        written_off = share(inventory, "0.35")
        claims = kr(draw(self.rng, 12_000, 38_000))
        debts = kr(draw(self.rng, 4_000, 12_000))
        till = kr(2_000) if self.division.till else kr(0)
        self.book.add(
            first,
            "Ingående balans",
            f"Ingående balans {YEAR}",
            [
                Posting("1220", inventory),
                Posting("1229", -written_off),
                Posting("1510", claims),
                Posting("1910", till),
                Posting("1930", bank),
                Posting("2440", -debts),
                Posting("2091", debts + written_off - inventory - claims - till - bank),
            ],
        )
        self.book.add(
            day(1, 19), "Kunder", "Betalning av fjolårets fakturor", [Posting("1930", claims), Posting("1510", -claims)]
        )
        self.book.add(
            day(1, 14), "Leverantörer", "Fjolårets fakturor", [Posting("2440", debts), Posting("1930", -debts)]
        )

    def _premises(self, month: int) -> None:
        rent = kr(self.division.rent)
        vat = share(rent, "0.25")
        self.book.add(
            day(month, 2),
            "Hyresvärden Exempel",
            f"Hyra {MONTHS[month - 1]}",
            [Posting("5010", rent), Posting("2641", vat), Posting("1930", -rent - vat)],
        )
        phone = kr(189 + 99 * self.division.staff)
        self.book.add(
            day(month, 26),
            "Telebolaget Exempel",
            f"Telefoni {MONTHS[month - 1]}",
            [
                Posting("6210", phone),
                Posting("2641", share(phone, "0.25")),
                Posting("1930", -phone - share(phone, "0.25")),
            ],
        )
        fee = kr(Decimal(draw(self.rng, 6500, 19000)) / 100)
        self.book.add(
            min(day(month, 28), month_end(month)),
            "Sparkassan Exempel",
            f"Bankavgift {MONTHS[month - 1]}",
            [Posting("6570", fee), Posting("1930", -fee)],
        )
        cold = 2 if month in (1, 2, 3, 11, 12) else 1
        if month % 2 == 0:
            what = f"El {MONTHS[month - 2]} och {MONTHS[month - 1]}"
            self.buy(Purchase("Elbolaget Exempel", what, "5020", 1800 * cold, 3200 * cold), day(month, 8))

    def buy(self, purchase: Purchase, date: dt.date) -> None:
        """A supplier's invoice and its payment about thirty days later."""
        net = kr(Decimal(draw(self.rng, purchase.low * 100, purchase.high * 100)) / 100)
        vat = share(net, Decimal(purchase.rate) / 100)
        gross = net + vat
        paid = date + dt.timedelta(days=draw(self.rng, 26, 31))
        paid += dt.timedelta(days=(7 - paid.weekday()) % 7 if paid.weekday() > 4 else 0)
        self.bill += 1
        number = f"{date:%y%m}{self.bill:03}"
        told = self._told(date, paid, bill_link(purchase.supplier, number), number, ocr(number))
        self.book.add(
            date,
            purchase.supplier,
            purchase.what,
            [Posting(purchase.code, net), Posting("2641", vat), Posting("2440", -gross)],
            links=told.links,
            meta=told.meta,
        )
        settled = [Posting("2440", gross), Posting("1930", -gross)]
        self.book.add(paid, purchase.supplier, purchase.what, settled, quoted=told.quoted)

    def _told(self, date: dt.date, paid: dt.date, link: str, number: str, reference: str) -> Paper:
        """What an invoice carries, if it is followed and still open when the committed books end."""
        followed = self.division.follows and date <= LAST_BOOKED < paid
        return paper(link, number, date, reference) if followed else Paper()

    def sell(self, sale: Sale, date: dt.date, net: Decimal) -> Voucher:
        """A customer's invoice and its payment; now and then the customer is late."""
        vat = share(net, Decimal(sale.rate) / 100)
        self.invoice += 1
        title = f"Faktura {self.invoice} {sale.what}"
        postings = [Posting("1510", net + vat), Posting(sale.code, -net), Posting(OUTPUT[sale.rate], -vat)]
        late = draw(self.rng, 8, 40) if draw(self.rng, 1, 10) == 1 else 0
        paid = date + dt.timedelta(days=draw(self.rng, 24, 31) + late)
        paid += dt.timedelta(days=(7 - paid.weekday()) % 7 if paid.weekday() > 4 else 0)
        number = str(self.invoice)
        told = self._told(date, paid, invoice_link(self.division.slug, number), number, ocr(number))
        voucher = self.book.add(date, sale.customer, title, postings, links=told.links, meta=told.meta)
        self.book.add(
            paid,
            sale.customer,
            f"Betalning faktura {self.invoice}",
            [Posting("1930", net + vat), Posting("1510", -net - vat)],
            quoted=told.quoted,
        )
        return voucher

    def _sales(self, month: int) -> None:
        invoices = []
        for sale in self.division.sales:
            factor = int(sale.season[month - 1])
            for _ in range(sale.times if factor else 0):
                net = kr(Decimal(draw(self.rng, sale.low * 100, sale.high * 100)) / 100 * factor)
                invoices.append((day(month, draw(self.rng, 3, 26)), sale, net))
        for date, sale, net in sorted(invoices, key=lambda row: row[0]):  # numbered in order of date
            self.sell(sale, date, net)

    def _purchases(self, month: int) -> None:
        for purchase in self.division.purchases:
            for _ in range(purchase.times):
                self.buy(purchase, day(month, draw(self.rng, 3, 25)))

    def _wages(self, month: int) -> None:
        name, staff = MONTHS[month - 1], self.division.staff
        extra = draw(self.rng, -600, 900) * staff
        gross = kr(staff * self.division.wage + extra)
        tax, fees = share(gross, "0.24").quantize(Decimal(1)) + kr(0), share(gross, FEES)
        cost = "7210" if self.division.salaried else "7010"
        self.book.add(
            day(month, 23),
            "Personal",
            f"Lön {name}, {staff} anställda",
            [
                Posting(cost, gross),
                Posting("7510", fees),
                Posting("2710", -tax),
                Posting("2731", -fees),
                Posting("2821", tax - gross),
            ],
        )
        self.book.add(
            day(month, 25), "Personal", f"Löner {name}", [Posting("2821", gross - tax), Posting("1930", tax - gross)]
        )
        if self.division.grant:
            granted = share(gross, self.division.grant).quantize(Decimal(1)) + kr(0)
            self.book.add(
                day(month, 20),
                "Arbetsförmedlingen",
                f"Bidrag för personal {name}",
                [Posting("1930", granted), Posting("3988", -granted)],
            )
        grant = self.division.operating_grant
        if grant and month % grant[2] == 2 % grant[2]:
            self.book.add(
                day(month, 16),
                "Kommunen" if grant[0] == "3987" else "Staten",
                "Driftbidrag",
                [Posting("1930", kr(grant[1])), Posting(grant[0], -kr(grant[1]))],
            )

    def _depreciation(self, month: int) -> None:
        amount = share(kr(self.division.inventory), Decimal(1) / 20)
        self.book.add(
            month_end(month),
            "Avskrivning",
            f"Avskrivning inventarier kvartal {month // 3}",
            [Posting("7830", amount), Posting("1229", -amount)],
        )

    def _tills(self, month: int) -> None:
        """Each Sunday the till's report of the week; cards are paid out on Tuesday, cash goes to the bank once a month.

        From November on the till reports day by day (benchmarks/demo/takings.py).
        """
        first = dt.date(YEAR, month, 1)
        if first > LAST_BOOKED:
            return
        sunday = first + dt.timedelta(days=(6 - first.weekday()) % 7)
        cash_in_till = kr(0)
        while sunday.month == month:
            cash_in_till += self._takings(sunday, f"vecka {sunday.isocalendar().week}")
            sunday += dt.timedelta(days=7)
        if sunday > LAST_BOOKED and month == LAST_BOOKED.month:
            cash_in_till += self._takings(LAST_BOOKED, f"till {LAST_BOOKED.day} {MONTHS[month - 1]}")
        self.book.add(
            month_end(month),
            "Kassan",
            f"Kassa till bank {MONTHS[month - 1]}",
            [Posting("1930", cash_in_till), Posting("1910", -cash_in_till)],
        )

    def _takings(self, date: dt.date, span: str) -> Decimal:
        """A span's takings up to `date`, and the cards' payout; the cash in them.

        Food to take away is taxed at 12 % until the end of March and at 6 % from 1 April 2026; meals stay at 12 %.
        """
        season = 2 if date.month in (6, 7, 8) else 1
        eaten = kr(draw(self.rng, self.division.till * 7 // 10, self.division.till * 9 // 10) * season)
        away = kr(draw(self.rng, self.division.till // 10, self.division.till * 3 // 10) * season)
        low_rate = 6 if date.month >= 4 else 12
        vat12 = half_away(eaten * 12 / 112, "SEK")
        vat_away = half_away(away * low_rate / (100 + low_rate), "SEK")
        cash = kr(draw(self.rng, 6, 14) * 100)
        postings = [Posting("1910", cash), Posting("1580", eaten + away - cash)]
        if low_rate == 12:
            net, vat = eaten + away - vat12 - vat_away, vat12 + vat_away
            postings += [Posting("3002", -net), Posting("2621", -vat)]
        else:
            postings += [Posting("3002", vat12 - eaten), Posting("2621", -vat12)]
            postings += [Posting("3003", vat_away - away), Posting("2631", -vat_away)]
        self.book.add(date, "Kassan", f"Dagskassor {span}", postings)
        paid = date + dt.timedelta(days=2 if date.weekday() == 6 else 3)
        self.book.add(
            paid,
            "Kortinlösen Exempel",
            f"Kortinlösen {span}",
            [Posting("1930", eaten + away - cash), Posting("1580", cash - eaten - away)],
        )
        return cash
