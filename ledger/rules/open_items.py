"""Open items and their age (subledger accounting): what of an invoice is still to be paid on a day.

Movements of one key (an invoice and what was paid on it) are one item; what they sum to is open. Movements without a
key belong to their counterparty's account: what was paid is set off against the oldest claims first, and claims
against the oldest prepayments. What a counterparty paid beyond its own claims is set off against earlier claims that
name nobody: an opening balance brings last year's claims in one sum. The other way round nothing is guessed: a payment
by nobody stands as an item until somebody says whose it is. Money on its way to the bank has no counterparty: all of
a clearing account is one.

Σ open items of an account is its balance, always: nothing is left out, and what was paid too much stands as an item
with its sign. An item is as old as the days since it fell due: not due, 1-30, 31-60, 61-90, more than 90 days. One
without a due date counts from its first day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ledger.rules.names import folded

ZERO = Decimal(0)

#: Buckets by the last day late that they hold; the last one has no end.
BUCKETS: tuple[tuple[str, int | None], ...] = (
    ("not_due", 0),
    ("1-30", 30),
    ("31-60", 60),
    ("61-90", 90),
    ("over_90", None),
)


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting to a claim, debt or clearing account.

    Attributes:
        account: of the books.
        kind: `receivable`, `payable` or `clearing`.
        amount: debit is positive, in `currency`.
        key: what settles together: a link; empty where there is none.
        counterparty: who owes or is owed, as the books name them; folded for comparison.
        partner: the unit's slug where the counterparty is a unit.
        due: when it is to be paid.
        number: the invoice's number.
        references: what a payer may quote: OCR number, invoice number.
        where: `file:line` of the posting's transaction.
        masked: its counterparty may be a person whose name is for the unit alone (SPEC 10).
    """

    account: str
    kind: str
    date: dt.date
    amount: Decimal
    currency: str
    key: str = ""
    counterparty: str = ""
    partner: str = ""
    due: dt.date | None = None
    number: str = ""
    references: tuple[str, ...] = ()
    where: str = ""
    masked: bool = False


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is open of one key, or of one movement of a counterparty's account.

    Attributes:
        date: of its first movement that made it (the invoice's; the payment's where there is no invoice).
        amount: as first booked; `open`: what is left; both debit positive.
        movements: everything that happened on it, by date; of one that settled several items, the part that is this
            item's. They sum to `open`.
    """

    account: str
    kind: str
    currency: str
    key: str
    counterparty: str
    partner: str
    number: str
    references: tuple[str, ...]
    date: dt.date
    due: dt.date | None
    amount: Decimal
    open: Decimal
    movements: tuple[Movement, ...]

    @property
    def where(self) -> str:
        """`file:line` of the movement that made it."""
        made = (m.where for m in self.movements if m.date == self.date)
        return next(made, self.movements[0].where)

    @property
    def label(self) -> str:
        """What it is known by: the invoice's number, else what the bank or a payer may quote of it."""
        return self.number or next(iter(self.references), "")

    @property
    def masked(self) -> bool:
        """Whether its counterparty is for the unit alone."""
        return any(m.masked for m in self.movements)

    def days_late(self, day: dt.date) -> int:
        """Days since it fell due; 0 where it isn't due yet."""
        return max(0, (day - (self.due or self.date)).days)

    def bucket(self, day: dt.date) -> str:
        """Its age on a day: a name of `BUCKETS`."""
        late = self.days_late(day)
        return next(name for name, last in BUCKETS if last is None or late <= last)


@dataclass(slots=True)
class _Rest:
    """What is left of a movement while others are set off against it; of each, the amount that was."""

    first: Movement
    left: Decimal
    against: list[tuple[Movement, Decimal]] = field(default_factory=list)

    def parts(self) -> list[Movement]:
        """The movement and what was set off against it."""
        return [self.first, *(m if m.amount == part else replace(m, amount=part) for m, part in self.against)]


def open_items(movements: Iterable[Movement], until: dt.date | None = None) -> tuple[OpenItem, ...]:
    """What is open at the end of a day.

    Args:
        movements: of one book, in any order.
        until: the last day that counts; None = everything.

    Returns:
        Items that aren't zero, by account, currency, due date (else first date), first date, key. Σ per account and
        currency = balance.
    """
    accounts: dict[tuple[str, str], list[Movement]] = defaultdict(list)
    for movement in movements:
        if until is None or movement.date <= until:
            accounts[movement.account, movement.currency].append(movement)
    found: list[OpenItem] = []
    for moved in accounts.values():
        items = _of_account(sorted(moved, key=_order))
        assert sum((i.open for i in items), ZERO) == sum((m.amount for m in moved), ZERO), moved[0].account
        found += items
    return tuple(sorted(found, key=_rank))


def _of_account(moved: Sequence[Movement]) -> list[OpenItem]:
    """The items of one account and currency, from its movements in their order."""
    keyed: dict[str, list[Movement]] = defaultdict(list)
    loose: dict[str, list[Movement]] = defaultdict(list)
    for movement in moved:
        if movement.key:
            keyed[movement.key].append(movement)
        elif movement.amount:
            loose[_owner(movement)].append(movement)
    items = [_item(parts) for parts in keyed.values() if sum((m.amount for m in parts), ZERO)]
    rests = {owner: _set_off(parts) for owner, parts in loose.items()}
    nobody = [r for r in rests.get("", ()) if _is_claim(r.first)]
    paid = [r for owner, group in rests.items() if owner for r in group if not _is_claim(r.first)]
    _settle(sorted(paid, key=lambda rest: _order(rest.first)), nobody, earlier=True)
    items += [_item(rest.parts(), rest.first) for group in rests.values() for rest in group if rest.left]
    return items


def _owner(movement: Movement) -> str:
    """Whose account a movement without a key belongs to; "" = nobody's in particular."""
    if movement.kind == "clearing":
        return ""
    return f":{movement.partner}" if movement.partner else folded(movement.counterparty)


def _is_claim(movement: Movement) -> bool:
    """Whether a movement makes an item of its kind (an invoice) rather than settles one."""
    return movement.amount < 0 if movement.kind == "payable" else movement.amount > 0


def _set_off(moved: Sequence[Movement]) -> list[_Rest]:
    """What is left of a counterparty's movements when the oldest are set off first."""
    rests = [_Rest(m, m.amount) for m in moved]
    _settle([r for r in rests if r.left > 0], [r for r in rests if r.left < 0])
    return [r for r in rests if r.left]


def _settle(ones: Sequence[_Rest], others: Sequence[_Rest], *, earlier: bool = False) -> None:
    """Set rests of one sign off against rests of the other, in their order; `earlier`: only against what stood then."""
    waiting = iter(others)
    other = next(waiting, None)
    for one in ones:
        while other is not None and one.left and not (earlier and other.first.date > one.first.date):
            part = min(one.left, -other.left, key=abs)
            one.against.append((other.first, -part))
            other.against.append((one.first, part))
            one.left -= part
            other.left += part
            if not other.left:
                other = next(waiting, None)


def _item(parts: list[Movement], made: Movement | None = None) -> OpenItem:
    """The item that movements make together.

    Args:
        parts: its movements.
        made: the one that it is the rest of. None = they share a key: the first that makes an item says what it is, and
            where it is silent, the next.
    """
    moved = sorted(parts, key=_order) if made else parts  # of a key: in their order already
    first = made or next((m for m in moved if _is_claim(m)), moved[0])
    said = [made] if made else [first, *moved]
    again = [
        m.amount for m in said[1:] if (m.date, m.where, m.amount < 0) == (first.date, first.where, first.amount < 0)
    ]
    return OpenItem(
        account=first.account,
        kind=first.kind,
        currency=first.currency,
        key=first.key,
        counterparty=next((m.counterparty for m in said if m.counterparty), ""),
        partner=next((m.partner for m in said if m.partner), ""),
        number=next((m.number for m in said if m.number), ""),
        references=tuple(dict.fromkeys(r for m in said for r in m.references)),
        date=first.date,
        due=next((m.due for m in said if m.due), None),
        amount=sum(again, ZERO) if again else first.amount,
        open=sum((m.amount for m in moved), ZERO),
        movements=tuple(moved),
    )


def _place(where: str) -> tuple[str, int]:
    """`file:line` so that lines stand in their order."""
    file, _, line = where.rpartition(":")
    return (file, int(line)) if line.isascii() and line.isdigit() else (where, 0)


def _order(movement: Movement) -> tuple[object, ...]:
    """By date, what makes items before what settles them, then as the book has them; no two that differ are equal."""
    m = movement
    due = m.due or dt.date.max
    said = (due, m.number, m.key, m.counterparty, m.partner, m.references, m.amount, m.masked)
    return (m.date, not _is_claim(m), _place(m.where), *said)


def _rank(item: OpenItem) -> tuple[object, ...]:
    first = item.movements[0]
    return (item.account, item.currency, item.due or item.date, item.date, item.key, _order(first), item.open)


def set_off(items: Iterable[OpenItem]) -> tuple[OpenItem, ...]:
    """Items that were settled in a sum: of each account, currency and counterparty, the oldest are set off first.

    Units settle what they owe each other once a month or quarter by a document with a number, hence a link, of its
    own. It is an item, too; a list of what is still owed takes it against the dealings that it was for.

    Args:
        items: of one book, each counterparty being a unit.

    Returns:
        What is left, in the order of `open_items`; `movements` of an item are then whole items, or parts of them.
    """
    groups: dict[tuple[str, str, str], list[Movement]] = defaultdict(list)
    booked: dict[int, Decimal] = {}
    for item in items:
        whole = _as_movement(item)
        booked[id(whole)] = item.amount
        groups[item.account, item.currency, _owner(whole)].append(whole)
    found = [
        replace(_item(rest.parts(), rest.first), amount=booked[id(rest.first)])
        for moved in groups.values()
        for rest in _set_off(sorted(moved, key=_order))
    ]
    return tuple(sorted(found, key=_rank))


def _as_movement(item: OpenItem) -> Movement:
    """What is open of an item, as one movement."""
    return Movement(
        account=item.account,
        kind=item.kind,
        date=item.date,
        amount=item.open,
        currency=item.currency,
        key=item.key,
        counterparty=item.counterparty,
        partner=item.partner,
        due=item.due,
        number=item.number,
        references=item.references,
        where=item.where,
        masked=item.masked,
    )


def ageing(items: Iterable[OpenItem], day: dt.date) -> Mapping[str, Decimal]:
    """Σ open by bucket, all of one currency."""
    totals = {name: Decimal(0) for name, _ in BUCKETS}
    for item in items:
        totals[item.bucket(day)] += item.open
    return totals
