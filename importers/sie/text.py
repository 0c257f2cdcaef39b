"""SIE text below the records: letters in the encodings met in practice, and the fields of a line.

The format knows CP437 only, and calls it PC8; programs write UTF-8 and Windows-1252 as well, under the same name.
"""

from __future__ import annotations

import codecs
import re

from ledger.messages import N_, say

FIELD = re.compile(r'[ \t]*(?:"((?:\\"|[^"])*)"|(\{)|(\})|([^\s"{}][^\s{}]*))')
#: How the letters of Swedish names are written in either encoding: å ä ö Å Ä Ö é É ü.
CP437_LETTERS = frozenset(b"\x86\x84\x94\x8f\x8e\x99\x82\x90\x81")
CP1252_LETTERS = frozenset(b"\xe5\xe4\xf6\xc5\xc4\xd6\xe9\xc9\xfc")
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
        beyond = sum(byte > 127 for byte in data)
    if 4 * len(UTF8_LETTERS.findall(data)) > beyond:  # two bytes a letter: more than half of them
        return data.decode("utf-8", errors="replace"), "utf-8"
    old = sum(byte in CP437_LETTERS for byte in data)
    new = sum(byte in CP1252_LETTERS for byte in data)
    if new > old:
        return data.decode("cp1252", errors="replace"), "cp1252"
    return data.decode("cp437"), "cp437"


def fields(line: str) -> tuple[list[str | list[str]], bool]:
    """The fields of a record after its label; an object list is a list of its own.

    Returns:
        The fields, and whether the last one's closing quotation mark is missing (programs cut long texts so).

    Raises:
        ValueError: a brace without its partner.
    """
    found: list[str | list[str]] = []
    inner: list[str] | None = None
    at, end = 0, len(line.rstrip())
    while at < end:
        match = FIELD.match(line, at)
        if match is None:  # only a quotation mark without its partner matches nothing
            if inner is not None:
                raise ValueError(say(N_("a brace that is never closed")))
            return [*found, line[at:].strip()[1:].replace('\\"', '"')], True
        at = match.end()
        quoted, opened, closed, plain = match.groups()
        if opened:
            if inner is not None:
                raise ValueError(say(N_("a brace inside braces")))
            inner = []
        elif closed:
            if inner is None:
                raise ValueError(say(N_("a brace that was never opened")))
            found.append(inner)
            inner = None
        else:
            value = quoted.replace('\\"', '"') if quoted is not None else plain
            (found if inner is None else inner).append(value)
    if inner is not None:
        raise ValueError(say(N_("a brace that is never closed")))
    return found, False
