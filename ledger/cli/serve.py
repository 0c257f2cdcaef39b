"""`sambok serve`: the federation in the browser."""

from __future__ import annotations

import click

from ledger.cli.context import Session, workspace_option


@click.command()
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    help="Listen here (default: fava.conf, else 5000; 0: any free).",
)
@click.option("--host", metavar="ADDRESS", help="Loopback address to listen on (default: fava.conf, else 127.0.0.1).")
@workspace_option
@click.pass_obj
def serve(session: Session, port: int | None, host: str | None) -> int:
    """Show the federation and every unit's book in the browser, on this machine only.

    Files are watched: an edit is seen at the next look. Ctrl-C ends.
    """
    root = session.workspace.root
    from ledger.web import serve as listen  # noqa: PLC0415  after the workspace is known to be right

    listen(root, host=host, port=port, debug=session.debug)
    return 0
