"""`[[source]]` of `unit.toml`: where files come from, what they feed, and where the other side of a line goes."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ledger.books.source_csv import CsvTable
from ledger.books.source_rules import RulePart, RuleTable
from ledger.books.source_takings import TakingsTable
from ledger.books.source_ubl import InvoicesTable
from ledger.books.tables import CURRENCY, SOURCE_NAME, Account, Table, Text

__all__ = ["RulePart", "RuleTable", "SourceTable"]

#: Of the countries that have M-Pesa: Kenya, Tanzania, Ghana, Mozambique, Congo, Lesotho, Egypt, Ethiopia.
MPESA_CURRENCIES = frozenset({"KES", "TZS", "GHS", "MZN", "CDF", "LSL", "EGP", "ETB"})
#: Formats of M-Pesa.
MOBILE = frozenset({"mpesa", "daraja"})
#: The tables of a source, and the formats that look at them.
USED_BY = {
    "csv": ("csv", "mpesa"),
    "takings": ("swish", "card", "till"),
    "invoices": ("ubl",),
    "rule": ("camt053", "mt940", "norma43", "csv", "mpesa", "daraja", "bgmax", "swish", "card", "ubl"),
}
#: What `[source.csv]` may say of M-Pesa statements, whose columns are known.
MPESA = frozenset({"dates", "order", "encoding"})


class SourceTable(Table):
    """`[[source]]`: where files come from and what they feed."""

    name: Annotated[str, Field(pattern=SOURCE_NAME)]  # folder below inbox/
    format: Literal[
        "camt053",
        "mt940",
        "norma43",
        "csv",
        "mpesa",
        "daraja",
        "bgmax",
        "swish",
        "card",
        "till",
        "ubl",
        "sie4",
        "meeting",
    ]
    account: Account | None = None  # the books' account of a bank source
    bank_account: Text | None = None  # IBAN or national number as the bank writes it
    currency: Annotated[str, Field(pattern=CURRENCY)] | None = None
    csv: CsvTable | None = None  # format csv: which bank's, or its columns
    takings: TakingsTable | None = None  # formats swish, card, till: columns and accounts
    invoices: InvoicesTable | None = None  # format ubl: direction and accounts
    rule: tuple[RuleTable, ...] = ()

    @field_validator(*USED_BY)
    @classmethod
    def _used(cls, value: Any, info: ValidationInfo) -> Any:
        """A table that the format never looks at would be a setting without effect."""
        table, chosen = str(info.field_name), info.data.get("format")
        if value and chosen is not None and chosen not in USED_BY[table]:
            raise ValueError(f"format {chosen} doesn't use it, but {', '.join(USED_BY[table])}")
        if table == "rule" and chosen == "ubl" and any(goal.decision for one in value for goal in (one, *one.split)):
            raise ValueError("rules of format ubl name no decision: write it below the invoice's voucher")
        if table == "csv" and chosen == "mpesa" and (lone := sorted(value.model_fields_set - MPESA)):
            raise ValueError(f"format mpesa doesn't use {lone[0]}, but {', '.join(sorted(MPESA))}")
        return value

    @model_validator(mode="after")
    def _code(self) -> Self:
        """Callbacks name a short code; one of another paybill's mustn't come into the books."""
        if self.format == "daraja" and not self.bank_account:
            raise ValueError("format daraja needs bank_account: the short code of the paybill or till")
        return self

    def kept_in(self, unit_currency: str) -> str:
        """The currency of its account: as it says, else the unit's; a wallet's, KES, if the unit's has no M-Pesa."""
        if self.format in MOBILE and unit_currency not in MPESA_CURRENCIES:
            unit_currency = "KES"
        return self.currency or unit_currency
