"""Who should get a loan first, and why: a proposal for the meeting that decides (SPEC 8).

An application stands in the unit's own book, or, of a person, in the book of the group:

    2026-03-02 custom "loan-application" "NK26" 600.00 KES
      participant: "Anna"
      months: 2
      need: 3
      reason: "School fees"

`months` are the agreed periods; `need` is the score that the participants or the assembly gave, the higher the more
urgent; `part: TRUE` where less would do. An application is answered by the first loan of its participant on its day or
later, and withdrawn by `until:`, the last day on which it counts. Later ones wait for their day.

The seed of the lots is what is named before the draw, such as the minutes' number and text; else the cycle's `seed:` in
policy; else the SHA-256 of the cycle's name and the day (`NK26 2026-03-04`), which whoever chooses the day chooses: it
is said then. Anybody can draw again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core import data

from ledger.books import load_books
from ledger.books.excerpt import quote
from ledger.errors import Problem, order
from ledger.loans.applications import DIRECTIVE, application
from ledger.messages import say
from ledger.reports.loans import Opened
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.lottery import METHOD, seed_of
from ledger.rules.loans.ranking import REASONS, Applicant, Application, Ranked, Reason, grant, rank

ZERO = Decimal(0)


@dataclass(frozen=True)
class Asked:
    """An application as a book has it."""

    application: Application
    reason: str
    file: str
    line: int


@dataclass(frozen=True)
class Proposal:
    """Applications in order, on a day.

    Attributes:
        seed: of the lots. `seed_from`: "named", "policy" or "day".
        cash: what the fund has to lend.
        asked: by application, why, and where it stands.
        problems: applications that can't be read.
    """

    opened: Opened
    day: dt.date
    seed: str
    seed_from: str
    cash: Decimal
    ranked: tuple[Ranked, ...]
    asked: tuple[Asked, ...]
    problems: tuple[Problem, ...]

    def of(self, application: Application) -> Asked:
        """Where an application stands."""
        return next(one for one in self.asked if one.application is application)


def proposal(opened: Opened, day: dt.date, seed: str = "") -> Proposal:
    """Rank the applications that wait on a day.

    Args:
        opened: the cycle.
        day: of the proposal.
        seed: of the lots, as it was named; "": as policy says, else by the day.

    Raises:
        CycleDay: the cycle hadn't begun.
    """
    fund = opened.fund(day)
    asked, problems = _asked(opened, fund, day)
    quote(opened.ws, problems)
    agreed = opened.cycle.entry.seed
    named = seed.strip() or agreed or seed_of(f"{opened.name} {day}")
    seed_from = "named" if seed.strip() else "policy" if agreed else "day"
    standings = {one.application.participant: applicant(fund, one.application.participant, day) for one in asked}
    cash = fund.at_hand(day)
    terms = opened.cycle.terms
    ranked = grant(rank([one.application for one in asked], standings, named), standings, terms, cash=cash, day=day)
    return Proposal(opened, day, named, seed_from, cash, ranked, asked, tuple(sorted(problems, key=order)))


def applicant(fund: Fund, name: str, day: dt.date) -> Applicant:
    """How somebody stands who asks for a loan."""
    its = fund.standing(name, day)
    given = [loan.given for loan in fund.loans_of(name) if loan.given <= day]
    return Applicant(shares=its.shares, limit=its.limit, last_loan=max(given, default=None), late_days=its.late_days)


def _asked(opened: Opened, fund: Fund, day: dt.date) -> tuple[tuple[Asked, ...], list[Problem]]:
    """Applications that nobody has answered by a day."""
    found: list[Asked] = []
    problems: list[Problem] = []
    books = opened.books if opened.cycle.persons else load_books(opened.ws)
    for slug, book in sorted(books.units.items()):
        if not book.ok:
            continue
        for entry in book.entries():
            if not isinstance(entry, data.Custom) or entry.type != DIRECTIVE or entry.values[0].value != opened.name:
                continue
            try:
                said = application(opened.cycle, slug, entry)
            except Problem as problem:
                problems.append(problem)
                continue
            until = entry.meta.get("until")
            if entry.date > day or (isinstance(until, dt.date) and until < day):
                continue
            if not any(entry.date <= loan.given <= day for loan in fund.loans_of(said.participant)):
                place = opened.ws.shown(entry.meta["filename"]), int(entry.meta["lineno"])
                found.append(Asked(said, str(entry.meta.get("reason") or ""), *place))
    return tuple(found), problems


def reason_text(reason: Reason, write: Callable[[Decimal], str]) -> str:
    """A reason in words; `write` writes an amount."""
    values = {
        key: write(value) if isinstance(value, Decimal) and key != "need" else value
        for key, value in reason.values.items()
    }
    if "need" in values:
        values["need"] = f"{Decimal(str(values['need'])).normalize():f}"
    if "lot" in values:
        values["lot"] = str(values["lot"])[:12]
    return say(REASONS[reason.key], **values)


def as_json(made: Proposal, problems: Iterable[Problem]) -> dict[str, Any]:
    """The answer of `sambok loans propose --json`."""
    opened, money = made.opened, made.opened.money
    return {
        "schema": 1,
        "cycle": opened.name,
        "currency": opened.currency,
        "date": made.day.isoformat(),
        "cash": money(made.cash),
        "seed": made.seed,
        "seed_from": made.seed_from,
        "method": METHOD,
        "applications": [_ranked_json(made, one) for one in made.ranked],
        "errors": [problem.as_json() for problem in problems],
    }


def _ranked_json(made: Proposal, ranked: Ranked) -> dict[str, Any]:
    opened, asked = made.opened, made.of(ranked.application)
    reasons: Sequence[Reason] = ranked.reasons
    return {
        "place": ranked.place,
        **opened.named(ranked.application.participant),
        "amount": opened.money(ranked.application.amount),
        "months": ranked.application.term,
        "need": f"{ranked.application.need.normalize():f}",
        "date": ranked.application.date.isoformat(),
        "reason": asked.reason,
        "why": [{"key": one.key, "text": reason_text(one, opened.money)} for one in reasons],
        "granted": opened.money(ranked.granted or ZERO),
        "outcome": {"key": ranked.outcome.key, "text": reason_text(ranked.outcome, opened.money)}
        if ranked.outcome
        else None,
        "file": asked.file,
        "line": asked.line,
    }
