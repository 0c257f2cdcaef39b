"""Entries as the text that stands in a book: one plain form, so that the same input gives the same bytes.

Foreign texts (a bank's, another program's) may hold anything; in a book they hold no control or format characters, are
NFC, and have one line. What they mean stays; the source file itself is kept under `documents/`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.position import Cost

from importers.postings import TOTAL_PRICE
from ledger.books.guard_names import harmless, is_account_letter

#: Longest text of a field; the guard refuses lines of more than 2,000 characters.
LONGEST = 400
NUMBER_COLUMN = 64


@lru_cache(maxsize=1024)  # what a line says is cleaned for its payment, and again for its entry
def clean(text: str, longest: int = LONGEST) -> str:
    """A foreign text as one that may stand in a book; cut with an ellipsis where it is too long."""
    if not text.isprintable():  # nothing but the space of the categories C and Z is left out of a printable text
        text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    folded = harmless(plain) if "<" in plain else plain
    return folded if len(folded) <= longest else folded[: longest - 1] + "…"


def leaf(number: str, name: str) -> str:
    """`1510-Kundfordringar`: an account's number and name as a part of a Beancount account."""
    words = "".join(c if is_account_letter(c) else "-" for c in clean(name, 60)).strip("-")
    return re.sub(r"-+", "-", f"{number}-{words}").strip("-")


def quoted(text: str) -> str:
    """A string as Beancount reads it back."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def render(entry: data.Directive) -> str:
    """The lines of a directive that an importer made: transaction, balance, open.

    Metadata that begins with an underscore, and where the entry was read, stay out.
    """
    if isinstance(entry, data.Transaction):
        return _transaction(entry)
    if isinstance(entry, data.Balance):
        head = f"{entry.date} balance {entry.account}"
        return "\n".join([_aligned(head, entry.amount), *_meta(entry.meta, "  ")]) + "\n"
    if isinstance(entry, data.Open):
        currencies = f" {','.join(entry.currencies)}" if entry.currencies else ""
        return "\n".join([f"{entry.date} open {entry.account}{currencies}", *_meta(entry.meta, "  ")]) + "\n"
    raise TypeError(f"importers write no {type(entry).__name__}")


def _transaction(entry: data.Transaction) -> str:
    texts = [quoted(entry.payee)] if entry.payee else []
    texts.append(quoted(entry.narration or ""))
    flag = entry.flag or "*"
    tags = [f"#{tag}" for tag in sorted(entry.tags)] + [f"^{link}" for link in sorted(entry.links)]
    lines = [" ".join([str(entry.date), flag, *texts, *tags]), *_meta(entry.meta, "  ")]
    for posting in entry.postings:
        mark = f"{posting.flag} " if posting.flag else ""
        units: Any = posting.units
        head = f"  {mark}{posting.account}"
        lines.append(_aligned(head, units) + _cost(posting) + _price(posting) if units is not None else head)
        lines += _meta(posting.meta or {}, "    ")
    return "\n".join(lines) + "\n"


def _cost(posting: data.Posting) -> str:
    """The lot of a booked posting; importers make none."""
    cost = posting.cost
    if not isinstance(cost, Cost):
        return ""
    parts = [f"{cost.number:f} {cost.currency}", str(cost.date), *([quoted(cost.label)] if cost.label else [])]
    return f" {{{', '.join(parts)}}}"


def _price(posting: data.Posting) -> str:
    total = (posting.meta or {}).get(TOTAL_PRICE)
    if isinstance(total, Amount):
        return f" @@ {total.number:f} {total.currency}"
    return f" @ {posting.price.number:f} {posting.price.currency}" if posting.price else ""


def _aligned(head: str, amount: Amount) -> str:
    number = f"{amount.number:f}"
    return f"{head}  {' ' * max(0, NUMBER_COLUMN - len(head) - len(number) - 2)}{number} {amount.currency}"


def _meta(meta: dict[str, Any], indent: str) -> list[str]:
    kept = {k: v for k, v in meta.items() if k not in {"filename", "lineno"} and not k.startswith("_")}
    return [f"{indent}{key}: {_value(value)}".rstrip() for key, value in kept.items()]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (dt.date, Decimal)):
        return f"{value:f}" if isinstance(value, Decimal) else value.isoformat()
    if isinstance(value, Amount):
        return f"{value.number:f} {value.currency}"
    return quoted(str(value))
