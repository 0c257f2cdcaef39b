"""The levy: the share of turnover that a unit owes for group-common costs (SPEC 6).

*Due to date* of a fiscal year is Σ rate × base, rounded **once**, half away from zero, to the currency's unit. Then,
in this order: the floor (a yearly amount, of which a twelfth accrues for every month of membership), the cap, and the
threshold (nothing is due while the base to date is below it; reaching it is enough). Cap and threshold are cut to the
months of membership of who joins or leaves. What is in force on a month's last day rules the whole year to date. A
month's posting is what is due to date less what was posted before, so no rounding ever adds up: where nothing clips,
|Σ posted - Σ rate × base| is at most half a unit at every month's end.

A closed month keeps what was booked in it; the first open month carries the rest. A correction counts in the month of
its own date at the rate of the date that it corrects; one of an earlier fiscal year leaves this year's base alone
(`ledger.rules.levy_prior`).

The amount is split over components (services, investment fund, solidarity fund) by largest remainder over each
component's own Σ share × base; a month's part is the split to date less the split before.

How this module reads the contract where it leaves room:

- A month of membership is one that holds at least one day of it.
- A fiscal year begins with its own first month, whatever the first turnover, so that a floor accrues from there.
- If every month with turnover is closed and something is left over, the next month of the year carries it.
- In a closed month the split follows what was booked to date.

Pure: decimals and dates only; the same lines in any order give the same figures.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from ledger.rules.rounding import EXACT, half_away, largest_remainder

ZERO = Decimal(0)
#: What a levy is called that no decision divides.
SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Line:
    """Turnover of one kind: where it counts, how much, at which rate.

    Attributes:
        month: `2026-03`, the month it counts in.
        base: turnover in the unit's currency, ex VAT; a credit note is negative.
        rate: 0.15 for 15 %.
        shares: the rate's parts by component; they add up to `rate` (or are empty: all is service).
        of: the month that a correction corrects; None for ordinary turnover.
        voucher: number or place of a correction.
    """

    month: str
    base: Decimal
    rate: Decimal
    shares: tuple[tuple[str, Fraction], ...] = ()
    of: str | None = None
    voucher: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What is in force on a month's last day.

    Attributes:
        rate: the unit's rate.
        standard: components of the federation's rate, which split what no base explains.
        floor: yearly amounts in the unit's currency, like `cap` and `threshold`; None where there is none.
    """

    rate: Decimal = ZERO
    standard: tuple[tuple[str, Fraction], ...] = ()
    floor: Decimal | None = None
    cap: Decimal | None = None
    threshold: Decimal | None = None


@dataclass(frozen=True, slots=True)
class YearRules:
    """What a fiscal year of one unit is worked out by.

    Attributes:
        months: its twelve months, in order.
        currency: the unit's.
        terms: what is in force at the end of a month.
        joined: first day of membership, None = always; `left`: last day, likewise.
    """

    months: tuple[str, ...]
    currency: str
    terms: Callable[[str], Terms]
    joined: dt.date | None = None
    left: dt.date | None = None

    def membership(self, until: str | None = None) -> int:
        """Months of membership in the year, up to and with month `until`."""
        joined = f"{self.joined:%Y-%m}" if self.joined else ""
        left = f"{self.left:%Y-%m}" if self.left else "9999-12"
        return sum(1 for m in self.months if joined <= m <= left and (until is None or m <= until))


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction, as the statement lists it under its own month."""

    voucher: str
    of: str
    base: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Due:
    """What is due to date, and what decided it: `rate`, `floor`, `cap` or `threshold`."""

    amount: Decimal
    by: str
    base: Decimal
    exact: Decimal


@dataclass(frozen=True, slots=True)
class MonthLevy:
    """One month of a unit's levy; amounts in the unit's currency, ex VAT.

    `posted` = `booked` + `provisional`; `components` are the parts of `posted`, `added` those of `provisional` (all of
    the month's, or what booking left where something of it is booked).
    """

    month: str
    base: Decimal
    base_ytd: Decimal
    exact_ytd: Decimal
    rate: Decimal
    due_ytd: Decimal
    by: str
    booked: Decimal
    provisional: Decimal
    closed: bool
    components: dict[str, Decimal]
    added: dict[str, Decimal]
    corrections: tuple[Correction, ...] = ()
    rates: tuple[Decimal, ...] = ()

    @property
    def posted(self) -> Decimal:
        """What stands in the books, provisional entries counted."""
        return self.booked + self.provisional


def due_to_date(lines: Iterable[Line], rules: YearRules, month: str) -> Due:
    """What is due at the end of `month`, of the lines that count up to it."""
    terms = rules.terms(month)
    with localcontext(EXACT):
        counted = [line for line in lines if line.month <= month]
        base = sum((line.base for line in counted), ZERO)
        exact = sum((line.rate * line.base for line in counted), ZERO)
        amount, by = half_away(exact, rules.currency), "rate"
        if terms.floor is not None:
            floor = half_away(terms.floor * rules.membership(month) / 12, rules.currency)
            if floor > amount:
                amount, by = floor, "floor"
        share = rules.membership()
        if terms.cap is not None:
            cap = half_away(terms.cap * share / 12, rules.currency)
            if amount > cap:
                amount, by = cap, "cap"
        if terms.threshold is not None and base < half_away(terms.threshold * share / 12, rules.currency):
            amount, by = half_away(ZERO, rules.currency), "threshold"
    return Due(amount, by, base, exact)


def add_weights(weights: dict[str, Fraction], lines: Iterable[Line]) -> None:
    """Add each component's own share × base of `lines` to `weights`."""
    for line in lines:
        base = Fraction(line.base)
        for name, share in line.shares or ((SERVICE, Fraction(line.rate)),):
            weights[name] = weights.get(name, Fraction(0)) + share * base


def split(total: Decimal, weights: Mapping[str, Fraction], terms: Terms, currency: str) -> dict[str, Decimal]:
    """Split what is posted to date over the components; the parts add up to `total`.

    Args:
        total: a multiple of the currency's unit.
        weights: Σ share × base of each component; where they add up to 0, the federation's own split counts.
        terms: what is in force.
        currency: the unit's.
    """
    standard = terms.standard or ((SERVICE, Fraction(1)),)
    counted = {name: Fraction(0) for name, _ in standard} | dict(weights)
    if total and not sum(counted.values()):
        counted = dict.fromkeys(counted, Fraction(0)) | dict(standard)
        if not sum(counted.values()):
            counted[SERVICE] = Fraction(1)
    # whole numbers in the same proportion: no digit is lost, so ties stay ties
    scale = math.lcm(*(w.denominator for w in counted.values()))
    whole = {name: w.numerator * (scale // w.denominator) for name, w in counted.items()}
    shrink = math.gcd(*whole.values()) or 1
    return largest_remainder(total, {name: Decimal(w // shrink) for name, w in whole.items()}, currency)


def year_levy(
    lines: Sequence[Line], rules: YearRules, booked: Mapping[str, Decimal], closed: Collection[str]
) -> tuple[MonthLevy, ...]:
    """A fiscal year's levy, month by month, from its first to its last with turnover.

    Args:
        lines: the year's turnover (membership and scope already applied), in any order.
        rules: currency, months, membership and what is in force.
        booked: levy booked in each month, ex VAT.
        closed: sealed months; they keep what is booked.

    Returns:
        The months; Σ posted = due to date at the end of every open month.
    """
    busy = [line.month for line in lines] + [m for m, amount in booked.items() if amount and m in rules.months]
    if not busy:
        return ()
    last = rules.months.index(max(busy))
    if rules.months[last] in closed and last + 1 < len(rules.months):
        posted = sum((booked.get(m, ZERO) for m in rules.months[: last + 1]), ZERO)
        if due_to_date(lines, rules, rules.months[last]).amount != posted:
            last = next((i for i in range(last, 12) if rules.months[i] not in closed), last)
    found: list[MonthLevy] = []
    posted = ZERO
    parts: dict[str, Decimal] = {}
    weights: dict[str, Fraction] = {}
    for month in rules.months[: last + 1]:
        due, terms = due_to_date(lines, rules, month), rules.terms(month)
        here = booked.get(month, ZERO)
        added = ZERO if month in closed else due.amount - posted - here
        posted += here + added
        inside = [line for line in lines if line.month == month]
        add_weights(weights, inside)
        to_date = split(posted, weights, terms, rules.currency)
        kept = bool(here) or month in closed
        before = split(posted - added, weights, terms, rules.currency) if kept else parts
        found.append(
            MonthLevy(
                month=month,
                base=sum((line.base for line in inside), ZERO),
                base_ytd=due.base,
                exact_ytd=due.exact,
                rate=terms.rate,
                due_ytd=due.amount,
                by=due.by,
                booked=here,
                provisional=added,
                closed=month in closed,
                components=less(to_date, parts),
                added=less(to_date, before),
                corrections=corrections_of(inside),
                rates=tuple(sorted({line.rate for line in inside})),
            )
        )
        parts = to_date
    for levy in found:
        assert sum(levy.components.values(), ZERO) == levy.posted
        assert sum(levy.added.values(), ZERO) == levy.provisional
    return tuple(found)


def less(after: Mapping[str, Decimal], before: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """A split to date less the split before, component by component."""
    names = [*after, *(name for name in before if name not in after)]
    return {name: after.get(name, ZERO) - before.get(name, ZERO) for name in names}


def corrections_of(lines: Iterable[Line]) -> tuple[Correction, ...]:
    """The corrections among `lines`, as a statement lists them."""
    found = [Correction(line.voucher or "", line.of, line.base, line.rate) for line in lines if line.of is not None]
    return tuple(sorted(found, key=lambda c: (c.of, c.voucher, c.base, c.rate)))
