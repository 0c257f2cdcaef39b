"""Ranges of account codes, read by their first digits.

Charts of accounts are decimal classifications: `3001` belongs to `30`, and `30015` to `3001`. A range `3000-3799`
therefore holds every code, however long, whose first four digits lie between its ends; a shorter code (`37`) lies in
it if all the codes that begin so do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_RANGE = re.compile(r"([0-9]{1,8})(?:-([0-9]{1,8}))?")
_CODE = re.compile(r"[0-9]{1,8}")


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Codes from `low` to `high`, both inside, by their first digits; both have equally many."""

    low: str
    high: str

    @classmethod
    def parse(cls, text: str) -> Range:
        """`"3000-3799"`, or `"552"` for all that begins so.

        Raises:
            ValueError: anything else, ends of unequal length, or the higher end first.
        """
        found = _RANGE.fullmatch(text)
        if not found:
            raise ValueError(f'"{text}" is no range such as "3000-3799" or "552"')
        low, high = found[1], found[2] or found[1]
        if len(low) != len(high) or low > high:
            raise ValueError(f'"{text}": both ends need equally many digits, the lower one first')
        return cls(low, high)

    def __contains__(self, code: object) -> bool:
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            return False
        digits = len(self.low)
        if len(code) >= digits:
            return self.low <= code[:digits] <= self.high
        return self.low <= code.ljust(digits, "0") and code.ljust(digits, "9") <= self.high

    def __str__(self) -> str:
        return self.low if self.low == self.high else f"{self.low}-{self.high}"

    @property
    def breadth(self) -> tuple[int, int]:
        """Sort key: the most specific range first (more digits, then fewer codes)."""
        return -len(self.low), int(self.high) - int(self.low)


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Some ranges less others."""

    include: tuple[Range, ...]
    exclude: tuple[Range, ...] = ()

    @classmethod
    def parse(cls, text: str) -> CodeSet:
        """The set that `str` writes: `2070-2089, 2898`, or `3000-3799 less 3400-3499`.

        Raises:
            ValueError: anything else.
        """
        include, _, exclude = text.partition(" less ")
        return cls(*(parse_all(part.split(", ") if part.strip("-") else ()) for part in (include, exclude)))

    def __contains__(self, code: object) -> bool:
        return any(code in r for r in self.include) and not any(code in r for r in self.exclude)

    def __str__(self) -> str:
        text = ", ".join(map(str, self.include)) or "-"
        return f"{text} less {', '.join(map(str, self.exclude))}" if self.exclude else text


def parse_all(texts: Iterable[str]) -> tuple[Range, ...]:
    """Every range of a list.

    Raises:
        ValueError: as `Range.parse`.
    """
    return tuple(Range.parse(text) for text in texts)
