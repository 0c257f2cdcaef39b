"""Books outside Sweden: two co-ops with charts and taxes of their own.

Spain: 21 % IVA, quarterly; Chile: 19 % IVA, monthly, in pesos without decimals; both on the PGC's code structure.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.demo.accounts import PGC
from benchmarks.demo.book import LAST_BOOKED, YEAR, Book, Posting
from benchmarks.demo.divisions import day, month_end
from benchmarks.demo.papers import Paper, paper
from benchmarks.demo.rates import Rates, draw
from ledger.rules.rounding import half_away
from ledger.subledger import bill_link, invoice_link

MONTHS = tuple("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split())
CAPITAL_DECISION = '"FS-2024-11-21-§11"'


@dataclass(frozen=True)
class Country:
    """What differs between the two co-ops."""

    slug: str
    currency: str
    scale: int  # what one euro is here, for plausible amounts
    vat: Decimal
    vat_months: tuple[int, ...]
    withheld: Decimal
    social: Decimal
    staff: int
    capital_in_federation: Decimal  # SEK, held in central


SPAIN = Country(
    "koop-reusa", "EUR", 1, Decimal("0.21"), (3, 6, 9), Decimal("0.11"), Decimal("0.31"), 9, Decimal("50000.00")
)
CHILE = Country(
    "coop-sur",
    "CLP",
    1000,
    Decimal("0.19"),
    tuple(range(1, 12)),
    Decimal("0.07"),
    Decimal("0.05"),
    5,
    Decimal("25000.00"),
)


class CoopYear:
    """Writes a co-op's book."""

    def __init__(self, country: Country, rates: Rates, seed: int) -> None:
        """An empty book."""
        self.country = country
        self.rates = rates
        self.rng = random.Random(f"{seed}:{country.slug}")
        self.book = Book(country.slug, country.currency, PGC, dt.date(YEAR, 1, 1), "572")

    def run(self) -> Book:
        """Opening balances and the year's months."""
        self._opening()
        for month in range(1, 12):
            self._month(month)
        return self.book

    def _money(self, euros: int | str | Decimal) -> Decimal:
        return half_away(Decimal(euros) * self.country.scale, self.country.currency)

    def _some(self, low: int, high: int) -> Decimal:
        return self._money(Decimal(draw(self.rng, low * 100, high * 100)) / 100)

    def _part(self, amount: Decimal, share: Decimal) -> Decimal:
        return half_away(amount * share, self.country.currency)

    def _opening(self) -> None:
        country, first = self.country, self.book.opened
        spot = self.rates.spot(country.currency, first)
        held = half_away(country.capital_in_federation / spot, country.currency)
        meta = (("decision", CAPITAL_DECISION),)
        bank, machines = self._money(country.staff * 3100), self._money(24_000)
        worn, claims, debts, stock = self._money(7_200), self._money(6_400), self._money(2_300), self._money(3_800)
        capital = self._money(12_000)
        self.book.add(
            first,
            "Asiento de apertura",
            "Aportación a la federación",
            [
                Posting(
                    "2405",
                    held,
                    (("partner", '"gemensamt"'), ("ic", '"capital"')),
                    (country.capital_in_federation, "SEK"),
                ),
                Posting("113", -held),
            ],
            links=(f"ic-gemensamt-{1 if country is SPAIN else 2}",),
            meta=meta,
        )
        assets = bank + machines - worn + claims + stock
        self.book.add(
            first,
            "Asiento de apertura",
            f"Saldos iniciales {YEAR}",
            [
                Posting("213", machines),
                Posting("281", -worn),
                Posting("300", stock),
                Posting("430", claims),
                Posting("572", bank),
                Posting("400", -debts),
                Posting("100", -capital),
                Posting("113", capital + debts - assets),
            ],
            meta=meta,
        )
        self.book.add(day(1, 16), "Clientes", "Cobro facturas 2025", [Posting("572", claims), Posting("430", -claims)])
        self.book.add(day(1, 20), "Proveedores", "Pago facturas 2025", [Posting("400", debts), Posting("572", -debts)])

    def _month(self, month: int) -> None:
        for number in (1, 2):
            self._sale(month, number)
        self._purchase(month, "Proveedor Ejemplo", "Material", "600", 700, 1600)
        self._purchase(month, "Energía Ejemplo", "Suministros", "628", 240, 480)
        rent = self._money(850)
        vat = self._part(rent, self.country.vat)
        name = MONTHS[month - 1]
        self.book.add(
            day(month, 3),
            "Inmobiliaria Ejemplo",
            f"Alquiler {name}",
            [Posting("621", rent), Posting("472", vat), Posting("572", -rent - vat)],
        )
        fee = self._some(9, 24)
        self.book.add(day(month, 27), "Caja Ejemplo", "Comisiones", [Posting("626", fee), Posting("572", -fee)])
        self._payroll(month)
        wear = self._money(200)
        self.book.add(
            month_end(month), "Amortización", f"Amortización {name}", [Posting("681", wear), Posting("281", -wear)]
        )
        if month % 3 == 1:
            grant = self._money(4200)
            self.book.add(
                day(month, 22), "Gobierno", "Subvención inserción", [Posting("572", grant), Posting("740", -grant)]
            )
        if month in self.country.vat_months:
            self._vat(month)

    def _sale(self, month: int, number: int) -> None:
        code, what = ("700", "Venta de ropa y muebles") if number == 1 else ("705", "Recogida y reparación")
        base = self._some(5200, 8600) if self.country is SPAIN else self._some(2500, 4200)
        vat = self._part(base, self.country.vat)
        date = day(month, draw(self.rng, 4, 25))
        customer = ("Tiendas Ejemplo", "Ayuntamiento")[number - 1]
        title = f"Factura {YEAR}-{2 * month + number - 2} {what}"
        paid = date + dt.timedelta(days=draw(self.rng, 20, 34))
        invoice = title.split()[1]
        told = self._told(date, paid, invoice_link(self.country.slug, invoice), invoice)
        postings = [Posting("430", base + vat), Posting(code, -base), Posting("477", -vat)]
        self.book.add(date, customer, title, postings, links=told.links, meta=told.meta)
        settled = [Posting("572", base + vat), Posting("430", -base - vat)]
        self.book.add(paid, customer, f"Cobro {title}", settled, quoted=told.quoted)

    @staticmethod
    def _told(date: dt.date, paid: dt.date, link: str, number: str) -> Paper:
        """What an invoice carries that is open when the committed books end."""
        return paper(link, number, date) if date <= LAST_BOOKED < paid else Paper()

    def _purchase(self, month: int, supplier: str, what: str, code: str, low: int, high: int) -> None:
        base = self._some(low, high)
        vat = self._part(base, self.country.vat)
        date = day(month, draw(self.rng, 3, 24))
        paid = date + dt.timedelta(days=30)
        invoice = f"{what[0]}-{date:%y%m}"
        told = self._told(date, paid, bill_link(supplier, invoice), invoice)
        postings = [Posting(code, base), Posting("472", vat), Posting("400", -base - vat)]
        self.book.add(date, supplier, what, postings, links=told.links, meta=told.meta)
        settled = [Posting("400", base + vat), Posting("572", -base - vat)]
        self.book.add(paid, supplier, f"Pago {what}", settled, quoted=told.quoted)

    def _payroll(self, month: int) -> None:
        staff, name = self.country.staff, MONTHS[month - 1]
        gross = self._money(staff * (1130 if self.country is SPAIN else 880))
        tax, social = self._part(gross, self.country.withheld), self._part(gross, self.country.social)
        self.book.add(
            day(month, 24),
            "Personal",
            f"Nómina {name}, {staff} personas",
            [
                Posting("640", gross),
                Posting("642", social),
                Posting("4751", -tax),
                Posting("476", -social),
                Posting("465", tax - gross),
            ],
        )
        self.book.add(
            day(month, 26),
            "Personal",
            f"Pago nómina {name}",
            [Posting("465", gross - tax), Posting("572", tax - gross)],
        )
        self.book.add(
            day(month + 1, 18),
            "Administración",
            f"Retenciones y cotizaciones {name}",
            [Posting("4751", tax), Posting("476", social), Posting("572", -tax - social)],
        )

    def _vat(self, month: int) -> None:
        end = month_end(month)
        moved = {
            code: sum((v.amount(code) for v in self.book.vouchers if v.date <= end), Decimal(0))
            for code in ("472", "477")
        }
        due = -sum(moved.values(), Decimal(0))
        self.book.add(
            end,
            "IVA",
            f"Liquidación del IVA {MONTHS[month - 1]}",
            [Posting("472", -moved["472"]), Posting("477", -moved["477"]), Posting("4750", -due)],
        )
        self.book.add(day(month + 1, 20), "Hacienda", "Pago IVA", [Posting("4750", due), Posting("572", -due)])
