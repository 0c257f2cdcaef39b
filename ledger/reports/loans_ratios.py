"""A cycle's ratios, from its book (SPEC 8; research: ratios): what `ledger.rules.loans.ratios` needs, of the fund.

Members are who holds shares; those at the start bought theirs on the day of the first ones. Dropouts had shares and
have none any more while the cycle runs. The average of loans is over the ends of the meetings' days; a book without
meetings has its months' ends. Who came is what the meetings' sheets counted; without sheets it isn't known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.errors import Problem
from ledger.loans.reading import Came
from ledger.messages import say
from ledger.reports.loans import Opened
from ledger.rules.loans.fund import Fund
from ledger.rules.loans.ratios import NAMES, TERMS, Figures, LoanBalance, Meeting, Ratio, ratios
from ledger.rules.rounding import EXACT

ZERO = Decimal(0)


@dataclass(frozen=True)
class RatioSheet:
    """All ratios on a day."""

    opened: Opened
    day: dt.date
    ratios: tuple[Ratio, ...]


def ratios_of(opened: Opened, day: dt.date) -> RatioSheet:
    """A cycle's ratios on a day.

    Raises:
        CycleDay: the cycle hadn't begun.
    """
    return RatioSheet(opened, day, ratios(figures(opened.fund(day), day, opened.cycle.came)))


def figures(fund: Fund, day: dt.date, came: Iterable[Came] = ()) -> Figures:
    """What the ratios are made of.

    Args:
        fund: with charges until the day.
        day: of the figures.
        came: who came to the meetings, in their order.
    """
    state = fund.state(day)
    first = {name: on for name, on in fund.first_shares.items() if on <= day}
    start = min(first.values(), default=day)
    standings = {name: fund.standing(name, day) for name in fund.participants}
    holding = {name for name in first if standings[name].savings > 0}
    founders = {name for name, on in first.items() if on == start}
    loans = [loan for loan in fund.loans if loan.given <= day]
    fresh = [loan for loan in loans if not loan.rolls]
    open_loans = [loan for loan in loans if loan.outstanding(day) > 0]
    lost = [(loan, sum((a for on, a in loan.written_off if on <= day), ZERO)) for loan in loans]
    costs = state.expenses + state.losses + state.differences
    return Figures(
        begins=fund.terms.begins,
        day=day,
        members=len(holding),
        members_at_start=len(founders),
        stayed=len(founders & holding),
        dropouts=len(first) - len(holding),
        savings=state.shares,
        equity=state.fund - state.unpaid_share_out,
        profit=state.charges + state.fines + state.gifts - costs,
        cash=state.cash,
        loans=state.loans,
        social_fund=state.social_fund,
        lent=sum((loan.principal for loan in fresh), ZERO),
        loan_count=len(fresh),
        balances=tuple(
            LoanBalance(outstanding=loan.outstanding(day), late_days=loan.late_days(day)) for loan in open_loans
        ),
        borrowers=len({loan.participant for loan in open_loans}),
        written_off=sum((amount for _, amount in lost), ZERO),
        written_off_count=sum(1 for _, amount in lost if amount),
        average_loans=_average(fund, day),
        grants=sum(
            (m.amount for m in fund.movements if m.part == "social_fund" and m.amount > 0 and m.date <= day), ZERO
        ),
        meetings=tuple(
            Meeting(attended=one.present, represented=one.represented, members=one.members)
            for one in came
            if one.date <= day
        ),
        shares=sum(one.shares for one in standings.values()),
    )


def _average(fund: Fund, day: dt.date) -> Decimal | None:
    """Loans outstanding on average."""
    days = [one for one in fund.meetings if one <= day]
    if not days:
        months = {(m.date.year, m.date.month) for m in fund.movements if m.date <= day}
        ends = [dt.date(y + m // 12, m % 12 + 1, 1) - dt.timedelta(days=1) for y, m in sorted(months)]
        days = [min(one, day) for one in ends]
    if not days:
        return None
    return EXACT.divide(sum((fund.state(one).loans for one in days), ZERO), Decimal(len(days)))


def shown(number: object, money: Callable[[Decimal], str]) -> str:
    """A numerator or denominator for people and programs: money with its decimals, a count as it is."""
    if number is None:
        return ""
    if isinstance(number, int):
        return str(number)
    if isinstance(number, Fraction):
        number = EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)).quantize(Decimal("0.01"))
    assert isinstance(number, Decimal)
    return money(number)


def name_of(ratio: Ratio) -> str:
    """How a ratio is called."""
    return say(NAMES[ratio.key], **dict(ratio.params))


def as_json(made: RatioSheet, problems: Iterable[Problem]) -> dict[str, Any]:
    """The answer of `sambok loans ratios --json`."""
    opened = made.opened
    return {
        "schema": 1,
        "cycle": opened.name,
        "currency": opened.currency,
        "date": made.day.isoformat(),
        "ratios": [
            {
                "ratio": one.key,
                **dict(one.params),
                "kind": one.kind,
                "value": None if one.value is None else f"{one.shown():f}",
                "numerator": shown(one.numerator, opened.money) or None,
                "numerator_is": one.above,
                "denominator": shown(one.denominator, opened.money) or None,
                "denominator_is": one.below,
                "from": one.begins.isoformat(),
                "to": one.ends.isoformat(),
            }
            for one in made.ratios
        ],
        "errors": [problem.as_json() for problem in problems],
    }


#: For tables: what is divided by what, in words.
def terms_of(ratio: Ratio) -> tuple[str, str]:
    """What stands above and below the line."""
    return say(TERMS[ratio.above]), say(TERMS[ratio.below])
