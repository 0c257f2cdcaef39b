"""Dimensions and objects of a SIE file as metadata of postings, and back.

A row's objects say which cost centre, project, employee … it belongs to. In a book they are metadata of the posting:
`cost-centre: "10"`, and where the file names the object, `cost-centre-name: "Köket"`. Dimensions without a reserved
meaning (20 and above) are `dim-21: "B4"`, with `dim-21-kind: "Butik"` for what the dimension is, and
`dim-21-under: "1"` where it is a part of another one (#UNDERDIM).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from importers.booktext import clean
from importers.sie.model import SieFile

#: Reserved dimensions (chapter 8 of the format) as metadata.
KEYS = {"1": "cost-centre", "2": "cost-bearer", "6": "project", "7": "employee", "8": "customer", "9": "supplier"}
KEYS |= {"10": "invoice"}
NUMBERS = {key: number for number, key in KEYS.items()}
#: What the reserved ones are called in Swedish programs.
NAMES = {"1": "Kostnadsställe", "2": "Kostnadsbärare", "6": "Projekt", "7": "Anställd", "8": "Kund", "9": "Leverantör"}
NAMES |= {"10": "Faktura"}
FREE = re.compile(r"dim-([0-9a-z]{1,12})", re.ASCII)
LONGEST = 60

Objects = tuple[tuple[str, str], ...]


def key_of(dimension: str) -> str:
    """The metadata key of a dimension."""
    plain = "".join(c for c in dimension.lower() if c.isascii() and c.isalnum())[:12] or "x"
    return KEYS.get(dimension) or f"dim-{plain}"


def as_meta(objects: Objects, sie: SieFile) -> dict[str, Any]:
    """The metadata of a row's objects, with their names."""
    meta: dict[str, Any] = {}
    for dimension, number in objects:
        key = key_of(dimension)
        meta[key] = clean(number, LONGEST)
        if name := clean(sie.objects.get((dimension, number), ""), LONGEST):
            meta[f"{key}-name"] = name
        if dimension not in KEYS:
            if kind := clean(sie.dimensions.get(dimension, ""), LONGEST):
                meta[f"{key}-kind"] = kind
            if dimension in sie.parents:
                meta[f"{key}-under"] = clean(sie.parents[dimension], LONGEST)
    return meta


@dataclass
class Register:
    """Dimensions and objects as postings name them: the last name that was given counts."""

    dimensions: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    objects: dict[tuple[str, str], str] = field(default_factory=dict)

    def read(self, meta: Mapping[str, Any] | None) -> Objects:
        """The objects of a posting, taken into the register."""
        found = []
        for key, value in (meta or {}).items():
            dimension = NUMBERS.get(key) or ((free := FREE.fullmatch(key)) and free[1])
            if not dimension or not isinstance(value, str) or not value:
                continue
            assert meta is not None
            found.append((dimension, value))
            name = meta.get(f"{key}-name")
            if name or (dimension, value) not in self.objects:
                self.objects[dimension, value] = str(name or "")
            kind = meta.get(f"{key}-kind") or self.dimensions.get(dimension) or NAMES.get(dimension)
            self.dimensions[dimension] = str(kind or f"Dimension {dimension}")
            if f"{key}-under" in meta:
                self.parents[dimension] = str(meta[f"{key}-under"])
        return tuple(found)

    def into(self, sie: SieFile) -> None:
        """Put the register into a file, in the order of the numbers."""
        sie.dimensions = {number: self.dimensions[number] for number in sorted(self.dimensions, key=by_number)}
        sie.parents = {number: self.parents[number] for number in sorted(self.parents, key=by_number)}
        ordered = sorted(self.objects, key=lambda o: (by_number(o[0]), by_number(o[1])))
        sie.objects = {place: self.objects[place] for place in ordered}


def by_number(text: str) -> tuple[int, str]:
    """Sort key: numbers by their size, before words."""
    return (int(text), "") if text.isascii() and text.isdigit() and len(text) < 16 else (10**16, text)


def unused(sie: SieFile) -> int:
    """How many objects of the file's register no row names."""
    used = {place for voucher in sie.vouchers for row in voucher.rows for place in row.objects}
    return len(set(sie.objects) - used)


def differing(one: Iterable[tuple[str, str]], other: Iterable[tuple[str, str]]) -> bool:
    """Whether two lists of objects name different ones, in any order."""
    return sorted(one) != sorted(other)
