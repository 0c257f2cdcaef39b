"""What is said of a dealing whose two sides don't agree: which code, about how much (SPEC 10, error codes)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.combine.dealings.elimination import Gap, Names
from ledger.combine.dealings.findings import sides_of
from ledger.combine.dealings.items import ASSET, BALANCE, RESULT, SUSPENSE, Item
from ledger.combine.model import ADJ, ZERO, Place, Side
from ledger.rules.rounding import unit_of


@dataclass(frozen=True)
class Verdict:
    """A code, the difference it is about and its currency, the postings that show it, what each side has."""

    code: str
    amount: tuple[Decimal, str]
    items: tuple[Item, ...]
    size: Decimal
    sides: tuple[Side, ...]
    section: str


@dataclass(frozen=True)
class Case:
    """A dealing at the period's end.

    Attributes:
        names: what it is called.
        items: all its postings until then, earlier income and cost among them.
        early: those that count in the period.
        gaps: how its sides differ, by section.
        tolerance: what they may differ by.
        currency: the reporting currency.
        alike: what is shared out is equal on both sides, but for rates (`shared_out`).
    """

    names: Names
    items: Sequence[Item]
    early: Sequence[Item]
    gaps: dict[str, Gap]
    tolerance: Decimal
    currency: str
    alike: bool = False

    def of(self, section: str) -> list[Item]:
        """Postings of a section."""
        return [i for i in self.early if i.section == section]


def verdict(case: Case) -> Verdict | None:
    """What is wrong with a dealing; None where its sides agree."""
    section = _section(case)
    if section is None:
        return None
    now, chosen = case.gaps[section], case.of(section)
    waiting = _waiting(case.early, chosen, now)
    sides = _booked(case)
    difference = now.open, now.currency
    if waiting:
        code = "ON_SUSPENSE"
    elif not now.mixed and not now.open:  # nothing but rates
        code, difference = "FX_DIFF", (now.worth, case.currency)
    elif len(sides) == 1 or _unbooked(case):
        code = "ONE_SIDED"
    elif now.nets[0] * now.nets[1] > 0:
        code = "SAME_SIGN"
    elif _exchange(case, section):
        code, difference = "FX_DIFF", (now.worth, case.currency)
    elif _twice(chosen, now, case.names):
        code = "DUPLICATE"
    elif now.size <= case.tolerance:
        code = "TOLERANCE"
    else:
        code = "AMOUNT_DIFF"
    return Verdict(code, difference, (*chosen, *waiting), now.size, _sides(case, section), section)


def _booked(case: Case) -> set[str]:
    """Which units have booked anything; not who has adjustments alone that have been taken back."""
    found = set()
    for unit in case.names.units:
        own = [i for i in case.early if i.unit == unit and i.section != SUSPENSE]
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for item in own:
            sums[item.section, item.currency] += item.document_amount
        if any(i.column != ADJ for i in own) or any(sums.values()):
            found.add(unit)
    return found


def _sides(case: Case, section: str) -> tuple[Side, ...]:
    """What both units have in a section: of assets the prices, of all else what they have booked."""
    now, units = case.gaps[section], case.names.units
    if now.mixed and section != ASSET:
        return sides_of(units, case.of(section), case.currency)
    parts = zip(units, now.nets, now.worths, strict=True)
    return tuple(Side(unit, net, now.currency, worth) for unit, net, worth in parts)


def _section(case: Case) -> str | None:
    """What the difference is shown by: claims before income and cost, but nothing small hides what isn't."""
    open_ones = [name for name, now in case.gaps.items() if now.open or now.worth]
    real = [n for n in open_ones if case.gaps[n].open and not _exchange(case, n)]
    large = [name for name in real if case.gaps[name].size > case.tolerance]
    return next(iter((*large, *real, *open_ones)), None)


def _exchange(case: Case, section: str) -> bool:
    """Whether only rates make the difference."""
    now, chosen = case.gaps[section], case.of(section)
    if section == RESULT and case.alike:
        return bool(now.worth)
    if not now.mixed:
        told = any(i.invoiced for i in chosen) and agreed(chosen)
        return bool(now.worth) and (not now.open or told)
    return bool(now.worth) and (abs(now.worth) <= unit_of(case.currency) * len(chosen) or agreed(chosen))


def agreed(chosen: Iterable[Item]) -> bool:
    """Whether the sides agree in the currency of their invoices, whatever one of them booked income or cost in."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in chosen:
        its, amount = item.invoiced or (item.currency, item.document_amount)
        sums[its] += amount
    return len(sums) == 1 and not any(sums.values())


def _waiting(early: Iterable[Item], chosen: Iterable[Item], now: Gap) -> list[Item]:
    """What is missing, where one side has it on suspense: a unit's postings there, while its partner has booked."""
    booked = {c.unit for c in chosen}
    found = [i for i in early if i.section == SUSPENSE and booked - {i.unit}]
    return found if sum((i.amount for i in found), ZERO) * (now.worth or now.open) < 0 else []


def _unbooked(case: Case) -> bool:
    """Whether one side has booked the payment alone: what the other has invoiced, and had paid, it hasn't booked."""
    for unit in case.names.units:
        own = [i for i in case.items if i.unit == unit]
        theirs = [i for i in case.items if i.unit != unit]
        invoiced = sum((i.amount for i in theirs if i.section == RESULT), ZERO)
        paid = [i for i in own if i.section == BALANCE]
        if not invoiced or not paid or any(i.section == RESULT for i in own):
            continue
        same = any(i.amount * invoiced > 0 for i in paid)  # a claim or debt such as the invoice makes
        if not same and any(i.section == BALANCE and i.amount * invoiced > 0 for i in theirs):
            return True
    return False


def _twice(items: Iterable[Item], now: Gap, names: Names) -> bool:
    """Whether the larger side has one voucher's posting again, and that is the whole difference.

    It has it again on the same day; or on another one, while the other side has it once, and neither of the vouchers
    is of a document of its own.
    """
    larger = names.units[0] if abs(now.nets[0]) > abs(now.nets[1]) else names.units[1]
    same: dict[tuple[dt.date, Place], set[tuple[bool, int]]] = defaultdict(set)
    ever: dict[Place, set[tuple[bool, int]]] = defaultdict(set)
    documents: dict[Place, set[str | None]] = defaultdict(set)
    answers = set()
    for item in items:
        if item.unit != larger:
            if item.document_amount == -now.open:
                answers.add(item.transaction)
        elif item.document_amount == now.open:
            same[item.date, item.place].add(item.transaction)
            ever[item.place].add(item.transaction)
            documents[item.place].add(item.document)
    if any(len(vouchers) > 1 for vouchers in same.values()):
        return True
    twice = (place for place, vouchers in ever.items() if len(vouchers) == 2)
    return len(answers) == 1 and any(len(documents[place]) == 1 for place in twice)
