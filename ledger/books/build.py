"""One book from text to columns: guard, parse, book, validate, sum up. Runs in a worker process.

The text is read once: the bytes that the guard checked are the bytes that are parsed, and the entries that the guard's
parse made go on to booking. What a file says about included files counts for nothing: the book is `main.beancount`,
`accounts.beancount` and the month files, in the order of their names.
"""

from __future__ import annotations

import datetime as dt
import glob
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beancount.core import data
from beancount.parser import booking

from ledger.books import columns
from ledger.books.adjustments import is_text, pack_transactions
from ledger.books.cells import dumps, pack_entry, pack_options
from ledger.books.engine import Parsed, load_exact, merge_options
from ledger.books.fingerprint import content_of
from ledger.books.guard import (
    ADJUSTMENTS,
    POLICY,
    PRICES,
    UNIT_ACCOUNTS,
    UNIT_BOOKS,
    UNIT_MAIN,
    Profile,
    layout_problems,
    parse_guarded,
    read_file,
    unread_files,
)
from ledger.books.late import standing
from ledger.books.papers import Papers
from ledger.books.problems_guard import BookCrashed
from ledger.books.problems_load import problems_of
from ledger.books.sealed import ClosedMonths, closed_months
from ledger.books.summariser import summarise
from ledger.books.summary import Summary
from ledger.charts.ranges import CodeSet
from ledger.errors import Problem, order
from ledger.rules.rates import stated_twice

#: How many problems of one book are listed.
MOST_PROBLEMS = 200
MAIN = "main.beancount"
ACCOUNTS = "accounts.beancount"
MONTHS = "books/*/*.beancount"
_NAMES_DOCUMENT = b"document:"


@dataclass
class Built:
    """What reading a book gave.

    Attributes:
        problems: what is wrong with it.
        told: what is wrong beside its seals, and leaves its figures standing.
        files: absolute path -> digest of the bytes that were read; main file first.
        seals: digest of the seals that it was compared with; None where there are none, or they can't be read.
        documents: files that the book names, and whether they were there.
        summary: None where the text was refused.
        options: Beancount's options as a cell.
        tables: the entries as Parquet, by table.
    """

    problems: list[Problem] = field(default_factory=list)
    told: list[Problem] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    seals: str | None = None
    documents: list[tuple[str, bool]] = field(default_factory=list)
    summary: Summary | None = None
    options: Any = None
    tables: dict[str, bytes] = field(default_factory=dict)


class _Texts:
    """The files of one book as they were read, and what is said of them to users."""

    def __init__(self, root: Path, unit: str | None, trial: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.unit = unit
        self.trial = trial or {}
        self.read: dict[str, bytes] = {}
        self.lines: dict[str, list[bytes]] = {}

    def shown(self, path: str) -> str:
        return path.removeprefix(f"{self.root}{os.sep}")

    def excerpt(self, file: str, line: int) -> str | None:
        if file not in self.lines:
            self.lines[file] = self.read.get(file, b"").split(b"\n")
        lines = self.lines[file]
        return lines[line - 1].decode("utf-8", "replace").rstrip() if line <= len(lines) else None

    def take(self, path: str, folder: Path) -> list[Problem]:
        if path in self.trial:
            self.read[path] = self.trial[path].encode("utf-8")
            return []
        text, problems = read_file(Path(path), folder, self.shown(path), unit=self.unit)
        if text is not None:
            self.read[path] = text
        return problems


def build_unit(
    root: Path,
    slug: str,
    *,
    title: str,
    currency: str,
    today: dt.date,
    protected: str = str(CodeSet(())),
    trial: Mapping[str, str] | None = None,
) -> Built:
    """Read the book of `units/<slug>`.

    Args:
        root: the workspace.
        slug: the unit.
        title: the unit's name, which its main file carries.
        currency: the unit's currency, likewise.
        today: the day by which dates are judged.
        protected: codes of accounts that take nothing without a decision, as `CodeSet` writes them.
        trial: texts by absolute path that count instead of what these files hold, or as if they were there: how the
            book would be.

    Returns:
        The book, or what is wrong with it. Faults of the text are never raised.
    """
    folder = root / "units" / slug
    texts = _Texts(root, slug, trial)
    built = Built()
    profiles = _files(folder, trial or ())
    built.problems.extend(layout_problems(folder, f"units/{slug}"))
    built.told = unread_files(folder, f"units/{slug}", slug)
    for path in profiles:
        built.problems.extend(texts.take(path, folder))
    built.files = {path: content_of(texts.read[path]) for path in profiles if path in texts.read}
    if built.problems:
        return built
    parsed: list[Parsed] = []
    for path, profile in profiles.items():
        found = parse_guarded(
            texts.read[path],
            file=path,
            shown=texts.shown(path),
            profile=profile,
            unit=slug,
            today=today,
            title=title,
            currency=currency,
        )
        built.problems.extend(found.problems)
        parsed.append((found.entries, [], found.options))
    if built.problems:
        built.problems = _listed(built.problems)
        return built
    beside = standing(folder, {path: text for path, text in texts.read.items() if path != f"{folder}/{MAIN}"})
    built.told = _listed([*built.told, *beside.told])
    built.seals = None if beside.seals is None else content_of(beside.seals)
    closed = ClosedMonths() if beside.seals is None else closed_months(beside.seals, folder)
    _book(built, parsed, texts, slug, late=beside.late, closed=closed, protected=CodeSet.parse(protected))
    return built


def _files(folder: Path, trial: Collection[str] = ()) -> dict[str, Profile]:
    """The files of a unit's book in the order Beancount reads them, each with what it may say; with those on trial."""
    found = glob.glob(f"{glob.escape(str(folder))}/{MONTHS}")  # noqa: PTH207  Beancount's own rules of matching
    months = sorted({*found, *(path for path in trial if path.startswith(f"{folder}/books/"))})
    return {
        f"{folder}/{MAIN}": UNIT_MAIN,
        f"{folder}/{ACCOUNTS}": UNIT_ACCOUNTS,
        **dict.fromkeys(months, UNIT_BOOKS),
    }


def _book(
    built: Built,
    parsed: list[Parsed],
    texts: _Texts,
    slug: str,
    *,
    late: Collection[tuple[str, int]],
    closed: Collection[str],
    protected: CodeSet,
) -> None:
    """Book what was parsed, and put the result into `built`."""
    parsed[0][2]["include"] = sorted(built.files)
    options = merge_options(parsed)
    read = [entry for entries, _, _ in parsed for entry in entries]
    try:
        entries, errors, options = load_exact(read, [], options)
    except Exception as error:  # noqa: BLE001  whatever Beancount stumbles over is this one book's fault
        built.problems = _listed(_stumbled(read, options, error, texts, slug))
        return
    problems = problems_of(errors, unit=slug, shown=texts.shown, excerpt=texts.excerpt)
    built.problems = _listed(problems)
    built.documents = [(e.filename, os.path.exists(e.filename)) for e in entries if type(e) is data.Document]  # noqa: PTH110
    if any(_NAMES_DOCUMENT in text for text in texts.read.values()):  # few books do, and there are many entries
        papers = Papers(entries, texts.root / "units" / slug, closed)
        built.documents += papers.looked_at()
        built.told = _listed([*built.told, *(_quoted(problem, texts) for problem in papers.missing())])
    built.options = pack_options(options)
    try:
        built.summary = summarise(entries, lambda path: texts.read.get(path, b"").decode("utf-8"), late, protected)
        built.tables = columns.encode(entries)
    except (AssertionError, AttributeError, TypeError):
        # Amounts that booking couldn't fill in: Beancount's own finding stands, and there are no figures.
        if not problems:
            raise
        built.summary = None


def _quoted(problem: Problem, texts: _Texts) -> Problem:
    if problem.file is not None and problem.line is not None:
        problem.excerpt = texts.excerpt(f"{texts.root}/{problem.file}", problem.line)
    return problem


def _stumbled(
    read: list[data.Directive], options: dict[str, Any], error: Exception, texts: _Texts, slug: str
) -> list[Problem]:
    """What to say where Beancount itself fails: mostly an amount that booking couldn't work out."""
    try:
        _, errors = booking.book(sorted(read, key=data.entry_sortkey), options)
    except Exception:  # noqa: BLE001  the same fault again
        errors = []
    found = problems_of(errors, unit=slug, shown=texts.shown, excerpt=texts.excerpt)
    if found:
        return found
    return [BookCrashed(unit=slug, file=f"units/{slug}/{MAIN}", reason=f"{type(error).__name__}: {error}"[:200])]


def _listed(problems: list[Problem]) -> list[Problem]:
    # Beancount finds an entry's accounts in an order that changes from run to run: the parameters settle it.
    return sorted(problems, key=lambda p: (*order(p), sorted(p.params.items())))[:MOST_PROBLEMS]


_CENTRAL: dict[str, Profile] = {"policy": POLICY, "prices": PRICES}


@dataclass
class BuiltText:
    """What reading a file of the finance head gave: directives as cells, or problems."""

    problems: list[Problem] = field(default_factory=list)
    digest: str = ""
    directives: str = "[]"


def build_central(root: Path, name: str, *, today: dt.date) -> BuiltText:
    """Read `units/<name>.beancount`, the finance head's file. Transactions of adjustments are booked.

    Args:
        root: the workspace.
        name: `policy`, `prices` or `adjustments/<name>`.
        today: the day by which dates are judged.
    """
    units = root / "units"
    path = units / f"{name}.beancount"
    texts = _Texts(root, None)
    problems = texts.take(str(path), units)
    text = texts.read.get(str(path))
    if problems or text is None:
        return BuiltText(problems)
    shown, profile = texts.shown(str(path)), ADJUSTMENTS if is_text(name) else _CENTRAL[name]
    found = parse_guarded(text, file=str(path), shown=shown, profile=profile, today=today)
    if found.problems:
        return BuiltText(_listed(found.problems), content_of(text))
    if not is_text(name):
        twice: list[Problem] = []
        for problem in stated_twice(found.entries):
            problem.file, problem.excerpt = shown, texts.excerpt(str(path), problem.line or 0)
            twice.append(problem)
        return BuiltText(twice, content_of(text), dumps([pack_entry(entry) for entry in found.entries]))
    try:
        entries, errors = booking.book(found.entries, found.options)
    except Exception as error:  # noqa: BLE001  whatever booking raises on a text is the text's problem
        reason = f"{type(error).__name__}: {error}"[:200]
        return BuiltText([BookCrashed(file=shown, reason=reason)], content_of(text))
    if errors:
        wrong = problems_of(errors, unit=None, shown=texts.shown, excerpt=texts.excerpt)
        return BuiltText(_listed(wrong), content_of(text))
    return BuiltText([], content_of(text), pack_transactions(entries))
