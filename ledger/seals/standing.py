"""What stands where: sealed records and present blocks, matched by the hash of their text.

Only what finds no match here is looked at more closely (`fitting`). A record may stand in a file without being a block
of its own: behind it, a line has lost its date, or before it a quote too many was set. So blocks that match nothing are
cut (`cut`) where the text of a record that is looked for begins and ends.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from ledger.seals.blocks import loose_starts, raw_hash, split
from ledger.seals.model import Block, Meaning, Seal, SealedEntry

#: Type of the record of a file's head.
HEAD = "head"


@dataclass(eq=False, slots=True)
class Record:
    """One sealed entry, or the sealed head of a file, and where it stands now.

    Attributes:
        seal: whose it is.
        piece: where it stands now; None = nowhere.
        whole: False where the text there isn't what was sealed.
    """

    entry: SealedEntry
    seal: Seal
    piece: Piece | None = None
    whole: bool = True

    @property
    def is_head(self) -> bool:
        """Whether it is a file's head."""
        return self.entry.type == HEAD


@dataclass(eq=False, slots=True)
class Piece:
    """A block as it stands now, or a part of one.

    Attributes:
        text: its bytes.
        inside: the block whose part it is.
        record: what it was sealed as; None = nothing that is known (yet).
        meaning: where it was parsed.
        parts: what it was cut into, side by side; empty where it wasn't.
    """

    file: str
    block: Block
    text: bytes
    inside: Piece | None = None
    record: Record | None = None
    meaning: Meaning | None = None
    parts: list[Piece] = field(default_factory=list)

    @property
    def is_head(self) -> bool:
        """Whether it stands before a file's first date."""
        return self.block.date is None and self.inside is None


@dataclass(slots=True)
class Standing:
    """All records and pieces of one unit."""

    records: list[Record]
    pieces: list[Piece]

    @property
    def lost(self) -> list[Record]:
        """Records that stand nowhere."""
        return [record for record in self.records if record.piece is None]

    @property
    def odd(self) -> list[Piece]:
        """Blocks that aren't as any record says."""
        return [piece for piece in self.pieces if piece.record is None]


def stand(seals: Sequence[Seal], files: Mapping[str, bytes]) -> Standing:
    """Records and blocks, matched by the hash of their text: within their file first, then wherever it stands.

    Args:
        seals: of one unit, in the order of the chain.
        files: path below the unit's folder -> text.
    """
    records = [record for seal in seals for record in _records(seal)]
    pieces = [
        Piece(file, block, data[block.start : block.end])
        for file, data in sorted(files.items())
        for block in split(data)
    ]
    here: dict[tuple[str, str, bool], deque[Piece]] = defaultdict(deque)
    for piece in pieces:
        here[piece.block.raw, piece.file, piece.is_head].append(piece)
    for record in records:
        _match(record, here.get((record.entry.raw, record.entry.file, record.is_head)))
    elsewhere: dict[str, deque[Piece]] = defaultdict(deque)
    for piece in pieces:
        if piece.record is None and not piece.is_head:
            elsewhere[piece.block.raw].append(piece)
    for record in records:
        if record.piece is None and not record.is_head:
            _match(record, elsewhere.get(record.entry.raw))
    return Standing(records, pieces)


def _match(record: Record, pieces: deque[Piece] | None) -> None:
    if pieces:
        record.piece = pieces.popleft()
        record.piece.record = record


def _records(seal: Seal) -> list[Record]:
    heads = [
        SealedEntry("", dt.date.min, HEAD, file, 1, "", "", raw, {}) for file, raw in sorted(seal.draft.heads.items())
    ]
    entries = sorted(seal.draft.entries, key=lambda entry: (entry.file, entry.line))
    return [Record(entry, seal) for entry in (*heads, *entries)]


def cut(standing: Standing) -> None:
    """Cut blocks that match nothing where the text of a lost record stands in them; its record is found then."""
    wanted: dict[str, list[Record]] = defaultdict(list)
    for record in standing.lost:
        wanted[record.entry.raw].append(record)
    if not wanted:
        return
    for piece in standing.odd:
        ends = [*loose_starts(piece.text, 1, len(piece.text)), len(piece.text)]
        parts: list[Piece] = []
        start = 0
        for end in ends:
            parts += _cut_one(piece, start, end, wanted)
            start = end
        if any(part.record for part in parts):
            piece.parts = _joined(piece, parts)


def _cut_one(piece: Piece, start: int, end: int, wanted: dict[str, list[Record]]) -> Iterable[Piece]:
    """The stretch from `start` to `end`: a wanted record if it begins with one, and the rest behind it."""
    longest, found = start, ""
    running, pending, position = sha256(), b"", start
    for line in piece.text[start:end].split(b"\n"):
        position += len(line) + 1
        text = line.rstrip(b"\r")
        if text:
            running.update(pending + text)
            pending = b""
            digest = running.hexdigest()
            if digest in wanted and _who(piece, wanted[digest], start) is not None:
                longest, found = min(position, end), digest
        pending += line[len(text) :] + b"\n"
    if found:
        part = _part(piece, start, longest)
        record = _who(piece, wanted[found], start)
        assert record is not None
        wanted[found].remove(record)
        part.record, record.piece = record, part
        yield part
    rest = piece.text[longest:end]
    if rest.strip(b"\r\n"):
        yield _part(piece, longest + len(rest) - len(rest.lstrip(b"\r\n")), end)


def _who(piece: Piece, records: list[Record], start: int) -> Record | None:
    """Which of the records with this text it is: one of this file, else any; a head stands at its file's start."""
    head = [r for r in records if r.is_head and r.entry.file == piece.file and start == piece.block.start == 0]
    here = [r for r in records if not r.is_head and r.entry.file == piece.file]
    return next(iter(head or here or [r for r in records if not r.is_head]), None)


def _part(piece: Piece, start: int, end: int) -> Piece:
    text = piece.text[start:end]
    dates = [block.date for block in split(text.split(b"\n", 1)[0])]
    first = piece.block.start
    block = Block(0, first + start, first + end, dates[0] if dates else None, raw_hash(text))
    return Piece(piece.file, block, text, inside=piece)


def _joined(piece: Piece, parts: list[Piece]) -> list[Piece]:
    """Parts side by side, without a gap: blank lines between two belong to the first. Their lines are counted here."""
    ends = [part.block.start for part in parts[1:]] + [piece.block.end]
    line, last = piece.block.line, 0
    for part, end in zip(parts, ends, strict=True):
        start = part.block.start - piece.block.start
        line += piece.text.count(b"\n", last, start)
        last = start
        part.text = piece.text[start : end - piece.block.start]
        part.block = dataclasses.replace(part.block, line=line, end=end)
    return parts
