"""A till report (Z): what a till sold by rate of VAT, how it was paid, and what lay in the drawer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from ledger.books.source_takings import TillPayment, TillSale

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sold:
    """Sales of one kind: with VAT, and the VAT in them."""

    table: TillSale
    gross: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid in one way."""

    table: TillPayment
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """One Z report.

    Attributes:
        till: which till, where the file says so.
        number: the report's number; each till counts by itself.
        difference: cash counted less cash that should be there; missing cash is negative.
        banked: cash taken to the bank; `bag`: its number.
        counted: what lay in the drawer before that; None where the file doesn't say.
        line: in the file.
    """

    till: str
    number: str
    date: dt.date
    currency: str
    sold: tuple[Sold, ...]
    paid: tuple[Paid, ...]
    difference: Decimal = ZERO
    banked: Decimal = ZERO
    bag: str = ""
    counted: Decimal | None = None
    line: int = 0

    @property
    def sales(self) -> Decimal:
        """Σ sales with VAT."""
        return sum((one.gross for one in self.sold), ZERO)
