"""Statements that a later one of the same days has taken the place of.

A bank that changes what it reported is refused at first. A person who finds it right deletes what was booked, and
imports the new file; the old one stays in the archive, as everything that was received. The books then follow the new
one, and the old one is no longer the bank's word:

- it closes with another balance than the one that the books now assert for that day from another file; or
- the books lack lines of it, and hold all of a statement of the same days that has others in their place.

A line that is merely missing from the books supersedes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from importers.bank.compare import key_of
from importers.bank.gaps import first_of, last_of
from importers.identity import numbered
from importers.reconcile.documents import Archived

ONE_DAY = dt.timedelta(days=1)
#: Balances that imports asserted: amount and document, by day.
Asserted = Mapping[dt.date, tuple[Decimal, str]]


@dataclass(frozen=True)
class _Told:
    """A statement, its days and the `source-id`s of its lines by day."""

    by: Archived
    first: dt.date
    last: dt.date
    ids: Mapping[str, dt.date]

    def covers(self, other: _Told) -> bool:
        return self.first <= other.first and other.last <= self.last


def superseded(statements: Sequence[Archived], booked: Collection[str], asserted: Asserted) -> list[Archived]:
    """The statements that don't count any more.

    Args:
        statements: of one bank account.
        booked: the `source-id`s that the books hold of it.
        asserted: the balances that the books assert of it.
    """
    known = set(booked)
    told = list(_told(statements))
    contradicted = [one for one in told if _contradicted(one, asserted)]
    standing = [one for one in told if not any(one is other for other in contradicted)]
    followed = [one for one in standing if one.ids.keys() <= known]
    found = [one.by for one in contradicted if any(other.covers(one) for other in standing)]
    for one in standing:
        if one.ids.keys() <= known:
            continue
        for other in followed:
            within = {i for i, day in other.ids.items() if one.first <= day <= one.last}
            if other.covers(one) and within - one.ids.keys():
                found.append(one.by)
                break
    return found


def _told(statements: Sequence[Archived]) -> Iterator[_Told]:
    for found in statements:
        statement = found.statement
        first, last = first_of(statement), last_of(statement)
        if first is not None and last is not None:
            ids = numbered(key_of(line, found.number, statement.currency) for line in statement.lines)
            yield _Told(found, first, last, dict(zip(ids, (line.date for line in statement.lines), strict=True)))


def _contradicted(one: _Told, asserted: Asserted) -> bool:
    """Whether the books assert another balance at its end, from another file."""
    amount, document = asserted.get(one.last + ONE_DAY, (one.by.statement.closing, one.by.document))
    return one.by.statement.closing not in {None, amount} and document != one.by.document
