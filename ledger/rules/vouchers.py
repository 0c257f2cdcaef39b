"""Numbers of vouchers: series that run without a gap over a fiscal year (BFL 5 kap. 6-7 §§; SPEC 3, 7).

Each voucher has a number by which it is found, and nobody may take one away unseen. So a unit's vouchers stand in
series, each 1, 2, 3 ... from the first to the last day of the fiscal year, whatever the months; with the next year they
begin with 1 again. A number that is missing needs a reason that stays in the book:

    2026-03-31 event "voucher-gap" "A-17..A-19 the pad was torn"

How this module reads the contract where it leaves room:

- A number is what stands behind the last hyphen, the series what stands before it: `A-17`. `17` alone is of the series
  without a name. Zeros before a number don't count: `A-017` is `A-17`.
- A series of another program (imported with its numbers) begins where the book begins to hold it: whoever changes
  programs in April needs no reason for January to March. A gap inside it needs one like any other.
- A missing number isn't given later: what is booked today isn't to stand before what was booked yesterday. So the next
  number follows the highest one that is used or explained.
- Sambok's own series are L (levy), E (exchange differences), R (rotating loans), F (funds), X (corrections) and Y
  (year end). Where another hand uses that letter in the year, Sambok's has an S before it: `SL`.
- A correction names a voucher that may have namesakes in other years: the one of the month that its `concerns:` says,
  where it says one; else the latest that isn't later than the correction; else the first of all.

Pure: texts, whole numbers and dates only.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

#: Series of Sambok's own, by what they hold.
LEVY, EXCHANGE, LOANS, FUNDS, CORRECTIONS, YEAR_END = "L", "E", "R", "F", "X", "Y"
OWN = frozenset({LEVY, EXCHANGE, LOANS, FUNDS, CORRECTIONS, YEAR_END})
#: The event that explains a gap.
GAP_EVENT = "voucher-gap"
#: What a unit's series may be called.
SERIES = r"^[A-Z][A-Z0-9]{0,7}$"
#: No year has so many vouchers; longer ones are no numbers of a series but somebody's own identification.
DIGITS = 12
_NAME = re.compile(rf"(?:(?P<series>.*)-)?(?P<number>[0-9]{{1,{DIGITS}}})", re.DOTALL | re.ASCII)
_GAP = re.compile(r"\s*(?P<first>\S+?)(?:\s*\.\.\s*(?P<last>\S+))?\s+(?P<reason>\S.*?)\s*", re.DOTALL)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A voucher's series and number."""

    series: str
    number: int

    def __str__(self) -> str:
        return f"{self.series}-{self.number}" if self.series else str(self.number)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Numbers from `first` to `last`, both inside."""

    first: int
    last: int

    def named(self, series: str) -> str:
        """`A-17`, or `A-17..A-19`."""
        first, last = Name(series, self.first), Name(series, self.last)
        return str(first) if self.first == self.last else f"{first}..{last}"


@dataclass(frozen=True, slots=True, order=True)
class Explained:
    """Why numbers are missing."""

    series: str
    span: Span
    reason: str


def parse(text: str) -> Name | None:
    """Series and number of `A-17`, `A-017`, `17`; None of what has no number of a series."""
    found = _NAME.fullmatch(text.strip())
    if found is None or not int(found["number"]):
        return None
    return Name((found["series"] or "").strip(), int(found["number"]))


def read_gap(text: str) -> Explained | None:
    """What the event `A-17..A-19 reason` or `A-17 reason` says; None where it doesn't say both, in one series."""
    found = _GAP.fullmatch(text)
    if found is None:
        return None
    first, last = parse(found["first"]), parse(found["last"] or found["first"])
    if first is None or last is None or first.series != last.series or last.number < first.number:
        return None
    return Explained(first.series, Span(first.number, last.number), found["reason"])


def missing(used: Iterable[int], first: int = 1) -> tuple[Span, ...]:
    """The numbers from `first` to the highest one used that nobody uses, as spans."""
    found = []
    following = first
    for number in sorted(set(used)):
        if number > following:
            found.append(Span(following, number - 1))
        following = max(following, number + 1)
    return tuple(found)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """What of `spans` isn't in any of `taken`."""
    left = sorted(spans)
    for hole in sorted(taken):
        left = [piece for span in left for piece in _cut(span, hole)]
    return tuple(left)


def _cut(span: Span, hole: Span) -> Iterator[Span]:
    if hole.last < span.first or span.last < hole.first:
        yield span
        return
    if span.first < hole.first:
        yield Span(span.first, hole.first - 1)
    if hole.last < span.last:
        yield Span(hole.last + 1, span.last)


def following(used: Iterable[int], explained: Iterable[Span] = ()) -> int:
    """The number to give next: after the highest one that is used, or that is said to be void."""
    return max((*used, *(span.last for span in explained)), default=0) + 1


def own_series(letter: str, taken: Collection[str], *, elsewhere: bool = False) -> str:
    """What Sambok's series `letter` is called in a year.

    Args:
        letter: one of `OWN`.
        taken: series that others than Sambok use in that year.
        elsewhere: the unit's vouchers are numbered by another program, which may use any letter tomorrow.
    """
    name = f"S{letter}" if elsewhere else letter
    while name in taken:
        name = f"S{name}"
    return name


def default_series(named: str | None, last: str | None, others: Collection[str]) -> str:
    """The series in which a unit's vouchers without a number get theirs.

    Args:
        named: what the unit's settings say.
        last: that of the latest voucher which a person has numbered.
        others: series of other programs: whoever gave a number there would give it again. Sambok's own count as such.

    Returns:
        What the settings say; else the last one; else the first letter that nobody else uses.
    """
    if named:
        return named
    if last and last not in OWN and last not in others:
        return last
    free: Iterator[str] = itertools.chain(_LETTERS, (f"V{number}" for number in itertools.count(1)))
    return next(name for name in free if name not in OWN and name not in others)


def corrected(named: Sequence[tuple[dt.date, T]], day: dt.date, month: str | None = None) -> T | None:
    """Which of several vouchers of one number a correction means.

    Args:
        named: date and voucher of those that have the number, without the correction itself.
        day: the correction's date.
        month: what its `concerns:` says, "2026-01"; None where it says nothing.

    Returns:
        The voucher; None where there is none.
    """
    if not named:
        return None
    dated = sorted(named, key=lambda one: one[0])
    inside = [one for one in dated if month is not None and f"{one[0]:%Y-%m}" == month]
    before = [one for one in dated if one[0] <= day]
    _, found = (inside or before[-1:] or dated)[0]
    return found
