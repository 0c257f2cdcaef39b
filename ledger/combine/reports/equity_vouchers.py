"""What a voucher does to equity: what crosses its border, and what only moves inside it.

- What a voucher only moves from one line to another is a transfer.
- What comes from outside equity was contributed; what goes out of contributed lines was withdrawn, out of earned
  lines it was distributed. What meets income or expense is neither, and stands among the adjustments.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from typing import NamedTuple, TypeAlias

from ledger.books.summary import EquityRow
from ledger.charts import line
from ledger.combine.flows import Part, whole
from ledger.combine.model import ZERO
from ledger.rules.rounding import EXACT, half_away

OWNERS, DISTRIBUTED, TRANSFERS, ADJUSTED = "owners", "distributed", "transfers", "adjusted"
#: Lines that owners have paid in; the others were earned.
CONTRIBUTED = frozenset({"MemberContributions", "DebentureContributions"})
#: The line on which the period's result stands.
YEAR = "ResultForYear"
#: What a foreign unit's accounts moved by, by day, in the figures' currency.
Worth: TypeAlias = Mapping[tuple[str, dt.date], Decimal]


class Brought(NamedTuple):
    """The day of a book's opening balance, if it has one, and the column of what it has."""

    day: dt.date | None
    column: str


def vouchers_of(
    part: Part, start: dt.date, currency: str, brought: Brought, worth: Worth | None
) -> Iterator[list[tuple[str, str, Decimal]]]:
    """Each voucher of the period on equity: line, column, amount.

    Args:
        part: a unit.
        start: the period's first day.
        currency: of the figures.
        brought: what the opening voucher of the unit's book is, and its day.
        worth: what a foreign unit's accounts moved by; None where its book is in the figures' currency.
    """
    for summary in part.source.summaries:
        rows: dict[int, list[EquityRow]] = defaultdict(list)
        for row in summary.equity:
            if counts(part, row, start):
                rows[row.transaction].append(row)
        shares = shares_of([row for voucher in rows.values() for row in voucher], currency, worth)
        for voucher in rows.values():
            amounts: dict[str, Decimal] = defaultdict(Decimal)
            other = False
            for row in voucher:
                name = line_of(part, row, worth)
                if name is None:
                    other = True
                elif name:
                    amounts[name] += shares[id(row)]
            yield decided(amounts, voucher[0].date, brought, other=other)


def counts(part: Part, row: EquityRow, start: dt.date) -> bool:
    """Whether a posting is of the period, and in scope."""
    return start <= row.date <= part.scope.until(part.unit.slug) and part.assign(row.account, row.date) is not None


def line_of(part: Part, row: EquityRow, worth: Worth | None) -> str | None:
    """The line of equity that a posting is on; None = income or expense, "" = of what isn't its voucher's to say."""
    place = part.mapper.at(row.account)
    if place.is_result:
        moves = place.line == "ResultTransfer" or (worth is not None and (row.account, row.date) in worth)
        return YEAR if moves else None
    assigned = part.assign(row.account, row.date)
    own = place.group.root == "Equity" and assigned is not None and assigned.line not in {"Joined", "CTA"}
    return place.line if own else ""


def decided(
    amounts: Mapping[str, Decimal], day: dt.date, brought: Brought, *, other: bool
) -> list[tuple[str, str, Decimal]]:
    """What a voucher's lines of equity count as: line, column, amount."""
    if day == brought.day and sum(amounts.values(), ZERO):
        return [(name, brought.column, amount) for name, amount in amounts.items()]
    return changes_of(amounts, other=other)


def shares_of(rows: list[EquityRow], currency: str, worth: Worth | None) -> dict[int, Decimal]:
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


def changes_of(amounts: Mapping[str, Decimal], *, other: bool) -> list[tuple[str, str, Decimal]]:
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
