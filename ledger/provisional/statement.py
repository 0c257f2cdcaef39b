"""A unit's levy statement: every fiscal year of its book, worked out by the rules from booked figures (SPEC 6).

`posted` is everything booked as levy cost with `ic: "levy"`, whoever wrote it, plus what is provisional. What is booked
for an earlier year is known by its link ([`prior_link`][ledger.provisional.statement.prior_link]), made here and
compared as a whole, never taken apart.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from ledger.books import Summary, Unit, Workspace, last_day, month_of
from ledger.charts import Chart
from ledger.errors import Problem
from ledger.policy import EVERY_UNIT, AmountEntry, Policy, RateEntry
from ledger.provisional.base import Turnover, foreign, turnover
from ledger.provisional.problems import LevyVatRateUnknown
from ledger.provisional.vat_terms import VatTerms
from ledger.rules.levy import ZERO, MonthLevy, Terms, YearRules, year_levy
from ledger.rules.levy_prior import PriorYearCase, PriorYearLevy, prior_year_levy, undecided_year
from ledger.rules.rounding import half_away
from ledger.rules.years import fiscal_months

#: Corrections of years further back are looked for in no link.
YEARS_BACK = 12


@dataclass(frozen=True)
class YearStatement:
    """One fiscal year of one unit.

    Attributes:
        year: the calendar year in which it begins; how it is named.
        first: its first day; `last`: its last.
        months: its own levy; prior years left out.
        prior_years: lines of earlier years that are posted in this one.
        vat: VAT on the invoice of each month, where there is any, whoever accounts for it.
    """

    year: int
    first: dt.date
    last: dt.date
    months: tuple[MonthLevy, ...]
    prior_years: tuple[PriorYearLevy, ...]
    vat: tuple[tuple[str, Decimal], ...] = ()

    @property
    def base(self) -> Decimal:
        """Turnover of the year, prior years left out."""
        return sum((m.base for m in self.months), ZERO)

    @property
    def due(self) -> Decimal:
        """Due to date, prior years left out."""
        return self.months[-1].due_ytd if self.months else ZERO

    @property
    def posted(self) -> Decimal:
        """Everything posted in the year, prior years' lines and provisional entries counted."""
        return sum((m.posted for m in self.months), ZERO) + sum((p.amount for p in self.prior_years), ZERO)


@dataclass(frozen=True)
class UnitLevy:
    """What a unit owes, year by year, ex VAT, in its own currency."""

    unit: Unit
    terms: VatTerms
    years: tuple[YearStatement, ...]

    def year(self, year: int) -> YearStatement | None:
        """The statement of the fiscal year that begins in `year`, if there is anything to state."""
        return next((found for found in self.years if found.year == year), None)


_LEVY = re.compile(r"ic-(?P<slug>.+)-levy-(?P<month>\d{4}-\d{2})(-for-\d{4})?")


def levy_link(slug: str, month: str) -> str:
    """The link of both sides of a unit's levy of a month."""
    return f"ic-{slug}-levy-{month}"


def prior_link(slug: str, month: str, year: int) -> str:
    """The link of both sides of a line for an earlier fiscal year, posted in `month`."""
    return f"ic-{slug}-levy-{month}-for-{year}"


def levied_month(link: str, slug: str) -> str | None:
    """The month in which a unit's levy with this link is posted, an earlier year's among them; None = no such link."""
    found = _LEVY.fullmatch(link)
    return found["month"] if found is not None and found["slug"] == slug else None


def unit_levy(
    ws: Workspace, terms: VatTerms, summary: Summary, chart: Chart, policy: Policy, closed: Collection[str]
) -> tuple[UnitLevy | None, list[Problem]]:
    """Work out a unit's levy.

    Args:
        ws: the scope of its partners.
        terms: the unit, and how its levy bears VAT.
        summary: its booked figures.
        chart: its chart.
        policy: rates and the rest.
        closed: its sealed months.

    Returns:
        The levy, or None with what keeps it from being known.
    """
    unit = terms.unit
    lines = turnover(ws, unit, summary, chart, policy, closed)
    booked, problems = _booked(ws, unit, summary)
    problems = [*lines.problems, *problems]
    if problems:
        return None, problems
    years = _years(ws, unit, policy, lines, booked, closed)
    try:
        return UnitLevy(unit, terms, tuple(_with_vat(terms, policy, year) for year in years)), []
    except LevyVatRateUnknown as problem:
        return None, [problem]


def levy_anew(
    ws: Workspace, unit: Unit, summary: Summary, chart: Chart, policy: Policy, closed: Collection[str]
) -> tuple[tuple[YearStatement, ...], list[Problem]]:
    """Work a unit's levy out as if nothing of it were booked or closed; VAT isn't told.

    Args:
        ws: the scope of its partners.
        unit: whose book it is.
        summary: its booked figures; what is booked as levy is passed over.
        chart: its chart.
        policy: rates and the rest, as decided or as somebody wants to see them.
        closed: its sealed months: they only tell where turnover counts that came late.

    Returns:
        Its fiscal years, or none with what keeps them from being known.
    """
    lines = turnover(ws, unit, summary, chart, policy, closed)
    if lines.problems:
        return (), lines.problems
    return _years(ws, unit, policy, lines, _Booked({}, {}), ()), []


def _with_vat(terms: VatTerms, policy: Policy, year: YearStatement) -> YearStatement:
    """VAT is rounded once per month and unit: the month's levy and prior years' lines stand on one invoice."""
    parts: dict[str, dict[str, Decimal]] = {m.month: dict(m.components) for m in year.months}
    for line in year.prior_years:
        month = parts.setdefault(line.month, {})
        for name, amount in line.components.items():
            month[name] = month.get(name, ZERO) + amount
    found = ((month, terms.amount(policy, amounts, last_day(month))) for month, amounts in sorted(parts.items()))
    return replace(year, vat=tuple((month, vat) for month, vat in found if vat))


@dataclass(frozen=True)
class _Booked:
    own: Mapping[dt.date, Mapping[str, Decimal]]  # fiscal year -> month -> amount
    prior: Mapping[dt.date, Mapping[str, Decimal]]  # corrected fiscal year -> month of posting -> amount


def _booked(ws: Workspace, unit: Unit, summary: Summary) -> tuple[_Booked, list[Problem]]:
    own: dict[dt.date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    prior: dict[dt.date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    problems: list[Problem] = []
    for row in summary.partners:
        if row.ic != "levy" or not row.account.startswith("Expenses:"):
            continue
        if row.currency != unit.currency:
            problems.append(foreign(ws, unit, row))
            continue
        month, first = month_of(row.date), ws.fiscal_year(row.date)[0]
        amount = half_away(row.amount, unit.currency)  # a total price leaves a trace of its division
        corrected = next(
            (y for y in range(1, YEARS_BACK) if prior_link(unit.slug, month, first.year - y) in row.links), None
        )
        if corrected is None:
            own[first][month] += amount
        else:
            prior[first.replace(year=first.year - corrected)][month] += amount
    return _Booked(own, prior), problems


def _years(
    ws: Workspace, unit: Unit, policy: Policy, lines: Turnover, booked: _Booked, closed: Collection[str]
) -> tuple[YearStatement, ...]:
    own: dict[dt.date, tuple[MonthLevy, ...]] = {}
    prior: dict[dt.date, list[PriorYearLevy]] = defaultdict(list)
    for first in sorted({*lines.own, *lines.later, *booked.own, *booked.prior}):
        rules = YearRules(fiscal_months(first), unit.currency, _terms(unit, policy), joined=unit.joined, left=unit.left)
        decided = _decided(unit, policy, first, last_day(rules.months[-1]))
        kept = closed if decided else rules.months  # what was booked by hand then is no refund
        levy = year_levy(lines.own.get(first, []), rules, booked.own.get(first, {}), kept)
        own[first] = levy
        if not decided:
            for line in undecided_year(rules, lines.later.get(first, [])):
                prior[ws.fiscal_year(last_day(line.month))[0]].append(line)
            continue
        case = PriorYearCase(
            rules, lines.own.get(first, []), lines.later.get(first, []), levy, booked.prior.get(first, {}), closed
        )
        for line in prior_year_levy(case):
            prior[ws.fiscal_year(last_day(line.month))[0]].append(line)
    return tuple(
        YearStatement(
            year=first.year,
            first=first,
            last=ws.fiscal_year(first)[1],
            months=own.get(first, ()),
            prior_years=tuple(sorted(prior.get(first, []), key=lambda p: (p.month, p.year))),
        )
        for first in sorted({*own, *prior})
        if own.get(first) or prior.get(first)
    )


def _decided(unit: Unit, policy: Policy, first: dt.date, last: dt.date) -> bool:
    """Whether policy says anything about the unit's levy in a year: a federation may be older than its policy here."""
    scopes = {unit.slug, EVERY_UNIT}
    said: list[RateEntry | AmountEntry] = [entry for entry in policy.rates if entry.scope in scopes]
    said += [entry for entry in policy.amounts if entry.scope in scopes and entry.currency == unit.currency]
    return any(entry.start <= last and first <= entry.until for entry in said)


def _terms(unit: Unit, policy: Policy) -> Callable[[str], Terms]:
    """What is in force on a month's last day."""

    @cache
    def terms(month: str) -> Terms:
        day = last_day(month)
        return Terms(
            rate=policy.rate(unit.slug, day),
            standard=policy.shares(policy.rate(EVERY_UNIT, day), day),
            floor=policy.limit("floor", unit.slug, unit.currency, day),
            cap=policy.limit("cap", unit.slug, unit.currency, day),
            threshold=policy.limit("threshold", unit.slug, unit.currency, day),
        )

    return terms
