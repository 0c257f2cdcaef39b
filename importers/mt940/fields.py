"""Single fields of MT940: the balance (`:60:`, `:62:`) and the statement line (`:61:`).

`:61:` is value date, entry date (MMDD), mark, funds code, amount, type, the owner's reference, `//` the bank's, and a
line of text. It is taken apart by the library mt-940. What decides about money is read here first, by definitions of
our own, and both must agree: the library takes a 30 February for the last of the month, any digits of Unicode for
digits, and an entry date in December beside a value date in March for the coming December.

- Marks: C is money in, D money out; RC takes a credit back (money out), RD a debit (money in).
- The amount has a decimal comma, always; 15 characters.
- The booking day is the entry date, in the year in which it lies within the statement, else next to the value date.
  Banks leave it out where it is the value date. Such a line, valued outside its statement's days, was booked
  within them: the last of them stands for the booking day, or the first after the opening balance.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mt940 import models, tags
from mt940.options import Options

from importers.mt940.problems import Mt940Field
from importers.mt940.scan import Field
from importers.problems import ImportAmountInvalid, ImportDateInvalid
from ledger.books.guard_bytes import clip
from ledger.messages import N_, say
from ledger.rules.rounding import decimals, in_units

BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})([0-9]{1,14},[0-9]{0,4})", re.ASCII)
LINE = re.compile(
    r"([0-9]{6})([0-9]{4}|    )?(R?[CD])([A-Z])?([0-9]{1,14},[0-9]{0,4})([A-Z][A-Z0-9 ]{3})?(.*)", re.ASCII
)
AMOUNT_LENGTH = 15
MOST_DIGITS = 13
#: Two-digit years from here on are of the last century: currencies such as DEM are met in old files.
OLD_YEARS = 80
SIGN = {"C": 1, "D": -1, "RC": -1, "RD": 1}
#: The library's patterns; the second one takes an owner's reference of more than 16 characters before `//`.
USUAL = tags.Tags.STATEMENT.value
LONG = tags.StatementGLS()
OWNER_REFERENCE = 16
#: Money out is negative also where a credit is taken back: by itself the library gives that a plus.
CONTEXT = models.Transactions(options=Options.all())

# What the library can't read is told by a problem of ours, not by its log.
logging.getLogger("mt940").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance: positive is in favour of the account's holder."""

    amount: Decimal
    currency: str
    date: dt.date
    #: Whether the amount has all decimals of its currency, so that nothing of it can be missing.
    full: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A statement line. `entry` is month and day of booking."""

    amount: Decimal
    value_date: dt.date
    entry: tuple[int, int] | None
    reversal: bool
    kind: str
    owner_reference: str
    bank_reference: str
    text: str


def read_balance(field: Field, shown: str) -> Balance:
    """`:60F:`, `:60M:`, `:62F:` or `:62M:`.

    Raises:
        Mt940Field, ImportAmountInvalid, ImportDateInvalid: it can't be read.
    """
    match = BALANCE.fullmatch(field.text)
    if match is None:
        raise _unread(field, shown, N_("a balance is C or D, date, currency and amount with a decimal comma"))
    mark, day, currency, amount = match.groups()
    number = _amount(amount, currency, field, shown)
    full = len(amount.partition(",")[2]) >= decimals(currency)
    return Balance(SIGN[mark] * number, currency, _day(day, field, shown), full)


def read_line(field: Field, currency: str, shown: str) -> Line:
    """`:61:` with its further lines.

    Args:
        field: as scanned.
        currency: the statement's.
        shown: the file's name in problems.

    Raises:
        Mt940Field, ImportAmountInvalid, ImportDateInvalid: it can't be read.
    """
    match = LINE.fullmatch(field.text)
    if match is None:
        raise _unread(field, shown, N_("a line is dates, C or D, amount with a decimal comma, type and references"))
    day, entry, mark, funds, amount, kind, rest = match.groups()
    number = _amount(amount, currency, field, shown) * SIGN[mark]
    value_date = _day(day, field, shown)
    # The entry date's year is ours to find; the library would take it apart, too, and stumble over a 29 February.
    tag = LONG if rest.find("//") > OWNER_REFERENCE else USUAL
    parsed = _parsed(tag, f"{day}{field.text[match.start(3) :]}", field, shown)
    said = [parsed[key] for key in ("status", "funds_code", "id")]
    if parsed["amount"].amount != number or said != [mark, funds, kind]:
        raise _unread(field, shown, N_("it can be read in two ways"))
    owner, bank, beyond = (parsed[key] or "" for key in ("customer_reference", "bank_reference", "extra_details"))
    if "//" in rest:
        bank += beyond
    else:
        owner += beyond
    return Line(
        amount=number,
        value_date=value_date,
        entry=(int(entry[:2]), int(entry[2:])) if entry and entry.strip() else None,
        reversal=mark[0] == "R",
        kind=(kind or "").strip(),
        owner_reference=owner.strip(),
        bank_reference=bank.strip(),
        text=" ".join(" ".join(field.rows[1:]).split()),
    )


def _parsed(tag: tags.Statement, text: str, field: Field, shown: str) -> dict[str, Any]:
    """A statement line as the library takes it apart."""
    try:
        return tag(CONTEXT, tag.parse(CONTEXT, text))
    except (RuntimeError, ValueError, ArithmeticError):
        raise _unread(field, shown, N_("its parts can't be told apart")) from None


def booking_day(line: Line, opening: dt.date, closing: dt.date, field: Field, shown: str) -> dt.date:
    """The day on which a line was booked.

    Args:
        line: the statement line.
        opening: the day of its statement's opening balance.
        closing: the day of its closing balance.
        field: where it stands, for problems.
        shown: the file's name in problems.

    Raises:
        ImportDateInvalid: its entry date is no day.
    """
    if line.entry is None:
        if closing < opening:
            return line.value_date
        if line.value_date < opening:
            return min(opening + dt.timedelta(days=1), closing)
        return min(line.value_date, closing)
    years = range(line.value_date.year - 1, line.value_date.year + 2)
    days = [day for day in (_date(year, *line.entry) for year in years) if day is not None]
    if not days:
        text = f"{line.entry[0]:02d}{line.entry[1]:02d}"
        raise ImportDateInvalid(file=shown, line=field.line, text=text, position=f":{field.tag}:")
    within = [day for day in days if opening <= day <= closing]
    return min(within or days, key=lambda day: abs(day - line.value_date))


def _amount(text: str, currency: str, field: Field, shown: str) -> Decimal:
    """An amount in whole units of its currency where it is; a finer one as it stands, for the planner to refuse."""
    whole, _, part = text.partition(",")
    if len(text) > AMOUNT_LENGTH or len(whole) > MOST_DIGITS:
        raise ImportAmountInvalid(file=shown, line=field.line, text=text, position=f":{field.tag}:")
    return in_units(Decimal(f"{whole}.{part or 0}"), currency)


def _day(text: str, field: Field, shown: str) -> dt.date:
    year = int(text[:2])
    day = _date(year + (1900 if year >= OLD_YEARS else 2000), int(text[2:4]), int(text[4:]))
    if day is None:
        raise ImportDateInvalid(file=shown, line=field.line, text=text, position=f":{field.tag}:")
    return day


@lru_cache(maxsize=4096)
def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _unread(field: Field, shown: str, reason: str) -> Mt940Field:
    return Mt940Field(
        file=shown, line=field.line, excerpt=clip(f":{field.tag}:{field.text}"), tag=field.tag, reason=say(reason)
    )
