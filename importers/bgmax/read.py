"""Reading BgMax (Bankgirot, "Bankgiro Inbetalningar, teknisk manual"): records of 80 characters, one a line.

A file holds sections (05 ... 15), each the payments (20) and deductions (21) of one bankgiro number that the bank pays
in as one deposit; 22 and 23 name further references of the payment before them, 25-29 its text, payer's name, address
and organisation number. Amounts are in the currency's hundredths.

- What further references amount to is never added to the payment: where it sums to the payment it says how the
  payment is split, and else nothing.
- Every sum and count that the file gives is checked: payments - deductions = deposit and their number (15), the
  numbers of all records (70). A file without its end record was cut off.
- Trailing blanks may be missing, letters may be those of a code page or UTF-8, tabs may stand for blanks. Records that
  the layout doesn't know are passed over, as it demands.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Final, NoReturn

from importers.bank.letters import bank_text
from importers.bgmax.model import Extra, Received
from importers.bgmax.problems import BgMaxCount, BgMaxCutOff, BgMaxOrder, BgMaxOtherFile, BgMaxRecord, BgMaxTestFile
from importers.clearing.model import Deposit
from importers.clearing.problems import DepositSum
from importers.letters import head_text
from importers.problems import ImportAmountInvalid, ImportDateInvalid, ImportFileEmpty
from ledger.messages import N_, say

WIDTH: Final = 80
DIGITS = re.compile(r"[0-9]+", re.ASCII)
AMOUNT = re.compile(r" *0*[0-9]{1,15}", re.ASCII)
DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
CURRENCIES: Final = frozenset({"SEK", "EUR"})
#: Records whose columns count: nothing may stand beyond them.
FIXED: Final = frozenset({"01", "05", "15", "20", "21", "22", "23", "70"})
#: Bankgirot's other files begin so; the first record says what they are.
OTHERS: Final = (
    (re.compile(r"11.{16}LEVERANT.{0,3}RSBETALNINGAR"), N_("payments to suppliers (LB)")),
    (re.compile(r"01.{8}AUTOGIRO|01AUTOGIRO"), N_("direct debits (Autogiro)")),
    (re.compile(r"01.{8}L.{0,3}N(ER)? "), N_("wages (Löner)")),
)


def looks_like_bgmax(head: bytes) -> bool:
    """Whether a file's beginning may be that of a BgMax file, or of another of Bankgirot's files."""
    return any(
        line.startswith("01BGMAX") or re.match(r"05[0-9]{10}", line) or _product(line)
        for line in head_text(head).split("\n")[:20]
    )


def _product(line: str) -> str | None:
    return next((name for pattern, name in OTHERS if pattern.match(line)), None)


def read_bgmax(data: bytes, name: str = "<bgmax>") -> tuple[Deposit, ...]:
    """Every deposit of a file.

    Args:
        data: its bytes.
        name: the file's name in problems.

    Raises:
        BankLetters, BankTooLong, ImportFileEmpty, BgMaxTestFile, BgMaxOtherFile, BgMaxRecord, BgMaxOrder, BgMaxCutOff,
        BgMaxCount, DepositSum, ImportAmountInvalid, ImportDateInvalid: with the line.
    """
    lines = bank_text(data, name).split("\n")
    for number, line in enumerate(lines[:20], 1):
        if product := _product(line):
            raise BgMaxOtherFile(file=name, line=number, product=say(product))
    reader = _Reader(name)
    for number, raw in enumerate(lines, 1):
        line = raw.expandtabs(8).rstrip() if "\t" in raw else raw.rstrip()
        if line:
            reader.take(number, line)
    return reader.result()


class _Reader:
    """The records of one file, in their order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.line = 0
        self.text = ""
        self.counts: Counter[str] = Counter()
        self.deposits: list[Deposit] = []
        self.section: tuple[str, str, str] | None = None  # bankgiro, plusgiro, currency
        self.payments: list[Received] = []
        self.ended = False
        self.handlers: dict[str, Callable[[], None]] = {
            "05": self.opening,
            "15": self.deposit,
            "20": lambda: self.payment(1),
            "21": lambda: self.payment(-1),
            "22": lambda: self.further(1),
            "23": lambda: self.further(-1),
            "25": lambda: self.last().texts.append(self.text[2:52].strip()),
            "26": lambda: self.last().names.extend((self.text[2:37].strip(), self.text[37:72].strip())),
            "27": self.detail,
            "28": self.detail,
            "29": self.organisation,
            "70": self.end,
        }

    # what stands in the columns of the layout (counted from 1, as its manual does)

    def column(self, first: int, last: int) -> str:
        return self.text[first - 1 : last]

    def wrong(self, what: str, text: str) -> NoReturn:
        raise BgMaxRecord(
            file=self.name, line=self.line, record=self.text[:2], what=say(what), text=text.strip() or "-"
        )

    def disorder(self, what: str) -> NoReturn:
        raise BgMaxOrder(file=self.name, line=self.line, record=self.text[:2], what=say(what))

    def amount(self, first: int, *, blank: bool = False) -> Decimal:
        text = self.column(first, first + 17)
        if blank and not text.strip():
            return Decimal(0)
        if len(text) != 18 or not AMOUNT.fullmatch(text):
            position = say(
                N_("record {record}, columns {first}-{last}"), record=self.text[:2], first=first, last=first + 17
            )
            raise ImportAmountInvalid(file=self.name, line=self.line, text=text.strip() or "-", position=position)
        return Decimal(int(text)).scaleb(-2)

    def count(self, first: int) -> int:
        text = self.column(first, first + 7)
        if len(text) != 8 or not DIGITS.fullmatch(text):
            self.wrong(N_("a count"), text)
        return int(text)

    def number(self, first: int, last: int) -> str:
        text = self.column(first, last).strip()
        if text and not DIGITS.fullmatch(text):
            self.wrong(N_("a number"), text)
        return text.lstrip("0")

    def currency(self, first: int) -> str:
        text = self.column(first, first + 2)
        if text not in CURRENCIES:
            self.wrong(N_("the currency"), text)
        return text

    def day(self) -> dt.date:
        text = self.column(38, 45)
        match = DATE.fullmatch(text)
        try:
            if match:
                return dt.date(*map(int, match.groups()))
        except ValueError:
            pass
        position = say(N_("record {record}, columns {first}-{last}"), record="15", first=38, last=45)
        raise ImportDateInvalid(file=self.name, line=self.line, text=text.strip() or "-", position=position)

    # records

    def take(self, line: int, text: str) -> None:
        """The next line that isn't blank."""
        self.line, self.text = line, text
        record = text[:2]
        if not self.counts and record != "01":
            self.disorder(N_("the file doesn't begin with its start record (01)"))
        if self.ended:
            self.disorder(N_("it follows the end record (70)"))
        if not re.fullmatch(r"[0-9]{2}", record, re.ASCII):
            self.wrong(N_("the record's code"), record)
        if record in FIXED and len(text) > WIDTH:
            self.wrong(N_("what stands beyond column 80"), text[WIDTH:])
        if record == "01":
            self.start()
        elif record in self.handlers:
            self.handlers[record]()
        self.counts[record] += 1

    def start(self) -> None:
        if self.counts:
            self.disorder(N_("the file has begun already"))
        if self.column(3, 22).strip() != "BGMAX":
            self.wrong(N_("the layout's name"), self.column(3, 22))
        if self.column(23, 24) != "01":
            self.wrong(N_("the layout's version"), self.column(23, 24))
        mark = self.column(45, 45)
        if mark == "T":
            raise BgMaxTestFile(file=self.name, line=self.line)
        if mark not in {"P", " ", ""}:
            self.wrong(N_("the mark for test or production"), mark)

    def opening(self) -> None:
        if self.section:
            self.disorder(N_("the section before has no deposit record (15)"))
        self.section = (self.number(3, 12), self.number(13, 22), self.currency(23))
        if not any(self.section[:2]):
            self.wrong(N_("the bankgiro number"), self.column(3, 22))

    def payment(self, sign: int) -> None:
        if not self.section:
            self.disorder(N_("it belongs to no section (05)"))
        self.payments.append(
            Received(
                amount=sign * self.amount(38),
                bankgiro=self.number(3, 12),
                reference=self.column(13, 37).strip(),
                code=self.column(56, 56),
                serial=self.column(58, 69).strip(),
                image=self.column(70, 70) == "1",
            )
        )

    def last(self) -> Received:
        if not self.payments:
            self.disorder(N_("it belongs to no payment (20, 21)"))
        return self.payments[-1]

    def further(self, sign: int) -> None:
        payment = self.last()
        amount = sign * self.amount(38, blank=True)
        payment.extras.append(Extra(self.column(13, 37).strip(), self.column(56, 56), amount))

    def detail(self) -> None:
        """The payer's address: it stays in the archived file."""
        self.last()

    def organisation(self) -> None:
        self.last().organisation = self.column(3, 14).strip()

    def deposit(self) -> None:
        if not self.section:
            self.disorder(N_("it belongs to no section (05)"))
        bankgiro, plusgiro, currency = self.section
        amount, serial, day = self.amount(51), self.column(46, 50).strip(), self.day()
        if self.currency(69) != currency:
            self.wrong(N_("the currency"), self.column(69, 71))
        if not serial:
            self.wrong(N_("the serial number"), serial)
        self.check_count(N_("payments and deductions"), self.count(72), len(self.payments))
        gross = sum((p.amount for p in self.payments), Decimal(0))
        if gross != amount:
            raise DepositSum(
                file=self.name,
                line=self.line,
                serial=serial,
                date=day,
                gross=gross,
                fees=Decimal(0),
                computed=gross,
                amount=amount,
                difference=amount - gross,
                currency=currency,
            )
        self.deposits.append(
            Deposit(
                numbers=(bankgiro, plusgiro, self.column(3, 37).strip().lstrip("0")),
                serial=serial,
                date=day,
                amount=amount,
                currency=currency,
                payments=tuple(one for payment in self.payments for one in payment.payments()),
                reference=serial,
                text=say(N_("Bankgiro {number}, deposit {serial}"), number=bankgiro or plusgiro, serial=serial),
                position=say(N_("deposit {serial}"), serial=serial),
                line=self.line,
            )
        )
        self.section, self.payments = None, []

    def check_count(self, what: str, declared: int, found: int) -> None:
        if declared != found:
            raise BgMaxCount(
                file=self.name, line=self.line, record=self.text[:2], what=say(what), declared=declared, found=found
            )

    def end(self) -> None:
        if self.section:
            self.disorder(N_("the section before has no deposit record (15)"))
        held = self.counts
        self.check_count(N_("payments (20)"), self.count(3), held["20"])
        self.check_count(N_("deductions (21)"), self.count(11), held["21"])
        self.check_count(N_("further references (22, 23)"), self.count(19), held["22"] + held["23"])
        self.check_count(N_("deposits (15)"), self.count(27), held["15"])
        self.ended = True

    def result(self) -> tuple[Deposit, ...]:
        if not self.counts:
            raise ImportFileEmpty(file=self.name)
        if not self.ended:
            raise BgMaxCutOff(file=self.name, line=self.line)
        return tuple(self.deposits)
