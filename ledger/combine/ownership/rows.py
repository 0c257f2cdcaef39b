"""Postings with a partner, as ownership reads them: what an owner and its unit have booked of each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext

from ledger.books import PartnerRow, month_of
from ledger.combine.flows import DAY, Part
from ledger.combine.model import Place
from ledger.combine.ownership.stakes import Stakes
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away

#: What is paid out of what was earned.
DISTRIBUTED = frozenset({"dividend", "patronage"})


def rows_of(part: Part) -> Iterable[PartnerRow]:
    """A book's postings with a partner that count in the run."""
    for summary in part.source.summaries:
        for row in summary.partners:
            if row.partner is not None and row.date <= part.scope.until(part.unit.slug):
                yield row


def received(part: Part, stakes: Stakes, unit: str, rates: Rates) -> Iterator[tuple[dt.date, Place, Decimal]]:
    """What an owned unit has booked as income from a unit that it owns: a part of what that one has earned."""
    begins = stakes.begins.get(part.unit.slug, dt.date.max)
    for row in rows_of(part):
        if row.partner == unit and row.ic in DISTRIBUTED and row.date >= begins:
            place = part.assign(row.account, row.date)
            its = part.unit.slug in stakes.shares(unit, row.date) and part.mapper.at(row.account).is_result
            if place is not None and its:
                yield row.date, place, -historic(part, row, rates)


def eve_of_joining(part: Part, day: dt.date) -> dt.date | None:
    """The day at whose rate a legal entity brought what its book has from `day`; None if it had joined by then."""
    joined = part.unit.joined if part.unit.entity != "division" else None
    return joined - DAY if joined is not None and day < joined else None


def paid_on(part: Part, day: dt.date, begins: dt.date) -> dt.date:
    """The day at whose rate a cost that was booked on `day` counts.

    Who is bought itself brings what it owns on that day, which thereby `begins` to be the group's. A member that joins
    keeps what it paid for what it had controlled before.
    """
    eve = eve_of_joining(part, day)
    return eve if eve is not None and eve + DAY == begins else day


def historic(part: Part, row: PartnerRow, rates: Rates) -> Decimal:
    """What a posting was worth on its own day, as the translation has it: result at average, equity at spot."""
    if row.currency == rates.base:
        return half_away(row.amount, rates.base)
    if part.mapper.at(row.account).is_result:
        rate = rates.average(row.currency, month_of(row.date))
    else:
        rate = rates.historic(row.currency, row.date, row.rate or None)
    with localcontext(EXACT):
        return half_away(row.amount * rate, rates.base)
