"""The published score of an application to the investment fund, 0 to 100 (research: funds, 3.1).

| criterion | points | from |
|---|---|---|
| jobs | 30 | jobs per 100 000 of what is applied for; 1.0 and more gives all |
| viability | 30 | months until the money is back: 36 and fewer gives all, 84 and more nothing, between them in line |
| own-part | 10 | the unit's own part of the budget; 30 % and more gives all |
| environment | 15 | the committee's mark, 0 to 5 |
| spread | 15 | the committee's mark, 0 to 5: what other units get out of it |

What nobody has told gives no points. Points are rounded by themselves, so that they add up to the score that is shown.
Of equal scores the smaller amount comes first, then the earlier application, then the name of the case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from ledger.rules.rounding import nearest

Criterion = Literal["jobs", "viability", "own-part", "environment", "spread"]
#: Where points come from: worked out, given by the committee, or nobody has told what it takes.
Source = Literal["computed", "mark", "missing"]


@dataclass(frozen=True, slots=True)
class Scale:
    """What is published of the score.

    Attributes:
        jobs, viability, own_part, environment, spread: the most points of each criterion.
        per: the amount that jobs are counted by; `enough_jobs` of it give all points.
        soonest, latest: months of payback that give all points, and none.
        enough_own: the own part of the budget that gives all points.
        best_mark: of the committee.
        unit: what points are rounded to.
    """

    jobs: Decimal = Decimal(30)
    viability: Decimal = Decimal(30)
    own_part: Decimal = Decimal(10)
    environment: Decimal = Decimal(15)
    spread: Decimal = Decimal(15)
    per: Decimal = Decimal(100_000)
    enough_jobs: Decimal = Decimal(1)
    soonest: int = 36
    latest: int = 84
    enough_own: Decimal = Decimal("0.30")
    best_mark: int = 5
    unit: Decimal = Decimal("0.1")


SCALE = Scale()


@dataclass(frozen=True, slots=True)
class Application:
    """What is scored; amounts in central's currency, None where nothing is told.

    Attributes:
        date: of the application.
        jobs: created or kept; `payback`: months until the money is back.
        environment, spread: the committee's marks.
    """

    case: str
    date: dt.date
    amount: Decimal
    budget: Decimal | None = None
    own_part: Decimal | None = None
    jobs: Decimal | None = None
    payback: int | None = None
    environment: int | None = None
    spread: int | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """Points of a criterion, and why.

    Attributes:
        figure: what they are worked out of, exact: jobs per 100 000, months, the part of the budget, the mark.
    """

    criterion: Criterion
    points: Decimal
    most: Decimal
    source: Source
    figure: Fraction | None


@dataclass(frozen=True, slots=True)
class Score:
    """An application's points; `total` is their sum."""

    application: Application
    points: tuple[Points, ...]

    @property
    def total(self) -> Decimal:
        """0 to 100."""
        return sum((p.points for p in self.points), Decimal(0))


def score(application: Application, scale: Scale = SCALE) -> Score:
    """The points of an application, criterion by criterion."""
    asked = application
    jobs = _part(asked.jobs, asked.amount)
    own = _part(asked.own_part, asked.budget)
    rows: list[tuple[Criterion, Decimal, Source, Fraction | None, Fraction]] = []
    per = None if jobs is None else jobs * Fraction(scale.per)
    rows.append(("jobs", scale.jobs, "computed", per, (per or Fraction(0)) / Fraction(scale.enough_jobs)))
    months = None if asked.payback is None else Fraction(asked.payback)
    left = Fraction(0) if months is None else (scale.latest - months) / (scale.latest - scale.soonest)
    rows.append(("viability", scale.viability, "computed", months, left))
    rows.append(("own-part", scale.own_part, "computed", own, (own or Fraction(0)) / Fraction(scale.enough_own)))
    marks: tuple[tuple[Criterion, Decimal, int | None], ...] = (
        ("environment", scale.environment, asked.environment),
        ("spread", scale.spread, asked.spread),
    )
    for name, most, given in marks:
        mark = None if given is None else Fraction(given)
        rows.append((name, most, "mark", mark, (mark or Fraction(0)) / scale.best_mark))
    return Score(
        application,
        tuple(
            Points(
                criterion=name,
                points=nearest(Fraction(most) * min(Fraction(1), max(Fraction(0), part)), scale.unit),
                most=most,
                source="missing" if figure is None else source,
                figure=figure,
            )
            for name, most, source, figure, part in rows
        ),
    )


def _part(of: Decimal | None, whole: Decimal | None) -> Fraction | None:
    return None if of is None or whole is None or whole <= 0 else Fraction(of) / Fraction(whole)


def ranked(scores: Iterable[Score]) -> tuple[Score, ...]:
    """The highest score first; ties by the smaller amount, the earlier application, the name of the case."""
    return tuple(sorted(scores, key=_rank))


def _rank(found: Score) -> tuple[Decimal, Decimal, dt.date, str]:
    asked = found.application
    return -found.total, asked.amount, asked.date, asked.case
