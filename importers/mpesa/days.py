"""Whether `03-02-2026` is the third of February or the second of March: read off the whole statement.

All times of a statement are written alike. Day first and month first are told apart by a day after the 12th, by the
order of the rows (they stand in the order of their times), or by the period in the heading, which is written likewise.
Where nothing tells, a statement is refused: a guess would book a payment to another month.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from importers.cells import DAY_FORMS, MONTH_FIRST, Days
from importers.problems import ImportDateInvalid
from importers.problems_tables import TableDateAmbiguous
from importers.tables import Table

YEAR_FIRST: Final = tuple(form for form in DAY_FORMS if form.startswith("%Y"))
DAY_FIRST: Final = tuple(form for form in DAY_FORMS if form.startswith("%d"))
DATE: Final = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}")

#: Forms that are read alike.
Forms = tuple[str, ...]


def times_of(
    cells: Sequence[tuple[int, str]], period: str, table: Table, declared: Sequence[str] = ()
) -> tuple[Forms, list[dt.datetime]]:
    """The forms in which the times of a statement are written, and its times.

    Args:
        cells: line and text of every time.
        period: what the heading says of the period.
        table: the statement, for problems.
        declared: the forms that the source declares.

    Raises:
        ImportDateInvalid: a text is no time, or written otherwise than the others.
        TableDateAmbiguous: day first and month first are both possible, and differ.
    """
    families: list[Forms] = [tuple(declared)] if declared else [YEAR_FIRST, DAY_FIRST, MONTH_FIRST]
    read = {forms: _read(cells, forms) for forms in families}
    able = [forms for forms in families if len(read[forms]) == len(cells)]
    if not able:
        line, text = cells[max(len(times) for times in read.values())]
        raise table.problem(ImportDateInvalid, line, text=text or '""', position="completion time")
    able = [forms for forms in able if _in_order(read[forms])] or able
    able = [forms for forms in able if _within(read[forms], period, forms)] or able
    if len(able) > 1:
        for (line, text), one, other in zip(cells, read[able[0]], read[able[1]], strict=True):
            if one != other:
                raise table.problem(TableDateAmbiguous, line, text=text)
    return able[0], read[able[0]]


def _read(cells: Sequence[tuple[int, str]], forms: Forms) -> list[dt.datetime]:
    """The times up to the first that isn't written so."""
    days, found = Days(*forms), []
    for _, text in cells:
        when = days.moment(text)
        if when is None:
            break
        found.append(when)
    return found


def _in_order(times: Sequence[dt.datetime]) -> bool:
    return all(a <= b for a, b in pairwise(times)) or all(a >= b for a, b in pairwise(times))


def _within(times: Sequence[dt.datetime], period: str, forms: Forms) -> bool:
    days = [when.date() for when in times]
    return not DATE.search(period) or days_within(period, forms, days) != (None, None)


def days_within(period: str, forms: Forms, days: Sequence[dt.date]) -> tuple[dt.date | None, dt.date | None]:
    """The first and last day of a heading's period, if all days lie in it; else it is no period of theirs.

    Args:
        period: `11-02-2026 - 12-02-2026`, `From 2026-02-11 00:00:00 To 2026-02-12 23:59:59`.
        forms: as the statement writes days. A period may have the year first all the same, or last where they have it
            first.
        days: of the statement's rows.
    """
    texts = DATE.findall(period)
    families = [YEAR_FIRST, DAY_FIRST, MONTH_FIRST] if forms == YEAR_FIRST else [forms, YEAR_FIRST]
    found = set()
    for family in families if len(texts) == 2 else ():
        first, last = (Days(*family).day(text) for text in texts)
        if first and last and first <= last and all(first <= day <= last for day in days):
            found.add((first, last))
    return found.pop() if len(found) == 1 else (None, None)
