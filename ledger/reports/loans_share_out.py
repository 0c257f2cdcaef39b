"""The share-out of a cycle, as it would be on a day: a proposal, which an assembly or meeting approves (SPEC 8).

What the fund is worth is shared by shares (or as the cycle's terms say), what each owes is set off, and what is left is
paid in cash; all payouts together are the cash. The social fund isn't shared out: it stands beside. Who owes more than
the own shares are worth pays in, or what the terms say of a shortfall happens.

Nothing is proposed of a book that leaves it open who has how much: a posting that is nobody's, or that no part of the
fund has, would be paid out to somebody else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.errors import Problem
from ledger.reports.loans import Opened
from ledger.reports.problems_loans import CycleUnclear
from ledger.rules.loans.division import Holder
from ledger.rules.loans.fund import Fund, State
from ledger.rules.loans.shareout import Payout, Shared, share_out
from ledger.rules.loans.terms import ShareOut, Shortfall, Terms

ZERO = Decimal(0)
#: What leaves it open who has how much: nothing is proposed, nor paid out, on such a book.
UNCLEAR = frozenset(
    {
        *("LOAN_FUND_IDENTITY", "LOAN_SOCIAL_MIXED", "LOAN_PARTICIPANT_MISSING", "LOAN_CYCLE_UNCLEAR"),
        *("LOAN_CYCLE_UNKNOWN", "LOAN_CURRENCY", "LOAN_SHARE_WHOLE", "LOAN_SHARE_SHORT", "LOAN_UNIT_UNKNOWN"),
        *("LOAN_AMOUNT_FINE", "LOAN_UNOWED", "LOAN_DEBT_MOVED", "LOAN_SHARES_MOVED", "LOAN_PROFIT_LOOSE"),
    }
)


def unclear(opened: Opened, fund: Fund, day: dt.date) -> bool:
    """Whether the book leaves it open who has how much: then a share-out on a day means nothing.

    Args:
        opened: the cycle.
        fund: with the charges that have accrued by the day.
        day: of the share-out.
    """
    if any(problem.code in UNCLEAR for problem in opened.problems) or fund.state(day).gap:
        return True
    return any(not holder.participant for holder in holders_of(fund, day))


def refuse_unclear(opened: Opened, day: dt.date) -> None:
    """Refuse to say what a share-out would pay, where nobody can know.

    Raises:
        CycleUnclear: the book leaves it open who has how much.
        CycleDay: the cycle hadn't begun.
    """
    if unclear(opened, opened.fund(day), day):
        raise CycleUnclear(cycle=opened.name, slug=opened.cycle.book_slug, unit=opened.cycle.book_slug)


@dataclass(frozen=True)
class Proposal:
    """A share-out.

    Attributes:
        terms: by which it is worked out.
        fund: with the charges that have accrued by the day.
        state: of the fund, before it.
    """

    opened: Opened
    day: dt.date
    terms: Terms
    fund: Fund
    state: State
    shared: Shared

    @property
    def owing(self) -> tuple[Payout, ...]:
        """Who has to pay in before anything can be booked."""
        return tuple(payout for payout in self.shared.payouts if payout.owed_in) if self.waits else ()

    @property
    def waits(self) -> bool:
        """Whether it can't be booked yet, or there is nothing to be booked: nobody has shares or debts."""
        return not self.shared.booked_allowed or not self.shared.payouts


def proposal_of(
    opened: Opened, fund: Fund, day: dt.date, *, rule: ShareOut | None = None, shortfall: Shortfall | None = None
) -> Proposal:
    """The share-out on a day.

    Args:
        opened: the cycle.
        fund: with the charges that have accrued by the day.
        day: of the share-out.
        rule: how it is shared, where it isn't as the terms say.
        shortfall: what becomes of who owes more than the own shares, likewise.
    """
    terms = opened.cycle.terms
    terms = replace(terms, share_out=rule or terms.share_out, shortfall=shortfall or terms.shortfall)
    state = fund.state(day)
    holders = holders_of(fund, day)
    shared = share_out(terms, holders, cash=state.cash, outside=state.outside, unpaid_expenses=state.unpaid_expenses)
    return Proposal(opened, day, terms, fund, state, shared)


def still_due(fund: Fund, day: dt.date) -> dict[str, Decimal]:
    """To whom how much of the share-out is due still on a day, in the order of the first shares; nobody before it."""
    if fund.state(day).shares:
        return {}
    sums: dict[str, Decimal] = {}
    for one in fund.movements:
        if one.part == "unpaid_share_out" and one.date <= day:
            sums[one.participant] = sums.get(one.participant, ZERO) - one.amount
    return {whom: sums[whom] for whom in fund.participants if sums.get(whom, ZERO) > 0}


def holders_of(fund: Fund, day: dt.date) -> list[Holder]:
    """Everybody who has shares or owes something on a day, in the order of the first shares."""
    found = []
    for order, name in enumerate(fund.participants):
        its = fund.standing(name, day)
        shares = Fraction(its.savings) / Fraction(fund.terms.share_value)
        if its.savings or its.loans or its.charges_due or its.fines_due:
            found.append(
                Holder(
                    participant=name,
                    shares=shares.numerator if shares.denominator == 1 else shares,
                    loans=its.loans,
                    charges=its.charges_due,
                    fines=its.fines_due,
                    paid_charges=its.paid_charges,
                    order=order,
                )
            )
    return found


def as_json(made: Proposal, problems: Iterable[Problem], booked: dict[str, Any] | None = None) -> dict[str, Any]:
    """The answer of `sambok loans share-out --json` (SPEC 5)."""
    opened, shared, money = made.opened, made.shared, made.opened.money
    value = shared.value
    return {
        "schema": 1,
        "cycle": opened.name,
        "currency": opened.currency,
        "fund": money(shared.fund),
        "shares": whole(shared.shares),
        "cash": money(made.state.cash),
        "payouts": [_payout_json(opened, payout) for payout in shared.payouts],
        "date": made.day.isoformat(),
        "rule": made.terms.share_out,
        "shortfall": made.terms.shortfall,
        "rounding": f"{made.terms.rounding:f}",
        "value": f"{value.numerator}/{value.denominator}",
        "outside": money(made.state.outside),
        "unpaid_expenses": money(made.state.unpaid_expenses),
        "social_box": money(made.state.social_cash),
        "social_fund": money(made.state.social_fund),
        "can_be_booked": not made.waits,
        "booked": booked,
        "errors": [problem.as_json() for problem in problems],
    }


def whole(shares: Fraction | int) -> int | str:
    """A number of shares: a fraction only where a book has what can't be."""
    exact = Fraction(shares)
    return exact.numerator if exact.denominator == 1 else str(exact)


def _payout_json(opened: Opened, payout: Payout) -> dict[str, Any]:
    money, named = opened.money, opened.named(payout.participant)
    return {
        "participant": named["participant"],
        "shares": whole(payout.shares),
        "gross": money(payout.gross),
        "debts": money(payout.debts),
        "payout": money(payout.payout),
        "paid": money(payout.paid_now),
        "still_due": money(payout.still_due),
        "owed_in": money(payout.owed_in),
        "written_off": money(payout.written_off),
        "name": named["name"],
    }
