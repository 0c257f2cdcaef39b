"""What a unit that has money of the fund promises, looked at every month, and how its case stands (SPEC 9).

| covenant | kept when |
|---|---|
| levy | no levy is owed for longer than the terms allow |
| books | the last month that should be closed was closed in time |
| liquidity | the unit's money lasts for so many days of its costs of the last twelve months |
| result | it hasn't had a deficit so many quarters in a row |
| proof | what it was to prove by invoices is proven |

A case is on *watch* where one of these is broken or an instalment is late, in *default* where an instalment is late for
more than 90 days. What was decided weighs more than what is worked out, where it is worse; closed is closed.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from ledger.rules.funds.schedule import Overdue
from ledger.rules.funds.terms import FundTerms, State

#: Days after which what is late is a default.
DEFAULT_DAYS = 90
YEAR_DAYS = 365
Name = Literal["levy", "books", "liquidity", "result", "proof"]
Standing = Literal["performing", "watch", "default", "closed", "rejected"]


@dataclass(frozen=True)
class Figures:
    """What is known of a unit on a day; amounts in its own currency, None where it isn't known or asked.

    Attributes:
        levy_owed, levy_since: levy that is owed, and the day since when the oldest of it is.
        joined: no month before this day's is asked for.
        closed: the day on which a month was closed, by the month's last day.
        money: in the bank and in hand; `costs`: of the last twelve months.
        quarters: results of whole quarters, the oldest first.
        to_prove: what invoices should have proven by the day; `proven`: what they have.
    """

    levy_owed: Decimal = Decimal(0)
    levy_since: dt.date | None = None
    joined: dt.date | None = None
    closed: Mapping[dt.date, dt.date] = field(default_factory=dict)
    money: Decimal | None = None
    costs: Decimal | None = None
    quarters: Sequence[Decimal] = ()
    to_prove: Decimal = Decimal(0)
    proven: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Covenant:
    """One promise on a day.

    Attributes:
        met: whether it is kept.
        figure: days, quarters or an amount; exact. `allowed`: what it is held against (the least for liquidity and
            proof, else the most).
        since: levy: when the oldest was due; books: the last day of the month in question.
    """

    name: Name
    met: bool
    figure: Fraction
    allowed: Fraction
    since: dt.date | None = None


def covenants(figures: Figures, terms: FundTerms, day: dt.date) -> tuple[Covenant, ...]:
    """What was promised, kept or broken, at the end of a day. What the terms don't ask for is left out."""
    return tuple(_found(figures, terms, day))


def _found(figures: Figures, terms: FundTerms, day: dt.date) -> Iterator[Covenant]:
    owes = figures.levy_owed > 0 and figures.levy_since is not None
    since = figures.levy_since if owes else None
    days = max(0, (day - since).days) if since else 0
    yield Covenant("levy", days <= terms.levy_days, Fraction(days), Fraction(terms.levy_days), since)
    if terms.closed_by is not None:
        month = last_asked(day, terms.closed_by)
        if figures.joined is None or figures.joined <= month:
            took = (min(figures.closed.get(month, day), day) - month).days
            met = month in figures.closed and took <= terms.closed_by
            yield Covenant("books", met, Fraction(took), Fraction(terms.closed_by), month)
    if terms.liquidity_days is not None and figures.money is not None and figures.costs and figures.costs > 0:
        lasts = Fraction(figures.money) * YEAR_DAYS / Fraction(figures.costs)
        yield Covenant("liquidity", lasts >= terms.liquidity_days, lasts, Fraction(terms.liquidity_days))
    if terms.deficit_quarters is not None and figures.quarters:
        row = _deficits(figures.quarters)
        allowed = max(0, terms.deficit_quarters - 1)
        yield Covenant("result", row <= allowed, Fraction(row), Fraction(allowed))
    if figures.to_prove > 0:
        proven, asked = Fraction(figures.proven), Fraction(figures.to_prove)
        yield Covenant("proof", proven >= asked, proven, asked)


def last_asked(day: dt.date, closed_by: int) -> dt.date:
    """The last day of the latest month whose `closed_by` days to close its books are over at the end of `day`."""
    over = day - dt.timedelta(days=max(0, closed_by))
    if over.day == calendar.monthrange(over.year, over.month)[1]:
        return over
    return over.replace(day=1) - dt.timedelta(days=1)


def _deficits(quarters: Sequence[Decimal]) -> int:
    """Quarters with a deficit in a row, up to the last one."""
    count = 0
    for result in reversed(quarters):
        if result >= 0:
            break
        count += 1
    return count


def standing(found: Iterable[Covenant], late: Overdue, said: State | None = None) -> Standing:
    """How a case stands: worked out, and what policy says of it where that is worse."""
    if said in {"closed", "rejected"}:
        return "closed" if said == "closed" else "rejected"
    if said == "default" or (late.amount > 0 and late.days > DEFAULT_DAYS):
        return "default"
    if said == "watch" or late.amount > 0 or not all(covenant.met for covenant in found):
        return "watch"
    return "performing"
