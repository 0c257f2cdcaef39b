"""The inbox of a unit: which files wait, for which source, and what lies where no source looks (SPEC 2, 11).

A file for the source `bank` lies in `inbox/bank/`, no deeper. What browsers and editors leave beside a file, and files
still being downloaded, don't count. Links aren't followed: they may lead anywhere. The import and the list of what
waits for a person go by the same listing, so that nothing is counted that isn't taken, and nothing passed over unsaid.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from ledger.books.problems_inbox import ImportAstray, ImportLink, ImportNoSource
from ledger.books.sources import SourceTable
from ledger.books.workspace import Unit, Workspace
from ledger.errors import Problem
from ledger.messages import N_, say

#: How the names of files end that aren't whole yet, or are an editor's copy.
NOT_YET = (".part", ".crdownload", ".download", ".tmp", "~")
#: How the names of files begin that are hidden, or show that a program has the file open.
HIDDEN = (".", "~$")
#: What systems leave in folders, in small letters.
LEFT = frozenset({"thumbs.db", "desktop.ini"})
FORMATS: tuple[str, ...] = get_args(SourceTable.model_fields["format"].annotation)


@dataclass(frozen=True)
class Inbox:
    """What lies in a unit's inbox.

    Attributes:
        files: what waits: of each source that has something, by name; its files by name.
        problems: what is never imported where it lies, each with its place.
    """

    files: dict[str, tuple[Path, ...]]
    problems: tuple[Problem, ...]

    @property
    def waits(self) -> tuple[Path, ...]:
        """Every file that an import would look at."""
        return tuple(path for paths in self.files.values() for path in paths)


def read_inbox(ws: Workspace, unit: Unit, others: Iterable[str] = ()) -> Inbox:
    """List a unit's inbox; nothing is opened.

    Args:
        ws: the workspace.
        unit: whose.
        others: folders that are looked at beside those of the unit's sources.
    """
    inbox = unit.folder / "inbox"
    if inbox.is_symlink():
        return Inbox({}, (ImportLink(file=ws.shown(inbox), unit=unit.slug),))
    if not inbox.is_dir():
        return Inbox({}, ())
    names = sorted({*(source.name for source in unit.sources), *others})
    folders = ", ".join(f"units/{unit.slug}/inbox/{name}/" for name in names) or say(
        N_("the folder of a source, once units/{slug}/unit.toml has a [[source]] table"), slug=unit.slug
    )
    files: dict[str, tuple[Path, ...]] = {}
    problems: list[Problem] = []
    for path in _listed(inbox):
        shown = ws.shown(path)
        if path.is_symlink():
            problems.append(ImportLink(file=shown, unit=unit.slug))
        elif not path.is_dir():
            problems.append(ImportAstray(file=shown, unit=unit.slug, folders=folders))
        elif path.name in names:
            inside = list(_listed(path))
            found = tuple(one for one in inside if one.is_symlink() or not one.is_dir())
            files |= {path.name: found} if found else {}
            problems += [
                ImportAstray(file=ws.shown(one), unit=unit.slug, folders=f"{shown}/")
                for one in inside
                if one not in found and _holds(one)
            ]
        elif _holds(path):
            move = say(N_("{slug} has no other source yet."), slug=unit.slug)
            if names:
                text = N_("Or move the files into the folder of a source that {slug} has: {known}.")
                move = say(text, slug=unit.slug, known=", ".join(names))
            told = ImportNoSource(
                file=shown, unit=unit.slug, slug=unit.slug, name=path.name, formats=", ".join(FORMATS), move=move
            )
            problems.append(told)
    return Inbox(files, tuple(problems))


def _listed(folder: Path) -> Iterator[Path]:
    """What a folder holds, by name, without what counts for nothing."""
    return (path for path in sorted(folder.iterdir()) if counts(path.name))


def counts(name: str) -> bool:
    """Whether a file so called waits to be imported; others are no whole files, or nobody's."""
    return not name.startswith(HIDDEN) and not name.endswith(NOT_YET) and name.lower() not in LEFT


def _holds(folder: Path) -> bool:
    """Whether a file lies in a folder, however deep."""
    return any(counts(name) for _, _, names in os.walk(folder) for name in names)
