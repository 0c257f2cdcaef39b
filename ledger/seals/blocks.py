"""A book's text taken apart into its directives, without a parser: where each begins, and the hash of its text.

A block goes from a line that begins with a date to the next such line; comments and empty lines belong to the block
before them. What stands before the first date is the file's head. So the blocks lie side by side without a gap: no byte
of a file is outside all of them, and none is in two. Only line ends at a block's end are not hashed: an empty line more
between two vouchers is no change of either.

Which line begins with a date is Beancount's lexer's to say: a line inside a text in quotes doesn't, nor does one that
the lexer passes over (`* 2026-03-01 heading`); after a quote that is never closed, reading goes on as if it weren't
there. A date that no calendar has (2026-02-30) begins nothing; neither does it for Beancount, which refuses it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from hashlib import sha256

from ledger.seals.model import Block

#: The lexer takes a tab, a space or a return for nothing here only if there is a return among them.
_DATE = rb"^(?:[ \t]*+\r[ \t\r]*+)?([0-9]{4,})[-/]([0-9]+)[-/]([0-9]+)"
#: What else may hold a date that isn't one: a comment, and a line that begins like an org-mode heading or a flag.
_PASSED = rb";[^\n]*+|^(?:[*:!&?%]|#(?![A-Za-z0-9_/.-]))[^\n]++"
#: A text in quotes: no line ends after a backslash in it. The last group is empty where it isn't closed.
_LIVE = re.compile(_DATE + rb"|" + _PASSED + rb'|"[^"\\]*+(?:\\.[^"\\]*+)*+("?)', re.MULTILINE)
#: The same where no text that begins is ever closed: a quote and what follows it up to a white space is a bad word.
_DEAD = re.compile(_DATE + rb"|" + _PASSED + rb'|"[^ \t\r\n]*+()', re.MULTILINE)
#: The beginning of a line that looks like a directive, in quotes or not.
_LOOSE = re.compile(rb"^[0-9]{4,}[-/][0-9]+[-/][0-9]+", re.MULTILINE)


def split(data: bytes) -> list[Block]:
    """The blocks of a file, side by side from its first byte to its last.

    Args:
        data: any bytes; nothing raises.

    Returns:
        One block a directive; before them the file's head (`date` None) if anything stands before the first one.
    """
    starts = list(_beginnings(data))
    if not starts or starts[0][0]:
        starts.insert(0, (0, None))
    if not data:
        return []
    found = []
    line, last = 1, 0
    for (start, date), (end, _) in zip(starts, [*starts[1:], (len(data), None)], strict=True):
        line += data.count(b"\n", last, start)
        last = start
        found.append(Block(line, start, end, date, raw_hash(data[start:end])))
    return found


def raw_hash(text: bytes) -> str:
    """SHA-256 of a block's bytes without the line ends at its end."""
    return sha256(text.rstrip(b"\r\n")).hexdigest()


def loose_starts(data: bytes, start: int, end: int) -> list[int]:
    """Where a line begins like a directive between `start` and `end`, be it in quotes or not."""
    return [match.start() for match in _LOOSE.finditer(data, start, end)]


def _beginnings(data: bytes) -> Iterator[tuple[int, dt.date | None]]:
    """Where each directive begins, and its date."""
    position = unclosed = 0  # before `unclosed`, no text in quotes is closed
    while position < len(data):
        for match in (_DEAD if position < unclosed else _LIVE).finditer(data, position):
            if position < unclosed <= match.start():
                position = match.start()
                break
            if match[1] is not None:
                date = _date(match[1], match[2], match[3])
                if date is not None:
                    yield match.start(), date
            elif match[4] == b"" and position >= unclosed:
                # Every quote between here and there is behind a backslash: none of them closes anything either.
                position, unclosed = match.start(), match.end()
                break
        else:
            return


def _date(*written: bytes) -> dt.date | None:
    """The date of year, month and day; None where the calendar has none.

    The lexer counts in 32 bits without looking whether a number fits: to it, 4294969322 is the year 2026. A whole power
    of ten is a multiple of 2**32 from the 32nd digit on.
    """
    year, month, day = (int(number[-32:]) & 0xFFFFFFFF for number in written)
    try:
        return dt.date(year, month, day)
    except (ValueError, OverflowError):
        return None
