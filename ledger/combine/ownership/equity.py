"""An owned unit's equity, taken apart: what was bought, what was earned since, what its owners gave and took.

What stood on the eve of the acquisition was bought: it goes against the owners' cost (IFRS 10.B86; K3 9.13-14). What
came after is shared by owners and minority: results, translation differences, what was paid in and out. Of a unit that
its owners founded, what they paid in takes the place of what was bought.

Figures here are equity: positive where the unit has more. Those of the opening balance are kept apart from those of
the period, and those before each day on which somebody's part changes from those after.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import TypeAlias

from ledger.books import last_day
from ledger.books.summary import weight
from ledger.combine.flows import DAY, DIVIDENDS, REST, RETAINED, Part
from ledger.combine.model import ADJ, CTA, ELIM, ZERO, GroupEntry, Place
from ledger.combine.ownership.cost import Cost
from ledger.combine.ownership.rows import DISTRIBUTED, historic, received, rows_of
from ledger.combine.ownership.stakes import Stakes
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away

#: Lines that owners have paid in.
CONTRIBUTED = frozenset({"MemberContributions", "DebentureContributions"})
#: Lines between which a result moves: what is paid out of them isn't followed account by account.
EARNED = frozenset({"RetainedResult", "ResultForYear", "ResultTransfer"})
#: The minority's part of the period's result stands against the result itself.
RESULT = Place("ResultForYear", "Minority-share")
#: What owners and minority have given each other: the difference between a price and what it bought.
OWNERS = Place("RetainedResult", "Owners-transactions")

#: Opening balance or period, and how many changes of shares lie before.
Slot: TypeAlias = tuple[bool, int]
Amounts: TypeAlias = dict[Place, Decimal]


@dataclass
class Equity:
    """One owned unit's equity.

    Attributes:
        cuts: days on which somebody's part of it changes.
        pool: what was bought or, founded, paid in, by place.
        earned: results since, by the place of equity that they are part of: `RESULT` is the period's.
        moved: other changes of its equity since: paid in, paid out.
        left: of these, what stands in its accounts after what other units have taken or given, by place.
        given: of these, what each owner gave (positive) or took.
        paid_in: of a founded unit's pool, what its book has from its owners by name; None where it names none.
        translated: translation difference since, opening and period.
        net: net assets at the end, as assets and liabilities have them.
        held: what rates have made of the cost of what it owns, and gains on parts of it that it sold: part of `net`,
            but of nothing here.
        adjusted: of `earned`, what isn't in its own book: adjustments, profit that the group hasn't made.
    """

    cuts: Sequence[dt.date]
    pool: dict[Slot, Amounts] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))
    earned: dict[Slot, Amounts] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))
    moved: dict[Slot, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    left: dict[Slot, Amounts] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))
    given: dict[Slot, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))
    paid_in: Decimal | None = None
    translated: dict[bool, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    net: Decimal = ZERO
    held: Decimal = ZERO
    adjusted: Decimal = ZERO

    def hold(self, costs: Iterable[Cost], date_from: dt.date) -> None:
        """Leave out what rates have made of the cost of what it owns itself: that cost isn't there for the group.

        Nor is a gain on a part that it sold.
        """
        for cost in costs:
            if not cost.held:
                slot = cost.day >= date_from, bisect_right(self.cuts, cost.day)
                self.earned[slot][RESULT if cost.place.is_result else cost.place] += cost.worth
                self.held -= cost.worth
            self.translated[False] -= cost.opening - cost.worth
            self.translated[True] -= cost.amount - cost.opening
            self.held += cost.amount - cost.worth

    def went(self, day: dt.date, amount: Decimal) -> None:
        """What rates made of the cost of a unit that left on `day`, before the period, is an earlier result."""
        self.translated[False] -= amount
        self.earned[False, bisect_right(self.cuts, day)][RETAINED] += amount

    def sold(self, day: dt.date, exchange: Decimal, received: Decimal, between: Decimal) -> None:
        """A unit that it owned has left on `day`, in the period: what it has of it is its own result from then on.

        Args:
            day: when.
            exchange: what rates have made of the cost.
            received: what it has got of the unit's results.
            between: what the rates of both sides had made of that.
        """
        self.translated[True] += between
        self.earned[True, bisect_right(self.cuts, day)][RESULT] += exchange + received
        self.held -= exchange
        self.adjusted += received + between

    @property
    def bought(self) -> Decimal:
        """Σ of the pool."""
        return sum((a for places in self.pool.values() for a in places.values()), ZERO)

    def before(self, cut: int) -> Decimal:
        """Equity before the change of shares number `cut` (from 0), at the rates of its own days."""
        slots = [*self.pool.items(), *self.earned.items()]
        found = sum((a for slot, places in slots if slot[1] <= cut for a in places.values()), ZERO)
        return found + sum((a for slot, a in self.moved.items() if slot[1] <= cut), ZERO)

    def pooled(self, cut: int) -> Decimal:
        """Of that, what was bought or paid in."""
        return sum((a for slot, places in self.pool.items() if slot[1] <= cut for a in places.values()), ZERO)


@dataclass(frozen=True)
class Taker:
    """Takes the equity of one unit apart.

    Attributes:
        part: the unit's share of the run.
        entries: what has been made of all books so far.
        opening: the day of the opening balance with which its book begins, if it does so.
        stated: net assets at the acquisition, reporting currency, where its book begins later.
    """

    part: Part
    stakes: Stakes
    rates: Rates
    entries: Sequence[GroupEntry]
    opening: dt.date | None = None
    stated: Decimal | None = None

    def take(self) -> Equity:
        """Look at each amount of the unit's book, and at what was made of it."""
        end = self.part.scope.until(self.slug)
        found = Equity([day for day in self.stakes.cuts(self.slug) if day <= end])
        for flow in self.part.flows:
            self._flow(found, flow.account, flow.date, flow.amount, transfer=flow.transfer)
        if self.stated is not None:
            rest = self.stated - found.bought
            slot = self.slot(found, self.opened, equity=True)
            found.pool[slot[0], 0][RETAINED] += rest
            found.earned[slot][RETAINED] -= rest
        self._translation(found)
        self._tagged(found)
        self._others(found)
        return found

    @property
    def slug(self) -> str:
        """Whose equity."""
        return self.part.unit.slug

    @property
    def opened(self) -> dt.date:
        """The first day of its book."""
        return self.part.source.summaries[0].first or dt.date.max

    def slot(self, found: Equity, day: dt.date, *, equity: bool = False) -> Slot:
        """Where a change on `day` belongs; one of `equity` may be part of the book's opening balance."""
        opens = equity and day == self.opening and not self.part.entered
        return day >= self.part.scope.date_from and not opens, bisect_right(found.cuts, day)

    def _flow(self, found: Equity, account: str, day: dt.date, amount: Decimal, *, transfer: bool) -> None:
        part = self.part
        place = part.assign(account, day, transfer=transfer)
        if place is None or place.line == "CTA":
            return
        own = place if account == REST else part.mapper.at(account)
        if own.group.root in {"Assets", "Liabilities"}:
            found.net += amount
            return
        slot = self.slot(found, day, equity=own.group.root == "Equity")
        opening = self.stated is not None and day == self.opened and own.group.root == "Equity"
        paid_in = (self.stakes.founded(self.slug) or opening) and own.line in CONTRIBUTED
        if paid_in or day < self.stakes.begins[self.slug]:
            found.pool[(slot[0], 0) if opening else slot][place] -= amount  # it was there before shares changed
        elif opening:  # what it had earned before, however it stands in its accounts
            found.earned[slot][RETAINED] -= amount
        elif own.is_result and not transfer and own.line != "ResultTransfer":
            found.earned[slot][RESULT if place.is_result else place] -= amount
        else:
            found.moved[slot] -= amount
            found.left[slot][RETAINED if place.line in EARNED or place.is_result else place] -= amount

    def _translation(self, found: Equity) -> None:
        """Translation differences; what is from before it joined is part of what was bought."""
        part = self.part
        for entry in part.entries:
            for posting in entry.postings if entry.kind != "left" else ():
                if posting.column == CTA:
                    found.translated[True] -= posting.amount
                elif posting.place.group.root in {"Assets", "Liabilities"}:
                    found.net += posting.amount
                else:
                    self._brought(found, posting.place, -posting.amount)
        found.translated[True] -= sum((a for (place, _), a in part.sums.items() if place.line == "CTA"), ZERO)
        if not self.part.entered:
            opening = found.translated[True] + sum((t.posted + t.rounding for t in part.translations), ZERO)
            found.translated[False] += opening
            found.translated[True] -= opening

    def _brought(self, found: Equity, place: Place, amount: Decimal) -> None:
        """A difference from before it joined: what is from before it was bought is part of what was bought."""
        slot, begins, bought = (self.part.entered, 0), self.stakes.begins[self.slug], amount
        if self.stakes.founded(self.slug):
            bought = ZERO
        elif self.part.unit.joined != begins:
            bought = worth(net_assets(self.part, begins - DAY), self.rates, begins - DAY) - found.bought
        found.pool[slot][place] += bought
        found.earned[slot][place] += amount - bought

    def _tagged(self, found: Equity) -> None:
        """What owners gave and took, as the unit's own book has it."""
        owners, founded = self.stakes.owners(self.slug), self.stakes.founded(self.slug)
        for row in rows_of(self.part):
            place = self.part.assign(row.account, row.date)
            if place is None or self.part.mapper.at(row.account).group.root != "Equity":
                continue
            early = row.date < self.stakes.begins[self.slug] or (self.stated is not None and row.date == self.opened)
            if row.partner not in self.stakes.units or (not founded and early):
                continue
            amount = -historic(self.part, row, self.rates)
            slot = self.slot(found, row.date, equity=True)
            if founded and row.ic == "capital" and row.partner in owners:
                found.paid_in = (found.paid_in or ZERO) + amount
                if self.part.mapper.at(row.account).line not in CONTRIBUTED:
                    self._from_left(found, slot, place, amount)
                    found.moved[slot] -= amount
                    found.pool[slot][place] += amount
            elif row.ic in DISTRIBUTED or row.ic == "capital":
                self._from_left(found, slot, place, amount)
                if row.partner in owners:
                    found.given[slot][row.partner] += amount

    @staticmethod
    def _from_left(found: Equity, slot: Slot, place: Place, amount: Decimal) -> None:
        found.left[slot][RETAINED if place.line in EARNED else place] -= amount

    def _others(self, found: Equity) -> None:
        """What isn't in its own book but its own all the same, and what it got of the results of what it owns."""
        begins = self.stakes.begins[self.slug]
        for entry in self.entries:
            if entry.column not in {ELIM, ADJ} or entry.date < begins:
                continue
            for posting in entry.postings:
                if entry.column == ELIM and entry.seller != self.slug:
                    continue
                if entry.column == ADJ and posting.unit != self.slug:
                    continue
                place = RESULT if posting.place.is_result else posting.place
                if place.group.root == "Equity":
                    found.earned[self.slot(found, entry.date)][place] -= posting.amount
                    found.adjusted -= posting.amount
        self._adjustments_moved(found, begins)
        for partner in sorted({row.partner for row in rows_of(self.part) if row.partner in self.stakes.begins}):
            for day, place, amount in received(self.part, self.stakes, partner, self.rates):
                found.earned[self.slot(found, day)][RESULT if place.is_result else place] -= amount
                found.adjusted -= amount
            for period, amount in rates_of_received(self.entries, self.slug, partner, self.part.scope.date_from):
                found.translated[period] -= amount
                found.adjusted -= amount

    def _adjustments_moved(self, found: Equity, begins: dt.date) -> None:
        """What rates have made of adjustments of the unit, where figures are in another currency than they are.

        It stands on CTA's account for adjustments; the minority's part of it goes out on the unit's.
        """
        for entry in self.entries:
            for posting in entry.postings if entry.column == CTA and entry.date >= begins else ():
                its = posting.column == ADJ and posting.unit == self.slug
                if its and posting.place.group.root in {"Assets", "Liabilities"} and entry.kind == "translation":
                    found.translated[entry.date >= self.part.scope.date_from] += posting.amount
                    found.adjusted += posting.amount


def rates_of_received(
    entries: Iterable[GroupEntry], owner: str, unit: str, start: dt.date
) -> Iterator[tuple[bool, Decimal]]:
    """What rates have made of what an owner got of a unit's results, debit positive; in the period, or before it."""
    for entry in entries:
        if entry.column == ELIM and unit in entry.units:
            for posting in entry.postings:
                if posting.place == DIVIDENDS and posting.unit == owner:
                    yield entry.date >= start, posting.amount


def net_assets(part: Part, day: dt.date) -> Mapping[str, Decimal]:
    """Assets less liabilities of a unit's own book at the end of `day`, by currency."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    net = {"Assets", "Liabilities"}
    if (day + DAY).day == 1:
        for row in part.source.balances():
            if last_day(row.month) <= day and part.mapper.at(row.account).group.root in net:
                found[row.currency] += row.amount
    else:
        for entry in part.source.transactions():
            for posting in entry.postings if entry.date <= day else ():
                if part.mapper.at(posting.account).group.root in net:
                    number, currency = weight(posting)
                    found[currency] += number
    return found


def worth(amounts: Mapping[str, Decimal], rates: Rates, day: dt.date) -> Decimal:
    """Amounts by currency at the spot of `day`, in the reporting currency, rounded once for each currency."""
    with localcontext(EXACT):
        return sum((half_away(a * rates.spot(c, day), rates.base) for c, a in sorted(amounts.items()) if a), ZERO)
