"""The archive of a fiscal year: one file with all that is needed to read it and to prove it, for seven years and more.

Books, documents, seals, histories, policy, prices, adjustments and settings as they lie in the workspace, locked
figures, a SIE file of each unit and of the legal person, the statements, the system documentation, and a manifest with
the SHA-256 of every file (BFL 7 kap. 1-2 §§: kept in ordered form, for seven years after the calendar year). The same
workspace gives the same bytes; no clock is in it. What is made is proven by `ledger.closing.archive_check` before it
is handed out.

How this module reads the contract where it leaves room:

- Seals are archived up to the last one that concerns the year, and those that they have seen of other units: so the
  archive proves itself, and books of later months are no part of it. Text before the year belongs to the chain.
- What is archived of an open year isn't whole: the manifest says so, and whose months are open, also of a book that no
  combined statement holds.
- Documents that only later months name are left out; all others are in it, named or not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importers.sie.divisions import divisions_of
from importers.sie.export import export_unit
from importers.sie.legal import export_legal_person
from ledger.books import Workspace, durable, program
from ledger.books.history import lines_of
from ledger.books.locks import federation_lock
from ledger.books.workspace import Unit
from ledger.closing import bundle, sealing
from ledger.closing.archive_check import KIND, MANIFEST, SCHEMA, Proof, check_archive, named_head
from ledger.closing.description import describe
from ledger.closing.evidence import HISTORY
from ledger.closing.findings import message
from ledger.closing.heads import head_of
from ledger.closing.months import open_months
from ledger.closing.problems_archive import ArchiveOpen, ArchiveUnproven
from ledger.combine import combine
from ledger.combine.reports.answer import answer
from ledger.errors import Problem
from ledger.federation import Federation, load_federation
from ledger.reports.levy import as_json, statements
from ledger.rules.years import fiscal_months
from ledger.seals import chain
from ledger.seals.grounds import POLICY, seals_common
from ledger.seals.lines import FILE as SEALS
from ledger.seals.model import Seal

_BOOK = re.compile(r"books/[0-9]{4}/([0-9]{4}-[0-9]{2})(?:\.[^/]*)?\.beancount")


@dataclass(frozen=True)
class Archived:
    """What was archived.

    Attributes:
        path: of the file.
        proof: what its own proof says.
        left_out: what couldn't be made, and why: file and problem.
        size: in bytes.
        files: how many.
    """

    path: Path
    proof: Proof
    left_out: tuple[tuple[str, Problem], ...]
    size: int
    files: int


@dataclass
class _Part:
    """What of a unit is archived."""

    unit: Unit
    seals: tuple[Seal, ...]
    lines: list[bytes]
    #: How many lines of its chain.
    count: int = 0
    needed: set[str] = field(default_factory=set)

    @property
    def covered(self) -> tuple[Seal, ...]:
        return self.seals[: self.count]


def archive_year(ws: Workspace, year: int, out: Path, *, unit: str | None = None, still_open: bool = False) -> Archived:
    """Archive a fiscal year.

    Args:
        ws: the workspace.
        year: the fiscal year, named by the year in which it begins.
        out: the file that is made, or replaced.
        unit: only this one; None for the federation.
        still_open: archive it although it isn't closed.

    Raises:
        ArchiveOpen: it isn't closed.
        ArchiveUnproven: what is sealed isn't what is there any more.
        Problem: a book has errors, or can't be read.
        OSError: the file can't be written.
    """
    with federation_lock(ws, [*ws.units, "policy"]):
        federation = load_federation(ws)
        made = _Archive(federation, year, [unit] if unit else None)
        made.check(still_open=still_open)
        files = made.files()
    return _written(out, files, made)


def _written(out: Path, files: Mapping[str, bytes | Path], made: _Archive) -> Archived:
    """Write it beside its place, prove it there, and only then put it in its place."""
    temporary = durable.stage(out, b"")
    try:
        manifest, rows = made.manifest(files)
        with temporary.open("r+b") as file:
            bundle.write(file, _entries(manifest, files))
            file.flush()
            os.fsync(file.fileno())
        proof = check_archive(temporary)
        _refuse(proof)
        size = temporary.stat().st_size
        os.rename(temporary, out)  # noqa: PTH104  as everywhere where files are put in their place
    except BaseException:
        durable.discard([temporary])
        raise
    durable.sync_folder(out.parent)
    return Archived(out, proof, tuple(made.left_out), size, len(rows) + 1)


def _refuse(proof: Proof) -> None:
    """Refuse to hand out what isn't proven."""
    told = [f"{problem.where} {problem.text()}".strip() for problem in (*proof.problems, *proof.verified.problems)]
    told += [message(one) for found in proof.verified.findings.values() for one in found]
    if told:
        raise ArchiveUnproven(count=len(told), reason=told[0])


def _entries(manifest: bytes, files: Mapping[str, bytes | Path]) -> Iterator[tuple[str, bytes]]:
    yield MANIFEST, manifest
    for name, source in sorted(files.items()):
        yield name, source if isinstance(source, bytes) else durable.read_plain(source)


class _Archive:
    """What goes into the archive of a year."""

    def __init__(self, federation: Federation, year: int, slugs: Sequence[str] | None) -> None:
        self.federation = federation
        self.ws = federation.workspace
        self.year = year
        self.whole = slugs is None
        self.slugs = list(self.ws.units) if slugs is None else list(slugs)
        self.start, self.end = self.ws.fiscal_year(dt.date(year, self.ws.first_month, 1))
        self.months = tuple(fiscal_months(self.start))
        self.open: dict[str, list[str]] = {}
        self.left_out: list[tuple[str, Problem]] = []
        self.parts: dict[str, _Part] = {}

    def check(self, *, still_open: bool) -> None:
        """Refuse what can't be archived."""
        books = self.federation.books
        for slug in self.slugs:
            for problem in books.units[slug].problems:
                raise problem
        if self.whole:
            for problem in self.ws.left_out:
                raise problem
        for slug in self.slugs:
            months = open_months(books, slug, self.months[-1])
            if months:
                self.open[slug] = months
        if self.open and not still_open:
            # Members first: a book that no statement holds is closed by itself, perhaps long after them.
            slug, months = min(self.open.items(), key=lambda item: (not self.ws.units[item[0]].combine, item[0]))
            named = ", ".join(months[:12]) + (" ..." if len(months) > 12 else "")
            case: dict[str, Any] = {} if self.ws.units[slug].combine else {"case": "apart"}
            raise ArchiveOpen(unit=slug, slug=slug, year=self.year, months=named, **case)

    def files(self) -> dict[str, bytes | Path]:
        """Every file but the manifest, by its name in the archive: its content, or where it lies."""
        self._chains()
        found: dict[str, bytes | Path] = {}
        for slug in self.slugs:
            found |= self._unit(self.parts[slug])
        found["fava.conf"] = durable.read_plain(self.ws.root / "fava.conf")
        for name in ("policy.beancount", "prices.beancount"):
            found |= self._there(self.ws.units_folder / name)
        if self.whole:
            for path in sorted(self.ws.adjustments_folder.glob("*.beancount")):
                found |= self._there(path)
            found |= self._there(self.ws.units_folder / HISTORY)
            found |= dict(self._tree(self.ws.runs_folder))
        found |= self._sie()
        found |= self._statements()
        found["description.md"] = describe(self.federation).encode("utf-8")
        return found

    def _chains(self) -> None:
        """How far each chain goes: to the last seal of the year, and to what those have seen of others."""
        last = self.months[-1]
        for slug in self.slugs:
            unit = self.ws.units[slug]
            data = self._plain(unit.folder / SEALS) or b""
            seals = chain.read_seals(data) if data else ()
            part = _Part(unit, seals, data.split(b"\n")[:-1])
            part.count = max((seal.number for seal in seals if seal.period <= last), default=0)
            self.parts[slug] = part
        for part in self.parts.values():
            part.count = max(part.count, self._grounds(part))
        grown = True
        while grown:
            grown = False
            for part in self.parts.values():
                for seal in part.covered:
                    for seen in seal.draft.witnesses:
                        other = self.parts.get(seen.unit)
                        if other is not None and other.count < seen.number <= len(other.seals):
                            other.count, grown = seen.number, True
        for part in self.parts.values():
            for seal in part.covered:
                part.needed.update(entry.file for entry in seal.draft.entries)
                for twin in seal.draft.twins:
                    if twin.unit in self.parts:
                        self.parts[twin.unit].needed.add(twin.file)

    def _grounds(self, part: _Part) -> int:
        """How far a chain goes that holds what policy and settings say of the year, where that came later; else 0."""
        after = [seal for seal in part.seals if seal.number > part.count]
        if not part.count or not seals_common(part.covered):
            return 0
        for seal in reversed(after):
            if any(entry.file == POLICY and entry.date <= self.end for entry in seal.draft.entries):
                return seal.number
        said = sealing.changed(self.ws, part.covered)
        return max((seal.number for seal in after if said and seal.draft.settings), default=0)

    def _unit(self, part: _Part) -> dict[str, bytes | Path]:
        folder = part.unit.folder
        last = max([self.months[-1], *(seal.period for seal in part.covered)])
        found: dict[str, bytes | Path] = {}
        later = b""
        for path in [*sorted(folder.glob("*.toml")), part.unit.main, folder / "accounts.beancount"]:
            found |= self._there(path)
        for path in sorted(part.unit.books.glob("*/*.beancount")):
            name = path.relative_to(folder).as_posix()
            match = _BOOK.fullmatch(name)
            if path.name.startswith(".") or match is None:
                continue
            if match[1] <= last or name in part.needed:
                found |= self._there(path)
            else:
                later += durable.read_plain(path)
        texts = b"".join(text for text in found.values() if isinstance(text, bytes))
        if part.count:
            found[f"units/{part.unit.slug}/{SEALS}"] = b"\n".join(part.lines[: part.count]) + b"\n"
        history = self._plain(folder / HISTORY)
        if history:
            found[f"units/{part.unit.slug}/{HISTORY}"] = self._history(history)
        sealed = {name for seal in part.covered for name, _ in seal.draft.documents}
        for name, path in self._tree(folder / "documents"):
            inside = path.relative_to(folder).as_posix()
            said = inside.encode("utf-8", "surrogateescape")
            if inside in sealed or said in texts or said not in later:
                found[name] = path
        for inside in sorted(sealed):
            found |= {
                name: folder / inside for name in [f"units/{part.unit.slug}/{inside}"] if (folder / inside).is_file()
            }
        return found

    def _history(self, data: bytes) -> bytes:
        """A history up to the first close of which the archive holds no seal."""
        rows = data.split(b"\n")
        for line in lines_of(data):
            if line.fault or line.action != "close" or not isinstance(line.details, dict):
                continue
            part = self.parts.get(str(line.details.get("unit", "")))
            if part is None:
                continue
            mark, period = line.details.get("fingerprint"), line.details.get("period")
            marks = {chain.fingerprint(seal.content) for seal in part.covered if seal.period == period}
            if mark not in marks:
                kept = rows[: line.line - 1]
                return b"\n".join(kept) + b"\n" if kept else b""
        return data

    def _there(self, path: Path) -> dict[str, bytes | Path]:
        data = self._plain(path)
        return {path.relative_to(self.ws.root).as_posix(): data} if data is not None else {}

    @staticmethod
    def _plain(path: Path) -> bytes | None:
        try:
            return durable.read_plain(path)
        except FileNotFoundError:
            return None

    def _tree(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """Ordinary files below a folder, in order; links aren't followed, and what a crash left isn't looked at."""
        for here, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(names):
                path = Path(here, name)
                inside = path.relative_to(self.ws.root).as_posix()
                if not name.startswith(".") and path.is_file() and not path.is_symlink() and bundle.is_plain(inside):
                    yield inside, path

    def _day(self) -> dt.date:
        """The day that the archive is of: the latest seal's, or the year's last."""
        return max((s.at.date() for part in self.parts.values() for s in part.covered), default=self.end)

    def _sie(self) -> dict[str, bytes | Path]:
        """A SIE file of each unit and of the legal person; what can't be made is told."""
        books = self.federation.books
        found: dict[str, bytes | Path] = {}
        for slug in self.slugs:
            name = f"sie/{slug}-{self.year}.se"
            try:
                found[name] = export_unit(self.ws, books.units[slug], self.year, "4E", None, self._day()).data
            except Problem as problem:
                self.left_out.append((name, problem))
        if self.whole and len(divisions_of(books)) > 1:
            name = f"sie/legal-person-{self.year}.se"
            try:
                found[name] = export_legal_person(books, self.year, "4E", None, self._day()).data
            except Problem as problem:
                self.left_out.append((name, problem))
        return found

    def _statements(self) -> dict[str, bytes | Path]:
        """The statements as they are: levy, and the combined figures."""
        books, run = self.federation.books, self.federation.run
        levies = [one for one in statements(books, run, self.year) if one.unit.slug in self.slugs]
        found: dict[str, bytes | Path] = {f"statements/levy-{self.year}.json": _dumped(as_json(self.year, levies, ()))}
        if self.whole:
            combined = combine(books, run, date_from=self.start, date_to=self.end)
            found[f"statements/combined-{self.year}.json"] = _dumped(answer(combined))
        return found

    def manifest(self, files: Mapping[str, bytes | Path]) -> tuple[bytes, list[dict[str, Any]]]:
        """The manifest, and its rows."""
        rows = []
        for name, source in sorted(files.items()):
            data = source if isinstance(source, bytes) else durable.read_plain(source)
            rows.append({"file": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
        heads = [named_head(head_of(slug, part.covered)) for slug, part in sorted(self.parts.items()) if part.count]
        said = {
            "schema": SCHEMA,
            "kind": KIND,
            "federation": self.ws.config.federation.name,
            "year": self.year,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "whole": self.whole and not self.open,
            "all_units": self.whole,
            "units": sorted(self.slugs),
            "open": dict(sorted(self.open.items())),
            "version": program.version(),
            "rules": program.rules(),
            "heads": heads,
            "left_out": [{"file": name, "code": p.code, "message": p.text()} for name, p in self.left_out],
            "files": rows,
        }
        return _dumped(said), rows


def _dumped(said: Mapping[str, Any]) -> bytes:
    return (json.dumps(said, ensure_ascii=False, indent=1, default=str) + "\n").encode("utf-8", "backslashreplace")
