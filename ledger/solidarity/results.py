"""A unit's year as the solidarity fund sees it: turnover T, result R, own accumulated result E (SPEC 9).

T is the levy's base, corrections of earlier years apart. R is the year's result after the year's twelve levies, before
tax, appropriations, what comes from the federation's funds or goes to them, and gains on fixed assets sold. E is what
the unit has earned in all its years, less R: so this year's tax, grants and gains are in it, and what it got of the
solidarity fund or paid into it for earlier years, whenever that was booked. Members' contributions and common funds
are no part of it.

All three are in the reporting currency: T and R month by month at the average, E at the last day's rate; each is
rounded once.

How this module reads the contract where it leaves room:

- Reserves that a unit has made of its own results belong to E; so do results that nobody has moved to equity.
- A *gain* on fixed assets is left out, a loss isn't: it was a cost of the machine all along.
- Income and cost on the accounts of the funds (`fund_support`, `fund_contribution`), and all with `ic: "solidarity"` or
  `"fund"`, come from the funds or go to them.
- A unit that joins during a month counts from that month on.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

from ledger.books import Books, Summary, Unit, last_day, month_of
from ledger.charts import Chart, load_chart
from ledger.combine.period import last_booked
from ledger.errors import Problem
from ledger.provisional import ProvisionalRun
from ledger.provisional.statement import YearStatement
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away
from ledger.rules.years import fiscal_months

ZERO = Decimal(0)
RESULT_ROOTS = ("Income:", "Expenses:")
#: Lines of the income statement that aren't in R.
BELOW = frozenset({"IncomeTaxes", "Appropriations", "ResultTransfer"})
#: Lines of equity that hold what a unit has earned.
EARNED = frozenset({"RetainedResult", "ResultForYear", "OtherFreeEquity", "RestrictedReserves"})
FUND_ROLES = ("fund_support", "fund_contribution")
FUND_KINDS = frozenset({"solidarity", "fund"})


@dataclass(frozen=True, slots=True)
class UnitYear:
    """A unit's fiscal year; amounts in the reporting currency.

    Attributes:
        unit: slug.
        year: the calendar year in which it begins.
        base: the levy's base; negative where returns exceed sales (T is then 0).
        result: R; a surplus is positive.
        own: E without what was booked after the year's end for years before.
        months: whole months of membership by the year's last day; None: since always.
        open_months: months of it that aren't closed; none: the figures are final.
    """

    unit: str
    year: int
    base: Decimal
    result: Decimal
    own: Decimal
    months: int | None
    open_months: tuple[str, ...]


@dataclass(frozen=True)
class YearsBooks:
    """What a year's figures are made of.

    Attributes:
        books: loaded.
        run: what the rules have made of the open months, and the levy's statements.
        rates: against the reporting currency.
        first: the year's first day; `last`: its last.
        so_far: of a running year, the end of the last month with a posting.
    """

    books: Books
    run: ProvisionalRun
    rates: Rates
    first: dt.date
    last: dt.date
    so_far: dt.date

    def closing_rate(self, currency: str) -> Decimal:
        """The last day's rate; of a running year, which has none yet, that of the last month with a posting.

        Raises:
            MissingRate: neither is there.
        """
        try:
            return self.rates.spot(currency, self.last)
        except MissingRate:
            if self.so_far == self.last:
                raise
            return self.rates.spot(currency, self.so_far)

    @property
    def months(self) -> tuple[str, ...]:
        """Its twelve months."""
        return fiscal_months(self.first)


def year_of(books: Books, run: ProvisionalRun, year: int) -> YearsBooks:
    """The fiscal year that begins in `year`."""
    ws = books.workspace
    first, last = ws.fiscal_year(dt.date(year, ws.first_month, 1))
    rates = Rates.from_entries(books.central_text.prices, ws.currency)
    return YearsBooks(books, run, rates, first, last, min(last, max(first, last_booked(books))))


def unit_year(its: YearsBooks, unit: Unit) -> UnitYear:
    """One unit's year.

    Args:
        its: the year.
        unit: a member with a book without errors.

    Raises:
        MissingRate: a rate isn't there.
        Problem: its chart can't be read.
    """
    book = its.books.units[unit.slug]
    assert book.summary is not None
    chart = load_chart(unit.chart, unit.folder)
    statement = its.run.statements.get(unit.slug)
    year = None if statement is None else statement.year(its.first.year)
    summaries = (book.summary, its.run.summary(unit.slug))
    ledger = _Ledger(its, unit, chart, summaries)
    currency = its.books.workspace.currency
    with localcontext(EXACT):
        prior = _prior_years(year)
        own = ledger.months(frozenset(its.months))
        for month, amount in prior.items():
            own[unit.currency, month] += amount  # the levy of earlier years is no cost of this one
        result = _at_average(own, its.rates)
        earned = ledger.earned()
        for (code, _), amount in own.items():
            earned[code] -= amount
        accumulated = sum((a * its.closing_rate(c) for c, a in earned.items() if a), ZERO)
        closed = its.books.closed.get(unit.slug, frozenset())
        return UnitYear(
            unit=unit.slug,
            year=its.first.year,
            base=base_of(its, unit),
            result=half_away(result, currency),
            own=half_away(accumulated, currency),
            months=_membership(unit, its.last),
            open_months=tuple(m for m in its.months if m not in closed and _member_in(unit, m)),
        )


def base_of(its: YearsBooks, unit: Unit) -> Decimal:
    """A unit's levy base of the year, corrections of earlier years apart, in the reporting currency.

    Raises:
        MissingRate: a rate isn't there.
    """
    statement = its.run.statements.get(unit.slug)
    year = None if statement is None else statement.year(its.first.year)
    base: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for levied in year.months if year is not None else ():
        base[unit.currency, levied.month] += levied.base
    with localcontext(EXACT):
        return half_away(_at_average(base, its.rates), its.books.workspace.currency)


def members(books: Books, day: dt.date) -> list[Unit]:
    """The units that take part: members on a day with books of the federation, central apart; sorted."""
    ws = books.workspace
    central = ws.central.slug if ws.central else ""
    return [unit for slug, unit in sorted(ws.units.items()) if slug != central and unit.in_scope(day)]


class _Ledger:
    """The sums of one book that a year is made of; income is positive here."""

    def __init__(self, its: YearsBooks, unit: Unit, chart: Chart, summaries: Iterable[Summary]) -> None:
        self.its, self.unit, self.chart = its, unit, chart
        self.summaries = tuple(summaries)
        self.codes: dict[str, str | None] = {}
        for summary in self.summaries:
            self.codes |= {
                row.account: row.code for row in summary.accounts if row.code or row.account not in self.codes
            }
        self.left_out = {chart.role(role).code for role in FUND_ROLES if chart.has_role(role)}

    def months(self, wanted: Collection[str]) -> dict[tuple[str, str], Decimal]:
        """The result R by currency and month, before anything is translated."""
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for summary in self.summaries:
            for row in summary.balances:
                if row.month in wanted and self._counts(row.account) and _member_in(self.unit, row.month):
                    found[row.currency, row.month] -= row.amount
            for posting in summary.partners:
                month = month_of(posting.date)
                if posting.ic in FUND_KINDS and month in wanted and self._counts(posting.account):
                    found[posting.currency, month] += posting.amount
        return found

    def earned(self) -> dict[str, Decimal]:
        """All that it has earned by the year's end and that is still there, by currency."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        last = month_of(self.its.last)
        for summary in self.summaries:
            for row in summary.balances:
                if row.month <= last and self._is_earned(row.account):
                    found[row.currency] -= row.amount
        return found

    def _counts(self, account: str) -> bool:
        """Whether an account is a part of R."""
        if not account.startswith(RESULT_ROOTS):
            return False
        code = self.codes.get(account)
        if code in self.left_out or self.chart.is_in("disposal_gains", code):
            return False
        line = self.chart.place(account, code)
        return line is None or line.id not in BELOW

    def _is_earned(self, account: str) -> bool:
        if account.startswith(RESULT_ROOTS):
            return True
        line = self.chart.place(account, self.codes.get(account))
        return account.startswith("Equity:") and line is not None and line.id in EARNED


def _prior_years(year: YearStatement | None) -> dict[str, Decimal]:
    """What is posted in a year as levy of earlier ones, by month."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in year.prior_years if year is not None else ():
        found[line.month] += line.amount
    return found


def _at_average(amounts: dict[tuple[str, str], Decimal], rates: Rates) -> Decimal:
    return sum((amount * rates.average(code, month) for (code, month), amount in amounts.items() if amount), ZERO)


def _membership(unit: Unit, last: dt.date) -> int | None:
    """Whole months of membership by the end of a day; None: since always."""
    if unit.joined is None:
        return None
    after = last + dt.timedelta(days=1)
    return (after.year - unit.joined.year) * 12 + after.month - unit.joined.month - (after.day < unit.joined.day)


def _member_in(unit: Unit, month: str) -> bool:
    """Whether a unit is a member on a day of a month."""
    joined = unit.joined is None or unit.joined <= last_day(month)
    return joined and (unit.left is None or dt.date.fromisoformat(f"{month}-01") <= unit.left)


def problem_of(unit: Unit, problem: Problem, prices: str) -> Problem:
    """A problem of a unit's year, with the place where it is mended."""
    problem.unit = unit.slug
    problem.file = problem.file or prices
    return problem
