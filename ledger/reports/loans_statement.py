"""What each participant gets in hand: a page in plain words, meeting by meeting (SPEC 8; research: member statement).

It says what was bought, paid, borrowed and paid back, what is owed and when it is due, how much may still be borrowed,
what the share-out would be if it were today, and what is in the two boxes. All pages together are the ledger: the sums
of shares, loans, charges due and unpaid fines are asserted to be the fund's.

What stands there when the cycle begins (a baseline meeting, a book that is taken over) is the opening line: vouchers
that carry something in. In a share-out what was owed is set off; the line says what was paid out.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.errors import Problem
from ledger.messages import N_, say
from ledger.reports.loans import Opened, Sheet, next_due, sheet
from ledger.reports.loans_room import Room
from ledger.reports.loans_share_out import proposal_of, still_due, unclear
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.movements import OWN, Movement
from ledger.rules.loans.shareout import Payout

ZERO = Decimal(0)
#: What tells a voucher by which shares are handed in from one that takes a purchase back.
SETTLING = frozenset({"shared_out", "unpaid_share_out", "loans", "charges_due", "fines_due"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one did on a day, and what was left then.

    Amounts are in the cycle's currency; none is negative but by a correction.

    Attributes:
        meeting: its number; "" outside meetings.
        paid: for shares; what was paid for shares that are handed in: negative. `saved`: in all, after it.
        social: paid into the social fund.
        fines, fines_paid: imposed; paid or set off.
        borrowed, repaid: principal; `set_off`: principal that was set off or written off.
        charges, charges_paid: that came due; paid or set off.
        paid_out: of a share-out, of what was still due of it, or to a leaver.
        owed, charges_due, fines_due: principal, charges and fines after it.
        due: the next day on which a loan is to be paid back; `late`: days late on the day of the line.
    """

    date: dt.date
    meeting: str = ""
    paid: Decimal = ZERO
    social: Decimal = ZERO
    fines: Decimal = ZERO
    fines_paid: Decimal = ZERO
    borrowed: Decimal = ZERO
    repaid: Decimal = ZERO
    set_off: Decimal = ZERO
    charges: Decimal = ZERO
    charges_paid: Decimal = ZERO
    paid_out: Decimal = ZERO
    saved: Decimal = ZERO
    owed: Decimal = ZERO
    charges_due: Decimal = ZERO
    fines_due: Decimal = ZERO
    due: dt.date | None = None
    late: int = 0

    @property
    def debt(self) -> Decimal:
        """All that is owed after it."""
        return self.owed + self.charges_due + self.fines_due


@dataclass(frozen=True)
class Page:
    """A participant's page.

    Attributes:
        opening: what stood there when the cycle began; None: nothing.
        lines: in the order of days.
        closing: sums of the lines, and what is left on the day.
        projected: what a share-out on the day would pay; None where there are no shares, or the book leaves it open.
        room: what may be borrowed.
    """

    participant: str
    shown: str
    opening: Line | None
    lines: tuple[Line, ...]
    closing: Line
    projected: Payout | None
    room: Room

    @property
    def shown_lines(self) -> tuple[Line, ...]:
        """The opening line, where there is one, and all others."""
        return (self.opening, *self.lines) if self.opening else self.lines


@dataclass(frozen=True)
class Statements:
    """All pages, and the fund's sheet that they add up to."""

    sheet: Sheet
    pages: tuple[Page, ...]

    @property
    def opened(self) -> Opened:
        """The cycle."""
        return self.sheet.opened


def statements(opened: Opened, day: dt.date) -> Statements:
    """Every participant's page on a day.

    Raises:
        CycleDay: the cycle hadn't begun.
    """
    made = sheet(opened, day)
    payouts = {}
    if not unclear(opened, made.fund, day):
        shared = proposal_of(opened, made.fund, day).shared
        payouts = {payout.participant: payout for payout in shared.payouts} if shared.shares else {}
    moved: dict[str, list[Movement]] = defaultdict(list)
    opening = {m.voucher for m in made.fund.movements if m.part == "carried_in"}
    for movement in made.fund.movements:
        if movement.date <= day and (movement.participant or movement.part in OWN):  # nobody's debt is one, too
            moved[movement.participant].append(movement)
    pages = []
    for row in made.rows:
        name = row.participant
        first, lines = _lines(made.fund, name, moved[name], opening)
        closing = _closing(made, name, [*([first] if first else []), *lines])
        pages.append(Page(name, row.shown, first, lines, closing, payouts.get(name), row.room))
    found = Statements(made, tuple(pages))
    _ties(found)
    return found


def _lines(
    fund: Fund, name: str, moved: Sequence[Movement], opening: Iterable[int]
) -> tuple[Line | None, tuple[Line, ...]]:
    """The opening line, and one a day and meeting."""
    brought = [m for m in moved if m.voucher in opening]
    groups: dict[tuple[dt.date, str], list[Movement]] = defaultdict(list)
    met = {movement.date: movement.meeting for movement in moved if movement.meeting}
    for movement in moved:
        if movement.voucher not in opening:  # a charge of the day, or a fine, belongs to the day's meeting
            groups[movement.date, movement.meeting or met.get(movement.date, "")].append(movement)
    before = Line(date=fund.terms.begins)
    first = None
    if brought:
        first = before = _line(fund, name, (min(m.date for m in brought), ""), brought, before)
    lines = []
    for key in sorted(groups):
        before = _line(fund, name, key, groups[key], before)
        lines.append(before)
    return first, tuple(lines)


def _line(fund: Fund, name: str, key: tuple[dt.date, str], moved: Sequence[Movement], before: Line) -> Line:
    """A day's line, after the one before it."""
    day, meeting = key
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for movement in moved:
        sums[movement.part] += movement.amount
    lent = [m for m in moved if m.part == "loans"]
    borrowed = sum((m.amount for m in lent if m.amount > 0), ZERO)
    settling = {m.voucher for m in moved if m.part in SETTLING}
    handed_in = {m.voucher for m in moved if m.part == "shares" and m.amount > 0} & settling
    repaid = -sum((m.amount for m in lent if m.amount < 0 and m.paid and m.voucher not in handed_in), ZERO)
    paid_out = sum((m.amount for m in moved if m.voucher in handed_in and m.part != "cash"), ZERO)
    shares = {m.voucher for m in moved if m.part == "shares"}
    rest = (m.amount for m in moved if m.part == "unpaid_share_out" and m.paid and m.voucher not in shares)
    return Line(
        date=day,
        meeting=meeting,
        paid=-sums["shares"],
        social=-sums["social_fund"],
        fines=-sums["fines"],
        fines_paid=-sums["fines"] - sums["fines_due"],
        borrowed=borrowed,
        repaid=repaid,
        set_off=borrowed - repaid - sums["loans"],
        charges=-sums["charges"],
        charges_paid=-sums["charges"] - sums["charges_due"],
        paid_out=paid_out + sum(rest, ZERO),
        saved=before.saved - sums["shares"],
        owed=before.owed + sums["loans"],
        charges_due=before.charges_due + sums["charges_due"],
        fines_due=before.fines_due + sums["fines_due"],
        due=next_due(fund, name, day),
        late=fund.standing(name, day).late_days,
    )


#: Columns that add up.
SUMMED = (
    *("paid", "social", "fines", "fines_paid", "borrowed", "repaid", "set_off"),
    *("charges", "charges_paid", "paid_out"),
)


def _closing(made: Sheet, name: str, lines: Sequence[Line]) -> Line:
    """The sums, and what is left: the standing on the day, which the lines must have led to."""
    standing = made.fund.standing(name, made.day)
    last = lines[-1] if lines else Line(date=made.day)
    sums: dict[str, Any] = {column: sum((getattr(line, column) for line in lines), ZERO) for column in SUMMED}
    assert last.saved == standing.savings
    assert (last.owed, last.charges_due, last.fines_due) == (standing.loans, standing.charges_due, standing.fines_due)
    return Line(
        date=made.day,
        **sums,
        saved=last.saved,
        owed=last.owed,
        charges_due=last.charges_due,
        fines_due=last.fines_due,
        due=next_due(made.fund, name, made.day),
        late=standing.late_days,
    )


def _ties(found: Statements) -> None:
    """All pages together are the ledger."""
    state = found.sheet.state
    closings = [page.closing for page in found.pages]
    assert sum((one.saved for one in closings), ZERO) == state.shares
    assert sum((one.owed for one in closings), ZERO) == state.loans
    assert sum((one.charges_due for one in closings), ZERO) == state.charges_due
    assert sum((one.fines_due for one in closings), ZERO) == state.fines_due


def told(found: Statements, page: Page, money: Callable[[Decimal], str]) -> list[str]:
    """What stands below a page's lines, in sentences; `money` writes an amount with its currency."""
    line, state, made = page.closing, found.sheet.state, found.sheet
    said = [
        say(
            N_("Shares held: {count}, paid for them: {amount}."),
            count=count(made.opened, line.saved),
            amount=money(line.saved),
        )
    ]
    if line.debt:
        text = N_("Owed: {total} (loans {loans}, charges {charges}, unpaid fines {fines}).")
        parts = {"loans": line.owed, "charges": line.charges_due, "fines": line.fines_due}
        said.append(say(text, total=money(line.debt), **{key: money(amount) for key, amount in parts.items()}))
    else:
        said.append(say(N_("Nothing is owed.")))
    rest = still_due(made.fund, made.day).get(page.participant, ZERO)
    if rest:
        said.append(say(N_("Still to be paid out of the share-out: {amount}."), amount=money(rest)))
    if line.late:
        said.append(say(N_("Overdue since {due}: {days} days late."), due=line.due, days=line.late))
    elif line.due:
        said.append(say(N_("To be paid back next by {due}."), due=line.due))
    said.append(_may_borrow(page.room, money))
    if page.projected is not None:
        its = page.projected
        text = N_("If all were shared out on this day: shares worth {gross}, less what is owed {debts}: {payout}.")
        if its.payout < 0:
            text = N_("If all were shared out on this day: shares worth {gross}, owed {debts}: {payout} to be paid in.")
        said.append(say(text, gross=money(its.gross), debts=money(its.debts), payout=money(abs(its.payout))))
    elif line.saved:
        said.append(say(N_("What a share-out would pay can't be said: the book must be corrected first.")))
    text = N_("The group on this day: box {box}, lent {lent}, loans {count}; social box {social}.")
    amounts = {"box": state.cash, "lent": state.loans, "social": state.social_cash}
    said.append(say(text, count=made.open_loans, **{key: money(amount) for key, amount in amounts.items()}))
    return said


def _may_borrow(room: Room, money: Callable[[Decimal], str]) -> str:
    """What may be borrowed: the limit and the money, both."""
    if room.why == "closed":
        return say(N_("No loans are given after {date}."), date=room.last)
    if room.why == "late":
        return say(N_("May borrow nothing as long as a loan is late."))
    if room.limit is None:
        return say(N_("May borrow up to {amount}: what the fund has to lend."), amount=money(room.amount))
    text = N_("May borrow up to {amount}: the own shares allow {limit} more, the fund has {cash} to lend.")
    return say(text, amount=money(room.amount), limit=money(room.limit), cash=money(room.cash))


def count(opened: Opened, paid: Decimal) -> int | str:
    """How many shares were paid for: whole, or as a fraction where a book has what can't be."""
    shares = Fraction(paid) / Fraction(opened.cycle.terms.share_value)
    return shares.numerator if shares.denominator == 1 else str(shares)


def as_json(found: Statements, problems: Iterable[Problem], only: str | None = None) -> dict[str, Any]:
    """The answer of `sambok loans statement --json`; `only`: one participant's page."""
    opened, made = found.opened, found.sheet
    money, state = opened.money, made.state
    return {
        "schema": 1,
        "cycle": opened.name,
        "currency": opened.currency,
        "date": made.day.isoformat(),
        "share_value": money(opened.cycle.terms.share_value),
        "box": money(state.cash),
        "lent": money(state.loans),
        "loans": made.open_loans,
        "social_box": money(state.social_cash),
        "statements": [_page_json(opened, page) for page in found.pages if only in {None, page.participant}],
        "ledger": {
            "shares": money(state.shares),
            "loans": money(state.loans),
            "charges_due": money(state.charges_due),
            "fines_due": money(state.fines_due),
        },
        "errors": [problem.as_json() for problem in problems],
    }


def _page_json(opened: Opened, page: Page) -> dict[str, Any]:
    projected = page.projected
    return {
        **opened.named(page.participant),
        "opening": _line_json(opened, page.opening) if page.opening else None,
        "lines": [_line_json(opened, line) for line in page.lines],
        "closing": _line_json(opened, page.closing),
        "limit_left": None if page.room.limit is None else opened.money(page.room.limit),
        "may_borrow": opened.money(page.room.amount),
        "projected": {
            "gross": opened.money(projected.gross),
            "debts": opened.money(projected.debts),
            "payout": opened.money(projected.payout),
        }
        if projected
        else None,
    }


def _line_json(opened: Opened, line: Line) -> dict[str, Any]:
    money = opened.money
    return {
        "date": line.date.isoformat(),
        "meeting": line.meeting or None,
        "shares": count(opened, line.paid),
        **{key: money(getattr(line, key)) for key in SUMMED},
        "held": count(opened, line.saved),
        "saved": money(line.saved),
        "owed": money(line.owed),
        "charges_due": money(line.charges_due),
        "fines_due": money(line.fines_due),
        "due": line.due.isoformat() if line.due else None,
        "days_late": line.late,
    }
