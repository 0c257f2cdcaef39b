"""A loan cycle as its participants know it: what is in the box, what is lent, what each has and owes (SPEC 8).

In a savings group everybody knows three figures by heart: what is in the box, what is lent, and how many loans that is.
They are read aloud at the end of each meeting and counted at the beginning of the next. So the sheet begins with them.
Beside the loan fund stands the social fund, which is nobody's share.

What a cycle has must be what it owes and has earned: cash, loans, charges due and unpaid fines are the shares, the
income and what was carried in or borrowed, less losses, expenses and what was shared out. The sheet shows that sum.
The participants' figures add up to the ledger's: asserted here, and shown.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core import data

from ledger.books import Books, Unit, Workspace, load_books
from ledger.books.excerpt import quote
from ledger.errors import Problem, order
from ledger.loans import Cycle, cycles_of
from ledger.messages import N_, say
from ledger.policy import Policy, read_policy
from ledger.reports.loans_room import Room, room_of
from ledger.reports.problems_loans import (
    CycleBookFaulty,
    CycleDay,
    CycleLoanUnknown,
    CycleNotFound,
    CycleParticipantUnknown,
)
from ledger.rules.loans.fund import Fund, Standing, State
from ledger.rules.loans.loan import Loan
from ledger.rules.names import folded
from ledger.rules.rounding import in_units

ZERO = Decimal(0)
#: What a cycle has, and where it came from, in the order of the sheet; the second with the sign that it counts with.
HAS: dict[str, str] = {
    "cash": N_("In the box"),
    "loans": N_("Lent"),
    "charges_due": N_("Charges due"),
    "fines_due": N_("Unpaid fines"),
}
FROM: dict[str, str] = {
    "shares": N_("Shares"),
    "charges": N_("Service charges"),
    "fines": N_("Fines"),
    "gifts": N_("Gifts and other income"),
    "carried_in": N_("Carried in"),
    "outside": N_("Borrowed from outside"),
    "unpaid_expenses": N_("Unpaid expenses"),
    "unpaid_share_out": N_("Share-out not paid yet"),
    "losses": N_("Losses"),
    "expenses": N_("Expenses"),
    "differences": N_("Counting differences"),
    "shared_out": N_("Shared out"),
}


@dataclass(frozen=True)
class Opened:
    """A cycle, and what it was read from.

    Attributes:
        books: the cycle's own book alone.
        problems: what is wrong with its book or its vouchers; its figures stand all the same.
    """

    ws: Workspace
    books: Books
    policy: Policy
    cycle: Cycle
    problems: tuple[Problem, ...]

    @property
    def currency(self) -> str:
        """The cycle's."""
        return self.cycle.terms.currency

    @property
    def name(self) -> str:
        """The cycle's."""
        return self.cycle.terms.name

    def money(self, amount: Decimal) -> str:
        """An amount as programs read it."""
        return f"{in_units(amount, self.currency):f}"

    def shown(self, participant: str) -> str:
        """How a participant's name is written."""
        return self.cycle.names.get(participant, participant)

    def named(self, participant: str) -> dict[str, str]:
        """Who it is, in an answer for programs: a unit's slug (SPEC 5), and the name that is shown."""
        shown = self.shown(participant)
        return {"participant": shown if self.cycle.persons else participant, "name": shown}

    def participant(self, asked: str) -> str:
        """Who is meant by a name, a unit's slug, or the end of a person's own accounts (`M04`).

        Where one person's account ends in another's name, the name counts.

        Raises:
            CycleParticipantUnknown: nobody who takes part.
        """
        taking_part = self.cycle.fund.participants
        known: dict[str, str] = {}
        for (_, whom), account in sorted(self.cycle.accounts.items()):
            end = ":".join(account.split(":")[2:])
            if self.cycle.persons and end and whom in taking_part:
                known.setdefault(folded(end), whom)
        known |= {folded(self.shown(one)): one for one in taking_part}
        known |= {folded(one): one for one in taking_part}
        if folded(asked) in known:
            return known[folded(asked)]
        near = difflib.get_close_matches(folded(asked), known, n=1, cutoff=0)
        raise CycleParticipantUnknown(
            cycle=self.name,
            participant=shortened(asked),
            nearest=self.shown(known[near[0]]) if near else "-",
            case="" if near else "none",
        )

    def fund(self, day: dt.date) -> Fund:
        """The cycle's fund with the charges that have accrued by a day, booked or not.

        Raises:
            CycleDay: there was no cycle yet.
        """
        if day < self.cycle.terms.begins:
            raise CycleDay(cycle=self.name, day=day, begins=self.cycle.terms.begins)
        return self.cycle.with_provisional(day)

    def loan(self, fund: Fund, asked: str) -> Loan:
        """A loan by its id.

        Raises:
            CycleLoanUnknown: there is none.
        """
        known = {folded(loan.id): loan for loan in fund.loans}
        if folded(asked) in known:
            return known[folded(asked)]
        near = difflib.get_close_matches(folded(asked), known, n=1, cutoff=0)
        raise CycleLoanUnknown(
            cycle=self.name,
            loan=shortened(asked),
            nearest=known[near[0]].id if near else "-",
            case="" if near else "none",
        )


#: So much of what was asked for is said again.
SAID = 60


def shortened(asked: str) -> str:
    """What was asked for, as much of it as fits a sentence."""
    return asked if len(asked) <= SAID else asked[:SAID] + "…"


def unit_meant(ws: Workspace, asked: str) -> Unit:
    """The unit of a slug, or of a name that no other unit has.

    Raises:
        UnitUnknown: there is none.
    """
    named = [unit for unit in ws.units.values() if folded(unit.name) == folded(asked)]
    return named[0] if asked not in ws.units and len(named) == 1 else ws.unit(asked)


def open_cycle(ws: Workspace, name: str) -> Opened:
    """Read a cycle's terms and its book.

    Args:
        ws: the workspace.
        name: the cycle's; capitals don't matter.

    Raises:
        CycleNotFound: policy has no such cycle, or its terms are wrong.
        CycleBookFaulty: its book has errors.
        UnitUnknown: there is no such book.
    """
    text = load_books(ws, []).central_text
    policy = read_policy(text, ws)
    entries = {entry.name: entry for entry in policy.cycles}
    by_fold = {folded(one): one for one in entries}
    if folded(name) not in by_fold:
        raise _not_found(ws, name, by_fold, [_named(entry) for entry in text.policy])
    entry = entries[by_fold[folded(name)]]
    slug = ws.unit(entry.book).slug
    books = load_books(ws, [slug])
    cycle = cycles_of(books, policy).get(entry.name)
    if cycle is None or not books.units[slug].ok:
        raise CycleBookFaulty(unit=slug, cycle=entry.name, slug=slug)
    problems = sorted({*cycle.problems, *books.units[slug].told}, key=order)
    quote(ws, problems)
    return Opened(ws, books, policy, cycle, tuple(problems))


def _named(entry: data.Custom) -> str:
    """The name of a cycle in a directive, whether it can be used or not."""
    values = [value.value for value in entry.values or ()]
    return folded(values[0]) if entry.type == "loan-cycle" and values and isinstance(values[0], str) else ""


def _not_found(ws: Workspace, name: str, by_fold: Mapping[str, str], written: Sequence[str]) -> CycleNotFound:
    """Why there is no such cycle: nobody entered it, or it can't be used."""
    near = difflib.get_close_matches(folded(name), by_fold, n=1, cutoff=0)
    faulty = bool(folded(name)) and folded(name) in written
    return CycleNotFound(
        file=ws.shown(ws.policy_file),
        cycle=shortened(name),
        nearest=by_fold[near[0]] if near else "-",
        known=", ".join(sorted(by_fold.values())) or "-",
        case="faulty" if faulty else "" if near else "none",
    )


@dataclass(frozen=True)
class Row:
    """A participant on a day.

    Attributes:
        standing: shares, savings, loans, charges due, unpaid fines, limit left, days late.
        next_due: the next day on which something is to be paid back, or was; None where nothing is.
        room: what may be borrowed.
    """

    participant: str
    shown: str
    standing: Standing
    next_due: dt.date | None
    room: Room


@dataclass(frozen=True)
class Sheet:
    """A cycle on a day."""

    opened: Opened
    day: dt.date
    fund: Fund
    state: State
    rows: tuple[Row, ...]
    open_loans: int

    @property
    def has(self) -> Decimal:
        """Cash, loans, charges due, unpaid fines."""
        return sum((getattr(self.state, part) for part in HAS), ZERO)

    @property
    def owes(self) -> Decimal:
        """Shares, income, what was carried in or borrowed, less losses, expenses and what was shared out."""
        return sum((signed(self.state, part) for part in FROM), ZERO)


def signed(state: State, part: str) -> Decimal:
    """What a part adds to where the fund came from."""
    amount: Decimal = getattr(state, part)
    return -amount if part in {"losses", "expenses", "shared_out", "differences"} else amount


def sheet(opened: Opened, day: dt.date) -> Sheet:
    """A cycle on a day, charges accrued by then counted.

    Raises:
        CycleDay: it hadn't begun.
    """
    fund = opened.fund(day)
    state = fund.state(day)
    rows = tuple(_row(opened, fund, name, day) for name in fund.participants)
    made = Sheet(opened, day, fund, state, rows, sum(1 for loan in fund.loans if loan.outstanding(day) > 0))
    _ties(made)
    return made


def _row(opened: Opened, fund: Fund, name: str, day: dt.date) -> Row:
    its = fund.standing(name, day)
    return Row(name, opened.shown(name), its, next_due(fund, name, day), room_of(fund, its, day))


def nobody_text(opened: Opened) -> str:
    """What is said instead of empty tables as long as nobody takes part."""
    text = N_("Nobody has bought a share yet. The first meeting's sheet:  sambok loans sheet {cycle}")
    if not opened.cycle.persons:
        text = N_("Nobody has bought a share yet. A unit's first shares:  sambok loans buy {cycle} UNIT SHARES")
    return say(text, cycle=opened.name)


def due_text(due: dt.date | None, day: dt.date) -> str:
    """When something is to be paid back; of a day that is past, that it is overdue since then."""
    if due is None:
        return ""
    return due.isoformat() if due >= day else say(N_("overdue since {date}"), date=due)


def next_due(fund: Fund, participant: str, day: dt.date) -> dt.date | None:
    """The earliest day on which somebody's open loans are to be paid, or were; None where nothing is open."""
    days = [_next_of(loan, day) for loan in fund.loans_of(participant) if loan.outstanding(day) > 0]
    return min(days, default=None)


def _next_of(loan: Loan, day: dt.date) -> dt.date:
    """The day of the first instalment that what was paid back doesn't cover."""
    back, should = loan.principal - loan.outstanding(day), ZERO
    for instalment in loan.schedule:
        should += instalment.principal
        if should > back:
            return instalment.due
    return loan.due


def _ties(made: Sheet) -> None:
    """What participants have and owe is what the ledger says; what the fund has is where it came from."""
    state, rows = made.state, [row.standing for row in made.rows]
    assert sum((row.savings for row in rows), ZERO) == state.shares
    assert sum((row.loans for row in rows), ZERO) == state.loans
    assert sum((row.charges_due for row in rows), ZERO) == state.charges_due
    assert sum((row.fines_due for row in rows), ZERO) == state.fines_due
    assert made.has == made.owes + state.gap


def as_json(made: Sheet, problems: Iterable[Problem]) -> dict[str, Any]:
    """The answer of `sambok loans status --json`."""
    opened, state, money = made.opened, made.state, made.opened.money
    terms = opened.cycle.terms
    return {
        "schema": 1,
        "cycle": opened.name,
        "currency": opened.currency,
        "book": opened.cycle.book_slug,
        "persons": opened.cycle.persons,
        "date": made.day.isoformat(),
        "begins": terms.begins.isoformat(),
        "ends": terms.ends.isoformat() if terms.ends else None,
        "share_value": money(terms.share_value),
        "shares": sum(row.standing.shares for row in made.rows),
        "box": money(state.cash),
        "lent": money(state.loans),
        "loans": made.open_loans,
        "social_box": money(state.social_cash),
        "social_fund": money(state.social_fund),
        "has": {part: money(getattr(state, part)) for part in HAS} | {"total": money(made.has)},
        "from": {part: money(signed(state, part)) for part in FROM} | {"total": money(made.owes)},
        "difference": money(state.gap),
        "participants": [row_json(opened, row) for row in made.rows],
        "errors": [problem.as_json() for problem in problems],
    }


def row_json(opened: Opened, row: Row) -> dict[str, Any]:
    """A participant's object."""
    its, money = row.standing, opened.money
    return {
        **opened.named(row.participant),
        "shares": its.shares,
        "savings": money(its.savings),
        "loans": money(its.loans),
        "charges_due": money(its.charges_due),
        "fines_due": money(its.fines_due),
        "next_due": row.next_due.isoformat() if row.next_due else None,
        "days_late": its.late_days,
        "limit_left": None if its.limit is None else money(its.limit),
        "may_borrow": money(row.room.amount),
    }
