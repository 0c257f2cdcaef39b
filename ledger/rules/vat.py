"""VAT between legal persons (SPEC 6; Directive 2006/112/EC art. 44, 168, 196 and 200; ML 2023:200).

A levy between two legal persons pays for services: within one country the seller charges that country's VAT; to
another EU country the buyer accounts for it (reverse charge) at its own country's rate; beyond the EU there is none.
VAT is rounded once per invoice, not per component. Of its input VAT the buyer deducts its share, rounded down, and
bears the rest as a cost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, localcontext
from enum import Enum

from ledger.rules.rounding import EXACT, down, half_away

ZERO = Decimal(0)
#: Standard rates in per cent, each from a date on. EU: Commission, "VAT rates applied in the Member States".
STANDARD_RATES: dict[str, tuple[tuple[str, str], ...]] = {
    "AT": (("2000-01-01", "20"),),
    "BE": (("2000-01-01", "21"),),
    "BG": (("2007-01-01", "20"),),
    "CL": (("2003-10-01", "19"),),
    "CY": (("2014-01-13", "19"),),
    "CZ": (("2013-01-01", "21"),),
    "DE": (("2021-01-01", "19"),),
    "DK": (("2000-01-01", "25"),),
    "EE": (("2024-01-01", "22"), ("2025-07-01", "24")),
    "ES": (("2012-09-01", "21"),),
    "FI": (("2013-01-01", "24"), ("2024-09-01", "25.5")),
    "FR": (("2014-01-01", "20"),),
    "GR": (("2016-06-01", "24"),),
    "HR": (("2012-03-01", "25"),),
    "HU": (("2012-01-01", "27"),),
    "IE": (("2021-03-01", "23"),),
    "IT": (("2013-10-01", "22"),),
    "KE": (("2021-01-01", "16"),),
    "LT": (("2009-09-01", "21"),),
    "LU": (("2024-01-01", "17"),),
    "LV": (("2012-07-01", "21"),),
    "MT": (("2004-01-01", "18"),),
    "NL": (("2012-10-01", "21"),),
    "PL": (("2011-01-01", "23"),),
    "PT": (("2011-01-01", "23"),),
    "RO": (("2017-01-01", "19"), ("2025-08-01", "21")),
    "SE": (("2000-01-01", "25"),),
    "SI": (("2013-07-01", "22"),),
    "SK": (("2011-01-01", "20"), ("2025-01-01", "23")),
}
EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())


class Vat(Enum):
    """Who accounts for VAT on an invoice."""

    NONE = "none"
    DOMESTIC = "domestic"
    REVERSE = "reverse"


def treatment(seller: str, buyer: str) -> Vat:
    """How an invoice from one country to another bears VAT (ISO 3166 codes)."""
    if seller == buyer:
        return Vat.DOMESTIC
    return Vat.REVERSE if seller in EU and buyer in EU else Vat.NONE


class Purchase(Enum):
    """What a buyer does with the VAT of a purchase."""

    DEDUCT = "deduct"  # input VAT, as far as its share goes
    COST = "cost"  # a tax that can't be deducted at home
    REVERSE = "reverse"  # the buyer owes the VAT itself, and deducts its share
    NONE = "none"


def on_purchase(category: str, seller: str, buyer: str) -> Purchase:
    """How a buyer treats one VAT category of an invoice (EN 16931: S, Z, E, AE, K, G, O, L, M).

    VAT charged by another country isn't deductible at home (Directive 2006/112/EC art. 168), and neither are the taxes
    of the Canary Islands, Ceuta and Melilla (L, M). Reverse charge (AE) and purchases from another EU country (K) are
    the buyer's to account for (art. 196, 200); so is what a seller abroad invoices without VAT (G, O, Z), exempt
    supplies (E) apart.

    Args:
        category: the category's code.
        seller: ISO 3166 code of the seller's country; an unknown one ("") is taken for the buyer's.
        buyer: of the buyer's country; the same.
    """
    abroad = bool(seller and buyer and seller != buyer)
    if category in {"L", "M"} or (category == "S" and abroad):
        return Purchase.COST
    if category == "S":
        return Purchase.DEDUCT
    if category in {"AE", "K"} or (abroad and category in {"G", "O", "Z"}):
        return Purchase.REVERSE
    return Purchase.NONE


def country_of(vat_number: str) -> str:
    """The ISO 3166 code of the country that a VAT number begins with; empty where it begins with none.

    Greece writes EL, Northern Ireland XI (Directive 2006/112/EC art. 215).
    """
    prefix = vat_number.strip()[:2].upper()
    if not (prefix.isascii() and prefix.isalpha() and len(prefix) == 2):
        return ""
    return {"EL": "GR", "XI": "GB"}.get(prefix, prefix)


def reverse_charge(net: Decimal, rate: Decimal, currency: str) -> Decimal:
    """The VAT that a buyer accounts for on a purchase of `net`, rounded once."""
    with localcontext(EXACT):
        return half_away(net * rate, currency)


def standard_rate(country: str, day: dt.date) -> Decimal | None:
    """The standard rate of a country on a day (0.25), or None where this table doesn't know it."""
    found = None
    for start, percent in STANDARD_RATES.get(country, ()):
        if dt.date.fromisoformat(start) <= day:
            found = Decimal(percent) / 100
    return found


def invoice_vat(net: Mapping[str, Decimal], rates: Mapping[str, Decimal], currency: str) -> Decimal:
    """VAT of one invoice: Σ component × its rate, rounded once."""
    with localcontext(EXACT):
        return half_away(sum((amount * rates.get(name, ZERO) for name, amount in net.items()), ZERO), currency)


def included(gross: Decimal, rate: Decimal, currency: str) -> Decimal:
    """The VAT that an amount holds: gross × rate ÷ (1 + rate), rounded (rate 0.25; either sign)."""
    with localcontext(EXACT):
        return half_away(gross * rate / (1 + rate), currency)


def deductible(vat: Decimal, deduction: Decimal, currency: str) -> Decimal:
    """The part of input VAT that the buyer gets back: its share (0-1), rounded down."""
    with localcontext(EXACT):
        return down(vat * deduction, currency)
