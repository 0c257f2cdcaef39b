"""`[source.takings]`: the columns and accounts of till reports, card settlements and Swish reports."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.books.source_csv import DAY_FORMS, Column
from ledger.books.source_rules import Rate
from ledger.books.tables import Account, Number, Table, Text, Truth

#: What becomes of a row of a card settlement, by what its `type` column says.
Words = tuple[Text, ...]


class TakingsColumns(Table):
    """`[source.takings.columns]`: where a row says what. Which of them are needed, the format says."""

    date: Column | None = None  # when the bank books it (swish, card); the day of the report (till)
    sold: Column | None = None  # when it was sold or paid, where that is another day
    number: Column | None = None  # whose it is: Swish or merchant number; the Z report's number (till)
    batch: Column | None = None  # the id of the payout or batch
    currency: Column | None = None
    # swish, card
    amount: Column | None = None  # of a payment, before fees
    fee: Column | None = None  # of a payment or payout
    net: Column | None = None  # amount less fee
    total: Column | None = None  # what the payout comes to, on each of its rows
    type: Column | None = None  # sale, refund, chargeback, fee ...
    name: Column | None = None  # the payer
    phone: Column | None = None  # the payer's number; it is never kept in full
    message: Column | None = None
    reference: Column | None = None  # order or invoice number
    bank_ref: Column | None = None
    # till
    till: Column | None = None  # which till
    sales: Column | None = None  # all sales, VAT included: checked
    opening: Column | None = None  # change that the drawer began with
    counted: Column | None = None  # cash in the drawer at the end, before anything is taken to the bank
    difference: Column | None = None  # counted less what should be there
    banked: Column | None = None  # cash taken to the bank
    bag: Column | None = None  # its bag's or slip's number
    item: Column | None = None  # long form: what the row is about; `amount` is how much


class TillSale(Table):
    """`[[source.takings.sale]]`: sales of one VAT rate, or what else a till takes money for."""

    vat: Rate | Literal["0"]  # in per cent
    gross: Column | None = None  # with VAT
    net: Column | None = None  # without
    vat_amount: Column | None = None  # the till's own figure: checked
    account: Account | None = None  # else the chart's account for sales at this rate
    minus: Truth = False  # the columns hold what is taken off: returns written without sign

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.gross is None and self.net is None:
            raise ValueError("a sale needs the column gross, or net")
        if self.vat == "0" and self.vat_amount is not None:
            raise ValueError("vat_amount goes with a rate of VAT")
        return self


class TillPayment(Table):
    """`[[source.takings.payment]]`: how customers paid."""

    column: Column
    means: Literal["cash", "card", "swish", "invoice", "other"]
    account: Account | None = None  # else the chart's account for it; `other` needs one
    minus: Truth = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.means == "other" and self.account is None:
            raise ValueError("means other needs an account")
        return self


class TakingsTypes(Table):
    """`[source.takings.types]`: what the column `type` says of a row, any case; other words are refused."""

    sale: Words = ()
    refund: Words = ()
    chargeback: Words = ()
    fee: Words = ()
    payout: Words = ()  # what the bank gets: checked
    skip: Words = ()  # rows that are no part of a payout


class TakingsTable(Table):
    """`[source.takings]` of a source with format `swish`, `card` or `till`."""

    columns: TakingsColumns | None = None  # swish: only for a bank that isn't known
    types: TakingsTypes = TakingsTypes()
    sale: tuple[TillSale, ...] = ()
    payment: tuple[TillPayment, ...] = ()
    encoding: Literal["utf-8", "cp1252", "latin-1", "utf-16"] | None = None  # else what the bytes show
    delimiter: Literal[";", ",", "|", "tab"] | None = None  # else what the header shows
    decimal: Literal[".", ","] | None = None  # else what the amounts show
    thousands: Literal["none", "space", "apostrophe", ".", ","] | None = None
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    ended: Truth = True  # false: no line end after the last row
    deposits: Literal["batch", "day", "payment"] | None = None  # what the bank books in one sum (swish)
    in_till: Truth | None = None  # false: no till of the unit books these takings, too
    till_account: Account | None = None  # where it does; else found from the unit's till sources
    fee_account: Account | None = None  # instead of the chart's account for card fees
    fee_vat: Rate | None = None  # fees hold this VAT
    fee_minus: Truth = False  # fees are written as negative numbers
    vat_tolerance: Annotated[Number, Field(ge=0)] | None = None  # how far the till's VAT may differ; else a unit

    @model_validator(mode="after")
    def _works(self) -> Self:
        if wrong := next((form for form in self.dates if not DAY_FORMS.fullmatch(form)), None):
            raise ValueError(f"{wrong} is no form of a date such as %Y-%m-%d or %d.%m.%Y")
        if not self.dates:
            raise ValueError("dates needs a form such as %Y-%m-%d")
        if self.decimal is not None and self.decimal == self.thousands:
            raise ValueError("decimal and thousands need different signs")
        if self.in_till is False and self.till_account is not None:
            raise ValueError("till_account goes with takings that a till books, too")
        words = [word.casefold() for group in self.types.model_dump().values() for word in group]
        if len(set(words)) < len(words):
            raise ValueError("a word of types stands for one kind of row")
        return self
