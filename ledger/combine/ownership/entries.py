"""The entries of one owned unit: acquisition, later purchases and sales of shares, goodwill, the unit's leaving.

Each sums to zero. What lies before the period is dated the day before it, so that it stands in the opening balance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from ledger.combine.flows import LEFT, RETAINED, Part
from ledger.combine.model import ZERO, GroupEntry, Place
from ledger.combine.ownership.cost import Cost
from ledger.combine.ownership.equity import OWNERS
from ledger.combine.ownership.model import (
    ACQUISITION,
    BARGAIN,
    EXCHANGE,
    GOODWILL,
    LOST,
    SALE,
    STEP,
    Draft,
    Owned,
    held_by,
)
from ledger.rules.rounding import EXACT

#: Where the gain of a unit that was sold stands.
SOLD = Place("IncomeFromFinancialAssets", "Disposal")


def acquisition_entries(owned: Owned, codes: Mapping[str, str]) -> list[GroupEntry]:
    """A bought unit: its equity and its owners' cost out, goodwill and the minority in."""
    draft = Draft(period=owned.begins >= owned.scope.date_from)
    for places in owned.equity.pool.values():
        for place, amount in places.items():
            draft.debit(place, amount, owned.slug)
    _pay(draft, [cost for cost in owned.costs if cost.event == owned.begins])
    draft.credit(held_by(codes, (owned.slug,)), owned.first, owned.slug)
    draft.debit(owned.asset, owned.goodwill.start, owned.slug)
    draft.credit(BARGAIN if draft.period else RETAINED, owned.bargain, owned.slug)
    draft.debit(OWNERS, owned.carried, owned.slug)
    return draft.entry(max(owned.begins, owned.eve), ACQUISITION, owned.slug, owned.chain)


def founding_entries(owned: Owned, codes: Mapping[str, str]) -> list[GroupEntry]:
    """A unit that its owners founded: what was paid in against their cost, the minority's part to the minority."""
    found = []
    parts = owned.fractions((owned.slug,))
    for period in (False, True):
        draft = Draft(period=period)
        its = ZERO
        for (when, stretch), places in owned.equity.pool.items():
            for place, amount in places.items() if when == period else ():
                draft.debit(place, amount, owned.slug)
                with localcontext(EXACT):
                    its += parts[stretch] * amount
        paid = [c for c in owned.costs if c.event == owned.begins and owned.stood(c) != period]
        _pay(draft, paid)
        draft.credit(held_by(codes, (owned.slug,)), owned.part(its), owned.slug)
        draft.credit(OWNERS, draft.rest, owned.slug)
        day = max((cost.day for cost in paid), default=owned.end) if period else owned.eve
        found += draft.entry(day, ACQUISITION, owned.slug, owned.chain)
    return found


def step_entries(owned: Owned) -> list[GroupEntry]:
    """Prices of shares that were bought or sold later: what the minority gives up for them is among its entries."""
    found = []
    for cut in owned.equity.cuts:
        paid = [cost for cost in owned.costs if cost.event == cut]
        draft = Draft(period=cut >= owned.scope.date_from)
        _pay(draft, paid)
        draft.debit(OWNERS, -draft.rest, owned.slug)
        found += draft.entry(max(cut, owned.eve), ACQUISITION, f"{owned.slug}{STEP}{cut}", owned.chain)
    return found


def _pay(draft: Draft, paid: Sequence[Cost]) -> None:
    """Take the owners' cost off their accounts, as it was on its own day."""
    for cost in paid:
        draft.credit(cost.place, cost.worth, cost.owner, cost.source)


def exchange_entries(owned: Owned, codes: Mapping[str, str]) -> list[GroupEntry]:
    """What closing rates have made of the cost in an owner's book in another currency: no difference of the group's."""
    draft = Draft(period=True)
    for cost in owned.costs:
        draft.credit(cost.place, cost.amount - cost.worth, cost.owner, cost.source)
        draft.debit(Place("CTA", f"Translation-{codes[cost.owner]}"), cost.amount - cost.worth, cost.owner)
    return draft.entry(owned.scope.date_to, ACQUISITION, f"{owned.slug}{EXCHANGE}", owned.chain)


def goodwill_entries(owned: Owned) -> list[GroupEntry]:
    """What has become of the goodwill: earlier years in one entry, the period's amortisation, each write-down, CTA."""
    goodwill, start, key = owned.goodwill, owned.scope.date_from, owned.slug
    earlier = sum((loss.amount for loss in goodwill.losses if loss.day < start), ZERO)
    found = _change(owned, [(RETAINED, earlier), (owned.translation, -goodwill.translated[False])], "")
    amortised = sum((loss.amount for loss in goodwill.losses if loss.day >= start and not loss.source), ZERO)
    entries = [*found.entry(owned.eve, GOODWILL, key, owned.chain)]
    entries += _change(owned, [(LOST, amortised)], "").entry(owned.end, GOODWILL, key, owned.chain)
    for loss in goodwill.losses:
        if loss.day >= start and loss.source:
            entries += _change(owned, [(LOST, loss.amount)], loss.source).entry(
                loss.day, GOODWILL, loss.source, owned.chain
            )
    moved = _change(owned, [(owned.translation, -goodwill.translated[True])], "")
    return entries + moved.entry(owned.end, GOODWILL, f"{key}/cta", owned.chain)


def _change(owned: Owned, debits: Sequence[tuple[Place, Decimal]], source: str) -> Draft:
    draft = Draft()
    for place, amount in debits:
        draft.debit(place, amount, owned.slug, source)
        draft.credit(owned.asset, amount, owned.slug, source)
    return draft


def disposal_entries(owned: Owned, part: Part, made: Sequence[GroupEntry]) -> list[GroupEntry]:
    """The unit has left: minority and goodwill go with it, and the owner's gain over cost becomes one over what it was.

    Translation differences go out with its net assets, so that they are part of the gain (IAS 21.48).

    Args:
        owned: the unit.
        part: its share of the run.
        made: its other entries.
    """
    draft = Draft(period=True)
    _pay(draft, [cost for cost in owned.costs if cost.event == part.unit.left])
    for entry in made:
        for posting in entry.postings:
            if posting.place.line in {"NonControllingInterest", "Goodwill"} or posting.place == owned.translation:
                draft.credit(posting.place, posting.amount, posting.unit)
    for entry in part.entries:
        for posting in entry.postings if entry.kind == "left" else ():
            if posting.place == LEFT:
                draft.credit(LEFT, posting.amount, owned.slug)
    draft.credit(SOLD, draft.rest, owned.slug)
    return draft.entry(owned.end, ACQUISITION, f"{owned.slug}{SALE}", owned.chain)
