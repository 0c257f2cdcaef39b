"""Corrections of an earlier fiscal year's levy (SPEC 6).

They leave this year's base alone: the corrected year is worked out again by its own rules, and the difference to what
was posted for it is one line `prior_year`, apart from this year's levy.

How this module reads the contract where it leaves room: "closed year" is any fiscal year before the one of the
correction's own date. The line stands in the month of the correction; where that month is closed, what was booked
stays, and the first open month carries the rest. A later correction makes a line of its own. What a closed year was
posted short or too much (its last month closed before a late voucher) comes the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ledger.rules.levy import (
    ZERO,
    Correction,
    Line,
    MonthLevy,
    YearRules,
    add_weights,
    corrections_of,
    due_to_date,
    less,
    split,
)
from ledger.rules.years import first_open


@dataclass(frozen=True, slots=True)
class PriorYearLevy:
    """The difference that corrections of an earlier fiscal year make, in the month where it is posted."""

    year: str  # its first month
    month: str
    base: Decimal
    amount: Decimal
    booked: Decimal
    components: dict[str, Decimal]
    added: dict[str, Decimal]
    corrections: tuple[Correction, ...] = ()

    @property
    def provisional(self) -> Decimal:
        """What the plugin adds to what is booked."""
        return self.amount - self.booked


@dataclass(frozen=True, slots=True)
class LaterCorrection:
    """A correction dated in a later fiscal year than the one that it corrects; `line.month` is the corrected month."""

    dated: str  # month of its own date
    line: Line


@dataclass(frozen=True, slots=True)
class PriorYearCase:
    """All that is known of an earlier fiscal year, to work it out again.

    Attributes:
        own: its turnover, as dated in it.
        later: corrections dated after it.
        levy: its months as `year_levy` gave them.
        booked: lines `prior_year` already booked for it, by month.
        closed: sealed months.
    """

    rules: YearRules
    own: Sequence[Line]
    later: Sequence[LaterCorrection]
    levy: Sequence[MonthLevy]
    booked: Mapping[str, Decimal] = field(default_factory=dict)
    closed: Collection[str] = ()


def prior_year_levy(case: PriorYearCase) -> tuple[PriorYearLevy, ...]:
    """What corrections of an earlier fiscal year change, in the months where it is posted.

    Returns:
        At most one line a month; Σ amounts + Σ posted of the year itself = what the year is due now.
    """
    rules = case.rules
    dated: dict[str, list[Line]] = {}
    for item in case.later:
        dated.setdefault(item.dated, []).append(item.line)
    months = {*dated, *(m for m, amount in case.booked.items() if amount)}
    months |= {first_open(month, case.closed) for month in months}
    if case.levy and all(m in case.closed for m in rules.months):
        months.add(first_open(rules.months[-1], case.closed))
    last = case.levy[-1].month if case.levy else max((item.line.month for item in case.later), default=rules.months[-1])
    posted = sum((levy.posted for levy in case.levy), ZERO)
    parts: dict[str, Decimal] = {}
    for levy in case.levy:
        parts = {n: parts.get(n, ZERO) + levy.components.get(n, ZERO) for n in {**parts, **levy.components}}
    lines, terms = list(case.own), rules.terms(last)
    weights: dict[str, Fraction] = {}
    add_weights(weights, lines)
    found = []
    for month in sorted(months):
        new = [_within(line, last) for line in dated.get(month, [])]
        lines += new
        add_weights(weights, new)
        here = case.booked.get(month, ZERO)
        amount = here if month in case.closed else due_to_date(lines, rules, last).amount - posted
        base = sum((line.base for line in new), ZERO)
        if amount or base:
            posted += amount
            to_date = split(posted, weights, terms, rules.currency)
            part = less(to_date, parts)
            assert sum(part.values(), ZERO) == amount
            kept = bool(here) or month in case.closed
            before = split(posted - amount + here, weights, terms, rules.currency) if kept else parts
            added = less(to_date, before)
            found.append(PriorYearLevy(rules.months[0], month, base, amount, here, part, added, corrections_of(new)))
            parts = to_date
    return tuple(found)


def undecided_year(rules: YearRules, later: Sequence[LaterCorrection]) -> tuple[PriorYearLevy, ...]:
    """Corrections of a year of which policy says nothing: they bear no levy, and are seen all the same."""
    dated: dict[str, list[Line]] = {}
    for item in later:
        dated.setdefault(item.dated, []).append(item.line)
    return tuple(
        PriorYearLevy(
            rules.months[0], month, sum((line.base for line in new), ZERO), ZERO, ZERO, {}, {}, corrections_of(new)
        )
        for month, new in sorted(dated.items())
    )


def _within(line: Line, last: str) -> Line:
    """The line, counted in the year's last month at the latest: a correction adds no month of membership."""
    if line.month <= last:
        return line
    return Line(last, line.base, line.rate, line.shares, line.of, line.voucher)
