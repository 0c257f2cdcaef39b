"""The combined figures of the period that Fava's time box asks for.

Without one the pages show the latest fiscal year to its last month with postings. A period that is asked for is
combined by itself, with the rates and the dealings of its own last day; it ends where the books end, so that a year
that isn't over shows what there is. The last few are kept as long as no file changes.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from functools import cached_property
from threading import Lock

from fava.util.date import FiscalYearEnd, parse_date
from flask import request

from ledger.combine import Combined, combine
from ledger.combine.flows import DAY
from ledger.federation import Federation
from ledger.memo import aside

#: So many periods are kept: each is as large as the figures themselves.
KEPT = 2


def asked_days(text: str, year_end: FiscalYearEnd | None) -> tuple[dt.date, dt.date] | None:
    """First and last day of what the time box says; None where it is no period."""
    try:
        begin, end = parse_date(text, year_end)
    except (ValueError, OverflowError):
        return None
    return (begin, end - DAY) if begin and end and begin < end else None


def asked_year() -> int | None:
    """The year that the address asks for; None where it asks for none, or for what is no year."""
    asked = request.args.get("year", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else None


class Periods:
    """Figures of one federation by period; any number of threads may ask."""

    def __init__(self, federation: Federation) -> None:
        self._federation = federation
        self._made: OrderedDict[tuple[dt.date, dt.date], Combined] = OrderedDict()
        self._lock = Lock()

    @cached_property
    def first(self) -> dt.date | None:
        """The first day of the fiscal year in which the books begin; None where they are empty."""
        books = self._federation.books.units.values()
        days = [b.summary.first for b in books if b.summary is not None and b.summary.first is not None]
        return self._federation.workspace.fiscal_year(min(days))[0] if days else None

    def of(self, begin: dt.date, end: dt.date) -> Combined | None:
        """The figures from `begin` to `end`, both included; None where no book has anything by then."""
        usual = self._federation.combined
        if self.first is None or end < self.first or begin > usual.date_to:
            return None
        begin = max(begin, self.first)
        end = min(end, usual.date_to)
        if (begin, end) == (usual.date_from, usual.date_to):
            return usual
        with self._lock:
            if (begin, end) not in self._made:
                with aside():  # what is remembered of the usual period stays
                    self._made[begin, end] = combine(
                        self._federation.books, self._federation.run, date_from=begin, date_to=end
                    )
                while len(self._made) > KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end((begin, end))
            return self._made[begin, end]
