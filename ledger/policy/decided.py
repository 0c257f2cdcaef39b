"""The register of decisions: what is booked on each, what is left, and what is booked without one (SPEC 4).

Accounts that a unit's chart protects (members' capital, reserves, funds, refunds) take nothing without a decision that
exists and is in force on the voucher's day; a decision with an amount is used up by what is booked on it
(`ledger.rules.decisions` says how that is counted). Anything else may name a decision, and then uses it likewise.

Three things stand on a protected account without naming one:

- Opening balances that an importer brought (`opening-of:`), on the first day of a fiscal year and on an account that
  the book has nothing on before: they move nothing, and what decided them lies before the books.
- What the close has made of provisional entries (in a `*.closed.beancount`, which nobody else writes): exchange
  differences, for instance.
- What belongs to a rotating loan fund's cycle, in the book that keeps it: the cycle's decision covers it. In a members'
  own book (`combine = false`) that is everything while the cycle runs. In a combined book it is what stands on the
  accounts of a cycle (shares, share-outs) and names it, `cycle: "RF26"`; a share-out may come after the cycle's end.

What the finance head adjusts on top of the books (`units/adjustments/`) uses the decision that it names like a voucher,
with all its postings; one that is taken back (`reverses:`) has given it back, and a link that it shares with a unit's
voucher makes both one dealing. It is dated by the figures that it adjusts, which the decision follows: an assembly
decides in spring on December. So of adjustments it isn't told that the decision is of a later day.

In a currency other than the decision's an amount counts at the spot of its day; where that is missing it is told, and
the amount isn't counted. Books with errors count for nothing until they are corrected.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Any

from beancount.core import data

from ledger.books import Books, UnitBook, month_of
from ledger.books.summary import DecidedRow
from ledger.charts import load_chart
from ledger.errors import Problem, order
from ledger.policy.model import Decision, Policy
from ledger.policy.problems_decisions import DecisionLater, DecisionNeeded, DecisionUnknown, DecisionUsedUp
from ledger.rules.decisions import Citation, Posting, Status, Use, carried_out, citations, in_force, status
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import CrossRates, Rates
from ledger.rules.rounding import EXACT, half_away, in_units

ZERO = Decimal(0)
#: Who uses a decision by an adjustment.
ADJUSTMENTS = "adjustments"
#: How the files end that only the close writes.
CLOSED = ".closed.beancount"
#: The accounts of a loan cycle, by their roles; those of money aren't its alone.
CYCLE_ROLES = (
    *(
        "shares",
        "unpaid_share_out",
        "share_out",
        "loans",
        "charges_due",
        "fines_due",
        "service_charge",
        "fines",
        "gifts",
    ),
    *("loan_losses", "counting_difference", "outside_loans", "unpaid_expenses", "social_fund", "carried_in"),
)
#: What is to be done comes first.
RANK: Mapping[Status, int] = {"open": 0, "part": 1, "unlimited": 2, "done": 3}


@dataclass(frozen=True, slots=True)
class UnitUse:
    """What one unit has booked on a decision, its own side; of a voucher without a number its `file:line`.

    What was adjusted on it has `adjustments` for its unit.
    """

    unit: str
    booked: Decimal
    currency: str
    vouchers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionState:
    """A decision and what has become of it.

    Attributes:
        booked: on it, each dealing once; None where it has no limit and books in several currencies cite it.
        currency: of `booked` and `left`; the decision's own, else the one that is booked.
        left: None where it has no limit; below zero where too much is booked.
        units: by slug.
        status: `open` (not carried out), `part`, `done` or `unlimited`.
    """

    decision: Decision
    booked: Decimal | None
    currency: str
    left: Decimal | None
    units: tuple[UnitUse, ...]
    status: Status


@dataclass(frozen=True)
class Decided:
    """All of them: what is to be done first, then by date. And what is wrong."""

    states: tuple[DecisionState, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Cited:
    """A posting that uses a decision."""

    slug: str
    row: DecidedRow
    root: int
    owed: bool


@dataclass
class _Register:
    books: Books
    policy: Policy
    problems: list[Problem] = field(default_factory=list)
    cited: dict[str, list[_Cited]] = field(default_factory=lambda: defaultdict(list))
    cycle_accounts: dict[str, frozenset[str]] = field(default_factory=dict)

    def run(self) -> Decided:
        for slug, book in sorted(self.books.units.items()):
            if book.ok:
                self._book(slug, book)
        self._adjusted()
        states = [self._state(decision) for decision in self.policy.decisions.values()]
        states.sort(key=lambda s: (RANK[s.status], s.decision.date, s.decision.id))
        return Decided(tuple(states), tuple(sorted(set(self.problems), key=order)))

    def _book(self, slug: str, book: UnitBook) -> None:
        """What of one book cites decisions, and what should."""
        assert book.summary is not None
        try:
            load_chart(book.unit.chart, book.unit.folder)
        except Problem as problem:  # nobody knows what it protects
            self.problems.append(problem)
        rows = book.summary.decided
        if not rows:
            return
        postings = [Posting(r.transaction, r.corrects, r.account, r.protected, r.own, r.common) for r in rows]
        found = citations(postings)
        uncovered: dict[int, DecidedRow] = {}
        unknown: set[tuple[int, str]] = set()
        for row, citation in zip(rows, found, strict=True):
            for name in (row.own, row.common):
                if name is not None and (row.transaction, name) not in unknown and self._is_unknown(name):
                    unknown.add((row.transaction, name))
                    near = difflib.get_close_matches(name, self.policy.decisions, n=1, cutoff=0) or ["-"]
                    self._tell(DecisionUnknown, slug, row, id=name, nearest=near[0])
            if citation.decision is None:
                if row.protected and row.amount and not self._covered(book, row):
                    uncovered.setdefault(row.transaction, row)
            elif citation.counts and citation.decision in self.policy.decisions:
                self._cite(slug, row, citation)
        for row in uncovered.values():
            self._tell(DecisionNeeded, slug, row, account=row.account)

    def _adjusted(self) -> None:
        """What adjustments cite. Those that name a decision which isn't there are told where they are read."""
        number = 0
        for entry in self.books.adjustments.entries:
            name = entry.meta.get("decision")
            if not isinstance(name, str) or name not in self.policy.decisions:
                continue
            root, taken_back = number, entry.meta.get("reverses")
            for row in _rows(entry, root, entry.date, 1):
                self.cited[name].append(_Cited(ADJUSTMENTS, row, root, owed=False))
            if isinstance(taken_back, dt.date):
                for row in _rows(entry, root + 1, taken_back, -1):
                    self.cited[name].append(_Cited(ADJUSTMENTS, row, root, owed=False))
            number += 2

    def _is_unknown(self, name: str) -> bool:
        return name not in self.policy.decisions and name not in self.policy.unread

    def _cite(self, slug: str, row: DecidedRow, citation: Citation) -> None:
        assert citation.decision is not None
        owed = row.protected and row.account.startswith("Liabilities:")
        root = row.transaction if row.corrects is None else row.corrects
        self.cited[citation.decision].append(_Cited(slug, row, root, owed))

    def _covered(self, book: UnitBook, row: DecidedRow) -> bool:
        """Whether a posting on a protected account needs to name no decision."""
        if row.file.endswith(CLOSED):
            return True
        if row.opening and row.date == self.books.workspace.fiscal_year(row.date)[0]:
            assert book.summary is not None
            month = month_of(row.date)
            return not any(b.account == row.account and b.month < month for b in book.summary.balances)
        mine = [c for c in self.policy.cycles if c.book == book.unit.slug and self._allows(c.decision, row)]
        named = any(c.name == row.cycle and c.start <= row.date for c in mine)
        if not book.unit.combine:
            return named or any(c.covers(row.date) for c in mine)
        return named and row.account in self._of_cycles(book)

    def _of_cycles(self, book: UnitBook) -> frozenset[str]:
        """The accounts of a book that a loan cycle's postings stand on."""
        if book.unit.slug not in self.cycle_accounts:
            assert book.summary is not None
            chart = load_chart(book.unit.chart, book.unit.folder)
            codes = {chart.role(role).code for role in CYCLE_ROLES if chart.has_role(role)}
            found = frozenset(row.account for row in book.summary.accounts if row.code in codes)
            self.cycle_accounts[book.unit.slug] = found
        return self.cycle_accounts[book.unit.slug]

    def _allows(self, name: str, row: DecidedRow) -> bool:
        decision = self.policy.decisions.get(name)
        return decision is not None and in_force(row.date, decision.date, decision.until)

    def _tell(self, kind: type[Problem], slug: str, row: DecidedRow, **params: Any) -> None:
        file = self.books.workspace.shown(row.file)
        self.problems.append(
            kind(file=file, line=row.line, unit=None if slug == ADJUSTMENTS else slug, **{"date": row.date, **params})
        )

    # --- one decision

    @cached_property
    def rates(self) -> Rates:
        """Of all currencies, against the federation's."""
        return Rates.from_entries(self.books.central_text.prices, self.books.workspace.currency)

    def _state(self, decision: Decision) -> DecisionState:
        cited = self.cited.get(decision.id, [])
        if decision.amount is None:
            return self._unlimited(decision, cited)
        currency = decision.currency or self.books.workspace.currency
        rates = CrossRates.of(self.rates, currency)
        uses, counted = [], []
        for one in cited:
            try:
                uses.append(_use(one, _worth(one.row, currency, rates)))
                counted.append(one)
            except MissingRate as problem:
                problem.file, problem.line = self.books.workspace.shown(one.row.file), one.row.line
                problem.unit = None if one.slug == ADJUSTMENTS else one.slug
                self.problems.append(problem)
        done = carried_out(decision.amount, uses)
        self._late(decision, counted, done.eased)
        self._beyond(decision, currency, counted, done.over)
        units = tuple(
            UnitUse(slug, in_units(booked, currency), currency, self._vouchers(counted, slug))
            for slug, booked in done.units.items()
        )
        used = in_units(done.used, currency)
        left = in_units(decision.amount - done.used, currency)
        return DecisionState(decision, used, currency, left, units, status(decision.amount, done.used))

    def _unlimited(self, decision: Decision, cited: Sequence[_Cited]) -> DecisionState:
        """Nothing is compared, so nothing is converted: each currency by itself."""
        by_currency: dict[str, list[_Cited]] = defaultdict(list)
        for one in cited:
            by_currency[one.row.currency].append(one)
        units: list[UnitUse] = []
        totals: dict[str, Decimal] = {}
        for currency, group in by_currency.items():
            done = carried_out(None, [_use(one, half_away(one.row.amount, currency)) for one in group])
            self._late(decision, group, done.eased)
            totals[currency] = in_units(done.used, currency)
            units += [
                UnitUse(slug, in_units(booked, currency), currency, self._vouchers(group, slug))
                for slug, booked in done.units.items()
            ]
        currency = next(iter(totals), self.books.workspace.currency)
        booked = totals.get(currency, ZERO) if len(totals) < 2 else None
        units.sort(key=lambda u: (u.unit, u.currency))
        return DecisionState(decision, booked, currency, None, tuple(units), status(None, ZERO))

    def _vouchers(self, cited: Iterable[_Cited], slug: str) -> tuple[str, ...]:
        named = {}
        for one in cited:
            if one.slug == slug and one.row.transaction not in named:
                row = one.row
                named[row.transaction] = row.voucher or f"{self.books.workspace.shown(row.file)}:{row.line}"
        return tuple(dict.fromkeys(named.values()))

    def _late(self, decision: Decision, cited: Iterable[_Cited], eased: frozenset[tuple[str, int]]) -> None:
        """What is booked before a decision is taken, or after its end; giving back is always allowed."""
        told = set(eased)
        for one in cited:
            key = one.slug, one.row.transaction
            first = dt.date.min if one.slug == ADJUSTMENTS else decision.date
            if key in told or in_force(one.row.date, first, decision.until):
                continue
            told.add(key)
            ended: dict[str, Any] = {"case": "ended", "until": decision.until} if one.row.date > decision.until else {}
            decided_on, day = decision.date, one.row.date
            self._tell(DecisionLater, one.slug, one.row, id=decision.id, decided=decided_on, date=day, **ended)

    def _beyond(
        self, decision: Decision, currency: str, cited: Iterable[_Cited], over: Mapping[tuple[str, int], Decimal]
    ) -> None:
        """What goes beyond the amount: each voucher once, at its first posting that cites."""
        assert decision.amount is not None
        left = dict(over)
        for one in cited:
            booked = left.pop((one.slug, one.row.transaction), None)
            if booked is not None:
                params = {
                    "id": decision.id,
                    "amount": in_units(decision.amount, currency),
                    "currency": currency,
                    "booked": in_units(booked, currency),
                    "over": in_units(booked - decision.amount, currency),
                }
                self._tell(DecisionUsedUp, one.slug, one.row, **params)


def _rows(entry: data.Transaction, number: int, day: dt.date, sign: int) -> Iterator[DecidedRow]:
    """The postings of an adjustment, as those of a voucher that cites its decision."""
    for posting in entry.postings:
        units = posting.units
        assert units is not None
        assert units.number is not None
        yield DecidedRow(
            transaction=number,
            corrects=None,
            date=day,
            account=posting.account,
            protected=False,
            currency=units.currency,
            amount=sign * units.number,
            document_currency=units.currency,
            document_amount=sign * units.number,
            own=None,
            common=str(entry.meta["decision"]),
            links=tuple(sorted(entry.links or ())),
            partners=(),
            opening=False,
            voucher=None,
            file=str(entry.meta["filename"]),
            line=int(entry.meta["lineno"]),
        )


def _use(one: _Cited, amount: Decimal) -> Use:
    row, beside = one.row, one.slug == ADJUSTMENTS
    return Use(
        one.slug, row.transaction, one.root, row.date, row.account, amount, row.links, one.owed, row.partners, beside
    )


def _worth(row: DecidedRow, currency: str, rates: Rates) -> Decimal:
    """A posting in the decision's currency: as it says, as it weighs, else at the spot of its day.

    Raises:
        MissingRate: there is none.
    """
    if row.document_currency == currency:
        return row.document_amount
    if row.currency == currency:
        return half_away(row.amount, currency)
    with localcontext(EXACT):
        return half_away(row.amount * rates.spot(row.currency, row.date), currency)


def decided(books: Books, policy: Policy) -> Decided:
    """The register of decisions.

    Args:
        books: loaded books; those with errors count for nothing.
        policy: what was decided.

    Returns:
        Each decision with what is booked on it, and what is wrong with what is booked. Nothing is said of books while
        policy itself can't be read: its own error says so.
    """
    shown = books.workspace.shown(books.workspace.policy_file)
    if any(problem.file == shown for problem in books.central_text.problems):
        return Decided((), ())
    return _Register(books, policy).run()
