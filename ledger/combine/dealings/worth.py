"""What a tagged posting is worth to the group (SPEC 10): income at average, claims at closing, equity as it was.

A claim in another currency than its book's counts at the closing rate of its own currency, as it does with whoever owes
it; what its book hasn't remeasured is kept, to be named. What its book's currency can't hold of it isn't there to be
eliminated, and is named as a difference of rates (`Collector`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import NamedTuple

from ledger.books import PartnerRow, month_of
from ledger.combine.dealings.items import CAPITAL, kind_of_row
from ledger.combine.flows import DAY, Part, whole
from ledger.combine.model import ZERO, Place
from ledger.combine.scope import Scope
from ledger.provisional.holdings import Monetary
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away, unit_of


class Rest(NamedTuple):
    """What a posting in another currency than its book's stands at above its worth at closing; reporting currency.

    `rounding`: what rounding alone may make of it; `held`: what the book has, in its own currency.
    """

    amount: Decimal
    rounding: Decimal
    source: str
    held: Decimal
    currency: str


@dataclass
class Worths:
    """Values postings.

    Attributes:
        scope: the run's period.
        rates: exchange rates; their base is the reporting currency.
        unmeasured: what is left of claims by unit, partner and class.
        monetary: accounts that follow the closing rate, by unit.
        exact: of the posting that was valued last the amount before rounding, if it is one at the closing rate.
        rest: of the posting that was valued last, if it is one in another currency than its book's.
    """

    scope: Scope
    rates: Rates
    unmeasured: dict[tuple[str, str, str], list[Rest]] = field(default_factory=lambda: defaultdict(list))
    monetary: dict[str, Monetary] = field(default_factory=dict)
    exact: Decimal | None = None
    rest: Rest | None = None

    def of(self, part: Part, row: PartnerRow, place: Place, source: str) -> Decimal:
        """The posting's amount as the group has it: income at average, claims at closing, equity as it was.

        A claim that its holder keeps in another currency than its books counts as what it is at closing, as it does
        with whoever owes it; the holder's own result has the difference.
        """
        self.exact = self.rest = None
        base = self.rates.base
        equity = place.group.root == "Equity"
        if row.document_currency != row.currency and self._monetary(part, row.account):
            return self._at_closing(part.unit.slug, row, source)
        if row.currency == base:
            quick = whole(row.amount, base)
            return half_away(row.amount, base) if quick is None else quick
        try:
            rate = self._rate(row, place, self.scope.date_to)
        except MissingRate:  # the unit's own translation says so, or nothing stands in that currency
            return ZERO
        with localcontext(EXACT):
            exact = row.amount * rate
            return half_away(exact, base) if place.is_result or equity else self._closing(row, exact)

    def _rate(self, row: PartnerRow, place: Place, closing: dt.date) -> Decimal:
        """The rate of the unit's currency that the posting is translated at in the statements of a day."""
        if place.is_result:
            return self.rates.average(row.currency, month_of(min(row.date, closing)))
        if place.group.root == "Equity":
            return self.rates.historic(row.currency, row.date, row.rate or None)
        return self.rates.spot(row.currency, closing)

    def opening(self, part: Part, row: PartnerRow, place: Place, *, waits: bool, late: bool) -> Decimal | None:
        """What the posting was worth to the period before, where that can have had it (`late`); None = the same."""
        base, before = self.rates.base, self.scope.date_from - DAY
        abroad = row.document_currency != row.currency and not waits and self._monetary(part, row.account)
        if not late or (row.currency == base and not abroad):
            return None
        try:
            with localcontext(EXACT):
                if abroad:
                    exact = row.document_amount * self.rates.spot(row.document_currency, before)
                elif waits:
                    exact = row.amount * self.rates.spot(row.currency, before)
                else:
                    exact = row.amount * self._rate(row, place, before)
                return half_away(exact, base)
        except MissingRate:  # there was no complete period before
            return None

    def dated(self, part: Part, row: PartnerRow, place: Place) -> Decimal | None:
        """What capital in a foreign book was worth on its day; None = as it stands, or nobody knows.

        What is paid in stays in equity at that rate, while what is held for it follows the closing rate.
        """
        base = self.rates.base
        if row.ic != CAPITAL or row.currency == base:
            return None
        if row.document_currency != row.currency and self._monetary(part, row.account):
            return None
        equity = place.group.root == "Equity"
        try:
            with localcontext(EXACT):
                rate = self._rate(row, place, row.date) if equity else self.rates.spot(row.currency, row.date)
                return half_away(row.amount * rate, base)
        except MissingRate:  # what both sides say in one currency agrees all the same
            return None

    def _at_closing(self, slug: str, row: PartnerRow, source: str) -> Decimal:
        """A claim or debt in another currency than its book's, at the closing rate of its own."""
        base, day = self.rates.base, self.scope.date_to
        try:
            booked = self.rates.spot(row.currency, day)
        except MissingRate:  # the unit's own translation says so
            return ZERO
        with localcontext(EXACT):
            stands = row.amount * booked
            try:
                closing = row.document_amount * self.rates.spot(row.document_currency, day)
            except MissingRate:  # the run says so; until there is a rate it stays as it was booked
                return half_away(stands, base)
            worth = self._closing(row, closing)
            if row.date <= day and row.partner is not None:
                rounding = max(unit_of(row.currency) * booked, unit_of(base))
                self.rest = Rest(stands - worth, rounding, source, row.amount, row.currency)
                self.unmeasured[slug, row.partner, kind_of_row(row) or ""].append(self.rest)
        return worth

    def _monetary(self, part: Part, account: str) -> bool:
        """Whether the account's items follow the closing rate in its own book (`ledger.provisional.holdings`)."""
        slug = part.unit.slug
        if slug not in self.monetary:
            self.monetary[slug] = Monetary(part.mapper.chart, part.source.summaries)
        return account in self.monetary[slug]

    def waiting(self, row: PartnerRow) -> Decimal:
        """What stands on suspense or is an asset, at the closing rate: it is itself never eliminated."""
        base = self.rates.base
        try:
            rate = Decimal(1) if row.currency == base else self.rates.spot(row.currency, self.scope.date_to)
        except MissingRate:  # the unit's own translation says so
            return ZERO
        with localcontext(EXACT):
            return half_away(row.amount * rate, base)

    def _closing(self, row: PartnerRow, exact: Decimal) -> Decimal:
        """An amount at the closing rate, rounded; the exact one is kept beside it."""
        if row.date <= self.scope.date_to:
            self.exact = exact
        return half_away(exact, self.rates.base)
