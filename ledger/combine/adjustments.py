"""What the finance head adjusts on top of all books: column ADJ (SPEC 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.books import Books
from ledger.combine.flows import Part
from ledger.combine.items import Item
from ledger.combine.model import GroupEntry
from ledger.combine.scope import Scope
from ledger.errors import Problem
from ledger.rules.rates import Rates


@dataclass(frozen=True)
class Adjusted:
    """What the adjustments of a run come to.

    Attributes:
        entries: in column ADJ.
        items: by slug, those that stand for a posting of a unit with a partner: they are matched like the unit's own.
        problems: adjustments that can't be used.
    """

    entries: Sequence[GroupEntry] = ()
    items: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    problems: Sequence[Problem] = ()


def adjustments(books: Books, parts: Mapping[str, Part], scope: Scope, rates: Rates) -> Adjusted:
    """The adjustments that count in a run."""
    del books, parts, scope, rates
    return Adjusted()
