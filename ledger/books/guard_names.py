"""What names and texts of a book may look like: accounts, commodities, places of documents, texts in quotes.

Latin letters with their accents (Swedish, Spanish, Swahili and their neighbours), never letters of another script or
made to look like others: two accounts that look the same would hide money from everybody but their author.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from ledger.books import problems_guard as found
from ledger.books.guard_bytes import visible
from ledger.books.guard_profiles import MAX_ACCOUNT, MAX_CURRENCY, MAX_PARTS, MAX_TEXT_LINES
from ledger.errors import Problem

#: A refusal: kind, line of the file, parameters.
Refusal = tuple[type[Problem], int | None, dict[str, Any]]

ROOTS = frozenset({"Assets", "Liabilities", "Equity", "Income", "Expenses"})
#: Latin letters with their accents, without those made to look like others (long s, dotless i, ligatures).
_LETTERS = "A-Za-zÀ-ÖØ-öø-İĴ-ķĹ-ľŁ-ňŊ-žȘ-ț"
_COMPONENT = re.compile(f"[{_LETTERS}0-9][{_LETTERS}0-9-]*")
_OTHER_CHARACTER = re.compile(f"[^{_LETTERS}0-9:-]")
_CURRENCY = re.compile(rf"[A-Z](?:[A-Z0-9'._-]{{0,{MAX_CURRENCY - 2}}}[A-Z0-9])?")
#: What is never a document: books, settings, seals, programs, and what some reader would decrypt or unpickle.
_NO_DOCUMENTS = tuple(".beancount .bean .toml .jsonl .conf .py .pyc .so .gpg .asc .picklecache".split())
#: The beginning of a mark-up tag, as HTML's own rules have it; a mail address in angle brackets is none.
_TAG = r"<(?![\w.+-]+@[\w.-]+>)(?=[A-Za-z/!?])"
_MARKUP = re.compile(_TAG + r"[^\s>]{1,20}")
_OPENING = re.compile(_TAG)
#: A line inside a text that looks like an entry of its own.
_ENTRY = re.compile(
    r"\d{4}[-/]\d|\s+(?:[*!] +)?(?:Assets|Liabilities|Equity|Income|Expenses):|(?:option|plugin|include|custom) "
)


def account_refusals(account: str, line: int) -> Iterator[Refusal]:
    """Why an account's name may not pass; nothing when it may."""
    parts = account.split(":")
    if parts[0] not in ROOTS:
        yield found.AccountRoot, line, {"account": visible(account[:MAX_ACCOUNT])}
    elif len(parts) > MAX_PARTS or len(account) > MAX_ACCOUNT:
        sizes = {"parts": len(parts), "length": len(account)}
        yield found.AccountLong, line, {**sizes, "most_parts": MAX_PARTS, "most_length": MAX_ACCOUNT}
    elif not all(_COMPONENT.fullmatch(part) for part in parts):
        odd = _OTHER_CHARACTER.search(account)
        character = odd[0] if odd else "-"
        name = f"{visible(character)} (U+{ord(character):04X} {unicodedata.name(character, '')})"
        yield found.AccountCharacters, line, {"account": visible(account), "character": name}


def is_account_letter(character: str) -> bool:
    """Whether a character may stand in a part of an account's name (the hyphen apart)."""
    return _COMPONENT.fullmatch(character) is not None


def is_currency(name: str) -> bool:
    """Whether a commodity's name is one: a capital first, capitals and digits, at most 24 characters."""
    return _CURRENCY.fullmatch(name) is not None


def is_document(path: str) -> bool:
    """Whether a path relative to the unit's folder is a document's: in a folder, no book, no setting, no program."""
    return "/" in path and not path.startswith("books/") and is_document_name(path)


def is_document_name(path: str) -> bool:
    """Whether a document's name in metadata could be one: it climbs nowhere, and is no book, setting or program."""
    parts = path.split("/")
    return (
        not any(part in {"", ".", ".."} or part.startswith((".", "~")) for part in parts)
        and "\\" not in path
        and "\n" not in path
        and not path.lower().endswith(_NO_DOCUMENTS)
    )


def markup_in(text: str) -> re.Match[str] | None:
    """The first mark-up tag in a text: a web page that shows the text carelessly would obey it."""
    return _MARKUP.search(text)


def harmless(text: str) -> str:
    """A foreign text (a bank's, another program's) with a space after each `<` that begins a mark-up tag."""
    return _OPENING.sub("< ", text)


def lines_refusals(text: str, line: int) -> Iterator[Refusal]:
    """Why a text over several lines may not pass: it swallowed entries, or never ends."""
    _, *others = text.split("\n")
    if any(_ENTRY.match(other) for other in others):
        yield found.TextSwallowed, line, {}
    elif len(others) >= MAX_TEXT_LINES:
        yield found.TextLong, line, {"limit": MAX_TEXT_LINES}


#: A comment, or a text in quotes with all that it takes with it.
_QUOTED = re.compile(r';[^\n]*|"((?:\\.|[^"\\])*)(?:"|\Z)', re.DOTALL)


def unclosed(text: str) -> Iterator[Refusal]:
    """Where the first text begins that swallows other entries: what can't be understood stands after it, often far."""
    for quoted in _QUOTED.finditer(text):
        if quoted[1] and "\n" in quoted[1]:
            refusals = list(lines_refusals(quoted[1], text.count("\n", 0, quoted.start()) + 1))
            if refusals:
                yield from refusals
                return
