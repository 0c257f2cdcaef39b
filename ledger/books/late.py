"""What stands beside the seals: entries that came late into a closed month, and sealed ones that aren't there (SPEC 7).

Nearly always a book says what was sealed, and hashes of its text alone show it: nothing of the seals is decoded and
nothing parsed. Only where something differs, the blocks that differ are looked at by what they mean: sealed text in
another layout is no other voucher.

A late entry leaves the book's other figures standing, and so does a sealed one that was changed: both are *told*. How
far the chain itself can be trusted is `sambok verify`'s to say.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beancount.parser import parser

from ledger.books.durable import read_plain
from ledger.books.guard_bytes import clip
from ledger.books.problems_sealed import LatePosting, SealBroken
from ledger.books.sealed import NAME, closed_months, opens, read_seals, sealed_raws, seals_in
from ledger.errors import Problem
from ledger.rules.years import first_open
from ledger.seals import blocks
from ledger.seals.canonical import meaning_of
from ledger.seals.model import Block, Found, Meaning

#: Findings of which `told` speaks; what was only moved, or written otherwise, counts as it did.
_BROKEN = frozenset({"altered", "missing", "renumbered"})


@dataclass(frozen=True)
class Standing:
    """How a book stands to its seals.

    Attributes:
        late: file and line of entries dated in a closed month that its seals don't hold.
        told: a problem for each of them, and for each sealed entry that is gone or says something else.
        seals: the bytes of `seals.jsonl`; None where there are none, or they can't be read.
    """

    late: frozenset[tuple[str, int]] = frozenset()
    told: tuple[Problem, ...] = ()
    seals: bytes | None = None


def standing(unit_folder: Path, texts: Mapping[str, bytes]) -> Standing:
    """Compare the text of a unit's book with its seals.

    Args:
        unit_folder: absolute path of `units/<slug>`.
        texts: accounts and months, by absolute path. They have passed the guard, or Beancount has read them anyway:
            what isn't word for word as it was sealed is parsed here once more, by itself.

    Returns:
        Nothing late and nothing to tell where the unit has no seals, or where they can't be read (the loader says so).
    """
    try:
        seals = read_seals(unit_folder)
        if seals is None:
            return Standing()
        closed = closed_months(seals, unit_folder)
        if _as_sealed(seals, closed, unit_folder, texts):
            return Standing(seals=seals)
        return _Differences(seals, closed, unit_folder, texts).run()
    except Problem:
        return Standing()


def standing_on_disk(unit_folder: Path) -> Standing:
    """The same for the book as it lies on the disk: for Beancount's own tools, which have read it themselves."""
    if not os.path.lexists(unit_folder / NAME):
        return Standing()
    texts = {}
    for path in (unit_folder / "accounts.beancount", *sorted(unit_folder.glob("books/*/*.beancount"))):
        with contextlib.suppress(OSError):
            texts[str(path)] = read_plain(path)
    return standing(unit_folder, texts)


def _as_sealed(seals: bytes, closed: frozenset[str], folder: Path, texts: Mapping[str, bytes]) -> bool:
    """Whether each sealed entry stands in its file, and nothing else is dated in a closed month."""
    wanted = sealed_raws(seals)
    for path, text in texts.items():
        file = _inside(path, folder)
        for block in blocks.split(text):
            key = (file, block.raw)
            if wanted.get(key, 0) > 0:
                wanted[key] -= 1
            elif block.date is not None and f"{block.date:%Y-%m}" in closed and not opens(text, block):
                return False
    return not any(wanted.values())


def _inside(path: str, folder: Path) -> str:
    return path.removeprefix(f"{folder}{os.sep}")


class _Differences:
    """One book that isn't word for word as it was sealed."""

    def __init__(self, seals: bytes, closed: frozenset[str], folder: Path, texts: Mapping[str, bytes]) -> None:
        self.seals = seals
        self.closed = closed
        self.folder = folder
        self.texts = {_inside(path, folder): text for path, text in texts.items()}
        self.meanings: dict[tuple[str, int], Meaning] = {}
        self.late: set[tuple[str, int]] = set()

    def run(self) -> Standing:
        from ledger.seals.compare import compare  # noqa: PLC0415  most books never ask

        found = compare(seals_in(self.seals, self.folder), self.texts, self._meanings, part="own")
        late = (one for one in found if one.kind == "inserted" and one.meaning and one.period in self.closed)
        told = [self._inserted(one) for one in late]
        told += [self._broken(one) for one in found if one.kind in _BROKEN and one.meaning]
        return Standing(frozenset(self.late), tuple(told), self.seals)

    def _path(self, file: str) -> str:
        return f"{self.folder}{os.sep}{file}"

    def _meanings(self, file: str, wanted: Sequence[Block]) -> list[Meaning | None]:
        return [self._meaning(file, block) for block in wanted]

    def _meaning(self, file: str, block: Block) -> Meaning | None:
        text = self.texts[file][block.start : block.end].decode("utf-8", "replace")
        entries, errors, _ = parser.parse_string(text, report_filename=self._path(file))
        if len(entries) != 1 or errors:
            return None
        found = self.meanings[file, block.line] = meaning_of(entries[0])
        return found

    def _inserted(self, found: Found) -> Problem:
        assert found.line is not None
        self.late.add((self._path(found.file), found.line))
        said = self.meanings.get((found.file, found.line))
        case = {} if said is None or said.type == "transaction" else {"case": "statement"}
        date = said.date if said is not None else found.period
        return self._problem(LatePosting, found, date=date, open=first_open(found.period, self.closed), **case)

    def _broken(self, found: Found) -> Problem:
        voucher = found.voucher or f"{found.file}:{found.line}"
        case = "other" if found.kind == "altered" and not found.fields else found.kind
        return self._problem(SealBroken, found, case=case, voucher=voucher, fields=", ".join(found.fields))

    def _problem(self, kind: type[Problem], found: Found, **params: Any) -> Problem:
        slug = self.folder.name
        file = f"units/{slug}/{found.file}"
        # Of what is gone there is no line to show: where it stood another entry stands now.
        line = None if found.kind == "missing" else found.line
        problem = kind(file=file, line=line, unit=slug, slug=slug, month=found.period, **params)
        if line is not None and found.file in self.texts:
            rows = self.texts[found.file].split(b"\n", line)
            problem.excerpt = clip(rows[line - 1].decode("utf-8", "replace")) if line <= len(rows) else None
        return problem
