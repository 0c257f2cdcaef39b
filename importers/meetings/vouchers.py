"""The vouchers of a meeting (SPEC 8): one for each kind of money that was paid in, and one for each loan.

Charges are income as they accrue: what is paid settles the claim; a charge that is owed from the day of the loan (flat)
is booked with it. A fine that is paid settles what was imposed before, the rest is imposed and paid at once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.book import BookView
from importers.clearing.content import CONTENT
from importers.meetings.accounts import SheetAccounts
from importers.meetings.model import ZERO, Meeting, Row
from importers.meetings.problems import (
    MeetingProblem,
    MeetingTerms,
)
from importers.meetings.standing import SOURCE, Standing
from importers.postings import posting
from ledger.books import Workspace
from ledger.loans.reading import movements_of
from ledger.messages import N_, say
from ledger.policy import CycleEntry
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.schedules import of_terms
from ledger.rules.names import folded
from ledger.rules.rounding import in_units

_LINK = re.compile(r"[A-Za-z0-9_/.-]+", re.ASCII)


class Vouchers:
    """What a sheet books, once it is known to be right; and what is looked up for it in the book."""

    def __init__(
        self,
        view: BookView,
        ws: Workspace,
        cycles: Sequence[CycleEntry],
        cycle: CycleEntry,
        meeting: Meeting,
        file: str,
        document: str,
        today: dt.date,
        excerpt: Callable[[int], str | None],
    ) -> None:
        self.view, self.meeting, self.file, self.document = view, meeting, file, document
        self.cycle, self.terms, self.today, self.excerpt = cycle.name, cycle.terms, today, excerpt
        self.ws, self.cycles, self.entry, self.whole = ws, cycles, cycle, view
        self.standing = Standing(view, cycle.name, meeting.number)
        if meeting.corrects:  # everything is worked out as if the meeting weren't booked
            view = self.view = BookView(view.unit, self.standing.without, view.closed, view.ws)
        reading = movements_of(view.entries, view.unit, view.chart, cycles, ws)
        self.fund = Fund(cycle.terms, reading.movements[cycle.name])
        # A day to come is refused; until then nothing is worked out for it, which might be thousands of years away.
        self.owed = self.fund.with_accrued(min(meeting.date, today))
        self.accounts = SheetAccounts(view, reading)
        # Whoever has an account in the book is known, be it of another cycle.
        names = [*(name for _, name in reading.opened), *reading.names[cycle.name].values(), *self.fund.participants]
        self.known = {folded(name): name for name in names}
        self.content = meeting.content
        self.made: list[data.Directive] = []
        self.moved = False  # whether a correction is booked on another day than the meeting's

    @property
    def currency(self) -> str:
        """The cycle's."""
        return self.terms.currency

    def problem(self, kind: type[MeetingProblem], line: int | None = None, **said: Any) -> MeetingProblem:
        """A problem of the sheet, at a line of it or at its first row."""
        line = line or self.meeting.line
        slug = self.view.unit.slug
        return kind(file=self.file, line=line, excerpt=self.excerpt(line), unit=slug, **said)

    def terms_say(self, row: Row, reason: str) -> MeetingProblem:
        """What the terms don't allow in a row."""
        return self.problem(MeetingTerms, row.line, participant=row.member, reason=reason)

    def shown(self, amount: Decimal) -> Amount:
        """An amount for messages and assertions."""
        return Amount(in_units(amount, self.currency), self.currency)

    def name(self, row: Row) -> str:
        """A participant's name as the book writes it."""
        return self.known.get(folded(row.member), row.member)

    def term(self, row: Row) -> int:
        """The agreed periods of a new loan."""
        months = row.months or self.terms.default_term
        if not months:
            raise self.terms_say(row, say(N_("the loan lacks its months")))
        if self.terms.max_term is not None and months > self.terms.max_term:
            text = N_("the loan runs for {months}, at most {most} are agreed on")
            raise self.terms_say(row, say(text, months=months, most=self.terms.max_term))
        return months

    def id_of(self, kind: str) -> str:
        """The `source-id` of what the meeting books."""
        return f"{SOURCE}{self.cycle}:{self.meeting.number}:{kind}"

    def book(self, repaid: dict[int, tuple[Decimal, Decimal]], *, in_box: bool) -> None:
        """All vouchers, and the assertions of the day after."""
        rows, value = self.meeting.rows, self.terms.share_value
        own = self.accounts.own
        shares = [(own("shares", self.name(r)), r.shares * value, r) for r in rows if r.shares]
        self.paid_in("shares", say(N_("Shares")), shares)
        fund = self.accounts.role
        self.paid_in(
            "social",
            say(N_("Social fund")),
            [(fund("social_fund"), r.social, r) for r in rows if r.social],
            "social_cash",
        )
        self.fines(in_box=in_box)
        self.paid_in("gifts", say(N_("Gifts")), [(fund("gifts"), r.gift, r) for r in rows if r.gift])
        back: list[tuple[str, Decimal, Row]] = []
        for row in rows:
            principal, charge = repaid[row.line]
            back += [(own("loans", self.name(row)), principal, row)] if principal else []
            back += [(own("charges_due", self.name(row)), charge, row)] if charge else []
        self.paid_in("repaid", say(N_("Repayments and charges")), back)
        spent = [(fund("expenses"), -row.expense, row) for row in rows if row.expense]
        self.paid_in("expenses", say(N_("Expenses")), spent)
        self.lend()
        self.attendance()
        after = self.meeting.date + dt.timedelta(days=1)
        for kind, part, counted in (
            ("box", "cash", self.meeting.counted),
            ("social-box", "social_cash", self.meeting.counted_social),
        ):
            meta = {"source-id": self.id_of(kind), CONTENT: self.content, "document": self.document}
            self.made.append(data.Balance(meta, after, self.accounts.role(part), self.shown(counted), None, None))

    def paid_in(self, kind: str, text: str, parts: Sequence[tuple[str, Decimal, Row]], box: str = "cash") -> None:
        """A voucher of what was paid into a box."""
        if not parts:
            return
        money = sum((amount for _, amount, _ in parts), ZERO)
        postings = [self.posted(self.accounts.role(box), money)]
        for account, amount, row in parts:
            said = {"participant": self.name(row), **({"note": row.note} if kind == "expenses" else {})}
            postings.append(self.posted(account, -amount, said))
        self.voucher(kind, text, postings)

    def fines(self, *, in_box: bool) -> None:
        """Fines: paid for what was imposed before, imposed and paid, imposed and unpaid."""
        postings: list[data.Posting] = []
        if not in_box:
            fund = self.accounts.role("social_fund")
            parts = [(fund, row.fine, row) for row in self.meeting.rows if row.fine]
            self.paid_in("fines", say(N_("Fines")), parts, "social_cash")
        for row in self.meeting.rows:
            name, paid = self.name(row), row.fine if in_box else ZERO
            before = min(paid, max(self.fund.standing(name, self.meeting.date).fines_due, ZERO))
            income = paid - before + row.fine_due
            said = {"participant": name}
            if before != row.fine_due:
                due = self.accounts.own("fines_due", name)
                postings.append(self.posted(due, row.fine_due - before, said))
            if income:
                postings.append(self.posted(self.accounts.role("fines"), -income, said))
            if paid:
                postings.append(self.posted(self.accounts.role("cash"), paid, said))
        self.voucher("fines" if in_box else "fines-due", say(N_("Fines")), postings)

    def next_loan(self) -> int:
        """The number of the next loan of the cycle."""
        pattern = re.compile(re.escape(self.cycle) + "-L([0-9]{1,6})")
        told = [str((p.meta or {}).get("loan", "")) for e in self.standing.sheet for p in e.postings]
        names = [*(loan.id for loan in self.fund.loans), *told]
        return max((int(match[1]) for name in names if (match := pattern.fullmatch(name))), default=0) + 1

    def lend(self) -> None:
        """Each loan with its number; one that a correction leaves as it is, or books on the same day, keeps its own."""
        number = self.next_loan()
        keeps = self.standing.loans() if self.meeting.corrects else {}
        for row in self.meeting.rows:
            if row.new_loan:
                name, *given = keeps.get(folded(self.name(row)), (None,))
                if self.moved and given != [row.new_loan, self.term(row)]:
                    name = None
                self.loan(row, name or f"{self.cycle}-L{number:02}")
                number += name is None

    def attendance(self) -> None:
        """Who came, on the meeting's first voucher: no ratio of attendance without it."""
        if not self.made:
            return
        rows, day = self.meeting.rows, self.meeting.date
        members = {folded(row.member) for row in rows}
        members |= {folded(name) for name in self.fund.participants if self.fund.shares(name, day) > 0}
        said = {"present": Decimal(sum(row.present for row in rows)), "members": Decimal(len(members))}
        others = sum(bool(row.represented) and not row.present for row in rows)
        said |= {"represented": Decimal(others)} if others else {}
        first = self.made[0]
        assert isinstance(first, data.Transaction)
        self.made[0] = first._replace(meta={**first.meta, **said})

    def loan(self, row: Row, loan: str) -> None:
        """A loan that is given, and its charge where that is owed from the first day."""
        name, term, day = self.name(row), self.term(row), self.meeting.date
        account = self.accounts.own("loans", name)
        said = {"participant": name, "loan": loan, "term": Decimal(term)}
        given = [self.posted(account, row.new_loan, said), self.posted(self.accounts.role("cash"), -row.new_loan)]
        text = say(N_("Loan {loan} to {name}, {term} periods"), loan=loan, name=name, term=term)
        self.voucher(f"loan:{loan}", text, given, loan)
        if self.terms.method == "declining":
            return
        plan = of_terms(self.terms, row.new_loan, day, term, self.fund.meetings)
        charge = sum((one.charge for one in plan), ZERO)
        if charge:
            owed = self.accounts.own("charges_due", name)
            said = {"participant": name, "loan": loan}
            both = [self.posted(owed, charge, said), self.posted(self.accounts.role("charges"), -charge, said)]
            self.voucher(f"charge:{loan}", say(N_("Charge for loan {loan}"), loan=loan), both, loan)

    def posted(self, account: str, amount: Decimal, meta: dict[str, Any] | None = None) -> data.Posting:
        """A posting in the cycle's currency."""
        return posting(account, in_units(amount, self.currency), self.currency, meta)

    def voucher(self, kind: str, text: str, postings: Sequence[data.Posting], *loans: str) -> None:
        """A voucher of the meeting."""
        if not postings:
            return
        assert sum((p.units.number for p in postings if p.units and p.units.number), ZERO) == ZERO
        number = self.meeting.number
        said = {"cycle": self.cycle, "meeting": str(number), "document": self.document}
        said |= {"source-id": self.id_of(kind), CONTENT: self.content}
        links = frozenset(filter(_LINK.fullmatch, (f"{self.cycle}-M{number:02}", *loans)))
        whole = say(N_("{cycle}, meeting {number}: {what}"), cycle=self.cycle, number=number, what=text)
        self.made.append(
            data.Transaction(said, self.meeting.date, "*", None, whole, data.EMPTY_SET, links, list(postings))
        )
