"""Whether a chain holds by itself, told from bytes alone.

A seal's line has exactly one way to be written, and its hashes are those of its own bytes up to a place. So a chain is
proven without decoding the thousands of records in it. Only one that isn't perfectly as it was made is decoded: that is
slower, and `ledger.seals.chain.check_chain`'s to name. So this module never says what is wrong; it says "whole", or
nothing.
"""

from __future__ import annotations

import re
from hashlib import sha256

from ledger.seals import merkle
from ledger.seals.chain import federation_root
from ledger.seals.lines import MAX_BYTES, read_line
from ledger.seals.model import NOTHING, Seal
from ledger.seals.problems import SealUnreadable

#: A text as JSON has it, in the one way that lines are written.
_TEXT = rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\nrtfb]|u00[01][0-9a-f])[^"\\\x00-\x1f]*+)*+"'
_HASH = rb'"([0-9a-f]{64})"'
_FIELD = _TEXT + rb':"[0-9a-f]{8}"'
_ENTRY = re.compile(
    rb'\{"voucher":' + _TEXT + rb',"date":"([0-9]{4}-[0-9]{2}-[0-9]{2})","type":"[a-z]+","file":('
    + _TEXT + rb'),"line":([1-9][0-9]*),"canonical":' + _HASH + rb',"numberless":"[0-9a-f]{64}","raw":' + _HASH
    + rb',"fields":\{(?:' + _FIELD + rb"(?:," + _FIELD + rb")*+)?+\}\}(,|\Z)"
)  # fmt: skip
_BEGIN, _END = b'"entries":[', b'],"heads":{'
_CONTENT, _SEAL = b',"content":"', b',"seal":"'

#: File as JSON writes it, line when it was sealed, raw hash.
Row = tuple[bytes, int, bytes]


class Chain:
    """A chain that holds by itself.

    Attributes:
        seals: without their entries.
        rows: those of each seal.
        entries: how many there are.
    """

    def __init__(self, seals: tuple[Seal, ...], rows: tuple[tuple[Row, ...], ...]) -> None:
        self.seals = seals
        self.rows = rows
        self.entries = sum(map(len, rows))


def chain_of(data: bytes, unit: str) -> Chain | None:
    """A chain whose every line is as it was made, and follows from the one before; None for any other.

    Args:
        data: the whole `seals.jsonl`.
        unit: slug.
    """
    if not data or len(data) > MAX_BYTES or not data.endswith(b"\n"):
        return None
    seals: list[Seal] = []
    rows: list[tuple[Row, ...]] = []
    before, previous = NOTHING, NOTHING
    for number, line in enumerate(data[:-1].split(b"\n"), 1):
        found = _line(line, number)
        if found is None:
            return None
        seal, entries = found
        if (seal.draft.unit, seal.number, seal.before, seal.previous) != (unit, number, before, previous):
            return None
        before, previous = seal.content, seal.seal
        seals.append(seal)
        rows.append(entries)
    return Chain(tuple(seals), tuple(rows))


def _line(line: bytes, number: int) -> tuple[Seal, tuple[Row, ...]] | None:
    """A seal without its entries, and their rows; None where any hash of the line isn't right."""
    begin = line.find(_BEGIN) + len(_BEGIN)
    end = line.find(_END, begin)
    content, whole = line.rfind(_CONTENT), line.rfind(_SEAL)
    if begin < len(_BEGIN) or not begin <= end < content < whole:
        return None
    try:
        line.decode("utf-8")
        seal = read_line(line[:begin] + line[end:], number)
    except (SealUnreadable, UnicodeDecodeError):
        return None
    if (
        sha256(line[:content] + b"}").hexdigest() != seal.content
        or sha256(line[:whole] + b"}").hexdigest() != seal.seal
    ):
        return None
    rows: list[Row] = []
    leaves: list[bytes] = []
    position = 0
    entries = line[begin:end]
    for match in _ENTRY.finditer(entries):
        if match.start() != position:
            return None
        position = match.end()
        rows.append((match[2], int(match[3]), match[5]))
        leaves.append(bytes.fromhex(match[4].decode("ascii")))
    if position != len(entries) or entries.endswith(b","):
        return None
    if merkle.root(leaves) != seal.root or federation_root(seal.draft.witnesses) != seal.witness_root:
        return None
    return seal, tuple(rows)
