"""From a number in a SIE file to the unit's own account; what the unit lacks is opened under the file's name for it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from beancount.core import data

from importers.book import BookView
from importers.booktext import clean, leaf
from importers.checks import check_amount, check_open, check_range
from importers.postings import posting
from importers.sie.model import SieFile
from ledger.messages import N_, say

#: Roots by #KTYP, and by the first digits of a number in the Swedish standard chart.
KIND_ROOTS = {"T": "Assets", "S": "Liabilities", "K": "Expenses", "I": "Income"}
CLASS_ROOTS = {"1": "Assets", "20": "Equity", "2": "Liabilities", "3": "Income", "80": "Income", "81": "Income"}
CLASS_ROOTS |= {"82": "Income", "83": "Income"}


class Accounts:
    """Accounts, amounts and days of one file, checked against the unit's book.

    Args:
        view: the book.
        sie: the file.
        file: its name in problems.
        today: the bookkeeper's day.
    """

    def __init__(self, view: BookView, sie: SieFile, file: str, today: dt.date) -> None:
        self.view = view
        self.sie = sie
        self.file = file
        self.unplaced: set[str] = set()  # numbers that the chart has no line for
        self.today = today
        self._known: dict[str, str] = dict(view.codes)
        self._open: set[tuple[str, dt.date]] = set()

    def of(self, number: str) -> str:
        """The unit's account with a number."""
        if number not in self._known:
            self._known[number] = self._new(number)
        return self._known[number]

    def _new(self, number: str) -> str:
        view = self.view
        known = self.sie.accounts.get(number)
        lines = view.chart.lines_of(number)
        roots = [line.root for line in lines]
        wanted = KIND_ROOTS.get((known.kind if known else None) or "") or class_root(number)
        if not lines:
            self.unplaced.add(number)
        fits = any(line.takes(wanted) for line in lines)
        root = wanted if fits or not roots else roots[0]
        charted = view.chart.accounts.get(number)
        name = clean(known.name if known else "")
        account = charted.account if charted and not name else f"{root}:{leaf(number, name)}"
        if not number[0].isdigit():  # a part of an account begins with a digit or a capital
            account = f"{root}:{leaf(number[0].upper() + number[1:], name)}"
        view.open(account, [self.sie.currency])
        return account

    def posting(self, number: str, amount: Decimal, day: dt.date, meta: dict[str, Any] | None = None) -> data.Posting:
        """A posting in the file's currency.

        Raises:
            ImportAccountMissing: the unit closed its account, or opened it later or for another currency.
        """
        account = self.of(number)
        if (account, day) not in self._open:
            check_open(self.view, account, day, self.sie.currency, by=self.file, settings="accounts.beancount")
            self._open.add((account, day))
        return posting(account, amount, self.sie.currency, meta)

    def remarks(self) -> list[str]:
        """What the chart has no line for, and what of the file isn't for books, in plain sentences."""
        said = []
        if self.unplaced:
            text = N_("The chart has no line for: {names}. Give it one, or move them.")
            said.append(say(text, names=", ".join(sorted(self.unplaced))))
        if budget := self.sie.labels["#PBUDGET"]:
            said.append(say(N_("Budget rows (#PBUDGET) stay in the archived file: {count}."), count=budget))
        return said

    def amount(self, number: Decimal, line: int | None) -> Decimal:
        """An amount in whole units of the currency.

        Raises:
            ImportAmountUnit: it is finer.
        """
        return check_amount(number, self.sie.currency, file=self.file, line=line)

    def check_day(self, day: dt.date, line: int | None) -> None:
        """Whether an entry may be dated on a day.

        Raises:
            ImportDateRange: as it says.
        """
        check_range(day, self.today, file=self.file, line=line)


def class_root(number: str) -> str:
    """The root that a number of the Swedish standard chart belongs to."""
    return CLASS_ROOTS.get(number[:2]) or CLASS_ROOTS.get(number[:1]) or "Expenses"
