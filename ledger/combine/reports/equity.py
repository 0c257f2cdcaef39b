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
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, TypeAlias

from ledger.books.summary import EquityRow
from ledger.charts import Line, line, lines
from ledger.combine.figures import is_result
from ledger.combine.flows import Flow, Part, whole
from ledger.combine.model import ZERO, GroupEntry, GroupPosting
from ledger.combine.ownership.cost import opening_day
from ledger.combine.ownership.model import SALE, STEP
from ledger.rules.rounding import EXACT, half_away

if TYPE_CHECKING:
    from ledger.combine.combined import Combined

OPENING, RESULT, OWNERS, DISTRIBUTED = "opening", "result", "owners", "distributed"
JOINED, LEFT, CTA, TRANSFERS, ADJUSTED = "joined", "left", "cta", "transfers", "adjusted"
#: Lines that owners have paid in; the others were earned.
CONTRIBUTED = frozenset({"MemberContributions", "DebentureContributions"})
#: The line on which the period's result stands.
YEAR = "ResultForYear"
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
CHANGES = tuple(f.name for f in fields(EquityLine) if f.name not in {"line", "closing"})
COLUMNS = (*CHANGES, "closing")
TOTAL = "total"


def equity(combined: Combined) -> tuple[EquityLine, ...]:
    """Every line of equity that has figures, in the order of the statements, then their total (line `"total"`)."""
    roll = _Roll(combined)
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


class _Roll:
    """Collects changes by line, debit positive as in the trial balance."""

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
            name = posting.place.line
            if posting.place.group.root == "Equity" or name == "ResultTransfer":
                self.add(YEAR if name == "ResultTransfer" else name, self._column(entry, posting), posting.amount)

    def _column(self, entry: GroupEntry, posting: GroupPosting) -> str:
        if entry.kind == "joined":
            if not self.entered(entry.units[0]):
                return OPENING
            return CTA if posting.place.line == "CTA" else JOINED
        if entry.date < self.start:
            return OPENING
        if posting.unit in self.parts and entry.date == self.opening(posting.unit):
            return self.brought(posting.unit)
        if entry.kind == "acquisition":
            return self._owned(entry, posting)
        if entry.kind in {"goodwill", "adjustment"} and posting.place.line == "CTA":
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

    def brought(self, slug: str) -> str:
        """What the opening voucher of a book is that begins within the period."""
        return JOINED if self.entered(slug) else OPENING

    def part(self, part: Part) -> None:
        """What a unit's own book does to equity."""
        period: Amounts = defaultdict(Decimal)
        worth: dict[tuple[str, dt.date], Decimal] = defaultdict(Decimal)
        places = {row.account: part.mapper.at(row.account) for row in part.source.balances()}
        results = {account for account, place in places.items() if is_result(place.line)}
        nets = {account for account, place in places.items() if place.group.root in {"Assets", "Liabilities"}}
        brings = self.entered(part.unit.slug)
        for flow in part.flows:
            # Nearly all flows are none of equity's; a unit that joins brings its assets on a line of equity.
            if not brings and (flow.account in nets or (flow.account in results and self._counts(flow))):
                continue
            place = part.assign(flow.account, flow.date, transfer=flow.transfer)
            if place is None or is_result(place.line) or place.group.root in {"Assets", "Liabilities"}:
                continue
            if place.line == "Joined":
                self.add("Joined", JOINED, flow.amount)
            elif flow.date < self.start:
                self.add(place.line, OPENING, flow.amount)
            elif place.line == "CTA":
                self.add("CTA", CTA, flow.amount)
            else:
                name = YEAR if place.line == "ResultTransfer" else place.line
                period[name] += flow.amount
                worth[flow.account, flow.date] += flow.amount
        for voucher in _vouchers(part, self, None if part.translated is None else worth):
            for name, change, amount in voucher:
                period[name] -= amount
                self.add(name, change, amount)
        for name, amount in period.items():
            self.add(name, OWNERS, amount)


def _vouchers(
    part: Part, roll: _Roll, worth: Mapping[tuple[str, dt.date], Decimal] | None
) -> list[list[tuple[str, str, Decimal]]]:
    """Each voucher of the period on equity: line, column, amount. `worth`: what a foreign unit's accounts moved by."""
    until = part.scope.until(part.unit.slug)
    first = roll.opening(part.unit.slug)
    found = []
    for summary in part.source.summaries:
        rows: dict[int, list[EquityRow]] = defaultdict(list)
        for row in summary.equity:
            if roll.start <= row.date <= until and part.assign(row.account, row.date) is not None:
                rows[row.transaction].append(row)
        shares = _shares([row for voucher in rows.values() for row in voucher], roll.currency, worth)
        for voucher in rows.values():
            amounts: Amounts = defaultdict(Decimal)
            other = False
            for row in voucher:
                place = part.mapper.at(row.account)
                moves = place.line == "ResultTransfer" or (worth is not None and (row.account, row.date) in worth)
                if place.is_result and not moves:
                    other = True
                elif (assigned := part.assign(row.account, row.date)) is None or assigned.line != "Joined":
                    amounts[YEAR if place.is_result else place.line] += shares[id(row)]
            if voucher[0].date == first and sum(amounts.values(), ZERO):
                brought = roll.brought(part.unit.slug)
                found.append([(name, brought, amount) for name, amount in amounts.items()])
            else:
                found.append(_changes(amounts, other=other))
    return found


def _shares(
    rows: list[EquityRow], currency: str, worth: Mapping[tuple[str, dt.date], Decimal] | None
) -> dict[int, Decimal]:
    """What each posting is worth in the reporting currency, by its identity.

    A foreign unit's accounts are translated day by day; a day's amount is shared by the postings of the day.
    """
    found: dict[int, Decimal] = {}
    groups: dict[tuple[str, dt.date], list[EquityRow]] = defaultdict(list)
    for row in rows:
        if worth is None:
            quick = whole(row.amount, currency)
            found[id(row)] = half_away(row.amount, currency) if quick is None else quick
        else:
            groups[row.account, row.date].append(row)
    for key, group in groups.items():
        assert worth is not None
        left = worth.get(key, ZERO)
        total = sum((row.amount for row in group), ZERO)
        with localcontext(EXACT):
            for row in group[:-1]:
                share = half_away(worth.get(key, ZERO) * row.amount / total, currency) if total else ZERO
                found[id(row)] = share
                left -= share
        found[id(group[-1])] = left
    return found


def _changes(amounts: Mapping[str, Decimal], *, other: bool) -> list[tuple[str, str, Decimal]]:
    """What one voucher does: what crosses the border of equity, and what only moves inside it.

    Args:
        amounts: by line, debit positive.
        other: the voucher has income or expense, too.
    """
    crossing = sum(amounts.values(), ZERO)
    comes_in = crossing < 0
    # What crosses is taken from the lines that it can come from: contributed ones first on its way in, last out.
    order = sorted(amounts, key=lambda n: ((n in CONTRIBUTED) != comes_in, line(n).order))
    found = []
    left = abs(crossing)
    for name in order:
        amount = amounts[name]
        outside = min(left, abs(amount)) if amount and (amount < 0) == comes_in else ZERO
        left -= outside
        signed = -outside if comes_in else outside
        if outside:
            change = OWNERS if comes_in or name in CONTRIBUTED else DISTRIBUTED
            found.append((name, ADJUSTED if other else change, signed))
        if amount != signed:
            found.append((name, TRANSFERS, amount - signed))
    assert left == 0
    return found
