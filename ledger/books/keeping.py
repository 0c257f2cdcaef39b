"""What is sealed stays as it is, whoever writes (SPEC 7).

Whoever writes a book, whatever the command, is held to three rules:

- What is sealed stays where it stands, word for word and in its order, with the comments directly above it and those
  behind it. Where somebody has changed its layout since, what it says stays; and sealed text that was lost may be put
  back.
- Nothing new is dated in a closed month; only accounts may be opened there. A month opened again takes entries.
- A file of the close, and `seals.jsonl`, only ever grow.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ledger.books import durable
from ledger.books.guard_bytes import clip
from ledger.books.guard_child import parse_blocks_in_child
from ledger.books.jobs import Change
from ledger.books.problems_sealed import MonthClosed, SealedText
from ledger.books.sealed import NAME, closed_months, opens, read_seals, sealed_heads, sealed_raws, seals_in
from ledger.books.workspace import Unit, Workspace
from ledger.errors import Problem
from ledger.rules.years import first_open
from ledger.seals import blocks
from ledger.seals.grounds import is_common
from ledger.seals.model import Block, Seal, SealedEntry

#: A file that only a close writes.
CLOSED_FILE = re.compile(r".*\.closed\.beancount", re.DOTALL)


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
        self.sealed = sealed_raws(standing)
        self.raws = {raw for _, raw in self.sealed}
        self.heads = sealed_heads(standing)
        #: What the job itself seals is dated in a month that it closes.
        self.sealing = {e.raw for seal in new_seals for e in seal.draft.entries}

    def check(self, change: Change) -> None:
        """Refuse a new text that changes what is sealed of the old one, or adds to a closed month."""
        old, new = _bytes_of(change.path), change.text.encode("utf-8")
        before, after = blocks.split(old), blocks.split(new)
        self._head(change, before, after, old)
        self._kept(change, before, after, old, new)
        lost = self._lost(change, before)
        gone = Counter(block.raw for block in before)
        for block in after:
            if gone[block.raw] > 0:
                gone[block.raw] -= 1
            elif block.date is not None and block.raw not in self.sealing | lost:
                self._new(change, block, new)
        if lost:
            taken = [b for b in before if gone[b.raw] > 0 and b.raw not in self.raws and b.date is not None]
            self._written_otherwise(change, taken, lost - {block.raw for block in after}, old)

    def _lost(self, change: Change, before: list[Block]) -> set[str]:
        """Sealed text of a file that doesn't stand in it any more, word for word."""
        standing = Counter(block.raw for block in before)
        file = self._inside(change.path)
        return {raw for (name, raw), count in self.sealed.items() if name == file and count > standing[raw]}

    def _written_otherwise(self, change: Change, taken: list[Block], lost: set[str], old: bytes) -> None:
        """Blocks that would go may be sealed ones that somebody has written otherwise: then they stay."""
        if not taken or not lost:
            return
        written = [old[block.start : block.end] for block in taken]
        said = {entry.canonical: (entry, period) for entry, period in self._entries() if entry.raw in lost}
        meanings = parse_blocks_in_child(self.ws, self.unit, change.path, written)
        for block, meaning in zip(taken, meanings, strict=True):
            if meaning is not None and meaning.canonical in said:
                raise self._refused(change, old, block, *said[meaning.canonical])

    def _head(self, change: Change, before: list[Block], after: list[Block], old: bytes) -> None:
        """Refuse another head of a file, the lines before its first entry, once it is sealed."""
        file = self._inside(change.path)
        head = before[0] if before and before[0].date is None else None
        if head is None or self.heads.get(file) != head.raw:
            return
        if not after or after[0].raw != head.raw:
            seals = seals_in(self.standing, self.unit.folder)
            month = next((seal.period for seal in seals if seal.draft.heads.get(file) == head.raw), "")
            raise self._problem(SealedText, change, old, head, case="head", month=month)

    def _kept(self, change: Change, before: list[Block], after: list[Block], old: bytes, new: bytes) -> None:
        """Refuse a new text in which the sealed blocks of a file don't all stand, in their order."""
        rest = (block for block in before if block.raw in self.raws)
        wanted = next(rest, None)
        for block in after:
            if wanted is not None and block.raw == wanted.raw:
                wanted = next(rest, None)
        if wanted is not None:
            entry, period = next(found for found in self._entries() if found[0].raw == wanted.raw)
            raise self._refused(change, old, wanted, entry, period, _comments(wanted, after, old, new))

    def _entries(self) -> list[tuple[SealedEntry, str]]:
        """All that is sealed, each with its month; decoded only where something is refused."""
        seals = seals_in(self.standing, self.unit.folder)
        own = ((entry, seal.period) for seal in seals for entry in seal.draft.entries)
        return [(entry, period) for entry, period in own if not is_common(entry.file)]

    def _inside(self, path: Path) -> str:
        return path.relative_to(self.unit.folder).as_posix()

    def _refused(
        self, change: Change, old: bytes, block: Block, entry: SealedEntry, month: str, case: str = ""
    ) -> Problem:
        said: dict[str, Any] = {"case": case} if case else {}
        said["voucher"] = entry.voucher or f"{self._inside(change.path)}:{block.line}"
        return self._problem(SealedText, change, old, block, date=entry.date, month=month, **said)

    def _new(self, change: Change, block: Block, new: bytes) -> None:
        assert block.date is not None
        month = f"{block.date:%Y-%m}"
        if month in self.closed and not opens(new, block):
            params = {"date": block.date, "month": month, "open": first_open(month, self.closed)}
            raise self._problem(MonthClosed, change, new, block, **params)

    def _problem(self, kind: type[Problem], change: Change, text: bytes, block: Block, **params: Any) -> Problem:
        begin = block.start if block.date is None else blocks.behind_comments(text, block.start)
        first = text[begin : block.end].split(b"\n", 1)[0].decode("utf-8", "replace")
        shown, slug = self.ws.shown(change.path), self.unit.slug
        return kind(file=shown, line=block.line, excerpt=clip(first), unit=slug, slug=slug, **params)


def _comments(block: Block, after: Sequence[Block], old: bytes, new: bytes) -> str:
    """How comments alone make a sealed block another one; "" where more than comments differ.

    Returns:
        `comment`: lines were added behind it; `above`: directly above it; `taken`: it has lost the last ones of its
        own to an entry that was written directly below them.
    """
    text = old[block.start : block.end].rstrip(b"\r\n")
    for other in after:
        now = new[other.start : other.end].rstrip(b"\r\n")
        if other.raw == block.raw or other.date is None:
            continue
        if now.startswith(text) and _only_comments(now[len(text) :]):
            return "comment"
        if now.endswith(text) and blocks.behind_comments(now) >= len(now) - len(text):
            return "above"
        if len(now) < len(text) and new.startswith(text, other.start) and _only_comments(text[len(now) :]):
            return "taken"
    return ""


def _only_comments(rest: bytes) -> bool:
    """Whether what follows a text are lines of comment, and empty ones."""
    same_line, *behind = rest.split(b"\n")
    return not same_line.strip(b"\r") and all(not row.strip() or row.lstrip(b" \t").startswith(b";") for row in behind)
