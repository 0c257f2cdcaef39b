"""What stands where: sealed records and present blocks, matched by the hash of their text.

Only what finds no match here is looked at more closely (`fitting`). A record may stand in a file without being a block
of its own: behind it, a line has lost its date, or before it a quote too many was set. So blocks that match nothing are
cut (`cut`) where the text of a record that is looked for begins and ends.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, groupby, pairwise

from ledger.seals.blocks import behind_comments, loose_starts, raw_hash, split
from ledger.seals.model import Block, Meaning, Seal, SealedEntry

#: How many lines that begin with a date a sealed text may hold in quotes before it isn't looked for any further.
_FURTHER = 5
_BLANK = re.compile(rb"[\r\n]*")
_LINE = re.compile(rb"[^\n]*+\n")
#: Comments, and below them a line that isn't indented: not what goes on with the text before.
OWN = re.compile(rb"(?:;[^\n]*+\n)*+(?=[^\s;])")
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
        joined: the piece before it, where both can't be read and are one broken text.
        parts: what it was cut into, side by side; empty where it wasn't.
    """

    file: str
    block: Block
    text: bytes
    inside: Piece | None = None
    record: Record | None = None
    meaning: Meaning | None = None
    joined: Piece | None = None
    parts: list[Piece] = field(default_factory=list)

    @property
    def is_head(self) -> bool:
        """Whether it stands before a file's first date."""
        return self.block.date is None and self.block.start == 0


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


def stand(seals: Sequence[Seal], files: Mapping[str, bytes], of: Callable[[str], bool]) -> Standing:
    """Records and blocks, matched by the hash of their text: within their file first, then wherever it stands.

    Args:
        seals: of one unit, in the order of the chain.
        files: path below the unit's folder -> text.
        of: which files are looked at.
    """
    records = [record for seal in seals for record in _records(seal) if of(record.entry.file)]
    pieces = [
        Piece(file, block, data[block.start : block.end])
        for file, data in sorted(files.items())
        if of(file)
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
    """Cut blocks that match nothing where the text of a lost record stands in them; its record is found then.

    Blocks are cut whose text a record's begins or ends in. Where one stands astride two blocks, they are made one.
    """
    wanted: dict[str, list[Record]] = defaultdict(list)
    for record in standing.lost:
        wanted[record.entry.raw].append(record)
    if not wanted:
        return
    pieces: list[Piece] = []
    for (_, odd), blocks in groupby(standing.pieces, key=lambda piece: (piece.file, piece.record is None)):
        side_by_side = list(blocks)
        pieces += _cut(side_by_side, wanted) if odd else side_by_side
    standing.pieces = pieces


def _cut(blocks: list[Piece], wanted: dict[str, list[Record]]) -> list[Piece]:
    """Odd blocks side by side, those cut that hold lost records."""
    text = b"".join(block.text for block in blocks)
    first = blocks[0].block.start
    starts = sorted({*(block.block.start - first for block in blocks), *loose_starts(text, 0, len(text)), len(text)})
    found: list[tuple[int, int, Record]] = []
    above = set(_above(blocks, first))
    for number, start in enumerate(starts[:-1]):
        if not found or start >= found[-1][1]:
            end = starts[min(number + _FURTHER, len(starts) - 1)]
            found += _known(blocks[0].file, text[start:end], first + start, start, wanted, above)
    if not found:
        return blocks
    astride: list[list[Piece]] = []
    for block in blocks:
        before = bisect_left(found, block.block.start - first, key=lambda one: one[0]) - 1
        if astride and before >= 0 and found[before][1] > block.block.start - first:
            astride[-1].append(block)
        else:
            astride.append([block])
    pieces = [_one(together) for together in astride]
    for piece in pieces:
        begin, end = piece.block.start - first, piece.block.end - first
        there = slice(*(bisect_left(found, place, key=lambda one: one[0]) for place in (begin, end)))
        inner = starts[bisect_right(starts, begin) : bisect_left(starts, end)]
        inside = [(start - begin, end - begin, record) for start, end, record in found[there]]
        if inside:
            piece.parts = _parts(piece, inside, [start - begin for start in inner])
    return pieces


def _above(blocks: Sequence[Piece], first: int) -> Iterable[int]:
    """Where comments end that belong to the block below them, counted from `first`: nothing before it ends there."""
    for block in blocks[1:]:
        start = block.block.start - first
        yield from (start + line.end() for line in _LINE.finditer(block.text, 0, behind_comments(block.text)))


def _one(blocks: list[Piece]) -> Piece:
    """Blocks made one."""
    first = blocks[0]
    if len(blocks) > 1:
        first.text = b"".join(block.text for block in blocks)
        first.block = dataclasses.replace(first.block, end=blocks[-1].block.end, raw=raw_hash(first.text))
    return first


def _known(
    file: str, text: bytes, place: int, start: int, wanted: dict[str, list[Record]], above: Collection[int]
) -> Iterable[tuple[int, int, Record]]:
    """The longest text of a lost record that `text` begins with: from where to where, counted from `start`."""
    running, pending, position = sha256(), b"", 0
    found: tuple[int, str] | None = None
    for line in text.split(b"\n"):
        position += len(line) + 1
        said = line.rstrip(b"\r")
        if said:
            running.update(pending + said)
            pending = b""
            digest = running.hexdigest()
            known = digest in wanted and start + position not in above
            if known and _who(file, wanted[digest], place) is not None:
                found = min(position, len(text)), digest
        pending += line[len(said) :] + b"\n"
    if found is not None:
        record = _who(file, wanted[found[1]], place)
        assert record is not None
        wanted[found[1]].remove(record)
        yield start, start + found[0], record


def _who(file: str, records: list[Record], place: int) -> Record | None:
    """Which of the records with this text it is: one of this file, else any; a head stands at its file's start."""
    heads = (r for r in records if r.is_head and r.entry.file == file and not place)
    here = (r for r in records if not r.is_head and r.entry.file == file)
    return next(chain(heads, here, (r for r in records if not r.is_head)), None)


def _parts(piece: Piece, found: list[tuple[int, int, Record]], starts: list[int]) -> list[Piece]:
    """A block cut into what was found in it and the rests between, at each of `starts`; side by side, without a gap."""
    cuts: list[tuple[int, Record | None]] = []
    position = 0
    for start, end, record in [*found, (len(piece.text), len(piece.text), None)]:
        if position < start:
            cuts += [(position, None)]
            cuts += [(cut, None) for cut in starts[bisect_right(starts, position) : bisect_left(starts, start)]]
        cuts += [(start, record)]
        blank = _BLANK.match(piece.text, end)
        position = blank.end() if blank else end
    parts: list[Piece] = []
    line, last = _first_line(piece), 0
    for (start, record), (end, _) in pairwise(cuts):
        line += piece.text.count(b"\n", last, start)
        last = start
        part = _part(piece, start, end, line)
        if record is not None:
            part.record, record.piece = record, part
        parts.append(part)
    return parts


def _first_line(piece: Piece) -> int:
    """The line on which a block begins: that of its first comment, where it has some above."""
    above = behind_comments(piece.text) if piece.block.date else 0
    return piece.block.line - piece.text.count(b"\n", 0, above)


def _part(piece: Piece, start: int, end: int, line: int) -> Piece:
    text = piece.text[start:end]
    said = behind_comments(text)
    begun = split(text[said:].split(b"\n", 1)[0])
    date = begun[0].date if begun else None
    if date is None:
        own = OWN.match(text)
        said = own.end() if own else 0
    line += text.count(b"\n", 0, said)
    first = piece.block.start
    return Piece(piece.file, Block(line, first + start, first + end, date, raw_hash(text)), text, inside=piece)
