"""One owned unit and all that its entries are made of, and how they are put together."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import cached_property
from typing import NamedTuple

from ledger.combine.flows import DAY, RETAINED
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.ownership.cost import Cost
from ledger.combine.ownership.equity import RESULT, Equity
from ledger.combine.ownership.goodwill import Goodwill
from ledger.combine.ownership.stakes import Path, Stakes
from ledger.combine.scope import Scope
from ledger.rules.rounding import EXACT, half_away

ACQUISITION, GOODWILL, MINORITY = "acquisition", "goodwill", "minority"
#: What comes after the unit's slug in the key of an entry that isn't its acquisition.
STEP, EXCHANGE, SALE = "/", "/cta", "/left"
#: Where a bargain's gain stands in the year of the acquisition, and what a goodwill loses.
BARGAIN = Place("OtherOperatingIncome", "Bargain-purchase")
LOST = Place("Depreciation", "Goodwill")


class Turn(NamedTuple):
    """Goodwill as shares change: the owners' before and after, and what of the minority's own goes over to them."""

    before: Decimal
    after: Decimal
    taken: Decimal


@dataclass(frozen=True)
class Owned:
    """One owned unit.

    Attributes:
        slug, code: which.
        scope: the run's.
        base: the reporting currency.
        opening: the day of the opening balance with which its book begins, if it does so.
        first: the minority's part as it came: at fair value, or its part of what was bought; reporting currency.
        measured: the minority is measured at fair value, so that it shares in what becomes of the goodwill.
        fair: what of it is beyond its part of what was bought: the minority's own goodwill.
        bargain: what was bought beyond what was paid: income of that year.
        carried: goodwill that a bought owner brings with it: its own owners pay for it anew.
        whole: goodwill of indirect owners stands whole; else only the group's part of it.
    """

    slug: str
    code: str
    scope: Scope
    stakes: Stakes
    base: str
    equity: Equity
    costs: Sequence[Cost]
    opening: dt.date | None = None
    goodwill: Goodwill = field(default_factory=Goodwill)
    first: Decimal = ZERO
    measured: bool = False
    fair: Decimal = ZERO
    bargain: Decimal = ZERO
    carried: Decimal = ZERO
    whole: bool = True

    @property
    def begins(self) -> dt.date:
        """The first day under control."""
        return self.stakes.begins[self.slug]

    @property
    def end(self) -> dt.date:
        """The last day under control in the run."""
        return self.scope.until(self.slug)

    @property
    def gone(self) -> bool:
        """Whether it has left before the end of the period."""
        return not self.scope.standing(self.slug)

    def leaves_too(self, slug: str) -> bool:
        """Whether a unit leaves on the day on which this one does; itself, or one that owned it."""
        return slug == self.slug or self.scope.leaves(slug) == self.end

    def joins(self, slug: str) -> bool:
        """Whether a unit joins within the period."""
        joined = self.stakes.units[slug].joined
        return joined is not None and self.in_period(joined)

    @property
    def eve(self) -> dt.date:
        """The day on which what lies before the period shows."""
        return self.scope.date_from - DAY

    @property
    def edges(self) -> tuple[dt.date, ...]:
        """A day of each stretch between changes of shares."""
        return (self.begins, *self.equity.cuts)

    def stood(self, cost: Cost) -> bool:
        """Whether a cost belongs to the opening balance; one in its owner's does if the unit's book has one, too."""
        return cost.day < self.scope.date_from or (cost.early and self.opening is not None)

    def stretch(self, day: dt.date) -> int:
        """How many changes of shares lie on or before `day`."""
        return bisect_right(self.equity.cuts, day)

    @property
    def chain(self) -> tuple[str, ...]:
        """The unit and its direct owners, sorted."""
        return tuple(sorted({self.slug, *self.stakes.owners(self.slug)}))

    @property
    def translation(self) -> Place:
        """The account of its translation difference."""
        return Place("CTA", f"Translation-{self.code}")

    @property
    def asset(self) -> Place:
        """Where its goodwill stands."""
        return Place("Goodwill", f"Goodwill-{self.code}")

    def fractions(self, path: Path) -> list[Decimal]:
        """A minority's part in each stretch."""
        return [self.stakes.claims(self.slug, day).get(path, ZERO) for day in self.edges]

    def shares(self, owner: str) -> list[Decimal]:
        """An owner's direct part in each stretch."""
        return [self.stakes.shares(self.slug, day).get(owner, ZERO) for day in self.edges]

    def above(self, path: Path) -> list[Decimal]:
        """In each stretch, the part that a minority further up has of what the unit's owner on the way to it has."""
        return [self.stakes.claims(path[1], day).get(path[1:], ZERO) for day in self.edges]

    def exchange(self, owner: str) -> Decimal:
        """What rates have made of an owner's cost in its own book: no difference of the group's."""
        return sum((c.amount - c.worth for c in self.costs if c.owner == owner and c.held), ZERO)

    def weights(self, owner: str) -> list[Decimal]:
        """In each stretch, an owner's part of all that the owners have: so much of their goodwill is its own."""
        found = []
        with localcontext(EXACT):
            for day in self.edges:
                held = self.stakes.shares(self.slug, day)
                found.append(held.get(owner, ZERO) / sum(held.values(), ZERO))
        return found

    @property
    def ours(self) -> list[Decimal]:
        """The owners' part of what becomes of the goodwill; the minority has its part where it has goodwill."""
        return [Decimal(1) - self.stakes.minority(self.slug, day) * self.measured for day in self.edges]

    @cached_property
    def turns(self) -> list[Turn]:
        """Goodwill at each change of shares, at the rates of its own days."""
        parts, found = self.fractions((self.slug,)), []
        whole, its = self.goodwill.start, self.fair
        spent = self.goodwill.spent(self.scope.date_from, self.equity.cuts)
        with localcontext(EXACT):
            for number in range(len(self.equity.cuts)):
                lost = sum((amount for slot, amount in spent.items() if slot[1] == number), ZERO)
                whole, its = whole - lost, its - lost * parts[number] * self.measured
                then = its
                if self.measured:
                    old, new = parts[number], parts[number + 1]
                    then = its * new / old if old else whole * new
                found.append(Turn(whole - its, whole - then, its - then))
                its = then
        return found

    def part(self, amount: Decimal) -> Decimal:
        """A worked out amount, rounded."""
        return half_away(amount, self.base)

    def expense(self, *, period: bool) -> Place:
        """Where what a goodwill loses stands: expense, or earlier results."""
        return LOST if period else RETAINED

    def result(self, *, period: bool) -> Place:
        """Where the minority's part of a result is taken from: the period's, or earlier ones."""
        return RESULT if period else RETAINED

    def in_period(self, day: dt.date) -> bool:
        """Whether a day lies in the period."""
        return day >= self.scope.date_from

    def paths(self) -> list[Path]:
        """Ways to all minorities that ever have a part of it, the unit's own first."""
        found = {path for day in self.edges for path in self.stakes.claims(self.slug, day)}
        return sorted(found, key=lambda path: (len(path), path))

    def units(self, path: Path) -> tuple[str, ...]:
        """The units that must be there together for a way: all on it, and the owners of the last."""
        return tuple(sorted({*path, *self.stakes.owners(path[-1])}))


def held_by(codes: Mapping[str, str], path: Path) -> Place:
    """Where the part of a minority stands: the minority is that of the last unit on the way."""
    return Place("NonControllingInterest", f"Minority-{codes[path[-1]]}")


@dataclass
class Draft:
    """An entry in the making: amounts by place and unit. `period`: it is the period's, else the opening balance's."""

    period: bool = False
    amounts: dict[tuple[Place, str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def debit(self, place: Place, amount: Decimal, unit: str = "", source: str = "") -> None:
        """Add an amount, debit positive."""
        self.amounts[place, unit, source] += amount

    def credit(self, place: Place, amount: Decimal, unit: str = "", source: str = "") -> None:
        """Add an amount, credit positive."""
        self.amounts[place, unit, source] -= amount

    @property
    def rest(self) -> Decimal:
        """What is missing on the credit side."""
        return sum(self.amounts.values(), ZERO)

    def entry(self, date: dt.date, kind: str, key: str, units: tuple[str, ...]) -> list[GroupEntry]:
        """The entry; none where nothing moves."""
        postings = tuple(
            GroupPosting(place, ELIM, amount, source, unit)
            for (place, unit, source), amount in sorted(self.amounts.items())
            if amount
        )
        return [GroupEntry(date, ELIM, kind, key, units, postings, "balance")] if postings else []


@dataclass
class Streams:
    """Shares in amounts, exact until they are posted: opening balance and period apart, rounded to date.

    Each stream is rounded where it stands on the eve and at the end, and the period has the difference: so it opens
    with what the one before closed with, and months add up to the year, to the last unit of the currency.
    """

    owned: Owned
    exact: dict[tuple[str, bool], dict[Place, Decimal]] = field(default_factory=lambda: defaultdict(Amounts))

    def add(self, stream: str, place: Place, amount: Decimal, *, period: bool) -> None:
        """Add an exact amount, debit positive."""
        with localcontext(EXACT):
            self.exact[stream, period][place] += amount

    def draft(self, *, period: bool) -> Draft:
        """An entry with all streams of the opening balance or of the period, but for what it is to meet."""
        draft = Draft(period=period)
        for stream in sorted({name for name, _ in self.exact}):
            with localcontext(EXACT):
                early = sum(self.exact[stream, False].values(), ZERO)
                late = sum(self.exact[stream, True].values(), ZERO)
                rest = self.owned.part(early)
                rest = self.owned.part(early + late) - rest if period else rest
            places = sorted(self.exact[stream, period].items(), key=lambda place: (abs(place[1]), place[0]))
            for place, amount in places[:-1]:
                draft.debit(place, self.owned.part(amount), self.owned.slug)
                rest -= self.owned.part(amount)
            if places:
                draft.debit(places[-1][0], rest, self.owned.slug)
        return draft


class Amounts(defaultdict[Place, Decimal]):
    """Amounts by place."""

    def __init__(self) -> None:
        super().__init__(Decimal)
