"""What blocks of a text mean that isn't trusted: read in the guard's child, with whatever settings (SPEC 7, 12).

Verifying needs neither the federation's settings nor the unit's: meaning doesn't depend on them. So a copy whose
settings are damaged, or aren't there, is verified all the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from ledger.books.config import FederationFile, FederationTable
from ledger.books.guard_child import parse_blocks_in_child
from ledger.books.workspace import Unit, Workspace
from ledger.errors import Problem
from ledger.seals.grounds import is_common
from ledger.seals.model import Block, Meaning

#: The last day that a book may hold, whatever this machine thinks today is.
LAST = dt.date(2199, 12, 31)


class Parser:
    """The `parse` that `ledger.seals.compare` asks, for one unit's files.

    Args:
        root: the workspace's folder, or what stands for it: paths are below it.
        slug: the unit's.
        files: text by path below the unit's folder.
        problems: where it is added that this machine can't read, once.
    """

    def __init__(self, root: Path, slug: str, files: Mapping[str, bytes], problems: list[Problem]) -> None:
        table = FederationTable(name="-", currency="SEK", central="-")
        self.ws = Workspace(root, FederationFile(federation=table), {})
        folder = root / "units" / slug
        self.unit = Unit(slug, folder, slug, "X", "division", "SEK", "bas")
        self.files = files
        self.problems = problems

    def __call__(self, file: str, blocks: Sequence[Block]) -> list[Meaning | None]:
        """What blocks of a file say; None for each that can't be parsed."""
        text = self.files[file]
        return self.read(file, [text[block.start : block.end] for block in blocks])

    def read(self, file: str, written: Sequence[bytes]) -> list[Meaning | None]:
        """What texts would say in a file, each by itself; None for each that can't be parsed."""
        unit: Unit | None = self.unit
        path = self.unit.folder / file
        if is_common(file):  # policy and exchange rates are nobody's but the federation's
            unit, path = None, self.ws.units_folder / file.removeprefix("../")
        try:
            return parse_blocks_in_child(self.ws, unit, path, written, today=LAST)
        except Problem as problem:
            if problem not in self.problems:
                self.problems.append(problem)
            return [None] * len(written)
