"""Whether everything that units hold in other currencies could be brought to the closing rate (SPEC 10; IAS 21.23).

Each book remeasures its own items at the end of a month that has a price, and the next such month catches up
(`ledger.provisional.remeasure`). A balance sheet, of whatever day, is different: what a unit holds must stand at the
rate of that day. Where there is none, MISSING_RATE names the unit; its figures stay in, at the last rate that was
known, and the run is incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ledger.books import Books
from ledger.combine.flows import Part
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
        day = part.scope.until(unit.slug)
        if not holds_others(summaries, unit.currency) or sealed(day, books.closed.get(unit.slug, ())):
            continue
        rates = UnitRates.from_entries(prices, unit.currency, ws.currency)
        for currency in sorted(held(summaries, Monetary(part.mapper.chart, summaries), unit.currency, day)):
            try:
                rates.spot(currency, day)
            except MissingRate as problem:
                problem.unit = unit.slug
                problem.file = ws.shown(ws.prices_file)
                found.append(problem)
    return found
