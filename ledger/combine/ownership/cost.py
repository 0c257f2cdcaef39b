"""What owners have paid for a unit: their postings on participations that carry `ic: "capital"` (SPEC 3, 10).

A posting belongs to the day whose price it is: the acquisition, a later change of shares, the sale. What is booked more
than ten days after is capital that the owner paid in, a dealing between the two like any other. Where a part is sold
and control kept, what the owner has booked as its gain is part of the price, and none of the group's (IFRS 10.23).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from ledger.books import PartnerRow, Workspace
from ledger.books.owners import control_day
from ledger.books.summary import weight
from ledger.combine.flows import DAY, Part
from ledger.combine.model import ZERO, Place
from ledger.combine.ownership.problems import OwnershipGain, OwnershipSaleLate
from ledger.combine.ownership.rows import eve_of_joining, historic, paid_on, rows_of
from ledger.combine.ownership.stakes import NEAR, Stakes
from ledger.combine.scope import Scope
from ledger.errors import Problem
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away


@dataclass(frozen=True, slots=True)
class Cost:
    """One posting of an owner's cost; debit positive.

    Attributes:
        event: the day whose price it is.
        amount: what stands for it at the end, or when the unit leaves, reporting currency.
        worth: what it was worth on its own day, or on the eve of the day on which its owner was bought with it.
        early: it was there before the period, or is part of the opening balance with which its book begins.
        opening: what stood for it on the eve of the period, if it was there already; else what was brought.
        brought: what stood for it when its owner joined, if it was there already; else its worth.
    """

    owner: str
    event: dt.date
    day: dt.date
    place: Place
    amount: Decimal
    worth: Decimal
    opening: Decimal
    brought: Decimal
    early: bool
    source: str

    @property
    def held(self) -> bool:
        """Whether it stands among what the owner holds; else it is the gain of a part that it sold."""
        return self.place.group.root == "Assets"


def costs_of(parts: Mapping[str, Part], stakes: Stakes, slug: str, rates: Rates, ws: Workspace) -> tuple[Cost, ...]:
    """All postings of cost of one owned unit, by owner and day.

    Raises:
        MissingRate: a rate isn't there.
    """
    found = []
    for owner in stakes.owners(slug):
        part = parts[owner]
        joined = part.unit.joined if part.unit.entity == "division" else None
        for row in rows_of(part):
            place = part.mapper.at(row.account)
            if row.partner != slug or row.ic != "capital" or not (place.group.root == "Assets" or place.is_result):
                continue
            event = stakes.event(slug, row.date, part.source.summaries[0].first)
            if event is None or (joined is not None and row.date < joined):
                continue
            if not place.is_result:
                found.append(_cost(part, row, event, rates, ws, stakes.begins[slug]))
            if stakes.step(slug, event):
                gain = row if place.is_result else _untagged(part, row, ws)
                if gain is not None:
                    found.append(_gain(part, gain, event, rates, ws))
    return tuple(sorted(found, key=lambda c: (c.owner, c.day, c.source)))


def _cost(part: Part, row: PartnerRow, event: dt.date, rates: Rates, ws: Workspace, begins: dt.date) -> Cost:
    base, end, eve = rates.base, part.scope.until(str(row.partner)), part.scope.date_from - DAY
    joins = eve_of_joining(part, row.date)
    with localcontext(EXACT):
        amount = half_away(row.amount * rates.spot(row.currency, end), base)
        worth = half_away(row.amount * rates.spot(row.currency, paid_on(part, row.date, begins)), base)
        brought = half_away(row.amount * rates.spot(row.currency, joins), base) if joins else worth
        here = (joins or row.date) <= eve
        opening = half_away(row.amount * rates.spot(row.currency, eve), base) if here else brought
    source = f"{ws.shown(row.file)}:{row.line}"
    return Cost(
        part.unit.slug,
        event,
        row.date,
        part.mapper.at(row.account),
        amount,
        worth,
        opening,
        brought,
        _early(part, row.date),
        source,
    )


def _gain(part: Part, row: PartnerRow, event: dt.date, rates: Rates, ws: Workspace) -> Cost:
    """What the owner has booked as gain or loss of a part that it sold while it keeps control: part of the price."""
    worth, place = historic(part, row, rates), part.assign(row.account, row.date)
    assert place is not None
    source = f"{ws.shown(row.file)}:{row.line}"
    return Cost(part.unit.slug, event, row.date, place, worth, worth, worth, worth, _early(part, row.date), source)


def _untagged(part: Part, row: PartnerRow, ws: Workspace) -> PartnerRow | None:
    """The gain without tags of a voucher that sells shares for money alone; None where there is none.

    Raises:
        OwnershipGain: the voucher has more on income and expense, or other dealings, so that it can't be told.
    """
    mine = [r for r in rows_of(part) if r.transaction == row.transaction and r.date == row.date and r.file == row.file]
    results = [account for account in row.others if part.mapper.at(account).is_result]
    if row.amount >= 0 or not results or any(part.mapper.at(r.account).is_result for r in mine):
        return None
    money = all(part.mapper.is_in("monetary", account) for account in row.others if account not in results)
    if len(results) > 1 or len(mine) > 1 or not money:
        raise OwnershipGain(
            file=ws.shown(row.file), line=row.line, owner=part.unit.slug, slug=str(row.partner), date=row.date
        )
    (account,) = results
    voucher = next(
        e
        for e in part.source.transactions()
        for p in e.postings
        if p.meta and (p.meta["filename"], p.meta["lineno"]) == (row.file, row.line)
    )
    weights = [weight(posting) for posting in voucher.postings if posting.account == account]
    return replace(row, account=account, amount=sum((w[0] for w in weights), ZERO), currency=weights[0][1])


def _early(part: Part, day: dt.date) -> bool:
    """Whether what an owner's book has on a day was there before the period."""
    return day < part.scope.date_from or (day == part.opening and not part.entered)


def opening_day(parts: Mapping[str, Part], slug: str) -> dt.date | None:
    """The day of the opening balance with which a unit's book begins; None where it came into being on that day.

    A unit was founded on the day on which its book begins if none of its owners' books has its cost from before.
    """
    part = parts[slug]
    stakes, opening = part.scope.stakes, part.opening
    if opening is None or slug not in stakes.begins or not stakes.founded(slug):
        return opening
    for owner in stakes.owners(slug):
        for row in rows_of(parts[owner]):
            its = row.partner == slug and row.ic == "capital"
            if its and (row.date < opening or _early(parts[owner], row.date)):
                return opening
    return None


def late_sales(parts: Mapping[str, Part], scope: Scope, ws: Workspace) -> dict[str, Problem]:
    """Units of the workspace whose sale, or day of leaving, lies in the period, but is booked after they have left.

    What is booked later than ten days after is the sale of what an owner kept, if something was booked by then.
    """
    gone = {s: u for s, u in scope.known.items() if u.left and u.owners and control_day(scope.known, u) is not None}
    found: dict[str, Problem] = {}
    for part in parts.values() if gone else ():
        rows = [row for summary in part.source.summaries for row in summary.partners]
        rows = [r for r in rows if r.ic == "capital" and part.mapper.at(r.account).group.root == "Assets"]
        for row in sorted(rows, key=lambda r: (r.date, r.transaction)):
            unit = gone.get(row.partner or "")
            if unit is None or unit.left is None or row.date <= unit.left or row.amount > 0 or unit.slug in found:
                continue
            booked = any(r.partner == unit.slug and unit.left - NEAR <= r.date <= unit.left for r in rows)
            mine = any(table.unit == part.unit.slug for table in unit.owners)
            due = any(scope.date_from <= day <= scope.date_to for day in (row.date, unit.left))
            if mine and due and (row.date - unit.left <= NEAR or not booked):
                problem = OwnershipSaleLate(slug=unit.slug, owner=part.unit.slug, left=unit.left, date=row.date)
                problem.file, problem.line = ws.shown(row.file), row.line
                found[unit.slug] = problem
    return found
