"""Shared services of the central: cost centres, and by what their cost is shared (research: cost of shared services).

Showback, not chargeback: the levy stays what it is, the allocation only tells what it paid for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Method = Literal["step-down", "reciprocal", "direct"]
#: Keys that the books have themselves.
FROM_BOOKS = ("turnover", "vouchers", "invoices", "members", "levy")


@dataclass(frozen=True, slots=True)
class CostCentre:
    """A service of the central.

    Attributes:
        name: `finance`; it is no unit's slug.
        title: as the assembly calls it.
        order: place in the step-down; services with the same one follow their names.
        key: by what it is shared, and with which weight: `{"vouchers": 60, "payslips": 40}`.
        decision: the decision that the key rests on.
    """

    name: str
    title: str
    order: int
    key: Mapping[str, Decimal]
    decision: str


@dataclass(frozen=True, slots=True)
class KeyValue:
    """How much of a key somebody used from a day on: a unit's slug, or a cost centre's name."""

    key: str
    user: str
    value: Decimal
    since: dt.date
    decision: str
