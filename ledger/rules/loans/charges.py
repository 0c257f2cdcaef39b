"""When a loan's charges are owed (SPEC 8; research 1.2 nr 3): income is made then, cash settles the claim later.

Flat: charge × principal × agreed periods, owed from the day of the loan and never worked out again, however early it
is paid.

Declining: at the end of each period, on what was owed within it; that day's repayment comes after the charge. What is
paid back within a period is charged for it whole, by days, or not at all, as agreed: a part that is paid back like
the whole loan, so that nobody saves a charge by leaving one coin unpaid. A loan that is paid back is charged on that
day, not later. After the agreed periods the charge goes on while anything is left, unless it was agreed that it
stops.

Roll-over: as flat for the agreed periods. What is unpaid when they are over, charges included, becomes a new loan on
the following day, with a new flat charge for as many periods; and so on.

Amounts are rounded to the unit of the terms, each by itself: whoever works one out gets what is booked, and schedules
that are kept give the charges they show.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger.rules.loans.periods import end_of, ends_of
from ledger.rules.loans.terms import PartPeriod, Terms
from ledger.rules.rounding import cycle_unit, nearest, unit_of

Changes = Sequence[tuple[dt.date, Decimal]]

NOTHING: Final = Decimal(0)
A_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Accrual:
    """A charge that becomes owed.

    Attributes:
        date: the day.
        amount: in the cycle's currency, more than 0.
        period: which period of the loan it is for, 1 for the first; for flat charges the first of those it is for.
        base: what it is worked on: principal, or what was rolled over. By days: the average that was owed, rounded.
    """

    date: dt.date
    amount: Decimal
    period: int
    base: Decimal


def accruals(
    terms: Terms,
    *,
    given: dt.date,
    principal: Decimal,
    term: int,
    changes: Changes,
    until: dt.date,
    meetings: Sequence[dt.date] = (),
    paid: Changes | None = None,
) -> tuple[Accrual, ...]:
    """The charges of a loan that are owed until the end of a day.

    Args:
        terms: of the cycle.
        given: the day of the loan.
        principal: what was lent.
        term: agreed periods.
        changes: what principal went down by, with its day, in any order: repaid, set off, written off; a repayment that
            was taken back is negative.
        until: the last day that counts. Changes after it don't.
        meetings: days of the participants' meetings, as far as they are known.
        paid: roll-over only: charges that were paid, with the day. None: each charge was paid, so that principal alone
            rolls over.

    Returns:
        The charges, by date. Charges of 0 are left out.
    """
    if until < given or principal <= 0 or terms.charge <= 0:
        return ()
    down = _by_day(changes, until)
    if terms.method == "declining":
        found = _declining(terms, given, principal, term, down, until, meetings)
    elif terms.method == "roll-over":
        found = _rolling(terms, given, principal, term, down, until, meetings, paid)
    else:
        found = iter([_flat(terms, given, principal, term, 1)])
    return tuple(accrual for accrual in found if accrual.amount)


def if_settled(
    terms: Terms,
    *,
    given: dt.date,
    principal: Decimal,
    term: int,
    changes: Changes,
    day: dt.date,
    meetings: Sequence[dt.date] = (),
    paid: Changes | None = None,
) -> tuple[Accrual, ...]:
    """The charges of a loan if all that is left of it is paid back on `day`: what has begun counts as agreed.

    Arguments as of `accruals`, with `day` as the last one that counts.
    """
    left = principal - sum((amount for date, amount in changes if date <= day), NOTHING)
    return accruals(
        terms,
        given=given,
        principal=principal,
        term=term,
        changes=[*changes, (day, max(left, NOTHING))],
        until=day,
        meetings=meetings,
        paid=paid,
    )


def _by_day(changes: Iterable[tuple[dt.date, Decimal]], until: dt.date) -> list[tuple[dt.date, Decimal]]:
    days: defaultdict[dt.date, Decimal] = defaultdict(Decimal)
    for date, amount in changes:
        if date <= until:
            days[date] += amount
    return sorted(days.items())


def _flat(terms: Terms, day: dt.date, owed: Decimal, term: int, period: int) -> Accrual:
    exact = Fraction(terms.charge) * Fraction(owed) * max(term, 1)
    return Accrual(day, nearest(exact, cycle_unit(terms.currency, terms.rounding)), period, owed)


def _rolling(
    terms: Terms,
    given: dt.date,
    principal: Decimal,
    term: int,
    down: list[tuple[dt.date, Decimal]],
    until: dt.date,
    meetings: Sequence[dt.date],
    paid: Changes | None,
) -> Iterator[Accrual]:
    settled = down if paid is None else _by_day([*down, *paid], until)
    begins, owed, charged, period = given, principal, NOTHING, 1
    while owed > 0:
        accrual = _flat(terms, begins, owed, term, period)
        yield accrual
        charged += accrual.amount if paid is not None else NOTHING
        due = end_of(terms, begins, max(term, 1), meetings)
        if due >= until:
            return
        owed = principal + charged - sum((amount for date, amount in settled if date <= due), NOTHING)
        begins, period = due + A_DAY, period + max(term, 1)


def _declining(
    terms: Terms,
    given: dt.date,
    principal: Decimal,
    term: int,
    down: list[tuple[dt.date, Decimal]],
    until: dt.date,
    meetings: Sequence[dt.date],
) -> Iterator[Accrual]:
    unit = cycle_unit(terms.currency, terms.rounding)
    begin, left, coming = given, principal, deque(down)
    for period, end in enumerate(ends_of(terms, given, meetings), 1):
        while coming and coming[0][0] <= begin:
            left -= coming.popleft()[1]
        if left <= 0 and not coming:
            return
        stretches = [(begin, left)]
        while coming and coming[0][0] < end:
            date, amount = coming.popleft()
            left -= amount
            stretches.append((date, left))
        day = _owed_on(stretches, end)
        if day > until or (period > max(term, 1) and not terms.after_term):
            return
        base = _charged_on(terms.part_period, stretches, end)
        amount = nearest(Fraction(terms.charge) * base, unit)
        yield Accrual(day, amount, period, nearest(base, unit_of(terms.currency)))
        begin = end


def _owed_on(stretches: list[tuple[dt.date, Decimal]], end: dt.date) -> dt.date:
    """The period's end, or the day within it from which nothing was left any more."""
    day = end
    for date, left in reversed(stretches):
        if left > 0:
            break
        day = date
    return day


def _charged_on(rule: PartPeriod, stretches: list[tuple[dt.date, Decimal]], end: dt.date) -> Fraction:
    """What a period's charge is worked on. `stretches`: from which day how much was owed, to the period's `end`."""
    owed = [Fraction(max(left, NOTHING)) for _, left in stretches]
    if rule == "whole":
        return max(owed)
    if rule == "none":
        return owed[-1]
    days = [date for date, _ in stretches] + [end]
    weighted = sum(
        (amount * (after - day).days for amount, day, after in zip(owed, days[:-1], days[1:], strict=True)), Fraction(0)
    )
    return weighted / (end - days[0]).days
