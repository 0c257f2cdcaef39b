"""Deposits that a bank's line has brought into the books already, payment by payment, before their file came.

Such a line lists the payments of the deposit, and each of them has settled its invoice. The deposit adds nothing then:
it is known by the line. A line that waits on suspense as a whole isn't meant: it is placed on the deposit when that is
there. Nor is any line where another one of the same sum quotes the deposit's own number: that one pays it in.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from beancount.core import data

from importers.book import BookView
from importers.clearing.model import Deposit
from importers.recognise.deposits import BANK_DAYS, bank_days
from importers.recognise.placed import payment
from importers.recognise.pool import Pool
from importers.recognise.quoted import booked, quoted, same
from importers.recognise.references import fold_reference, words

BANK = "bank-"
#: Calendar days within which the bank days that a deposit is looked for in all lie.
MOST_DAYS = 10


class BankLines:
    """The bank lines of a book by what they moved; each stands for one deposit.

    Args:
        view: the book.
        account: on which deposits wait for the bank.
    """

    def __init__(self, view: BookView, account: str) -> None:
        self.view = view
        suspense = view.chart.role_account("suspense", view.codes) if view.chart.has_role("suspense") else None
        #: Lines whose other side says nothing of payments.
        self._bare = {account, suspense}
        self._lines: dict[tuple[str, Decimal, dt.date], list[data.Transaction]] = defaultdict(list)
        for entry in view.transactions:
            units = entry.postings[0].units if entry.postings else None
            if units is not None and units.number and str(entry.meta.get("source-id", "")).startswith(BANK):
                self._lines[units.currency, units.number, entry.date].append(entry)

    def of(self, deposit: Deposit) -> data.Transaction | None:
        """The line that has brought a deposit in, payment by payment; None where none has."""
        days = (deposit.date + dt.timedelta(days=n) for n in range(MOST_DAYS))
        keys = [(deposit.currency, deposit.amount, d) for d in days if bank_days(deposit.date, d) <= BANK_DAYS]
        near = [entry for key in keys for entry in self._lines.get(key, ())]
        listed = [e for e in near if not any(p.account in self._bare for p in e.postings) or self._partly(e)]
        if not listed:
            return None
        parts = [p.part for p in deposit.payments if p.part.amount]
        told = [quoted(payment(part, deposit.date, deposit.currency, alone=False)) for part in parts]
        own = {fold_reference(n) for n in (deposit.reference, *deposit.numbers) if n}
        meant = [e for e in near if own & _numbers(e)] or near
        found = [e for e in listed if e in meant and same(told, booked(self.view.shared(Pool), e))]
        if not found:
            return None
        self._lines[deposit.currency, deposit.amount, found[0].date].remove(found[0])
        return found[0]

    def _partly(self, entry: data.Transaction) -> bool:
        """Whether some of an entry's payments wait, and others don't."""
        bare = [p.account in self._bare for p in entry.postings[1:]]
        return any(bare) and not all(bare)


def _numbers(entry: data.Transaction) -> set[str]:
    """The numbers that a line quotes by itself."""
    said = (entry.narration, entry.meta.get("reference"), entry.meta.get("counterparty-account"))
    return {word for text in said if text for word in words(str(text))}
