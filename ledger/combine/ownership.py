"""Units that are owned by another unit: capital against its cost, goodwill, non-controlling interest (SPEC 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.books import Books
from ledger.combine.flows import Part
from ledger.combine.model import GroupEntry
from ledger.combine.scope import Scope
from ledger.errors import Problem
from ledger.rules.rates import Rates


@dataclass(frozen=True)
class Owned:
    """What ownership makes of a run's figures.

    Attributes:
        entries: in column ELIM.
        problems: what can't be worked out.
    """

    entries: Sequence[GroupEntry] = ()
    problems: Sequence[Problem] = ()


def ownership(
    books: Books, parts: Mapping[str, Part], scope: Scope, rates: Rates, entries: Sequence[GroupEntry]
) -> Owned:
    """Eliminate what units hold of units that they control.

    Args:
        books: all books.
        parts: units of the run.
        scope: the run's period.
        rates: exchange rates.
        entries: what has been made so far: eliminations, adjustments, translation differences.
    """
    del books, parts, scope, rates, entries
    return Owned()
