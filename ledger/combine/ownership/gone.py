"""Units that were owned, and left before the period: what they leave behind in the books of their owners.

An owner's book in another currency has a translation difference on what it paid. It was none of the group's while the
unit belonged to it (IAS 21.45 speaks of net assets, not of the participation), and went into the gain when it left. The
owner's book goes on with it, so it stands among the group's earlier results.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from ledger.combine.flows import RETAINED, Part
from ledger.combine.model import ZERO, GroupEntry, Place
from ledger.combine.ownership.model import ACQUISITION, EXCHANGE, SALE, Draft
from ledger.combine.ownership.rows import paid_on, rows_of
from ledger.combine.ownership.stakes import Stakes
from ledger.combine.scope import DAY, Scope
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away


class Gone(NamedTuple):
    """What rates had made of an owner's cost of a unit by the day on which it left; a gain is positive."""

    unit: str
    owner: str
    left: dt.date
    amount: Decimal


def gone_before(parts: Mapping[str, Part], scope: Scope, rates: Rates) -> tuple[Gone, ...]:
    """All of a run's owners, by unit and owner; nothing of those whose books are in the reporting currency.

    Raises:
        MissingRate: a rate isn't there.
    """
    level = scope.level or ()
    left = {
        slug: unit.left
        for slug, unit in scope.known.items()
        if unit.owners and unit.combine and unit.left is not None and unit.left < scope.date_from
        if unit.levels[: len(level)] == level
    }
    if not left:
        return ()
    stakes = Stakes({**scope.units, **{slug: scope.known[slug] for slug in left}})
    found = []
    for slug, day in sorted(left.items()):
        for owner in stakes.owners(slug) if slug in stakes.begins else ():
            part = parts.get(owner)
            if part is None or max(part.unit.joined or dt.date.min, stakes.begins.get(owner, dt.date.min)) > day:
                continue
            amount = ZERO
            for row in rows_of(part):
                its = row.partner == slug and row.ic == "capital" and part.mapper.at(row.account).group.root == "Assets"
                if not its or row.currency == rates.base or row.date > day:
                    continue
                if stakes.event(slug, row.date, part.source.summaries[0].first) is None:
                    continue
                start = paid_on(part, row.date, stakes.begins[slug])
                with localcontext(EXACT):
                    amount += half_away(row.amount * rates.spot(row.currency, day), rates.base)
                    amount -= half_away(row.amount * rates.spot(row.currency, start), rates.base)
            if amount:
                found.append(Gone(slug, owner, day, amount))
    return tuple(found)


def gone_entries(gone: Sequence[Gone], parts: Mapping[str, Part], scope: Scope) -> list[GroupEntry]:
    """Each in the opening balance: out of the translation difference, into earlier results."""
    found = []
    for unit, owner, _, amount in gone:
        draft = Draft()
        draft.debit(Place("CTA", f"Translation-{parts[owner].unit.code}"), amount, owner)
        draft.credit(RETAINED, amount, owner)
        found += draft.entry(scope.date_from - DAY, ACQUISITION, f"{unit}{SALE}{EXCHANGE}", (owner,))
    return found
