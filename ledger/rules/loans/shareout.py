"""The share-out at the end of a cycle: what each participant's shares are worth, less what they owe (SPEC 8).

    loan fund = cash + loans + charges due + unpaid fines − outside debt − unpaid expenses
    value of a share V = loan fund ÷ shares
    payout = own shares × V − own debts (loans, charges due, unpaid fines)
    Σ payouts, negatives included = cash − outside debt − unpaid expenses, exactly

The social fund has no part in it. Payouts are what is rounded, to the unit that the cycle's terms name (an öre, a whole
shilling, a ten-krona coin): exact fractions decide who gets the last units, the largest first, ties by the first share
purchase. `gross` is payout + debts, so the explanation adds up for everybody; no fraction is rounded before. Where the
fund pays in notes but debts have change, what somebody has to pay in is exact to the currency's unit. How a fund of
any size is divided: `division.py`; what participants leave in for the next cycle: `carry.py`.

Who owes more than their shares are worth has a negative payout, and the others' payouts are then more than there is
cash. `wait`: nothing is booked until it is paid in. `pro-rata`: the cash goes out in proportion to the positive
payouts, the rest remains due to them. `write-off`: the fund is taken down to the level at which what is above each
one's debts is the cash, Σ max(0, share of the level − debts) = cash; debts that are not covered then are a loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from typing import Literal

from ledger.rules.loans.division import Division, Holder
from ledger.rules.loans.shortfall import SETTLE, Outcome, wait
from ledger.rules.loans.splitting import split_payment
from ledger.rules.loans.terms import ShareOut, Shortfall, Terms
from ledger.rules.rounding import EXACT, in_quanta, in_units, nearest, unit_of

__all__ = ["Blocked", "Debts", "Holder", "Payout", "Shared", "share_out"]

ZERO = Decimal(0)
#: Why a share-out can't be booked: `owed-in` = somebody owes more than their shares and the terms say wait;
#: `owes-more` = outside debt and unpaid expenses are more than the cash; `no-shares` = nobody has any.
Blocked = Literal["", "owed-in", "owes-more", "no-shares"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debts:
    """Amounts by the kind of debt: what is set off, what still is owed, what is written off."""

    loans: Decimal = ZERO
    charges: Decimal = ZERO
    fines: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All kinds."""
        return self.loans + self.charges + self.fines


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """What a share-out comes to for one participant; amounts in the cycle's currency.

    Attributes:
        participant, shares: as the holder's.
        cost: what was paid for the shares.
        gross: payout + debts: the shares' part of the fund.
        debts: loans + charges due + unpaid fines.
        payout: gross − debts; negative where more is owed than the shares are worth.
        exact: the payout before rounding.
        paid_now: what is paid on the day, by the rule for shortfalls; 0 while the share-out waits.
        still_due: of a positive payout, what the fund still owes (`wait`, `pro-rata`).
        owed_in: what the participant still has to pay in (`wait`, `pro-rata`).
        written_off: debts that are not covered, a loss of all (`write-off`).
        set_off, remaining, lost: the debts by kind: settled with the shares; still owed in; written off.
    """

    participant: str
    shares: Fraction | int
    cost: Decimal
    gross: Decimal
    debts: Decimal
    payout: Decimal
    exact: Fraction
    paid_now: Decimal
    still_due: Decimal
    owed_in: Decimal
    written_off: Decimal
    set_off: Debts
    remaining: Debts
    lost: Debts

    @property
    def settled(self) -> Decimal:
        """What is booked for the shares: set off + paid + still due; `gross`, or less where debts are written off."""
        return self.set_off.total + self.paid_now + self.still_due

    @property
    def gain(self) -> Decimal:
        """Part of the profit: what is booked for the shares less what was paid for them; negative in a loss."""
        return self.settled - self.cost

    @property
    def rounding(self) -> Fraction:
        """What rounding added to the payout, or took."""
        return Fraction(self.payout) - self.exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A share-out with all that its explanation and its booking need; amounts in the cycle's currency.

    Attributes:
        currency, share_value, rule, shortfall_rule, rounding: the terms it goes by.
        cash, loans, charges, fines, outside, unpaid_expenses: what the fund consists of on the day.
        fund: cash + loans + charges + fines − outside − unpaid_expenses.
        shares: of all; value: fund ÷ shares, exactly.
        level: what of the fund is divided in the end: the fund, or less where debts are written off.
        payouts: by order of first share purchase.
        blocked: why it can't be booked; "" where it can.
    """

    currency: str
    share_value: Decimal
    rule: ShareOut
    shortfall_rule: Shortfall
    rounding: Decimal
    cash: Decimal
    loans: Decimal
    charges: Decimal
    fines: Decimal
    outside: Decimal
    unpaid_expenses: Decimal
    fund: Decimal
    shares: Fraction | int
    value: Fraction
    level: Fraction
    payouts: tuple[Payout, ...]
    blocked: Blocked

    @property
    def net(self) -> Decimal:
        """What may be paid out: cash − outside debt − unpaid expenses; = Σ payouts."""
        return self.cash - self.outside - self.unpaid_expenses

    @property
    def booked_allowed(self) -> bool:
        """Whether it may be booked."""
        return not self.blocked

    @property
    def shortfall(self) -> Decimal:
        """What the positive payouts are more than the money there is: what others owe in beyond their shares."""
        return sum((-p.payout for p in self.payouts if p.payout < 0), ZERO)

    @property
    def written_off(self) -> Decimal:
        """Debts that are written off, of all."""
        return sum((p.written_off for p in self.payouts), ZERO)

    @property
    def value_paid(self) -> Fraction:
        """What a share is worth after write-offs; `value` where nothing is written off."""
        return self.level / self.shares if self.shares else Fraction(0)

    @property
    def profit(self) -> Decimal:
        """The fund less what was paid for the shares; negative in a loss."""
        return self.fund - sum((p.cost for p in self.payouts), ZERO)

    def of(self, participant: str) -> Payout:
        """One participant's payout.

        Raises:
            KeyError: there is no such participant.
        """
        for payout in self.payouts:
            if payout.participant == participant:
                return payout
        raise KeyError(participant)


def share_out(
    terms: Terms,
    holders: Sequence[Holder],
    *,
    cash: Decimal,
    outside: Decimal = ZERO,
    unpaid_expenses: Decimal = ZERO,
) -> Shared:
    """Divide a loan fund among those who hold its shares.

    Args:
        terms: the cycle's: share value, rule, rule for shortfalls, rounding.
        holders: everybody with shares or debts, in any order.
        cash: the loan fund's money on the day (box, bank, mobile money; without the social fund).
        outside: what the group owes others.
        unpaid_expenses: bills that are not paid.

    Returns:
        The share-out; `booked_allowed` says whether it may be booked as it is.
    """
    ranked = sorted(holders, key=lambda h: (h.order, h.participant))
    with localcontext(EXACT):
        net = cash - outside - unpaid_expenses
        fund = net + sum((h.debts for h in ranked), ZERO)
        division = Division(terms, ranked)
        exact = [division.part(h, Fraction(fund)) - Fraction(h.debts) for h in ranked]
        has_shares = division.shares > 0
        rounded = in_quanta(net, exact, _quanta(terms, ranked, exact)) if has_shares else [-h.debts for h in ranked]
        blocked = _blocked(terms, rounded, net, has_shares=has_shares, fund=fund)
        level = Fraction(fund)
        if terms.shortfall == "write-off" and not blocked and any(payout < 0 for payout in rounded):
            level = division.level(net, Fraction(fund))
        settle = SETTLE[terms.shortfall] if has_shares and net >= 0 else wait
        money = partial(in_units, currency=terms.currency)
        outcomes = settle(terms, division, ranked, rounded, net, level)
        return Shared(
            currency=terms.currency,
            share_value=terms.share_value,
            rule=terms.share_out,
            shortfall_rule=terms.shortfall,
            rounding=terms.rounding,
            cash=money(cash),
            loans=money(sum((h.loans for h in ranked), ZERO)),
            charges=money(sum((h.charges for h in ranked), ZERO)),
            fines=money(sum((h.fines for h in ranked), ZERO)),
            outside=money(outside),
            unpaid_expenses=money(unpaid_expenses),
            fund=money(fund),
            shares=division.shares if division.shares.denominator != 1 else int(division.shares),
            value=Fraction(fund) / division.shares if has_shares else Fraction(0),
            level=level,
            payouts=tuple(
                _payout(terms, h, e, r, outcome)
                for h, e, r, outcome in zip(ranked, exact, rounded, outcomes, strict=True)
            ),
            blocked=blocked,
        )


def _quanta(terms: Terms, holders: Sequence[Holder], exact: Sequence[Fraction]) -> list[Decimal]:
    """What each payout is rounded to: the terms' unit; the currency's for who owes in an amount that has change."""
    unit = min(unit_of(terms.currency), terms.rounding)
    return [unit if e < 0 and h.debts % terms.rounding else terms.rounding for h, e in zip(holders, exact, strict=True)]


def _blocked(terms: Terms, rounded: Sequence[Decimal], net: Decimal, *, has_shares: bool, fund: Decimal) -> Blocked:
    """Why it can't be booked."""
    if not has_shares and (fund or any(rounded)):
        return "no-shares"
    if net < 0:
        return "owes-more"
    return "owed-in" if terms.shortfall == "wait" and any(payout < 0 for payout in rounded) else ""


def _payout(terms: Terms, holder: Holder, exact: Fraction, rounded: Decimal, outcome: Outcome) -> Payout:
    """One participant's line, with the debts by kind."""
    money = partial(in_units, currency=terms.currency)
    # Where a fund is worth less than nothing, more is owed in than the debts; no such share-out is booked.
    covered = max(holder.debts - outcome.owed_in - outcome.written_off, ZERO)
    set_off = _settled(terms, holder, covered)
    rest = Debts(
        loans=money(holder.loans - set_off.loans),
        charges=money(holder.charges - set_off.charges),
        fines=money(holder.fines - set_off.fines),
    )
    return Payout(
        participant=holder.participant,
        shares=holder.shares,
        cost=nearest(Fraction(terms.share_value) * Fraction(holder.shares), unit_of(terms.currency)),
        gross=money(rounded + holder.debts),
        debts=money(holder.debts),
        payout=money(rounded),
        exact=exact,
        paid_now=money(outcome.paid_now),
        still_due=money(outcome.still_due),
        owed_in=money(outcome.owed_in),
        written_off=money(outcome.written_off),
        set_off=Debts(loans=money(set_off.loans), charges=money(set_off.charges), fines=money(set_off.fines)),
        remaining=rest if outcome.owed_in else Debts(),
        lost=rest if outcome.written_off else Debts(),
    )


def _settled(terms: Terms, holder: Holder, covered: Decimal) -> Debts:
    """The debts that the shares cover, by kind: fines first, loans and their charges as the terms split a payment."""
    fines = min(holder.fines, covered)
    loans, charges = split_payment(terms, covered - fines, holder.loans, holder.charges)
    return Debts(loans=loans, charges=charges, fines=fines)
