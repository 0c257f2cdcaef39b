"""Our own pages inside Fava's frame: what waits for whom, open items, reconciliation, worksheet, dealings that differ.

They are Fava extensions, but listed here and nowhere else: no text of a book can name one. Each is rendered on the
server from what the other rooms have worked out; nothing is computed here but sums of a row, which must tie.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from fava.core.extensions import ExtensionModule

from ledger.combine import SETTLED
from ledger.combine.worksheet import worksheet
from ledger.messages import N_, translate
from ledger.reports import KINDS, Task, todo
from ledger.web.options import ROOT_NAMES, ROOTS
from ledger.web.page import Page
from ledger.web.pages_money import OpenItems, Reconciliation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.web.ledgers import BookLedger

#: What the templates say; listed here for the catalogues, and a test holds them to it.
TEMPLATE_TEXTS = (
    N_("Nothing waits."),
    N_("Open the page"),
    N_("Every dealing between units has both its sides."),
    N_("These amounts are shown, never hidden: until they are settled, the combined figures hold them."),
    N_("{start} to {end}, {currency}. Debit is positive; every figure opens its entries."),
    N_("Line"),
    N_("Total"),
    N_("Sum"),
    N_(
        "As of {date}; debit is positive. What is booked without a link to its invoice is set off against the oldest "
        "items of the same counterparty."
    ),
    N_("The book has errors: its open items aren't counted."),
    N_("Nothing is open."),
    N_("Unit"),
    N_("Kind"),
    N_("Currency"),
    N_("Counterparty"),
    N_("Number"),
    N_("Date"),
    N_("Due"),
    N_("Days late"),
    N_("Open"),
    N_("{count} more: sambok open-items {unit}"),
    N_("Claims and debts between units differ by {amount} {currency}: sambok combine says in what."),
    N_("Σ of the items = balance: {account} {amount} {currency}"),
    N_("The bank's own statements, out of the archive, against the books."),
    N_("No bank account here is fed by a source."),
    N_("No statement has been imported."),
    N_("Month"),
    N_("Status"),
    N_("Bank"),
    N_("Books"),
    N_("Lines of the bank"),
    N_("Booked"),
    N_("Difference"),
    N_("Account"),
    N_("Months to look at"),
    N_("booked: {date} {amount}"),
    N_("booked to another account"),
    N_("perhaps booked by hand: {where}"),
    N_("{count} more: sambok reconcile {unit} --month {month}"),
)


class Todo(Page):
    """What waits for a person today."""

    title = N_("To do")
    has_js_module = True  # it keeps the banner of every page up to date

    def groups(self) -> list[tuple[str, list[tuple[str, list[Task]]]]]:
        """(heading, [(unit's name, tasks)]) in the order in which they should be taken."""
        federation = self.look.federation
        tasks = todo(
            federation.books,
            federation.problems,
            federation.combined.unmatched,
            self.slug,
            today=dt.date.today(),  # noqa: DTZ011  the bookkeeper's own day is meant
        )
        kinds: dict[str, dict[str, list[Task]]] = defaultdict(lambda: defaultdict(list))
        for task in tasks:
            kinds[task.kind][self.unit_name(task.unit)].append(task)
        return [(translate(heading), list(kinds[kind].items())) for kind, heading in KINDS.items() if kind in kinds]

    def unit_name(self, slug: str | None) -> str:
        """How a task's unit is called."""
        ws = self.look.workspace
        if slug is None:
            return ws.config.federation.name
        return ws.units[slug].name if slug in ws.units else slug


class Unmatched(Page):
    """Dealings between units whose two sides differ."""

    title = N_("Unmatched")

    def groups(self) -> list[tuple[str, list[Any]]]:
        """(heading, dealings): what needs a person first, then what is only told; on a unit's ledger its own."""
        found = [u for u in self.look.federation.combined.unmatched if self.slug is None or self.slug in u.units]
        waiting = [item for item in found if item.code not in SETTLED]
        told = [item for item in found if item.code in SETTLED]
        groups = [(N_("Needs a person"), waiting), (N_("For your information"), told)]
        return [(translate(heading), items) for heading, items in groups if items]

    def source_name(self, where: str) -> str:
        """A place as a reader knows it: a voucher's file and line, or the rule that made the entry."""
        made = re.match(r"<([\w-]+)>", where)
        return self.say(N_("made by a rule: {name}"), name=made[1]) if made else where

    def names(self, item: Any) -> str:
        """The two units' names."""
        units = self.look.workspace.units
        return " – ".join(units[slug].name if slug in units else slug for slug in item.units)


@dataclass(frozen=True)
class Row:
    """One line of the worksheet: amounts by column, each with its link; the total is their sum."""

    label: str
    link: str
    root: str
    cells: Sequence[tuple[Decimal | None, str]]
    total: Decimal


class Worksheet(Page):
    """Lines × units: how the combined figures come about."""

    title = N_("Worksheet")
    federation_only = True

    def columns(self) -> list[tuple[str, str]]:
        """(key, heading): the units by name, then what belongs to none; only those with figures."""
        units = self.look.workspace.units
        columns = worksheet(self.look.federation.combined).columns
        return [(key, units[key].code if key in units else key) for key in columns]

    def table(self) -> list[Row]:
        """Every line that has figures, in the order of the statements."""
        columns, language = self.columns(), self.look.workspace.language
        return [
            Row(
                row.line.label(language),
                self._link(row.line, None),
                row.line.root,
                [
                    (row.amounts[key], self._link(row.line, code)) if key in row.amounts else (None, "")
                    for key, code in columns
                ],
                row.total,
            )
            for row in worksheet(self.look.federation.combined).rows
        ]

    def sums(self, table: Sequence[Row]) -> tuple[list[Decimal], Decimal]:
        """Each column's sum and the sum of all: both 0 in a complete worksheet."""
        columns = [
            sum((row.cells[at][0] or Decimal(0) for row in table), Decimal(0)) for at in range(len(self.columns()))
        ]
        total = sum((row.total for row in table), Decimal(0))
        assert sum(columns, Decimal(0)) == total
        return columns, total

    def _link(self, line: Any, code: str | None) -> str:
        language = self.look.workspace.language
        root = dict(zip(ROOTS, ROOT_NAMES[language], strict=True))[line.root]
        combined = self.look.federation.combined
        period = f"{combined.date_from} - {combined.date_to}"
        asked = {"time": period} if line.root in {"Income", "Expenses"} else {}
        if code is not None:
            asked["account"] = f":{code}$"
        return f"/{self.ledger.slug}/account/{quote(f'{root}:{line.component(language)}')}/?{urlencode(asked)}"


class OwnPages(ExtensionModule):
    """Fava's extension module with our pages and no others; a book's text is not asked."""

    ledger: BookLedger
    PAGES: tuple[type[Page], ...] = (Todo, OpenItems, Reconciliation, Unmatched, Worksheet)

    def load_file(self) -> None:
        """Make this ledger's pages, once."""
        self.errors = []
        if self._instances:
            return
        unit = self.ledger.unit
        for page in self.PAGES:
            if unit is None or not page.federation_only:
                self._instances[page.__name__] = page(self.ledger)
