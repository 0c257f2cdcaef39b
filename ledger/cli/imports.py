"""`sambok import`: files into books (SPEC 5, 11)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.context import Session, emit, report, workspace_option
from ledger.cli.vouchers import by_option
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from importers.progress import Watcher
    from importers.report import ImportReport
    from ledger.errors import Problem

SHOWN_NOTES = 10
SHOWN_WAITING = 5


@click.command("import")
@click.argument("unit", required=False)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--inbox", is_flag=True, help="Work through inbox/<source>/ of UNIT, or of all units.")
@click.option("--dry-run", is_flag=True, help="Show the entries; write nothing.")
@by_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def import_(
    session: Session,
    unit: str | None,
    files: tuple[Path, ...],
    inbox: bool,  # noqa: FBT001  click gives flags so
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> int:
    """Import bank statements and bookkeeping files into the books of UNIT.

    Each line comes in once, however often its file is given. A line that no rule of units/UNIT/unit.toml places waits
    on the suspense account, flagged "!". A file that is damaged, or another unit's, changes nothing.

    Ends with 0 when the work is done, even if lines wait for a person; with 1 when a file was refused.
    """
    if unit is None and not inbox:
        raise click.UsageError(say(N_("Name a unit and its files, or use --inbox.")))
    if files and inbox:
        raise click.UsageError(say(N_("Give files or --inbox, not both.")))
    if not files and not inbox:
        raise click.UsageError(say(N_("Name the files to import, or use --inbox.")))
    from importers.run import import_files, import_inboxes  # noqa: PLC0415  after the arguments are known to be right

    ws = session.workspace
    slugs = list(ws.units) if unit is None else [ws.unit(unit).slug]
    with watching() as watcher:
        if inbox:
            reports = import_inboxes(ws, slugs, dry_run=dry_run, watcher=watcher)
        else:
            reports = [import_files(ws, ws.unit(slugs[0]), files, dry_run=dry_run, watcher=watcher)]
    left_out = [] if unit else ws.left_out
    _show(reports, left_out, as_json=as_json, dry_run=dry_run)
    return EXIT_BOOKS if left_out or any(r.problems for r in reports) else EXIT_DONE


@contextmanager
def watching() -> Iterator[Watcher | None]:
    """A progress line on a terminal's standard error while files are imported; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415  only on a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn  # noqa: PLC0415  too

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def hear(name: str, done: int, total: int) -> None:
            bar.update(task, description=translate(name), completed=done, total=total or None, refresh=True)

        yield hear


def _show(reports: list[ImportReport], left_out: list[Problem], *, as_json: bool, dry_run: bool) -> None:
    """Data to standard output, talk to standard error; `left_out`: why units weren't looked at."""
    if as_json:
        problems = [p.as_json() for p in (*left_out, *(p for r in reports for p in r.problems))]
        emit({"schema": 1, "dry_run": dry_run, "units": [r.as_json() for r in reports], "errors": problems})
    elif dry_run:
        from importers.booktext import render  # noqa: PLC0415  only to show entries

        for one in (f for r in reports for f in r.files if f.plan):
            assert one.plan is not None
            for entry in [*one.plan.opens, *one.plan.entries]:
                click.echo(render(entry))
    if not any(r.files for r in reports):
        click.echo(say(N_("No file waits.")), err=True)
    for one_report in reports:
        for line in one_report.sentences(notes=False):
            click.echo(line, err=True)
        _waiting(one_report)
        report(one_report.problems)
        report(one_report.notes, SHOWN_NOTES)
        for line in one_report.advice():
            click.echo(line, err=True)
    report(left_out)


def _waiting(one_report: ImportReport) -> None:
    """The first lines of each file that wait for a person, and how many more there are."""
    for file in one_report.files:
        for line in file.waiting_lines(SHOWN_WAITING):
            click.echo(f"    {line}", err=True)
        more = file.on_suspense + file.to_confirm - SHOWN_WAITING
        if more > 0:
            click.echo("    " + say(N_("... and {count} more."), count=more), err=True)
