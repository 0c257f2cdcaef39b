"""Takings that a till report books, too: they count once, as sales of the till.

The till report (Z) debits the clearing account with a day's card or Swish sales: an open item of that day. The card
settlement or Swish report says how the bank is going to pay them in: it credits the same item and debits its deposits.
So each file adds what it knows, in whatever order they come, and the sales stand in the books once.

- A settlement that doesn't say when its payments were sold is set against the oldest days in a row that add up to it,
  else against the account as a whole.
- Where the till's day has been paid in already (the bank's statement came before the report), the deposit is that
  same item: nothing stays open on either side.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from beancount.core import data

from importers.book import BookView
from importers.clearing.model import Deposit, Payment
from importers.postings import posting
from ledger.subledger import deposit_link

ZERO = Decimal(0)
TILL, BANK = "till-", "bank-"


def day_link(account: str, day: dt.date, currency: str) -> str:
    """The link of what a unit's tills took on a day on one clearing account."""
    return deposit_link(account, "till", day, currency)


@dataclass(frozen=True, slots=True)
class Against:
    """What a deposit's takings are set against.

    Attributes:
        postings: on the till's clearing account; they sum to the takings with the sign turned.
        links: of the till's days.
        item: the deposit is this item instead of one of its own.
    """

    postings: tuple[data.Posting, ...] = ()
    links: frozenset[str] = frozenset()
    item: str | None = None


class TillSide:
    """The clearing account on which a unit's till books its card or Swish sales.

    Args:
        view: the book.
        account: that account.
        by_day: the till's reports are imported, so that each day is an item; where they come otherwise (by hand, in
            another program's vouchers), takings are set against the account as a whole.
    """

    def __init__(self, view: BookView, account: str, *, by_day: bool = True) -> None:
        self.account = account
        self.by_day = by_day
        self._days: dict[str, dt.date] = {}
        self._sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for entry in view.transactions if by_day else ():
            self._look(entry)

    def _look(self, entry: data.Transaction) -> None:
        """Add up what the book holds: what is open of the till's days, and what the bank has paid in of them."""
        source_id = str((entry.meta or {}).get("source-id", ""))
        links = entry.links or frozenset()
        for p in entry.postings:
            if p.account != self.account or p.units is None or p.units.number is None:
                continue
            link = (p.meta or {}).get("item") or (next(iter(links)) if len(links) == 1 else None)
            if link:
                self._sums[link, p.units.currency] += p.units.number
                if source_id.startswith(TILL):
                    self._days.setdefault(link, entry.date)
                if source_id.startswith(BANK):
                    self._paid[link, p.units.currency] += p.units.number

    def against(self, takings: Sequence[Payment], deposit: Deposit) -> Against:
        """What the takings of a deposit are set against.

        Args:
            takings: those of its payments that the till books, too.
            deposit: all of it.
        """
        currency = deposit.currency
        days: dict[dt.date, Decimal] = defaultdict(Decimal)
        undated = ZERO
        for payment in takings:
            if payment.day is None or not self.by_day:
                undated += payment.part.amount
            else:
                days[payment.day] += payment.part.amount
        keyed = {day_link(self.account, day, currency): amount for day, amount in sorted(days.items()) if amount}
        for link, amount in self._run(undated, deposit).items():
            keyed[link] = keyed.get(link, ZERO) + amount
            undated -= amount
        postings = [posting(self.account, -amount, currency, {"item": link}) for link, amount in keyed.items()]
        if undated:
            postings.append(posting(self.account, -undated, currency, {"item": ""}))
        return Against(tuple(postings), frozenset(keyed), self._same(keyed, deposit))

    def _same(self, keyed: dict[str, Decimal], deposit: Deposit) -> str | None:
        """The one day that the bank has paid in already, in just this sum."""
        if len(keyed) != 1:
            return None
        ((link, amount),) = keyed.items()
        paid = self._paid.get((link, deposit.currency), ZERO)
        return link if amount == deposit.amount == -paid else None

    def _run(self, amount: Decimal, deposit: Deposit) -> dict[str, Decimal]:
        """The oldest open days in a row, up to the deposit's, that add up to takings without a day."""
        if amount <= 0:
            return {}
        waiting = sorted(
            (day, link, self._sums[link, deposit.currency])
            for link, day in self._days.items()
            if day <= deposit.date and self._sums[link, deposit.currency] > 0
        )
        first, total = 0, ZERO
        for last, (_, _, rest) in enumerate(waiting):
            total += rest
            while total > amount:
                total -= waiting[first][2]
                first += 1
            if total == amount:
                found = {link: open_ for _, link, open_ in waiting[first : last + 1]}
                for link in found:
                    self._sums[link, deposit.currency] = ZERO
                return found
        return {}
