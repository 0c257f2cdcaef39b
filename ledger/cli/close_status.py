"""`sambok close --status`: the board of the close, what is to be settled, who can close, and who waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ledger.cli.context import emit, stdout
from ledger.cli.tables import print_table
from ledger.errors import EXIT_DONE, EXIT_PERSON
from ledger.messages import N_, say

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.closing.status import Board, Cell
    from ledger.errors import Problem

#: So many things of a month are listed; --json has all.
SHOWN = 10


def status(ws: Workspace, months: Sequence[str], units: Sequence[str], *, as_json: bool) -> int:
    """Print the board.

    Args:
        ws: the workspace.
        months: which ones; none: the fiscal year of the first that is open.
        units: which ones; none: all.
        as_json: one JSON object.
    """
    from ledger.books import clock  # noqa: PLC0415  only when the command runs
    from ledger.closing.status import board  # noqa: PLC0415  likewise
    from ledger.federation import load_federation  # noqa: PLC0415  likewise

    found = board(load_federation(ws), months, units, today=clock.today())
    code = EXIT_PERSON if found.needs_person else EXIT_DONE
    if as_json:
        emit(found.as_json())
        return code
    _table(found)
    _left_out(found)
    for row in found.rows:
        lacking = [cell for cell in row.cells if cell.state == "not_ready"]
        for cell in lacking[:1]:  # what comes after it has time; of a month that is asked for by itself there is one
            _tell(cell)
        if len(lacking) > 1:
            text = N_("  and in later months, the next {period}: sambok close --status {period} --unit {unit}")
            click.echo(say(text, period=lacking[1].period, unit=row.unit))
    _others(found)
    return code


def _table(found: Board) -> None:
    from ledger.closing.status import in_short  # noqa: PLC0415  likewise

    heads = [say(N_("Unit")), *found.months]
    rows = [[row.unit, *(in_short(cell) or "-" for cell in row.cells)] for row in found.rows]
    print_table(stdout(), heads, rows, left=set(range(len(heads))))


def _left_out(found: Board) -> None:
    """Which units have no row, and why."""
    from ledger.closing.status import checking  # noqa: PLC0415  likewise

    if found.left_out:
        text = N_("Not in the table, as their settings can't be read: {units}.")
        units = ", ".join(sorted({str(problem.unit) for problem in found.left_out}))
        click.echo("\n" + say(text, units=units))
    for problem in found.left_out:
        _lack(problem, checking(problem))


def _others(found: Board) -> None:
    """Who can close which month now, and who waits for whom; of each unit its first open month."""
    from ledger.closing.status import OPEN, closable, in_words  # noqa: PLC0415  likewise

    for period, units, command in closable(found):
        click.echo("\n" + say(N_("{period} can be closed: {units}."), period=period, units=", ".join(units)))
        click.echo(f"      $ {command}")
    first = [next((cell for cell in row.cells if cell.state in OPEN), None) for row in found.rows]
    for cell in first:
        if cell is not None and cell.state == "waits":
            click.echo(f"\n{in_words(cell)}")


def _tell(cell: Cell) -> None:
    """What a month lacks, and what settles each."""
    from ledger.closing.status import in_words  # noqa: PLC0415  likewise

    click.echo(f"\n{in_words(cell)}")
    for problem in cell.own[:SHOWN]:
        _lack(problem, cell.command(problem))
    if len(cell.own) > SHOWN:
        click.echo(say(N_("  … and {count} more"), count=len(cell.own) - SHOWN))


def _lack(problem: Problem, command: str) -> None:
    """One thing that is to be settled, and the command for it."""
    place = f"{problem.where}: " if problem.where else ""
    click.echo(f"  • {place}{problem.text()} [{problem.code}]")
    for line in (problem.excerpt or "").splitlines()[:5]:
        click.echo(f"      | {line}")
    click.echo(f"      -> {problem.remedy_text()}")
    if command:
        click.echo(f"      $ {command}")
