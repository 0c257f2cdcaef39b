"""How a book would be: a change on trial, before anything is written.

The guard looks at one text by itself. Whether the whole book still holds with it (a balance that is stated for a later
day, an account that is open, goods that are there) is told only by reading the book; so that is done, in a worker like
every other reading, with the new texts in the place of those that the files hold. Nothing of it is kept.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from ledger.books.pool import Task, shared_pool
from ledger.books.problems_guard import BookCrashed, BookTimedOut, ReaderUnavailable
from ledger.books.workspace import Unit, Workspace
from ledger.charts import load_chart
from ledger.charts.ranges import CodeSet
from ledger.errors import Problem


def on_trial(ws: Workspace, unit: Unit, texts: Mapping[Path, str]) -> list[Problem]:
    """What would be wrong with a unit's book if some of its files held these texts.

    Args:
        ws: the workspace.
        unit: whose book.
        texts: whole texts by absolute path; a month's file need not be there yet.

    Returns:
        The book's problems, as loading it would tell them; empty where it would be sound.

    Raises:
        ReaderUnavailable: the machine starts no reader.
    """
    today = dt.date.today()  # noqa: DTZ011  the bookkeeper's own calendar day, as the loader takes it
    ask = {
        "kind": "unit",
        "slug": unit.slug,
        "root": str(ws.root),
        "today": today.isoformat(),
        "title": unit.name,
        "currency": unit.currency,
        "protected": str(CodeSet(())),
        "trial": {str(path): text for path, text in texts.items()},
    }
    with contextlib.suppress(Problem):  # told elsewhere
        ask["protected"] = str(load_chart(unit.chart, unit.folder).range("protected"))
    size = sum(path.stat().st_size for path in unit.books.glob("*/*.beancount") if path.is_file())
    try:
        (answer,) = shared_pool().run([Task(unit.slug, ask, size)])
    except OSError as error:
        raise ReaderUnavailable(unit=unit.slug, reason=error.strerror or str(error)) from error
    if answer.died:
        late = answer.died == "timed out"
        died: Problem = BookTimedOut(seconds=answer.detail) if late else BookCrashed(reason=answer.detail)
        died.unit, died.file = unit.slug, ws.shown(unit.folder / "main.beancount")
        return [died]
    return [Problem.from_dict(problem) for problem in answer.head["problems"]]
