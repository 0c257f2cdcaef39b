"""The levy of all units, and what stands in each book for it until the month is closed (SPEC 6, DESIGN 2).

A pure function of booked figures, policy and scope: no clock, no file. A unit's levy needs its own book, policy and the
scope of its partners; central's side follows from the units'. What can't be known is a problem that names the unit,
never zero.

How this module reads the contract where it leaves room:

- `balance` directives on the levy's accounts are refused from the first month that is open and has levy in it.
- If central's month is closed while the unit's isn't, central's side stands on the first day of central's first open
  month, and the combined statements of the months until then show it as in transit (CUT_OFF).
- A claim in another currency stands here as it was invoiced; `ledger.provisional.remeasure` brings it to the closing
  rate, like everything else that a book holds in another currency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from beancount.core import data

from ledger.books import Books, Summary, Unit, UnitBook, last_day, month_of, summarise
from ledger.charts import Chart, load_chart
from ledger.errors import Problem, order
from ledger.memo import memo_of
from ledger.policy import EVERY_UNIT, Policy
from ledger.provisional.accounts import RoleAccounts
from ledger.provisional.entries import Draft, central_side, numbered, unit_side
from ledger.provisional.invoices import Invoice, invoices
from ledger.provisional.problems import LevyAccountAsserted, LevyPolicyFaulty, LevyUnitFaulty
from ledger.provisional.statement import UnitLevy, unit_levy
from ledger.provisional.vat_terms import VatTerms, vat_terms
from ledger.rules.rates import Rates
from ledger.rules.years import first_open

UNIT_ROLES = ("levy_cost", "levy_owed")
CENTRAL_ROLES = ("levy_claim", "levy_income", "fund_income")


@dataclass(frozen=True)
class Provisional:
    """Provisional entries of one book, and what keeps those of one day's balance sheet from being made."""

    entries: tuple[data.Directive, ...] = ()
    problems: tuple[Problem, ...] = ()

    @cached_property
    def summary(self) -> Summary:
        """Their summary; it is taken once."""
        return summarise(self.entries)


NOTHING = Provisional()


@dataclass(frozen=True)
class LevyRun:
    """What the levy makes of all books.

    Attributes:
        statements: per slug of every unit that owes, where it is known.
        problems: what keeps the others from being known, or entries from being made.
        by_unit: provisional entries per slug.
    """

    statements: dict[str, UnitLevy]
    problems: tuple[Problem, ...]
    by_unit: dict[str, Provisional] = field(default_factory=dict, repr=False)

    def entries(self, slug: str) -> list[data.Directive]:
        """Provisional entries of one book, central's among them: accounts to open, then transactions by date."""
        return list(self.by_unit.get(slug, NOTHING).entries)

    def summary(self, slug: str) -> Summary:
        """The summary of a book's provisional entries."""
        return self.by_unit.get(slug, NOTHING).summary


def levies(books: Books, policy: Policy) -> LevyRun:
    """Work out the levy of every unit in `books`, and central's side where central is among them.

    Args:
        books: loaded books; those that aren't there owe nothing here.
        policy: rates and decisions.

    Returns:
        Statements, problems and provisional entries.
    """
    return _Run(books, policy).run()


def full_entries(books: Books, run: LevyRun, slug: str) -> list[data.Directive]:
    """A book as its owner sees it: booked and provisional entries, in Beancount's order."""
    entries = books.units[slug].entries()
    return sorted([*entries, *run.entries(slug)], key=data.entry_sortkey)


def owed(books: Books, run: LevyRun, slug: str, until: dt.date) -> Decimal:
    """What a unit still owes on the levy at the end of a day: VAT, earlier years and payments counted."""
    book = books.units[slug]
    assert book.summary is not None
    chart = load_chart(book.unit.chart, book.unit.folder)
    names = RoleAccounts(books.workspace, book.unit, book.summary, chart).named("levy_owed")
    provisional = run.summary(slug)
    names |= {row.account for row in provisional.accounts if row.code == chart.role("levy_owed").code}
    rows = (*book.summary.partners, *provisional.partners)
    return -sum((r.amount for r in rows if r.ic == "levy" and r.account in names and r.date <= until), Decimal(0))


@dataclass(frozen=True)
class _Levied:
    """What the levy makes of one unit's book. `text`: all that central's side takes from the invoices."""

    levy: UnitLevy | None
    problems: tuple[Problem, ...]
    invoices: tuple[Invoice, ...] = ()
    provisional: Provisional = NOTHING
    text: str = ""


class _Run:
    def __init__(self, books: Books, policy: Policy) -> None:
        self.books = books
        self.ws = books.workspace
        self.memo = memo_of(self.ws.root)
        key = policy.key
        self.policy = self.memo.get("policy", lambda: policy, equal=key)  # one object remembers rates by day
        self.central = self.ws.central
        self.problems: list[Problem] = []
        self.statements: dict[str, UnitLevy] = {}
        self.units: dict[str, _Levied] = {}
        self.provisional: dict[str, Provisional] = {}
        #: What every unit's levy depends on besides its own book.
        self.setting = repr((self.ws.config, self.ws.units, sorted(self.ws.faulty), key))

    def run(self) -> LevyRun:
        if self.central is None:  # the workspace has said so itself
            return LevyRun({}, ())
        if EVERY_UNIT in self.policy.faulty:
            problem = LevyPolicyFaulty(file=self.ws.shown(self.ws.policy_file), scope=EVERY_UNIT)
            return LevyRun({}, (problem,))
        for slug, book in sorted(self.books.units.items()):
            if book.unit.combine and slug != self.central.slug:
                self._unit(book, self.central)
        own = self.books.units.get(self.central.slug)
        if own is not None and own.ok:
            self._central(own)
        return LevyRun(self.statements, tuple(sorted(self.problems, key=order)), self.provisional)

    def _unit(self, book: UnitBook, central: Unit) -> None:
        unit = book.unit
        if not book.ok or book.summary is None or unit.slug in self.ws.faulty:
            self.problems.append(LevyUnitFaulty(file=self.ws.shown(unit.main), unit=unit.slug, slug=unit.slug))
            return
        if unit.slug in self.policy.faulty:
            file = self.ws.shown(self.ws.policy_file)
            self.problems.append(LevyPolicyFaulty(file=file, unit=unit.slug, scope=unit.slug))
            return
        summary = book.summary
        try:
            chart = load_chart(unit.chart, unit.folder)
            done = self.memo.get(
                ("levy", unit.slug),
                lambda: self._levied(unit, summary, chart, central),
                same=(summary, chart),
                equal=(self.setting, unit, self._closed(unit)),
            )
        except Problem as problem:
            problem.unit = unit.slug
            problem.file = problem.file or f"units/{unit.slug}/unit.toml"  # its chart or its country
            self.problems.append(problem)
            return
        self.problems += done.problems
        if done.levy is not None:
            self.statements[unit.slug] = done.levy
            self.units[unit.slug] = done
            self.provisional[unit.slug] = done.provisional

    def _closed(self, unit: Unit) -> frozenset[str]:
        return self.books.closed.get(unit.slug, frozenset())

    def _levied(self, unit: Unit, summary: Summary, chart: Chart, central: Unit) -> _Levied:
        """A unit's levy and its side of the entries."""
        decided = self.policy.rates or self.policy.amounts  # where no levy is, nobody needs to know its VAT
        terms = vat_terms(central, unit) if decided else VatTerms(unit)
        levy, problems = unit_levy(self.ws, terms, summary, chart, self.policy, self._closed(unit))
        if levy is None:
            return _Levied(None, tuple(problems))
        found = tuple(invoices(levy, self.policy))
        accounts = RoleAccounts(self.ws, unit, summary, chart)
        drafts = [unit_side(invoice, terms, accounts, central, self.ws.language) for invoice in found]
        entries = Provisional(tuple(numbered(drafts, accounts.opens())))
        first = min((i.month for i in found), default=None)
        problems += self._asserted(summary, unit, accounts.named(*UNIT_ROLES), first)
        return _Levied(levy, tuple(problems), found, entries, repr(found))

    def _asserted(self, summary: Summary, unit: Unit, accounts: set[str], first: str | None) -> Iterator[Problem]:
        """A `balance` looks at the end of the day before it; provisional entries would change what it finds."""
        closed = self.books.closed.get(unit.slug, frozenset())
        for row in summary.assertions:
            month = month_of(row.date - dt.timedelta(days=1))
            if first is not None and row.account in accounts and month >= first and month not in closed:
                yield LevyAccountAsserted(
                    file=self.ws.shown(row.file), line=row.line, unit=unit.slug, account=row.account, month=month
                )

    def _central(self, book: UnitBook) -> None:
        unit, summary = book.unit, book.summary
        assert summary is not None
        rates = Rates.from_entries(self.books.central_text.prices, unit.currency)
        try:
            chart = load_chart(unit.chart, unit.folder)
        except Problem as problem:
            self.problems.append(problem)
            return
        invoiced = [(slug, done.text) for slug, done in sorted(self.units.items())]
        self.provisional[unit.slug], problems = self.memo.get(
            ("levy of central", unit.slug),
            lambda: self._mirrored(unit, summary, chart, rates),
            same=(summary, chart),
            equal=(self.setting, unit, self._closed(unit), invoiced, repr(rates)),
        )
        self.problems += problems

    def _mirrored(self, unit: Unit, summary: Summary, chart: Chart, rates: Rates) -> tuple[Provisional, list[Problem]]:
        """Central's side of what the units owe."""
        accounts = RoleAccounts(self.ws, unit, summary, chart)
        drafts: list[Draft] = []
        problems: list[Problem] = []
        for slug, done in sorted(self.units.items()):
            levy = self.statements[slug]
            made: list[Draft] = []
            try:
                for invoice in done.invoices:
                    date = self._central_date(invoice.month)
                    made.append(central_side(invoice, levy.terms, accounts, rates, date, self.ws.language))
            except Problem as problem:
                problem.unit = slug
                problem.file = problem.file or self.ws.shown(self.ws.prices_file)
                problems.append(problem)
                continue
            drafts += made
        entries = Provisional(tuple(numbered(drafts, accounts.opens())))
        first = min((month_of(d.date) for d in drafts), default=None)
        problems += self._asserted(summary, unit, accounts.named(*CENTRAL_ROLES), first)
        return entries, problems

    def _central_date(self, month: str) -> dt.date:
        """The month's last day, or the first day of central's first open month after it."""
        assert self.central is not None
        taking = first_open(month, self.books.closed.get(self.central.slug, frozenset()))
        return last_day(month) if taking == month else dt.date.fromisoformat(f"{taking}-01")
