"""`sambok history`: who did what to the books, and when (BFNAR 2013:2 p. 9.16-9.17)."""

from __future__ import annotations

import datetime as dt

import click

from ledger.cli.context import Session, emit, report, stdout, workspace_option
from ledger.cli.days import DAY, day_of
from ledger.cli.tables import print_table
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, say


@click.command()
@workspace_option
@click.argument("unit", required=False, metavar="[UNIT]")
@click.option("--from", "start", type=DAY, callback=day_of, metavar="DATE", help="First day.")
@click.option("--to", "end", type=DAY, callback=day_of, metavar="DATE", help="Last day.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def history(
    session: Session,
    unit: str | None,
    start: dt.date | None,
    end: dt.date | None,
    as_json: bool,  # noqa: FBT001  click gives flags so
) -> int:
    """Show who did what to the books, and when.

    Every import, edit, number, correction, close and decision stands there with the person and the time, and what other
    programs changed in between. Without UNIT, all units with the federation's policy, prices and locked figures.
    sambok verify proves that no line was changed.

    Ends with 1 where a history is damaged or can't be read.
    """
    from ledger.closing.deeds import as_json as told  # noqa: PLC0415  only when the command runs
    from ledger.closing.deeds import deeds, who, words  # noqa: PLC0415  likewise
    from ledger.closing.evidence import Folder  # noqa: PLC0415  likewise

    ws = session.workspace
    slugs = [ws.unit(unit).slug] if unit else None
    found, problems = deeds(Folder(ws.root), slugs)
    shown = [deed for deed in found if _within(deed.line.at[:10], start, end)]
    if as_json:
        emit({"schema": 1, "history": [told(deed) for deed in shown], "errors": [p.as_json() for p in problems]})
    elif shown:
        heads = [say(text) for text in (N_("When (UTC)"), N_("Who"), N_("Unit"), N_("What"))]
        rows = [
            [deed.line.at.replace("T", " ").rstrip("Z"), who(deed.line), deed.unit or "-", words(deed.line)]
            for deed in shown
        ]
        print_table(stdout(), heads, rows, left={0, 1, 2, 3})
    else:
        click.echo(say(N_("Nothing is on record.")), err=True)
    report(problems)
    return EXIT_BOOKS if problems or any(deed.line.fault for deed in found) else EXIT_DONE


def _within(day: str, start: dt.date | None, end: dt.date | None) -> bool:
    """Whether a day lies between two; one that nobody knows does."""
    if not day:
        return True
    return (start is None or start.isoformat() <= day) and (end is None or day <= end.isoformat())
