"""The investment fund's cases for people: how each stands, what is late, what it has promised (SPEC 9).

What is asked of a unit every month is read from its book: levy owed and since when, months closed in time, money in
hand against a year's cost, results of whole quarters, and invoices that prove what it got was used for.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import cast

import polars as pl

from ledger.books import Books, UnitBook, last_day, month_of
from ledger.books.cells import loads
from ledger.books.columns import read
from ledger.books.sealed import seals_of
from ledger.charts import load_chart
from ledger.errors import Problem
from ledger.federation import Federation
from ledger.funds.cases import Case, Cases
from ledger.provisional import owed
from ledger.provisional.members import levy_since
from ledger.rules.funds import scoring
from ledger.rules.funds.covenants import Covenant, Figures, covenants, standing
from ledger.rules.funds.schedule import Overdue, overdue, plan
from ledger.rules.funds.terms import FundTerms, State
from ledger.rules.loans.schedules import Instalment

ZERO = Decimal(0)
MONTHS = 12
QUARTER = 3
#: So many days after a payment invoices must prove what it was used for.
PROOF_DAYS = 90


@dataclass(frozen=True)
class CaseLine:
    """A case on a day; amounts in central's currency.

    Attributes:
        state: as `ledger.funds.cases` lists them.
        paid: out of the fund; `left` of the agreement that hasn't been; `owed` principal or stake.
        plan: the instalments; `late`: what of them is.
        promises: the covenants.
        score: by the published scale, where there is an application.
        points: what the committee gave.
    """

    case: Case
    state: str
    paid: Decimal
    left: Decimal
    owed: Decimal
    interest_due: Decimal
    allowance: Decimal
    plan: tuple[Instalment, ...] = ()
    late: Overdue = field(default_factory=Overdue)
    promises: tuple[Covenant, ...] = ()
    score: scoring.Score | None = None
    points: Decimal | None = None

    @property
    def given(self) -> Decimal | None:
        """The committee's points; before it has met those of the scale."""
        return self.score.total if self.points is None and self.score is not None else self.points


def case_lines(federation: Federation, cases: Cases, terms: FundTerms, day: dt.date, currency: str) -> list[CaseLine]:
    """Every case on a day, by name."""
    found = []
    figures: dict[str, Figures] = {}
    for case in cases.by_name.values():
        if case.agreement is not None and case.unit not in figures:
            figures[case.unit] = unit_figures(federation, case.unit, day, terms)
        found.append(_line(federation, case, figures.get(case.unit), terms, day, currency))
    return found


def _line(
    federation: Federation, case: Case, figures: Figures | None, terms: FundTerms, day: dt.date, currency: str
) -> CaseLine:
    paid, lent, agreement = case.paid(day), case.owed(day), case.agreement
    instalments: tuple[Instalment, ...] = ()
    late = Overdue()
    first = min((r.date for r in case.rows if r.kind == "loan" and r.amount > 0), default=None)
    if agreement is not None and agreement.kind == "loan" and first is not None:
        instalments = plan(agreement, first, currency, amount=paid)
        late = overdue(instalments, paid - lent, day)
    promises: tuple[Covenant, ...] = ()
    if figures is not None and agreement is not None:
        proof = _proof(federation.books, case, day)
        promises = covenants(_with_proof(figures, proof), terms, day)
    asked = case.application
    score = None
    if asked is not None:
        score = scoring.score(
            scoring.Application(
                asked.case, asked.date, asked.amount, asked.budget, asked.own_part, asked.jobs or None, asked.payback
            )
        )
    return CaseLine(
        case=case,
        state=_state(case, promises, late, paid, lent),
        paid=paid,
        left=max(ZERO, agreement.amount - paid) if agreement is not None and agreement.kind != "guarantee" else ZERO,
        owed=lent,
        interest_due=case.interest_due(day),
        allowance=case.allowance(day),
        plan=instalments,
        late=late,
        promises=promises,
        score=score,
        points=None if case.points is None else sum(case.points.values(), ZERO),
    )


def _state(case: Case, promises: tuple[Covenant, ...], late: Overdue, paid: Decimal, lent: Decimal) -> str:
    """What the books and policy make of a case."""
    agreement, asked = case.agreement, case.application
    if agreement is None and not paid:
        if case.said == "rejected":
            return "rejected"
        if asked is not None and asked.draft:
            return "draft"
        if case.points is not None:
            return "scored"
        return "submitted" if asked is None or asked.lacks else "complete"
    if case.said in {"closed", "rejected"}:
        return case.said
    if agreement is not None and not paid and agreement.kind != "guarantee":
        return "agreed"
    done = not lent and not case.interest_due(dt.date.max)
    if done and agreement is not None and agreement.kind != "guarantee" and paid >= agreement.amount:
        return "closed"
    return standing(promises, late, cast("State", case.said) if case.said else None)


def unit_figures(federation: Federation, slug: str, day: dt.date, terms: FundTerms) -> Figures:
    """What the covenants look at, from a unit's own book; nothing of a unit whose book can't be read."""
    books = federation.books
    book = books.units.get(slug)
    if book is None or not book.ok or book.summary is None:
        return Figures()
    unit = book.unit
    try:
        chart = load_chart(unit.chart, unit.folder)
    except Problem:
        return Figures()
    levy = owed(books, federation.run, slug, day)
    codes = {row.account: row.code for row in book.summary.accounts}
    money = costs = ZERO
    results: dict[str, Decimal] = defaultdict(Decimal)
    last = month_of(day)
    first = f"{day.year - 1:04d}-{day.month:02d}"
    for row in book.summary.balances:
        if row.currency != unit.currency or row.month > last:
            continue
        code = codes.get(row.account)
        if chart.is_in("bank", code) or chart.is_in("cash", code):
            money += row.amount
        elif row.account.startswith(("Income:", "Expenses:")) and not chart.is_in("result_transfer", code):
            results[row.month] -= row.amount
            if row.account.startswith("Expenses:") and row.month > first:
                costs += row.amount
    return Figures(
        levy_owed=levy,
        levy_since=levy_since(books, federation.run, slug, day),
        joined=unit.joined,
        closed=_closed(book) if terms.closed_by is not None else {},
        money=money,
        costs=costs,
        quarters=_quarters(results, day),
    )


def _closed(book: UnitBook) -> dict[dt.date, dt.date]:
    """When each month was closed, by its last day."""
    try:
        seals = seals_of(book.unit.folder)
    except Problem:
        return {}
    found: dict[dt.date, dt.date] = {}
    for seal in seals:
        found.setdefault(last_day(seal.draft.period), seal.at.date())
    return found


def _quarters(results: dict[str, Decimal], day: dt.date) -> list[Decimal]:
    """Results of whole quarters up to a day, the oldest first; from the first month with a posting."""
    if not results:
        return []
    month = min(results)
    found: list[Decimal] = []
    while True:
        year, number = int(month[:4]), int(month[5:])
        quarter = [
            f"{year}-{n:02d}"
            for n in range((number - 1) // QUARTER * QUARTER + 1, (number - 1) // QUARTER * QUARTER + 4)
        ]
        if last_day(quarter[-1]) > day:
            return found
        found.append(sum((results.get(m, ZERO) for m in quarter), ZERO))
        number = int(quarter[-1][5:])
        month = f"{year + number // MONTHS}-{number % MONTHS + 1:02d}"


def _with_proof(figures: Figures, proof: tuple[Decimal, Decimal]) -> Figures:
    return replace(figures, to_prove=proof[0], proven=proof[1])


def _proof(books: Books, case: Case, day: dt.date) -> tuple[Decimal, Decimal]:
    """What invoices should have proven of a grant or loan by a day, and what those that payments name have."""
    limit = day - dt.timedelta(days=PROOF_DAYS)
    asked = sum((abs(r.amount) for r in case.rows if r.date <= limit and _pays(r.kind, r.amount)), ZERO)
    numbers = {number for row in case.rows for number in row.invoices}
    if not asked or not numbers:
        return asked, ZERO
    return asked, invoiced(books, case.unit, numbers)


def _pays(kind: str, amount: Decimal) -> bool:
    return kind == "grant" or (kind == "loan" and amount > 0)


def invoiced(books: Books, slug: str, numbers: set[str]) -> Decimal:
    """Σ of a unit's vouchers with these numbers: what each moves, which is the invoice with its VAT."""
    book = books.units.get(slug)
    if book is None or not book.ok:
        return ZERO
    frame = read(book.table("transactions"), "transactions", ["meta", "postings"]).with_row_index("n")
    starts = frame["postings"].cum_sum().shift(1, fill_value=0).to_list()
    amounts = read(book.table("postings"), "postings", ["number", "currency"])
    total = ZERO
    for n, meta, count in zip(frame["n"], frame["meta"], frame["postings"], strict=True):
        if meta is None or not any(number in meta for number in numbers):
            continue
        said = {str(key): str(cell) for key, cell in loads(meta)}
        if said.get("voucher") in numbers:
            own = amounts[starts[n] : starts[n] + count].filter(pl.col("currency") == book.unit.currency)
            total += max((Decimal(number) for number in own["number"]), default=ZERO)
    return total
