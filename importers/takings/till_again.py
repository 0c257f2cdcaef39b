"""A Z report that the book holds already: whether it reads as it is booked, and whether it was dated otherwise.

All of it counts: sales and VAT by rate, how customers paid, cash that was missing, cash taken to the bank and its bag.
A key of that is kept on the entry (`content`), which says nothing of the accounts that a person has chosen; where the
entry books what the report now says, a person has put it right.

The same number of the same till with the same figures under another day is the same report, dated otherwise: it would
count twice. Tills that begin at 1 again are told by numbers that they have used for other figures at about that time.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from beancount.core import data

from importers.clearing.content import CONTENT, key_of
from importers.takings.till_model import ZERO, Report

#: How far reports may lie apart that count on from each other, or are one under two days.
AROUND = dt.timedelta(days=30)


def content_of(report: Report) -> str:
    """The key of all figures of a report."""
    return key_of(
        *(("sold", sold.table.vat, sold.gross, sold.vat) for sold in report.sold),
        *(("paid", paid.table.means, paid.amount) for paid in report.paid),
        ("cash", report.difference, report.banked, report.bag),
    )


def differing(entry: data.Transaction, standing: data.Directive) -> tuple[str, str]:
    """What a report books, and what stands in the book, where they aren't the same: accounts with their sums."""
    one, other = _sums(entry), _sums(standing)
    keys = [key for key in sorted({**one, **other}) if one.get(key) != other.get(key)]
    return _told(keys, one), _told(keys, other)


def _told(keys: Iterable[tuple[str, str]], sums: Mapping[tuple[str, str], Decimal]) -> str:
    return ", ".join(f"{' '.join(filter(None, key))} {sums.get(key, ZERO)}" for key in keys)


def _sums(entry: data.Directive) -> dict[tuple[str, str], Decimal]:
    """What an entry moves, by account and bag."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for p in entry.postings if isinstance(entry, data.Transaction) else ():
        if p.units is not None and p.units.number:
            found[p.account, str((p.meta or {}).get("reference", ""))] += p.units.number
    return {key: amount for key, amount in found.items() if amount}


class Dated:
    """Reports by till and number, whatever their day."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], list[data.Transaction]] = defaultdict(list)
        self._begun: dict[str, list[dt.date]] = defaultdict(list)

    def add(self, till: str, number: str, entry: data.Transaction) -> None:
        """A report that is in the book, or in the file."""
        held = self._held[till, number]
        if any(not _same(entry, one) for one in held if _near(entry, one)):
            self._begun[till].append(entry.date)
        held.append(entry)

    def other_day(self, till: str, number: str, entry: data.Transaction) -> data.Transaction | None:
        """The same report under another day; None where there is none, or where the till begins at 1 again."""
        for one in self._held.get((till, number), ()):
            if one.date != entry.date and _near(entry, one) and _same(entry, one):
                begun = any(abs(day - entry.date) <= AROUND for day in self._begun.get(till, ()))
                return None if begun else one
        return None


def _near(one: data.Transaction, other: data.Transaction) -> bool:
    return abs(one.date - other.date) <= AROUND


def _same(one: data.Transaction, other: data.Transaction) -> bool:
    """Whether two entries have the same figures."""
    keys = one.meta.get(CONTENT), other.meta.get(CONTENT)
    return keys[0] == keys[1] if all(keys) else _sums(one) == _sums(other)
