"""What the bank says of one day where several statements speak of it.

They say the same, or are parts that follow on each other, or one says something else ("the bank restated").

Statements overlap when they are downloaded: the day then is told twice, which counts once. A statement may begin or end
within a day; balances tell that two are parts of it (one ends with the balance with which the other begins). One that
holds a day's first or last lines only is a part of the one that holds them all. Anything else is a day that the bank
tells in two ways: the books can agree with one of them only, and a person should know.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from importers.bank.model import BankLine
from importers.identity import LineKey, numbered
from importers.reconcile.documents import Archived

#: So many tellings of one day are tried in every order; more are taken as they come.
TRIED = 6


@dataclass(frozen=True, slots=True)
class Telling:
    """What one statement says of a day.

    Attributes:
        by: the statement.
        lines, keys: of the day, in order; what each line is known by.
        start, end: the balance before the first of them and after the last; None where the statement has none.
        first, last: whether the day is the statement's first, its last.
        at: the statement's number among those of the account, in their order.
    """

    by: Archived
    lines: tuple[BankLine, ...]
    keys: tuple[LineKey, ...]
    start: Decimal | None
    end: Decimal | None
    first: bool
    last: bool
    at: int


@dataclass(frozen=True)
class Version:
    """One way in which a day is told: one statement's, or several that follow on each other."""

    tellings: tuple[Telling, ...]

    @property
    def start(self) -> Decimal | None:
        """The balance before the day's first line."""
        return self.tellings[0].start

    @property
    def end(self) -> Decimal | None:
        """The balance after its last."""
        return self.tellings[-1].end

    @cached_property
    def lines(self) -> list[tuple[BankLine, Archived]]:
        """Its lines, each with the statement that has it."""
        return [(line, telling.by) for telling in self.tellings for line in telling.lines]

    @cached_property
    def ids(self) -> list[str]:
        """The `source-id` of each line."""
        return numbered(key for telling in self.tellings for key in telling.keys)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that tell it so, as users know them."""
        return tuple(dict.fromkeys(t.by.shown for t in self.tellings))

    def counted(self, other: Version) -> tuple[Counter[object], Counter[object]]:
        """The lines of two versions, to be compared: in the bank's words, or by amount where formats differ.

        Two formats write the same line in other words; within one, other words are another line.
        """
        formats = {t.by.format for t in (*self.tellings, *other.tellings)}
        if len(formats) > 1:
            return Counter(line.amount for line, _ in self.lines), Counter(line.amount for line, _ in other.lines)
        return (
            Counter(key for t in self.tellings for key in t.keys),
            Counter(key for t in other.tellings for key in t.keys),
        )

    def within(self, other: Version) -> bool:
        """Whether the other one has all its lines, too."""
        mine, others = self.counted(other)
        return mine <= others

    def part_of(self, whole: Version) -> bool:
        """Whether it is a part of a day, as its statement begins within the day, or was made before it was over."""
        begins, ends = self.tellings[0], self.tellings[-1]
        tail = begins.first and (self.start is None or self.start != whole.start)
        head = ends.last and not ends.by.statement.final
        return self.within(whole) and (tail or head)


@dataclass(frozen=True)
class Restated:
    """A day that two archived statements tell differently.

    Attributes:
        kept: the version by which the books are judged.
        other: one that differs.
    """

    date: dt.date
    kept: Version
    other: Version

    def only(self) -> tuple[list[BankLine], list[BankLine]]:
        """The lines that only the kept version has, and those that only the other one has."""
        mine, others = self.kept.counted(self.other)
        return _less(self.kept, mine, others), _less(self.other, others, mine)


@dataclass(frozen=True)
class Day:
    """What is taken for the bank's word about a day."""

    date: dt.date
    version: Version
    restated: tuple[Restated, ...]


def _less(version: Version, own: Counter[object], others: Counter[object]) -> list[BankLine]:
    """The lines that are counted more often in a version's own counter than in another one."""
    left = own - others
    by_amount = any(isinstance(key, Decimal) for key in own)
    keys = [key for t in version.tellings for key in t.keys]
    found = []
    for (line, _), key in zip(version.lines, keys, strict=True):
        name = line.amount if by_amount else key
        if left[name] > 0:
            left[name] -= 1
            found.append(line)
    return found


def day_of(date: dt.date, tellings: Sequence[Telling], booked: Collection[str]) -> Day:
    """Bring together what statements say of a day.

    Args:
        date: the day.
        tellings: at least one, the more trustworthy ones last.
        booked: the `source-id`s that the books hold of the account.

    Returns:
        The version by which the books are judged: the fullest; among several that contradict each other, the one that
        the books hold most of, then the last.
    """
    versions = _versions(tellings)
    whole = [v for at, v in enumerate(versions) if not _covered(at, v, versions)]
    known = set(booked)
    kept = max(enumerate(whole), key=lambda pair: (len(known.intersection(pair[1].ids)), pair[0]))[1]
    others = [v for v in versions if v is not kept and not _same(v, kept) and not v.part_of(kept)]
    return Day(date, kept, tuple(Restated(date, kept, other) for other in others))


def _same(one: Version, other: Version) -> bool:
    mine, others = one.counted(other)
    return mine == others


def _covered(at: int, version: Version, versions: Sequence[Version]) -> bool:
    """Whether another version has all lines of this one, and more; of equal ones the latest stays."""
    return any(
        version.within(other) and (at < place or not _same(version, other))
        for place, other in enumerate(versions)
        if place != at
    )


def _versions(tellings: Sequence[Telling]) -> list[Version]:
    """Every way in which the day is told, the most trustworthy last: tellings that follow on each other are one."""
    said: list[Telling] = []
    for telling in tellings:
        if not any(_again(telling, other) for other in said):
            said.append(telling)
    left = sorted(said, key=lambda t: t.at)
    found: list[list[Telling]] = []
    while left:
        found.append(_longest([], left) if len(left) <= TRIED else _first(left))
        left = [t for t in left if not any(t is taken for taken in found[-1])]
    trust = {id(telling): place for place, telling in enumerate(said)}
    return [Version(tuple(chain)) for chain in sorted(found, key=lambda chain: min(trust[id(t)] for t in chain))]


def _longest(chain: list[Telling], left: Sequence[Telling]) -> list[Telling]:
    """The longest row of tellings of which each goes on where the one before it ends; of several, the first."""
    best = chain
    for telling in left:
        if _follows(chain, telling):
            found = _longest([*chain, telling], [t for t in left if t is not telling])
            best = found if len(found) > len(best) else best
    return best


def _first(left: Sequence[Telling]) -> list[Telling]:
    """A row from the first telling on, as each next one comes."""
    chain = [left[0]]
    for telling in left[1:]:
        if _follows(chain, telling):
            chain.append(telling)
    return chain


def _again(one: Telling, other: Telling) -> bool:
    """Whether two statements say just the same of a day, with the same balances."""
    return (one.start, one.end, Counter(one.keys)) == (other.start, other.end, Counter(other.keys))


def _follows(chain: Sequence[Telling], other: Telling) -> bool:
    """Whether `other` goes on where a row of tellings ends, within the day.

    Where the balance comes back to where it was, it may as well tell again what was told since: then it doesn't.
    """
    if not chain:
        return True
    one = chain[-1]
    if not (one.last and other.first) or one.end is None or one.end != other.start or not (one.lines and other.lines):
        return False
    since = next((at for at, telling in enumerate(chain) if telling.start == other.start), None)
    if since is None:
        return True
    told = {key for telling in chain[since:] for key in telling.keys}
    return other.at > one.at and told.isdisjoint(other.keys)
