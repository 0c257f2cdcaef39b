"""The combined figures by business line: what each line of business earns and owns (SPEC 2, `business_line`).

A line's figures are the columns of its units, less what was eliminated between them: dealings within a line are no
dealings of the line. What was eliminated between two lines stands in a column of its own, so that a line's sales to
another line remain its sales, as segment reporting asks (IFRS 8.23: external and inter-segment revenue). Units without
a business line are one segment without a name. Segments + between = the combined figures, account by account.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger.combine.figures import Cell, Figures, add, figures_of
from ledger.combine.model import ZERO

if TYPE_CHECKING:
    from ledger.combine.combined import Combined


@dataclass(frozen=True)
class Segment:
    """One business line. `name` is None for units that name none; `units` are slugs, sorted."""

    name: str | None
    units: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True)
class Segments:
    """All business lines by name, those without a name last; and what stands between them."""

    segments: tuple[Segment, ...]
    between: Figures


def segments(combined: Combined) -> Segments:
    """The combined figures by business line; that nothing is lost or gained is asserted."""
    lines = {slug: unit.business_line for slug, unit in combined.units.items()}
    members: dict[str | None, list[str]] = defaultdict(list)
    sums: dict[str | None, dict[Cell, Decimal]] = defaultdict(dict)
    between: dict[Cell, Decimal] = {}
    for slug, name in lines.items():
        members[name].append(slug)
        add(sums[name], combined.cells(slug))
    for entry in combined.entries:
        named = {lines[slug] for slug in entry.units if slug in lines}
        cells = sums[named.pop()] if len(named) == 1 and entry.level is None else between
        for posting in entry.postings:
            cell = posting.place, posting.column
            cells[cell] = cells.get(cell, ZERO) + posting.amount
    order = sorted(members, key=lambda name: (name is None, name or ""))
    found = Segments(
        tuple(Segment(name, tuple(sorted(members[name])), figures_of(sums[name])) for name in order),
        figures_of(between),
    )
    total = dict(between)
    for cells in sums.values():
        add(total, cells)
    assert figures_of(total).rows == combined.trial_balance, "the business lines lose or gain something"
    return found
