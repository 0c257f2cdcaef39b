"""A book's own items in other currencies, brought to the closing rate in its own result (SPEC 6, 10; IAS 21.23, 28).

A bank account in euro, a customer's invoice, a loan to another unit: each monetary item stands in the book at the rate
of its day, and at each month's end at the closing rate. The difference is an exchange gain or loss of the book that
holds it, also on claims and debts between units, so that it stays in the combined result when the claim itself is
eliminated. The item leaves its account at the rate it stood at and comes back at the closing rate, in its own
currency: no document amount changes, so nothing becomes unmatched and no `balance` is contradicted. Tags are kept.

How this module reads the contract where it leaves room:

- Month by month, from the first one with an item to the last one in which the federation has a posting, whoever made
  it: the item stands in every balance sheet until then. No clock is read. For the balance sheet of another day, within
  a month or later than that, the last remeasurement is of that day, and what comes after it isn't looked at.
- Where a period begins within a month, or the unit joins within one, items are remeasured on the day before as well:
  what rates have made of them until then belongs to the time before.
- A closed month holds what the close wrote; the next open one catches up. So does the next month with a price, where
  one has none. Whether a price is missing on the day of a balance sheet, its reader says (`ledger.combine`).
- Rates are central's, through the reporting currency where the book is in another one (`UnitRates`).

Flag `!`, tag `provisional`, file name `<remeasurement>`: made anew at each look and gone once the month is closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from beancount.core import data
from beancount.core.amount import Amount

from ledger.books import Summary, Unit, Workspace, last_day, month_of
from ledger.charts import Chart
from ledger.errors import Problem
from ledger.messages import N_, translate
from ledger.provisional.accounts import RoleAccounts
from ledger.provisional.corrections import judged
from ledger.provisional.entries import Draft, numbered
from ledger.provisional.holdings import Key, Monetary, Move, moves, unpriced
from ledger.provisional.problems_remeasurement import (
    RemeasurementAccountDates,
    RemeasurementUnclear,
    RemeasurementUnpriced,
)
from ledger.rules.dealings import KINDS
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import UnitRates
from ledger.rules.remeasurement import Holding, Remeasured
from ledger.rules.rounding import decimals

#: The file name of its entries; nobody can edit what it points to.
REMEASUREMENT = "<remeasurement>"
TEXT = N_("{currency}: closing rate of {month}")
LEVY_TEXT = N_("Levy claim on {unit}: closing rate of {month}")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class BookToMeasure:
    """A book, and all that its remeasurement depends on.

    Attributes:
        ws: names of partners.
        unit: whose book it is.
        chart: which accounts are monetary, and where differences go.
        summaries: booked, then what is provisional in it without a remeasurement.
        rates: closing rates in the unit's currency.
        closed: its sealed months.
        last: the federation's last posting.
        to: the day of a balance sheet; None = as the book stands, to the end of the month of the last posting.
        eves: days on which items are remeasured, too: those before a period begins, and before the unit joins.
    """

    ws: Workspace
    unit: Unit
    chart: Chart
    summaries: tuple[Summary, ...]
    rates: UnitRates
    closed: Collection[str]
    last: dt.date
    to: dt.date | None = None
    eves: tuple[dt.date, ...] = ()


def is_month_end(day: dt.date) -> bool:
    """Whether a day is its month's last."""
    return day == last_day(month_of(day))


def sealed(day: dt.date, closed: Collection[str]) -> bool:
    """Whether the close has written what items are worth at the end of a day: that of a closed month."""
    return month_of(day) in closed and is_month_end(day)


def remeasure(book: BookToMeasure) -> tuple[list[data.Directive], list[Problem]]:
    """Entries that bring a book's items in other currencies to the closing rate, month by month.

    Returns:
        Accounts to open, then transactions by date; and problems that name the unit.
    """
    return _Book(book).run()


class _Book:
    def __init__(self, book: BookToMeasure) -> None:
        self.book = book
        self.base = book.unit.currency
        booked = book.summaries[0]
        self.accounts = RoleAccounts(book.ws, book.unit, booked, book.chart, dates=RemeasurementAccountDates)
        codes = self.accounts.codes("levy_claim")
        self.claims = {row.account for s in book.summaries for row in s.accounts if row.code in codes}
        others = {s.account for s in book.unit.sources if s.account and s.kept_in(self.base) != self.base}
        self.monetary = Monetary(book.chart, book.summaries, self.claims, others)

    def run(self) -> tuple[list[data.Directive], list[Problem]]:
        problems: list[Problem] = [*self._unpriced(), *self._unclear()]
        found = moves(self.book.summaries, self.monetary, self.base)
        drafts: list[Draft] = []
        try:
            for key, rows in found.items():
                drafts += self._months(key, rows)
        except Problem as problem:  # an account that the differences need isn't to be had
            problem.unit = self.book.unit.slug
            problem.file = problem.file or f"units/{self.book.unit.slug}/unit.toml"
            return [], [*problems, problem]
        return numbered(drafts, self.accounts.opens(), REMEASUREMENT), problems

    def _unpriced(self) -> Iterator[Problem]:
        booked = self.book.summaries[0]
        opened = {row.account: row for row in booked.accounts}
        for one in unpriced(booked, self.monetary, self.base):
            row = opened.get(one.account)
            yield RemeasurementUnpriced(
                file=self.book.ws.shown(row.file) if row else None,
                line=row.line if row else None,
                unit=self.book.unit.slug,
                account=one.account,
                amount=one.amount,
                currency=one.currency,
                base=self.base,
                month=one.month,
            )

    def _unclear(self) -> Iterator[Problem]:
        """What isn't told apart; of a closed month nothing can be changed."""
        for row in judged(self.book.summaries[0].corrections, self.monetary, self.base).unclear:
            if month_of(row.date) not in self.book.closed:
                yield RemeasurementUnclear(
                    file=self.book.ws.shown(row.file),
                    line=row.line,
                    unit=self.book.unit.slug,
                    account=row.account,
                    amount=row.amount,
                    currency=" / ".join(row.held),
                    base=self.base,
                )

    def _months(self, key: Key, rows: Sequence[Move]) -> Iterator[Draft]:
        """A holding's remeasurements, month by month."""
        holding = Holding()
        begun = 0
        for end in self._days(rows):
            while begun < len(rows) and rows[begun].date <= end:
                holding.moves(rows[begun].document, rows[begun].weight)
                begun += 1
            if begun == len(rows) and not holding.held and not holding.carried:
                return
            if not sealed(end, self.book.closed):
                done = holding.at(self._spot(key.currency, end), self.base)
                if done is not None:
                    yield self._draft(key, end, done)

    def _days(self, rows: Sequence[Move]) -> list[dt.date]:
        """The days on which a holding is remeasured: each month's end, that of the balance sheet, and eves."""
        last = self.book.to or last_day(month_of(max(self.book.last, rows[-1].date)))
        end = last_day(month_of(rows[0].date))
        days = {eve for eve in self.book.eves if rows[0].date <= eve < last}
        while end < last:
            days.add(end)
            end = last_day(month_of(end + dt.timedelta(days=1)))
        if rows[0].date <= last:
            days.add(last)
        return sorted(days)

    def _spot(self, currency: str, day: dt.date) -> Decimal | None:
        try:
            return self.book.rates.spot(currency, day)
        except MissingRate:  # the next month that has a price catches up
            return None

    def _draft(self, key: Key, day: dt.date, done: Remeasured) -> Draft:
        month = month_of(day) if is_month_end(day) else day.isoformat()
        language = self.book.ws.language
        partner = self.book.ws.units.get(key.partner)
        if partner is not None and key.ic == "levy" and key.account in self.claims:
            text = translate(LEVY_TEXT, language).format(unit=partner.name, month=month)
            link = f"ic-{partner.slug}-levy-{month}-rate"
        else:
            text = translate(TEXT, language).format(currency=key.currency, month=month)
            kind = key.ic if key.ic in KINDS else "other"
            link = f"ic-{self.book.unit.slug}-{key.partner}-{kind}-{key.currency}-{month}-rate"
        draft = Draft(
            date=day,
            order=tuple(key),
            narration=text,
            links=frozenset({link} if partner is not None else ()),
        )
        tags = {name: value for name, value in (("partner", key.partner), ("ic", key.ic)) if value}
        draft.add(key.account, -done.moved, key.currency, tags, Amount(done.old, self.base))
        draft.add(key.account, done.moved, key.currency, tags, Amount(done.new, self.base))
        role = "exchange_gain" if done.gain > 0 else "exchange_loss"
        draft.add(self.accounts.account(role, day, self.base), -self._shown(done.gain), self.base, {})
        return draft

    def _shown(self, gain: Decimal) -> Decimal:
        """With decimals: Beancount lets nothing stand of a rate without an end where amounts have none (CLP)."""
        return gain if decimals(self.base) else gain.quantize(CENT)
