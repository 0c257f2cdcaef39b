"""Where `sambok` begins: Ctrl-C while the program itself is being read ends it silently, as nothing has begun."""

from __future__ import annotations

import signal


def main() -> None:
    """Read the program, then run the command that was typed."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ledger.cli import main as program  # noqa: PLC0415  this is what takes its time

    signal.signal(signal.SIGINT, before)
    program.main()
