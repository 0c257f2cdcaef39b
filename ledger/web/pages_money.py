"""The pages on money that is still to come or to be proven: open items, and the bank's statements against the books.

Each is shown for one unit line by line, and for the federation in sums and statuses: no counterparty's name leaves its
unit. Every line opens its voucher.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from importers.reconcile import FINDINGS, STATUSES, note_text, reconcile, remedies, sentences, short_name
from ledger.messages import N_, translate
from ledger.reports.open_items import AGES, KINDS, list_open_items
from ledger.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importers.reconcile import Account, Finding, Month, UnitReconciliation
    from ledger.errors import Problem
    from ledger.reports.open_items import OpenItems as Report
    from ledger.reports.open_items import Total
    from ledger.subledger import OpenItem

#: So many rows of a list are shown; a browser has no use for more, the command has them all.
SHOWN = 300
#: So many months stand beside each other.
MONTHS = 12


def _today() -> dt.date:
    return dt.date.today()  # noqa: DTZ011  the bookkeeper's own day is meant


@dataclass(frozen=True)
class Ages:
    """A row of sums by age; `link` leads to what they are the sums of."""

    name: str
    link: str
    total: Total

    @property
    def amounts(self) -> list[Decimal]:
        """In the order of the headings."""
        return [self.total.ages[age] for age in AGES]


class OpenItems(Page):
    """Claims, debts and money on its way, by age."""

    title = N_("Open items")

    def found(self) -> Report:
        """The unit's list, or the federation's."""
        slugs = None if self.slug is None else [self.slug]
        return list_open_items(self.look.federation.books, slugs, day=_today())

    def ages(self) -> list[str]:
        """Headings of the ages."""
        return [translate(heading) for heading in AGES.values()]

    def sums(self, found: Report) -> list[tuple[str, list[Ages]]]:
        """(heading, rows): a unit's kinds; in the federation's view each unit's, then the federation's."""
        groups = []
        for internal, heading in ((False, ""), (True, N_("Between units: not counted above"))):
            rows = list(
                self._unit_sums(found, internal=internal) if self.slug else self._sums(found, internal=internal)
            )
            if rows:
                groups.append((translate(heading), rows))
        return groups

    def _unit_sums(self, found: Report, *, internal: bool) -> Iterator[Ages]:
        for unit in found.units:
            for total in unit.internal_totals if internal else unit.totals:
                yield Ages(translate(KINDS[total.kind]), "", total)

    def _sums(self, found: Report, *, internal: bool) -> Iterator[Ages]:
        totals = found.totals(internal=internal)
        for kind in KINDS:
            for unit in found.counted:
                for total in unit.internal_totals if internal else unit.totals:
                    if total.kind == kind:
                        yield Ages(unit.unit.name, f"/{unit.unit.slug}/extension/OpenItems/", total)
            for total in totals:
                if total.kind == kind:
                    yield Ages(self.look.workspace.config.federation.name, "", total)

    def lists(self, found: Report) -> list[tuple[str, Sequence[OpenItem], int]]:
        """(heading, items, how many more): of a unit."""
        groups: list[tuple[str, Sequence[OpenItem], int]] = []
        for unit in found.units if self.slug else ():
            kinds = [(heading, [i for i in unit.external if i.kind == kind]) for kind, heading in KINDS.items()]
            for heading, items in [*kinds, (N_("Dealings with other units"), list(unit.internal))]:
                if items:
                    groups.append((translate(heading), items[:SHOWN], max(0, len(items) - SHOWN)))
        return groups

    def kind(self, total: Total) -> str:
        """A kind's heading."""
        return translate(KINDS[total.kind])


class Reconciliation(Page):
    """The bank's statements against the books."""

    title = N_("Reconciliation")

    def units(self) -> tuple[UnitReconciliation, ...]:
        """The unit's bank accounts, or all units'."""
        slugs = None if self.slug is None else [self.slug]
        return reconcile(self.look.federation.books, slugs, today=_today()).units

    def problems(self, units: Sequence[UnitReconciliation]) -> list[Problem]:
        """Statements that can't be read any more."""
        return [problem for unit in units for problem in unit.problems]

    def months(self, account: Account) -> list[Month]:
        """The months since the first statement, the latest first."""
        return [month for month in reversed(account.months) if not month.early]

    def status(self, month: Month) -> str:
        """A status in words."""
        return translate(STATUSES[month.status])

    def columns(self, units: Sequence[UnitReconciliation]) -> list[str]:
        """The latest months of all accounts."""
        found = {month.month for unit in units for account in unit.accounts for month in self.months(account)}
        return sorted(found)[-MONTHS:]

    def cells(self, account: Account, columns: Sequence[str]) -> list[Month | None]:
        """An account's months, one for each column."""
        by_name = {month.month: month for month in self.months(account)}
        return [by_name.get(name) for name in columns]

    def waiting(self, account: Account) -> int:
        """How many months somebody should look at."""
        return sum(month.needs_person for month in account.months)

    def remarkable(self, account: Account) -> list[Month]:
        """The months of which there is more to be said than that they are reconciled."""
        return [m for m in self.months(account) if m.status != "reconciled" or m.findings or m.notes]

    def told(self, account: Account, month: Month) -> list[str]:
        """A month in plain words."""
        headline = sentences(account, month, self.money)[0]
        notes = [note_text(note, account.currency, self.money) for note in month.notes]
        return [headline, *notes, *remedies(month)]

    def file_name(self, file: str) -> str:
        """A statement's file and line as people call them."""
        return short_name(file)

    def findings(self, month: Month) -> list[tuple[str, list[Finding], int]]:
        """(heading, lines, how many more) of a month."""
        groups = []
        for kind, heading in FINDINGS.items():
            own = [finding for finding in month.findings if finding.kind == kind]
            if own:
                groups.append((translate(heading), own[:SHOWN], max(0, len(own) - SHOWN)))
        return groups
