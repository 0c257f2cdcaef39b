"""Reading M-Pesa statements: the organisation portal's CSV, its shorter forms, and a person's statement.

No specification is public; the columns are known by their names. What every reader of them must know:

- Failed rows are printed among the others, with an amount and the unchanged balance. They move nothing.
- Money out is printed as `-33.00` or `33.00`, with commas between thousands, newest row first or oldest.
- Charges may have a receipt number of their own, or that of the payment: a row is known by receipt, details and amount.
- Phone numbers are masked, not always alike; so they are no part of what a row is known by.
- Dates are `2026-02-11`, `11-02-2026` or `11/02/26`. Whether the day or the month comes first is read off the whole
  file, or it is an error.
- A row of totals may end the file; it must tie.

A statement that was cut exactly between two rows can't be told from a whole one, unless it had totals.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from importers.bank.chain import InOut, Link, as_far_as_shown, chained
from importers.bank.model import BankLine, BankStatement
from importers.bank.problems import BankCountDiffers, BankCurrency
from importers.cells import ENGLISH, Days
from importers.mpesa.days import days_within, times_of
from importers.mpesa.problems import MpesaReceipt, MpesaStatus
from importers.problems import ImportAmountInvalid
from importers.problems_tables import TableDamaged
from importers.tables import Header, Row, Table, check_end, folded_name, headers, read_table
from ledger.messages import N_, say

#: What a column may be called, without the point or colon at its end.
NAMES: Final = {
    "receipt": ("receipt no", "receipt", "receipt number"),
    "completed": ("completion time",),
    "details": ("details",),
    "status": ("transaction status", "status"),
    "paid_in": ("paid in",),
    "withdrawn": ("withdrawn", "withdrawal"),
    "balance": ("balance",),
    "confirmed": ("balance confirmed",),
    "reason": ("reason type", "transaction type"),
    "party": ("other party info", "other party", "opposite party"),
    "linked": ("linked transaction id",),
    "account": ("a/c no", "account no", "account number"),
    "currency": ("currency",),
}
NEEDED: Final = ("receipt", "completed", "details", "paid_in", "withdrawn")
DONE: Final = frozenset({"completed", "success", "successful"})
#: No money has moved; what is pending comes again.
NOT_DONE: Final = frozenset({"failed", "declined", "cancelled", "canceled", "expired", "rejected", "pending"})
RECEIPT: Final = re.compile(r"[A-Z0-9]{2,20}")
CODE: Final = re.compile(
    r"^\W*(?:short ?code|pay ?bill(?: no| number)?|till(?: no| number)?|business number)\W{1,4}([0-9]{4,10})\b",
    re.IGNORECASE | re.MULTILINE,
)
PERIOD: Final = re.compile(r"^\W*(?:(?:time|statement) )?period\b(.*)$", re.IGNORECASE | re.MULTILINE)
#: `2547****001 - ANNA N`, `254712345678 ANNA N Acc. GV-A1`
PARTY: Final = re.compile(r"([0-9+][0-9*]{3,14})(?:\s*-\s*|\s+)(.*?)(?:\s+Acc(?:ount|\.)?(?: Number)?[ .:]+(\S.*))?")
FROM_TO: Final = re.compile(r"\b(?:from|to)\s+(?=[0-9+][0-9*]{3,14}\b|[0-9+][0-9*]{3,14}\s)", re.IGNORECASE)
REVERSAL: Final = re.compile(r"\breversal\b", re.IGNORECASE)
MASKED: Final = re.compile(r"[0-9+]*\*[0-9*]*|[0-9+]{9,15}")


def find_header(text: str) -> Header | None:
    """The row that names an M-Pesa statement's columns."""
    return next((h for h in headers(text) if all(_place(h, key) is not None for key in NEEDED)), None)


def _place(header: Header, key: str) -> int | None:
    plain = [name.rstrip(".: ") for name in header.names]
    return next((plain.index(name) for name in NAMES[key] if name in plain), None)


def read_mpesa(
    text: str,
    shown: str,
    header: Header,
    currency: str = "KES",
    forms: Sequence[str] = (),
    order: str | None = None,
) -> tuple[BankStatement, int]:
    """The statement of a file, and how many of its rows were left out because no money moved.

    Args:
        text: its letters.
        shown: its name in problems.
        header: as `find_header` found it.
        currency: of statements that name none.
        forms: the forms of its dates, where the source declares them.
        order: of its rows, likewise.

    Raises:
        Problem: it is damaged, cut off, ambiguous, or a balance doesn't follow.
    """
    place = _place(header, "receipt")
    assert place is not None
    table = read_table(text, shown, header, is_trailer=lambda cells: _is_total(cells, place))
    reader = _Reader(table, currency, forms)
    check_end(table, reader.whole)
    return reader.statement(order), reader.left_out


def _is_total(cells: Sequence[str], receipt: int) -> bool:
    if len(cells) <= receipt or not cells[receipt].strip():
        first = next((cell for cell in cells if cell.strip()), "")
    else:
        first = cells[receipt]
    return re.match(r"(grand )?totals?\b", folded_name(first)) is not None


class _Reader:
    """Turns cells into lines, and names the place where one can't be."""

    def __init__(self, table: Table, currency: str, forms: Sequence[str]) -> None:
        self.table = table
        self.place = {key: _place(table.header, key) for key in NAMES}
        self.currency = currency
        self.left_out = 0
        self.ways = InOut(table.problem)
        found = PERIOD.search(table.above)
        self.period_text = found[1] if found else ""
        completed = self.place["completed"]
        assert completed is not None
        cells = [(row.line, row.cells[completed]) for row in table.rows]
        self.form, self.times = times_of(cells, self.period_text, table, forms)

    def cell(self, row: Row, key: str) -> str:
        """A cell, white space folded; empty where the statement lacks the column."""
        place = self.place[key]
        text = "" if place is None else row.cells[place]
        return " ".join(text.split()) if text else text

    def number(self, row: Row, key: str) -> Decimal | None:
        """An amount; None where the cell is empty."""
        text = self.cell(row, key)
        found = ENGLISH.number(text)
        if found is None and text:
            raise self.table.problem(ImportAmountInvalid, row.line, text=text, position=NAMES[key][0])
        return found

    def whole(self, cell: str) -> bool:
        """Whether the file's last cell can't be the beginning of a longer one."""
        if len(self.table.header.names) - 1 not in {self.place[k] for k in ("balance", "withdrawn", "paid_in")}:
            return False
        cells = (self.cell(row, key) for row in self.table.rows for key in ("paid_in", "withdrawn", "balance"))
        return ENGLISH.all_decimals(cells, cell)

    def statement(self, order: str | None) -> BankStatement:
        """All rows."""
        links = [self.link(row, when) for row, when in zip(self.table.rows, self.times, strict=True)]
        whole = self.check_totals(links)
        chain = chained(links, self.table.problem, declared=order)
        days = [line.date for line in chain.lines]
        first, last = days_within(self.period_text, self.form, days)
        code = CODE.search(self.table.above)
        statement = BankStatement(
            id=f"{min(days)} – {max(days)}" if days else "",
            account=code[1] if code else "",
            currency=self.currency,
            lines=chain.lines,
            opening=chain.opening,
            closing=chain.closing,
            first_day=first,
            last_day=last,
            line=self.table.header.line,
        )
        return statement if whole else as_far_as_shown(statement, chain.order)

    def link(self, row: Row, when: dt.datetime) -> Link:
        """A row, with the line that it makes if money moved."""
        receipt = self.cell(row, "receipt").upper()
        if not RECEIPT.fullmatch(receipt):
            raise self.table.problem(MpesaReceipt, row.line, text=receipt or '""')
        self.check_currency(row)
        status = self.cell(row, "status").casefold()
        if status not in DONE | NOT_DONE and self.place["status"] is not None:
            raise self.table.problem(MpesaStatus, row.line, receipt=receipt, status=status or '""')
        came, went, balance = (self.number(row, key) for key in ("paid_in", "withdrawn", "balance"))
        if self.cell(row, "confirmed").casefold() in {"false", "no"}:
            balance = None  # M-Pesa itself says that it isn't final
        if status in NOT_DONE:
            self.left_out += 1
            return Link(row.line, when, Decimal(0), balance, None)
        amount = self.ways.amount(came, went, row.line, self.cell(row, "withdrawn"))
        return Link(row.line, when, amount, balance, self.bank_line(row, receipt, when.date(), amount))

    def bank_line(self, row: Row, receipt: str, day: dt.date, amount: Decimal) -> BankLine:
        """A completed row."""
        details, reason = self.cell(row, "details"), self.cell(row, "reason")
        account, name, reference = party_of(self.cell(row, "party"), details)
        linked = self.cell(row, "linked")
        return BankLine(
            date=day,
            amount=amount,
            counterparty=name,
            text=details if reason.casefold() in details.casefold() else f"{details} {reason}".strip(),
            bank_ref=receipt,
            reversal=REVERSAL.search(f"{details} {reason}") is not None,
            position="completion time",
            line=row.line,
            counterparty_account=account,
            reference=self.cell(row, "account") or reference,
            identity=f"{receipt} {MASKED.sub(' ', details)}",
            extra=(("linked-receipt", linked),) if linked else (),
        )

    def check_currency(self, row: Row) -> None:
        """One currency, the source's, all through the file (Ghana's statements name it)."""
        found = self.cell(row, "currency").upper()
        if found and found != self.currency:
            raise self.table.problem(
                BankCurrency,
                row.line,
                position=f"row {row.line}",
                currency=found,
                account="M-Pesa",
                expected=self.currency,
            )

    def check_totals(self, links: Sequence[Link]) -> bool:
        """The statement's own totals, of all rows or of the completed ones; nothing may stand after them.

        Returns:
            Whether they show that no row is missing.
        """
        shown = False
        for number, row in enumerate(self.table.trailer):
            if len(row.cells) != len(self.table.header.names):
                continue
            if number and Days(*self.form).day(self.cell(row, "completed")):
                raise self.table.problem(TableDamaged, row.line, reason=say(N_("rows follow its totals")))
            for key in ("paid_in", "withdrawn") if not number else ():
                declared = self.number(row, key)
                every = [abs(self.number(r, key) or Decimal(0)) for r in self.table.rows]
                done = [n for n, link in zip(every, links, strict=True) if link.line is not None]
                shown = shown or bool(declared)
                if declared is not None and abs(declared) not in {sum(every), sum(done)}:
                    raise self.table.problem(
                        BankCountDiffers,
                        row.line,
                        statement="M-Pesa",
                        account="-",
                        what=NAMES[key][0],
                        declared=abs(declared),
                        found=sum(done),
                    )
        return shown


def party_of(party: str, details: str) -> tuple[str, str, str]:
    """The other side: number, name, and the reference that the payer typed, as far as they are told.

    Args:
        party: `2547****001 - ANNA N`; empty in a person's statement.
        details: `Pay Bill from 254712345678 - ANNA N Acc. GV-A1`, `Customer Transfer to 2547******91 BO K`.
    """
    text = party
    if not text:
        found = FROM_TO.search(details)
        if found is None:
            return "", "", ""
        text = details[found.end() :]
    match = PARTY.fullmatch(text)
    if match:
        return match[1], match[2].strip(), (match[3] or "").strip()
    return (text, "", "") if re.fullmatch("[0-9+*]+", text) else ("", text, "")
