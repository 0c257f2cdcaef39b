"""`[source.invoices]`: which way a source's electronic invoices go, and where their sales and purchases are booked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ledger.books.tables import Table

#: A VAT rate in per cent, a VAT category of EN 16931, or sales to other units.
SALES_KEY = r"^([0-9]{1,2}(\.[0-9]{1,2})?|E|Z|O|AE|K|G|internal)$"


class InvoicesTable(Table):
    """`[source.invoices]` of a source with `format = "ubl"`."""

    direction: Literal["sales", "purchases"] | None = None  # which side this unit is; default: told by the invoice
    sales: dict[Annotated[str, Field(pattern=SALES_KEY)], str] = Field(default_factory=dict)  # income by rate, category
    purchases: str | None = None  # the cost account where neither invoice nor rule names one
