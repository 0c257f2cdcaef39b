"""From a dealing to its entries, and to what must be said of it (SPEC 10; samples 3.a-3.c).

Differences are shown, never plugged. A payment or invoice whose other side is booked at most ten days after the
period is in transit: the late voucher is taken into ADJ, its bank line as cash in transit, and taken back next day.
So is central's side of a levy whose month central had closed, however late it is (`cutoff`).
Within a legal person every other difference blocks; between legal persons one within the tolerance is only named.

What is tolerated of a period is limited as a whole (`tolerance_total`): beyond it, all of its differences are. A
dealing's difference belongs to the period of its last posting, where what a period has taken in of the next one's first
days is its own. That is the run's from-to; what was last booked before it belongs to its fiscal year. Each year is
judged by itself, so what a year has accepted stays accepted, and named, and takes nothing of a later one's limit; what
it hasn't, stays open until it is put right. Which belongs where depends on dates alone.

A dealing of several classes (a loan and its interest) is settled class by class, as long as they can be told apart:
if more than one class differs, the difference may lie in the classes alone, and the dealing is looked at as a whole.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeAlias

from ledger.combine.codes import LEVY_LATER, NOTHING, TAKEN_BACK
from ledger.combine.dealings.abroad import Abroad
from ledger.combine.dealings.assets import profits
from ledger.combine.dealings.capital import as_it_stands, capital_entries, is_abroad, on_its_day, then
from ledger.combine.dealings.cutoff import late_items
from ledger.combine.dealings.elimination import Gap, Names, entries, gap, plain
from ledger.combine.dealings.findings import OTHER, by_rates, causes_first, elsewhere, finding, sides_of
from ledger.combine.dealings.items import ASSET, BALANCE, RESULT, Item, Pair
from ledger.combine.dealings.judge import Case, verdict
from ledger.combine.dealings.matching import Dealing
from ledger.combine.dealings.shared_out import SharedOut, Spot, is_shared_out
from ledger.combine.dealings.sold import price_gap
from ledger.combine.dealings.transit import Voucher, taken_back
from ledger.combine.dealings.vat_found import TaxLooks, vat_findings
from ledger.combine.flows import DAY
from ledger.combine.model import ADJ, ZERO, GroupEntry, Place, Rest, Unmatched
from ledger.combine.scope import Scope

#: Pair, class, section: what the pair matrix has a row for.
Row: TypeAlias = tuple[Pair, str, str]
#: As many units as a dealing has, unless its sides name different partners.
PAIR = 2


class Looks(TaxLooks, Protocol):
    """What can only be seen in whole vouchers and books."""

    def transit(self, names: Names, day: dt.date, late: Sequence[Item]) -> list[GroupEntry]:
        """Take late items of one side into the period that ends on a day: entries in ADJ."""

    def depreciation(self, slug: str) -> Place:
        """A unit's account for depreciation."""

    def abroad(self, slug: str) -> Abroad | None:
        """The rates of a unit whose book is in another currency than the report."""


class Tolerated(NamedTuple):
    """A difference within the tolerance, what it is in the reporting currency, and the first day of its period."""

    said: Unmatched
    size: Decimal
    period: dt.date


@dataclass
class Sides:
    """What both books and ADJ have of a row of the pair matrix."""

    one: Decimal = ZERO
    other: Decimal = ZERO
    adjusted: Decimal = ZERO


@dataclass
class Settled:
    """What became of all dealings."""

    entries: list[GroupEntry] = field(default_factory=list)
    findings: list[Unmatched] = field(default_factory=list)
    within: list[Tolerated] = field(default_factory=list)
    sums: dict[Row, Sides] = field(default_factory=lambda: defaultdict(Sides))
    counted: dict[Row, list[Item]] = field(default_factory=lambda: defaultdict(list))  # what the sums are made of
    #: What rates have made, since its day, of what each book has; it is in no sum.
    rated: dict[Row, tuple[Decimal, Decimal]] = field(default_factory=lambda: defaultdict(lambda: (ZERO, ZERO)))

    def add(self, more: Settled) -> None:
        """Take in what became of other dealings."""
        self.entries += more.entries
        self.findings += more.findings
        self.within += more.within
        for row, sides in more.sums.items():
            mine = self.sums[row]
            mine.one += sides.one
            mine.other += sides.other
            mine.adjusted += sides.adjusted
        for row, items in more.counted.items():
            self.counted[row] += items
        for row, made in more.rated.items():
            self.rate(row, *made)

    def rate(self, row: Row, one: Decimal, other: Decimal) -> None:
        """Take in what rates have made of what two books have."""
        mine = self.rated[row]
        self.rated[row] = mine[0] + one, mine[1] + other


@dataclass
class Settler:
    """Settles dealings one by one.

    Args:
        scope: units and period.
        currency: the reporting currency.
        tolerance: what a pair may differ by.
        looks: into vouchers and books.
        year: first day of the fiscal year that holds a day.
        spot: the rate of a currency on a day.
    """

    scope: Scope
    currency: str
    tolerance: Callable[[str, str], Decimal]
    looks: Looks
    year: Callable[[dt.date], dt.date]
    spot: Spot
    shared: SharedOut = field(init=False)
    done: Settled = field(default_factory=Settled)

    def __post_init__(self) -> None:
        """What is shared out is looked at in one place."""
        self.shared = SharedOut(self.scope, self.currency, self.spot, self.tolerance, self.year)

    def settle(self, dealing: Dealing) -> None:
        """Eliminate what agrees; name what doesn't."""
        items = sorted((i for side in dealing.sides for i in side.items), key=lambda i: i.key)
        units = tuple(sorted({i.unit for i in items} | {i.partner for i in items}))
        names = Names(kind_of(items), dealing.key, units)
        kinds = [side.kinds for side in dealing.sides]
        code = "PARTNER_ASYMMETRIC" if dealing.asymmetric else ""
        if not code and len(kinds) == 2 and self._differ(kinds, units, items):
            code = "CLASS_MISMATCH"
        early = self.early(items)
        if code and (early or dealing.asymmetric):
            if early:
                self._count(names, early)
                self._say(code, names, [i for i in early if i.unit == early[0].unit], items, early)
            return
        until = [i for i in items if i.date <= self.scope.date_to]
        self.done.findings += vat_findings(names, until, early, self.scope, self.looks)
        for part in self._classes(units, items):
            self._settle(Names(kind_of(part), dealing.key, units), part, both=len(kinds) == 2)

    def _on_its_day(self, names: Names, items: Sequence[Item]) -> list[Item]:
        """Capital as it was on its day; what both sides were apart then, within the tolerance, is named."""
        rated, apart = on_its_day(items, self.tolerance(*names.units[:2]), self.currency)
        if apart:
            shown = [i for i in items if i.section == BALANCE]
            sources = [i.source for i in shown]
            said = finding("FX_DIFF", names.kind, names.units, (apart, self.currency), sources, names.key)
            said = replace(said, sides=sides_of(names.units, shown, self.currency))
            self.done.findings.append(by_rates(said, BALANCE, shown))
        return rated

    def early(self, items: Iterable[Item]) -> list[Item]:
        """What counts in the period: claims to date, income and cost of the period."""
        start, end = self.scope.date_from, self.scope.date_to
        return [i for i in items if i.date <= end and (i.section != RESULT or i.date >= start)]

    def _differ(self, kinds: Sequence[frozenset[str]], units: tuple[str, ...], items: Iterable[Item]) -> bool:
        """Whether the sides name different classes: not if one side only hasn't booked a class, and the rest agrees."""
        one, other = kinds
        if not one or not other or one == other:
            return False
        shared = one & other
        if not shared or shared not in kinds:
            return True
        parts = ([i for i in items if i.kind == kind] for kind in shared)
        return any(g.open for part in parts for g in self._gaps(units, part).values())

    def _classes(self, units: tuple[str, ...], items: list[Item]) -> list[list[Item]]:
        """The dealing class by class, where at most one of them differs; else as a whole."""
        parts: dict[str | None, list[Item]] = defaultdict(list)
        for item in items:
            parts[item.kind].append(item)
        if len(parts) == 1 or None in parts:
            return [items]
        differing = [kind for kind, part in parts.items() if any(g.open for g in self._gaps(units, part).values())]
        return [items] if len(differing) > 1 else [parts[kind] for kind in sorted(parts, key=str)]

    def _settle(self, names: Names, items: list[Item], *, both: bool) -> None:
        """One class of a dealing."""
        scope = self.scope
        early, abroad = self.early(items), both and is_abroad(items)
        ever = self.shared.earlier(names, items) if both else []
        self.done.entries += ever
        simple = both and not abroad and len(early) == len(items) and not any(i.section == ASSET for i in items)
        if simple and (agreed := plain(names, items, scope)) is not None:
            self._count(names, early)
            self.done.entries += agreed
            return
        seen = then(items, self.currency) if abroad else items
        before = self._late(names, seen)
        moved = self._moved(names, seen)
        back = self._taken_back(names, seen, before, {(i.unit, i.transaction) for i in moved})
        counted = [*early, *moved, *back]
        if abroad:
            counted = self._on_its_day(names, counted)
            tolerance = self.tolerance(*names.units[:2])
            self.done.entries += capital_entries(names, counted, scope, tolerance, self.currency)
        self._count(names, counted[: len(early)])
        self._count(names, [replace(i, column=ADJ) for i in counted[len(early) :]])
        alike = both and is_shared_out(items) and self.shared.alike(names.units, counted)
        rest = [i for i in counted if i.section != BALANCE] if abroad else counted
        made = entries(names, rest, scope, self.currency, shared=alike)
        self.done.entries += [*made, *self.shared.left_behind(names, [*ever, *made])]
        self.done.entries += profits(names, counted, scope, self.currency, self.looks.depreciation, self.looks.abroad)
        until = [i for i in items if i.date <= scope.date_to]
        gaps = self._gaps(names.units, counted)
        case = Case(names, [*until, *moved], counted, gaps, self.tolerance(*names.units[:2]), self.currency, alike)
        self._judge(case, items, self._period([*until, *moved], before))

    def _gaps(self, units: tuple[str, ...], items: Iterable[Item]) -> dict[str, Gap]:
        """How the sides differ in each section, counted at the period's end."""
        early = self.early(items)
        names = Names("", "", units)
        found = dict(zip((BALANCE, RESULT), self._sections(names, early), strict=True))
        if any(i.section == ASSET for i in early):
            found[ASSET] = price_gap(early, names, self.currency, self.looks.abroad)
        return found

    def _sections(self, names: Names, items: Sequence[Item]) -> tuple[Gap, Gap]:
        found = []
        for section in (BALANCE, RESULT):
            chosen = [i for i in items if i.section == section]
            one = [i for i in chosen if i.unit == names.units[0]]
            found.append(gap(one, [i for i in chosen if i.unit != names.units[0]], self.currency))
        return found[0], found[1]

    def _moved(self, names: Names, items: Sequence[Item]) -> list[Item]:
        """What this period takes in of the next one's first days: dated on its last day."""
        end = self.scope.date_to
        late = late_items(items, end, names.units, self.currency)
        if late:
            self.done.entries += self.looks.transit(names, end, [as_it_stands(i) for i in late])
            self._say("CUT_OFF", names, late, items)
            if all(i.of is not None for i in late):
                self.done.findings[-1] = replace(self.done.findings[-1], message=LEVY_LATER, remedy_id=NOTHING)
        return [replace(as_it_stands(i), date=end) for i in late]

    def _late(self, names: Names, items: Sequence[Item]) -> list[Item]:
        """What the period before has taken in of this one's first days, each worth what it was on its last."""
        day = self.scope.date_from - DAY
        return late_items([i.on_opening() for i in items], day, names.units, self.currency)

    def _period(self, items: Sequence[Item], before: Sequence[Item]) -> dt.date:
        """The first day of the period that the dealing's last posting belongs to; `before`: the period before's."""
        start = self.scope.date_from
        taken = {(i.unit, i.transaction) for i in before}
        last = max((i.date for i in items if (i.unit, i.transaction) not in taken), default=start)
        return start if last >= start else self.year(last)

    def _taken_back(
        self, names: Names, items: Sequence[Item], late: Sequence[Item], moved: Collection[tuple[str, Voucher]]
    ) -> list[Item]:
        """Income and cost that the period before has taken in of this one's first days: taken back on the first.

        What is in transit at this period's end still (`moved`) comes in again: of that, nothing is said to be booked.
        """
        start = self.scope.date_from
        entries = taken_back(self.looks.transit(names, start - DAY, late)) if late else []
        if not entries:
            return []
        self.done.entries += entries
        booked = [i for i in late if (i.unit, i.transaction) not in moved]
        if booked:
            self._say("CUT_OFF", names, booked, items)
            self.done.findings[-1] = replace(self.done.findings[-1], message=TAKEN_BACK, remedy_id=NOTHING)
        return [i.taken_back(start) for i in late if i.section == RESULT]

    def _judge(self, case: Case, known: Sequence[Item], period: dt.date) -> None:
        """Name what is left open; `known`: all postings of the dealing, whenever they are; `period`: see `_period`."""
        names, found = case.names, verdict(case)
        if found is None:
            return
        sources = [i.source for i in found.items]
        code = "PARTNER_OUT_OF_SCOPE" if found.code == "ONE_SIDED" and self._left_before(case.items) else found.code
        said = finding(code, names.kind, names.units, found.amount, sources, names.key)
        said = replace(said, rests=self._rests(names, case.early), sides=found.sides)
        if found.code == "FX_DIFF":
            said = by_rates(said, found.section, found.items)
        if found.code == "AMOUNT_DIFF":
            said = elsewhere(said, found.items, known)
        if found.code == "TOLERANCE":
            self.done.within.append(Tolerated(said, found.size, period))
        else:
            self.done.findings.append(said)

    def _left_before(self, items: Sequence[Item]) -> bool:
        """Whether a dealing that one side has booked began after the other, a division, had left.

        What settles an earlier dealing belongs to it whatever its day; what nothing before it answers is an outsider's.
        """
        gone = {self.scope.units[i.partner].left for i in items}
        left = gone.pop()
        return left is not None and not gone and all(i.date > left for i in items)

    def _say(
        self, code: str, names: Names, about: Sequence[Item], items: Sequence[Item], counted: Sequence[Item] = ()
    ) -> None:
        """A finding about `about`: its claims, else its income and cost; `counted` is what the period has of it."""
        chosen = [i for i in about if i.section == BALANCE] or list(about)
        same = [i for i in chosen if i.currency == chosen[0].currency]
        amount = sum((i.document_amount for i in same), ZERO), chosen[0].currency
        said = finding(code, names.kind, names.units, amount, (i.source for i in items), names.key)
        until = self.scope.date_to if about[0].date > self.scope.date_to else self.scope.date_from - DAY
        pool = [i for i in counted or items if i.section == chosen[0].section and (counted or i.date <= until)]
        units = names.units if len(names.units) <= PAIR else sorted({i.unit for i in pool})
        sides = sides_of(units, pool, self.currency)
        self.done.findings.append(replace(said, rests=self._rests(names, counted), sides=sides))

    def _count(self, names: Names, items: Iterable[Item]) -> None:
        """Take claims, income and cost into the pair matrix."""
        for item in items:
            if item.section in {BALANCE, RESULT}:
                row = item.pair, names.kind, item.section
                sides = self.done.sums[row]
                self.done.counted[row].append(item)
                if item.held is not None and item.column != ADJ:
                    made = item.held[0] - item.amount
                    self.done.rate(row, *((made, ZERO) if item.unit == item.pair[0] else (ZERO, made)))
                if item.column == ADJ:
                    sides.adjusted += item.amount
                elif item.unit == item.pair[0]:
                    sides.one += item.amount
                else:
                    sides.other += item.amount

    def _rests(self, names: Names, items: Iterable[Item]) -> tuple[Rest, ...]:
        """What is left of a dealing."""
        sums: dict[tuple[Pair, str], Decimal] = defaultdict(Decimal)
        for item in items:
            if item.section in {BALANCE, RESULT}:
                sums[item.pair, item.section] += item.amount
        return tuple(Rest(pair, names.kind, section, left) for (pair, section), left in sorted(sums.items()) if left)

    def finish(self, tolerance_total: Decimal) -> Settled:
        """Apply each period's limit: beyond it, no difference of it is tolerated (samples 3.b)."""
        sums: dict[dt.date, Decimal] = defaultdict(Decimal)
        for one in self.done.within:
            sums[one.period] += one.size
        for said, _, period in self.done.within:
            changed = finding(
                "AMOUNT_DIFF", said.kind, said.units, (said.amount, said.currency), said.sources, said.key
            )
            changed = replace(changed, rests=said.rests, sides=said.sides)
            self.done.findings.append(changed if sums[period] > tolerance_total else said)
        self.done.within.clear()
        # Of a dealing with who had left, income and cost were an outsider's from the start: it is named once.
        gone = {f.key: set(f.units) for f in self.done.findings if f.code == "PARTNER_OUT_OF_SCOPE" and f.rests}
        again = [f for f in self.done.findings if f.code == "PARTNER_OUT_OF_SCOPE" and not f.rests]
        twice = {id(f) for f in again if gone.get(f.key) == set(f.units)}
        kept = (f for f in self.done.findings if id(f) not in twice)
        joined = causes_first(list(kept))
        self.done.findings = [replace(f, internal=self.scope.one_person(f.units)) for f in joined]
        self.done.findings.sort(key=lambda f: (f.units, f.key, f.code, f.kind, f.sources))
        return self.done


def kind_of(items: Iterable[Item]) -> str:
    """A dealing's class: the one with the largest amount; ties by name."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        if item.kind:
            sums[item.kind] += abs(item.amount)
    return min(sums, key=lambda k: (-sums[k], k)) if sums else OTHER
