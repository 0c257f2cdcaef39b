"""`sambok description`: the system documentation, from what is in force (BFL 5 kap. 11 §)."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.cli.context import OutPath, Session, check_out, emit, tell_written, workspace_option
from ledger.errors import EXIT_DONE


@click.command()
@workspace_option
@click.option("--out", "-o", type=OutPath(), metavar="FILE", help="Write it there (default: standard output).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object that holds the text.")
@click.pass_obj
def description(
    session: Session,
    out: Path | None,
    as_json: bool,  # noqa: FBT001  click gives flags so
) -> int:
    """Write the system documentation, as Markdown in the federation's language.

    Organisation, units, accounts, series of vouchers, sources and their rules, what the program adds by which rule and
    decision, closing and seals, where everything lies and how long it is kept, versions.
    """
    from ledger.books import durable  # noqa: PLC0415  only when the command runs
    from ledger.closing.description import describe  # noqa: PLC0415  likewise
    from ledger.federation import load_federation  # noqa: PLC0415  likewise

    ws = session.workspace
    if out is not None:
        check_out(ws, out)
    text = describe(load_federation(ws))
    if out is not None:
        durable.replace(out.absolute(), text.encode("utf-8"))
        tell_written(out)
    if as_json:
        emit({"schema": 1, "format": "markdown", "language": ws.language, "text": text, "errors": []})
    elif out is None:
        click.echo(text, nl=False)
    return EXIT_DONE
