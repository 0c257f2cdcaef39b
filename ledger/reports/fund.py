"""The investment fund's statement: what it got and gave, what it consists of, whose it is, its limits (SPEC 9).

Everything ties and is asserted where it is made: opening + in - out = closing; assets = fund; Σ units' accounts = fund.
A movement table has one line for each kind of movement, so that an assembly can read it aloud.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.books import Workspace
from ledger.errors import Problem
from ledger.federation import Federation
from ledger.funds.book import FundBook, funds_of
from ledger.funds.cases import cases_of
from ledger.funds.fund import made
from ledger.funds.rows import EARNED, INVESTMENT
from ledger.messages import N_, number_text, say
from ledger.provisional.members import surroundings
from ledger.reports.fund_cases import CaseLine, case_lines
from ledger.reports.levy import money, percent, plain
from ledger.reports.problems_fund import FundCaseUnknown
from ledger.rules.funds.accounts import Account, Holder, accounts
from ledger.rules.funds.limits import Limit, limits
from ledger.rules.funds.metrics import Metrics, metrics
from ledger.rules.funds.movements import State
from ledger.rules.funds.statement import movement
from ledger.rules.funds.terms import FundTerms
from ledger.rules.names import folded
from ledger.rules.rounding import half_away

ZERO = Decimal(0)
#: What changed the fund's worth, in the order of the statement.
MOVEMENTS = {
    "opening": N_("Brought in"),
    "component": N_("Levy component"),
    "surplus": N_("From surplus, by decision"),
    "external_grant": N_("Grants from outside"),
    "gift": N_("Gifts and other income"),
    "interest": N_("Interest"),
    "recovery": N_("Recovered"),
    "other": N_("Costs"),
    "grant_given": N_("Grants given"),
    "loss": N_("Losses on loans"),
}
#: What only changed what the fund consists of.
PLACED = {
    "lent": N_("Lent"),
    "repaid": N_("Paid back"),
    "written_off": N_("Written off"),
    "stake": N_("Stakes taken"),
    "stake_back": N_("Stakes returned"),
    "written_down": N_("Written down"),
}
ASSETS = {
    "bank": N_("Bank"),
    "loans": N_("Loans"),
    "allowance": N_("Written down"),
    "stakes": N_("Stakes in units"),
    "interest_due": N_("Interest due"),
    "due": N_("Central owes the fund"),
}
LIMITS = {
    "exposure": N_("One unit: at most {part} of the fund"),
    "business-line": N_("One business line: at most {part} of the fund"),
    "of-turnover": N_("Lent to one unit: at most {part} of its turnover"),
    "liquidity": N_("In the bank: at least {part} of the fund"),
    "grants": N_("Grants of the year: at most {part} of last year's inflow"),
    "own-part": N_("Own part: at least {part} of the budget"),
    "project-share": N_("The fund's part: at most {part} of the budget"),
}
#: What a case is called in each state.
STATES = {
    "draft": N_("draft"),
    "submitted": N_("submitted, something is lacking"),
    "complete": N_("complete"),
    "scored": N_("scored"),
    "rejected": N_("turned down"),
    "agreed": N_("agreed on"),
    "performing": N_("performing"),
    "watch": N_("on watch"),
    "default": N_("in default"),
    "closed": N_("closed"),
}
KINDS = {"grant": N_("grant"), "loan": N_("loan"), "equity": N_("stake"), "guarantee": N_("guarantee")}
CRITERIA = {
    "jobs": N_("Jobs"),
    "viability": N_("Viability"),
    "own-part": N_("Own part"),
    "environment": N_("Environment"),
    "spread": N_("Use to other units"),
}
ASKED = {
    "purpose": N_("Purpose"),
    "environment": N_("Environment"),
    "spread": N_("Use to other units"),
    "risk": N_("Risk"),
    "cash-flow": N_("Cash flow"),
    "document": N_("Document"),
}
COVENANTS = {
    "levy": N_("Levy paid in time"),
    "books": N_("Books closed in time"),
    "liquidity": N_("Money in hand"),
    "result": N_("No deficits in a row"),
    "proof": N_("Use proven by invoices"),
}


@dataclass(frozen=True)
class FundStatement:
    """The investment fund from one day to another; amounts in central's currency.

    Attributes:
        movements: by kind, what changed the fund's worth; the words stand in `MOVEMENTS`.
        placed: by kind, what changed what it consists of.
        state: on the last day.
        not_booked: of its worth, what rules have made of months that are still open.
        accounts: whose it is.
        cases: every case as it stands on the last day.
    """

    since: dt.date
    until: dt.date
    currency: str
    terms: FundTerms
    opening: Decimal
    movements: Mapping[str, Decimal]
    placed: Mapping[str, Decimal]
    state: State
    not_booked: Decimal
    limits: tuple[Limit, ...]
    accounts: tuple[Account, ...]
    common: Decimal
    cases: tuple[CaseLine, ...]
    metrics: Metrics

    @property
    def assets(self) -> dict[str, Decimal]:
        """What it consists of; their sum is its worth."""
        state = self.state
        found = {
            "bank": state.bank,
            "loans": state.loans,
            "allowance": -state.allowance,
            "stakes": state.stakes,
            "interest_due": state.interest_due,
            "due": state.due,
        }
        assert sum(found.values(), ZERO) == state.worth
        return found


def fund_statement(federation: Federation, since: dt.date, until: dt.date) -> FundStatement | None:
    """The fund's statement; None where central's book can't be read.

    Args:
        federation: as it stands.
        since: first day of the movements.
        until: last day, of which everything else is.
    """
    books, policy = federation.books, federation.policy
    ws = books.workspace
    book = funds_of(books, federation.run.entries).get(INVESTMENT)
    if book is None or ws.central is None:
        return None
    fund, currency = made(books, policy, book, until), ws.central.currency
    cases = cases_of(books, policy, book, until)
    lines = case_lines(federation, cases, fund.terms, until, currency)
    state = fund.state(until)
    moved = movement(fund, since, until)
    assert moved.closing == state.worth == book.worth(until)
    shares = accounts(_holders(ws, book, until), state.worth, currency)
    jobs = sum((line.case.application.jobs for line in lines if line.case.application is not None and line.paid), ZERO)
    return FundStatement(
        since=since,
        until=until,
        currency=currency,
        terms=fund.terms,
        opening=moved.opening,
        movements=dict(moved.lines),
        placed=dict(moved.beside),
        state=state,
        not_booked=sum((r.amount for r in book.rows if not r.booked and r.kind in EARNED and r.date <= until), ZERO),
        limits=limits(fund, until, surroundings(books, federation.run, until)),
        accounts=shares.accounts,
        common=shares.common,
        cases=tuple(lines),
        metrics=metrics(fund.flows, since, until, jobs),
    )


def _holders(ws: Workspace, book: FundBook, day: dt.date) -> list[Holder]:
    """Every unit that is a member or has contributed."""
    given: dict[str, Decimal] = defaultdict(Decimal)
    got: dict[str, Decimal] = defaultdict(Decimal)
    owes: dict[str, Decimal] = defaultdict(Decimal)
    for row in book.rows:
        if row.date <= day and row.unit and row.kind in {"component", "call"}:
            given[row.unit] += row.amount
        elif row.date <= day and row.unit and row.kind == "grant":
            got[row.unit] -= row.amount
        elif row.date <= day and row.unit and row.kind in {"loan", "interest-due"}:
            owes[row.unit] += row.amount
    central = ws.central.slug if ws.central is not None else ""
    members = {slug for slug, unit in ws.units.items() if unit.in_scope(day) and slug != central}
    everyone = sorted({*members, *given, *got, *owes} - {central})
    return [Holder(slug, given[slug], got[slug], owes[slug], left=slug not in members) for slug in everyone]


def texts(found: FundStatement) -> Callable[[Decimal], str]:
    """How the statement's amounts are written for machines."""

    def text(amount: Decimal) -> str:
        return money(half_away(amount, found.currency), found.currency)

    return text


def limit_text(one: Limit) -> str:
    """A limit in words."""
    return say(LIMITS[one.name], part=percent(one.part))


def find_case(found: FundStatement, name: str) -> CaseLine:
    """The case of a name, whatever its capitals.

    Raises:
        FundCaseUnknown: there is none.
    """
    known = {folded(line.case.name): line for line in found.cases}
    if folded(name) in known:
        return known[folded(name)]
    names = [line.case.name for line in found.cases]
    if not names:
        raise FundCaseUnknown(case="none", name=name)
    raise FundCaseUnknown(name=name, nearest=difflib.get_close_matches(name, names, n=1, cutoff=0)[0])


def as_json(found: FundStatement, problems: Sequence[Problem]) -> dict[str, Any]:
    """The answer of `sambok fund statement --json`."""
    text, state = texts(found), found.state
    return {
        "schema": 1,
        "fund": INVESTMENT,
        "from": found.since.isoformat(),
        "to": found.until.isoformat(),
        "currency": found.currency,
        "nature": found.terms.nature,
        "opening": text(found.opening),
        "movements": {kind: text(amount) for kind, amount in found.movements.items()},
        "placed": {kind: text(amount) for kind, amount in found.placed.items()},
        "closing": text(state.worth),
        "not_booked": text(found.not_booked),
        "equity": text(state.equity),
        "earmarked": {str(year): text(amount) for year, amount in state.earmarked.items()},
        "assets": {name: text(amount) for name, amount in found.assets.items()},
        "commitments": text(state.committed),
        "guarantees": text(state.guarantees),
        "limits": [_limit(one, text) for one in found.limits],
        "units": [
            {
                "unit": one.unit,
                "contributed": text(one.contributed),
                "received": text(one.received),
                "owed": text(one.owed),
                "net": text(one.net),
                "account": text(one.balance),
            }
            for one in found.accounts
        ],
        "common": text(found.common),
        "cases": [case_json(line, text) for line in found.cases],
        "metrics": {
            "lent": text(found.metrics.lent),
            "repaid": text(found.metrics.repaid),
            "disbursed": text(found.metrics.disbursed),
            "lost": text(found.metrics.lost),
            "jobs": plain(found.metrics.jobs),
        },
        "errors": [problem.as_json() for problem in problems],
    }


def _limit(one: Limit, text: Any) -> dict[str, Any]:
    return {
        "limit": one.name,
        "of": one.of,
        "actual": text(one.actual),
        "allowed": text(one.allowed),
        "headroom": text(one.headroom),
        "least": one.least,
        "ok": one.ok,
    }


def points_text(points: Decimal) -> str:
    """Points of the scale or the committee for people, with one place where it takes one."""
    return number_text(points, 0 if points == points.to_integral_value() else 1)


def case_json(line: CaseLine, text: Any) -> dict[str, Any]:
    """A case, as the answers have it."""
    agreement, asked = line.case.agreement, line.case.application
    return {
        "case": line.case.name,
        "unit": line.case.unit,
        "state": line.state,
        "kind": agreement.kind if agreement else asked.kind if asked else "",
        "asked": text(asked.amount) if asked else None,
        "amount": text(agreement.amount) if agreement else None,
        "decision": line.case.decision,
        "paid": text(line.paid),
        "left": text(line.left),
        "owed": text(line.owed),
        "interest_due": text(line.interest_due),
        "written_down": text(line.allowance),
        "late": {"amount": text(line.late.amount), "days": line.late.days} if line.late.amount else None,
        "score": plain(line.score.total) if line.score else None,
        "points": plain(line.points) if line.points is not None else None,
        "lacks": list(asked.lacks) if asked else [],
        "covenants": [{"covenant": one.name, "met": one.met} for one in line.promises],
        "plan": [
            {"due": row.due.isoformat(), "principal": text(row.principal), "interest": text(row.charge)}
            for row in line.plan
        ],
    }
