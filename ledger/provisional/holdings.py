"""What a book holds in other currencies, and which of it follows the closing rate (IAS 21.8, 16 and 23).

Monetary is what is money or will be paid in a fixed amount of it: bank, claims, debts, loans, also those between units.
Fixed assets, shares, stock, what is paid or received ahead, and equity stay at the rate of their own day. Which codes
are monetary the unit's chart says (`[ranges] monetary`); a chart of one's own that doesn't is read by its lines.

Somebody may have brought an item to the closing rate by hand, in the book's own currency against exchange gain or loss:
it stands at that then (`ledger.provisional.corrections`). Anything else in the book's own currency is an item apart.

A currency is written with three letters; shares and other units of account are no money.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from ledger.books import Summary
from ledger.charts import Chart
from ledger.provisional.corrections import judged
from ledger.rules.remeasurement import ZERO

CURRENCY = re.compile(r"[A-Z]{3}")
#: Lines whose accounts are monetary where a chart doesn't name them.
LINES = frozenset(
    "LongTermReceivables TradeReceivables InternalReceivables OtherReceivables CashAndBank Provisions LongTermLoans"
    " ShortTermLoans TradePayables InternalPayables TaxLiabilities OtherLiabilities".split()
)


#: Roles of the accounts that exchange differences are booked on.
DIFFERENCES = ("exchange_gain", "exchange_loss")


class Key(NamedTuple):
    """What is remeasured by itself: an account's items in one currency, with one unit and of one kind."""

    account: str
    currency: str  # of the items
    partner: str  # "" where there is none
    ic: str


class Move(NamedTuple):
    """What one day's postings did to a holding: in its currency, and in the book's."""

    date: dt.date
    document: Decimal
    weight: Decimal


def holds_others(summaries: Sequence[Summary], base: str) -> bool:
    """Whether a book has anything to look at: most have nothing, and cost nothing."""
    return any(summary.foreign for summary in summaries) or any(
        row.currency != base for summary in summaries for row in summary.balances
    )


class Monetary:
    """Which accounts of a book are monetary.

    Args:
        chart: the unit's.
        summaries: where the book's accounts are opened.
        besides: accounts that are, whatever the chart says.
        others: accounts that are in another currency, as their sources say.
    """

    def __init__(
        self,
        chart: Chart,
        summaries: Iterable[Summary],
        besides: Collection[str] = (),
        others: Collection[str] = (),
    ) -> None:
        self.chart = chart
        self.codes = {row.account: row.code for summary in summaries for row in summary.accounts}
        self.besides = besides
        self.others = others
        self.differences = {chart.role(name).code for name in DIFFERENCES if chart.has_role(name)}

    def __contains__(self, account: str) -> bool:
        """Whether items on the account are monetary."""
        if account in self.besides:
            return True
        if not account.startswith(("Assets:", "Liabilities:")):
            return False
        code = self.codes.get(account)
        if "monetary" in self.chart.sets:
            return self.chart.is_in("monetary", code)
        line = self.chart.place(account, code)
        return line is not None and line.id in LINES

    def is_difference(self, account: str) -> bool:
        """Whether an account is for exchange differences."""
        code = self.codes.get(account)
        return code in self.differences or self.chart.is_in("exchange_differences", code)

    def is_other(self, account: str) -> bool:
        """Whether the unit says that an account is in another currency than its own."""
        return account in self.others


def moves(summaries: Iterable[Summary], monetary: Monetary, base: str) -> dict[Key, list[Move]]:
    """Everything that moved monetary items in other currencies, by what is remeasured together, in order of dates.

    Args:
        summaries: booked, and provisional of the same book.
        monetary: which accounts count.
        base: the book's currency. What weighs in another one than that isn't here.
    """
    found: dict[Key, list[Move]] = defaultdict(list)
    for summary in summaries:
        for row in summary.foreign:
            other = row.currency == base and row.document_currency != base
            if other and CURRENCY.fullmatch(row.document_currency) and row.account in monetary:
                key = Key(row.account, row.document_currency, row.partner or "", row.ic or "")
                found[key].append(Move(row.date, row.document_amount, row.amount))
        for one in judged(summary.corrections, monetary, base).corrections:
            key = Key(one.account, one.held[0], one.partner or "", one.ic or "")
            if CURRENCY.fullmatch(key.currency):
                found[key].append(Move(one.date, ZERO, one.amount))
    return {key: sorted(rows) for key, rows in sorted(found.items())}


def held(summaries: Iterable[Summary], monetary: Monetary, base: str, day: dt.date) -> set[str]:
    """Currencies in which a book holds monetary items at the end of a day."""
    found = moves(summaries, monetary, base)
    return {key.currency for key, rows in found.items() if sum((m.document for m in rows if m.date <= day), ZERO)}


class Unpriced(NamedTuple):
    """A monetary account with a balance that weighs in another currency than the book's."""

    account: str
    currency: str
    amount: Decimal
    month: str  # the first with such an amount


def unpriced(summary: Summary, monetary: Monetary, base: str) -> list[Unpriced]:
    """Balances of monetary accounts that nobody has said the worth of in the book's currency."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    first: dict[tuple[str, str], str] = {}
    for row in summary.balances:
        if row.currency != base and CURRENCY.fullmatch(row.currency) and row.account in monetary:
            key = row.account, row.currency
            sums[key] += row.amount
            first[key] = min(first.get(key, row.month), row.month)
    return [Unpriced(*key, amount, first[key]) for key, amount in sorted(sums.items()) if amount]
