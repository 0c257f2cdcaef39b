"""What the solidarity fund works by, as the assembly has decided it (SPEC 9).

A unit's result R after the levy, its turnover T, its own accumulated result E:

    need  = max(0, -R - deductible · T - max(0, E - free · T))
    claim = min(cover · need, cap · T, share · max(fund, floor · ΣT)), rounded down

What the fund lacks is called from units with a surplus, each at most `call` · R. The band (floor, target, ceiling,
parts of the group's turnover) steers next year's components and never a running year. Support is given on condition:
of later surpluses `claw_back_rate` is paid back until `claw_back` of it is returned, for at most `claw_back_years`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Mode = Literal["fund", "pooling"]
Weight = Literal["turnover", "payroll"]


@dataclass(frozen=True, slots=True)
class SolidarityTerms:
    """Rates are parts: 0.01 is 1 %.

    Attributes:
        deductible: d, the part of turnover that a unit bears itself.
        free: f, what it may keep of its own accumulated result, as a part of turnover.
        cover: c, the part of the need that is covered.
        cap: k, the most that a unit gets, as a part of its turnover.
        share: g, the most that one unit gets of the fund.
        call: s, the most that a unit with a surplus is asked for, as a part of it.
        floor, target, ceiling: the band, parts of the group's turnover.
        waiting: months of membership before a unit takes part without a decision of its own.
        supported, within: no more than so many supported years within so many.
        lifetime: what a unit gets altogether is at most this part of its average turnover of three years.
        claw_back: the part of a support that is given on condition.
        claw_back_rate: the part of a later surplus that is paid back.
        claw_back_years: years after which the condition ends.
        mode: `fund`, or `pooling` of results.
        pooled: α, the part of each result that is pooled.
        weight: what a unit's part of the pooled result follows.
    """

    deductible: Decimal = Decimal("0.01")
    free: Decimal = Decimal("0.02")
    cover: Decimal = Decimal("0.5")
    cap: Decimal = Decimal("0.10")
    share: Decimal = Decimal("0.25")
    call: Decimal = Decimal("0.20")
    floor: Decimal = Decimal("0.015")
    target: Decimal = Decimal("0.03")
    ceiling: Decimal = Decimal("0.05")
    waiting: int = 12
    supported: int | None = None
    within: int = 4
    lifetime: Decimal | None = None
    claw_back: Decimal = Decimal(0)
    claw_back_rate: Decimal = Decimal("0.25")
    claw_back_years: int = 5
    mode: Mode = "fund"
    pooled: Decimal = Decimal("0.30")
    weight: Weight = "turnover"
