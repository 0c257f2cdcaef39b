"""From a figure of the changes in equity to the postings that it is the sum of, column by column.

What a column has of a posting is told by the same rules that made the figure: the voucher decides, and a posting of
which one part was paid out and another only moved stands in both columns with its part. Equity and a surplus are
positive, as in the statement; the sum is the figure, which is asserted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger.books.summary import EquityRow, weight
from ledger.combine.figures import is_result
from ledger.combine.flows import Part, cta_place
from ledger.combine.model import CTA as PROOFS
from ledger.combine.model import ZERO, Place
from ledger.combine.problems import FigureUnknown
from ledger.combine.reports.drill import (
    Drilled,
    Source,
    Voucher,
    by_date,
    made_source,
    own_source,
    vouchers,
)
from ledger.combine.reports.equity import (
    CLOSING,
    COLUMNS,
    CTA,
    OPENING,
    RESULT,
    TOTAL,
    EquityLine,
    Roll,
    equity,
    line_in_equity,
)
from ledger.combine.reports.equity_vouchers import OWNERS, TRANSFERS, YEAR, Worth, counts, decided, line_of, shares_of
from ledger.rules.dealings import nearest

if TYPE_CHECKING:
    from ledger.combine.combined import Combined


def equity_drill(combined: Combined, name: str, column: str, *, shown: Callable[[str], str] = str) -> Drilled:
    """The postings behind a figure of the changes in equity; books are read for it.

    Args:
        combined: the figures.
        name: id of a line of equity, or its name as printed in any language; `total` for all.
        column: one of `COLUMNS`.
        shown: a file's name relative to the workspace.

    Returns:
        The figure and its postings, equity positive.

    Raises:
        FigureUnknown: no such line or column has figures.
    """
    rows = {row.line: row for row in equity(combined)}
    line = _known(name, {text: row.line for row in rows.values() for text in _names(row)}, list(rows))
    column = _known(column, {each: each for each in COLUMNS}, list(COLUMNS))
    sources = tuple(
        replace(source, amount=-source.amount)
        for its, change, source in _all(combined, shown)
        if (line in {TOTAL, its}) and column in {change, CLOSING}
    )
    amount = rows[line].change(column)
    assert sum((source.amount for source in sources), ZERO) == amount, (line, column)
    return Drilled(line, None, None, amount, by_date(sources), column)


def _names(row: EquityLine) -> tuple[str, ...]:
    return (TOTAL,) if row.line == TOTAL else (row.line, *row.group.labels.values())


def _known(name: str, names: Mapping[str, str], told: list[str]) -> str:
    """What is called so, whatever the capitals.

    Raises:
        FigureUnknown: nothing is; the nearest of `told` is named, or all.
    """
    wanted = " ".join(name.split()).casefold()
    found = next((its for text, its in names.items() if text.casefold() == wanted), None)
    if found is None:
        near = nearest(wanted, list(names))
        raise FigureUnknown(name=name, nearest=near or "-", known=", ".join(told), case="" if near else "far")
    return found


def _all(combined: Combined, shown: Callable[[str], str]) -> Iterator[tuple[str, str, Source]]:
    """Every posting of equity and of the result, debit positive, with line and column."""
    roll = Roll(combined)
    for part in combined.parts.values():
        yield from _own(part, roll, shown)
    for entry in combined.entries:
        for posting in entry.postings:
            name = line_in_equity(posting.place)
            if posting.amount and name:
                yield name, roll.column(entry, posting), made_source(entry, posting)
            elif posting.amount and is_result(posting.place.line):
                yield YEAR, RESULT, made_source(entry, posting)
    for proof in combined.translation:
        if proof.opening and proof.unit in combined.parts and not roll.entered(proof.unit):
            place = cta_place(combined.units[proof.unit].code)
            before = Source(roll.start, PROOFS, proof.unit, place, proof.opening, "", 0, "translation", OPENING)
            yield PROOFS, OPENING, before
            yield PROOFS, CTA, replace(before, amount=-proof.opening)


def _own(part: Part, roll: Roll, shown: Callable[[str], str]) -> Iterator[tuple[str, str, Source]]:
    """A unit's own postings."""
    told = list(vouchers(part, roll.currency))
    worth = roll.worth(part)
    rows = {number: _rows(part, roll, voucher) for number, voucher in enumerate(told)}
    shares = shares_of([row for each in rows.values() for row in each.values()], roll.currency, worth)
    for number, voucher in enumerate(told):
        pieces = _decided(part, roll, voucher, rows[number], shares, worth)
        for at, (account, amount, _) in enumerate(voucher.postings):
            place = part.assign(account, voucher.entry.date, transfer=voucher.transfer)
            if place is None:
                continue
            for name, column, piece in _pieces(roll, voucher, place, amount, pieces.get(at, [])):
                yield name, column, own_source(part, voucher, at, place, piece, shown)


def _rows(part: Part, roll: Roll, voucher: Voucher) -> dict[int, EquityRow]:
    """What the book's summary has of an entry's postings, by their number; nothing of one that has none on equity."""
    postings = voucher.entry.postings
    if not any(p.account.startswith("Equity:") for p in postings):
        return {}
    found = {}
    for number, posting in enumerate(postings):
        amount, currency = weight(posting)
        row = EquityRow(0, voucher.entry.date, posting.account, currency, amount)
        if not posting.account.startswith(("Assets:", "Liabilities:")) and counts(part, row, roll.start):
            found[number] = row
    return found


def _decided(
    part: Part,
    roll: Roll,
    voucher: Voucher,
    rows: dict[int, EquityRow],
    shares: dict[int, Decimal],
    worth: Worth | None,
) -> dict[int, list[tuple[str, str, Decimal]]]:
    """What the voucher says of its postings, by their number: line, column, amount."""
    lines = {number: line_of(part, row, worth) for number, row in rows.items()}
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    left: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)
    for number, name in lines.items():
        if name:
            amounts[name] += shares[id(rows[number])]
            left[name].append((number, shares[id(rows[number])]))
    found: dict[int, list[tuple[str, str, Decimal]]] = defaultdict(list)
    brought = roll.brought(part.unit.slug)
    changes = decided(amounts, voucher.entry.date, brought, other=None in lines.values())
    last = {name: at for at, (name, _, _) in enumerate(changes)}
    for at, (name, column, amount) in enumerate(changes):
        rest = []
        for number, share in left[name]:
            # The first column takes what it needs of the postings that go its way; the last one has all that is left.
            taken = share if at == last[name] else _towards(share, amount)
            amount -= taken  # noqa: PLW2901  what is still to be found
            if taken:
                found[number].append((name, column, taken))
            if share != taken:
                rest.append((number, share - taken))
        left[name] = rest
    for name, kept in left.items():  # lines that come to nothing: what goes to and fro inside them only moves
        for number, share in kept:
            found[number].append((name, TRANSFERS, share))
    return found


def _towards(share: Decimal, wanted: Decimal) -> Decimal:
    """What of a posting's share counts towards an amount: of the same sign, and no more than it."""
    if (share < 0) != (wanted < 0):
        return ZERO
    return min(share, wanted, key=abs)


def _pieces(
    roll: Roll, voucher: Voucher, place: Place, amount: Decimal, decided_pieces: list[tuple[str, str, Decimal]]
) -> Iterator[tuple[str, str, Decimal]]:
    """What a posting is made of: line, column, amount."""
    if is_result(place.line):
        if amount:
            yield YEAR, RESULT, amount
        amount = ZERO
    where = roll.where(place, voucher.entry.date)
    if where is not None and where[1]:
        if amount:
            yield *where, amount
        return
    yield from decided_pieces
    # What no voucher decides counts as the statement has it: as an owners' flow.
    rests: dict[str, Decimal] = defaultdict(Decimal)
    if where is not None:
        rests[where[0]] += amount
    for name, _, piece in decided_pieces:
        rests[name] -= piece
    for name, rest in rests.items():
        if rest:
            yield name, OWNERS, rest
