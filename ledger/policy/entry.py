"""What every dated value of policy has (SPEC 4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

#: The scope that means every unit.
EVERY_UNIT = "*"
ALWAYS = dt.date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What every dated value of policy has.

    Attributes:
        dated: date of its directive.
        start: first day it counts; `until`: last day.
        decision: id of what allows it.
    """

    dated: dt.date
    start: dt.date
    until: dt.date = ALWAYS
    decision: str
    file: str
    line: int

    def covers(self, day: dt.date) -> bool:
        """Whether it is in force on `day`."""
        return self.start <= day <= self.until

    @property
    def order(self) -> tuple[dt.date, dt.date, int]:
        """Sort key: the later decision goes before."""
        return self.dated, self.start, self.line
