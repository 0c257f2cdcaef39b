"""The cases of the investment fund: from the application to the last instalment (SPEC 9; research: funds, 3.1).

A case is known by its name (`IF-2026-001`): in the unit's application, in the committee's points, in the agreement that
policy has, on every voucher. Its state follows from these, never from a mark that somebody has to set:

| state | when |
|---|---|
| draft | the unit hasn't handed it in |
| submitted | it has, and something that the scoring asks for is lacking |
| complete | nothing is lacking |
| scored | the committee has given its points |
| rejected | policy says so |
| agreed | there is an agreement, and nothing has been paid |
| performing | paid out, and nothing is late |
| watch | a covenant is broken, an instalment is late, or policy says so |
| default | an instalment is more than 90 days late, or policy says so |
| closed | all is paid back, granted, or released; or policy says so |
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from ledger.books import Books
from ledger.funds.applications import Application, Applications, applications
from ledger.funds.book import FundBook
from ledger.funds.rows import FundRow
from ledger.policy import Policy
from ledger.rules.funds.terms import AgreementTerms
from ledger.rules.names import folded

ZERO = Decimal(0)


@dataclass(frozen=True)
class Case:
    """A case; amounts in central's currency.

    Attributes:
        application: as the unit has written it; None where the case began without one.
        agreement: as policy has it; None before.
        points: what the committee gave, by criterion; None before.
        said: the state that policy says, with the day from which it counts; "" = none.
        rows: what central's book has of it.
    """

    name: str
    unit: str
    application: Application | None
    agreement: AgreementTerms | None
    decision: str
    points: dict[str, Decimal] | None
    said: str
    rows: tuple[FundRow, ...]

    def total(self, kind: str, day: dt.date) -> Decimal:
        """Σ of a kind of rows up to a day."""
        return sum((row.amount for row in self.rows if row.kind == kind and row.date <= day), ZERO)

    def paid(self, day: dt.date) -> Decimal:
        """What has been paid out; a loan that is forgiven isn't paid again."""
        lent = (r.amount for r in self.rows if r.kind in {"loan", "stake"} and r.amount > 0 and r.date <= day)
        forgiven = self.agreement is not None and self.agreement.kind != "grant"
        return sum(lent, ZERO) - (ZERO if forgiven else self.total("grant", day))

    def owed(self, day: dt.date) -> Decimal:
        """Principal that the unit owes, or the stake that the fund holds."""
        return self.total("loan", day) + self.total("stake", day)

    def interest_due(self, day: dt.date) -> Decimal:
        """Interest that is charged and not paid."""
        return self.total("interest-due", day)

    def allowance(self, day: dt.date) -> Decimal:
        """What of it has been written down; positive."""
        return -self.total("allowance", day)


@dataclass(frozen=True)
class Cases:
    """All cases by name, and the applications they came from."""

    by_name: dict[str, Case]
    applications: Applications


def cases_of(books: Books, policy: Policy, fund: FundBook, day: dt.date) -> Cases:
    """The cases as they stand on a day.

    Args:
        books: loaded.
        policy: points, agreements and states.
        fund: the investment fund.
        day: what is written or booked later isn't there yet.
    """
    asked = applications(books)
    named = [
        *(name for name in policy.funds.agreements if policy.funds.agreement(name, day)),
        *(row.case for row in fund.rows if row.case and row.date <= day),
    ]
    known = {folded(name) for name in named}
    asked_by = {folded(a.case): a for a in asked.by_case.values()}
    names = {*named, *(a.case for key, a in asked_by.items() if a.date <= day and key not in known)}
    found: dict[str, Case] = {}
    for name in sorted(names):
        application = asked_by.get(folded(name))
        entry = policy.funds.agreement(name, day)
        if entry is not None and application is not None and application.unit != entry.terms.unit:
            application = None  # another's text doesn't speak for this unit
        score = policy.funds.scores.get(name)
        rows = tuple(row for row in fund.rows if row.case == name and row.date <= day)
        unit = (
            entry.terms.unit
            if entry
            else application.unit
            if application
            else next((r.unit for r in rows if r.unit), "")
        )
        found[name] = Case(
            name=name,
            unit=unit,
            application=application,
            agreement=entry.terms if entry else None,
            decision=entry.decision if entry else "",
            points=dict(score.points) if score is not None and score.start <= day else None,
            said=state.state if (state := policy.funds.state(name, day)) else "",
            rows=rows,
        )
    return Cases(found, asked)
