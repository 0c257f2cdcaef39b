"""A book's text taken apart into its directives, without a parser: where each begins, and the hash of its text.

A directive begins on a line that begins with a date. Comments directly above that line, without an empty line between,
are about it and belong to it: its block begins with the first of them. All else (other comments, indented ones among
them, and empty lines) belongs to the block before. What stands before the first block is the file's head. So the
blocks lie side by side without a gap: no byte of a file is outside all of them, and none is in two. Only line ends at
a block's end are not hashed: an empty line more between two vouchers is no change of either, but below a comment it
is.

A comment is a line that begins with `;`, or one that the lexer passes over just so: `* Sales`, `# Sales`, `! Sales`.

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
#: A line that begins like an org-mode heading or a flag: the lexer passes over it.
_HEADING = rb"(?:[*:!&?%]|#(?![A-Za-z0-9_/.-]))[^\n]++"
#: What else may hold a date that isn't one.
_PASSED = rb";[^\n]*+|^" + _HEADING
_LINE_END = ord("\n")
#: Comments at a block's beginning.
_ABOVE = re.compile(rb"(?:(?:;[^\n]*+|" + _HEADING + rb")\n)*+")
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
        One block a directive, its line the one with the date; before them the file's head (`date` None) if anything
        stands before the first one.
    """
    starts = list(_beginnings(data))
    if not starts or starts[0][0]:
        starts.insert(0, (0, 0, None))
    if not data:
        return []
    found = []
    line, last = 1, 0
    for (start, dated, date), (end, _, _) in zip(starts, [*starts[1:], (len(data), 0, None)], strict=True):
        line += data.count(b"\n", last, dated)
        last = dated
        found.append(Block(line, start, end, date, raw_hash(data[start:end])))
    return found


def raw_hash(text: bytes) -> str:
    """SHA-256 of a block's bytes without the line ends at its end."""
    return sha256(text.rstrip(b"\r\n")).hexdigest()


def behind_comments(data: bytes, start: int = 0) -> int:
    """Where the directive of a block that begins at `start` begins: behind the comments above it."""
    found = _ABOVE.match(data, start)
    assert found is not None  # there may be none
    return found.end()


def loose_starts(data: bytes, start: int, end: int) -> list[int]:
    """Where a line begins like a directive between `start` and `end`, with comments above, be it in quotes or not."""
    return [_above(data, start, match.start()) for match in _LOOSE.finditer(data, start, end)]


def _above(data: bytes, start: int, end: int) -> int:
    """Where the comments begin that stand directly above `end`, and not before `start`; `end` if there are none."""
    while end > start:
        before = max(data.rfind(b"\n", start, end - 1) + 1, start)
        if not _ABOVE.fullmatch(data, before, end):
            break
        end = before
    return end


def _beginnings(data: bytes) -> Iterator[tuple[int, int, dt.date | None]]:
    """Where each block begins, where its directive does, and its date."""
    position = unclosed = 0  # before `unclosed`, no text in quotes is closed
    above, ended = 0, -1  # the comments read last, line by line: where the first begins, and the last one's line ends
    while position < len(data):
        for match in (_DEAD if position < unclosed else _LIVE).finditer(data, position):
            start = match.start()
            if position < unclosed <= start:
                position = start
                break
            if match[1] is not None:
                date = _date(match[1], match[2], match[3])
                if date is not None:
                    yield above if start == ended + 1 else start, start, date
            elif match[4] is None:
                if start == ended + 1:
                    ended = match.end()
                elif data[start - 1] == _LINE_END:
                    above, ended = start, match.end()
            elif match[4] == b"" and position >= unclosed:
                # Every quote between here and there is behind a backslash: none of them closes anything either.
                position, unclosed = start, match.end()
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
