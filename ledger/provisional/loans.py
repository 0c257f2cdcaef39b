"""Charges that have accrued on a rotating fund's loans and that no book has yet (SPEC 8).

Dr charges due / Cr service charge in the book that keeps the cycle. Where a unit borrows, its own book mirrors that:
Dr charges to the loan fund / Cr charges owed; the same link, `partner` and `ic: "interest"` on both sides, so that the
combined statements eliminate it. Each book has what has accrued less what that book has booked of it: whoever closes
first, and whoever books a payment as income straight away, nothing comes twice and nothing is left out.

How this module reads the contract where it leaves room:

- Due dates count up to the last day of the last month in which the cycle's book has a posting. No clock is read. For
  the balance sheet of a later day, and the close of a later month, they count up to that day (`LoanRun.at`).
- What is due in a closed month falls on the first day of the first open one after it.
- A charge of a day on which its loan is late says since when: `overdue-since`.
- A booked charge of the unit is of the loan whose link it has; without one, of the loans that owe charges, the oldest
  first.

Flag `!`, tag `provisional`, file name `<loans>`: made anew at each look and gone once the month is closed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from beancount.core import data

from ledger.books import Books, Summary, Unit, UnitBook, last_day, month_of
from ledger.charts import Chart, load_chart
from ledger.errors import Problem
from ledger.loans import Cycle, cycles_of
from ledger.loans.dealings import LOAN_CHARGE, PROVISIONAL
from ledger.loans.group_accounts import GroupAccounts
from ledger.memo import memo_of
from ledger.messages import translate
from ledger.policy import Policy
from ledger.provisional.accounts import RoleAccounts
from ledger.provisional.entries import Draft, numbered
from ledger.provisional.problems_loans import LoanAccountAsserted, LoanChargeAccountDates
from ledger.rules.loans.loan import Dated, Loan, until
from ledger.rules.rounding import half_away, in_units
from ledger.rules.years import first_open
from ledger.subledger import ic_link

ZERO = Decimal(0)
_LINK = re.compile(r"[A-Za-z0-9_/.-]+", re.ASCII)
#: Entries of one book, and what keeps some of them from being made.
Found: TypeAlias = tuple[tuple[data.Directive, ...], tuple[Problem, ...]]


@dataclass(frozen=True)
class LoanRun:
    """Provisional entries of loans, by slug, and what keeps some of them from being made."""

    by_unit: dict[str, tuple[data.Directive, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    lending: _Lending | None = field(default=None, repr=False, compare=False)

    def at(self, slug: str, day: dt.date) -> Found | None:
        """A book's entries with all that falls due by a day on which no cycle's book has a posting any more.

        Returns:
            The entries, and the problems that the run itself doesn't have; None where they are those of the run.
        """
        if self.lending is None or self.lending.ends.get(slug, day) >= day:
            return None
        entries, problems = self.lending.made(slug, day)
        told = {(one.code, one.unit, one.file, one.line) for one in self.problems}
        return entries, tuple(one for one in problems if (one.code, one.unit, one.file, one.line) not in told)


@dataclass(frozen=True)
class _Charge:
    """A charge, or what there is too much of it, on the day on which a book takes it."""

    cycle: Cycle
    loan: Loan
    date: dt.date
    amount: Decimal


def loan_entries(books: Books, policy: Policy) -> LoanRun:
    """What has accrued on loans and isn't booked, of every cycle whose book is in `books`.

    Args:
        books: loaded books; a borrower's that isn't among them gets no entries.
        policy: the cycles.

    Returns:
        Entries by slug: accounts to open, then transactions by date.
    """
    if not policy.cycles:
        return LoanRun()
    lending = _Lending(books, policy)
    made: dict[str, tuple[data.Directive, ...]] = {}
    problems: list[Problem] = []
    for slug in sorted(lending.cycles):
        entries, found = lending.made(slug, None)
        if entries or found:
            made[slug] = entries
        problems += found
    return LoanRun(made, tuple(problems), lending)


class _Lending:
    """The cycles of each book that has to do with one.

    Attributes:
        cycles: by slug.
        ends: the first day up to which one of them is worked out, by slug, as the books stand.
    """

    def __init__(self, books: Books, policy: Policy) -> None:
        self.books = books
        self.cycles: dict[str, list[Cycle]] = defaultdict(list)
        for cycle in cycles_of(books, policy).values():
            if cycle.terms.charge and cycle.fund.loans:
                for slug in _books_of(cycle, books):
                    self.cycles[slug].append(cycle)
        self.ends = {slug: min(map(_end, cycles)) for slug, cycles in self.cycles.items()}

    def made(self, slug: str, day: dt.date | None) -> Found:
        """A book's entries as it stands, or with all that falls due by a later day."""
        charges = [one for cycle in self.cycles[slug] for one in _charges(cycle, self.books, slug, day)]
        return _entries(self.books, self.books.units[slug], charges, day) if charges else ((), ())


def _end(cycle: Cycle) -> dt.date:
    """The day up to which charges are worked out as the cycle's book stands."""
    return dt.date.max if cycle.last is None else last_day(month_of(cycle.last))


def _books_of(cycle: Cycle, books: Books) -> list[str]:
    """The cycle's own book and, where units borrow, theirs."""
    found = [cycle.book_slug]
    if not cycle.persons:
        for slug in dict.fromkeys(loan.participant for loan in cycle.fund.loans):
            book = books.units.get(slug)
            if book is not None and book.ok and slug != cycle.book_slug and _takes(book.unit, cycle):
                found.append(slug)
    return found


def _takes(unit: Unit, cycle: Cycle) -> bool:
    return unit.combine and unit.currency == cycle.terms.currency


def _charges(cycle: Cycle, books: Books, slug: str, day: dt.date | None) -> list[_Charge]:
    """What a book lacks of a cycle's charges, loan by loan: as it stands, or by a later day."""
    summary, closed = books.units[slug].summary, books.closed.get(slug, frozenset())
    assert summary is not None
    own = slug == cycle.book_slug

    def work() -> list[_Charge]:
        if cycle.last is None:
            return []
        end = max(_end(cycle), day or dt.date.min)
        earned = {loan.id: cycle.fund.earned(loan, end) for loan in cycle.fund.loans if own or loan.participant == slug}
        loans = [loan for loan in cycle.fund.loans if loan.id in earned]
        booked = {loan.id: loan.charges_booked for loan in loans} if own else {}
        if not own:
            chart = load_chart(books.units[slug].unit.chart, books.units[slug].unit.folder)
            booked = _booked_by_unit(cycle, summary, chart, loans, earned)
        return [
            charge for loan in loans for charge in _of_loan(cycle, loan, earned[loan.id], booked[loan.id], closed, end)
        ]

    try:
        return memo_of(books.workspace.root).get(
            ("charges", cycle.name, slug, day is None), work, same=(cycle, summary), equal=(closed, slug, day)
        )
    except Problem:  # its chart can't be read: its own checks say so
        return []


def _of_loan(
    cycle: Cycle, loan: Loan, earned: Dated, booked: Dated, closed: Collection[str], end: dt.date
) -> Iterator[_Charge]:
    """At the end of each open day the book has what has been earned by then."""
    days: dict[dt.date, Decimal] = defaultdict(Decimal)
    for day, amount in earned:
        days[_open_day(day, closed)] += amount
    for day, amount in booked:
        if day <= end:
            days[_open_day(day, closed)] -= amount
    for day in sorted(days):
        if days[day]:
            yield _Charge(cycle, loan, day, days[day])


def _open_day(day: dt.date, closed: Collection[str]) -> dt.date:
    month = month_of(day)
    taking = first_open(month, closed)
    return day if taking == month else dt.date.fromisoformat(f"{taking}-01")


def _booked_by_unit(
    cycle: Cycle, summary: Summary, chart: Chart, loans: Sequence[Loan], earned: dict[str, Dated]
) -> dict[str, Dated]:
    """What a borrower's book has of its loans' charges, as cost."""
    found: dict[str, Dated] = {loan.id: [] for loan in loans}
    codes = {chart.role("charge_cost").code} if chart.has_role("charge_cost") else set()
    accounts = {row.account for row in summary.accounts if row.code in codes}
    by_link = {link: loan.id for loan in loans for link in (ic_link(cycle.book_slug, loan.id), loan.id)}
    rows = [
        r for r in summary.partners if r.account in accounts and r.partner == cycle.book_slug and r.ic == "interest"
    ]
    for row in sorted(rows, key=lambda r: (r.date, r.transaction, r.posting)):
        amount = half_away(row.amount, cycle.terms.currency)
        name = next((by_link[link] for link in row.links if link in by_link), None)
        for loan in [] if name else loans:
            owed = until(earned[loan.id], row.date) - until(found[loan.id], row.date)
            part = min(amount, max(owed, ZERO)) if amount > 0 else ZERO
            if part:
                found[loan.id].append((row.date, part))
                amount -= part
        rest = name or _latest(loans, row.date)
        if amount and rest:
            found[rest].append((row.date, amount))
    return found


def _latest(loans: Sequence[Loan], day: dt.date) -> str:
    """The loan that a charge beyond all that is owed stands with: the latest given by then; "" where there is none."""
    return next((loan.id for loan in reversed(loans) if loan.given <= day), "")


def _entries(books: Books, book: UnitBook, charges: Sequence[_Charge], day: dt.date | None) -> Found:
    """A book's entries; none where an account that they need isn't to be had."""
    ws, unit, summary = books.workspace, book.unit, book.summary
    assert summary is not None

    def work() -> Found:
        try:
            chart = load_chart(unit.chart, unit.folder)
            writer = _Writer(books, book, chart, summary)
            drafts = [writer.draft(charge) for charge in charges]
            return tuple(numbered(drafts, writer.opens(), PROVISIONAL)), tuple(writer.asserted(drafts))
        except Problem as problem:
            problem.unit = unit.slug
            problem.file = problem.file or f"units/{unit.slug}/unit.toml"
            return (), (problem,)

    said = [(c.cycle.name, c.loan.id, c.date, c.amount, c.loan.participant) for c in charges]
    same = (summary, *dict.fromkeys(c.cycle for c in charges))
    equal = (said, ws.language, repr(ws.units))
    return memo_of(ws.root).get(("loan entries", unit.slug, day is None), work, same=same, equal=equal)


class _Writer:
    """Drafts of one book."""

    def __init__(self, books: Books, book: UnitBook, chart: Chart, summary: Summary) -> None:
        self.ws, self.unit, self.chart, self.summary = books.workspace, book.unit, chart, summary
        self.roles = RoleAccounts(self.ws, self.unit, summary, chart, dates=LoanChargeAccountDates)
        self.groups: dict[str, GroupAccounts] = {}
        self.rows = {row.account: row for row in summary.accounts}

    def opens(self) -> list[data.Open]:
        """Accounts that the book lacks."""
        found = {e.account: e for group in self.groups.values() for e in group.opens()}
        return [*self.roles.opens(), *(found[account] for account in sorted(found))]

    def asserted(self, drafts: Sequence[Draft]) -> Iterator[Problem]:
        """A `balance` that plain Beancount, which has these entries, and the book alone would answer differently."""
        for row in self.summary.assertions:
            amounts = (
                posting.units.number
                for draft in drafts
                if draft.date < row.date
                for posting in draft.postings
                if posting.units is not None and f"{posting.account}:".startswith(f"{row.account}:")
            )
            if sum((number for number in amounts if isinstance(number, Decimal)), ZERO):
                file = self.ws.shown(row.file)
                yield LoanAccountAsserted(file=file, line=row.line, unit=self.unit.slug, account=row.account)

    def draft(self, charge: _Charge) -> Draft:
        """One charge, in this book."""
        cycle, loan = charge.cycle, charge.loan
        own = cycle.book_slug == self.unit.slug
        who = cycle.names.get(loan.participant, loan.participant)
        text = translate(LOAN_CHARGE, self.ws.language).format(cycle=cycle.name, loan=loan.id, unit=who)
        link = loan.id if cycle.persons else ic_link(cycle.book_slug, loan.id)
        draft = Draft(
            date=charge.date,
            order=(cycle.name, loan.id),
            narration=text,
            links=frozenset({link} if _LINK.fullmatch(link) else ()),
            meta={"cycle": cycle.name},
        )
        late = loan.late_since(charge.date)
        if late is not None:
            draft.meta["overdue-since"] = late
        tags = {"loan": loan.id}
        if not cycle.persons:
            tags |= {"partner": loan.participant if own else cycle.book_slug, "ic": "interest"}
        debit, credit = self._accounts(charge, own=own)
        currency = cycle.terms.currency
        amount = in_units(charge.amount, currency)
        draft.add(debit, amount, currency, tags)
        draft.add(credit, -amount, currency, tags)
        return draft

    def _accounts(self, charge: _Charge, *, own: bool) -> tuple[str, str]:
        cycle, day, currency = charge.cycle, charge.date, charge.cycle.terms.currency
        if not own:
            return self.roles.account("charge_cost", day, currency), self.roles.account("charges_owed", day, currency)
        if not cycle.persons:
            return self.roles.account("charges_due", day, currency), self.roles.account("service_charge", day, currency)
        if cycle.name not in self.groups:
            self.groups[cycle.name] = GroupAccounts(self.summary, self.chart, cycle)
        group = self.groups[cycle.name]
        debit = group.account("charges_due", charge.loan.participant, day)
        return self._open(debit, day), self._open(group.account("charges", "", day), day)

    def _open(self, account: str, day: dt.date) -> str:
        row = self.rows.get(account)
        if row is None or (row.opened <= day and (row.closed is None or day < row.closed)):
            return account
        file = self.ws.shown(row.file)
        first = day.replace(day=1)
        raise LoanChargeAccountDates(
            file=file, line=row.line, unit=self.unit.slug, account=account, date=day, first=first
        )


def borrowed_from(summary: Summary, policy: Policy, slug: str) -> Iterable[str]:
    """The books whose cycles a unit may owe charges to: those that its own book names as partners."""
    keeps = {cycle.book for cycle in policy.cycles} - {slug}
    return sorted({row.partner for row in summary.partners if row.partner in keeps}) if keeps else ()
