"""How the fund came from what it was to what it is: opening + in - out = closing (SPEC 9).

An appropriation appears with what it added from surplus only: what it moved of what was earmarked was in the fund
before. Lending and being paid back don't change what the fund is worth; they stand beside.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Literal

from ledger.rules.funds.movements import EARNED, Flow, FlowKind, Fund
from ledger.rules.rounding import EXACT

ZERO = Decimal(0)
#: In the order of the statement: what comes in, then what goes out.
Line = Literal[
    "opening", "component", "surplus", "external_grant", "gift", "interest", "recovery", "other", "grant_given", "loss"
]
LINES: tuple[Line, ...] = (
    "opening",
    "component",
    "surplus",
    "external_grant",
    "gift",
    "interest",
    "recovery",
    "other",
    "grant_given",
    "loss",
)
BESIDE: tuple[FlowKind, ...] = ("lent", "repaid", "written_off", "stake", "stake_back", "written_down")


@dataclass(frozen=True, slots=True)
class Movement:
    """The fund from one day to another; amounts in central's currency.

    Attributes:
        opening: worth before the first day; `closing`: at the end of the last one.
        lines: what changed it, by kind; what goes out is negative. Σ lines = closing - opening. `opening` among them
            is what the book began with in this time.
        beside: dealings that didn't change it, as positive amounts of their kind.
    """

    opening: Decimal
    lines: tuple[tuple[Line, Decimal], ...]
    closing: Decimal
    beside: tuple[tuple[FlowKind, Decimal], ...]


def movement(fund: Fund, since: dt.date, until: dt.date) -> Movement:
    """What changed the fund from one day to another, both included; lines without any amount are left out."""
    known = [flow for flow in fund.flows if since <= flow.date <= until]
    sums: dict[Line, Decimal] = dict.fromkeys(LINES, ZERO)
    with localcontext(EXACT):
        for line in LINES:
            sums[line] += EARNED.get(line, 1) * _total(known, line)
        sums["surplus"] += sum((s.surplus for f, s in fund.appropriations if since <= f.date <= until), ZERO)
        opening, closing = _worth(fund, since), fund.state(until).worth
        assert opening + sum(sums.values(), ZERO) == closing
    return Movement(
        opening=opening,
        lines=tuple((line, amount) for line, amount in sums.items() if amount),
        closing=closing,
        beside=tuple((kind, amount) for kind in BESIDE if (amount := _total(known, kind))),
    )


def _worth(fund: Fund, since: dt.date) -> Decimal:
    return ZERO if since == dt.date.min else fund.state(since - dt.timedelta(days=1)).worth


def _total(flows: list[Flow], kind: FlowKind) -> Decimal:
    return sum((flow.amount for flow in flows if flow.kind == kind), ZERO)
