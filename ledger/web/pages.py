"""Our own pages inside Fava's frame: what waits for whom, open items, reconciliation, loans, worksheet, dealings.

They are Fava extensions, but listed here and nowhere else: no text of a book can name one. Each is rendered on the
server from what the other rooms have worked out; nothing is computed here but sums of a row, which must tie.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from fava.core.extensions import ExtensionDetails, ExtensionModule

from ledger.books import clock
from ledger.closing.status import first_open
from ledger.messages import N_, translate
from ledger.reports import KINDS, Task, todo
from ledger.reports.fund_todo import fund_tasks
from ledger.reports.loans_overdue import overdue
from ledger.web.page import Page
from ledger.web.pages_close import Close
from ledger.web.pages_dealings import Pairs, Unmatched
from ledger.web.pages_drill import DrillDown
from ledger.web.pages_fund import InvestmentFund
from ledger.web.pages_group import GroupReports
from ledger.web.pages_loans import Loans, LoanStatement
from ledger.web.pages_money import OpenItems, Reconciliation
from ledger.web.pages_services import SharedServices
from ledger.web.pages_sheet import Worksheet
from ledger.web.pages_solidarity import Solidarity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.web.book import Book


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
            today=clock.today(),
            runs=federation.runs,
            months=first_open(federation, today=clock.today()),
            loans=[
                *overdue(federation.loans, self.slug, today=clock.today()),
                *fund_tasks(federation, self.slug, today=clock.today()),
            ],
        )
        kinds: dict[str, dict[str, list[Task]]] = defaultdict(lambda: defaultdict(list))
        for task in tasks:
            kinds[task.kind][self.unit_name(task.unit)].append(task)
        return [(translate(heading), list(kinds[kind].items())) for kind, heading in KINDS.items() if kind in kinds]


class OwnPages(ExtensionModule):
    """Fava's extension module with our pages and no others; a book's text is not asked."""

    ledger: Book
    PAGES: tuple[type[Page], ...] = (
        *(Todo, OpenItems, Reconciliation, Close),  # what waits for somebody
        *(Loans, LoanStatement),  # rotating loans
        *(InvestmentFund, Solidarity, SharedServices),  # the federation's own funds, and what the levy paid for
        *(Unmatched, Pairs, Worksheet, GroupReports, DrillDown),  # the combined figures
    )

    def load_file(self) -> None:
        """Make this ledger's pages, once."""
        self.errors = []
        if self._instances:
            return
        unit = self.ledger.unit
        for page in self.PAGES:
            if unit is None or not page.federation_only:
                self._instances[page.__name__] = page(self.ledger)

    @property
    def extension_details(self) -> Sequence[ExtensionDetails]:
        """What Fava's menu is told; a page that only links open isn't in it."""
        return [
            ExtensionDetails(page.name, page.report_title if page.in_menu else None, page.has_js_module)
            for page in self._instances.values()
            if isinstance(page, Page)
        ]
