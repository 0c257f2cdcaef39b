"""Reading a bank's list of transactions: cells to lines, lines to one statement an account.

The balance beside a row is checked row by row (`importers.bank.chain`); from it come opening and closing. Rows that the
bank hasn't booked are left out, and come again once they are. What can't be seen is a file that was cut exactly between
two rows: its rows are all true, and its balances tie.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

from importers.bank.chain import InOut, Link, as_far_as_shown, chained, until
from importers.bank.model import BankLine, BankStatement
from importers.bank.problems import BankCurrency
from importers.bankcsv.layouts import Layout
from importers.bankcsv.row_numbers import NAMES, check_row_numbers
from importers.cells import Days, NumberStyle, decide_style
from importers.columns import Columns
from importers.problems import ImportAmountInvalid
from importers.problems_tables import TableHeader, TableNumbersMixed
from importers.tables import Header, Row, Table, check_end, folded_name, read_table
from ledger.messages import N_, say
from ledger.rules.rounding import decimals, in_units

ACCOUNT: Final = re.compile(r"^\s*\"?Kontonummer\"?\s*[;:,\t]\s*\"?([0-9][0-9 ,.-]{5,30})", re.MULTILINE)
PERIOD: Final = re.compile(r"Period\W{1,3}([0-9]{4}-[0-9]{2}-[0-9]{2})\W{0,5}([0-9]{4}-[0-9]{2}-[0-9]{2})")
MADE: Final = re.compile(r"Skapad\W{1,3}([0-9]{4}-[0-9]{2}-[0-9]{2})")
#: What may be a day, in any form that may be declared.
DAY: Final = re.compile(r"(?<![0-9])[0-9]{2,4}[-/.]?[0-9]{2}[-/.]?[0-9]{2,4}(?![0-9])")
CURRENCY: Final = re.compile(r"[A-Z]{3}")
ISO: Final = Days("%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: its statements, and how many rows were left out because they aren't booked."""

    statements: tuple[BankStatement, ...]
    left_out: int


def read_list(text: str, shown: str, layout: Layout, header: Header, currency: str) -> Read:
    """Every statement of a file.

    Args:
        text: its letters.
        shown: its name in problems.
        layout: how it is laid out, as `find_layout` found it.
        header: what names its columns, likewise.
        currency: of accounts whose rows name none.

    Raises:
        Problem: it is damaged, cut off, or a balance doesn't follow.
    """
    reader = _Reader(read_table(text, shown, header), layout, currency)
    if layout.ended:
        check_end(reader.table, reader.whole)
    return reader.read()


@dataclass
class _Account:
    number: str
    currency: str
    row: int
    links: list[Link] = field(default_factory=list)


class _Reader(Columns):
    """Turns cells into nouns, and names the place where one can't be."""

    def __init__(self, table: Table, layout: Layout, currency: str) -> None:
        self.table = table
        self.layout = layout
        self.currency = currency
        self.days = Days(*layout.days)
        self.columns = layout.columns
        self.accounts: dict[str, _Account] = {}
        self.left_out = 0
        self.types: dict[str, bool] = {}
        above = table.above if layout.swedish else ""
        self.number_above = "".join(re.findall(r"[0-9]", found[1])) if (found := ACCOUNT.search(above)) else ""
        self.period = tuple(ISO.day(text) for text in found.groups()) if (found := PERIOD.search(above)) else ()
        if layout.period:
            self.period = self.declared_period(layout.period)
        self.made = ISO.day(found[1]) if (found := MADE.search(above)) else None
        amounts = (self.columns.amount, self.columns.money_in, self.columns.money_out, self.columns.balance)
        self.account_places = [self.at(column) for column in self.columns.account]
        self.currency_place = self.at(self.columns.currency) if self.columns.currency is not None else None
        self.numeric = [self.at(column) for column in amounts if column is not None]
        self.style = layout.style or self.shown_style()

    def declared_period(self, word: str) -> tuple[dt.date, dt.date]:
        """The two days of the first line above the header that has a word.

        Raises:
            TableHeader: no line has it and two days.
        """
        for line in self.table.above.splitlines():
            if folded_name(word) in folded_name(line):
                days = [day for text in DAY.findall(line) if (day := self.days.day(text))]
                if len(days) == 2:
                    return min(days), max(days)
        reason = say(N_("no line above it has {name} and two days"), name=word)
        raise self.table.problem(TableHeader, self.table.header.line, reason=reason)

    def at(self, column: int | str) -> int:
        """A column's place in a row."""
        return column - 1 if isinstance(column, int) else self.table.header.names.index(folded_name(column))

    def shown_style(self) -> NumberStyle:
        """How the file writes amounts."""
        cells = [(r.line, r.cells[c]) for r in self.table.rows for c in self.numeric if not self.is_skipped(r)]
        if not self.layout.swedish:
            return decide_style(cells, self.table.shown, self.name(self.numeric[0]))
        sign = ""
        for line, text in cells:
            found = "," if "," in text else "." if "." in text else ""
            if found and sign and found != sign:
                raise self.table.problem(TableNumbersMixed, line, text=text)
            sign = sign or found
        return NumberStyle(sign or ",", " ")

    def whole(self, cell: str) -> bool:
        """Whether the file's last cell can't be the beginning of a longer one."""
        last = len(self.table.header.names) - 1
        if self.columns.currency is not None and last == self.at(self.columns.currency):
            return CURRENCY.fullmatch(cell) is not None
        return super().whole(cell)

    def is_skipped(self, row: Row) -> bool:
        """Whether a row isn't booked, by its type."""
        if self.columns.type is None:
            return False
        cell = row.cells[self.at(self.columns.type)][:200]
        if cell not in self.types:
            self.types[cell] = any(is_type(cell, wanted) for wanted in self.layout.skip_types)
        return self.types[cell]

    def read(self) -> Read:
        """All rows, one statement an account."""
        if (place := self.row_numbers()) is not None:
            check_row_numbers(self.table, place, lambda row: tuple(row.cells[p] for p in self.account_places))
        take = self.taker()
        for row in self.table.rows:
            take(row)
        if not self.accounts:
            self.accounts[""] = _Account(self.number_above, self.currency, self.table.header.line or 1)
        return Read(tuple(s for account in self.accounts.values() for s in self.statements(account)), self.left_out)

    def row_numbers(self) -> int | None:
        """The place of the column that numbers the rows: as declared; of a known bank, by its name."""
        if self.columns.row_number is not None:
            return self.at(self.columns.row_number)
        return self.table.column(*NAMES) if self.layout.swedish else None

    def amounts(self) -> Callable[[Row], Decimal]:
        """What gives a row's amount, money in positive."""
        columns = self.columns
        if columns.money_in is not None and columns.money_out is not None:
            return self.two_columns(self.at(columns.money_in), self.at(columns.money_out))
        assert columns.amount is not None
        place, sign = self.at(columns.amount), -1 if self.layout.reversed else 1
        direction = self.at(columns.direction) if columns.direction is not None else None
        out = {folded_name(word) for word in self.layout.out_words}

        def amount(row: Row) -> Decimal:
            found = self.number(row, place)
            if found is None or (direction is not None and found < 0):
                text = row.cells[place] or '""'
                raise self.table.problem(ImportAmountInvalid, row.line, text=text, position=self.name(place))
            if direction is not None and folded_name(row.cells[direction]) in out:
                return -found
            return found * sign

        return amount

    def two_columns(self, into: int, out: int) -> Callable[[Row], Decimal]:
        """What gives the amount of a row with a column for either way."""
        ways = InOut(self.table.problem)
        return lambda row: ways.amount(self.number(row, into), self.number(row, out), row.line, row.cells[out])

    def taker(self) -> Callable[[Row], None]:
        """What takes a row into its account."""
        columns, date, amount = self.columns, self.at(self.columns.date), self.amounts()
        balance = self.at(columns.balance) if columns.balance is not None else None
        line_of = self.lines()

        def take(row: Row) -> None:
            skipped = self.is_skipped(row)
            after = self.number(row, balance) if balance is not None else None
            if skipped:
                self.left_out += 1
                if after is None:
                    return
            moved, day = amount(row), self.day_in(row, date)
            line = None if skipped else line_of(row, day, moved)
            self.account(row).links.append(Link(row.line, day, moved, after, line))

        return take

    def lines(self) -> Callable[[Row, dt.date, Decimal], BankLine]:
        """What makes a bank line of a row."""
        columns, at = self.columns, self.at

        def getter(column: int | str | None) -> Callable[[Row], str]:
            if column is None:
                return lambda _: ""
            place = at(column)
            return lambda row: " ".join(row.cells[place].split())

        counterparty, reference, ref = (getter(c) for c in (columns.counterparty, columns.reference, columns.bank_ref))
        sender, recipient, own = (getter(c) for c in (columns.sender, columns.recipient, columns.counterparty_account))
        note, texts = getter(columns.note), [getter(column) for column in columns.text]
        value = at(columns.value_date) if columns.value_date is not None else None
        position = self.name(at(columns.date))

        def line(row: Row, day: dt.date, amount: Decimal) -> BankLine:
            other = counterparty(row)
            words = dict.fromkeys(text(row) for text in texts)
            noted = note(row)
            return BankLine(
                date=day,
                amount=amount,
                counterparty=other,
                text=" ".join(word for word in words if word and word != other),
                bank_ref=ref(row),
                value_date=self.day_in(row, value) if value is not None and row.cells[value].strip() else None,
                position=position,
                line=row.line,
                counterparty_account=own(row) or (sender(row) if amount > 0 else recipient(row)),
                reference=reference(row),
                extra=(("bank-note", noted),) if noted else (),
            )

        return line

    def account(self, row: Row) -> _Account:
        """The account that a row is of."""
        parts = tuple(row.cells[place] for place in self.account_places)
        number = account_of(parts) if parts else self.number_above
        place = self.currency_place
        currency = (row.cells[place].strip().upper() if place is not None else "") or self.currency
        found = self.accounts.setdefault(number, _Account(number, currency, row.line))
        if currency != found.currency or not CURRENCY.fullmatch(currency):
            expected = self.currency if currency == found.currency else found.currency
            raise self.table.problem(
                BankCurrency,
                row.line,
                position=f"row {row.line}",
                currency=currency,
                account=number or "?",
                expected=expected,
            )
        return found

    def statements(self, account: _Account) -> Iterable[BankStatement]:
        """An account's rows in their order; those of the day on which the list was made apart."""
        chain = chained(account.links, self.table.problem, declared=self.layout.order, usual=self.layout.usual)
        days = [line.date for line in chain.lines]
        first, last = self.period if len(self.period) == 2 else (None, None)
        if first is None or last is None or any(not first <= day <= last for day in days):
            first = last = None  # the period isn't one of booking days
        lines = chain.lines
        if decimals(account.currency) < 2:  # cells are read with two decimals; 100 CLP has none
            lines = tuple(replace(line, amount=in_units(line.amount, account.currency)) for line in lines)
        statement = BankStatement(
            id=f"{min(days)} – {max(days)}" if days else "",
            account=account.number,
            currency=account.currency,
            lines=lines,
            opening=None if chain.opening is None else in_units(chain.opening, account.currency),
            closing=None if chain.closing is None else in_units(chain.closing, account.currency),
            first_day=first,
            last_day=last,
            line=account.row,
        )
        statement = as_far_as_shown(statement, chain.order)
        return until(statement, self.made) if self.made else (statement,)


def is_type(cell: str, wanted: str) -> bool:
    """Whether a cell is a type, or begins with one that ends in `*`; `Prel *` is a word, `Prel*` also `Preliminär`."""
    if not wanted.endswith("*"):
        return folded_name(cell) == folded_name(wanted)
    whole_word = " " if wanted[:-1].endswith(" ") else ""
    return f"{folded_name(cell)} ".startswith(folded_name(wanted[:-1]) + whole_word)


@lru_cache(maxsize=64)
def account_of(parts: tuple[str, ...]) -> str:
    """An account's number of its cells; Swedbank's account numbers have ten digits beside a clearing number 8xxx-x."""
    plain = ["".join(c for c in part if c.isalnum()) for part in parts]
    if len(plain) == 2 and re.fullmatch("8[0-9]{4}", plain[0]):
        plain[1] = plain[1].zfill(10)
    return "-".join(part for part in plain if part)
