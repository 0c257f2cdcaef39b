"""The combined figures in another currency (`--currency`; IAS 21.38-41 for a whole).

Every amount is presented, from each unit's share to the last elimination: income and expense at the average of their
own month, as units' own income is translated, so that the months of a period add up to it and a month of high sales
isn't presented at the rate of a low one; assets, liabilities and equity at the closing rate. Transfers of the result to
equity go at the closing rate like the equity they go to. Rates are stated in the reporting currency, so amounts are
divided by them. A rate that is missing is an error; a month without income and expense needs none.

Because income and expense don't stand at the closing rate, no unit and no entry on both statements sums to zero any
more. What is left stands on CTA's account *Presentation*, in the column of its cause, so that each of them does again;
the proof is the roll-forward Σ income and expense × (1 ÷ closing − 1 ÷ its month's rate).

An account's amounts are rounded to date: together they are the account's sum, rounded once. What single amounts are
rounded by stands on the same account and is less than a unit of the currency for each of them.

Dealings that don't match stay in their documents' currency. Of two units' dealings (the pair matrix) and of a
minority's part of a result only sums are known: they go at the rate of income and expense as a whole.
Adjustments are listed as they were written, in the reporting currency; their entries are presented like all others.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, localcontext

from ledger.books import month_of
from ledger.combine.combined import Combined, Presented
from ledger.combine.figures import Cell, add, entry_cells, is_result, rows_of
from ledger.combine.flows import Part
from ledger.combine.model import CTA, PSEUDO, ZERO, GroupEntry, GroupPosting, PairRow, Place, Share, Translation
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away, unit_of

#: Where the difference of rates stands.
PRESENTATION = Place("CTA", "Presentation")


def present(combined: Combined, currency: str, rates: Rates) -> Combined:
    """Figures in `currency`: trial balance, entries, translation and pairs, each summing to zero as before.

    Args:
        combined: figures in the reporting currency.
        currency: another one.
        rates: against the reporting currency.

    Raises:
        MissingRate: the closing rate, or the average of a month with income or expense, isn't there.
    """
    presenter = _Presenter(combined, currency, rates)
    cells = {slug: presenter.part(part) for slug, part in combined.parts.items()}
    entries = tuple(presenter.entry(entry) for entry in combined.entries)
    sums = entry_cells(entries)
    for own in cells.values():
        add(sums, own)
    made = presenter.proof(combined)
    presented = replace(
        combined,
        currency=currency,
        trial_balance=rows_of(sums),
        entries=entries,
        translation=tuple(presenter.translation(proof) for proof in combined.translation),
        pairs=tuple(presenter.pair(row) for row in combined.pairs),
        shares=tuple(presenter.share(share) for share in combined.shares),
        presented=Presented(combined, presenter.closing, cells, *made),
    )
    presented.check()
    return presented


class _Presenter:
    """Divides by rates, and rounds each account's amounts to date."""

    def __init__(self, combined: Combined, currency: str, rates: Rates) -> None:
        self.currency = currency
        self.rates = rates
        self.start, self.end = combined.date_from, combined.date_to
        self.closing = rates.spot(currency, combined.date_to)
        self.exact: dict[Cell, Decimal] = defaultdict(Decimal)
        self.given: dict[Cell, Decimal] = defaultdict(Decimal)
        self.months: dict[str, Decimal] = defaultdict(Decimal)  # result by month, reporting currency
        self.gross = [ZERO, ZERO]  # income and expense without sign: reporting currency, presented
        self.posted = ZERO
        self.count = 0

    def rate(self, place: Place, day: dt.date) -> Decimal:
        """The rate of an amount on a day."""
        if not is_result(place.line):
            return self.closing
        return self.rates.average(self.currency, month_of(min(max(day, self.start), self.end)))

    def take(self, cell: Cell, amount: Decimal, day: dt.date) -> Decimal:
        """An amount as presented; Σ of a cell's amounts = the cell's sum, rounded once."""
        with localcontext(EXACT):
            worth = amount / self.rate(cell[0], day)
            self.exact[cell] += worth
            given = half_away(self.exact[cell], self.currency) - self.given[cell]
        if is_result(cell[0].line):
            self.months[month_of(min(max(day, self.start), self.end))] += amount
            self.gross[0] += abs(amount)
            self.gross[1] += abs(worth)
        self.given[cell] += given
        self.count += 1
        return given

    def part(self, part: Part) -> dict[Cell, Decimal]:
        """A unit's own share; what it doesn't sum to stands on CTA."""
        found: dict[Cell, Decimal] = defaultdict(Decimal)
        for cell, amount in sorted(part.sums.items()):
            if not is_result(cell[0].line):
                found[cell] = self.take(cell, amount, self.end)
        for (cell, month), amount in sorted(_result_months(part).items()):
            found[cell] += self.take(cell, amount, month)
        rest = -sum(found.values(), ZERO)
        if rest:
            found[PRESENTATION, CTA] += rest
            self.posted += rest
        return dict(found)

    def entry(self, entry: GroupEntry) -> GroupEntry:
        """An entry that no unit wrote; what it doesn't sum to stands in its own column."""
        postings = [replace(p, amount=self.take((p.place, p.column), p.amount, entry.date)) for p in entry.postings]
        rest = -sum((p.amount for p in postings), ZERO)
        if rest:
            column = entry.column if entry.column in PSEUDO else CTA
            postings.append(GroupPosting(PRESENTATION, column, rest))
            self.posted += rest
        return replace(entry, postings=tuple(postings))

    def proof(self, combined: Combined) -> tuple[Decimal, Decimal, Decimal]:
        """What was posted for the rates, its proof by roll-forward, and what rounding came to."""
        assert sum(self.months.values(), ZERO) == -combined.result
        with localcontext(EXACT):
            told = sum(
                (a / self.closing - a / self.rates.average(self.currency, m) for m, a in self.months.items()), ZERO
            )
            stands = -sum(self.exact.values(), ZERO)
            assert abs(stands - told) < Decimal("1e-20") * (1 + self.count), (stands, told)
        proof = half_away(told, self.currency)
        rounding = self.posted - proof
        assert abs(rounding) <= unit_of(self.currency) * (len(self.exact) + 1), (self.posted, proof)
        return proof, proof, rounding

    def at_closing(self, amount: Decimal) -> Decimal:
        """An amount at the closing rate."""
        with localcontext(EXACT):
            return half_away(amount / self.closing, self.currency)

    def translation(self, proof: Translation) -> Translation:
        """A unit's proof: CTA stands at the closing rate."""
        told = self.at_closing(proof.posted)
        rounding, opening = self.at_closing(proof.rounding), self.at_closing(proof.opening)
        return replace(proof, posted=told, proof=told, rounding=rounding, opening=opening)

    def mean(self) -> Decimal:
        """The rate at which income and expense as a whole were presented."""
        with localcontext(EXACT):
            return self.gross[0] / self.gross[1] if self.gross[1] else self.closing

    def share(self, share: Share) -> Share:
        """What is owned of a unit: at the closing rate, but the part of the result."""
        with localcontext(EXACT):
            result = half_away(share.result_minority / self.mean(), self.currency)
        return replace(
            share,
            cost=self.at_closing(share.cost),
            equity_at_acquisition=self.at_closing(share.equity_at_acquisition),
            goodwill=self.at_closing(share.goodwill),
            goodwill_cta=self.at_closing(share.goodwill_cta),
            minority=self.at_closing(share.minority),
            result_minority=result,
            cta_minority=self.at_closing(share.cta_minority),
        )

    def pair(self, row: PairRow) -> PairRow:
        """Two units' dealings; what is left is what the presented sums leave."""
        rate = self.mean() if row.section == "result" else self.closing
        with localcontext(EXACT):
            one, other, out, adjusted = (
                half_away(a / rate, self.currency) for a in (row.one, row.other, row.eliminated, row.adjusted)
            )
        if not row.unmatched:  # what met to the last unit meets here, too
            other = -one - adjusted
        return replace(row, one=one, other=other, eliminated=out, adjusted=adjusted, unmatched=one + other + adjusted)


def _result_months(part: Part) -> dict[tuple[Cell, dt.date], Decimal]:
    """Income and expense of a unit by cell and month (its first day)."""
    found: dict[tuple[Cell, dt.date], Decimal] = defaultdict(Decimal)
    for account, day, transfer, amount in _flows(part):
        place = part.assign(account, day, transfer=transfer)
        if place is not None and is_result(place.line):
            found[(place, part.column(account)), day.replace(day=1)] += amount
    return found


def _flows(part: Part) -> Iterable[tuple[str, dt.date, bool, Decimal]]:
    """The unit's flows of the period on income and expense."""
    for flow in part.flows:
        if flow.date >= part.scope.date_from and flow.account and part.mapper.at(flow.account).is_result:
            yield flow.account, flow.date, flow.transfer, flow.amount
