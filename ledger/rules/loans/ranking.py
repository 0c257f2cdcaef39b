"""Which applications for loans come first, and how far limits and money reach (SPEC 8; research: priority queue).

Applications are ranked by need score, the highest first; then by how long ago the last loan was, who never had one
first; then by loan ÷ own shares, the smaller first; then by lots that anybody can draw again (`lottery.py`). In that
order each is granted while the limit (multiple × savings − open loans) and the fund's cash allow: whole, or cut to what
is left where the applicant takes a part. Who can't be granted a loan is passed by; what is left goes to the next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import groupby
from math import floor

from ledger.messages import N_
from ledger.rules.loans.lottery import lot
from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import EXACT, cycle_unit, in_units

ZERO = Decimal(0)
#: Why an application stands where it does and what it is granted, by key; values go in by name.
REASONS = {
    "need": N_("need score {need}"),
    "never": N_("never had a loan"),
    "since": N_("last loan {date}"),
    "ratio": N_("{amount} for {shares} shares"),
    "no-shares": N_("no shares"),
    "lot": N_("drawn by lot: {lot}"),
    "granted": N_("granted: {amount}"),
    "cut-limit": N_("granted {amount} of {wanted}: the limit"),
    "cut-cash": N_("granted {amount} of {wanted}: what money is left"),
    "limit": N_("not granted: the limit is {limit}"),
    "cash": N_("not granted: {cash} is left in the fund"),
    "late": N_("not granted: a loan is {days} days late"),
    "term": N_("not granted: {term} periods are asked for, {most} are allowed"),
    "closed": N_("not granted: no loans are given after {date}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Somebody asks for a loan.

    Attributes:
        participant: name or slug.
        amount: asked for, in the cycle's currency. term: in periods.
        need: score that the participants or the assembly gave it; the higher, the more urgent.
        date: when it was handed in.
        part: whether less than all of it is taken.
    """

    participant: str
    amount: Decimal
    term: int | None = None
    need: Decimal = ZERO
    date: dt.date = dt.date.min
    part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """How an applicant stands on the day.

    Attributes:
        shares: own, whole ones.
        limit: what may be borrowed still, multiple × savings − open loans; None where nothing limits.
        last_loan: day of the last loan; None where there never was one.
        late_days: of the loan that is late longest.
    """

    shares: int
    limit: Decimal | None = None
    last_loan: dt.date | None = None
    late_days: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, for people: a key of `REASONS` and what goes into its text."""

    key: str
    params: tuple[tuple[str, str | int | Decimal | dt.date], ...] = ()

    @property
    def values(self) -> dict[str, str | int | Decimal | dt.date]:
        """What goes into the text, by name."""
        return dict(self.params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An application in its place.

    Attributes:
        application, place: the first is 1.
        reasons: what decided the place: criterion by criterion, until no other application is equal.
        granted: what is granted; None before `grant`.
        outcome: why so much, or why nothing; None before `grant`.
    """

    application: Application
    place: int
    reasons: tuple[Reason, ...]
    granted: Decimal | None = None
    outcome: Reason | None = None


def rank(applications: Sequence[Application], standings: Mapping[str, Applicant], seed: str) -> tuple[Ranked, ...]:
    """Put applications in order.

    Args:
        applications: in any order; the order has no influence.
        standings: how each applicant stands, by participant.
        seed: of the lots; named before applications were handed in.

    Returns:
        All of them, the first first, with the reasons.
    """
    ordered = sorted(applications, key=lambda a: _key(a, standings[a.participant], seed))
    depth: dict[int, int] = {}
    for level in range(1, 5):
        for _, equal in groupby(ordered, key=lambda a: _key(a, standings[a.participant], seed)[:level]):
            group = list(equal)
            if len(group) == 1:
                depth.setdefault(id(group[0]), level)
    return tuple(
        Ranked(
            application=a,
            place=place,
            reasons=_reasons(a, standings[a.participant], seed)[: depth.get(id(a), 4)],
        )
        for place, a in enumerate(ordered, start=1)
    )


def _key(
    application: Application, standing: Applicant, seed: str
) -> tuple[Decimal, dt.date, tuple[bool, Fraction], str, dt.date, Decimal, int, bool]:
    """The criteria in turn; the last four tell apart what one participant asks for twice."""
    return (
        -application.need,
        standing.last_loan or dt.date.min,
        (not standing.shares, Fraction(application.amount) / (standing.shares or 1)),
        lot(seed, application.participant),
        application.date,
        application.amount,
        application.term or 0,
        application.part,
    )


def _reasons(application: Application, standing: Applicant, seed: str) -> tuple[Reason, ...]:
    """All four criteria of one application."""
    return (
        Reason("need", (("need", application.need),)),
        Reason("since", (("date", standing.last_loan),)) if standing.last_loan else Reason("never"),
        Reason("ratio", (("amount", application.amount), ("shares", standing.shares)))
        if standing.shares
        else Reason("no-shares"),
        Reason("lot", (("lot", lot(seed, application.participant)),)),
    )


def grant(
    ranked: Sequence[Ranked], standings: Mapping[str, Applicant], terms: Terms, *, cash: Decimal, day: dt.date
) -> tuple[Ranked, ...]:
    """Grant applications in their order while limits and money reach.

    Args:
        ranked: as `rank` gives them.
        standings: how each applicant stands on the day, by participant.
        terms: the cycle's.
        cash: what the fund may lend on the day.
        day: on which loans are given.

    Returns:
        The same, each with what is granted (0 where nothing) and why. Σ granted <= cash; for each participant, Σ
        granted <= limit.
    """
    left = max(cash, ZERO)
    limits = {name: standing.limit for name, standing in standings.items()}
    found = []
    with localcontext(EXACT):
        for row in ranked:
            name = row.application.participant
            amount, outcome = _granted(row.application, standings[name], terms, limits[name], left, day)
            left -= amount
            limit = limits[name]
            limits[name] = None if limit is None else limit - amount
            found.append(replace(row, granted=in_units(amount, terms.currency), outcome=outcome))
    assert sum((r.granted or ZERO for r in found), ZERO) <= max(cash, ZERO)
    return tuple(found)


def _granted(
    application: Application, standing: Applicant, terms: Terms, limit: Decimal | None, cash: Decimal, day: dt.date
) -> tuple[Decimal, Reason]:
    """What one application gets of the limit and the money that are left, and why."""
    term = application.term or terms.default_term or 0
    if terms.last_loans and day > terms.last_loans:
        return ZERO, Reason("closed", (("date", terms.last_loans),))
    if not terms.late_may_borrow and standing.late_days > 0:
        return ZERO, Reason("late", (("days", standing.late_days),))
    if terms.max_term is not None and term > terms.max_term:
        return ZERO, Reason("term", (("term", term), ("most", terms.max_term)))
    wanted = application.amount
    room = cash if limit is None else min(cash, max(limit, ZERO))
    if wanted <= room:
        return wanted, Reason("granted", (("amount", wanted),))
    by_limit = limit is not None and limit <= cash
    unit = cycle_unit(terms.currency, terms.rounding)
    part = floor(room / unit) * unit
    if application.part and part > 0:
        return part, Reason("cut-limit" if by_limit else "cut-cash", (("amount", part), ("wanted", wanted)))
    if by_limit and limit is not None:
        return ZERO, Reason("limit", (("limit", max(limit, ZERO)),))
    return ZERO, Reason("cash", (("cash", cash),))
