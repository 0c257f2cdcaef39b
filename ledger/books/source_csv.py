"""`[source.csv]`: the columns of a bank's CSV file."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from ledger.books.tables import Table, Text, Truth


def _column(value: Any) -> int | str:
    if isinstance(value, str) and 0 < len(value.strip()) <= 80 and value.isprintable():
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 200:
        return value
    raise ValueError("a column is its name in the header, or its number from 1")


def _several(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


#: A column: its name in the header in any case, or its number from 1.
Column: TypeAlias = Annotated[int | str, PlainValidator(_column)]
#: One column, or several whose texts follow on each other.
Columns: TypeAlias = Annotated[tuple[Column, ...], BeforeValidator(_several)]

DAY_FORMS = re.compile(r"%Y([-/.]?)%m\1%d|%d([-/.])%m\2%[Yy]|%m([-/.])%d\3%[Yy]")


class CsvColumns(Table):
    """`[source.csv.columns]`: where a row says what."""

    date: Column  # the bank's booking day
    value_date: Column | None = None
    amount: Column | None = None  # money out is negative
    money_in: Column | None = None  # or: two columns, one of them filled
    money_out: Column | None = None
    direction: Column | None = None  # beside an amount without sign: says which way the money went
    balance: Column | None = None  # after the row
    text: Columns = ()
    counterparty: Column | None = None
    counterparty_account: Column | None = None
    sender: Column | None = None  # or: the payer's account (the counterparty's where money comes in)
    recipient: Column | None = None  # and the payee's (the counterparty's where money goes out)
    reference: Column | None = None  # structured: OCR or invoice number
    bank_ref: Column | None = None
    currency: Column | None = None
    account: Columns = ()  # the account itself, such as clearing and number
    note: Column | None = None  # the holder's own note at the bank, which may change: no part of what is paid
    type: Column | None = None
    row_number: Column | None = None  # from 1 without a gap: shows that rows are missing

    @model_validator(mode="after")
    def _amounts(self) -> CsvColumns:
        split = self.money_in is not None and self.money_out is not None
        if (self.amount is not None) == split or (self.money_in is None) != (self.money_out is None):
            raise ValueError("either amount, or both money_in and money_out, are needed")
        if self.direction is not None and self.amount is None:
            raise ValueError("direction stands beside an amount")
        return self

    def all(self) -> list[int | str]:
        """Every column that is named."""
        found: list[int | str] = []
        for value in self.model_dump().values():
            found += value if isinstance(value, tuple) else [value] * (value is not None)
        return found


class CsvTable(Table):
    """`[source.csv]` of a source with `format = "csv"`: one of the banks that are known, or the columns of another.

    A source with `format = "mpesa"` may say `dates`, `order` and `encoding` here.
    """

    bank: Literal["handelsbanken", "nordea", "seb", "swedbank"] | None = None  # no other bank's files are taken
    columns: CsvColumns | None = None
    encoding: Literal["utf-8", "cp1252", "latin-1", "utf-16"] | None = None  # else what the bytes show
    delimiter: Literal[";", ",", "|", "tab"] | None = None  # else what the header shows
    decimal: Literal[".", ","] | None = None  # else what the amounts show
    thousands: Literal["none", "space", "apostrophe", ".", ","] | None = None
    dates: tuple[str, ...] = ()  # forms such as "%d.%m.%Y"; default "%Y-%m-%d"
    order: Literal["newest-first", "oldest-first"] | None = None  # else what dates and balances show
    header: Truth = True  # false: no row names the columns; they are numbers
    skip: Annotated[int, Field(ge=0, le=100)] = 0  # lines before the header, or before the first row
    skip_types: tuple[Text, ...] = ()  # rows whose type is one of these are not booked; `Prel*`: begins so
    out_words: tuple[Text, ...] = ()  # what direction says where money goes out
    reversed: Truth = False  # money out is positive
    period: Text | None = None  # the word above the header beside which its first and last day stand
    ended: Truth = True  # false: the bank writes no line end after the last row

    @model_validator(mode="after")
    def _whole(self) -> CsvTable:
        if wrong := next((form for form in self.dates if not DAY_FORMS.fullmatch(form)), None):
            raise ValueError(f"{wrong} is no form of a date such as %Y-%m-%d or %d.%m.%Y")
        if self.decimal is not None and self.decimal == self.thousands:
            raise ValueError("decimal and thousands need different signs")
        if self.bank is not None and self.columns is not None:
            raise ValueError("either bank or columns")
        if self.columns is None:
            lone = [key for key in ("skip", "skip_types", "out_words", "reversed", "period") if getattr(self, key)]
            if lone or not self.header:
                raise ValueError(f"{(lone or ['header'])[0]} goes with columns")
            return self
        if (self.columns.direction is None) != (not self.out_words):
            raise ValueError("direction and out_words go together")
        if (self.columns.type is None) != (not self.skip_types):
            raise ValueError("type and skip_types go together")
        if not self.header and self.period:
            raise ValueError("without a header, no period stands above it")
        if not self.header and (self.delimiter is None or any(isinstance(c, str) for c in self.columns.all())):
            raise ValueError("without a header, columns are numbers and delimiter is needed")
        return self
