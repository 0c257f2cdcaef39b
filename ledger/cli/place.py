"""`sambok place`: lines that wait are placed again with what is known now (SPEC 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ledger.cli.context import Session, emit, report, workspace_option
from ledger.cli.vouchers import by_option
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, say

if TYPE_CHECKING:
    from importers.recognise.moves import PlaceReport
    from ledger.errors import Problem


@click.command()
@click.argument("units", nargs=-1, metavar="[UNIT]...")
@click.option("--dry-run", is_flag=True, help="Show the entries as they would be; write nothing.")
@by_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def place(
    session: Session,
    units: tuple[str, ...],
    dry_run: bool,  # noqa: FBT001  click gives flags so
    as_json: bool,  # noqa: FBT001
) -> int:
    """Place bank lines that wait on suspense, flagged "!", with what the books know now.

    An invoice, a deposit or a rule that came after the bank's line settles it then; a payment that a rule put on a
    customer's or supplier's account gets the link of its invoice. Without UNIT all units are looked at. Lines that
    somebody has edited are left alone; doing it twice changes nothing. Every import ends with it.

    Ends with 0 when the work is done, even if lines still wait for a person; with 1 when a book can't be read.
    """
    from importers.recognise.replace import place_again  # noqa: PLC0415  after the arguments are known to be right

    ws = session.workspace
    slugs = [ws.unit(slug).slug for slug in dict.fromkeys(units)] or list(ws.units)
    reports = [place_again(ws, ws.units[slug], dry_run=dry_run) for slug in slugs]
    problems = [*(() if units else ws.problems), *(r.problem for r in reports if r.problem is not None)]
    _show(reports, problems, as_json=as_json, dry_run=dry_run)
    return EXIT_BOOKS if problems else EXIT_DONE


def _show(reports: list[PlaceReport], problems: list[Problem], *, as_json: bool, dry_run: bool) -> None:
    """Data to standard output, talk to standard error."""
    if as_json:
        units = [r.as_json() for r in reports]
        emit({"schema": 1, "dry_run": dry_run, "units": units, "errors": [p.as_json() for p in problems]})
    elif dry_run:
        from importers.booktext import render  # noqa: PLC0415  only to show entries

        for move in (m for r in reports for m in r.moves):
            click.echo(render(move.after))
    told = [r for r in reports if r.problem is None and (r.moves or r.waiting)]
    for one in told:
        click.echo(one.sentence(dry_run=dry_run), err=True)
    for one in (r for r in told if r.waiting):
        click.echo(
            say(N_("What still waits, each with its file and line: sambok todo {unit}"), unit=one.unit), err=True
        )
    if not told and not problems:
        click.echo(say(N_("No line waits.")), err=True)
    report(problems)
