"""Which odd piece of text is what has become of which lost record.

In this order: the same meaning in another layout; the same but for the number; the same number, in the same file or
year; then, between two neighbours that still stand, what is most like it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf

from ledger.seals.model import Block, Meaning, SealedEntry
from ledger.seals.standing import OWN, Piece, Record, Standing

#: What the blocks of a file say: None for each that can't be parsed.
Parse = Callable[[str, Sequence[Block]], Sequence[Meaning | None]]

#: A voucher's number in a text that no parser reads.
_WRITTEN = re.compile(rb'^[ \t]+voucher:[ \t]*"([^"\\\n]*)"', re.MULTILINE)
#: How much of what was sealed must be left of it.
_ALIKE = 0.5
#: More pairs than these are not compared one by one: the first lost record is then the first odd piece, and so on.
_MANY = 4_096


def candidates(standing: Standing) -> list[Piece]:
    """Pieces that may be what has become of a lost record: odd blocks, and of those that were cut, the rests.

    A rest behind sealed text that begins with an indented line, or is comments alone, is an addition to that text.
    """
    found: list[Piece] = []
    for piece in standing.odd:
        if not piece.parts:
            found.append(piece)
        for before, part in zip([None, *piece.parts], piece.parts, strict=False):  # none before the first
            addition = before is not None and before.record is not None and not OWN.match(part.text)
            if part.record is None and not addition:
                found.append(part)
    return found


def understand(pieces: Iterable[Piece], parse: Parse) -> None:
    """Ask what pieces say that nobody has asked of yet; what has no date says nothing."""
    asked: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.meaning is None and piece.block.date is not None:
            asked[piece.file].append(piece)
    for file, there in asked.items():
        answers = parse(file, [piece.block for piece in there])
        for piece, meaning in zip(there, answers, strict=True):
            piece.meaning = meaning


def fit(standing: Standing, pieces: Sequence[Piece]) -> None:
    """Give lost records the pieces that they have become; both are marked."""
    pieces = _join(pieces)
    _by(standing, pieces, lambda r: r.entry.canonical, lambda p: p.meaning.canonical if p.meaning else "")
    _by(standing, pieces, lambda r: r.entry.numberless, lambda p: p.meaning.numberless if p.meaning else "")
    _by(standing, pieces, lambda r: r.entry.voucher, voucher_of, near=True)
    _between(standing, pieces)


def _join(pieces: Sequence[Piece]) -> list[Piece]:
    """One broken text may be several pieces: where a quote isn't closed any more before a line that begins with a date.

    Neither it nor what follows can be read then.
    """
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.meaning is None
            and piece.meaning is None
            and (before.file, before.block.start + len(before.text)) == (piece.file, piece.block.start)
            and before.text.count(b'"') % 2
            and not voucher_of(before)
        ):
            before.text += piece.text
            piece.joined = before
        else:
            joined.append(piece)
    return joined


def voucher_of(piece: Piece) -> str:
    """The number of a piece's voucher, as parsed or as its text has it; "" where there is none."""
    if piece.meaning is not None:
        return piece.meaning.voucher
    written = _WRITTEN.search(piece.text)
    return written[1].decode("utf-8", "replace") if written else ""


def _take(record: Record, piece: Piece) -> None:
    record.piece, record.whole = piece, False
    piece.record = record


def _by(
    standing: Standing,
    pieces: Sequence[Piece],
    key: Callable[[Record], str],
    said: Callable[[Piece], str],
    *,
    near: bool = False,
) -> None:
    """Pairs with the same key, of one file before others; `near`: of other files only in the same year."""
    lost: dict[str, list[Record]] = defaultdict(list)
    for record in reversed(standing.lost):
        if not record.is_head and key(record):
            lost[key(record)].append(record)
    for here in (True, False):
        for piece in pieces:
            records = lost.get(said(piece)) if piece.record is None and lost else None
            for number in range(len(records or ()) - 1, -1, -1):
                assert records is not None
                if _fits(records[number].entry, piece, here=here, near=near):
                    _take(records.pop(number), piece)
                    break


def _fits(entry: SealedEntry, piece: Piece, *, here: bool, near: bool) -> bool:
    if here:
        return entry.file == piece.file
    date = piece.meaning.date if piece.meaning else piece.block.date
    return not near or (date is not None and date.year == entry.date.year)


def _between(standing: Standing, pieces: Sequence[Piece]) -> None:
    """What stands between the neighbours of a lost record, and is alike."""
    free: dict[str, list[Piece]] = defaultdict(list)
    for piece in sorted(pieces, key=lambda p: p.block.start):
        if piece.record is None:
            free[piece.file].append(piece)
    for file, run, low, high in _gaps(standing, free):
        begin, end = (bisect_left(free[file], place, key=lambda p: p.block.start) for place in (low, high))
        there = [piece for piece in free[file][begin:end] if piece.record is None]
        _fit_gap(run, there)
        if high == inf and there and there[-1].record is None:
            _fit_end(next((record for record in run if record.piece is None), None), there[-1])


def _gaps(standing: Standing, files: Mapping[str, object]) -> Iterable[tuple[str, list[Record], float, float]]:
    """Lost records of a seal side by side in a file, and between which offsets they would stand now."""
    groups: dict[tuple[int, str], list[Record]] = defaultdict(list)
    for record in standing.records:
        groups[record.seal.number, record.entry.file].append(record)
    for (_, file), records in groups.items():
        if file not in files or all(record.piece for record in records):
            continue
        low, run = 0.0, []
        for record in records:
            if record.piece is None:
                run.append(record)
            elif record.piece.file == file:
                place = record.piece.block.start
                if run:
                    yield file, run, low, place if place >= low else inf
                low, run = place, []
        if run:
            yield file, run, low, inf


def _fit_gap(run: list[Record], there: list[Piece]) -> None:
    """The likest first; as many of each that nobody compares them all go by their order."""
    if len(run) * len(there) > _MANY:
        for record, piece in zip(run, there, strict=False):
            if _alike(record, piece) >= _ALIKE:
                _take(record, piece)
        return
    pairs = [(-_alike(r, p), abs(i - j), i, j) for i, r in enumerate(run) for j, p in enumerate(there)]
    for unlike, _, i, j in sorted(pairs):
        if -unlike >= _ALIKE and run[i].piece is None and there[j].record is None:
            _take(run[i], there[j])


def _fit_end(record: Record | None, piece: Piece) -> None:
    """The last text of a file that was cut off may be hardly any of the voucher that it was."""
    if record is None or record.is_head or (voucher_of(piece) and record.entry.voucher):
        return
    if piece.meaning is None or (piece.meaning.type, piece.meaning.date) == (record.entry.type, record.entry.date):
        _take(record, piece)


def _alike(record: Record, piece: Piece) -> float:
    """How much of a record a piece still has, from 0 to 1; what can't be parsed may be anything."""
    if record.is_head or piece.is_head:
        if record.is_head and piece.is_head:
            return 1.0
        return _ALIKE if piece.is_head and piece.text.strip() else 0.0  # empty lines are nothing that is left of it
    if piece.meaning is None:
        return _ALIKE
    if piece.meaning.voucher and record.entry.voucher and piece.meaning.voucher != record.entry.voucher:
        return 0.0
    sealed, said = record.entry.fields, piece.meaning.fields
    return sum(said.get(name) == digest for name, digest in sealed.items()) / len(sealed.keys() | said.keys())


def differing(entry: SealedEntry, said: Meaning) -> list[str]:
    """The fields in which what is said differs from what was sealed."""
    names = sorted(entry.fields.keys() | said.fields.keys())
    return [name for name in names if entry.fields.get(name) != said.fields.get(name)]
