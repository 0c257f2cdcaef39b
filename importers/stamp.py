"""Who brought an entry into the book, and when (BFL 5 kap. 6-7 §): said where entries are written, not read.

So importers stay pure: the same file gives the same entries whoever imports it, and whenever. What a file itself tells
of a voucher's registration is kept; a voucher that comes with its number was registered in the program that gave it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from beancount.core import data

REGISTERED, BY, VOUCHER, IDENTITY = "registered", "by", "voucher", "source-id"


def stamped(entry: data.Directive, day: dt.date, by: str) -> data.Directive:
    """A transaction with `registered` and `by`, where it doesn't say them yet; any other directive as it is.

    Args:
        entry: as an importer made it.
        day: on which it is entered.
        by: who enters it.
    """
    if not isinstance(entry, data.Transaction) or entry.meta.keys() >= {VOUCHER, IDENTITY}:
        return entry
    added: dict[str, Any] = {REGISTERED: day, BY: by}
    added |= {key: entry.meta[key] for key in added if key in entry.meta}
    rest = {key: value for key, value in entry.meta.items() if key not in added}
    keys = list(rest)
    place = keys.index(IDENTITY) if IDENTITY in rest else len(keys)
    meta = {key: rest[key] for key in keys[:place]} | added | {key: rest[key] for key in keys[place:]}
    return entry._replace(meta=meta)
