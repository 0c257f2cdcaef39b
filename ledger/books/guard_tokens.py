"""The guard's second look: words and numbers, before Beancount's grammar puts them together.

Beancount's grammar divides while it parses and doesn't look at the divisor: `1/0` ends the whole process. So what
follows `/` must be a number that isn't zero, written out. A comma inside a number is refused, because `12,345` is
twelve thousand to Beancount and twelve and a third to a Swede. A date has four digits, two and two (or one, without its
zero): Beancount takes any number of them, counts in 32 bits, and reads 4294969322-01-01 as a day of 2026; an editor, a
search and every other program don't. Mark-up in texts is looked for here as well.

Reading all words costs more than half a parse, and hardly any book has a division. So a few searches over the bytes
look first ([`plain`][ledger.books.guard_tokens.plain]); they err on one side only: what they pass, the words pass.

- First over all bytes: what isn't in the text at all isn't in its words.
- Else over the text without its quoted texts, comments, tags and links. These are recognised only where they begin
  after white space or at the start of a line: no word but texts and comments holds white space, so there Beancount's
  lexer, too, stands between two words, and reads the same beginning to the same end (a text without a backslash, on
  one line, ends at the next quote; a comment at the line's end). Any quote or semicolon left over makes the text not
  plain, so within each line both have agreed on all of them. Lines that the lexer skips (`* heading`) begin and end
  like others; they are only looked at more strictly than needed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from beancount.parser import lexer

from ledger.books import problems_guard as found
from ledger.books.guard_bytes import MAX_PROBLEMS, visible
from ledger.books.guard_names import Refusal, markup_in
from ledger.books.guard_profiles import (
    MAX_DECIMALS,
    MAX_DIGITS,
    MAX_NESTING,
    MAX_OPERATORS,
    MAX_TEXT_BYTES,
    MAX_TEXT_LINES,
)

#: A text on one line, a comment, a tag or a link, each after white space or at the start of a line.
_QUIET = re.compile(rb'(?<![^ \t\n])(?:"[^"\\\n]*"|;[^\n]*|[\^#][A-Za-z0-9\-_/.]+)')
_NUMERAL = re.compile(rb"[0-9][0-9,]*(?:\.[0-9]*)?")
_COMMA = re.compile(rb"[0-9],+[0-9]")
#: A divisor that isn't a plain number other than zero.
_DIVISOR = re.compile(rb"/[ \t\r]*(?:[-+(]|0++(?:\.0*+)?+(?![1-9]))")
_MARKUP = re.compile(rb"<[A-Za-z/!?]")
#: Every digit to 0, line ends and points as they are, the rest to a space.
_DIGITS = bytes(48 if 48 <= c <= 57 else c if c in b".\n" else 32 for c in range(256))
_LONG = b"0" * (MAX_DIGITS + 1)
_FINE = b"." + b"0" * (MAX_DECIMALS + 1)
#: Every digit to 0, what parts a date to a hyphen, line ends as they are, the rest to a space.
_DATES = bytes(48 if 48 <= c <= 57 else 45 if c in b"-/" else c if c == 10 else 32 for c in range(256))
#: More digits than a year has, than a month has, than a day has.
_ODD_DATES = (b"00000-0", b"-000-", b"-0-000", b"-00-000")
_DATED = re.compile(rb"[0-9]{4,}[-/][0-9]+[-/][0-9]+")
_PLAIN_DATE = re.compile(rb"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}")
_NO_OPERATORS = bytes(set(range(256)) - set(b"*/+-\n"))
_NO_BRACKETS = bytes(set(range(256)) - set(b"(\n"))


def plain(data: bytes) -> bool:
    """Whether the words of `data` need no reading one by one, as nearly always; False only means: read them."""
    if (b"<" in data and _MARKUP.search(data)) or _far_apart(data):
        return False
    if _quiet(data):
        return True
    code = _QUIET.sub(b"", data)
    return b'"' not in code and b";" not in code and _quiet(code)


def _quiet(code: bytes) -> bool:
    """Whether nothing in `code` could be a word or a row of words that may not pass."""
    digits, dates = code.translate(_DIGITS), code.translate(_DATES)
    return not (
        _LONG in digits
        or _FINE in digits
        or any(odd in dates for odd in _ODD_DATES)
        or (b"," in code and _COMMA.search(code))
        or (b"/" in code and _DIVISOR.search(code))
        or _longest(code.translate(None, _NO_OPERATORS)) > MAX_OPERATORS
        or (b"(" in code and _longest(code.translate(None, _NO_BRACKETS)) > MAX_NESTING)
    )


def _longest(lines: bytes) -> int:
    return max(map(len, lines.split(b"\n")))


def _far_apart(data: bytes) -> bool:
    """Whether two quotes are so far apart that a text between them would be read for too long."""
    position = data.find(b'"')
    while 0 <= position < len(data) - MAX_TEXT_BYTES:
        further = data.rfind(b'"', position + 1, position + 1 + MAX_TEXT_BYTES)
        if further < 0:
            return True
        position = further
    return False


def endless(data: bytes) -> int | None:
    """The line of a quote after which no other comes for long, if not every text is closed on its line; else None.

    Beancount's lexer reads a text in quotes again from its start with every 8 KiB of it: 4 MiB take ten seconds.
    """
    if b'"' not in _QUIET.sub(b"", data):
        return None
    pieces = data.split(b'"')
    lines = 1
    for number, piece in enumerate(pieces):
        if number and len(piece) > MAX_TEXT_BYTES:
            return lines
        lines += piece.count(b"\n")
    return None


def scan(data: bytes) -> Iterator[Refusal]:
    """Read every word of `data`: one refusal for each that may not pass."""
    line = endless(data)
    if line is not None:
        yield found.TextLong, line, {"limit": MAX_TEXT_LINES}
        return
    nesting = 0
    operators = 0
    before = ""
    errors = lexer.LexBuilder()
    for name, line, text, value in lexer.lex_iter(io.BytesIO(data), errors):
        if len(errors.errors) > MAX_PROBLEMS:
            for error in errors.errors:
                yield found.BookSyntax, error.source["lineno"], {"reason": visible(error.message[:200])}
            return
        if before == "SLASH" and (name in {"PLUS", "MINUS", "LPAREN"} or (name == "NUMBER" and not value)):
            yield found.DivisionRefused, line, {}
        if name == "EOL":
            nesting = operators = 0
        elif name == "NUMBER" or (name == "error" and _NUMERAL.fullmatch(text)):
            # A number that Beancount refuses itself (1000,50) deserves the better words.
            yield from _number(text.decode("ascii"), line)
        elif name in {"DATE", "error"} and _DATED.fullmatch(text):
            if not _PLAIN_DATE.fullmatch(text):
                yield found.DateForm, line, {"date": text.decode("ascii")[:60]}
        elif name == "STRING":
            if b"<" in text:
                # The lexer gives the line on which a text ends.
                yield from _markup(text.decode("utf-8", "replace"), line - text.count(b"\n"))
        elif name == "LPAREN":
            nesting += 1
            if nesting == MAX_NESTING + 1:
                yield found.ExpressionDeep, line, {"limit": MAX_NESTING}
        elif name == "RPAREN":
            nesting -= 1
        elif name in {"SLASH", "ASTERISK", "PLUS", "MINUS"}:
            operators += 1
            if operators == MAX_OPERATORS + 1:
                yield found.ExpressionLong, line, {"limit": MAX_OPERATORS}
        before = name


def _number(written: str, line: int) -> Iterator[Refusal]:
    if "," in written:
        whole, _, rest = written.partition(",")
        without = written.replace(",", "")
        either = f"{whole}.{rest} / {without}" if rest.isdigit() else without
        yield found.GroupingComma, line, {"number": written[:40], "plain": either[:80]}
    whole, _, decimals = written.partition(".")
    if len(whole.replace(",", "")) > MAX_DIGITS or len(decimals) > MAX_DECIMALS:
        yield found.NumberLong, line, {"digits": MAX_DIGITS, "decimals": MAX_DECIMALS}


def _markup(text: str, line: int) -> Iterator[Refusal]:
    match = markup_in(text)
    if match:
        yield found.TextMarkup, line + text.count("\n", 0, match.start()), {"markup": match[0]}
