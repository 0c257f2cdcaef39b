"""The line that an error names, as it stands in its file: nobody should have to open a book to see what is meant.

What finds an error often knows only figures, with the file and line that they come from. The text is looked up where
errors are shown, not where they are found, so that rules stay free of files.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.books.guard_bytes import clip, read_file
from ledger.books.workspace import Workspace
from ledger.errors import Problem


def quote(ws: Workspace, problems: Iterable[Problem]) -> None:
    """Give each problem that names a line of a book, but doesn't show it, that line.

    Args:
        ws: the workspace; only files below its `units/` are read, as the guard reads them: no links, no strange bytes.
        problems: what is wrong; changed in place.
    """
    texts: dict[str, list[str]] = {}
    for problem in problems:
        if problem.excerpt is not None or not problem.line or not problem.file:
            continue
        if problem.file not in texts:
            data, _ = read_file(ws.root / problem.file, ws.units_folder, problem.file)
            texts[problem.file] = (data or b"").decode("utf-8").split("\n")
        lines = texts[problem.file]
        if problem.line <= len(lines):
            problem.excerpt = clip(lines[problem.line - 1])
