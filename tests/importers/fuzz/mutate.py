"""How files get damaged: bytes that flip, lines that move, downloads that break off, texts that mean harm.

Everything comes out of a `random.Random`, so that a case is known by its number and comes again.
"""

from __future__ import annotations

import random
import re

Dice = random.Random
#: What stands in numbers, names and texts of those who mean no good, or of programs that mean something else.
HOSTILE = [
    *(b"NaN", b"sNaN", b"Infinity", b"-0", b"1E9", b"1e-9", b"1_000", b"0x10", b"1,2,3", b"1.2.3", b"--5", b"+5"),
    *(
        b"9" * 13,
        b"9" * 15,
        b"9" * 40,
        b"0" * 40 + b"1",
        b"0.001",
        b"0,0001",
        b"-",
        b"",
        b" ",
        b"\x00",
        b"\x1a",
        b"\x1b[2J",
    ),
    "１２３".encode(),
    "٣".encode(),
    "−5".encode(),
    b"5 000",
    "\u202e".encode(),
    "\ufeff".encode(),
    "e\u0301".encode(),
    "\u2028".encode(),
    "😀".encode(),
    b"\xed\xa0\x80",
    b"\xc3",
    b"\xff",
    b"\x85",
    b"\x0c",
    b"\x0b",
    *(b'"', b"'", b"\\", b"{", b"}", b"<", b">", b"&", b"]]>", b"<!--", b"#", b";", b",", b"|", b"\t", b"?", b"//"),
    b'"\n2026-01-01 open Assets:Evil\n',
    b'\nplugin "os"\n',
    b'include "/etc/passwd"',
    b"=HYPERLINK(1)",
    b"../../x",
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    b"&x;",
    b'<!DOCTYPE a [<!ENTITY a "aaaa">]>&a;',
    *(b"2026-02-30", b"0000-00-00", b"9999-12-31", b"1999-12-31", b"2026-13-01", b"20260229", b"991231", b"000000"),
    *(
        b"\n-\n",
        b"-}",
        b"{4:",
        b"\r",
        b"\n\n",
        b"\r\n",
        b"*",
        b"!",
        b"^x",
        b"#x",
        b"%s",
        b"%n" * 9,
        b"{0}",
        b"{reason}",
    ),
]
DIGITS = re.compile(rb"[0-9]+")
DATES = re.compile(rb"(?:19|20)[0-9]{2}-?[01][0-9]-?[0-3][0-9]|[0-9]{6}")
WORDS = re.compile(rb"[A-Za-z\x80-\xff]{3,}")
LEAVES = re.compile(rb"(<[A-Za-z:]+[^<>]*>)([^<>]*)(</[A-Za-z:]+>)")
SIGNS = {b"-": b"+", b"+": b"-", b"C": b"D", b"D": b"C", b"1": b"2", b"2": b"1"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "cp437", "cp850", "latin-1", "utf-7")
#: A file that grew by a mutation stays below this, so that a case says something of the reader and not of the machine.
LARGEST = 300_000


def _span(dice: Dice, data: bytes, longest: int) -> tuple[int, int]:
    start = dice.randint(0, len(data))
    return start, min(len(data), start + dice.choice([1, 1, 2, 4, 10, dice.randint(1, longest)]))


def flip(dice: Dice, data: bytes) -> bytes:
    """A bit or a byte."""
    if not data:
        return data
    where = dice.randrange(len(data))
    new = data[where] ^ (1 << dice.randrange(8)) if dice.random() < 0.5 else dice.randrange(256)
    return data[:where] + bytes([new]) + data[where + 1 :]


def delete(dice: Dice, data: bytes) -> bytes:
    """A piece is missing."""
    start, end = _span(dice, data, 200)
    return data[:start] + data[end:]


def double(dice: Dice, data: bytes) -> bytes:
    """A piece stands twice."""
    start, end = _span(dice, data, 200)
    return data[:end] + data[start:end] + data[end:]


def insert(dice: Dice, data: bytes) -> bytes:
    """Something that nobody expects there."""
    where = dice.randint(0, len(data))
    return data[:where] + dice.choice(HOSTILE) + data[where:]


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def lines(dice: Dice, data: bytes) -> bytes:
    """Lines are swapped, dropped, doubled, moved as a block, or shuffled."""
    rows = _lines(data)
    if len(rows) < 2:
        return double(dice, data)
    one, other = dice.randrange(len(rows)), dice.randrange(len(rows))
    kind = dice.randrange(6)
    if kind == 0:
        rows[one], rows[other] = rows[other], rows[one]
    elif kind == 1:
        del rows[one]
    elif kind == 2:
        rows.insert(other, rows[one])
    elif kind == 3:
        start, end = sorted((one, other))
        block = rows[start : end + 1]
        del rows[start : end + 1]
        where = dice.randint(0, len(rows))
        rows[where:where] = block
    elif kind == 4:
        start, end = sorted((one, other))
        rows[end:end] = rows[start : end + 1]
    else:
        part = rows[min(one, other) : max(one, other) + 1]
        dice.shuffle(part)
        rows[min(one, other) : max(one, other) + 1] = part
    return b"".join(rows)


def digit(dice: Dice, data: bytes) -> bytes:
    """One digit is another one."""
    places = [m.start() for m in re.finditer(rb"[0-9]", data)]
    if not places:
        return flip(dice, data)
    where = dice.choice(places)
    return data[:where] + str(dice.randrange(10)).encode() + data[where + 1 :]


def number(dice: Dice, data: bytes) -> bytes:
    """A number is something else: huge, nothing, none at all."""
    found = list(DIGITS.finditer(data))
    if not found:
        return insert(dice, data)
    match = dice.choice(found)
    return data[: match.start()] + dice.choice(HOSTILE[:40]) + data[match.end() :]


def sign(dice: Dice, data: bytes) -> bytes:
    """In becomes out."""
    places = [m.start() for m in re.finditer(rb"[-+CD12]", data)]
    if not places:
        return flip(dice, data)
    where = dice.choice(places)
    return data[:where] + SIGNS[data[where : where + 1]] + data[where + 1 :]


def date(dice: Dice, data: bytes) -> bytes:
    """A day moves, or is none."""
    found = list(DATES.finditer(data))
    if not found:
        return digit(dice, data)
    match = dice.choice(found)
    text = match[0]
    where = dice.randrange(len(text))
    kind = dice.randrange(3)
    if kind == 0:
        new = text[:where] + str(dice.randrange(10)).encode() + text[where + 1 :]
    elif kind == 1:
        new = dice.choice(found)[0]
    else:
        new = dice.choice([b"9" * len(text), b"0" * len(text), text[: len(text) // 2], text + b"1"])
    return data[: match.start()] + new + data[match.end() :]


def encoding(dice: Dice, data: bytes) -> bytes:
    """The letters of another encoding, for all of it or for a part."""
    told, meant = dice.choice(ENCODINGS), dice.choice(ENCODINGS)
    start, end = (
        (0, len(data)) if dice.random() < 0.6 else sorted((dice.randint(0, len(data)), dice.randint(0, len(data))))
    )
    part = data[start:end].decode(told, "replace").encode(meant, "replace")
    return data[:start] + part + data[end:]


def line_ends(dice: Dice, data: bytes) -> bytes:
    """Other line ends, all or one of them."""
    plain = data.replace(b"\r\n", b"\n")
    new = dice.choice([b"\r\n", b"\r", b"\n\n", b"\r\r\n", b" \n", b"\x85", b"\x0b"])
    return plain.replace(b"\n", new, -1 if dice.random() < 0.6 else dice.randint(1, 5))


def nest(dice: Dice, data: bytes) -> bytes:
    """Deeper than anybody nests."""
    where = dice.randint(0, len(data))
    opened = dice.choice([b"<a>", b"{", b"(", b"[", b'"', b"<!--", b"{4:", b"#VER A 1 20260101 x\n{\n", b"?20"])
    return data[:where] + opened * dice.choice([50, 300, 3_000]) + data[where:]


def long_line(dice: Dice, data: bytes) -> bytes:
    """A line without end."""
    where = dice.randint(0, len(data))
    piece = dice.choice([b"A", b" ", b"0", b",", b";", b"9", b"\t", b'""', "å".encode(), b"/A", b"?2", b"+"])
    return data[:where] + piece * dice.choice([500, 5_000, 60_000]) + data[where:]


def grow(dice: Dice, data: bytes) -> bytes:
    """The file, or a part of it, many times."""
    start, end = sorted((dice.randint(0, len(data)), dice.randint(0, len(data))))
    part = data if dice.random() < 0.3 else data[start:end]
    return data[:end] + part * min(dice.choice([2, 5, 50, 500]), LARGEST // max(len(part), 1)) + data[end:]


def splice(dice: Dice, data: bytes, other: bytes) -> bytes:
    """The beginning of one file and the end of another, or one inside the other."""
    one, two = dice.randint(0, len(data)), dice.randint(0, len(other))
    if dice.random() < 0.5:
        return data[:one] + other[two:]
    end = dice.randint(two, len(other))
    return data[:one] + other[two:end] + data[one:]


def cut_off(dice: Dice, data: bytes) -> bytes:
    """The beginning: up to any byte, or to just before or after a line's end, where it is hardest to see."""
    ends = [m.end() for m in re.finditer(rb"\r\n|\n|\r", data)]
    if ends and dice.random() < 0.4:
        return data[: min(len(data) - 1, max(1, dice.choice(ends) - dice.choice([0, 0, 0, 1, 2])))]
    return data[: dice.randrange(1, len(data))]


def blank(dice: Dice, data: bytes) -> bytes:
    """Fields are emptied: all that stands between two marks."""
    found = list(re.finditer(rb"[^\s;,<>:\"]+", data))
    if not found:
        return data
    match = dice.choice(found)
    return data[: match.start()] + data[match.end() :]


def word(dice: Dice, data: bytes) -> bytes:
    """A word of a text is something else; as long as it was, or not."""
    found = list(WORDS.finditer(data))
    if not found:
        return insert(dice, data)
    match = dice.choice(found)
    new = dice.choice(HOSTILE) * dice.choice([1, 1, 1, 30])
    if dice.random() < 0.6:
        new = (new + b" " * len(match[0]))[: len(match[0])]
    return data[: match.start()] + new + data[match.end() :]


def element(dice: Dice, data: bytes) -> bytes:
    """An XML element without children is gone, twice, empty, somewhere else, or holds something else; it stays XML."""
    found = list(LEAVES.finditer(data))
    if not found:
        return word(dice, data)
    match, other = dice.choice(found), dice.choice(found)
    whole, opened, text, closed = match[0], match[1], match[2], match[3]
    hostile = dice.choice(HOSTILE).decode("utf-8", "ignore")
    plain = "".join(c for c in hostile if c >= " " and c not in "<>&").encode()
    new = dice.choice(
        [
            b"",
            whole + whole,
            opened + closed,
            opened + plain + closed,
            opened + text + plain + closed,
            opened + other[2] + closed,
            other[0],
            opened + b" \n" + text + b"<!-- x -->" + closed,
            whole.replace(b">", b' x="1">', 1),
        ]
    )
    return data[: match.start()] + new + data[match.end() :]


COMMON = (word, word, flip, delete, double, insert, lines, digit, number, sign, date, blank)
RARE = (encoding, line_ends, nest, long_line, grow)


def mutated(dice: Dice, data: bytes, other: bytes) -> tuple[bytes, list[str]]:
    """A file made of one (and perhaps a second), and what was done to it."""
    done = []
    times = dice.choice([1, 1, 1, 2, 2, 3, 6])
    if data.lstrip()[:1] == b"<" and dice.random() < 0.7:  # else nearly all of it stops at the XML reader
        for _ in range(times):
            data = element(dice, data)
        return data[:LARGEST], ["element"] * times
    for _ in range(times):
        roll = dice.random()
        if roll < 0.05:
            data = splice(dice, data, other)
            done.append("splice")
            continue
        change = dice.choice(COMMON if roll < 0.85 else RARE)
        data = change(dice, data)[:LARGEST]
        done.append(change.__name__)
    return data, done
