"""What may lie below `books/`: month files and what the close wrote, and nothing that could count twice (SPEC 3, 7).

    books/2026/2026-03.beancount                 what bookkeepers and importers write
    books/2026/2026-03.closed.beancount          written once by the close, and believed only with its seal
    books/2026/2026-03.<slug>.closed.beancount   central's side of that unit's close, believed with the unit's seal

Anything else is refused: a conflict copy of a synchronised folder, `2026-03 (1).beancount`, a link, a folder in a
folder, a program. A bookkeeper's editor must not break the book, though, so litter that neither Beancount's pattern
(`books/*/*.beancount`, which skips names that begin with a dot) nor a person takes for a month is passed over: names
that begin with a dot (swap files, the writer's `.tmp-…`, `.DS_Store`, `.gitkeep`), editors' backups `name~`,
autosaves `#name#` and swap files, and the two that Windows leaves. None of it is ever opened. Beside `books/`, in the
folder of adjustments and in `units/`, a text or settings that a dot hides is named: it may be meant to count. So is,
beside `books/` and in `units/`, a text that no book includes, and a year's folder of such. It may also be somebody's
own, a main file for another program say: what is read is right without it, so the figures stand, and it is told.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledger.books import problems_files as found
from ledger.books.config import SLUG
from ledger.books.fingerprint import CENTRAL_FILES, HIDDEN, TEXT, UNIT_FILES, YEAR
from ledger.books.guard_bytes import visible
from ledger.books.sealed import ever_closed
from ledger.errors import Problem

_MONTH = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])(?:\.(?:([a-z0-9-]+)\.)?(closed))?\.beancount")
#: What a person takes for no file of the book; it is passed over.
LITTER = re.compile(r"\..*|.*~|#.*#|.*\.sw[a-p]|Thumbs\.db|desktop\.ini", re.DOTALL)


def layout_problems(unit_folder: Path, shown_prefix: str) -> list[Problem]:
    """What below `unit_folder/books` doesn't belong there.

    Args:
        unit_folder: absolute path of `units/<slug>`; the other units' seals are looked up beside it.
        shown_prefix: the folder as users know it (`units/repris`).

    Returns:
        Problems in the order of the paths; empty when every month counts once.
    """
    return _Layout(unit_folder, shown_prefix).run()


def unread_files(folder: Path, shown: str, unit: str | None = None) -> list[Problem]:
    """What lies beside the books, or beside the units, and is never read: the figures stand without it.

    Args:
        folder: a unit's, or `units/`; it may be missing.
        shown: the folder as users know it.
        unit: whose it is; None = `units/`.
    """
    return [*hidden_files(folder, shown, unit), *stray_texts(folder, shown, unit)]


def hidden_files(folder: Path, shown: str, unit: str | None = None) -> list[Problem]:
    """Texts and settings of a folder that a dot hides; what editors and systems leave is passed over.

    Args:
        folder: it may be missing.
        shown: the folder as users know it.
        unit: whose it is.
    """
    try:
        names = sorted(entry.name for entry in _entries(folder) if HIDDEN.fullmatch(entry.name))
    except OSError:  # said where the folder is read
        return []
    return [found.FileHidden(file=f"{shown}/{visible(name)}", unit=unit, name=visible(name)) for name in names]


def stray_texts(folder: Path, shown: str, unit: str | None = None) -> list[Problem]:
    """Texts in a folder that nothing includes; in a unit's those of a year's folder, too: they belong below `books/`.

    Args:
        folder: a unit's, or `units/`; it may be missing.
        shown: the folder as users know it.
        unit: whose it is; None = `units/`.
    """
    known = CENTRAL_FILES if unit is None else UNIT_FILES
    names: list[str] = []
    try:
        for entry in _entries(folder):
            if entry.name in known or LITTER.fullmatch(entry.name):
                continue
            if TEXT.fullmatch(entry.name):
                names.append(entry.name)
            elif unit is not None and YEAR.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                below = (file.name for file in _entries(Path(entry.path)))
                names += [f"{entry.name}/{name}" for name in below if TEXT.fullmatch(name) and name[0] != "."]
    except OSError:  # said where the folder is read
        return []
    case = "units" if unit is None else "unit"
    return [
        found.FileStray(file=f"{shown}/{visible(name)}", unit=unit, name=visible(name), case=case)
        for name in sorted(names)
    ]


class _Layout:
    """One walk below `books/`, never following a link."""

    def __init__(self, unit_folder: Path, shown: str) -> None:
        self.folder = unit_folder
        self.shown = f"{shown}/books"
        self.unit = unit_folder.name
        self.problems: list[Problem] = []
        self.seals: dict[str, frozenset[str]] = {}
        self.months = 0

    def add(self, kind: type[Problem], where: str, **params: Any) -> None:
        file = f"{self.shown}/{visible(where)}" if where else self.shown
        self.problems.append(kind(file=file, unit=self.unit, **params))

    def run(self) -> list[Problem]:
        books = self.folder / "books"
        if books.is_symlink():
            self.add(found.BookLinked, "", name="books")
            return self.problems
        try:
            for year in sorted(_entries(books), key=lambda e: e.name):
                if LITTER.fullmatch(year.name):
                    continue
                if year.is_symlink():
                    self.add(found.BookLinked, year.name, name=visible(year.name))
                elif YEAR.fullmatch(year.name) and year.is_dir(follow_symlinks=False):
                    for file in sorted(_entries(Path(year.path)), key=lambda e: e.name):
                        self._file(file, year.name)
                else:
                    self.add(found.BooksStray, year.name, name=visible(year.name))
        except OSError as error:
            self.add(found.BookUnreadable, "", reason=error.strerror or type(error).__name__)
        if not self.months and not self.problems:
            self.add(found.BooksNone, "")
        return self.problems

    def _file(self, file: os.DirEntry[str], year: str) -> None:
        if LITTER.fullmatch(file.name):
            return
        where = f"{year}/{file.name}"
        if file.is_symlink():
            self.add(found.BookLinked, where, name=visible(file.name))
        elif not _is_month(file, year):
            self.add(found.BooksStray, where, name=visible(file.name))
        else:
            self.months += 1
            self._seal(file.name, where)

    def _seal(self, name: str, where: str) -> None:
        """A closed file is believed only with the seal of its unit: its own, or the one in its name."""
        match = _MONTH.fullmatch(name)
        assert match is not None
        if not match[4]:
            return
        slug, period = match[3] or self.unit, f"{match[1]}-{match[2]}"
        if slug not in self.seals:
            try:
                self.seals[slug] = ever_closed(
                    self.folder.parent / slug
                )  # what was frozen stays when a month is opened
            except Problem as problem:
                self.problems.append(problem)
                self.seals[slug] = frozenset()
        if period not in self.seals[slug]:
            self.add(found.ClosedWithoutSeal, where, name=name, period=period, slug=slug)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except FileNotFoundError:
        return


def _is_month(file: os.DirEntry[str], year: str) -> bool:
    match = _MONTH.fullmatch(file.name)
    return (
        match is not None
        and match[1] == year
        and (match[3] is None or SLUG.fullmatch(match[3]) is not None)
        and file.is_file(follow_symlinks=False)
    )
