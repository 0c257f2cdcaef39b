"""Importing: file → plan → archive → books, each step durable before the next, and nothing half done (SPEC 11).

The order makes every crash harmless: the source file is archived first, then all entries are written as one job, and
only then the inbox file is removed. Whatever stops in between, the next run finds the entries or doesn't, and goes on.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from importers.archive import archive, archive_attachment, archived
from importers.base import SambokImporter, Source, read_source
from importers.book import load_view
from importers.booktext import render
from importers.formats import FORMATS, importer_class
from importers.problems import ImportNoSource, ImportUnknownFormat
from importers.progress import Watcher, stage, watched
from importers.recognise.replace import place_again
from importers.report import FileReport, ImportReport
from importers.sie.text import looks_like_sie
from ledger.books import Unit, Workspace, durable
from ledger.books.guard_bytes import clip
from ledger.books.write import Block, append_entries, unit_lock
from ledger.errors import Problem
from ledger.messages import N_

#: Stages that a watcher hears of.
READING = N_("Reading the file")
LOADING = N_("Loading the books")
COMPARING = N_("Comparing with the books")
WRITING = N_("Checking and writing the entries")
PLACING = N_("Placing lines that waited")
#: What a payment is for comes before the bank's line of it: an invoice tells more than a rule, and fewer lines wait.
BEFORE_BANKS = ("ubl", "sie4", "till", "swish", "card", "bgmax")
#: What browsers and editors leave beside a file, and files still being downloaded.
NOT_YET = (".part", ".crdownload", ".tmp", "~")


def importers_of(ws: Workspace, unit: Unit, *, with_opens: bool = False) -> list[SambokImporter]:
    """An importer for each of the unit's sources."""
    return [importer_class(s.format)(ws, unit, s, with_opens=with_opens) for s in unit.sources]


def import_files(
    ws: Workspace, unit: Unit, files: Iterable[Path], *, dry_run: bool = False, watcher: Watcher | None = None
) -> ImportReport:
    """Import files that a person names, in the order of the days they speak of.

    Args:
        ws: the workspace.
        unit: whose books.
        files: paths.
        dry_run: plan only; nothing is written.
        watcher: hears how far it is.

    Returns:
        What became of each; a refused file stops no other.
    """
    report = ImportReport(unit.slug)
    importers = importers_of(ws, unit)
    with watched(watcher), unit_lock(ws, unit.slug):
        for importer, source in _sorted(report, unit, importers, [(p, _shown(ws, p)) for p in files]):
            report.files.append(_one(ws, importer, source, dry_run=dry_run))
        _place(ws, unit, report)
    return report


def _place(ws: Workspace, unit: Unit, report: ImportReport) -> None:
    """What came in may tell where earlier lines belong: those that wait are placed again."""
    if any(f.status == "imported" for f in report.files):
        stage(PLACING)
        report.placed = place_again(ws, unit)


def import_inboxes(
    ws: Workspace, slugs: Sequence[str], *, dry_run: bool = False, watcher: Watcher | None = None
) -> list[ImportReport]:
    """Work through the inboxes of units: `inbox/<source>/`. What came in leaves the inbox; what was refused stays.

    `watcher` hears how far it is.

    Returns:
        One report per unit that had a file waiting.
    """
    reports = []
    for slug in slugs:
        unit = ws.unit(slug)
        report = ImportReport(slug)
        for folder in _folders(unit):
            files = [(p, ws.shown(p)) for p in sorted(folder.iterdir()) if _waits(p)]
            if not files:
                continue
            importers = [i for i in importers_of(ws, unit) if i.source.name == folder.name]
            if not importers:
                shown = ws.shown(folder)
                known = ", ".join(FORMATS)
                missing = ImportNoSource(file=shown, unit=slug, slug=slug, name=folder.name, formats=known)
                report.files.append(FileReport(shown, "refused", problem=missing))
                continue
            try:
                _empty(ws, report, unit, importers, files, dry_run=dry_run, watcher=watcher)
            except Problem as problem:  # the unit's books are busy, or an interrupted job can't be completed
                problem.unit = slug
                report.files.append(FileReport(ws.shown(folder), "refused", problem=problem))
        _place(ws, unit, report)
        if report.files:
            reports.append(report)
    return reports


def _empty(
    ws: Workspace,
    report: ImportReport,
    unit: Unit,
    importers: Sequence[SambokImporter],
    files: Iterable[tuple[Path, str]],
    *,
    dry_run: bool,
    watcher: Watcher | None,
) -> None:
    """One inbox folder; a file leaves it once its content is archived and its entries are written."""
    with watched(watcher), unit_lock(ws, unit.slug):
        # While this run waited for the lock another one may have brought a file in.
        waiting = [(path, shown) for path, shown in files if os.path.lexists(path)]
        for importer, source in _sorted(report, unit, importers, waiting):
            done = _one(ws, importer, source, dry_run=dry_run)
            report.files.append(done)
            if done.status in {"imported", "known"} and archived(unit, source):
                source.path.unlink()
                durable.sync_folder(source.path.parent)


def _folders(unit: Unit) -> list[Path]:
    """The folders of the inbox: invoices, takings and deposits before the banks that pay them, else by name."""
    inbox = unit.folder / "inbox"
    if inbox.is_symlink() or not inbox.is_dir():
        return []
    formats = {source.name: source.format for source in unit.sources}
    ranks = {name: BEFORE_BANKS.index(f) if f in BEFORE_BANKS else len(BEFORE_BANKS) for name, f in formats.items()}
    found = [p for p in inbox.iterdir() if p.is_dir() and not p.is_symlink() and not p.name.startswith(".")]
    return sorted(found, key=lambda p: (ranks.get(p.name, len(BEFORE_BANKS)), p.name))


def _waits(path: Path) -> bool:
    return not path.name.startswith(".") and not path.name.endswith(NOT_YET) and (path.is_symlink() or path.is_file())


def _shown(ws: Workspace, path: Path) -> str:
    return ws.shown(path) if path.is_absolute() else str(path)


def _sorted(
    report: ImportReport, unit: Unit, importers: Sequence[SambokImporter], files: Iterable[tuple[Path, str]]
) -> list[tuple[SambokImporter, Source]]:
    """Readable files with their importers, oldest first; the others go into the report as refused."""
    found: list[tuple[dt.date, str, SambokImporter, Source]] = []
    for path, shown in files:
        source = None
        try:
            source = read_source(path, shown)
            stage(READING)
            importer = _choose(unit, importers, source)
            found.append((importer.day(source) or dt.date.min, shown, importer, source))
        except Problem as problem:
            problem.unit = unit.slug
            told = _quoted(problem, source) if source else problem
            report.files.append(FileReport(shown, "refused", problem=told))
    return [(importer, source) for _, _, importer, source in sorted(found, key=lambda f: f[:2])]


def _choose(unit: Unit, importers: Sequence[SambokImporter], source: Source) -> SambokImporter:
    """The importer that takes a file: of its format, and of its account.

    Raises:
        ImportUnknownFormat: none.
    """
    able = [i for i in importers if i.recognises(source.head)]
    if not able:
        known = ", ".join(f"{i.source.name} ({i.source.format})" for i in importers) or "-"
        raise ImportUnknownFormat(file=source.shown, unit=unit.slug, slug=unit.slug, known=known)
    return next((i for i in able if i.owns(source)), able[0])


def _one(ws: Workspace, importer: SambokImporter, source: Source, *, dry_run: bool) -> FileReport:
    """One file, all or nothing; the caller holds the unit's lock."""
    unit = importer.unit
    try:
        stage(LOADING)
        view = load_view(ws, unit)
        if any(source.digest in document for document in view.documents):
            if not dry_run:
                archive(unit, source)
            return FileReport(source.shown, "known", document=source.document)
        stage(COMPARING)
        plan = importer.plan(source, view, dt.date.today())  # noqa: DTZ011  the bookkeeper's own day is meant
        if dry_run:
            return FileReport(source.shown, "planned", plan, account=importer.source.account)
        stage(WRITING, total=len(plan.entries))
        archive(unit, source)
        for attachment in plan.attachments:
            archive_attachment(unit, attachment, source.shown)
        blocks = [Block(e.date, render(e), str(e.meta["source-id"])) for e in plan.entries]
        opens = [Block(e.date, render(e)) for e in plan.opens]
        if blocks:
            done = append_entries(ws, unit, blocks, opens=opens)
            assert done.written == len(plan.entries)
    except Problem as problem:
        problem.unit = unit.slug
        return FileReport(source.shown, "refused", problem=_quoted(problem, source))
    for note in plan.notes:
        _quoted(note, source)
    status = "imported" if plan.entries else "known"
    return FileReport(source.shown, status, plan, document=source.document, account=importer.source.account)


def _quoted(problem: Problem, source: Source) -> Problem:
    """The problem with the line of the file that it names, where it names one; old files aren't UTF-8, SIE is cp437."""
    if problem.excerpt is None and problem.line and problem.file == source.shown:
        rows = source.data.split(b"\n", problem.line)
        if problem.line <= len(rows):
            row = rows[problem.line - 1]
            try:
                problem.excerpt = clip(row.decode("utf-8"))
            except UnicodeDecodeError:
                problem.excerpt = clip(row.decode("cp437" if looks_like_sie(source.head) else "cp1252", "replace"))
    return problem
