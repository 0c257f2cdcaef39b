"""Profit that the group hasn't earned yet: goods sold by one unit and still in another's stock (SPEC 10; samples 3.d).

Unrealised profit = internal stock at transfer price × (1 − Σ cost ÷ Σ price of that seller's sales to the buyer in the
year of the statement). ELIM credits the buyer's stock and debits its cost of sales; in the next period what was taken
out at its opening comes back through cost of sales, against opening equity. A statement holds until a newer one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from ledger.books import StockRow, Workspace
from ledger.combine.flows import DAY, RETAINED, Part
from ledger.combine.items import finding
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting, Place, Unmatched
from ledger.combine.scope import Scope
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away

STOCK = Place("Inventories", "Internal-stock")
COST = Place("GoodsForResale", "Internal-stock")


@dataclass
class Unrealised:
    """Entries and findings of all internal stock."""

    ws: Workspace
    parts: Mapping[str, Part]
    scope: Scope
    rates: Rates
    entries: list[GroupEntry]
    findings: list[Unmatched]

    def run(self) -> None:
        """Look at every unit's statements of internal stock."""
        for slug, part in self.parts.items():
            stated = part.source.summaries[0].stock
            for seller in sorted({row.seller for row in stated}):
                known = [row for row in stated if row.seller == seller]
                if self.scope.standing(slug) and self.scope.standing(seller):
                    self._pair(part, seller, known)

    def _pair(self, part: Part, seller: str, known: list[StockRow]) -> None:
        start, end = self.scope.date_from, self.scope.date_to
        opening = max((r for r in known if r.date < start), key=lambda r: r.date, default=None)
        closing = max((r for r in known if r.date <= end), key=lambda r: r.date, default=None)
        before = self._profit(part, seller, opening, start - DAY)
        now = self._profit(part, seller, closing, end)
        stock, cost = self._places(part, seller)
        if before:
            self._entry(part, seller, opening, (start - DAY, RETAINED, stock, before))
            self._entry(part, seller, opening, (start, stock, cost, before))
        if now:
            self._entry(part, seller, closing, (end, cost, stock, now))

    def _entry(
        self, part: Part, seller: str, row: StockRow | None, what: tuple[dt.date, Place, Place, Decimal]
    ) -> None:
        assert row is not None
        day, debit, credit, amount = what
        source = f"{self.ws.shown(row.file)}:{row.line}"
        units = tuple(sorted((part.unit.slug, seller)))
        postings = (
            GroupPosting(debit, ELIM, amount, source, part.unit.slug),
            GroupPosting(credit, ELIM, -amount, source, part.unit.slug),
        )
        self.entries.append(GroupEntry(day, ELIM, "unrealised", source, units, postings, "balance"))

    def _profit(self, part: Part, seller: str, row: StockRow | None, day: dt.date) -> Decimal:
        """The profit in a stated stock, in the reporting currency, rounded."""
        if row is None or not row.amount:
            return ZERO
        year = self.ws.fiscal_year(row.date)[0]
        book = self.parts[seller].source.summaries[0]
        sales = [
            r
            for r in book.partners
            if r.partner == part.unit.slug
            and r.cost is not None
            and year <= r.date <= row.date
            and self.parts[seller].mapper.at(r.account).is_result
        ]
        price = -sum((r.amount for r in sales), ZERO)
        cost = sum((r.cost for r in sales if r.cost is not None), ZERO)
        if price <= 0:
            source = f"{self.ws.shown(row.file)}:{row.line}"
            units = (part.unit.slug, seller)
            said = finding("NO_COST_FOR_UNREALISED", "trade", units, (row.amount, row.currency), (source,), source)
            if said not in self.findings:
                self.findings.append(said)
            return ZERO
        with localcontext(EXACT):
            rate = self.rates.spot(row.currency, day)
            return half_away(row.amount * rate * (1 - cost / price), self.rates.base)

    def _places(self, part: Part, seller: str) -> tuple[Place, Place]:
        """The buyer's own stock and cost accounts: the largest of each."""
        mapper = part.mapper
        stocks: dict[Place, Decimal] = {}
        for flow in part.flows:
            if mapper.is_in("inventory", flow.account):
                place = mapper.at(flow.account)
                stocks[place] = stocks.get(place, ZERO) + flow.amount
        costs: dict[Place, Decimal] = {}
        for row in part.source.summaries[0].partners:
            if row.partner == seller and mapper.at(row.account).is_result:
                place = mapper.at(row.account)
                costs[place] = costs.get(place, ZERO) + row.amount
        return (
            min(stocks, key=lambda p: (-stocks[p], p), default=STOCK),
            min(costs, key=lambda p: (-costs[p], p), default=COST),
        )
