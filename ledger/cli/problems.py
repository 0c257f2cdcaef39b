"""What can go wrong around a command, rather than in the books."""

from __future__ import annotations

from ledger.errors import EXIT_OUTSIDE, EXIT_USAGE, Problem
from ledger.messages import N_


class MachineFailed(Problem):
    """The operating system refused: disk full, no permission, too many files."""

    code = "MACHINE_FAILED"
    exit_code = EXIT_OUTSIDE
    message = N_("The machine could not do it: {reason}.")
    remedy = N_("Free space or mend the permission, then run the command again; the books are as they were.")


class OutNoFolder(Problem):
    """A file that shall be written into a folder that isn't there: often a slip of the pen."""

    code = "OUT_NO_FOLDER"
    exit_code = EXIT_USAGE
    message = N_("There is no folder {folder} to write into; the nearest that there is: {nearest}.")
    remedy = N_("Correct the path, or create the folder first.")


class OutTaken(Problem):
    """A file that an export would overwrite though it is none of its kind, or that lies among the units' books."""

    code = "OUT_TAKEN"
    exit_code = EXIT_USAGE
    message = N_("The export isn't written there: {reason}.")
    remedy = N_("Name another file.")


class ProgramFault(Problem):
    """A fault in Sambok itself."""

    code = "PROGRAM_FAULT"
    message = N_("Sambok itself failed ({kind}): {reason}.")
    remedy = N_("Run the command again with --debug and send what it prints to the maintainers; no book was changed.")
