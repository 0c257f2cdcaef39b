"""Tagged postings as the matcher sees them (SPEC 10; SPEC 3: `partner`, `ic`, the shared link).

An item is one posting with a partner, with its amount in the reporting currency beside that of its own document; the
`collector` makes them.

What is compared with what is the item's section: claims with debts (balance), income with cost (result). A dividend or
patronage refund is the receiver's income and the payer's equity, so that equity posting belongs to the result of its
period. Fixed assets sold are a section of their own: their price is no cost of the buyer's (`assets`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from ledger.books import PartnerRow
from ledger.combine.model import Place
from ledger.rules.dealings import KINDS

#: How far apart the two sides of a dealing may lie in time.
WINDOW = dt.timedelta(days=10)
#: How far back the period before may reach: a lengthened fiscal year has 18 months at most.
LONGEST_PERIOD = dt.timedelta(days=550)
BALANCE = "balance"
RESULT = "result"
SUSPENSE = "suspense"
ASSET = "asset"
CAPITAL = "capital"

Pair: TypeAlias = tuple[str, str]  # slugs, sorted


@dataclass(frozen=True, slots=True)
class Item:
    """One posting of `unit` with `partner`. `amount` in the reporting currency; debit positive.

    Attributes:
        column: ADJ for an adjustment's posting; "" = the unit's own.
        months: useful life of a fixed asset, where the posting gives it.
        vat: what the voucher says of VAT (`ledger.combine.dealings.vat`).
        opening: what it was worth on the day before the period, where that is another amount.
        invoiced: the same in the currency of its voucher's claims, where that is another (`documents`).
        booked: what it is matched by, where its book's currency can't hold all of it, so that `amount` is another.
        dated: what it was worth at the spot of its own day, where the group has it at another rate (`capital`).
        held: what the group has it at now, and had on the day before the period, where `amount` is what it was worth
            on its own day.
        of: last day of the month that central's side of a levy is for, where it stands in a later one because that
            month was closed.
    """

    unit: str
    partner: str
    date: dt.date
    place: Place
    section: str
    amount: Decimal
    currency: str  # of the document
    document_amount: Decimal
    kind: str | None
    links: tuple[str, ...]
    document: str | None
    transaction: tuple[bool, int]  # provisional?, ordinal
    source: str
    order: tuple[str, int]  # file and line, for ties
    column: str = ""
    months: int | None = None
    vat: str = ""
    opening: Decimal | None = None
    invoiced: tuple[str, Decimal] | None = None
    booked: Decimal | None = None
    dated: Decimal | None = None
    held: tuple[Decimal, Decimal] | None = None
    of: dt.date | None = None

    def on_opening(self) -> Item:
        """The posting with what it was worth on the day before the period, as the period before has it."""
        return self if self.opening is None else replace(self, amount=self.opening)

    def taken_back(self, day: dt.date) -> Item:
        """The same the other way round, on a day."""
        told = None if self.invoiced is None else (self.invoiced[0], -self.invoiced[1])
        return replace(self, date=day, amount=-self.amount, document_amount=-self.document_amount, invoiced=told)

    def late(self, day: dt.date) -> bool:
        """Whether the period that ends on a day may take it in: booked soon after, or of a month until then."""
        return day < self.date and (self.date <= day + WINDOW or (self.of is not None and self.of <= day))

    @property
    def pair(self) -> Pair:
        """Both units, sorted: the same seen from either."""
        return min(self.unit, self.partner), max(self.unit, self.partner)

    @property
    def key(self) -> tuple[dt.date, tuple[str, int], str, Place, Decimal]:
        """Sort key that doesn't depend on the order of units or files."""
        return (self.date, self.order, self.unit, self.place, self.document_amount)


def cost_of(row: PartnerRow) -> Decimal | None:
    """What the seller gave for the goods of an income posting, in the currency of `row.amount`; None = nothing usable.

    Another currency isn't converted: of which day the rate would be, nobody has said. The cost has the sign of the
    sale, so that what is taken back lessens it. Own goods may have cost nothing, and a loss is a loss.
    """
    wrong = row.cost is None or row.cost_currency not in {"", row.currency} or row.cost * row.amount > 0
    return None if wrong else row.cost


def kind_of_row(row: PartnerRow) -> str | None:
    """The class that a posting names; one that nobody knows names none, and is matched as such."""
    return row.ic if row.ic in KINDS else None
