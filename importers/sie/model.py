"""The nouns of a SIE file (SIE-gruppen, "SIE filformat ver 4B"): years, accounts, balances, vouchers and their rows.

SIE is the Swedish exchange format of bookkeeping. Debit is positive. A file has one currency (#VALUTA, SEK where it
says nothing). Balances are named by the year's number: 0 is the file's year, -1 the one before.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)
#: Balances that stand at the year's ends, and the change of a month as booked and as budgeted.
YEAR_KINDS = ("IB", "UB", "RES")
MONTH_KINDS = ("PSALDO", "PBUDGET")


@dataclass(frozen=True, slots=True)
class SieAccount:
    """#KONTO with its #KTYP (T asset, S debt, K cost, I income), #ENHET (unit of quantities) and #SRU codes."""

    number: str
    name: str
    kind: str | None = None
    sru: tuple[str, ...] = ()
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class SieBalance:
    """#IB, #UB (balance accounts), #RES (result accounts); #OIB, #OUB (of one object); #PSALDO, #PBUDGET (of a month).

    `objects` only in the last four, `period` ("202603", a change and no running balance) only in the last two.
    """

    kind: str
    year: int
    account: str
    amount: Decimal
    objects: tuple[tuple[str, str], ...] = ()
    quantity: Decimal | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class SieRow:
    """#TRANS, or #RTRANS (a row added afterwards) and #BTRANS (a row removed): those are history, never summed.

    `objects` are pairs of dimension and object: `(("1", "100"), ("6", "P7"))`.
    """

    account: str
    amount: Decimal
    objects: tuple[tuple[str, str], ...] = ()
    date: dt.date | None = None
    text: str = ""
    quantity: Decimal | None = None
    sign: str = ""
    label: str = "#TRANS"
    line: int = 0


@dataclass(frozen=True, slots=True)
class SieVoucher:
    """#VER. Series and number may be empty (type 4I: the receiving program numbers)."""

    series: str
    number: str
    date: dt.date
    text: str = ""
    registered: dt.date | None = None
    sign: str = ""
    rows: tuple[SieRow, ...] = ()
    history: tuple[SieRow, ...] = ()
    line: int = 0

    @property
    def total(self) -> Decimal:
        """Σ #TRANS; 0 in a voucher that balances."""
        return sum((row.amount for row in self.rows), ZERO)

    @property
    def name(self) -> str:
        """`A-17`; the number alone where there is no series; empty where there is no number."""
        if not self.number.strip("0"):
            return ""
        return f"{self.series}-{self.number}" if self.series else self.number


@dataclass(slots=True)
class SieFile:
    """A SIE file that was read whole.

    Attributes:
        encoding: `cp437`, `utf-8`, `cp1252`, or `ascii` where no character told them apart.
        meta: identification records as they stand: `{"FNAMN": ("Bolaget AB",)}`.
        notes: every #PROSA: free text of the sender.
        years: number of the year → first and last day (#RAR).
        dimensions: number → name (#DIM, #UNDERDIM).
        parents: dimension → the one that it is a part of (#UNDERDIM).
        objects: (dimension, number) → name (#OBJEKT).
        labels: how often each label occurs, known or not.
        checksum: declared and computed #KSUMMA; None without one, computed None where the bytes aren't CP437.
        warnings: what a person should know, as (line, text).
        trailing: a balance stands after a voucher, so that balances may be missing though vouchers are there.
    """

    encoding: str
    meta: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    years: dict[int, tuple[dt.date, dt.date] | None] = field(default_factory=dict)
    accounts: dict[str, SieAccount] = field(default_factory=dict)
    dimensions: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    objects: dict[tuple[str, str], str] = field(default_factory=dict)
    balances: list[SieBalance] = field(default_factory=list)
    vouchers: list[SieVoucher] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)
    checksum: tuple[int, int | None] | None = None
    warnings: list[tuple[int, str]] = field(default_factory=list)
    trailing: bool = False

    @property
    def type(self) -> int:
        """#SIETYP; 1 where the file doesn't say."""
        return int((self.meta.get("SIETYP") or ("1",))[0])

    @property
    def kind(self) -> str:
        """`1`, `2`, `3`, `4E` or `4I`."""
        if self.type != 4:
            return str(self.type)
        return "4I" if self.is_import else "4E"

    @property
    def currency(self) -> str:
        """#VALUTA; SEK where the file doesn't say."""
        return (self.meta.get("VALUTA") or ("SEK",))[0].upper()

    @property
    def is_import(self) -> bool:
        """Type 4I: vouchers for another program to book, without balances; numbers are only proposals."""
        return self.type == 4 and not self.balances

    def sums(self, kind: str, year: int = 0) -> dict[str, Decimal]:
        """Balances of one kind and year by account."""
        return {b.account: b.amount for b in self.balances if b.kind == kind and b.year == year}

    def moved(self) -> dict[str, Decimal]:
        """Σ #TRANS by account, over all vouchers."""
        total: dict[str, Decimal] = {}
        for voucher in self.vouchers:
            for row in voucher.rows:
                total[row.account] = total.get(row.account, ZERO) + row.amount
        return total

    def months(self, year: int = 0) -> dict[str, dict[str, Decimal]]:
        """#PSALDO by month and account; rows of single objects, which the account's own row holds already, left out."""
        found: dict[str, dict[str, Decimal]] = {}
        for row in self.balances:
            if row.kind == "PSALDO" and row.year == year and not row.objects:
                found.setdefault(row.period, {})[row.account] = row.amount
        return found

    def unbalanced(self) -> list[SieVoucher]:
        """Vouchers whose rows don't sum to zero."""
        return [voucher for voucher in self.vouchers if voucher.total]

    def differing(self) -> list[tuple[str, Decimal, Decimal, Decimal]]:
        """Accounts that don't tie: number, opening, Σ vouchers, closing (opening + Σ ≠ #UB, or Σ ≠ #RES).

        Empty where the file has no closing balances at all (4I), or is of a type without vouchers.
        """
        opening, closing, result, moved = self.sums("IB"), self.sums("UB"), self.sums("RES"), self.moved()
        if not (closing or result) or self.type != 4:
            return []
        rows = []
        for number in sorted({*opening, *closing, *result, *moved}):
            ends = closing.get(number, ZERO) + result.get(number, ZERO)
            row = (number, opening.get(number, ZERO), moved.get(number, ZERO), ends)
            if row[1] + row[2] != ends:
                rows.append(row)
        return rows
