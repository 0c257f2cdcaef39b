"""What divisions are called in their legal person's SIE file: objects of dimension 1, with series of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from importers.sie.dims import NAMES, Register, by_number
from importers.sie.export_book import BookDrafts, Draft, Line
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
        code = self.code(draft.slug)
        return f"{code}-{draft.series}" if draft.series else code

    def named(self, draft: Draft) -> Draft:
        """A division's voucher under its own series, its rows with the division as object."""
        return replace(draft, series=self.own(draft), lines=[self.placed(line) for line in draft.lines])

    def placed(self, line: Line, **changes: object) -> Line:
        """A row with its division as object of dimension 1, and its own objects under the division's name."""
        code = self.code(line.unit)
        own = tuple((self.below if dim == "1" else dim, f"{code}-{key}") for dim, key in line.objects)
        return replace(line, objects=(("1", code), *own), **changes)  # type: ignore[arg-type]

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
                found.objects[self.below if dimension == "1" else dimension, f"{code}-{key}"] = name
        return found
