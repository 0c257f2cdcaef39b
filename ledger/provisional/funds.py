"""Interest that has accrued on the investment fund's loans and that no book has yet (SPEC 7, 9).

Dr what funds are owed / Cr interest on internal loans in central's book; the unit's mirrors it: Dr interest on internal
loans / Cr what it owes to funds; one link, `partner` and `ic: "interest"` on both sides, so that the combined
statements eliminate it. What is lent, and when, says central's book; the rate says the agreement. Interest is worked
out to date and rounded once, on the last day of each month; a book takes what has accrued by then less what it has
booked before. So whoever closes first, and whoever books interest when it is paid, nothing comes twice.

How this module reads the contract where it leaves room:

- Months run to the last one in which any combined book has a posting. No clock is read.
- What has accrued in a closed month falls on the last day of the first open one after it.
- A unit in another currency owes interest in central's: its book has it at the day's spot, cost at the same.

Flag `!`, tag `provisional`, file name `<funds>`: made anew at each look and gone once the month is closed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from beancount.core import data
from beancount.core.amount import Amount

from ledger.books import Books, Unit, UnitBook, last_day, month_of
from ledger.charts import Chart, load_chart
from ledger.errors import Problem
from ledger.funds.book import funds_of
from ledger.funds.rows import INVESTMENT, FundRow
from ledger.memo import memo_of
from ledger.messages import N_, translate
from ledger.policy import Policy
from ledger.provisional.accounts import RoleAccounts
from ledger.provisional.entries import Draft, numbered
from ledger.rules.funds.interest import MonthInterest, PrincipalChange, Rate, monthly
from ledger.rules.rates import UnitRates
from ledger.rules.rounding import half_away
from ledger.rules.years import first_open
from ledger.subledger import ic_link

ZERO = Decimal(0)
#: File name of these entries, which no file holds.
PROVISIONAL_FUNDS = "<funds>"
INTEREST = N_("Interest {case_name}, {month}")


@dataclass(frozen=True)
class FundRun:
    """Provisional entries of the funds, by slug, and what keeps some of them from being made."""

    by_unit: dict[str, tuple[data.Directive, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Accrued:
    """A case's interest on the last day of a month; in central's currency."""

    case: str
    unit: str
    day: dt.date
    amount: Decimal


def fund_entries(books: Books, policy: Policy) -> FundRun:
    """What has accrued on the investment fund's loans and isn't booked.

    Args:
        books: loaded; without central's, or without agreements on loans, there is nothing.
        policy: the agreements.
    """
    central = books.workspace.central
    bearing = {entry.terms.case for entry in policy.funds.agreed if entry.terms.interest}
    lent = {case: entry for case, entry in policy.funds.agreements.items() if case in bearing}
    book = None if central is None else books.units.get(central.slug)
    if not lent or central is None or book is None or not book.ok:
        return FundRun()
    fund = funds_of(books).get(INVESTMENT)
    rows = [row for row in fund.rows if row.case in lent] if fund is not None else []
    if not any(row.kind == "loan" for row in rows):
        return FundRun()
    end = _end(books)
    accrued: dict[str, tuple[MonthInterest, ...]] = {}
    for case in lent:
        changes = [PrincipalChange(row.date, row.amount) for row in rows if row.case == case and row.kind == "loan"]
        rates = [Rate(e.start, e.terms.interest) for e in policy.funds.agreed if e.terms.case == case]
        rates[0] = Rate(dt.date.min, rates[0].rate)  # the agreement holds for the whole loan
        accrued[case] = monthly(changes, rates, end, central.currency) if changes else ()
    made: dict[str, tuple[data.Directive, ...]] = {}
    problems: list[Problem] = []
    for slug in sorted({central.slug, *(lent[case].terms.unit for case in accrued)}):
        own = books.units.get(slug)
        if own is None or not own.ok or own.summary is None or not own.unit.combine:
            continue
        found = [one for one in _lacking(books, own, accrued, lent_to(policy), rows) if one.amount]
        if not found:
            continue
        try:
            made[slug] = _entries(books, own, central, found)
        except Problem as problem:
            problem.unit = slug
            problem.file = problem.file or f"units/{slug}/unit.toml"
            problems.append(problem)
    return FundRun(made, tuple(problems))


def borrows(policy: Policy, slug: str) -> bool:
    """Whether a unit may owe interest to the fund."""
    return any(e.terms.unit == slug and e.terms.interest for e in policy.funds.agreed)


def lent_to(policy: Policy) -> Mapping[str, str]:
    """The unit of each case."""
    return {case: entry.terms.unit for case, entry in policy.funds.agreements.items()}


def _end(books: Books) -> dt.date:
    """The last day of the last month in which a combined book has a posting."""
    summaries = (b.summary for b in books.units.values() if b.unit.combine and b.summary is not None)
    last = max((s.last for s in summaries if s.last is not None), default=dt.date.min)
    return last_day(month_of(last))


def _lacking(
    books: Books,
    book: UnitBook,
    accrued: Mapping[str, tuple[MonthInterest, ...]],
    units: Mapping[str, str],
    rows: list[FundRow],
) -> Iterator[_Accrued]:
    """What a book lacks of each case's interest, month by month, on open days."""
    central = books.workspace.central
    assert central is not None
    own = book.unit.slug == central.slug
    closed = books.closed.get(book.unit.slug, frozenset())
    for case, months in accrued.items():
        if not own and units[case] != book.unit.slug:
            continue
        booked = _booked_by_central(rows, case) if own else _booked_by_unit(book, central, case)
        yield from _of_case(case, units[case], months, booked, closed)


def _of_case(
    case: str, unit: str, months: tuple[MonthInterest, ...], booked: Mapping[str, Decimal], closed: Collection[str]
) -> Iterator[_Accrued]:
    days: dict[dt.date, Decimal] = defaultdict(Decimal)
    for month in months:
        days[last_day(first_open(month_of(month.day), closed))] += month.amount
    last = max(days, default=dt.date.min)
    for name, amount in booked.items():
        day = last_day(first_open(name, closed))
        if day <= last:
            days[day] -= amount
    for day in sorted(days):
        if days[day]:
            yield _Accrued(case, unit, day, days[day])


def _booked_by_central(rows: list[FundRow], case: str) -> dict[str, Decimal]:
    """Interest that central's book has as income, by month."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.case == case and row.kind == "interest":
            found[month_of(row.date)] += row.amount
    return found


def _booked_by_unit(book: UnitBook, central: Unit, case: str) -> dict[str, Decimal]:
    """Interest that a unit's book has as cost, by month, in central's currency: by the link of the case."""
    assert book.summary is not None
    chart = load_chart(book.unit.chart, book.unit.folder)
    code = chart.role("loan_interest_cost").code if chart.has_role("loan_interest_cost") else ""
    accounts = {row.account for row in book.summary.accounts if row.code == code}
    link = ic_link(central.slug, case)
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in book.summary.partners:
        if row.account in accounts and row.ic == "interest" and row.partner == central.slug and link in row.links:
            found[month_of(row.date)] += row.document_amount
    return found


def _entries(books: Books, book: UnitBook, central: Unit, found: list[_Accrued]) -> tuple[data.Directive, ...]:
    """A book's entries.

    Raises:
        Problem: an account or a rate that they need isn't to be had.
    """
    ws, unit, summary = books.workspace, book.unit, book.summary
    assert summary is not None
    chart = load_chart(unit.chart, unit.folder)

    def work() -> tuple[data.Directive, ...]:
        accounts = RoleAccounts(ws, unit, summary, chart)
        rates = UnitRates.from_entries(books.central_text.prices, unit.currency, ws.currency)
        drafts = [_draft(one, accounts, central, rates, ws.language) for one in found]
        return tuple(numbered(drafts, accounts.opens(), PROVISIONAL_FUNDS))

    equal = (found, books.central_text.key, ws.language, repr(ws.units))
    same: tuple[object, Chart] = (summary, chart)
    return memo_of(ws.root).get(("fund interest", unit.slug), work, same=same, equal=equal)


def _draft(one: _Accrued, accounts: RoleAccounts, central: Unit, rates: UnitRates, language: str) -> Draft:
    """A month's interest of a case, in one book."""
    unit, month = accounts.unit, month_of(one.day)
    own = unit.slug == central.slug
    draft = Draft(
        date=one.day,
        order=(one.case, one.unit),
        narration=translate(INTEREST, language).format(case_name=one.case, month=month),
        links=frozenset({ic_link(central.slug, one.case)}),
        meta={"fund": INVESTMENT, "case": one.case},
    )
    tags = {"partner": one.unit if own else central.slug, "ic": "interest"}
    roles = ("fund_claim", "loan_interest_income") if own else ("loan_interest_cost", "fund_owed")
    debit, credit = (accounts.account(role, one.day, central.currency) for role in roles)
    price = None
    if unit.currency != central.currency:
        rate = rates.spot(central.currency, one.day)
        worth = half_away(one.amount * rate, unit.currency)
        price = Amount(worth / one.amount, unit.currency)
    draft.add(debit, one.amount, central.currency, tags, price)
    draft.add(credit, -one.amount, central.currency, tags, price)
    return draft
