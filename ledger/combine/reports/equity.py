"""Changes in equity, line by line: from the day before the period to its end (K3 6.3, IFRS 1.106; SPEC 10, invariants).

Closing = opening + result + owners' contributions and withdrawals + distributions + units joined + units left +
translation difference + transfers between lines + adjustments. Equity and a surplus are positive here, unlike in the
trial balance. The period's result stands on *Result for the year* until it is moved; earlier years' result that was
never moved stands on *Retained result*, as in the trial balance. What closing comes to is the trial balance's own
figure, and the sum of all lines is assets less liabilities: both are asserted, no column is what is missing.

What a posting on equity is, its voucher tells:

- What a voucher only moves from one line to another is a transfer.
- What comes from outside equity was contributed; what goes out of contributed lines was withdrawn, out of earned
  lines it was distributed. What meets income or expense is neither, and stands among the adjustments.
- On the first day of a book that begins on the first of a month, it is the opening balance; where the unit joined
  within the period, what the unit brought. Of a unit that its owners founded on that day it is what they paid in.

Eliminations count where the flow does that they take away: capital as owners' flow, dividends and patronage refunds
as distribution.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from ledger.charts import Line, line, lines
from ledger.combine.figures import is_result
from ledger.combine.flows import CAPITAL_HELD, DIVIDENDS, Flow, Part
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.ownership.cost import opening_day
from ledger.combine.ownership.model import SALE, STEP
from ledger.combine.reports.equity_vouchers import (
    ADJUSTED,
    DISTRIBUTED,
    OWNERS,
    TRANSFERS,
    YEAR,
    Brought,
    Worth,
    vouchers_of,
)
from ledger.messages import N_

if TYPE_CHECKING:
    from ledger.combine.combined import Combined

OPENING, RESULT, JOINED, LEFT, CTA, CLOSING = "opening", "result", "joined", "left", "cta", "closing"
#: Which change an entry that no unit wrote counts as, by kind. Of the kinds that aren't named (capital, funds) what is
#: eliminated of equity is an owners' flow.
KINDS = {
    "joined": JOINED,
    "left": LEFT,
    "translation": CTA,
    "dividend": DISTRIBUTED,
    "patronage": DISTRIBUTED,
    "minority": TRANSFERS,
    "goodwill": ADJUSTED,
    "unrealised": ADJUSTED,
    "asset": ADJUSTED,
    "write-down": ADJUSTED,
    "transit": ADJUSTED,
    "adjustment": ADJUSTED,
}
Amounts: TypeAlias = dict[str, Decimal]  # by line, debit positive


@dataclass(frozen=True)
class EquityLine:
    """How one line of equity changed. Equity is positive; Σ of all but `closing` = `closing`."""

    line: str
    opening: Decimal = ZERO
    result: Decimal = ZERO
    owners: Decimal = ZERO
    distributed: Decimal = ZERO
    joined: Decimal = ZERO
    left: Decimal = ZERO
    cta: Decimal = ZERO
    transfers: Decimal = ZERO
    adjusted: Decimal = ZERO
    closing: Decimal = ZERO

    def __post_init__(self) -> None:
        """A line that doesn't tie is a programming error."""
        assert sum((self.change(name) for name in CHANGES), ZERO) == self.closing, self

    @property
    def group(self) -> Line:
        """The statement line itself; of the total there is none."""
        return line(self.line)

    def change(self, name: str) -> Decimal:
        """The amount of a column."""
        found: Decimal = getattr(self, name)
        return found


#: Columns in their order; with `closing` they are all there are.
CHANGES = tuple(f.name for f in fields(EquityLine) if f.name not in {"line", CLOSING})
COLUMNS = (*CHANGES, CLOSING)
#: What they are called.
HEADS = {
    OPENING: N_("Opening"),
    RESULT: N_("Result"),
    OWNERS: N_("Owners"),
    DISTRIBUTED: N_("Distributed"),
    JOINED: N_("Joined"),
    LEFT: N_("Left"),
    CTA: N_("Translation"),
    TRANSFERS: N_("Transfers"),
    ADJUSTED: N_("Adjusted"),
    CLOSING: N_("Closing"),
}
TOTAL = "total"


def equity(combined: Combined) -> tuple[EquityLine, ...]:
    """Every line of equity that has figures, in the order of the statements, then their total (line `"total"`)."""
    roll = Roll(combined)
    for part in combined.parts.values():
        roll.part(part)
    for entry in combined.entries:
        roll.entry(entry)
    for proof in combined.translation:
        if proof.unit in combined.parts and not roll.entered(proof.unit):
            roll.add("CTA", OPENING, proof.opening)
            roll.add("CTA", CTA, -proof.opening)
    result = sum((a for name, a in combined.lines.items() if is_result(name)), ZERO)
    roll.add(YEAR, RESULT, result)
    closing = _closing(combined)
    found = [
        EquityLine(each.id, **{name: -amount for name, amount in moved.items()}, closing=closing.get(each.id, ZERO))
        for each in lines()
        if (moved := roll.sums.get(each.id, {})) or closing.get(each.id)
    ]
    return (*found, _total(combined, found))


def _closing(combined: Combined) -> Amounts:
    """Equity as the trial balance has it, the period's result on its line; equity positive."""
    sums: Amounts = defaultdict(Decimal)
    for name, amount in combined.lines.items():
        its = line(name)
        if its.root == "Equity":
            sums[name] -= amount
        elif its.statement == "income":
            sums[YEAR] -= amount
    return sums


def _total(combined: Combined, found: list[EquityLine]) -> EquityLine:
    sums = {name: sum((row.change(name) for row in found), ZERO) for name in COLUMNS}
    net = sum((a for name, a in combined.lines.items() if line(name).root in {"Assets", "Liabilities"}), ZERO)
    assert sums["closing"] == net, "equity isn't assets less liabilities"
    assert sums["result"] == combined.result
    return EquityLine(TOTAL, **sums)


class Roll:
    """Says on which line of equity and in which column an amount stands, and collects them by line, debit positive."""

    def __init__(self, combined: Combined) -> None:
        self.start = combined.date_from
        self.currency = combined.currency
        self.parts = combined.parts
        self.sums: dict[str, Amounts] = {}
        self.openings: dict[str, dt.date | None] = {}

    def add(self, name: str, change: str, amount: Decimal) -> None:
        """Add to a line's column."""
        if amount:
            sums = self.sums.setdefault(name, {})
            sums[change] = sums.get(change, ZERO) + amount

    def entered(self, slug: str) -> bool:
        """Whether the unit joined within the period, bringing its net assets."""
        return self.parts[slug].entered

    def opening(self, slug: str) -> dt.date | None:
        """The day of its book's opening balance, if it has one."""
        if slug not in self.openings:
            self.openings[slug] = opening_day(self.parts, slug)
        return self.openings[slug]

    def entry(self, entry: GroupEntry) -> None:
        """What an entry that no unit wrote does to equity."""
        for posting in entry.postings:
            if name := line_in_equity(posting.place):
                self.add(name, self.column(entry, posting), posting.amount)

    def column(self, entry: GroupEntry, posting: GroupPosting) -> str:
        """What a posting that no unit wrote counts as."""
        if entry.kind == "joined":
            if not self.entered(entry.units[0]):
                return OPENING
            return CTA if posting.place.line == "CTA" else JOINED
        if entry.date < self.start:
            return OPENING
        if posting.unit in self.parts and entry.date == self.opening(posting.unit):
            return self.brought(posting.unit).column
        if entry.kind == "acquisition":
            return self._owned(entry, posting)
        if (
            entry.kind in {"goodwill", "adjustment", "unrealised", "asset", "write-down"}
            and posting.place.line == "CTA"
        ):
            return CTA
        if entry.column == ELIM and posting.place in {DIVIDENDS, CAPITAL_HELD}:
            return CTA
        return KINDS.get(entry.kind, OWNERS)

    def _owned(self, entry: GroupEntry, posting: GroupPosting) -> str:
        """What an owned unit's purchase, a change of shares, its sale, or capital of one that was founded counts as."""
        slug, _, what = entry.key.partition(STEP)
        if STEP + what == SALE:
            return LEFT
        if posting.place.line == "CTA":
            return CTA
        return OWNERS if what or not self.entered(slug) else JOINED

    def _counts(self, flow: Flow) -> bool:
        """Whether a flow on income or expense is part of the period's result."""
        return flow.date >= self.start and not flow.transfer

    def brought(self, slug: str) -> Brought:
        """The opening voucher of a book, and what it is where it lies within the period."""
        return Brought(self.opening(slug), JOINED if self.entered(slug) else OPENING)

    def where(self, place: Place | None, day: dt.date) -> tuple[str, str] | None:
        """Line and column of what a unit's own book has at a place of equity; "" where the voucher decides it."""
        name = line_in_equity(place) if place is not None else ""
        if not name:
            return None
        if name == "Joined":
            return name, JOINED
        if day < self.start:
            return name, OPENING
        return name, CTA if name == "CTA" else ""

    def worth(self, part: Part) -> Worth | None:
        """What a foreign unit's accounts moved by where vouchers decide the column; None of a book in our currency."""
        if part.translated is None:
            return None
        found: dict[tuple[str, dt.date], Decimal] = defaultdict(Decimal)
        for _, column, flow in self._flows(part):
            if not column:
                found[flow.account, flow.date] += flow.amount
        return found

    def _flows(self, part: Part) -> Iterator[tuple[str, str, Flow]]:
        """A unit's own flows on equity, with line and column."""
        places = {row.account: part.mapper.at(row.account) for row in part.source.balances()}
        results = {account for account, place in places.items() if is_result(place.line)}
        nets = {account for account, place in places.items() if place.group.root in {"Assets", "Liabilities"}}
        brings = self.entered(part.unit.slug)
        for flow in part.flows:
            # Nearly all flows are none of equity's; a unit that joins brings its assets on a line of equity.
            if not brings and (flow.account in nets or (flow.account in results and self._counts(flow))):
                continue
            found = self.where(part.assign(flow.account, flow.date, transfer=flow.transfer), flow.date)
            if found is not None:
                yield *found, flow

    def part(self, part: Part) -> None:
        """What a unit's own book does to equity."""
        period: Amounts = defaultdict(Decimal)
        for name, column, flow in self._flows(part):
            if column:
                self.add(name, column, flow.amount)
            else:
                period[name] += flow.amount
        brought = self.brought(part.unit.slug)
        for voucher in vouchers_of(part, self.start, self.currency, brought, self.worth(part)):
            for name, change, amount in voucher:
                period[name] -= amount
                self.add(name, change, amount)
        for name, amount in period.items():
            self.add(name, OWNERS, amount)


def line_in_equity(place: Place) -> str:
    """The line of changes in equity that a place stands on; "" = none."""
    if place.line == "ResultTransfer":
        return YEAR
    return place.line if place.group.root == "Equity" else ""
