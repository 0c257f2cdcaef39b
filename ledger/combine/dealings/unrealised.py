"""Profit that the group hasn't earned yet: goods sold by one unit and still in another's stock (SPEC 10; samples 3.d).

Unrealised profit = internal stock at transfer price × (1 − Σ cost ÷ Σ price of that seller's sales to the buyer in the
fiscal year of the statement, until its day). ELIM credits the buyer's stock and debits its cost of sales; in the next
period what was taken out at its opening comes back through cost of sales, against opening equity. A statement holds
until a newer one. It is the seller's profit, whoever's stock it is in, and in one legal person's own statements it is
taken out as well.

- Only sales between units that were both in scope on their day count: what was sold to or by an outsider was earned.
- Only sales with a `cost:` count: services have none. Price and cost are compared in the currency that the seller's
  book weighs the sale in, sale by sale at the average of its month, so that sales in several currencies add up. A cost
  in another currency, of the wrong sign or that is no amount is named, and the sale counts as one without.
- Goods that are there although none were sold in the statement's year were bought earlier: the latest year before it
  in which some were gives the margin. Where no sale has a cost, the goods stand at what the buyer paid, and are named;
  so is what is stated above all sales with a cost, which isn't taken out: no more profit can be in stock than was made.
- Goods sold below cost stay at what the buyer paid. A loss may mean that they are worth no more (IFRS 10.B86; lower of
  cost and net realisable value, IAS 2.9), and stock isn't written up on a guess: who knows better books an adjustment.
- A seller outside the run's level is an outsider to it.
- Where the buyer's book is in another currency, its stock stands there at what it has cost in that one, and so does
  the profit. Each statement brings what the profit has changed by since the one before, at the average of its month,
  through cost of sales (in later periods, on retained result); stock lacks it at the closing rate. What rates alone do
  to it belongs to CTA, like all that they do to a foreign unit's assets (IAS 21.39, 41).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext

from ledger.books import PartnerRow, StockRow, Workspace, month_of
from ledger.combine.dealings.documents import At, invoiced
from ledger.combine.dealings.findings import finding
from ledger.combine.dealings.items import cost_of
from ledger.combine.dealings.looks import largest
from ledger.combine.flows import DAY, RETAINED, Part
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting, Place, Unmatched
from ledger.combine.scope import Scope
from ledger.errors import Problem
from ledger.messages import N_
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away

STOCK = Place("Inventories", "Internal-stock")
COST = Place("GoodsForResale", "Internal-stock")
RATES = Place("CTA", "Internal-stock")
SECTION = "balance"
MORE = N_("More is stated than all its sales with cost: come to; correct the statement, if it is too high.")
BOUGHT = N_("More is stated than was ever bought of that unit; no more profit is taken out than was made.")
NEGATIVE = N_("Stock is never below zero: nothing is taken out.")
TWICE = N_("There are others for the same day: {places}; the last one counts.")


@dataclass(frozen=True)
class _Margin:
    """Σ of the sales that a stock is valued by: price and cost in the reporting currency, and whether any is known.

    `invoiced` and `earlier`: their price, and that of sales in the years before, in the currency of the statement.
    """

    price: Decimal = ZERO
    cost: Decimal = ZERO
    known: bool = False
    invoiced: Decimal = ZERO
    earlier: Decimal = ZERO


@dataclass(frozen=True)
class _Taken:
    """What stock lacks on a day, and what of it has gone through the result until then; the rest is CTA's."""

    stock: Decimal = ZERO
    result: Decimal = ZERO


@dataclass
class Unrealised:
    """Entries and findings of all internal stock.

    Attributes:
        entries: are added to; they name the seller.
        findings: are added to.
        problems: of statements in a currency without a rate.
    """

    ws: Workspace
    parts: Mapping[str, Part]
    scope: Scope
    rates: Rates
    entries: list[GroupEntry]
    findings: list[Unmatched]
    problems: list[Problem] = field(default_factory=list)
    sales: dict[str, dict[str, list[PartnerRow]]] = field(default_factory=dict)
    documents: dict[str, dict[At, tuple[str, Decimal]]] = field(default_factory=dict)

    def run(self) -> None:
        """Look at every unit's statements of internal stock."""
        for slug, part in sorted(self.parts.items()):
            stated: dict[str, list[StockRow]] = defaultdict(list)
            for row in part.source.summaries[0].stock:
                if row.date <= self.scope.date_to:
                    stated[row.seller].append(row)
            for seller, known in sorted(stated.items()):
                if seller == slug or seller not in self.scope.known:
                    self._name("SELF_PARTNER" if seller == slug else "UNKNOWN_PARTNER", (slug, seller), known[-1])
                elif self.scope.standing(slug) and self.scope.standing(seller):
                    try:
                        self._pair(part, seller, known)
                    except MissingRate as problem:
                        problem.unit, problem.file = slug, self.ws.shown(known[-1].file)
                        problem.line = known[-1].line
                        self.problems.append(problem)

    def _pair(self, part: Part, seller: str, known: Sequence[StockRow]) -> None:
        start, end = self.scope.date_from, self.scope.date_to
        opening = max((r for r in known if r.date < start), key=self._order, default=None)
        closing = max(known, key=self._order)
        self._once(part, known, closing)
        before = self._taken(part, seller, [r for r in known if r.date < start], start - DAY)
        now = self._taken(part, seller, known, end)
        stock, cost = self._places(part, seller) if _Taken() != before or _Taken() != now else (STOCK, COST)
        if opening is not None:
            self._entry(part, opening, start - DAY, before, (RETAINED, stock))
            self._entry(part, opening, start, _Taken(-before.stock, -before.result), (cost, stock))
        self._entry(part, closing, end, now, (cost, stock))

    def _order(self, row: StockRow) -> tuple[dt.date, str, int]:
        """Of several of one day the last in the file counts."""
        return row.date, self.ws.shown(row.file), row.line

    def _once(self, part: Part, known: Sequence[StockRow], last: StockRow) -> None:
        """Name what else is stated for the same day."""
        said = last.amount, last.currency
        others = [r for r in known if r.date == last.date and (r.amount, r.currency) != said]
        if others:
            places = ", ".join(sorted(self._source(r) for r in others))
            self._name("STOCK_MISSTATED", (part.unit.slug, last.seller), last, TWICE, places=places)

    def _entry(self, part: Part, row: StockRow, day: dt.date, taken: _Taken, places: tuple[Place, Place]) -> None:
        """Take profit out of stock, or bring it back, against a place and CTA."""
        source = self._source(row)
        units = tuple(sorted((part.unit.slug, row.seller)))
        amounts = zip((*places, RATES), (taken.result, -taken.stock, taken.stock - taken.result), strict=True)
        postings = tuple(GroupPosting(place, ELIM, a, source, part.unit.slug) for place, a in amounts if a)
        if postings:
            debits_first = tuple(sorted(postings, key=lambda p: p.amount < 0))
            entry = GroupEntry(day, ELIM, "unrealised", source, units, debits_first, SECTION, seller=row.seller)
            self.entries.append(entry)

    def _taken(self, part: Part, seller: str, known: Sequence[StockRow], day: dt.date) -> _Taken:
        """What the stock of the last of some statements lacks on a day, in the reporting currency."""
        own, base = part.unit.currency, self.rates.base
        row = max(known, key=self._order, default=None)
        if row is None:
            return _Taken()
        profit, code, hint = self._profit(part, row)
        if code:
            self._name(code, (part.unit.slug, seller), row, hint)
        if own == base:
            stands = half_away(profit, base)
            return _Taken(stands, stands)
        with localcontext(EXACT):
            stock = half_away(profit * self.rates.spot(own, day), base) if profit else ZERO
            return _Taken(stock, half_away(self._recognised(part, known), base))

    def _recognised(self, part: Part, known: Sequence[StockRow]) -> Decimal:
        """What the buyer's statements have brought through the result until the last of them, not rounded."""
        last = {row.date: row for row in sorted(known, key=self._order)}
        total, before = ZERO, ZERO
        for day, row in last.items():
            profit, _, _ = self._profit(part, row)
            if profit != before:
                total += (profit - before) * self.rates.average(part.unit.currency, month_of(day))
                before = profit
        return total

    def _profit(self, part: Part, row: StockRow) -> tuple[Decimal, str, str]:
        """The profit in a stated stock, in the buyer's currency, not rounded; code and hint of what is wrong there."""
        if row.amount <= 0:
            return (ZERO, "STOCK_MISSTATED", NEGATIVE) if row.amount else (ZERO, "", "")
        margin = self._margin(part.unit.slug, row.seller, row)
        own = part.unit.currency
        code, hint = "", ""
        with localcontext(EXACT):
            rate = Decimal(1)
            if row.currency != own:
                rate = self.rates.spot(row.currency, row.date) / self.rates.spot(own, row.date)
            if not margin.price > 0:
                return ZERO, "" if margin.known else "NO_COST_FOR_UNREALISED", ""
            sold, worth = margin.invoiced + max(margin.earlier, ZERO), row.amount * rate
            stated = half_away(row.amount, row.currency)
            if stated > half_away(sold, row.currency):
                exceeds = stated > half_away(self._sold(part, row), row.currency)
                code, hint = ("STOCK_MISSTATED", BOUGHT) if exceeds else ("NO_COST_FOR_UNREALISED", MORE)
                worth *= sold / row.amount
            return worth * max(1 - margin.cost / margin.price, ZERO), code, hint

    def _sold(self, part: Part, row: StockRow) -> Decimal:
        """All that the seller has sold to the buyer until the statement's day, in its currency."""
        seller = self.parts[row.seller]
        return sum(
            (
                self._price(sale, row.seller, row.currency)
                for sale in seller.source.summaries[0].partners
                if sale.partner == part.unit.slug and sale.date <= row.date and seller.mapper.at(sale.account).is_result
            ),
            ZERO,
        )

    def _price(self, sale: PartnerRow, seller: str, currency: str) -> Decimal:
        """What a sale came to in the currency of a statement: as invoiced, else by the averages of its month."""
        if sale.currency == currency:
            return -sale.amount
        told = sale.document_currency, sale.document_amount
        if told[0] != currency:
            told = self._invoiced(seller).get((sale.transaction, sale.posting), told)
        if told[0] == currency:
            return -told[1]
        month = month_of(sale.date)
        with localcontext(EXACT):
            return -sale.amount * self.rates.average(sale.currency, month) / self.rates.average(currency, month)

    def _invoiced(self, seller: str) -> dict[At, tuple[str, Decimal]]:
        """What the seller's income is in the currency of its invoices, where that is another."""
        if seller not in self.documents:
            part = self.parts[seller]
            rows = part.source.summaries[0].partners
            self.documents[seller] = invoiced(rows, lambda account: part.mapper.at(account).is_result)
        return self.documents[seller]

    def _margin(self, buyer: str, seller: str, row: StockRow) -> _Margin:
        """Price and cost of the sales of the statement's year, else of the latest one before it that has some."""
        known = [r for r in self._sales(seller).get(buyer, []) if r.date <= row.date]
        units = self.scope.known[seller], self.scope.known[buyer]
        inside = [r for r in known if all(unit.in_scope(r.date) for unit in units)]
        if not inside:
            return _Margin(known=bool(known))
        year = self.ws.fiscal_year(max(r.date for r in inside))[0]
        price, cost, sold, earlier = ZERO, ZERO, ZERO, ZERO
        with localcontext(EXACT):
            for sale in inside:
                if sale.date < year:
                    earlier += self._price(sale, seller, row.currency)
                    continue
                given = cost_of(sale)
                assert given is not None
                rate = self.rates.average(sale.currency, month_of(sale.date))
                price -= sale.amount * rate
                cost += given * rate
                sold += self._price(sale, seller, row.currency)
        return _Margin(price, cost, known=price > 0, invoiced=sold, earlier=earlier)

    def _sales(self, seller: str) -> dict[str, list[PartnerRow]]:
        """The seller's income postings with a cost, by buyer."""
        if seller not in self.sales:
            found: dict[str, list[PartnerRow]] = defaultdict(list)
            part = self.parts[seller]
            for row in part.source.summaries[0].partners:
                if row.partner is not None and cost_of(row) is not None and part.mapper.at(row.account).is_result:
                    found[row.partner].append(row)
            self.sales[seller] = found
        return self.sales[seller]

    def _source(self, row: StockRow) -> str:
        return f"{self.ws.shown(row.file)}:{row.line}"

    def _name(self, code: str, units: tuple[str, str], row: StockRow, hint: str = "", **params: str) -> None:
        """A finding about a statement, once."""
        source = self._source(row)
        said = finding(code, "trade", units, (row.amount, row.currency), (source,), source, by=units[0])
        said = replace(said, hint=hint, params=tuple(params.items()))
        if said not in self.findings:
            self.findings.append(said)

    def _places(self, part: Part, seller: str) -> tuple[Place, Place]:
        """The buyer's own stock account, and the one on which it has what it bought of the seller: the largest."""
        mapper = part.mapper
        stock = largest(part, lambda account: mapper.is_in("inventory", account), STOCK)
        costs: dict[tuple[bool, Place], Decimal] = defaultdict(Decimal)
        for row in part.source.summaries[0].partners:
            if row.partner == seller and mapper.at(row.account).is_result:
                goods = mapper.is_in("cost_of_goods", row.account)
                costs[not goods, mapper.at(row.account)] += row.amount
        best = min(costs, key=lambda c: (c[0], -costs[c], c[1]), default=(False, COST))
        return stock, best[1]
