"""What savings groups are compared by: the ratios of SAVIX and SEEP, each with what it is a part of (research: ratios).

A ratio without its denominator deceives (CGAP, Occasional Paper 3), so each one carries both figures, and there is no
ratio where the denominator is nothing. Returns are told as they are and, beside, for a year: × 12 ÷ months of the cycle
that have passed. Members with a loan ÷ members is that way up; some reports print it upside down. Portfolio at risk is
the whole balance of the loans of which any part is late, not the late part alone.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from ledger.messages import N_
from ledger.rules.rounding import nearest

ZERO = Decimal(0)
Number = Decimal | Fraction | int
#: `rate`: shown in per cent. `money`: in the cycle's currency. `times`: a number, with two decimals.
Kind = Literal["rate", "money", "times"]
#: How the ratios and what they consist of are called, by key.
NAMES = {
    "attendance": N_("Attendance, last four meetings"),
    "attendance-represented": N_("Attendance with representatives, last four meetings"),
    "retention": N_("Retention"),
    "dropout": N_("Dropouts"),
    "growth": N_("Membership growth"),
    "savings-per-member": N_("Average savings per member"),
    "return-on-savings": N_("Return on savings"),
    "return-on-savings-year": N_("Return on savings, for a year"),
    "return-on-assets": N_("Return on assets"),
    "return-on-assets-year": N_("Return on assets, for a year"),
    "utilisation": N_("Loan fund utilisation"),
    "capital-turnover": N_("Capital turnover"),
    "loan-size": N_("Average loan"),
    "loans-per-member": N_("Loans per member"),
    "members-with-loan": N_("Members with a loan"),
    "at-risk": N_("Portfolio at risk, more than {days} days late"),
    "written-off-count": N_("Loans written off, by number"),
    "written-off-value": N_("Loans written off, by value"),
    "share-value": N_("Projected value of a share"),
    "social-per-member": N_("Social fund per member"),
    "grants": N_("Grants of the social fund per member"),
}
#: What stands above and below the line, by key.
TERMS = {
    "attended": N_("attended"),
    "attended-or-represented": N_("attended or were represented"),
    "expected": N_("members at these meetings"),
    "stayed": N_("members from the start who still are"),
    "members-at-start": N_("members at the start"),
    "dropouts": N_("dropouts"),
    "active-and-dropouts": N_("members and dropouts"),
    "more-members": N_("members now less members at the start"),
    "members": N_("members"),
    "savings": N_("savings"),
    "surplus": N_("members' equity less savings"),
    "surplus-year": N_("members' equity less savings, × 12 ÷ months"),
    "profit": N_("profit"),
    "profit-year": N_("profit, × 12 ÷ months"),
    "assets": N_("loan fund's money, loans, social fund"),
    "loans": N_("loans outstanding"),
    "loans-and-cash": N_("loans outstanding and the loan fund's money"),
    "lent": N_("loans given"),
    "loan-count": N_("number of loans given"),
    "active-loans": N_("loans not paid back"),
    "borrowers": N_("members who owe on a loan"),
    "late": N_("balance of late loans"),
    "written-off-count": N_("loans written off"),
    "written-off": N_("written off"),
    "average-loans": N_("loans outstanding on average"),
    "fund": N_("savings and profit so far"),
    "shares": N_("shares"),
    "social-fund": N_("social fund"),
    "grants": N_("grants paid"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Who came to a meeting: in person, or by somebody in their place; of how many members."""

    attended: int
    represented: int
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanBalance:
    """A loan on the day: what is outstanding of its principal, and for how many days any payment has been late."""

    outstanding: Decimal
    late_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the ratios of a cycle are made of, on a day; amounts in its currency. None is not known.

    Attributes:
        begins, day: first day of the cycle, and the day of the figures.
        members: now. members_at_start: on the first day. stayed: of those, still members. dropouts: who has left.
        savings: what was paid for shares in the cycle.
        equity: members' equity: savings and what has been earned on them.
        profit: charges, fines and gifts less expenses and losses.
        cash: the loan fund's money. loans: what is outstanding. social_fund: what it holds.
        lent, loan_count: principal of all loans given, and how many.
        balances: loans that aren't paid back.
        borrowers: members who owe on a loan.
        written_off, written_off_count: principal written off; loans, how many.
        average_loans: loans outstanding on average, over the ends of months or meetings.
        grants: paid by the social fund.
        shares: of all.
        meetings: in their order.
        late: for portfolio at risk: more than so many days late. 0 is one payment missed.
    """

    begins: dt.date
    day: dt.date
    members: int
    members_at_start: int | None = None
    stayed: int | None = None
    dropouts: int | None = None
    savings: Decimal = ZERO
    equity: Decimal = ZERO
    profit: Decimal = ZERO
    cash: Decimal = ZERO
    loans: Decimal = ZERO
    social_fund: Decimal = ZERO
    lent: Decimal = ZERO
    loan_count: int = 0
    balances: Sequence[LoanBalance] = ()
    borrowers: int = 0
    written_off: Decimal = ZERO
    written_off_count: int = 0
    average_loans: Decimal | None = None
    grants: Decimal | None = None
    shares: int = 0
    meetings: Sequence[Meeting] = field(default=())
    late: Sequence[int] = (0, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One ratio.

    Attributes:
        key: of `NAMES`. params: what goes into its name.
        above, below: keys of `TERMS`: what is divided by what.
        numerator, denominator: the figures; None where one isn't known.
        kind: how its value reads.
        begins, ends: the period it is of; the same day where it is of a day.
    """

    key: str
    above: str
    below: str
    numerator: Number | None
    denominator: Number | None
    kind: Kind
    begins: dt.date
    ends: dt.date
    params: tuple[tuple[str, int], ...] = ()

    @property
    def value(self) -> Fraction | None:
        """Numerator ÷ denominator, exactly; None where a figure isn't known or the denominator is 0."""
        if self.numerator is None or not self.denominator:
            return None
        return Fraction(self.numerator) / Fraction(self.denominator)

    def shown(self, unit: Decimal = Decimal("0.01")) -> Decimal | None:
        """The value to `unit`: in per cent (22.58), in the currency, or as a number (1.67)."""
        value = self.value
        if value is None:
            return None
        return nearest(value * 100 if self.kind == "rate" else value, unit)


def months_passed(begins: dt.date, day: dt.date) -> Fraction:
    """Months of a cycle up to and with a day: whole ones, and days of a month in their part of it."""
    last = day + dt.timedelta(days=1)
    if last <= begins:
        return Fraction(0)
    whole = (last.year - begins.year) * 12 + last.month - begins.month
    whole -= last < _month(begins, whole)
    start, end = _month(begins, whole), _month(begins, whole + 1)
    return whole + Fraction((last - start).days, (end - start).days)


def _month(begins: dt.date, count: int) -> dt.date:
    """The first day of a cycle's next month after `count` of them: the day it began on, or the month's last."""
    year, month = divmod(begins.year * 12 + begins.month - 1 + count, 12)
    return dt.date(year, month + 1, min(begins.day, monthrange(year, month + 1)[1]))


def ratios(figures: Figures) -> tuple[Ratio, ...]:
    """All ratios of a cycle on a day, in the order of SEEP's questions: members, money, work.

    Args:
        figures: what they are made of.

    Returns:
        Always the same ratios in the same order, one portfolio at risk for each of `figures.late`.
    """
    return (*_of_members(figures), *_of_money(figures), *_of_loans(figures), *_of_social_fund(figures))


def _ratio(
    figures: Figures,
    key: str,
    above: tuple[str, Number | None],
    below: tuple[str, Number | None],
    kind: Kind = "rate",
    *,
    on_day: bool = False,
) -> Ratio:
    return Ratio(
        key=key,
        above=above[0],
        below=below[0],
        numerator=above[1],
        denominator=below[1],
        kind=kind,
        begins=figures.day if on_day else figures.begins,
        ends=figures.day,
    )


def _of_members(f: Figures) -> list[Ratio]:
    """Whether members are content: do they come, do they stay, what do they save."""
    last = f.meetings[-4:]
    expected = ("expected", sum(m.members for m in last) if last else None)
    came = sum(m.attended for m in last) if last else None
    with_others = sum(m.attended + m.represented for m in last) if last else None
    start = ("members-at-start", f.members_at_start)
    more = None if f.members_at_start is None else f.members - f.members_at_start
    left = f.dropouts
    return [
        _ratio(f, "attendance", ("attended", came), expected),
        _ratio(f, "attendance-represented", ("attended-or-represented", with_others), expected),
        _ratio(f, "retention", ("stayed", f.stayed), start),
        _ratio(f, "dropout", ("dropouts", left), ("active-and-dropouts", None if left is None else f.members + left)),
        _ratio(f, "growth", ("more-members", more), start),
        _ratio(f, "savings-per-member", ("savings", f.savings), ("members", f.members), "money"),
    ]


def _of_money(f: Figures) -> list[Ratio]:
    """What the fund earns."""
    months = months_passed(f.begins, f.day)
    surplus = f.equity - f.savings
    assets = ("assets", f.cash + f.loans + f.social_fund)
    savings = ("savings", f.savings)

    def year(amount: Decimal) -> Fraction | None:
        return Fraction(amount) * 12 / months if months else None

    return [
        _ratio(f, "return-on-savings", ("surplus", surplus), savings),
        _ratio(f, "return-on-savings-year", ("surplus-year", year(surplus)), savings),
        _ratio(f, "return-on-assets", ("profit", f.profit), assets),
        _ratio(f, "return-on-assets-year", ("profit-year", year(f.profit)), assets),
        _ratio(f, "share-value", ("fund", f.equity), ("shares", f.shares), "money", on_day=True),
    ]


def _of_loans(f: Figures) -> list[Ratio]:
    """Whether the money works, and comes back."""
    loans = ("loans", f.loans)
    members = ("members", f.members)
    count = ("loan-count", f.loan_count)
    outstanding = sum((b.outstanding for b in f.balances), ZERO)
    active = sum(1 for b in f.balances if b.outstanding > 0)
    at_risk = [
        Ratio(
            key="at-risk",
            above="late",
            below="loans",
            numerator=sum((b.outstanding for b in f.balances if b.late_days > days), ZERO),
            denominator=outstanding,
            kind="rate",
            begins=f.day,
            ends=f.day,
            params=(("days", days),),
        )
        for days in f.late
    ]
    return [
        _ratio(f, "utilisation", loans, ("loans-and-cash", f.loans + f.cash), on_day=True),
        _ratio(f, "capital-turnover", ("lent", f.lent), ("savings", f.savings), "times"),
        _ratio(f, "loan-size", ("lent", f.lent), count, "money"),
        _ratio(f, "loans-per-member", ("active-loans", active), members, "times", on_day=True),
        _ratio(f, "members-with-loan", ("borrowers", f.borrowers), members, on_day=True),
        *at_risk,
        _ratio(f, "written-off-count", ("written-off-count", f.written_off_count), count),
        _ratio(f, "written-off-value", ("written-off", f.written_off), ("average-loans", f.average_loans)),
    ]


def _of_social_fund(f: Figures) -> list[Ratio]:
    """What the participants have for each other."""
    members = ("members", f.members)
    return [
        _ratio(f, "social-per-member", ("social-fund", f.social_fund), members, "money", on_day=True),
        _ratio(f, "grants", ("grants", f.grants), members, "money"),
    ]
