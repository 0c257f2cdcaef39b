"""Lines put into a transaction's text; every other byte of the file stays as it was.

A bookkeeper's own layout, comments and order are theirs: numbering a voucher is no reason to write it anew. So new
metadata goes below the transaction's first line, indented as the line after it is, with the file's own line ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

#: A directive's first line, to its end: its texts may be of several lines, and a comment may follow.
_HEAD = re.compile(r'(?:[^"\n;]++|"(?:[^"\\]|\\.)*+")*+(?:;[^\n]*+)?', re.DOTALL)
_INDENT = re.compile(r"[ \t]+(?=[^ \t\r\n])")
INDENT = "  "


def inserted(text: str, rows: Mapping[int, Sequence[str]]) -> str:
    """A file's text with new lines in its transactions.

    Args:
        text: of the file.
        rows: by the number of a transaction's first line, from 1: what shall stand below it, without indentation.

    Raises:
        IndexError: the text has fewer lines.
    """
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    parts: list[str] = []
    done = 0
    for line in sorted(rows):
        if not rows[line]:
            continue
        head = _HEAD.match(text, starts[line - 1])
        assert head is not None  # it may be empty
        end = head.end()
        ending = "\r\n" if text[:end].endswith("\r") else "\n"
        below = _INDENT.match(text, end + 1)
        indent = below[0] if below else INDENT
        added = [indent + row + ending for row in rows[line]]
        if end == len(text):  # the last line of the file, without an end
            parts += [text[done:end], ending, *added]
            done = end
        else:
            parts += [text[done : end + 1], *added]
            done = end + 1
    return "".join([*parts, text[done:]])
