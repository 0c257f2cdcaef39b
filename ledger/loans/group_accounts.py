"""The accounts of a savings group's book: the group's own by role, each participant's below it (SPEC 8).

Where a participant has an account for a part of the fund, that is it. Else the participant's accounts end alike: who
has `Equity:3010-Shares:Anna` gets `Assets:1130-Unpaid-fines:Anna`. What a book lacks is opened with its code and its
participant. A book that keeps no accounts by participant says whose a posting is beside it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from beancount.core import data

from ledger.books import Summary
from ledger.charts import Chart
from ledger.loans.cycle import Cycle
from ledger.loans.dealings import MIRROR, PROVISIONAL
from ledger.rules.loans.movements import OWN

#: The role of a part's account.
ROLES: dict[str, str] = {str(part): mirrored.book for part, mirrored in MIRROR.items()} | {
    "cash": "cash",
    "social_cash": "social_cash",
    "social_fund": "social_fund",
}


class GroupAccounts:
    """The accounts of one book.

    Args:
        summary: what it has booked.
        chart: of its unit.
        cycle: whose accounts they are: what participants have of their own, and what its vouchers use.
    """

    def __init__(self, summary: Summary, chart: Chart, cycle: Cycle) -> None:
        self.chart = chart
        self.shown = cycle.names
        self.first = cycle.fund.first
        self.opened = {row.account: row for row in summary.accounts}
        self.used: dict[tuple[str, str], str] = {
            (part, whom): account for (part, whom), account in cycle.accounts.items()
        }
        for one in cycle.fund.movements:
            self.used.setdefault((one.part, one.participant if one.part in OWN else ""), one.account)
        self.ends: dict[str, str] = {}
        for (_, whom), account in sorted(self.used.items()):
            end = account.split(":")[2:]
            if whom and end:
                self.ends.setdefault(whom, ":".join(end))
        self.needed: dict[str, tuple[dt.date, str, str]] = {}

    def account(self, part: str, whom: str, day: dt.date) -> str:
        """The account of a part, and of a participant where each has one.

        Raises:
            ChartRoleMissing: the chart has no such role.
        """
        own = whom if part in OWN else ""
        if (part, own) in self.used:
            return self.used[part, own]
        role = self.chart.role(ROLES[part])
        plain = [row.account for row in self.opened.values() if row.code == role.code and row.account.count(":") == 1]
        base = plain[0] if plain else role.account
        account = f"{base}:{self.ends[own]}" if own in self.ends else base
        if account not in self.opened:
            # From the cycle's first month on: charges that come before this voucher stand on it, too.
            first = min(day, self.first).replace(day=1)
            self.needed.setdefault(account, (first, role.code, own if own in self.ends else ""))
        return account

    def opens(self) -> list[data.Open]:
        """`open` directives of what the book lacks."""
        found = []
        for account, (day, code, whom) in sorted(self.needed.items()):
            meta: dict[str, Any] = data.new_metadata(PROVISIONAL, 0)
            if whom:
                meta |= {"code": code, "participant": self.shown.get(whom, whom)}
            currencies: Any = None  # as Beancount's parser leaves it
            found.append(data.Open(meta, day, account, currencies, None))
        return found
