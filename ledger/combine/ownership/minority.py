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

from ledger.combine.model import ZERO, GroupEntry, Place
from ledger.combine.ownership.equity import OWNERS
from ledger.combine.ownership.model import GOODWILL, MINORITY, Draft, Owned, held_by
from ledger.combine.ownership.stakes import Path
from ledger.rules.rounding import EXACT


def minority_entries(owned: Owned, codes: Mapping[str, str]) -> list[GroupEntry]:
    """Entries of all minorities of one owned unit, opening and period apart. `codes`: of the units' accounts."""
    found = []
    for path in owned.paths():
        for period in (False, True):
            draft = Draft(period=period)
            with localcontext(EXACT):
                if len(path) == 1:
                    _own(owned, draft)
                else:
                    _further(owned, path, draft)
                _earned(owned, path, draft)
                _goodwill(owned, path, draft)
            draft.credit(held_by(codes, path), draft.rest, path[-1])
            day = owned.end if period else owned.eve
            found += draft.entry(day, MINORITY, "/".join(path), owned.units(path))
    return found


def _earned(owned: Owned, path: Path, draft: Draft) -> None:
    """Its part of results and of translation differences."""
    parts = owned.fractions(path)
    sums: dict[Place, Decimal] = {}
    for (when, stretch), places in owned.equity.earned.items():
        for place, amount in places.items() if when == draft.period else ():
            sums[place] = sums.get(place, ZERO) + parts[stretch] * amount
    for place, amount in sums.items():
        draft.debit(place, owned.part(amount), owned.slug)
    draft.debit(owned.translation, _translated(owned, parts, owned.equity.translated, draft), owned.slug)


def _translated(owned: Owned, parts: Sequence[Decimal], moved: Mapping[bool, Decimal], draft: Draft) -> Decimal:
    """Its part of translation differences: of all of them at the end, less what it had of them on the eve.

    Whose part changes gives up or takes over as much of what has come up so far (IAS 21.48C; IFRS 10.B96).
    """
    early = owned.part(parts[owned.stretch(owned.eve)] * moved[False])
    return owned.part(parts[-1] * sum(moved.values(), ZERO)) - early if draft.period else early


def _own(owned: Owned, draft: Draft) -> None:
    """The unit's own minority: of what is paid in and out, and where its part changes."""
    equity, parts = owned.equity, owned.fractions((owned.slug,))
    its = sum((parts[slot[1]] * a for slot, a in equity.moved.items() if slot[0] == draft.period), ZERO)
    for (when, _), places in equity.left.items():
        for place, amount in places.items() if when == draft.period else ():
            draft.debit(place, amount, owned.slug)
    draft.credit(OWNERS, draft.rest - owned.part(its), owned.slug)
    for number, cut in enumerate(equity.cuts):
        if (cut >= owned.scope.date_from) == draft.period and parts[number] != parts[number + 1]:
            given = (parts[number] - parts[number + 1]) * equity.before(number)
            if owned.measured and parts[number]:
                spent = owned.goodwill.spent(owned.scope.date_from, equity.cuts)
                lost = sum((parts[s[1]] * a for s, a in spent.items() if s[1] <= number), ZERO)
                given += (owned.fair - lost) * (1 - parts[number + 1] / parts[number])
            draft.credit(OWNERS, owned.part(given), owned.slug)


def _further(owned: Owned, path: Path, draft: Draft) -> None:
    """A minority of an owner: of what the owner gave or got otherwise than by its share, and where parts change."""
    equity, owner = owned.equity, path[1]
    above = [owned.stakes.claims(owner, day).get(path[1:], ZERO) for day in owned.edges]
    shares = owned.shares(owner)
    slots = {slot for slot in (*equity.moved, *equity.given) if slot[0] == draft.period}
    gained = ZERO
    for slot in slots:
        given = equity.given[slot].get(owner, ZERO) if slot in equity.given else ZERO
        gained += above[slot[1]] * (shares[slot[1]] * equity.moved.get(slot, ZERO) - given)
    for number, cut in enumerate(equity.cuts):
        if (cut >= owned.scope.date_from) != draft.period:
            continue
        price = sum((c.worth for c in owned.costs if c.owner == owner and c.event == cut), ZERO)
        stood = equity.before(number)
        gained += above[number + 1] * ((shares[number + 1] - shares[number]) * stood - price)
        rise = above[number + 1] - above[number]
        gained += rise * (shares[number] * (stood - equity.pooled(number)) + owned.weight(owner) * owned.bargain)
        if owned.whole and rise:
            spent = owned.goodwill.spent(owned.scope.date_from, equity.cuts)
            lost = sum((a for slot, a in spent.items() if slot[1] <= number), ZERO)
            gained -= rise * owned.weight(owner) * owned.ours * lost
    draft.debit(OWNERS, owned.part(gained), owned.slug)


def _goodwill(owned: Owned, path: Path, draft: Draft) -> None:
    """Its part of what becomes of the goodwill, and of a bargain that its unit made."""
    goodwill, date_from = owned.goodwill, owned.scope.date_from
    spent = {s: a for s, a in goodwill.spent(date_from, owned.equity.cuts).items() if s[0] == draft.period}
    if len(path) == 1:
        parts = owned.fractions(path) if owned.measured else [ZERO] * len(owned.edges)
        lost = owned.part(sum((parts[s[1]] * a for s, a in spent.items()), ZERO))
        draft.credit(draft.result, lost, owned.slug)
        draft.debit(owned.translation, _translated(owned, parts, goodwill.translated, draft), owned.slug)
        return
    owner = path[1]
    above = [owned.stakes.claims(owner, day).get(path[1:], ZERO) * owned.weight(owner) for day in owned.edges]
    fresh = (owned.begins >= date_from) == draft.period
    if owned.bargain and fresh:
        draft.debit(draft.result, owned.part(above[0] * owned.bargain), owned.slug)
    lost = owned.part(owned.ours * sum((above[s[1]] * a for s, a in spent.items()), ZERO))
    if owned.whole:
        draft.credit(draft.result, lost, owned.slug)
        its = [owned.ours * part for part in above]
        draft.debit(owned.translation, _translated(owned, its, goodwill.translated, draft), owned.slug)


def share_entries(owned: Owned, codes: Mapping[str, str]) -> list[GroupEntry]:
    """Where goodwill shall stand with the group's part only: what belongs to minorities of owners goes out again.

    They bear what their unit paid for it, so that the group's own equity is the same either way.
    """
    found: list[GroupEntry] = []
    for path in owned.paths():
        for period in (False, True) if len(path) > 1 and not owned.whole else ():
            draft = Draft(period=period)
            with localcontext(EXACT):
                _not_ours(owned, path, draft)
            draft.credit(held_by(codes, path), draft.rest, path[-1])
            day = owned.end if period else owned.eve
            found += draft.entry(day, GOODWILL, "/".join(path), owned.units(path))
    return found


def _not_ours(owned: Owned, path: Path, draft: Draft) -> None:
    """The part of an owner's minority in all that the goodwill is and has been."""
    goodwill, date_from, owner = owned.goodwill, owned.scope.date_from, path[1]
    above = [owned.stakes.claims(owner, day).get(path[1:], ZERO) * owned.weight(owner) for day in owned.edges]
    fresh = (owned.begins >= date_from) == draft.period
    paid = owned.part(above[0] * (goodwill.start - owned.fair)) if fresh else ZERO
    spent = goodwill.spent(date_from, owned.equity.cuts).items()
    lost = owned.part(owned.ours * sum((above[s[1]] * a for s, a in spent if s[0] == draft.period), ZERO))
    moved = _translated(owned, [owned.ours * part for part in above], goodwill.translated, draft)
    draft.credit(draft.expense, lost, owned.slug)
    draft.debit(owned.translation, moved, owned.slug)
    draft.credit(owned.asset, paid - lost + moved, owned.slug)
