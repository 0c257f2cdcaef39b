"""What divisions are called in their legal person's SIE file: objects of dimension 1, with series of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from importers.sie.dims import NAMES, Register, by_number
from importers.sie.export_book import BookDrafts, Draft, Line, free
from ledger.books import Books, Unit
from ledger.books.workspace import DIVISIONS
from ledger.messages import N_, say


def divisions_of(books: Books) -> dict[str, Unit]:
    """The units that are one legal person."""
    units = books.workspace.units
    return {slug: unit for slug, unit in units.items() if unit.combine and unit.legal_person == DIVISIONS}


@dataclass(frozen=True)
class DivisionNames:
    """Names of divisions, of their vouchers and objects, in the legal person's file."""

    divisions: Mapping[str, BookDrafts]

    def code(self, slug: str) -> str:
        """A division's object."""
        return self.divisions[slug].unit.code

    def series(self) -> Iterator[str]:
        """Every series that a division's voucher has in the file."""
        for one in self.divisions.values():
            for draft in one.drafts:
                yield self.own(draft)

    def own(self, draft: Draft) -> str:
        """A division's series: `REPRIS-A` for its `A`."""
        return self._series[draft.slug, draft.series]

    @cached_property
    def _series(self) -> dict[tuple[str, str], str]:
        """Series of all divisions; `B-C` of A and `C` of A-B are two."""
        found: dict[tuple[str, str], str] = {}
        pairs = dict.fromkeys((slug, d.series) for slug, one in self.divisions.items() for d in one.drafts)
        for slug, series in pairs:
            code = self.code(slug)
            found[slug, series] = free((f"{code}-{series}" if series else code,), found.values())
        return found

    @cached_property
    def _objects(self) -> dict[tuple[str, str, str], str]:
        """Objects of all divisions, by division, dimension and number; `B-10` of A and `10` of A-B are two."""
        found: dict[tuple[str, str, str], str] = {}
        used: dict[str, set[str]] = defaultdict(set)
        for slug, one in self.divisions.items():
            for dimension, key in one.register.objects:
                name = f"{self.code(slug)}-{key}"
                name = free((name,), used[dimension]) if name in used[dimension] else name
                used[dimension].add(name)
                found[slug, dimension, key] = name
        return found

    def named(self, draft: Draft) -> Draft:
        """A division's voucher under its own series, its rows with the division as object."""
        return replace(draft, series=self.own(draft), lines=[self.placed(line) for line in draft.lines])

    def placed(self, line: Line, **changes: object) -> Line:
        """A row with its division as object of dimension 1, and its own objects under the division's name."""
        own = tuple(
            (self.below if dim == "1" else dim, self._objects[line.unit, dim, key]) for dim, key in line.objects
        )
        return replace(line, objects=(("1", self.code(line.unit)), *own), **changes)  # type: ignore[arg-type]

    @cached_property
    def below(self) -> str:
        """The dimension that holds the divisions' own cost centres: the first that none of them uses."""
        used = {dim for one in self.divisions.values() for dim in one.register.dimensions}
        return next(str(number) for number in range(20, 1000) if str(number) not in used)

    def register(self) -> Register:
        """Divisions, and what their postings name, under the division's name."""
        found = Register({"1": say(N_("Division"))})
        for slug, one in sorted(self.divisions.items(), key=lambda d: by_number(self.code(d[0]))):
            code, register = self.code(slug), one.register
            found.objects["1", code] = one.unit.name
            for dimension, name in register.dimensions.items():
                if dimension == "1":
                    found.dimensions[self.below], found.parents[self.below] = NAMES["1"], "1"
                else:
                    found.dimensions.setdefault(dimension, name)
            found.parents |= {d: self.below if p == "1" else p for d, p in register.parents.items()}
            for (dimension, key), name in register.objects.items():
                found.objects[self.below if dimension == "1" else dimension, self._objects[slug, dimension, key]] = name
        return found
