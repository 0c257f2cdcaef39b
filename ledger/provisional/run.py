"""All that the federation's rules make of booked text, rule by rule (SPEC 10, order; DESIGN 2).

First the levy, of all books; then each book's items in other currencies, central's claims on the levy among them. These
need their own book, central's prices and the day of the federation's last posting. A book that holds nothing in another
currency is left as it was: it costs one look at its summary.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from beancount.core import data

from ledger.books import Books, UnitBook
from ledger.charts import load_chart
from ledger.errors import Problem, order
from ledger.memo import memo_of
from ledger.policy import Policy
from ledger.provisional.holdings import holds_others
from ledger.provisional.levy import NOTHING, LevyRun, Provisional, levies
from ledger.provisional.problems import LevyCurrency
from ledger.provisional.problems_remeasurement import RemeasurementUnpriced
from ledger.provisional.remeasure import BookToMeasure, remeasure
from ledger.rules.rates import UnitRates


@dataclass(frozen=True)
class ProvisionalRun(LevyRun):
    """Provisional entries of all books: the levy, then exchange differences. Statements are the levy's."""


def provisional(books: Books, policy: Policy) -> ProvisionalRun:
    """Everything provisional, of every book in `books`.

    Args:
        books: loaded books; exchange differences go to the last month in which one of them has a posting.
        policy: rates and decisions.

    Returns:
        The levy's statements, entries of each book, and problems of both.
    """
    levy = levies(books, policy)
    made, problems = _Remeasuring(books, levy).run()
    told = {problem.unit for problem in levy.problems if isinstance(problem, LevyCurrency)}  # one slip, one error
    problems = [p for p in problems if not isinstance(p, RemeasurementUnpriced) or p.unit not in told]
    found = tuple(sorted({*levy.problems, *problems}, key=order))
    return ProvisionalRun(levy.statements, found, {**levy.by_unit, **made})


class _Remeasuring:
    """The second step, book by book."""

    def __init__(self, books: Books, levy: LevyRun) -> None:
        self.books = books
        self.ws = books.workspace
        self.levy = levy
        self.rates: dict[str, UnitRates] = {}
        self.setting = ""
        combined = (b.summary for b in books.units.values() if b.unit.combine and b.summary is not None)
        self.last = max((s.last for s in combined if s.last is not None), default=dt.date.min)

    def run(self) -> tuple[dict[str, Provisional], list[Problem]]:
        made: dict[str, Provisional] = {}
        problems: list[Problem] = []
        for slug, book in sorted(self.books.units.items()):
            if not book.unit.combine or not book.ok or book.summary is None or slug in self.ws.faulty:
                continue
            levy = self.levy.by_unit.get(slug, NOTHING)
            if holds_others((book.summary, levy.summary), book.unit.currency):
                made[slug], found = self._one(book, levy)
                problems += found
        return made, problems

    def _one(self, book: UnitBook, levy: Provisional) -> tuple[Provisional, list[Problem]]:
        unit, summary = book.unit, book.summary
        assert summary is not None
        try:
            chart = load_chart(unit.chart, unit.folder)
        except Problem as problem:
            return levy, [problem]
        if unit.currency not in self.rates:
            prices = self.books.central_text.prices
            self.rates[unit.currency] = UnitRates.from_entries(prices, unit.currency, self.ws.currency)
            self.setting = self.setting or repr((self.ws.config, self.ws.units))
        rates = self.rates[unit.currency]
        closed = frozenset(self.books.closed.get(unit.slug, ()))

        def work() -> tuple[Provisional, list[Problem]]:
            entries, problems = remeasure(
                BookToMeasure(self.ws, unit, chart, (summary, levy.summary), rates, closed, self.last)
            )
            return _together(levy, entries), problems

        return memo_of(self.ws.root).get(
            ("remeasured", unit.slug),
            work,
            same=(summary, levy, chart),
            equal=(self.setting, unit, rates, closed, self.last),
        )


def _together(levy: Provisional, entries: list[data.Directive]) -> Provisional:
    """Both steps' entries as those of one book; an account that both open is opened once, on the earlier day."""
    if not entries:
        return levy
    opened: dict[str, data.Open] = {}
    for entry in (*levy.entries, *entries):
        if isinstance(entry, data.Open):
            known = opened.setdefault(entry.account, entry)
            opened[entry.account] = known._replace(date=min(known.date, entry.date))
    transactions = [e for e in (*levy.entries, *entries) if isinstance(e, data.Transaction)]
    transactions.sort(key=_day)
    return replace(levy, entries=(*sorted(opened.values(), key=lambda e: e.account), *transactions))


def _day(entry: data.Directive) -> dt.date:
    day: dt.date = entry.date
    return day
