"""The entries of one owned unit: acquisition, later purchases and sales of shares, goodwill, the unit's leaving.

Each sums to zero. What lies before the period is dated the day before it, so that it stands in the opening balance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ledger.combine.flows import JOINED, LEFT, RETAINED, SOLD, Part
from ledger.combine.model import ZERO, GroupEntry, Place
from ledger.combine.ownership.cost import Cost
from ledger.combine.ownership.equity import OWNERS, RESULT
from ledger.combine.ownership.model import (
    ACQUISITION,
    BARGAIN,
    EXCHANGE,
    GOODWILL,
    LOST,
    MINORITY,
    SALE,
    STEP,
    Draft,
    Owned,
    Streams,
    held_by,
)


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
    parts, its = owned.fractions((owned.slug,)), Streams(owned)
    for (period, stretch), places in owned.equity.pool.items():
        its.add("pool", OWNERS, parts[stretch] * sum(places.values(), ZERO), period=period)
    for period in (False, True):
        draft = Draft(period=period)
        for (when, _), places in owned.equity.pool.items():
            for place, amount in places.items() if when == period else ():
                draft.debit(place, amount, owned.slug)
        paid = [c for c in owned.costs if c.event == owned.begins and owned.stood(c) != period]
        _pay(draft, paid)
        draft.credit(held_by(codes, (owned.slug,)), its.draft(period=period).rest, owned.slug)
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
    """What closing rates have made of the cost in an owner's book in another currency: no difference of the group's.

    What they had made of it by the day on which the owner joined is part of what that one brought.
    """
    found = []
    for period, day in ((False, owned.eve), (True, owned.end)):
        draft = Draft(period=period)
        for cost in owned.costs:
            moved = cost.amount - cost.opening if period else cost.opening - cost.brought
            before = cost.brought - cost.worth if period == owned.joins(cost.owner) else ZERO
            draft.credit(cost.place, moved + before, cost.owner, cost.source)
            draft.debit(Place("CTA", f"Translation-{codes[cost.owner]}"), moved, cost.owner)
            draft.debit(JOINED if period else RETAINED, before, cost.owner)
        found += draft.entry(day, ACQUISITION, f"{owned.slug}{EXCHANGE}", owned.chain)
    return found


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


def disposal_entries(
    owned: Owned, part: Part, made: Sequence[GroupEntry], below: Sequence[GroupEntry]
) -> list[GroupEntry]:
    """The unit has left: minority and goodwill go with it, and the owner's gain over cost becomes one over what it was.

    Translation differences go out with its net assets, so that they are part of the gain (IAS 21.48). A part that an
    owner keeps without control stands at what its own book has for it: at cost, or at fair value if it books that then.
    What the unit owned itself has left by then: its cost goes out of its book with all the rest, so it comes back here.

    Args:
        owned: the unit.
        part: its share of the run.
        made: its other entries.
        below: the entries of the units that it has owned.
    """
    draft = Draft(period=True)
    _pay(draft, [cost for cost in owned.costs if cost.event == part.unit.left])
    for cost in owned.costs:
        if cost.held and not owned.leaves_too(cost.owner):
            draft.debit(cost.place, cost.amount, cost.owner)
    for entry in made:
        stays = entry.kind == MINORITY and not owned.leaves_too(entry.key.rsplit("/", 1)[-1])
        for posting in entry.postings if not stays else ():
            minority = posting.place.line == "NonControllingInterest" and owned.leaves_too(posting.unit)
            if minority or posting.place.line == "Goodwill" or posting.place == owned.translation:
                draft.credit(posting.place, posting.amount, posting.unit)
    for entry in part.entries:
        for posting in entry.postings if entry.kind == "left" else ():
            if posting.place == LEFT:
                draft.credit(LEFT, posting.amount, owned.slug)
    for entry in below:
        for posting in entry.postings:
            its = posting.place.group.root == "Assets" or posting.place.line in {"CTA", "NonControllingInterest"}
            if its and posting.unit == owned.slug:
                draft.credit(posting.place, posting.amount, owned.slug)
    draft.credit(SOLD, draft.rest, owned.slug)
    return draft.entry(owned.end, ACQUISITION, f"{owned.slug}{SALE}", owned.chain)


def staying_entries(owned: Owned, codes: Mapping[str, str], made: Sequence[GroupEntry]) -> list[GroupEntry]:
    """The unit has left, its owner hasn't: that one's minority has its part of the owner's own gain by now.

    What it had of the unit's results goes back, so that it has its part of the group's gain only. What the owner itself
    has of the unit is among its own results by then.

    Args:
        owned: the unit.
        codes: of the units' accounts.
        made: its other entries.
    """
    found = []
    for path in owned.paths():
        if len(path) == 1 or owned.leaves_too(path[-1]):
            continue
        draft = Draft(period=True)
        for entry in made:
            if entry.key != "/".join(path) or entry.kind not in {MINORITY, GOODWILL}:
                continue
            for posting in entry.postings:
                moved = entry.kind == MINORITY and posting.place == owned.translation
                if moved or posting.place == held_by(codes, path):
                    draft.credit(posting.place, posting.amount, posting.unit)
        draft.credit(RESULT, draft.rest, owned.slug)
        key = f"{owned.slug}{SALE}/{'/'.join(path[1:])}"
        found += draft.entry(owned.end, MINORITY, key, owned.units(path))
    return found
