"""Every line of the statements against the books, and the other way round.

A line is known by its `source-id`. One that the books lack may have been booked by hand: an entry that is no line of
the bank, of the same amount within some days, is named with it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from importers.bank.model import BankLine
from importers.booktext import clean
from importers.reconcile.booked import AccountBook, Booked
from importers.reconcile.documents import Archived
from importers.reconcile.model import Finding
from importers.reconcile.series import Series
from ledger.books import month_of

#: A line that somebody booked by hand stands this near to the bank's own day.
NEAR = dt.timedelta(days=5)


@dataclass
class Lines:
    """What was found: findings by month, how many lines the statements and the books have, the ids that were told."""

    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    count: Counter[str] = field(default_factory=Counter)
    booked: Counter[str] = field(default_factory=Counter)
    told: set[str] = field(default_factory=set)


def compare(
    lines: Lines, series: Sequence[Series], book: AccountBook, known: Mapping[str, str], openings: Collection[str]
) -> None:
    """Every line of the statements against the books."""
    by_id: dict[str, list[Booked]] = defaultdict(list)
    for row in book.rows:
        if row.from_bank and row.id not in openings:
            by_id[row.id].append(row)
            lines.booked[month_of(row.date)] += 1
    by_hand = _ByHand(row for row in book.rows if not row.from_bank)
    for day in (day for one in series for day in one.days):
        for (line, by), source_id in zip(day.version.lines, day.version.ids, strict=True):
            month = month_of(line.date)
            lines.told.add(source_id)
            lines.count[month] += 1
            rows = by_id.get(source_id, [])
            if not rows and source_id in known:
                lines.findings[month].append(_of_line("changed", line, by, where=known[source_id]))
            elif not rows:
                lines.findings[month].append(_of_line("missing", line, by, perhaps=by_hand.near(line)))
            elif (rows[0].date, rows[0].amount) != (line.date, line.amount):
                booked = rows[0].date, rows[0].amount
                lines.findings[month].append(_of_line("changed", line, by, where=rows[0].where, booked=booked))
            for row in rows[1:]:
                lines.findings[month].append(_of_line("twice", line, by, where=row.where))


def other_way(
    lines: Lines, series: Sequence[Series], book: AccountBook, openings: Collection[str], unread: Collection[str]
) -> None:
    """What the books have and no statement; what was booked by hand only on days of which statements tell."""
    others = {
        source_id: version.files[0]
        for one in series
        for day in one.days
        for version in (restated.other for restated in day.restated)
        for source_id in version.ids
    }
    known = [days for one in series for days in one.known]
    for row in book.rows:
        if row.id in lines.told or row.id in openings:
            continue
        if row.from_bank:
            kind, file = "unread" if row.document in unread else "extra", others.get(row.id, "")
            lines.findings[month_of(row.date)].append(_of_book(kind, row, file))
        elif any(first <= row.date <= last for first, last in known):
            lines.findings[month_of(row.date)].append(_of_book("by_hand", row, ""))


class _ByHand:
    """What was booked by hand, to be found by amount and day; each is found once."""

    def __init__(self, rows: Iterable[Booked]) -> None:
        self._rows: dict[Decimal, list[Booked]] = defaultdict(list)
        for row in rows:
            self._rows[row.amount].append(row)

    def near(self, line: BankLine) -> str:
        """Where something stands that may be this line: the same amount within some days."""
        rows = self._rows.get(line.amount, [])
        found = min(rows, key=lambda row: abs(row.date - line.date), default=None)
        if found is None or abs(found.date - line.date) > NEAR:
            return ""
        rows.remove(found)
        return found.where


def _of_line(
    kind: str,
    line: BankLine,
    by: Archived,
    *,
    where: str = "",
    booked: tuple[dt.date, Decimal] | None = None,
    perhaps: str = "",
) -> Finding:
    text = clean(" · ".join(filter(None, (line.counterparty, line.text))), 120)
    file = f"{by.shown}:{line.line}" if line.line else by.shown
    return Finding(kind, line.date, line.amount, text, file, where, booked, perhaps)


def _of_book(kind: str, row: Booked, file: str) -> Finding:
    return Finding(kind, row.date, row.amount, clean(row.text, 120), file, row.where)
