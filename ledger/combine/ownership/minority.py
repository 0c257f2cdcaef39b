"""The non-controlling interest: what belongs to those who own the rest (IFRS 10.22, B94; IAS 21.41; K3 9.8, ÅRL 7:8).

The minority has its part of what was bought, or its fair value; then of each year's result, of translation differences
and of what owners put in or took out. Where its part changes, it gives up or takes over that part of the equity as it
stands; what is paid for it beyond that is no gain, but goes to the owners' equity (IFRS 10.23, B96).

A minority further up has its part of what came after the acquisition only: what was bought was paid for by the unit of
which it owns a part, and stands in that unit's own equity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from ledger.combine.model import ZERO, GroupEntry
from ledger.combine.ownership.equity import EARNED, OWNERS
from ledger.combine.ownership.model import GOODWILL, MINORITY, Owned, Streams, held_by
from ledger.combine.ownership.stakes import Path
from ledger.rules.rounding import EXACT


def minority_entries(owned: Owned, codes: Mapping[str, str]) -> list[GroupEntry]:
    """Entries of all minorities of one owned unit, opening and period apart. `codes`: of the units' accounts."""
    found = []
    for path in owned.paths():
        streams = Streams(owned)
        with localcontext(EXACT):
            if len(path) == 1:
                _own(owned, streams)
            else:
                _further(owned, path, streams)
            _earned(owned, path, streams)
            _goodwill(owned, path, streams)
        for period, day in ((False, owned.eve), (True, owned.end)):
            draft = streams.draft(period=period)
            draft.credit(held_by(codes, path), draft.rest, path[-1])
            found += draft.entry(day, MINORITY, "/".join(path), owned.units(path))
    return found


def _earned(owned: Owned, path: Path, streams: Streams) -> None:
    """Its part of results and of translation differences."""
    parts = owned.fractions(path)
    for (period, stretch), places in owned.equity.earned.items():
        for place, amount in places.items():
            stream = "earned" if place.line in EARNED else f"{place.line}/{place.account}"
            streams.add(stream, place, parts[stretch] * amount, period=period)
    _translated(owned, parts, owned.equity.translated, streams, "translated")


def _translated(
    owned: Owned, parts: Sequence[Decimal], moved: Mapping[bool, Decimal], streams: Streams, stream: str
) -> None:
    """Its part of translation differences: of all of them at the end, less what it had of them on the eve.

    Whose part changes gives up or takes over as much of what has come up so far (IAS 21.48C; IFRS 10.B96).
    """
    early = parts[owned.stretch(owned.eve)] * moved[False]
    streams.add(stream, owned.translation, early, period=False)
    streams.add(stream, owned.translation, parts[-1] * sum(moved.values(), ZERO) - early, period=True)


def _own(owned: Owned, streams: Streams) -> None:
    """The unit's own minority: of what is paid in and out, and where its part changes."""
    equity, parts = owned.equity, owned.fractions((owned.slug,))
    for (period, _), places in equity.left.items():
        for place, amount in places.items():
            streams.add(f"left/{place.line}/{place.account}", place, amount, period=period)
            streams.add("owners", OWNERS, -amount, period=period)
    for (period, stretch), amount in equity.moved.items():
        streams.add("owners", OWNERS, parts[stretch] * amount, period=period)
    for number, cut in enumerate(equity.cuts):
        if parts[number] != parts[number + 1]:
            given = (parts[number] - parts[number + 1]) * equity.before(number) + owned.turns[number].taken
            streams.add("owners", OWNERS, -given, period=owned.in_period(cut))


def _further(owned: Owned, path: Path, streams: Streams) -> None:
    """A minority of an owner: of what the owner gave or got otherwise than by its share, and where parts change."""
    equity, owner = owned.equity, path[1]
    above, shares = owned.above(path), owned.shares(owner)
    for slot, amount in equity.moved.items():
        streams.add("owners", OWNERS, above[slot[1]] * shares[slot[1]] * amount, period=slot[0])
    for slot, given in equity.given.items():
        streams.add("owners", OWNERS, -above[slot[1]] * given.get(owner, ZERO), period=slot[0])
    streams.add("owners", OWNERS, above[0] * _unlike(owned, owner), period=owned.in_period(owned.begins))
    weights = [part * owned.whole for part in owned.weights(owner)]
    for number, cut in enumerate(equity.cuts):
        stood, turn = equity.before(number), owned.turns[number]
        price = sum((c.worth for c in owned.costs if c.owner == owner and c.event == cut), ZERO)
        before = shares[number] * stood + weights[number] * turn.before
        after = shares[number + 1] * stood + weights[number + 1] * turn.after
        rise = above[number + 1] - above[number]
        gained = above[number + 1] * (after - price) - above[number] * before - rise * _put_in(owned, owner, number)
        streams.add("owners", OWNERS, gained, period=owned.in_period(cut))


def _unlike(owned: Owned, owner: str) -> Decimal:
    """What an owner paid less than its part of what all owners paid: goodwill is theirs by their shares."""
    if owned.stakes.founded(owned.slug) or owned.carried:
        return ZERO
    cost = sum((c.worth for c in owned.costs if c.owner == owner and c.event == owned.begins), ZERO)
    paid = owned.goodwill.start - owned.fair - owned.bargain
    return owned.shares(owner)[0] * owned.equity.bought + owned.weights(owner)[0] * paid - cost


def _put_in(owned: Owned, owner: str, number: int) -> Decimal:
    """What an owner has in the unit by the change of shares `number` (from 0): its cost, and what it gave and took."""
    equity, shares = owned.equity, owned.shares(owner)
    found = sum((given.get(owner, ZERO) for slot, given in equity.given.items() if slot[1] <= number), ZERO)
    if owned.stakes.founded(owned.slug):
        for slot, places in equity.pool.items():
            found += shares[slot[1]] * sum(places.values(), ZERO) if slot[1] <= number else ZERO
    elif owned.carried:
        found += shares[0] * equity.bought - owned.weights(owner)[0] * owned.fair
    events = {*equity.cuts[:number], *(() if owned.stakes.founded(owned.slug) or owned.carried else (owned.begins,))}
    return found + sum((c.worth for c in owned.costs if c.owner == owner and c.event in events), ZERO)


def _goodwill(owned: Owned, path: Path, streams: Streams) -> None:
    """Its part of what becomes of the goodwill, and of a bargain that its unit made."""
    goodwill = owned.goodwill
    if len(path) == 1:
        its = [part * owned.measured for part in owned.fractions(path)]
    else:
        above = [a * w for a, w in zip(owned.above(path), owned.weights(path[1]), strict=True)]
        fresh = owned.in_period(owned.begins)
        streams.add("bargain", owned.result(period=fresh), above[0] * owned.bargain, period=fresh)
        its = [a * ours * owned.whole for a, ours in zip(above, owned.ours, strict=True)]
    for (period, stretch), amount in goodwill.spent(owned.scope.date_from, owned.equity.cuts).items():
        streams.add("lost", owned.result(period=period), -its[stretch] * amount, period=period)
    _translated(owned, its, goodwill.translated, streams, "goodwill")


def share_entries(owned: Owned, codes: Mapping[str, str]) -> list[GroupEntry]:
    """Where goodwill shall stand with the group's part only: what belongs to minorities of owners goes out again.

    They bear what their unit paid for it, so that the group's own equity is the same either way.
    """
    found: list[GroupEntry] = []
    for path in owned.paths() if not owned.whole else ():
        if len(path) > 1:
            streams = Streams(owned)
            with localcontext(EXACT):
                paid = _not_ours(owned, path, streams)
            for period, day in ((False, owned.eve), (True, owned.end)):
                draft = streams.draft(period=period)
                draft.credit(owned.asset, draft.rest, owned.slug)
                if period == owned.in_period(owned.begins):
                    draft.credit(owned.asset, paid, owned.slug)
                    draft.debit(held_by(codes, path), paid, path[-1])
                found += draft.entry(day, GOODWILL, "/".join(path), owned.units(path))
    return found


def _not_ours(owned: Owned, path: Path, streams: Streams) -> Decimal:
    """The part of an owner's minority in all that becomes of the goodwill; what it was is returned."""
    goodwill, cuts = owned.goodwill, owned.equity.cuts
    above = [a * w for a, w in zip(owned.above(path), owned.weights(path[1]), strict=True)]
    its = [a * ours for a, ours in zip(above, owned.ours, strict=True)]
    for (period, stretch), amount in goodwill.spent(owned.scope.date_from, cuts).items():
        streams.add("lost", owned.expense(period=period), -its[stretch] * amount, period=period)
    _translated(owned, its, goodwill.translated, streams, "goodwill")
    for number, cut in enumerate(cuts):
        turned = above[number + 1] * owned.turns[number].after - above[number] * owned.turns[number].before
        streams.add("owners", OWNERS, turned, period=owned.in_period(cut))
    return owned.part(above[0] * (goodwill.start - owned.fair))
