"""Whether everything that units hold in other currencies could be brought to the closing rate (SPEC 10; IAS 21.23).

Each book remeasures its own items at the end of a month that has a price, and the next such month catches up
(`ledger.provisional.remeasure`). A balance sheet, of whatever day, is different: what a unit holds must stand at the
rate of that day; so must it on the day before a period, so that a difference falls on its own side. Where there is
none, MISSING_RATE names the unit; its figures stay in, at the last rate that was known, and the run is incomplete.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from ledger.books import Books
from ledger.combine.flows import DAY, Part
from ledger.errors import Problem
from ledger.provisional.holdings import Monetary, held, holds_others
from ledger.provisional.remeasure import sealed
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import UnitRates


def missing_rates(books: Books, parts: Iterable[Part], prices: Sequence[Any]) -> list[Problem]:
    """Closing rates that are missing, unit by unit.

    Args:
        books: whose closed months need no rate: they hold what the close wrote.
        parts: the units of the run, with what is provisional in their books.
        prices: central's.
    """
    ws = books.workspace
    found: list[Problem] = []
    for part in parts:
        unit, summaries = part.unit, part.source.summaries
        if not holds_others(summaries, unit.currency):
            continue
        rates = UnitRates.from_entries(prices, unit.currency, ws.currency)
        monetary = Monetary(part.mapper.chart, summaries)
        for day in _days(part):
            if sealed(day, books.closed.get(unit.slug, ())):
                continue
            for currency in sorted(held(summaries, monetary, unit.currency, day)):
                try:
                    rates.spot(currency, day)
                except MissingRate as problem:
                    problem.unit = unit.slug
                    problem.file = ws.shown(ws.prices_file)
                    found.append(problem)
    return found


def _days(part: Part) -> list[dt.date]:
    """The days on which what a unit holds must stand at the rate of that day.

    That is the last one; and where the period begins, or the unit joins, the day before: what rates have made until
    then is no result of the period.
    """
    unit, scope = part.unit, part.scope
    begins = max(scope.date_from, unit.joined or scope.date_from)
    return [begins - DAY, scope.until(unit.slug)]
