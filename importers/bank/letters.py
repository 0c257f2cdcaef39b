"""The letters of a bank's text file: these formats were made for ASCII, and say nowhere how a name's accents are meant.

A byte order mark decides, else whether it is valid UTF-8 (`importers.letters`). Where it isn't, it is an old code page:
the one of Windows (cp1252, and with it latin-1), or one of DOS (cp850 in the west, cp852 in the east), whichever turns
more of the bytes beyond ASCII into letters: in the wrong one they come out as currency signs and lines of a frame.
UTF-8 that was damaged or cut off is refused. Amounts and days are plain ASCII in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from importers.bank.problems import BankLetters, BankTooLong
from importers.letters import marked, not_utf8
from ledger.messages import N_, say

#: Tried in this order; the first of those that give most letters counts.
CODE_PAGES = ("cp1252", "cp850", "cp852")
MOST_LINES = 1_000_000
LINE_END = re.compile("\r\n|\n|\r")


def bank_text(data: bytes, shown: str) -> str:
    """The letters of a bank's file, without a byte order mark.

    Args:
        data: the file's bytes.
        shown: its name in problems.

    Raises:
        BankLetters: they can't be read for certain.
        BankTooLong: it has more lines than are read.
    """
    if data.count(b"\n") + data.count(b"\r") > 2 * MOST_LINES:
        raise BankTooLong(file=shown, limit=MOST_LINES)
    mark = marked(data)
    name = mark or "utf-8"
    try:
        return data.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        _, damaged = not_utf8(data) or (0, True)
        if mark or damaged:
            line = data.count(b"\n", 0, error.start) + 1
            reason = say(N_("some of it is {encoding}, and some isn't"), encoding=name.upper())
            raise BankLetters(file=shown, line=line, reason=reason) from None
    foreign = bytes(b for b in data if b > 0x7F)
    page = max(CODE_PAGES, key=lambda page: _letters(foreign, page))
    return data.decode(page, "replace")


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text with their numbers, whatever ends them; U+2028 and form feed end none.

    The last one is empty where the text ends with a line end. One at a time: a file may be nothing but line ends.
    """
    number, start = 1, 0
    for match in LINE_END.finditer(text):
        yield number, text[start : match.start()]
        number, start = number + 1, match.end()
    yield number, text[start:]


def joined(pieces: Iterable[str], full: int) -> str:
    """Pieces of a text as one: a full one goes on in the next, a shorter one ends with a word."""
    text = ""
    for piece in pieces:
        text += piece if len(piece) >= full else f"{piece} "
    return " ".join(text.split())


def _letters(foreign: bytes, page: str) -> int:
    return sum(c.isalpha() for c in foreign.decode(page, "replace"))
