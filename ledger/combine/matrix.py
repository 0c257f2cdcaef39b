"""What every two units have to do with each other, class by class: the check that elimination left nothing unsaid.

Matching looks at dealings, this at their sums: for each pair of units, class and section, what the two books have, what
was eliminated and adjusted, and what is left. What is left is what the unmatched list says (SPEC 10), to the last cent.
Profit in stock and fixed assets is no dealing of two sides, so it isn't here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.combine.model import PairRow

if TYPE_CHECKING:
    from ledger.combine.combined import Combined

__all__ = ["PairRow", "pair_matrix"]


def pair_matrix(combined: Combined) -> tuple[PairRow, ...]:
    """The rows of all pairs, in the order of units, class and section."""
    return combined.pairs
