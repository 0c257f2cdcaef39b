"""What can go wrong around a command, rather than in the books."""

from __future__ import annotations

from ledger.errors import EXIT_OUTSIDE, Problem
from ledger.messages import N_


class MachineFailed(Problem):
    """The operating system refused: disk full, no permission, too many files."""

    code = "MACHINE_FAILED"
    exit_code = EXIT_OUTSIDE
    message = N_("The machine could not do it: {reason}.")
    remedy = N_("Free space or mend the permission, then run the command again; the books are as they were.")


class ProgramFault(Problem):
    """A fault in Sambok itself."""

    code = "PROGRAM_FAULT"
    message = N_("Sambok itself failed ({kind}): {reason}.")
    remedy = N_("Run the command again with --debug and send what it prints to the maintainers; no book was changed.")
