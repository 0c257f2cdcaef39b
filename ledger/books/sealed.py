"""What of a book is closed: the months that its chain of seals says, and the text that nobody changes (SPEC 7).

`seals.jsonl` is append-only, one JSON object a line. Nothing of it is tolerated: a file that can't be read line by line
says nothing about what is closed, and guessing would open a sealed month. Whether the chain is whole, and whether the
books say what was sealed, is `sambok verify`'s to prove.

Whoever writes a book is held to three rules here, whatever the command:

- What is sealed stays where it stands, word for word and in its order. Comments may follow it.
- Nothing new is dated in a closed month; only accounts may be opened there. A month opened again takes entries.
- A file of the close, and `seals.jsonl`, only ever grow.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ledger.books import durable
from ledger.books.guard_bytes import clip, visible
from ledger.books.problems_files import SealsUnreadable
from ledger.books.problems_sealed import MonthClosed, SealedText
from ledger.errors import Problem
from ledger.rules.years import first_open
from ledger.seals import blocks, chain
from ledger.seals.model import Block, Seal
from ledger.seals.problems import SealUnreadable

if TYPE_CHECKING:
    from ledger.books.jobs import Change
    from ledger.books.workspace import Unit, Workspace

NAME = "seals.jsonl"
#: What is read of a chain: a line holds a whole month's vouchers, so the guard's limits don't hold here.
LARGEST = 64 << 20
#: A file that only a close writes.
CLOSED_FILE = re.compile(r".*\.closed\.beancount", re.DOTALL)
_RAW = re.compile(
    rb'"file":"((?:[^"\\]|\\.)*)","line":[0-9]+,"canonical":"[0-9a-f]{64}","numberless":"[0-9a-f]{64}",'
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


def sealed_raws(data: bytes) -> Counter[tuple[str, str]]:
    """How often each file (below the unit's folder) holds each raw hash, as the seals say: read without decoding them.

    Most texts are as they were sealed, and that is all there is to know of them.
    """
    return Counter((_text(file), raw.decode("ascii")) for file, raw in _RAW.findall(data))


def sealed_heads(data: bytes) -> dict[str, str]:
    """Raw hash of each file's sealed head, by its path below the unit's folder; likewise."""
    found: dict[str, str] = {}
    for heads in _HEADS.findall(data):
        found |= json.loads(heads)
    return found


def opens(text: bytes, block: Block) -> bool:
    """Whether a block opens an account: that may be done later, with an earlier date."""
    return _OPENS.match(text, block.start) is not None


def _text(written: bytes) -> str:
    return written.decode("utf-8") if b"\\" not in written else str(json.loads(b'"' + written + b'"'))


def _damaged(folder: Path, shown: str | None, error: SealUnreadable) -> Problem:
    return _unreadable(folder, shown, error.line, error.params["reason"], error.excerpt)


def _unreadable(folder: Path, shown: str | None, line: int | None, reason: str, excerpt: str | None = None) -> Problem:
    seen = clip(excerpt) if excerpt is not None else None
    file = shown or f"units/{folder.name}/{NAME}"
    return SealsUnreadable(file=file, unit=folder.name, line=line, excerpt=seen, reason=visible(reason).rstrip("."))


def check_changes(ws: Workspace, unit: Unit, changes: Sequence[Change]) -> None:
    """Refuse changes of a unit's files that would touch what is sealed. The caller holds the unit's lock.

    Args:
        ws: the workspace.
        unit: whose files they are.
        changes: the new texts; the old ones are read from the disk. A job that adds a seal brings `seals.jsonl`, too.

    Raises:
        SealedText: a sealed entry, a sealed head or a file of the close would be changed, moved or taken away.
        MonthClosed: a new entry is dated in a month that is closed.
        SealsUnreadable: the seals can't be read, so nobody knows what is sealed.
    """
    standing = read_seals(unit.folder)
    for change in changes:
        if CLOSED_FILE.fullmatch(change.path.name):
            _only_grows(ws, unit, change, "closed")
    if standing is None:
        return
    new_seals: tuple[Seal, ...] = ()
    for change in changes:
        if change.path == unit.folder / NAME:
            _only_grows(ws, unit, change, "seals")
            new_seals = seals_in(change.text.encode("utf-8"), unit.folder)
    keeper = _Keeper(ws, unit, standing, new_seals)
    for change in changes:
        if change.path.suffix == ".beancount" and change.path != unit.main:
            keeper.check(change)


def _only_grows(ws: Workspace, unit: Unit, change: Change, case: str) -> None:
    """Refuse a change that takes anything of a file away."""
    old = _bytes_of(change.path).rstrip(b"\r\n")
    if not change.text.encode("utf-8").startswith(old):
        raise SealedText(file=ws.shown(change.path), unit=unit.slug, slug=unit.slug, case=case)


def _bytes_of(path: Path) -> bytes:
    try:
        return durable.read_plain(path)
    except FileNotFoundError:
        return b""


class _Keeper:
    """What is sealed of one unit, and whether a file's new text leaves it alone."""

    def __init__(self, ws: Workspace, unit: Unit, standing: bytes, new_seals: Sequence[Seal]) -> None:
        self.ws = ws
        self.unit = unit
        self.standing = standing
        self.closed = closed_months(standing, unit.folder)
        self.raws = {raw for _, raw in sealed_raws(standing)}
        self.heads = sealed_heads(standing)
        #: What the job itself seals is dated in a month that it closes.
        self.sealing = {e.raw for seal in new_seals for e in seal.draft.entries}

    def check(self, change: Change) -> None:
        """Refuse a new text that changes what is sealed of the old one, or adds to a closed month."""
        old, new = _bytes_of(change.path), change.text.encode("utf-8")
        before, after = blocks.split(old), blocks.split(new)
        self._head(change, before, after, old, new)
        kept = self._kept(change, before, after, old, new)
        standing = Counter(block.raw for block in before)
        for block in after:
            if standing[block.raw] > 0:
                standing[block.raw] -= 1
            elif block.date is not None and block.start not in kept and block.raw not in self.sealing:
                self._new(change, block, new)

    def _head(self, change: Change, before: list[Block], after: list[Block], old: bytes, new: bytes) -> None:
        """The lines before a file's first entry: once sealed, more may follow them."""
        file = change.path.relative_to(self.unit.folder).as_posix()
        head = before[0] if before and before[0].date is None else None
        if head is None or self.heads.get(file) != head.raw:
            return
        if not (after and after[0].date is None and _goes_on(head, after[0], old, new)):
            seals = seals_in(self.standing, self.unit.folder)
            month = next((seal.period for seal in seals if seal.draft.heads.get(file) == head.raw), "")
            raise self._problem(SealedText, change, old, head, case="head", month=month)

    def _kept(self, change: Change, before: list[Block], after: list[Block], old: bytes, new: bytes) -> frozenset[int]:
        """Where the sealed blocks of a file stand in its new text; they must all be there, in their order."""
        sealed = [block for block in before if block.raw in self.raws]
        found: list[int] = []
        rest = iter(sealed)
        wanted = next(rest, None)
        for block in after:
            if wanted is None:
                break
            if block.date == wanted.date and _goes_on(wanted, block, old, new):
                found.append(block.start)
                wanted = next(rest, None)
        if wanted is not None:
            raise self._problem(SealedText, change, old, wanted, **self._said(change.path, wanted))
        return frozenset(found)

    def _said(self, path: Path, block: Block) -> dict[str, Any]:
        """Number, day and month of a sealed block; its place where it has no number."""
        for seal in seals_in(self.standing, self.unit.folder):
            for entry in seal.draft.entries:
                if entry.raw == block.raw:
                    voucher = entry.voucher or f"{path.relative_to(self.unit.folder).as_posix()}:{block.line}"
                    return {"voucher": voucher, "date": entry.date, "month": seal.period}
        raise AssertionError(block.raw)

    def _new(self, change: Change, block: Block, new: bytes) -> None:
        assert block.date is not None
        month = f"{block.date:%Y-%m}"
        if month in self.closed and not opens(new, block):
            params = {"date": block.date, "month": month, "open": first_open(month, self.closed)}
            raise self._problem(MonthClosed, change, new, block, **params)

    def _problem(self, kind: type[Problem], change: Change, text: bytes, block: Block, **params: Any) -> Problem:
        first = text[block.start : block.end].split(b"\n", 1)[0].decode("utf-8", "replace")
        shown, slug = self.ws.shown(change.path), self.unit.slug
        return kind(file=shown, line=block.line, excerpt=clip(first), unit=slug, slug=slug, **params)


def _goes_on(block: Block, other: Block, old: bytes, new: bytes) -> bool:
    """Whether `other` is the same text as `block`, with nothing but lines of comment behind it."""
    if block.raw == other.raw:
        return True
    text, now = old[block.start : block.end].rstrip(b"\r\n"), new[other.start : other.end]
    if not now.startswith(text):
        return False
    rest, *behind = now[len(text) :].split(b"\n")
    return not rest.strip(b"\r") and all(not row.strip() or row.lstrip(b" \t").startswith(b";") for row in behind)
