"""Swish reports as the banks write them: Swedbank and the savings banks, Handelsbanken, Nordea, and declared columns.

Each payment is a row. What a report says of itself is checked: how many rows it holds, what they sum to. A file of
Swedbank's or with declared columns says neither; cut exactly between two rows it can't be told from a whole one.

Layouts from real exports and the banks' guides: Swedbank's has a title line (`* Swish-rapport Avser ... Skapad ...`)
above its header; Handelsbanken's has records 01 (start), 02 (a payment), 03 (end) and no header (Swish report, v3.1);
Nordea's has a summary with its own header above the payments.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Final

from importers.cells import ENGLISH, SWEDISH, Days, NumberStyle
from importers.problems import ImportAmountInvalid, ImportDateInvalid
from importers.problems_tables import TableColumns, TableCutOff, TableTooLong
from importers.tables import MOST_ROWS, Row, folded_name, problem_at, read_rows
from importers.takings.problems import SwishIntraday, SwishKind, TakingsCount
from importers.takings.sheet import Column, Sheet, Writing, find_header
from ledger.messages import N_, say

ISO: Final = Days("%Y-%m-%d")
MADE: Final = re.compile(r"\*\s*Swish.{0,200}?Skapad\W{1,3}([0-9]{4}-[0-9]{2}-[0-9]{2})")
AMOUNTS: Final = ("amount",)
#: Columns by their names in the banks' files: those that tell the layout, and those that may be missing.
SWEDBANK: Final[Mapping[str, Column]] = {
    "row": "Radnr",
    "clearing": "Clnr",
    "account": "Kontonr",
    "date": "Bokfdag",
    "sold": "Transdag",
    "number": "Mottagarnr",
    "phone": "Avsändarnr",
    "name": "Avsändarnamn",
    "message": "Meddelande",
    "amount": "Belopp",
}
SWEDBANK_MORE: Final[Mapping[str, Column]] = {"reference": "Orderreferens", "batch": "Batchid"}
NORDEA: Final[Mapping[str, Column]] = {
    "date": "DATUM",
    "time": "TID",
    "number": ("SWISH NUMMER", "SWISH-NUMMER", "SWISHNUMMER"),
    "name": "NAMN",
    "phone": "MOBILNUMMER",
    "message": "MEDDELANDE",
    "amount": "BELOPP",
}
NORDEA_MORE: Final[Mapping[str, Column]] = {
    "reference": ("ORDER-ID", "ORDER ID", "ORDERID", "ORDERREFERENS"),
    "bank_ref": ("REFERENS", "REFERENSNUMMER", "BETALNINGSREFERENS"),
}
#: Handelsbanken's kinds of payments: money in (never negative), or out (refund to a payer, payout), with a sign or not.
KINDS: Final = {"SWH": 1, "SWR": -1, "SWT": 1, "SWU": -1, "SWZ": 1}
#: Its columns, counted from 0; the booking day came later.
LEAST_COLUMNS, BOOKED = 15, 15


@dataclass(frozen=True, slots=True)
class SwishPayment:
    """A row of a report; money in is positive.

    Attributes:
        date: when the bank books it; `sold`: when it was paid.
        account: the bank account that it goes to.
        reference: the shop's own order or invoice number; `bank_ref`: the payment's number at Swish.
    """

    date: dt.date
    sold: dt.date
    amount: Decimal
    currency: str
    number: str
    account: str = ""
    name: str = ""
    phone: str = ""
    message: str = ""
    reference: str = ""
    bank_ref: str = ""
    batch: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class SwishReport:
    """The payments of a file, and the day on which it was made (later payments of that day aren't in it)."""

    payments: tuple[SwishPayment, ...]
    made: dt.date | None = None


def looks_like_swish(text: str) -> bool:
    """Whether a file's beginning is that of a known bank's report."""
    known = any(find_header(text, layout.values()) for layout in (SWEDBANK, NORDEA))
    return known or _is_handelsbanken(text) or text.lstrip().startswith("* Swish-rapport")


def read_known(text: str, shown: str, writing: Writing) -> SwishReport | None:
    """The report of a known bank; None where it is none.

    Raises:
        Problem: it is damaged, cut off, or doesn't hold what it says.
    """
    if _is_handelsbanken(text):
        return _handelsbanken(text, shown)
    header = find_header(text, SWEDBANK.values())
    if header is not None:
        sheet = Sheet(text, shown, header, {**SWEDBANK, **SWEDBANK_MORE}, AMOUNTS, writing)
        _numbered(sheet)
        found = MADE.match(text)
        return SwishReport(_payments(sheet, "SEK"), ISO.day(found[1]) if found else None)
    header = find_header(text, NORDEA.values())
    if header is not None:
        return _nordea(Sheet(text, shown, header, {**NORDEA, **NORDEA_MORE}, AMOUNTS, writing))
    return None


def read_declared(sheet: Sheet, currency: str) -> SwishReport:
    """A report by the columns that its source declares."""
    return SwishReport(_payments(sheet, currency))


def _payments(sheet: Sheet, currency: str) -> tuple[SwishPayment, ...]:
    found = []
    for row in sheet.rows:
        date = sheet.day(row, "date")
        found.append(
            SwishPayment(
                date=date,
                sold=sheet.day(row, "sold") if sheet.has("sold") else date,
                amount=sheet.need(row, "amount"),
                currency=sheet.text(row, "currency") or currency,
                number=sheet.text(row, "number"),
                account=sheet.text(row, "clearing") + sheet.text(row, "account"),
                name=sheet.text(row, "name"),
                phone=sheet.text(row, "phone"),
                message=sheet.text(row, "message"),
                reference=sheet.text(row, "reference"),
                bank_ref=sheet.text(row, "bank_ref"),
                batch=sheet.text(row, "batch"),
                line=row.line,
            )
        )
    return tuple(found)


def _numbered(sheet: Sheet) -> None:
    """Swedbank numbers its rows from 1, whichever way they are sorted."""
    numbers = sorted(sheet.text(row, "row").zfill(8) for row in sheet.rows)
    wanted = [str(n).zfill(8) for n in range(1, len(sheet.rows) + 1)]
    wrong = next((one for one, other in zip(numbers, wanted, strict=True) if one != other), None)
    if wrong is not None:
        what = say(N_("rows numbered from 1"))
        last = numbers[-1].lstrip("0") or "-"
        line = sheet.rows[-1].line
        raise sheet.table.problem(TakingsCount, line, what=what, declared=last, found=len(sheet.rows))


def _nordea(sheet: Sheet) -> SwishReport:
    """Nordea's report: what stands above the payments says how many they are and what they sum to."""
    table = sheet.table
    above = "".join(islice(io.StringIO(table.text, newline=""), table.header.line - 1))
    rows = [[cell.strip() for cell in row.cells] for row in read_rows(above, table.shown, table.header.delimiter)]
    said = {folded_name(row[0]).rstrip(":"): row[1] for row in rows if len(row) > 1}
    report = SwishReport(_payments(sheet, "SEK"), ISO.day(said.get("datum", "")))
    count = said.get("antal resultat", "")
    if not count.isascii() or not count.isdigit() or int(count[:9]) != len(report.payments):
        what = say(N_("payments"))
        raise TakingsCount(file=table.shown, what=what, declared=count or "-", found=len(report.payments))
    head = next((row for row in rows if "netto" in map(folded_name, row)), None)
    total = next((row for row in rows if folded_name(row[0]) == "total"), None)
    if head is not None and total is not None:
        place = [folded_name(name) for name in head].index("netto")
        text = total[place] if place < len(total) else ""
        net = sheet.style.number(text)
        if net is None and text:
            net = SWEDISH.number(text)
        moved = sum((p.amount for p in report.payments), Decimal(0))
        if net != moved:
            what = say(N_("a sum of"))
            raise TakingsCount(file=table.shown, what=what, declared=text or "-", found=moved)
    return report


def _is_handelsbanken(text: str) -> bool:
    return re.match(r"01[,;][0-9]{4}-[0-9]{2}-[0-9]{2}[,;]", text) is not None


def _handelsbanken(text: str, shown: str) -> SwishReport:
    """Handelsbanken's report: records without header or quotes; the parting sign says how amounts are written."""
    delimiter = text[2]
    style = ENGLISH if delimiter == "," else SWEDISH
    rows = [
        Row(number, [cell.strip() for cell in line.split(delimiter)])
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]
    if len(rows) > MOST_ROWS:
        raise TableTooLong(file=shown, limit=MOST_ROWS)
    if rows[-1].cells[0] != "03" or not text.endswith("\n"):
        raise problem_at(TableCutOff, text, shown, rows[-1].line)
    start, *held, last = rows
    if len(start.cells) > 3 and start.cells[3]:
        raise problem_at(SwishIntraday, text, shown, start.line, time=start.cells[3])
    counts = {str(len(held)), str(len(rows))}
    if len(last.cells) > 1 and last.cells[1].isdigit() and last.cells[1].lstrip("0") not in counts:
        what = say(N_("payments"))
        raise TakingsCount(file=shown, line=last.line, what=what, declared=last.cells[1], found=len(held))
    width = len(held[0].cells) if held else 0
    payments = []
    for row in held:
        if row.cells[0] != "02" or len(row.cells) != width or width < LEAST_COLUMNS:
            expected = max(width, LEAST_COLUMNS)
            raise problem_at(TableColumns, text, shown, row.line, found=len(row.cells), expected=expected)
        payments.append(_record(row, style, text, shown))
    return SwishReport(tuple(payments), ISO.day(start.cells[1]))


def _column(place: int) -> str:
    """A column of a report without names, counted from 1."""
    return say(N_("column {number}"), number=place + 1)


def _record(row: Row, style: NumberStyle, text: str, shown: str) -> SwishPayment:
    cells = row.cells
    amount = style.number(cells[7])
    if amount is None:
        raise problem_at(ImportAmountInvalid, text, shown, row.line, text=cells[7] or '""', position=_column(7))
    if cells[6] not in KINDS:
        raise problem_at(SwishKind, text, shown, row.line, word=cells[6] or '""', known=", ".join(KINDS))
    if amount < 0 < KINDS[cells[6]]:
        raise problem_at(ImportAmountInvalid, text, shown, row.line, text=cells[7], position=_column(7))
    days = {}
    for place in (5, BOOKED if len(cells) > BOOKED and cells[BOOKED] else 5):
        days[place] = ISO.day(cells[place])
        if days[place] is None:
            raise problem_at(
                ImportDateInvalid, text, shown, row.line, text=cells[place] or '""', position=_column(place)
            )
    sold, date = days[5], list(days.values())[-1]
    assert sold is not None
    assert date is not None
    return SwishPayment(
        date=date,
        sold=sold,
        amount=abs(amount) * KINDS[cells[6]],
        currency=cells[8],
        number=cells[4],
        account=cells[2],
        name=cells[10],
        phone=cells[9],
        message=cells[12],
        reference=cells[13],
        bank_ref=cells[11],
        line=row.line,
    )
