"""What of a decision is used, and what is left (SPEC 4: a decision with an amount is used up by what is booked on it).

A posting names its decision itself or by its voucher. Where a voucher names one, its postings on protected accounts
use it; where it has none of these, all its postings do. What a voucher uses is the larger of its debits and its
credits among those: a loan paid out is claim and bank, and counts once.

One dealing counts once, however many vouchers tell of it: both units' sides of one link of theirs (`^ic-…`; the larger
side counts), and in one unit what is decided as a debt and then paid (a refund on account 2898 and its payments). Sides
of one dealing name each other as `partner`, and one's debit is the other's credit: two units that both credit their
capital have two dealings, whatever link they share. A correction is added to the voucher that it corrects, account by
account: what it takes back is there to be used again.

In which order vouchers use a decision up is told by their dates. One that was later corrected downwards counts as if it
had been booked so from its first day on.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

ZERO: Final = Decimal(0)
#: Links that two units share begin so (SPEC 3).
DEALING: Final = "ic-"
Status = Literal["open", "part", "unlimited", "done"]


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting of one book, as far as it says what allows it.

    Attributes:
        transaction: which one of the book.
        corrects: the transaction that its own one corrects, in the end; None where it corrects none.
        account: where it stands.
        protected: whether its account takes nothing without a decision.
        own: the decision that the posting names.
        common: the one that its transaction names.
    """

    transaction: int
    corrects: int | None
    account: str
    protected: bool
    own: str | None
    common: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """What allows a posting; `counts`: whether it uses something of it."""

    decision: str | None
    counts: bool


NOTHING: Final = Citation(None, counts=False)


def citations(postings: Sequence[Posting]) -> list[Citation]:
    """What allows each posting of one book.

    A correction goes by what it corrects, unless a posting of it says otherwise: each posting by what the corrected
    voucher has on its account, whatever has allowed the correction itself. In one that names no decision, a posting on
    another protected account goes by the only one that the corrected voucher has.

    Args:
        postings: all that name a decision or stand on protected accounts, all others of the same transactions, and all
            of transactions that correct these.

    Returns:
        One for each, in their order.
    """
    found = [NOTHING] * len(postings)
    places: dict[int, list[int]] = defaultdict(list)
    for place, posting in enumerate(postings):
        places[posting.transaction].append(place)
    for group in places.values():
        inherit = [p for p in group if postings[p].own is None and postings[p].common is not None]
        using = [p for p in inherit if postings[p].protected]
        if not using and not any(postings[p].own == postings[p].common for p in group):
            using = inherit
        for place in group:
            posting = postings[place]
            if posting.own is not None:
                found[place] = Citation(posting.own, counts=True)
            elif posting.common is not None:
                found[place] = Citation(posting.common, counts=place in using)
    for place, posting in enumerate(postings):
        if posting.corrects is not None and posting.own is None:
            corrected = [(postings[p], found[p]) for p in places.get(posting.corrects, ())]
            found[place] = _inherited(posting, found[place], corrected)
    return found


def _inherited(posting: Posting, said: Citation, corrected: Iterable[tuple[Posting, Citation]]) -> Citation:
    """What a correction's posting has from the voucher that it corrects; `said`: from its own."""
    counted = [(p, c.decision) for p, c in corrected if c.counts]
    of_account = {decision for p, decision in counted if p.account == posting.account}
    if len(of_account) == 1:
        return Citation(of_account.pop(), counts=True)
    whole = {decision for _, decision in counted}
    alone = said is NOTHING and posting.protected and len(whole) == 1
    return Citation(whole.pop(), counts=True) if alone else said


@dataclass(frozen=True, slots=True)
class Use:
    """A posting that uses a decision.

    Attributes:
        unit: whose book it is in.
        transaction: which one of that book.
        root: the transaction that it corrects, in the end; itself where it corrects none.
        amount: in the decision's currency, debit positive.
        links: of its transaction.
        owed: it stands on a protected account of debts: what is decided there is paid from there.
        partners: units that its transaction names as the other side.
        beside: it is no unit's own (an adjustment): a side of all dealings of its links.
    """

    unit: str
    transaction: int
    root: int
    date: dt.date
    account: str
    amount: Decimal
    links: tuple[str, ...]
    owed: bool = False
    partners: tuple[str, ...] = ()
    beside: bool = False


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What is booked on a decision.

    Attributes:
        used: of it, each dealing once.
        units: each unit's own side, by slug; they may sum to more.
        over: unit and transaction of what went beyond its amount, with what was used of it then.
        eased: unit and transaction of corrections that give back: nothing more was done by them.
    """

    used: Decimal
    units: dict[str, Decimal]
    over: dict[tuple[str, int], Decimal]
    eased: frozenset[tuple[str, int]]


def carried_out(amount: Decimal | None, uses: Iterable[Use]) -> CarriedOut:
    """What is used of one decision.

    Args:
        amount: that may be used; None: without limit.
        uses: of all books, in any order.
    """
    rows = sorted(uses, key=lambda u: (u.date, u.unit, u.transaction, u.account, u.amount))
    standing = {(u.unit, u.transaction) for u in rows}
    root = {(u.unit, u.transaction): u.root if (u.unit, u.root) in standing else u.transaction for u in rows}
    when, eased = _taken(rows, root)
    deals = _deals(rows, root)
    count = _Count(amount)
    for use in sorted(rows, key=lambda u: (when[u.unit, u.transaction], u.unit, u.transaction)):
        key = use.unit, use.transaction
        told = when[key][1:]
        count.add(told, deals[use.unit, root[key]], (use.unit, root[key], use.account), use.amount)
    return CarriedOut(count.total, dict(sorted(count.units().items())), count.end(), frozenset(eased))


def _size(nets: Iterable[Decimal]) -> Decimal:
    """The larger of debits and credits."""
    amounts = list(nets)
    return max(sum((a for a in amounts if a > 0), ZERO), -sum((a for a in amounts if a < 0), ZERO))


Key = tuple[str, int]


def _taken(rows: Sequence[Use], root: dict[Key, int]) -> tuple[dict[Key, tuple[dt.date, str, int]], set[Key]]:
    """When each transaction counts: what corrections lessen, from the first day on; and which ones these are."""
    dates: dict[Key, dt.date] = {}
    own: dict[Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    final: dict[Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for use in rows:
        dates.setdefault((use.unit, use.transaction), use.date)
        first = use.unit, root[use.unit, use.transaction]
        final[first][use.account] += use.amount
        if first[1] == use.transaction:
            own[first][use.account] += use.amount
    when, eased = {}, set()
    for key, day in dates.items():
        first = key[0], root[key]
        lessened = first != key and _size(final[first].values()) <= _size(own[first].values())
        when[key] = (dates[first], *first) if lessened or first == key else (day, *key)
        if lessened:
            eased.add(key)
    return when, eased


def _deals(rows: Sequence[Use], root: dict[Key, int]) -> dict[Key, Hashable]:
    """Which vouchers tell of one dealing: sides that share a link of units, and a unit's debts with their payments."""
    above: dict[Hashable, Hashable] = {}

    def top(node: Hashable) -> Hashable:
        while above.setdefault(node, node) != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    whole = {link for use in rows if use.beside for link in use.links}
    for use in rows:
        node: Hashable = (use.unit, root[use.unit, use.transaction])
        for link in use.links:
            if link.startswith(DEALING):
                for end in [None] if link in whole else _ends(use):
                    above[top(node)] = top((link, end))
        if use.owed:
            above[top(node)] = top((use.unit, "owed"))
    return {(use.unit, first): top((use.unit, first)) for use in rows for first in [root[use.unit, use.transaction]]}


def _ends(use: Use) -> list[Hashable]:
    """Between whom the dealings of a voucher's link may be: one's own vouchers, each pair of a unit and a partner."""
    return [use.unit, *(frozenset((use.unit, partner)) for partner in use.partners)]


def _worth(sides: Iterable[Sequence[Decimal]]) -> Decimal:
    """What a dealing uses: its larger side, each side debits and credits; sides that aren't each other's count both."""
    largest, debits, credits_ = ZERO, ZERO, ZERO
    for debit, credit in sides:
        largest = max(largest, debit, credit)
        debits += max(debit - credit, ZERO)
        credits_ += max(credit - debit, ZERO)
    return max(largest, debits, credits_)


class _Count:
    """Σ used, while transactions are added one by one; each costs the same, however many there are."""

    def __init__(self, amount: Decimal | None) -> None:
        self.amount = amount
        self.total = ZERO
        self._nets: dict[tuple[str, int, str], Decimal] = defaultdict(Decimal)
        self._sides: dict[Hashable, dict[str, list[Decimal]]] = defaultdict(dict)
        self._over: dict[Key, Decimal] = {}
        self._key: Key | None = None
        self._before = ZERO

    def add(self, key: Key, deal: Hashable, place: tuple[str, int, str], amount: Decimal) -> None:
        """Add a posting; those that are told of as one transaction follow each other."""
        if key != self._key:
            self._judge()
            self._key, self._before = key, self.total
        unit = place[0]
        sides = self._sides[deal]
        before = _worth(sides.values())
        side = sides.setdefault(unit, [ZERO, ZERO])
        old = self._nets[place]
        new = self._nets[place] = old + amount
        side[0] += max(new, ZERO) - max(old, ZERO)
        side[1] += max(-new, ZERO) - max(-old, ZERO)
        self.total += _worth(sides.values()) - before

    def _judge(self) -> None:
        if self._key is not None and self.amount is not None and self.total > max(self.amount, self._before):
            self._over[self._key] = self.total

    def end(self) -> dict[Key, Decimal]:
        """What went beyond the amount, and what was used of it then."""
        self._judge()
        return self._over if self.amount is not None and self.total > self.amount else {}

    def units(self) -> dict[str, Decimal]:
        """Each unit's own side."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for sides in self._sides.values():
            for unit, side in sides.items():
                found[unit] += max(side)
        return found


def in_force(day: dt.date, start: dt.date, until: dt.date) -> bool:
    """Whether a decision of `start` allows something on `day`; `until` is the last day."""
    return start <= day <= until


def status(amount: Decimal | None, used: Decimal) -> Status:
    """How far a decision is carried out: `open` (not at all), in `part`, `done`; or it has no limit."""
    if amount is None:
        return "unlimited"
    if not used:
        return "open"
    return "done" if used >= amount else "part"
