"""`sambok todo`: what waits for a person, and what settles it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ledger.cli.context import Session, emit, stdout, workspace_option
from ledger.errors import EXIT_BOOKS, EXIT_DONE, EXIT_PERSON
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from ledger.reports import Task


@click.command()
@click.argument("unit", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def todo(session: Session, unit: str | None, as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """List what waits for a person today: for UNIT, or for everyone.

    Errors first, then files to import, lines without an account, entries to confirm, dealings between units that
    differ, loans that are overdue, what the funds wait for, accounts to reconcile and months to finish; each with the
    command or the page that settles it. Ends with 0 when nothing waits, with 3 when something does, with 1 when the
    books have errors.
    """
    from ledger.books import clock  # noqa: PLC0415  after the arguments are known to be right
    from ledger.closing.status import first_open  # noqa: PLC0415  likewise
    from ledger.federation import load_federation  # noqa: PLC0415  likewise
    from ledger.reports import KINDS, once  # noqa: PLC0415  likewise
    from ledger.reports import todo as list_tasks  # noqa: PLC0415  likewise
    from ledger.reports.fund_todo import fund_tasks  # noqa: PLC0415  likewise
    from ledger.reports.loans_overdue import overdue  # noqa: PLC0415  likewise

    ws = session.workspace
    slug = unit if unit in ws.faulty else ws.unit(unit).slug if unit else None
    federation = load_federation(ws)
    tasks = list_tasks(
        federation.books,
        federation.problems,
        federation.combined.unmatched,
        slug,
        today=clock.today(),
        runs=federation.runs,
        months=first_open(federation, today=clock.today()),
        loans=[
            *overdue(federation.loans, slug, today=clock.today()),
            *fund_tasks(federation, slug, today=clock.today()),
        ],
    )
    code = EXIT_DONE
    if tasks:
        code = EXIT_BOOKS if any(task.kind == "error" for task in tasks) else EXIT_PERSON
    if as_json:
        emit({"schema": 1, "unit": slug, "tasks": [task.as_json() for task in tasks]})
        return code
    if not tasks:
        click.echo(say(N_("Nothing waits.")))
        return code
    out = stdout()
    for kind, heading in KINDS.items():
        chosen = [task for task in once(tasks) if task.kind == kind]
        if chosen:
            out.print(f"\n[bold]{translate(heading)}[/bold] ({len(chosen)})")
            for task in chosen:
                _show(task, named=slug is None)
    return code


def _show(task: Task, *, named: bool) -> None:
    """One task: whose, what, where, and what to type."""
    head = f"{task.unit or '-'}: " if named and not task.dealing else ""  # a dealing's text names its units
    click.echo(f"  • {head}{task.text}")
    if task.where:
        click.echo(f"      {task.where}")
    if task.command:
        click.echo(f"      $ {task.command}")
