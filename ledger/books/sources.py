"""`[[source]]` of `unit.toml`: where files come from, what they feed, and where the other side of a line goes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ledger.books.source_csv import CsvTable
from ledger.books.source_rules import RulePart, RuleTable
from ledger.books.source_takings import TakingsTable
from ledger.books.source_ubl import InvoicesTable
from ledger.books.tables import CURRENCY, SOURCE_NAME, Table

__all__ = ["RulePart", "RuleTable", "SourceTable"]


class SourceTable(Table):
    """`[[source]]`: where files come from and what they feed."""

    name: Annotated[str, Field(pattern=SOURCE_NAME)]  # folder below inbox/
    format: Literal["camt053", "mt940", "norma43", "csv", "mpesa", "bgmax", "swish", "card", "till", "ubl", "sie4"]
    account: str | None = None  # the books' account of a bank source
    bank_account: str | None = None  # IBAN or national number as the bank writes it
    currency: Annotated[str, Field(pattern=CURRENCY)] | None = None
    csv: CsvTable | None = None  # format csv: which bank's, or its columns
    takings: TakingsTable | None = None  # formats swish, card, till: columns and accounts
    invoices: InvoicesTable | None = None  # format ubl: direction and accounts
    rule: tuple[RuleTable, ...] = ()
