"""The base of the levy: which turnover of a unit counts, when, and at which rate (SPEC 6).

Income that the chart calls turnover (BAS 3000-3799 less own use, costs passed on to the group, securities and the
levy itself; PGC 700-705 less returns and rebates), unless a `levy-base` says otherwise; booked weight in the unit's
currency, by posting date, between `joined` and `left`. A posting whose `partner` is a unit in scope on that date is
left out; one outside scope is an outsider. Credit notes, returns and discounts reduce the base.

How this module reads the contract where it leaves room:

- Margin sales (321x) are booked net of their margin VAT: the VAT's debit stands on the same account.
- A posting whose `partner` is the unit itself counts: nobody escapes by selling to oneself.
- `concerns: 2026-01` takes the rate of that month's last day.
- A correction of a day outside membership is left out like the turnover that it corrects.
- A correction that names no known voucher or month is an error: its rate can't be known.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from ledger.books import Summary, TurnoverRow, Unit, Workspace, month_of
from ledger.charts import Chart
from ledger.errors import Problem
from ledger.policy import Policy
from ledger.provisional.problems import LevyCorrectsUnknown, LevyCurrency
from ledger.rules.levy import Line
from ledger.rules.levy_prior import LaterCorrection


@dataclass
class Turnover:
    """A unit's levy lines by the first day of their fiscal year."""

    own: dict[dt.date, list[Line]] = field(default_factory=lambda: defaultdict(list))
    later: dict[dt.date, list[LaterCorrection]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)


def turnover(ws: Workspace, unit: Unit, summary: Summary, chart: Chart, policy: Policy) -> Turnover:
    """Sort a unit's turnover into lines of the levy.

    Args:
        ws: whose other units are in scope on a date.
        unit: whose book it is.
        summary: its booked figures.
        chart: which codes are turnover.
        policy: rates, components, what the base takes in besides.

    Returns:
        Lines by fiscal year, corrections of earlier years apart; problems instead where a row can't be counted.
    """
    found = Turnover()
    in_force = _in_force(unit.slug, policy)
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in _counted(ws, unit, summary, chart, policy):
        if row.currency != unit.currency:
            found.problems.append(
                LevyCurrency(
                    file=ws.shown(row.file),
                    line=row.line,
                    unit=unit.slug,
                    account=row.account,
                    currency=row.currency,
                    slug=unit.slug,
                    wanted=unit.currency,
                )
            )
            continue
        if row.dangling is not None:
            found.problems.append(
                LevyCorrectsUnknown(file=ws.shown(row.file), line=row.line, unit=unit.slug, voucher=row.dangling)
            )
            continue
        if row.concerns is not None and not unit.in_scope(row.concerns):
            continue
        rate, shares = in_force(row.concerns or row.date)
        of = month_of(row.concerns) if row.concerns else None
        year = ws.fiscal_year(row.date)[0]
        corrected = ws.fiscal_year(row.concerns)[0] if row.concerns else year
        voucher = (ws.shown(row.voucher) if row.voucher else None) if of else None
        sums[year, min(corrected, year), month_of(row.date), rate, shares, of, voucher] -= row.amount
    for (year, counted, month, rate, shares, of, voucher), base in sums.items():
        if counted < year:
            line = Line(of or month, base, rate, shares, of, voucher)
            found.later[counted].append(LaterCorrection(month, line))
        else:
            found.own[year].append(Line(month, base, rate, shares, of, voucher))
    return found


def _counted(ws: Workspace, unit: Unit, summary: Summary, chart: Chart, policy: Policy) -> Iterator[TurnoverRow]:
    codes = {row.account: row.code for row in summary.accounts}

    @cache
    def counts(account: str, day: dt.date) -> bool:
        code = codes.get(account)
        return code is not None and policy.counts(code, day, by_chart=chart.is_in("turnover", code))

    for row in summary.turnover:
        partner = ws.units.get(row.partner) if row.partner and row.partner != unit.slug else None
        internal = partner is not None and partner.in_scope(row.date)
        if unit.in_scope(row.date) and not internal and counts(row.account, row.date):
            yield row


def _in_force(slug: str, policy: Policy) -> Any:
    @cache
    def in_force(day: dt.date) -> tuple[Decimal, tuple[Any, ...]]:
        rate = policy.rate(slug, day)
        return rate, policy.shares(rate, day)

    return in_force
