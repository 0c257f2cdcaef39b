"""The year end: the year's result goes to equity, and on the next day to last year's (SPEC 7; ÅRL 3 kap. 1 §).

Balances go on by themselves: the ledger has no closing or opening vouchers. Income and expense begin with nothing each
year because reports ask for a period. Where a chart has an account for it among income and expense (BAS 8999), the
close of the fiscal year's last month books the year's result against equity (2099), so that the year adds up to
nothing; the combined statements leave that voucher out of the result (SPEC 10). On the next year's first day what
stands on 2099 goes to last year's result (2098). A chart without such an account (PGC, where 129 is equity; village
funds) needs no voucher for it.

How this module reads the contract where it leaves room:

- Only what somebody hasn't booked already is booked, in both steps.
- The second voucher is ordinary text of a month that is open; so it waits in the month's file, and is sealed with it.
- A result in another currency than the unit's can't be added up and isn't moved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from beancount.core import data
from beancount.core.amount import Amount

from ledger.books import Books, Summary, Unit, UnitBook, Workspace, last_day, month_of
from ledger.books.summary import account_code, weight
from ledger.charts import Chart, load_chart
from ledger.closing.problems import CloseAccountDates
from ledger.messages import N_, translate
from ledger.provisional.accounts import RoleAccounts
from ledger.rules.rounding import half_away
from ledger.rules.years import first_open

ZERO = Decimal(0)
DAY = dt.timedelta(days=1)
RESULT = ("Income:", "Expenses:")
TRANSFER_TEXT = N_("Result of {year} to equity")
CARRIED_TEXT = N_("Result of {year} becomes last year's result")
#: What the two vouchers are called in their `source-id`.
TRANSFER, CARRIED = "result", "result carried"


@dataclass(frozen=True)
class YearEnd:
    """A fiscal year of one book that ends with the month being closed."""

    ws: Workspace
    unit: Unit
    summary: Summary
    chart: Chart
    first: dt.date
    last: dt.date

    @property
    def name(self) -> str:
        """`2026`, or `2025/2026` where it isn't the calendar year."""
        return str(self.first.year) if self.first.year == self.last.year else f"{self.first.year}/{self.last.year}"

    @property
    def has_transfer(self) -> bool:
        """Whether the chart moves the result by an account among income and expense."""
        return (
            all(self.chart.has_role(name) for name in ("result_transfer", "result_for_year"))
            and self.chart.role("result_transfer").account.startswith(RESULT)
            and not self.chart.role("result_for_year").account.startswith(RESULT)
        )

    @property
    def is_carried(self) -> bool:
        """Whether the chart tells last year's result from this year's."""
        roles = ("prior_year_result", "result_for_year")
        return self.has_transfer and len({self.chart.role(r).code for r in roles if self.chart.has_role(r)}) == len(
            roles
        )

    def codes(self) -> dict[str, str | None]:
        """Codes of the book's accounts."""
        return {row.account: row.code for row in self.summary.accounts}

    def missing(self, entries: Iterable[data.Transaction]) -> Decimal:
        """What the account of the transfer lacks: a debit where there is a surplus.

        Args:
            entries: what the close adds to the year.
        """
        total = ZERO
        for row in self.summary.balances:
            day = last_day(row.month)
            if row.account.startswith(RESULT) and row.currency == self.unit.currency and self.first <= day <= self.last:
                total += row.amount
        for amount, account in _weights(entries, self.unit.currency):
            if account.startswith(RESULT):
                total += amount
        return -half_away(total, self.unit.currency)

    def stands(self, entries: Iterable[data.Transaction]) -> Decimal:
        """What the year leaves on the account of its result, less what the next year has moved from there already.

        Args:
            entries: what the close adds to the year.
        """
        codes, wanted = self.codes(), self.chart.role("result_for_year").code
        total = ZERO
        for row in self.summary.balances:
            inside = last_day(row.month) <= self.last and row.currency == self.unit.currency
            if inside and codes.get(row.account) == wanted and row.account.startswith("Equity:"):
                total += row.amount
        for amount, account in _weights(entries, self.unit.currency):
            if account.startswith("Equity:") and (codes.get(account) or account_code(account, None)) == wanted:
                total += amount
        total = half_away(total, self.unit.currency)
        return half_away(total + self._moved(codes, wanted), self.unit.currency) if total else ZERO

    def _moved(self, codes: dict[str, str | None], wanted: str) -> Decimal:
        """What vouchers of the next year, its own transfer apart, have booked on the account."""
        _, until = self.ws.fiscal_year(self.last + DAY)
        rows = [row for row in self.summary.equity if self.last < row.date <= until]
        transfers = {row.transaction for row in rows if self.chart.is_in("result_transfer", codes.get(row.account))}
        own = (row for row in rows if codes.get(row.account) == wanted and row.transaction not in transfers)
        return sum((row.amount for row in own if row.currency == self.unit.currency), ZERO)


def year_end(books: Books, unit: Unit, period: str) -> YearEnd | None:
    """The fiscal year that ends with a month; None where none does.

    Raises:
        Problem: the unit's chart can't be read.
    """
    ws, summary = books.workspace, books.units[unit.slug].summary
    first, last = ws.fiscal_year(last_day(period))
    if last != last_day(period) or summary is None:
        return None
    return YearEnd(ws, unit, summary, load_chart(unit.chart, unit.folder), first, last)


def result_transfer(
    books: Books, unit: Unit, period: str, entries: Sequence[data.Transaction]
) -> data.Transaction | None:
    """The voucher that moves the year's result to equity.

    Args:
        books: as loaded.
        unit: whose book it is.
        period: the month that is closed.
        entries: what the close freezes in it besides.

    Returns:
        The voucher, without number; None where no year ends, or nothing is to be moved.

    Raises:
        CloseAccountDates: an account that it needs isn't open on the year's last day.
    """
    year = year_end(books, unit, period)
    if year is None or not year.has_transfer:
        return None
    amount = year.missing(entries)
    if not amount:
        return None
    accounts = _accounts(year)
    text = translate(TRANSFER_TEXT, year.ws.language).format(year=year.name)
    postings = [
        (accounts.account("result_transfer", year.last, unit.currency), amount),
        (accounts.account("result_for_year", year.last, unit.currency), -amount),
    ]
    return _voucher(year.last, text, postings, unit.currency)


def carried_result(
    books: Books, unit: Unit, period: str, entries: Sequence[data.Transaction]
) -> data.Transaction | None:
    """The voucher of the next year's first day: last year's result.

    Args:
        books: as loaded.
        unit: whose book it is.
        period: the month that is closed.
        entries: what the close writes into the year, the transfer among them.

    Returns:
        The voucher, dated on the first day of the next year, or of the first month after the year that is open; None
        where nothing is to be moved.

    Raises:
        CloseAccountDates: an account that it needs isn't open on that day.
    """
    year = year_end(books, unit, period)
    if year is None or not year.is_carried:
        return None
    amount = year.stands(entries)
    if not amount:
        return None
    closed = books.closed.get(unit.slug, frozenset())
    day = dt.date.fromisoformat(f"{first_open(month_of(year.last + DAY), closed)}-01")
    accounts = _accounts(year)
    text = translate(CARRIED_TEXT, year.ws.language).format(year=year.name)
    postings = [
        (accounts.account("result_for_year", day, unit.currency), -amount),
        (accounts.account("prior_year_result", day, unit.currency), amount),
    ]
    return _voucher(day, text, postings, unit.currency)


def brought_forward(book: UnitBook, first: dt.date, day: dt.date) -> Decimal:
    """What the results of earlier years have left by a day: a surplus is positive.

    Args:
        book: read without errors.
        first: first day of the fiscal year in which `day` lies; its own result isn't brought forward yet.
        day: moved since then counts, too.
    """
    assert book.summary is not None
    chart = load_chart(book.unit.chart, book.unit.folder)
    codes = {row.account: row.code for row in book.summary.accounts}
    found = ZERO
    for entry in book.entries():
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            earlier = posting.account.startswith(RESULT) and entry.date < first
            equity = chart.is_in("result_equity", codes.get(posting.account) or "") and entry.date <= day
            amount, currency = weight(posting)
            if (earlier or equity) and currency == book.unit.currency:
                found -= amount
    return found


def _accounts(year: YearEnd) -> RoleAccounts:
    return RoleAccounts(year.ws, year.unit, year.summary, year.chart, dates=CloseAccountDates)


def _voucher(day: dt.date, text: str, postings: Iterable[tuple[str, Decimal]], currency: str) -> data.Transaction:
    made = [data.Posting(account, Amount(amount, currency), None, None, None, {}) for account, amount in postings]
    return data.Transaction({}, day, "*", None, text, frozenset(), frozenset(), made)


def _weights(entries: Iterable[data.Transaction], currency: str) -> Iterable[tuple[Decimal, str]]:
    for entry in entries:
        for posting in entry.postings:
            amount, unit = weight(posting)
            if unit == currency:
                yield amount, posting.account
