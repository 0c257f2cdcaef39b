"""The federation as it stands: books loaded, policy read, provisional entries made, figures combined (SPEC 10, order).

The one place where the stages are put in a row; commands and the web view start here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

from ledger.books import Books, Workspace, load_books
from ledger.books.chains import broken_chains
from ledger.books.excerpt import for_all, quote
from ledger.books.grounds import broken_grounds
from ledger.books.problems_chains import ChainBroken
from ledger.books.problems_load import DocumentMissing
from ledger.books.problems_sealed import SealBroken, SettingChanged
from ledger.combine import Combined, combine
from ledger.combine.adjusting.reader import read_adjustments
from ledger.combine.problems import UnitErrors
from ledger.combine.runs.lock import RunState, run_states
from ledger.combine.runs.problems import RunDamaged, RunUnreadable
from ledger.errors import Problem, order
from ledger.funds.applications import fund_application_problems
from ledger.funds.book import FundBook, funds_of
from ledger.funds.checks import fund_checks
from ledger.funds.rows import INVESTMENT
from ledger.loans import Cycle, cycles_of
from ledger.loans.applications import application_problems
from ledger.policy import Policy, read_policy
from ledger.policy.decided import Decided, decided
from ledger.policy.minutes import missing_minutes
from ledger.provisional import ProvisionalRun, provisional
from ledger.provisional.members import levy_since, surroundings
from ledger.provisional.problems import LevyUnitFaulty

#: What `sambok combine` and `sambok levy` say of a unit whose book has errors.
CONSEQUENCES = (UnitErrors, LevyUnitFaulty)


@dataclass(frozen=True)
class Federation:
    """Everything that is known, from one look at the files."""

    books: Books
    policy: Policy
    run: ProvisionalRun

    @property
    def workspace(self) -> Workspace:
        """Whose books these are."""
        return self.books.workspace

    @cached_property
    def combined(self) -> Combined:
        """The combined figures of the latest fiscal year, to its last month with postings."""
        return combine(self.books, self.run)

    @cached_property
    def runs(self) -> tuple[RunState, ...]:
        """The locked runs, and what has become of each."""
        return run_states(self.books, self.run)

    @cached_property
    def damage(self) -> tuple[RunDamaged | RunUnreadable, ...]:
        """Locked runs that aren't what was locked, or can't be read: errors, nothing to look at some day."""
        found = (problem for state in self.runs for problem in state.problems)
        return tuple(problem for problem in found if isinstance(problem, RunDamaged | RunUnreadable))

    @cached_property
    def decided(self) -> Decided:
        """Each decision with what is booked on it, and what is booked without one that allows it."""
        return decided(self.books, self.policy)

    @cached_property
    def loans(self) -> dict[str, Cycle]:
        """The rotating loan funds' cycles, by name."""
        return cycles_of(self.books, self.policy)

    @cached_property
    def funds(self) -> dict[str, FundBook]:
        """The federation's own funds by name, what is provisional among it."""
        return funds_of(self.books, self.run.entries)

    @cached_property
    def fund_problems(self) -> tuple[Problem, ...]:
        """What agreements and vouchers of the investment fund break, and applications that can't be scored."""
        asked = fund_application_problems(self.books, self.policy)
        fund = self.funds.get(INVESTMENT)
        if fund is None:
            return asked
        around, since = partial(surroundings, self.books, self.run), partial(levy_since, self.books, self.run)
        return (*asked, *fund_checks(self.books, self.policy, fund, around, since))

    @cached_property
    def minutes(self) -> tuple[DocumentMissing, ...]:
        """Minutes of decisions that aren't there: no figure depends on them, but central's close does."""
        central = self.workspace.central
        closed = self.books.closed.get(central.slug, frozenset()) if central is not None else frozenset()
        return missing_minutes(self.workspace, self.policy, closed)

    @cached_property
    def broken(self) -> tuple[ChainBroken, ...]:
        """Chains of seals that aren't what was made: their units close nothing until they are put back."""
        return tuple(problem for found in broken_chains(self.workspace).values() for problem in found)

    @cached_property
    def grounds(self) -> tuple[SealBroken | SettingChanged, ...]:
        """What policy, exchange rates and settings say otherwise than central's seals do."""
        return broken_grounds(self.workspace)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong: workspace, central files, policy, books, decisions, levy, unplaced accounts, locks.

        What only follows from a unit's own errors isn't listed beside them: there is nothing to correct in it.
        """
        found = {*self.books.problems, *self.policy.problems, *self.run.problems, *self.combined.problems}
        found.update(read_adjustments(self.books).problems)
        found.update(self.damage)
        return self._listed(found)

    def problems_with(self, combined: Combined) -> tuple[Problem, ...]:
        """What is wrong with the books, and with the figures of a period; nothing of adjustments and locked runs."""
        return self._listed({*self.books.problems, *self.policy.problems, *self.run.problems, *combined.problems})

    def _listed(self, found: set[Problem]) -> tuple[Problem, ...]:
        faulty = {problem.unit for problem in found if not isinstance(problem, CONSEQUENCES)}
        found = {p for p in found if p.unit not in faulty or not isinstance(p, CONSEQUENCES)}
        found.update(self.decided.problems)  # they leave the unit's figures standing: nothing follows from them
        found.update(problem for cycle in self.loans.values() for problem in cycle.problems)  # likewise
        found.update(application_problems(self.books, self.policy, self.loans))  # likewise
        found.update(self.fund_problems)  # likewise
        found.update(self.minutes)  # likewise
        found.update(self.broken)
        found.update(self.grounds)
        quote(self.workspace, found)
        return tuple(sorted(found, key=order))

    @cached_property
    def shown(self) -> tuple[Problem, ...]:
        """`problems` for whoever looks at all books together: no line that may name a person (SPEC 10)."""
        return tuple(for_all(self.books, self.problems))


def load_federation(ws: Workspace) -> Federation:
    """Load all books of a workspace and work out what the rules make of them."""
    books = load_books(ws)
    policy = read_policy(books.central_text, ws)
    return Federation(books, policy, provisional(books, policy))
