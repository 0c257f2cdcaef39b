"""Who owns what and what it comes to, and the proof that it ties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from ledger.combine.model import ZERO, GroupEntry, Share
from ledger.combine.ownership.equity import OWNERS, RESULT
from ledger.combine.ownership.model import MINORITY, Owned
from ledger.rules.rounding import EXACT, unit_of


def shares_of(done: Mapping[str, Owned], entries: Sequence[GroupEntry]) -> tuple[Share, ...]:
    """One for each owned unit and owner; the largest share of a unit first."""
    minority, result, translated, goodwill = (defaultdict[str, Decimal](Decimal) for _ in range(4))
    for entry in entries:
        whose = entry.key.rsplit("/", 1)[-1] if entry.kind == MINORITY else ""
        for posting in entry.postings:
            if posting.place.line == "NonControllingInterest":
                minority[posting.unit] -= posting.amount
            elif posting.place.line == "Goodwill":
                goodwill[posting.unit] += posting.amount
            elif whose and posting.place == RESULT:
                result[whose] += posting.amount
            elif whose and posting.place.line == "CTA":
                translated[whose] += posting.amount
    found = []
    for slug, owned in sorted(done.items()):
        held = owned.stakes.shares(slug, owned.end)
        for number, (owner, share) in enumerate(sorted(held.items(), key=lambda h: (-h[1], h[0]))):
            cost = sum((c.amount for c in owned.costs if c.owner == owner and c.held), ZERO)
            with localcontext(EXACT):
                effective = share * owned.stakes.effective(owner, owned.end)
            plain = Share(slug, owner, share, effective, cost)
            first = Share(
                slug,
                owner,
                share,
                effective,
                cost,
                equity_at_acquisition=owned.equity.bought,
                goodwill=goodwill[slug],
                goodwill_cta=sum(owned.goodwill.translated.values(), ZERO),
                minority=minority[slug],
                result_minority=result[slug],
                cta_minority=translated[slug],
            )
            found.append(plain if number else first)
    return tuple(found)


def prove(done: Mapping[str, Owned], entries: Sequence[GroupEntry]) -> None:
    """Assert what must hold of each owned unit.

    Its equity, taken apart, is its assets less its liabilities. Its minority has its part of the net assets of the unit
    with all that it owns, and of the goodwill where that is measured in whole.
    """
    minority: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for posting in entry.postings:
            if posting.place.line == "NonControllingInterest":
                minority[posting.unit] -= posting.amount
    for slug, owned in done.items():
        if owned.gone:
            assert not minority[slug], slug
            continue
        _whole(owned)
        tied = [owned, *(other for other in done.values() if slug in other.stakes.owners(other.slug))]
        if all(_plain(other) for other in tied):
            with localcontext(EXACT):
                part = owned.stakes.minority(slug, owned.end)
                expected = part * _worth(slug, done) + _fair(owned)
            bound = unit_of(owned.base) * 20 * len(tied) + sum((_unequal(other) for other in tied), ZERO)
            assert abs(minority[slug] - expected) <= bound, (slug, minority[slug], expected)


def _whole(owned: Owned) -> None:
    """Its equity, taken apart, is its assets less its liabilities; what its buyer paid anew for isn't in its book."""
    equity = owned.equity
    places = [*equity.pool.values(), *equity.earned.values()]
    found = sum((a for amounts in places for place, a in amounts.items() if place != OWNERS), ZERO)
    found += sum(equity.moved.values(), ZERO) + sum(equity.translated.values(), ZERO)
    assert found - equity.adjusted + equity.held == equity.net, (owned.slug, found, equity)


def _plain(owned: Owned) -> bool:
    """Whether the closed formula holds: nothing sold, brought by a bought owner, or measured anew at fair value."""
    return not owned.gone and not owned.carried and not (owned.measured and owned.equity.cuts)


def _worth(slug: str, done: Mapping[str, Owned]) -> Decimal:
    """Net assets of a unit with its part of what it owns, in place of what that cost."""
    owned = done[slug]
    found = owned.equity.net + owned.equity.adjusted
    for other in done.values():
        held = other.stakes.shares(other.slug, owned.end).get(slug)
        if held is None:
            continue
        found += held * _worth(other.slug, done)
        found -= sum((given.get(slug, ZERO) for given in other.equity.given.values()), ZERO)
        found -= sum((cost.amount for cost in other.costs if cost.owner == slug and cost.held), ZERO)
        if owned.whole:
            found += other.weights(slug)[-1] * (other.goodwill.closing - _fair(other))
    return found


def _fair(owned: Owned) -> Decimal:
    """The minority's own goodwill at the end."""
    if not owned.measured:
        return ZERO
    changed = owned.goodwill.closing - owned.goodwill.start
    return owned.fair + owned.stakes.minority(owned.slug, owned.end) * changed


def _unequal(owned: Owned) -> Decimal:
    """What the owners of a founded unit have booked otherwise than it has: no more than the tolerance."""
    if not owned.stakes.founded(owned.slug):
        return ZERO
    return abs(sum((cost.worth for cost in owned.costs), ZERO) - owned.equity.bought)
