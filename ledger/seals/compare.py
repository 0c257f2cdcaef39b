"""What has happened to sealed text: sealed entries against the blocks that stand in the files now (SPEC 7).

Whatever still has the hash of its text is as it was, and hardly anything else is ever looked at: only blocks without a
sealed twin are parsed. Where something doesn't match, it is said of the voucher that it happened to, and once:

- *renumbered*: all but its number is as sealed; also when two vouchers have changed numbers.
- *altered*: it says something else (with the fields), or says the same in another layout. A voucher is known by its
  number; what has none, or lost it, by its place between unchanged neighbours and by what of it is left.
- *moved*: its text is as sealed, but in another file, or in another order than its neighbours (all but a longest row
  that kept its order).
- *missing*, and *inserted*: dated in a closed month, and no seal holds it. An `open` may be added later.

A broken line can hide those behind it: a quote too many swallows them, a damaged date makes a voucher part of the one
before. What follows from one broken line is told with that line. But what a new text swallows is missing: Beancount
doesn't see it either.

Where a seal's own line was changed, its records are held against the text, one by one: the voucher whose record was
changed is named, with the line of `seals.jsonl`. Such a seal isn't believed which month it closed, where none of its
records is dated then. A seal that stands there twice is heard once.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeGuard

from ledger.messages import N_
from ledger.seals.chain import holds
from ledger.seals.damage import Damaged
from ledger.seals.fitting import Parse, candidates, differing, fit, understand, voucher_of
from ledger.seals.grounds import is_common, may_come_later, seals_common
from ledger.seals.model import Current, Found, Kind, Seal
from ledger.seals.standing import Piece, Record, Standing, cut, stand
from ledger.seals.unread import Reread, changed_fields

__all__ = ["Parse", "compare", "unsealed"]

_NO_PARAMS: tuple[tuple[str, str], ...] = ()
_TOP = N_("these are the lines at the top of the file")
#: Which texts are looked at: the unit's own, the federation's, or both where the chain seals both.
Part = Literal["own", "common", "all"]


def compare(
    seals: Sequence[Seal],
    files: Mapping[str, bytes],
    parse: Parse,
    *,
    unreadable: Collection[str] = (),
    part: Part = "all",
    reread: Reread | None = None,
) -> list[Found]:
    """What has happened to what a unit has sealed.

    Args:
        seals: of its chain.
        files: the unit's book files as they stand, by their path below its folder.
        parse: says what blocks mean, asked once or twice a file, and only for blocks that don't match: None for what
            can't be parsed. A block may be a part of one that `split` gives; its bytes are what is meant.
        unreadable: periods whose line in `seals.jsonl` can't be read, "" where not even that can: nobody knows what
            was sealed with them, so nothing dated there is told to be inserted.
        part: which texts are looked at.
        reread: says what texts would mean that don't stand in the files: for the field that was changed of a voucher
            that can't be read any more; without it, none is named.

    Returns:
        Findings in the order of files and lines.
    """
    return _Comparison(seals, files, parse, unreadable, part).found(reread)


def unsealed(
    seals: Sequence[Seal], files: Mapping[str, bytes], parse: Parse, *, unreadable: Collection[str] = ()
) -> list[Current]:
    """What is dated in a closed month and held by no seal, not even altered: late postings.

    Args:
        seals: see `compare`.
        files: see `compare`.
        parse: see `compare`.
        unreadable: see `compare`.
    """
    comparison = _Comparison(seals, files, parse, unreadable, "own")
    return [Current(piece.file, piece.block, piece.meaning) for piece in comparison.late()]


class _Comparison:
    """All that is known of one unit's text."""

    def __init__(
        self, seals: Sequence[Seal], files: Mapping[str, bytes], parse: Parse, unreadable: Collection[str], part: Part
    ) -> None:
        self.seals = seals = _each_once(seals)
        self.files = files
        self.parse = parse
        self.unreadable = unreadable
        self.standing: Standing = stand(seals, files, _of(seals, part))
        self.sound = {id(seal): holds(seal) for seal in seals}
        months = [(seal, seal.period if self.sound[id(seal)] else _month_of(seal)) for seal in seals]
        last = {period: seal.draft.kind == "close" for seal, period in months if period}
        self.closed = frozenset(period for period, closed in last.items() if closed)
        self.first = min([*last, *unreadable], default="")
        self.older = bool(self.first) and last.get(self.first, False) and self.first not in unreadable
        cut(self.standing)
        odd = candidates(self.standing)
        lost = self.standing.lost
        understand(odd if lost else [piece for piece in odd if self._is_late(piece)], parse)
        if lost:
            fit(self.standing, odd)
        self._ends: dict[str, Piece] = {}
        #: The altered piece that swallowed a record, by the record.
        self.swallowed: dict[int, Piece | None] = {}
        for piece in self.standing.odd:
            if piece.parts:
                self._judge(piece)
        self._behind = Counter(id(blame) for blame in self.swallowed.values())

    def _is_closed(self, date: dt.date | None) -> bool:
        """Whether what is dated then should be in a seal: the first seal holds all that is older, too."""
        if date is None or "" in self.unreadable:
            return False
        period = date.isoformat()[:7]
        return period not in self.unreadable and (period in self.closed or (self.older and period < self.first))

    def _is_late(self, piece: Piece) -> bool:
        """Whether what no seal holds should be in one, if it is no `open`."""
        common = is_common(piece.file) and may_come_later(piece.file, piece.text)
        return self._is_closed(piece.block.date) and not common

    def _judge(self, piece: Piece) -> None:
        """Who of the records in a block that was cut is to blame, and who was swallowed."""
        first, *others = piece.parts
        blame: Piece | None = None
        if first.record is None or not first.record.whole:
            blame = first if first.record else None
        elif others and others[0].record is None:
            # Something stands behind it that was no voucher: it has grown.
            record = first.record
            record.piece, record.whole = piece, False
            piece.record, first.record = record, None
            understand([piece], self.parse)
            blame = piece
        for part in others:
            if part.record is not None and not part.record.whole:
                blame = blame or part
            elif part.record is not None:
                self.swallowed[id(part.record)] = blame

    def late(self) -> list[Piece]:
        """Blocks dated in a closed month that no seal holds."""
        return [
            piece
            for piece in self.standing.odd
            if self._is_late(piece)
            and piece.joined is None
            and not (piece.parts and piece.parts[0].record is not None)
            and not (piece.meaning and piece.meaning.type == "open")
        ]

    def found(self, reread: Reread | None) -> list[Found]:
        """Everything, in the order of files and lines."""
        unread = [(r, r.piece) for r in self.standing.records if not (r.is_head or r.whole) and _is_unread(r.piece)]
        fields = changed_fields(unread, reread) if reread and unread else {}
        damaged = [record for record in self.standing.records if not self.sound[id(record.seal)]]
        found = list(Damaged(damaged, self.parse).found())
        for record in self.standing.records:
            if record.piece is None:
                found.append(self._missing(record, record.piece))
            elif not record.whole:
                if self.sound[id(record.seal)]:
                    found.append(self._altered(record, record.piece, fields.get(id(record.piece), ())))
            elif id(record) in self.swallowed:
                if self.swallowed[id(record)] is None:
                    found.append(self._missing(record, record.piece))
            elif record.piece.file != record.entry.file:
                found.append(_moved(record, record.piece))
        found += [_moved(record, piece) for record, piece in self._disordered()]
        found += [_inserted(piece) for piece in (*self.late(), *self._new_heads())]
        return sorted(found, key=lambda one: (one.file, one.line or 0, one.kind, one.voucher))

    def _missing(self, record: Record, piece: Piece | None) -> Found:
        """A record that stands nowhere, or in a text in quotes that isn't its own."""
        if piece is not None and piece.inside is not None:
            note = N_("it stands in a text in quotes that begins at line {line}")
            return _about(record, "missing", piece, note=note, params=(("line", str(piece.inside.block.line)),))
        if record.entry.file not in self.files:
            return _about(record, "missing", piece, note=N_("the file is gone"))
        if record.is_head:
            return _about(record, "missing", piece, meaning=False, note=_TOP)
        return _about(record, "missing", piece, note=N_("the file ends before it") if self._is_behind(record) else "")

    def _is_behind(self, record: Record) -> bool:
        """Whether a lost record stood behind all that its file still holds."""
        if not self._ends:
            for piece in self.standing.pieces:
                self._ends[piece.file] = piece
        last = self._ends.get(record.entry.file)
        while last is not None and last.record is None and last.parts:
            last = last.parts[-1]
        if last is None:
            return True
        sealed = last.record
        return sealed is not None and sealed.seal is record.seal and sealed.entry.line < record.entry.line

    def _altered(self, record: Record, piece: Piece, fields: tuple[str, ...]) -> Found:
        """A record whose text isn't what was sealed; of what can't be read, `fields` says what is known to differ."""
        entry, said = record.entry, piece.meaning
        behind = self._behind[id(piece)]
        note, params = "", _NO_PARAMS
        if behind:
            note = N_("it hides what stands behind it: a quote isn't closed; vouchers that can't be read: {count}")
            params = (("count", str(behind)),)
        elif record.is_head:
            note = _TOP
        elif said is None:
            note = N_("it can't be read any more")
        if said is None:
            meaning = not record.is_head
            return _about(record, "altered", piece, meaning=meaning, fields=fields, note=note, params=params)
        if said.voucher and entry.voucher and said.voucher != entry.voucher and said.numberless == entry.numberless:
            note, params = N_("its number is {number} now"), (("number", said.voucher),)
            return _about(record, "renumbered", piece, fields=("voucher:",), note=note, params=params)
        fields = tuple(differing(entry, said))
        meaning = said.canonical != entry.canonical
        return _about(record, "altered", piece, meaning=meaning, fields=fields, note=note, params=params)

    def _disordered(self) -> Iterator[tuple[Record, Piece]]:
        """Records of one seal and file whose text is as sealed, but not their order."""
        groups: dict[tuple[int, str], list[tuple[Record, Piece]]] = defaultdict(list)
        for record in self.standing.records:
            piece = record.piece
            stays = record.whole and id(record) not in self.swallowed and not record.is_head
            if piece is not None and stays and piece.file == record.entry.file:
                groups[record.seal.number, piece.file].append((record, piece))
        for group in groups.values():
            kept = longest_row([piece.block.start for _, piece in group])
            yield from (pair for number, pair in enumerate(group) if number not in kept)

    def _new_heads(self) -> Iterator[Piece]:
        """What stands before the first date of a file that had nothing there when its first entries were sealed."""
        files = {record.entry.file for record in self.standing.records}
        had = {record.entry.file for record in self.standing.records if record.is_head}
        for piece in self.standing.odd:
            said = piece.is_head and piece.text.strip()  # empty lines say nothing
            if said and piece.file in files - had and not any(part.record for part in piece.parts):
                yield piece


def _is_unread(piece: Piece | None) -> TypeGuard[Piece]:
    """Whether a text was asked for what it says, and nobody knows."""
    return piece is not None and piece.meaning is None


def _each_once(seals: Sequence[Seal]) -> list[Seal]:
    """Seals without those that stand there a second time: what they hold stands in the books once."""
    kept: list[Seal] = []
    for seal in seals:
        if not any(_is_again(seal, one) for one in kept):
            kept.append(seal)
    return kept


def _is_again(seal: Seal, earlier: Seal) -> bool:
    """Whether a seal is an earlier one once more; a month is opened again in the same words more than once."""
    if seal.draft.entries:
        return seal.draft.entries == earlier.draft.entries
    return (seal.content, seal.draft) == (earlier.content, earlier.draft)


def _month_of(seal: Seal) -> str:
    """The month of a seal that doesn't hold: what it says itself may be what was changed, so its records are asked.

    Returns:
        Its own where anything in it is dated then, else the month of what is dated last; "" where it has no record.
    """
    months = {f"{entry.date:%Y-%m}" for entry in seal.draft.entries}
    return seal.period if seal.period in months else max(months, default="")


def _of(seals: Sequence[Seal], part: Part) -> Callable[[str], bool]:
    """Whether a file is looked at."""
    if part == "common":
        return is_common
    both = part == "all" and seals_common(seals)
    return lambda file: both or not is_common(file)


def longest_row(places: Sequence[int]) -> set[int]:
    """Indexes of a longest strictly increasing subsequence."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, place in enumerate(places):
        at = bisect_left(tails, place)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [place]
        ends[at : at + 1] = [number]
    kept = set()
    number = ends[-1] if ends else -1
    while number >= 0:
        kept.add(number)
        number = before[number]
    return kept


def _about(record: Record, kind: Kind, piece: Piece | None, *, meaning: bool = True, **told: Any) -> Found:
    """A finding of a record, where its text stands now, or stood."""
    entry = record.entry
    file, line = (piece.file, piece.block.line) if piece else (entry.file, entry.line)
    return Found(kind, record.seal.period, entry.voucher, file, line, meaning=meaning, **told)


def _moved(record: Record, piece: Piece) -> Found:
    params = (("file", record.entry.file), ("line", str(record.entry.line)))
    return _about(record, "moved", piece, meaning=False, note=N_("it stood in {file}:{line}"), params=params)


def _inserted(piece: Piece) -> Found:
    if piece.block.date is None:
        return Found("inserted", "", "", piece.file, piece.block.line, meaning=False, note=_TOP)
    period, voucher = f"{piece.block.date:%Y-%m}", voucher_of(piece)
    return Found("inserted", period, voucher, piece.file, piece.block.line, meaning=True)
