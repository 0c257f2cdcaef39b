"""Norma 43 statements (AEB/CECA, Serie normas y procedimientos bancarios n.º 43, edition of June 2012).

A file holds, for each account, its header, its movements with their texts, and its end; at last a record that counts
them all (importers/norma43/records.py has the layout). Everything that the records say of each other is checked. A
file that was cut off lacks its 88, so it never comes in: 88 can't be whole without its last digit.

A movement's day is its day of operation (fecha de operación), and lies in the account's period. Movements of 0.00
inform only: they count in 33, and are left out. Texts have no common form among banks: 23 is kept as it stands.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from importers.bank.letters import joined, lines_of
from importers.bank.model import BankLine, BankStatement
from importers.bank.problems import BankCountDiffers, BankCurrency
from importers.bank.statements import check_whole
from importers.norma43.account import iban
from importers.norma43.currencies import BY_NUMBER
from importers.norma43.problems import (
    Norma43Currency,
    Norma43CutOff,
    Norma43Order,
    Norma43Outside,
    Norma43Record,
    Norma43Records,
)
from importers.norma43.records import (
    CONCEPTS,
    CREDIT,
    DEBIT,
    LENGTH,
    MOST_TEXTS,
    NOTHING,
    OLD_YEARS,
    RECORDS,
    TAKEN_BACK,
    TEXT,
)
from importers.problems import ImportDateInvalid
from ledger.books.guard_bytes import clip
from ledger.messages import N_, say
from ledger.rules.rounding import in_units

LAST = N_("its last record (88)")


@dataclass(slots=True)
class _Movement:
    match: re.Match[str]
    line: int
    day: dt.date
    value_date: dt.date
    amount: Decimal
    texts: list[str] = field(default_factory=list)
    original: str = ""


@dataclass(slots=True)
class _Account:
    match: re.Match[str]
    line: int
    currency: str
    opening: Decimal
    first: dt.date
    last: dt.date
    movements: list[_Movement] = field(default_factory=list)

    @property
    def iban(self) -> str:
        return iban(self.match["bank"], self.match["branch"], self.match["account"])


def read_norma43(text: str, shown: str = "<norma43>") -> tuple[BankStatement, ...]:
    """Every account's statement of a file.

    Args:
        text: its letters.
        shown: its name in problems.

    Raises:
        Norma43Record, Norma43Order, Norma43CutOff, Norma43Records, Norma43Outside, Norma43Currency, ImportDateInvalid,
        BankCurrency, BankCountDiffers, BankBalanceDiffers: with the line.
    """
    return _Reader(shown).read(text)


class _Reader:
    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.statements: list[BankStatement] = []
        self.account: _Account | None = None
        self.count = 0
        self.ended = False
        self.row = ""
        self.line = 0

    def read(self, text: str) -> tuple[BankStatement, ...]:
        rows = lines_of(text)
        for self.line, row in rows:
            self.row = row.rstrip(" \x00\x1a")
            if not self.row:
                continue
            try:
                self.record()
            except (Norma43Record, Norma43Order):
                if self.ended or len(self.row) >= LENGTH or next(rows, None) is not None:
                    raise
                raise Norma43CutOff(
                    file=self.shown, line=self.line, excerpt=clip(self.row), missing=say(LAST)
                ) from None
        if self.account is not None or not self.ended:
            missing = N_("the record at an account's end (33)") if self.account is not None else LAST
            raise Norma43CutOff(file=self.shown, line=self.line, missing=say(missing))
        return tuple(self.statements)

    def record(self) -> None:
        code = self.row[:2]
        if self.ended or code not in RECORDS:
            raise self.order(N_("the file ended before it") if self.ended else N_("there is no such record"))
        if len(self.row) > LENGTH:
            raise self.bad(N_("it has more than 80 characters"))
        match = RECORDS[code].fullmatch(self.row.ljust(LENGTH))
        if match is None:
            raise self.bad(N_("a number, a date or a sign is missing or at another place"))
        self.count += code not in {"00", "88"}
        {
            "00": self.head,
            "11": self.begin,
            "22": self.movement,
            "23": self.texts,
            "24": self.equivalence,
            "33": self.end,
            "88": self.finish,
        }[code](match)

    def order(self, reason: str) -> Norma43Order:
        found = clip(self.row[:2])
        return Norma43Order(file=self.shown, line=self.line, excerpt=clip(self.row), found=found, reason=say(reason))

    def bad(self, reason: str) -> Norma43Record:
        return Norma43Record(file=self.shown, line=self.line, excerpt=clip(self.row), reason=say(reason))

    def open_account(self) -> _Account:
        if self.account is None:
            raise self.order(N_("no account was begun"))
        return self.account

    def head(self, match: re.Match[str]) -> None:
        del match
        if self.count or self.statements:
            raise self.order(N_("it stands before all others"))

    def begin(self, match: re.Match[str]) -> None:
        if self.account is not None:
            raise self.order(N_("the account before it has no end"))
        currency = self.currency(match["currency"])
        first, last = self.day(match["first"]), self.day(match["last"])
        if last < first:
            raise self.bad(N_("its period ends before it begins"))
        opening = self.money(match, currency)
        self.account = _Account(match, self.line, currency, opening, first, last)

    def movement(self, match: re.Match[str]) -> None:
        account = self.open_account()
        day = self.day(match["day"])
        if not account.first <= day <= account.last:
            raise Norma43Outside(file=self.shown, line=self.line, date=day, first=account.first, last=account.last)
        value_date = self.day(match["value"])
        account.movements.append(_Movement(match, self.line, day, value_date, self.money(match, account.currency)))

    def texts(self, match: re.Match[str]) -> None:
        movements = self.open_account().movements
        if not movements:
            raise self.order(N_("no movement stands before it"))
        movements[-1].texts += [match["text"], match["more"]]
        if len(movements[-1].texts) > 2 * MOST_TEXTS:
            raise self.order(N_("more texts than a movement has"))

    def equivalence(self, match: re.Match[str]) -> None:
        movements = self.open_account().movements
        if not movements or movements[-1].original:
            raise self.order(N_("no movement stands before it"))
        currency = self.currency(match["currency"])
        movements[-1].original = f"{_decimal(match['amount'], currency)} {currency}"

    def end(self, match: re.Match[str]) -> None:
        account = self.open_account()
        head = account.match
        if match["number"] != head["bank"] + head["branch"] + head["account"]:
            raise self.order(N_("it ends another account than the one begun"))
        if match["currency"] != head["currency"]:
            raise BankCurrency(
                file=self.shown,
                line=self.line,
                position=say(N_("Record {record}"), record="33"),
                currency=self.currency(match["currency"]),
                account=account.iban,
                expected=account.currency,
            )
        self.totals(account, match)
        closing = self.money(match, account.currency)
        self.statements.append(_statement(account, closing, self.shown))
        self.account = None

    def totals(self, account: _Account, match: re.Match[str]) -> None:
        """33 counts and sums debits and credits; a movement of 0.00 is counted by its side."""
        for side, count, total, entries, sums in (
            (DEBIT, match["debits"], match["debit"], N_("entries out"), N_("a sum out of")),
            (CREDIT, match["credits"], match["credit"], N_("entries in"), N_("a sum in of")),
        ):
            some = [m for m in account.movements if m.match["side"] == side]
            found = abs(sum((m.amount for m in some), Decimal(0)))
            for what, declared, there in (
                (entries, int(count), len(some)),
                (sums, _decimal(total, account.currency), found),
            ):
                if declared != there:
                    raise BankCountDiffers(
                        file=self.shown,
                        line=self.line,
                        statement=f"{account.first} - {account.last}",
                        account=account.iban,
                        what=say(what),
                        declared=declared,
                        found=there,
                    )

    def finish(self, match: re.Match[str]) -> None:
        if self.account is not None:
            raise self.order(N_("the account before it has no end"))
        if int(match["count"]) != self.count:
            raise Norma43Records(file=self.shown, line=self.line, declared=int(match["count"]), found=self.count)
        if not self.statements:
            raise self.order(N_("no account was begun"))
        self.ended = True

    def currency(self, number: str) -> str:
        if number not in BY_NUMBER:
            raise Norma43Currency(file=self.shown, line=self.line, excerpt=clip(self.row), number=number)
        return BY_NUMBER[number]

    def day(self, text: str) -> dt.date:
        found = _date(text)
        if found is None:
            raise ImportDateInvalid(
                file=self.shown,
                line=self.line,
                excerpt=clip(self.row),
                text=text,
                position=say(N_("Record {record}"), record=self.row[:2]),
            )
        return found

    def money(self, match: re.Match[str], currency: str) -> Decimal:
        number = _decimal(match["amount"], currency)
        if number and match["side"] not in {DEBIT, CREDIT}:
            raise self.bad(N_("an amount is neither debit nor credit"))
        return -number if match["side"] == DEBIT else number


def _statement(account: _Account, closing: Decimal, shown: str) -> BankStatement:
    return check_whole(
        BankStatement(
            id=f"{account.first} - {account.last}",
            account=account.iban,
            currency=account.currency,
            lines=tuple(_bank_line(m) for m in account.movements if m.amount),
            opening=account.opening,
            closing=closing,
            first_day=account.first,
            last_day=account.last,
            line=account.line,
        ),
        shown,
    )


def _bank_line(movement: _Movement) -> BankLine:
    match = movement.match
    first, second, document = (_filled(match[name]) for name in ("first", "second", "document"))
    return BankLine(
        date=movement.day,
        amount=movement.amount,
        text=joined(movement.texts, TEXT) or CONCEPTS.get(match["concept"], ""),
        bank_ref=document,
        value_date=movement.value_date,
        reversal=match["concept"] == TAKEN_BACK,
        position="22",
        line=movement.line,
        reference=second or first.lstrip("0"),
        extra=(("original-amount", movement.original),) if movement.original else (),
    )


def _filled(text: str) -> str:
    """What stands in a field; nothing where it was filled with zeros or blanks."""
    return "" if NOTHING.fullmatch(text.strip()) else " ".join(text.split())


def _decimal(digits: str, currency: str) -> Decimal:
    """An amount: two decimals, in whole units of its currency where it is."""
    return in_units(Decimal(digits).scaleb(-2), currency)


@lru_cache(maxsize=4096)
def _date(text: str) -> dt.date | None:
    """YYMMDD."""
    year = int(text[:2])
    try:
        return dt.date(year + (1900 if year >= OLD_YEARS else 2000), int(text[2:4]), int(text[4:]))
    except ValueError:
        return None
