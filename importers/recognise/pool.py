"""What is open in the book while payments are placed against it: what one payment settles, the next can't settle again.

The open items of the unit (claims, debts, money on its way), found by reference, by amount and by their link. Items
that are settled stay known by their references: a second payment of them is told from a first one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from importers.book import BookView
from importers.recognise.dealings import Dealings
from importers.recognise.references import fold_reference, party_key, same_party
from importers.recognise.worth import Worths
from ledger.books import account_code
from ledger.rules.open_items import Movement, OpenItem
from ledger.subledger import movements_of, open_items
from ledger.subledger.movements import clearing_of

ZERO = Decimal(0)
#: How source ids of entries begin that are payments: bank lines, and deposits of payments.
PAYMENTS = ("bank-", "dep-")
Key = tuple[str, str, str]  # account, currency, link
Sum = tuple[bool, str, Decimal]  # money on its way?, currency, what is left
#: Names are compared one by one among so many items of one amount; beyond, only equal names are found.
COMPARED = 50


@dataclass(slots=True, eq=False)
class Claim:
    """An item and what is left of it now; debit positive.

    Attributes:
        amount: as first booked.
        open: what is left; it changes while payments are placed.
        number: the invoice's, folded; `references`: what payers may quote, folded.
        paid: the day of the last movement that settled some of it.
    """

    account: str
    kind: str
    currency: str
    key: str
    counterparty: str
    partner: str
    label: str
    number: str
    references: frozenset[str]
    date: dt.date
    due: dt.date
    amount: Decimal
    open: Decimal
    paid: dt.date | None

    @property
    def settled(self) -> bool:
        """Whether nothing is left to pay: met, or paid too much."""
        return self.open * self.amount <= 0

    def takes(self, amount: Decimal) -> bool:
        """Whether a payment of this direction settles some of it: money in a claim, money out a debt."""
        return self.open * amount > 0

    @property
    def order(self) -> tuple[dt.date, dt.date, str]:
        """The oldest first."""
        return (self.due, self.date, self.key)


class Pool:
    """The items of one book. Every recogniser of one view shares it."""

    def __init__(self, view: BookView) -> None:
        self.view = view
        self._by_reference: dict[str, list[Claim]] = defaultdict(list)
        self._by_amount: dict[Sum, dict[int, Claim]] = defaultdict(dict)
        self._by_party: dict[tuple[Sum, frozenset[str]], dict[int, Claim]] = defaultdict(dict)
        self._by_key: dict[Key, Claim] = {}
        codes = {name: code for name, e in view.opens.items() if (code := account_code(name, e.meta))}
        self._codes = codes
        self.movements = movements_of(
            view.entries, view.chart, codes, clearing=clearing_of(view.unit), place=view.place
        )
        #: As the book has them, before anything is placed.
        self.items = open_items(self.movements)
        paid = self._payments(self.items)
        claims = [replace(_live(i), references=frozenset()) if id(i) in paid else _live(i) for i in self.items]
        for claim in sorted([*claims, *_met(self.movements, self.items)], key=lambda c: c.order):
            self.add(claim)

    def _payments(self, live: Iterable[OpenItem]) -> set[int]:
        """Items that are payments of no invoice: what their payer quoted is no reference of theirs."""
        loose = [i for i in live if i.kind != "clearing" and (not i.key or i.key.startswith("dep-"))]
        if not loose:
            return set()
        entries = (e for e in self.view.transactions if str(e.meta.get("source-id", "")).startswith(PAYMENTS))
        places = {self.view.place(e) for e in entries}
        return {id(i) for i in loose if i.where in places}

    def add(self, claim: Claim) -> None:
        """Take an item in: of the book, or one that a payment has just made."""
        if claim.key:
            self._by_key[claim.account, claim.currency, claim.key] = claim
        for reference in claim.references:
            self._by_reference[reference].append(claim)
        self._note(claim)

    def _note(self, claim: Claim) -> None:
        if claim.open:
            left = (claim.kind == "clearing", claim.currency, claim.open)
            self._by_amount[left][id(claim)] = claim
            self._by_party[left, frozenset(party_key(claim.counterparty))][id(claim)] = claim

    def _forget(self, claim: Claim) -> None:
        left = (claim.kind == "clearing", claim.currency, claim.open)
        self._by_amount[left].pop(id(claim), None)
        self._by_party[left, frozenset(party_key(claim.counterparty))].pop(id(claim), None)

    def settle(self, claim: Claim, amount: Decimal, day: dt.date) -> None:
        """Book a movement on an item: `amount`, debit positive."""
        if claim.open * amount < 0:
            claim.paid = day
        self._forget(claim)
        claim.open += amount
        self._note(claim)
        if claim.partner and claim.key:
            self.dealings.book(claim.key, claim.partner, claim.account, amount, claim.currency)

    def named(self, references: Iterable[str]) -> list[Claim]:
        """Claims and debts, settled ones included, that carry one of these references; the oldest first."""
        known = self._by_reference
        found = {id(c): c for r in references if r in known for c in known[r] if c.kind != "clearing"}
        return sorted(found.values(), key=lambda c: c.order) if found else []

    def deposits(self, references: Iterable[str]) -> list[Claim]:
        """Money on its way, what has arrived included, that carries one of these references."""
        known = self._by_reference
        return [c for r in references if r in known for c in known[r] if c.kind == "clearing"]

    def of_amount(self, amount: Decimal, currency: str, *, clearing: bool = False) -> Collection[Claim]:
        """Items of which exactly `amount` is left: a payment of this amount would settle them."""
        return self._by_amount.get((clearing, currency, amount), {}).values()

    def of_party(self, amount: Decimal, currency: str, name: str) -> list[Claim]:
        """Claims and debts of which `amount` is left, with a counterparty of this name; the oldest first."""
        if not name:
            return []
        left = (False, currency, amount)
        same = self._by_amount.get(left, {})
        if len(same) <= COMPARED:
            found = [c for c in same.values() if same_party(c.counterparty, name)]
        else:
            found = list(self._by_party.get((left, frozenset(party_key(name))), {}).values())
        return sorted(found, key=lambda c: c.order)

    def by_key(self, account: str, currency: str, key: str) -> Claim | None:
        """The item of a link on an account."""
        return self._by_key.get((account, currency, key))

    @property
    def dealings(self) -> Dealings:
        """What the unit has booked with other units."""
        return self.view.shared(Dealings)

    @property
    def worths(self) -> Worths:
        """What is booked and paid in other currencies than the unit's."""
        return self.view.shared(Worths)

    def priced(self, claim: Claim) -> bool:
        """Whether all of an item in another currency was booked with what it is worth in the unit's."""
        return self.worths.known((claim.account, claim.currency, claim.key))

    def worth(self, claim: Claim) -> Decimal | None:
        """What is left of an item in another currency, as booked in the unit's; None where it can't be told."""
        return self.worths.left((claim.account, claim.currency, claim.key), claim.open)


def _live(item: OpenItem) -> Claim:
    return _claim(item, item.open, item.movements)


def _claim(item: OpenItem, left: Decimal, movements: Iterable[Movement]) -> Claim:
    paid = [m.date for m in movements if m.amount * item.amount < 0]
    number = fold_reference(item.number)
    return Claim(
        account=item.account,
        kind=item.kind,
        currency=item.currency,
        key=item.key,
        counterparty=item.counterparty,
        partner=item.partner,
        label=item.number or (item.references[0] if item.references else item.key),
        number=number,
        references=frozenset(fold_reference(r) for r in item.references) - {""},
        date=item.date,
        due=item.due or item.date,
        amount=item.amount,
        open=left,
        paid=max(paid, default=None),
    )


def _met(movements: Iterable[Movement], live: Iterable[OpenItem]) -> list[Claim]:
    """Items with a link of which nothing is left."""
    standing = {(i.account, i.currency, i.key) for i in live}
    groups: dict[Key, list[Movement]] = defaultdict(list)
    for movement in movements:
        key = (movement.account, movement.currency, movement.key)
        if movement.key and key not in standing:
            groups[key].append(movement)
    before: list[Movement] = []
    for group in groups.values():
        assert sum((m.amount for m in group), ZERO) == 0
        # Without its last movement the item is open again, and says what it was.
        last = max(group, key=lambda m: (not m.number, m.date))
        before += [m for m in group if m is not last]
    items = open_items(before)
    return [_claim(i, ZERO, groups[i.account, i.currency, i.key]) for i in items]
