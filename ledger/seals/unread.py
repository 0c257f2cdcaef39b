"""Which field of a voucher was changed, where its text can't be read any more.

A line that no book may hold spoils the whole voucher for whoever reads it: metadata with a name that is none, a text
whose letters are put together otherwise (Unicode's form NFD looks the same on paper). So the voucher is read once more,
with a sign in the place of what mustn't be there, or without one line of metadata; what differs then is the field.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from ledger.seals.fitting import differing
from ledger.seals.model import Meaning
from ledger.seals.standing import Piece, Record

#: What texts of a file say that don't stand in it so: None for each that can't be parsed.
Reread = Callable[[str, Sequence[bytes]], Sequence[Meaning | None]]

#: No more texts of one file are read once more than these: a voucher that hasn't had its turn names no field.
MOST = 2_000
_METADATA = re.compile(rb"[ \t]+([\w-]+):(?:\s|\Z)")
_POSTING = re.compile(rb"[ \t]+(?:[!*&#?%PSTCURM][ \t]+)?[A-Z][^\s:]*+:\S")
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_STAND_IN = "?"


def changed_fields(unread: Sequence[tuple[Record, Piece]], reread: Reread) -> dict[int, tuple[str, ...]]:
    """Fields that differ, by the id of the piece; those of which nothing can be said are left out.

    Args:
        unread: records, and the pieces that they have become and that nobody can read.
        reread: says what other texts would mean.
    """
    by_file: dict[str, list[tuple[Record, Piece, bytes, str]]] = defaultdict(list)
    for record, piece in unread:
        by_file[piece.file] += [(record, piece, *tried) for tried in _instead(piece.text)]
    found: dict[int, tuple[str, ...]] = {}
    for file, tries in by_file.items():
        texts = [text for _, _, text, _ in tries[:MOST]]
        for (record, piece, _, name), said in zip(tries, reread(file, texts), strict=False):
            if said is not None and id(piece) not in found:
                fields = tuple(differing(record.entry, said)) or ((name,) if name else ())
                if fields:
                    found[id(piece)] = fields
    return found


def _instead(text: bytes) -> Iterator[tuple[bytes, str]]:
    """Texts that can perhaps be read, and the field that was spoiled where no other differs then."""
    plain = _plain(text.decode("utf-8", "replace")).encode()
    if plain != text:
        yield plain, ""
    lines = text.splitlines(keepends=True)
    below = False
    for number, line in enumerate(lines):
        named = _METADATA.match(line)
        if named is not None:
            without = b"".join((*lines[:number], *lines[number + 1 :]))
            yield without, "details" if below else f"{named[1].decode('utf-8', 'replace')}:"
        below = below or _POSTING.match(line) is not None


def _plain(text: str) -> str:
    """A text without what no book may hold: a question mark stands for it."""
    if not unicodedata.is_normalized("NFC", text):
        text = "".join(_whole(letters) for letters in _letters(text))
    unseen = {c for c in set(text) if unicodedata.category(c) in _UNSEEN} - set("\t\r\n")
    return text.translate({ord(c): _STAND_IN for c in unseen})


def _letters(text: str) -> Iterator[str]:
    """Letters with what is written above and below them."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not unicodedata.combining(text[place]):
            yield text[start:place]
            start = place


def _whole(letter: str) -> str:
    return letter if unicodedata.is_normalized("NFC", letter) else _STAND_IN
