"""Where a file's lines of one day stand among the lines that the book holds of it: known, new, or told otherwise.

A file that covers a day tells all of its lines; more than the book holds come in, fewer or others are the bank's change
of mind, which a person must look at. But a file may begin in the middle of a day (the last lines of a list, the
afternoon's statement), and a list may end there, having been made before the day was over. Balances tell:

- The file begins after those booked lines whose sum leads from the balance at the day's beginning to the file's opening
  balance; all others must be in the file. Tried are the first lines of the day, in the book's order and in the
  reverse of it (some lists begin with the newest line), then exactly those that the file lacks. Several places fit
  where lines cancel out between them: then the one counts at which nothing is new, else the earliest.
- A list that ends in the middle of a day holds none but booked lines, and the book holds more.
- A day of which the file has the same amounts in other words isn't cut, but told otherwise.

What no balance can tell: lines that cancel out, and come again with the same words and amounts right after a file was
cut between the two, are taken for the same ones; and a list of a day's first lines is taken for an early list, also
where the bank has taken the others back (the next file's opening balance says so). The account's balance is right in
the first case, and found out in the second.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from importers.identity import LineKey

#: A booked line: which of the file's keys it has (None: the file knows none like it), and its amount.
Row = tuple[LineKey | None, Decimal]
NOTHING = Decimal(0)


@dataclass(slots=True)
class FileDay:
    """What a file says of one day.

    Attributes:
        keys: its lines of the day, in order.
        opening: the balance before the first of them, where the file may begin within the day; else None.
        early: whether the file may end within the day.
    """

    date: dt.date
    keys: list[LineKey] = field(default_factory=list)
    opening: Decimal | None = None
    early: bool = False

    @property
    def amounts(self) -> list[Decimal]:
        """Of its lines, in order of size."""
        return sorted(key.amount for key in self.keys)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the file stands on a day.

    Attributes:
        before: how many equal lines the book holds before the file's first, by key.
        start: the balance at the day's beginning by which that was found; None where no balance was needed or fits.
        passed: Σ booked lines before the file's first.
        after: how many booked lines come after the file's last.
    """

    before: Counter[LineKey]
    start: Decimal | None = None
    passed: Decimal = NOTHING
    after: int = 0


def rows_of(day: FileDay, booked: Sequence[tuple[str, Decimal]]) -> list[Row]:
    """The booked lines (id, amount) of a day, in order, each with the key by which the file knows it."""
    ids = {source_id for source_id, _ in booked}
    owner: dict[str, LineKey] = {}
    for key, count in Counter(day.keys).items():
        ordinal = 1
        while (found := key.id(ordinal)) in ids or ordinal <= count:
            owner[found] = key
            ordinal += 1
    return [(owner.get(source_id), amount) for source_id, amount in booked]


def stand(day: FileDay, rows: Sequence[Row], starts: Sequence[Decimal]) -> Standing | None:
    """Find where a file begins and ends among the booked lines of a day.

    Args:
        day: what the file says.
        rows: what the book holds of the day, in its order.
        starts: what the balance at the day's beginning may be, the likeliest first.

    Returns:
        None where the file tells the day otherwise than the book.
    """
    told_otherwise = day.amounts == sorted(amount for _, amount in rows)
    for start in starts if day.opening is not None else ():
        assert day.opening is not None
        target = day.opening - start
        whole_day = target == 0 and told_otherwise
        for order in (rows, rows[::-1]):
            cut = _cut(day, order, target)
            if cut is not None and (cut == 0 or not whole_day):
                return _standing(day, order, cut, start)
        missing = _missing(day, rows)
        if missing and not whole_day and sum(amount for _, amount in missing) == target:
            return Standing(Counter(key for key, _ in missing if key), start, target)
    if _bounds(day, rows)[0] == 0 or _early(day, rows):
        return _standing(day, rows, 0, None)
    return None


def _standing(day: FileDay, order: Sequence[Row], cut: int, start: Decimal | None) -> Standing:
    before = order[:cut]
    after = max(0, len(order) - cut - len(day.keys)) if _early(day, order[cut:]) else 0
    return Standing(Counter(key for key, _ in before if key), start, sum((n for _, n in before), NOTHING), after)


def _early(day: FileDay, rows: Sequence[Row]) -> bool:
    """Whether the file is an early list of a day: all its lines are booked, and the book holds more."""
    return day.early and not Counter(day.keys) - Counter(key for key, _ in rows if key)


def _bounds(day: FileDay, order: Sequence[Row]) -> tuple[int, int]:
    """The first cut behind which every booked line is in the file, and the last one behind which nothing is new.

    Both are monotone: the further back the cut, the fewer booked lines are behind it. The second is -1 where no cut
    makes all of the file's lines known.
    """
    left = Counter(day.keys)
    whole = known = -1
    missing = len(day.keys)
    if not missing:
        known = len(order)
    for cut in range(len(order) - 1, -1, -1):
        key = order[cut][0]
        if key is not None and left[key] > 0:
            left[key] -= 1
            missing -= 1
            if not missing and known < 0:
                known = cut
        elif whole < 0:
            whole = cut + 1
    return max(whole, 0), known


def _cut(day: FileDay, order: Sequence[Row], target: Decimal) -> int | None:
    """How many booked lines stand before the file's first, if they sum to `target`; None where no place fits."""
    whole, known = _bounds(day, order)
    passed = NOTHING
    first_new: int | None = None
    for cut in range(len(order) + 1):
        if passed == target:
            if cut <= known and (cut >= whole or day.early):
                return cut
            if cut >= whole and first_new is None:
                first_new = cut
        if cut < len(order):
            passed += order[cut][1]
    return first_new


def _missing(day: FileDay, rows: Sequence[Row]) -> list[Row]:
    """The booked lines that the file lacks, counted."""
    left = Counter(day.keys)
    found: list[Row] = []
    for key, amount in rows:
        if key is not None and left[key] > 0:
            left[key] -= 1
        else:
            found.append((key, amount))
    return found
