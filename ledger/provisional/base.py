"""The base of the levy: which turnover of a unit counts, when, and at which rate (SPEC 6).

Income that the chart calls turnover (BAS 3000-3799 less own use, costs passed on to the group, securities and the
levy itself; PGC 700-705 less returns and rebates), unless a `levy-base` says otherwise; booked weight in the unit's
currency, by posting date, between `joined` and `left`. A posting whose `partner` is a unit in scope on that date is
left out; one outside scope is an outsider. Credit notes, returns and discounts reduce the base.

How this module reads the contract where it leaves room:

- Margin sales (321x) are booked net of their margin VAT: the VAT's debit stands on the same account.
- A posting whose `partner` is the unit itself counts: nobody escapes by selling to oneself.
- A posting that is dated in a closed month and not held by its seal (it came late) counts in the first open month, at
  the rate of its own date, like a correction of its month (SPEC 7); moving it there with `concerns:` changes nothing.
- A partner whose `unit.toml` has an error is taken to be in scope; the error is reported and nothing closes over it.
- `concerns: 2026-01` takes the rate of that month's last day.
- A correction of a day outside membership bears no levy, like the turnover that it corrects; being posted in membership
  it stands on the statement, at the rate 0, so that nobody takes turnover out of sight by writing an early month.
- What `concerns:` a month after its own date is an error: nothing can correct what hasn't been.
- Income on an account that the chart can't place is an error, not a base of nothing.
- A correction that names no known voucher or month is an error: its rate can't be known.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ledger.books import PartnerRow, Summary, TurnoverRow, Unit, Workspace, month_of
from ledger.charts import Chart
from ledger.errors import Problem
from ledger.policy import Policy
from ledger.policy.model import InForce
from ledger.provisional.problems import LevyAccountUnplaced, LevyCorrectsUnknown, LevyCurrency
from ledger.rules.levy import Line
from ledger.rules.levy_prior import LaterCorrection
from ledger.rules.years import first_open, year_start

#: What is in force for a unit on a day on which it is no member.
NO_MEMBER = InForce(Decimal(0), ())


@dataclass
class Turnover:
    """A unit's levy lines by the first day of their fiscal year."""

    own: dict[dt.date, list[Line]] = field(default_factory=lambda: defaultdict(list))
    later: dict[dt.date, list[LaterCorrection]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)


def turnover(
    ws: Workspace, unit: Unit, summary: Summary, chart: Chart, policy: Policy, closed: Collection[str] = ()
) -> Turnover:
    """Sort a unit's turnover into lines of the levy.

    Args:
        ws: whose other units are in scope on a date.
        unit: whose book it is.
        summary: its booked figures.
        chart: which codes are turnover.
        policy: rates, components, what the base takes in besides.
        closed: its sealed months.

    Returns:
        Lines by fiscal year, corrections of earlier years apart; problems instead where a row can't be counted.
    """
    found = Turnover()
    sums: dict[tuple[dt.date, dt.date | None, str | None], Decimal] = defaultdict(Decimal)
    found.problems += _unplaced(ws, unit, summary, chart)
    for row in _counted(ws, unit, summary, chart, policy):
        problem = _fault(ws, unit, row)
        if problem is not None:
            found.problems.append(problem)
        elif row.late:
            sums[_counted_on(row.date, closed), row.concerns or row.date, row.voucher] -= row.amount
        elif row.concerns is None:
            sums[row.date, None, None] -= row.amount
        else:
            sums[row.date, row.concerns, row.voucher] -= row.amount
    grouped: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for (date, concerns, voucher), base in sums.items():
        member = concerns is None or unit.in_scope(concerns)
        in_force = policy.in_force(unit.slug, concerns or date) if member else NO_MEMBER
        year, month = _place(date, ws.first_month)
        corrected, of = _place(concerns, ws.first_month) if concerns else (year, None)
        shown = ws.shown(voucher) if voucher else None
        grouped[year, min(corrected, year), month, in_force, of, shown] += base
    for (year, counted, month, in_force, of, voucher), base in grouped.items():
        rate, shares = in_force.rate, in_force.shares
        if counted < year:
            line = Line(of or month, base, rate, shares, of, voucher)
            found.later[counted].append(LaterCorrection(month, line))
        else:
            found.own[year].append(Line(month, base, rate, shares, of, voucher))
    return found


def _counted_on(day: dt.date, closed: Collection[str]) -> dt.date:
    """The day on which what came late counts: the first of the first month after its own that is open."""
    month = first_open(month_of(day), closed)
    return day if month == month_of(day) else dt.date.fromisoformat(f"{month}-01")


@lru_cache(maxsize=10_000)
def _place(day: dt.date, start: int) -> tuple[dt.date, str]:
    """The first day of a day's fiscal year, which begins in month `start`, and the day's month."""
    return year_start(day, start), month_of(day)


def _unplaced(ws: Workspace, unit: Unit, summary: Summary, chart: Chart) -> Iterator[Problem]:
    """Income accounts in use that the chart can't place: each is named once, and none is taken for no turnover."""
    used = {row.account for row in summary.turnover}
    for row in summary.accounts:
        if row.account in used and chart.place(row.account, row.code) is None:
            yield LevyAccountUnplaced(file=ws.shown(row.file), line=row.line, unit=unit.slug, account=row.account)


def _fault(ws: Workspace, unit: Unit, row: TurnoverRow) -> Problem | None:
    """What keeps a row of turnover from being counted."""
    if row.currency != unit.currency:
        return foreign(ws, unit, row)
    if row.dangling is not None:
        return LevyCorrectsUnknown(file=ws.shown(row.file), line=row.line, unit=unit.slug, voucher=row.dangling)
    return None


def foreign(ws: Workspace, unit: Unit, row: TurnoverRow | PartnerRow) -> LevyCurrency:
    """What is wrong with turnover or levy that is booked in another currency than the unit's."""
    return LevyCurrency(
        file=ws.shown(row.file),
        line=row.line,
        unit=unit.slug,
        account=row.account,
        currency=row.currency,
        slug=unit.slug,
        wanted=unit.currency,
    )


def _counted(ws: Workspace, unit: Unit, summary: Summary, chart: Chart, policy: Policy) -> Iterator[TurnoverRow]:
    """The rows that belong to the base, as the chart, policy, membership and the partners' scope say."""
    by_chart: dict[str, bool] = {}
    dated: dict[str, str] = {}  # accounts whose codes a decision takes in or out
    for account in summary.accounts:
        if account.code is not None:
            by_chart[account.account] = chart.is_in("turnover", account.code)
            if any(account.code in entry.codes for entry in policy.base):
                dated[account.account] = account.code
    always = unit.joined is None and unit.left is None
    for row in summary.turnover:
        counts = by_chart.get(row.account, False)
        if row.account in dated:
            counts = policy.counts(dated[row.account], row.date, by_chart=counts)
        if not counts or not (always or unit.in_scope(row.date)):
            continue
        if row.partner in ws.faulty and row.partner not in ws.units:
            continue  # a unit whose settings can't be read: a slip in them makes no turnover of its partners' dealings
        partner = ws.units.get(row.partner) if row.partner and row.partner != unit.slug else None
        if partner is None or not partner.in_scope(row.date):
            yield row
