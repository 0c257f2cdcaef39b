"""What can be wrong with an archive of a year: why it isn't made, and what its proof finds."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import EXIT_PERSON, Problem
from ledger.messages import N_


class ArchiveOpen(Problem):
    """A year that isn't closed yet: what would be archived may still change."""

    code = "ARCHIVE_OPEN"
    exit_code = EXIT_PERSON
    message = N_("{slug}: fiscal year {year} isn't closed; open months: {months}.")
    remedy = N_("Close it first:  sambok close {year} ; or archive it as it stands, with --open.")
    cases: ClassVar = {
        "apart": (
            message,
            N_(
                "It is closed by itself:  sambok close {year} --unit {slug} ; or archive all as it stands, with --open."
            ),
        ),
    }


class ArchiveUnproven(Problem):
    """What would be archived isn't what was sealed."""

    code = "ARCHIVE_UNPROVEN"
    message = N_("No archive was made: its own proof found {count}: {reason}")
    remedy = N_("Run  sambok verify , put right what it names, and archive again.")


class ArchiveRefused(Problem):
    """A file that is no archive of Sambok's, or one that would do harm if it were unpacked."""

    code = "ARCHIVE_REFUSED"
    message = N_("This is no archive that can be trusted: {reason}.")
    remedy = N_(
        "Don't unpack it. Ask for the archive again, or take another copy; nothing of it was written to the disk."
    )
    cases: ClassVar = {
        "absent": (N_("There is no such file."), N_("Give the path of the archive that is to be proven.")),
    }


class ArchiveFile(Problem):
    """A file of an archive that isn't as the archive's manifest says."""

    code = "ARCHIVE_FILE"
    message = N_("This file isn't what was archived: its SHA-256 differs.")
    remedy = N_("Take another copy of the archive; what its manifest tells apart from this file stands.")
    cases: ClassVar = {
        "missing": (N_("This file is missing from the archive."), remedy),
        "added": (N_("This file wasn't in the archive when it was made."), remedy),
        "sie": (N_("This is no whole SIE file: {reason}"), remedy),
        "heads": (N_("The seals in the archive aren't those that its manifest names."), remedy),
    }
