"""A meeting as its sheet tells it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from importers.clearing.content import key_of
from ledger.rules.names import folded

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one participant did; amounts in the cycle's currency, all positive.

    Attributes:
        member: as the sheet writes the name.
        line: of the sheet.
        present: whether there; `joined`: whether said to be new.
        shares: how many were bought. `months`: of the new loan, None where none are said.
        paid: one sum that the terms split into principal and charge; `repaid`, `charge`: said apart.
        expense: what the fund paid for, with a note of what it was.
        fine: paid now; `fine_due`: imposed and not paid.
    """

    member: str
    line: int
    present: bool = False
    joined: bool = False
    shares: int = 0
    months: int | None = None
    social: Decimal = ZERO
    fine: Decimal = ZERO
    fine_due: Decimal = ZERO
    gift: Decimal = ZERO
    paid: Decimal = ZERO
    repaid: Decimal = ZERO
    charge: Decimal = ZERO
    new_loan: Decimal = ZERO
    expense: Decimal = ZERO
    represented: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A whole sheet; rows by name, so that their order in the file doesn't matter.

    Attributes:
        corrects: whether it tells anew what a meeting was that is booked; then `entered_by` wrote it, and `signed_by`,
            somebody else, answers for it.
    """

    cycle: str
    number: int
    date: dt.date
    counted: Decimal
    counted_social: Decimal
    currency: str
    line: int
    rows: tuple[Row, ...]
    corrects: bool = False
    entered_by: str = ""
    signed_by: str = ""

    @property
    def content(self) -> str:
        """A key of all that it says of the meeting, the same whatever the order of rows and columns."""
        head = (self.cycle, self.number, self.date, self.counted, self.counted_social)
        rows = [
            (
                *(folded(r.member), r.present, r.joined, r.shares, r.months or "", r.social, r.fine, r.fine_due),
                *(r.gift, r.paid, r.repaid, r.charge, r.new_loan, r.represented, r.note),
                *((r.expense,) if r.expense else ()),  # as before there was such a column
            )
            for r in self.rows
        ]
        return key_of(head, *rows)
