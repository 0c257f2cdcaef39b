"""Whether a unit is exactly as sealed, told from bytes alone: nearly always all that verifying has to say.

A seal's line has exactly one way to be written, and its hashes are those of its own bytes up to a place. So a chain is
proven without decoding the thousands of records in it, and the text by the raw hash of each block, in its place and
order. Only what isn't perfectly as it was is decoded, compared and parsed: that is slower, and `ledger.seals.compare`'s
to name. So this module never says what is wrong; it says "whole", or nothing.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping

from ledger.seals.blocks import split
from ledger.seals.grounds import is_common, may_come_later, seals_common
from ledger.seals.proven import Chain, chain_of

__all__ = ["Chain", "chain_of", "stands"]


def stands(chain: Chain, files: Mapping[str, bytes]) -> bool:
    """Whether all that is sealed stands where it stood, in its order, and nothing else is dated in a closed month.

    Args:
        chain: as `chain_of` gives it.
        files: the unit's book files, by path below its folder; the federation's texts count where the chain holds them.
    """
    if not seals_common(chain.seals):
        files = {file: text for file, text in files.items() if not is_common(file)}
    names = {_written(file): file for file in files}
    places: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    heads: dict[str, str] = {}
    dated: dict[tuple[str, int], str] = {}
    free: set[tuple[str, int]] = set()
    for file, text in files.items():
        for block in split(text):
            if block.date is None:
                heads[file] = block.raw
            else:
                places[file, block.raw].append(block.start)
                dated[file, block.start] = f"{block.date:%Y-%m}"
                if is_common(file) and may_come_later(file, text[block.start : block.end]):
                    free.add((file, block.start))
    sealed: dict[str, str] = {}
    touched: set[str] = set()
    for seal, rows in zip(chain.seals, chain.rows, strict=True):
        last = ("", -1)
        for written, _, raw in sorted(rows, key=lambda row: (row[0], row[1])):
            name = names.get(written, "")
            there = places.get((name, raw.decode("ascii")))
            if not there:
                return False
            start = there.popleft()
            if last[0] == name and start < last[1]:
                return False
            last = (name, start)
            touched.add(name)
            del dated[name, start]
        if sealed.keys() & seal.draft.heads.keys():
            return False
        sealed |= seal.draft.heads
    if any(heads.get(file) != raw for file, raw in sealed.items()):
        return False
    if any(file in heads and file not in sealed for file in touched):
        return False
    return not _late(chain, {place: month for place, month in dated.items() if place not in free})


def _late(chain: Chain, dated: Mapping[tuple[str, int], str]) -> bool:
    """Whether something that no seal holds is dated in a closed month."""
    last = {seal.period: seal.draft.kind == "close" for seal in chain.seals}
    closed = {period for period, is_closed in last.items() if is_closed}
    first = min(last, default="")
    older = first if last.get(first) else ""
    return any(month in closed or month < older for month in dated.values())


def _written(file: str) -> bytes:
    """A file's name as lines have it; only names that need no escape are looked for."""
    return b'"' + file.encode("utf-8", "surrogateescape") + b'"'
