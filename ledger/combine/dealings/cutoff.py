"""Which vouchers of the first days after a period belong into it (SPEC 10; samples 3.c): one rule for both periods.

At a day, a dealing's two sides are compared by all that they had booked until then. What is open, the side that books
within the next ten days may answer: its vouchers are taken, those that leave least first, as long as each brings the
sides nearer. They needn't meet: what is left is a difference like any other. Vouchers that the other side books in the
same ten days have answers of their own.

The ten days are for what people book when they get to it. Central's side of a levy whose month central had closed says
by its link which month it is for (SPEC 7), and is taken in however many days later it stands.

The period that ends on the day takes these vouchers in, and the one that begins on the next takes them back. Both ask
here, and with what everything was worth on that day, so neither takes back what the other hasn't made.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from ledger.combine.dealings.elimination import Gap, Sums, gap_of, sums_of
from ledger.combine.dealings.items import BALANCE, RESULT, Item
from ledger.combine.model import ADJ, ZERO

Voucher: TypeAlias = list[Item]


class Standing(NamedTuple):
    """How two sides stand: claims against debts, income against cost."""

    claims: Gap
    result: Gap

    @property
    def met(self) -> bool:
        """Whether nothing is open."""
        return not self.claims.open and not self.result.open


def late_items(items: Iterable[Item], day: dt.date, units: tuple[str, ...], currency: str) -> list[Item]:
    """The postings after `day` that its period takes in: those of one unit, in whole vouchers.

    Args:
        items: a dealing, each worth what it was on `day`.
        day: the last of a period.
        units: both, sorted.
        currency: the reporting currency.
    """
    known = list(items)
    late = [i for i in known if i.late(day) and i.column != ADJ]
    until = [i for i in known if i.date <= day]
    if not late or not until:
        return []
    sides = _Sides(units, until, currency)
    now = sides.standing()
    section = BALANCE if now.claims.open else RESULT
    if now.met:
        return []
    found: list[tuple[Decimal, int, list[Item]]] = []
    for number, unit in enumerate(units):
        others = [i for i in late if i.unit != unit]
        taken = _taken(sides, [i for i in late if i.unit == unit], others, section)
        if taken:
            found.append((_open(sides.with_(taken), section), number, taken))
    return min(found, key=lambda f: f[:2])[2] if found else []


class _Sides:
    """Sums of both sides, to which vouchers are tried."""

    def __init__(self, units: tuple[str, ...], items: Iterable[Item], currency: str) -> None:
        self.units = units
        self.currency = currency
        self.sums = _by_side(items)

    def with_(self, more: Iterable[Item]) -> Standing:
        """How they stand with some more postings."""
        added = _by_side(more)
        return self.standing({key: _plus(self.sums.get(key), sums) for key, sums in added.items()})

    def standing(self, changed: dict[tuple[str, str], Sums] | None = None) -> Standing:
        """How they stand."""
        sums = self.sums | (changed or {})
        one, other = ({key[0]: its for key, its in sums.items() if key[1] == unit} for unit in self.units)
        claims, result = (
            gap_of(one.get(section) or Sums(), other.get(section) or Sums(), self.currency)
            for section in (BALANCE, RESULT)
        )
        return Standing(claims, result)


def _by_side(items: Iterable[Item]) -> dict[tuple[str, str], Sums]:
    found: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in items:
        found[item.section, item.unit].append(item)
    return {key: sums_of(members) for key, members in found.items()}


def _plus(one: Sums | None, more: Sums) -> Sums:
    if one is None:
        return more
    return Sums(one.currencies | more.currencies, one.document + more.document, one.worth + more.worth)


def _open(standing: Standing, section: str) -> Decimal:
    """What is open in a section, in the reporting currency: nothing where only rates make a difference."""
    now = standing.claims if section == BALANCE else standing.result
    return now.size if now.open else ZERO


def _taken(sides: _Sides, own: Sequence[Item], others: Sequence[Item], section: str) -> list[Item]:
    """Of one unit's late postings those that answer what is open."""
    if not any(i.section == section for i in own):
        return []
    if sides.with_(own).met:
        return list(own)
    waiting = _unanswered(own, others, section)
    taken: list[Item] = []
    now = sides.standing()
    while waiting and _open(now, section):
        tried = [(sides.with_([*taken, *voucher]), number) for number, voucher in enumerate(waiting)]
        nearer = [(after, number) for after, number in tried if _nearer(after, now, section)]
        if not nearer:
            break
        now, number = min(nearer, key=lambda t: (_open(t[0], section), t[1]))
        taken += waiting.pop(number)
    return taken


def _nearer(after: Standing, now: Standing, section: str) -> bool:
    """Whether what is open in a section becomes less, and nothing else more."""
    better = _open(after, section) < _open(now, section)
    return better and all(_open(after, other) <= _open(now, other) for other in (BALANCE, RESULT))


def _unanswered(own: Iterable[Item], others: Iterable[Item], section: str) -> list[Voucher]:
    """A unit's vouchers that no voucher of the other one's answers within the same days; in the order of time."""
    answers: dict[tuple[str, Decimal], int] = defaultdict(int)
    for voucher in _vouchers(others):
        for net in _nets(voucher, section).items():
            answers[net] += 1
    found = []
    for voucher in _vouchers(own):
        nets = _nets(voucher, section)
        mirrored = [(currency, -amount) for currency, amount in nets.items()]
        if nets and all(answers[net] for net in mirrored):
            for net in mirrored:
                answers[net] -= 1
        elif nets:
            found.append(voucher)
    return found


def _vouchers(items: Iterable[Item]) -> list[Voucher]:
    found: dict[tuple[bool, int], Voucher] = defaultdict(list)
    for item in sorted(items, key=lambda i: i.key):
        found[item.transaction].append(item)
    return list(found.values())


def _nets(voucher: Iterable[Item], section: str) -> dict[str, Decimal]:
    """Σ by the document's currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in voucher:
        if item.section == section:
            sums[item.currency] += item.document_amount
    return {currency: amount for currency, amount in sums.items() if amount}
