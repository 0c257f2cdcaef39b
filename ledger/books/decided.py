"""Postings that a decision has to do with: what names one, what stands on a protected account, what corrects these.

Which accounts are protected is the unit's chart's to say (`protected`); who asks for the summary gives it their codes.
What a decision allows, and how much of it is used, is judged above, where all books are known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from beancount.core import data

from ledger.books.concerned import DEEPEST, Concerned
from ledger.books.summary import AccountRow, DecidedRow, weight

#: Metadata of a voucher that importers make of opening balances: the first day of the year that it opens.
OPENING = "opening-of"
#: Metadata that names a decision.
KEY = "decision"
#: Metadata that names the loan cycle that a posting belongs to.
CYCLE = "cycle"


def decided(
    transactions: Sequence[data.Transaction],
    opened: Mapping[str, AccountRow],
    concerned: Concerned,
    protected: Container[str],
) -> tuple[DecidedRow, ...]:
    """Rows in the order of the book.

    Args:
        transactions: of the book; their order is what rows are counted by.
        opened: the book's accounts.
        concerned: what its corrections correct.
        protected: codes of accounts that take nothing without a decision.
    """
    guarded = frozenset(account for account, row in opened.items() if row.code is not None and row.code in protected)
    ordinals = {id(entry): number for number, entry in enumerate(transactions)}
    first = {id(entry) for entry in transactions if _touched(entry, guarded)}
    found: list[DecidedRow] = []
    for number, entry in enumerate(transactions):
        corrected = _root(entry, concerned) if "corrects" in entry.meta else None
        if id(entry) in first or (corrected is not None and id(corrected) in first):
            found += _rows(entry, number, None if corrected is None else ordinals[id(corrected)], guarded)
    return tuple(found)


def _touched(entry: data.Transaction, guarded: frozenset[str]) -> bool:
    """Whether it names a decision, or stands on a protected account."""
    if KEY in entry.meta:
        return True
    return any(p.account in guarded or (p.meta is not None and KEY in p.meta) for p in entry.postings)


def _root(entry: data.Transaction, concerned: Concerned) -> data.Transaction | None:
    """The voucher that a correction, or a correction of a correction, corrects in the end."""
    found = concerned.target(entry)
    for _ in range(DEEPEST):
        further = None if found is None else concerned.target(found)
        if further is None or further is entry:
            break
        found = further
    return None if found is entry else found


def _rows(entry: data.Transaction, number: int, corrects: int | None, guarded: frozenset[str]) -> Iterator[DecidedRow]:
    common, file, line = _text(entry.meta, KEY), str(entry.meta["filename"]), int(entry.meta["lineno"])
    opening, cycle = entry.meta.get(OPENING), _text(entry.meta, CYCLE)
    partners = tuple(sorted({str(p.meta["partner"]) for p in entry.postings if p.meta and p.meta.get("partner")}))
    for posting in entry.postings:
        amount, currency = weight(posting)
        meta = posting.meta or {}
        units = posting.units
        assert units is not None
        assert units.number is not None
        yield DecidedRow(
            transaction=number,
            corrects=corrects,
            date=entry.date,
            account=posting.account,
            protected=posting.account in guarded,
            currency=currency,
            amount=amount,
            document_currency=units.currency,
            document_amount=units.number,
            own=_text(meta, KEY),
            common=common,
            links=tuple(sorted(entry.links)),
            partners=partners,
            opening=isinstance(opening, dt.date) and opening == entry.date,
            voucher=_text(entry.meta, "voucher"),
            file=str(meta.get("filename", file)),
            line=int(meta.get("lineno") or line),
            cycle=_text(meta, CYCLE) or cycle,
        )


def _text(meta: Mapping[str, Any], key: str) -> str | None:
    value = meta.get(key)
    return None if value is None else str(value)
