"""`sambok check`: every error of every book, with file and line, an excerpt and the remedy (SPEC 5, 12)."""

from __future__ import annotations

import click

from ledger.cli.context import Session, emit, report, workspace_option
from ledger.errors import EXIT_BOOKS, EXIT_DONE
from ledger.messages import N_, say


@click.command()
@click.argument("units", nargs=-1, metavar="[UNIT]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@workspace_option
@click.pass_obj
def check(session: Session, units: tuple[str, ...], as_json: bool) -> int:  # noqa: FBT001  click gives flags so
    """Look for errors in the books: all of them, or those of the units named; all of them, with the locked runs.

    Ends with 0 when the books are right, with 1 when something must be mended. What merely waits for a person is
    told by: sambok todo. Lines that may name a person are shown only where their unit is named.
    """
    from ledger.federation import load_federation  # noqa: PLC0415  after the arguments are known to be right

    ws = session.workspace
    chosen = [slug if slug in ws.faulty else ws.unit(slug).slug for slug in units]
    federation = load_federation(ws)
    problems = [p for p in federation.problems if p.unit in chosen] if chosen else federation.shown
    books = [b for slug, b in federation.books.units.items() if not chosen or slug in chosen]
    transactions = sum(b.summary.transactions for b in books if b.summary)
    if as_json:
        errors = [problem.as_json() for problem in problems]
        emit({"schema": 1, "errors": errors, "units": len(books), "transactions": transactions})
        return EXIT_BOOKS if problems else EXIT_DONE
    report(problems)
    if problems:
        text = N_("Errors: {count} (units: {units}, transactions: {transactions}).")
    else:
        text = N_("No errors (units: {units}, transactions: {transactions}).")
    click.echo(say(text, count=len(problems), units=len(books), transactions=transactions), err=True)
    return EXIT_BOOKS if problems else EXIT_DONE
