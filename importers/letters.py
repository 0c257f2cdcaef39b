"""The letters of files that don't say how they were written: what the bytes show, and nothing guessed.

A byte order mark decides; else the file is UTF-8 where it is valid UTF-8. Where it isn't, it was written by an older
program in a code page of one byte a letter; or it is UTF-8 that was damaged or cut off, or put together of both: such a
mixture is refused, since it would give wrong letters. Formats of their own have their own pages: banks' text files
(`importers.bank.letters`), SIE (`importers.sie.text`).
"""

from __future__ import annotations

import re
from typing import Final

from importers.problems_tables import TableEncoding
from ledger.messages import N_, say

#: Encodings that a source may declare, as users write them and as Python names them.
ENCODINGS: Final = frozenset({"utf-8", "cp1252", "latin-1", "utf-16"})
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_FOREIGN: Final = re.compile("[\x00\x80-\x9f]")


def marked(data: bytes) -> str | None:
    """The encoding that a byte order mark says, if there is one."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def not_utf8(data: bytes) -> tuple[int, bool] | None:
    """Whether bytes aren't UTF-8, and what they are then.

    Returns:
        The first wrong line, and whether it is damaged UTF-8: cut off within its last letter, or as many letters beyond
        ASCII are right as are wrong (in a code page hardly any looks right). None where all is UTF-8.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        told = data.decode("utf-8", "replace")
        wrong = told.count("\ufffd")
        right = len(told) - wrong - len(told.encode("ascii", "ignore"))
        cut_off = error.reason == "unexpected end of data"
        return data.count(b"\n", 0, error.start) + 1, cut_off or right >= wrong
    return None


def head_text(head: bytes) -> str:
    """The beginning of a file as well as it can be read, to tell formats apart; its last letter may be cut."""
    name = marked(head)
    if name is None:
        name = "utf-8" if "\ufffd" not in head.decode("utf-8", "replace")[:-4] else "cp1252"
    return head.decode(name, "replace").removeprefix("\ufeff")


def read_text(data: bytes, shown: str, encoding: str | None = None) -> str:
    """The letters of a table, without a byte order mark; one byte a letter is cp1252, which older programs write.

    Args:
        data: the file's bytes.
        shown: its name in problems.
        encoding: one of `ENCODINGS`, where the source declares it.

    Raises:
        TableEncoding: the bytes aren't that, or may be several.
    """
    mark = marked(data)
    says = mark or ("utf-8" if encoding in {"cp1252", "latin-1"} and _is_utf8(data) else None)
    if encoding and says and encoding != says:
        text = N_("it is declared as {encoding} and says itself that it is {mark}")
        raise TableEncoding(file=shown, reason=say(text, encoding=encoding, mark=says))
    name = encoding or mark or _decide(data, shown)
    other = say(N_("it isn't {encoding}"), encoding=name)
    if name == "utf-16" and not mark:  # nobody knows which half of a letter comes first
        raise TableEncoding(file=shown, reason=other)
    try:
        text = data.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = None if name == "utf-16" else data.count(b"\n", 0, error.start) + 1
        raise TableEncoding(file=shown, line=line, reason=other) from None
    if wrong := _FOREIGN.search(text):
        reason = say(N_("it holds the control character {code}"), code=f"U+{ord(wrong[0]):04X}")
        line = text.count("\n", 0, wrong.start()) + 1
        raise TableEncoding(file=shown, line=line, reason=reason)
    return text


def _is_utf8(data: bytes) -> bool:
    return not data.isascii() and not_utf8(data) is None


def _decide(data: bytes, shown: str) -> str:
    """UTF-8 or cp1252, of bytes without a mark.

    Raises:
        TableEncoding: some of it is UTF-8 and some isn't.
    """
    wrong = not_utf8(data)
    if wrong is None:
        return "utf-8"
    line, damaged = wrong
    if damaged:
        raise TableEncoding(file=shown, line=line, reason=say(N_("some of it is UTF-8, and some isn't")))
    return "cp1252"
