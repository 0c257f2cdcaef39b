"""Divisions that come and go with balances (SPEC 10).

A division is a part of a legal person: it neither brings nor takes net assets. So it is closed only when its balances
have been moved to another division by linked vouchers, and its levy is settled; what still stands on its accounts
would stand in the balance sheet for good, in a book that nobody keeps. And what its book has from before `joined` is in
no balance sheet at all: either it belonged to the legal person then, too, or another division has handed it over, by a
linked voucher of both.

What remains of a move are the two divisions' internal accounts, which are eliminated against each other, and equity.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial

from ledger.books import Workspace
from ledger.books.config import line_of
from ledger.books.summary import weight
from ledger.combine.flows import DAY, Part, without_trace
from ledger.combine.problems import DivisionJoined, DivisionNotEmpty
from ledger.errors import Problem
from ledger.memo import memo_of

#: So many accounts are named.
NAMED = 8


def division_problems(ws: Workspace, parts: Iterable[Part]) -> list[Problem]:
    """Divisions whose balances are nobody's.

    Args:
        ws: whose settings they stand in.
        parts: the units of the run; what happens after its period isn't looked at.
    """
    found: list[Problem] = []
    for part in parts:
        if part.unit.entity == "division" and (_goes(part) is not None or part.unit.joined is not None):
            work = partial(_problems, ws, part)
            found += memo_of(ws.root).get(("division", part.unit.slug), work, same=(part,))
    return found


def _problems(ws: Workspace, part: Part) -> list[Problem]:
    unit, found = part.unit, list[Problem]()
    file = unit.folder / "unit.toml"
    last = _goes(part)
    if last is not None and (stands := _stands(part, last, going=True)):
        line, excerpt = line_of(file, ("status",))
        accounts = _told(stands)
        problem = DivisionNotEmpty(
            file=ws.shown(file),
            line=line,
            excerpt=excerpt,
            unit=unit.slug,
            slug=unit.slug,
            date=last,
            accounts=accounts,
        )
        found.append(problem)
    first = part.source.summaries[0].first
    if unit.joined is not None and first is not None and first < unit.joined:
        before = _stands(part, unit.joined - DAY, going=False)
        if before:
            line, excerpt = line_of(file, ("joined",))
            accounts = _told(before)
            told = {"slug": unit.slug, "joined": unit.joined, "first": first, "accounts": accounts}
            found.append(DivisionJoined(file=ws.shown(file), line=line, excerpt=excerpt, unit=unit.slug, **told))
    return found


def _goes(part: Part) -> dt.date | None:
    """The day on which a division that is closed must be empty; None = the period ends before that.

    Its book is at its end on its last day, or when nothing is booked any more.
    """
    unit, last = part.unit, part.source.summaries[0].last
    if unit.status != "closed" or last is None:
        return None
    return part.scope.until(unit.slug) if min(unit.left or last, last) <= part.scope.date_to else None


def _stands(part: Part, day: dt.date, *, going: bool) -> dict[tuple[str, str], Decimal]:
    """Balances of a day by the group's account and currency.

    Args:
        part: the division's share.
        day: the last that counts.
        going: leave out equity, and internal dealings but the levy: both are left of a move.
    """
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in part.source.transactions():
        if entry.date > day:
            continue
        for posting in entry.postings:
            place, meta = part.mapper.at(posting.account), posting.meta or {}
            if place.is_result or (going and (place.group.root == "Equity" or _moved(meta))):
                continue
            amount, currency = weight(posting)
            sums[place.account, currency] += amount
    whole = {key: without_trace(amount, key[1]) for key, amount in sums.items()}
    return {key: amount for key, amount in sorted(whole.items()) if amount}


def _moved(meta: dict[str, object]) -> bool:
    return "partner" in meta and meta.get("ic") != "levy"


def _told(stands: dict[tuple[str, str], Decimal]) -> str:
    def each() -> Iterator[str]:
        for (account, currency), amount in list(stands.items())[:NAMED]:
            yield f"{account} {amount:f} {currency}"

    return ", ".join(each()) + (", …" if len(stands) > NAMED else "")
