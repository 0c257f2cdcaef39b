"""Where a file's lines of one day stand among the lines that the book holds of it: known, new, or told otherwise.

A file that covers a day tells all of its lines; more than the book holds come in, fewer or others are the bank's change
of mind, which a person must look at. But a file may begin in the middle of a day (the last lines of a list, the
afternoon's statement), and a list may end there, having been made before the day was over. Balances tell:

- The file begins after those booked lines whose sum leads from the balance at the day's beginning to the file's opening
  balance; all others must be in the file. Tried are the first lines of the day, in the book's order and in the
  reverse of it (some lists begin with the newest line), then any of them. Where several places fit, since lines cancel
  out between them, the one counts at which nothing is new, else the one with the fewest lines before it.
- A file that opens with the balance at the day's beginning covers the day from there. (One that begins after lines that
  cancel out can't be told from it: it is refused if it lacks them, and the whole day must be downloaded.)
- A list that ends in the middle of a day holds none but booked lines, and the book holds more.

What no balance can tell: lines that cancel out, and come again with the same words and amounts right after a file was
cut between the two, are taken for the same ones; and a list of a day's first lines is taken for an early list, also
where the bank has taken the others back. The account's balance is right in the first case; the second shows in the next
file's opening balance.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from importers.identity import LineKey

#: A booked line: which of the file's keys it has (None: the file knows none like it), and its amount.
Row = tuple[LineKey | None, Decimal]
NOTHING = Decimal(0)
#: Sums that are looked at on one day before a place in the middle of it counts as unknown.
WAYS = 2000


@dataclass(slots=True)
class FileDay:
    """What a file says of one day.

    Attributes:
        keys: its lines of the day, in order.
        opening: the balance before the first of them, where the file may begin within the day; else None.
        early: whether the file may end within the day.
        line: where it begins in the file.
    """

    date: dt.date
    keys: list[LineKey] = field(default_factory=list)
    opening: Decimal | None = None
    early: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the file stands on a day.

    Attributes:
        before: how many equal lines the book holds before the file's first, by key.
        start: the balance at the day's beginning by which that was found; None where no balance was needed or fits.
        passed: Σ booked lines before the file's first.
        after: how many booked lines come after the file's last.
        new: how many of the file's lines the book doesn't hold.
    """

    before: Counter[LineKey]
    start: Decimal | None = None
    passed: Decimal = NOTHING
    after: int = 0
    new: int = 0


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
    whole = _bounds(day, rows)[0] == 0 or _early(day, rows)
    if day.opening is None or day.opening in starts:
        return _standing(day, rows, 0, day.opening) if whole else None
    readings = [found for start in starts for found in _within(day, rows, start)]
    if readings:
        return min(readings, key=lambda found: found.new > 0)
    return _standing(day, rows, 0, None) if whole else None


def _within(day: FileDay, rows: Sequence[Row], start: Decimal) -> Iterator[Standing]:
    """The places in the middle of a day where a file may begin, by the balance with which the day begins."""
    assert day.opening is not None
    target = day.opening - start
    cuts = [(order, _cut(day, order, target)) for order in (rows, rows[::-1])]
    for order, cut in cuts:
        if cut is not None:
            yield _standing(day, order, cut, start)
    if all(cut is None for _, cut in cuts):
        before = _known(day, rows, target) or _fewest(day, rows, target)
        if before is not None:
            stands = Counter({key: count for key, count in before.items() if isinstance(key, LineKey)})
            left = len(rows) - before.total() - len(day.keys)
            yield Standing(stands, start, target, max(0, left), max(0, -left))


def _standing(day: FileDay, order: Sequence[Row], cut: int, start: Decimal | None) -> Standing:
    """Behind the cut stand the file's lines and no others, or a list's lines and others after them."""
    before = order[:cut]
    left = len(order) - cut - len(day.keys)
    passed = sum((amount for _, amount in before), NOTHING)
    return Standing(Counter(key for key, _ in before if key), start, passed, max(0, left), max(0, -left))


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


def _known(day: FileDay, rows: Sequence[Row], target: Decimal) -> Counter[LineKey | Decimal] | None:
    """The booked lines that stand before a list which holds none but booked lines; their order doesn't tell."""
    if not _early(day, rows):
        return None
    spare = _counted(rows) - Counter(day.keys)
    return _choose(spare, target)


def _fewest(day: FileDay, rows: Sequence[Row], target: Decimal) -> Counter[LineKey | Decimal] | None:
    """The fewest booked lines that may stand before a file: those that it lacks, and others that it has once more."""
    booked = _counted(rows)
    missing = booked - Counter(day.keys)
    left = target - sum((_amount(key) * count for key, count in missing.items()), NOTHING)
    more = _choose(booked - missing, left)
    return None if more is None else missing + more


def _counted(rows: Sequence[Row]) -> Counter[LineKey | Decimal]:
    """Booked lines, by the file's key or, where it has none, by amount."""
    return Counter(amount if key is None else key for key, amount in rows)


def _amount(key: LineKey | Decimal) -> Decimal:
    return key.amount if isinstance(key, LineKey) else key


def _choose(spare: Counter[LineKey | Decimal], target: Decimal) -> Counter[LineKey | Decimal] | None:
    """The fewest of some lines that sum to `target`; None where none do, or where the ways are too many to look at."""
    ways: dict[Decimal, tuple[int, tuple[LineKey | Decimal, ...]]] = {NOTHING: (0, ())}
    for key, copies in spare.items():
        for total, (count, chosen) in list(ways.items()):
            for more in range(1, copies + 1):
                reached, longer = total + more * _amount(key), count + more
                if reached not in ways or ways[reached][0] > longer:
                    ways[reached] = (longer, (*chosen, *[key] * more))
            if len(ways) > WAYS:
                return None
    return Counter(ways[target][1]) if target in ways else None
