"""How the investment fund revolves: what comes back, what is lost, what it does for jobs (research: funds, 3.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ledger.rules.funds.movements import Flow, FlowKind

ZERO = Decimal(0)
PER = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Of a span of days; amounts in central's currency, ratios exact and None where they are a part of nothing.

    Attributes:
        lent: paid out as loans; `repaid`: principal that came back.
        disbursed: paid out as loans, stakes and grants.
        lost: losses less what was recovered.
        revolving: repaid ÷ lent.
        loss_rate: lost ÷ (lent and staked).
        jobs_per: jobs per 100 000 disbursed.
    """

    lent: Decimal
    repaid: Decimal
    disbursed: Decimal
    lost: Decimal
    jobs: Decimal
    revolving: Fraction | None
    loss_rate: Fraction | None
    jobs_per: Fraction | None


def metrics(flows: Iterable[Flow], since: dt.date, until: dt.date, jobs: Decimal = ZERO) -> Metrics:
    """What the fund has done from one day to another, both included.

    Args:
        flows: of the fund, in any order.
        since: the first day.
        until: the last day.
        jobs: created or kept by what was paid out in that time.
    """
    known = [flow for flow in flows if since <= flow.date <= until]

    def total(*kinds: FlowKind) -> Decimal:
        return sum((flow.amount for flow in known if flow.kind in kinds), ZERO)

    lent, placed = total("lent"), total("lent", "stake")
    disbursed, repaid = placed + total("grant_given"), total("repaid")
    lost = total("loss") - total("recovery")
    return Metrics(
        lent=lent,
        repaid=repaid,
        disbursed=disbursed,
        lost=lost,
        jobs=jobs,
        revolving=_ratio(repaid, lent),
        loss_rate=_ratio(lost, placed),
        jobs_per=_ratio(jobs * PER, disbursed),
    )


def _ratio(of: Decimal, whole: Decimal) -> Fraction | None:
    return Fraction(of) / Fraction(whole) if whole > 0 else None
