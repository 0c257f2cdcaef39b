"""The guard's second look: words and numbers, before Beancount's grammar puts them together.

Beancount's grammar divides while it parses and doesn't look at the divisor: `1/0` ends the whole process. So what
follows `/` must be a number that isn't zero, written out. A comma inside a number is refused, because `12,345` is
twelve thousand to Beancount and twelve and a third to a Swede. Texts in quotes are looked at here as well.

Reading all words costs about as much as the parse itself, and hardly any book has a division. So a few regular
expressions look first ([`plain`][ledger.books.guard_tokens.plain]); they are wrong on one side only: what they pass,
the words pass. Why that is so: the text is taken line by line. In it, quoted texts and comments count as such only
where they begin after white space or at the start of a line; there Beancount's own lexer stands between two words in
its initial state, because no word of it but those two holds white space, and so sees the same quote or semicolon as
the same beginning; a text on one line without backslash ends at the same quote for both. Any other quote or semicolon
makes the text not plain. Lines that the lexer skips (`* heading`) are only looked at more strictly than needed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from beancount.parser import lexer

from ledger.books import problems_guard as found
from ledger.books.guard_profiles import MAX_DECIMALS, MAX_DIGITS, MAX_NESTING, MAX_OPERATORS, MAX_TEXT_LINES
from ledger.errors import Problem

#: A text on one line, a comment, a tag or a link, each after white space or at the start of a line.
_QUIET = re.compile(rb'(?<![^ \t\n])(?:"[^"\\\n]*"|;[^\n]*|[\^#][A-Za-z0-9\-_/.]+)')
#: What only the words themselves can judge, once texts and comments are taken out.
_LOUD = re.compile(
    rb'["\\;]'  # a text over several lines, or a quote or comment in an odd place
    rb"|[0-9],+[0-9]"  # a comma in a number
    rb"|/[ \t\r]*(?:[-+(]|0++(?:\.0*+)?+(?![1-9]))"  # a divisor that isn't a plain number other than zero
    rb"|[0-9]{%d}|\.[0-9]{%d}" % (MAX_DIGITS + 1, MAX_DECIMALS + 1)
)
#: The beginning of a mark-up tag, as HTML's own rules have it; a mail address in angle brackets is none.
_MARKUP = re.compile(r"<(?![\w.+-]+@[\w.-]+>)[A-Za-z/!?][^\s>]{0,20}")
_MARKUP_BYTES = re.compile(rb"<[A-Za-z/!?]")
#: A line inside a text that looks like an entry of its own.
_ENTRY = re.compile(
    r"\d{4}[-/]\d|\s+(?:[*!] +)?(?:Assets|Liabilities|Equity|Income|Expenses):|(?:option|plugin|include|custom) "
)
_OTHERS = bytes(set(range(256)) - set(b"*/+-\n"))
_NO_BRACKETS = bytes(set(range(256)) - set(b"(\n"))
_MANY = re.compile(rb"[^\n]{%d}" % (MAX_OPERATORS + 1))
_DEEP = re.compile(rb"[^\n]{%d}" % (MAX_NESTING + 1))


def plain(data: bytes) -> bool:
    """Whether the words of `data` need no reading one by one, as nearly always; False only means: read them."""
    if _MARKUP_BYTES.search(data):
        return False
    code = _QUIET.sub(b"", data)
    return not (
        _LOUD.search(code)
        or _MANY.search(code.translate(None, _OTHERS))
        or (b"(" in code and _DEEP.search(code.translate(None, _NO_BRACKETS)))
    )


def scan(data: bytes) -> Iterator[tuple[type[Problem], int, dict[str, Any]]]:
    """Read every word of `data`: `(kind of problem, line, parameters)` for each one that may not pass."""
    nesting = 0
    operators = 0
    before = ""
    for name, line, text, value in lexer.lex_iter(io.BytesIO(data)):
        if before == "SLASH" and not (name == "NUMBER" and value):
            yield found.DivisionRefused, line, {}
        if name == "EOL":
            nesting = operators = 0
        elif name == "NUMBER":
            yield from _number(text, line)
        elif name == "STRING":
            if b"\n" in text or b"<" in text:
                # The lexer gives the line on which a text ends.
                yield from _text(text.decode("utf-8", "replace"), line - text.count(b"\n"))
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


def _number(text: bytes, line: int) -> Iterator[tuple[type[Problem], int, dict[str, Any]]]:
    written = text.decode("ascii")
    if "," in written:
        whole, _, rest = written.partition(",")
        plain_text = f"{whole}.{rest}" if rest.isdigit() else written.replace(",", "")
        both = f"{plain_text} / {written.replace(',', '')}"
        yield found.GroupingComma, line, {"number": written[:40], "plain": both[:80]}
    whole, _, decimals = written.partition(".")
    if len(whole.replace(",", "")) > MAX_DIGITS or len(decimals) > MAX_DECIMALS:
        yield found.NumberLong, line, {"digits": MAX_DIGITS, "decimals": MAX_DECIMALS}


def _text(text: str, line: int) -> Iterator[tuple[type[Problem], int, dict[str, Any]]]:
    markup = _MARKUP.search(text)
    if markup:
        yield found.TextMarkup, line + text.count("\n", 0, markup.start()), {"markup": markup[0]}
    _, *others = text.split("\n")
    if any(_ENTRY.match(other) for other in others):
        yield found.TextSwallowed, line, {}
    elif len(others) >= MAX_TEXT_LINES:
        yield found.TextLong, line, {"count": len(others) + 1, "limit": MAX_TEXT_LINES}
