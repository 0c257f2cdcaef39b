"""SIE text below the records: letters in the encodings met in practice, and the fields of a line.

The format knows CP437 only, and calls it PC8; programs write UTF-8 and Windows-1252 as well, under the same name.
"""

from __future__ import annotations

import codecs
import re

from ledger.messages import N_, say

#: A text in quotation marks, a brace, a word. Only a mark without its partner is none of them.
FIELD = re.compile(r'"((?:\\"|[^"])*)"|([{}])|([^\s"{}][^\s{}]*)')
LINE_END = re.compile(r"\r\n|\n|\r")
#: How the letters of Swedish names are written in either encoding: å ä ö Å Ä Ö é É ü.
CP437_LETTERS = b"\x86\x84\x94\x8f\x8e\x99\x82\x90\x81"
CP1252_LETTERS = b"\xe5\xe4\xf6\xc5\xc4\xd6\xe9\xc9\xfc"
UTF8_LETTERS = re.compile(rb"\xc3[\xa5\xa4\xb6\x85\x84\x96\xa9\x89\xbc]")
#: CP437 letters that a program upstream read as Windows-1252 (`Ink”p` for Inköp), and what nobody could read.
MISREAD = re.compile("(?<=[^\\W\\d_])[\u201d\u201e\u2020](?=[^\\W\\d_])|[\u017d\u2122](?=[^\\W\\d_])|\ufffd")


def looks_like_sie(head: bytes) -> bool:
    """Whether a file's beginning is that of a SIE file."""
    first = next((line for line in head.lstrip(codecs.BOM_UTF8).splitlines() if line.strip()), b"")
    return re.match(rb"\s*#(FLAGGA|PROGRAM|FORMAT|SIETYP|GEN|FNAMN|KSUMMA)\b", first) is not None


def decode(data: bytes) -> tuple[str, str]:
    """A SIE file's text and its encoding.

    Valid UTF-8 with letters beyond ASCII is UTF-8, and so is a text whose Swedish letters are mostly UTF-8's, where
    single ones are damaged; else the Swedish letters decide; without any, the format's own rule holds.
    """
    if data.startswith(codecs.BOM_UTF8):
        return data[3:].decode("utf-8", errors="replace"), "utf-8"
    if data.isascii():
        return data.decode("ascii"), "ascii"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        beyond = _count(data, bytes(range(128, 256)))
    if 4 * sum(1 for _ in UTF8_LETTERS.finditer(data)) > beyond:  # two bytes a letter: more than half of them
        return data.decode("utf-8", errors="replace"), "utf-8"
    if _count(data, CP1252_LETTERS) > _count(data, CP437_LETTERS):
        return data.decode("cp1252", errors="replace"), "cp1252"
    return data.decode("cp437"), "cp437"


def split_lines(text: str) -> list[str]:
    """The lines of a text, as numbers of lines count them: by LF, CR or both, and by nothing else."""
    return LINE_END.split(text)


def _count(data: bytes, letters: bytes) -> int:
    return len(data) - len(data.translate(None, letters))


def fields(line: str) -> tuple[list[str | list[str]], bool]:
    """The fields of a record after its label; an object list is a list of its own.

    Returns:
        The fields, and whether the last one's closing quotation mark is missing (programs cut long texts so).

    Raises:
        ValueError: a brace without its partner.
    """
    found: list[str | list[str]] = []
    inner: list[str] | None = None
    parts, rest = _parts(line.rstrip())
    for quoted, brace, plain in parts:
        if not brace:
            value = plain or quoted.replace('\\"', '"')
            (found if inner is None else inner).append(value)
        elif brace == "{":
            if inner is not None:
                raise ValueError(say(N_("a brace inside braces")))
            inner = []
        else:
            if inner is None:
                raise ValueError(say(N_("a brace that was never opened")))
            found.append(inner)
            inner = None
    if inner is not None:
        raise ValueError(say(N_("a brace that is never closed")))
    if rest is not None:
        found.append(rest.replace('\\"', '"'))
    return found, rest is not None


def _parts(line: str) -> tuple[list[tuple[str, str, str]], str | None]:
    """Texts, braces and words of a line; what follows a quotation mark without its partner apart."""
    parts: list[tuple[str, str, str]] = FIELD.findall(line)
    marks = line.count('"')
    if "\\" not in line and marks == 2 * sum(1 for _, brace, word in parts if not brace and not word):
        return parts, None  # every mark is the beginning or the end of a text
    parts, at = [], 0
    for match in FIELD.finditer(line):
        if line[at : match.start()].strip():
            break
        parts.append((match[1] or "", match[2] or "", match[3] or ""))
        at = match.end()
    rest = line[at:].strip()
    return parts, rest[1:] if rest else None
