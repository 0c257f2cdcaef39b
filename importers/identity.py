"""When two lines are one line: a key of what was paid, counted per account and day (SPEC 11).

A bank's own ids change between pending and booked, are used again, or are missing. So a line is known by what it says:
account, booking date, amount, currency, counterparty and text. Two equal real payments of a day are told apart by
counting: the first is number 1, the second number 2. A day that is downloaded again gives the same keys.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ledger.rules.names import folded

__all__ = ["DIGITS", "LineKey", "account_number", "digest", "folded", "numbered"]

DIGITS = 20


def digest(*parts: object) -> str:
    """A short stable key of some parts; parts can't run into each other."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:DIGITS]


@lru_cache(maxsize=10_000)
def account_number(text: str) -> str:
    """A bank account's number as its letters and digits."""
    return "".join(c for c in text.upper() if c.isalnum())


@dataclass(frozen=True, slots=True)
class LineKey:
    """What a line says, without its number among equal lines."""

    account: str
    date: dt.date
    amount: Decimal
    currency: str
    text: str

    def id(self, ordinal: int) -> str:
        """The `source-id` of the `ordinal`-th of such lines on its day."""
        amount = f"{self.amount.normalize():f}"
        return "bank-" + digest(self.account, self.date, amount, self.currency, self.text, ordinal)


def numbered(keys: Iterable[LineKey], before: Counter[LineKey] | None = None) -> list[str]:
    """The ids of lines in their order; `before` says how many equal ones stand before them already."""
    seen: Counter[LineKey] = Counter(before or {})
    ids = []
    for key in keys:
        seen[key] += 1
        ids.append(key.id(seen[key]))
    return ids
