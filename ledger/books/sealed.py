"""What of a book is closed: the months that its chain of seals says (SPEC 7).

`seals.jsonl` is append-only, one JSON object a line. Nothing of it is tolerated: a file that can't be read line by line
says nothing about what is closed, and guessing would open a sealed month. Whether the chain is whole, and whether the
books say what was sealed, is `sambok verify`'s to prove.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from ledger.books.guard_bytes import clip, visible
from ledger.books.problems_files import SealsUnreadable
from ledger.errors import Problem
from ledger.seals import chain
from ledger.seals.blocks import behind_comments
from ledger.seals.grounds import is_common
from ledger.seals.model import Block, Seal
from ledger.seals.problems import SealUnreadable

NAME = "seals.jsonl"
#: What is read of a chain: a line holds a whole month's vouchers, so the guard's limits don't hold here.
LARGEST = 64 << 20
_RAW = re.compile(
    rb'"file":"([^"\\]*(?:\\.[^"\\]*)*)","line":[0-9]+,"canonical":"[0-9a-f]{64}","numberless":"[0-9a-f]{64}",'
    rb'"raw":"([0-9a-f]{64})"'
)
_HEADS = re.compile(rb',"heads":(\{(?:"(?:[^"\\]|\\.)*":"[0-9a-f]{64}",?)*\}),"root":')
_FIRST = re.compile(rb'\{"period":"([0-9]{4}-[0-9]{2})"')
_CLOSES = re.compile(rb'^\{"period":"([0-9]{4}-[0-9]{2})","kind":"close",', re.MULTILINE)
_OPENS = re.compile(rb"\S+[ \t]+open\b")


class ClosedMonths(frozenset[str]):
    """The closed months of a unit, `2026-03`. What is older than the first one is closed with it, and not listed.

    Attributes:
        first: the first month that was ever closed, as long as it is; "" where it was opened again, or there is none.
    """

    first: str

    def __new__(cls, months: Iterable[str] = (), first: str = "") -> Self:
        """The months that are named, and all before `first`."""
        made = super().__new__(cls, months)
        made.first = first
        return made

    def __contains__(self, month: object) -> bool:
        """Whether a month is closed."""
        return super().__contains__(month) or (isinstance(month, str) and month < self.first)


def read_seals(unit_folder: Path, shown: str | None = None) -> bytes | None:
    """The bytes of a unit's `seals.jsonl`; None where there is none.

    Args:
        unit_folder: absolute path of `units/<slug>`.
        shown: the file as users know it; default `units/<slug>/seals.jsonl`.

    Raises:
        SealsUnreadable: it is no ordinary file, empty, or larger than any chain.
    """
    try:
        handle = os.open(unit_folder / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(unit_folder, shown, None, error.strerror or type(error).__name__) from error
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode) or info.st_nlink != 1 or info.st_size > LARGEST:
            raise _unreadable(unit_folder, shown, None, "no ordinary file, or too large")
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(LARGEST)
    finally:
        os.close(handle)
    if not data:  # it was a chain before something cut it off: the close never leaves an empty one
        raise _unreadable(unit_folder, shown, None, "0 bytes")
    return data


def closed_months(data: bytes, unit_folder: Path, shown: str | None = None) -> ClosedMonths:
    """The closed months (`2026-03`) that the bytes of `seals.jsonl` tell.

    Raises:
        SealsUnreadable: they are no chain of seals.
    """
    try:
        months = chain.closed_periods(data)
    except SealUnreadable as error:
        raise _damaged(unit_folder, shown, error) from error
    named = _FIRST.match(data)
    return ClosedMonths(months, named[1].decode("ascii") if named and named[1].decode("ascii") in months else "")


def sealed_months(unit_folder: Path, shown: str | None = None) -> ClosedMonths:
    """The closed months of the unit in `unit_folder`; none where it has no seals yet.

    Args:
        unit_folder: absolute path of `units/<slug>`.
        shown: as `read_seals`.

    Raises:
        SealsUnreadable: the file is there and isn't a chain of seals.
    """
    data = read_seals(unit_folder, shown)
    return ClosedMonths() if data is None else closed_months(data, unit_folder, shown)


def ever_closed(unit_folder: Path, shown: str | None = None) -> frozenset[str]:
    """The months for which the unit in `unit_folder` has a seal, those that were opened again among them.

    Raises:
        SealsUnreadable: as `sealed_months`.
    """
    data = read_seals(unit_folder, shown)
    if data is None:
        return frozenset()
    closed_months(data, unit_folder, shown)
    return frozenset(month.decode("ascii") for month in _CLOSES.findall(data))


def seals_in(data: bytes, unit_folder: Path, shown: str | None = None) -> tuple[Seal, ...]:
    """The seals that the bytes of `seals.jsonl` hold, in their order.

    Raises:
        SealsUnreadable: they are no chain of seals.
    """
    try:
        return chain.read_seals(data)
    except SealUnreadable as error:
        raise _damaged(unit_folder, shown, error) from error


def seals_of(unit_folder: Path, shown: str | None = None) -> tuple[Seal, ...]:
    """The seals of the unit in `unit_folder`, in their order; none where it has none yet. The chain isn't checked.

    Raises:
        SealsUnreadable: the file is there and isn't a chain of seals.
    """
    data = read_seals(unit_folder, shown)
    return () if data is None else seals_in(data, unit_folder, shown)


def sealed_raws(data: bytes, *, common: bool = False) -> Counter[tuple[str, str]]:
    """How often each file (below the unit's folder) holds each raw hash, as the seals say: read without decoding them.

    Most texts are as they were sealed, and that is all there is to know of them.

    Args:
        data: the whole `seals.jsonl`.
        common: of the federation's texts, which central's chain seals with its own; else of the unit's own.
    """
    found = ((_text(file), raw.decode("ascii")) for file, raw in _RAW.findall(data))
    return Counter(one for one in found if is_common(one[0]) is common)


def sealed_heads(data: bytes) -> dict[str, str]:
    """Raw hash of each file's sealed head, by its path below the unit's folder; likewise."""
    found: dict[str, str] = {}
    for heads in _HEADS.findall(data):
        found |= json.loads(heads)
    return found


def opens(text: bytes, block: Block) -> bool:
    """Whether a block opens an account: that may be done later, with an earlier date."""
    return _OPENS.match(text, behind_comments(text, block.start)) is not None


def _text(written: bytes) -> str:
    return written.decode("utf-8") if b"\\" not in written else str(json.loads(b'"' + written + b'"'))


def _damaged(folder: Path, shown: str | None, error: SealUnreadable) -> Problem:
    return _unreadable(folder, shown, error.line, error.params["reason"], error.excerpt)


def _unreadable(folder: Path, shown: str | None, line: int | None, reason: str, excerpt: str | None = None) -> Problem:
    seen = clip(excerpt) if excerpt is not None else None
    file = shown or f"units/{folder.name}/{NAME}"
    return SealsUnreadable(file=file, unit=folder.name, line=line, excerpt=seen, reason=visible(reason).rstrip("."))
