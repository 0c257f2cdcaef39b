"""A unit's transactions in the reporting currency, each at its one rate (`ledger.combine.translation`; IAS 21.39-42).

The month's average where an entry holds income or expense, the day's spot where it moves equity. Transfers between
result and equity move what was translated before.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import TypeAlias

from beancount.core import data

from ledger.books import month_of
from ledger.books.summary import weight
from ledger.combine.flows import DAY, Translated, without_trace
from ledger.combine.mapping import Mapper
from ledger.combine.model import ZERO
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import CROSS_DECIMALS, Rates, rate_given, tidy
from ledger.rules.rounding import EXACT, half_away, unit_of

Key: TypeAlias = tuple[str, str]  # account, currency of its weight


def _weighed(posting: data.Posting) -> tuple[Decimal, str]:
    """What a posting weighs, without the trace that dividing a total price by its units leaves in the last digits.

    With the trace, an account that is closed with what stands on it wouldn't be empty.
    """
    number, currency = weight(posting)
    return number if posting.price is None else without_trace(number, currency), currency


@dataclass
class Move:
    """What an entry did to net assets, in one currency: for the roll-forward."""

    date: dt.date
    currency: str
    amount: Decimal
    rate: Decimal


@dataclass
class Translator:
    """Translates one unit's transactions, in the order of their dates."""

    mapper: Mapper
    rates: Rates
    joined: dt.date | None = None  # a legal entity's first day
    own: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    done: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    result_own: dict[tuple[dt.date, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    result_done: dict[tuple[dt.date, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    unrounded: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))  # `done` before rounding
    moves: list[Move] = field(default_factory=list)
    postings: int = 0
    slack: Decimal = ZERO  # what Beancount's tolerance let stand, in the reporting currency

    def is_result(self, account: str) -> bool:
        """Income or expense, transfers apart."""
        return self.mapper.at(account).is_result and not self.is_transfer(account)

    def is_transfer(self, account: str) -> bool:
        """An account that moves the result to equity (BAS 899x)."""
        return self.mapper.at(account).line == "ResultTransfer" or self.mapper.is_in("result_transfer", account)

    def is_equity(self, account: str) -> bool:
        """An equity account."""
        return self.mapper.at(account).group.root == "Equity"

    def moves_result(self, entry: data.Transaction) -> bool:
        """Whether an entry only moves translated amounts: result to equity, or from one year's equity to the next.

        Income and expense take part where the entry empties them: a cost booked against equity is a cost.
        """
        if not self.may_move(entry) or not all(self.is_equity(p.account) or self._empties(p) for p in entry.postings):
            return False
        return any(not self.is_equity(p.account) or self._falls(p.account, *_weighed(p)) for p in entry.postings)

    def may_move(self, entry: data.Transaction) -> bool:
        """Whether its accounts are those of such an entry; on its day it comes last, wherever it is written."""
        accounts = [p.account for p in entry.postings]
        if not any(self.is_transfer(a) or self.mapper.is_in("result_equity", a) for a in accounts):
            return False
        return all(self.is_equity(a) or self.mapper.at(a).is_result for a in accounts)

    def _falls(self, account: str, number: Decimal, currency: str) -> bool:
        """Whether an amount leaves an account that holds at least as much."""
        own = self.own.get((account, currency), ZERO)
        return bool(own) and (own > 0) != (number > 0) and abs(number) <= abs(own)

    def _empties(self, posting: data.Posting) -> bool:
        """Whether a posting moves the result: on a transfer account, or taking all that stands on income or expense."""
        if self.is_transfer(posting.account):
            return True
        number, currency = _weighed(posting)
        return self.is_result(posting.account) and self.own.get((posting.account, currency), ZERO) == -number

    def rate(self, entry: data.Transaction, currency: str) -> Decimal:
        """The one rate of a transaction.

        Raises:
            MissingRate: there is none. Before a unit joined, its net assets at the rate of the day before are all that
                counts: where an older rate isn't known, that one does.
        """
        if currency == self.rates.base:
            return Decimal(1)
        try:
            return self._rate(entry, currency)
        except MissingRate:
            if self.joined is None or entry.date >= self.joined:
                raise
            return self.rates.spot(currency, self.joined - DAY)

    def _rate(self, entry: data.Transaction, currency: str) -> Decimal:
        accounts = [p.account for p in entry.postings]
        if any(self.is_result(a) for a in accounts):
            return self.rates.average(currency, month_of(entry.date))
        if any(self.is_equity(a) for a in accounts):
            own = currency == self.rates.stated_in  # of what prices are stated in, nothing else is a rate
            given = None if own else rate_given(entry, currency, self.rates.stated_in)
            return self.rates.historic(currency, entry.date, given)
        try:  # both sides are remeasured: the rate only has to be the same for both
            return self.rates.average(currency, month_of(entry.date))
        except MissingRate:
            return self.rates.spot(currency, entry.date)

    def translate(self, entry: data.Transaction, year: dt.date) -> Translated:
        """Reporting amounts of an entry's postings, and what rounding left over.

        Args:
            entry: a booked or provisional transaction.
            year: first day of its fiscal year.

        Raises:
            MissingRate: a rate isn't there.
        """
        weights = [_weighed(p) for p in entry.postings]
        text = ""
        with localcontext(EXACT):
            transfer = self.moves_result(entry)
            if transfer:
                amounts = self._moved(entry, weights, year)
            else:
                rates = {currency: self.rate(entry, currency) for _, currency in weights}
                amounts = [half_away(number * rates[currency], self.rates.base) for number, currency in weights]
                text = ", ".join(
                    f"{c} {tidy(r, CROSS_DECIMALS):f}" for c, r in sorted(rates.items()) if c != self.rates.base
                )
                self._flow(entry, weights, rates)
                for posting, (number, currency) in zip(entry.postings, weights, strict=True):
                    self.unrounded[posting.account, currency] += number * rates[currency]
                self._allow(weights, rates, amounts)
            rest = -sum(amounts, ZERO)
        self.postings += len(amounts)
        for posting, (number, currency), amount in zip(entry.postings, weights, amounts, strict=True):
            key = posting.account, currency
            self.own[key] += number
            self.done[key] += amount
            if self.is_result(posting.account):
                self.result_own[year, currency] += number
                self.result_done[year, currency] += amount
        return Translated(tuple(amounts), rest, text, transfer)

    def _flow(self, entry: data.Transaction, weights: list[tuple[Decimal, str]], rates: dict[str, Decimal]) -> None:
        net: dict[str, Decimal] = defaultdict(Decimal)
        for posting, (number, currency) in zip(entry.postings, weights, strict=True):
            if self.mapper.at(posting.account).group.root in {"Assets", "Liabilities"}:
                net[currency] += number
        self.moves += [Move(entry.date, c, n, rates[c]) for c, n in net.items() if n]

    def _allow(self, weights: list[tuple[Decimal, str]], rates: dict[str, Decimal], amounts: list[Decimal]) -> None:
        """An entry's rest is rounding, and what Beancount's own tolerance let stand; nothing else."""
        stands = sum((number * rates[currency] for number, currency in weights), ZERO)
        self.slack += abs(stands)
        assert abs(sum(amounts, ZERO) - stands) < unit_of(self.rates.base) * max(len(amounts), 1)

    def _takes(self, account: str, number: Decimal, currency: str, place: int) -> tuple[bool, bool, int]:
        """How likely an account is the one that takes: one of equity, one that isn't emptied by it, the last."""
        return self.is_equity(account), self.own[account, currency] != -number, place

    def _moved(self, entry: data.Transaction, weights: list[tuple[Decimal, str]], year: dt.date) -> list[Decimal]:
        """Amounts of a transfer: what stands on an account leaves it at what it was translated to."""
        found: list[Decimal | None] = []
        for posting, (number, currency) in zip(entry.postings, weights, strict=True):
            own, done = self.own[posting.account, currency], self.done[posting.account, currency]
            falls = self._falls(posting.account, number, currency)
            found.append(half_away(done * number / own, self.rates.base) if falls else None)
        if None not in found:  # what comes back to an account with an older balance takes what the others leave
            last = max(range(len(found)), key=lambda i: self._takes(entry.postings[i].account, *weights[i], i))
            found[last] = None
        open_ones = [i for i, amount in enumerate(found) if amount is None]
        for i in open_ones[:-1]:
            number, currency = weights[i]
            own, done = self.result_own[year, currency], self.result_done[year, currency]
            rate = done / own if own else self.rates.average(currency, month_of(entry.date))
            found[i] = half_away(number * rate, self.rates.base)
        known = [amount for amount in found if amount is not None]
        if open_ones:
            found[open_ones[-1]] = -sum(known, ZERO)
        return [amount if amount is not None else ZERO for amount in found]
