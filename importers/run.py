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
from importers.bank.problems import BankAccountUnknown
from importers.bank.statements import another_units
from importers.base import SambokImporter, Source, as_kept, read_source
from importers.book import load_view
from importers.booktext import render
from importers.formats import importer_class
from importers.meetings.sources import sheets_of
from importers.plan import Plan
from importers.problems import ImportOtherFolder, ImportUnknownFormat, ImportWrongKind
from importers.progress import Watcher, stage, watched
from importers.recognise.replace import place_again
from importers.report import FileReport, ImportReport
from importers.stamp import stamped
from ledger.books import Unit, Workspace, clock, durable
from ledger.books.guard_bytes import clip
from ledger.books.inbox import read_inbox
from ledger.books.person import person
from ledger.books.write import Block, Note, append_entries, unit_lock
from ledger.errors import Problem
from ledger.messages import N_, say

#: Stages that a watcher hears of.
READING = N_("Reading the file")
LOADING = N_("Loading the books")
COMPARING = N_("Comparing with the books")
WRITING = N_("Checking and writing the entries")
PLACING = N_("Placing lines that waited")
#: What people take for a file to import, by how it begins (small letters, without white space before it).
KINDS = (
    (b"%pdf-", N_("a PDF, made for reading")),
    (b"pk\x03\x04", N_("an Excel workbook or another ZIP archive")),
    (b"\xd0\xcf\x11\xe0", N_("an old Excel or Word file")),
    (b"\x1f\x8b", N_("a compressed archive")),
    (b"\x89png", N_("a picture")),
    (b"\xff\xd8\xff", N_("a picture")),
    (b"<!doctype html", N_("a web page: perhaps the bank had logged you out")),
    (b"<html", N_("a web page: perhaps the bank had logged you out")),
)
#: What a payment is for comes before the bank's line of it: an invoice tells more than a rule, and fewer lines wait.
BEFORE_BANKS = ("ubl", "sie4", "till", "swish", "card", "bgmax", "daraja")


def importers_of(ws: Workspace, unit: Unit, *, with_opens: bool = False) -> list[SambokImporter]:
    """An importer for each of the unit's sources, and for the sheets of the loan cycles that its book keeps."""
    return [importer_class(s.format)(ws, unit, s, with_opens=with_opens) for s in (*unit.sources, *sheets_of(ws, unit))]


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
        for importer, source in _sorted(report, unit, importers, [(p, ws.shown(p)) for p in files]):
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
        inbox = read_inbox(ws, unit, [source.name for source in sheets_of(ws, unit)])
        for name in _in_order(unit, inbox.files):
            importers = [i for i in importers_of(ws, unit) if i.source.name == name]
            try:
                _empty(ws, report, unit, importers, inbox.files[name], dry_run=dry_run, watcher=watcher)
            except Problem as problem:  # the unit's books are busy, or an interrupted job can't be completed
                problem.unit = slug
                report.files.append(FileReport(ws.shown(unit.folder / "inbox" / name), "refused", problem=problem))
        report.files += [FileReport(str(p.file), "refused", problem=p) for p in inbox.problems]
        _place(ws, unit, report)
        if report.files:
            reports.append(report)
    return reports


def _empty(
    ws: Workspace,
    report: ImportReport,
    unit: Unit,
    importers: Sequence[SambokImporter],
    files: Iterable[Path],
    *,
    dry_run: bool,
    watcher: Watcher | None,
) -> None:
    """One inbox folder; a file leaves it once its content is archived and its entries are written."""
    with watched(watcher), unit_lock(ws, unit.slug):
        # While this run waited for the lock another one may have brought a file in.
        waiting = [(path, ws.shown(path)) for path in files if os.path.lexists(path)]
        for importer, source in _sorted(report, unit, importers, waiting):
            done = _one(ws, importer, source, dry_run=dry_run)
            report.files.append(done)
            settled = done.plan is None or not done.plan.unsettled
            if done.status in {"imported", "known"} and settled and archived(unit, source):
                source.path.unlink()
                durable.sync_folder(source.path.parent)


def _in_order(unit: Unit, names: Iterable[str]) -> list[str]:
    """Sources with files waiting: invoices, takings and deposits before the banks that pay them, else by name."""
    ranks = {s.name: BEFORE_BANKS.index(s.format) for s in unit.sources if s.format in BEFORE_BANKS}
    return sorted(names, key=lambda name: (ranks.get(name, len(BEFORE_BANKS)), name))


def _sorted(
    report: ImportReport, unit: Unit, importers: Sequence[SambokImporter], files: Iterable[tuple[Path, str]]
) -> list[tuple[SambokImporter, Source]]:
    """Readable files with their importers, oldest first; the others go into the report as refused."""
    found: list[tuple[tuple[dt.date, bool, str], SambokImporter, Source]] = []
    for path, shown in files:
        source = importer = None
        try:
            source = read_source(path, shown)
            stage(READING)
            importer = _choose(unit, importers, source)
            place = importer.day(source) or dt.date.min, importer.revises(source), shown
            found.append((place, importer, source))
        except Problem as problem:
            problem.unit = unit.slug
            if importer and source:
                _quote(problem, importer, source)
            report.files.append(FileReport(shown, "refused", problem=problem))
    return [(importer, source) for _, importer, source in sorted(found, key=lambda f: f[0])]


def _choose(unit: Unit, importers: Sequence[SambokImporter], source: Source) -> SambokImporter:
    """The importer that takes a file: of its format, and of its account.

    Raises:
        ImportOtherFolder: it lies in the folder of another one.
        ImportUnknownFormat, ImportWrongKind: none.
    """
    able = [i for i in importers if i.recognises(source.head)]
    if not able:
        others = importers_of(importers[0].ws, unit) if importers else []  # its inbox folder's own can't
        other = next((i.source.name for i in others if i.recognises(source.head) and i.owns(source)), None)
        if other is not None:
            name = importers[0].source.name
            raise ImportOtherFolder(file=source.shown, unit=unit.slug, slug=unit.slug, name=name, other=other)
        known = ", ".join(f"{i.source.name} ({i.source.format})" for i in importers) or "-"
        kind = next((kind for begin, kind in KINDS if source.head.lstrip().lower().startswith(begin)), None)
        if kind is not None:
            raise ImportWrongKind(file=source.shown, unit=unit.slug, slug=unit.slug, known=known, kind=say(kind))
        raise ImportUnknownFormat(file=source.shown, unit=unit.slug, slug=unit.slug, known=known)
    return next((i for i in able if i.owns(source)), able[0])


def _one(ws: Workspace, importer: SambokImporter, source: Source, *, dry_run: bool) -> FileReport:
    """One file, all or nothing; the caller holds the unit's lock."""
    unit = importer.unit
    source = as_kept(unit, source)
    try:
        stage(LOADING)
        view = load_view(ws, unit)
        if not importer.IN_PARTS and any(source.digest in document for document in view.documents):
            if not dry_run:
                archive(ws, unit, source)
            return FileReport(source.shown, "known", document=source.document)
        stage(COMPARING)
        plan = importer.planned(source, view, dt.date.today())  # noqa: DTZ011  the bookkeeper's own day is meant
        if dry_run:
            return FileReport(source.shown, "planned", plan, account=importer.source.account, suspense=view.suspense)
        stage(WRITING, total=len(plan.entries))
        archive(ws, unit, source)
        for attachment in plan.attachments:
            archive_attachment(ws, unit, attachment, source.shown)
        day, by = clock.today(), person(ws.root)
        blocks = [Block(e.date, render(stamped(e, day, by)), str(e.meta["source-id"])) for e in plan.entries]
        opens = [Block(e.date, render(e)) for e in plan.opens]
        if blocks:
            done = append_entries(ws, unit, blocks, opens=opens, note=_note(importer, source, plan))
            assert done.written == len(plan.entries)
    except Problem as problem:
        if isinstance(problem, BankAccountUnknown):
            problem = another_units(ws, problem)
        problem.unit = unit.slug
        _quote(problem, importer, source)
        return FileReport(source.shown, "refused", problem=problem)
    for note in plan.notes:
        _quote(note, importer, source)
    status = "imported" if plan.entries else "known"
    account, document = importer.source.account, source.document
    return FileReport(source.shown, status, plan, document=document, account=account, suspense=view.suspense)


def _note(importer: SambokImporter, source: Source, plan: Plan) -> Note:
    """What the history says of a file that came in."""
    vouchers = tuple(str(e.meta["voucher"]) for e in plan.transactions if "voucher" in e.meta)
    details = {"source": importer.source.name, "entries": str(len(plan.entries)), "document": source.document}
    return Note("import", source.path.name, vouchers, details)


def _quote(problem: Problem, importer: SambokImporter, source: Source) -> None:
    """Give a problem the line of the file that it names, where it names one."""
    if problem.excerpt is None and problem.line and problem.file == source.shown:
        line = importer.line(source, problem.line)
        problem.excerpt = clip(line) if line is not None else None
