"""The files of `units/adjustments/`: what the finance head adjusts on top of all books, in text of its own (SPEC 10).

    units/adjustments/2026-12-levy.beancount

They are guarded like policy and prices, one file at a time, so that a faulty one takes no other along; a file may say
transactions and nothing else. What they mean is read in `ledger.combine.adjusting`: here their text becomes booked
entries, in a worker process, and these go home as cells.

Nothing else may lie in the folder. A copy of a file (of a synchronised folder, of an editor) would count twice; what a
person doesn't take for a file of its own is passed over, as below a unit's `books/`.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from beancount.core import data

from ledger.books import problems_files as found
from ledger.books.cells import Cell, CellError, dumps, loads, pack, unpack
from ledger.books.guard_bytes import visible
from ledger.books.guard_layout import LITTER, hidden_files
from ledger.errors import Problem

FOLDER = "adjustments"
SHOWN = f"units/{FOLDER}"
SUFFIX = ".beancount"
#: How a file may be called: what any machine writes and sorts alike.
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.beancount")
LONGEST_NAME = 80
#: What makes a folder a unit's, and what lies beside it in one.
SETTINGS = "unit.toml"
OF_A_UNIT = frozenset({SETTINGS, "main.beancount", "accounts.beancount", "books", "inbox", "documents", "seals.jsonl"})


def is_text(name: str) -> bool:
    """Whether the central text called `name` (`policy`, `adjustments/2026-12-levy`) is a file of adjustments."""
    return name.startswith(f"{FOLDER}/")


def adjustment_texts(paths: Iterable[str]) -> list[str]:
    """Names of the files of adjustments among paths below the workspace, sorted: `adjustments/2026-12-levy`."""
    inside = {path.removeprefix(f"{SHOWN}/") for path in paths if path.startswith(f"{SHOWN}/")}
    inside -= OF_A_UNIT if SETTINGS in inside else set()
    return sorted(f"{FOLDER}/{name.removesuffix(SUFFIX)}" for name in inside if _named(name))


def is_unit(units_folder: Path) -> bool:
    """Whether somebody keeps a unit's book in the folder of adjustments: its name is said to be wrong, and no more."""
    return os.path.lexists(units_folder / FOLDER / SETTINGS)


def folder_problems(units_folder: Path) -> list[Problem]:
    """What lies in the folder of adjustments and doesn't belong there; nothing in it is opened.

    Args:
        units_folder: `units/`; the folder may be missing.
    """
    folder = units_folder / FOLDER
    problems: list[Problem] = list(hidden_files(folder, SHOWN))
    passed = OF_A_UNIT if is_unit(units_folder) else frozenset[str]()
    try:
        if stat.S_ISLNK(os.lstat(folder).st_mode):
            return [found.BookLinked(file=SHOWN, name=FOLDER)]
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                if LITTER.fullmatch(entry.name) or entry.name in passed:
                    continue
                shown, name = f"{SHOWN}/{visible(entry.name)}", visible(entry.name)
                if entry.is_symlink():
                    problems.append(found.BookLinked(file=shown, name=name))
                elif not _named(entry.name) or not entry.is_file(follow_symlinks=False):
                    problems.append(found.AdjustmentsStray(file=shown, name=name))
    except FileNotFoundError:
        pass
    except OSError as error:
        problems.append(found.BookUnreadable(file=SHOWN, reason=error.strerror or type(error).__name__))
    return problems


def _named(name: str) -> bool:
    return NAME.fullmatch(name) is not None and len(name) <= LONGEST_NAME


def pack_transactions(entries: Iterable[data.Directive]) -> str:
    """Booked transactions as text for the cache and for the pipe between processes."""
    cells: list[Cell] = []
    for entry in entries:
        assert isinstance(entry, data.Transaction)
        meta, date, flag, payee, narration, tags, links, postings = entry
        rows = [[pack(field) for field in posting] for posting in postings]
        cells.append([*map(pack, (meta, date, flag, payee, narration, tags, links)), rows])
    return dumps(cells)


def unpack_transactions(text: str) -> list[data.Directive]:
    """The transactions that `pack_transactions` packed.

    Raises:
        CellError: they are none.
    """
    entries: list[data.Directive] = []
    try:
        for *head, rows in loads(text):
            meta, date, *rest = map(unpack, head)
            postings = [data.Posting(*map(unpack, row)) for row in rows]
            if not isinstance(meta, dict) or type(date) is not dt.date:
                raise CellError("no transaction")
            fields: tuple[Any, ...] = (meta, date, *rest, postings)
            entries.append(data.Transaction(*fields))
    except (TypeError, ValueError) as error:
        raise CellError("no transactions") from error
    return entries
