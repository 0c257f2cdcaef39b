"""What the finance head adjusts on top of all books: column ADJ (SPEC 10).

Each adjustment is an entry of its day, and where it says `reverses:`, another of that day with all signs turned. Income
and expense of earlier periods stand on the retained result, as everybody's do. A posting with unit, partner and kind
stands for what the unit should have booked: it is matched and eliminated like the unit's own, and stands in ADJ.

What is one unit's counts where that unit counts; what is a level's, in that level and all above; the rest in the
federation's figures only. An adjustment whose parts balance unit by unit is an entry for each of them.

They are written in the federation's own currency. Where figures are wanted in another, each is translated like the book
of a unit that keeps that currency (`ledger.combine.adjusting.rates`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.books import Books
from ledger.combine.adjusting.adjustment import AdjustedPosting, Adjustment, Owner
from ledger.combine.adjusting.rates import NET, NOTHING, AdjustmentRates, Booked, Difference, Stand
from ledger.combine.adjusting.reader import read_adjustments
from ledger.combine.dealings.items import ASSET, BALANCE, LONGEST_PERIOD, RESULT, WINDOW, Item
from ledger.combine.flows import LEFT, RETAINED, Part, cta_place, rounding_place
from ledger.combine.model import ADJ, CTA, ZERO, GroupEntry, GroupPosting, Place, Translation
from ledger.combine.scope import Scope
from ledger.errors import Problem
from ledger.rules.dealings import is_shared_out
from ledger.rules.rates import Rates

KIND = "adjustment"
DAY = dt.timedelta(days=1)
TRANSLATION, ROUNDING = cta_place(ADJ), rounding_place(ADJ)


@dataclass(frozen=True)
class Adjusted:
    """What the adjustments of a run come to.

    Attributes:
        entries: in column ADJ.
        items: by slug, those that stand for a posting of a unit with a partner: they are matched like the unit's own.
        problems: adjustments that can't be used.
        used: the adjustments themselves, as far as they count.
        translations: proof of their translation difference, where the run is in another currency.
    """

    entries: Sequence[GroupEntry] = ()
    items: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    used: Sequence[Adjustment] = ()
    translations: Sequence[Translation] = ()


def adjustments(books: Books, parts: Mapping[str, Part], scope: Scope, rates: Rates) -> Adjusted:
    """The adjustments that count in a run.

    Args:
        books: all books, with the finance head's adjustments; their workspace has the currency that these are in.
        parts: units of the run.
        scope: period and level.
        rates: exchange rates against the run's currency.

    Returns:
        Entries and items dated until the period's last day. A faulty adjustment, or file of them, is in `problems`:
        the run is incomplete then.

    Raises:
        MissingRate: the run's currency has no rate that an adjustment needs.
    """
    read = read_adjustments(books)
    later = {problem for day, problem in read.dated if day > scope.date_to}
    problems = [problem for problem in read.problems if problem not in later]
    made = _Run(parts, scope, AdjustmentRates(rates, books.workspace.currency))
    for number, adjustment in enumerate(read.entries):
        made.take(adjustment, number)
    return Adjusted(made.entries, made.items, problems, made.used, made.proven())


class _Run:
    """Collects entries and items of one run."""

    def __init__(self, parts: Mapping[str, Part], scope: Scope, rates: AdjustmentRates) -> None:
        self.parts = parts
        self.scope = scope
        self.rates = rates
        self.node = scope.level or ()
        self.entries: list[GroupEntry] = []
        self.items: dict[str, list[Item]] = {}
        self.used: list[Adjustment] = []
        self.proofs: list[Translation] = []
        self.rest = ZERO  # of rounded entries of the period

    def take(self, adjustment: Adjustment, number: int) -> None:
        """One adjustment; `number` tells its items from those of others."""
        scope, back = self.scope, adjustment.reverses
        over = back is not None and back < scope.date_from
        if adjustment.date > scope.date_to or (over and self.rates.same):
            return  # not yet, or taken back in full before the period: but for rates nothing of it is left
        counted = False
        for group in _groups(adjustment):
            if not self._counts(group):
                continue
            counted = True
            moves = [self.rates.booked(group, adjustment.date, 1)]
            if back is not None and back <= self._until(group):
                moves.append(self.rates.booked(group, back, -1))
            for move in moves:
                self._entry(adjustment, group, move)
            self._standing(adjustment, group, moves)
            for posting in group:
                for move in moves if posting.partner is not None else ():
                    self._item(adjustment, posting, move, number)
        if counted and not over:
            self.used.append(adjustment)

    def _counts(self, group: Sequence[AdjustedPosting]) -> bool:
        """Whether all units of a group are part of the run, and its level lies inside the run's."""
        if any(slug not in self.parts for slug in _units(group)):
            return False
        return self._level(group)[: len(self.node)] == self.node

    def _level(self, group: Sequence[AdjustedPosting]) -> tuple[str, ...]:
        """The lowest level that the group's owners have in common."""
        paths = [self._path(posting.owner) for posting in group]
        length = 0
        while all(len(path) > length for path in paths) and len({path[length] for path in paths}) == 1:
            length += 1
        return paths[0][:length]

    def _path(self, owner: Owner) -> tuple[str, ...]:
        return self.parts[owner].unit.levels if isinstance(owner, str) else owner or ()

    def _until(self, group: Sequence[AdjustedPosting]) -> dt.date:
        """The last day that counts: a legal entity that has left took everything with it."""
        return min([self.scope.date_to, *(self.scope.until(slug) for slug, _ in self._gone(group))])

    def _gone(self, group: Sequence[AdjustedPosting]) -> list[tuple[str, dt.date]]:
        """Legal entities among the owners that left within the run, each with the day on which it takes what it has."""
        days = ((slug, self.scope.leaves(slug)) for slug in _units(group))
        return [(slug, day) for slug, day in days if day is not None]

    def _entry(self, adjustment: Adjustment, group: Sequence[AdjustedPosting], move: Booked) -> None:
        """The adjustment on its day, or its taking back."""
        postings = [
            GroupPosting(self._place(p.place, move.date), ADJ, move.sign * amount, p.source, _slug(p))
            for p, amount in zip(group, move.amounts, strict=True)
        ]
        if move.rest:
            postings.append(GroupPosting(ROUNDING, CTA, move.rest))
            self.rest += move.rest if move.date >= self.scope.date_from else ZERO
        back = adjustment.reverses if move.sign > 0 else None
        self._add(adjustment, group, (ADJ, KIND), move.date, tuple(postings), back)

    def _add(
        self,
        adjustment: Adjustment,
        group: Sequence[AdjustedPosting],
        made: tuple[str, str],
        day: dt.date,
        postings: tuple[GroupPosting, ...],
        reverses: dt.date | None = None,
    ) -> None:
        shown = max(day, self.scope.date_from - DAY)  # what lies before the period stands in its opening balance
        level = None if all(isinstance(p.owner, str) for p in group) else self._level(group)
        units = tuple(sorted(_units(group)))
        self.entries.append(GroupEntry(shown, *made, adjustment.where, units, postings, reverses=reverses, level=level))

    def _place(self, place: Place, day: dt.date) -> Place:
        """Earlier periods' income and expense are the retained result."""
        return RETAINED if place.is_result and day < self.scope.date_from else place

    def _standing(self, adjustment: Adjustment, group: Sequence[AdjustedPosting], moves: Sequence[Booked]) -> None:
        """Assets and debts at the closing rate; those of a legal entity that leaves, at that of its last day."""
        gone = dict(self._gone(group))
        owners: dict[str, list[int]] = {}
        for index, posting in enumerate(group):
            if posting.place.group.root in NET:
                slug = _slug(posting)
                owners.setdefault(slug if slug in gone else "", []).append(index)
        start = self.scope.date_from
        for slug, which in owners.items():
            end = self.scope.until(slug) if slug else self.scope.date_to
            opening = self.rates.stand(group, which, moves, start - DAY)
            closing = self.rates.stand(group, which, moves, end)
            before = self.rates.difference(NOTHING, opening)
            now = self.rates.difference(opening, closing)
            period = [move for move in moves if start <= move.date <= end]
            self.proofs.append(self.rates.proof(group, which, period, (opening, closing)))
            self._differs(adjustment, group, start - DAY, before)
            self._differs(adjustment, group, end, now)
            if slug:
                self._leaving(adjustment, group, (slug, gone[slug]), closing, (before, now))

    def _differs(
        self, adjustment: Adjustment, group: Sequence[AdjustedPosting], day: dt.date, made: Difference
    ) -> None:
        """What rates have made of an adjustment, on CTA."""
        postings = [
            GroupPosting(group[i].place, ADJ, amount, group[i].source, _slug(group[i]))
            for i, amount in made.remeasured.items()
        ]
        postings += [GroupPosting(p, CTA, a) for p, a in ((TRANSLATION, made.posted), (ROUNDING, made.rounding)) if a]
        if postings:
            self._add(adjustment, group, (CTA, "translation"), day, tuple(postings))

    def _leaving(
        self,
        adjustment: Adjustment,
        group: Sequence[AdjustedPosting],
        left: tuple[str, dt.date],
        closing: Stand,
        made: Sequence[Difference],
    ) -> None:
        """A legal entity that leaves takes what was adjusted of its assets and debts, with CTA, on the line Left."""
        slug, gone = left
        taken = [
            GroupPosting(group[i].place, ADJ, -worth, group[i].source, slug)
            for i, worth in closing.worth.items()
            if worth
        ]
        on_cta = (TRANSLATION, sum((d.posted for d in made), ZERO)), (ROUNDING, sum((d.rounding for d in made), ZERO))
        taken += [GroupPosting(place, CTA, -amount) for place, amount in on_cta if amount]
        rest = sum((p.amount for p in taken), ZERO)
        if taken:
            out = (GroupPosting(LEFT, ADJ, -rest, "", slug),) if rest else ()
            self._add(adjustment, group, (ADJ, "left"), gone, (*taken, *out))

    def proven(self) -> tuple[Translation, ...]:
        """One row for all adjustments, where the run isn't in their currency."""
        if self.rates.same or not self.proofs:
            return ()
        names = ("opening_net_assets", "posted", "proof", "rounding", "opening")
        sums = {name: sum((getattr(p, name) for p in self.proofs), ZERO) for name in names}
        return (Translation(ADJ, self.rates.written, **{**sums, "rounding": sums["rounding"] + self.rest}),)

    def _item(self, adjustment: Adjustment, posting: AdjustedPosting, move: Booked, number: int) -> None:
        """The posting as the matcher sees it, where both units are inside the run on its day."""
        slug, partner, day, sign = _slug(posting), str(posting.partner), move.date, move.sign
        section = _section(posting)
        if partner not in self.parts or not self._inside(slug, partner, section, day, named=bool(adjustment.links)):
            return
        file, _, line = posting.source.rpartition(":")
        self.items.setdefault(slug, []).append(
            Item(
                unit=slug,
                partner=partner,
                date=day,
                place=posting.place,
                section=section,
                amount=sign * self.rates.item(posting, day, self.scope.date_to),
                currency=self.rates.written,
                document_amount=sign * posting.amount,
                kind=posting.ic,
                links=adjustment.links,
                document=adjustment.document,
                transaction=(True, -(2 * number + (1 if sign > 0 else 2))),  # no book counts its vouchers so
                source=posting.source,
                order=(file, int(line)),
            )
        )

    def _inside(self, slug: str, partner: str, section: str, day: dt.date, *, named: bool) -> bool:
        """As for the units' own postings: claims on the last day, income on their own day."""
        scope = self.scope
        if section == ASSET:
            both = scope.standing(slug) and scope.standing(partner)
            return both and scope.member(slug, day) and scope.member(partner, day)
        if section != RESULT:
            return scope.standing(slug) and scope.standing(partner)
        since = scope.date_from - (LONGEST_PERIOD if named else WINDOW)
        return day >= since and scope.member(slug, day) and scope.member(partner, day)


def _section(posting: AdjustedPosting) -> str:
    """What a posting's other side is looked for among: the gain on a fixed asset answers the buyer's asset."""
    if posting.place.is_result:
        return ASSET if posting.ic == ASSET else RESULT
    return RESULT if is_shared_out(posting.place.group.root, posting.ic) else BALANCE


def _groups(adjustment: Adjustment) -> list[list[AdjustedPosting]]:
    """The postings owner by owner where each one's balance, else all together."""
    owned: dict[Owner, list[AdjustedPosting]] = {}
    for posting in adjustment.postings:
        owned.setdefault(posting.owner, []).append(posting)
    groups = list(owned.values())
    whole = all(sum((p.amount for p in group), Decimal(0)) == 0 for group in groups)
    return groups if whole else [list(adjustment.postings)]


def _units(group: Sequence[AdjustedPosting]) -> set[str]:
    return {p.owner for p in group if isinstance(p.owner, str)}


def _slug(posting: AdjustedPosting) -> str:
    return posting.owner if isinstance(posting.owner, str) else ""
