"""From a dealing to its entries, and to what must be said of it (SPEC 10; samples 3.a-3.c).

Differences are shown, never plugged. A payment or invoice whose other side is booked at most ten days after the
period is in transit: the late voucher is taken into ADJ, its bank line as cash in transit, and taken back next day.
Within a legal person every other difference blocks; between legal persons one within the tolerance is only named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ledger.combine.elimination import Gap, Names, entries, gap, plain
from ledger.combine.flows import RETAINED
from ledger.combine.items import BALANCE, OTHER, RESULT, SUSPENSE, WINDOW, Item, finding
from ledger.combine.matching import Dealing
from ledger.combine.model import ADJ, ZERO, GroupEntry, GroupPosting, Unmatched
from ledger.combine.scope import Scope
from ledger.rules.rounding import unit_of

#: Takes late items of one side into the period: entries in ADJ.
Transit = Callable[[Names, Sequence[Item]], list[GroupEntry]]


@dataclass
class Settled:
    """What became of all dealings."""

    entries: list[GroupEntry] = field(default_factory=list)
    findings: list[Unmatched] = field(default_factory=list)
    within: list[tuple[Unmatched, Decimal]] = field(default_factory=list)  # tolerated, with its reporting amount


@dataclass
class Settler:
    """Settles dealings one by one.

    Args:
        scope: units and period.
        currency: the reporting currency.
        tolerance: what a pair may differ by.
        transit: makes ADJ entries of late vouchers.
    """

    scope: Scope
    currency: str
    tolerance: Callable[[str, str], Decimal]
    transit: Transit
    done: Settled = field(default_factory=Settled)

    def settle(self, dealing: Dealing) -> None:
        """Eliminate what agrees; name what doesn't."""
        scope = self.scope
        items = sorted((i for side in dealing.sides for i in side.items), key=lambda i: i.key)
        units = tuple(sorted({i.unit for i in items} | {i.partner for i in items}))
        names = Names(kind_of(items), dealing.key, units)
        early = [i for i in items if i.date <= scope.date_to and (i.section != RESULT or i.date >= scope.date_from)]
        if dealing.asymmetric:
            if early:
                self._say("PARTNER_ASYMMETRIC", names, [i for i in early if i.unit == early[0].unit], items)
            return
        late = [i for i in items if i.date > scope.date_to]
        kinds = [side.kinds for side in dealing.sides]
        mismatch = len(kinds) == 2 and all(kinds) and kinds[0] != kinds[1]
        if mismatch and early:
            self._say("CLASS_MISMATCH", names, [i for i in early if i.unit == early[0].unit], items)
            return
        if len(kinds) == 2 and len(early) == len(items) and (agreed := plain(names, items, scope)) is not None:
            self.done.entries += agreed
            return
        cut = self._late(names, early, late) or self._earlier(names, items, early)
        counted = [*early, *cut] if cut is not None else early
        self.done.entries += entries(names, counted, scope, self.currency)
        if cut is not None:
            self._say("CUT_OFF", names, cut, items)
        else:
            self._judge(names, early)

    def _sections(self, names: Names, items: Sequence[Item]) -> tuple[Gap, Gap]:
        found = []
        for section in (BALANCE, RESULT):
            chosen = [i for i in items if i.section == section]
            one = [i for i in chosen if i.unit == names.units[0]]
            found.append(gap(one, [i for i in chosen if i.unit != names.units[0]], self.currency))
        return found[0], found[1]

    def _late(self, names: Names, early: Sequence[Item], late: Sequence[Item]) -> list[Item] | None:
        """Items of the side that booked after the period, where they close the gap: dated on its last day."""
        if not late or not early:
            return None
        claims, result = self._sections(names, early)
        section, now = (BALANCE, claims) if claims.open else (RESULT, result)
        if not now.open:
            return None
        for unit in names.units:
            chosen = [i for i in late if i.unit == unit]
            if not any(i.section == section for i in chosen):
                continue
            moved = [replace(i, date=self.scope.date_to) for i in chosen]
            after = self._sections(names, [*early, *moved])
            if not after[0].open and not after[1].open:
                self.done.entries += self.transit(names, chosen)
                return moved
        return None

    def _earlier(self, names: Names, items: Sequence[Item], early: Sequence[Item]) -> list[Item] | None:
        """The taking back of last period's transit: a voucher of this period's first days that answers the one before.

        What the period before left open, whenever it was booked there, is what the late voucher closed.
        """
        start = self.scope.date_from
        earlier = [i for i in items if i.section == RESULT and i.date < start]
        if not earlier:
            return None
        claims, result = self._sections(names, early)
        if claims.open or not result.open or sum((i.amount for i in earlier), ZERO) != -result.worth:
            return None
        for unit in names.units:
            before = [i for i in earlier if i.unit == unit]
            mine = [i for i in early if i.section == RESULT and i.unit != unit and i.date < start + WINDOW]
            if not before or not mine:
                continue
            last = max(mine, key=lambda i: (abs(i.amount), i.key))
            postings = (
                GroupPosting(last.place, ADJ, -result.worth, last.source),
                GroupPosting(RETAINED, ADJ, result.worth, before[0].source),
            )
            self.done.entries.append(GroupEntry(last.date, ADJ, "transit", names.key, names.units, postings))
            taken_back = replace(last, amount=-result.worth, document_amount=-result.open)
            return [taken_back]
        return None

    def _judge(self, names: Names, early: Sequence[Item]) -> None:
        """Name what is left open."""
        claims, result = self._sections(names, early)
        section, now = (RESULT, result) if not claims.open and not claims.worth else (BALANCE, claims)
        if not now.open and not now.worth:
            return
        chosen = [i for i in early if i.section == section]
        waiting = _waiting(early, chosen, now)
        sides = {i.unit for i in early if i.section != SUSPENSE}
        difference = now.open, now.currency
        if waiting:
            code = "ON_SUSPENSE"
        elif len(sides) == 1:
            code = "ONE_SIDED"
        elif now.nets[0] * now.nets[1] > 0:
            code = "SAME_SIGN"
        elif self._exchange(now, len(chosen)):
            code, difference = "FX_DIFF", (now.worth, self.currency)
        elif _twice(chosen, now, names):
            code = "DUPLICATE"
        elif now.size <= self.tolerance(names.units[0], names.units[1]):
            code = "TOLERANCE"
        else:
            code = "AMOUNT_DIFF"
        sources = [i.source for i in (*chosen, *waiting)]
        said = finding(code, names.kind, names.units, difference, sources, names.key)
        if code == "TOLERANCE":
            self.done.within.append((said, now.size))
        else:
            self.done.findings.append(said)

    def _exchange(self, now: Gap, postings: int) -> bool:
        """Whether only rates make the difference."""
        if now.mixed:
            return 0 < abs(now.worth) <= unit_of(self.currency) * postings
        return not now.open and bool(now.worth)

    def _say(self, code: str, names: Names, about: Sequence[Item], items: Sequence[Item]) -> None:
        """A finding about `about`: its claims, else its income and cost."""
        chosen = [i for i in about if i.section == BALANCE] or list(about)
        same = [i for i in chosen if i.currency == chosen[0].currency]
        amount = sum((i.document_amount for i in same), ZERO), chosen[0].currency
        self.done.findings.append(finding(code, names.kind, names.units, amount, (i.source for i in items), names.key))

    def finish(self, tolerance_total: Decimal) -> Settled:
        """Apply the period's limit: beyond it, no difference is tolerated (samples 3.b)."""
        if sum((amount for _, amount in self.done.within), ZERO) > tolerance_total:
            for said, _ in self.done.within:
                again = finding(
                    "AMOUNT_DIFF", said.kind, said.units, (said.amount, said.currency), said.sources, said.key
                )
                self.done.findings.append(again)
        else:
            self.done.findings += [said for said, _ in self.done.within]
        self.done.findings.sort(key=lambda f: (f.units, f.key, f.code, f.sources))
        return self.done


def _waiting(early: Sequence[Item], chosen: Sequence[Item], now: Gap) -> list[Item]:
    """What is missing, where one side has it on suspense: a unit's postings there, while its partner has booked."""
    found = [i for i in early if i.section == SUSPENSE and any(c.unit != i.unit for c in chosen)]
    return found if sum((i.amount for i in found), ZERO) * (now.worth or now.open) < 0 else []


def kind_of(items: Sequence[Item]) -> str:
    """A dealing's class: the one with the largest amount; ties by name."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        if item.kind:
            sums[item.kind] += abs(item.amount)
    return min(sums, key=lambda k: (-sums[k], k)) if sums else OTHER


def _twice(items: Sequence[Item], now: Gap, names: Names) -> bool:
    """Whether the larger side has one voucher's posting again, and that is the whole difference."""
    larger = names.units[0] if abs(now.nets[0]) > abs(now.nets[1]) else names.units[1]
    side = [i for i in items if i.unit == larger]
    counted: dict[tuple[object, ...], set[tuple[bool, int]]] = {}
    for item in side:
        counted.setdefault((item.date, item.place, item.document_amount), set()).add(item.transaction)
    return any(len(vouchers) > 1 and key[2] == now.open for key, vouchers in counted.items())
