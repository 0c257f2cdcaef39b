"""The pages on rotating loans: every cycle with one figure, a cycle as its participants know it, a participant's page.

What a group reads aloud at its meetings stands first: the box, what is lent, how many loans that is, the social box.
A savings group's members are persons: their names, and all that stands beside them, are seen in the group's own ledger
only; everywhere else a group is one figure (SPEC 8, 10). Units that lend to each other are seen by all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import request

from ledger.books import clock
from ledger.errors import Problem
from ledger.messages import N_, translate
from ledger.reports.loans import FROM, HAS, Opened, Row, Sheet, due_text, nobody_text, sheet, signed
from ledger.reports.loans_list import Listed, listed
from ledger.reports.loans_statement import Line, Statements, count, statements, told
from ledger.reports.loans_statement import Page as Statement
from ledger.web.page import Page
from ledger.web.periods import asked_days

if TYPE_CHECKING:
    from ledger.loans import Cycle

ZERO = Decimal(0)
#: So many meetings are drawn, the latest ones; so many problems are told.
MEETINGS = 60
PROBLEMS = 20
#: Size of the drawing, in its own units.
WIDTH, HEIGHT = 1000, 100
#: Columns of a participant's page that hold amounts; those in which nothing stands are left out.
COLUMNS: tuple[tuple[str, str], ...] = (
    (N_("Paid for shares"), "paid"),
    (N_("Social fund"), "social"),
    (N_("Fines"), "fines"),
    (N_("Fines paid"), "fines_paid"),
    (N_("Borrowed"), "borrowed"),
    (N_("Paid back"), "repaid"),
    (N_("Set off"), "set_off"),
    (N_("Charges"), "charges"),
    (N_("Charges paid"), "charges_paid"),
    (N_("Paid out"), "paid_out"),
    (N_("Owed then"), "debt"),
)


@dataclass(frozen=True)
class Bar:
    """A meeting: what was in the box and what was lent after it, and how the drawing shows it."""

    day: dt.date
    cash: Decimal
    loans: Decimal
    left: int
    width: int
    cash_high: int
    loans_high: int

    @property
    def cash_top(self) -> int:
        """Where the box's part begins."""
        return HEIGHT - self.cash_high

    @property
    def loans_top(self) -> int:
        """What is lent stands above it."""
        return self.cash_top - self.loans_high


class Loans(Page):
    """What is in the box, what is lent, and who owes what."""

    title = N_("Loans")

    @property
    def day(self) -> dt.date:
        """The last day of the period in the time box, but no day to come; else today."""
        today = clock.today()
        days = asked_days(self.period[0][1], self.ledger.fava_options.fiscal_year_end) if self.period else None
        return min(days[1], today) if days else today

    def unknown_period(self) -> str:
        """What must be said of a time box that holds no period."""
        if not self.period or asked_days(self.period[0][1], self.ledger.fava_options.fiscal_year_end):
            return ""
        text = N_("{period} is no period. Write it like 2026-03, 2026-Q1 or 2026-01 - 2026-06.")
        return self.say(text, period=self.period[0][1])

    # Who sees what

    def of_persons(self, book: str) -> bool:
        """Whether a book's participants are persons; of a book that isn't known it is supposed."""
        unit = self.look.workspace.units.get(book)
        return unit is None or not unit.combine

    def open_to(self, book: str) -> bool:
        """Whether this ledger may show who takes part in a book's cycles."""
        return self.slug == book or not self.of_persons(book)

    def cycles(self) -> list[Listed]:
        """The federation's: all. A unit's: those of its own book, and those of units that lend to each other."""
        federation = self.look.federation
        found = listed(federation.books, federation.policy, self.day)
        return [one for one in found if self.slug is None or self.open_to(one.book)]

    def fund(self, one: Listed) -> str:
        """What a cycle's loan fund holds, all in all; nothing where nobody knows."""
        if one.state is None:
            return ""
        return self.money(sum((getattr(one.state, part) for part in HAS), ZERO), one.currency)

    def ledger_link(self, one: Listed) -> str:
        """The page of the book that keeps a cycle."""
        known = one.book in self.look.workspace.units
        query = urlencode([("cycle", one.name), *self.period])
        return f"/{one.book}/extension/Loans/?{query}" if known else ""

    def cycle_link(self, one: Listed) -> str:
        """A cycle's figures in this ledger; of a group's, in its own."""
        if self.open_to(one.book):
            return self.to("Loans", [("cycle", one.name)])
        return self.ledger_link(one)

    # A cycle

    def chosen(self) -> Cycle | None:
        """The cycle that is asked for, if this ledger may show it; a unit's own latest one is asked for by itself."""
        known = self.look.federation.loans
        asked = request.args.get("cycle", "")
        if not asked and self.slug is not None:
            own = [one for one in known.values() if one.book_slug == self.slug]
            begun = [one for one in own if one.terms.begins <= self.day] or own
            return max(begun, key=lambda one: (one.terms.begins, one.name), default=None)
        found = known.get(asked)
        return found if found is not None and self.open_to(found.book_slug) else None

    def opened(self, cycle: Cycle) -> Opened:
        """The cycle, from the same look at the files as all else on the screen."""
        federation = self.look.federation
        return Opened(federation.workspace, federation.books, federation.policy, cycle, cycle.problems)

    def sheet(self, cycle: Cycle) -> Sheet | Problem:
        """Its figures, or why there are none."""
        try:
            return sheet(self.opened(cycle), self.day)
        except Problem as problem:  # it hadn't begun
            return problem

    def is_problem(self, found: object) -> bool:
        """Whether there are no figures."""
        return isinstance(found, Problem)

    def own(self, cycle: Cycle) -> bool:
        """Whether this is the ledger of the book that keeps it."""
        return self.slug == cycle.book_slug

    def problems(self, cycle: Cycle) -> Sequence[Problem]:
        """What is wrong with its vouchers; other ledgers are told how much that is."""
        return cycle.problems[:PROBLEMS] if self.own(cycle) else ()

    def more(self, cycle: Cycle) -> int:
        """How many aren't told."""
        return len(cycle.problems) - len(self.problems(cycle))

    def amount(self, made: Sheet, amount: Decimal) -> str:
        """With its currency, not to be broken."""
        return f"{self.money(amount, made.opened.currency)}\N{NO-BREAK SPACE}{made.opened.currency}"

    def has(self, made: Sheet) -> list[tuple[str, Decimal]]:
        """What the loan fund has."""
        return [(translate(text), getattr(made.state, part)) for part, text in HAS.items() if getattr(made.state, part)]

    def came(self, made: Sheet) -> list[tuple[str, Decimal]]:
        """Where that came from: it comes to the same."""
        found = [(translate(text), signed(made.state, part)) for part, text in FROM.items() if signed(made.state, part)]
        if made.state.gap:
            found.append((translate(N_("Difference")), made.state.gap))
        assert sum((amount for _, amount in found), ZERO) == made.has
        return found

    def called(self, made: Sheet, row: Row) -> str:
        """A participant: a person's name in the group's own ledger, else a unit's; no name that isn't a unit's."""
        if self.own(made.opened.cycle) and made.opened.cycle.persons:
            return row.shown
        known = row.participant in self.look.workspace.units
        return self.unit_name(row.participant) if known else row.shown if self.own(made.opened.cycle) else "?"

    def statement_link(self, made: Sheet, row: Row) -> str:
        """A participant's own page."""
        cycle = made.opened.cycle
        if not self.own(cycle) and row.participant not in self.look.workspace.units:
            return ""
        return self.to("LoanStatement", [("cycle", cycle.name), ("participant", row.participant)])

    def lateness(self, row: Row) -> str:
        """In words, beside the colour."""
        if row.standing.late_days:
            return self.say(N_("{count} days late"), count=row.standing.late_days)
        return self.say(N_("on time")) if row.standing.loans else ""

    def nobody(self, made: Sheet) -> str:
        """Instead of empty tables."""
        return nobody_text(made.opened)

    def due(self, made: Sheet, row: Row) -> str:
        """When something is to be paid back, or was."""
        return due_text(row.next_due, made.day)

    def room(self, made: Sheet) -> str:
        """What all may borrow together, below what each may."""
        last = next((row.room.last for row in made.rows if row.room.why == "closed"), None)
        if last is not None:
            return self.say(N_("No loans are given after {date}."), date=last)
        text = N_("Each may borrow so much if nobody else does; all together what the fund has to lend: {cash}.")
        return self.say(text, cash=self.amount(made, max(made.fund.at_hand(made.day), ZERO)))

    def shares(self, made: Sheet) -> int:
        """Of all."""
        return sum(row.standing.shares for row in made.rows)

    def bars(self, made: Sheet) -> list[Bar]:
        """The loan fund after each of its latest meetings."""
        days = [day for day in made.fund.meetings if day <= made.day][-MEETINGS:]
        states = [(day, made.fund.state(day)) for day in days]
        most = max((max(one.cash, ZERO) + max(one.loans, ZERO) for _, one in states), default=ZERO)
        if not most:
            return []
        step = WIDTH // len(states)

        def high(amount: Decimal) -> int:
            return int(max(amount, ZERO) * HEIGHT / most)

        return [
            Bar(day, one.cash, one.loans, number * step, max(step - 2, 1), high(one.cash), high(one.loans))
            for number, (day, one) in enumerate(states)
        ]


class LoanStatement(Loans):
    """What a participant gets in hand."""

    title = N_("Participant's page")
    in_menu = False

    def statement(self) -> tuple[Statements, Statement] | None:
        """The page that is asked for, if this ledger may show it."""
        cycle = self.chosen() if request.args.get("cycle") else None
        if cycle is None:
            return None
        try:
            made = statements(self.opened(cycle), self.day)
        except Problem:
            return None
        asked = request.args.get("participant", "")
        seen = self.own(cycle) or asked in self.look.workspace.units
        page = next((page for page in made.pages if page.participant == asked), None)
        return (made, page) if page is not None and seen else None

    def row(self, made: Statements, page: Statement) -> Row:
        """The participant's row of the sheet."""
        return next(row for row in made.sheet.rows if row.participant == page.participant)

    def columns(self, page: Statement) -> list[tuple[str, str]]:
        """Those in which something stands."""
        lines = (*page.shown_lines, page.closing)
        return [(translate(text), part) for text, part in COLUMNS if any(getattr(line, part) for line in lines)]

    def lines(self, page: Statement) -> Iterator[tuple[str, Line]]:
        """What each line is called, and the line."""
        for line in page.shown_lines:
            yield (self.say(N_("Opening")) if line is page.opening else line.meeting), line

    def part(self, made: Statements, line: Line, part: str) -> str:
        """An amount; nothing where there is none."""
        amount = getattr(line, part)
        return self.money(amount, made.opened.currency) if amount else ""

    def held(self, made: Statements, line: Line) -> str:
        """Shares in all."""
        return str(count(made.opened, line.saved))

    def told(self, made: Statements, page: Statement) -> list[str]:
        """The sentences below."""
        return told(made, page, lambda amount: self.amount(made.sheet, amount))
