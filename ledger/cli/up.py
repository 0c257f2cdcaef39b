"""`sambok up`: the main job. Import what waits, check, combine, serve; and say what was done (SPEC 5)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.combine import tell_end
from ledger.cli.context import Session, report, workspace_option
from ledger.cli.imports import watching
from ledger.cli.runs import tell_runs
from ledger.cli.tables import amount_text
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.federation import Federation

SHOWN_ERRORS = 20


@click.command()
@click.option("--once", is_flag=True, help="Do the job, but don't serve.")
@click.option(
    "--port", metavar="PORT", type=click.IntRange(1, 65535), help="Serve on this port (default: fava.conf, else 5000)."
)
@workspace_option
@click.pass_obj
def up(session: Session, once: bool, port: int | None) -> int:  # noqa: FBT001  click gives flags so
    """Import the inboxes, check all books, combine them, and serve the federation in the browser.

    Says what it did, what waits for a person, and the address. Ends with 0 when its own work is done, with 1 when a
    book or a file has errors; the other books' figures stand all the same.
    """
    from ledger.federation import load_federation  # noqa: PLC0415  after the arguments are known to be right

    ws = session.workspace
    refused = _import(ws)
    federation = load_federation(ws)
    _told(federation)
    code = EXIT_BOOKS if refused or federation.problems else EXIT_DONE
    if once:
        return code
    from ledger.web import serve  # noqa: PLC0415  Fava takes its time to import

    serve(ws.root, port=port, debug=session.debug)
    return code


def _import(ws: Workspace) -> bool:
    """Import every inbox; whether a file was refused."""
    from importers.run import import_inboxes  # noqa: PLC0415  only this command and `import` need it

    with watching() as watcher:
        results = import_inboxes(ws, list(ws.units), watcher=watcher)
    refused = False
    for result in results:
        for line in result.sentences():
            click.echo(line, err=True)
        report(result.problems)
        refused = refused or bool(result.problems)
    return refused


def _told(federation: Federation) -> None:
    """Say what the books hold, what is wrong, and what waits for a person."""
    from ledger.closing.status import first_open  # noqa: PLC0415  with the command
    from ledger.reports import KINDS, once, todo  # noqa: PLC0415  likewise
    from ledger.reports.fund_todo import fund_tasks  # noqa: PLC0415  likewise
    from ledger.reports.loans_overdue import overdue  # noqa: PLC0415  likewise

    books, combined = federation.books, federation.combined
    good = sum(1 for book in books.units.values() if book.ok)
    say_err(
        N_("Books that are right: {good} of {all}; transactions: {transactions}."),
        good=good,
        all=len(books.units),
        transactions=books.transactions,
    )
    say_err(
        N_("Combined {start} to {end}: result {result} {currency}; dealings between units eliminated: {eliminated}."),
        start=combined.date_from,
        end=combined.date_to,
        result=amount_text(combined.result, combined.currency),
        currency=combined.currency,
        eliminated=len(combined.eliminations),
    )
    tell_end(books, {})
    if not combined.complete:
        say_err(N_("The combined figures are INCOMPLETE: units with errors are left out, not counted as zero."))
    report(federation.shown, SHOWN_ERRORS)
    tell_runs(federation.runs)
    today = dt.date.today()  # noqa: DTZ011  the bookkeeper's own day is meant
    late = [*overdue(federation.loans, today=today), *fund_tasks(federation, today=today)]
    months = first_open(federation, today=today)
    more: dict[str, Any] = {"today": today, "runs": federation.runs, "months": months, "loans": late}
    tasks = todo(books, federation.problems, combined.unmatched, **more)
    counted = Counter(task.kind for task in once(tasks))
    waiting = [f"{translate(KINDS[kind]).lower()}: {counted[kind]}" for kind in KINDS if counted[kind]]
    if waiting:
        say_err(N_("Waits for a person: {what}. The list: sambok todo"), what="; ".join(waiting))
    else:
        say_err(N_("Nothing waits for a person."))


def say_err(text: str, **params: object) -> None:
    """One sentence on standard error, in the federation's language."""
    click.echo(say(text, **params), err=True)
