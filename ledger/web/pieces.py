"""A piece of the combined figures that a page's address names: a level, a business line, a unit, or what lies between.

What belongs to a piece is decided where the reports are made (`ledger.combine.levels`, `segments`); here it is only
said which units and which entries those are, so that a figure of a piece can be opened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from ledger.combine import Combined
from ledger.combine.levels import Finder, level_tree
from ledger.combine.model import CTA, GroupEntry, GroupPosting, Place

LEVEL = "level"
BUSINESS = "business"
UNIT = "unit"
#: Only what was made between the parts of the piece.
BETWEEN = "between"


@dataclass(frozen=True)
class Piece:
    """A piece: `units` whose columns it has, `rounded` those whose rounding it has, and which entries are its own."""

    name: str
    units: tuple[str, ...]
    rounded: tuple[str, ...]
    takes: Callable[[GroupEntry], bool]
    asked: tuple[tuple[str, str], ...]

    def sums(self, combined: Combined) -> dict[str, Decimal]:
        """Σ by line, without those that come to nothing."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for place, _, amount in self._cells(combined, lambda _: True):
            sums[place.line] += amount
        return {name: amount for name, amount in sums.items() if amount}

    def shares(self, combined: Combined, wanted: Callable[[Place], bool]) -> dict[str, Decimal]:
        """Σ by column of what it has at some places; columns that come to nothing are left out."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for _, column, amount in self._cells(combined, wanted):
            sums[column] += amount
        return {column: amount for column, amount in sums.items() if amount}

    def _cells(self, combined: Combined, wanted: Callable[[Place], bool]) -> Iterator[tuple[Place, str, Decimal]]:
        for slug in self.units:
            for (place, column), amount in combined.cells(slug).items():
                if wanted(place) and (column == slug or slug in self.rounded):
                    yield place, column, amount
        for _, posting in self.postings(combined, wanted):
            yield posting.place, posting.column, posting.amount

    def postings(self, combined: Combined, wanted: Callable[[Place], bool]) -> list[tuple[GroupEntry, GroupPosting]]:
        """Postings of its entries at some places; without `units`, those in a unit's own column aren't its."""
        return [
            (entry, posting)
            for entry in combined.entries
            if self.takes(entry)
            for posting in entry.postings
            if wanted(posting.place) and (posting.column in self.units or posting.column not in combined.parts)
        ]

    def roundings(self, combined: Combined, wanted: Callable[[Place], bool]) -> list[tuple[str, Decimal]]:
        """What rounding single postings came to, by unit."""
        return [
            (slug, amount)
            for slug in self.rounded
            for (place, column), amount in combined.cells(slug).items()
            if column == CTA and wanted(place)
        ]


def piece_of(combined: Combined, asked: MultiDict[str, str]) -> Piece | None:
    """The piece that `of=level&at=Sverige&at=…` or `of=business&name=…` names; None where there is none such."""
    only = asked.get("only") == BETWEEN
    if asked.get("of") == LEVEL:
        return _level(combined, tuple(asked.getlist("at")), only=only)
    if asked.get("of") == UNIT:
        return unit_piece(combined, asked.get("name", ""))
    if asked.get("of") == BUSINESS:
        return _between(combined) if only else _business(combined, asked.get("name"))
    return None


def level_asked(path: tuple[str, ...], *, only: bool = False) -> list[tuple[str, str]]:
    """How an address names a level."""
    return [("of", LEVEL), *(("at", name) for name in path), *([("only", BETWEEN)] if only else [])]


def business_asked(name: str | None, *, only: bool = False) -> list[tuple[str, str]]:
    """How an address names a business line."""
    if only:
        return [("of", BUSINESS), ("only", BETWEEN)]
    return [("of", BUSINESS), *([("name", name)] if name is not None else [])]


def _level(combined: Combined, path: tuple[str, ...], *, only: bool) -> Piece | None:
    node = level_tree(combined).find(path)
    if node is None:
        return None
    finder, depth = Finder(combined.units), len(path)
    asked = tuple(level_asked(path, only=only))
    if only:
        own = [unit_piece(combined, slug) for slug in node.own]

        def between(entry: GroupEntry) -> bool:
            return finder.of(entry) == path and not any(piece.takes(entry) for piece in own if piece)

        return Piece(node.name, (), (), between, asked)
    return Piece(node.name, node.units, node.units, lambda entry: finder.of(entry)[:depth] == path, asked)


def unit_piece(combined: Combined, slug: str) -> Piece | None:
    """A unit's own column with what concerns it alone: its translation difference, an adjustment of its own book."""
    unit = combined.units.get(slug)
    if unit is None:
        return None

    def takes(entry: GroupEntry) -> bool:
        return entry.units == (slug,) and entry.level in {None, unit.levels}

    return Piece(unit.name, (slug,), (slug,), takes, (("of", UNIT), ("name", slug)))


def _segment(combined: Combined, entry: GroupEntry) -> tuple[bool, str | None]:
    """Whether an entry belongs to one business line, and to which."""
    units = combined.units
    named = {units[slug].business_line for slug in entry.units if slug in units}
    return (True, named.pop()) if len(named) == 1 and entry.level is None else (False, None)


def _business(combined: Combined, name: str | None) -> Piece | None:
    units = tuple(slug for slug, unit in combined.units.items() if unit.business_line == name)
    asked = tuple(business_asked(name))
    if not units:
        return None
    return Piece(name or "", units, units, lambda entry: _segment(combined, entry) == (True, name), asked)


def _between(combined: Combined) -> Piece:
    return Piece("", (), (), lambda entry: not _segment(combined, entry)[0], tuple(business_asked(None, only=True)))
