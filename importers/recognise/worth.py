"""What a line in another currency is worth in the unit's own: books have one currency (BFL 4 kap.; IAS 21.21-28).

- The account that the line is of keeps the line's currency, with what the line is worth at central's price of the day,
  in one sum (`@@`). Without a price nothing is booked: a rate is never guessed.
- Claims, debts, money on its way and dealings with other units keep the currency, too. What settles an item counts
  for what the item was booked for, a part of it for its part; the rest of what the payment is worth is an exchange gain
  or loss.
- Income, cost, VAT and suspense stand in the unit's own currency: whoever replaces suspense by the right account has
  nothing to convert.

Both sides weigh the same to the last unit: what a line is worth is rounded once, and split by largest remainder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from decimal import Decimal, localcontext
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.book import BookView
from importers.postings import TOTAL_PRICE, passes, posting, weighs, weight
from importers.recognise.placed import PAYMENT, Placed
from ledger.books.summary import weight as booked_weight
from ledger.charts.problems import ChartRoleMissing
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rounding import EXACT, half_away, largest_remainder

ZERO = Decimal(0)
#: With decimals, so that it shows how exact its currency is.
NOTHING = Decimal("0.00")
#: So many days without a price are named.
SHOWN = 5
Key = tuple[str, str, str]  # account, currency, link


@dataclass(slots=True)
class _Item:
    """What is left of an item: in its currency, and what it is booked for; `told`: all of that is in the unit's."""

    units: Decimal = ZERO
    worth: Decimal = ZERO
    told: bool = True


class Worths:
    """Amounts in other currencies of one book, while payments are placed against it.

    Args:
        view: the book.
    """

    def __init__(self, view: BookView) -> None:
        self.view = view
        self.base = view.unit.currency
        self._fed = {(s.account, s.kept_in(self.base)) for s in view.unit.sources}
        self._items: dict[Key, _Item] = {}
        for entry in view.transactions:
            for one in entry.postings:
                units = one.units
                if units is not None and units.currency != self.base:
                    self._note(one, _key(one, entry.links or ()))

    def _note(self, one: data.Posting, key: Key) -> None:
        """A posting of the book."""
        assert one.units is not None
        item = self._items.setdefault(key, _Item())
        number, currency = booked_weight(one)
        item.units += one.units.number or ZERO
        item.worth += half_away(number, self.base)  # Beancount keeps a price per unit: the sum comes back by rounding
        item.told &= currency == self.base

    def check(self, currency: str, days: Iterable[dt.date]) -> None:
        """Refuse days without a price, all of them at once.

        Raises:
            MissingRate: central's prices don't have them.
        """
        missing = []
        for day in sorted(set(days)):
            try:
                self.view.spot(currency, day)
            except MissingRate as problem:
                missing.append(problem)
        if missing:
            told = [str(problem.params["date"]) for problem in missing]
            dates = ", ".join(told[:SHOWN]) + (", …" if len(told) > SHOWN else "")
            raise MissingRate(file=missing[0].file, currency=currency, base=self.base, date=dates)

    def of(self, amount: Decimal, currency: str, day: dt.date) -> Decimal:
        """What an amount is worth on a day.

        Raises:
            MissingRate: there is no price.
        """
        with localcontext(EXACT):
            return half_away(amount * self.view.spot(currency, day), self.base)

    def left(self, key: Key, units: Decimal) -> Decimal | None:
        """What is left of an item, as booked in the unit's currency; None where that isn't known of all of it."""
        item = self._items.get(key)
        return item.worth if item and item.told and key[2] and item.units == units else None

    def known(self, key: Key) -> bool:
        """Whether all of an item in another currency was booked with its worth."""
        item = self._items.get(key)
        return bool(item and item.told and key[2])

    def settle(self, key: Key, amount: Decimal, share: Decimal) -> Decimal:
        """What a posting to an item counts for: what it settles of it, as booked, and beyond that its own worth.

        Args:
            key: of the item.
            amount: in its currency, debit positive.
            share: what that is worth on the payment's day.
        """
        item = self._items.setdefault(key, _Item())
        with localcontext(EXACT):
            if not key[2] or not item.told or item.units * amount >= 0:
                booked = share
            elif abs(amount) < abs(item.units):
                booked = half_away(item.worth * amount / item.units, self.base)
            else:
                booked = half_away(share * (amount + item.units) / amount, self.base) - item.worth
        if booked * amount < 0:  # an item that was booked for less than nothing says nothing about its worth
            booked = share
        item.units += amount
        item.worth += booked
        return booked

    def currency_on(self, account: str, currency: str, day: dt.date, meta: Mapping[str, Any] | None = None) -> str:
        """The currency in which an account takes an amount in another one.

        Args:
            account: as rule or item name it.
            currency: of the line.
            day: of the entry.
            meta: of the posting: what is between units is kept in the currency in which both sides meet.
        """
        keeps = currency != self.base and (
            account in self.view.followed or (account, currency) in self._fed or "partner" in (meta or {})
        )
        first, second = (currency, self.base) if keeps else (self.base, currency)
        is_open = self.view.is_open
        return second if not is_open(account, day, first) and is_open(account, day, second) else first

    def entry(self, entry: data.Transaction) -> data.Transaction:
        """An entry whose postings are all in another currency, with what they are worth; the first is the line's own.

        Raises:
            MissingRate: there is no price of its day.
        """
        own, *others = entry.postings
        assert own.units is not None
        assert own.units.number is not None
        currency = own.units.currency
        if currency == self.base:
            return entry
        worth = self.of(own.units.number, currency, entry.date)
        found, sure = self.sides(others, -worth, currency, entry.date, entry.links or ())
        whole = self.exact(entry._replace(postings=[self._priced(own, worth), *found]))
        assert weighs(whole.postings, self.base) == ZERO, whole
        return whole if sure else whole._replace(flag="!")

    def sides(
        self, postings: Sequence[data.Posting], total: Decimal, currency: str, day: dt.date, links: Collection[str]
    ) -> tuple[list[data.Posting], bool]:
        """Other sides of a line, with what they are worth.

        Args:
            postings: in `currency`.
            total: what they are worth together, in the unit's currency.
            currency: of the line.
            day: of the entry.
            links: of the entry.

        Returns:
            The postings, an exchange difference last; whether nobody needs to look at it.
        """
        found: list[data.Posting] = []
        difference = ZERO
        for one, share in zip(postings, self._shares(postings, total, currency, day), strict=True):
            assert one.units is not None
            assert one.units.number is not None
            meta = dict(one.meta or {})
            if PAYMENT in meta:
                meta[PAYMENT] = Amount(meta[PAYMENT], currency)
            told = one._replace(meta=meta or None)
            if self.currency_on(one.account, currency, day, meta) == currency:
                booked = self.settle(_key(one, links), one.units.number, share)
                found.append(self._priced(told, booked))
                difference += share - booked
            else:
                found.append(told._replace(units=Amount(share, self.base)))
        if not difference:
            return found, True
        account, sure = self._exchange(difference)
        return [*found, posting(account, difference, self.base)], sure

    def placed(self, entry: data.Transaction, places: Sequence[int], found: Sequence[Placed]) -> list[Placed]:
        """New other sides of an entry of the book, with what the standing ones are worth.

        Args:
            entry: it stands with its worth.
            places: of its postings that are replaced.
            found: what takes their places; where one takes all, the others have no postings.
        """
        currency = _currency(entry.postings[0])
        totals = [weight(entry.postings[place])[0] for place in places]
        if not all(one.postings for one in found):
            totals = [sum(totals, ZERO), *(ZERO for _ in totals[1:])]
        told = []
        for one, total in zip(found, totals, strict=True):
            postings, sure = self.sides(one.postings, total, currency, entry.date, one.links)
            told.append(changed(one, postings=tuple(postings), sure=one.sure and sure))
        return told

    def _exchange(self, difference: Decimal) -> tuple[str, bool]:
        """Where an exchange difference goes (credit: a gain); on suspense where the chart has no account for it."""
        try:
            return self.view.role("exchange_gain" if difference < 0 else "exchange_loss"), True
        except ChartRoleMissing:
            return self.view.role("suspense"), False

    def _shares(
        self, postings: Sequence[data.Posting], total: Decimal, currency: str, day: dt.date
    ) -> Iterable[Decimal]:
        """What each posting is worth; the sum is `total`."""
        numbers = {f"{place:05}": p.units.number for place, p in enumerate(postings) if p.units and p.units.number}
        if sum(numbers.values(), ZERO):
            parts = largest_remainder(total, numbers, self.base)
        else:  # parts that cancel out: each side is worth the same
            gains = {name: n for name, n in numbers.items() if n > 0}
            worth = self.of(sum(gains.values(), ZERO), currency, day)
            losses = {name: n for name, n in numbers.items() if n < 0}
            parts = largest_remainder(worth, gains, self.base) | largest_remainder(-worth, losses, self.base)
        return [parts.get(f"{place:05}", ZERO) for place in range(len(postings))]

    def _priced(self, posting: data.Posting, worth: Decimal) -> data.Posting:
        """A posting with what all of it is worth."""
        units = posting.units
        assert units is not None
        if not units.number:
            return posting
        total = Amount(abs(worth), self.base)
        with localcontext(EXACT):
            price = Amount(abs(worth / units.number), self.base)
        return posting._replace(price=price, meta={**(posting.meta or {}), TOTAL_PRICE: total})

    def exact(self, entry: data.Transaction) -> data.Transaction:
        """An entry that Beancount lets pass: where need be, with a posting of nothing in the unit's currency."""
        if passes(entry.postings, self.base):
            return entry
        nothing = posting(self.view.role("rounding"), NOTHING, self.base)
        return entry._replace(postings=[*entry.postings, nothing])


def _currency(posting: data.Posting) -> str:
    assert posting.units is not None
    return posting.units.currency


def _key(posting: data.Posting, links: Collection[str]) -> Key:
    """The item that a posting is of: what it names itself, else its transaction's only link."""
    assert posting.units is not None
    meta = posting.meta or {}
    item = str(meta["item"]) if "item" in meta else next(iter(links)) if len(links) == 1 else ""
    return posting.account, posting.units.currency, item


def with_totals(entry: data.Directive, currency: str) -> data.Directive:
    """An entry of a book as importers make it: prices per unit in `currency` as what all of a posting is worth."""
    if not isinstance(entry, data.Transaction) or all(p.price is None for p in entry.postings):
        return entry
    return entry._replace(postings=[_with_total(p, currency) for p in entry.postings])


def _with_total(posting: data.Posting, currency: str) -> data.Posting:
    units, price = posting.units, posting.price
    if not (units and units.number and price and price.number is not None and price.currency == currency):
        return posting
    total = Amount(half_away(abs(units.number) * price.number, currency), currency)
    return posting._replace(meta={**(posting.meta or {}), TOTAL_PRICE: total})
