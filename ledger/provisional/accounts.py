"""The accounts that provisional entries post to: the unit's own with a role's code, else the chart's (SPEC 3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from beancount.core import data

from ledger.books import AccountRow, Summary, Unit, Workspace
from ledger.charts import Chart
from ledger.errors import Problem
from ledger.provisional.problems import LevyAccountDates

#: Entries that a rule made and no file holds carry this name; nobody can edit what it points to.
SOURCE = "<levy>"


class RoleAccounts:
    """The accounts of one book by role, and which of the chart's must be opened.

    Args:
        ws: how files are shown.
        unit: whose book it is.
        summary: what it has booked.
        chart: its chart.
        dates: what an account is that isn't open on the day it is needed.
        since: what the book lacks is opened in this month at the latest: what is posted first needn't be the first that
            is needed.
    """

    def __init__(
        self,
        ws: Workspace,
        unit: Unit,
        summary: Summary,
        chart: Chart,
        dates: type[Problem] = LevyAccountDates,
        since: dt.date = dt.date.max,
    ) -> None:
        self.dates = dates
        self.since = since
        self.ws = ws
        self.unit = unit
        self.chart = chart
        self.by_code: dict[str, list[AccountRow]] = defaultdict(list)
        for row in summary.accounts:
            if row.code is not None:
                self.by_code[row.code].append(row)
        self.needed: dict[str, dt.date] = {}

    def account(self, role: str, day: dt.date, currency: str, *, otherwise: str | None = None) -> str:
        """The account of a role that takes `currency` on `day`.

        Args:
            role: its name in the chart.
            day: when it is posted to.
            currency: what is posted.
            otherwise: the role that serves where the chart doesn't name the first.

        Raises:
            LevyAccountDates (or `dates`): the unit's own account isn't open then.
            ChartRoleMissing: the chart has no such role.
        """
        found = self.chart.role(role if otherwise is None or self.chart.has_role(role) else otherwise)
        root = found.account.partition(":")[0]
        own = [row for row in self.by_code.get(found.code, ()) if row.account.startswith(root + ":")]
        taking = [row for row in own if not row.currencies or currency in row.currencies]
        if not taking:  # none of its own, or one that refuses the currency
            name = f"{found.account}-{currency}" if own else found.account
            first = min(day, self.since).replace(day=1)
            self.needed[name] = min(self.needed.get(name, first), first)
            return name
        for row in taking:
            if row.opened <= day and (row.closed is None or day < row.closed):
                return row.account
        row = taking[0]
        raise self.dates(
            file=self.ws.shown(row.file),
            line=row.line,
            unit=self.unit.slug,
            account=row.account,
            date=day,
            first=day.replace(day=1),
        )

    def codes(self, *roles: str) -> set[str]:
        """The codes of some roles, of those that the chart names."""
        return {self.chart.role(role).code for role in roles if self.chart.has_role(role)}

    def named(self, *roles: str) -> set[str]:
        """Every account of the book with the code of one of the roles, and the chart's own."""
        codes = self.codes(*roles)
        own = {row.account for code in codes for row in self.by_code.get(code, ())}
        return own | {self.chart.role(role).account for role in roles if self.chart.has_role(role)}

    def opens(self) -> list[data.Open]:
        """`open` directives of what the book lacks."""
        currencies: Any = None  # as Beancount's parser leaves it
        return [
            data.Open(data.new_metadata(SOURCE, 0), day, account, currencies, None)
            for account, day in sorted(self.needed.items())
        ]
