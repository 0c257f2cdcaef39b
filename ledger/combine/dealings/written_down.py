"""A loan between units that the lender has written down (SPEC 9, 10; research: the lender's book alone).

The lender fears that it won't be paid, so its book has a loss and an allowance (`ic: "write-down"` on both postings).
The unit owes as much as before, and nobody outside has lost anything: as long as claim and debt are both eliminated,
the combined statements turn the loss and the allowance back, on every date. When the claim is given up for good, both
books say so, and the lender takes its allowance back: then nothing is left to turn.

Only the lender's book is looked at: there is no other side. A voucher whose write-down postings don't come to nothing
is named with what is over, and stays as it is. What was written down in earlier periods stands against the retained
result, where the loss is by then. Where the lender's book is in another currency, the loss goes back at the average of
its month, the allowance at the closing rate, and what rates make of it belongs to CTA.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ledger.books import PartnerRow, Workspace
from ledger.combine.dealings.findings import finding
from ledger.combine.dealings.items import ASSET
from ledger.combine.dealings.worth import Worths
from ledger.combine.flows import DAY, RETAINED, Part
from ledger.combine.model import ELIM, ZERO, GroupEntry, GroupPosting, Place, Unmatched
from ledger.combine.scope import Scope
from ledger.rules.dealings import WRITE_DOWN
from ledger.rules.rates import Rates

#: What rates make of an allowance in a book in another currency.
RATES = Place("CTA", WRITE_DOWN.capitalize())


@dataclass(frozen=True, slots=True)
class _Posted:
    """A posting of a write-down, with what the group has it at."""

    row: PartnerRow
    place: Place
    amount: Decimal
    source: str


def is_written_down(row: PartnerRow) -> bool:
    """Whether a posting is of a write-down, and so answers nothing in its partner's book."""
    return row.ic == WRITE_DOWN and row.partner is not None


def written_down(
    ws: Workspace, parts: Mapping[str, Part], scope: Scope, rates: Rates
) -> tuple[list[GroupEntry], list[Unmatched]]:
    """What is turned back of all write-downs, and vouchers that don't come to nothing.

    Args:
        ws: how files are shown.
        parts: the units of the run.
        scope: its period.
        rates: against the reporting currency.
    """
    entries: list[GroupEntry] = []
    findings: list[Unmatched] = []
    worths = Worths(scope, rates)
    for slug, part in sorted(parts.items()):
        for rows in _vouchers(part, scope):
            partner, first = str(rows[0].partner), rows[0]
            if not (scope.standing(slug) and scope.standing(partner)) or partner == slug:
                continue
            left = sum((row.amount for row in rows), ZERO)
            key = next((link for link in first.links if link.startswith("ic-")), f"{ws.shown(first.file)}:{first.line}")
            units = (min(slug, partner), max(slug, partner))
            if left:
                said = [f"{ws.shown(row.file)}:{row.line}" for row in rows]
                findings.append(finding("AMOUNT_DIFF", WRITE_DOWN, units, (left, first.currency), said, key))
                continue
            posted = [_posted(ws, part, row, worths) for row in rows]
            entries.append(_entry(posted, scope, (key, units, slug)))
    return entries, findings


def _vouchers(part: Part, scope: Scope) -> Iterator[list[PartnerRow]]:
    """Postings of write-downs up to the period's end, by voucher and unit."""
    found: dict[tuple[int, int, str], list[PartnerRow]] = defaultdict(list)
    for number, summary in enumerate(part.source.summaries):
        for row in summary.partners:
            if is_written_down(row) and row.date <= scope.until(part.unit.slug):
                found[number, row.transaction, str(row.partner)].append(row)
    yield from (rows for _, rows in sorted(found.items()))


def _posted(ws: Workspace, part: Part, row: PartnerRow, worths: Worths) -> _Posted:
    place, source = part.mapper.at(row.account), f"{ws.shown(row.file)}:{row.line}"
    return _Posted(row, place, worths.of(part, row, place, source), source)


def _entry(posted: list[_Posted], scope: Scope, named: tuple[str, tuple[str, str], str]) -> GroupEntry:
    """The voucher the other way round: on its day, or on the eve of the period."""
    key, units, lender = named
    day = posted[0].row.date
    earlier = day < scope.date_from
    cells: dict[tuple[Place, str], Decimal] = defaultdict(Decimal)
    for one in posted:
        place = RETAINED if earlier and one.place.is_result else one.place
        cells[place, one.source] -= one.amount
    rest = -sum(cells.values(), ZERO)
    if rest:
        cells[RATES, posted[0].source] += rest
    postings = [GroupPosting(place, ELIM, amount, source, lender) for (place, source), amount in sorted(cells.items())]
    made: dt.date = scope.date_from - DAY if earlier else day
    return GroupEntry(made, ELIM, WRITE_DOWN, key, units, tuple(p for p in postings if p.amount), ASSET, seller=lender)
