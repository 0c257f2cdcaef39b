"""What every two units have to do with each other, class by class: the check that elimination left nothing unsaid.

Matching looks at dealings, this at their sums: for each pair of units, class and section, what the two books have, what
was eliminated and adjusted, and what is left. What is left is what the unmatched list says (SPEC 10), to the last cent.
Profit in stock and fixed assets is no dealing of two sides, and what waits on suspense answers nothing yet, so neither
is here; nor is what a unit books towards an outsider.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger.combine.dealings.capital import as_it_stands
from ledger.combine.dealings.items import BALANCE, RESULT, Item
from ledger.combine.dealings.settle import Row, Settled
from ledger.combine.flows import CAPITAL_HELD, DIVIDENDS
from ledger.combine.model import ADJ, ELIM, ZERO, PairRow, Place

if TYPE_CHECKING:
    from ledger.combine.combined import Combined

__all__ = ["PairRow", "matrix_of", "pair_matrix"]


def pair_matrix(combined: Combined) -> tuple[PairRow, ...]:
    """The rows of all pairs, in the order of units, class and section; in the reporting currency."""
    return combined.pairs


def matrix_of(done: Settled, items: Iterable[Item], late: Iterable[Item] = ()) -> tuple[PairRow, ...]:
    """Put the pair matrix together, and assert that it holds.

    Args:
        done: what became of all dealings.
        items: all tagged postings between units of the run that count in the period, adjustments among them.
        late: those after it, which may be in transit.

    Returns:
        One row per pair, class and section in which a book or an adjustment has anything.
    """
    rests: dict[Row, Decimal] = defaultdict(Decimal)
    for said in done.findings:
        for rest in said.rests:
            rests[rest.units, rest.kind, rest.section] += rest.amount
    taken = _eliminated(done)
    assert not (rests.keys() | taken.keys()) - done.sums.keys()
    found = []
    for row, sides in sorted(done.sums.items()):
        left = sides.one + sides.other + sides.adjusted
        assert left == rests.get(row, ZERO), (row, left, rests.get(row, ZERO))
        found.append(PairRow(*row, sides.one, sides.other, taken.get(row, ZERO), sides.adjusted, left))
    counted = list(items)
    _check(found, counted, done.rated)
    _check_once(done, (*counted, *late))
    return tuple(found)


def _eliminated(done: Settled) -> dict[Row, Decimal]:
    """What ELIM takes off the first unit's books; the second's give up as much."""
    sums: dict[Row, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for entry in done.entries:
        if entry.column == ELIM and entry.section in {BALANCE, RESULT} and not entry.seller:
            one, other = entry.units
            for posting in entry.postings:
                sums[(one, other), entry.kind, entry.section][posting.unit != one] -= posting.amount
    assert all(one == -other for one, other in sums.values())
    return {row: one for row, (one, _) in sums.items()}


def _check_once(done: Settled, items: Iterable[Item]) -> None:
    """Assert that of no posting more is eliminated than there is."""
    there: dict[tuple[str, Place, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    known = [item for found in done.counted.values() for item in found]  # in transit and taken back among them
    for item in (*known, *(item for item in items if item.section not in {BALANCE, RESULT})):
        amount = as_it_stands(item).amount
        there[item.unit, item.place, item.source][amount < 0] += amount
    removed: dict[tuple[str, Place, str], Decimal] = defaultdict(Decimal)
    for entry in done.entries:
        if entry.column == ELIM and entry.section and not entry.seller:
            for posting in entry.postings:
                if posting.place not in {DIVIDENDS, CAPITAL_HELD}:  # what rates make of the others
                    removed[posting.unit, posting.place, posting.source] += posting.amount
    for posted, amount in removed.items():
        debit, credit = there[posted]
        assert -debit <= amount <= -credit, (posted, amount, debit, credit)


def _check(rows: Iterable[PairRow], items: Iterable[Item], rated: Mapping[Row, Sequence[Decimal]]) -> None:
    """Assert that each book's postings are in the matrix, each once; `rated`: what rates have made of them since."""
    sums: dict[tuple[tuple[str, str], str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for item in items:
        if item.section in {BALANCE, RESULT} and item.column != ADJ:
            sums[item.pair, item.section][item.unit != item.pair[0]] += item.amount
    for (units, _, section), made in rated.items():
        for side, amount in enumerate(made):
            sums[units, section][side] -= amount
    for row in rows:
        found = sums[row.units, row.section]
        found[0] -= row.one
        found[1] -= row.other
    assert not any(amount for found in sums.values() for amount in found)
