"""From a unit's own account to the group's line (SPEC 3, 10): `<Root>:<Line>:<NNNN>-<Name>:<Code>`.

The chart places the account by its code. The label below the line is the account's own numbered part, so that
participants' sub-accounts collapse into it and no personal name reaches the federation's ledger; an account that
carries its code on its `open` gets the chart's name for it. Where payees are persons (the chart's set `masked`), so
does every account whose own name has a word that the chart's hasn't: it may be a person's.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.books import AccountRow, Unit
from ledger.books.summary import CODED_LEAF
from ledger.charts import Chart
from ledger.combine.model import Place
from ledger.combine.problems import UnmappedAccount
from ledger.errors import Problem
from ledger.messages import N_, say


class Mapper:
    """Places of one unit's accounts.

    Args:
        unit: whose accounts.
        chart: its chart.
        accounts: what its book opens, and what the rules' entries open.
    """

    def __init__(self, unit: Unit, chart: Chart, accounts: Iterable[AccountRow]) -> None:
        self.unit = unit
        self.chart = chart
        self.rows: dict[str, AccountRow] = {}
        for row in accounts:
            self.rows.setdefault(row.account, row)
        self._places: dict[str, Place | None] = {}
        self._codes: dict[str, str | None] = {}

    def code(self, account: str) -> str | None:
        """The account's code in its chart."""
        if account not in self._codes:
            row = self.rows.get(account)
            if row is not None and row.code is not None:
                self._codes[account] = row.code
            else:
                found = CODED_LEAF.match(account.rsplit(":", 1)[-1])
                self._codes[account] = found[1] if found else None
        return self._codes[account]

    def place(self, account: str) -> Place | None:
        """Line and label of `account`; None where the chart can't place it."""
        if account not in self._places:
            found = self.chart.place(account, self.code(account))
            self._places[account] = Place(found.id, self._label(account)) if found else None
        return self._places[account]

    def at(self, account: str) -> Place:
        """The place of an account that is known to have one."""
        found = self.place(account)
        assert found is not None, account
        return found

    def shown(self, account: str) -> str:
        """`Root:NNNN-Name`: what an account is called outside its unit's book; sub-accounts collapse."""
        place = self.place(account)
        if place is not None:
            return f"{account.partition(':')[0]}:{place.account}"
        parts = account.split(":")
        numbered = next((n for n, part in enumerate(parts) if n and CODED_LEAF.match(part)), 1)
        return ":".join(parts[: numbered + 1])

    def _label(self, account: str) -> str:
        parts = account.split(":")[1:]
        numbered = next((part for part in parts if CODED_LEAF.match(part)), None)
        found = CODED_LEAF.match(numbered or "")
        code = found[1] if found else self.code(account)
        assert code is not None
        masked = self.is_in("masked", account) or self.chart.is_in("masked", code)
        masked &= not account.startswith("Income:")  # a chart of one's own may sell on codes that are payroll in BAS
        if numbered is not None and not masked:
            return numbered
        known = self.chart.accounts.get(code)
        if masked and known is None:
            known = self.chart.near("masked", code)
        name = known.account.rsplit(":", 1)[-1].partition("-")[2] if known else "" if masked else parts[0]
        if numbered is not None and _words(numbered.partition("-")[2]) <= _words(name):
            return numbered
        return f"{code}-{name}".rstrip("-")

    def is_in(self, name: str, account: str) -> bool:
        """Whether the account belongs to a named set of the chart."""
        return self.chart.is_in(name, self.code(account))

    def problems(self, used: Iterable[str], shown: str) -> list[Problem]:
        """Accounts with postings that have no place.

        Args:
            used: accounts that carry postings.
            shown: the book's main file, where an account isn't opened at all.
        """
        found: list[Problem] = []
        for account in sorted(set(used)):
            if self.place(account) is not None:
                continue
            row = self.rows.get(account)
            code = self.code(account)
            problem: Problem | None = self.chart.root_conflict(self.shown(account), code)
            if problem is None:
                reason = say(N_("it has no code")) if code is None else self._why(code)
                problem = UnmappedAccount(account=self.shown(account), reason=reason, chart=self.unit.chart)
            problem.unit = self.unit.slug
            problem.file = row.file if row else shown
            problem.line = row.line if row else None
            found.append(problem)
        return found

    def _why(self, code: str) -> str:
        given = self.chart.why_unmapped(code)
        return given or say(N_("its code {code} is in no range of the chart"), code=code)


def _words(name: str) -> set[str]:
    return {word for word in name.casefold().split("-") if word}
