"""All that the federation's rules make of booked text, rule by rule (SPEC 10, order; DESIGN 2).

First the levy, of all books; then interest on the investment fund's loans and what has accrued on rotating funds';
then each book's items in other currencies, central's claims on the levy among them. These need their own book,
central's prices and the day of the federation's last posting. A book that holds nothing in another currency is left as
it was: it costs one look at its summary. A book that keeps no loan cycle, and borrows of none, costs none.

A balance sheet of another day than the end of a month up to that last posting asks for its own: `ProvisionalRun.at`.
So does one of a day after the last month in which a loan cycle's book has a posting, and the close of such a month:
charges fall due whether or not anybody books anything.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import partial

from beancount.core import data

from ledger.books import Books, last_day, month_of
from ledger.charts import load_chart
from ledger.errors import Problem, order
from ledger.memo import memo_of
from ledger.policy import Policy
from ledger.provisional.funds import FundRun, fund_entries
from ledger.provisional.holdings import holds_others
from ledger.provisional.levy import NOTHING, LevyRun, Provisional, levies
from ledger.provisional.loans import LoanRun, loan_entries
from ledger.provisional.problems import LevyCurrency
from ledger.provisional.problems_remeasurement import RemeasurementUnclear, RemeasurementUnpriced
from ledger.provisional.remeasure import BookToMeasure, is_month_end, remeasure
from ledger.rules.rates import UnitRates

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class ProvisionalRun(LevyRun):
    """Provisional entries of all books: the levy, then exchange differences. Statements are the levy's."""

    measuring: _Remeasuring | None = field(default=None, repr=False, compare=False)

    def at(self, slug: str, day: dt.date, begins: dt.date | None = None) -> Provisional:
        """A book's provisional entries for a balance sheet of `day`, and a period that `begins` on a day.

        What is held in other currencies is brought to the rate of that very day, within a month as well as after the
        federation's last posting. Where the period begins within a month, it is brought to the rate of the day before,
        too: that difference belongs to the time before. Charges on loans that fall due after their cycle's book has its
        last posting are there up to `day`. At the end of any month up to that of the last posting, these are the
        entries as they stand.

        Returns:
            The entries; those after `day` don't count. Its problems are those of the day alone, beside the run's.
        """
        as_it_stands = self.by_unit.get(slug, NOTHING)
        return as_it_stands if self.measuring is None else self.measuring.at(slug, day, begins, as_it_stands)


def provisional(books: Books, policy: Policy) -> ProvisionalRun:
    """Everything provisional, of every book in `books`.

    Args:
        books: loaded books; exchange differences go to the last month in which one of them has a posting.
        policy: rates and decisions.

    Returns:
        The levy's statements, entries of each book, and problems of both.
    """
    levy, funds = levies(books, policy), fund_entries(books, policy)
    levy = _with_funds(books, levy, funds)
    lent = _Lent(books, levy, loan_entries(books, policy))
    levy, loans = lent.as_it_stands(), lent.loans
    measuring = _Remeasuring(books, levy, lent)
    made, problems = measuring.run()
    told = {problem.unit for problem in levy.problems if isinstance(problem, LevyCurrency)}  # one slip, one error
    problems = [p for p in problems if not isinstance(p, RemeasurementUnpriced) or p.unit not in told]
    found = tuple(sorted({*levy.problems, *funds.problems, *loans.problems, *problems}, key=order))
    return ProvisionalRun(levy.statements, found, {**levy.by_unit, **made}, measuring)


def _with_funds(books: Books, levy: LevyRun, funds: FundRun) -> LevyRun:
    """The levy's entries with the interest that the funds' loans have borne, book by book."""
    joined = {
        slug: memo_of(books.workspace.root).get(
            ("levy and funds", slug),
            partial(_together, levy.by_unit.get(slug, NOTHING), list(entries)),
            same=(levy.by_unit.get(slug, NOTHING), entries),
        )
        for slug, entries in funds.by_unit.items()
    }
    return levy if not joined else replace(levy, by_unit={**levy.by_unit, **joined})


class _Lent:
    """The levy's entries with those of the loans, book by book."""

    def __init__(self, books: Books, levy: LevyRun, loans: LoanRun) -> None:
        self.root = books.workspace.root
        self.levy = levy
        self.loans = loans

    def as_it_stands(self) -> LevyRun:
        """Of all books; one without loans stays as it was."""
        joined = {slug: self._joined(slug, entries, "stands") for slug, entries in self.loans.by_unit.items()}
        return self.levy if not joined else replace(self.levy, by_unit={**self.levy.by_unit, **joined})

    def at(self, slug: str, day: dt.date) -> Provisional | None:
        """Of a book, with the charges that fall due after its cycles have their last posting; None where none do."""
        found = self.loans.at(slug, day)
        if found is None:
            return None
        entries, problems = found
        joined = self._joined(slug, entries, "later")
        return replace(joined, problems=(*joined.problems, *problems)) if problems else joined

    def _joined(self, slug: str, entries: tuple[data.Directive, ...], what: str) -> Provisional:
        before = self.levy.by_unit.get(slug, NOTHING)
        return memo_of(self.root).get(
            ("levy and loans", slug, what), partial(_together, before, list(entries)), same=(before, entries)
        )


class _Remeasuring:
    """The second step, book by book."""

    def __init__(self, books: Books, levy: LevyRun, lent: _Lent) -> None:
        self.books = books
        self.ws = books.workspace
        self.levy = levy
        self.lent = lent
        self.rates: dict[str, UnitRates] = {}
        self.setting = ""
        combined = (b.summary for b in books.units.values() if b.unit.combine and b.summary is not None)
        self.last = max((s.last for s in combined if s.last is not None), default=dt.date.min)

    def run(self) -> tuple[dict[str, Provisional], list[Problem]]:
        made: dict[str, Provisional] = {}
        problems: list[Problem] = []
        for slug in sorted(self.books.units):
            if self._asks(slug):
                made[slug], found = self._one(slug)
                problems += found
        return made, problems

    def at(self, slug: str, day: dt.date, begins: dt.date | None, as_it_stands: Provisional) -> Provisional:
        """A book's entries for a balance sheet of `day`, and a period that `begins` on a day."""
        within = begins is not None and begins.day != 1
        stands = is_month_end(day) and day <= last_day(month_of(self.last)) and not within
        later = self.lent.at(slug, day)
        if not self._asks(slug):
            return as_it_stands if later is None else later
        if stands and later is None:
            return as_it_stands
        made, problems = self._one(slug, None if stands else day, begins if within else None, later)
        named = RemeasurementUnpriced, RemeasurementUnclear  # by the run itself
        known = tuple(p for p in problems if not isinstance(p, named))
        return replace(made, problems=(*made.problems, *known)) if known else made

    def _asks(self, slug: str) -> bool:
        """Whether a book has anything to remeasure."""
        book = self.books.units.get(slug)
        if book is None or not book.unit.combine or not book.ok or book.summary is None or slug in self.ws.faulty:
            return False
        levy = self.levy.by_unit.get(slug, NOTHING)
        return holds_others((book.summary, levy.summary), book.unit.currency)

    def _one(
        self,
        slug: str,
        to: dt.date | None = None,
        begins: dt.date | None = None,
        later: Provisional | None = None,
    ) -> tuple[Provisional, list[Problem]]:
        """All steps' entries of one book, as it stands or for the balance sheet of day `to`, with `later` ones then."""
        book, levy = self.books.units[slug], later or self.levy.by_unit.get(slug, NOTHING)
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
        closed = self.books.closed.get(unit.slug, frozenset())

        eves = tuple(day - DAY for day in (begins, unit.joined) if day is not None)

        def work() -> tuple[Provisional, list[Problem]]:
            entries, problems = remeasure(
                BookToMeasure(self.ws, unit, chart, (summary, levy.summary), rates, closed, self.last, to, eves)
            )
            return _together(levy, entries), problems

        return memo_of(self.ws.root).get(
            ("remeasured", unit.slug, to is None, later is None),
            work,
            same=(summary, levy, chart),
            equal=(self.setting, unit, rates, closed, to or self.last, begins),
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
