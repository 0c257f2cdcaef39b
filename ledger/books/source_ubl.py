"""`[source.invoices]`: which way a source's electronic invoices go, and where their sales and purchases are booked."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from ledger.books.tables import Table

#: A VAT rate in per cent, a VAT category of EN 16931, or sales to other units.
SALES_KEY = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?|E|Z|O|AE|K|G|internal", re.ASCII)


def _pairs(value: Any) -> Any:
    """A table as pairs: settings can be compared and hashed."""
    if not isinstance(value, dict):
        return value
    wrong = next((key for key in value if not SALES_KEY.fullmatch(key)), None)
    if wrong is not None:
        raise ValueError(f"{wrong} is no VAT rate such as 25, no VAT category (E, Z, O, AE, K, G) and not internal")
    return tuple(value.items())


class InvoicesTable(Table):
    """`[source.invoices]` of a source with `format = "ubl"`."""

    direction: Literal["sales", "purchases"] | None = None  # which side this unit is; default: told by the invoice
    sales: Annotated[tuple[tuple[str, str], ...], BeforeValidator(_pairs)] = ()  # income accounts by rate or category
    purchases: str | None = None  # the cost account where neither invoice nor rule names one
