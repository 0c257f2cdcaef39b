"""Seals whose own line was changed: whose record in it was it?

A seal that doesn't hold any more is no proof against the text; but nearly always one record of it differs from what
stands in the books, and that is the one that was changed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from ledger.messages import N_
from ledger.seals.fitting import Parse, differing, understand
from ledger.seals.lines import FILE
from ledger.seals.model import Found
from ledger.seals.standing import Record


class Damaged:
    """Records of seals that don't hold, against the text."""

    def __init__(self, records: Sequence[Record], parse: Parse) -> None:
        self.records = records
        understand([record.piece for record in records if record.piece is not None and not record.is_head], parse)

    def found(self) -> Iterator[Found]:
        """One finding a record that differs from the text; where none does, those whose line alone is off."""
        different = [record for record in self.records if record.piece is not None and self._differs(record)]
        for record in different or self._displaced():
            said = record.piece.meaning if record.piece else None
            voucher = said.voucher if said else record.entry.voucher
            note = N_("what the seal says of it and its text differ: the seal was changed")
            fields = tuple(differing(record.entry, said)) if said else ()
            period, line = record.seal.period, record.seal.line
            yield Found("altered", period, voucher, FILE, line, meaning=True, fields=fields, note=note)

    def _differs(self, record: Record) -> bool:
        if not record.whole:
            return True
        piece, entry = record.piece, record.entry
        if record.is_head or piece is None or piece.meaning is None:
            return False
        return bool(differing(entry, piece.meaning)) or (
            entry.voucher,
            entry.date,
            entry.type,
            entry.canonical,
            entry.numberless,
        ) != (
            piece.meaning.voucher,
            piece.meaning.date,
            piece.meaning.type,
            piece.meaning.canonical,
            piece.meaning.numberless,
        )

    def _displaced(self) -> Iterator[Record]:
        """Records whose line isn't as far from where they stand as their neighbours' on both sides are."""
        groups: dict[tuple[int, str], list[tuple[int, Record]]] = defaultdict(list)
        for record in self.records:
            if record.piece is not None and not record.is_head and record.piece.file == record.entry.file:
                groups[record.seal.number, record.entry.file].append((record.piece.block.line, record))
        for group in groups.values():
            ordered = sorted(group, key=lambda pair: pair[0])
            off = [line - record.entry.line for line, record in ordered]
            usual = Counter(off).most_common(1)[0][0] if len(off) > 1 else 0
            for number, (_, record) in enumerate(ordered):
                beside = {off[i] for i in (number - 1, number + 1) if 0 <= i < len(off)}
                if len(beside) < 2 and off[number] not in {usual, *beside}:
                    yield record
