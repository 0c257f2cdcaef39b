"""The guard: no byte of a unit's text reaches Beancount's loader before it passed (SPEC 3, 12).

A unit's text is written by whoever may edit that unit, and by whoever stole their login. Beancount and Fava trust the
text they load: it can run programs (plugins, options, extensions), read and delete files (includes, documents), change
everybody's figures (prices, options) and stop the process (1/0). So each file says only what its profile lists, and
everything else is refused with file, line, excerpt and remedy.

Three looks, each stricter about what it may cost: bytes (`guard_bytes`: where the file lies, its encoding; no parser),
words (`guard_tokens`), then Beancount's own grammar with a builder that refuses (`guard_builder`). What passes is
identical by `repr` to what `beancount.parser.parser.parse_file` gives for the same file.

The face:

- [`read_file`][ledger.books.guard_bytes.read_file]: path to bytes. Safe anywhere.
- [`layout_problems`][ledger.books.guard_layout.layout_problems]: what lies below `books/`. Safe anywhere.
- [`unread_files`][ledger.books.guard_layout.unread_files]: what lies beside it and is never read. Safe anywhere.
- [`check_in_child`][ledger.books.guard_child.check_in_child]: texts to problems, in a process of its own;
  safe anywhere, for writers. `guard_child.check_bytes` takes one file's bytes.
- [`parse_guarded`][ledger.books.guard.parse_guarded]: bytes to entries. Beancount's C parser reads the text: call it
  in a child process with limits (`ledger.books.limits`), never in a process that others depend on.
- `UNIT_MAIN`, `UNIT_ACCOUNTS`, `UNIT_BOOKS`, `POLICY`, `PRICES`, `ADJUSTMENTS`: what each kind of file may say.
"""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from beancount.core.data import Directive
from beancount.parser import _parser  # type: ignore[attr-defined]  # a C module

from ledger.books import problems_guard as found
from ledger.books.guard_builder import GuardBuilder
from ledger.books.guard_bytes import MAX_PROBLEMS, bytes_problems, clip, read_file, visible
from ledger.books.guard_child import check_in_child
from ledger.books.guard_layout import layout_problems, unread_files
from ledger.books.guard_names import Refusal, unclosed
from ledger.books.guard_profiles import (
    ADJUSTMENTS,
    POLICY,
    PRICES,
    PROFILES,
    UNIT_ACCOUNTS,
    UNIT_BOOKS,
    UNIT_MAIN,
    Profile,
    date_window,
)
from ledger.books.guard_tokens import plain, scan
from ledger.books.template import INCLUDES, OPTIONS, PLUGINS, main_title
from ledger.errors import Problem

__all__ = [
    "ADJUSTMENTS",
    "POLICY",
    "PRICES",
    "PROFILES",
    "UNIT_ACCOUNTS",
    "UNIT_BOOKS",
    "UNIT_MAIN",
    "Parsed",
    "Profile",
    "check_in_child",
    "layout_problems",
    "parse_guarded",
    "read_file",
    "unread_files",
]


@dataclass(frozen=True)
class Parsed:
    """What one file says.

    Attributes:
        entries: sorted as Beancount's parser sorts them, not booked; empty where anything was refused.
        problems: sorted by line; empty when the text passed.
        options: Beancount's options of this file, as `loader.aggregate_options_map` takes them; empty where refused.
        includes: the includes of a main file, as written.
    """

    entries: list[Directive]
    problems: list[Problem]
    options: dict[str, Any] = field(default_factory=dict)
    includes: tuple[str, ...] = ()


def parse_guarded(
    data: bytes,
    *,
    file: str,
    shown: str,
    profile: Profile,
    unit: str | None = None,
    today: dt.date,
    title: str | None = None,
    currency: str | None = None,
) -> Parsed:
    """Check and parse one file's bytes.

    Args:
        data: the bytes, as `read_file` gave them (they are checked again here: it costs a hundredth of the parse).
        file: absolute path; becomes the entries' `filename`.
        shown: the path as users know it; becomes the problems' `file`.
        profile: what the file may say.
        unit: slug, for problems.
        today: the day by which dates are judged (to the end of its next year); no clock is read.
        title: the unit's name, which a main file must carry; None leaves it open.
        currency: the unit's currency, likewise.

    Returns:
        Entries, or problems; never both.
    """
    return _Guard(data, file, shown, profile, unit, today).run(title, currency)


class _Source:
    """The text as the parser reads it; it ends early when enough is wrong."""

    def __init__(self, data: bytes, builder: GuardBuilder) -> None:
        self.data = memoryview(data)
        self.builder = builder

    def readinto(self, target: memoryview) -> int:
        if self.builder.full:
            return 0
        piece = self.data[: len(target)]
        target[: len(piece)] = piece
        self.data = self.data[len(piece) :]
        return len(piece)


class _Guard:
    """One file on its way through."""

    def __init__(self, text: bytes, file: str, shown: str, profile: Profile, unit: str | None, today: dt.date) -> None:
        self.text = text
        self.file = file
        self.shown = shown
        self.profile = profile
        self.unit = unit
        self.window = date_window(today)

    def run(self, title: str | None, currency: str | None) -> Parsed:
        problems = bytes_problems(self.text, self.shown, self.unit)
        if problems:
            return Parsed([], problems)
        if not plain(self.text):
            words = list(self._capped(scan(self.text)))
            if words:
                return Parsed([], self._problems(words))
        folder = posixpath.dirname(self.file)
        for _ in range(self.profile.depth):
            folder = posixpath.dirname(folder)
        builder = GuardBuilder(self.profile, folder)
        try:
            _parser.Parser(builder).parse(_Source(self.text, builder), filename=self.file, lineno=1)
            refusals: list[Refusal] = [*builder.refusals, *_syntax(builder.errors)]
            if self.profile.head:
                refusals += _head(builder, title, currency)
            entries, errors, options = builder.finalize()
        except Exception as error:  # noqa: BLE001  whatever the parser raises on a unit's text is the text's problem
            reason = visible(f"{type(error).__name__}: {error}"[:200])
            return Parsed([], self._problems([(found.BookCrashed, None, {"reason": reason})]))
        refusals += self._dates(entries)
        if not refusals:
            refusals += _syntax(errors)
        if any(kind is found.BookSyntax for kind, _, _ in refusals):
            refusals += unclosed(self.text.decode("utf-8"))
        if refusals:
            return Parsed([], self._problems(refusals))
        return Parsed(entries, [], options, tuple(name for word, name, _, _ in builder.head if word == "include"))

    def _dates(self, entries: list[Directive]) -> Iterator[Refusal]:
        """Dates outside the window; entries are sorted, so where both ends are inside, all are."""
        first, last = self.window
        if entries and not (first <= entries[0].date and entries[-1].date <= last):
            for entry in entries:
                if not first <= entry.date <= last:
                    yield found.DateOutside, entry.meta["lineno"], {"date": entry.date, "first": first, "last": last}

    def _capped(self, refusals: Iterable[Refusal]) -> Iterator[Refusal]:
        for count, refusal in enumerate(refusals):
            if count > MAX_PROBLEMS:
                return
            yield refusal

    def _problems(self, refusals: list[Refusal]) -> list[Problem]:
        lines = self.text.decode("utf-8").split("\n")
        seen: set[tuple[str, int | None]] = set()
        problems: list[Problem] = []
        for kind, line, params in sorted(refusals, key=lambda r: (r[1] or 0, r[0].code)):
            if (kind.code, line) in seen:
                continue
            seen.add((kind.code, line))
            excerpt = clip(lines[line - 1]) if line and line <= len(lines) else None
            problems.append(kind(file=self.shown, unit=self.unit, line=line, excerpt=excerpt, **params))
        if len(refusals) > MAX_PROBLEMS and len(problems) > 1:
            problems = problems[:MAX_PROBLEMS]
            more = found.TooManyProblems(file=self.shown, unit=self.unit, line=problems[-1].line, limit=MAX_PROBLEMS)
            problems.append(more)
        return problems


def _syntax(errors: list[Any]) -> Iterator[Refusal]:
    """Beancount's own complaints, at the book's lines."""
    for error in errors:
        line = error.source.get("lineno") or None
        reason = visible(str(error.message)[:200])
        if line and "unexpected EOL" in reason:
            line -= 1  # Beancount counts a line's end to the next line
        if reason.startswith("ValueError") and "number" not in reason:
            yield found.DateImpossible, line, {"reason": reason.removeprefix("ValueError: ")}
        else:
            yield found.BookSyntax, line, {"reason": reason.rstrip(".")}


def _head(builder: GuardBuilder, title: str | None, currency: str | None) -> Iterator[Refusal]:
    """A main file says all of the federation's lines, each once, with the unit's own name and currency."""
    wanted = {"title": None if title is None else main_title(title), "operating_currency": currency}
    for word, key, value, line in builder.head:
        expected = wanted[key] if word == "option" else None
        if expected is not None and value != expected:
            yield found.OptionValue, line, {"name": key, "wanted": expected, "value": clip(value or "")}
    said = [(word, name) for word, name, _, _ in builder.head]
    for word, names in (("option", OPTIONS), ("plugin", PLUGINS), ("include", INCLUDES)):
        for name in names:
            if said.count((word, name)) != 1:
                text = f'{word} "{name}" "{wanted[name] or "…"}"' if word == "option" else f'{word} "{name}"'
                yield found.MainIncomplete, None, {"line_text": text}
