"""Translation of a unit's entries into the reporting currency, by the current-rate method (SPEC 10; IAS 21.38-48).

Each transaction is translated at one rate: the month's average where it holds income or expense, the day's spot where
it moves equity (`rate:` where given), so that equity stays at the rates of its own days; opening balances are entries
on equity, so they take their date's spot. Transfers between result and equity move what was translated before. At the
period's end assets and liabilities are remeasured to the closing rate; the difference goes to CTA, account by account,
never as a plug: the roll-forward (opening net assets × change of rate + each flow × (closing − its own rate)) must give
the same figure to the last unit, and that is asserted here. What rounding single postings does to it stands apart, on
CTA's rounding account, less than a unit of the currency for each posting.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import TypeAlias

from beancount.core import data

from ledger.books import month_of
from ledger.books.summary import weight
from ledger.combine.flows import DAY, JOINED, REST, RETAINED, Flow, Translated, rounding_place, without_trace
from ledger.combine.mapping import Mapper
from ledger.combine.model import CTA, ZERO, GroupEntry, GroupPosting, Place, Translation
from ledger.combine.scope import Scope
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import CROSS_DECIMALS, Rates, rate_given, tidy
from ledger.rules.rounding import EXACT, half_away, unit_of
from ledger.rules.years import year_start

Key: TypeAlias = tuple[str, str]  # account, currency of its weight


def cta_place(code: str) -> Place:
    """Where a unit's translation difference stands."""
    return Place("CTA", f"Translation-{code}")


def _weighed(posting: data.Posting) -> tuple[Decimal, str]:
    """What a posting weighs, without the trace that dividing a total price by its units leaves in the last digits.

    With the trace, an account that is closed with what stands on it wouldn't be empty.
    """
    number, currency = weight(posting)
    return number if posting.price is None else without_trace(number, currency), currency


@dataclass
class _Move:
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
    moves: list[_Move] = field(default_factory=list)
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
        self.moves += [_Move(entry.date, c, n, rates[c]) for c, n in net.items() if n]

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


def translate_unit(
    mapper: Mapper, transactions: Sequence[data.Transaction], scope: Scope, rates: Rates, month: int
) -> tuple[tuple[Flow, ...], tuple[GroupEntry, ...], tuple[Translation, ...], tuple[Translated, ...]]:
    """Translate a unit's book.

    Args:
        mapper: the unit's places.
        transactions: booked and provisional, by date.
        scope: the run's units and period.
        rates: exchange rates against the reporting currency.
        month: first month of the fiscal year.

    Returns:
        Flows, entries on CTA, proofs, and each transaction's amounts.

    Raises:
        MissingRate: a rate isn't there; the unit can't be counted.
    """
    unit = mapper.unit
    until = scope.until(unit.slug)
    entity = unit.entity != "division"
    joined = unit.joined if entity else None
    start = max(scope.date_from, joined) if joined else scope.date_from
    first = unit.joined if unit.joined and not entity else dt.date.min  # a division's earlier entries aren't its own
    translator = Translator(mapper, rates, joined)
    flows: list[Flow] = []
    amounts = [Translated((ZERO,) * len(entry.postings), ZERO, "", transfer=False) for entry in transactions]
    cuts = sorted({start, joined} - {None} if joined else {start})
    standings: dict[dt.date, Standing] = {}
    for place in sorted(
        range(len(amounts)), key=lambda i: (transactions[i].date, translator.may_move(transactions[i]))
    ):
        entry = transactions[place]
        while cuts and entry.date >= cuts[0]:
            cut = cuts.pop(0)
            standings[cut] = standing(translator, cut - DAY)
        if not first <= entry.date <= until:
            continue
        done = amounts[place] = translator.translate(entry, year_start(entry.date, month))
        paired = zip(entry.postings, done.amounts, strict=True)
        flows += [Flow(p.account, entry.date, a, done.transfer) for p, a in paired if a]
        if done.rest:
            flows.append(Flow(REST, entry.date, done.rest))
    for cut in cuts:
        standings[cut] = standing(translator, cut - DAY)
    closing = standing(translator, until)
    entries = _difference(mapper, until, closing, rates.base)
    if joined and standings[joined].remeasured:
        entries.append(_before_joining(mapper, joined, standings[joined], scope, rates.base))
    proofs = _proofs(translator, start, standings[start], closing)
    return tuple(flows), tuple(entries), proofs, tuple(amounts)


@dataclass(frozen=True)
class Standing:
    """A unit's translated book on one day.

    Attributes:
        rates: closing rates by currency.
        remeasured: what each asset and liability is worth more (debit) at closing than as translated.
        net: net assets by currency, in that currency.
        cta: translation difference by currency, rounding rests included; debit positive.
        exact: the same of unrounded amounts.
    """

    rates: dict[str, Decimal]
    remeasured: dict[Key, Decimal]
    net: dict[str, Decimal]
    cta: dict[str, Decimal]
    exact: dict[str, Decimal]

    @property
    def difference(self) -> Decimal:
        """What assets and liabilities were remeasured by, debit positive on CTA."""
        return -sum(self.remeasured.values(), ZERO)

    def translation(self, base: str) -> Decimal:
        """The translation difference, rounded once for each currency: what CTA's translation account shows."""
        return sum((half_away(amount, base) for amount in self.exact.values()), ZERO)


def standing(translator: Translator, day: dt.date) -> Standing:
    """Remeasure assets and liabilities to the spot of `day`.

    Raises:
        MissingRate: there is a balance in a currency that has no spot on that day.
    """
    rates: dict[str, Decimal] = {}
    remeasured: dict[Key, Decimal] = {}
    net: dict[str, Decimal] = defaultdict(Decimal)
    cta: dict[str, Decimal] = defaultdict(Decimal)
    exact: dict[str, Decimal] = defaultdict(Decimal)
    base = translator.rates.base
    for key, own in sorted(translator.own.items()):
        account, currency = key
        if currency == base:
            continue
        done = translator.done[key]
        if translator.mapper.at(account).group.root in {"Assets", "Liabilities"}:
            if own and currency not in rates:
                rates[currency] = translator.rates.spot(currency, day)
            with localcontext(EXACT):
                closing = own * rates[currency] if own else ZERO
                worth = half_away(closing, base)
                exact[currency] -= closing - translator.unrounded[key]
            if worth != done:
                remeasured[key] = worth - done
            net[currency] += own
            done = worth
        cta[currency] -= done
    return Standing(rates, remeasured, dict(net), dict(cta), dict(exact))


def _difference(mapper: Mapper, day: dt.date, closing: Standing, base: str) -> list[GroupEntry]:
    unit = mapper.unit
    place = cta_place(unit.code)
    found = [
        GroupEntry(
            date=day,
            column=CTA,
            kind="translation",
            key=account,
            units=(unit.slug,),
            postings=(
                GroupPosting(mapper.at(account), unit.slug, amount),
                GroupPosting(place, CTA, -amount),
            ),
        )
        for (account, _), amount in closing.remeasured.items()
    ]
    rounding = closing.difference - closing.translation(base)
    if rounding:
        postings = (GroupPosting(place, CTA, -rounding), GroupPosting(rounding_place(unit.code), CTA, rounding))
        found.append(GroupEntry(day, CTA, "translation", "rounding", (unit.slug,), postings))
    return found


def _before_joining(mapper: Mapper, joined: dt.date, then: Standing, scope: Scope, base: str) -> GroupEntry:
    """A difference from before a unit joined is part of what it brought."""
    unit = mapper.unit
    target = JOINED if joined >= scope.date_from else RETAINED
    amount, translation = then.difference, then.translation(base)
    postings = (
        GroupPosting(target, unit.slug, amount),
        GroupPosting(cta_place(unit.code), CTA, -translation),
        GroupPosting(rounding_place(unit.code), CTA, translation - amount),
    )
    day = max(joined, scope.date_from)
    return GroupEntry(day, CTA, "joined", unit.slug, (unit.slug,), tuple(p for p in postings if p.amount))


def _proofs(translator: Translator, start: dt.date, opening: Standing, closing: Standing) -> tuple[Translation, ...]:
    """The roll-forward of each currency, and that it meets what was posted."""
    base = translator.rates.base
    found = []
    for currency in sorted(closing.cta):
        before = opening.net.get(currency, ZERO)
        with localcontext(EXACT):
            end = closing.rates.get(currency)
            if end is None:  # nothing stands in this currency: every flow has gone out again
                end = ZERO
            expected = before * (end - opening.rates.get(currency, ZERO))
            expected += sum(
                (m.amount * (end - m.rate) for m in translator.moves if m.currency == currency and m.date >= start),
                ZERO,
            )
            # rounded like what is posted: to date, so that periods add up
            stood = opening.exact.get(currency, ZERO)
            told = half_away(stood, base)
            proof = half_away(stood - expected, base) - told
        posted = half_away(closing.exact.get(currency, ZERO), base) - told
        rounding = closing.cta[currency] - opening.cta.get(currency, ZERO) - posted
        bound = unit_of(base) * (translator.postings + 2 * len(translator.own) + 2)
        slug = translator.mapper.unit.slug
        assert posted == proof, (slug, currency, posted, proof)
        assert abs(rounding) <= bound + translator.slack, (slug, currency, rounding)
        stood_by = -sum((amount for (_, c), amount in opening.remeasured.items() if c == currency), ZERO)
        found.append(Translation(slug, currency, before, posted, proof, rounding, stood_by))
    return tuple(found)
