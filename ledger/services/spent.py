"""Where 100 kr of a unit's turnover went, from its own book.

Turnover is the book's net sales. What else came in and what went out are groups by the chart's statement lines, public
grants apart; the levy stands by its components, as the statement has them, and what the year's books have of it beside
that (lines for earlier years) on a line of its own. An account that the chart can't place is a group of its own, too:
nothing is left out but the transfer of the result. Open months count with what the rules make of them.

Amounts are in the unit's currency.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from ledger.books import Unit, month_of
from ledger.books.summary import PartnerRow
from ledger.charts import Chart, load_chart
from ledger.rules.rounding import half_away
from ledger.rules.services.hundred import LEFT, TURNOVER, Hundred, hundred
from ledger.services.problems import ServiceNoTurnover
from ledger.solidarity.results import YearsBooks

ZERO = Decimal(0)
SALES, TRANSFER = "NetSales", "ResultTransfer"
#: Names of parts that are no line of the statements and no component.
GRANTS, UNKNOWN, EARLIER = "grants", "unmapped", "earlier-levy"


@dataclass(frozen=True)
class Spent:
    """A unit's year in parts of 100; names of income and costs are those of the statement lines, or the ones above."""

    unit: str
    year: int
    currency: str
    parts: Hundred


def spent(its: YearsBooks, unit: Unit, services: dict[str, Decimal]) -> Spent:
    """A unit's year.

    Args:
        its: the year.
        unit: a member with a book without errors.
        services: what each service cost, in any currency.

    Raises:
        ServiceNoTurnover: it sold nothing.
    """
    chart = load_chart(unit.chart, unit.folder)
    sums, levied = _sums(its, unit, chart)
    statement = its.run.statements.get(unit.slug)
    year = None if statement is None else statement.year(its.first.year)
    levy: dict[str, Decimal] = defaultdict(Decimal)
    for month in year.months if year is not None else ():
        for name, amount in month.components.items():
            levy[name] += amount
    rest = levied - sum(levy.values(), ZERO)
    levy |= {EARLIER: rest} if rest else {}
    turnover = sums.pop((SALES, "Income"), ZERO)
    if turnover <= 0:
        raise ServiceNoTurnover(unit=unit.slug, slug=unit.slug, year=its.first.year)
    income = {name: amount for (name, root), amount in sums.items() if root == "Income" and amount}
    costs = {name: -amount for (name, root), amount in sums.items() if root == "Expenses" and amount}
    taken = {TURNOVER, LEFT, *income, *costs}  # policy may call a component anything
    levy = {f"{name}-levy" if name in taken else name: amount for name, amount in levy.items()}
    found = hundred(turnover, income, costs, levy, services)
    return Spent(unit.slug, its.first.year, unit.currency, found)


def _sums(its: YearsBooks, unit: Unit, chart: Chart) -> tuple[dict[tuple[str, str], Decimal], Decimal]:
    """What came in (+) and went out (-) by group and side, the levy apart; and the levy."""
    book, wanted = its.books.units[unit.slug], frozenset(its.months)
    assert book.summary is not None
    summaries = (book.summary, its.run.summary(unit.slug))
    codes = {row.account: row.code for summary in summaries for row in summary.accounts}
    by_group: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    levied = ZERO
    for summary in summaries:
        for row in summary.balances:
            group = _group(chart, row.account, codes.get(row.account))
            if group is not None and row.month in wanted and row.currency == unit.currency:
                by_group[group] -= row.amount
        for posting in summary.partners:
            if _is_levy(posting, unit) and month_of(posting.date) in wanted:
                group = _group(chart, posting.account, codes.get(posting.account))
                assert group is not None
                by_group[group] += posting.amount
                levied += posting.amount
    order = {line: place for place, line in enumerate(_order(chart, codes))}
    found = {group: half_away(by_group[group], unit.currency) for group in sorted(by_group, key=lambda g: order[g])}
    return found, half_away(levied, unit.currency)


def _is_levy(posting: PartnerRow, unit: Unit) -> bool:
    """As the levy's statement reads it: whatever account of cost it is booked on."""
    return posting.ic == "levy" and posting.account.startswith("Expenses:") and posting.currency == unit.currency


def _group(chart: Chart, account: str, code: str | None) -> tuple[str, str] | None:
    """The group of an account and its side; None of what is no income or cost."""
    root = account.partition(":")[0]
    if root not in {"Income", "Expenses"}:
        return None
    line = chart.place(account, code)
    if line is None:
        return f"{UNKNOWN}-{root.lower()}", root
    if line.id == TRANSFER:
        return None
    return (GRANTS, "Income") if chart.is_in("grants", code) else (line.id, line.root)


def _order(chart: Chart, codes: dict[str, str | None]) -> list[tuple[str, str]]:
    """Groups as the statements have their lines; grants and what has no line after them."""
    found: dict[tuple[str, str], int] = {}
    for account, code in codes.items():
        group, line = _group(chart, account, code), chart.place(account, code)
        if group is not None:
            known = line is not None and group[0] == line.id
            found[group] = line.order if known and line is not None else 10_000
    return sorted(found, key=lambda group: (found[group], group))
