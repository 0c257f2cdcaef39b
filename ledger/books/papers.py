"""Documents that entries name by `document:`, and that aren't there: a voucher without what proves it (BFL 5 kap. 6 §).

The month's close seals what a document holds. One that isn't there can't be sealed, so nobody could say later whether
it ever was: it is told while its month is open. What is sealed already is `sambok verify`'s to compare.

How this module reads the contract where it leaves room: a document's name is a path below the unit's folder where it
ends as files do (`.pdf`), or lies in `documents/`. Any other (`F-17`, `2026/17`) is the number of a paper.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from beancount.core import data

from ledger.books.problems_load import DocumentMissing

_ENDING = re.compile(r"\.(?:[A-Za-z][A-Za-z0-9]{1,4}|7z)\Z")
FOLDER = "documents/"


def is_place(name: str) -> bool:
    """Whether a document's name is that of a file; else it is the number of a paper."""
    return name.startswith(FOLDER) or _ENDING.search(name) is not None


def place_of(name: str) -> str | None:
    """The path below the unit's folder that a document's name means; None where it means none inside it."""
    plain = posixpath.normpath(name)
    return None if not name or plain.startswith(("/", "..")) or "\0" in plain else plain


class Papers:
    """The documents that the entries of open months name by metadata.

    Args:
        entries: of the unit's book, as loaded.
        folder: absolute path of `units/<slug>`.
        closed: months whose seals say what was there.
    """

    def __init__(self, entries: Iterable[data.Directive], folder: Path, closed: Collection[str]) -> None:
        self.folder = folder
        self.named: dict[str, list[data.Directive]] = {}
        months: dict[tuple[int, int], bool] = {}
        for entry in entries:
            for name in _names(entry):
                date = entry.date
                month = date.year, date.month
                if month not in months:
                    months[month] = f"{date:%Y-%m}" in closed
                place = place_of(name) if is_place(name) and not months[month] else None
                if place is not None:
                    self.named.setdefault(place, []).append(entry)

    def looked_at(self) -> list[tuple[str, bool]]:
        """Absolute path of each, and whether something is there: the book is read again when that changes."""
        paths = (f"{self.folder}/{place}" for place in sorted(self.named))
        return [(path, os.path.exists(path)) for path in paths]  # noqa: PTH110  as `documents_stand`, many of them

    def missing(self) -> Iterator[DocumentMissing]:
        """Each that isn't there once, at the first entry that names it."""
        slug = self.folder.name
        for place, entries in sorted(self.named.items()):
            path = f"{self.folder}/{place}"
            if os.path.isfile(path) and not os.path.islink(path):  # noqa: PTH113, PTH114  likewise
                continue
            first = min(entries, key=lambda entry: (entry.date, entry.meta["filename"], entry.meta["lineno"]))
            shown = first.meta["filename"].removeprefix(f"{self.folder.parent.parent}/")
            yield DocumentMissing(
                file=shown,
                line=first.meta["lineno"],
                unit=slug,
                document=f"units/{slug}/{place}",
                date=first.date,
                count=len(entries),
                case="odd" if os.path.lexists(path) else "named",
            )


def _names(entry: data.Directive) -> set[str]:
    found = {_name(entry.meta)}
    if isinstance(entry, data.Transaction):
        found.update(_name(posting.meta) for posting in entry.postings)
    return {name for name in found if name}


def _name(meta: data.Meta | None) -> str:
    said = meta.get("document") if meta else None
    return said if isinstance(said, str) else ""
