"""Why a unit's month can't be closed: everything that it lacks, in one list, each with its remedy (SPEC 7).

A month may be closed when it is over, the months before it are closed, and the books say of it all that they are going
to say: no errors, nothing that waits for a person, numbers without gaps, money compared with what the bank says or
somebody has counted, and no difference with another part of the same legal person. Central closes after its members:
its side of their levies comes with their closes. A book that isn't combined (`combine = false`) is looked at by itself.

How this module reads the contract where it leaves room:

- Of a month that isn't over only that is said: what else it lacks may still come.
- What the close would seal is looked at: the month's entries, and those before the month with which the book begins.
- An amount of money is a multiple of its currency's smallest unit, whatever a book may work out: (100/3) SEK can't be
  paid, nor corrected once it is sealed. What has a price or cost isn't looked at: its worth is rounded where it counts.
- An account with statements is reconciled as `sambok reconcile` says it. Of a month before its first statement, which
  nobody can reconcile, a `balance` after the account's last entry serves, for instance from a statement on paper. An
  account without any entry in the month, or before it, has nothing to be compared.
- A till, a box and any other cash account need a `balance` on the day after the month or later, if they have been used
  in the month or hold something at its end. A savings group's boxes are locked between meetings: in a book that keeps
  a loan cycle, the count after the last entry serves.
- At the end of a fiscal year suspense holds nothing, whatever flag its entries have.
- A rate that is missing for a later month doesn't hold up an earlier one; nor does a later voucher that no decision
  allows, whose document isn't there, or that breaks the terms of a loan cycle.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ledger.books import last_day
from ledger.books.excerpt import for_all, quote
from ledger.books.problems_load import DocumentMissing
from ledger.closing import months as periods
from ledger.closing import problems_ready as why
from ledger.closing.faults import Faults, faults_of
from ledger.closing.lacking import TooFine, UnitMonth, too_fine
from ledger.closing.numbering import Numbers, numbers
from ledger.combine import Combined, combine
from ledger.combine.period import last_booked
from ledger.errors import Problem
from ledger.federation import Federation
from ledger.loans.problems import LoanProblem
from ledger.memo import beside, memo_of
from ledger.policy.problems_decisions import DecisionLater, DecisionNeeded, DecisionUnknown, DecisionUsedUp
from ledger.rules.problems_rates import MissingRate

if TYPE_CHECKING:
    from importers.reconcile import Account

ONE_DAY = dt.timedelta(days=1)
#: What lies in the month of its `date`, and keeps only that one and later ones open.
DATED = (MissingRate, DocumentMissing, DecisionNeeded, DecisionUnknown, DecisionLater, DecisionUsedUp, LoanProblem)


def readiness(
    federation: Federation, period: str, slugs: Sequence[str], *, today: dt.date, without: Collection[str] = ()
) -> dict[str, list[Problem]]:
    """What keeps units from closing a month.

    Args:
        federation: loaded.
        period: the month, "2026-03".
        slugs: the units that are to be closed, all together: central doesn't wait for one of them.
        today: a month is over when its last day lies before it.
        without: units that central doesn't wait for, by decision.

    Returns:
        For each unit its problems; none where it is ready, or closed already.
    """
    look = Look(federation, today, discreet=len(slugs) > 1)
    return {slug: look.lacks(slug, period, slugs, without) for slug in slugs}


def left_out(federation: Federation) -> list[Problem]:
    """Why units aren't there: their settings can't be read. Central waits for them, and so does the close of all."""
    ws = federation.workspace
    found = [problem for problem in ws.left_out if problem.unit is not None]
    quote(ws, found)
    return for_all(federation.books, found)


class Look:
    """One look at a federation, for as many units and months as are asked for: what they share is made once.

    Args:
        federation: loaded.
        today: a month is over when its last day lies before it.
        discreet: who looks sees several books: no line of them is shown that may name a person (SPEC 10).
    """

    def __init__(self, federation: Federation, today: dt.date, *, discreet: bool = False) -> None:
        self.discreet = discreet
        self.federation = federation
        self.books = federation.books
        self.ws = federation.workspace
        self.today = today
        self._combined: dict[str, Combined] = {}
        self._problems: dict[str, dict[str | None, list[Problem]]] = {}
        self._numbers: dict[tuple[str, int], Numbers] = {}
        self._bank: dict[str, tuple[Account, ...]] = {}

    def lacks(
        self, slug: str, period: str, together: Collection[str] = (), without: Collection[str] = ()
    ) -> list[Problem]:
        """What keeps one unit from closing one month; nothing of one that is closed.

        Args:
            slug: the unit.
            period: the month.
            together: units that are closed with it.
            without: units that central doesn't wait for.
        """
        found = self._lacks(slug, period, together, without)
        quote(self.ws, found)
        return for_all(self.books, found) if self.discreet and found else found

    def _lacks(self, slug: str, period: str, together: Collection[str], without: Collection[str]) -> list[Problem]:
        unit = self.ws.units[slug]
        if period in self.books.closed.get(slug, ()):
            return []
        if not periods.is_member(unit, period):
            file = self.ws.shown(unit.folder / "unit.toml")
            return [why.CloseLeft(file=file, unit=slug, slug=slug, period=period)]
        if last_day(period) >= self.today:
            return [why.CloseNotOver(unit=slug, slug=slug, period=period, day=last_day(period) + ONE_DAY)]
        found = [*self._earlier(slug, period), *self._errors(slug, period)]
        book = self.books.units[slug]
        if book.summary is not None and book.ok:
            found += UnitMonth(self, book, period).lacks()
        central = self.ws.central
        if central is not None and slug == central.slug:
            found += self._members(period, together, without)
        return found

    def open_before(self, slug: str, period: str) -> list[str]:
        """The months before this one that a unit has to close first."""
        return [month for month in periods.open_months(self.books, slug, period) if month < period]

    def waits_for(self, period: str, together: Collection[str] = (), without: Collection[str] = ()) -> list[str]:
        """The members whose month is open, and that central waits for therefore."""
        central = self.ws.central
        found = []
        for slug, unit in sorted(self.ws.units.items()):
            if unit is central or not unit.combine or slug in together or slug in without:
                continue
            if self._is_open(slug, period):
                found.append(slug)
        return found

    def _is_open(self, slug: str, period: str) -> bool:
        """Whether a unit has to close a month; of a book that can't be read nobody knows when it begins."""
        book = self.books.units[slug]
        if book.summary is None:
            return periods.is_member(book.unit, period) and period not in self.books.closed.get(slug, ())
        return period in periods.open_months(self.books, slug, period)

    def combined(self, period: str) -> Combined:
        """The figures at the end of a month."""
        if period not in self._combined:
            end = last_day(period)
            usual = last_booked(self.books) == end
            self._combined[period] = self.federation.combined if usual else self._figures(end)
        return self._combined[period]

    def _figures(self, end: dt.date) -> Combined:
        with beside(self.ws.root, ("close", end)):  # what is remembered of the ordinary figures stays
            return combine(self.books, self.federation.run, date_to=end)

    def numbers(self, slug: str, period: str) -> Faults:
        """What is wrong with the numbers of a unit's vouchers up to a month, in its fiscal year."""
        unit = self.ws.units[slug]
        year = self.ws.fiscal_year(last_day(period))[0].year

        def known() -> Numbers:
            if (slug, year) not in self._numbers:
                self._numbers[slug, year] = numbers(self.books, slug, year)
            return self._numbers[slug, year]

        def work() -> Faults:
            return faults_of(self.books, slug, year, period, known)

        equal = (self.books.units[slug].key, self.ws.first_month, unit.bookkeeping)
        return memo_of(self.ws.root).get(("voucher numbers", slug, period), work, equal=equal)

    def too_fine(self, slug: str) -> tuple[TooFine, ...]:
        """The vouchers of a unit's book with an amount that is no multiple of its currency's smallest unit."""
        book = self.books.units[slug]
        currencies = frozenset({self.ws.currency, *(unit.currency for unit in self.ws.units.values())})
        equal = (book.key, currencies)
        return memo_of(self.ws.root).get(("amounts too fine", slug), lambda: too_fine(book, currencies), equal=equal)

    def bank(self, slug: str) -> tuple[Account, ...]:
        """A unit's accounts with statements, reconciled."""
        if slug not in self._bank:
            self._bank[slug] = ()
            if any(source.account for source in self.ws.units[slug].sources):
                from importers.reconcile import reconcile  # noqa: PLC0415  many books have no bank, and it loads much

                found = reconcile(self.books, [slug], today=self.today).units
                self._bank[slug] = tuple(account for unit in found for account in unit.accounts)
        return self._bank[slug]

    def _earlier(self, slug: str, period: str) -> Iterator[Problem]:
        before = self.open_before(slug, period)
        if before:
            case: dict[str, Any] = {"case": "more", "count": len(before)} if len(before) > 1 else {}
            yield why.CloseEarlierOpen(unit=slug, slug=slug, period=period, first=before[0], last=before[-1], **case)

    def _errors(self, slug: str, period: str) -> list[Problem]:
        """What is wrong with a unit's book, and with what all books share."""
        if period not in self._problems:
            found: dict[str | None, list[Problem]] = defaultdict(list)
            for problem in self.federation.problems_with(self.combined(period)):
                if not isinstance(problem, DATED) or problem.params.get("date", "")[:7] <= period:
                    found[problem.unit].append(problem)
            self._problems[period] = found
        own = self._problems[period].get(slug, [])
        if not self.ws.units[slug].combine:  # no combined figures tell what falls due after its last posting
            return [*own, *self.federation.run.at(slug, last_day(period)).problems]
        shared = (self.ws.problems, self.books.central_text.problems, self.federation.policy.problems)
        places = {
            (p.code, p.file, p.line) for p in (*(p for some in shared for p in some), *self.federation.run.problems)
        }
        common = (p for p in self._problems[period].get(None, []) if (p.code, p.file, p.line) in places)
        return [*own, *common]

    def _members(self, period: str, together: Collection[str], without: Collection[str]) -> Iterator[Problem]:
        central = self.ws.central
        assert central is not None
        yield from (p for p in self.ws.problems if p.unit is not None and p.unit not in self.ws.units)
        for slug in self.waits_for(period, together, without):
            yield why.CloseUnitOpen(unit=central.slug, central=central.slug, slug=slug, period=period)
