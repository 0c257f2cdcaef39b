"""A meeting compared with the book: it comes in whole, or nothing of it does (SPEC 8).

Box = opening + shares + fines + repaid + charge + gifts - new loans - expenses. The social fund is apart; fines go
there where the terms say so. Opening is what the books have in the box before the sheet; where the counted box
or social fund differs from what comes out, nothing is booked. The day after, both boxes are asserted.

Within a meeting shares, fines and repayments come first, then limits are looked at, then loans are given. At the end
the cycle's own checks look at the book with the sheet's entries: what they would tell is refused.

A meeting is known by cycle and number, whatever the file's bytes: the same content brings nothing, other content is
refused unless it says that it corrects the meeting. The order of rows counts for nothing.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data

from importers.book import BookView
from importers.checks import check_amount, check_range
from importers.meetings.checks import newly_broken
from importers.meetings.correction import Correction
from importers.meetings.model import ZERO, Meeting, Row
from importers.meetings.problems import (
    MeetingBooked,
    MeetingCell,
    MeetingCorrection,
    MeetingCount,
    MeetingCycle,
    MeetingOrder,
    MeetingTerms,
    MeetingUnits,
)
from importers.meetings.vouchers import Vouchers
from importers.plan import Plan
from ledger.books import Workspace, month_of
from ledger.messages import N_, say
from ledger.policy import CycleEntry
from ledger.rules.loans.checks import AGREED
from ledger.rules.loans.splitting import split_payment
from ledger.rules.names import folded
from ledger.rules.rounding import in_units

#: A new name so like a known one is a slip of the pen, unless the sheet says that it is new.
ALIKE = 0.8


def plan_meeting(
    view: BookView,
    ws: Workspace,
    cycles: Sequence[CycleEntry],
    meeting: Meeting,
    *,
    file: str,
    document: str,
    today: dt.date,
    excerpt: Callable[[int], str | None],
) -> Plan:
    """Compare a meeting with the book.

    Args:
        view: the book.
        ws: the workspace.
        cycles: those that this book keeps.
        meeting: as its sheet tells it.
        file: the sheet's name in problems.
        document: what `document:` says on every voucher.
        today: the day by which dates are judged.
        excerpt: a line of the sheet.

    Raises:
        MeetingProblem: the sheet can't come in; nothing of it does.
    """
    entry = next((c for c in cycles if folded(c.name) == folded(meeting.cycle)), None)
    if entry is None:
        near = difflib.get_close_matches(meeting.cycle, [c.name for c in cycles], n=1, cutoff=0) or ["-"]
        said = {"cycle": meeting.cycle, "slug": view.unit.slug, "nearest": near[0]}
        raise MeetingCycle(file=file, line=meeting.line, unit=view.unit.slug, **said)
    if view.unit.combine:
        raise MeetingUnits(file=file, line=meeting.line, unit=view.unit.slug, cycle=entry.name)
    return _Planner(view, ws, cycles, entry, meeting, file, document, today, excerpt).run()


class _Planner(Vouchers):
    def run(self) -> Plan:
        known = self.known_already()
        if known:
            return Plan(known=[(entry, entry) for entry in known])
        self.order()
        self.amounts()
        self.names()
        repaid = {row.line: self.repayment(row) for row in self.meeting.rows}
        for row in self.meeting.rows:
            self.check(row, *repaid[row.line])
        fines_in_box = self.terms.fines != "social-fund"
        fines = sum((row.fine for row in self.meeting.rows), ZERO)
        self.loans(repaid, fines if fines_in_box else ZERO)
        self.count(repaid, fines, in_box=fines_in_box)
        self.book(repaid, in_box=fines_in_box)
        if not self.meeting.corrects:
            return Plan(entries=self.made, opens=self.opened(), remarks=self.terms_kept(self.made))
        boxes = [self.accounts.role("cash"), self.accounts.role("social_cash")]
        correction = Correction(self.whole, self.standing, self.meeting, boxes, self.currency, self.document)
        day = correction.day(self.made)
        if day != self.meeting.date:
            self.moved, self.made = True, []
            self.book(repaid, in_box=fines_in_box)
        if day > self.today:
            reason = say(N_("other counts are corrected the day after the meeting at the earliest: on {day}"), day=day)
            raise self.problem(MeetingCorrection, reason=reason, **self.said)
        entries = correction.entries(self.made, day)
        correction.tie(day, self.problem)
        return Plan(entries=entries, opens=self.opened(), remarks=self.terms_kept(entries))

    def opened(self) -> list[data.Open]:
        """Accounts that the entries need; what they opened in vain isn't opened."""
        return self.view.take_opened()

    def terms_kept(self, entries: Sequence[data.Directive]) -> list[str]:
        """Refuse what breaks the terms with these entries and didn't without them.

        Returns:
            What later meetings of a corrected one have done beyond a limit: it is done, and told. What is booked of
            later days may be paid from sheets that are still to come.

        Raises:
            MeetingTerms: the first thing, with its row.
        """
        rows = {folded(self.name(row)): row for row in self.meeting.rows}
        told = []
        opens = [*self.view.opens.values()]
        for one, text in newly_broken(self.ws, self.whole, self.cycles, self.entry, entries, opens, self.file):
            elsewhere = one.movement.file != self.file
            if elsewhere and (one.kind == "below" or (self.meeting.corrects and one.kind in AGREED)):
                told.append(text)
                continue
            row = rows.get(folded(one.movement.participant or str(one.params.get("participant", ""))))
            who = row.member if row is not None else say(N_("The meeting as a whole"))
            raise self.problem(MeetingTerms, row.line if row else None, participant=who, reason=text.rstrip("."))
        return told

    # --- the meeting as a whole

    def known_already(self) -> list[data.Directive]:
        """The meeting's own entries, where this sheet brings nothing new.

        Raises:
            MeetingBooked: it is booked with other content, and the sheet is no correction.
            MeetingCorrection: the sheet is one, and there is nothing that it could correct.
        """
        standing, meeting = self.standing, self.meeting
        if meeting.corrects:
            if not standing.any or standing.day is None:
                raise self.problem(MeetingCorrection, reason=say(N_("no sheet of that meeting is booked")), **self.said)
            if standing.day != meeting.date:
                reason = say(N_("the meeting was on {date}"), date=standing.day)
                raise self.problem(MeetingCorrection, reason=reason, **self.said)
            return standing.any if standing.contents[-1] == self.content else []
        mine = [*standing.named, *standing.any]
        if mine and self.content not in standing.contents:
            raise self.problem(MeetingBooked, place=self.view.place(mine[0]), **self.said)
        return standing.any

    @property
    def said(self) -> dict[str, Any]:
        return {"meeting": self.meeting.number, "cycle": self.cycle}

    def order(self) -> None:
        """The day is one of the cycle's, after the meetings before it, in an open month."""
        day, terms = self.meeting.date, self.terms
        reason = ""
        earlier = [m for m in self.fund.movements if m.meeting]
        last = max(earlier, key=lambda m: m.date, default=None)
        numbers = [int(m.meeting) for m in earlier if m.meeting.isascii() and m.meeting.isdigit()]
        if day > self.today:
            reason = say(N_("that day hasn't come yet"))
        elif day < terms.begins:
            reason = say(N_("the cycle begins on {date}"), date=terms.begins)
        elif terms.ends is not None and day > terms.ends:
            reason = say(N_("the cycle ended on {date}"), date=terms.ends)
        elif not self.meeting.corrects and month_of(day) in self.view.closed:
            text = N_(
                "{month} is closed; ask for it to be re-opened, by decision, or date the sheet when it was counted"
            )
            reason = say(text, month=month_of(day))
        elif not self.meeting.corrects and last is not None and day <= last.date:
            reason = say(N_("meeting {meeting} was on {date}"), meeting=last.meeting, date=last.date)
        elif not self.meeting.corrects and numbers and self.meeting.number < max(numbers):
            reason = say(N_("meeting {meeting} is booked already, and is earlier"), meeting=max(numbers))
        elif self.meeting.currency and self.meeting.currency.upper() != self.currency:
            reason = say(
                N_("it is in {currency}, the cycle is in {wanted}"),
                currency=self.meeting.currency,
                wanted=self.currency,
            )
        if reason:
            raise self.problem(MeetingOrder, meeting=self.meeting.number, cycle=self.cycle, date=day, reason=reason)
        check_range(day, self.today, file=self.file, line=self.meeting.line)

    def amounts(self) -> None:
        """No amount is finer than the currency's unit."""
        meeting = self.meeting
        rows = [(meeting.line, meeting.counted), (meeting.line, meeting.counted_social)]
        for row in meeting.rows:
            own = [row.social, row.fine, row.fine_due, row.gift, row.paid, row.repaid, row.charge, row.new_loan]
            own.append(row.expense)
            rows += [(row.line, amount) for amount in own]
        for line, amount in rows:
            check_amount(amount, self.currency, file=self.file, line=line)

    def names(self) -> None:
        """Who is like somebody known is that one, or said to be new."""
        # A cycle's first sheet says who takes part: who has a row of its own there is nobody else.
        first = not any(m.meeting for m in self.fund.movements)
        others = {folded(row.member) for row in self.meeting.rows} if first else set()
        for row in self.meeting.rows:
            if self.known and folded(row.member) not in self.known and not row.joined:
                near = difflib.get_close_matches(folded(row.member), set(self.known) - others, n=1, cutoff=ALIKE)
                if near:
                    text = N_(
                        "nobody in {cycle} is called so (nearest: {nearest}); who is new has 1 in the column joined"
                    )
                    reason = say(text, cycle=self.cycle, nearest=self.known[near[0]])
                    raise self.problem(MeetingCell, row.line, column=row.member, reason=reason)
        self.accounts.add({folded(row.member): self.name(row) for row in self.meeting.rows})

    # --- each participant

    def repayment(self, row: Row) -> tuple[Decimal, Decimal]:
        """Principal and charge that were paid."""
        if not row.paid:
            return row.repaid, row.charge
        owed = self.owed.standing(self.name(row), self.meeting.date)
        return split_payment(self.terms, row.paid, owed.loans, owed.charges_due)

    def check(self, row: Row, principal: Decimal, charge: Decimal) -> None:
        """What the terms allow, loans apart."""
        name, day, terms = self.name(row), self.meeting.date, self.terms
        owed = self.owed.standing(name, day)
        if terms.max_shares is not None and row.shares > terms.max_shares:
            text = N_("{shares} shares, at most {most} may be bought at a meeting")
            raise self.terms_say(row, say(text, shares=row.shares, most=terms.max_shares))
        if row.shares and terms.last_shares is not None and day > terms.last_shares:
            raise self.terms_say(row, say(N_("the last shares were sold on {date}"), date=terms.last_shares))
        if principal > owed.loans:
            text = N_("{paid} was repaid, but {owed} is owed")
            raise self.terms_say(row, say(text, paid=self.shown(principal), owed=self.shown(owed.loans)))
        if charge and not self.fund.loans_of(name):
            raise self.terms_say(row, say(N_("a charge was paid, and there was never a loan")))
        if row.expense and not row.note:
            raise self.terms_say(row, say(N_("the expense lacks a note of what it was")))
        if row.months is not None and not row.new_loan:
            raise self.terms_say(row, say(N_("months are said, and no loan")))

    def loans(self, repaid: dict[int, tuple[Decimal, Decimal]], fines: Decimal) -> None:
        """Limits are looked at when all has been paid in; then loans are given, as long as there is money."""
        meeting, day = self.meeting, self.meeting.date
        bought = sum((row.shares for row in meeting.rows), 0) * self.terms.share_value
        cash = self.opening("cash") + bought + fines
        cash += sum((a + b for a, b in repaid.values()), ZERO)
        cash += sum((row.gift - row.expense for row in meeting.rows), ZERO)
        for row in meeting.rows:
            if not row.new_loan:
                continue
            self.term(row)
            owed = self.owed.standing(self.name(row), day)
            multiple = self.fund.multiple(day)
            if self.terms.last_loans is not None and day > self.terms.last_loans:
                raise self.terms_say(row, say(N_("the last loans were given on {date}"), date=self.terms.last_loans))
            if multiple is not None:
                savings = owed.savings + row.shares * self.terms.share_value
                limit = multiple * savings - owed.loans + repaid[row.line][0]
                if row.new_loan > limit:
                    text = N_(
                        "the loan of {amount} is above the limit: {limit} ({multiple} times own shares, less loans)"
                    )
                    limits = {"limit": self.shown(max(limit, ZERO)), "multiple": f"{multiple.normalize():f}"}
                    raise self.terms_say(row, say(text, amount=self.shown(row.new_loan), **limits))
            if row.new_loan > cash:
                text = N_("the loan of {amount} is more than the box has then: {cash}")
                raise self.terms_say(row, say(text, amount=self.shown(row.new_loan), cash=self.shown(cash)))
            cash -= row.new_loan

    # --- the boxes

    def opening(self, part: str) -> Decimal:
        """What the book has in a box before the meeting."""
        day = self.meeting.date + dt.timedelta(days=1)
        return self.view.balance(self.accounts.role(part), self.currency, day)

    def count(self, repaid: dict[int, tuple[Decimal, Decimal]], fines: Decimal, *, in_box: bool) -> None:
        """Both boxes hold what comes out."""
        rows = self.meeting.rows
        box = {
            "opening": self.opening("cash"),
            "shares": sum((row.shares for row in rows), 0) * self.terms.share_value,
            "fines": fines if in_box else ZERO,
            "repaid": sum((a for a, _ in repaid.values()), ZERO),
            "charges": sum((b for _, b in repaid.values()), ZERO),
            "gifts": sum((row.gift for row in rows), ZERO),
            "loans": sum((row.new_loan for row in rows), ZERO),
            "expenses": sum((row.expense for row in rows), ZERO),
        }
        social = {
            "opening": self.opening("social_cash"),
            "social": sum((row.social for row in rows), ZERO),
            "fines": ZERO if in_box else fines,
        }
        expected = sum(box.values(), ZERO) - 2 * (box["loans"] + box["expenses"])
        spent = "expenses" if box["expenses"] else ""
        for case, parts, counted, computed in (
            (spent, box, self.meeting.counted, expected),
            ("social", social, self.meeting.counted_social, sum(social.values(), ZERO)),
        ):
            if counted != computed:
                said: dict[str, Any] = {key: in_units(amount, self.currency) for key, amount in parts.items()}
                said |= {"counted": in_units(counted, self.currency), "computed": in_units(computed, self.currency)}
                said["difference"] = in_units(abs(counted - computed), self.currency)
                said["side"] = say(N_("little")) if counted < computed else say(N_("much"))
                raise self.problem(MeetingCount, case=case, currency=self.currency, **said)
